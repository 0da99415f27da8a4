/* http_reply: read HTTP/1.1 replies piece by piece, as they come from a socket.
 * For the load client: bodies are counted, not kept. */
#ifndef MINYI_BENCH_HTTP_REPLY_H
#define MINYI_BENCH_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_progress { HTTP_MORE, HTTP_DONE, HTTP_BROKEN };

enum { HTTP_LINE_MAX = 1024 }; /* a longer header line is cut: none that we read is that long */

struct http_reply {
    int status;
    bool is_chunked, is_closing; /* is_closing: the server ends the connection after this reply */
    int64_t left;                /* bytes of the body or chunk to come; -1: until the end */
    uint64_t body_bytes;
    int stage;
    size_t line_len;
    char line[HTTP_LINE_MAX];
};

/* Begin with the next reply. */
void http_reply_reset(struct http_reply *r);

/* Take `len` bytes; *used tells how many belonged to this reply. */
enum http_progress http_reply_feed(struct http_reply *r, const char *p, size_t len, size_t *used);

/* The connection ended: HTTP_DONE where that ends the body, HTTP_BROKEN otherwise. */
enum http_progress http_reply_end(const struct http_reply *r);

#endif
