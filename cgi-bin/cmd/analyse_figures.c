/* tally analyse: shares and means, whole and in groups, with their intervals. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "cmd/analyse_figures.h"

void job_put_stat(const struct analysis_row *r, const char *name, enum stats_state state, double value)
{
    if (state == STATS_DEFINED)
        analysis_value(r, name, value);
    else
        analysis_undefined(r, name, stats_state_code(state));
}

void job_put_limits(const struct analysis_row *r, const char *low, const char *high, struct limits l)
{
    job_put_stat(r, low, l.state, l.low);
    job_put_stat(r, high, l.state, l.high);
}

/* ---- one share, one mean ---- */

static void put_share_unweighted(const struct job *j, const struct analysis_row *r, const struct estimate *est)
{
    double z = special_normal_quantile((1 + j->options->confidence) / 2);
    struct interval wilson = proportion_wilson_z((int64_t)est->count, (int64_t)est->n_valid, z);
    analysis_value(r, "proportion", est->count / est->n_valid);
    analysis_value(r, "ci_wilson_low", wilson.low);
    analysis_value(r, "ci_wilson_high", wilson.high);
}

static void put_share_designed(const struct job *j, const struct analysis_row *r, const struct estimate *est, double n_eff)
{
    double confidence = j->options->confidence;
    struct figure deff = estimate_design_effect(est);
    analysis_value(r, "weighted_count", est->weighted_count);
    analysis_value(r, "proportion", est->value);
    analysis_value(r, "se", est->se);
    job_put_stat(r, "design_effect_vs_srs_with_replacement", deff.state, deff.value);
    job_put_limits(r, "ci_logit_low", "ci_logit_high", interval_logit(est, confidence));
    job_put_limits(r, "ci_beta_low", "ci_beta_high", interval_beta(est, confidence));
    job_put_limits(r, "ci_wald_low", "ci_wald_high", interval_t(est->value, est->se, est->degf, confidence, 1));
    if (est->count == 0 || est->count == est->n_valid) /* at the effective number of answers */
        job_put_limits(r, "ci_exact_low", "ci_exact_high", interval_exact(est->count == 0 ? 0 : n_eff, n_eff, confidence));
}

/* Kish's effective number of the valid answers in the group. */
static double effective_n(const struct rows *rows, uint32_t group)
{
    const struct sample *s = &rows->sample;
    double w = 0, w2 = 0;
    for (size_t i = 0; i < s->n_rows; i++)
        if (rows->answer[i] != 0 && (group == 0 || rows->group[i] == group)) {
            w += s->w[i];
            w2 += s->w2[i];
        }
    return w * w / w2;
}

/* The share of the answers chosen in rows->value_of; `group` 0: of everybody. */
static enum rc put_share(struct job *j, const struct analysis_row *r, const struct rows *rows, uint32_t group, struct rc_info *e)
{
    struct estimate est;
    enum rc rc = estimate_answers(&rows->sample, rows->answer, rows->value_of, group == 0 ? NULL : rows->group, group, &est, e);
    if (rc != RC_OK)
        return rc;
    analysis_value(r, "count", est.count);
    if (est.n_valid == 0)
        analysis_undefined(r, "proportion", stats_state_code(STATS_NO_ANSWERS));
    else if (j->is_designed)
        put_share_designed(j, r, &est, effective_n(rows, group));
    else
        put_share_unweighted(j, r, &est);
    return RC_OK;
}

static void put_mean_designed(const struct job *j, const struct analysis_row *r, const struct estimate *est)
{
    enum stats_state spread = est->state == STATS_DEFINED && est->n_valid < 2 ? STATS_ONE_ANSWER : est->state;
    job_put_stat(r, "mean", est->state, est->value);
    job_put_stat(r, "se", spread, est->se);
    if (spread == STATS_DEFINED)
        job_put_limits(r, "ci_t_low", "ci_t_high", interval_t(est->value, est->se, est->degf, j->options->confidence, 0));
}

static void put_mean_unweighted(const struct job *j, const struct analysis_row *r, const struct number_table *t, uint32_t group)
{
    struct spread spread = job_spread(j, t, group);
    struct mean m = unweighted_mean(&spread, j->options->confidence);
    job_put_stat(r, "mean", m.state == STATS_ONE_ANSWER ? STATS_DEFINED : m.state, m.mean);
    job_put_stat(r, "sd", m.state, m.sd);
    job_put_stat(r, "se", m.state, m.se);
    job_put_limits(r, "ci_t_low", "ci_t_high", m.t);
}

/* Answers and missing ones of a variable in a group. */
static void put_item(struct job *j, const char *name, const char *domain, double n, double n_valid)
{
    struct analysis_row r = analysis_row(&j->analysis, name, domain, "", true);
    analysis_value(&r, "n_total", n);
    analysis_value(&r, "n_valid", n_valid);
    analysis_value(&r, "n_missing", n - n_valid);
    job_put_stat(&r, "item_nonresponse_rate", n > 0 ? STATS_DEFINED : STATS_NO_ANSWERS, n > 0 ? (n - n_valid) / n : 0);
}

