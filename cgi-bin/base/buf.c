#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max_bytes = max_bytes};
}

static bool reserve(struct buf *b, size_t more)
{
    if (b->has_failed)
        return false;
    if (more > b->max_bytes || b->len > b->max_bytes - more) {
        b->has_failed = true;
        return false;
    }
    size_t need = b->len + more + 1;
    if (need <= b->cap_bytes)
        return true;
    size_t cap = b->cap_bytes == 0 ? 256 : b->cap_bytes;
    while (cap < need)
        cap *= 2;
    char *p = realloc(b->p, cap);
    if (p == NULL) {
        b->has_failed = true;
        return false;
    }
    b->p = p;
    b->cap_bytes = cap;
    return true;
}

void buf_put(struct buf *b, const void *p, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->p + b->len, p, len);
    b->len += len;
    b->p[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    size_t room = b->has_failed ? 0 : b->cap_bytes - b->len; /* mostly it fits at once */
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(room > 0 ? b->p + b->len : NULL, room, fmt, ap);
    va_end(ap);
    bool has_room = len >= 0 && reserve(b, (size_t)len);
    if (has_room && (size_t)len >= room)
        (void)vsnprintf(b->p + b->len, (size_t)len + 1, fmt, again);
    va_end(again);
    if (has_room)
        b->len += (size_t)len;
    else if (room > 0)
        b->p[b->len] = '\0';
    b->has_failed = b->has_failed || len < 0;
}

void buf_put_be(struct buf *b, unsigned long long v, size_t width)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < width && i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(v >> (8 * (width - 1 - i)));
    buf_put(b, bytes, width > sizeof bytes ? sizeof bytes : width);
}

bool buf_ok(const struct buf *b)
{
    return !b->has_failed;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->has_failed = false;
    if (b->p != NULL)
        b->p[0] = '\0';
}

void buf_release(struct buf *b)
{
    free(b->p);
    buf_init(b, b->max_bytes);
}
