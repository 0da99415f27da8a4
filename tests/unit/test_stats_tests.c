/* Distributions against their closed forms; intervals, chi-square, Welch and alpha at their edges. The
 * values in the middle are those of R, in test_golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "../lib/random.h"
#include "stats/chisq.h"
#include "stats/estimate.h"
#include "stats/scale.h"
#include "stats/special.h"
#include "stats/unweighted.h"

static void near(double got, double want, double tolerance, const char *what)
{
    if (!(fabs(got - want) <= tolerance * fmax(1, fabs(want))))
        fail_msg("%s: %.17g instead of %.17g", what, got, want);
}

static void distributions_with_a_closed_form(void **state)
{
    (void)state;
    static const double pi = 3.14159265358979323846;
    near(special_normal_quantile(0.975), 1.959963984540054, 1e-15, "normal");
    near(special_normal_cdf(1.959963984540054), 0.975, 1e-14, "normal");
    for (double q = 0.0005; q < 1; q += 0.0321) {
        near(special_t_quantile(q, 1), tan(pi * (q - 0.5)), 1e-10, "t, df 1");
        near(special_t_quantile(q, 2), (2 * q - 1) / sqrt(2 * q * (1 - q)), 1e-10, "t, df 2");
        near(special_beta_quantile(q, 1, 9), 1 - pow(1 - q, 1.0 / 9), 1e-13, "beta, a 1");
        near(special_beta_quantile(q, 7, 1), pow(q, 1.0 / 7), 1e-13, "beta, b 1");
        near(special_chisq_upper(-2 * log(q), 2), q, 1e-13, "chi-square, df 2");
        near(special_f_upper(3 * (pow(q, -2.0 / 6) - 1), 2, 6), q, 1e-12, "F, ndf 2");
    }
    near(special_t_two_sided(-1, 1), 0.5, 1e-14, "t, two-sided");
    near(special_t_two_sided(0, 12.5), 1, 1e-14, "t of 0");
}

/* Where GSL's own functions give up or lose digits; values from R 4.2.2. */
static void distributions_far_out(void **state)
{
    (void)state;
    near(special_beta_quantile(0.975, 3.7e6, 2.1e6), 0.6383221153151637, 1e-12, "beta, large");
    near(special_beta_quantile(0.025, 1e7, 3), 0.99999927753156648, 1e-12, "beta, near 1");
    near(special_beta_quantile(0.975, 0.3, 2000) / 0.000949846711163478, 1, 1e-9, "beta, near 0");
    near(special_t_quantile(0.975, 1e7), 1.9599642217672049, 1e-9, "t, large df");
    near(special_t_quantile(0.9995, 3.3), 11.106695189933482, 1e-12, "t, small df");
    near(special_f_upper(3.2, 4.7, 1e7) / 0.0081520543349134205, 1, 1e-9, "F");
    near(special_f_upper(1.1, 120.3, 3e6) / 0.21366942731790256, 1, 1e-9, "F");
    near(special_f_upper(40, 3.2, 1e6) / 2.2056305342431326e-27, 1, 1e-9, "F, small p");
    near(special_t_two_sided(-9, 5e6) / 2.257935578556169e-19, 1, 1e-9, "t, small p");
    near(special_t_two_sided(-30, 12) / 1.1773181907018946e-12, 1, 1e-9, "t, small p");
}

/* The quantile put into the distribution again, by way of F; shapes as small and large as samples make. */
static void beta_quantiles_go_there_and_back(void **state)
{
    (void)state;
    struct random r = {42};
    for (int i = 0; i < 3000; i++) {
        double a = exp(random_unit(&r) * 20 - 5), b = exp(random_unit(&r) * 20 - 5);
        double q = i % 3 == 0 ? 0.025 : i % 3 == 1 ? 0.975 : 0.001 + 0.998 * random_unit(&r);
        double x = special_beta_quantile(q, a, b);
        assert_true(x >= 0 && x <= 1);
        if (x > 1e-6 && x < 1 - 1e-6)
            near(special_f_upper(b * x / (a * (1 - x)), 2 * a, 2 * b), 1 - q, 1e-8, "beta and F");
        near(x, 1 - special_beta_quantile(1 - q, b, a), 1e-11, "mirrored");
    }
}

