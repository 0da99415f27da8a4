/* Census: the breakdowns on small tables; every census figure of the golden accounts and of the
 * published white paper; the JSON comes back; a file's problems are all found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/gzip.h"
#include "report/census_accounts.h"

#define SEED "sql/seed/gov-wechat-2014/"
enum { AS_OF_2014 = 5478 }; /* 2014-12-31 in days from 2000-01-01 */

static struct arena arena, golden_arena;
static struct census_codes codes;
static struct census_figures *golden;
static struct buf out, again;

static void load_codes(struct arena *a, struct census_codes *c)
{
    static const enum census_list_id order[] = {CENSUS_LEVELS,    CENSUS_REGION4,       CENSUS_REGION3, CENSUS_PROVINCES,
                                                CENSUS_FUNCTIONS, CENSUS_ORGANISATIONS, CENSUS_KINDS};
    struct rc_info e;
    for (size_t i = 0; i < CENSUS_LISTS; i++) {
        char path[128], *p;
        size_t len;
        (void)snprintf(path, sizeof path, "sql/seed/codes/%s.csv", census_list_name(order[i]));
        if (file_read(path, 1 << 20, a, &p, &len, &e) != RC_OK || census_codes_read(c, order[i], p, len, a, &e) != RC_OK)
            fail_msg("%s", e.msg);
    }
}

static int group_setup(void **state)
{
    (void)state;
    arena_init(&golden_arena, (size_t)256 << 20);
    load_codes(&golden_arena, &codes);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    arena_release(&golden_arena);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)64 << 20);
    buf_init(&out, 1 << 20);
    buf_init(&again, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    buf_release(&out);
    buf_release(&again);
    return 0;
}

/* ---- pure functions ---- */

static void ranks_show_ties(void **state)
{
    (void)state;
    static const int64_t count[] = {5, 9, 5, 0, 9, 0, 1};
    static const size_t want_order[] = {1, 4, 0, 2, 6, 3, 5};
    static const int want_rank[] = {3, 1, 3, 6, 1, 6, 5};
    size_t order[7];
    int rank[7];
    bool is_tied[7];
    census_rank(count, 7, order, rank, is_tied);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(order[i], want_order[i]);
        assert_int_equal(rank[i], want_rank[i]);
        assert_int_equal(is_tied[i], count[i] != 1);
    }
    census_rank(count, 0, order, rank, is_tied); /* nothing to rank */
}

static void medians_are_of_the_middle(void **state)
{
    (void)state;
    static const int64_t value[] = {7, 1, 9, 4, 100, 3, 8};
    static const uint8_t code[] = {0, 0, 0, 0, 2, CENSUS_UNKNOWN, 2};
    int64_t sorted[7], sum[3], twice[3];
    size_t start[4];
    census_sum_median(value, code, 7, 3, sorted, start, sum, twice);
    assert_int_equal(sum[0], 21);
    assert_int_equal(twice[0], 4 + 7); /* 1 4 7 9 */
    assert_int_equal(sum[1], 0);
    assert_int_equal(twice[1], 0);
    assert_int_equal(sum[2], 108);
    assert_int_equal(twice[2], 108);
    census_sum_median(value, NULL, 7, 1, sorted, start, sum, twice);
    assert_int_equal(sum[0], 132);
    assert_int_equal(twice[0], 14);
    census_sum_median(value, NULL, 0, 1, sorted, start, sum, twice);
    assert_int_equal(sum[0] + twice[0], 0);
}

