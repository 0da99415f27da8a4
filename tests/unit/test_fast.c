/* fast ballots: their share and the figures without them, against the single ballots; as files and as a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "form/answers.h"
#include "form/xlsform.h"
#include "pages/results.h"
#include "report/csv.h"
#include "report/disclose.h"
#include "report/trend.h"
#include "../lib/random.h"

#define SETTINGS(sample, fast) \
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en)," \
    "contact::English (en),legal_basis::English (en),population::English (en),sample,fast_seconds\n" \
    "s-1,T,D,O,H,C,L,P," sample "," fast "\n"
static const char choices_csv[] = "list_name,name,label::English (en),dont_know\n"
                                  "five,5,Very good,\nfive,4,Good,\nfive,3,So so,\nfive,2,Bad,\nfive,1,Very bad,\nfive,dk,?,yes\n"
                                  "sex,f,F,\nsex,m,M,\n";
static const char survey_csv[] = "type,name,label::English (en),appearance,profile\n"
                                 "select_one five,q1,1 & 1?,likert,\nselect_one sex,sex,Sex?,,yes\nselect_one five,q2,2?,likert,\n";
enum { Q1, SEX, Q2, NODES, BALLOTS = 1200, CELLS = 8 };

struct fixture {
    struct arena a;
    struct form *f, *plain;
    struct buf problems, one, two;
    struct random r;
    unsigned char codes[BALLOTS][NODES + 1], profiles[CELLS][2];
    int32_t counts[CELLS][64];
    struct figures_cell cells[CELLS];
    size_t n_cells;
    int64_t sums[64];
    struct publication p;
    struct rc_info e;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 64 << 20);
    buf_init(&x->problems, 1 << 20);
    buf_init(&x->one, 1 << 20);
    buf_init(&x->two, 1 << 20);
    x->r.state = 20150401;
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    buf_release(&x->one);
    buf_release(&x->two);
    free(x);
    return 0;
}

static struct form *read_form(struct fixture *x, const char *settings)
{
    struct form *f = NULL;
    struct xlsform_files files = {survey_csv, choices_csv, settings, strlen(survey_csv), strlen(choices_csv), strlen(settings)};
    if (xlsform_read(&files, &x->a, &f, &x->problems, &x->e) != RC_OK)
        fail_msg("%s", x->problems.p);
    return f;
}

static bool is_fast(const struct fixture *x, size_t i)
{
    return x->codes[i][NODES] == 1;
}

/* Every `fast_of`-th ballot is fast, and dissatisfied. */
static void cast(struct fixture *x, const char *settings, size_t n, size_t fast_of)
{
    x->f = read_form(x, settings);
    assert_int_equal(x->f->codes_len, NODES + 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t q = Q1; q < NODES; q++)
            x->codes[i][q] = (unsigned char)random_below(&x->r, 2 + (uint32_t)x->f->nodes[q].choices->n);
        x->codes[i][NODES] = i % fast_of == 0;
        if (is_fast(x, i))
            x->codes[i][Q1] = 6; /* "1" */
        unsigned char profile[2];
        size_t k = 0;
        assert_int_equal(answers_profile(x->f, x->codes[i], profile, sizeof profile), 2);
        while (k < x->n_cells && memcmp(x->profiles[k], profile, 2) != 0)
            k++;
        if (k == x->n_cells) {
            assert_true(x->n_cells++ < CELLS);
            memcpy(x->profiles[k], profile, 2);
            x->cells[k] = (struct figures_cell){.profile = x->profiles[k], .counts = x->counts[k]};
        }
        x->cells[k].n++;
        assert_int_equal(answers_count(x->f, x->codes[i], NODES + 1, x->counts[k]), RC_OK);
    }
    for (size_t k = 0; k < x->n_cells; k++)
        for (size_t s = 0; s < x->f->n_slots; s++)
            x->sums[s] += x->counts[k][s];
}

static struct figures_input input(struct fixture *x, int64_t n)
{
    return (struct figures_input){.form = x->f, .version_no = 1, .n_ballots = n, .counts = x->sums, .first_day = "2014-01-01",
                                  .last_day = "2014-06-30", .n_cells = x->n_cells, .cells = x->cells};
}

