/* tally analyse: the sums of a reading in the forms that the statistics library takes. */
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse_figures.h"

const char *job_answer_text(const struct column *c, uint32_t answer)
{
    return answer == 0 || answer > c->dict.n ? "(missing)" : c->dict.texts[answer - 1];
}

struct level {
    const char *text;
    double number;
    uint32_t code;
};

static int by_number(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    int order = (x->number > y->number) - (x->number < y->number);
    return order != 0 ? order : strcmp(x->text, y->text); /* "1" and "1.0" */
}

static int by_text(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    return strcmp(x->text, y->text);
}

enum rc job_levels(struct job *j, size_t column, uint32_t **out, struct rc_info *e)
{
    const struct column *c = &j->data.columns[column];
    size_t n = c->dict.n;
    struct level *levels = arena_array(&j->arena, n + 1, sizeof *levels);
    *out = arena_array(&j->arena, n + 1, sizeof **out);
    bool are_numbers = true;
    if (levels == NULL || *out == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the answers of \"%s\"", c->name);
    for (size_t i = 0; i < n; i++) {
        levels[i] = (struct level){c->dict.texts[i], 0, (uint32_t)i + 1};
        are_numbers = are_numbers && data_number(levels[i].text, strlen(levels[i].text), &levels[i].number);
    }
    qsort(levels, n, sizeof *levels, are_numbers ? by_number : by_text);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = levels[i].code;
    return RC_OK;
}

/* ---- the design ---- */

/* Sizes of the strata's populations. Where all numbers of the file are 1 or less, they are the shares
 * that were drawn (as in R's survey package). */
enum rc job_populations(const struct job *j, const double *stratum_n, size_t n_strata, double *population, struct rc_info *e)
{
    const double *given = j->cells.population;
    bool is_share = true;
    for (size_t h = 0; h < n_strata; h++)
        is_share &= given[h] <= 1;
    for (size_t h = 0; h < n_strata; h++) {
        population[h] = is_share ? stratum_n[h] / given[h] : given[h];
        if (population[h] < stratum_n[h])
            return rc_set(e, RC_INPUT, "%s:%s: a population of %g, of which %g are in the file", j->data.path,
                          j->data.columns[j->cells.fpc_column].name, given[h], stratum_n[h]);
    }
    return RC_OK;
}

/* Where populations are given and no weights, each respondent stands for N/n of the stratum. */
static void imply_weights(struct job *j)
{
    struct cells *c = &j->cells;
    c->w = c->w2 = 0;
    for (size_t h = 0; h < j->n_strata; h++) {
        double f = j->population[h] / j->stratum_n[h];
        j->factor[h] = f;
        c->w += f * j->stratum_n[h];
        c->w2 += f * f * j->stratum_n[h];
        c->weight_min = h == 0 || f < c->weight_min ? f : c->weight_min;
        c->weight_max = h == 0 || f > c->weight_max ? f : c->weight_max;
    }
}