/* Against a count of one's own, on many random tables. */
static void tables_agree_with_counting_by_hand(void **state)
{
    (void)state;
    unsigned seed = 20141231;
    for (int round = 0; round < 200; round++) {
        enum { N = 60, A = 4, B = 5 };
        uint8_t a[N], b[N];
        int32_t day[N], first[A];
        int64_t value[N], sorted[N], count[A], cells[A * B], sum[A], twice[A], n_known;
        size_t start[A + 1], n = (size_t)rand_r(&seed) % N;
        for (size_t i = 0; i < n; i++) {
            a[i] = rand_r(&seed) % 7 == 0 ? CENSUS_UNKNOWN : (uint8_t)(rand_r(&seed) % A);
            b[i] = (uint8_t)(rand_r(&seed) % B);
            day[i] = rand_r(&seed) % 5 == 0 ? CENSUS_NO_DAY : rand_r(&seed) % 40;
            value[i] = rand_r(&seed) % 10;
        }
        int64_t unknown = census_tabulate(a, n, A, count);
        census_cross(a, A, b, B, n, cells);
        census_first_day(day, a, n, A, first);
        census_sum_median(value, a, n, A, sorted, start, sum, twice);
        int64_t idle = census_idle(day, n, 40, 14, &n_known), want_idle = 0, want_known = 0;
        for (size_t i = 0; i < n; i++) {
            unknown -= a[i] == CENSUS_UNKNOWN;
            want_known += day[i] != CENSUS_NO_DAY;
            want_idle += day[i] != CENSUS_NO_DAY && day[i] <= 26;
            if (a[i] != CENSUS_UNKNOWN) {
                count[a[i]]--;
                cells[a[i] * B + b[i]]--;
                sum[a[i]] -= value[i];
                assert_true(day[i] == CENSUS_NO_DAY || first[a[i]] <= day[i]);
            }
        }
        assert_int_equal(unknown, 0);
        assert_int_equal(idle, want_idle);
        assert_int_equal(n_known, want_known);
        for (size_t c = 0; c < A; c++) {
            int64_t below = 0, above = 0, own = 0;
            assert_int_equal(count[c] + sum[c], 0);
            for (size_t k = 0; k < B; k++)
                assert_int_equal(cells[c * B + k], 0);
            for (size_t i = 0; i < n; i++)
                if (a[i] == c) {
                    own++;
                    below += 2 * value[i] < twice[c];
                    above += 2 * value[i] > twice[c];
                }
            assert_true(2 * below <= own && 2 * above <= own); /* what a median is */
        }
    }
}

static void days_go_there_and_back(void **state)
{
    (void)state;
    char text[16];
    int32_t day;
    assert_int_equal(census_day(2000, 1, 1), 0);
    assert_int_equal(census_day(2014, 12, 31), AS_OF_2014);
    for (int32_t d = -36524; d < 80000; d++) { /* 1900 .. 2219 */
        int32_t back = 1 << 30;
        assert_int_equal(census_parse_day(census_day_text(d, text), 10, &back), RC_OK);
        assert_int_equal(back, d);
    }
    static const char *const wrong[] = {"2014-02-29", "2014-13-01", "2014-00-01", "2014-01-00", "2014-04-31", "2014-1-1",
                                        "2014/01/01", "14-01-01",   "2014-01-0x", "-014-01-01", "1899-12-31", "2100-02-29",
                                        "2014-01-011", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        day = 77;
        assert_int_equal(census_parse_day(wrong[i], strlen(wrong[i]), &day), RC_INPUT);
        assert_int_equal(day, 77);
    }
    assert_string_equal(census_day_text(CENSUS_NO_DAY, text), "");
}

/* ---- the golden accounts ---- */

