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

/* What need not be kept any longer, as indexes of `kept`: figures of a row that it replaced itself, and rows
 * that `p`'s form has not (any more), where they are older than `before`. A row's latest figures stay as long
 * as it is published; with older ones go only nights too old for anything to be learned about them tonight
 * that a row older still does not tell. *out in `a`. RC_OK, RC_NOMEM. */
enum rc disclose_outdated(const struct disclose_kept *kept, size_t n, const char *slug, int64_t version_no, int32_t before,
                          struct arena *a, size_t **out, size_t *n_out, struct rc_info *e) MUST_CHECK;

/* Put rounded counts in place of the true ones in `p` (made by figures_make in `a`): a row per
 * question, and for a five-point one three boxes while it is too thin for five; a row per grouping
 * question, level and five-point question (three boxes), which together with the ballots that have no
 * level add up to the question's own; replaced at most once a day. A level's ballots are the median of
 * what its published rows add up to.
 * Crossings, grids and waves are rows of the same engine (disclose_inner.h says which and what they add up
 * to): five options of a crossing collapse to three boxes while they are too thin; a wave shows the boxes of
 * five-point questions, together with what stands of it from earlier versions that compare.
 * A weighted share is made of the published boxes and n of the groups by the margin's question and of the
 * public populations, and of nothing else: whoever has the rows can work it out himself, so it tells nothing
 * that they do not, with all its decimals. It needs all levels of one margin; several margins would need
 * their joint table by every item, which has too many thin parts to be published, so there "disclosure" is
 * the reason why there is none. What is said of the weights comes from published counts, too.
 * Shares, boxes and intervals are made of rounded counts, tests of independence too; the number of ballots is
 * the median of what the questions add up to. A demonstration is left as it is.
 * *fresh: what is to be kept beside `kept`, in the publication's transaction.
 * RC_OK; RC_INPUT (what was kept does not fit the questions); RC_NOMEM. `p` is as it was on failure. */
enum rc publication_disclose(struct publication *p, const struct disclose_input *in, struct arena *a,
                             struct disclose_kept **fresh, size_t *n_fresh, struct rc_info *e) MUST_CHECK;

#endif
