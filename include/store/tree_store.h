/* tree_store: what the tally keeps of a survey's Merkle tree (role minyi_tally).  Layer: store.
 * `db` is tally_db's. Every function can give RC_OK, RC_AWAY, RC_DB and, where it takes an arena, RC_NOMEM.
 * Sizes: hashes of 32 bytes, bit sets of 32 (a part's buckets) and 8192 bytes (all buckets). */
#ifndef MINYI_STORE_TREE_STORE_H
#define MINYI_STORE_TREE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/tally_store.h"

enum { TREE_HASH_BYTES = 32, TREE_HELD_BYTES = 32, TREE_TOUCHED_BYTES = 8192 };

struct tree_head {
    bool is_there, has_root;
    unsigned char secret[TREE_HASH_BYTES], root[TREE_HASH_BYTES];
};
enum rc tree_store_head(struct db *db, int64_t survey_id, struct tree_head *out, struct rc_info *e) MUST_CHECK;
/* Make the row of a survey that has none. */
enum rc tree_store_add(struct db *db, int64_t survey_id, const unsigned char secret[TREE_HASH_BYTES],
                       struct rc_info *e) MUST_CHECK;

struct tree_part {
    int32_t part;                                  /* 0..255: the record hashes' first byte */
    const unsigned char *root, *held, *roots;      /* `root` is not read back: NULL then */
    size_t n_roots;                                /* as many as `held` has bits */
};
typedef enum rc tree_part_fn(void *ctx, const struct tree_part *p, struct rc_info *e);
/* Every stored part. RC_DB, too, where one is not well formed. */
enum rc tree_store_parts(struct db *db, int64_t survey_id, tree_part_fn *each, void *ctx, struct rc_info *e) MUST_CHECK;
/* Insert or replace a part; delete it where n_roots is 0. */
enum rc tree_store_put(struct db *db, int64_t survey_id, const struct tree_part *p, struct rc_info *e) MUST_CHECK;
/* NULL: there is no response. */
enum rc tree_store_root(struct db *db, int64_t survey_id, const unsigned char *root, struct rc_info *e) MUST_CHECK;

/* Note touched buckets; add all notes up into `touched` (never takes a bit away); forget them. */
enum rc tree_store_touch(struct db *db, int64_t survey_id, const unsigned char touched[TREE_TOUCHED_BYTES],
                         struct rc_info *e) MUST_CHECK;
enum rc tree_store_touched(struct db *db, int64_t survey_id, unsigned char touched[TREE_TOUCHED_BYTES],
                           struct rc_info *e) MUST_CHECK;
enum rc tree_store_clean(struct db *db, int64_t survey_id, struct rc_info *e) MUST_CHECK;

/* The responses of a survey whose record hashes begin with the bytes of the buckets from..to (included),
 * in the order of those hashes. */
typedef enum rc tree_leaf_fn(void *ctx, const unsigned char record_hash[TALLY_HASH_BYTES], const unsigned char *codes,
                             size_t len, struct rc_info *e);
enum rc tree_store_leaves(struct db *db, int64_t survey_id, uint16_t from, uint16_t to, tree_leaf_fn *each, void *ctx,
                          struct rc_info *e) MUST_CHECK;

#endif
