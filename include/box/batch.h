/* batch: ballots of one survey version, shuffled and sealed to an epoch's public key.  Layer: box.
 *
 * Plain text (big-endian): magic "MYB1", survey_id u64, version_id u64, n u32, then n ballots:
 * record_hash[16], codes_len u16, codes, n_comments u8, each: node u16, len u16, UTF-8.
 * Sealed: libsodium's sealed box (X25519, XSalsa20-Poly1305) over all of it. */
#ifndef MINYI_BOX_BATCH_H
#define MINYI_BOX_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "box/key.h"

enum {
    BATCH_BALLOTS_MAX = 4096,
    BATCH_BYTES_MAX = 16 * 1024 * 1024,
    BATCH_PUBLIC_BYTES = 32,
    BATCH_SECRET_BYTES = 32,
    BATCH_COMMENTS_MAX = 64 /* in one ballot */
};

struct batch_comment {
    uint16_t node; /* index of the question in the version */
    const char *text;
    size_t len;
};

struct batch_ballot {
    unsigned char record_hash[KEY_HASH_BYTES];
    unsigned char box_hash[KEY_HASH_BYTES]; /* not sealed: it travels beside the seal */
    const unsigned char *codes;
    size_t codes_len;
    size_t n_comments;
    const struct batch_comment *comments;
};

struct batch {
    int64_t survey_id, version_id;
    size_t n;
    const struct batch_ballot *ballots; /* after opening: box_hash is zero */
};

/* Shuffle the ballots in place (uniformly, by the system's random numbers). */
void batch_shuffle(struct batch_ballot *ballots, size_t n);

/* Pack and seal, in the order given, appending to `out`. RC_OK; RC_INPUT (over a limit above);
 * RC_NOMEM; RC_CRYPTO (the public key is not one). */
enum rc batch_seal(const struct batch *b, const unsigned char pk[BATCH_PUBLIC_BYTES], struct buf *out,
                   struct rc_info *e) MUST_CHECK;

/* Open and unpack; everything in `a`. RC_OK; RC_CRYPTO (does not open with this key: damaged, or
 * sealed to another); RC_INPUT (opens but is not a batch); RC_NOMEM. */
enum rc batch_open(const unsigned char *sealed, size_t len, const unsigned char pk[BATCH_PUBLIC_BYTES],
                   const unsigned char sk[BATCH_SECRET_BYTES], struct arena *a, struct batch *out,
                   struct rc_info *e) MUST_CHECK;

/* The unpacking alone (the fuzz target). */
enum rc batch_unpack(const unsigned char *p, size_t len, struct arena *a, struct batch *out,
                     struct rc_info *e) MUST_CHECK;

#endif
