/* disclosure_inner: between disclosure.c and disclosure_sums.c alone.  Layer: stats. */
#ifndef MINYI_STATS_DISCLOSURE_INNER_H
#define MINYI_STATS_DISCLOSURE_INNER_H

#include "stats/disclosure.h"

/* What a row would be tonight. */
struct disclosure_draft {
    bool is_due, is_held;
    int32_t day;     /* tonight */
    struct disclosure_state state;
    int64_t *cells; /* rounded counts */
};

/* Rule 5: withdraw drafts until nothing that would stand narrows a count. RC_OK, RC_NOMEM. */
enum rc disclosure_hold_back(const struct disclosure_row *rows, struct disclosure_draft *drafts, size_t n_rows,
                             const struct disclosure_sum *sums, size_t n_sums, int32_t tonight, struct arena *a,
                             struct rc_info *e) MUST_CHECK;

#endif
