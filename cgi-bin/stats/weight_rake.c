#include <assert.h>
#include <math.h>
#include <string.h>

#include "stats/weights.h"

struct raking {
    size_t n_rows;
    const double *n;
    double *weight; /* a copy that is handed over at the end */
    const struct margin *margins;
    size_t n_margins;
    double total; /* population, from the first margin */
    double *sum;  /* [1 + the largest n_categories] */
    double *table, *before; /* cross-table of all margins, for R's stopping rule */
    size_t *cell;           /* [n_rows] */
    size_t n_cells;
};

static double population_of(const struct margin *m)
{
    double sum = 0;
    for (size_t c = 0; c < m->n_categories; c++)
        sum += m->population[c];
    return sum;
}

static void sum_categories(const struct raking *k, const struct margin *m, const double *weight)
{
    memset(k->sum, 0, (m->n_categories + 1) * sizeof *k->sum);
    for (size_t i = 0; i < k->n_rows; i++)
        k->sum[m->category[i]] += k->n[i] * (weight ? weight[i] : 1);
}

/* Weight of those who answered the margin, from the sums by category. */
static double answered(const struct raking *k, const struct margin *m)
{
    double sum = 0;
    for (size_t c = 1; c <= m->n_categories; c++)
        sum += k->sum[c];
    return sum;
}

static enum rc check_margin(const struct raking *k, size_t at, struct rc_info *e)
{
    const struct margin *m = &k->margins[at];
    for (size_t c = 0; c < m->n_categories; c++)
        if (!(m->population[c] > 0) || !isfinite(m->population[c]))
            return rc_set_reason(e, RC_INPUT, "contradictory_margins",
                                 "margin %zu: the population of category %zu is not above 0", at + 1, c + 1);
    double total = population_of(m);
    if (!(fabs(total / k->total - 1) <= 1e-6))
        return rc_set_reason(e, RC_INPUT, "contradictory_margins",
                             "margin %zu adds up to %.15g, margin 1 to %.15g", at + 1, total, k->total);
    for (size_t i = 0; i < k->n_rows; i++)
        assert(m->category[i] <= m->n_categories);
    sum_categories(k, m, k->weight);
    for (size_t c = 1; c <= m->n_categories; c++)
        if (!(k->sum[c] > 0))
            return rc_set_reason(e, RC_INPUT, "empty_cell",
                                 "margin %zu: nobody answered category %zu (population %.15g)", at + 1, c,
                                 m->population[c - 1]);
    return RC_OK;
}

static void scale_all(const struct raking *k)
{
    double sum = 0;
    for (size_t i = 0; i < k->n_rows; i++)
        sum += k->n[i] * k->weight[i];
    for (size_t i = 0; i < k->n_rows; i++)
        k->weight[i] *= k->total / sum;
}

/* One margin is met; the total of those who answered it stays as it is. */
static void meet(const struct raking *k, const struct margin *m)
{
    sum_categories(k, m, k->weight);
    double have = answered(k, m), want = population_of(m);
    k->sum[0] = 1;
    for (size_t c = 1; c <= m->n_categories; c++)
        k->sum[c] = have * m->population[c - 1] / want / k->sum[c];
    for (size_t i = 0; i < k->n_rows; i++)
        k->weight[i] *= k->sum[m->category[i]];
}

static void find_worst(const struct raking *k, struct rake_report *r)
{
    r->worst = 0;
    for (size_t g = 0; g < k->n_margins; g++) {
        const struct margin *m = &k->margins[g];
        sum_categories(k, m, k->weight);
        double have = answered(k, m), want = population_of(m);
        for (size_t c = 1; c <= m->n_categories; c++) {
            double off = fabs(k->sum[c] / (have * m->population[c - 1] / want) - 1);
            if (!(off <= r->worst)) {
                r->worst = off;
                r->worst_margin = g;
                r->worst_category = (uint32_t)c;
            }
        }
    }
}

static double n_incomplete(const struct raking *k)
{
    double n = 0;
    for (size_t i = 0; i < k->n_rows; i++)
        for (size_t g = 0; g < k->n_margins; g++)
            if (k->margins[g].category[i] == 0) {
                n += k->n[i];
                break;
            }
    return n;
}

static enum rc start(struct raking *k, struct rake_report *r, double *weight, struct arena *a,
                     struct rc_info *e)
{
    size_t most = 0;
    for (size_t g = 0; g < k->n_margins; g++)
        if (k->margins[g].n_categories > most)
            most = k->margins[g].n_categories;
    k->weight = arena_array(a, k->n_rows ? k->n_rows : 1, sizeof *k->weight);
    k->sum = arena_array(a, most + 1, sizeof *k->sum);
    if (!k->weight || !k->sum)
        return rc_set(e, RC_NOMEM, "no memory to rake %zu rows", k->n_rows);
    memcpy(k->weight, weight, k->n_rows * sizeof *k->weight);
    k->total = population_of(&k->margins[0]);
    for (size_t g = 0; g < k->n_margins; g++) {
        enum rc rc = check_margin(k, g, e);
        if (rc != RC_OK)
            return rc;
    }
    *r = (struct rake_report){.n_incomplete = n_incomplete(k)};
    return RC_OK;
}

