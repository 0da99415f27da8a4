/* results: the pages of published figures and the snapshot they are made from.  Layer: pages.
 * A background thread calls results_refresh; the serving thread calls the handlers. A snapshot is
 * complete or not there at all; while the database is away the last one goes on being served. */
#ifndef MINYI_PAGES_RESULTS_H
#define MINYI_PAGES_RESULTS_H

#include "report/publication.h"
#include "store/publication_store.h"
#include "web/catalogue.h"
#include "web/web.h"

struct results;

/* Everything in `a`, which must outlive it. `db` stays the caller's. NULL when out of memory. */
struct results *results_new(struct arena *a, const struct catalogue *c, struct db *db) MUST_CHECK;
void results_release(struct results *r);

/* Look for new figures and load them. RC_OK, RC_AWAY, RC_DB, RC_NOMEM; on failure the snapshot stays.
 * A publication that cannot be read is logged and left out. */
enum rc results_refresh(struct results *r, struct rc_info *e) MUST_CHECK;

/* The same from memory, for tests and previews: one publication per head, `bodies` its JSON. The
 * strings of the heads must outlive the snapshot. */
enum rc results_load(struct results *r, const struct publication_head *heads, const char *const *bodies,
                     size_t n, struct rc_info *e) MUST_CHECK;

/* Handlers: /results/, /results/SLUG, .json, .csv; /readyz (503 until a first snapshot); /metrics. */
enum rc results_list_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc results_survey_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc results_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc results_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
void results_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why,
                        struct response *rs);

/* The censuses that the handlers of pages/census.h serve; set before serving, NULL: none. */
struct census_pages;
void results_set_census(struct results *r, struct census_pages *census);
struct census_pages *results_census(const struct results *r);
const struct catalogue *results_catalogue(const struct results *r);

/* One survey's figures as they are to be shown; what the page writers take. */
struct results_view {
    const struct catalogue *c;
    size_t lang;      /* of the catalogue */
    size_t form_lang; /* of the publication's texts */
    const struct publication_head *head;
    const struct publication *p;
    int64_t now_s;
};

/* The page of one survey, and the list of all (n views of one language); checked by html_ok after. */
void results_write_survey(struct html *w, const struct results_view *v);
void results_write_list(struct html *w, const struct catalogue *c, size_t lang,
                        const struct results_view *views, size_t n);

/* The page of its groups, /results/SLUG/groups. */
void results_write_groups(struct html *w, const struct results_view *v);
/* Its waves, crossings and straight lines, /results/SLUG/tables. */
void results_write_tables(struct html *w, const struct results_view *v);

/* "2 hours ago" in the page's language. `out` holds 80 bytes. */
void results_age(const struct results_view *v, char out[80]);

#endif
