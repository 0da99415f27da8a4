/* White paper and charts: markup is safe, published figures are told from disturbed ones, an open survey
 * never speaks of sampling error, and every document is well formed and repeats byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "report/chart.h"
#include "report/markup.h"
#include "report/paper.h"
#include "web/catalogue.h"

static struct arena arena;
static struct buf out, again;
static struct catalogue *texts;

static int setup(void **state)
{
    struct rc_info e;
    (void)state;
    arena_init(&arena, (size_t)64 << 20);
    buf_init(&out, 4 << 20);
    buf_init(&again, 4 << 20);
    if (catalogue_load("html", &arena, &texts, &e) != RC_OK)
        fail_msg("%s", e.msg);
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

static size_t occurrences(const char *in, const char *what)
{
    size_t n = 0;
    for (const char *p = in; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

/* --- charts --- */

static void test_escapes(void **state)
{
    (void)state;
    const struct chart_bar bar = {.label = "<b>&\"", .value = "1", .size = 1};
    chart_ranked(&out, &(struct chart_bars){.aria = "\"<>", .label_head = "l", .value_head = "v", .n = 1, .bars = &bar});
    assert_true(buf_ok(&out));
    assert_non_null(strstr(out.p, "&lt;b&gt;&amp;"));
    assert_non_null(strstr(out.p, "aria-label=\"&#34;&lt;&gt;\""));
    assert_null(strstr(out.p, "<b>"));
    buf_reset(&out);
    mk_fill(&out, "{a} & {b} {c}", "a", "<{b}>", "b", "2", NULL);
    assert_string_equal(out.p, "&lt;{b}&gt; &amp; 2 {c}"); /* a value is not looked into */
}

static void test_grouped(void **state)
{
    char text[32];
    (void)state;
    assert_string_equal(mk_grouped(0, text), "0");
    assert_string_equal(mk_grouped(999, text), "999");
    assert_string_equal(mk_grouped(40924, text), "40,924");
    assert_string_equal(mk_grouped(-1234567, text), "-1,234,567");
    assert_string_equal(mk_grouped(INT64_MIN, text), "-9,223,372,036,854,775,808");
}

static void test_ranked_lengths(void **state)
{
    (void)state;
    const struct chart_bar bars[] = {{.label = "a", .value = "4", .size = 4}, {.label = "b", .value = "1", .size = 1},
                                     {.label = "c", .value = "-1", .size = -1}};
    chart_ranked(&out, &(struct chart_bars){.label_head = "l", .value_head = "v", .n = 3, .bars = bars});
    assert_non_null(strstr(out.p, "width=\"100%\" height=\"10\""));
    assert_non_null(strstr(out.p, "width=\"25%\" height=\"10\""));
    assert_non_null(strstr(out.p, "width=\"0%\" height=\"10\""));
    assert_null(strstr(out.p, "c-rank\"")); /* no ranks given, no column */
}

static void test_map_has_every_division(void **state)
{
    (void)state;
    const struct chart_tile tiles[] = {{.code = "44", .name = "Guangdong", .value = "6,139", .full = "6,139 accounts", .shade = 5},
                                       {.code = "99", .name = "nowhere", .value = "nothing", .shade = 5}};
    chart_tilemap(&out, &(struct chart_map){.alt = "map", .n = 2, .tiles = tiles, .none = "–", .legend = {"few", "many"}, .legend_none = "none"});
    assert_true(buf_ok(&out));
    assert_int_equal(occurrences(out.p, "<title>"), 34);
    assert_non_null(strstr(out.p, "<title>Guangdong: 6,139 accounts</title>"));
    assert_non_null(strstr(out.p, ">TW<")); /* drawn without data */
    assert_null(strstr(out.p, "nothing"));
    assert_int_equal(occurrences(out.p, "<li>"), 3);
    assert_string_equal(chart_tile_letters("44"), "GD");
    assert_string_equal(chart_tile_zh("14"), "山西");
    assert_string_equal(chart_tile_letters("99"), "");
}

static void test_shade(void **state)
{
    static const double bounds[CHART_SHADES - 1] = {200, 500, 1250, 3000};
    (void)state;
    assert_int_equal(chart_shade(199, bounds), 1);
    assert_int_equal(chart_shade(200, bounds), 2);
    assert_int_equal(chart_shade(1e9, bounds), 5);
}

static const struct chart_item likert[] = {
    {.label = "one", .summary = "sum one", .p = {.1, .1, .2, .3, .3}, .text = {"10", "10", "20", "30", "30"}},
    {.label = "nobody", .summary = "none", .p = {0}, .text = {"0", "0", "0", "0", "0"}},
};

