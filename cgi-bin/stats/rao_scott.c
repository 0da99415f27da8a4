#include "stats/rao_scott.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats/special.h"

enum { SIDE_MAX = 64 };

/* The table without options that nobody chose. */
struct table {
    size_t r, c, m;          /* sides, and contrasts (r - 1)(c - 1) */
    size_t row_at[SIDE_MAX + 1], column_at[SIDE_MAX + 1]; /* answer to 1..r, 1..c; 0: not in it */
    double sum;              /* weight in the table */
    double *share;           /* [r * c] */
    double *row, *column;    /* [r], [c] margins of share */
    double *contrast;        /* [m * r * c]: C' D^-1 */
};

static size_t number_used(const bool *is_used, size_t n, size_t *at)
{
    size_t used = 0;
    for (size_t i = 1; i <= n; i++)
        at[i] = is_used[i] ? ++used : 0;
    return used;
}

static void find_sides(const struct sample *s, const uint32_t *row, size_t n_r, const uint32_t *column,
                       size_t n_c, struct table *t, struct rao_scott *out)
{
    bool is_row[SIDE_MAX + 1] = {false}, is_column[SIDE_MAX + 1] = {false};
    for (size_t i = 0; i < s->n_rows; i++) {
        if (!row[i] || !column[i])
            continue;
        out->n_valid += s->n[i];
        if (s->w[i] > 0)
            is_row[row[i]] = is_column[column[i]] = true;
    }
    t->r = number_used(is_row, n_r, t->row_at);
    t->c = number_used(is_column, n_c, t->column_at);
    t->m = t->r > 1 && t->c > 1 ? (t->r - 1) * (t->c - 1) : 0;
}

/* 0-based cell of the table, or -1. */
static ptrdiff_t cell_of(const struct table *t, uint32_t row, uint32_t column)
{
    if (!row || !column || !t->row_at[row] || !t->column_at[column])
        return -1;
    return (ptrdiff_t)((t->row_at[row] - 1) * t->c + t->column_at[column] - 1);
}

static bool fill_shares(const struct sample *s, const uint32_t *row, const uint32_t *column,
                        struct table *t, struct arena *a)
{
    t->share = arena_array(a, t->r * t->c, sizeof *t->share);
    t->row = arena_array(a, t->r, sizeof *t->row);
    t->column = arena_array(a, t->c, sizeof *t->column);
    t->contrast = arena_array(a, t->m * t->r, t->c * sizeof *t->contrast);
    if (!t->share || !t->row || !t->column || !t->contrast)
        return false;
    for (size_t i = 0; i < s->n_rows; i++) {
        ptrdiff_t k = cell_of(t, row[i], column[i]);
        if (k >= 0)
            t->share[k] += s->w[i];
        t->sum += k >= 0 ? s->w[i] : 0;
    }
    for (size_t k = 0; k < t->r * t->c; k++) {
        t->share[k] /= t->sum;
        t->row[k / t->c] += t->share[k];
        t->column[k % t->c] += t->share[k];
    }
    return true;
}

/* Interaction columns less their projection on the main effects: the doubly centred products. */
static double contrast(const struct table *t, size_t line, size_t cell)
{
    double i = line / (t->c - 1) == cell / t->c, j = line % (t->c - 1) == cell % t->c;
    return (i - 1 / (double)t->r) * (j - 1 / (double)t->c);
}

static double pearson(const struct table *t)
{
    double x2 = 0;
    for (size_t k = 0; k < t->r * t->c; k++) {
        double expected = t->row[k / t->c] * t->column[k % t->c], miss = t->share[k] - expected;
        x2 += miss * miss / expected;
    }
    return x2;
}

