/* The census pages: figures in both languages, files, dates that are not there, and outages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "pages/census.h"
#include "pages/results.h"

static struct arena arena, request_arena;
static struct buf json;
static struct catalogue *texts;
static struct results *results;
static struct census_pages *pages;
static struct response rs;
static struct rc_info e;

static int load_texts(void **state)
{
    (void)state;
    arena_init(&arena, 16 * 1024 * 1024);
    arena_init(&request_arena, 1024 * 1024);
    if (catalogue_load("html", &arena, &texts, &e) != RC_OK)
        fail_msg("%s", e.msg);
    return settings_load(&e) == RC_OK ? 0 : -1;
}

static int drop_texts(void **state)
{
    (void)state;
    arena_release(&arena);
    arena_release(&request_arena);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    buf_init(&json, 1 << 20);
    response_init(&rs);
    results = results_new(&arena, texts, NULL);
    pages = census_pages_new(&arena, texts, NULL);
    if (results == NULL || pages == NULL)
        return -1;
    results_set_census(results, pages);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    census_pages_release(pages);
    results_release(results);
    response_release(&rs);
    buf_release(&json);
    arena_reset(&request_arena);
    return 0;
}

static const struct census_row provinces[] = {
    {"44", {{"广东", "Guangdong"}}, "east", "east", 1500, 0.6, 1, false, 9000, 6, 4.5, "2012-09-01", false},
    {"54", {{"西藏", "<Tibet>"}}, "west", "west", 500, 0.2, 2, true, 0, 0, 0, "2013-09-01", false},
    {"11", {{"北京", "Beijing"}}, "east", "east", 500, 0.2, 2, true, 0, 0, 0, "2012-11-30", false},
    {"23", {{"黑龙江", "Heilongjiang"}}, "northeast", "central", 0, 0, 4, false, 0, 0, 0, "", false},
};
static const struct census_row regions[] = {
    {"east", {{"东部", "East"}}, "", "", 2000, 0.8, 1, false, 9000, 4.5, 4, "2012-09-01", false},
    {"west", {{"西部", "West"}}, "", "", 500, 0.2, 2, false, 0, 0, 0, "2013-09-01", false},
};
static const struct census_row levels[] = {
    {"central", {{"中央部委", "central ministries"}}, "", "", 2500, 1, 1, false, 9000, 3.6, 3, "2012-09-01", false},
};
static const struct census_row functions[] = {
    {"tax", {{"税务", "taxation"}}, "", "", 2000, 0.8, 1, false, 9000, 4.5, 3, "2012-09-01", false},
    {"police", {{"公安", "public security"}}, "", "", 500, 0.2, 2, false, 0, 0, 0, "2012-09-01", false},
};
static const struct census_row at_level[] = {
    {.code = "tax", .label = {{"税务", "taxation"}}, .region4 = "", .region3 = "", .count = 2000, .share = 0.8, .rank = 1, .is_listed = true},
    {.code = "police", .label = {{"公安", "public security"}}, .region4 = "", .region3 = "", .count = 500, .share = 0.2, .rank = 2},
};
static const struct census_level level_functions[] = {{"central", {true, 2, at_level, 0, 2500, 1}, 2, 1}};
static const struct census_month months[] = {{2012, 9, 2000, 2000}, {2012, 10, 0, 2000}, {2012, 11, 500, 2500}};
static const struct census_row *const ends[] = {&provinces[0], &provinces[1], &provinces[2], &provinces[3]};

static struct census_figures sample(void)
{
    return (struct census_figures){
        .as_of = "2012-11-30", .n_langs = 2, .langs = {"zh", "en"}, .total = 2500, .n_provinces_covered = 3,
        .followers = 9000, .mean_followers = 3.6, .median_followers = 3, .n_certified = -1,
        .levels = {true, 1, levels, 0, 2500, 1}, .functions = {true, 2, functions, 0, 2500, 1},
        .provinces = {true, 4, provinces, 0, 2000, 0.8}, .regions4 = {true, 2, regions, 0, 2500, 1},
        .regions3 = {true, 2, regions, 0, 2500, 1}, .n_levels = 1, .level_functions = level_functions,
        .n_months = 3, .months = months, .n_top = 4, .n_bottom = 4, .top = ends, .bottom = ends,
        .top_eastern = 2, .bottom_western = 1};
}

static void load(const struct census_figures *f)
{
    const char *bodies[1];
    buf_reset(&json);
    assert_int_equal(census_to_json(f, &json, &e), RC_OK);
    bodies[0] = json.p;
    if (census_pages_load(pages, bodies, 1, &e) != RC_OK)
        fail_msg("%s", e.msg);
}

static enum rc get(const char *path, const char *lang)
{
    const struct request rq = {.method = WEB_GET, .path = path, .accept_language = lang, .cookies = "", .host = "",
                               .arena = &request_arena};
    response_reset(&rs);
    return strcmp(path, "/census/") == 0 ? census_newest_page(results, &rq, &rs, &e) : census_date_page(results, &rq, &rs, &e);
}

static void assert_has(const char *text)
{
    if (rs.body.p == NULL || strstr(rs.body.p, text) == NULL)
        fail_msg("\"%s\" is not on the page", text);
}

static void assert_has_not(const char *text)
{
    if (strstr(rs.body.p, text) != NULL)
        fail_msg("\"%s\" is on the page", text);
}

static void page_in_english(void **state)
{
    (void)state;
    const struct census_figures f = sample();
    load(&f);
    assert_int_equal(get("/census/2012-11-30", "en"), RC_OK);
    assert_string_equal(rs.lang, "en");
    assert_has("<strong>2,500</strong> accounts");
    assert_has("<dd>3 of 4</dd>");
    assert_has("Of the first 4 provinces, 2 are eastern. Of the last 4, 1 are western.");
    assert_has("&lt;Tibet&gt;");
    assert_has_not("<Tibet>");
    assert_has("<span class=\"rank\">=2</span>");
    assert_has("marks a shared rank");
    assert_has("<td class=\"share\">60.0%</td><td>1,500</td>");
    assert_has("have 2,500 accounts together: 100.0% of all");
    assert_has("Of the 2 functions listed for this level, 1 are among them.");
    assert_has("was opened on 2012-09-01");
    assert_has("<th scope=\"row\">2012-10</th><td>0</td><td>2,000</td>");
    assert_has("href=\"/census/2012-11-30.csv?lang=en\"");
    assert_has("<title>Guangdong: 1,500</title>");
    assert_has("<text x=\"179\" y=\"257\">GD</text><text class=\"v\" x=\"179\" y=\"271\" font-size=\"10\">1,500</text>");
    assert_has("<text x=\"259\" y=\"17\">HL</text><text class=\"v\" x=\"259\" y=\"31\" font-size=\"10\">0</text>");
    assert_has("<text x=\"259\" y=\"257\">TW</text><text class=\"v\" x=\"259\" y=\"271\" font-size=\"10\">–</text>");
    assert_has("&lt;Tibet&gt;: 500");
    assert_has_not("synthetic");
    assert_has_not("No update");
    assert_has_not("Kind of account");
    assert_false(rs.is_cacheable);
}

static void newest_in_chinese(void **state)
{
    (void)state;
    struct census_figures f = sample();
    f.is_demonstration = true;
    f.has_updates = true;
    f.n_updated = 2000;
    f.idle[0] = (struct census_idle){14, 500, 0.25};
    f.idle[1] = (struct census_idle){90, 0, 0};
    f.n_certified = 1234;
    f.kinds = f.regions4;
    load(&f);
    assert_int_equal(get("/census/", "zh"), RC_OK);
    assert_string_equal(rs.lang, "zh-CN");
    assert_has("人工合成");
    assert_has("<text x=\"179\" y=\"257\">广东</text>");
    assert_has("前 4 名中东部占 2 个，后 4 名中西部占 1 个。");
    assert_has("<dt>14 天及以上未更新</dt><dd>500（25.0%）</dd>");
    assert_has("<dd>1,234</dd>");
    assert_has("账号类型（按名次）");
    assert_has_not(">GD<");
}

static void files(void **state)
{
    (void)state;
    const struct census_figures f = sample();
    load(&f);
    assert_int_equal(get("/census/2012-11-30.json", "en"), RC_OK);
    assert_int_equal(rs.body.len, json.len + 1);
    assert_memory_equal(rs.body.p, json.p, json.len);
    assert_string_equal(rs.type, "application/json; charset=utf-8");
    assert_int_equal(get("/census/2012-11-30.csv", "zh"), RC_OK);
    assert_string_equal(rs.disposition, "attachment; filename=\"census-2012-11-30.csv\"");
    assert_has("\r\nprovince,44,广东,1500,60.00,1,9000,6.0,4.5,\r\n");
    assert_true(rs.is_cacheable);
}

static void what_is_not_there(void **state)
{
    (void)state;
    static const char *const strangers[] = {"/census/2012-11-31", "/census/2012-11-30.xml", "/census/2012-11-30/", "/census/x",
                                            "/census/.csv", "/census/2012-11-3", "/census/2012-11-30.json.csv"};
    assert_int_equal(get("/census/", "en"), RC_AWAY); /* nothing was loaded yet */
    assert_int_equal(census_pages_load(pages, NULL, 0, &e), RC_OK);
    assert_int_equal(get("/census/", "en"), RC_OK);
    assert_has("There is no census yet.");
    const struct census_figures f = sample();
    load(&f);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (get(strangers[i], "en") != RC_NOTFOUND)
            fail_msg("%s was found", strangers[i]);
    results_set_census(results, NULL);
    assert_int_equal(get("/census/", "en"), RC_NOTFOUND);
}

