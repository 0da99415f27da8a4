/* weights: raking meets its margins or says why not; trimming keeps the sum; Kish's figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "../lib/random.h"
#include "stats/weights.h"

enum { ROWS = 400 };

struct people {
    struct arena arena;
    double n[ROWS], weight[ROWS];
    uint32_t a[ROWS], b[ROWS];
};
static struct people p;
static const double of_a[] = {30, 45, 25}, of_b[] = {10, 20, 30, 40};
static const struct rake_options plain = RAKE_OPTIONS_DEFAULT;

/* `missing_of_ten`: out of ten people leave each question empty. */
static void make_people(uint64_t seed, uint32_t missing_of_ten)
{
    struct random r = {seed};
    arena_release(&p.arena);
    arena_init(&p.arena, 16 << 20);
    for (size_t i = 0; i < ROWS; i++) {
        p.n[i] = 1 + random_below(&r, 4);
        p.weight[i] = 0.5 + random_unit(&r);
        p.a[i] = random_below(&r, 10) < missing_of_ten ? 0 : 1 + random_below(&r, 3);
        p.b[i] = random_below(&r, 10) < missing_of_ten ? 0 : 1 + random_below(&r, 4);
    }
}

static enum rc rake(const struct rake_options *o, struct rake_report *r, struct rc_info *e)
{
    const struct margin m[] = {{p.a, 3, of_a}, {p.b, 4, of_b}};
    return weights_rake(ROWS, p.n, p.weight, m, 2, o, r, &p.arena, e);
}

/* Weight of one category as a share of those who answered. */
static double share_of(const uint32_t *category, uint32_t which)
{
    double part = 0, all = 0;
    for (size_t i = 0; i < ROWS; i++) {
        part += category[i] == which ? p.n[i] * p.weight[i] : 0;
        all += category[i] > 0 ? p.n[i] * p.weight[i] : 0;
    }
    return part / all;
}

static void raking_meets_every_margin(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct rc_info e = {0};
        struct rake_report r;
        make_people(seed, (uint32_t)(seed % 3));
        if (rake(&plain, &r, &e) != RC_OK)
            fail_msg("seed %d: %s", (int)seed, e.msg);
        for (uint32_t k = 1; k <= 3; k++)
            assert_true(fabs(share_of(p.a, k) - of_a[k - 1] / 100) < 1e-9);
        for (uint32_t k = 1; k <= 4; k++)
            assert_true(fabs(share_of(p.b, k) - of_b[k - 1] / 100) < 1e-9);
        struct weights_summary s = weights_summarise(ROWS, p.n, p.weight);
        assert_true(fabs(s.sum - 100) < 1e-9 && s.min > 0 && r.worst <= 1e-6 && r.iterations > 0);
        assert_true(s.kish_deff >= 1 && s.n_eff <= s.n && fabs(s.kish_deff * s.n_eff - s.n) < 1e-9);
        assert_true((seed % 3 == 0) == (r.n_incomplete == 0));
    }
}

/* Among people alike otherwise, an empty answer keeps the base weight's place: factor 1. */
static void an_empty_answer_takes_factor_one(void **state)
{
    (void)state;
    make_people(3, 0);
    memset(p.b, 0, sizeof p.b);
    for (size_t i = 0; i < ROWS; i++)
        p.weight[i] = 1;
    for (size_t i = 0; i < 40; i++)
        p.a[i] = 0;
    struct rc_info e = {0};
    struct rake_report r;
    const struct margin m = {p.a, 3, of_a};
    double n = weights_summarise(ROWS, p.n, p.weight).sum, missing = 0;
    assert_int_equal(weights_poststratify(ROWS, p.n, p.weight, &m, &r, &p.arena, &e), RC_OK);
    for (size_t i = 0; i < 40; i++) {
        assert_true(fabs(p.weight[i] - 100 / n) < 1e-12); /* the mean weight */
        missing += p.n[i];
    }
    assert_true(r.n_incomplete == missing && r.iterations == 1);
    for (uint32_t k = 1; k <= 3; k++)
        assert_true(fabs(share_of(p.a, k) - of_a[k - 1] / 100) < 1e-12);
}

static void unusual_scales_are_no_obstacle(void **state)
{
    (void)state;
    struct rc_info e = {0};
    make_people(5, 1);
    static double small[ROWS];
    assert_int_equal(rake(&plain, NULL, &e), RC_OK);
    memcpy(small, p.weight, sizeof small);
    make_people(5, 1);
    for (size_t i = 0; i < ROWS; i++)
        p.weight[i] *= 1e8;
    assert_int_equal(rake(&plain, NULL, &e), RC_OK);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(fabs(p.weight[i] - small[i]) <= 1e-9 * small[i]);
}

/* A refusal names its reason and leaves the weights as they were. */
static void refuses(const struct margin *m, size_t n_margins, const char *reason)
{
    static double before[ROWS];
    struct rc_info e = {0};
    memcpy(before, p.weight, sizeof before);
    assert_int_equal(weights_rake(ROWS, p.n, p.weight, m, n_margins, &plain, NULL, &p.arena, &e), RC_INPUT);
    assert_string_equal(e.reason, reason);
    assert_memory_equal(before, p.weight, sizeof before);
}