/* Solves left x = right for m right-hand columns in place (Gauss, partial pivoting). False: singular. */
static bool solve(size_t m, double *left, double *right)
{
    double largest = 0;
    for (size_t i = 0; i < m * m; i++)
        largest = fmax(largest, fabs(left[i]));
    for (size_t k = 0; k < m; k++) {
        size_t at = k;
        for (size_t i = k + 1; i < m; i++)
            if (fabs(left[i * m + k]) > fabs(left[at * m + k]))
                at = i;
        if (!(fabs(left[at * m + k]) > 1e-12 * largest))
            return false;
        for (size_t j = 0; j < m; j++) {
            double l = left[k * m + j], r = right[k * m + j];
            left[k * m + j] = left[at * m + j];
            left[at * m + j] = l;
            right[k * m + j] = right[at * m + j];
            right[at * m + j] = r;
        }
        for (size_t i = 0; i < m; i++) {
            double factor = i == k ? 0 : left[i * m + k] / left[k * m + k];
            for (size_t j = 0; j < m && factor != 0; j++) {
                left[i * m + j] -= factor * left[k * m + j];
                right[i * m + j] -= factor * right[k * m + j];
            }
        }
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            right[i * m + j] /= left[i * m + i];
    return true;
}

/* C' D^-1 C, and C' D^-1 into t->contrast. */
static void weigh_contrasts(struct table *t, double *simple)
{
    size_t cells = t->r * t->c;
    for (size_t i = 0; i < t->m; i++)
        for (size_t k = 0; k < cells; k++)
            t->contrast[i * cells + k] = t->share[k] > 0 ? contrast(t, i, k) / t->share[k] : 0;
    for (size_t i = 0; i < t->m; i++)
        for (size_t j = 0; j < t->m; j++) {
            double sum = 0;
            for (size_t k = 0; k < cells; k++)
                sum += t->contrast[i * cells + k] * contrast(t, j, k);
            simple[i * t->m + j] = sum;
        }
}

/* Linearised values of C' D^-1 P: v = C' D^-1 (e_cell - P) / sum of weights. */
static void linearise(const struct sample *s, const uint32_t *row, const uint32_t *column,
                      const struct table *t, double *centre, double *v)
{
    size_t cells = t->r * t->c;
    for (size_t i = 0; i < t->m; i++)
        for (size_t k = 0; k < cells; k++)
            centre[i] += t->contrast[i * cells + k] * t->share[k];
    for (size_t n = 0; n < s->n_rows; n++) {
        ptrdiff_t k = cell_of(t, row[n], column[n]);
        for (size_t i = 0; i < t->m; i++)
            v[n * t->m + i] = k < 0 ? 0 : (t->contrast[i * cells + (size_t)k] - centre[i]) / t->sum;
    }
}

/* F and its degrees of freedom from Delta (n = 1). */
static void finish(const struct table *t, const double *delta, double degf, struct rao_scott *out)
{
    double trace = 0, square = 0;
    for (size_t i = 0; i < t->m; i++) {
        trace += delta[i * t->m + i];
        for (size_t j = 0; j < t->m; j++)
            square += delta[i * t->m + j] * delta[j * t->m + i];
    }
    if (!(trace > 0) || !(square > 0)) {
        out->state = STATS_NO_VARIANCE;
        return;
    }
    out->f = pearson(t) / trace;
    out->ndf = trace * trace / square;
    out->ddf = out->ndf * degf;
    if (degf > 0)
        out->p_value = special_f_upper(out->f, out->ndf, out->ddf);
    else
        out->state = STATS_NO_DF;
}

enum rc rao_scott_test(const struct sample *s, const uint32_t *row, size_t n_r, const uint32_t *column,
                       size_t n_c, struct rao_scott *out, struct arena *a, struct rc_info *e)
{
    if (n_r > SIDE_MAX || n_c > SIDE_MAX)
        return rc_set(e, RC_TOOBIG, "a test of %zu by %zu options: at most %d each", n_r, n_c, SIDE_MAX);
    struct table t = {0};
    *out = (struct rao_scott){0};
    find_sides(s, row, n_r, column, n_c, &t, out);
    if (t.m == 0) {
        out->state = out->n_valid > 0 ? STATS_FLAT_TABLE : STATS_NO_ANSWERS;
        return RC_OK;
    }
    double *v = arena_array(a, s->n_rows, t.m * sizeof *v);
    double *simple = arena_array(a, t.m, t.m * sizeof *simple);
    double *delta = arena_array(a, t.m, t.m * sizeof *delta), *centre = arena_array(a, t.m, sizeof *centre);
    if (!fill_shares(s, row, column, &t, a) || !v || !simple || !delta || !centre)
        return rc_set(e, RC_NOMEM, "no memory for a test of %zu contrasts over %zu rows", t.m, s->n_rows);
    weigh_contrasts(&t, simple);
    linearise(s, row, column, &t, centre, v);
    enum rc rc = sample_covariance(s, t.m, v, delta, a, e);
    if (rc != RC_OK)
        return rc;
    if (!solve(t.m, simple, delta))
        out->state = STATS_EMPTY_CELLS;
    else
        finish(&t, delta, sample_size(s, NULL).degf, out);
    return RC_OK;
}
