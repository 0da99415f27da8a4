/* status_store: the state of the house in numbers (role minyi_operator).  Layer: store. */
#ifndef MINYI_STORE_STATUS_STORE_H
#define MINYI_STORE_STATUS_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"

struct house_state {
    bool has_run;
    int64_t run_age_s;         /* since the last tally that was done */
    const char *run_outcome;   /* of the newest run: running, done, failed, killed; "never" */
    const char *run_message;
    int64_t box_ballots, box_batches, box_oldest_us;
    int64_t waiting;           /* ballots that the last tally left in the box: too few to open */
    int64_t passed_by;         /* ballots that were there before the last two tallies, and still are */
    int64_t quarantine_batches, quarantine_ballots;
    int64_t n_recovery_keys;
    int64_t n_keys, newest_key_age_s; /* not destroyed; -1: none */
};

/* Look once, strings in `a`. RC_OK; RC_AWAY, RC_DB, RC_NOMEM: *out is untouched. */
enum rc status_read(struct arena *a, struct house_state *out, struct rc_info *e) MUST_CHECK;

#endif
