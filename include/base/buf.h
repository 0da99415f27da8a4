/* buf: a growing byte buffer with a mandatory maximum and sticky failure.  Layer 0 (base).
 * Write without checking, ask buf_ok() once at the end. */
#ifndef MINYI_BASE_BUF_H
#define MINYI_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct buf {
    char *p;          /* NUL-terminated whenever not NULL */
    size_t len;       /* bytes written, without the NUL */
    size_t cap_bytes; /* allocated */
    size_t max_bytes; /* len never exceeds this */
    bool has_failed;  /* a write did not fit or memory ran out: contents are not to be used */
};

/* Begin empty; nothing is allocated before the first write. */
void buf_init(struct buf *b, size_t max_bytes);

/* Append `len` bytes, a string, one byte, or formatted text.  Nothing happens after a failure. */
void buf_put(struct buf *b, const void *p, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* Append an unsigned integer, big-endian, in `width` bytes (1..8). */
void buf_put_be(struct buf *b, unsigned long long v, size_t width);

/* True while every write fitted. */
bool buf_ok(const struct buf *b) MUST_CHECK;

/* Empty it, clear the failure, keep the memory. */
void buf_reset(struct buf *b);

/* Give the memory back; the buffer can be used again afterwards. */
void buf_release(struct buf *b);

#endif
