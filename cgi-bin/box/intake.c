#include "box/intake.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/settings.h"
#include "box/intake_inner.h"
#include "box/spool.h"

enum { ROUND_ARENA_MAX = 8 * 1024 * 1024, SEALED_MAX = 4 * 1024 * 1024 };

/* The ballots of one version in this round, and their batch. */
struct group {
    size_t n;
    struct intake_ballot **members;
    struct batch_ballot *ballots; /* shuffled: no order of arrival is kept */
    unsigned char *hashes;
    size_t sealed_at, sealed_len; /* in intake.sealed */
    struct stored_batch batch;
};

struct round {
    size_t n_groups;
    struct group *groups;
    struct stored_batch *batches;
    enum box_answer *answers;
    bool is_sealed; /* all of it, to a key that the box has not refused */
};

void intake_init(struct intake *in, const struct intake_box *box, const char *spool_dir)
{
    *in = (struct intake){.box = *box, .spool_dir = spool_dir};
    arena_init(&in->arena, ROUND_ARENA_MAX);
    buf_init(&in->sealed, SEALED_MAX);
    (void)pthread_mutex_init(&in->lock, NULL);
    (void)pthread_cond_init(&in->has_trouble, NULL);
}

void intake_release(struct intake *in)
{
    arena_release(&in->arena);
    buf_release(&in->sealed);
    (void)pthread_cond_destroy(&in->has_trouble);
    (void)pthread_mutex_destroy(&in->lock);
}

void intake_set_key(struct intake *in, const struct epoch_key *key)
{
    struct rc_info e = {0};
    (void)pthread_mutex_lock(&in->lock);
    bool is_new = in->key.epoch_id != key->epoch_id;
    in->key = *key;
    (void)pthread_mutex_unlock(&in->lock);
    if (is_new && spool_hold_key(in->spool_dir, key->epoch_id, &e) != RC_OK)
        log_warn("key_not_held", kv_i("epoch", key->epoch_id), kv_s("why", e.msg));
}

struct epoch_key intake_get_key(struct intake *in)
{
    (void)pthread_mutex_lock(&in->lock);
    struct epoch_key key = in->key;
    (void)pthread_mutex_unlock(&in->lock);
    return key;
}

/* The box refused this key: nothing may be sealed to it any more, above all not for the spool. */
void intake_forget_key(struct intake *in, int64_t epoch_id)
{
    (void)pthread_mutex_lock(&in->lock);
    if (in->key.epoch_id == epoch_id)
        in->key.epoch_id = 0;
    (void)pthread_mutex_unlock(&in->lock);
}

bool intake_has_key(struct intake *in)
{
    return intake_get_key(in).epoch_id != 0;
}

void intake_set_up(struct intake *in, bool is_up)
{
    if (atomic_exchange(&in->is_box_up, is_up) == is_up)
        return;
    log_info(is_up ? "box_up" : "box_away", kv_s("spool", in->spool_dir));
    if (!is_up)
        intake_wake(in);
}

void intake_wake(struct intake *in)
{
    (void)pthread_mutex_lock(&in->lock);
    in->is_waking = true;
    (void)pthread_cond_broadcast(&in->has_trouble);
    (void)pthread_mutex_unlock(&in->lock);
}

void intake_wait_trouble(struct intake *in, int64_t timeout_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_mutex_lock(&in->lock);
    while (!in->is_waking && pthread_cond_timedwait(&in->has_trouble, &in->lock, &until) != ETIMEDOUT)
        ;
    in->is_waking = false;
    (void)pthread_mutex_unlock(&in->lock);
}

int64_t intake_now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct group *group_of(struct round *r, int64_t survey_id, int64_t version_id)
{
    for (size_t i = 0; i < r->n_groups; i++)
        if (r->groups[i].batch.version_id == version_id && r->groups[i].batch.survey_id == survey_id)
            return &r->groups[i];
    struct group *g = &r->groups[r->n_groups++];
    *g = (struct group){.batch = {.survey_id = survey_id, .version_id = version_id}};
    return g;
}

static bool group_alloc(struct group *g, struct arena *a)
{
    unsigned char *id = arena_alloc(a, 16);
    g->members = arena_array(a, g->n, sizeof(struct intake_ballot *));
    g->ballots = arena_array(a, g->n, sizeof *g->ballots);
    g->hashes = arena_array(a, g->n, KEY_HASH_BYTES);
    if (id == NULL || g->members == NULL || g->ballots == NULL || g->hashes == NULL)
        return false;
    randombytes_buf(id, 16);
    g->batch.batch_id = id;
    g->batch.box_hashes = g->hashes;
    g->batch.accepted_us = intake_now_us();
    g->n = 0;
    return true;
}

