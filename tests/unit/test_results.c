/* The pages of published figures: what each kind of sample says and never says, ages, files, outages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/settings.h"
#include "pages/results.h"

static struct arena arena, request_arena;
static struct buf out;
static struct html w = {&out};
static struct catalogue *texts;
static struct results *results;
static struct response rs;

static int load_texts(void **state)
{
    (void)state;
    struct rc_info e = {0};
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
    buf_init(&out, 1024 * 1024);
    response_init(&rs);
    results = results_new(&arena, texts, NULL);
    return results != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    buf_release(&out);
    response_release(&rs);
    results_release(results);
    arena_reset(&request_arena);
    return 0;
}

static const struct pub_option five[] = {
    {"5", {{"\xe5\xa5\xbd", "Very <good>"}}, {.count = 700, .p = 0.7, .has_interval = true, .low = 0.671, .high = 0.7277}, false},
    {"4", {{NULL, "Good"}}, {.count = 89, .p = 0.089, .has_interval = true, .low = 0.0729, .high = 0.1082}, false},
    {"3", {{NULL, "Neither"}}, {.count = 111, .p = 0.111, .has_interval = true, .low = 0.093, .high = 0.132}, false},
    {"2", {{NULL, "Bad"}}, {.count = 100, .p = 0.1, .has_interval = true, .low = 0.0829, .high = 0.1202}, false},
    {"1", {{NULL, "Very bad"}}, {.count = 0, .p = 0, .has_interval = true, .low = 0, .high = 0.0038}, false},
    {"dk", {{NULL, "Do not know"}}, {.count = 12, .p = 0, .has_interval = false, .low = 0, .high = 0}, true},
};
static const struct pub_question questions[] = {
    {.name = "agree", .type = FORM_ACKNOWLEDGE, .label = {{NULL, "Consent text"}}, .n = 1},
    {.name = "q", .type = FORM_SELECT_ONE, .label = {{NULL, "How & why?"}}, .is_likert = true, .n = 1000,
     .n_not_asked = 1234, .n_skipped = 2, .n_dont_know = 12, .n_options = 6, .options = five,
     .has_boxes = true, .top2 = {.count = 789, .p = 0.789, .has_interval = true, .low = 0.7626, .high = 0.8132},
     .neutral = {.count = 111, .p = 0.111, .has_interval = true, .low = 0.093, .high = 0.132}, .bottom2 = {.count = 100, .p = 0.1, .has_interval = true, .low = 0.0829, .high = 0.1202}},
    {.name = "few", .type = FORM_SELECT_MULTIPLE, .label = {{NULL, "Which?"}}, .is_profile = true,
     .is_suppressed = true, .n_options = 6, .options = five},
    {.name = "words", .type = FORM_TEXT, .label = {{NULL, "Say"}}, .n = 5},
};

static struct publication make(enum form_sample sample)
{
    return (struct publication){
        .slug = "s-1", .version_no = 1, .n_langs = 2, .langs = {"zh", "en"},
        .title = {{"\xe9\xa2\x98", "The <title>"}}, .population = {{NULL, "All of them"}},
        .organiser = {{NULL, "Us"}}, .sample = sample, .n_ballots = 12345, .threshold = 30,
        .n_questions = 4, .questions = questions};
}

/* The page in English of a survey with that sample whose tally is `age_s` old. */
static const char *page(enum form_sample sample, int64_t age_s)
{
    struct publication p = make(sample);
    const struct publication_head head = {"s-1", 1, 1000000, "2014-12-31 04:15"};
    const struct results_view v = {texts, 1, 1, &head, &p, 1000000 + age_s};
    buf_reset(&out);
    results_write_survey(&w, &v);
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

static void random_sample(void **state)
{
    (void)state;
    const char *text = page(FORM_RANDOM, 60);
    assert_has(text, "78.9%<span class=\"interval\">76.3 to 81.3</span>");
    assert_has(text, "<rect class=\"fill\" width=\"789\"");
    assert_has(text, "95% interval");
    assert_has(text, "Very &lt;good&gt; + Good");
    assert_has(text, "How &amp; why?");
    assert_has(text, "12,345");
    assert_has(text, "don&#39;t know 12, skipped 2, not asked 1,234");
    assert_lacks(text, "Consent text");
    assert_lacks(text, "class=\"demonstration\"");
}

static void open_sample(void **state)
{
    (void)state;
    struct pub_option plain[6];
    struct pub_question q[4];
    memcpy(plain, five, sizeof plain);
    memcpy(q, questions, sizeof q);
    for (size_t i = 0; i < 6; i++)
        plain[i].share.has_interval = false;
    q[1].options = plain;
    q[1].top2.has_interval = q[1].neutral.has_interval = q[1].bottom2.has_interval = false;
    struct publication p = make(FORM_OPEN);
    p.questions = q;
    const struct publication_head head = {"s-1", 1, 1000000, "2014-12-31 04:15"};
    const struct results_view v = {texts, 1, 1, &head, &p, 1000000};
    results_write_survey(&w, &v);
    assert_true(html_ok(&w));
    assert_has(out.p, "of 1,000 ballots");
    assert_has(out.p, "describe the ballots that came in and nobody else");
    assert_lacks(out.p, "class=\"interval\"");
    assert_lacks(out.p, "class=\"range\"");
    assert_lacks(out.p, "of users");
}

static void demonstration_says_so_in_both(void **state)
{
    (void)state;
    const char *text = page(FORM_DEMONSTRATION, 60);
    assert_has(text, "<p lang=\"en\" dir=\"ltr\">Demonstration: the ballots of this survey are synthetic");
    assert_has(text, "<p lang=\"zh-CN\" dir=\"ltr\">\xe6\xbc\x94\xe7\xa4\xba");
}

static void suppressed(void **state)
{
    (void)state;
    const char *text = page(FORM_RANDOM, 60);
    const char *section = strstr(text, "<h3 id=\"few\">");
    assert_non_null(section);
    assert_has(section, "Too few answers (under 30) to show.");
    assert_lacks(section, "<td");
}

static void stale_warning(void **state)
{
    (void)state;
    assert_lacks(page(FORM_RANDOM, 26 * 3600), "class=\"warning\"");
    assert_has(page(FORM_RANDOM, 26 * 3600 + 1), "class=\"warning\"");
    assert_has(page(FORM_RANDOM, 27 * 3600), "last confirmed 27 hours ago");
}

static void interval_is_never_a_point(void **state)
{
    (void)state;
    struct pub_option all = {"a", {{NULL, "A"}}, {.count = 800, .p = 1, .has_interval = true, .low = 0.9952, .high = 1}, false};
    struct pub_question q = {.name = "q", .type = FORM_SELECT_ONE, .n = 800, .n_options = 1, .options = &all};
    struct publication p = make(FORM_RANDOM);
    p.questions = &q;
    p.n_questions = 1;
    const struct publication_head head = {"s-1", 1, 0, ""};
    const struct results_view v = {texts, 1, 1, &head, &p, 0};
    results_write_survey(&w, &v);
    assert_true(html_ok(&w));
    assert_has(out.p, "100%<span class=\"interval\">99.5 to 100.0</span>");
}

/* No language may use the words of random samples that open ones must never carry. */
static void words_that_never_stand(void **state)
{
    (void)state;
    static const char *const files[] = {"html/i18n/en.txt", "html/i18n/zh.txt"};
    static const char *const words[] = {"margin of", "sampling error",
                                        "\xe6\x8a\xbd\xe6\xa0\xb7\xe8\xaf\xaf\xe5\xb7\xae"};
    for (size_t i = 0; i < 2; i++) {
        FILE *f = fopen(files[i], "r");
        assert_non_null(f);
        static char text[1 << 20];
        size_t n = fread(text, 1, sizeof text - 1, f);
        (void)fclose(f);
        assert_true(n > 1000 && n < sizeof text - 1);
        text[n] = '\0';
        for (size_t k = 0; k < 3; k++)
            assert_lacks(text, words[k]);
    }
}

struct age_row {
    int64_t age_s;
    const char *want;
};

static void age(void **state)
{
    const struct age_row *r = *state;
    struct publication p = make(FORM_RANDOM);
    const struct publication_head head = {"s-1", 1, 1000000, ""};
    const struct results_view v = {texts, 1, 1, &head, &p, 1000000 + r->age_s};
    char text[80];
    results_age(&v, text);
    assert_string_equal(text, r->want);
}

static struct request get(const char *path, const char *lang)
{
    static struct web_field query;
    query = (struct web_field){"lang", 4, lang, strlen(lang)};
    return (struct request){.path = path, .cookies = "", .accept_language = "", .n_query = 1,
                            .query = &query, .arena = &request_arena};
}

static void load_one(int64_t tallied_at_s)
{
    struct publication p = make(FORM_OPEN);
    struct rc_info e = {0};
    assert_int_equal(publication_to_json(&p, &out, &e), RC_OK);
    const struct publication_head heads[] = {{"s-1", 7, tallied_at_s, "2014-12-31 04:15"},
                                             {"broken", 8, 0, ""}};
    const char *bodies[] = {out.p, "{\"languages\":[]}"};
    assert_int_equal(results_load(results, heads, bodies, 2, &e), RC_OK);
}

static void serves_nothing_before_the_first_load(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct request rq = get("/results/s-1", "en");
    assert_int_equal(results_survey_page(results, &rq, &rs, &e), RC_AWAY);
    rq.path = "/results/";
    assert_int_equal(results_list_page(results, &rq, &rs, &e), RC_AWAY);
    assert_int_equal(results_readyz(results, &rq, &rs, &e), RC_OK);
    assert_int_equal(rs.status, 503);
}

static void list(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct request rq = get("/results/", "en");
    assert_int_equal(results_load(results, NULL, NULL, 0, &e), RC_OK);
    assert_int_equal(results_list_page(results, &rq, &rs, &e), RC_OK);
    assert_has(rs.body.p, "No survey has published results yet");
    response_reset(&rs);
    load_one(1000000);
    assert_int_equal(results_list_page(results, &rq, &rs, &e), RC_OK);
    assert_has(rs.body.p, "<a href=\"/results/s-1?lang=en\">The &lt;title&gt;</a>");
    assert_lacks(rs.body.p, "broken");
}

static void files(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct request rq = get("/results/s-1.json", "en");
    load_one(1420000000);
    assert_int_equal(results_survey_page(results, &rq, &rs, &e), RC_OK);
    assert_string_equal(rs.type, "application/json; charset=utf-8");
    assert_has(rs.body.p, "{\"figures\":{\"ballots\":12345,");
    assert_has(rs.body.p, ",\"tallied_at\":\"2014-12-31T04:26:40Z\"}\n");
    response_reset(&rs);
    rq.path = "/results/s-1.csv";
    assert_int_equal(results_survey_page(results, &rq, &rs, &e), RC_OK);
    assert_string_equal(rs.disposition, "attachment; filename=\"s-1.csv\"");
    assert_has(rs.body.p, "\r\nq,How & why?,_top2,,789,1000,78.9,76.3,81.3,\r\n");
    assert_has(rs.body.p, "\r\nfew,Which?,_all,,,,,,,suppressed\r\n");
}

static void languages_and_strangers(void **state)
{
    (void)state;
    struct rc_info e = {0};
    load_one(1420000000);
    struct request rq = get("/results/s-1", "zh");
    assert_int_equal(results_survey_page(results, &rq, &rs, &e), RC_OK);
    assert_string_equal(rs.lang, "zh-CN");
    assert_has(rs.body.p, "<html lang=\"zh-CN\"");
    response_reset(&rs);
    rq = get("/results/s-1", "en");
    assert_int_equal(results_survey_page(results, &rq, &rs, &e), RC_OK);
    assert_has(rs.body.p, "<html lang=\"en\"");
    static const char *const strangers[] = {"/results/x", "/results/.json", "/results/s-1.xml",
                                            "/results/s-1/", "/results/s-1.json.csv", "/results/broken"};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        rq.path = strangers[i];
        assert_int_equal(results_survey_page(results, &rq, &rs, &e), RC_NOTFOUND);
    }
}

