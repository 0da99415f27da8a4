/* arena: one capped region per request, thread or job; everything in it goes at once.
 * Layer 0 (base).  Not thread-safe: one owner at a time. */
#ifndef MINYI_BASE_ARENA_H
#define MINYI_BASE_ARENA_H

#include <stddef.h>

#include "base/rc.h"

struct arena_block;
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used_bytes;          /* taken from the heap so far, headers included */
    size_t cap_bytes;           /* never more than this */
    long fail_after;            /* tests: the n-th allocation from now fails; 0 = never */
};

/* Begin with nothing allocated; `cap_bytes` bounds what the arena may ever hold. */
void arena_init(struct arena *a, size_t cap_bytes);

/* Zeroed memory, aligned to 16, valid until reset or release.
 * NULL once the cap is reached or the heap is out; nothing changes then. */
void *arena_alloc(struct arena *a, size_t size_bytes) MUST_CHECK;

/* The same for `n` items of `size_bytes`; NULL too when the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size_bytes) MUST_CHECK;

/* A NUL-terminated copy of `len` bytes at `p`. */
char *arena_memdup(struct arena *a, const void *p, size_t len) MUST_CHECK;

/* A copy of the string `s`. */
char *arena_strdup(struct arena *a, const char *s) MUST_CHECK;

/* A formatted string. */
char *arena_printf(struct arena *a, const char *fmt, ...) MUST_CHECK PRINTF(2, 3);

/* Forget everything, keep the first block for reuse. */
void arena_reset(struct arena *a);

/* Give everything back to the heap. */
void arena_release(struct arena *a);

#endif
