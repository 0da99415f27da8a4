/* desk_results_inner: what the desk's pages of results share.  Layer: pages. For them alone. */
#ifndef MINYI_PAGES_DESK_RESULTS_INNER_H
#define MINYI_PAGES_DESK_RESULTS_INNER_H

#include "pages/desk_inner.h"
#include "pages/results_inner.h"

/* Run a page with the survey's current figures in hand. RC_NOTFOUND where there are none. */
typedef enum rc desk_figures_page(struct desk_call *x, const struct results_view *v, const struct desk_held *held, struct rc_info *e);
enum rc desk_with_figures(struct desk_call *x, desk_figures_page *page, struct rc_info *e);

/* Head, title and the way back to the survey. */
void desk_begin_results(struct desk_call *x, const struct results_view *v, const char *ending, const char *title_key);

#endif
