#include "web/web.h"

#include <unistd.h>

static void set_defaults(struct response *r)
{
    r->status = 200;
    r->type = "text/html; charset=utf-8";
}

void response_init(struct response *r)
{
    *r = (struct response){0};
    buf_init(&r->body, WEB_RESPONSE_MAX);
    set_defaults(r);
}

static void close_file(struct response *r)
{
    if (r->file > 0)
        (void)close(r->file);
    r->file = 0;
}

void response_reset(struct response *r)
{
    close_file(r);
    struct buf body = r->body;
    buf_reset(&body);
    *r = (struct response){.body = body};
    set_defaults(r);
}

void response_release(struct response *r)
{
    close_file(r);
    buf_release(&r->body);
}
