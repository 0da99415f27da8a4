/* The tally's keys: read, made, destroyed. See tally.h. */
#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "box/keyring.h"
#include "box/spool.h"
#include "box/tally.h"

enum { DAY_S = 86400, CLASHES_MAX = 1000 };

/* Read one secret; one that is not there, or is another's, leaves its batches in the box. */
static void load_one(struct tally *t, const struct tally_key *k)
{
    struct rc_info e = {0};
    struct opener_key *out = &t->keys[t->n_keys++];
    unsigned char pk[BATCH_PUBLIC_BYTES];
    *out = (struct opener_key){.epoch_id = k->epoch_id};
    memcpy(out->pk, k->public_key, sizeof out->pk);
    enum rc rc = keyring_load(setting(SET_KEYRING_DIR), k->epoch_id, out->sk, &e);
    if (rc == RC_OK && (crypto_scalarmult_base(pk, out->sk) != 0 || memcmp(pk, out->pk, sizeof pk) != 0))
        rc = rc_set(&e, RC_CRYPTO, "the keyring's secret of epoch %lld belongs to another key",
                    (long long)k->epoch_id);
    out->has_secret = rc == RC_OK;
    if (rc == RC_OK)
        return;
    sodium_memzero(out->sk, sizeof out->sk);
    struct rc_info words = {0};
    (void)rc_set(&words, rc == RC_NOTFOUND ? RC_CRYPTO : rc,
                 "the secret key of epoch %lld is missing, its ballots stay in the box: restore the keyring with "
                 "\"minyi key restore\" (%.200s)", (long long)k->epoch_id, e.msg);
    tally_fail(t, "keys", &words);
}

/* A pair for a new epoch. A number whose file is there already was taken by a run that died before it
 * told the database, or by a database that was set back: the file is left alone and the next is tried. */
static enum rc make_pair(struct tally *t, int64_t epoch_id, struct tally_key *out, struct rc_info *e)
{
    unsigned char recovery_pk[BATCH_PUBLIC_BYTES], escrow[KEYRING_ESCROW_BYTES];
    int64_t recovery_id = 0;
    unsigned char *pk = arena_alloc(&t->a, BATCH_PUBLIC_BYTES);
    enum rc rc = pk == NULL ? rc_set(e, RC_NOMEM, "no memory for a key")
                            : tally_recovery_key(t->db, &recovery_id, recovery_pk, e);
    if (rc != RC_OK)
        return rc;
    for (int i = 0; i < CLASHES_MAX; i++) {
        rc = keyring_make(setting(SET_KEYRING_DIR), epoch_id, recovery_pk, pk, escrow, e);
        if (rc != RC_CONFLICT)
            break;
        epoch_id++;
    }
    if (rc == RC_OK)
        rc = tally_key_add(t->db, epoch_id, pk, recovery_id, escrow, sizeof escrow, e);
    if (rc == RC_OK) {
        log_info("epoch_key_made", kv_i("epoch", epoch_id));
        *out = (struct tally_key){.epoch_id = epoch_id, .public_key = pk};
    }
    return rc;
}

enum rc tally_load_keys(struct tally *t, struct rc_info *e)
{
    struct tally_key *keys = NULL;
    size_t n = 0;
    arena_init(&t->a, 16 << 20);
    enum rc rc = tally_keys(t->db, &t->a, &keys, &n, e);
    if (rc != RC_OK)
        return rc;
    t->keys = arena_array(&t->a, n + 1, sizeof *t->keys);
    if (t->keys == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu keys", n);
    const struct tally_key *newest = NULL;
    for (size_t i = 0; i < n; i++) {
        if (keys[i].is_destroyed)
            continue;
        load_one(t, &keys[i]);
        newest = &keys[i];
    }
    if (newest != NULL && newest->age_s < setting_int(SET_EPOCH_DAYS) * DAY_S)
        return RC_OK;
    struct tally_key made;
    struct rc_info why = {0};
    rc = make_pair(t, n == 0 ? 1 : keys[n - 1].epoch_id + 1, &made, &why);
    if (rc == RC_OK)
        load_one(t, &made);
    else
        tally_fail(t, "keys", &why);
    return RC_OK;
}

static bool is_in_spool(const struct spool_state *s, int64_t epoch_id)
{
    for (size_t i = 0; i < s->n_epochs; i++)
        if (s->epochs[i] == epoch_id)
            return true;
    return false;
}

/* First the database, then the file: a run that dies in between is finished by the next. */
static enum rc destroy_one(struct tally *t, const struct tally_key *k, struct rc_info *e)
{
    bool is_marked = k->is_destroyed;
    enum rc rc = is_marked ? RC_OK : tally_key_mark(t->db, k->epoch_id, &is_marked, e);
    if (rc != RC_OK || !is_marked)
        return rc;
    if (!k->is_destroyed)
        log_info("epoch_key_destroyed", kv_i("epoch", k->epoch_id));
    struct rc_info why = {0};
    if (keyring_destroy(setting(SET_KEYRING_DIR), k->epoch_id, &why) != RC_OK)
        tally_fail(t, "keys", &why);
    return RC_OK;
}

enum rc tally_destroy_keys(struct tally *t, struct rc_info *e)
{
    struct spool_state spool;
    struct tally_key *keys = NULL;
    size_t n = 0;
    struct rc_info why = {0};
    /* the spool before the box: a batch on its way from one to the other is seen in at least one */
    enum rc spooled = spool_look(setting(SET_SPOOL_DIR), &spool, &why);
    if (spooled != RC_OK)
        log_warn("no_key_destroyed", kv_s("why", why.msg));
    bool is_known = spooled == RC_OK && spool.n_epochs < sizeof spool.epochs / sizeof *spool.epochs;
    enum rc rc = tally_keys(t->db, &t->a, &keys, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (keys[i].is_destroyed || (is_known && keys[i].may_go && !is_in_spool(&spool, keys[i].epoch_id)))
            rc = destroy_one(t, &keys[i], e);
    return rc;
}
