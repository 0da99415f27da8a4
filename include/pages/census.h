/* census: the pages of the accounts census, served by `results`, and the snapshots they are made from.
 * Layer: pages.  A background thread calls census_pages_refresh; the serving thread calls the handlers.
 * While the database is away the last snapshots go on being served. */
#ifndef MINYI_PAGES_CENSUS_H
#define MINYI_PAGES_CENSUS_H

#include "report/census.h"
#include "store/census_store.h"
#include "web/catalogue.h"
#include "web/html.h"
#include "web/web.h"

enum { CENSUS_SNAPSHOTS_MAX = 64 }; /* shown; the newest */

struct census_pages;

/* Everything in `a`, which must outlive it. `db` stays the caller's. NULL when out of memory. */
struct census_pages *census_pages_new(struct arena *a, const struct catalogue *c, struct db *db) MUST_CHECK;
void census_pages_release(struct census_pages *p);

/* Look for new snapshots and load them. RC_OK, RC_AWAY, RC_DB, RC_NOMEM; on failure what was there stays.
 * A snapshot that cannot be read is logged and left out. */
enum rc census_pages_refresh(struct census_pages *p, struct rc_info *e) MUST_CHECK;

/* The same from memory, for tests: the bodies (JSON), newest first. */
enum rc census_pages_load(struct census_pages *p, const char *const *bodies, size_t n, struct rc_info *e) MUST_CHECK;

/* Handlers for /census/ (the newest, and the list) and /census/DATE, .json, .csv. Their `app` is the
 * program's struct results: see results_set_census. */
enum rc census_newest_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e);
enum rc census_date_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e);

/* What the page writers take. */
struct census_view {
    struct arena *a;    /* of the request */
    const struct catalogue *c;
    size_t lang;        /* of the catalogue */
    size_t label_lang;  /* of the census's labels */
    const struct census_figures *f;
    const char *path;   /* of this page */
    size_t n_dates;     /* all snapshots, newest first */
    const char *const *dates;
};

/* The page; `f` NULL: there is no census yet. To be checked by html_ok after. */
void census_write_page(struct html *w, const struct census_view *v);

/* The map of the provinces (each division a tile at its place) and the columns of openings by month. */
void census_write_map(struct html *w, const struct census_view *v);
void census_write_months(struct html *w, const struct census_view *v);

/* `v` with a comma between thousands. `out` is given back. */
const char *census_grouped(int64_t v, char out[32]);

#endif