static void load_golden(void)
{
    static struct census_file f;
    struct rc_info e;
    char *gz, *csv;
    size_t len;
    if (golden != NULL)
        return;
    if (file_read(SEED "accounts.csv.gz", 1 << 22, &golden_arena, &gz, &len, &e) != RC_OK ||
        gzip_inflate(gz, len, 1 << 24, &golden_arena, &csv, &len, &e) != RC_OK ||
        census_file_read(&f, &codes, "accounts.csv", csv, len, AS_OF_2014, &golden_arena, &e) != RC_OK ||
        census_make(&codes, &f.accounts, AS_OF_2014, true, &golden_arena, &golden, &e) != RC_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(f.n_problems, 0);
}

/* "accounts/function=tax @ level=central/rank" to "level.central.function.tax.rank", and so on. */
static bool to_key(const char *golden_key, char key[256])
{
    static const char *const zh[][2] = {{"东部", "east"}, {"中部", "central"}, {"西部", "west"}, {"东北", "northeast"}};
    char one[64], level[64], what[64], var[64];
    const char *rest = golden_key + strlen("accounts/");
    if (strcmp(rest, "all/n_total") == 0)
        return snprintf(key, 256, "total.accounts") > 0;
    if (sscanf(rest, "followers/%63s", what) == 1)
        return snprintf(key, 256, "followers.%s", what) > 0;
    if (sscanf(rest, "opened_on<=%7[0-9-]", one) == 1)
        return snprintf(key, 256, "opened.%s.total", one) > 0;
    if (sscanf(rest, "function=%63[a-z_] @ level=%63[a-z_]/%63s", one, level, what) == 3)
        return snprintf(key, 256, "level.%s.function.%s.%s", level, one, strcmp(what, "proportion") == 0 ? "share" : what) > 0;
    if (sscanf(rest, "%63[a-z0-9]=%63[^/]/%63s", var, one, what) != 3)
        return false;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(one, zh[i][0]) == 0)
            (void)snprintf(one, sizeof one, "%s", zh[i][1]);
    return snprintf(key, 256, "%s.%s.%s", var, one, strcmp(what, "proportion") == 0 ? "share" : what) > 0;
}

static void every_golden_value_agrees(void **state)
{
    (void)state;
    json_error_t problem;
    load_golden();
    json_t *doc = json_load_file("tests/golden/cases/whitepaper-2014/expected.json", 0, &problem);
    if (doc == NULL)
        fail_msg("%s", problem.text);
    size_t i, n = 0, n_agree = 0;
    json_t *v;
    json_array_foreach(json_object_get(doc, "values"), i, v) {
        const char *name = json_string_value(json_object_get(v, "key"));
        char key[256] = "";
        double want = json_number_value(json_object_get(v, "value")), got = -1;
        if (strncmp(name, "accounts/", 9) != 0)
            continue;
        n++;
        if (to_key(name, key) && census_value(golden, key, &got) && fabs(got - want) <= 1e-9 * fmax(1, fabs(want)))
            n_agree++;
        else
            print_error("%s (%s): %.17g, wanted %.17g\n", name, key, got, want);
    }
    json_decref(doc);
    print_message("whitepaper-2014: %zu of %zu census values agree\n", n_agree, n);
    assert_int_equal(n, 200);
    assert_int_equal(n_agree, n);
}

/* Does the computed figure say what was published? */
static bool agrees(const char *key, const char *unit, const char *comparison, double want, const char *text)
{
    double got;
    if (strcmp(unit, "date") == 0)
        return strcmp(census_date(golden, key), text) == 0;
    if (!census_value(golden, key, &got))
        return false;
    if (strcmp(comparison, "gt") == 0)
        return got > want;
    if (strcmp(comparison, "lt") == 0)
        return got < want;
    if (strcmp(comparison, "in_top5") == 0)
        return got <= want;
    if (strcmp(unit, "percent") == 0)
        return fabs(floor(got * 1000 + 0.5) / 10 - want) < 1e-9;
    return fabs(got - want) < 1e-9;
}

static void every_published_figure_agrees(void **state)
{
    (void)state;
    struct sheet s;
    struct rc_info e;
    char *csv;
    size_t len, n = 0, n_agree = 0;
    load_golden();
    assert_int_equal(file_read(SEED "published.csv", 1 << 20, &arena, &csv, &len, &e), RC_OK);
    assert_int_equal(sheet_read("published.csv", csv, len, 1000, &arena, &s, &e), RC_OK);
    for (size_t i = 0; i < s.n_rows; i++) {
        const char *key = sheet_at(&s, i, sheet_col(&s, "key")), *text = sheet_at(&s, i, sheet_col(&s, "value"));
        if (strcmp(sheet_at(&s, i, sheet_col(&s, "kind")), "computed") != 0 || strncmp(key, "survey.", 7) == 0)
            continue;
        n++;
        if (agrees(key, sheet_at(&s, i, sheet_col(&s, "unit")), sheet_at(&s, i, sheet_col(&s, "comparison")),
                   strtod(text, NULL), text))
            n_agree++;
        else
            print_error("%s: does not agree with %s\n", key, text);
    }
    print_message("whitepaper-2014: %zu of %zu published census figures agree\n", n_agree, n);
    assert_int_equal(n, 46);
    assert_int_equal(n_agree, n);
}

