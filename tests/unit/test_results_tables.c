/* The page of waves, crossings and straight lines: what stands there, and what never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/settings.h"
#include "pages/results.h"

static struct arena arena;
static struct buf out;
static struct html w = {&out};
static struct catalogue *texts;

static int load_texts(void **state)
{
    (void)state;
    struct rc_info e = {0};
    arena_init(&arena, 16 << 20);
    buf_init(&out, 1 << 20);
    if (catalogue_load("html", &arena, &texts, &e) != RC_OK)
        fail_msg("%s", e.msg);
    return settings_load(&e) == RC_OK ? 0 : -1;
}

static int drop_texts(void **state)
{
    (void)state;
    buf_release(&out);
    arena_release(&arena);
    return 0;
}

static const struct pub_option five[] = {{.name = "5", .label = {{"E<"}}}, {.name = "4", .label = {{"D"}}},
                                         {.name = "3", .label = {{"C"}}},  {.name = "2", .label = {{"B"}}},
                                         {.name = "1", .label = {{"A"}}},  {.name = "dk", .label = {{"?"}}, .is_dont_know = true}};
static const struct pub_option two[] = {{.name = "dk", .label = {{"?"}}, .is_dont_know = true}, {.name = "y", .label = {{"Yes"}}},
                                        {.name = "n", .label = {{"No"}}}};
static const struct pub_question questions[] = {
    {.name = "q", .type = FORM_SELECT_ONE, .label = {{"How & why?"}}, .is_likert = true, .n = 1000, .n_options = 6,
     .options = five, .has_boxes = true, .top2 = {.count = 700, .p = 0.7}},
    {.name = "k", .type = FORM_SELECT_ONE, .label = {{"Kind?"}}, .n = 900, .n_options = 3, .options = two},
};
#define LIMITS .has_interval = true, .low = 0.6, .high = 0.8
static const struct pub_share shares[] = {{.count = 700, .p = 0.7, LIMITS}, {.count = 200, .p = 0.2}, {.count = 100, .p = 0.1}};
static const struct pub_share plain[] = {{.count = 700, .p = 0.7}, {.count = 200, .p = 0.2}, {.count = 100, .p = 0.1}};
static const struct pub_change down[] = {{.value = -0.0213, .has_interval = true, .low = -0.05, .high = 0.0074, .p_value = 0.1}, {.value = 0}, {.value = 0}};
static const struct pub_change plain_down[] = {{.value = -0.0213}, {.value = 0}, {.value = 0}};

static const char *page(enum form_sample sample)
{
    bool is_open = sample == FORM_OPEN;
    const struct pub_share *s = is_open ? plain : shares;
    const struct pub_wave waves[] = {{.name = "Spring <1>", .first_day = "2014-01-01", .last_day = "2014-03-31", .n_ballots = 1000},
                                     {.name = "Gap", .first_day = "2014-04-01", .last_day = "2014-04-30", .is_suppressed = true},
                                     {.name = "Other", .first_day = "2014-05-01", .last_day = "2014-05-31", .n_ballots = 50},
                                     {.name = "Running", .first_day = "2014-05-01", .last_day = "2014-05-31", .is_suppressed = true, .is_open = true},
                                     {.name = "Summer", .first_day = "2014-06-01", .last_day = "2014-06-30", .n_ballots = 1000}};
    const struct pub_point points[] = {
        {.is_comparable = true, .row = {.n = 1000, .shares = s}, .since = SIZE_MAX},
        {.is_comparable = true, .row = {.is_suppressed = true}, .since = SIZE_MAX},
        {.is_comparable = false, .row = {.n = 0, .shares = s}, .since = SIZE_MAX},
        {.is_comparable = true, .row = {.is_suppressed = true}, .since = SIZE_MAX},
        {.is_comparable = true, .row = {.n = 1234, .shares = s}, .since = 0, .changes = is_open ? plain_down : down}};
    const struct pub_trend trend = {.question = 0, .is_boxes = true, .n_columns = 3, .points = points};
    const struct pub_row rows[] = {{.n = 1000, .shares = s}, {.is_suppressed = true}, {.n = 0, .shares = s},
                                   {.n = 1000, .shares = s, .is_boxes = true, .as_of = "2014-06-02"}, {.n = 1000, .shares = s}};
    const struct pub_cross cross = {.row = 0, .column = 1, .n_rows = 5, .n_columns = 2, .rows = rows, .has_test = !is_open,
                                    .statistic = 12.345, .df = 4, .p_value = 0.0001};
    const size_t items[] = {0};
    const struct pub_row without[] = {{.n = 800, .shares = s}};
    const struct pub_grid grid = {.n_items = 1, .items = items, .straight = {.n = 1000, .shares = &plain[1]}, .without = without};
    const struct publication p = {.slug = "s-1", .version_no = 1, .n_langs = 1, .langs = {"en"}, .title = {{"The title"}},
                                  .sample = sample, .n_ballots = 2000, .threshold = 30, .n_questions = 2,
                                  .questions = questions, .n_waves = 5, .waves = waves, .n_trends = 1, .trends = &trend,
                                  .n_crosses = 1, .crosses = &cross, .n_grids = 1, .grids = &grid};
    const struct publication_head head = {"s-1", 1, 1000000, "2014-12-31 04:15"};
    const struct results_view v = {texts, 1, 0, &head, &p, 1000000};
    buf_reset(&out);
    results_write_tables(&w, &v);
    assert_true(html_ok(&w));
    return out.p;
}

static void assert_has(const char *text, const char *want)
{
    if (strstr(text, want) == NULL)
        fail_msg("\"%s\" is not in the page", want);
}

static void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL)
        fail_msg("\"%s\" is in the page", unwanted);
}

static void a_random_sample_shows_changes_and_tests(void **state)
{
    (void)state;
    const char *text = page(FORM_RANDOM);
    assert_has(text, "Spring &lt;1&gt;: counted from 2014-01-01 to 2014-03-31");
    assert_has(text, "<td>\xe2\x88\x92" "2.1<span class=\"interval\">\xe2\x88\x92" "5.0 to +0.7</span></td>");
    assert_has(text, "70.0%<span class=\"interval\">60.0 to 80.0</span>");
    assert_has(text, "too few to show");
    assert_has(text, "asked otherwise, not comparable");
    assert_has(text, "not over yet");
    assert_has(text, "As counted on 2014-06-02.");
    assert_has(text, "E&lt;<span class=\"detail\"> n = 1,000</span>");
    assert_has(text, "chi-square 12.35, df 4, p &lt; 0.001 (Pearson)");
    assert_has(text, "200 of 1,000 ballots gave the same answer");
    assert_has(text, "How &amp; why?</span><span class=\"behind\">n = 800</span>");
    assert_has(text, "How &amp; why?");
    assert_lacks(text, ">?<"); /* "don't know" is no column and no row */
}

static void an_open_sample_shows_neither(void **state)
{
    (void)state;
    const char *text = page(FORM_OPEN);
    assert_has(text, "different respondents");
    assert_has(text, "<td>\xe2\x88\x92" "2.1</td>");
    assert_lacks(text, "class=\"interval\"");
    assert_lacks(text, "95%");
    assert_lacks(text, "chi-square");
    assert_lacks(text, "sampling error");
}

static void without_tables_it_says_so(void **state)
{
    (void)state;
    const struct publication p = {.slug = "s-1", .n_langs = 1, .langs = {"en"}, .title = {{"T"}}, .n_questions = 2,
                                  .questions = questions};
    const struct publication_head head = {"s-1", 1, 1000000, "2014-12-31 04:15"};
    const struct results_view v = {texts, 0, 0, &head, &p, 1000000};
    buf_reset(&out);
    results_write_tables(&w, &v);
    assert_true(html_ok(&w));
    assert_has(out.p, "本调查未公布此类结果表");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_sample_shows_changes_and_tests),
        cmocka_unit_test(an_open_sample_shows_neither),
        cmocka_unit_test(without_tables_it_says_so),
    };
    return cmocka_run_group_tests_name("results_tables", tests, load_texts, drop_texts);
}
