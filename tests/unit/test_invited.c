/* Surveys by invitation: the setting, and the writer's way with codes, against a box that can be told what to
 * say. The real box is in tests/integration/invite.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "box/intake.h"
#include "form/xlsform.h"

enum { N = 5 };

/* ---- the setting ---- */

static void test_setting(void **state)
{
    struct arena a;
    struct buf problems, first, again;
    struct form *f = NULL, *back = NULL;
    struct rc_info e;
    (void)state;
    arena_init(&a, 8 << 20);
    buf_init(&problems, 1 << 16);
    buf_init(&first, 1 << 20);
    buf_init(&again, 1 << 20);
    assert_int_equal(xlsform_read_dir("tests/forms/invited", &a, &f, &problems, &e), RC_OK);
    assert_true(f->is_by_invitation);
    assert_int_equal(form_to_json(f, &first, &e), RC_OK);
    assert_int_equal(form_from_json(first.p, first.len, &a, &back, &e), RC_OK);
    assert_true(back->is_by_invitation);
    assert_int_equal(form_to_json(back, &again, &e), RC_OK);
    assert_string_equal(first.p, again.p);
    f->is_by_invitation = false;
    buf_reset(&again);
    assert_int_equal(form_to_json(f, &again, &e), RC_OK);
    assert_null(strstr(again.p, "access")); /* as definitions were before there were invitations */
    char *odd = strstr(first.p, "\"access\":\"invitation\"");
    assert_non_null(odd);
    memcpy(odd, "\"access\":\"invitatiom\"", strlen("\"access\":\"invitatiom\""));
    assert_int_equal(form_from_json(first.p, first.len, &a, &back, &e), RC_INPUT);
    buf_release(&problems);
    buf_release(&first);
    buf_release(&again);
    arena_release(&a);
}

