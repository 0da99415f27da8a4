#include "stats/scale.h"

#include <assert.h>

void scale_top(size_t n_options, size_t k, double *value_of)
{
    assert(k <= n_options);
    for (size_t i = 0; i <= n_options; i++)
        value_of[i] = i > n_options - k;
}

void scale_bottom(size_t n_options, size_t k, double *value_of)
{
    assert(k <= n_options);
    for (size_t i = 0; i <= n_options; i++)
        value_of[i] = i > 0 && i <= k;
}

void alpha_begin(struct alpha *a, size_t k)
{
    assert(k <= ALPHA_ITEMS_MAX);
    *a = (struct alpha){.k = k};
}

void alpha_add(struct alpha *a, double n, const double *y)
{
    assert(n >= 0);
    if (n <= 0)
        return;
    double sum = 0;
    a->n += n;
    for (size_t i = 0; i <= a->k; i++) {
        double value = i < a->k ? y[i] : sum, off = value - a->mean[i];
        sum += value;
        a->mean[i] += off * n / a->n;
        a->m2[i] += n * off * (value - a->mean[i]);
    }
}

struct alpha_result alpha_end(const struct alpha *a)
{
    struct alpha_result r = {.n_complete = a->n, .n_items = (double)a->k};
    if (a->n < 2) {
        r.state = a->n > 0 ? STATS_ONE_ANSWER : STATS_NO_ANSWERS;
        return r;
    }
    for (size_t i = 0; i < a->k; i++)
        r.sum_item_variances += a->m2[i] / (a->n - 1);
    r.variance_of_sum = a->m2[a->k] / (a->n - 1);
    if (a->k < 2)
        r.state = STATS_ONE_ITEM;
    else if (!(r.variance_of_sum > 0))
        r.state = STATS_NO_VARIANCE;
    else
        r.alpha = (double)a->k / (double)(a->k - 1) * (1 - r.sum_item_variances / r.variance_of_sum);
    return r;
}
