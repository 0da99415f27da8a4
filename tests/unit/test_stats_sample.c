/* sample: cells give what single answers give, V is its definition, lonely strata follow their rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "../lib/random.h"
#include "stats/accumulate.h"
#include "stats/estimate.h"
#include "stats/rao_scott.h"
#include "stats/weights.h"

enum { PEOPLE = 900, PROFILES = 24, OPTIONS = 5, STRATA = 4, CELLS = PROFILES * (OPTIONS + 1) };

/* Respondents, and the same respondents as cells: profile x answer. */
struct world {
    struct arena arena;
    uint32_t profile[PEOPLE], answer[PEOPLE];
    double ones[PEOPLE], weight[PEOPLE];
    uint32_t stratum[PEOPLE], gender[PEOPLE], region[PEOPLE], group[PEOPLE], cluster[PEOPLE];
    double n[CELLS], cell_weight[CELLS];
    uint32_t cell_answer[CELLS], cell_stratum[CELLS], cell_gender[CELLS], cell_region[CELLS],
        cell_group[CELLS], cell_cluster[CELLS];
};

static uint32_t gender_of(uint32_t profile)
{
    return profile % 3; /* 0: not given */
}
static uint32_t region_of(uint32_t profile)
{
    return profile % 4 + 1;
}

static void make_world(struct world *w, uint64_t seed)
{
    struct random r = {seed};
    double by_profile[PROFILES];
    memset(w, 0, sizeof *w);
    arena_init(&w->arena, 64 << 20);
    for (size_t k = 0; k < PROFILES; k++)
        by_profile[k] = 0.2 + 5 * random_unit(&r);
    for (uint32_t c = 0; c < CELLS; c++) {
        uint32_t profile = c / (OPTIONS + 1);
        w->cell_answer[c] = c % (OPTIONS + 1);
        w->cell_weight[c] = by_profile[profile];
        w->cell_stratum[c] = profile % STRATA;
        w->cell_gender[c] = gender_of(profile);
        w->cell_region[c] = region_of(profile);
        w->cell_group[c] = profile / 12;
        w->cell_cluster[c] = profile;
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        uint32_t profile = w->profile[i] = random_below(&r, PROFILES);
        w->answer[i] = random_below(&r, OPTIONS + 1);
        w->ones[i] = 1;
        w->weight[i] = by_profile[profile];
        w->stratum[i] = profile % STRATA;
        w->gender[i] = gender_of(profile);
        w->region[i] = region_of(profile);
        w->group[i] = profile / 12;
        w->cluster[i] = profile;
        w->n[profile * (OPTIONS + 1) + w->answer[i]]++;
    }
}

static const double genders[] = {480, 520}, regions[] = {100, 200, 300, 400};
static const double plenty[STRATA] = {500, 600, 700, 800};

enum set_up { GIVEN, STRATIFIED, FINITE, POSTSTRATIFIED, RAKED, CLUSTERED, SET_UPS };

static void must(enum rc rc, const struct rc_info *e)
{
    if (rc != RC_OK)
        fail_msg("%s", e->msg);
}

/* The sample of people (is_cells false) or of cells; weights made anew where the set-up asks for it. */
static struct sample build(struct world *w, enum set_up how, bool is_cells)
{
    struct rc_info e = {0};
    size_t rows = is_cells ? CELLS : PEOPLE;
    const double *n = is_cells ? w->n : w->ones;
    double *weight = arena_array(&w->arena, rows, sizeof *weight);
    double *sums = arena_array(&w->arena, rows, 2 * sizeof *sums);
    struct margin *m = arena_array(&w->arena, 2, sizeof *m);
    assert_true(weight && sums && m);
    memcpy(weight, is_cells ? w->cell_weight : w->weight, rows * sizeof *weight);
    m[0] = (struct margin){is_cells ? w->cell_gender : w->gender, 2, genders};
    m[1] = (struct margin){is_cells ? w->cell_region : w->region, 4, regions};
    struct sample s = {.n_rows = rows, .n = n, .w = sums, .w2 = sums + rows};
    if (how == STRATIFIED || how == FINITE || how == CLUSTERED) {
        s.stratum = is_cells ? w->cell_stratum : w->stratum;
        s.n_strata = STRATA;
        s.population = how == FINITE ? plenty : NULL;
    }
    if (how == CLUSTERED) {
        s.cluster = is_cells ? w->cell_cluster : w->cluster;
        s.n_clusters = PROFILES;
    }
    const struct rake_options o = RAKE_OPTIONS_DEFAULT;
    if (how == POSTSTRATIFIED || how == RAKED) {
        s.margins = m;
        s.n_margins = how == RAKED ? 2 : 1;
        s.weighting = how == RAKED ? WEIGHTS_RAKED : WEIGHTS_POSTSTRATIFIED;
        must(how == RAKED ? weights_rake(rows, n, weight, m, 2, &o, NULL, &w->arena, &e)
                          : weights_poststratify(rows, n, weight, m, NULL, &w->arena, &e),
             &e);
    }
    sample_weigh(rows, n, weight, sums, sums + rows);
    must(sample_prepare(&s, &w->arena, &e), &e);
    return s;
}

