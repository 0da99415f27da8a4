/* weights: made to meet margins, trimmed, summed up.  Layer: stats.
 *
 * Arrays are by row: n[i] respondents who share the weight weight[i]. A function that fails leaves
 * `weight` as it was. */
#ifndef MINYI_STATS_WEIGHTS_H
#define MINYI_STATS_WEIGHTS_H

#include <stdbool.h>

#include "stats/sample.h"

struct weights_summary {
    double n;         /* respondents */
    double sum, min, max; /* min and max over rows with n > 0 */
    double kish_deff; /* n sum(w^2) / sum(w)^2 = 1 + CV^2; L. Kish (1965), Survey Sampling, 11.7 */
    double n_eff;     /* sum(w)^2 / sum(w^2) */
};
/* All 0 where no weight is above 0. */
struct weights_summary weights_summarise(size_t n_rows, const double *n, const double *weight);

struct rake_options {
    double tolerance;   /* largest |weighted count / target - 1| of a category that is accepted: 1e-6 */
    double aim;         /* goes on until that is below this, if it can: 1e-12 */
    int max_iterations; /* full passes over the margins: 1000 */
    /* R's own rule instead: stop after r_max_iterations, or when no cell of the cross-table of all
     * margins moved by more than r_epsilon (below 1: times the sum of the weights before). It leaves
     * margins unmet and reports it. R's default is 10 and 1; r_max_iterations 0: not used. */
    int r_max_iterations;
    double r_epsilon;
};
#define RAKE_OPTIONS_DEFAULT {1e-6, 1e-12, 1000, 0, 0} /* to initialise one */

struct rake_report {
    int iterations;
    double worst;          /* largest |weighted count / target - 1| at the end */
    size_t worst_margin;   /* where, 0-based; category 1-based */
    uint32_t worst_category;
    double n_incomplete;   /* respondents without an answer to at least one margin */
};

/* Iterative proportional fitting: W. E. Deming, F. F. Stephan (1940), Ann. Math. Stat. 11:427-444.
 * Cycles through the margins in their order. Weights are first scaled to the population total; a margin's
 * targets are its shares of the weight of those who answered it, so the total stays, and a respondent
 * without an answer to a margin takes factor 1 there.
 * RC_OK: `weight` is replaced. RC_NOMEM; RC_TOOBIG (R's rule: cross-table over 1,000,000 cells);
 * RC_INPUT with reason "contradictory_margins" (totals differ by more than 1e-6, or a population that is
 * not above 0), "empty_cell" (a category that nobody is in), "no_convergence" (the message names the
 * worst category). r->* is set where iterations began. `r` may be NULL. */
enum rc weights_rake(size_t n_rows, const double *n, double *weight, const struct margin *margins,
                     size_t n_margins, const struct rake_options *o, struct rake_report *r,
                     struct arena *a, struct rc_info *e) MUST_CHECK;

/* Post-stratification: one margin, one pass, exact. Errors as weights_rake. D. Holt, T. M. F. Smith
 * (1979), JRSS A 142:33-46. */
enum rc weights_poststratify(size_t n_rows, const double *n, double *weight, const struct margin *m,
                             struct rake_report *r, struct arena *a, struct rc_info *e) MUST_CHECK;

struct trim_report {
    double n_trimmed;      /* respondents whose weight was outside at the start */
    double share_trimmed;  /* weight cut off (absolute) as a share of all weight */
    int rounds;
    bool is_outside_after; /* some weight is outside again: not strict */
};

/* Weights outside [low, high] are set to the bound; the difference is shared EQUALLY (added) among the
 * respondents that were not outside; the sum stays. strict: repeated until none is outside (R's
 * trimWeights, survey 4.1-1). Margins no longer hold afterwards. low may be -INFINITY, high INFINITY.
 * RC_OK; RC_USAGE with reason "bad_bounds" (low > high, or a NaN); RC_INPUT with reason
 * "bounds_too_tight" (all are outside; strict: the mean weight is not between them). `r` may be NULL. */
enum rc weights_trim(size_t n_rows, const double *n, double *weight, double low, double high,
                     bool is_strict, struct trim_report *r, struct rc_info *e) MUST_CHECK;

#endif