/* The last figures stay up while the database is away, and new times of confirmation are shown. */
static void outage(void **state)
{
    (void)state;
    struct rc_info e = {0};
    assert_int_equal(setenv("PGHOST", "/nonexistent", 1), 0);
    struct db *db = publication_db();
    assert_non_null(db);
    struct results *r = results_new(&arena, texts, db);
    assert_non_null(r);
    struct results *kept = results;
    results = r;
    load_one((int64_t)time(NULL) - 7200);
    assert_int_equal(results_refresh(r, &e), RC_AWAY);
    struct request rq = get("/results/s-1", "en");
    assert_int_equal(results_survey_page(r, &rq, &rs, &e), RC_OK);
    assert_has(rs.body.p, "2 hours ago");
    response_reset(&rs);
    assert_int_equal(results_metrics(r, &rq, &rs, &e), RC_OK);
    assert_has(rs.body.p, "minyi_db_up{program=\"results\"} 0");
    results_release(r);
    db_free(db);
    results = kept;
}

#define A(s, want) {"age " #s, age, setup, teardown, &((struct age_row){s, want})}
#define TEST(f) {#f, f, setup, teardown, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_sample), TEST(open_sample), TEST(demonstration_says_so_in_both), TEST(suppressed),
        TEST(stale_warning), TEST(interval_is_never_a_point), TEST(words_that_never_stand),
        A(-5, "just now"), A(59, "just now"), A(60, "1 minute ago"), A(3599, "59 minutes ago"),
        A(3600, "1 hour ago"), A(172799, "47 hours ago"), A(172800, "2 days ago"),
        A(86400LL * 1234, "1,234 days ago"),
        TEST(serves_nothing_before_the_first_load), TEST(list), TEST(files),
        TEST(languages_and_strangers), TEST(outage),
    };
    return cmocka_run_group_tests(tests, load_texts, drop_texts);
}
