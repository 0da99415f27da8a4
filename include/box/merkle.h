/* merkle: the tree over all counted responses of a survey, and proofs that one is in it.  Layer: box.
 * Pure functions (libsodium's SHA-256).
 *
 *   salt   = first 16 bytes of SHA-256(secret || record hash)
 *   leaf   = SHA-256(0x00 || salt || record hash || codes)
 *   node   = SHA-256(0x01 || left || right)              (the prefixes of RFC 6962, section 2.1)
 *   bucket = RFC 6962's tree over the leaves whose record hashes begin with the same two bytes, in the
 *            order of their record hashes
 *   part   = trie over the 256 buckets with one first byte, by the bits of the second byte
 *   root   = trie over the 256 parts, by the bits of the first byte
 *
 * In a trie a side without any leaf vanishes: the other side takes its place. So the tree is a function
 * of the set of responses alone, neither of their order nor of its history; a changed response touches
 * one bucket, and a night's work follows the new ballots: its buckets are read again, the others' roots
 * are stored. A proof holds about log2(n) + 1 hashes, and tells no exact number of responses (the
 * published counts are rounded, too).
 *
 * The salt is there against coercion: who holds a citizen's code could otherwise try all likely answers
 * against the leaf, also in surveys that do not let answers be read back. The secret is the survey's, and
 * stays in the database beside the responses; where answers may be read back, the receipt shows the salt. */
#ifndef MINYI_BOX_MERKLE_H
#define MINYI_BOX_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "box/key.h"

enum {
    MERKLE_BYTES = 32,
    MERKLE_SALT_BYTES = 16,
    MERKLE_WIDTH = 256,          /* buckets in a part, and parts */
    MERKLE_BUCKETS = 65536,
    MERKLE_HELD_BYTES = MERKLE_WIDTH / 8,
    MERKLE_TOUCHED_BYTES = MERKLE_BUCKETS / 8,
    MERKLE_LEVELS = 40,          /* in a bucket: far more leaves than there are people */
    MERKLE_STEPS_MAX = MERKLE_LEVELS + 16
};

void merkle_salt(const unsigned char secret[MERKLE_BYTES], const unsigned char record_hash[KEY_HASH_BYTES],
                 unsigned char out[MERKLE_SALT_BYTES]);
void merkle_leaf(const unsigned char salt[MERKLE_SALT_BYTES], const unsigned char record_hash[KEY_HASH_BYTES],
                 const unsigned char *codes, size_t codes_len, unsigned char out[MERKLE_BYTES]);
void merkle_node(const unsigned char left[MERKLE_BYTES], const unsigned char right[MERKLE_BYTES],
                 unsigned char out[MERKLE_BYTES]);

static inline size_t merkle_bucket(const unsigned char record_hash[KEY_HASH_BYTES])
{
    return (size_t)record_hash[0] << 8 | record_hash[1];
}

/* ---- a bucket: leaves one after the other ---- */

struct merkle_bucket {
    uint64_t n; /* leaves so far */
    unsigned char stack[MERKLE_LEVELS][MERKLE_BYTES]; /* roots of full subtrees, one for each bit of n */
};
/* Begin with {0}; at most 2^MERKLE_LEVELS - 1 leaves. */
void merkle_bucket_add(struct merkle_bucket *b, const unsigned char leaf[MERKLE_BYTES]);
/* Its root; there must be a leaf. The bucket stays as it is. */
void merkle_bucket_root(const struct merkle_bucket *b, unsigned char out[MERKLE_BYTES]);

/* ---- a trie of 256 ---- */

struct merkle_trie {
    unsigned char held[MERKLE_HELD_BYTES]; /* bit i: place i is not empty; lowest first */
    unsigned char roots[MERKLE_WIDTH][MERKLE_BYTES]; /* by place; of empty places without meaning */
};
static inline bool merkle_holds(const unsigned char *bits, size_t i)
{
    return (bits[i / 8] >> i % 8 & 1) != 0;
}
/* False: it is empty. */
bool merkle_trie_root(const struct merkle_trie *t, unsigned char out[MERKLE_BYTES]);

/* ---- proofs ---- */

struct merkle_step {
    bool is_left; /* the neighbour stands left of what was reached so far */
    unsigned char hash[MERKLE_BYTES];
};
struct merkle_proof {
    unsigned char leaf[MERKLE_BYTES], root[MERKLE_BYTES];
    size_t n_steps;
    struct merkle_step steps[MERKLE_STEPS_MAX]; /* from the leaf to the root */
};

/* Begin a proof for leaf number `at` of the `n` (> at) leaves of a bucket, 32 bytes each, end to end; then
 * go up through the part and the root's trie. `root` holds what was reached, all along. */
void merkle_proof_bucket(struct merkle_proof *p, const unsigned char *leaves, size_t n, size_t at);
/* `place` must be held and be what was reached so far: RC_CONFLICT otherwise. */
enum rc merkle_proof_trie(struct merkle_proof *p, const struct merkle_trie *t, size_t place) MUST_CHECK;

/* Do the steps lead from the leaf to the root? */
bool merkle_proof_holds(const struct merkle_proof *p) MUST_CHECK;

#endif