/* Sort the list into groups by version. A round has few versions, so a linear search does. */
static bool round_make(struct round *r, struct intake_ballot *list, struct arena *a)
{
    size_t n = 0;
    for (struct intake_ballot *b = list; b != NULL; b = b->next)
        n++;
    r->n_groups = 0;
    r->groups = arena_array(a, n, sizeof *r->groups);
    r->batches = arena_array(a, n, sizeof *r->batches);
    r->answers = arena_array(a, n, sizeof *r->answers);
    if (r->groups == NULL || r->batches == NULL || r->answers == NULL)
        return false;
    for (struct intake_ballot *b = list; b != NULL; b = b->next)
        if (!b->has_code)
            group_of(r, b->survey_id, b->version_id)->n++;
    for (size_t i = 0; i < r->n_groups; i++)
        if (!group_alloc(&r->groups[i], a))
            return false;
    for (struct intake_ballot *b = list; b != NULL; b = b->next) {
        if (b->has_code)
            continue;
        struct group *g = group_of(r, b->survey_id, b->version_id);
        g->members[g->n] = b;
        g->ballots[g->n++] = b->ballot;
    }
    return true;
}

static enum rc group_seal(struct group *g, const struct epoch_key *key, struct buf *out, struct rc_info *e)
{
    batch_shuffle(g->ballots, g->n);
    for (size_t i = 0; i < g->n; i++)
        memcpy(g->hashes + i * KEY_HASH_BYTES, g->ballots[i].box_hash, KEY_HASH_BYTES);
    const struct batch plain = {g->batch.survey_id, g->batch.version_id, g->n, g->ballots};
    g->sealed_at = out->len;
    enum rc rc = batch_seal(&plain, key->public_key, out, e);
    g->sealed_len = out->len - g->sealed_at;
    g->batch.n = g->n;
    g->batch.epoch_id = key->epoch_id;
    return rc;
}

static enum rc round_seal(struct intake *in, struct round *r, const struct epoch_key *key, struct rc_info *e)
{
    enum rc rc = RC_OK;
    r->is_sealed = false;
    if (key->epoch_id == 0)
        return rc_set(e, RC_CRYPTO, "there is no epoch key to seal to");
    buf_reset(&in->sealed);
    for (size_t i = 0; rc == RC_OK && i < r->n_groups; i++)
        rc = group_seal(&r->groups[i], key, &in->sealed, e);
    for (size_t i = 0; rc == RC_OK && i < r->n_groups; i++) { /* the buffer moves no more */
        struct group *g = &r->groups[i];
        g->batch.sealed = in->sealed.p + g->sealed_at;
        g->batch.sealed_len = g->sealed_len;
        r->batches[i] = g->batch;
    }
    r->is_sealed = rc == RC_OK;
    return rc;
}

static void group_answer(const struct group *g, enum rc result)
{
    for (size_t i = 0; i < g->n; i++)
        g->members[i]->result = result;
}

static enum rc round_drop(struct intake *in, struct round *r, struct rc_info *e)
{
    enum rc rc = in->box.drop(in->box.ctx, r->batches, r->n_groups, &in->arena, r->answers, e);
    if (rc == RC_OK && r->answers[0] == BOX_NO_EPOCH) {
        r->is_sealed = false;
        intake_forget_key(in, r->batches[0].epoch_id);
    }
    return rc;
}

/* The box refused the epoch: read the newest key and seal again, once. */
static enum rc round_drop_again(struct intake *in, struct round *r, struct rc_info *e)
{
    struct epoch_key key;
    enum rc rc = in->box.newest_key(in->box.ctx, &in->arena, &key, e);
    if (rc == RC_OK) {
        intake_set_key(in, &key);
        rc = round_seal(in, r, &key, e);
    }
    if (rc == RC_OK)
        rc = round_drop(in, r, e);
    return rc;
}

/* Into the box. RC_OK: every group has its answer. */
static enum rc round_box(struct intake *in, struct round *r, struct rc_info *e)
{
    enum rc rc = round_drop(in, r, e);
    if (rc == RC_OK && !r->is_sealed)
        rc = round_drop_again(in, r, e);
    if (rc != RC_OK)
        return rc;
    fault_point("survey.after_commit");
    for (size_t i = 0; i < r->n_groups; i++) {
        struct group *g = &r->groups[i];
        bool is_stored = r->answers[i] == BOX_STORED;
        group_answer(g, is_stored ? RC_OK : RC_UNAVAILABLE);
        atomic_fetch_add(is_stored ? &in->n_boxed : &in->n_lost, g->n);
        atomic_fetch_add(&in->n_batches, is_stored);
        if (!is_stored)
            log_error("box_refused", kv_i("version", g->batch.version_id), kv_i("code", r->answers[i]),
                      kv_i("ballots", (int64_t)g->n));
    }
    return RC_OK;
}

