#include <assert.h>
#include <string.h>

#include "sample_inner.h"

/* Less its mean in the row's category; `weight` says with what each row counts in that mean. */
static void sweep(const struct sample *s, const struct margin *g, const double *weight, size_t m,
                  double *v)
{
    double *sum = s->work->category, *total = sum + s->work->n_margin_most + 1;
    for (size_t j = 0; j < m; j++) {
        memset(sum, 0, 2 * (s->work->n_margin_most + 1) * sizeof *sum);
        for (size_t i = 0; i < s->n_rows; i++) {
            sum[g->category[i]] += weight[i] * v[i * m + j];
            total[g->category[i]] += weight[i];
        }
        for (size_t c = 0; c <= g->n_categories; c++)
            sum[c] = c > 0 && total[c] > 0 ? sum[c] / total[c] : 0;
        for (size_t i = 0; i < s->n_rows; i++)
            v[i * m + j] -= sum[g->category[i]];
    }
}

static void take_residuals(const struct sample *s, size_t m, double *v)
{
    enum { SWEEPS = 10 }; /* as many as R's survey 4.1 makes */
    if (s->weighting == WEIGHTS_POSTSTRATIFIED)
        sweep(s, &s->margins[0], s->w, m, v);
    else if (s->weighting == WEIGHTS_RAKED)
        for (int k = 0; k < SWEEPS; k++)
            for (size_t g = 0; g < s->n_margins; g++)
                sweep(s, &s->margins[g], s->n, m, v);
}

enum rc sample_stratum_scale(double units, double population, enum lonely_rule lonely, size_t stratum,
                             struct stratum_scale *out, struct rc_info *e)
{
    double rest = population > 0 ? (population - units) / population : 1;
    *out = (struct stratum_scale){0, 0, false};
    if (units <= 0 || rest < 1e-7) /* nobody, or everybody: R takes the same bound */
        return RC_OK;
    if (units > 1) {
        out->square = rest * units / (units - 1);
        out->mean = out->square / units;
        return RC_OK;
    }
    if (lonely == LONELY_FAIL)
        return rc_set_reason(e, RC_INPUT, "lonely_stratum",
                             "stratum %zu has a single respondent: choose a rule for it", stratum + 1);
    out->square = lonely == LONELY_ADJUST ? rest : 0;
    out->is_missing = lonely == LONELY_AVERAGE;
    return RC_OK;
}

/* Sums of squares and products over the sampling units of each stratum. */
struct crossing {
    size_t m;
    double *sums;                /* [n_strata * m] sums of z, then their means */
    double *z;                   /* [m] */
    double *cluster;             /* [n_clusters * m] z summed over a cluster */
    struct stratum_scale *scale; /* [n_strata] */
    double *out;                 /* [m * m] */
};

static void add_products(double factor, const double *z, size_t m, double *out)
{
    for (size_t j = 0; j < m && factor > 0; j++)
        if (z[j] != 0)
            for (size_t k = 0; k <= j; k++)
                out[j * m + k] += factor * z[j] * z[k];
}

/* Sums of z to means over the stratum's units; 0 where the single unit's distance is from 0. */
static void centre_strata(const struct sample *s, struct crossing *x)
{
    for (size_t h = 0; h < s->work->n_strata; h++)
        for (size_t j = 0; j < x->m; j++)
            x->sums[h * x->m + j] =
                x->scale[h].mean > 0 ? x->sums[h * x->m + j] / s->work->units[h] : 0;
}

/* Of a row's respondents: sum (w_i v - mean)^2 = n (w v / n - mean)^2 + v^2 (w2 - w^2 / n), the second
 * part being the spread of weights within the row. Nothing cancels, so a variance of 0 comes out as 0. */