static void the_rest_of_the_golden_census(void **state)
{
    (void)state;
    double v;
    load_golden();
    assert_int_equal(golden->provinces.n, 31);
    assert_int_equal(golden->provinces.n_unknown, 0);
    assert_false(golden->kinds.is_given);
    assert_false(golden->has_updates);
    assert_int_equal(golden->n_certified, -1);
    assert_string_equal(golden->top[0]->code, "44");
    assert_string_equal(golden->bottom[9]->code, "54");
    assert_int_equal(golden->months[golden->n_months - 1].total, golden->total);
    assert_true(census_value(golden, "function.police+medical.count", &v));
    assert_int_equal((int64_t)v, golden->functions.top2);
    static const char *const none[] = {"", ".", "total", "total.accounts.x", "function.police", "function.nobody.count",
                                       "function.police+police.share", "function.police+x.share", "kind.service.count",
                                       "idle.14.count", "certified.count", "opened.2011-01.count", "opened.2014-13.count",
                                       "level.central.top5.nobody", "level.x.functions", "level.central.function.nobody.count",
                                       "province.44.ratio_to_99", "province.44.size", "a.b.c.d.e.f"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (census_value(golden, none[i], &v))
            fail_msg("\"%s\" has a value", none[i]);
    assert_string_equal(census_date(golden, "level.central.count"), "");
    assert_string_equal(census_date(golden, "kind.service.first_opened_on"), "");
}

/* ---- JSON ---- */

static void check_comes_back(const struct census_figures *f)
{
    struct census_figures *g;
    struct rc_info e;
    buf_reset(&out);
    buf_reset(&again);
    assert_int_equal(census_to_json(f, &out, &e), RC_OK);
    if (census_from_json(out.p, out.len, &arena, &g, &e) != RC_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(census_to_json(g, &again, &e), RC_OK);
    assert_string_equal(out.p, again.p);
    buf_reset(&out);
    buf_reset(&again);
    census_to_csv(f, 1, &out);
    census_to_csv(g, 1, &again);
    assert_string_equal(out.p, again.p);
}

static void golden_comes_back(void **state)
{
    (void)state;
    load_golden();
    check_comes_back(golden);
    assert_non_null(strstr(out.p, "\r\nfunction,police,public security,7860,19.21,1,"));
    assert_non_null(strstr(out.p, "\r\nfunction,_top2,,15024,36.71,"));
    assert_non_null(strstr(out.p, "\r\nopened,2014-12,"));
}

static void replace(const char *from, const char *to)
{
    char *at = strstr(out.p, from);
    assert_non_null(at);
    buf_reset(&again);
    buf_put(&again, out.p, (size_t)(at - out.p));
    buf_puts(&again, to);
    buf_puts(&again, at + strlen(from));
}

static void a_document_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"\"total\":40924", "\"total\":40923"},     {"\"as_of\":\"2014-12-31\"", "\"as_of\":\"2014-12-32\""},
        {"\"count\":7860", "\"count\":7861"},       {"\"count\":7860", "\"count\":-1"},
        {"\"opened\":", "\"open\":"},               {"\"languages\":[\"zh\",\"en\"]", "\"languages\":[]"},
        {"\"month\":\"2014-11\"", "\"month\":\"2014-10\""}, {"\"demonstration\":true", "\"demonstration\":1"},
        {"\"code\":\"44\"", "\"code\":\"4\\u00004\""}, {"\"level\":\"central\"", "\"level\":\"nowhere\""},
    };
    struct rc_info e;
    struct census_figures *g;
    load_golden();
    assert_int_equal(census_to_json(golden, &out, &e), RC_OK);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        replace(changes[i][0], changes[i][1]);
        if (census_from_json(again.p, again.len, &arena, &g, &e) != RC_INPUT)
            fail_msg("%s was taken", changes[i][1]);
    }
    assert_int_equal(census_from_json("[]", 2, &arena, &g, &e), RC_INPUT);
    assert_int_equal(census_from_json(out.p, out.len / 2, &arena, &g, &e), RC_INPUT);
    assert_int_equal(census_from_json("{}", 2, &arena, &g, &e), RC_INPUT);
}

