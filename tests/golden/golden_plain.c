/* Blocks without weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "stats/chisq.h"
#include "stats/proportion.h"
#include "stats/scale.h"
#include "stats/unweighted.h"

static const double confidence = 0.95;

/* One name to one number. */
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

/* Sizes, and the spread of the measured value, of one group (0: all). */
static struct spread gather(const struct block *b, const struct measured *m, const struct domain *d,
                            uint32_t level, double *n_total)
{
    struct spread s = {0};
    *n_total = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (d && d->group.code[i] != level)
            continue;
        *n_total += 1;
        if (m->column.code[i])
            spread_add(&s, 1, m->value_of[m->column.code[i]]);
    }
    return s;
}

static bool alone(const struct block *b, const char *target, const struct domain *d, const char *statistic,
                  double *out, bool *is_known)
{
    struct measured m = golden_measure(b, target);
    double n;
    struct spread s = gather(b, &m, d, d ? d->a : 0, &n);
    struct mean mean = unweighted_mean(&s, confidence);
    double count = s.mean * s.n;
    struct interval wilson = {0, 0};
    if (strstr(statistic, "wilson"))
        wilson = proportion_wilson((int64_t)(count + 0.5), (int64_t)s.n);
    const struct named list[] = {
        {"n_total", n, false},
        {"n_valid", s.n, false},
        {"n_missing", n - s.n, false},
        {"item_nonresponse_rate", (n - s.n) / n, !(n > 0)},
        {"count", (double)(int64_t)(count + 0.5), false},
        {"proportion", mean.mean, mean.state == STATS_NO_ANSWERS},
        {"mean", mean.mean, mean.state == STATS_NO_ANSWERS},
        {"ci_wilson_low", wilson.low, false},
        {"ci_wilson_high", wilson.high, false},
        {"sd", mean.sd, mean.state},
        {"se", mean.se, mean.state},
        {"ci_t_low", mean.t.low, mean.t.state},
        {"ci_t_high", mean.t.high, mean.t.state},
    };
    return PICK(list);
}

static bool apart(const struct block *b, const char *target, const struct domain *d, const char *statistic,
                  double *out, bool *is_known)
{
    struct measured m = golden_measure(b, target);
    double n;
    struct spread x = gather(b, &m, d, d->a, &n), y = gather(b, &m, d, d->b, &n);
    struct welch w = unweighted_welch(&x, &y, confidence);
    struct share_difference s = {.state = STATS_NO_VARIANCE};
    if (strchr(target, '=') || strchr(target, '.'))
        s = unweighted_share_difference(x.mean * x.n, x.n, y.mean * y.n, y.n, confidence);
    const struct named list[] = {
        {"difference", w.value, false},
        {"se_welch", w.se, w.state},
        {"df_welch", w.df, w.state},
        {"p_value_welch", w.p_value, w.state},
        {"se_unpooled", s.se, false},
        {"ci_z_low", s.z.low, s.z.state},
        {"ci_z_high", s.z.high, s.z.state},
        {"pooled_chisq", s.pooled_chisq, s.state},
        {"pooled_p_value", s.pooled_p_value, s.state},
    };
    return PICK(list);
}

static bool table(const struct block *b, const struct coded *row, const struct coded *column,
                  const char *statistic, double *out, bool *is_known)
{
    double *count = golden_alloc(b->of->arena, row->n_options * column->n_options, sizeof *count);
    for (size_t i = 0; i < b->n; i++)
        if (row->code[i] && column->code[i])
            count[(row->code[i] - 1) * column->n_options + column->code[i] - 1]++;
    struct chisq c = chisq_pearson(count, row->n_options, column->n_options, false);
    struct chisq y = chisq_pearson(count, row->n_options, column->n_options, true);
    const struct named list[] = {
        {"n_valid", c.n, false},
        {"pearson_chisq", c.chisq, c.state},
        {"pearson_df", c.df, c.state},
        {"pearson_p_value", c.p_value, c.state},
        {"min_expected_count", c.min_expected, c.state},
        {"cramers_v", c.cramers_v, c.state},
        {"pearson_chisq_yates", y.chisq, y.state},
        {"pearson_p_value_yates", y.p_value, y.state},
    };
    return PICK(list);
}

static bool scale(const struct block *b, const char *target, const char *statistic, double *out,
                  bool *is_known)
{
    struct measured item[ALPHA_ITEMS_MAX];
    size_t k = 0;
    char *names = arena_strdup(b->of->arena, strchr(target, '(') + 1), *save = NULL;
    assert_non_null(names);
    for (char *name = strtok_r(names, ",)", &save); name; name = strtok_r(NULL, ",)", &save)) {
        assert_true(k < ALPHA_ITEMS_MAX);
        item[k++] = golden_measure(b, name);
    }
    struct alpha alpha;
    alpha_begin(&alpha, k);
    for (size_t i = 0; i < b->n; i++) {
        double y[ALPHA_ITEMS_MAX];
        bool is_complete = true;
        for (size_t j = 0; j < k; j++) {
            is_complete = is_complete && item[j].column.code[i];
            y[j] = item[j].value_of[item[j].column.code[i]];
        }
        if (is_complete)
            alpha_add(&alpha, 1, y);
    }
    struct alpha_result r = alpha_end(&alpha);
    const struct named list[] = {
        {"n_complete", r.n_complete, false},
        {"n_items", r.n_items, false},
        {"sum_item_variances", r.sum_item_variances, false},
        {"variance_of_sum", r.variance_of_sum, false},
        {"cronbach_alpha", r.alpha, r.state},
    };
    return PICK(list);
}

/* "row=i @ column=j": a cell of the cross-table and its share of the column. */
static bool cell(const struct block *b, const char *target, const struct domain *d, const char *statistic,
                 double *out, bool *is_known)
{
    struct measured m = golden_measure(b, target);
    double n;
    struct spread s = gather(b, &m, d, d->a, &n);
    const struct named list[] = {{"cell_count", s.mean * s.n, false}, {"column_proportion", s.mean, !(s.n > 0)}};
    return PICK(list);
}

bool golden_plain(const struct block *b, const char *target, const char *domain, const char *statistic,
                  double *out, bool *is_known)
{
    struct coded row, column;
    if (strncmp(target, "alpha(", 6) == 0)
        return scale(b, target, statistic, out, is_known);
    if (golden_pair(b, target, &row, &column))
        return table(b, &row, &column, statistic, out, is_known);
    if (!domain)
        return alone(b, target, NULL, statistic, out, is_known);
    struct domain d = golden_domain(b, domain);
    if (d.b)
        return apart(b, target, &d, statistic, out, is_known);
    if (strstr(statistic, "cell_") || strstr(statistic, "column_"))
        return cell(b, target, &d, statistic, out, is_known);
    return alone(b, target, &d, statistic, out, is_known);
}
