/* whitepaper: the last white paper of a survey, as the tally wrote it.  Layer: pages.
 * The folder is MINYI_REPORT_DIR; nothing in it is read but the six names below, and the drafts. */
#ifndef MINYI_PAGES_WHITEPAPER_H
#define MINYI_PAGES_WHITEPAPER_H

#include "web/web.h"

/* GET /whitepaper/SLUG (the document in the reader's language, with links to its files) and
 * /whitepaper/SLUG.zh.pdf, .en.pdf, .csv, .json, .xlsx. `app` is a struct results. RC_NOTFOUND where there is
 * none. The document's style sheet is named to the browser by its hash (response.style_hash). */
enum rc whitepaper_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e);

struct catalogue;
/* The document of `tally report SLUG --draft`, for whoever may see the survey at the desk. RC_NOTFOUND where there is none. */
enum rc whitepaper_draft(const struct catalogue *c, const struct request *rq, const char *slug, struct response *rs, struct rc_info *e);
bool whitepaper_has_draft(const struct request *rq, const char *slug);

#endif
