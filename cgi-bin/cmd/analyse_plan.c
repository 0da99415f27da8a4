/* tally analyse: from what is asked to the columns and tables that it takes. */
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse_inner.h"

static enum rc find_column(struct job *j, const char *option, const char *name, size_t *out, struct rc_info *e)
{
    *out = data_find(&j->data, name, strlen(name));
    return *out != SIZE_MAX ? RC_OK : data_no_column(&j->data, option, name, e);
}

/* The variable of that name, a new one for a new name. */
static enum rc want_variable(struct job *j, const char *option, const char *name, int *out, struct rc_info *e)
{
    size_t column;
    enum rc rc = find_column(j, option, name, &column, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < j->n_variables; i++)
        if (j->variables[i].column == column) {
            *out = (int)i;
            return RC_OK;
        }
    j->variables[j->n_variables] = (struct variable){.column = column, .name = j->data.columns[column].name};
    *out = (int)j->n_variables++;
    return RC_OK;
}

static enum rc want_group(struct job *j, const char *option, const char *name, int *out, struct rc_info *e)
{
    size_t column;
    enum rc rc = find_column(j, option, name, &column, e);
    if (rc != RC_OK)
        return rc;
    j->data.columns[column].is_coded = true;
    for (size_t i = 0; i < j->n_groups; i++)
        if (j->groups[i].column == column) {
            *out = (int)i;
            return RC_OK;
        }
    j->groups[j->n_groups] = (struct group){.column = column, .name = j->data.columns[column].name};
    *out = (int)j->n_groups++;
    return RC_OK;
}

static enum rc want_table(struct job *j, int variable, int group, struct rc_info *e)
{
    for (size_t i = 0; i < j->n_tables; i++)
        if (j->tables[i].variable == variable && j->tables[i].group == group)
            return RC_OK;
    if (j->n_tables % ANALYSE_LIST_MAX == 0) { /* the arena keeps the shorter one */
        struct table *more = arena_array(&j->arena, j->n_tables + ANALYSE_LIST_MAX, sizeof *more);
        if (more == NULL)
            return rc_set(e, RC_NOMEM, "no memory for %zu tables", j->n_tables);
        if (j->n_tables > 0)
            memcpy(more, j->tables, j->n_tables * sizeof *more);
        j->tables = more;
    }
    static const uint32_t no_group = 0;
    struct column *answer = &j->data.columns[j->variables[variable].column];
    answer->is_coded = true;
    j->tables[j->n_tables++] =
        (struct table){.variable = variable,
                       .group = group,
                       .answer_code = &answer->code,
                       .group_code = group == NO_GROUP ? &no_group : &j->data.columns[j->groups[group].column].code};
    return RC_OK;
}

/* The mean needs sums; after weighting to margins, the different numbers themselves (see sample.h). */
static enum rc want_mean(struct job *j, int variable, int group, struct rc_info *e)
{
    j->data.columns[j->variables[variable].column].is_number = true;
    if (j->weighting != WEIGHTS_AS_GIVEN)
        return group == NO_GROUP && job_table(j, variable, NO_GROUP) != NULL ? RC_OK : want_table(j, variable, group, e);
    if (j->n_numbers % ANALYSE_LIST_MAX == 0) {
        struct number_table *more = arena_array(&j->arena, j->n_numbers + ANALYSE_LIST_MAX, sizeof *more);
        if (more == NULL)
            return rc_set(e, RC_NOMEM, "no memory for %zu means", j->n_numbers);
        if (j->n_numbers > 0)
            memcpy(more, j->numbers, j->n_numbers * sizeof *more);
        j->numbers = more;
    }
    j->numbers[j->n_numbers++] = (struct number_table){.variable = variable, .group = group};
    return RC_OK;
}

/* ---- one option each ---- */

static enum rc plan_questions(struct job *j, struct rc_info *e)
{
    const struct analyse_options *o = j->options;
    enum rc rc = RC_OK;
    int v = 0;
    for (size_t i = 0; i < o->questions.n && rc == RC_OK; i++) {
        rc = want_variable(j, "--question", o->questions.items[i], &v, e);
        if (rc == RC_OK)
            j->variables[v].has_options = true;
    }
    for (size_t i = 0; i < o->means.n && rc == RC_OK; i++) {
        rc = want_variable(j, "--mean", o->means.items[i], &v, e);
        if (rc == RC_OK)
            j->variables[v].has_mean = true;
    }
    return rc;
}

