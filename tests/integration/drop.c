/* drop: seal random valid ballots of a survey's current version and put them into the box, as the
 * survey program would (role minyi_survey).  For tests and the bench.
 *
 *   drop SLUG BALLOTS [--batch N] [--seed N] [--comments] [--from I] [--at US]
 *
 * The same seed gives the same keys, answers and batch ids, so two databases can be given equal boxes;
 * ballot i of a seed is always the same ballot, and --from begins with another i. Batch k arrives at
 * microsecond US + k (1). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "box/batch.h"
#include "form/answers.h"
#include "store/db.h"

enum { SURVEY, KEY, DROP, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [SURVEY] = {"survey", "SELECT s.survey_id, v.version_id, v.definition FROM core.survey s JOIN core.version v "
                "ON v.version_id = s.current_version WHERE s.slug = $1::text", 1},
    [KEY] = {"key", "SELECT epoch_id, public_key FROM intake.newest_key()", 0},
    [DROP] = {"drop", "SELECT intake.drop_batch($1::bytea, $2::bigint, $3::bigint, $4::bigint, $5::bigint, "
              "$6::integer, $7::bytea, $8::bytea)", 8},
};

struct drop {
    const char *slug;
    int64_t n, batch, seed, from, at_us;
    bool has_comments;
    struct db *db;
    struct arena a, work;
    struct form *form;
    int64_t survey_id, version_id, epoch_id;
    unsigned char pk[BATCH_PUBLIC_BYTES];
    uint64_t random;
};

static bool option(struct drop *d, int argc, char **argv, int *i)
{
    const struct {
        const char *name;
        int64_t *to;
    } numbers[] = {{"--batch", &d->batch}, {"--seed", &d->seed}, {"--from", &d->from}, {"--at", &d->at_us}};
    if (strcmp(argv[*i], "--comments") == 0)
        return d->has_comments = true;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        if (strcmp(argv[*i], numbers[k].name) == 0 && *i + 1 < argc) {
            (*i)++;
            return text_to_i64(argv[*i], strlen(argv[*i]), 0, INT64_MAX / 2, numbers[k].to) == RC_OK;
        }
    return false;
}

/* splitmix64 (S. Vigna, public domain): repeatable, and only here. */
static uint64_t next_random(struct drop *d)
{
    uint64_t z = d->random += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static void random_answer(struct drop *d, const struct form_node *n, struct answer *a)
{
    uint64_t r = next_random(d) % 20;
    a->choice = SIZE_MAX;
    a->state = r == 0 ? ANSWER_NOT_ASKED : r == 1 ? ANSWER_SKIPPED : ANSWER_GIVEN;
    if (a->state != ANSWER_GIVEN)
        return;
    if (n->type == FORM_SELECT_ONE)
        a->choice = next_random(d) % n->choices->n;
    for (size_t k = 0, by = n->type == FORM_RANK ? next_random(d) : 0; n->type == FORM_RANK && k < n->choices->n; k++)
        a->places[k] = (uint8_t)(1 + (k + by) % n->choices->n);
    if (n->type == FORM_INTEGER)
        a->number = n->min > 0 ? n->min : 0;
    if (n->type == FORM_TEXT && (!d->has_comments || r > 3))
        a->state = ANSWER_SKIPPED;
    if (n->type != FORM_SELECT_MULTIPLE)
        return;
    size_t first = next_random(d) % n->choices->n;
    bool is_alone = n->choices->items[first].is_exclusive;
    for (size_t k = 0; k < n->choices->n; k++)
        if (k == first || (!is_alone && !n->choices->items[k].is_exclusive && next_random(d) % 4 == 0))
            a->bits[k / 8] = (uint8_t)(a->bits[k / 8] | 1U << (k % 8));
}

/* Comments of the text questions that were answered. */
static void add_comments(struct drop *d, const struct answers *in, struct batch_ballot *b)
{
    struct batch_comment *c = arena_array(&d->work, BATCH_COMMENTS_MAX, sizeof *c);
    for (size_t i = 0; c != NULL && i < d->form->n_nodes && b->n_comments < BATCH_COMMENTS_MAX; i++) {
        if (d->form->nodes[i].type != FORM_TEXT || in->items[i].state != ANSWER_GIVEN)
            continue;
        char *text = arena_printf(&d->work, "\xe5\xbe\x88\xe5\xa5\xbd %lld", (long long)(next_random(d) % 1000));
        c[b->n_comments++] = (struct batch_comment){(uint16_t)i, text, text != NULL ? strlen(text) : 0};
    }
    b->comments = c;
}

static bool make_ballot(struct drop *d, int64_t i, struct batch_ballot *b)
{
    char id[64];
    struct ballot_key key;
    struct answers in = {.items = arena_array(&d->work, d->form->n_nodes + 1, sizeof *in.items)};
    unsigned char *codes = arena_alloc(&d->work, d->form->codes_len);
    if (in.items == NULL || codes == NULL)
        return false;
    d->random = (uint64_t)d->seed * 1000003U + (uint64_t)i;
    for (size_t k = 0; k < d->form->n_nodes; k++)
        random_answer(d, &d->form->nodes[k], &in.items[k]);
    answers_encode(d->form, &in, codes);
    *b = (struct batch_ballot){.codes = codes, .codes_len = d->form->codes_len};
    add_comments(d, &in, b);
    int len = snprintf(id, sizeof id, "drop %lld %lld", (long long)d->seed, (long long)i);
    key_derive(&key, d->slug, id, (size_t)len);
    key_record_hash(&key, b->record_hash);
    key_box_hash(&key, b->box_hash);
    return true;
}

static enum rc put_batch(struct drop *d, int64_t first, size_t n, int64_t number, struct rc_info *e)
{
    struct arena reply;
    struct db_rows r;
    struct buf sealed;
    unsigned char id[16], name[24];
    struct batch_ballot *ballots = arena_array(&d->work, n, sizeof *ballots);
    unsigned char *hashes = arena_array(&d->work, n, KEY_HASH_BYTES);
    if (ballots == NULL || hashes == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    for (size_t i = 0; i < n; i++) {
        if (!make_ballot(d, first + (int64_t)i, &ballots[i]))
            return rc_set(e, RC_NOMEM, "no memory");
        memcpy(hashes + i * KEY_HASH_BYTES, ballots[i].box_hash, KEY_HASH_BYTES);
    }
    memcpy(name, &d->seed, 8);
    memcpy(name + 8, &first, 8);
    memcpy(name + 16, &d->at_us, 8);
    (void)crypto_generichash(id, sizeof id, name, sizeof name, NULL, 0);
    buf_init(&sealed, BATCH_BYTES_MAX + 100);
    arena_init(&reply, 1 << 16);
    enum rc rc = batch_seal(&(struct batch){d->survey_id, d->version_id, n, ballots}, d->pk, &sealed, e);
    const struct db_param p[] = {db_bytes(id, sizeof id), db_i64(d->survey_id), db_i64(d->version_id),
                                 db_i64(d->epoch_id), db_i64(d->at_us + number), db_i32((int32_t)n),
                                 db_bytes(hashes, n * KEY_HASH_BYTES), db_bytes(sealed.p, sealed.len)};
    if (rc == RC_OK)
        rc = db_query(d->db, DROP, p, 8, &reply, &r, e);
    if (rc == RC_OK && db_get_i64(db_at(&r, 0, 0)) != 0)
        rc = rc_set(e, RC_CONFLICT, "the box refuses the batch with code %lld", (long long)db_get_i64(db_at(&r, 0, 0)));
    buf_release(&sealed);
    arena_release(&reply);
    return rc;
}

static enum rc load(struct drop *d, struct rc_info *e)
{
    struct db_rows s, k;
    d->db = db_new(&(struct db_config){.role = "minyi_survey", .program = "drop", .stmts = stmts, .n_stmts = N_STMTS});
    if (d->db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = db_query(d->db, SURVEY, (const struct db_param[]){db_text(d->slug)}, 1, &d->a, &s, e);
    if (rc == RC_OK)
        rc = db_query(d->db, KEY, NULL, 0, &d->a, &k, e);
    if (rc != RC_OK)
        return rc;
    if (s.n_rows == 0 || k.n_rows == 0 || db_at(&k, 0, 1)->len != sizeof d->pk)
        return rc_set(e, RC_NOTFOUND, "there is no survey \"%s\", or no key", d->slug);
    d->survey_id = db_get_i64(db_at(&s, 0, 0));
    d->version_id = db_get_i64(db_at(&s, 0, 1));
    d->epoch_id = db_get_i64(db_at(&k, 0, 0));
    memcpy(d->pk, db_at(&k, 0, 1)->p, sizeof d->pk);
    return form_from_json(db_at(&s, 0, 2)->p, db_at(&s, 0, 2)->len, &d->a, &d->form, e);
}

static enum rc drop_all(struct drop *d, struct rc_info *e)
{
    enum { BATCHES_A_COMMIT = 1000 };
    enum rc rc = RC_OK;
    int64_t number = 0;
    for (int64_t at = 0; rc == RC_OK && at < d->n; at += d->batch, number++) {
        int64_t n = d->n - at < d->batch ? d->n - at : d->batch;
        arena_reset(&d->work);
        if (number % BATCHES_A_COMMIT == 0)
            rc = db_begin(d->db, e);
        if (rc == RC_OK)
            rc = put_batch(d, d->from + at, (size_t)n, number, e);
        if (rc == RC_OK && (number % BATCHES_A_COMMIT == BATCHES_A_COMMIT - 1 || at + n == d->n))
            rc = db_commit(d->db, e);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct drop d = {.batch = 20, .seed = 1, .at_us = 1};
    struct rc_info e = {0};
    bool is_good = argc >= 3 && text_to_i64(argv[2], strlen(argv[2]), 1, 100000000, &d.n) == RC_OK;
    for (int i = 3; is_good && i < argc; i++)
        is_good = option(&d, argc, argv, &i);
    if (!is_good || d.batch < 1 || d.batch > BATCH_BALLOTS_MAX || sodium_init() < 0) {
        (void)fprintf(stderr, "usage: drop SLUG BALLOTS [--batch N] [--seed N] [--comments] [--from I] [--at US]\n");
        return 2;
    }
    d.slug = argv[1];
    arena_init(&d.a, 64 << 20);
    arena_init(&d.work, 64 << 20);
    enum rc rc = load(&d, &e);
    if (rc == RC_OK)
        rc = drop_all(&d, &e);
    if (rc == RC_OK)
        (void)printf("dropped %lld ballots\n", (long long)d.n);
    else
        (void)fprintf(stderr, "drop: %s\n", e.msg);
    arena_release(&d.a);
    arena_release(&d.work);
    db_free(d.db);
    return rc_exit_status(rc);
}