static void test_stacked(void **state)
{
    (void)state;
    chart_stacked(&out, &(struct chart_likert){.legend = {"a", "b", "c", "d", "e"}, .alt = "", .n = 2, .items = likert});
    assert_int_equal(occurrences(out.p, "class=\"c-likert\""), 1); /* nothing is drawn for nobody */
    assert_non_null(strstr(out.p, "x=\"40%\" width=\"30%\""));
    assert_non_null(strstr(out.p, "x=\"70%\" width=\"30%\""));
}

static void test_diverging(void **state)
{
    (void)state;
    chart_diverging(&out, &(struct chart_likert){.legend = {"a", "b", "c", "d", "e"}, .alt = "", .n = 1, .items = likert});
    /* 97% of the width for 100% of the answers: zero at 19.4, neutral answers from 80.6 to the end */
    assert_non_null(strstr(out.p, "x=\"0%\" width=\"9.7%\""));
    assert_non_null(strstr(out.p, "x=\"19.4%\" width=\"29.1%\""));
    assert_non_null(strstr(out.p, "x=\"80.6%\" width=\"19.4%\""));
}

static void test_over_time(void **state)
{
    (void)state;
    const struct chart_column columns[] = {{1, "2013", "2013-01: 1"}, {4, NULL, "2013-02: 4"}};
    const struct chart_event event = {1, "A"};
    chart_over_time(&out, &(struct chart_columns){.alt = "months", .max = 4, .n_ticks = 1, .ticks = {"4"}, .n = 2, .columns = columns,
                                                  .n_events = 1, .events = &event});
    assert_non_null(strstr(out.p, "height=\"150.0\"><title>2013-02: 4</title>"));
    assert_non_null(strstr(out.p, "height=\"37.5\"><title>2013-01: 1</title>"));
    assert_non_null(strstr(out.p, "cx=\"50%\""));
    buf_reset(&out);
    chart_over_time(&out, &(struct chart_columns){.n = CHART_COLUMNS_MAX + 1});
    assert_int_equal(out.len, 0);
}

/* --- published figures --- */

static const struct census_row functions[] = {
    {.code = "police", .label = {{"公安", "police"}}, .count = 600, .share = .6004, .rank = 1},
    {.code = "tax", .label = {{"税务", "tax"}}, .count = 400, .share = .3996, .rank = 2},
};
static struct census_figures census = {
    .as_of = "2014-12-31", .is_demonstration = true, .n_langs = 2, .langs = {"zh", "en"}, .total = 1000, .n_provinces_covered = 31,
    .mean_followers = 36214, .median_followers = 20000, .n_certified = -1,
    .functions = {.is_given = true, .n = 2, .rows = functions, .top2 = 1000, .top2_share = 1},
};
static const struct pub_option options[] = {
    {.name = "5", .label = {{"非常满意", "very"}}, .share = {.count = 50, .p = .5}}, {.name = "4", .share = {.count = 30, .p = .3}},
    {.name = "3", .share = {.count = 10, .p = .1}}, {.name = "2", .share = {.count = 5, .p = .05}},
    {.name = "1", .share = {.count = 5, .p = .05}},
};
static const struct pub_question question = {
    .name = "q", .label = {{"满意吗<？", "satisfied<?"}}, .is_likert = true, .n = 1000, .n_options = 5, .options = options,
    .has_boxes = true, .top2 = {.count = 789, .p = .78949}, .neutral = {.count = 111, .p = .111}, .bottom2 = {.count = 100, .p = .1},
};
static struct publication survey = {
    .slug = "s", .version_no = 1, .n_langs = 2, .langs = {"zh", "en"}, .title = {{"调查", "Survey"}}, .population = {{"人", "people"}},
    .organiser = {{"甲", "Body"}}, .sample = FORM_DEMONSTRATION, .n_ballots = 1000, .threshold = 30, .first_day = "2015-01-01",
    .last_day = "2015-01-02", .n_questions = 1, .questions = &question,
};

#define HEAD "key,label_zh,label_en,value,unit,comparison,note,kind\n"

static enum rc read_published(const char *rows, struct published *p, struct rc_info *e)
{
    char *csv = arena_printf(&arena, HEAD "%s", rows);
    assert_non_null(csv);
    return published_read("p.csv", csv, strlen(csv), &survey, &census, &arena, p, e);
}

struct verdict_row {
    const char *csv;
    enum published_verdict want;
};

