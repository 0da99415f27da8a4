/* admin: the administrators' pages; sign-in comes with its own issue.  Layer: pages. */
#ifndef MINYI_PAGES_ADMIN_H
#define MINYI_PAGES_ADMIN_H

#include "web/catalogue.h"
#include "web/web.h"

/* `app` of every handler. */
struct admin {
    const struct catalogue *c;
};

enum rc admin_home(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc admin_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc admin_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
void admin_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why,
                      struct response *rs);

#endif
