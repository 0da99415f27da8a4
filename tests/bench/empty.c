/* empty [BYTES]: the yardstick of the bench: a fixed reply of 8 KB, or of so many bytes, from this project's own
 * FastCGI loop. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "web/fcgi.h"

enum { REPLY_BYTES = 8192, REPLY_BYTES_MAX = 1 << 20 };

static char reply[REPLY_BYTES_MAX];
static int64_t reply_len = REPLY_BYTES;

static enum rc show(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)app, (void)rq, (void)e;
    rs->fixed = reply;
    rs->fixed_len = (size_t)reply_len;
    return RC_OK;
}

static void error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why, struct response *rs)
{
    (void)app, (void)rq, (void)why;
    buf_printf(&rs->body, "%s\n", rc_name(rc));
}

int main(int argc, char **argv)
{
    static const struct web_route routes[] = {{WEB_GET, "*", show}};
    static const struct web_app app = {.program = "empty", .routes = routes, .n_routes = 1, .error_page = error_page};
    struct rc_info e = {0};
    log_program("empty");
    if (argc > 1 && text_to_i64(argv[1], strlen(argv[1]), 1, REPLY_BYTES_MAX, &reply_len) != RC_OK)
        return 2;
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
