#include "web/web.h"

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

void response_reset(struct response *r)
{
    struct buf body = r->body;
    buf_reset(&body);
    *r = (struct response){.body = body};
    set_defaults(r);
}

void response_release(struct response *r)
{
    buf_release(&r->body);
}
