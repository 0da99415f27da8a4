/* Ballots of surveys by invitation: codes used up, the admitted sealed and stored, in one transaction. */
#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "box/intake_inner.h"

/* The invited ballots of one version in this round. */
struct party {
    size_t n;
    struct intake_ballot **members;
    unsigned char *codes, *keys;  /* hashes, by member */
    struct batch_ballot *ballots; /* of the admitted, shuffled */
    unsigned char *hashes;        /* of these */
    const unsigned char *answers; /* enum code_answer, by member; NULL before there are any */
};

static bool party_alloc(struct party *p, size_t n, struct arena *a)
{
    p->members = arena_array(a, n, sizeof(struct intake_ballot *));
    p->ballots = arena_array(a, n, sizeof *p->ballots);
    p->codes = arena_array(a, n, KEY_HASH_BYTES);
    p->keys = arena_array(a, n, KEY_HASH_BYTES);
    p->hashes = arena_array(a, n, KEY_HASH_BYTES);
    return p->members != NULL && p->ballots != NULL && p->codes != NULL && p->keys != NULL && p->hashes != NULL;
}

/* Take the ballots of the same version as `first` from there on. */
static void party_gather(struct party *p, struct intake_ballot *first)
{
    p->n = 0;
    for (struct intake_ballot *b = first; b != NULL; b = b->next) {
        if (!b->has_code || b->version_id != first->version_id || b->survey_id != first->survey_id)
            continue;
        memcpy(p->codes + p->n * KEY_HASH_BYTES, b->code_hash, KEY_HASH_BYTES);
        memcpy(p->keys + p->n * KEY_HASH_BYTES, b->ballot.box_hash, KEY_HASH_BYTES);
        p->members[p->n++] = b;
    }
}

/* Seal those that were admitted just now; gives their number, SIZE_MAX on failure. */
static size_t party_seal(struct party *p, const struct epoch_key *key, struct buf *out, struct rc_info *e)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->answers[i] == CODE_SPENT_NOW)
            p->ballots[n++] = p->members[i]->ballot;
    if (n == 0)
        return 0;
    batch_shuffle(p->ballots, n);
    for (size_t i = 0; i < n; i++)
        memcpy(p->hashes + i * KEY_HASH_BYTES, p->ballots[i].box_hash, KEY_HASH_BYTES);
    const struct batch plain = {p->members[0]->survey_id, p->members[0]->version_id, n, p->ballots};
    buf_reset(out);
    return batch_seal(&plain, key->public_key, out, e) == RC_OK ? n : SIZE_MAX;
}

/* One try with one key. RC_OK with *answer; anything else: nothing is stored, no code is used. */
static enum rc party_try(struct intake *in, struct party *p, const struct epoch_key *key, enum box_answer *answer,
                         struct rc_info *e)
{
    unsigned char id[16];
    const struct intake_ballot *first = p->members[0];
    enum rc rc = in->box.spend(in->box.ctx, first->survey_id, p->n, p->codes, p->keys, &in->arena, &p->answers, e);
    if (rc != RC_OK)
        return rc;
    size_t n = party_seal(p, key, &in->sealed, e);
    randombytes_buf(id, sizeof id);
    const struct stored_batch batch = {.batch_id = id, .survey_id = first->survey_id, .version_id = first->version_id,
                                       .epoch_id = key->epoch_id, .accepted_us = intake_now_us(), .n = n,
                                       .box_hashes = p->hashes, .sealed = in->sealed.p, .sealed_len = in->sealed.len};
    *answer = BOX_STORED;
    if (n == SIZE_MAX) {
        in->box.abandon(in->box.ctx);
        return RC_CRYPTO; /* with party_seal's message */
    }
    return in->box.drop_spent(in->box.ctx, n > 0 ? &batch : NULL, &in->arena, answer, e);
}

static void party_answer(struct intake *in, const struct party *p)
{
    size_t n = 0;
    fault_point("survey.after_commit");
    for (size_t i = 0; i < p->n; i++) {
        n += p->answers[i] == CODE_SPENT_NOW;
        p->members[i]->result = p->answers[i] == CODE_REFUSED ? RC_FORBIDDEN : RC_OK;
    }
    atomic_fetch_add(&in->n_boxed, n);
    atomic_fetch_add(&in->n_batches, n > 0);
}

/* A key that the box refuses is replaced by the newest one, once. RC_OK: the members have their results. */
static enum rc party_store(struct intake *in, struct party *p, struct rc_info *e)
{
    enum box_answer answer = BOX_STORED;
    struct epoch_key key = intake_get_key(in);
    enum rc rc = key.epoch_id != 0 ? party_try(in, p, &key, &answer, e) : RC_OK;
    if (rc == RC_OK && (key.epoch_id == 0 || answer == BOX_NO_EPOCH)) {
        intake_forget_key(in, key.epoch_id);
        rc = in->box.newest_key(in->box.ctx, &in->arena, &key, e);
        if (rc == RC_OK) {
            intake_set_key(in, &key);
            rc = party_try(in, p, &key, &answer, e);
        }
    }
    if (rc == RC_OK && answer != BOX_STORED)
        rc = rc_set(e, RC_CONFLICT, "the box refuses ballots by invitation with code %d", (int)answer);
    if (rc == RC_OK)
        party_answer(in, p);
    return rc;
}

void intake_store_invited(struct intake *in, struct intake_ballot *list)
{
    struct party p = {0};
    size_t n = 0, n_lost = 0;
    struct rc_info e = {0};
    for (struct intake_ballot *b = list; b != NULL; b = b->next)
        n += b->has_code;
    if (n == 0)
        return;
    bool has_room = party_alloc(&p, n, &in->arena);
    for (struct intake_ballot *b = list; b != NULL; b = b->next) {
        if (!b->has_code || b->is_tried)
            continue;
        enum rc rc = has_room ? rc_set(&e, RC_UNAVAILABLE, "the database is away")
                              : rc_set(&e, RC_NOMEM, "no memory for ballots by invitation");
        if (has_room)
            party_gather(&p, b);
        for (size_t i = 0; i < p.n; i++)
            p.members[i]->is_tried = true;
        if (has_room && atomic_load(&in->is_box_up))
            rc = party_store(in, &p, &e);
        if (rc == RC_OK)
            continue;
        n_lost += has_room ? p.n : 1;
        log_warn("invited_not_taken", kv_s("why", e.msg), kv_i("ballots", (int64_t)p.n));
        if (rc == RC_AWAY || rc == RC_DB)
            intake_set_up(in, false);
    }
    atomic_fetch_add(&in->n_lost, n_lost);
}