static void near(double got, double want, const char *what)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
        fail_msg("%s: %.17g instead of %.17g", what, got, want);
}

static void same_estimate(const struct estimate *a, const struct estimate *b)
{
    assert_int_equal(a->state, b->state);
    near(a->n, b->n, "n");
    near(a->n_valid, b->n_valid, "n_valid");
    near(a->n_missing, b->n_missing, "n_missing");
    near(a->count, b->count, "count");
    near(a->weighted_count, b->weighted_count, "weighted_count");
    near(a->value, b->value, "value");
    near(a->se, b->se, "se");
    near(a->degf, b->degf, "degf");
}

static const double top2[] = {0, 0, 0, 0, 1, 1}, codes[] = {0, 1, 2, 3, 4, 5};

static void cells_give_what_single_answers_give(void **state)
{
    (void)state;
    static struct world w;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        make_world(&w, seed);
        for (enum set_up how = 0; how < SET_UPS; how++) {
            struct rc_info e = {0};
            struct sample people = build(&w, how, false), cells = build(&w, how, true);
            const double *const values[] = {top2, codes};
            for (size_t k = 0; k < 2; k++) {
                struct estimate a, b;
                struct difference x, y;
                must(estimate_answers(&people, w.answer, values[k], NULL, 0, &a, &e), &e);
                must(estimate_answers(&cells, w.cell_answer, values[k], NULL, 0, &b, &e), &e);
                same_estimate(&a, &b);
                must(estimate_answers(&people, w.answer, values[k], w.group, 1, &a, &e), &e);
                must(estimate_answers(&cells, w.cell_answer, values[k], w.cell_group, 1, &b, &e), &e);
                same_estimate(&a, &b);
                must(estimate_answers_difference(&people, w.answer, values[k], w.group, 1, 0, &x, &e), &e);
                must(estimate_answers_difference(&cells, w.cell_answer, values[k], w.cell_group, 1, 0, &y,
                                                 &e),
                     &e);
                near(x.value, y.value, "difference");
                near(x.se, y.se, "se of the difference");
                near(x.p_value, y.p_value, "p");
            }
            struct rao_scott s, t;
            must(rao_scott_test(&people, w.answer, OPTIONS, w.region, 4, &s, &w.arena, &e), &e);
            must(rao_scott_test(&cells, w.cell_answer, OPTIONS, w.cell_region, 4, &t, &w.arena, &e), &e);
            assert_int_equal(s.state, t.state);
            near(s.f, t.f, "F");
            near(s.ndf, t.ndf, "ndf");
            near(s.p_value, t.p_value, "p of F");
        }
        arena_release(&w.arena);
    }
}

/* V as it is written, one respondent after the other; a unit is a cluster where there are any. */
static double by_definition(const struct sample *s, const double *z, enum lonely_rule lonely)
{
    double v = 0, strata = 0, alone = 0;
    size_t n_units = s->cluster ? s->n_clusters : s->n_rows;
    for (uint32_t h = 0; h < s->n_strata; h++) {
        double unit[PEOPLE] = {0}, n = 0, mean = 0, squares = 0;
        bool is_there[PEOPLE] = {false};
        for (size_t i = 0; i < s->n_rows; i++)
            if (s->stratum[i] == h) {
                size_t u = s->cluster ? s->cluster[i] : i;
                unit[u] += z[i];
                is_there[u] = true;
            }
        for (size_t u = 0; u < n_units; u++) {
            n += is_there[u];
            mean += unit[u];
        }
        if (n < 1)
            continue;
        strata++;
        mean /= n;
        double rest = s->population ? 1 - n / s->population[h] : 1;
        if (n == 1 && rest > 0) {
            alone += lonely == LONELY_AVERAGE;
            v += lonely == LONELY_ADJUST ? rest * mean * mean : 0;
            continue;
        }
        for (size_t u = 0; u < n_units; u++)
            squares += is_there[u] ? (unit[u] - mean) * (unit[u] - mean) : 0;
        v += n > 1 ? rest * n / (n - 1) * squares : 0;
    }
    return v * strata / (strata - alone);
}

