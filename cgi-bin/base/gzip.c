#include "base/gzip.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"

enum { PIECE_BYTES = 256 * 1024 };

bool gzip_is(const char *p, size_t len)
{
    return len > 2 && memcmp(p, "\x1f\x8b", 2) == 0;
}

/* Inflate until the input ends at the end of a member. */
static enum rc inflate_all(z_stream *z, struct buf *b, char *piece, struct rc_info *e)
{
    int done = Z_OK;
    do {
        z->next_out = (Bytef *)piece;
        z->avail_out = PIECE_BYTES;
        done = inflate(z, Z_NO_FLUSH);
        buf_put(b, piece, PIECE_BYTES - z->avail_out);
        if (done == Z_STREAM_END && z->avail_in > 0)
            done = inflateReset(z); /* the next member */
        if (done == Z_BUF_ERROR || (done == Z_OK && z->avail_in == 0 && z->avail_out > 0))
            return rc_set(e, RC_INPUT, "the gzip file is cut off");
        if (done != Z_OK && done != Z_STREAM_END)
            return rc_set(e, done == Z_MEM_ERROR ? RC_NOMEM : RC_INPUT, "the gzip file is damaged");
        if (!buf_ok(b))
            return rc_set(e, RC_TOOBIG, "the gzip file holds more than %zu bytes", b->max_bytes);
    } while (done != Z_STREAM_END);
    return RC_OK;
}

enum rc gzip_inflate(const char *p, size_t len, size_t max_bytes, struct arena *a, char **out, size_t *out_len,
                     struct rc_info *e)
{
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)p};
    struct buf b;
    char *piece = arena_alloc(a, PIECE_BYTES);
    if (len > UINT_MAX)
        return rc_set(e, RC_TOOBIG, "the gzip file is over 4 GB");
    z.avail_in = (uInt)len;
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return rc_set(e, RC_NOMEM, "no memory to inflate");
    buf_init(&b, max_bytes);
    enum rc rc = piece == NULL ? rc_set(e, RC_NOMEM, "no memory to inflate") : inflate_all(&z, &b, piece, e);
    if (rc == RC_OK && (*out = arena_memdup(a, b.len > 0 ? b.p : "", b.len)) == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for %zu inflated bytes", b.len);
    *out_len = rc == RC_OK ? b.len : 0;
    buf_release(&b);
    (void)inflateEnd(&z);
    return rc;
}
