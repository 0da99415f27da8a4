/* quarantine_store: batches that the tally could not open, as the operator sees them.  Layer: store. */
#ifndef MINYI_STORE_QUARANTINE_STORE_H
#define MINYI_STORE_QUARANTINE_STORE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "store/db.h"

struct db *quarantine_db(void) MUST_CHECK;

/* Rows: slug, ballots, epoch, time (UTC), reason; in `a`. */
enum rc quarantine_list(struct db *db, struct arena *a, struct db_rows *out, struct rc_info *e) MUST_CHECK;

/* Put all back into the box; or give all up for good. *n: batches. */
enum rc quarantine_retry(struct db *db, int64_t *n, struct rc_info *e) MUST_CHECK;
enum rc quarantine_discard(struct db *db, int64_t *n, struct rc_info *e) MUST_CHECK;

#endif