static void variance_is_its_definition(void **state)
{
    (void)state;
    static struct world w;
    static double z[PEOPLE];
    const enum set_up set_ups[] = {STRATIFIED, FINITE, CLUSTERED};
    for (uint64_t seed = 50; seed < 60; seed++) {
        make_world(&w, seed);
        for (size_t k = 0; k < 3; k++) {
            struct rc_info e = {0};
            struct estimate p;
            struct sample s = build(&w, set_ups[k], false);
            must(estimate_answers(&s, w.answer, codes, w.group, 1, &p, &e), &e);
            for (size_t i = 0; i < PEOPLE; i++)
                z[i] = w.group[i] == 1 && w.answer[i] ? s.w[i] * (codes[w.answer[i]] - p.value) / p.sum_w : 0;
            near(p.se, sqrt(by_definition(&s, z, LONELY_FAIL)), "se");
        }
        arena_release(&w.arena);
    }
}

/* One reading with sums per stratum against two readings with rows; numbers far from 0. */
static void one_reading_is_as_good_as_two(void **state)
{
    (void)state;
    static struct world w;
    for (uint64_t seed = 80; seed < 90; seed++) {
        make_world(&w, seed);
        struct rc_info e = {0};
        struct sample s = build(&w, FINITE, false);
        struct accumulate_stratum strata[STRATA] = {0};
        struct accumulator a[2][STRATA] = {0};
        const double far = 1e6, values[] = {0, far + 1, far + 2, far + 3, far + 4, far + 5};
        double shift = values[3];
        for (size_t i = 0; i < PEOPLE; i++) {
            uint32_t h = w.stratum[i];
            strata[h] = (struct accumulate_stratum){strata[h].n + 1, plenty[h]};
            if (w.answer[i])
                accumulate_answer(&a[w.group[i]][h], 1, w.weight[i], values[w.answer[i]] - shift);
            else
                accumulate_missing(&a[w.group[i]][h], 1);
        }
        struct estimate two, one;
        struct difference d2, d1;
        must(estimate_answers(&s, w.answer, values, w.group, 1, &two, &e), &e);
        must(accumulate_estimate(a[1], strata, STRATA, shift, LONELY_FAIL, &one, &e), &e);
        same_estimate(&one, &two);
        near(one.se / two.se, 1, "se, relative");
        must(estimate_answers_difference(&s, w.answer, values, w.group, 0, 1, &d2, &e), &e);
        must(accumulate_difference(a[0], a[1], strata, STRATA, shift, LONELY_FAIL, &d1, &e), &e);
        near(d1.value, d2.value, "difference");
        near(d1.se / d2.se, 1, "se of the difference, relative");
        near(d1.p_value, d2.p_value, "p");
        arena_release(&w.arena);
    }
}

static void the_scale_of_weights_changes_no_share(void **state)
{
    (void)state;
    static struct world w;
    make_world(&w, 7);
    for (enum set_up how = 0; how < SET_UPS; how++) {
        struct rc_info e = {0};
        struct sample s = build(&w, how, false);
        struct estimate a, b;
        must(estimate_answers(&s, w.answer, top2, w.group, 0, &a, &e), &e);
        double *big = arena_array(&w.arena, PEOPLE, 2 * sizeof *big);
        assert_non_null(big);
        for (size_t i = 0; i < PEOPLE; i++) {
            big[i] = s.w[i] * 1e5;
            big[PEOPLE + i] = s.w2[i] * 1e10;
        }
        s.w = big;
        s.w2 = big + PEOPLE;
        must(estimate_answers(&s, w.answer, top2, w.group, 0, &b, &e), &e);
        near(a.value, b.value, "share");
        near(a.se, b.se, "se");
        struct limits logit = interval_logit(&a, 0.95), beta = interval_beta(&a, 0.95);
        assert_true(a.value > 0 && a.value < 1);
        assert_true(0 < logit.low && logit.low < a.value && a.value < logit.high && logit.high < 1);
        assert_true(0 < beta.low && beta.low < a.value && a.value < beta.high && beta.high < 1);
    }
    arena_release(&w.arena);
}

