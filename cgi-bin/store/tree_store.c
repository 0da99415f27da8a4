/* The tally's view of the Merkle tree's tables. Statements are in tally_store.c. */
#include "store/tree_store.h"

#include <string.h>

#include "store/tally_stmts.h"

enum rc tree_store_head(struct db *db, int64_t survey_id, struct tree_head *out, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    *out = (struct tree_head){.is_there = false};
    enum rc rc = db_query(db, TS_TREE, (const struct db_param[]){db_i64(survey_id)}, 1, &a, &r, e);
    if (rc == RC_OK && r.n_rows > 0) {
        const struct db_cell *secret = db_at(&r, 0, 0), *root = db_at(&r, 0, 1);
        if (secret->len != TREE_HASH_BYTES || (root->p != NULL && root->len != TREE_HASH_BYTES))
            rc = rc_set(e, RC_DB, "a Merkle tree's secret or root is not of %d bytes", TREE_HASH_BYTES);
        else
            memcpy(out->secret, secret->p, TREE_HASH_BYTES);
        out->is_there = rc == RC_OK;
        out->has_root = rc == RC_OK && root->p != NULL;
        if (out->has_root)
            memcpy(out->root, root->p, TREE_HASH_BYTES);
    }
    arena_release(&a);
    return rc;
}

enum rc tree_store_add(struct db *db, int64_t survey_id, const unsigned char secret[TREE_HASH_BYTES],
                       struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_bytes(secret, TREE_HASH_BYTES)};
    return db_query(db, TS_TREE_ADD, p, 2, NULL, NULL, e);
}

struct part_reader {
    tree_part_fn *each;
    void *ctx;
};

static enum rc give_part(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct part_reader *r = ctx;
    struct tree_part p = {.part = (int32_t)db_get_i64(&c[0]), .held = (const unsigned char *)c[1].p,
                          .roots = (const unsigned char *)c[2].p};
    size_t held = 0;
    if (n != 3 || c[1].len != TREE_HELD_BYTES || c[2].p == NULL || p.part < 0 || p.part > 255)
        return rc_set(e, RC_DB, "a part of a Merkle tree is not well formed");
    for (size_t i = 0; i < TREE_HELD_BYTES; i++)
        held += (size_t)__builtin_popcount(p.held[i]);
    p.n_roots = held;
    if (c[2].len != held * TREE_HASH_BYTES)
        return rc_set(e, RC_DB, "part %d of a Merkle tree holds %zu bytes for %zu buckets", (int)p.part, c[2].len, held);
    return r->each(r->ctx, &p, e);
}

enum rc tree_store_parts(struct db *db, int64_t survey_id, tree_part_fn *each, void *ctx, struct rc_info *e)
{
    return db_stream(db, TS_TREE_PARTS, (const struct db_param[]){db_i64(survey_id)}, 1, give_part,
                     &(struct part_reader){each, ctx}, e);
}

enum rc tree_store_put(struct db *db, int64_t survey_id, const struct tree_part *x, struct rc_info *e)
{
    const struct db_param place[] = {db_i64(survey_id), db_i32(x->part)};
    if (x->n_roots == 0)
        return db_query(db, TS_TREE_DROP_PART, place, 2, NULL, NULL, e);
    const struct db_param p[] = {place[0], place[1], db_bytes(x->root, TREE_HASH_BYTES),
                                 db_bytes(x->held, TREE_HELD_BYTES), db_bytes(x->roots, x->n_roots * TREE_HASH_BYTES)};
    return db_query(db, TS_TREE_PUT_PART, p, 5, NULL, NULL, e);
}

enum rc tree_store_root(struct db *db, int64_t survey_id, const unsigned char *root, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), root != NULL ? db_bytes(root, TREE_HASH_BYTES) : db_null()};
    return db_query(db, TS_TREE_ROOT, p, 2, NULL, NULL, e);
}

enum rc tree_store_touch(struct db *db, int64_t survey_id, const unsigned char touched[TREE_TOUCHED_BYTES],
                         struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_bytes(touched, TREE_TOUCHED_BYTES)};
    return db_query(db, TS_TREE_TOUCH, p, 2, NULL, NULL, e);
}

static enum rc add_touched(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    unsigned char *touched = ctx;
    if (n != 1 || c[0].len != TREE_TOUCHED_BYTES)
        return rc_set(e, RC_DB, "a note of touched buckets has %zu bytes", c[0].len);
    for (size_t i = 0; i < TREE_TOUCHED_BYTES; i++)
        touched[i] |= (unsigned char)c[0].p[i];
    return RC_OK;
}

enum rc tree_store_touched(struct db *db, int64_t survey_id, unsigned char touched[TREE_TOUCHED_BYTES],
                           struct rc_info *e)
{
    return db_stream(db, TS_TREE_TOUCHED, (const struct db_param[]){db_i64(survey_id)}, 1, add_touched, touched, e);
}

enum rc tree_store_clean(struct db *db, int64_t survey_id, struct rc_info *e)
{
    return db_query(db, TS_TREE_CLEAN, (const struct db_param[]){db_i64(survey_id)}, 1, NULL, NULL, e);
}

struct leaf_reader {
    tree_leaf_fn *each;
    void *ctx;
};

static enum rc give_leaf(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct leaf_reader *r = ctx;
    if (n != 2 || c[0].len != TALLY_HASH_BYTES || c[1].p == NULL)
        return rc_set(e, RC_DB, "a response has no hash or no codes");
    return r->each(r->ctx, (const unsigned char *)c[0].p, (const unsigned char *)c[1].p, c[1].len, e);
}

enum rc tree_store_leaves(struct db *db, int64_t survey_id, uint16_t from, uint16_t to, tree_leaf_fn *each, void *ctx,
                          struct rc_info *e)
{
    unsigned char low[TALLY_HASH_BYTES] = {(unsigned char)(from >> 8), (unsigned char)(from & 255)};
    unsigned char high[TALLY_HASH_BYTES];
    memset(high, 255, sizeof high);
    high[0] = (unsigned char)(to >> 8);
    high[1] = (unsigned char)(to & 255);
    const struct db_param p[] = {db_i64(survey_id), db_bytes(low, sizeof low), db_bytes(high, sizeof high)};
    return db_stream(db, TS_LEAVES, p, 3, give_leaf, &(struct leaf_reader){each, ctx}, e);
}