/* ---- files ---- */

static void read_file(struct census_file *f, const char *csv, enum rc want)
{
    struct rc_info e = {0};
    enum rc rc = census_file_read(f, &codes, "a.csv", csv, strlen(csv), AS_OF_2014, &arena, &e);
    if (rc != want)
        fail_msg("%s: %s", rc_name(rc), e.msg);
}

#define HEAD "account_id,province,function,level,followers,opened_on"

static void every_problem_is_found(void **state)
{
    (void)state;
    struct census_file f;
    read_file(&f, HEAD ",platform,owner_unit,kind,updated_on,name_zh\n"
                  "A1,44,police,central,10,2014-12-31,,U1,service,2014-12-31,x\n"        /* 2: good */
                  "A1,44,police,central,10,2014-12-31,,U2,,,\n"                          /* 3: id again */
                  "A1,44,police,central,10,2014-12-31,weibo,U1,,,\n"                     /* 4: good, another platform */
                  ",99,公安,,-1,2014-2-1,,,robot,2015-01-01,\n"                          /* 5: seven problems */
                  "A2,44,police,central,1.5,1999-12-31,wechat,U1,,,\n"                   /* 6: three */
                  "A3,44,police,central,0,2014-02-29,,,,,\n"                             /* 7: a day that is none */
                  "A3,81,police,central,0,2014-02-28,,,subscription,,\n",                /* 8: good: row 7 is not */
              RC_OK);
    assert_int_equal(f.accounts.n, 3);
    assert_int_equal(f.n_bad, 4);
    static const struct {
        size_t row;
        const char *column, *reason;
    } want[] = {
        {1, "account_id", "the account is there twice: row 2 has it too"},
        {3, "account_id", "this cell is empty"},
        {3, "followers", "\"-1\" is no whole number from 0 to 10^12"},
        {3, "function", "\"公安\" is the label of the code police"},
        {3, "kind", "\"robot\" is not in kinds.csv"},
        {3, "level", "this cell is empty"},
        {3, "opened_on", "\"2014-2-1\" is no date of the form YYYY-MM-DD"},
        {3, "province", "\"99\" is not in provinces.csv"},
        {3, "updated_on", "this is after the date of the census"},
        {4, "followers", "\"1.5\" is no whole number from 0 to 10^12"},
        {4, "opened_on", "this is before 2000-01-01"},
        {4, "owner_unit", "the unit has another account on this platform: row 2 has it too"},
        {5, "account_id", "the account is there twice: row 8 has it too"},
        {5, "opened_on", "\"2014-02-29\" is no date of the form YYYY-MM-DD"},
    };
    for (size_t i = 0; i < f.n_problems && i < sizeof want / sizeof *want; i++) {
        assert_string_equal(f.problems[i].reason, want[i].reason);
        assert_string_equal(f.problems[i].column, want[i].column);
    }
    assert_int_equal(f.n_problems, sizeof want / sizeof *want);
    assert_string_equal(census_cell(&f, 0, CENSUS_COL_PLATFORM), "wechat");
    assert_string_equal(census_cell(&f, 1, CENSUS_COL_PLATFORM), "weibo");
    assert_string_equal(census_cell(&f, 2, CENSUS_COL_ID), "A3");
    census_rejects(&f, &out);
    assert_non_null(strstr(out.p, "name_zh,reasons\r\nA1,44,police,central,10,2014-12-31,,U2,,,,account_id: the account is there twice: row 2 has it too\r\n"));
    assert_null(strstr(out.p, "A1,44,police,central,10,2014-12-31,weibo"));
}

