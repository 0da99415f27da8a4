/* tree: a survey's Merkle tree, kept up to date by the tally.  Layer: box.  How it is made: merkle.h.
 *
 * The transaction that changes responses notes which buckets it touched (a bit set of 8 KB); the one that
 * publishes stores the new tree and takes the notes away. Between them, killed or not, the stored tree is
 * that of what is published, and the notes say what to read again. */
#ifndef MINYI_BOX_TREE_H
#define MINYI_BOX_TREE_H

#include "base/arena.h"
#include "box/merkle.h"
#include "store/tree_store.h"

/* Set the bit of the record hash's bucket. */
static inline void tree_touch(unsigned char touched[MERKLE_TOUCHED_BYTES], const unsigned char *record_hash)
{
    touched[merkle_bucket(record_hash) / 8] |= (unsigned char)(1U << merkle_bucket(record_hash) % 8);
}
/* Note the touched buckets, inside the transaction that touches them. */
enum rc tree_note_touched(struct db *db, int64_t survey_id, const unsigned char touched[MERKLE_TOUCHED_BYTES],
                          struct rc_info *e) MUST_CHECK;

struct tree {
    int64_t survey_id;
    struct tree_head stored;
    bool has_root; /* false: there is no response */
    unsigned char root[MERKLE_BYTES];
    unsigned char touched[MERKLE_TOUCHED_BYTES];
    struct merkle_trie *parts; /* MERKLE_WIDTH of them, in the arena: 2 MB */
    /* the bucket at hand */
    size_t at; /* MERKLE_BUCKETS: none */
    struct merkle_bucket bucket;
};

/* Read the tree, and read again the responses of what was touched (of everything where `is_whole`, or where
 * there is no tree yet). Nothing is written. RC_OK, RC_AWAY, RC_DB, RC_NOMEM. */
enum rc tree_make(struct tree *t, struct db *db, int64_t survey_id, bool is_whole, struct arena *a,
                  struct rc_info *e) MUST_CHECK;
/* Store it, inside the transaction that publishes its root. RC_OK, RC_AWAY, RC_DB. */
enum rc tree_save(const struct tree *t, struct db *db, struct rc_info *e) MUST_CHECK;

#endif
