/* publication_store: what the results program reads.  Layer: store. */
#ifndef MINYI_STORE_PUBLICATION_STORE_H
#define MINYI_STORE_PUBLICATION_STORE_H

#include "store/db.h"

struct publication_head {
    const char *slug;
    int64_t publication_id;
    int64_t tallied_at_s;      /* seconds since 1970 of the last run that confirmed the figures */
    const char *tallied_local; /* the same in the survey's time zone, "2014-12-31 04:15" */
};

/* The handles of results and of the tally's report, with role and statements; they do not connect. NULL
 * when out of memory. */
struct db *publication_db(void) MUST_CHECK;
struct db *publication_tally_db(void) MUST_CHECK;

/* What is shown now, by slug; everything in `a`. RC_OK (n may be 0), RC_AWAY, RC_DB, RC_NOMEM. */
enum rc publication_list(struct db *db, struct arena *a, struct publication_head **out, size_t *n,
                         struct rc_info *e) MUST_CHECK;

/* The body of one publication (JSON), in `a`. RC_OK, RC_NOTFOUND, RC_AWAY, RC_DB, RC_NOMEM. */
enum rc publication_body(struct db *db, int64_t publication_id, struct arena *a, const char **out,
                         size_t *len, struct rc_info *e) MUST_CHECK;

#endif