static void one_that_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    const struct census_figures f = sample();
    load(&f);
    const char *const bodies[] = {"{\"as_of\":\"2013-01-01\"}", json.p};
    assert_int_equal(census_pages_load(pages, bodies, 2, &e), RC_OK);
    assert_int_equal(get("/census/", "en"), RC_OK);
    assert_has("2012-11-30");
    assert_has_not("2013-01-01");
}

/* One account: one shade, one column, no pair. */
static void the_smallest_census(void **state)
{
    (void)state;
    static const struct census_row one[] = {
        {"44", {{"广东", "Guangdong"}}, "east", "east", 1, 1, 1, false, 0, 0, 0, "2012-11-01", false}};
    static const struct census_month month[] = {{2012, 11, 1, 1}};
    static const struct census_row *const end[] = {one};
    const struct census_breakdown b = {true, 1, one, 0, 1, 1};
    struct census_figures f = {.as_of = "2012-11-30", .n_langs = 1, .langs = {"zh"}, .total = 1, .n_provinces_covered = 1,
                               .n_certified = 0, .levels = b, .functions = b, .provinces = b, .regions4 = b, .regions3 = b,
                               .n_months = 1, .months = month, .n_top = 1, .n_bottom = 1, .top = end, .bottom = end};
    load(&f);
    assert_int_equal(get("/census/", "en"), RC_OK);
    assert_has("100%"); /* of one account: no decimals */
    assert_has("广东"); /* its only language */
}

static void numbers_are_grouped(void **state)
{
    (void)state;
    char n[32];
    assert_string_equal(census_grouped(0, n), "0");
    assert_string_equal(census_grouped(999, n), "999");
    assert_string_equal(census_grouped(1000, n), "1,000");
    assert_string_equal(census_grouped(-123456, n), "-123,456");
    assert_string_equal(census_grouped(INT64_MAX, n), "9,223,372,036,854,775,807");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {T(page_in_english), T(newest_in_chinese), T(files), T(what_is_not_there),
                                       T(one_that_cannot_be_read_is_left_out), T(the_smallest_census), T(numbers_are_grouped)};
    return cmocka_run_group_tests_name("census_page", tests, load_texts, drop_texts);
}
