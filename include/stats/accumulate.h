/* accumulate: the linearised variance of a mean from one reading.  Layer: stats.
 *
 * z_i = w_i (y_i - p) / W needs p, which is known only at the end; so per stratum these sums are kept
 *     n, sum w, sum w y, sum w^2, sum w^2 y, sum w^2 y^2   (over the valid answers of the sub-group)
 * and expanded afterwards:  sum z = (sum w y - p sum w) / W,
 *     sum z^2 = (sum w^2 y^2 - 2 p sum w^2 y + p^2 sum w^2) / W^2.
 * y is taken less a shift (its first value), so that large numbers with a small spread lose no digits.
 * For weights as given or fixed; after margins use rows (sample.h). Memory: one struct per stratum. */
#ifndef MINYI_STATS_ACCUMULATE_H
#define MINYI_STATS_ACCUMULATE_H

#include <stdbool.h>

#include "stats/estimate.h"

struct accumulator {
    double n_all, n; /* respondents of the sub-group; those with a valid answer */
    double y, w, wy, w2, w2y, w2y2;
};

/* n respondents of the sub-group and stratum, weight `weight` each, with the answer y. */
static inline void accumulate_answer(struct accumulator *a, double n, double weight, double y)
{
    double w = n * weight, w2 = w * weight;
    a->n_all += n;
    a->n += n;
    a->y += n * y;
    a->w += w;
    a->wy += w * y;
    a->w2 += w2;
    a->w2y += w2 * y;
    a->w2y2 += w2 * y * y;
}

/* n respondents of the sub-group without a valid answer. */
static inline void accumulate_missing(struct accumulator *a, double n)
{
    a->n_all += n;
}

/* What is known of each stratum beside the answers. */
struct accumulate_stratum {
    double n;          /* respondents of the full sample */
    double population; /* N_h >= n; 0: no correction */
};

/* The estimate from acc[n_strata]; `shift` is what was taken from every y. The same result as
 * estimate_mean to 1e-9. RC_OK; RC_INPUT with reason "lonely_stratum". */
enum rc accumulate_estimate(const struct accumulator *acc, const struct accumulate_stratum *strata,
                            size_t n_strata, double shift, enum lonely_rule lonely,
                            struct estimate *out, struct rc_info *e) MUST_CHECK;

/* a minus b, two sub-groups that share no respondent, with their covariance. */
enum rc accumulate_difference(const struct accumulator *a, const struct accumulator *b,
                              const struct accumulate_stratum *strata, size_t n_strata, double shift,
                              enum lonely_rule lonely, struct difference *out,
                              struct rc_info *e) MUST_CHECK;

#endif