enum rc job_design(struct job *j, struct rc_info *e)
{
    const struct cells *c = &j->cells;
    j->n = 0;
    for (size_t k = 0; k < c->n; k++)
        j->n += c->n_of[k];
    if (j->n == 0)
        return rc_set(e, RC_INPUT, "%s: no respondents below the header", j->data.path);
    j->n_strata = c->strata_column == SIZE_MAX ? 1 : j->data.columns[c->strata_column].dict.n;
    j->stratum_n = arena_array(&j->arena, j->n_strata, sizeof *j->stratum_n);
    j->factor = arena_array(&j->arena, j->n_strata, sizeof *j->factor);
    double *population = arena_array(&j->arena, j->n_strata, sizeof *population);
    if (j->stratum_n == NULL || j->factor == NULL || population == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu strata", j->n_strata);
    for (size_t k = 0; k < c->n; k++)
        j->stratum_n[c->stratum[k]] += c->n_of[k];
    for (size_t h = 0; h < j->n_strata; h++)
        j->factor[h] = 1;
    j->df = j->n - (double)j->n_strata;
    if (c->fpc_column == SIZE_MAX)
        return RC_OK;
    j->population = population;
    enum rc rc = job_populations(j, j->stratum_n, j->n_strata, population, e);
    if (rc == RC_OK && j->is_implied && !j->is_weighed)
        imply_weights(j);
    return rc;
}

/* ---- rows ---- */

static size_t count_rows(const struct job *j, const struct table *t)
{
    size_t n = 0;
    for (size_t i = 0; i < j->cells.n * t->cap_groups * t->cap_answers; i++)
        n += t->sums[i].n > 0;
    return n;
}

struct row_arrays {
    double *n, *w, *w2;
    uint32_t *stratum, *answer, *group, *category[MARGINS_MAX];
};

static bool rows_alloc(size_t n, size_t n_margins, struct arena *a, struct row_arrays *x)
{
    *x = (struct row_arrays){
        .n = arena_array(a, n, sizeof *x->n), .w = arena_array(a, n, sizeof *x->w), .w2 = arena_array(a, n, sizeof *x->w2),
        .stratum = arena_array(a, n, sizeof *x->stratum), .answer = arena_array(a, n, sizeof *x->answer),
        .group = arena_array(a, n, sizeof *x->group)};
    bool is_good = x->n != NULL && x->w != NULL && x->w2 != NULL && x->stratum != NULL && x->answer != NULL && x->group != NULL;
    for (size_t k = 0; k < n_margins; k++)
        is_good &= (x->category[k] = arena_array(a, n, sizeof *x->category[k])) != NULL;
    return is_good;
}

static void rows_fill(const struct job *j, const struct table *t, struct row_arrays *x, uint32_t missing)
{
    size_t i = 0;
    for (size_t c = 0; c < j->cells.n; c++)
        for (size_t g = 0; g < t->cap_groups; g++)
            for (size_t a = 0; a < t->cap_answers; a++) {
                const struct sum *s = job_sum_at(t, c, a, g);
                if (s->n == 0)
                    continue;
                x->n[i] = s->n;
                x->stratum[i] = j->cells.stratum[c];
                double f = j->factor[x->stratum[i]];
                x->w[i] = f * s->w;
                x->w2[i] = f * f * s->w2;
                x->answer[i] = a == 0 ? missing : (uint32_t)a;
                x->group[i] = (uint32_t)g;
                for (size_t k = 0; k < j->cells.n_margins; k++)
                    x->category[k][i] = j->cells.category[k][c];
                i++;
            }
}

enum rc job_rows(struct job *j, const struct table *t, struct arena *a, struct rows *out, struct rc_info *e)
{
    size_t n = count_rows(j, t), n_texts = j->data.columns[j->variables[t->variable].column].dict.n;
    size_t n_margins = j->weighting == WEIGHTS_AS_GIVEN ? 0 : j->cells.n_margins;
    struct margin *margins = arena_array(a, MARGINS_MAX, sizeof *margins);
    struct row_arrays x;
    bool is_option = j->options->is_missing_option;
    *out = (struct rows){.n_answers = n_texts + (is_option ? 1 : 0)};
    out->value_of = arena_array(a, n_texts + 2, sizeof *out->value_of);
    if (margins == NULL || out->value_of == NULL || !rows_alloc(n, j->cells.n_margins, a, &x))
        return rc_set(e, RC_NOMEM, "no memory for a table of %zu rows", n);
    rows_fill(j, t, &x, is_option ? (uint32_t)out->n_answers : 0);
    for (size_t k = 0; k < n_margins; k++)
        margins[k] = (struct margin){x.category[k], j->margins.n_categories[k], j->margins.population[k]};
    out->answer = x.answer;
    out->group = x.group;
    out->sample = (struct sample){
        .n_rows = n, .n = x.n, .w = x.w, .w2 = x.w2, .stratum = x.stratum, .n_strata = j->n_strata,
        .population = j->population, .lonely = j->lonely, .weighting = j->weighting, .margins = margins, .n_margins = n_margins};
    return sample_prepare(&out->sample, a, e);
}

/* ---- numbers ---- */

const struct table *job_table(const struct job *j, int variable, int group)
{
    for (size_t i = 0; i < j->n_tables; i++)
        if (j->tables[i].variable == variable && (group == NO_GROUP || j->tables[i].group == group))
            return &j->tables[i];
    return NULL;
}

const struct number_table *job_numbers(const struct job *j, int variable, int group)
{
    for (size_t i = 0; i < j->n_numbers; i++)
        if (j->numbers[i].variable == variable && j->numbers[i].group == group)
            return &j->numbers[i];
    return NULL;
}

struct accumulator *job_accumulators(const struct job *j, const struct number_table *t, size_t group, struct arena *a)
{
    struct accumulator *acc = arena_array(a, j->n_strata, sizeof *acc);
    for (size_t h = 0; acc != NULL && h < j->n_strata; h++) {
        double f = j->factor[h];
        acc[h] = job_number_at(t, h, group)->weighted;
        acc[h].w *= f;
        acc[h].wy *= f;
        acc[h].w2 *= f * f;
        acc[h].w2y *= f * f;
        acc[h].w2y2 *= f * f;
    }
    return acc;
}

struct accumulate_stratum *job_strata(const struct job *j, struct arena *a)
{
    struct accumulate_stratum *s = arena_array(a, j->n_strata, sizeof *s);
    for (size_t h = 0; s != NULL && h < j->n_strata; h++)
        s[h] = (struct accumulate_stratum){j->stratum_n[h], j->population != NULL ? j->population[h] : 0};
    return s;
}

struct spread job_spread(const struct job *j, const struct number_table *t, size_t group)
{
    struct spread all = {0};
    for (size_t h = 0; h < j->n_strata; h++)
        spread_merge(&all, &job_number_at(t, h, group)->plain);
    return all;
}
