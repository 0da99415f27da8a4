#include "stats/estimate.h"

#include <assert.h>
#include <math.h>

#include "sample_inner.h"
#include "stats/special.h"

/* What the estimates look at in row i: the two ways in which it is given. */
struct rows {
    const double *y;
    const uint8_t *part;
    const uint32_t *answer, *group;
    const double *value_of;
    uint32_t in_group;
};

static unsigned part_of(const struct rows *r, size_t i)
{
    if (!r->answer)
        return r->part ? r->part[i] : ROW_VALID | ROW_IN;
    unsigned in = !r->group || r->group[i] == r->in_group ? ROW_IN : 0;
    return in | (r->answer[i] > 0 ? ROW_VALID : 0);
}

static double y_of(const struct rows *r, size_t i)
{
    return r->answer ? r->value_of[r->answer[i]] : r->y[i];
}

/* Everything of an estimate but its standard error. Means of large numbers with a small spread keep
 * their digits: the sums are of y less the first y. */
static struct estimate point(const struct sample *s, const struct rows *r)
{
    struct estimate p = {.state = STATS_NO_ANSWERS};
    double shift = 0, wy = 0, ny = 0;
    bool is_shift_known = false;
    for (size_t i = 0; i < s->n_rows; i++) {
        unsigned part = part_of(r, i);
        if (!(part & ROW_IN) || !(s->n[i] > 0))
            continue;
        p.n += s->n[i];
        if (!(part & ROW_VALID))
            continue;
        double y = y_of(r, i);
        if (!is_shift_known)
            shift = y;
        is_shift_known = true;
        p.n_valid += s->n[i];
        p.sum_w += s->w[i];
        ny += s->n[i] * (y - shift);
        wy += s->w[i] * (y - shift);
    }
    p.n_missing = p.n - p.n_valid;
    p.count = ny + shift * p.n_valid;
    p.weighted_count = wy + shift * p.sum_w;
    if (p.sum_w > 0) {
        p.state = STATS_DEFINED;
        p.value = shift + wy / p.sum_w;
    }
    return p;
}

/* Adds sign * (y - p) / W of the sub-group to v[n_rows]. */
static void linearise(const struct sample *s, const struct rows *r, const struct estimate *p, double sign,
                      double *v)
{
    for (size_t i = 0; i < s->n_rows; i++)
        if (part_of(r, i) == (ROW_IN | ROW_VALID))
            v[i] += sign * (y_of(r, i) - p->value) / p->sum_w;
}

static double *cleared(const struct sample *s)
{
    for (size_t i = 0; i < s->n_rows; i++)
        s->work->v[i] = 0;
    return s->work->v;
}

/* Rounding may put a variance that is 0 a little below it. */
static double root(double variance)
{
    return variance > 0 ? sqrt(variance) : 0;
}

static double degf_of(const struct sample *s, const struct rows *r)
{
    if (!r->answer)
        return sample_size(s, r->part).degf;
    if (!r->group)
        return sample_size(s, NULL).degf;
    return sample_group_size(s, r->group, r->in_group).degf;
}

static enum rc one(const struct sample *s, const struct rows *r, struct estimate *out, struct rc_info *e)
{
    struct estimate p = point(s, r);
    p.degf = degf_of(s, r);
    if (p.state == STATS_DEFINED) {
        double variance, *v = cleared(s);
        linearise(s, r, &p, 1, v);
        enum rc rc = sample_covariance(s, 1, v, &variance, NULL, e);
        if (rc != RC_OK)
            return rc;
        p.se = root(variance);
    }
    *out = p;
    return RC_OK;
}

enum rc estimate_mean(const struct sample *s, const double *y, const uint8_t *part, struct estimate *out,
                      struct rc_info *e)
{
    return one(s, &(struct rows){.y = y, .part = part}, out, e);
}

enum rc estimate_answers(const struct sample *s, const uint32_t *answer, const double *value_of,
                         const uint32_t *group, uint32_t in_group, struct estimate *out,
                         struct rc_info *e)
{
    assert(answer);
    struct rows r = {.answer = answer, .value_of = value_of, .group = group, .in_group = in_group};
    return one(s, &r, out, e);
}

static enum rc two(const struct sample *s, const struct rows *ra, const struct rows *rb,
                   struct difference *out, struct rc_info *e)
{
    struct difference d = {.a = point(s, ra), .b = point(s, rb)};
    d.a.degf = degf_of(s, ra);
    d.b.degf = degf_of(s, rb);
    d.degf = sample_size(s, NULL).degf;
    d.state = d.a.state ? d.a.state : d.b.state;
    if (d.state == STATS_DEFINED) {
        double variance, *v = cleared(s);
        linearise(s, ra, &d.a, 1, v);
        linearise(s, rb, &d.b, -1, v);
        enum rc rc = sample_covariance(s, 1, v, &variance, NULL, e);
        if (rc != RC_OK)
            return rc;
        d.value = d.a.value - d.b.value;
        d.se = root(variance);
        d.p_value = difference_p_value(d.value, d.se, d.degf);
    }
    *out = d;
    return RC_OK;
}

enum rc estimate_difference(const struct sample *s, const double *y, const uint8_t *part_a,
                            const uint8_t *part_b, struct difference *out, struct rc_info *e)
{
    return two(s, &(struct rows){.y = y, .part = part_a}, &(struct rows){.y = y, .part = part_b}, out, e);
}

enum rc estimate_answers_difference(const struct sample *s, const uint32_t *answer,
                                    const double *value_of, const uint32_t *group, uint32_t in_a,
                                    uint32_t in_b, struct difference *out, struct rc_info *e)
{
    assert(answer && group);
    struct rows a = {.answer = answer, .value_of = value_of, .group = group, .in_group = in_a}, b = a;
    b.in_group = in_b;
    return two(s, &a, &b, out, e);
}

double difference_p_value(double value, double se, double degf)
{
    if (!(se > 0))
        return value == 0 ? 1 : 0;
    return degf > 0 ? special_t_two_sided(value / se, degf) : 1;
}

struct difference estimate_independent(const struct estimate *a, const struct estimate *b)
{
    struct difference d = {.a = *a, .b = *b, .state = a->state ? a->state : b->state};
    if (d.state != STATS_DEFINED)
        return d;
    d.value = a->value - b->value;
    d.se = hypot(a->se, b->se);
    d.degf = a->degf + b->degf;
    d.p_value = difference_p_value(d.value, d.se, d.degf);
    return d;
}

struct figure estimate_design_effect(const struct estimate *p)
{
    struct figure f = {p->state, 0};
    double spread = p->value * (1 - p->value);
    if (f.state != STATS_DEFINED)
        return f;
    if (p->n_valid < 2)
        f.state = STATS_ONE_ANSWER;
    else if (!(spread > 0))
        f.state = STATS_AT_THE_END;
    else
        f.value = p->se * p->se / (spread / (p->n_valid - 1));
    return f;
}
