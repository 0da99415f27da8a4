/* tally analyse: tables of two questions, and the test of their independence. */
#include "cmd/analyse_figures.h"
#include "stats/chisq.h"
#include "stats/rao_scott.h"

/* Valid pairs of answers, in the order of the answers. Where a missing answer is an answer, it is one
 * of the row's. */
struct grid {
    const struct rows *rows;
    size_t n_rows, n_columns;
    uint32_t *row_codes, *column_codes;
    double *n, *w; /* [row * n_columns + column] */
    double n_all;
};

static double cell_sum(const struct grid *g, const double *of, uint32_t row, uint32_t column)
{
    double sum = 0;
    for (size_t i = 0; i < g->rows->sample.n_rows; i++)
        sum += g->rows->answer[i] == row && g->rows->group[i] == column ? of[i] : 0;
    return sum;
}

static enum rc grid_make(struct job *j, const struct cross *x, const struct rows *rows, struct grid *g, struct rc_info *e)
{
    size_t row_column = j->variables[x->variable].column, group_column = j->groups[x->group].column;
    *g = (struct grid){.rows = rows, .n_rows = rows->n_answers, .n_columns = j->data.columns[group_column].dict.n};
    enum rc rc = job_levels(j, row_column, &g->row_codes, e);
    if (rc == RC_OK)
        rc = job_levels(j, group_column, &g->column_codes, e);
    if (rc != RC_OK)
        return rc;
    if (rows->n_answers > j->data.columns[row_column].dict.n) /* there is room: see job_levels */
        g->row_codes[rows->n_answers - 1] = (uint32_t)rows->n_answers;
    g->n = arena_array(&j->arena, g->n_rows * g->n_columns + 1, sizeof *g->n);
    g->w = arena_array(&j->arena, g->n_rows * g->n_columns + 1, sizeof *g->w);
    if (g->n == NULL || g->w == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu x %zu cells", g->n_rows, g->n_columns);
    for (size_t at = 0; at < g->n_rows * g->n_columns; at++) {
        uint32_t row = g->row_codes[at / g->n_columns], column = g->column_codes[at % g->n_columns];
        g->n[at] = cell_sum(g, rows->sample.n, row, column);
        g->w[at] = cell_sum(g, rows->sample.w, row, column);
        g->n_all += g->n[at];
    }
    return RC_OK;
}

static void put_pearson(const struct analysis_row *r, const struct grid *g)
{
    struct chisq x = chisq_pearson(g->n, g->n_rows, g->n_columns, false);
    job_put_stat(r, "pearson_chisq", x.state, x.chisq);
    job_put_stat(r, "pearson_df", x.state, x.df);
    job_put_stat(r, "pearson_p_value", x.state, x.p_value);
    job_put_stat(r, "min_expected_count", x.state, x.min_expected);
    job_put_stat(r, "cramers_v", x.state, x.cramers_v);
    if (x.state != STATS_DEFINED || x.df > 1)
        return;
    x = chisq_pearson(g->n, g->n_rows, g->n_columns, true);
    job_put_stat(r, "pearson_chisq_yates", x.state, x.chisq);
    job_put_stat(r, "pearson_p_value_yates", x.state, x.p_value);
}

static enum rc put_rao_scott(const struct analysis_row *r, const struct grid *g, struct arena *a, struct rc_info *e)
{
    static const char *const names[] = {"rao_scott_F", "rao_scott_ndf", "rao_scott_ddf", "rao_scott_p_value"};
    struct rao_scott t = {0};
    enum rc rc = rao_scott_test(&g->rows->sample, g->rows->answer, g->n_rows, g->rows->group, g->n_columns, &t, a, e);
    double values[] = {t.f, t.ndf, t.ddf, t.p_value};
    for (size_t i = 0; i < 4 && rc == RC_OK; i++)
        job_put_stat(r, names[i], t.state, values[i]);
    for (size_t i = 0; i < 4 && rc == RC_TOOBIG; i++)
        analysis_undefined(r, names[i], "too_many_answers");
    return rc == RC_TOOBIG ? RC_OK : rc;
}

/* The column's total in `of`. */
static double column_sum(const struct grid *g, const double *of, size_t column)
{
    double sum = 0;
    for (size_t i = 0; i < g->n_rows; i++)
        sum += of[i * g->n_columns + column];
    return sum;
}

static enum rc put_cells(struct job *j, const struct cross *x, const struct grid *g, struct rc_info *e)
{
    const struct variable *v = &j->variables[x->variable];
    const struct group *group = &j->groups[x->group];
    const double *of = j->is_designed ? g->w : g->n;
    for (size_t at = 0; at < g->n_rows * g->n_columns; at++) {
        size_t column = at % g->n_columns;
        double total = column_sum(g, of, column);
        const char *label = job_answer_text(&j->data.columns[v->column], g->row_codes[at / g->n_columns]);
        const char *target = arena_printf(&j->arena, "%s=%s", v->name, label);
        const char *domain = arena_printf(&j->arena, "%s=%s", group->name,
                                          job_answer_text(&j->data.columns[group->column], g->column_codes[column]));
        if (domain == NULL)
            return rc_set(e, RC_NOMEM, "no memory");
        struct analysis_row r = analysis_row(&j->analysis, target, domain, label, true);
        analysis_value(&r, "cell_count", g->n[at]);
        if (j->is_designed)
            analysis_value(&r, "cell_weighted_count", g->w[at]);
        job_put_stat(&r, "column_proportion", total > 0 ? STATS_DEFINED : STATS_NO_ANSWERS, total > 0 ? of[at] / total : 0);
    }
    return RC_OK;
}

static enum rc put_grid(struct job *j, const struct cross *x, const struct rows *rows, struct arena *a, struct rc_info *e)
{
    const char *row = j->variables[x->variable].name, *column = j->groups[x->group].name;
    struct grid g;
    enum rc rc = grid_make(j, x, rows, &g, e);
    if (rc != RC_OK)
        return rc;
    analysis_grid(&j->analysis, column, "%s by %s", row, column);
    struct analysis_row r = analysis_row(&j->analysis, arena_printf(&j->arena, "%s*%s", row, column), NULL, "", false);
    analysis_value(&r, "n_valid", g.n_all);
    if (j->is_designed)
        rc = put_rao_scott(&r, &g, a, e);
    else
        put_pearson(&r, &g);
    return rc == RC_OK ? put_cells(j, x, &g, e) : rc;
}

enum rc job_put_cross(struct job *j, const struct cross *x, struct rc_info *e)
{
    struct rows rows;
    struct arena a;
    arena_init(&a, SUMS_BYTES_MAX);
    enum rc rc = job_rows(j, job_table(j, x->variable, x->group), &a, &rows, e);
    if (rc == RC_OK)
        rc = put_grid(j, x, &rows, &a, e);
    arena_release(&a);
    return rc;
}
