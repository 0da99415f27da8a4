#include "http_reply.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum stage { STATUS_LINE, HEADERS, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILERS };

enum { BODY_MAX = 1 << 30 };

void http_reply_reset(struct http_reply *r)
{
    memset(r, 0, offsetof(struct http_reply, line));
    r->left = -1;
}

/* Collect one line; true once it is whole, without its CR LF. */
static bool take_line(struct http_reply *r, char c)
{
    if (c != '\n') {
        if (r->line_len < HTTP_LINE_MAX - 1)
            r->line[r->line_len++] = c;
        return false;
    }
    if (r->line_len > 0 && r->line[r->line_len - 1] == '\r')
        r->line_len--;
    r->line[r->line_len] = '\0';
    return true;
}

static bool read_status(struct http_reply *r)
{
    int64_t status;
    if (r->line_len < 12 || memcmp(r->line, "HTTP/1.", 7) != 0 ||
        text_to_i64(r->line + 9, 3, 100, 599, &status) != RC_OK)
        return false;
    r->status = (int)status;
    r->stage = HEADERS;
    return true;
}

static const char *header_value(const struct http_reply *r, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(r->line, name, n) != 0 || r->line[n] != ':')
        return NULL;
    return r->line + n + 1 + strspn(r->line + n + 1, " \t");
}

static bool read_header(struct http_reply *r)
{
    const char *v;
    if ((v = header_value(r, "Content-Length")) != NULL)
        return text_to_i64(v, strlen(v), 0, BODY_MAX, &r->left) == RC_OK;
    if ((v = header_value(r, "Transfer-Encoding")) != NULL)
        r->is_chunked = strcasecmp(v, "chunked") == 0;
    if ((v = header_value(r, "Connection")) != NULL)
        r->is_closing = strcasecmp(v, "close") == 0;
    return true;
}

static enum http_progress end_of_head(struct http_reply *r)
{
    if (r->is_chunked) {
        r->stage = CHUNK_SIZE;
        return HTTP_MORE;
    }
    if (r->status == 204 || r->status == 304)
        r->left = 0; /* these never have a body */
    r->stage = BODY;
    r->is_closing = r->is_closing || r->left < 0;
    return r->left == 0 ? HTTP_DONE : HTTP_MORE;
}

static bool read_chunk_size(struct http_reply *r)
{
    int64_t n = 0;
    size_t i = 0;
    for (; i < r->line_len && n < BODY_MAX; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = strchr(digits, r->line[i] | 0x20); /* lower case; digits have that bit */
        if (at == NULL)
            break;
        n = n * 16 + (at - digits);
    }
    if (i == 0 || n >= BODY_MAX)
        return false;
    r->left = n;
    r->stage = n == 0 ? TRAILERS : CHUNK;
    return true;
}

static enum http_progress on_line(struct http_reply *r)
{
    bool is_good = true;
    bool is_empty = r->line_len == 0;
    switch ((enum stage)r->stage) {
    case STATUS_LINE: is_good = read_status(r); break;
    case HEADERS:
        if (is_empty)
            return end_of_head(r);
        is_good = read_header(r);
        break;
    case CHUNK_SIZE: is_good = read_chunk_size(r); break;
    case CHUNK_END:
        is_good = is_empty;
        r->stage = CHUNK_SIZE;
        break;
    case TRAILERS:
        if (is_empty)
            return HTTP_DONE;
        break;
    case BODY:
    case CHUNK: break;
    }
    r->line_len = 0;
    return is_good ? HTTP_MORE : HTTP_BROKEN;
}

static size_t skip_body(struct http_reply *r, size_t have)
{
    size_t n = r->left < 0 || (uint64_t)r->left > have ? have : (size_t)r->left;
    r->body_bytes += n;
    if (r->left >= 0)
        r->left -= (int64_t)n;
    return n;
}

enum http_progress http_reply_feed(struct http_reply *r, const char *p, size_t len, size_t *used)
{
    size_t i = 0;
    enum http_progress now = HTTP_MORE;
    while (i < len && now == HTTP_MORE) {
        if (r->stage == BODY || r->stage == CHUNK) {
            i += skip_body(r, len - i);
            if (r->left == 0 && r->stage == BODY)
                now = HTTP_DONE;
            else if (r->left == 0)
                r->stage = CHUNK_END;
            r->line_len = 0;
        } else if (take_line(r, p[i++])) {
            now = on_line(r);
        }
    }
    *used = i;
    return now;
}

enum http_progress http_reply_end(const struct http_reply *r)
{
    return r->stage == BODY && r->left < 0 ? HTTP_DONE : HTTP_BROKEN;
}
