/* error: the page that says what went wrong, in the reader's language.  Layer: pages. */
#ifndef MINYI_PAGES_ERROR_H
#define MINYI_PAGES_ERROR_H

#include "web/catalogue.h"
#include "web/page.h"
#include "web/web.h"

/* Fill rs for `rc`: 405 where rs->allow is set, rc_http_status(rc) otherwise; Retry-After with 503.
 * Says why->reason in words where there is one, never why->msg, and shows the request's id.
 * `why` may be NULL. */
void error_page(const struct catalogue *c, const struct request *rq, enum rc rc,
                const struct rc_info *why, struct response *rs);
/* The same in another frame; NULL: the citizens'. */
void error_page_in(const struct catalogue *c, const struct page_frame *frame, const struct request *rq, enum rc rc,
                   const struct rc_info *why, struct response *rs);

#endif
