/* tally analyse: differences between groups, and Cronbach's alpha. */
#include <string.h>

#include "cmd/analyse_figures.h"

struct pair {
    int group, a, b;    /* of the job's groups; codes */
    const char *domain; /* "gender:female-male" */
    const char *label;  /* "female - male" */
};

/* "a-b" to two values of the group; a value may itself hold "-" ("18-29"). */
static enum rc find_pair(struct job *j, const struct asked_difference *d, struct pair *out, struct rc_info *e)
{
    const struct group *g = &j->groups[d->group];
    const struct dict *dict = &j->data.columns[g->column].dict;
    for (const char *dash = strchr(d->text, '-'); dash != NULL; dash = strchr(dash + 1, '-')) {
        size_t len = (size_t)(dash - d->text);
        uint32_t a = dict_find(dict, d->text, len), b = dict_find(dict, dash + 1, strlen(dash + 1));
        if (a == 0 || b == 0 || a == b)
            continue;
        *out = (struct pair){d->group, (int)a, (int)b, arena_printf(&j->arena, "%s:%s", g->name, d->text),
                             arena_printf(&j->arena, "%.*s - %s", (int)len, d->text, dash + 1)};
        return out->domain != NULL && out->label != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory");
    }
    char list[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < dict->n && used + strlen(dict->texts[i]) + 3 < sizeof list; i++) {
        size_t len = strlen(dict->texts[i]);
        memcpy(list + used, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        used += i > 0 ? 2 : 0;
        memcpy(list + used, dict->texts[i], len + 1);
        used += len;
    }
    return rc_set(e, RC_USAGE, "--difference: \"%s\" has no two values \"%s\"; it has: %s", g->name, d->text, list);
}

static void put_designed(const struct job *j, const struct analysis_row *r, const struct difference *d)
{
    double confidence = j->options->confidence;
    struct limits t = interval_t(d->value, d->se, d->degf, confidence, 0);
    /* one respondent against another: the formula gives an error of 0, which nobody should believe */
    enum stats_state spread =
        d->state == STATS_DEFINED && (d->a.n_valid < 2 || d->b.n_valid < 2) ? STATS_ONE_ANSWER : d->state;
    job_put_stat(r, "difference", d->state, d->value);
    job_put_stat(r, "se", spread, d->se);
    if (spread != STATS_DEFINED)
        return;
    job_put_limits(r, "ci_z_low", "ci_z_high", interval_z(d->value, d->se, confidence));
    job_put_limits(r, "ci_t_low", "ci_t_high", t);
    job_put_stat(r, "p_value_t", t.state, d->p_value);
}

static void put_shares(const struct job *j, const struct analysis_row *r, const struct estimate *a, const struct estimate *b)
{
    if (a->n_valid == 0 || b->n_valid == 0) {
        analysis_undefined(r, "difference", stats_state_code(STATS_NO_ANSWERS));
        return;
    }
    struct share_difference d =
        unweighted_share_difference(a->count, a->n_valid, b->count, b->n_valid, j->options->confidence);
    analysis_value(r, "difference", d.value);
    analysis_value(r, "se_unpooled", d.se);
    job_put_limits(r, "ci_z_low", "ci_z_high", d.z);
    job_put_stat(r, "pooled_chisq", d.state, d.pooled_chisq);
    job_put_stat(r, "pooled_p_value", d.state, d.pooled_p_value);
}

static void put_welch(const struct job *j, const struct analysis_row *r, const struct number_table *t, const struct pair *p)
{
    struct spread a = job_spread(j, t, (size_t)p->a), b = job_spread(j, t, (size_t)p->b);
    struct welch w = unweighted_welch(&a, &b, j->options->confidence);
    job_put_stat(r, "difference", a.n > 0 && b.n > 0 ? STATS_DEFINED : STATS_NO_ANSWERS, a.mean - b.mean);
    job_put_stat(r, "se_welch", w.state, w.se);
    job_put_stat(r, "df_welch", w.state, w.df);
    job_put_limits(r, "ci_t_low", "ci_t_high", w.t);
    job_put_stat(r, "p_value_welch", w.state, w.p_value);
}

/* Group a less group b of what rows->value_of says: a share or a mean of codes. */
static enum rc put_rows(struct job *j, const struct analysis_row *r, const struct pair *p, const struct rows *rows, struct rc_info *e)
{
    struct difference d;
    enum rc rc = estimate_answers_difference(&rows->sample, rows->answer, rows->value_of, rows->group, (uint32_t)p->a,
                                             (uint32_t)p->b, &d, e);
    if (rc != RC_OK)
        return rc;
    if (j->is_designed)
        put_designed(j, r, &d);
    else
        put_shares(j, r, &d.a, &d.b);
    return RC_OK;
}

static enum rc put_numbers(struct job *j, const struct analysis_row *r, const struct pair *p, const struct number_table *t,
                           struct arena *a, struct rc_info *e)
{
    struct difference d;
    if (!j->is_designed) {
        put_welch(j, r, t, p);
        return RC_OK;
    }
    const struct accumulator *x = job_accumulators(j, t, (size_t)p->a, a), *y = job_accumulators(j, t, (size_t)p->b, a);
    const struct accumulate_stratum *strata = job_strata(j, a);
    if (x == NULL || y == NULL || strata == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu strata", j->n_strata);
    enum rc rc = accumulate_difference(x, y, strata, j->n_strata, j->variables[t->variable].shift, j->lonely, &d, e);
    if (rc == RC_OK)
        put_designed(j, r, &d);
    return rc;
}

static enum rc put_options(struct job *j, const struct pair *p, int variable, struct rows *rows, struct rc_info *e)
{
    const struct variable *v = &j->variables[variable];
    const struct column *c = &j->data.columns[v->column];
    uint32_t *order;
    enum rc rc = job_levels(j, v->column, &order, e);
    for (size_t i = 0; rc == RC_OK && i < c->dict.n; i++) {
        const char *text = job_answer_text(c, order[i]), *target = arena_printf(&j->arena, "%s=%s", v->name, text);
        struct analysis_row r = analysis_row(&j->analysis, target, p->domain, text, true);
        job_clear_choice(rows);
        rows->value_of[order[i]] = 1;
        rc = put_rows(j, &r, p, rows, e);
    }
    return rc;
}

static enum rc put_variable(struct job *j, const struct pair *p, int variable, struct rows *rows, struct arena *a, struct rc_info *e)
{
    const struct variable *v = &j->variables[variable];
    const struct number_table *t = job_numbers(j, variable, p->group);
    enum rc rc = v->has_options ? put_options(j, p, variable, rows, e) : RC_OK;
    for (size_t i = 0; i < j->n_tops && rc == RC_OK; i++) {
        const char *target = NULL;
        if (j->tops[i].variable != variable)
            continue;
        rc = job_choose_top(j, &j->tops[i], rows, &target, e);
        if (rc != RC_OK)
            break;
        struct analysis_row r = analysis_row(&j->analysis, target, p->domain, strrchr(target, '.') + 1, true);
        rc = put_rows(j, &r, p, rows, e);
    }
    if (rc != RC_OK || !v->has_mean)
        return rc;
    struct analysis_row r = analysis_row(&j->analysis, v->name, p->domain, "mean", false);
    if (t != NULL)
        return put_numbers(j, &r, p, t, a, e);
    job_choose_numbers(j, variable, rows);
    return put_rows(j, &r, p, rows, e);
}

static enum rc put_difference(struct job *j, const struct pair *p, int variable, struct rc_info *e)
{
    const struct table *t = job_table(j, variable, p->group);
    struct rows rows = {0};
    struct arena a;
    arena_init(&a, SUMS_BYTES_MAX);
    enum rc rc = t != NULL ? job_rows(j, t, &a, &rows, e) : RC_OK;
    analysis_table(&j->analysis, "%s, %s: %s", j->variables[variable].name, j->groups[p->group].name, p->label);
    if (rc == RC_OK)
        rc = put_variable(j, p, variable, &rows, &a, e);
    arena_release(&a);
    return rc;
}

static enum rc put_differences(struct job *j, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < j->n_differences && rc == RC_OK; i++) {
        struct pair p = {0};
        rc = find_pair(j, &j->differences[i], &p, e);
        for (int v = 0; rc == RC_OK && v < (int)j->n_variables; v++)
            if (job_is_printed(j, v))
                rc = put_difference(j, &p, v, e);
    }
    return rc;
}

static void put_alpha(struct job *j, const struct asked_alpha *a)
{
    struct alpha_result x = alpha_end(&a->sums);
    analysis_table(&j->analysis, "Scale of %s", a->text);
    struct analysis_row r = analysis_row(&j->analysis, arena_printf(&j->arena, "alpha(%s)", a->text), NULL, "", false);
    analysis_value(&r, "n_complete", x.n_complete);
    analysis_value(&r, "n_items", x.n_items);
    analysis_value(&r, "sum_item_variances", x.sum_item_variances);
    analysis_value(&r, "variance_of_sum", x.variance_of_sum);
    job_put_stat(&r, "cronbach_alpha", x.state, x.alpha);
}

enum rc job_put_tests(struct job *j, struct rc_info *e)
{
    enum rc rc = put_differences(j, e);
    for (size_t i = 0; i < j->n_crosses && rc == RC_OK; i++)
        rc = job_put_cross(j, &j->crosses[i], e);
    for (size_t i = 0; i < j->n_alphas && rc == RC_OK; i++)
        put_alpha(j, &j->alphas[i]);
    return rc;
}
