/* tally analyse: one respondent more in every table. */
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse_inner.h"

static size_t grown(size_t cap, size_t wanted, size_t first)
{
    cap = cap > 0 ? cap : first;
    while (cap < wanted)
        cap *= 2;
    return cap;
}

/* Memory for cells x groups x answers of `size`, bounded for all tables together. */
static void *new_sums(struct job *j, size_t cells, size_t groups, size_t answers, size_t size, size_t old_bytes)
{
    size_t limit = SUMS_BYTES_MAX - j->sums_bytes + old_bytes, bytes;
    if (__builtin_mul_overflow(cells, groups, &bytes) || __builtin_mul_overflow(bytes, answers, &bytes) ||
        __builtin_mul_overflow(bytes, size, &bytes) || bytes > limit)
        return NULL;
    void *p = calloc(1, bytes);
    if (p != NULL)
        j->sums_bytes += bytes - old_bytes;
    return p;
}

static size_t n_answers(const struct job *j, int variable)
{
    return j->data.columns[j->variables[variable].column].dict.n + 1;
}

static size_t n_groups(const struct job *j, int group)
{
    return group == NO_GROUP ? 1 : j->data.columns[j->groups[group].column].dict.n + 1;
}

static bool grow_table(struct job *j, struct table *t)
{
    struct table more = *t;
    more.cap_cells = grown(t->cap_cells, j->cells.n, 1);
    more.cap_answers = grown(t->cap_answers, n_answers(j, t->variable), 8);
    more.cap_groups = grown(t->cap_groups, n_groups(j, t->group), 1);
    if (more.cap_cells == t->cap_cells && more.cap_answers == t->cap_answers && more.cap_groups == t->cap_groups)
        return true;
    more.sums = new_sums(j, more.cap_cells, more.cap_groups, more.cap_answers, sizeof *more.sums,
                         t->cap_cells * t->cap_groups * t->cap_answers * sizeof *t->sums);
    if (more.sums == NULL)
        return false;
    for (size_t c = 0; c < t->cap_cells; c++)
        for (size_t g = 0; g < t->cap_groups; g++)
            memcpy(more.sums + (c * more.cap_groups + g) * more.cap_answers, job_sum_at(t, c, 0, g),
                   t->cap_answers * sizeof *t->sums);
    free(t->sums);
    t->sums = more.sums;
    t->cap_cells = more.cap_cells;
    t->cap_answers = more.cap_answers;
    t->cap_groups = more.cap_groups;
    return true;
}

static bool grow_numbers(struct job *j, struct number_table *t)
{
    struct number_table more = *t;
    more.cap_strata = grown(t->cap_strata, j->cells.n, 1);
    more.cap_groups = grown(t->cap_groups, n_groups(j, t->group), 1);
    if (more.cap_strata == t->cap_strata && more.cap_groups == t->cap_groups)
        return true;
    more.sums = new_sums(j, more.cap_strata, more.cap_groups, 1, sizeof *more.sums,
                         t->cap_strata * t->cap_groups * sizeof *t->sums);
    if (more.sums == NULL)
        return false;
    for (size_t g = 0; g < t->cap_groups; g++)
        memcpy(more.sums + g * more.cap_strata, job_number_at(t, 0, g), t->cap_strata * sizeof *t->sums);
    free(t->sums);
    t->sums = more.sums;
    t->cap_strata = more.cap_strata;
    t->cap_groups = more.cap_groups;
    return true;
}

/* After a new cell or a new text: every table large enough for what there is. */
static enum rc grow_all(struct job *j, size_t seen, struct rc_info *e)
{
    bool is_good = true;
    for (size_t i = 0; i < j->n_tables && is_good; i++)
        is_good = grow_table(j, &j->tables[i]);
    for (size_t i = 0; i < j->n_numbers && is_good; i++)
        is_good = grow_numbers(j, &j->numbers[i]);
    if (!is_good)
        return rc_set(e, RC_TOOBIG, "the tables of answers, groups and strata take more than %d MiB: ask for less at once",
                      SUMS_BYTES_MAX >> 20);
    j->levels_seen = seen;
    return RC_OK;
}

static void add_alpha(const struct job *j, struct asked_alpha *a)
{
    double y[ALPHA_ITEMS_MAX];
    for (size_t i = 0; i < a->n_items; i++) {
        const struct column *c = &j->data.columns[a->columns[i]];
        if (!c->has_number)
            return;
        y[i] = c->number;
    }
    alpha_add(&a->sums, 1, y);
}

static void add_number(struct job *j, const struct number_table *t, uint32_t stratum, double w)
{
    struct variable *v = &j->variables[t->variable];
    const struct column *c = &j->data.columns[v->column];
    size_t group = t->group == NO_GROUP ? 0 : j->data.columns[j->groups[t->group].column].code;
    struct number *sums = job_number_at(t, stratum, group);
    if (!c->has_number) {
        accumulate_missing(&sums->weighted, 1);
        return;
    }
    if (!v->has_shift) {
        v->shift = c->number;
        v->has_shift = true;
    }
    accumulate_answer(&sums->weighted, 1, w, c->number - v->shift);
    if (!j->is_designed)
        spread_add(&sums->plain, 1, c->number);
}

enum rc job_add_row(void *job, struct rc_info *e)
{
    struct job *j = job;
    struct cells *c = &j->cells;
    uint32_t cell = 0;
    double w = 1;
    enum rc rc = job_cell(j, &cell, &w, e);
    if (rc != RC_OK)
        return rc;
    if (j->is_weighed)
        w = job_weight(&j->units, cell, w);
    size_t seen = c->n + j->data.n_texts;
    if (seen != j->levels_seen && (rc = grow_all(j, seen, e)) != RC_OK)
        return rc;
    double w2 = w * w;
    c->n_of[cell]++;
    c->w += w;
    c->w2 += w2;
    c->weight_min = w < c->weight_min ? w : c->weight_min;
    c->weight_max = w > c->weight_max ? w : c->weight_max;
    for (size_t i = 0; i < j->n_tables; i++) {
        const struct table *t = &j->tables[i];
        struct sum *s = &t->sums[(cell * t->cap_groups + *t->group_code) * t->cap_answers + *t->answer_code];
        s->n++;
        s->w += w;
        s->w2 += w2;
    }
    for (size_t i = 0; i < j->n_numbers; i++)
        add_number(j, &j->numbers[i], c->stratum[cell], w);
    for (size_t i = 0; i < j->n_alphas; i++)
        add_alpha(j, &j->alphas[i]);
    return RC_OK;
}

void job_sums_release(struct job *j)
{
    for (size_t i = 0; i < j->n_tables; i++)
        free(j->tables[i].sums);
    for (size_t i = 0; i < j->n_numbers; i++)
        free(j->numbers[i].sums);
}
