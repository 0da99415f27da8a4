/* random: a repeatable stream of numbers for property tests (xorshift64*, S. Vigna 2016). */
#ifndef MINYI_TESTS_RANDOM_H
#define MINYI_TESTS_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* not 0 */
};

static inline double random_unit(struct random *r) /* [0, 1) */
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return (double)((r->state * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}

static inline uint32_t random_below(struct random *r, uint32_t n) /* 0..n-1 */
{
    return (uint32_t)(random_unit(r) * n);
}

#endif
