/* Any bytes as an opened batch: every byte that came back can be touched. */
#include <assert.h>

#include "box/batch.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena a;
    struct batch b;
    struct rc_info e;
    unsigned sum = 0;
    arena_init(&a, 64 << 20);
    if (batch_unpack(data, size, &a, &b, &e) == RC_OK) {
        assert(b.n > 0 && b.n <= BATCH_BALLOTS_MAX);
        for (size_t i = 0; i < b.n; i++) {
            for (size_t k = 0; k < b.ballots[i].codes_len; k++)
                sum += b.ballots[i].codes[k];
            for (size_t c = 0; c < b.ballots[i].n_comments; c++)
                for (size_t k = 0; k < b.ballots[i].comments[c].len; k++)
                    sum += (unsigned char)b.ballots[i].comments[c].text[k];
        }
    }
    arena_release(&a);
    return sum == 1U << 31 ? 1 : 0;
}
