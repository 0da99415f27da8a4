/* tally analyse: its command line, numbers, dictionaries, near names, and the three writers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse.h"
#include "cmd/analyse_data.h"
#include "report/analysis.h"

/* ---- the command line ---- */

enum { WORDS_MAX = 12 };

struct line {
    const char *words[WORDS_MAX];
    enum rc want;
    const char *says;
};

static const struct line lines[] = {
    {{"f.csv", "--question", "a"}, RC_OK, ""},
    {{"--question=a,b", "f.csv"}, RC_OK, ""},
    {{"--help"}, RC_OK, ""},
    {{"--question", "a"}, RC_USAGE, "no file"},
    {{"f.csv"}, RC_USAGE, "nothing is asked for"},
    {{"f.csv", "g.csv", "--question", "a"}, RC_USAGE, "cannot use \"g.csv\""},
    {{"f.csv", "--question"}, RC_USAGE, "needs a value"},
    {{"f.csv", "--question", "a,,b"}, RC_USAGE, "a name is empty"},
    {{"f.csv", "--question", "a", "--weights", "w", "--weights", "v"}, RC_USAGE, "given twice"},
    {{"f.csv", "--question", "a", "--trim", "0.3:3"}, RC_OK, ""},
    {{"f.csv", "--question", "a", "--trim", ":3"}, RC_OK, ""},
    {{"f.csv", "--question", "a", "--trim", "0.3:"}, RC_OK, ""},
    {{"f.csv", "--question", "a", "--trim", ":"}, RC_USAGE, "two weights"},
    {{"f.csv", "--question", "a", "--trim", "3:0.3"}, RC_USAGE, "two weights"},
    {{"f.csv", "--question", "a", "--trim", "3:4x"}, RC_USAGE, "two weights"},
    {{"f.csv", "--question", "a", "--trim-strict"}, RC_USAGE, "--trim-strict needs"},
    {{"f.csv", "--question", "a", "--trim-strict=1"}, RC_USAGE, "cannot use"},
    {{"f.csv", "--question", "a", "--rake", "m", "--poststratify", "m"}, RC_USAGE, "exclude each other"},
    {{"f.csv", "--question", "a", "--confidence", "0.9"}, RC_OK, ""},
    {{"f.csv", "--question", "a", "--confidence", "95"}, RC_USAGE, "0.95"},
    {{"f.csv", "--question", "a", "--format", "xml"}, RC_USAGE, "text, json or csv"},
    {{"f.csv", "--cross", "a*b", "--difference", "g:a-b"}, RC_USAGE, "difference of what"},
};
enum { N_LINES = sizeof lines / sizeof *lines };

static void command_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_LINES; i++) {
        char copies[WORDS_MAX + 1][64], *argv[WORDS_MAX + 1];
        struct analyse_options *o = calloc(1, sizeof *o);
        struct rc_info e = {0};
        int argc = 1;
        assert_non_null(o);
        argv[0] = copies[0];
        (void)snprintf(copies[0], sizeof copies[0], "analyse");
        for (; argc <= WORDS_MAX && lines[i].words[argc - 1] != NULL; argc++) {
            (void)snprintf(copies[argc], sizeof copies[argc], "%s", lines[i].words[argc - 1]);
            argv[argc] = copies[argc];
        }
        enum rc rc = analyse_read_options(argc, argv, o, &e);
        if (rc != lines[i].want || strstr(e.msg, lines[i].says) == NULL)
            print_message("line %zu: \"%s\"\n", i, e.msg);
        assert_int_equal(rc, lines[i].want);
        assert_non_null(strstr(e.msg, lines[i].says));
        free(o);
    }
}

static void lists_add_up(void **state)
{
    (void)state;
    char words[][32] = {"analyse", "f.csv", "--question", "a,b", "--question=b,c", "--top", "a=4:5", "--trim=:3"};
    char *argv[8];
    struct analyse_options *o = calloc(1, sizeof *o);
    struct rc_info e = {0};
    assert_non_null(o);
    for (size_t i = 0; i < 8; i++)
        argv[i] = words[i];
    assert_int_equal(analyse_read_options(8, argv, o, &e), RC_OK);
    assert_int_equal(o->questions.n, 3); /* b is asked for once */
    assert_string_equal(o->questions.items[2], "c");
    assert_string_equal(o->tops.items[0], "a=4:5");
    assert_true(isinf(o->trim_low) && o->trim_high == 3);
    free(o);
}

/* ---- numbers ---- */

struct number {
    const char *text;
    int is_good;
    double want;
};

static const struct number numbers[] = {
    {"0", 1, 0}, {"12", 1, 12}, {"-1.5", 1, -1.5}, {".5", 1, .5}, {"5.", 1, 5}, {"0.1", 1, 0.1},
    {"44.209999084472656", 1, 44.209999084472656}, {"1e3", 1, 1000}, {"-2E-2", 1, -0.02}, {"+7", 1, 7},
    {"123456789012345678", 1, 123456789012345678.0}, {"0.3000000000000000444", 1, 0.30000000000000004},
    {"", 0, 0}, {"-", 0, 0}, {".", 0, 0}, {"1,5", 0, 0}, {"1 ", 0, 0}, {" 1", 0, 0}, {"1.2.3", 0, 0}, {"0x10", 0, 0},
    {"nan", 0, 0}, {"inf", 0, 0}, {"1e999", 0, 0}, {"--1", 0, 0}, {"1-", 0, 0}, {"１", 0, 0},
    {"1111111111111111111111111111111111111111111111111111111111111111", 0, 0},
};

