#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, BLOCK_BYTES = 8192, KEEP_BYTES = 4 * BLOCK_BYTES };

struct arena_block {
    struct arena_block *next;
    size_t size_bytes; /* of data[] */
    size_t used_bytes; /* of data[] */
    _Alignas(ALIGN) unsigned char data[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){.cap_bytes = cap_bytes};
}

static struct arena_block *block_add(struct arena *a, size_t want)
{
    size_t size = want > BLOCK_BYTES ? want : BLOCK_BYTES;
    if (size > a->cap_bytes || a->used_bytes > a->cap_bytes - size)
        size = want; /* near the cap: take no more than asked for */
    size_t total = size + sizeof(struct arena_block);
    if (total > a->cap_bytes || a->used_bytes > a->cap_bytes - total)
        return NULL;
    struct arena_block *b = malloc(total);
    if (b == NULL)
        return NULL;
    *b = (struct arena_block){.next = a->blocks, .size_bytes = size};
    a->blocks = b;
    a->used_bytes += total;
    return b;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
    if (a->fail_after > 0 && --a->fail_after == 0)
        return NULL;
    if (size_bytes > SIZE_MAX / 2)
        return NULL;
    size_t need = (size_bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (need == 0)
        need = ALIGN;
    struct arena_block *b = a->blocks;
    if (b == NULL || b->size_bytes - b->used_bytes < need)
        b = block_add(a, need);
    if (b == NULL)
        return NULL;
    void *p = b->data + b->used_bytes;
    b->used_bytes += need;
    return memset(p, 0, need);
}

void *arena_array(struct arena *a, size_t n, size_t size_bytes)
{
    size_t total;
    if (__builtin_mul_overflow(n, size_bytes, &total))
        return NULL;
    return arena_alloc(a, total);
}

char *arena_memdup(struct arena *a, const void *p, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(a, len + 1);
    if (copy != NULL && len > 0)
        memcpy(copy, p, len);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_memdup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    char brief[256]; /* most are: formatted once, then copied */
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(brief, sizeof brief, fmt, ap);
    va_end(ap);
    char *s = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
    if (s != NULL && (size_t)len < sizeof brief)
        memcpy(s, brief, (size_t)len + 1);
    else if (s != NULL)
        (void)vsnprintf(s, (size_t)len + 1, fmt, again);
    va_end(again);
    return s;
}

void arena_release(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b != NULL;) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    a->blocks = NULL;
    a->used_bytes = 0;
}

/* What took several blocks is followed by more of its kind: it begins with one block that holds as
 * much, up to KEEP_BYTES, so that a request costs no allocation. An outsized block is not kept. */
void arena_reset(struct arena *a)
{
    struct arena_block *b = a->blocks;
    if (b == NULL)
        return;
    if (b->next != NULL || b->size_bytes > KEEP_BYTES) {
        size_t want = a->used_bytes < KEEP_BYTES ? a->used_bytes : KEEP_BYTES;
        arena_release(a);
        (void)block_add(a, want); /* where it fails, the next allocation asks again */
        return;
    }
    b->used_bytes = 0;
    a->used_bytes = b->size_bytes + sizeof *b;
}
