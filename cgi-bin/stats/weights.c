#include "stats/weights.h"

#include <math.h>

struct weights_summary weights_summarise(size_t n_rows, const double *n, const double *weight)
{
    struct weights_summary s = {.min = INFINITY};
    double squares = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (!(n[i] > 0))
            continue;
        s.n += n[i];
        s.sum += n[i] * weight[i];
        squares += n[i] * weight[i] * weight[i];
        s.min = fmin(s.min, weight[i]);
        s.max = fmax(s.max, weight[i]);
    }
    if (!(s.sum > 0))
        return (struct weights_summary){0};
    s.kish_deff = s.n * squares / (s.sum * s.sum);
    s.n_eff = s.sum * s.sum / squares;
    return s;
}