static enum rc until_met(const struct raking *k, const struct rake_options *o, struct rake_report *r,
                         struct rc_info *e)
{
    scale_all(k);
    do {
        for (size_t g = 0; g < k->n_margins; g++)
            meet(k, &k->margins[g]);
        r->iterations++;
        find_worst(k, r);
    } while (r->worst > o->aim && r->iterations < o->max_iterations);
    if (r->worst <= o->tolerance)
        return RC_OK;
    return rc_set_reason(e, RC_INPUT, "no_convergence",
                         "after %d passes margin %zu, category %u is off its target by %.3g of it",
                         r->iterations, r->worst_margin + 1, r->worst_category, r->worst);
}

/* Each row's cell in the cross-table of all margins. */
static enum rc number_cells(struct raking *k, struct arena *a, struct rc_info *e)
{
    enum { CELLS_MAX = 1000000 };
    k->n_cells = 1;
    k->cell = arena_array(a, k->n_rows ? k->n_rows : 1, sizeof *k->cell);
    if (!k->cell)
        return rc_set(e, RC_NOMEM, "no memory to rake %zu rows", k->n_rows);
    for (size_t g = 0; g < k->n_margins; g++) {
        size_t side = k->margins[g].n_categories + 1;
        if (k->n_cells > CELLS_MAX / side)
            return rc_set(e, RC_TOOBIG, "the cross-table of the margins has more than %d cells", CELLS_MAX);
        for (size_t i = 0; i < k->n_rows; i++)
            k->cell[i] = k->cell[i] * side + k->margins[g].category[i];
        k->n_cells *= side;
    }
    k->table = arena_array(a, k->n_cells, sizeof *k->table);
    k->before = arena_array(a, k->n_cells, sizeof *k->before);
    if (!k->table || !k->before)
        return rc_set(e, RC_NOMEM, "no memory for a cross-table of %zu cells", k->n_cells);
    return RC_OK;
}

static void fill_table(const struct raking *k)
{
    memset(k->table, 0, k->n_cells * sizeof *k->table);
    for (size_t i = 0; i < k->n_rows; i++)
        k->table[k->cell[i]] += k->n[i] * k->weight[i];
}

/* R's control = list(maxit, epsilon) of survey's rake(). */
static void until_still(const struct raking *k, const struct rake_options *o, struct rake_report *r)
{
    fill_table(k);
    double epsilon = o->r_epsilon, sum = 0, change;
    for (size_t i = 0; i < k->n_cells; i++)
        sum += k->table[i];
    if (epsilon < 1)
        epsilon *= sum;
    scale_all(k);
    do {
        memcpy(k->before, k->table, k->n_cells * sizeof *k->before);
        for (size_t g = 0; g < k->n_margins; g++)
            meet(k, &k->margins[g]);
        r->iterations++;
        fill_table(k);
        change = 0;
        for (size_t i = 0; i < k->n_cells; i++)
            change = fmax(change, fabs(k->table[i] - k->before[i]));
    } while (!(change < epsilon) && r->iterations < o->r_max_iterations);
    find_worst(k, r);
}

enum rc weights_rake(size_t n_rows, const double *n, double *weight, const struct margin *margins,
                     size_t n_margins, const struct rake_options *o, struct rake_report *report,
                     struct arena *a, struct rc_info *e)
{
    assert(n_margins > 0 && o->max_iterations > 0);
    struct raking k = {.n_rows = n_rows, .n = n, .margins = margins, .n_margins = n_margins};
    struct rake_report unused, *r = report ? report : &unused;
    enum rc rc = start(&k, r, weight, a, e);
    if (rc != RC_OK)
        return rc;
    if (o->r_max_iterations > 0) {
        rc = number_cells(&k, a, e);
        if (rc == RC_OK)
            until_still(&k, o, r);
    } else {
        rc = until_met(&k, o, r, e);
    }
    if (rc == RC_OK)
        memcpy(weight, k.weight, n_rows * sizeof *weight);
    return rc;
}

enum rc weights_poststratify(size_t n_rows, const double *n, double *weight, const struct margin *m,
                             struct rake_report *r, struct arena *a, struct rc_info *e)
{
    /* a second pass would move nothing but rounding */
    const struct rake_options once = {.tolerance = 1e-9, .aim = 1e-9, .max_iterations = 1};
    return weights_rake(n_rows, n, weight, m, 1, &once, r, a, e);
}
