/* desk_figures: published figures in memory, for the desk's pages of results.  Layer: pages.
 * A publication never changes, so what was read once is kept, the last few; only which one is current is asked each time. */
#ifndef MINYI_PAGES_DESK_FIGURES_H
#define MINYI_PAGES_DESK_FIGURES_H

#include "report/publication.h"
#include "store/office_store.h"

struct desk_figures;

/* In `a`, which must outlive it; NULL when out of memory. Threads may share it. */
struct desk_figures *desk_figures_new(struct arena *a) MUST_CHECK;
void desk_figures_release(struct desk_figures *f);

struct desk_held {
    struct office_current current;
    const struct publication *p; /* until desk_figures_give */
    size_t at;
};

/* The current figures of a survey; `a` for the call. RC_OK (give them back), RC_NOTFOUND: none yet; RC_INPUT: they cannot be
 * read; RC_AWAY, RC_DB, RC_NOMEM. */
enum rc desk_figures_take(struct desk_figures *f, struct db *db, const char *slug, struct arena *a, struct desk_held *out, struct rc_info *e)
    MUST_CHECK;
void desk_figures_give(struct desk_figures *f, const struct desk_held *held);

#endif
