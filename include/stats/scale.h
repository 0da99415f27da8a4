/* scale: top-k and bottom-k boxes of an ordered question, and Cronbach's alpha.  Layer: stats. */
#ifndef MINYI_STATS_SCALE_H
#define MINYI_STATS_SCALE_H

#include <stddef.h>
#include <stdint.h>

#include "stats/state.h"

/* value_of[0..n_options] for estimate_answers: 1 for the k highest options, 0 otherwise. k <= n_options;
 * options are in rising order. value_of[0] (no answer) is 0. */
void scale_top(size_t n_options, size_t k, double *value_of);
/* The k lowest. */
void scale_bottom(size_t n_options, size_t k, double *value_of);

/* Cronbach's alpha over complete cases: k/(k-1) (1 - sum var_i / var of the sum), variances with n-1.
 * L. J. Cronbach (1951), Psychometrika 16:297-334. Fed row by row; begin with alpha_begin. */
enum { ALPHA_ITEMS_MAX = 64 };
struct alpha {
    size_t k;
    double n;
    double mean[ALPHA_ITEMS_MAX + 1], m2[ALPHA_ITEMS_MAX + 1]; /* the last: of the sum */
};
/* 2..64 items make a scale; a smaller k is accepted and yields STATS_ONE_ITEM. */
void alpha_begin(struct alpha *a, size_t k);
/* n respondents (>= 0) with item values y[k]; only complete ones are given. */
void alpha_add(struct alpha *a, double n, const double *y);

struct alpha_result {
    enum stats_state state; /* of alpha alone */
    double n_complete, n_items, sum_item_variances, variance_of_sum, alpha;
};
struct alpha_result alpha_end(const struct alpha *a);

#endif
