/* disclose: the figures of a publication as rows of stats/disclosure, and back.  Layer: report.
 * Pure: what was published before comes in, what has to be kept goes out. */
#ifndef MINYI_REPORT_DISCLOSE_H
#define MINYI_REPORT_DISCLOSE_H

#include "report/figures.h"
#include "stats/disclosure.h"

/* One publication of one row, as the tally keeps it: what nobody else may read is last_n. */
struct disclose_kept {
    const char *address;
    int32_t day; /* days since 2000-01-01 */
    bool is_shown;
    int64_t last_n;
    size_t n_cells;
    const int64_t *shown;
};

struct disclose_input {
    const struct figures_input *figures; /* what `p` was made of */
    const unsigned char *key;            /* DISCLOSURE_KEY_BYTES */
    int32_t today;
    bool is_replay; /* replace nothing: the publication as it stands by what was kept */
    const struct disclose_kept *kept; /* of this survey, ordered by address and day */
    size_t n_kept;
};

/* Put rounded counts in place of the true ones in `p` (made by figures_make in `a`): a row per
 * question, and for a five-point one three boxes while it is too thin for five; a row per grouping
 * question, level and five-point question (three boxes), which together with the ballots that have no
 * level add up to the question's own; replaced at most once a day. A level's ballots are the median of
 * what its published rows add up to.
 * No weighted share and nothing of the weights is published, but what they would be made by: raked
 * weights are quotients of true counts, so a weighted share beside the rounded one is one more equation
 * in them, on every night anew, that no sum of whole numbers describes to the engine. Nor are crossings,
 * grids, waves and trends: their rows are not the engine's. Shares, boxes and intervals are made of rounded counts; the
 * number of ballots is the median of what the questions add up to. A demonstration is left as it is.
 * *fresh: what is to be kept beside `kept`, in the publication's transaction.
 * RC_OK; RC_INPUT (what was kept does not fit the questions); RC_NOMEM. `p` is as it was on failure. */
enum rc publication_disclose(struct publication *p, const struct disclose_input *in, struct arena *a,
                             struct disclose_kept **fresh, size_t *n_fresh, struct rc_info *e) MUST_CHECK;

#endif