static void test_verdict(void **state)
{
    const struct verdict_row *r = *state;
    struct published p;
    struct rc_info e;
    enum published_verdict want = r->want;
    assert_int_equal(read_published(r->csv, &p, &e), RC_OK);
    assert_int_equal(p.n, 1);
    assert_string_equal(published_verdict_name(p.rows[0].verdict), published_verdict_name(want));
    assert_int_equal(p.n_agree + p.n_differ + p.n_missing + p.n_cited, 1);
}

static int verdict_setup(void **state)
{
    void *row = *state;
    int rc = setup(state);
    *state = row;
    return rc;
}

static void test_bad_files(void **state)
{
    static const char *const bad[] = {"total.accounts,z,e,many,accounts,eq,,computed\n", "total.accounts,z,e,1000,accounts,about,,computed\n",
                                      "total.accounts,z,e,1000,accounts,eq,,guessed\n"};
    struct published p;
    struct rc_info e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_published(bad[i], &p, &e), RC_INPUT);
        assert_non_null(strstr(e.msg, "p.csv:2: "));
    }
    assert_int_equal(published_read("p.csv", "key\n1\n", 6, &survey, &census, &arena, &p, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, "label_zh"));
}

/* --- the document --- */

static const char *text_of(const void *c, size_t lang, const char *key)
{
    const char *const *langs;
    static const char *const wanted[] = {"zh", "en"};
    size_t n = catalogue_langs(c, &langs);
    for (size_t i = 0; i < n; i++)
        if (strcmp(langs[i], wanted[lang]) == 0)
            return tr(c, i, key);
    return key;
}

static struct paper make_paper(const struct published *p)
{
    static const char *const langs[] = {"zh", "en"}, *const tags[] = {"zh-CN", "en"};
    return (struct paper){.survey = &survey, .census = &census, .published = p, .langs = langs, .tags = tags,
                          .text = text_of, .texts = texts, .css = "p{margin:0}"};
}

/* No key of the catalogue is left standing, no place is left open, nothing active is in it. */
static void check_document(const char *html)
{
    static const char *const never[] = {">paper.", "{n}", "{date}", "{level}", "<script", " style=", "javascript:", "http://", "https://"};
    struct html w = {&out};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(html, never[i]) != NULL)
            fail_msg("the document holds \"%s\"", never[i]);
    assert_true(html_ok(&w)); /* its tags balance */
    assert_non_null(strstr(html, "&lt;"));
}

static void test_document(void **state)
{
    struct published p;
    struct rc_info e;
    (void)state;
    assert_int_equal(read_published("total.accounts,总数,total,1000,accounts,eq,,computed\nun.x,联合国,UN,71,percent,cited,,cited\n", &p, &e), RC_OK);
    const struct paper paper = make_paper(&p);
    for (size_t lang = 0; lang < PAPER_LANGS; lang++)
        for (enum form_sample s = FORM_RANDOM; s <= FORM_DEMONSTRATION; s++) {
            survey.sample = s;
            buf_reset(&out);
            buf_reset(&again);
            paper_to_html(&paper, lang, &out);
            paper_to_html(&paper, lang, &again);
            assert_true(buf_ok(&out) && buf_ok(&again));
            assert_int_equal(out.len, again.len);
            assert_memory_equal(out.p, again.p, out.len);
            check_document(out.p);
            assert_int_equal(occurrences(out.p, "<section>"), 6);
            assert_int_equal(occurrences(out.p, "<ol class=\"method\">"), 1);
        }
    survey.sample = FORM_DEMONSTRATION;
}

/* An open survey is no random sample: its report has no interval and none of these words. */
static void test_open_survey(void **state)
{
    static const char *const never[] = {"margin of sampling error", "margin of error", "抽样误差", "sampling error", "误差幅度", "confidence", "置信"};
    const struct paper paper = make_paper(NULL);
    (void)state;
    survey.sample = FORM_OPEN;
    for (size_t lang = 0; lang < PAPER_LANGS; lang++) {
        buf_reset(&out);
        paper_to_html(&paper, lang, &out);
        for (size_t i = 0; i < sizeof never / sizeof *never; i++)
            if (strcasestr(out.p, never[i]) != NULL)
                fail_msg("the report of an open survey says \"%s\"", never[i]);
        assert_non_null(strstr(out.p, lang == 0 ? "非概率样本" : "Non-probability sample"));
    }
    survey.sample = FORM_DEMONSTRATION;
}

/* Groups, a crossing and weights: two levels, one of them with too few answers to be published. */
static const struct pub_item group_items[2] = {{.question = 0, .n = 50, .top2 = {.count = 40, .p = .8, .is_weighted = true, .weighted = {.p = .75}}},
                                               {.question = 0, .is_suppressed = true}};