/* "A=4:5", or "A.low=1:2" where there is no column "A.low". */
static enum rc plan_top(struct job *j, const char *text, struct rc_info *e)
{
    struct top *t = &j->tops[j->n_tops];
    const char *equals = strrchr(text, '='), *colon = equals != NULL ? strchr(equals, ':') : NULL;
    if (colon == NULL || !data_number(equals + 1, (size_t)(colon - equals - 1), &t->low) ||
        !data_number(colon + 1, strlen(colon + 1), &t->high) || t->low > t->high)
        return rc_set(e, RC_USAGE, "--top \"%s\": a question and the lowest and highest answer are wanted, for example q1=4:5",
                      text);
    char *name = arena_memdup(&j->arena, text, (size_t)(equals - text));
    if (name == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    char *dot = strrchr(name, '.');
    if (data_find(&j->data, name, strlen(name)) == SIZE_MAX && dot != NULL && dot > name && dot[1] != '\0' &&
        data_find(&j->data, name, (size_t)(dot - name)) != SIZE_MAX) {
        *dot = '\0';
        t->name = dot + 1;
    }
    j->n_tops++;
    return want_variable(j, "--top", name, &t->variable, e);
}

static enum rc plan_cross(struct job *j, const char *text, struct rc_info *e)
{
    struct cross *c = &j->crosses[j->n_crosses++];
    const char *star = strchr(text, '*');
    while (star != NULL && data_find(&j->data, text, (size_t)(star - text)) == SIZE_MAX && strchr(star + 1, '*') != NULL)
        star = strchr(star + 1, '*'); /* a name may hold one */
    if (star == NULL || star == text || star[1] == '\0')
        return rc_set(e, RC_USAGE, "--cross \"%s\": two columns are wanted, for example q1*gender", text);
    const char *name = arena_memdup(&j->arena, text, (size_t)(star - text));
    if (name == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = want_variable(j, "--cross", name, &c->variable, e);
    if (rc == RC_OK)
        rc = want_group(j, "--cross", star + 1, &c->group, e);
    return rc == RC_OK ? want_table(j, c->variable, c->group, e) : rc;
}

static enum rc plan_difference(struct job *j, const char *text, struct rc_info *e)
{
    struct asked_difference *d = &j->differences[j->n_differences++];
    const char *colon = strchr(text, ':');
    while (colon != NULL && data_find(&j->data, text, (size_t)(colon - text)) == SIZE_MAX && strchr(colon + 1, ':') != NULL)
        colon = strchr(colon + 1, ':');
    if (colon == NULL || strchr(colon, '-') == NULL)
        return rc_set(e, RC_USAGE, "--difference \"%s\": a column and two of its values are wanted, for example gender:female-male",
                      text);
    const char *name = arena_memdup(&j->arena, text, (size_t)(colon - text));
    if (name == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    d->text = colon + 1;
    return want_group(j, "--difference", name, &d->group, e);
}

static enum rc plan_alpha(struct job *j, const char *text, struct rc_info *e)
{
    struct asked_alpha *a = &j->alphas[j->n_alphas++];
    a->text = text;
    for (const char *p = text; *p != '\0';) {
        size_t len = strcspn(p, ",");
        char *name = arena_memdup(&j->arena, p, len);
        if (name == NULL)
            return rc_set(e, RC_NOMEM, "no memory");
        if (a->n_items == ALPHA_ITEMS_MAX)
            return rc_set(e, RC_USAGE, "--alpha \"%s\": more than %d items", text, ALPHA_ITEMS_MAX);
        enum rc rc = find_column(j, "--alpha", name, &a->columns[a->n_items], e);
        if (rc != RC_OK)
            return rc;
        j->data.columns[a->columns[a->n_items++]].is_number = true;
        p += len + (p[len] == ',' ? 1 : 0);
    }
    alpha_begin(&a->sums, a->n_items);
    return a->n_items >= 2 ? RC_OK : rc_set(e, RC_USAGE, "--alpha \"%s\": two items at least", text);
}

typedef enum rc plan_fn(struct job *j, const char *text, struct rc_info *e);

static enum rc plan_each(struct job *j, const struct analyse_list *l, plan_fn *fn, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < l->n && rc == RC_OK; i++)
        rc = fn(j, l->items[i], e);
    return rc;
}

static enum rc plan_by(struct job *j, const char *name, struct rc_info *e)
{
    int g = 0;
    enum rc rc = want_group(j, "--by", name, &g, e);
    if (rc == RC_OK)
        j->groups[g].is_asked = true;
    return rc;
}

/* ---- the tables ---- */

static bool needs_shares(const struct job *j, int variable)
{
    bool is_needed = j->variables[variable].has_options;
    for (size_t i = 0; i < j->n_tops; i++)
        is_needed |= j->tops[i].variable == variable;
    return is_needed;
}

/* Groups of --by and --difference; those of --cross alone take no part in other tables. */
static bool is_domain(const struct job *j, int group)
{
    bool is_needed = j->groups[group].is_asked;
    for (size_t i = 0; i < j->n_differences; i++)
        is_needed |= j->differences[i].group == group;
    return is_needed;
}

static enum rc plan_tables(struct job *j, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (int v = 0; v < (int)j->n_variables; v++)
        for (int g = (int)j->n_groups - 1; g >= NO_GROUP && rc == RC_OK; g--) {
            if (g != NO_GROUP && !is_domain(j, g))
                continue;
            if (needs_shares(j, v) && (g != NO_GROUP || job_table(j, v, NO_GROUP) == NULL))
                rc = want_table(j, v, g, e);
            if (rc == RC_OK && j->variables[v].has_mean)
                rc = want_mean(j, v, g, e);
        }
    return rc;
}

/* ---- the design ---- */

static enum rc plan_design(struct job *j, struct rc_info *e)
{
    const struct analyse_options *o = j->options;
    struct cells *c = &j->cells;
    enum rc rc = RC_OK;
    c->strata_column = c->fpc_column = c->weight_column = SIZE_MAX;
    if (o->strata != NULL && (rc = find_column(j, "--strata", o->strata, &c->strata_column, e)) == RC_OK)
        j->data.columns[c->strata_column].is_coded = true;
    if (rc == RC_OK && o->fpc != NULL && (rc = find_column(j, "--fpc", o->fpc, &c->fpc_column, e)) == RC_OK)
        j->data.columns[c->fpc_column].is_number = true;
    if (rc == RC_OK && o->weights != NULL &&
        (strcmp(o->weights, "1") != 0 || data_find(&j->data, "1", 1) != SIZE_MAX) &&
        (rc = find_column(j, "--weights", o->weights, &c->weight_column, e)) == RC_OK)
        j->data.columns[c->weight_column].is_number = true;
    if (rc != RC_OK)
        return rc;
    j->is_weighed = o->rake != NULL || o->poststratify != NULL || o->is_trimmed;
    j->is_implied = o->fpc != NULL && o->weights == NULL;
    j->is_designed = o->weights != NULL || o->strata != NULL || o->fpc != NULL || j->is_weighed;
    if (!o->is_fixed && !o->is_trimmed)
        j->weighting = o->rake != NULL ? WEIGHTS_RAKED : o->poststratify != NULL ? WEIGHTS_POSTSTRATIFIED : WEIGHTS_AS_GIVEN;
    j->lonely = o->lonely != NULL ? lonely_rule_named(o->lonely) : j->is_designed ? LONELY_FAIL : LONELY_REMOVE;
    if (j->lonely == LONELY_RULES)
        return rc_set(e, RC_USAGE, "--lonely \"%s\": fail, remove, certainty, adjust or average", o->lonely);
    return RC_OK;
}

enum rc job_plan(struct job *j, struct rc_info *e)
{
    const struct analyse_options *o = j->options;
    struct arena *a = &j->arena;
    j->variables = arena_array(a, o->questions.n + o->means.n + o->tops.n + o->crosses.n + 1, sizeof *j->variables);
    j->groups = arena_array(a, o->groups.n + o->crosses.n + o->differences.n + 1, sizeof *j->groups);
    j->tops = arena_array(a, o->tops.n + 1, sizeof *j->tops);
    j->crosses = arena_array(a, o->crosses.n + 1, sizeof *j->crosses);
    j->differences = arena_array(a, o->differences.n + 1, sizeof *j->differences);
    j->alphas = arena_array(a, o->alphas.n + 1, sizeof *j->alphas);
    if (j->variables == NULL || j->groups == NULL || j->tops == NULL || j->crosses == NULL || j->differences == NULL ||
        j->alphas == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the plan");
    enum rc rc = plan_questions(j, e);
    if (rc == RC_OK)
        rc = plan_each(j, &o->tops, plan_top, e);
    if (rc == RC_OK)
        rc = plan_each(j, &o->groups, plan_by, e);
    if (rc == RC_OK)
        rc = plan_each(j, &o->crosses, plan_cross, e);
    if (rc == RC_OK)
        rc = plan_each(j, &o->differences, plan_difference, e);
    if (rc == RC_OK)
        rc = plan_each(j, &o->alphas, plan_alpha, e);
    if (rc == RC_OK)
        rc = plan_design(j, e);
    return rc == RC_OK ? plan_tables(j, e) : rc;
}