static void t_quantiles_go_there_and_back(void **state)
{
    (void)state;
    struct random r = {43};
    for (int i = 0; i < 3000; i++) {
        double df = exp(random_unit(&r) * 16 - 1), q = 0.5005 + 0.499 * random_unit(&r);
        double t = special_t_quantile(q, df);
        near(special_t_two_sided(t, df), 2 * (1 - q), 1e-10, "t");
        near(special_t_quantile(1 - q, df), -t, 1e-9, "mirrored");
    }
}

static void exact_intervals_are_never_a_point(void **state)
{
    (void)state;
    for (double n = 0.5; n < 1e7; n *= 2.3) {
        struct limits none = interval_exact(0, n, 0.95), all = interval_exact(n, n, 0.95);
        assert_true(none.low == 0 && all.high == 1);
        near(none.high, 1 - pow(0.025, 1 / n), 1e-12, "at 0%");
        near(all.low, pow(0.025, 1 / n), 1e-12, "at 100%");
        for (int k = 1; k < 7; k++) {
            double x = n * k / 7;
            struct limits i = interval_exact(x, n, 0.95), wide = interval_exact(x, n, 0.99);
            assert_true(0 < i.low && i.low < x / n && x / n < i.high && i.high <= 1);
            assert_true(wide.low < i.low && i.high <= wide.high);
        }
    }
}

static void intervals_grow_with_confidence_and_hold_the_share(void **state)
{
    (void)state;
    struct random r = {7};
    for (int i = 0; i < 500; i++) {
        double share = 0.001 + 0.998 * random_unit(&r), n = 5 + random_below(&r, 5000);
        struct estimate p = {.n = n, .n_valid = n, .value = share, .degf = n - 1 - random_below(&r, 4),
                             .se = sqrt(share * (1 - share) / n) * (0.5 + random_unit(&r))};
        struct limits (*const kinds[])(const struct estimate *, double) = {interval_logit, interval_beta};
        for (size_t k = 0; k < 2; k++) {
            struct limits narrow = kinds[k](&p, 0.8), wide = kinds[k](&p, 0.95);
            assert_true(narrow.state == STATS_DEFINED && wide.state == STATS_DEFINED);
            assert_true(0 <= wide.low && wide.low < narrow.low && narrow.low < share);
            assert_true(share < narrow.high && narrow.high < wide.high && wide.high <= 1);
        }
    }
}

static void intervals_without_degrees_of_freedom(void **state)
{
    (void)state;
    struct estimate p = {.n = 3, .n_valid = 3, .value = 0.3, .se = 0.1, .degf = 0};
    assert_int_equal(interval_logit(&p, 0.95).state, STATS_NO_DF);
    assert_int_equal(interval_beta(&p, 0.95).state, STATS_NO_DF);
    assert_int_equal(interval_t(0.3, 0.1, 0, 0.95, 1).state, STATS_NO_DF);
    p.degf = 2;
    p.se = 0; /* a full count is its own interval */
    assert_true(interval_beta(&p, 0.95).low == 0.3 && interval_beta(&p, 0.95).high == 0.3);
    struct difference d = estimate_independent(&p, &p);
    assert_true(d.value == 0 && d.se == 0 && d.p_value == 1 && d.degf == 4);
}

static void chisq_of_known_tables(void **state)
{
    (void)state;
    const double even[] = {10, 20, 20, 40}, apart[] = {10, 0, 0, 10}, flat[] = {5, 0, 7, 0};
    struct chisq c = chisq_pearson(even, 2, 2, false);
    assert_true(c.state == STATS_DEFINED && c.chisq < 1e-28 && c.df == 1 && c.p_value > 1 - 1e-6);
    c = chisq_pearson(apart, 2, 2, false);
    near(c.chisq, 20, 1e-14, "apart");
    near(c.cramers_v, 1, 1e-14, "Cramer's V");
    near(c.min_expected, 5, 1e-14, "expected");
    c = chisq_pearson(apart, 2, 2, true);
    near(c.chisq, 16.2, 1e-14, "Yates"); /* 4 * 4.5^2 / 5 */
    c = chisq_pearson(flat, 2, 2, false);
    assert_true(c.state == STATS_FLAT_TABLE && c.n == 12);
    assert_int_equal(chisq_pearson((double[4]){0}, 2, 2, false).state, STATS_NO_ANSWERS);
    const double holes[] = {10, 0, 0, 0, 0, 0, 0, 0, 10}; /* an empty row and column are dropped */
    c = chisq_pearson(holes, 3, 3, true);
    near(c.chisq, 16.2, 1e-14, "dropped");
    near(c.df, 1, 0, "df");
}