/* Five strata: two with a single respondent, of which one is taken in full, as is another. Standard
 * errors from R 4.2.2, survey 4.1-1, options(survey.lonely.psu = rule): svymean(~y, d) with fpc = ~N and
 * without it, and of subset(d, g == 1). */
static const struct {
    const char *rule;
    double finite, infinite, group_finite, group_infinite;
} by_r[] = {
    {"remove", 0.18544954675472888, 0.21994295969128597, 0.039105478249233272, 0.10833289367150768},
    {"certainty", 0.18544954675472888, 0.21994295969128597, 0.039105478249233272, 0.10833289367150768},
    {"adjust", 0.18747637795266214, 0.22278839440663806, 0.044570010095678403, 0.11179487824861009},
    {"average", 0.20733889647004966, 0.28394513999997323, 0.043721253828962525, 0.13985716434540271},
};

static void lonely_strata_follow_their_rule(void **state)
{
    (void)state;
    enum { N = 9 };
    const double n[N] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, weight[N] = {2, 1, 1, 3, 4, 5, 2, 2, 1};
    const double population[] = {4, 2, 10, 30, 1}, value_of[] = {0, 0, 1};
    const uint32_t answer[N] = {2, 1, 2, 2, 1, 2, 1, 2, 2}, stratum[N] = {0, 1, 1, 2, 2, 2, 3, 3, 4};
    const uint32_t group[N] = {1, 1, 2, 1, 2, 2, 2, 1, 1};
    for (size_t k = 0; k < sizeof by_r / sizeof *by_r; k++)
        for (int is_finite = 0; is_finite < 2; is_finite++) {
            struct arena a;
            struct rc_info e = {0};
            struct estimate p;
            double w[N], w2[N], z[N];
            arena_init(&a, 1 << 20);
            sample_weigh(N, n, weight, w, w2);
            struct sample s = {.n_rows = N, .n = n, .w = w, .w2 = w2, .stratum = stratum, .n_strata = 5,
                               .population = is_finite ? population : NULL,
                               .lonely = lonely_rule_named(by_r[k].rule)};
            must(sample_prepare(&s, &a, &e), &e);
            must(estimate_answers(&s, answer, value_of, NULL, 0, &p, &e), &e);
            near(p.se, is_finite ? by_r[k].finite : by_r[k].infinite, by_r[k].rule);
            for (size_t i = 0; i < N; i++)
                z[i] = w[i] * (value_of[answer[i]] - p.value) / p.sum_w;
            near(p.se, sqrt(by_definition(&s, z, s.lonely)), by_r[k].rule);
            assert_true(p.degf == 4);
            must(estimate_answers(&s, answer, value_of, group, 1, &p, &e), &e);
            near(p.se, is_finite ? by_r[k].group_finite : by_r[k].group_infinite, by_r[k].rule);
            assert_true(p.degf == 0);
            assert_string_equal(lonely_rule_name(s.lonely), by_r[k].rule);
            s.lonely = LONELY_FAIL;
            struct estimate before = p;
            assert_int_equal(estimate_answers(&s, answer, value_of, NULL, 0, &p, &e), RC_INPUT);
            assert_string_equal(e.reason, "lonely_stratum");
            assert_memory_equal(&before, &p, sizeof p);
            arena_release(&a);
        }
    assert_int_equal(lonely_rule_named("fail"), LONELY_FAIL);
    assert_int_equal(lonely_rule_named("ignore"), LONELY_RULES);
}

static void only_lonely_strata_have_no_average(void **state)
{
    (void)state;
    const double n[] = {1, 1}, y[] = {0, 1};
    const uint32_t stratum[] = {0, 1};
    struct arena a;
    struct rc_info e = {0};
    struct estimate p;
    arena_init(&a, 1 << 20);
    struct sample s = {.n_rows = 2, .n = n, .w = n, .w2 = n, .stratum = stratum, .n_strata = 2,
                       .lonely = LONELY_AVERAGE};
    must(sample_prepare(&s, &a, &e), &e);
    assert_int_equal(estimate_mean(&s, y, NULL, &p, &e), RC_INPUT);
    assert_string_equal(e.reason, "lonely_stratum");
    arena_release(&a);
}

