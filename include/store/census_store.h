/* census_store: dated snapshots of the register of accounts.  Layer: store. */
#ifndef MINYI_STORE_CENSUS_STORE_H
#define MINYI_STORE_CENSUS_STORE_H

#include "base/progress.h"
#include "report/census_accounts.h"
#include "store/db.h"

enum { CENSUS_HASH_BYTES = 32 };

struct census_head {
    const char *as_of; /* YYYY-MM-DD */
    int64_t n;         /* accounts */
    bool is_demonstration;
};

/* Handles that read, for the roles minyi_results and minyi_tally; and the operator's, which imports too.
 * They do not connect. NULL when out of memory. */
struct db *census_results_db(void) MUST_CHECK;
struct db *census_tally_db(void) MUST_CHECK;
struct db *census_operator_db(void) MUST_CHECK;

/* All snapshots, newest first; everything in `a`. RC_OK (n may be 0), RC_AWAY, RC_DB, RC_NOMEM. */
enum rc census_list(struct db *db, struct arena *a, struct census_head **out, size_t *n, struct rc_info *e) MUST_CHECK;

/* The JSON of one snapshot, in `a`. RC_OK, RC_NOTFOUND, RC_AWAY, RC_DB, RC_NOMEM. */
enum rc census_body(struct db *db, const char *as_of, struct arena *a, const char **out, size_t *len,
                    struct rc_info *e) MUST_CHECK;

/* Operator: what the snapshot of a date was imported from. RC_OK, RC_NOTFOUND (there is none), RC_AWAY,
 * RC_DB. */
enum rc census_origin(struct db *db, const char *as_of, unsigned char file_hash[CENSUS_HASH_BYTES],
                      bool *is_demonstration, struct rc_info *e) MUST_CHECK;

/* Operator: store a snapshot in one transaction: the accounts by COPY, then its figures `body` (the JSON of
 * census_to_json). `bar` is moved on by a row at a time. RC_OK; RC_CONFLICT: the date is there
 * already; RC_AWAY (from the commit: it may be there), RC_DB, RC_NOMEM; nothing is stored then. */
enum rc census_add(struct db *db, const struct census_file *f, const struct census_codes *c,
                   const struct census_figures *figures, const char *body, const unsigned char file_hash[CENSUS_HASH_BYTES],
                   struct progress *bar, struct rc_info *e) MUST_CHECK;

#endif