static void cross_respondents(const struct sample *s, const double *v, struct crossing *x)
{
    size_t m = x->m;
    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t j = 0; j < m; j++)
            x->sums[sample_stratum(s, i) * m + j] += s->w[i] * v[i * m + j];
    centre_strata(s, x);
    for (size_t i = 0; i < s->n_rows; i++) {
        if (!(s->n[i] > 0))
            continue;
        uint32_t h = sample_stratum(s, i);
        double weight = s->w[i] / s->n[i];
        for (size_t j = 0; j < m; j++)
            x->z[j] = weight * v[i * m + j] - x->sums[h * m + j];
        add_products(x->scale[h].square * s->n[i], x->z, m, x->out);
        add_products(x->scale[h].square * (s->w2[i] - s->w[i] * weight), v + i * m, m, x->out);
    }
}

static void cross_clusters(const struct sample *s, const double *v, struct crossing *x)
{
    size_t m = x->m;
    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t j = 0; j < m; j++) {
            x->cluster[s->cluster[i] * m + j] += s->w[i] * v[i * m + j];
            x->sums[sample_stratum(s, i) * m + j] += s->w[i] * v[i * m + j];
        }
    centre_strata(s, x);
    for (size_t c = 0; c < s->n_clusters; c++) {
        if (s->work->cluster_stratum[c] == 0)
            continue;
        size_t h = s->work->cluster_stratum[c] - 1;
        for (size_t j = 0; j < m; j++)
            x->z[j] = x->cluster[c * m + j] - x->sums[h * m + j];
        add_products(x->scale[h].square, x->z, m, x->out);
    }
}

static enum rc scale_strata(const struct sample *s, struct crossing *x, double *average, struct rc_info *e)
{
    double strata = 0, missing = 0;
    for (size_t h = 0; h < s->work->n_strata; h++) {
        enum rc rc = sample_stratum_scale(s->work->units[h], s->population ? s->population[h] : 0,
                                          s->lonely, h, &x->scale[h], e);
        if (rc != RC_OK)
            return rc;
        strata += s->work->units[h] > 0;
        missing += x->scale[h].is_missing;
    }
    if (missing > 0 && missing >= strata)
        return rc_set_reason(e, RC_INPUT, "lonely_stratum",
                             "every stratum has a single respondent: there is no other to average");
    *average = missing > 0 ? strata / (strata - missing) : 1;
    return RC_OK;
}

static enum rc take_memory(const struct sample *s, struct crossing *x, struct arena *a, struct rc_info *e)
{
    struct sample_work *k = s->work;
    x->scale = k->scale;
    x->sums = k->sums;
    x->cluster = k->cluster_sums;
    x->z = &k->z;
    if (x->m > 1) {
        assert(a);
        x->sums = arena_array(a, k->n_strata, x->m * sizeof *x->sums);
        x->cluster = s->cluster ? arena_array(a, s->n_clusters, x->m * sizeof *x->cluster) : NULL;
        x->z = arena_array(a, x->m, sizeof *x->z);
        if (!x->sums || !x->z || (s->cluster && !x->cluster))
            return rc_set(e, RC_NOMEM, "no memory for a covariance of %zu estimates", x->m);
    }
    memset(x->sums, 0, k->n_strata * x->m * sizeof *x->sums);
    if (s->cluster)
        memset(x->cluster, 0, s->n_clusters * x->m * sizeof *x->cluster);
    memset(x->out, 0, x->m * x->m * sizeof *x->out);
    return RC_OK;
}

enum rc sample_covariance(const struct sample *s, size_t m, double *v, double *out, struct arena *a,
                          struct rc_info *e)
{
    assert(m > 0 && s->work);
    struct crossing x = {.m = m, .out = out};
    double average;
    enum rc rc = take_memory(s, &x, a, e);
    if (rc == RC_OK)
        rc = scale_strata(s, &x, &average, e);
    if (rc != RC_OK)
        return rc;
    take_residuals(s, m, v);
    if (s->cluster)
        cross_clusters(s, v, &x);
    else
        cross_respondents(s, v, &x);
    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k <= j; k++)
            out[k * m + j] = out[j * m + k] *= average;
    return RC_OK;
}
