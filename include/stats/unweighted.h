/* unweighted: means and differences of simple random samples.  Layer: stats.
 * Every moment comes from sums that frequencies can feed: n of them answered y. */
#ifndef MINYI_STATS_UNWEIGHTED_H
#define MINYI_STATS_UNWEIGHTED_H

#include <stddef.h>

#include "stats/estimate.h"

/* Mean and spread of numbers met one after the other: B. P. Welford (1962), Technometrics 4:419-420, with
 * weights of D. H. D. West (1979), CACM 22:532-535. Begin with {0}. */
struct spread {
    double n, mean, m2; /* m2: sum of squared deviations */
};
/* n >= 0 respondents who answered y. */
void spread_add(struct spread *s, double n, double y);
/* Two spreads into one: T. F. Chan, G. H. Golub, R. J. LeVeque (1979). */
void spread_merge(struct spread *s, const struct spread *other);

struct mean {
    enum stats_state state; /* STATS_ONE_ANSWER: the mean is there, sd, se and the interval are not */
    double n, mean, sd, se;
    struct limits t; /* mean -+ t_q(n - 1) sd / sqrt(n) */
};
struct mean unweighted_mean(const struct spread *s, double confidence);

/* Difference of two independent shares, a minus b: x of n each, n > 0. */
struct share_difference {
    double value, se;       /* unpooled: sqrt(pa qa / na + pb qb / nb) */
    struct limits z;        /* value -+ z se, cut at -1 and 1 */
    enum stats_state state; /* of the test: STATS_NO_VARIANCE where both shares are 0 or both 1 */
    double pooled_chisq, pooled_p_value; /* 2 x 2 Pearson, no continuity correction: R's prop.test */
};
struct share_difference unweighted_share_difference(double x_a, double n_a, double x_b, double n_b,
                                                    double confidence);

/* Difference of two means, a minus b, unequal variances: B. L. Welch (1947), Biometrika 34:28-35. */
struct welch {
    enum stats_state state; /* both need two answers and some spread between them */
    double value, se, df, p_value;
    struct limits t;
};
struct welch unweighted_welch(const struct spread *a, const struct spread *b, double confidence);

#endif
