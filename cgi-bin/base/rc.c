#include "base/rc.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    int http;
    int exit;
} table[RC_N] = {
    [RC_OK] = {"ok", 200, 0},
    [RC_USAGE] = {"usage", 400, 2},
    [RC_INPUT] = {"input", 400, 1},
    [RC_NOTFOUND] = {"notfound", 404, 1},
    [RC_GONE] = {"gone", 410, 1},
    [RC_CONFLICT] = {"conflict", 409, 1},
    [RC_FORBIDDEN] = {"forbidden", 403, 1},
    [RC_TOOBIG] = {"toobig", 413, 1},
    [RC_NOMEM] = {"nomem", 413, 1},
    [RC_DB] = {"db", 500, 1},
    [RC_AWAY] = {"away", 503, 1},
    [RC_IO] = {"io", 500, 1},
    [RC_CRYPTO] = {"crypto", 500, 1},
    [RC_BUSY] = {"busy", 503, 75},
    [RC_UNAVAILABLE] = {"unavailable", 503, 1},
};

enum rc rc_set(struct rc_info *e, enum rc rc, const char *fmt, ...)
{
    if (e == NULL)
        return rc;
    va_list ap;
    va_start(ap, fmt);
    e->rc = rc;
    e->reason = NULL;
    (void)vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    return rc;
}

enum rc rc_set_reason(struct rc_info *e, enum rc rc, const char *reason, const char *fmt, ...)
{
    if (e == NULL)
        return rc;
    va_list ap;
    va_start(ap, fmt);
    e->rc = rc;
    e->reason = reason;
    (void)vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    return rc;
}

const char *rc_name(enum rc rc)
{
    return rc < RC_N ? table[rc].name : "unknown";
}

int rc_http_status(enum rc rc)
{
    return rc < RC_N ? table[rc].http : 500;
}

int rc_exit_status(enum rc rc)
{
    return rc < RC_N ? table[rc].exit : 1;
}