static void round_spool(struct intake *in, struct round *r)
{
    struct rc_info e = {0};
    for (size_t i = 0; i < r->n_groups; i++) {
        struct group *g = &r->groups[i];
        struct sealed_batch b = {.survey_id = g->batch.survey_id, .version_id = g->batch.version_id,
                                 .epoch_id = g->batch.epoch_id, .accepted_us = g->batch.accepted_us,
                                 .n = g->n, .box_hashes = g->hashes, .sealed = g->batch.sealed,
                                 .sealed_len = g->sealed_len};
        memcpy(b.batch_id, g->batch.batch_id, sizeof b.batch_id);
        enum rc rc = spool_write(in->spool_dir, &b, &e);
        group_answer(g, rc == RC_OK ? RC_OK : RC_UNAVAILABLE);
        atomic_fetch_add(rc == RC_OK ? &in->n_spooled : &in->n_lost, g->n);
        atomic_fetch_add(&in->n_batches, rc == RC_OK);
        if (rc != RC_OK)
            log_error("spool_failed", kv_s("why", e.msg), kv_i("ballots", (int64_t)g->n));
    }
}

/* The ballots of open surveys, which may go to the spool. */
static void store_open(struct intake *in, struct intake_ballot *list)
{
    struct rc_info e = {0};
    struct round r = {0};
    struct epoch_key key = intake_get_key(in);
    size_t n = 0;
    for (struct intake_ballot *b = list; b != NULL; b = b->next)
        n += !b->has_code;
    if (n == 0)
        return;
    enum rc rc = round_make(&r, list, &in->arena) ? RC_OK : rc_set(&e, RC_NOMEM, "no memory for a round");
    if (rc == RC_OK && key.epoch_id == 0 && atomic_load(&in->is_box_up) &&
        in->box.newest_key(in->box.ctx, &in->arena, &key, &e) == RC_OK)
        intake_set_key(in, &key);
    if (rc == RC_OK)
        rc = round_seal(in, &r, &key, &e);
    if (rc != RC_OK) {
        atomic_fetch_add(&in->n_lost, n);
        log_error("seal_failed", kv_s("why", e.msg), kv_i("ballots", (int64_t)n));
        return;
    }
    if (atomic_load(&in->is_box_up)) {
        if (round_box(in, &r, &e) == RC_OK)
            return;
        log_warn("box_failed", kv_s("why", e.msg), kv_i("ballots", (int64_t)n));
        intake_set_up(in, false);
    }
    if (r.is_sealed)
        round_spool(in, &r);
    else /* no one could open it: the citizens are asked to send again */
        atomic_fetch_add(&in->n_lost, n);
}

void intake_store(struct intake *in, struct intake_ballot *list)
{
    for (struct intake_ballot *b = list; b != NULL; b = b->next)
        b->result = RC_UNAVAILABLE; /* until it is durable */
    arena_reset(&in->arena);
    store_open(in, list);
    intake_store_invited(in, list);
}

struct drain {
    const struct intake_box *box;
    struct arena arena;
};

static enum rc drain_one(void *ctx, const struct sealed_batch *b, struct rc_info *e)
{
    struct drain *d = ctx;
    enum box_answer answer = BOX_STORED;
    const struct stored_batch s = {.batch_id = b->batch_id, .survey_id = b->survey_id,
                                   .version_id = b->version_id, .epoch_id = b->epoch_id,
                                   .accepted_us = b->accepted_us, .n = b->n, .box_hashes = b->box_hashes,
                                   .sealed = b->sealed, .sealed_len = b->sealed_len};
    arena_reset(&d->arena);
    enum rc rc = d->box->drop(d->box->ctx, &s, 1, &d->arena, &answer, e);
    if (rc == RC_OK && answer != BOX_STORED)
        return rc_set(e, RC_CONFLICT, "the box refuses a batch of the spool with code %d (version %lld, epoch %lld)",
                      (int)answer, (long long)b->version_id, (long long)b->epoch_id);
    return rc;
}

enum rc intake_drain(const struct intake_box *box, const char *spool_dir, size_t *n_done, size_t *n_bad,
                     struct rc_info *e)
{
    struct drain d = {.box = box};
    arena_init(&d.arena, 64 * 1024);
    enum rc rc = spool_drain(spool_dir, drain_one, &d, n_done, n_bad, e);
    arena_release(&d.arena);
    return rc;
}