static void bad_samples_are_refused(void **state)
{
    (void)state;
    struct arena a;
    struct rc_info e = {0};
    arena_init(&a, 1 << 20);
    const double n[] = {1, 1}, minus[] = {1, -1}, nothing[] = {1, NAN}, one[] = {1};
    const uint32_t both[] = {0, 1}, same[] = {0, 0};
    struct sample s = {.n_rows = 2, .n = n, .w = minus, .w2 = n};
    assert_int_equal(sample_prepare(&s, &a, &e), RC_INPUT);
    assert_string_equal(e.reason, "bad_weight");
    s.w = nothing;
    assert_int_equal(sample_prepare(&s, &a, &e), RC_INPUT);
    s.w = n;
    s.population = one;
    assert_int_equal(sample_prepare(&s, &a, &e), RC_INPUT);
    assert_string_equal(e.reason, "stratum_too_small_population");
    s.population = NULL;
    s.stratum = both;
    s.n_strata = 2;
    s.cluster = same;
    s.n_clusters = 1;
    assert_int_equal(sample_prepare(&s, &a, &e), RC_INPUT);
    assert_string_equal(e.reason, "cluster_in_two_strata");
    s.cluster = NULL;
    for (long k = 1; k < 20; k++) { /* memory runs out at every place */
        a.fail_after = k;
        enum rc rc = sample_prepare(&s, &a, &e);
        assert_true(rc == RC_NOMEM || (rc == RC_OK && a.fail_after > 0));
    }
    arena_release(&a);
}

static void nothing_to_estimate_says_so(void **state)
{
    (void)state;
    struct arena a;
    struct rc_info e = {0};
    struct estimate p;
    struct difference d;
    struct rao_scott r;
    arena_init(&a, 1 << 20);
    const double n[] = {2, 3}, w2[] = {2, 3};
    const uint32_t none[] = {0, 0}, one[] = {1, 1}, group[] = {1, 2};
    struct sample s = {.n_rows = 2, .n = n, .w = n, .w2 = w2};
    must(sample_prepare(&s, &a, &e), &e);
    must(estimate_answers(&s, none, top2, NULL, 0, &p, &e), &e);
    assert_int_equal(p.state, STATS_NO_ANSWERS);
    assert_true(p.n == 5 && p.n_valid == 0 && p.n_missing == 5 && p.degf == 4 && p.value == 0);
    assert_int_equal(interval_logit(&p, 0.95).state, STATS_NO_ANSWERS);
    assert_int_equal(estimate_design_effect(&p).state, STATS_NO_ANSWERS);
    must(estimate_answers_difference(&s, one, codes, group, 1, 7, &d, &e), &e);
    assert_int_equal(d.state, STATS_NO_ANSWERS);
    must(rao_scott_test(&s, one, 1, group, 2, &r, &a, &e), &e);
    assert_int_equal(r.state, STATS_FLAT_TABLE);
    must(rao_scott_test(&s, none, 1, group, 2, &r, &a, &e), &e);
    assert_int_equal(r.state, STATS_NO_ANSWERS);
    must(estimate_answers(&s, one, (double[]){0, 1}, NULL, 0, &p, &e), &e);
    assert_true(p.state == STATS_DEFINED && p.value == 1 && p.se == 0);
    assert_int_equal(interval_logit(&p, 0.95).state, STATS_AT_THE_END);
    assert_int_equal(interval_beta(&p, 0.95).state, STATS_AT_THE_END);
    assert_int_equal(interval_t(p.value, p.se, p.degf, 0.95, 1).state, STATS_AT_THE_END);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_give_what_single_answers_give),
        cmocka_unit_test(variance_is_its_definition),
        cmocka_unit_test(one_reading_is_as_good_as_two),
        cmocka_unit_test(the_scale_of_weights_changes_no_share),
        cmocka_unit_test(lonely_strata_follow_their_rule),
        cmocka_unit_test(only_lonely_strata_have_no_average),
        cmocka_unit_test(bad_samples_are_refused),
        cmocka_unit_test(nothing_to_estimate_says_so),
    };
    return cmocka_run_group_tests_name("stats_sample", tests, NULL, NULL);
}