static void numbers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double got = -99;
        bool is_good = data_number(numbers[i].text, strlen(numbers[i].text), &got);
        if (is_good != (numbers[i].is_good != 0) || (is_good && got != numbers[i].want))
            print_message("\"%s\": %d %.17g\n", numbers[i].text, is_good, got);
        assert_int_equal(is_good, numbers[i].is_good);
        if (is_good)
            assert_true(got == numbers[i].want);
    }
}

/* Every number of up to 15 digits as strtod reads it. */
static void short_numbers_round_as_strtod(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        char text[40];
        double got;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int n = snprintf(text, sizeof text, "%s%llu.%0*llu", random % 2 ? "-" : "", (unsigned long long)(random >> 20) % 1000000,
                         (int)(1 + random % 8), (unsigned long long)(random >> 40) % 10);
        assert_true(data_number(text, (size_t)n, &got));
        assert_true(got == strtod(text, NULL));
    }
}

/* ---- dictionaries ---- */

static void texts_keep_their_codes(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct dict *d = calloc(1, sizeof *d);
    struct arena a;
    bool is_full = false;
    assert_non_null(d);
    arena_init(&a, 16 << 20);
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < N; i++) {
            char text[64];
            int n = snprintf(text, sizeof text, i % 2 ? "%u" : "a much longer answer %u", i);
            assert_int_equal(dict_code(d, &a, text, (size_t)n, &is_full), i + 1);
            assert_string_equal(d->texts[i], text);
        }
    assert_int_equal(d->n, N);
    assert_int_equal(dict_find(d, "1", 1), 2);
    assert_int_equal(dict_find(d, "12345678", 8), 0);
    assert_int_equal(dict_code(d, &a, "1\0", 2, &is_full), N + 1); /* not the "1" of one byte */
    arena_release(&a);
    free(d);
}

static void a_dictionary_has_an_end(void **state)
{
    (void)state;
    struct dict *d = calloc(1, sizeof *d);
    struct arena a;
    bool is_full = false;
    char text[16];
    assert_non_null(d);
    arena_init(&a, 16 << 20);
    for (int i = 0; i < DATA_LEVELS_MAX; i++)
        assert_true(dict_code(d, &a, text, (size_t)snprintf(text, sizeof text, "%d", i), &is_full) != 0 && !is_full);
    assert_int_equal(dict_code(d, &a, "one more", 8, &is_full), 0);
    assert_true(is_full);
    assert_int_equal(dict_code(d, &a, "7", 1, &is_full), 8);
    arena_release(&a);
    free(d);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (long fail = 1; fail < 20; fail++) {
        struct dict *d = calloc(1, sizeof *d);
        struct arena a;
        bool is_full = false;
        assert_non_null(d);
        arena_init(&a, 1 << 20);
        a.fail_after = fail;
        uint32_t code = 1, last = 0;
        for (uint32_t i = 0; i < 40 && code != 0; i++) {
            char text[16];
            last = i;
            code = dict_code(d, &a, text, (size_t)snprintf(text, sizeof text, "%u", i), &is_full);
        }
        assert_true(code == 0 || last == 39);
        assert_false(is_full);
        for (size_t i = 0; i < d->n; i++)
            assert_int_equal(dict_find(d, d->texts[i], strlen(d->texts[i])), i + 1);
        arena_release(&a);
        free(d);
    }
}

static void near_names_are_listed(void **state)
{
    (void)state;
    struct column columns[] = {{.name = "gender"}, {.name = "age_group"}, {.name = "q_privacy"}, {.name = "weight"}};
    struct data d = {.path = "f.csv", .columns = columns, .n_columns = 4};
    struct rc_info e = {0};
    assert_int_equal(data_no_column(&d, "--by", "gendre", &e), RC_USAGE);
    assert_string_equal(e.msg, "--by: \"f.csv\" has no column \"gendre\"; it has: gender");
    (void)data_no_column(&d, "--question", "privacy", &e);
    assert_non_null(strstr(e.msg, "it has: q_privacy"));
    (void)data_no_column(&d, "--question", "zzzzzz", &e);
    assert_non_null(strstr(e.msg, "it has: gender, age_group, q_privacy, weight"));
}

/* ---- the writers ---- */