static void headers_are_checked(void **state)
{
    (void)state;
    struct census_file f;
    read_file(&f, "account_id,province,function,level,followers\nA,44,police,central,1\n", RC_INPUT);
    read_file(&f, HEAD ",last_udpate\nA,44,police,central,1,2014-01-01,2014-01-01\n", RC_INPUT);
    read_file(&f, HEAD ",province\nA,44,police,central,1,2014-01-01,44\n", RC_INPUT);
    read_file(&f, HEAD "\n", RC_OK);
    assert_int_equal(f.accounts.n, 0);
    read_file(&f, HEAD "\n\"A,44,police,central,1,2014-01-01\n", RC_INPUT);
}

/* 81 has no region: it is shown, and in no region; the tenth and the eleventh have the same count. */
static void small_census(void **state)
{
    (void)state;
    struct census_file f;
    struct census_figures *g;
    struct rc_info e;
    double v;
    read_file(&f, HEAD ",kind,updated_on,certified_on,organisation\n"
                  "A,44,police,central,10,2014-10-31,service,2014-12-17,2014-12-01,\n"
                  "B,81,tax,central,20,2014-12-31,,2014-12-18,,other\n"
                  "C,54,tax,county_below,40,2014-12-01,service,2014-10-02,,\n"
                  "D,44,tax,county_below,31,2014-12-01,subscription,,,\n", RC_OK);
    assert_int_equal(f.n_problems, 0);
    assert_int_equal(census_make(&codes, &f.accounts, AS_OF_2014, false, &arena, &g, &e), RC_OK);
    check_comes_back(g);
    assert_int_equal(g->provinces.n, 32);
    assert_int_equal(g->n_provinces_covered, 2);
    assert_int_equal(g->regions4.n_unknown, 1);
    assert_true(g->is_bottom_tied && g->is_top_tied);
    assert_int_equal(g->provinces.rows[1].rank, 2);
    assert_true(g->provinces.rows[1].is_tied);
    assert_int_equal(g->n_certified, 1);
    assert_int_equal(g->organisations.n_unknown, 3);
    assert_int_equal(g->kinds.top2, 3);
    assert_int_equal(g->n_months, 3);
    assert_int_equal(g->months[1].opened, 0);
    static const struct {
        const char *key;
        double want;
    } want[] = {{"idle.14.count", 2}, {"idle.90.count", 1}, {"idle.14.share", 2.0 / 3}, {"followers.median", 25.5},
                {"province.44.followers_median", 20.5}, {"province.44.followers_mean", 20.5}, {"kind.service.share", 0.5},
                {"province.81.count", 1}, {"region4.west.count", 1}, {"level.central.functions", -1},
                {"level.central.function.medical.count", 0}, {"certified.count", 1}, {"opened.2014-11.total", 1},
                {"province.71.count", -1}, {"level.central.function.police.rank", 1}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        v = -1;
        (void)census_value(g, want[i].key, &v);
        if (fabs(v - want[i].want) > 1e-12)
            fail_msg("%s: %g", want[i].key, v);
    }
    assert_string_equal(census_date(g, "level.central.first_opened_on"), "2014-10-31");
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    static const char csv[] = HEAD ",kind\nA,44,police,central,10,2014-10-31,service\nA,x,tax,central,20,2014-12-31,\n";
    struct census_file f;
    struct census_figures *g;
    struct rc_info e;
    long n = 1;
    for (; n < 1000; n++) {
        arena_reset(&arena);
        buf_reset(&out);
        arena.fail_after = n;
        if (census_file_read(&f, &codes, "a.csv", csv, sizeof csv - 1, AS_OF_2014, &arena, &e) == RC_OK &&
            census_make(&codes, &f.accounts, AS_OF_2014, false, &arena, &g, &e) == RC_OK &&
            census_to_json(g, &out, &e) == RC_OK && census_from_json(out.p, out.len, &arena, &g, &e) == RC_OK)
            break;
        assert_int_equal(e.rc, RC_NOMEM);
    }
    arena.fail_after = 0;
    assert_in_range(n, 50, 900);
}

