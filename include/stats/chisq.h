/* chisq: Pearson's test of a table of counts.  Layer: stats. */
#ifndef MINYI_STATS_CHISQ_H
#define MINYI_STATS_CHISQ_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/state.h"

struct chisq {
    enum stats_state state;
    double n, chisq, df, p_value;
    double min_expected; /* rule of thumb: the test is rough below 5 */
    double cramers_v;    /* sqrt(X2 / n / (min(R, C) - 1)); H. Cramer (1946) */
};

/* count[n_r * n_c], row-major, >= 0. Rows and columns that are all 0 are dropped first. is_yates (2 x 2
 * only, otherwise without effect, as in R): each |O - E| is made smaller by min(0.5, |O - E|).
 * K. Pearson (1900), Phil. Mag. 50:157-175; F. Yates (1934), JRSS Suppl. 1:217-235. */
struct chisq chisq_pearson(const double *count, size_t n_r, size_t n_c, bool is_yates);

#endif
