/* trend: the closed questions wave by wave, and how they changed.  Layer: report (uses form and stats).
 * Pure. Every wave is a sample of its own, with weights of its own to the same margins. */
#ifndef MINYI_REPORT_TREND_H
#define MINYI_REPORT_TREND_H

#include "report/figures.h"

struct trend_wave {
    const char *name, *first_day, *last_day;
    size_t n_cells;
    const struct figures_cell *cells; /* of the current version, or translated to it */
    const bool *is_comparable;        /* of each node: some ballot is of a version that asked it alike, or
                                         there is no ballot at all */
};

/* The cells of another version of a survey as if they were of `to`. A question with is_alike[node of `to`]
 * keeps its answers, found by the names of question and choices; any other was not asked. What was counted
 * jointly is left out. out[n] is given; counts and profiles are in `a`. RC_OK; RC_INPUT: a question that is
 * said to be alike is not; RC_NOMEM. */
enum rc trend_translate(const struct form *from, const struct form *to, const bool *is_alike,
                        const struct figures_cell *cells, size_t n, struct figures_cell *out, struct arena *a,
                        struct rc_info *e) MUST_CHECK;

/* Add waves and trends to `p`, made by figures_make of the same form and margins. `in`: that input; its cells
 * are not looked at. A question whose options are all "don't know" has no trend. RC_OK; the codes of
 * figures_make. */
enum rc trend_make(const struct figures_input *in, const struct trend_wave *waves, size_t n, struct arena *a,
                   struct publication *p, struct rc_info *e) MUST_CHECK;

/* How each point changed since the last wave before it that has figures of the question: from what the points
 * say, so after disclosure. Unweighted: z = difference / sqrt(pa qa / na + pb qb / nb), pooled in the test;
 * weighted: the standard errors of both waves. Intervals and tests only where the shares have some.
 * RC_OK, RC_NOMEM. */
enum rc trend_compare(struct publication *p, struct arena *a, struct rc_info *e) MUST_CHECK;

/* How column `k` changed from one wave to any later one, by the same rules; unweighted. Both must have figures. */
struct pub_change trend_between(const struct pub_point *now, const struct pub_point *then, size_t k);

#endif