static const struct pub_level group_levels[2] = {{.option = 0, .n_ballots = 61, .items = &group_items[0]},
                                                 {.option = 1, .is_suppressed = true, .items = &group_items[1]}};
static const struct pub_group group = {.question = 0, .n_levels = 2, .n_items = 1, .levels = group_levels};
static const struct pub_share cross_shares[5] = {{.count = 7, .p = .07}, {.count = 93, .p = .93}};
static const struct pub_row cross_rows[5] = {{.n = 100, .shares = cross_shares}, {.is_suppressed = true}, {.is_suppressed = true},
                                             {.is_suppressed = true}, {.is_suppressed = true}};

static struct publication make_grouped(void)
{
    static struct pub_cross cross = {.n_rows = 5, .n_columns = 5, .rows = cross_rows};
    static struct pub_question weighted_question;
    struct publication p = survey;
    weighted_question = question;
    weighted_question.top2.is_weighted = true;
    weighted_question.top2.weighted = (struct pub_weighted){.p = .654};
    cross.has_test = p.sample != FORM_OPEN;
    cross.statistic = 12.3;
    cross.df = 4;
    cross.p_value = .0151;
    p.questions = &weighted_question;
    p.n_groups = p.n_crosses = 1;
    p.groups = &group;
    p.crosses = &cross;
    p.weights = (struct pub_weights){.is_weighted = true, .as_of = "2010-11-01", .source = "Census <2010>", .population = 1380000,
                                     .n_eff = 740.8, .kish_deff = 1.35, .min = .25, .max = 1.88, .n_margins = 1};
    return p;
}

static void test_groups(void **state)
{
    struct paper paper = make_paper(NULL);
    (void)state;
    for (enum form_sample sample = FORM_RANDOM; sample <= FORM_DEMONSTRATION; sample++)
        for (size_t lang = 0; lang < PAPER_LANGS; lang++) {
            survey.sample = sample;
            const struct publication p = make_grouped();
            paper.survey = &p;
            buf_reset(&out);
            paper_to_html(&paper, lang, &out);
            check_document(out.p);
            assert_int_equal(occurrences(out.p, "class=\"figures groups"), 3); /* weights, a group, a crossing */
            assert_non_null(strstr(out.p, "65.4%"));                          /* weighted beside 78.9% */
            assert_non_null(strstr(out.p, "Census &lt;2010&gt;"));
            assert_non_null(strstr(out.p, "1,380,000"));
            assert_non_null(strstr(out.p, ">80%"));  /* n = 50 carries no decimals */
            assert_non_null(strstr(out.p, "75%</i>"));
            assert_non_null(strstr(out.p, "<td class=\"c-num\">61</td>"));
            assert_int_equal(occurrences(out.p, "<td class=\"c-num\">–</td>"), 2 + 4 * 6); /* what is suppressed */
            assert_int_equal(occurrences(out.p, "0.015"), sample == FORM_OPEN ? 0 : 1);
        }
    survey.sample = FORM_DEMONSTRATION;
}

static void test_group_figures(void **state)
{
    struct rc_info e;
    struct paper paper = make_paper(NULL);
    const struct publication p = make_grouped();
    struct paper_figure *f = NULL;
    size_t n = 0;
    (void)state;
    paper.survey = &p;
    assert_int_equal(paper_figures(&paper, &arena, &f, &n, &e), RC_OK);
    paper_figures_to_csv(f, n, &out);
    assert_non_null(strstr(out.p, "survey.q.top2.weighted,满意吗<？,satisfied<?,65.4,percent,1000,"));
    assert_non_null(strstr(out.p, "group.q.5.q.top2.share,非常满意,very,80,percent,50,"));
    assert_non_null(strstr(out.p, "group.q.5.q.top2.weighted,非常满意,very,75,percent,50,"));
    assert_int_equal(occurrences(out.p, "group."), 2); /* nothing of the level that is suppressed */
    assert_non_null(strstr(out.p, "cross.q.5.q.4.share,,,93,percent,100,"));
    assert_int_equal(occurrences(out.p, "cross."), 5);
}

/* Labels in a census are words inside a sentence: at the head of one, or of a row, they get a capital. */
static void test_capitals(void **state)
{
    const struct paper paper = make_paper(NULL);
    (void)state;
    paper_to_html(&paper, 1, &out);
    assert_non_null(strstr(out.p, ">Police and tax have the most accounts"));
    assert_non_null(strstr(out.p, ">Police</th>"));
}