static void fill(struct analysis *an)
{
    analysis_note(an, "A note.");
    analysis_table(an, "q");
    struct analysis_row head = analysis_row(an, "q", NULL, "", true);
    analysis_value(&head, "n_valid", 3);
    struct analysis_row r = analysis_row(an, "q=满意", NULL, "满意", true);
    analysis_value(&r, "count", 2);
    analysis_value(&r, "proportion", 2.0 / 3);
    analysis_value(&r, "ci_wilson_low", 0.25);
    analysis_value(&r, "ci_wilson_high", 0.875);
    r = analysis_row(an, "q=\"x\"", "g=a,b", "\"x\"", true);
    analysis_value(&r, "count", 0);
    analysis_undefined(&r, "ci_logit_low", "share_is_0_or_1");
    analysis_value(&r, "proportion", NAN);
}

static void json_is_exact(void **state)
{
    struct analysis *an = *state;
    struct buf out;
    buf_init(&out, 1 << 16);
    analysis_to_json(an, &out);
    assert_true(buf_ok(&out));
    assert_string_equal(out.p, "[\n {\"key\": \"q/n_valid\", \"value\": 3},\n"
                               " {\"key\": \"q=满意/count\", \"value\": 2},\n"
                               " {\"key\": \"q=满意/proportion\", \"value\": 0.66666666666666663},\n"
                               " {\"key\": \"q=满意/ci_wilson_low\", \"value\": 0.25},\n"
                               " {\"key\": \"q=满意/ci_wilson_high\", \"value\": 0.875},\n"
                               " {\"key\": \"q=\\\"x\\\" @ g=a,b/count\", \"value\": 0},\n"
                               " {\"key\": \"q=\\\"x\\\" @ g=a,b/ci_logit_low\", \"value\": null, \"reason\": \"share_is_0_or_1\"},\n"
                               " {\"key\": \"q=\\\"x\\\" @ g=a,b/proportion\", \"value\": null, \"reason\": \"not_finite\"}\n]\n");
    buf_release(&out);
}

static void csv_is_quoted(void **state)
{
    struct analysis *an = *state;
    struct buf out;
    buf_init(&out, 1 << 16);
    analysis_to_csv(an, &out);
    assert_true(buf_ok(&out));
    assert_non_null(strstr(out.p, "\xef\xbb\xbfkey,value,reason\r\nq/n_valid,3,\r\n"));
    assert_non_null(strstr(out.p, "\"q=\"\"x\"\" @ g=a,b/ci_logit_low\",,share_is_0_or_1\r\n"));
    buf_release(&out);
}

static void text_is_aligned(void **state)
{
    struct analysis *an = *state;
    struct buf out;
    buf_init(&out, 1 << 16);
    analysis_to_text(an, &out);
    assert_true(buf_ok(&out));
    assert_string_equal(out.p, "A note.\n\nq\n"
                               "  3 answers\n"
                               "        n  share %  95% interval\n"
                               "  满意  2     66.7  25.0 to 87.5\n"
                               "  \"x\"   0        -             -\n"
                               "  not defined here: ci_logit_low (share_is_0_or_1)\n"
                               "  not defined here: proportion (not_finite)\n");
    buf_release(&out);
}

/* A buffer that is too small is asked for once, and says so. */
static void a_full_buffer_is_noticed(void **state)
{
    struct analysis *an = *state;
    typedef void writer(const struct analysis *, struct buf *);
    writer *const writers[] = {analysis_to_json, analysis_to_csv, analysis_to_text};
    for (size_t i = 0; i < 3; i++) {
        struct buf out;
        buf_init(&out, 40);
        writers[i](an, &out);
        assert_false(buf_ok(&out));
        buf_release(&out);
    }
}

static void a_full_arena_is_noticed(void **state)
{
    (void)state;
    for (long fail = 1; fail <= 5; fail++) {
        struct arena a;
        struct analysis an;
        arena_init(&a, 1 << 20);
        analysis_init(&an, &a, 0.95);
        a.fail_after = fail;
        fill(&an);
        assert_false(analysis_ok(&an));
        arena_release(&a);
    }
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(analysis_width(""), 0);
    assert_int_equal(analysis_width("abc"), 3);
    assert_int_equal(analysis_width("满意"), 4);
    assert_int_equal(analysis_width("é"), 1);
    assert_int_equal(analysis_width("e\xcc\x81"), 1);  /* a combining accent */
    assert_int_equal(analysis_width("（１）"), 6);
    assert_int_equal(analysis_width("\xf0\xa0\x80\x80"), 2); /* U+20000 */
    assert_int_equal(analysis_width("\xff\xc3"), 2); /* not UTF-8: no reading past the end */
}

static struct arena arena;
static struct analysis analysis;

static int set_up(void **state)
{
    arena_init(&arena, 1 << 20);
    analysis_init(&analysis, &arena, 0.95);
    fill(&analysis);
    *state = &analysis;
    return analysis_ok(&analysis) ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_line),
        cmocka_unit_test(lists_add_up),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(short_numbers_round_as_strtod),
        cmocka_unit_test(texts_keep_their_codes),
        cmocka_unit_test(a_dictionary_has_an_end),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(near_names_are_listed),
        cmocka_unit_test_setup_teardown(json_is_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csv_is_quoted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_is_aligned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_buffer_is_noticed, set_up, tear_down),
        cmocka_unit_test(a_full_arena_is_noticed),
        cmocka_unit_test(widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
