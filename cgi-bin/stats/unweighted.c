#include "stats/unweighted.h"

#include <assert.h>
#include <math.h>

#include "stats/chisq.h"
#include "stats/special.h"

void spread_add(struct spread *s, double n, double y)
{
    assert(n >= 0);
    if (n <= 0)
        return;
    double off = y - s->mean;
    s->n += n;
    s->mean += off * n / s->n;
    s->m2 += n * off * (y - s->mean);
}

void spread_merge(struct spread *s, const struct spread *other)
{
    if (other->n <= 0)
        return;
    double off = other->mean - s->mean, n = s->n + other->n;
    s->m2 += other->m2 + off * off * s->n * other->n / n;
    s->mean += off * other->n / n;
    s->n = n;
}

struct mean unweighted_mean(const struct spread *s, double confidence)
{
    struct mean m = {.n = s->n, .mean = s->mean};
    if (!(s->n > 0))
        m.state = STATS_NO_ANSWERS;
    else if (s->n < 2)
        m.state = STATS_ONE_ANSWER;
    m.t.state = m.state;
    if (m.state != STATS_DEFINED)
        return m;
    m.sd = sqrt(s->m2 / (s->n - 1));
    m.se = m.sd / sqrt(s->n);
    m.t = interval_t(m.mean, m.se, s->n - 1, confidence, 0);
    return m;
}

struct share_difference unweighted_share_difference(double x_a, double n_a, double x_b, double n_b,
                                                    double confidence)
{
    assert(n_a > 0 && n_b > 0 && x_a >= 0 && x_a <= n_a && x_b >= 0 && x_b <= n_b);
    double a = x_a / n_a, b = x_b / n_b;
    struct share_difference d = {.value = a - b, .se = sqrt(a * (1 - a) / n_a + b * (1 - b) / n_b)};
    d.z = interval_z(d.value, d.se, confidence);
    d.z.low = fmax(-1, d.z.low);
    d.z.high = fmin(1, d.z.high);
    const double table[] = {x_a, n_a - x_a, x_b, n_b - x_b};
    struct chisq test = chisq_pearson(table, 2, 2, false);
    d.state = test.state == STATS_FLAT_TABLE ? STATS_NO_VARIANCE : test.state;
    d.pooled_chisq = test.chisq;
    d.pooled_p_value = test.p_value;
    return d;
}

struct welch unweighted_welch(const struct spread *a, const struct spread *b, double confidence)
{
    struct welch w = {.value = a->mean - b->mean};
    if (!(a->n > 0 && b->n > 0))
        w.state = STATS_NO_ANSWERS;
    else if (a->n < 2 || b->n < 2)
        w.state = STATS_ONE_ANSWER;
    else if (!(a->m2 + b->m2 > 0))
        w.state = STATS_NO_VARIANCE;
    w.t.state = w.state;
    if (w.state != STATS_DEFINED)
        return w;
    double va = a->m2 / (a->n - 1) / a->n, vb = b->m2 / (b->n - 1) / b->n;
    w.se = sqrt(va + vb);
    w.df = (va + vb) * (va + vb) / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
    w.p_value = special_t_two_sided(w.value / w.se, w.df);
    w.t = interval_t(w.value, w.se, w.df, confidence, 0);
    return w;
}