static void make(struct fixture *x, int64_t n)
{
    struct figures_input in = input(x, n);
    if (figures_make(&in, &x->a, &x->p, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
}

static void the_figures_are_those_of_the_other_ballots(void **state)
{
    struct fixture *x = *state;
    static const size_t items[] = {Q1, Q2};
    cast(x, SETTINGS("random", "45"), BALLOTS, 7);
    make(x, BALLOTS);
    const struct pub_fast *fast = &x->p.fast;
    assert_int_equal(fast->seconds, 45);
    assert_int_equal(fast->fast.n, BALLOTS);
    assert_int_equal(fast->fast.shares[0].count, (BALLOTS + 6) / 7);
    assert_int_equal(fast->n_items, 2);
    for (size_t k = 0; k < 2; k++) {
        int64_t n = 0, box[PUB_BOXES] = {0};
        for (size_t i = 0; i < BALLOTS; i++) {
            unsigned char code = x->codes[i][items[k]];
            bool is_valid = !is_fast(x, i) && code >= 2 && code < 7;
            n += is_valid;
            if (is_valid)
                box[code < 4 ? 0 : code == 4 ? 1 : 2]++;
        }
        assert_int_equal(fast->items[k], items[k]);
        assert_int_equal(fast->without[k].n, n);
        for (size_t b = 0; b < PUB_BOXES; b++)
            assert_int_equal(fast->without[k].shares[b].count, box[b]);
    }
    assert_true(fast->without[0].shares[2].p < x->p.questions[Q1].bottom2.p - 0.05); /* it matters */
}

static void thin_figures_are_hidden(void **state)
{
    struct fixture *x = *state;
    cast(x, SETTINGS("random", "45"), 59, 2); /* 29 others */
    make(x, 59);
    assert_false(x->p.fast.fast.is_suppressed);
    assert_int_equal(x->p.fast.fast.shares[0].count, 30);
    for (size_t i = 0; i < 2; i++)
        assert_true(x->p.fast.without[i].is_suppressed && x->p.fast.without[i].n == 0);
}

/* Without the setting, or without cells, there is nothing to tell; and damaged cells tell nothing. */
static void what_is_not_known_is_not_there(void **state)
{
    struct fixture *x = *state;
    cast(x, SETTINGS("random", "45"), BALLOTS, 7);
    struct figures_input in = input(x, BALLOTS);
    in.n_cells = 0;
    assert_int_equal(figures_make(&in, &x->a, &x->p, &x->e), RC_OK);
    assert_int_equal(x->p.fast.seconds, 0);
    in = input(x, BALLOTS);
    x->profiles[0][1] = 1;
    x->cells[0].n += BALLOTS;
    assert_int_equal(figures_make(&in, &x->a, &x->p, &x->e), RC_INPUT);
    x->cells[0].n -= BALLOTS;
    struct form *plain = read_form(x, SETTINGS("random", ""));
    assert_int_equal(plain->codes_len, NODES);
    in = input(x, BALLOTS);
    in.form = plain;
    assert_int_equal(figures_make(&in, &x->a, &x->p, &x->e), RC_OK);
    assert_int_equal(x->p.fast.seconds, 0);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    assert_null(strstr(x->one.p, "fast"));
}

/* A version without the setting, its cells read as those of one with it, and the other way round. */
static void versions_with_and_without_compare(void **state)
{
    struct fixture *x = *state;
    static const bool alike[NODES] = {true, true, true};
    struct figures_cell out[CELLS];
    cast(x, SETTINGS("random", "45"), BALLOTS, 7);
    const struct form *plain = read_form(x, SETTINGS("random", ""));
    assert_int_equal(trend_translate(plain, x->f, alike, x->cells, x->n_cells, out, &x->a, &x->e), RC_OK);
    for (size_t i = 0; i < x->n_cells; i++)
        assert_false(answers_profile_is_fast(x->f, out[i].profile));
    assert_int_equal(trend_translate(x->f, x->f, alike, x->cells, x->n_cells, out, &x->a, &x->e), RC_OK);
    for (size_t i = 0; i < x->n_cells; i++)
        assert_int_equal(answers_profile_is_fast(x->f, out[i].profile), x->profiles[i][1]);
    assert_int_equal(trend_translate(x->f, plain, alike, x->cells, x->n_cells, out, &x->a, &x->e), RC_OK);
    for (size_t i = 0; i < x->n_cells; i++)
        assert_false(answers_profile_is_fast(plain, out[i].profile));
}

/* ---- disclosure ---- */

static void an_open_survey_publishes_rounded_counts(void **state)
{
    struct fixture *x = *state;
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {5};
    struct disclose_kept *fresh = NULL;
    size_t n_fresh = 0, n_fast = 0;
    cast(x, SETTINGS("open", "45"), BALLOTS, 150); /* 8 fast ballots */
    make(x, BALLOTS);
    struct figures_input in = input(x, BALLOTS);
    const struct disclose_input d = {.figures = &in, .key = key, .today = 5000};
    assert_int_equal(publication_disclose(&x->p, &d, &x->a, &fresh, &n_fresh, &x->e), RC_OK);
    assert_false(x->p.fast.fast.is_suppressed);
    assert_int_equal(x->p.fast.fast.shares[0].count % DISCLOSURE_BASE, 0);
    assert_in_range(x->p.fast.fast.shares[0].count, 5, 10);
    for (size_t i = 0; i < x->p.fast.n_items; i++)
        for (size_t k = 0; k < PUB_BOXES && !x->p.fast.without[i].is_suppressed; k++)
            assert_int_equal(x->p.fast.without[i].shares[k].count % DISCLOSURE_BASE, 0);
    for (size_t i = 0; i < n_fresh; i++) {
        n_fast += strncmp(fresh[i].address, "s-1/1/:fast", 11) == 0;
        assert_null(strstr(fresh[i].address, ":fast/yes")); /* fast ballots' own answers are never published */
    }
    assert_true(n_fast >= 1);
}

static void too_few_ballots_tell_nothing(void **state)
{
    struct fixture *x = *state;
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {5};
    struct disclose_kept *fresh = NULL;
    size_t n_fresh = 0;
    cast(x, SETTINGS("open", "45"), 29, 2);
    make(x, 29);
    struct figures_input in = input(x, 29);
    const struct disclose_input d = {.figures = &in, .key = key, .today = 5000};
    assert_int_equal(publication_disclose(&x->p, &d, &x->a, &fresh, &n_fresh, &x->e), RC_OK);
    assert_true(x->p.fast.fast.is_suppressed && x->p.fast.without[0].is_suppressed && x->p.fast.without[1].is_suppressed);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    assert_non_null(strstr(x->one.p, "\"fast\":{\"ballots\":{\"suppressed\":true},\"seconds\":45,"));
}

/* ---- files and page ---- */

static void it_comes_back_from_json_and_stands_in_the_table(void **state)
{
    struct fixture *x = *state;
    struct publication *back = NULL;
    cast(x, SETTINGS("random", "45"), BALLOTS, 7);
    make(x, BALLOTS);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    if (publication_from_json(x->one.p, x->one.len, &x->a, &back, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
    assert_int_equal(back->fast.fast.shares[0].count, (BALLOTS + 6) / 7);
    assert_int_equal(publication_to_json(back, &x->two, &x->e), RC_OK);
    assert_string_equal(x->one.p, x->two.p);
    buf_reset(&x->two);
    publication_to_csv(back, 0, &x->two);
    const struct pub_row *q2 = &x->p.fast.without[1];
    assert_non_null(strstr(x->two.p, "q1,1 & 1?,_fast,,172,1200,14.3,"));
    assert_non_null(strstr(x->two.p, arena_printf(&x->a, "q2,2?,_top2 without fast ballots,,%lld,%lld,",
                                                  (long long)q2->shares[0].count, (long long)q2->n)));
}

static void damaged_json_is_refused(void **state)
{
    static const char *const pairs[][2] = {{"\"seconds\":45", "\"seconds\":0"}, {"\"seconds\":45", "\"s\":45"},
                                           {"\"fast\":{\"ballots\":{", "\"fast\":{\"ballots\":{\"x\":{},\"n\":-1}, \"b\":{"},
                                           {"\"without\":[", "\"without\":[7,"}, {"\"without\":[", "\"without\":{},\"w\":["}};
    struct fixture *x = *state;
    cast(x, SETTINGS("random", "45"), BALLOTS, 7);
    make(x, BALLOTS);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct publication *back = NULL;
        const char *at = strstr(x->one.p, pairs[i][0]);
        assert_non_null(at);
        char *bad = arena_printf(&x->a, "%.*s%s%s", (int)(at - x->one.p), x->one.p, pairs[i][1], at + strlen(pairs[i][0]));
        assert_non_null(bad);
        if (publication_from_json(bad, strlen(bad), &x->a, &back, &x->e) != RC_INPUT)
            fail_msg("%s was read", pairs[i][1]);
    }
}

static void the_page_tells_it_beside_all_ballots(void **state)
{
    struct fixture *x = *state;
    struct html w = {&x->one};
    struct catalogue *texts = NULL;
    const struct publication_head head = {"s-1", 1, 1000000, "2014-12-31 04:15"};
    assert_int_equal(settings_load(&x->e), RC_OK);
    assert_int_equal(catalogue_load("html", &x->a, &texts, &x->e), RC_OK);
    cast(x, SETTINGS("open", "45"), BALLOTS, 7);
    make(x, BALLOTS);
    const struct results_view v = {texts, 1, 0, &head, &x->p, 1000000};
    results_write_tables(&w, &v);
    assert_true(html_ok(&w));
    assert_non_null(strstr(x->one.p, "172 of 1,200 ballots (14.3%) came within 45 seconds."));
    assert_non_null(strstr(x->one.p, "1 &amp; 1?"));
    assert_null(strstr(x->one.p, "95%"));
    x->p.fast.fast.is_suppressed = true;
    buf_reset(&x->one);
    results_write_tables(&w, &v);
    assert_non_null(strstr(x->one.p, "Too few ballots to show how many came so fast."));
    assert_null(strstr(x->one.p, "14.3%"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(the_figures_are_those_of_the_other_ballots), T(thin_figures_are_hidden), T(what_is_not_known_is_not_there),
        T(versions_with_and_without_compare), T(an_open_survey_publishes_rounded_counts), T(too_few_ballots_tell_nothing),
        T(it_comes_back_from_json_and_stands_in_the_table), T(damaged_json_is_refused), T(the_page_tells_it_beside_all_ballots),
    };
    return cmocka_run_group_tests_name("fast", tests, NULL, NULL);
}