static void raking_fails_closed(void **state)
{
    (void)state;
    make_people(9, 0);
    static const double other[] = {10, 20, 30, 41}, none[] = {0, 60, 40};
    refuses((struct margin[]){{p.a, 3, of_a}, {p.b, 4, other}}, 2, "contradictory_margins");
    refuses((struct margin[]){{p.a, 3, none}}, 1, "contradictory_margins");
    for (size_t i = 0; i < ROWS; i++)
        p.b[i] = p.b[i] == 2 ? 1 : p.b[i];
    refuses((struct margin[]){{p.a, 3, of_a}, {p.b, 4, of_b}}, 2, "empty_cell");
    /* every answer of 1 to b is a 1 to a, and the other way round: the two shares cannot differ */
    for (size_t i = 0; i < ROWS; i++)
        p.b[i] = p.a[i] == 1 ? 1 : 2;
    static const double half[] = {50, 50};
    refuses((struct margin[]){{p.a, 3, of_a}, {p.b, 2, half}}, 2, "no_convergence");
}

static void the_rule_of_r_stops_early(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct rake_report r;
    const struct rake_options by_r = {.max_iterations = 1, .r_max_iterations = 10, .r_epsilon = 1};
    make_people(11, 0);
    assert_int_equal(rake(&by_r, &r, &e), RC_OK);
    assert_true(r.iterations <= 10 && r.worst > 1e-9); /* margins that add up to 100 hardly move by 1 */
}

static void memory_runs_out_anywhere(void **state)
{
    (void)state;
    const struct rake_options by_r = {.max_iterations = 1, .r_max_iterations = 10, .r_epsilon = 1};
    for (long k = 1; k < 8; k++) {
        struct rc_info e = {0};
        make_people(13, 0);
        p.arena.fail_after = k;
        enum rc rc = rake(&by_r, NULL, &e);
        assert_true(rc == (k <= 5 ? RC_NOMEM : RC_OK));
    }
}

static void trimming_keeps_the_sum_and_strict_keeps_the_bounds(void **state)
{
    (void)state;
    for (uint64_t seed = 20; seed < 40; seed++)
        for (int strict = 0; strict < 2; strict++) {
            struct rc_info e = {0};
            struct trim_report r;
            make_people(seed, 0);
            struct weights_summary before = weights_summarise(ROWS, p.n, p.weight);
            double low = 0.7, high = 1.2;
            assert_int_equal(weights_trim(ROWS, p.n, p.weight, low, high, strict, &r, &e), RC_OK);
            struct weights_summary after = weights_summarise(ROWS, p.n, p.weight);
            assert_true(fabs(after.sum / before.sum - 1) < 1e-12);
            assert_true(r.n_trimmed > 0 && r.share_trimmed > 0 && r.share_trimmed < 1);
            if (strict)
                assert_true(after.min >= low && after.max <= high && !r.is_outside_after);
            else
                assert_true(r.rounds == 1 && r.is_outside_after == (after.min < low || after.max > high));
        }
}

static void trimming_refuses_what_cannot_be(void **state)
{
    (void)state;
    struct rc_info e = {0};
    double n[] = {1, 1}, weight[] = {1, 5};
    assert_int_equal(weights_trim(2, n, weight, 3, 2, false, NULL, &e), RC_USAGE);
    assert_string_equal(e.reason, "bad_bounds");
    assert_int_equal(weights_trim(2, n, weight, NAN, 2, false, NULL, &e), RC_USAGE);
    assert_int_equal(weights_trim(2, n, weight, 2, 4, false, NULL, &e), RC_INPUT);
    assert_string_equal(e.reason, "bounds_too_tight");
    assert_int_equal(weights_trim(2, n, weight, 0, 2, true, NULL, &e), RC_INPUT);
    assert_string_equal(e.reason, "bounds_too_tight");
    assert_true(weight[0] == 1 && weight[1] == 5);
    assert_int_equal(weights_trim(2, n, weight, -INFINITY, INFINITY, true, NULL, &e), RC_OK);
    assert_true(weight[0] == 1 && weight[1] == 5);
}

static void kish_of_known_weights(void **state)
{
    (void)state;
    const double n[] = {3, 1, 0}, weight[] = {1, 5, 99}, nothing[] = {0, 0, 0};
    struct weights_summary s = weights_summarise(3, n, weight);
    assert_true(s.n == 4 && s.sum == 8 && s.min == 1 && s.max == 5);
    assert_true(s.kish_deff == 4.0 * 28 / 64 && s.n_eff == 64.0 / 28);
    s = weights_summarise(3, n, nothing);
    assert_true(s.n == 0 && s.sum == 0 && s.kish_deff == 0 && s.n_eff == 0);
}

static int done(void **state)
{
    (void)state;
    arena_release(&p.arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raking_meets_every_margin),
        cmocka_unit_test(an_empty_answer_takes_factor_one),
        cmocka_unit_test(unusual_scales_are_no_obstacle),
        cmocka_unit_test(raking_fails_closed),
        cmocka_unit_test(the_rule_of_r_stops_early),
        cmocka_unit_test(memory_runs_out_anywhere),
        cmocka_unit_test(trimming_keeps_the_sum_and_strict_keeps_the_bounds),
        cmocka_unit_test(trimming_refuses_what_cannot_be),
        cmocka_unit_test(kish_of_known_weights),
    };
    return cmocka_run_group_tests_name("stats_weights", tests, NULL, done);
}