static void test_says_synthetic(void **state)
{
    const struct paper paper = make_paper(NULL);
    (void)state;
    paper_to_html(&paper, 1, &out);
    assert_int_equal(occurrences(out.p, "class=\"synthetic\""), 3); /* cover, census, survey */
    census.is_demonstration = false;
    survey.sample = FORM_OPEN;
    buf_reset(&out);
    paper_to_html(&paper, 1, &out);
    assert_int_equal(occurrences(out.p, "synthetic"), 0);
    census.is_demonstration = true;
    survey.sample = FORM_DEMONSTRATION;
}

static void test_figures(void **state)
{
    struct published p;
    struct paper_figure *f = NULL;
    struct rc_info e;
    size_t n = 0;
    (void)state;
    assert_int_equal(read_published("un.x,联合国,UN,71,percent,cited,,cited\n", &p, &e), RC_OK);
    const struct paper paper = make_paper(&p);
    assert_int_equal(paper_figures(&paper, &arena, &f, &n, &e), RC_OK);
    paper_figures_to_csv(f, n, &out);
    assert_non_null(strstr(out.p, "function.police.share"));
    assert_non_null(strstr(out.p, "survey.q.top2.share"));
    assert_non_null(strstr(out.p, "un.x"));
    assert_int_equal(occurrences(out.p, "\r\n"), n + 1);
    assert_int_equal(paper_figures_to_json(f, n, &again, &e), RC_OK);
    assert_int_equal(occurrences(again.p, "\"key\""), n);
}

static void test_no_memory(void **state)
{
    struct published p;
    struct rc_info e;
    long k = 0;
    enum rc rc = RC_NOMEM;
    (void)state;
    static const char csv[] = HEAD "total.accounts,z,e,1000,accounts,eq,,computed\n";
    for (k = 1; k < 200 && rc == RC_NOMEM; k++) {
        arena.fail_after = k;
        rc = published_read("p.csv", csv, sizeof csv - 1, &survey, &census, &arena, &p, &e);
    }
    arena.fail_after = 0;
    assert_int_equal(rc, RC_OK);
    assert_true(k > 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define V(n, c, w) { n, test_verdict, verdict_setup, teardown, &(struct verdict_row){ c, w } }

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_escapes), T(test_grouped), T(test_ranked_lengths), T(test_map_has_every_division), T(test_shade), T(test_stacked),
        T(test_diverging), T(test_over_time),
        V("count", "total.accounts,z,e,1000,accounts,eq,,computed\n", PUBLISHED_AGREES),
        V("count, disturbed", "total.accounts,z,e,1001,accounts,eq,,computed\n", PUBLISHED_DIFFERS),
        V("percent rounds", "survey.q.top2.share,z,e,78.9,percent,eq,,computed\n", PUBLISHED_AGREES),
        V("percent, disturbed", "survey.q.top2.share,z,e,79.0,percent,eq,,computed\n", PUBLISHED_DIFFERS),
        V("percent to its own decimals", "survey.q.top2.share,z,e,79,percent,eq,,computed\n", PUBLISHED_AGREES),
        V("gt is strict", "followers.mean,z,e,36214,followers,gt,,computed\n", PUBLISHED_DIFFERS),
        V("gt", "followers.mean,z,e,36213,followers,gt,,computed\n", PUBLISHED_AGREES),
        V("lt is strict", "function.tax.count,z,e,400,accounts,lt,,computed\n", PUBLISHED_DIFFERS),
        V("lt", "function.tax.count,z,e,401,accounts,lt,,computed\n", PUBLISHED_AGREES),
        V("rank", "function.tax.rank,z,e,2,rank,rank,,computed\n", PUBLISHED_AGREES),
        V("rank, disturbed", "function.tax.rank,z,e,1,rank,rank,,computed\n", PUBLISHED_DIFFERS),
        V("no such figure", "survey.other.top2.share,z,e,78.9,percent,eq,,computed\n", PUBLISHED_MISSING),
        V("no such date", "level.x.first_opened_on,z,e,2013-05-07,date,eq,,computed\n", PUBLISHED_MISSING),
        V("cited", "un.x,z,e,71,percent,cited,,cited\n", PUBLISHED_CITED),
        T(test_bad_files), T(test_document), T(test_open_survey), T(test_says_synthetic), T(test_groups), T(test_group_figures), T(test_capitals), T(test_figures), T(test_no_memory),
    };
    return cmocka_run_group_tests_name("paper", tests, NULL, NULL);
}
