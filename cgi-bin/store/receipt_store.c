#include "store/receipt_store.h"

#include <string.h>

enum stmt { LOOK, WORDS, WITHDRAW, N_STMTS };

static const struct db_stmt stmts[N_STMTS] = {
    [LOOK] = {"receipt_look",
              "SELECT state, survey_id, version_id, opened_on, codes, salt, leaves, n_before, held, roots, part_held,"
              " part_roots, root FROM intake.receipt($1::bytea, $2::bytea)",
              2},
    [WORDS] = {"receipt_words", "SELECT node, body FROM intake.receipt_words($1::bytea, $2::bytea)", 2},
    [WITHDRAW] = {"receipt_withdraw", "SELECT intake.withdraw($1::bytea, $2::bytea)", 2},
};

struct db *receipt_store_new(int64_t deadline_ms)
{
    return db_new(&(struct db_config){.role = "minyi_survey",
                                      .program = "survey",
                                      .deadline_ms = deadline_ms,
                                      .stmts = stmts,
                                      .n_stmts = N_STMTS});
}

static const unsigned char *bytes_at(const struct db_rows *r, size_t col, size_t *len)
{
    const struct db_cell *c = db_at(r, 0, col);
    *len = c->p == NULL ? 0 : c->len;
    return (const unsigned char *)c->p;
}

/* The part's trie: 32 bytes of bits, and a hash for each of them. */
static enum rc read_part(const struct db_rows *r, struct stored_trie *t, struct rc_info *e)
{
    size_t held_len, roots_len;
    const unsigned char *held = bytes_at(r, 8, &held_len);
    t->roots = bytes_at(r, 9, &roots_len);
    if (held == NULL)
        return RC_OK; /* no tree yet */
    if (held_len != RECEIPT_HELD_BYTES)
        return rc_set(e, RC_DB, "a part of a Merkle tree has %zu bytes of bits", held_len);
    memcpy(t->held, held, RECEIPT_HELD_BYTES);
    for (size_t i = 0; i < RECEIPT_HELD_BYTES; i++)
        t->n += (size_t)__builtin_popcount(held[i]);
    return roots_len == t->n * RECEIPT_NODE_BYTES ? RC_OK : rc_set(e, RC_DB, "a part of a Merkle tree is cut off");
}

/* The upper trie: the numbers of the parts that there are, ascending, and their roots. */
static enum rc read_top(const struct db_rows *r, struct stored_trie *t, struct rc_info *e)
{
    size_t roots_len;
    const unsigned char *parts = bytes_at(r, 10, &t->n);
    t->roots = bytes_at(r, 11, &roots_len);
    if (roots_len != t->n * RECEIPT_NODE_BYTES)
        return rc_set(e, RC_DB, "a Merkle tree's parts are cut off");
    for (size_t i = 0; i < t->n; i++)
        t->held[parts[i] / 8] |= (unsigned char)(1U << parts[i] % 8);
    return RC_OK;
}

static enum rc read_counted(const struct db_rows *r, struct stored_receipt *out, struct rc_info *e)
{
    size_t salt_len, leaves_len, root_len;
    int64_t before = db_get_i64(db_at(r, 0, 7));
    out->survey_id = db_get_i64(db_at(r, 0, 1));
    out->version_id = db_get_i64(db_at(r, 0, 2));
    out->opened_on = db_get_text(db_at(r, 0, 3));
    out->codes = bytes_at(r, 4, &out->codes_len);
    out->salt = bytes_at(r, 5, &salt_len);
    out->leaves = bytes_at(r, 6, &leaves_len);
    out->root = bytes_at(r, 12, &root_len);
    if ((out->salt != NULL && salt_len != RECEIPT_HASH_BYTES) || leaves_len % RECEIPT_NODE_BYTES != 0 || before < 0 ||
        (out->root != NULL && root_len != RECEIPT_NODE_BYTES))
        return rc_set(e, RC_DB, "a receipt's proof is not well formed");
    out->n_leaves = leaves_len / RECEIPT_NODE_BYTES;
    out->n_before = (size_t)before;
    enum rc rc = read_part(r, &out->part, e);
    return rc == RC_OK ? read_top(r, &out->top, e) : rc;
}

enum rc receipt_store_look(struct db *db, const unsigned char box_hash[RECEIPT_HASH_BYTES],
                           const unsigned char record_hash[RECEIPT_HASH_BYTES], struct arena *a,
                           struct stored_receipt *out, struct rc_info *e)
{
    struct db_rows r;
    struct stored_receipt found = {.state = RECEIPT_UNKNOWN};
    const struct db_param p[] = {db_bytes(box_hash, RECEIPT_HASH_BYTES), db_bytes(record_hash, RECEIPT_HASH_BYTES)};
    enum rc rc = db_query(db, LOOK, p, 2, a, &r, e);
    int64_t state = rc == RC_OK && r.n_rows == 1 ? db_get_i64(db_at(&r, 0, 0)) : -1;
    if (rc != RC_OK)
        return rc;
    if (state < RECEIPT_UNKNOWN || state > RECEIPT_LEAVING)
        return rc_set(e, RC_DB, "the database gave an unknown state %lld of a receipt", (long long)state);
    found.state = (enum receipt_state)state;
    if (found.state == RECEIPT_COUNTED || found.state == RECEIPT_LEAVING)
        rc = read_counted(&r, &found, e);
    if (rc == RC_OK)
        *out = found;
    return rc;
}

enum rc receipt_store_words(struct db *db, const unsigned char box_hash[RECEIPT_HASH_BYTES],
                            const unsigned char record_hash[RECEIPT_HASH_BYTES], struct arena *a,
                            struct receipt_word **out, size_t *n, struct rc_info *e)
{
    struct db_rows r;
    const struct db_param p[] = {db_bytes(box_hash, RECEIPT_HASH_BYTES), db_bytes(record_hash, RECEIPT_HASH_BYTES)};
    enum rc rc = db_query(db, WORDS, p, 2, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct receipt_word *w = arena_array(a, r.n_rows + 1, sizeof *w);
    if (w == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu texts", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        w[i] = (struct receipt_word){(size_t)db_get_i64(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1))};
    *out = w;
    *n = r.n_rows;
    return RC_OK;
}

enum rc receipt_store_withdraw(struct db *db, const unsigned char box_hash[RECEIPT_HASH_BYTES],
                               const unsigned char record_hash[RECEIPT_HASH_BYTES], struct arena *a,
                               struct rc_info *e)
{
    struct db_rows r;
    const struct db_param p[] = {db_bytes(box_hash, RECEIPT_HASH_BYTES), db_bytes(record_hash, RECEIPT_HASH_BYTES)};
    enum rc rc = db_query(db, WITHDRAW, p, 2, a, &r, e);
    int64_t code = rc == RC_OK && r.n_rows == 1 ? db_get_i64(db_at(&r, 0, 0)) : -1;
    if (rc != RC_OK || code == 0)
        return rc;
    return code == 1 ? rc_set(e, RC_NOTFOUND, "no ballot has this key")
                     : rc_set(e, RC_DB, "the database gave an unknown answer %lld to a withdrawal", (long long)code);
}
