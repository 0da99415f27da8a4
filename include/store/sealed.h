/* sealed: a sealed batch on its way into the box.  Layer: store (shared by box, spool and stores). */
#ifndef MINYI_STORE_SEALED_H
#define MINYI_STORE_SEALED_H

#include <stddef.h>
#include <stdint.h>

enum { SEALED_HASH_BYTES = 16, SEALED_ID_BYTES = 16 };

struct sealed_batch {
    int64_t survey_id, version_id, epoch_id;
    int64_t accepted_us; /* microseconds since 1970, UTC: orders a ballot sent twice */
    unsigned char batch_id[SEALED_ID_BYTES]; /* random; storing the same batch twice changes nothing */
    size_t n;
    const unsigned char *box_hashes; /* n * SEALED_HASH_BYTES */
    const unsigned char *sealed;
    size_t sealed_len;
};

#endif
