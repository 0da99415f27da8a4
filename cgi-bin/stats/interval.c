#include <assert.h>
#include <math.h>

#include "stats/estimate.h"
#include "stats/special.h"

static double upper_point(double confidence)
{
    assert(confidence > 0 && confidence < 1);
    return 1 - (1 - confidence) / 2;
}

static struct limits none(enum stats_state why)
{
    return (struct limits){why, 0, 0};
}

struct limits interval_t(double value, double se, double degf, double confidence, int is_share)
{
    if (is_share && (value <= 0 || value >= 1))
        return none(STATS_AT_THE_END);
    if (!(degf > 0))
        return none(STATS_NO_DF);
    double half = special_t_quantile(upper_point(confidence), degf) * se;
    return (struct limits){STATS_DEFINED, value - half, value + half};
}

struct limits interval_z(double value, double se, double confidence)
{
    double half = special_normal_quantile(upper_point(confidence)) * se;
    return (struct limits){STATS_DEFINED, value - half, value + half};
}

/* What both intervals of a share need. A share with a standard error of 0 that is not at the end (a
 * full count) is its own interval. */
static enum stats_state why_not(const struct estimate *p)
{
    if (p->state != STATS_DEFINED)
        return p->state;
    if (!(p->value > 1e-12 && p->value < 1 - 1e-12))
        return STATS_AT_THE_END;
    return p->degf > 0 ? STATS_DEFINED : STATS_NO_DF;
}

struct limits interval_logit(const struct estimate *p, double confidence)
{
    enum stats_state why = why_not(p);
    if (why != STATS_DEFINED)
        return none(why);
    double middle = log(p->value / (1 - p->value));
    double half = special_t_quantile(upper_point(confidence), p->degf) * p->se /
                  (p->value * (1 - p->value));
    return (struct limits){STATS_DEFINED, 1 / (1 + exp(half - middle)), 1 / (1 + exp(-half - middle))};
}

struct limits interval_beta(const struct estimate *p, double confidence)
{
    enum stats_state why = why_not(p);
    if (why != STATS_DEFINED)
        return none(why);
    if (!(p->se > 0))
        return (struct limits){STATS_DEFINED, p->value, p->value};
    if (!(p->n > 1))
        return none(STATS_NO_DF);
    double q = upper_point(confidence);
    double t = special_t_quantile(q, p->n - 1) / special_t_quantile(q, p->degf);
    double ne = p->value * (1 - p->value) / (p->se * p->se) * t * t;
    return interval_exact(ne * p->value, ne, confidence);
}

struct limits interval_exact(double x, double n, double confidence)
{
    assert(n > 0 && x >= 0 && x <= n);
    double q = upper_point(confidence);
    return (struct limits){STATS_DEFINED, x > 0 ? special_beta_quantile(1 - q, x, n - x + 1) : 0,
                           x < n ? special_beta_quantile(q, x + 1, n - x) : 1};
}
