#include "box/tree.h"

#include <sodium.h>
#include <string.h>

/* Buckets that were not touched are read over where they lie between touched ones: a query more costs
 * about as much as their rows. A query stays inside a part, which bounds what the server sorts. */
enum { GAP = 8 };

enum rc tree_note_touched(struct db *db, int64_t survey_id, const unsigned char touched[MERKLE_TOUCHED_BYTES],
                          struct rc_info *e)
{
    return tree_store_touch(db, survey_id, touched, e);
}

static enum rc take_part(void *ctx, const struct tree_part *p, struct rc_info *e)
{
    struct tree *t = ctx;
    struct merkle_trie *to = &t->parts[p->part];
    size_t n = 0;
    (void)e;
    memcpy(to->held, p->held, MERKLE_HELD_BYTES);
    for (size_t i = 0; i < MERKLE_WIDTH; i++)
        if (merkle_holds(to->held, i))
            memcpy(to->roots[i], p->roots + n++ * MERKLE_BYTES, MERKLE_BYTES);
    return RC_OK;
}

/* Put the bucket at hand into its part. */
static void finish_bucket(struct tree *t)
{
    if (t->at == MERKLE_BUCKETS)
        return;
    struct merkle_trie *part = &t->parts[t->at / MERKLE_WIDTH];
    size_t place = t->at % MERKLE_WIDTH;
    part->held[place / 8] |= (unsigned char)(1U << place % 8);
    merkle_bucket_root(&t->bucket, part->roots[place]);
    t->bucket.n = 0;
    t->at = MERKLE_BUCKETS;
}

static enum rc take_leaf(void *ctx, const unsigned char *record_hash, const unsigned char *codes, size_t len,
                         struct rc_info *e)
{
    struct tree *t = ctx;
    unsigned char salt[MERKLE_SALT_BYTES], leaf[MERKLE_BYTES];
    size_t at = merkle_bucket(record_hash);
    (void)e;
    if (!merkle_holds(t->touched, at))
        return RC_OK;
    if (at != t->at)
        finish_bucket(t);
    t->at = at;
    merkle_salt(t->stored.secret, record_hash, salt);
    merkle_leaf(salt, record_hash, codes, len, leaf);
    merkle_bucket_add(&t->bucket, leaf);
    return RC_OK;
}

/* The last touched bucket of a run that begins at `from`, a touched one. */
static size_t run_end(const struct tree *t, size_t from)
{
    size_t last = from, end = (from / MERKLE_WIDTH + 1) * MERKLE_WIDTH;
    for (size_t i = from + 1; i < end && i - last <= GAP; i++)
        if (merkle_holds(t->touched, i))
            last = i;
    return last;
}

static enum rc read_again(struct tree *t, struct db *db, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < MERKLE_BUCKETS; i++)
        if (merkle_holds(t->touched, i))
            t->parts[i / MERKLE_WIDTH].held[i % MERKLE_WIDTH / 8] &= (unsigned char)~(1U << i % 8);
    t->at = MERKLE_BUCKETS;
    for (size_t i = 0; rc == RC_OK && i < MERKLE_BUCKETS; i++) {
        if (!merkle_holds(t->touched, i))
            continue;
        size_t last = run_end(t, i);
        rc = tree_store_leaves(db, t->survey_id, (uint16_t)i, (uint16_t)last, take_leaf, t, e);
        finish_bucket(t);
        i = last;
    }
    return rc;
}

static void make_root(struct tree *t)
{
    struct merkle_trie top = {.held = {0}};
    for (size_t i = 0; i < MERKLE_WIDTH; i++)
        if (merkle_trie_root(&t->parts[i], top.roots[i]))
            top.held[i / 8] |= (unsigned char)(1U << i % 8);
    t->has_root = merkle_trie_root(&top, t->root);
}

static bool is_touched(const struct tree *t)
{
    return !sodium_is_zero(t->touched, sizeof t->touched);
}

enum rc tree_make(struct tree *t, struct db *db, int64_t survey_id, bool is_whole, struct arena *a, struct rc_info *e)
{
    *t = (struct tree){.survey_id = survey_id, .parts = arena_array(a, MERKLE_WIDTH, sizeof *t->parts)};
    if (t->parts == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a Merkle tree");
    enum rc rc = tree_store_head(db, survey_id, &t->stored, e);
    if (rc != RC_OK)
        return rc;
    if (!t->stored.is_there)
        randombytes_buf(t->stored.secret, sizeof t->stored.secret);
    if (is_whole || !t->stored.is_there)
        memset(t->touched, 255, sizeof t->touched);
    else
        rc = tree_store_touched(db, survey_id, t->touched, e);
    if (rc == RC_OK && !is_touched(t) && t->stored.has_root) { /* as published */
        t->has_root = true;
        memcpy(t->root, t->stored.root, MERKLE_BYTES);
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = tree_store_parts(db, survey_id, take_part, t, e);
    if (rc == RC_OK)
        rc = read_again(t, db, e);
    if (rc == RC_OK)
        make_root(t);
    return rc;
}

static enum rc save_part(const struct tree *t, size_t at, struct db *db, struct rc_info *e)
{
    const struct merkle_trie *part = &t->parts[at];
    unsigned char root[MERKLE_BYTES], roots[MERKLE_WIDTH][MERKLE_BYTES];
    struct tree_part row = {.part = (int32_t)at, .root = root, .held = part->held, .roots = roots[0]};
    for (size_t i = 0; i < MERKLE_WIDTH; i++)
        if (merkle_holds(part->held, i))
            memcpy(roots[row.n_roots++], part->roots[i], MERKLE_BYTES);
    (void)merkle_trie_root(part, root);
    return tree_store_put(db, t->survey_id, &row, e);
}

enum rc tree_save(const struct tree *t, struct db *db, struct rc_info *e)
{
    enum rc rc = t->stored.is_there ? RC_OK : tree_store_add(db, t->survey_id, t->stored.secret, e);
    if (rc != RC_OK || !is_touched(t))
        return rc;
    for (size_t i = 0; rc == RC_OK && i < MERKLE_WIDTH; i++)
        if (!sodium_is_zero(t->touched + i * MERKLE_HELD_BYTES, MERKLE_HELD_BYTES))
            rc = save_part(t, i, db, e);
    if (rc == RC_OK)
        rc = tree_store_root(db, t->survey_id, t->has_root ? t->root : NULL, e);
    return rc == RC_OK ? tree_store_clean(db, t->survey_id, e) : rc;
}
