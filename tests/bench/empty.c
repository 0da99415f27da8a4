/* empty: the yardstick of the bench: a fixed reply of 8 KB from this project's own FastCGI loop. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "web/fcgi.h"

enum { REPLY_BYTES = 8192 };

static char reply[REPLY_BYTES];

static enum rc show(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)app, (void)rq, (void)e;
    rs->fixed = reply;
    rs->fixed_len = sizeof reply;
    return RC_OK;
}

static void error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why, struct response *rs)
{
    (void)app, (void)rq, (void)why;
    buf_printf(&rs->body, "%s\n", rc_name(rc));
}

int main(void)
{
    static const struct web_route routes[] = {{WEB_GET, "*", show}};
    static const struct web_app app = {.program = "empty", .routes = routes, .n_routes = 1, .error_page = error_page};
    struct rc_info e = {0};
    log_program("empty");
    memset(reply, 'x', sizeof reply);
    enum rc rc = settings_load(&e);
    if (rc == RC_OK)
        rc = fcgi_start(&e);
    if (rc == RC_OK)
        rc = fcgi_serve(&app, &e);
    if (rc != RC_OK)
        (void)fprintf(stderr, "empty: %s\n", e.msg);
    return rc_exit_status(rc);
}
