/* Any bytes as a spool file, once as they are and once under a hash that is right, so that the fuzzer
 * reaches what lies behind the hash. Every byte that came back can be touched. */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "box/batch.h"
#include "box/spool.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void try(const unsigned char *p, size_t len)
{
    struct sealed_batch b;
    volatile unsigned char sum = 0;
    if (spool_parse(p, len, &b) != RC_OK)
        return;
    assert(b.n > 0 && b.n <= BATCH_BALLOTS_MAX && b.sealed_len < len);
    for (size_t i = 0; i < b.n * KEY_HASH_BYTES; i++)
        sum = (unsigned char)(sum ^ b.box_hashes[i]);
    for (size_t i = 0; i < b.sealed_len; i++)
        sum = (unsigned char)(sum ^ b.sealed[i]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    try(data, size);
    unsigned char *p = malloc(size + 36);
    if (p == NULL)
        return 0;
    memcpy(p, "MYS1", 4);
    memcpy(p + 4, data, size);
    (void)crypto_generichash(p + 4 + size, 32, p, size + 4, NULL, 0);
    try(p, size + 36);
    free(p);
    return 0;
}