/* ---- a question, an option, a box ---- */

void job_clear_choice(struct rows *rows)
{
    assert(rows->value_of != NULL); /* what is asked for has its table: see plan_tables */
    memset(rows->value_of, 0, (rows->n_answers + 1) * sizeof *rows->value_of);
}

static bool has_answer(const struct rows *rows, uint32_t answer)
{
    for (size_t i = 0; i < rows->sample.n_rows; i++)
        if (rows->answer[i] == answer)
            return true;
    return false;
}

/* Every answer of a question, in one group or whole. */
static enum rc put_options(struct job *j, int variable, struct rows *rows, uint32_t group, const char *domain, struct rc_info *e)
{
    const struct variable *v = &j->variables[variable];
    const struct column *c = &j->data.columns[v->column];
    uint32_t *order, missing = (uint32_t)rows->n_answers;
    enum rc rc = job_levels(j, v->column, &order, e);
    size_t n = c->dict.n + (j->options->is_missing_option && has_answer(rows, missing) ? 1 : 0);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        uint32_t answer = i < c->dict.n ? order[i] : missing;
        const char *text = job_answer_text(c, answer);
        struct analysis_row r =
            analysis_row(&j->analysis, arena_printf(&j->arena, "%s=%s", v->name, text), domain, text, true);
        job_clear_choice(rows);
        rows->value_of[answer] = 1;
        rc = put_share(j, &r, rows, group, e);
    }
    return rc;
}

enum rc job_choose_top(struct job *j, const struct top *top, struct rows *rows, const char **target, struct rc_info *e)
{
    const struct variable *v = &j->variables[top->variable];
    const struct column *c = &j->data.columns[v->column];
    double least = INFINITY, most = -INFINITY, number;
    bool is_scale = rint(top->low) == top->low && rint(top->high) == top->high;
    job_clear_choice(rows);
    for (size_t i = 0; i < c->dict.n; i++) {
        if (!data_number(c->dict.texts[i], strlen(c->dict.texts[i]), &number))
            continue;
        least = number < least ? number : least;
        most = number > most ? number : most;
        rows->value_of[i + 1] = number >= top->low && number <= top->high ? 1 : 0;
    }
    if (least > most)
        return rc_set(e, RC_USAGE, "--top: no answer of \"%s\" is a number", v->name);
    if (top->name != NULL)
        *target = arena_printf(&j->arena, "%s.%s", v->name, top->name);
    else if (is_scale && (top->high >= most || top->low <= least))
        *target = arena_printf(&j->arena, "%s.%s%.0f", v->name, top->high >= most ? "top" : "bottom", top->high - top->low + 1);
    else
        *target = arena_printf(&j->arena, "%s.%g:%g", v->name, top->low, top->high);
    return *target != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory");
}

static enum rc put_tops(struct job *j, int variable, struct rows *rows, uint32_t group, const char *domain, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < j->n_tops && rc == RC_OK; i++) {
        const struct top *top = &j->tops[i];
        const char *target = NULL;
        if (top->variable != variable)
            continue;
        rc = job_choose_top(j, top, rows, &target, e);
        if (rc != RC_OK)
            break;
        const char *label = arena_printf(&j->arena, "%s (%g to %g)", strrchr(target, '.') + 1, top->low, top->high);
        struct analysis_row r = analysis_row(&j->analysis, target, domain, label, true);
        rc = put_share(j, &r, rows, group, e);
    }
    return rc;
}

void job_choose_numbers(const struct job *j, int variable, struct rows *rows)
{
    const struct column *c = &j->data.columns[j->variables[variable].column];
    job_clear_choice(rows);
    for (size_t i = 0; i < c->dict.n; i++)
        if (!data_number(c->dict.texts[i], strlen(c->dict.texts[i]), &rows->value_of[i + 1]))
            rows->value_of[i + 1] = 0; /* cannot be: the reading refused it */
}

/* ---- a variable in a group ---- */

static enum rc mean_of_rows(struct job *j, int variable, struct rows *rows, uint32_t group, struct estimate *est, struct rc_info *e)
{
    job_choose_numbers(j, variable, rows);
    return estimate_answers(&rows->sample, rows->answer, rows->value_of, group == 0 ? NULL : rows->group, group, est, e);
}

