/* desk: the administrators' pages.  Layer: pages.
 * One table of routes says who may do what; desk_handle is the only way in: it finds the session, asks for the code again
 * where the route wants one, checks origin, token and right, and only then calls the page. */
#ifndef MINYI_PAGES_DESK_H
#define MINYI_PAGES_DESK_H

#include "pages/desk_figures.h"
#include "web/catalogue.h"
#include "web/phrases.h"
#include "web/session.h"
#include "web/web.h"

enum { DESK_SECRET_BYTES = 32, DESK_SLUG_MAX = 64 };

struct desk {
    const struct catalogue *c;
    unsigned char secret[DESK_SECRET_BYTES]; /* seals seeds, keys the hashes of recovery codes, accounts and addresses */
    bool is_tls;
    const struct phrases *phrases;
    struct desk_figures *figures;
    const char *dir; /* for files on their way out; of the desk alone */
};

/* `app` of the handlers: one per thread. */
struct desk_worker {
    const struct desk *desk;
    struct db *db, *export_db;
};

/* Who may use a route. For those from VIEW to AUTHOR the survey is the one in the path, any one where there is none. */
enum desk_right {
    DESK_ANYBODY,    /* signed in or not */
    DESK_HALF,       /* signed in, also without a second factor yet */
    DESK_SIGNED_IN,
    DESK_VIEW,       /* aggregates: viewer, analyst, author */
    DESK_ANALYSE,    /* analyst */
    DESK_AUTHOR,     /* author */
    DESK_AUDIT,      /* auditor */
    DESK_MANAGE      /* administrator */
};

const char *desk_right_name(enum desk_right right);

/* Routes for a program's table; `*n` of them, all handled by desk_handle. */
const struct web_route *desk_routes(size_t *n);
/* The table with rights, one line each, for tests and for reading: METHOD PATH RIGHT [confirmed]. */
void desk_print_routes(struct buf *out);

/* Where a file may be uploaded (web_set_uploads). */
bool desk_takes_file(const char *path);

/* Which lane (web/fcgi_lanes.h): 0 quick; 1 hashes a password, a tenth of a second; 2 writes or reads a file. */
size_t desk_lane(const struct request *rq);

enum rc desk_handle(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc desk_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc desk_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
void desk_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why, struct response *rs);

#endif
