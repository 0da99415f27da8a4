#include "stats/accumulate.h"

#include <math.h>

#include "sample_inner.h"

/* Sums of z and z^2 of one stratum. */
struct linear {
    double z, z2;
};

static struct linear expand(const struct accumulator *a, double p, double sum_w)
{
    return (struct linear){(a->wy - p * a->w) / sum_w,
                           (a->w2y2 - 2 * p * a->w2y + p * p * a->w2) / (sum_w * sum_w)};
}

static struct estimate point(const struct accumulator *acc, size_t n_strata, double shift)
{
    struct estimate p = {.state = STATS_NO_ANSWERS};
    double y = 0, wy = 0;
    for (size_t h = 0; h < n_strata; h++) {
        p.n += acc[h].n_all;
        p.n_valid += acc[h].n;
        p.sum_w += acc[h].w;
        p.degf += acc[h].n_all > 0 ? acc[h].n_all - 1 : 0;
        y += acc[h].y;
        wy += acc[h].wy;
    }
    p.n_missing = p.n - p.n_valid;
    p.count = y + shift * p.n_valid;
    p.weighted_count = wy + shift * p.sum_w;
    if (p.sum_w > 0) {
        p.state = STATS_DEFINED;
        p.value = wy / p.sum_w; /* of the shifted y, until the variance is known */
    }
    return p;
}

/* `b` NULL: the variance of a's mean. */
static enum rc variance(const struct accumulator *a, const struct estimate *pa,
                        const struct accumulator *b, const struct estimate *pb,
                        const struct accumulate_stratum *strata, size_t n_strata,
                        enum lonely_rule lonely, double *out, struct rc_info *e)
{
    static const double rounding = 1e-14; /* what cancels to less than this of its terms is 0 */
    double sum = 0, present = 0, missing = 0;
    for (size_t h = 0; h < n_strata; h++) {
        struct stratum_scale f;
        enum rc rc = sample_stratum_scale(strata[h].n, strata[h].population, lonely, h, &f, e);
        if (rc != RC_OK)
            return rc;
        present += strata[h].n > 0;
        missing += f.is_missing;
        struct linear x = expand(&a[h], pa->value, pa->sum_w);
        if (b) {
            struct linear less = expand(&b[h], pb->value, pb->sum_w);
            x.z -= less.z;
            x.z2 += less.z2; /* nobody is in both */
        }
        double spread = f.square * x.z2 - f.mean * x.z * x.z;
        sum += spread > rounding * f.square * x.z2 ? spread : 0;
    }
    if (missing > 0 && missing >= present)
        return rc_set_reason(e, RC_INPUT, "lonely_stratum",
                             "every stratum has a single respondent: there is no other to average");
    *out = sum * (missing > 0 ? present / (present - missing) : 1);
    return RC_OK;
}

enum rc accumulate_estimate(const struct accumulator *acc, const struct accumulate_stratum *strata,
                            size_t n_strata, double shift, enum lonely_rule lonely,
                            struct estimate *out, struct rc_info *e)
{
    struct estimate p = point(acc, n_strata, shift);
    if (p.state == STATS_DEFINED) {
        double v;
        enum rc rc = variance(acc, &p, NULL, NULL, strata, n_strata, lonely, &v, e);
        if (rc != RC_OK)
            return rc;
        p.se = sqrt(v);
        p.value += shift;
    }
    *out = p;
    return RC_OK;
}

enum rc accumulate_difference(const struct accumulator *a, const struct accumulator *b,
                              const struct accumulate_stratum *strata, size_t n_strata, double shift,
                              enum lonely_rule lonely, struct difference *out, struct rc_info *e)
{
    struct difference d = {.a = point(a, n_strata, shift), .b = point(b, n_strata, shift)};
    d.state = d.a.state ? d.a.state : d.b.state;
    for (size_t h = 0; h < n_strata; h++)
        d.degf += strata[h].n > 0 ? strata[h].n - 1 : 0;
    if (d.state == STATS_DEFINED) {
        double v;
        enum rc rc = variance(a, &d.a, b, &d.b, strata, n_strata, lonely, &v, e);
        if (rc != RC_OK)
            return rc;
        d.se = sqrt(v);
        d.value = d.a.value - d.b.value;
        d.p_value = difference_p_value(d.value, d.se, d.degf);
        d.a.value += shift;
        d.b.value += shift;
    }
    *out = d;
    return RC_OK;
}