static void spreads_add_up(void **state)
{
    (void)state;
    struct random r = {3};
    struct spread all = {0}, half[2] = {0}, counted = {0};
    double n_of[6] = {0};
    for (int i = 0; i < 2000; i++) {
        uint32_t y = random_below(&r, 6);
        n_of[y]++;
        spread_add(&all, 1, 1e7 + y);
        spread_add(&half[i % 2], 1, 1e7 + y);
    }
    for (uint32_t y = 0; y < 6; y++)
        spread_add(&counted, n_of[y], 1e7 + y);
    spread_merge(&half[0], &half[1]);
    near(half[0].mean, all.mean, 1e-14, "mean");
    near(half[0].m2, all.m2, 1e-9, "spread");
    near(counted.mean, all.mean, 1e-14, "mean by counts");
    near(counted.m2, all.m2, 1e-9, "spread by counts");
    struct spread none = {0};
    assert_int_equal(unweighted_mean(&none, 0.95).state, STATS_NO_ANSWERS);
    spread_add(&none, 1, 4);
    assert_int_equal(unweighted_mean(&none, 0.95).state, STATS_ONE_ANSWER);
    assert_true(unweighted_mean(&none, 0.95).mean == 4);
    assert_int_equal(unweighted_welch(&none, &all, 0.95).state, STATS_ONE_ANSWER);
    assert_int_equal(unweighted_share_difference(5, 5, 7, 7, 0.95).state, STATS_NO_VARIANCE);
    assert_int_equal(unweighted_share_difference(0, 5, 7, 7, 0.95).state, STATS_DEFINED);
}

static void alpha_of_known_scales(void **state)
{
    (void)state;
    struct alpha a;
    alpha_begin(&a, 2);
    assert_int_equal(alpha_end(&a).state, STATS_NO_ANSWERS);
    alpha_add(&a, 1, (double[]){1, 1});
    assert_int_equal(alpha_end(&a).state, STATS_ONE_ANSWER);
    alpha_add(&a, 2, (double[]){5, 5});
    near(alpha_end(&a).alpha, 1, 1e-14, "the same item twice");
    near(alpha_end(&a).n_complete, 3, 0, "n");
    alpha_begin(&a, 2);
    alpha_add(&a, 1, (double[]){1, 5});
    alpha_add(&a, 1, (double[]){5, 1});
    assert_int_equal(alpha_end(&a).state, STATS_NO_VARIANCE);
    alpha_begin(&a, 1);
    alpha_add(&a, 3, (double[]){1});
    alpha_add(&a, 3, (double[]){2});
    assert_int_equal(alpha_end(&a).state, STATS_ONE_ITEM);
}

static void boxes(void **state)
{
    (void)state;
    double v[6];
    scale_top(5, 2, v);
    assert_memory_equal(v, ((double[]){0, 0, 0, 0, 1, 1}), sizeof v);
    scale_bottom(5, 2, v);
    assert_memory_equal(v, ((double[]){0, 1, 1, 0, 0, 0}), sizeof v);
    scale_top(5, 5, v);
    assert_memory_equal(v, ((double[]){0, 1, 1, 1, 1, 1}), sizeof v);
    scale_bottom(5, 0, v);
    assert_memory_equal(v, ((double[]){0, 0, 0, 0, 0, 0}), sizeof v);
}

static void every_state_has_its_code(void **state)
{
    (void)state;
    for (enum stats_state s = 1; s < STATS_STATES; s++) {
        assert_true(strlen(stats_state_code(s)) > 3);
        for (enum stats_state t = 0; t < s; t++)
            assert_string_not_equal(stats_state_code(s), stats_state_code(t));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions_with_a_closed_form),
        cmocka_unit_test(distributions_far_out),
        cmocka_unit_test(beta_quantiles_go_there_and_back),
        cmocka_unit_test(t_quantiles_go_there_and_back),
        cmocka_unit_test(exact_intervals_are_never_a_point),
        cmocka_unit_test(intervals_grow_with_confidence_and_hold_the_share),
        cmocka_unit_test(intervals_without_degrees_of_freedom),
        cmocka_unit_test(chisq_of_known_tables),
        cmocka_unit_test(spreads_add_up),
        cmocka_unit_test(alpha_of_known_scales),
        cmocka_unit_test(boxes),
        cmocka_unit_test(every_state_has_its_code),
    };
    return cmocka_run_group_tests_name("stats_tests", tests, NULL, NULL);
}