static void test_setting_refused(void **state)
{
    static const struct {
        const char *sample, *access;
        bool is_good;
        const char *says;
    } rows[] = {
        {"random", "invitation", true, ""},
        {"open", "open", true, ""},
        {"open", "", true, ""},
        {"open", "closed", false, "settings.csv:2:access: say open or invitation"},
        {"demonstration", "invitation", false, "settings.csv:2:access: a demonstration takes synthetic ballots"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a;
        struct buf problems;
        struct form *f = NULL;
        struct rc_info e;
        arena_init(&a, 8 << 20);
        buf_init(&problems, 1 << 16);
        char *settings = arena_printf(&a, "form_id,form_title::English (en),description::English (en),organiser::English (en),"
                                      "handler::English (en),contact::English (en),legal_basis::English (en),"
                                      "population::English (en),sample,access\ns,T,D,O,H,C,L,P,%s,%s\n", rows[i].sample, rows[i].access);
        const char *survey = "type,name,label::English (en)\ninteger,n,How many?\n";
        const char *choices = "list_name,name,label::English (en)\n";
        const struct xlsform_files files = {survey, choices, settings, strlen(survey), strlen(choices), strlen(settings)};
        enum rc rc = xlsform_read(&files, &a, &f, &problems, &e);
        assert_int_equal(rc, rows[i].is_good ? RC_OK : RC_INPUT);
        if (rows[i].is_good)
            assert_int_equal(f->is_by_invitation, strcmp(rows[i].access, "invitation") == 0);
        else
            assert_non_null(strstr(problems.p, rows[i].says));
        buf_release(&problems);
        arena_release(&a);
    }
}

/* ---- the writer ---- */

struct box {
    unsigned char says[N];          /* to each code, by the first byte of its hash */
    int64_t refused_epoch;          /* a batch sealed to it is answered BOX_NO_EPOCH */
    enum rc spend_rc, drop_rc;      /* failures */
    unsigned n_spends, n_drops, n_abandoned, n_keys, n_open;
    size_t n_stored;                /* ballots of the last batch */
    bool is_in_transaction;
    unsigned char public_key[BATCH_PUBLIC_BYTES], secret[BATCH_SECRET_BYTES];
    struct arena *a;
};

static enum rc spend(void *ctx, int64_t survey_id, size_t n, const void *codes, const void *keys, struct arena *a,
                     const unsigned char **answers, struct rc_info *e)
{
    struct box *b = ctx;
    unsigned char *out = arena_alloc(a, n);
    (void)keys;
    b->n_spends++;
    assert_int_equal(survey_id, 7);
    assert_false(b->is_in_transaction);
    if (b->spend_rc != RC_OK)
        return rc_set(e, b->spend_rc, "told so");
    for (size_t i = 0; i < n; i++)
        out[i] = b->says[((const unsigned char *)codes)[i * KEY_HASH_BYTES]];
    *answers = out;
    b->is_in_transaction = true;
    return RC_OK;
}

static enum rc drop_spent(void *ctx, const struct stored_batch *s, struct arena *a, enum box_answer *answer, struct rc_info *e)
{
    struct box *b = ctx;
    struct batch plain;
    assert_true(b->is_in_transaction);
    b->is_in_transaction = false;
    b->n_drops++;
    if (b->drop_rc != RC_OK)
        return rc_set(e, b->drop_rc, "told so");
    *answer = BOX_STORED;
    b->n_stored = 0;
    if (s == NULL)
        return RC_OK;
    if (s->epoch_id == b->refused_epoch) {
        *answer = BOX_NO_EPOCH;
        return RC_OK;
    }
    assert_int_equal(batch_open(s->sealed, s->sealed_len, b->public_key, b->secret, a, &plain, e), RC_OK);
    assert_int_equal(plain.n, s->n);
    for (size_t i = 0; i < plain.n; i++) { /* box_hash and record_hash begin with the same byte here */
        assert_int_equal(plain.ballots[i].record_hash[0], ((const unsigned char *)s->box_hashes)[i * KEY_HASH_BYTES]);
        assert_int_equal(b->says[plain.ballots[i].record_hash[0]], CODE_SPENT_NOW);
    }
    b->n_stored = s->n;
    return RC_OK;
}

static void abandon(void *ctx)
{
    struct box *b = ctx;
    b->is_in_transaction = false;
    b->n_abandoned++;
}

static enum rc drop_open(void *ctx, const struct stored_batch *batches, size_t n, struct arena *a, enum box_answer *answers,
                         struct rc_info *e)
{
    struct box *b = ctx;
    (void)batches, (void)a, (void)e;
    for (size_t i = 0; i < n; i++)
        answers[i] = BOX_STORED;
    b->n_open++;
    return RC_OK;
}

static enum rc newest_key(void *ctx, struct arena *a, struct epoch_key *out, struct rc_info *e)
{
    struct box *b = ctx;
    (void)a, (void)e;
    b->n_keys++;
    out->epoch_id = 2;
    memcpy(out->public_key, b->public_key, sizeof out->public_key);
    return RC_OK;
}

struct fixture {
    struct box box;
    struct intake in;
    struct intake_ballot ballots[N + 1]; /* the last one is of an open survey */
    unsigned char codes[4];
    char spool[32];
};

static void start(struct fixture *x, bool with_open)
{
    memset(x, 0, sizeof *x);
    memcpy(x->spool, "/tmp/minyi-inv-XXXXXX", sizeof "/tmp/minyi-inv-XXXXXX");
    assert_non_null(mkdtemp(x->spool));
    assert_int_equal(crypto_box_keypair(x->box.public_key, x->box.secret), 0);
    memset(x->box.says, CODE_SPENT_NOW, sizeof x->box.says);
    const struct intake_box box = {.ctx = &x->box, .drop = drop_open, .spend = spend, .drop_spent = drop_spent,
                                   .abandon = abandon, .newest_key = newest_key};
    intake_init(&x->in, &box, x->spool);
    struct epoch_key key = {.epoch_id = 1};
    memcpy(key.public_key, x->box.public_key, sizeof key.public_key);
    intake_set_key(&x->in, &key);
    intake_set_up(&x->in, true);
    size_t n = with_open ? N + 1 : N;
    for (size_t i = 0; i < n; i++) {
        struct intake_ballot *b = &x->ballots[i];
        *b = (struct intake_ballot){.survey_id = i == N ? 8 : 7, .version_id = i == N ? 80 : 70, .has_code = i != N};
        b->ballot.codes = x->codes;
        b->ballot.codes_len = sizeof x->codes;
        b->ballot.record_hash[0] = b->ballot.box_hash[0] = b->code_hash[0] = (unsigned char)i;
        b->next = i + 1 < n ? &x->ballots[i + 1] : NULL;
    }
}

static void stop(struct fixture *x)
{
    assert_false(x->box.is_in_transaction);
    intake_release(&x->in);
    for (int epoch = 0; epoch <= 2; epoch++) { /* the marks of keys in use are all that may be there */
        char mark[64];
        (void)snprintf(mark, sizeof mark, "%s/key-%d.held", x->spool, epoch);
        (void)unlink(mark);
    }
    assert_int_equal(rmdir(x->spool), 0);
}

static void test_answers(void **state)
{
    struct fixture x;
    (void)state;
    start(&x, true);
    x.box.says[1] = CODE_REFUSED;
    x.box.says[3] = CODE_ADMITTED_BEFORE;
    intake_store(&x.in, x.ballots);
    const enum rc want[] = {RC_OK, RC_FORBIDDEN, RC_OK, RC_OK, RC_OK, RC_OK};
    for (size_t i = 0; i <= N; i++)
        assert_int_equal(x.ballots[i].result, want[i]);
    assert_int_equal(x.box.n_stored, 3);
    assert_int_equal(x.box.n_open, 1);
    assert_int_equal(atomic_load(&x.in.n_boxed), 4);
    stop(&x);
}

static void test_none_admitted(void **state)
{
    struct fixture x;
    (void)state;
    start(&x, false);
    memset(x.box.says, CODE_REFUSED, sizeof x.box.says);
    intake_store(&x.in, x.ballots);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(x.ballots[i].result, RC_FORBIDDEN);
    assert_int_equal(x.box.n_drops, 1); /* the transaction is ended all the same */
    assert_int_equal(x.box.n_stored, 0);
    assert_int_equal(x.box.n_open, 0);
    stop(&x);
}

static void test_away(void **state)
{
    static const struct {
        enum rc spend, drop;
        bool is_up;
        unsigned spends, drops;
    } rows[] = {{RC_AWAY, RC_OK, true, 1, 0}, {RC_OK, RC_AWAY, true, 1, 1}, {RC_OK, RC_OK, false, 0, 0}};
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct fixture x;
        start(&x, false);
        x.box.spend_rc = rows[r].spend;
        x.box.drop_rc = rows[r].drop;
        intake_set_up(&x.in, rows[r].is_up);
        intake_store(&x.in, x.ballots);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(x.ballots[i].result, RC_UNAVAILABLE);
        assert_int_equal(x.box.n_spends, rows[r].spends);
        assert_int_equal(x.box.n_drops, rows[r].drops);
        assert_false(atomic_load(&x.in.is_box_up));
        assert_int_equal(atomic_load(&x.in.n_spooled), 0);
        assert_int_equal(atomic_load(&x.in.n_lost), N);
        stop(&x);
    }
}

static void test_other_epoch(void **state)
{
    struct fixture x;
    (void)state;
    start(&x, false);
    x.box.refused_epoch = 1;
    intake_store(&x.in, x.ballots);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(x.ballots[i].result, RC_OK);
    assert_int_equal(x.box.n_spends, 2); /* the first transaction was undone, its codes with it */
    assert_int_equal(x.box.n_keys, 1);
    assert_int_equal(x.box.n_stored, N);
    stop(&x);
    start(&x, false);
    x.box.refused_epoch = 2; /* the newest one, too */
    struct epoch_key none = {.epoch_id = 0};
    intake_set_key(&x.in, &none);
    intake_store(&x.in, x.ballots);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(x.ballots[i].result, RC_UNAVAILABLE);
    stop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_setting),     cmocka_unit_test(test_setting_refused), cmocka_unit_test(test_answers),
        cmocka_unit_test(test_none_admitted), cmocka_unit_test(test_away),          cmocka_unit_test(test_other_epoch),
    };
    log_program("test");
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