static enum rc mean_of_numbers(struct job *j, const struct number_table *t, uint32_t group, struct arena *a, struct estimate *est,
                               struct rc_info *e)
{
    const struct accumulator *acc = job_accumulators(j, t, group, a);
    const struct accumulate_stratum *strata = job_strata(j, a);
    if (acc == NULL || strata == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu strata", j->n_strata);
    return accumulate_estimate(acc, strata, j->n_strata, j->variables[t->variable].shift, j->lonely, est, e);
}

static enum rc put_mean(struct job *j, int variable, int grouping, struct rows *rows, uint32_t group, const char *domain,
                        struct arena *a, struct rc_info *e)
{
    const struct variable *v = &j->variables[variable];
    const struct number_table *t = job_numbers(j, variable, grouping);
    struct estimate est;
    enum rc rc = t != NULL ? mean_of_numbers(j, t, group, a, &est, e) : mean_of_rows(j, variable, rows, group, &est, e);
    if (rc != RC_OK)
        return rc;
    if (!v->has_options)
        put_item(j, v->name, domain, est.n, est.n_valid);
    struct analysis_row r = analysis_row(&j->analysis, v->name, domain, "mean", false);
    if (j->is_designed || t == NULL)
        put_mean_designed(j, &r, &est);
    else
        put_mean_unweighted(j, &r, t, group);
    return RC_OK;
}

/* Shares and mean of a variable in one group, or whole (group 0 of no grouping). */
static enum rc put_variable(struct job *j, int variable, int grouping, struct rows *rows, uint32_t group, const char *domain,
                            struct arena *a, struct rc_info *e)
{
    const struct variable *v = &j->variables[variable];
    enum rc rc = RC_OK;
    if (v->has_options) {
        struct estimate est;
        job_clear_choice(rows);
        rc = estimate_answers(&rows->sample, rows->answer, rows->value_of, group == 0 ? NULL : rows->group, group, &est, e);
        if (rc != RC_OK)
            return rc;
        put_item(j, v->name, domain, est.n, est.n_valid);
        rc = put_options(j, variable, rows, group, domain, e);
    }
    if (rc == RC_OK && rows->answer != NULL)
        rc = put_tops(j, variable, rows, group, domain, e);
    return rc == RC_OK && v->has_mean ? put_mean(j, variable, grouping, rows, group, domain, a, e) : rc;
}

bool job_is_printed(const struct job *j, int variable)
{
    bool has_top = false;
    for (size_t i = 0; i < j->n_tops; i++)
        has_top |= j->tops[i].variable == variable;
    return has_top || j->variables[variable].has_options || j->variables[variable].has_mean;
}

static enum rc put_groups(struct job *j, int variable, int grouping, struct rows *rows, struct arena *a, struct rc_info *e)
{
    const struct group *g = &j->groups[grouping];
    const struct column *c = &j->data.columns[g->column];
    uint32_t *order;
    enum rc rc = job_levels(j, g->column, &order, e);
    for (size_t i = 0; rc == RC_OK && i < c->dict.n; i++) {
        const char *level = job_answer_text(c, order[i]);
        const char *domain = arena_printf(&j->arena, "%s=%s", g->name, level);
        if (domain == NULL)
            return rc_set(e, RC_NOMEM, "no memory");
        analysis_table(&j->analysis, "%s, %s = %s", j->variables[variable].name, g->name, level);
        rc = put_variable(j, variable, grouping, rows, order[i], domain, a, e);
    }
    return rc;
}

/* A variable in one grouping; NO_GROUP: whole. The rows live as long as this. */
static enum rc put_grouping(struct job *j, int variable, int grouping, struct rc_info *e)
{
    const struct table *t = job_table(j, variable, grouping);
    struct rows rows = {0};
    struct arena a;
    arena_init(&a, SUMS_BYTES_MAX);
    enum rc rc = t != NULL ? job_rows(j, t, &a, &rows, e) : RC_OK;
    if (rc == RC_OK && grouping == NO_GROUP) {
        analysis_table(&j->analysis, "%s", j->variables[variable].name);
        rc = put_variable(j, variable, NO_GROUP, &rows, 0, NULL, &a, e);
    } else if (rc == RC_OK) {
        rc = put_groups(j, variable, grouping, &rows, &a, e);
    }
    arena_release(&a);
    return rc;
}

/* ---- the design, and all of it ---- */

static void put_design(struct job *j)
{
    const struct cells *c = &j->cells;
    analysis_table(&j->analysis, "Design");
    struct analysis_row r = analysis_row(&j->analysis, "design", NULL, "", false);
    analysis_value(&r, "n", j->n);
    analysis_value(&r, "sum_of_weights", c->w);
    analysis_value(&r, "weight_min", c->weight_min);
    analysis_value(&r, "weight_max", c->weight_max);
    analysis_value(&r, "kish_deff", j->n * c->w2 / (c->w * c->w));
    analysis_value(&r, "n_eff_kish", c->w * c->w / c->w2);
    analysis_value(&r, "degf", j->df);
}

enum rc job_figures(struct job *j, struct rc_info *e)
{
    enum rc rc = job_design(j, e);
    if (rc == RC_OK && j->is_designed)
        put_design(j);
    for (int v = 0; v < (int)j->n_variables && rc == RC_OK; v++) {
        if (job_is_printed(j, v))
            rc = put_grouping(j, v, NO_GROUP, e);
        for (int g = 0; g < (int)j->n_groups && rc == RC_OK; g++)
            if (job_is_printed(j, v) && j->groups[g].is_asked)
                rc = put_grouping(j, v, g, e);
    }
    if (rc == RC_OK)
        rc = job_put_tests(j, e);
    if (rc == RC_OK && !analysis_ok(&j->analysis))
        rc = rc_set(e, RC_NOMEM, "no memory for the figures");
    return rc;
}
