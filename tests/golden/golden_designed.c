/* Blocks with weights, strata or a finite population. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cases.h"
#include "stats/estimate.h"
#include "stats/rao_scott.h"

static const double confidence = 0.95;

struct named {
    const char *name;
    double value;
    bool is_undefined;
};

static bool pick(const struct named *list, size_t n, const char *statistic, double *out, bool *is_known)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, statistic) == 0) {
            *out = list[i].value;
            return !list[i].is_undefined;
        }
    *is_known = false;
    return false;
}
#define PICK(list) pick(list, sizeof list / sizeof *list, statistic, out, is_known)

static void check(enum rc rc, const struct rc_info *e)
{
    if (rc != RC_OK)
        fail_msg("%s", e->msg);
}

static bool design(const struct block *b, const char *statistic, double *out, bool *is_known)
{
    struct weights_summary w = weights_summarise(b->n, b->ones, b->weight);
    const struct named list[] = {
        {"n", w.n, false},
        {"sum_of_weights", w.sum, false},
        {"weight_min", w.min, false},
        {"weight_max", w.max, false},
        {"kish_deff", w.kish_deff, false},
        {"n_eff_kish", w.n_eff, false},
        {"degf", sample_size(&b->sample, NULL).degf, false},
    };
    return PICK(list);
}

static bool alone(const struct sample *s, const struct measured *m, const struct domain *d,
                  const char *statistic, double *out, bool *is_known)
{
    struct rc_info e = {0};
    struct estimate p;
    check(estimate_answers(s, m->column.code, m->value_of, d ? d->group.code : NULL, d ? d->a : 0, &p, &e),
          &e);
    bool is_wald = strstr(statistic, "wald") != NULL;
    struct limits t = interval_t(p.value, p.se, p.degf, confidence, is_wald);
    struct limits logit = {STATS_NO_DF, 0, 0}, beta = logit;
    if (strstr(statistic, "logit"))
        logit = interval_logit(&p, confidence);
    if (strstr(statistic, "beta"))
        beta = interval_beta(&p, confidence);
    struct figure deff = estimate_design_effect(&p);
    const struct named list[] = {
        {"n_valid", p.n_valid, false},
        {"n_missing", p.n_missing, false},
        {"weighted_count", p.weighted_count, false},
        {"cell_weighted_count", p.weighted_count, false},
        {"proportion", p.value, p.state},
        {"column_proportion", p.value, p.state},
        {"mean", p.value, p.state},
        {"se", p.se, p.state},
        {"design_effect_vs_srs_with_replacement", deff.value, deff.state},
        {"ci_t_low", t.low, t.state},
        {"ci_t_high", t.high, t.state},
        {"ci_wald_low", t.low, t.state},
        {"ci_wald_high", t.high, t.state},
        {"ci_logit_low", logit.low, logit.state},
        {"ci_logit_high", logit.high, logit.state},
        {"ci_beta_low", beta.low, beta.state},
        {"ci_beta_high", beta.high, beta.state},
    };
    return PICK(list);
}

static bool apart(const struct difference *d, const char *statistic, double *out, bool *is_known)
{
    struct limits z = interval_z(d->value, d->se, confidence);
    struct limits t = interval_t(d->value, d->se, d->degf, confidence, 0);
    const struct named list[] = {
        {"difference", d->value, d->state}, {"se", d->se, d->state},       {"p_value_t", d->p_value, d->state},
        {"ci_z_low", z.low, d->state},      {"ci_z_high", z.high, d->state}, {"ci_t_low", t.low, t.state},
        {"ci_t_high", t.high, t.state},
    };
    return PICK(list);
}

static bool test(const struct block *b, const struct coded *row, const struct coded *column,
                 const char *statistic, double *out, bool *is_known)
{
    struct rc_info e = {0};
    struct rao_scott r;
    check(rao_scott_test(&b->sample, row->code, row->n_options, column->code, column->n_options, &r,
                         b->of->arena, &e),
          &e);
    const struct named list[] = {{"rao_scott_F", r.f, r.state},
                                 {"rao_scott_ndf", r.ndf, r.state},
                                 {"rao_scott_ddf", r.ddf, r.state},
                                 {"rao_scott_p_value", r.p_value, r.state}};
    return PICK(list);
}

/* Each wave was weighted alone: two samples, not two groups of one. */
static bool waves(const struct block *b, const char *target, const char *domain, const char *statistic,
                  double *out, bool *is_known)
{
    struct domain d = golden_domain(b, domain);
    struct block x = golden_block(b->of, b->id, d.group.option[d.a - 1]);
    if (!d.b) {
        if (strcmp(target, "design") == 0)
            return design(&x, statistic, out, is_known);
        struct measured m = golden_measure(&x, target);
        return alone(&x.sample, &m, NULL, statistic, out, is_known);
    }
    struct block y = golden_block(b->of, b->id, d.group.option[d.b - 1]);
    struct measured mx = golden_measure(&x, target), my = golden_measure(&y, target);
    struct estimate px, py;
    struct rc_info e = {0};
    check(estimate_answers(&x.sample, mx.column.code, mx.value_of, NULL, 0, &px, &e), &e);
    check(estimate_answers(&y.sample, my.column.code, my.value_of, NULL, 0, &py, &e), &e);
    struct difference apart_by = estimate_independent(&px, &py);
    return apart(&apart_by, statistic, out, is_known);
}

bool golden_designed(const struct block *b, const char *target, const char *domain, const char *statistic,
                     double *out, bool *is_known)
{
    struct coded row, column;
    if (domain && strcmp(b->id, "raked_per_wave") == 0)
        return waves(b, target, domain, statistic, out, is_known);
    if (strcmp(target, "design") == 0)
        return design(b, statistic, out, is_known);
    if (golden_pair(b, target, &row, &column))
        return test(b, &row, &column, statistic, out, is_known);
    struct measured m = golden_measure(b, target);
    if (!domain)
        return alone(&b->sample, &m, NULL, statistic, out, is_known);
    if (strcmp(domain, "unraked") == 0 && b->has_unraked)
        return alone(&b->unraked, &m, NULL, statistic, out, is_known);
    struct domain d = golden_domain(b, domain);
    if (!d.b)
        return alone(&b->sample, &m, &d, statistic, out, is_known);
    struct rc_info e = {0};
    struct difference by;
    check(estimate_answers_difference(&b->sample, m.column.code, m.value_of, d.group.code, d.a, d.b, &by,
                                      &e),
          &e);
    return apart(&by, statistic, out, is_known);
}
