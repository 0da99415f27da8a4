#include <math.h>

#include "stats/weights.h"
/* What lies outside the bounds, before anything is moved. */
struct outside {
    double n, inside; /* respondents */
    double difference, cut; /* weight above less weight below; both as amounts */
};

static double bounded(double weight, double low, double high)
{
    return fmax(low, fmin(high, weight));
}

static struct outside look(size_t n_rows, const double *n, const double *weight, double low, double high)
{
    struct outside o = {0};
    for (size_t i = 0; i < n_rows; i++) {
        double off = weight[i] - bounded(weight[i], low, high);
        *(off == 0 ? &o.inside : &o.n) += n[i];
        o.difference += n[i] * off;
        o.cut += n[i] * fabs(off);
    }
    return o;
}

/* What is outside goes to its bound; each of the others gets `share`. */
static void move(size_t n_rows, double *weight, double low, double high, double share)
{
    for (size_t i = 0; i < n_rows; i++) {
        double kept = bounded(weight[i], low, high);
        weight[i] = kept == weight[i] ? kept + share : kept;
    }
}

static enum rc check(const struct weights_summary *s, const struct outside *o, double low, double high,
                     bool is_strict, struct rc_info *e)
{
    if (o->n > 0 && !(o->inside > 0))
        return rc_set_reason(e, RC_INPUT, "bounds_too_tight",
                             "every weight is outside %.15g..%.15g: nobody is left to share", low, high);
    double mean = s->n > 0 ? s->sum / s->n : low;
    if (is_strict && s->n > 0 && !(mean > low && mean < high) && o->n > 0)
        return rc_set_reason(e, RC_INPUT, "bounds_too_tight",
                             "the mean weight %.15g is not within %.15g..%.15g", mean, low, high);
    return RC_OK;
}

enum rc weights_trim(size_t n_rows, const double *n, double *weight, double low, double high,
                     bool is_strict, struct trim_report *r, struct rc_info *e)
{
    /* a round that moves less than this share of all weight is the last: the rest is rounding */
    static const double negligible = 1e-14;
    if (!(low <= high) || !(high > 0))
        return rc_set_reason(e, RC_USAGE, "bad_bounds", "the bounds %.15g..%.15g are not in order", low,
                             high);
    struct weights_summary s = weights_summarise(n_rows, n, weight);
    struct outside o = look(n_rows, n, weight, low, high);
    enum rc rc = check(&s, &o, low, high, is_strict, e);
    if (rc != RC_OK)
        return rc;
    struct trim_report done = {.n_trimmed = o.n};
    done.share_trimmed = s.sum > 0 ? o.cut / s.sum : 0;
    while (o.n > 0 && (is_strict || done.rounds == 0)) {
        bool is_last = o.cut <= negligible * s.sum;
        move(n_rows, weight, low, high, is_last ? 0 : o.difference / o.inside);
        done.rounds++;
        o = look(n_rows, n, weight, low, high);
    }
    done.is_outside_after = o.n > 0;
    if (r)
        *r = done;
    return RC_OK;
}