/* ---- code lists ---- */

static void code_lists_are_checked(void **state)
{
    (void)state;
    static const struct {
        enum census_list_id id;
        const char *csv;
    } wrong[] = {
        {CENSUS_PROVINCES, "code,zh,en,region4,region3\n44,粤,GD,south,east\n"},
        {CENSUS_PROVINCES, "code,zh,en,region4,region3\n44,粤,GD,east,\n"},
        {CENSUS_PROVINCES, "code,zh,en,region4,region3\n44,粤,GD,east,east\n44,粤,GD,east,east\n"},
        {CENSUS_FUNCTIONS, "code,zh,en,listed_at\ntax,税,tax,moon\n"},
        {CENSUS_FUNCTIONS, "code,zh\ntax,税\n"},
        {CENSUS_FUNCTIONS, "code,zh,de\ntax,税,Steuer\n"},
        {CENSUS_FUNCTIONS, "code,zh,en\ntax,税,\n"},
        {CENSUS_FUNCTIONS, "code,zh,en\nT x,税,tax\n"},
        {CENSUS_FUNCTIONS, "code,zh,en\n"},
        {CENSUS_FUNCTIONS, "zh,en\n税,tax\n"},
    };
    struct rc_info e;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct census_codes c = codes;
        if (census_codes_read(&c, wrong[i].id, wrong[i].csv, strlen(wrong[i].csv), &arena, &e) != RC_INPUT)
            fail_msg("list %zu was taken", i);
    }
    assert_int_equal(codes.lists[CENSUS_PROVINCES].n, 34);
    assert_int_equal(census_code_find(&codes.lists[CENSUS_PROVINCES], "00"), CENSUS_UNKNOWN);
}

static void gzip_is_checked(void **state)
{
    (void)state;
    struct rc_info e;
    char *gz, *csv, *twice;
    size_t len, csv_len;
    assert_int_equal(file_read(SEED "accounts.csv.gz", 1 << 22, &arena, &gz, &len, &e), RC_OK);
    assert_true(gzip_is(gz, len));
    assert_false(gzip_is("id,", 3));
    assert_int_equal(gzip_inflate(gz, len, 1 << 24, &arena, &csv, &csv_len, &e), RC_OK);
    assert_int_equal(csv_len, 3214716);
    assert_int_equal(gzip_inflate(gz, len, csv_len - 1, &arena, &csv, &csv_len, &e), RC_TOOBIG);
    assert_int_equal(gzip_inflate(gz, len - 1, 1 << 24, &arena, &csv, &csv_len, &e), RC_INPUT);
    assert_int_equal(gzip_inflate(gz, 10, 1 << 24, &arena, &csv, &csv_len, &e), RC_INPUT);
    assert_non_null(twice = arena_alloc(&arena, 2 * len));
    memcpy(twice, gz, len);
    memcpy(twice + len, gz, len);
    assert_int_equal(gzip_inflate(twice, 2 * len, 1 << 24, &arena, &csv, &csv_len, &e), RC_OK);
    assert_int_equal(csv_len, 2 * 3214716);
    twice[len] = 'x'; /* bytes after the end that are no gzip */
    assert_int_equal(gzip_inflate(twice, 2 * len, 1 << 24, &arena, &csv, &csv_len, &e), RC_INPUT);
    gz[len / 2] ^= 0x40;
    assert_int_equal(gzip_inflate(gz, len, 1 << 24, &arena, &csv, &csv_len, &e), RC_INPUT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(ranks_show_ties), T(medians_are_of_the_middle), T(tables_agree_with_counting_by_hand), T(days_go_there_and_back),
        T(every_golden_value_agrees), T(every_published_figure_agrees), T(the_rest_of_the_golden_census),
        T(golden_comes_back), T(a_document_that_contradicts_itself_is_refused), T(every_problem_is_found),
        T(headers_are_checked), T(small_census), T(memory_may_end_anywhere), T(code_lists_are_checked), T(gzip_is_checked),
    };
    return cmocka_run_group_tests_name("census", tests, group_setup, group_teardown);
}
