/* Decimals, days and times: what is typed, what is refused, and that codes give it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "form/answers.h"
#include "form/xlsform.h"

static struct arena arena;
static struct form *form;

static int setup(void **state)
{
    struct buf problems;
    struct rc_info e;
    (void)state;
    arena_init(&arena, 16 << 20);
    buf_init(&problems, 1 << 16);
    if (xlsform_read_path("tests/forms/visit", &arena, &form, &problems, &e) != RC_OK)
        fail_msg("%s %s", e.msg, problems.len > 0 ? problems.p : "");
    buf_release(&problems);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct answers check(const char *name, const char *value)
{
    const struct form_field fields[] = {{"agree", 5, "1", 1}, {"day", 3, "2020-02-29", 10}, {name, strlen(name), value, strlen(value)}};
    bool is_day = strcmp(name, "day") == 0;
    struct answers got;
    struct rc_info e;
    const struct form_field day_only[] = {fields[0], fields[2]};
    if (answers_check(form, is_day ? day_only : fields, is_day ? 2 : 3, &arena, &got, &e) != RC_OK)
        fail_msg("%s", e.msg);
    return got;
}

static void test_typed(void **state)
{
    static const struct {
        const char *name, *value, *problem; /* NULL: taken */
        double want;
    } rows[] = {
        {"hours", "1.5", NULL, 1.5},           {"hours", "1,5", NULL, 1.5},
        {"hours", " 12 ", NULL, 12},           {"hours", "０．２５", NULL, 0.25},
        {"hours", ".5", NULL, 0.5},            {"hours", "5.", NULL, 5},
        {"hours", "-0", NULL, 0},              {"hours", "0.1", NULL, 0.1},
        {"hours", "-1", "constraint", 0},      {"hours", "24.000001", "constraint", 0},
        {"hours", "1.2.3", "not_a_decimal", 0}, {"hours", ".", "not_a_decimal", 0},
        {"hours", "-", "not_a_decimal", 0},    {"hours", "1e3", "not_a_decimal", 0},
        {"hours", "nan", "not_a_decimal", 0},  {"hours", "inf", "not_a_decimal", 0},
        {"hours", "0x10", "not_a_decimal", 0}, {"hours", "1 2", "not_a_decimal", 0},
        {"hours", "1234567890123456", "not_a_decimal", 0}, {"hours", "two", "not_a_decimal", 0},
        {"hours", "0000000000000000000000000000000000000000000000000000000000000000001", "not_a_decimal", 0},
        {"day", "2020-02-29", NULL, 18321},    {"day", "2014-01-01", NULL, 16071},
        {"day", "２０２０-０２-２９", NULL, 18321}, {"day", "2021-02-29", "not_a_date", 0},
        {"day", "2020-2-9", "not_a_date", 0},  {"day", "29.2.2020", "not_a_date", 0},
        {"day", "0000-01-01", "not_a_date", 0}, {"day", "2020-13-01", "not_a_date", 0},
        {"day", "2013-12-31", "constraint", 0}, {"day", "9999-12-31", "constraint", 0},
        {"day", "99999-12-31", "not_a_date", 0}, {"day", "2020-02-29T10:00", "not_a_date", 0},
        {"left", "18:30", NULL, 1110},         {"left", "00:00", NULL, 0},
        {"left", "２３：５９", NULL, 1439},       {"left", "24:00", "not_a_time", 0},
        {"left", "9:30", "not_a_time", 0},     {"left", "18:60", "not_a_time", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answers got = check(rows[i].name, rows[i].value), back;
        struct rc_info e;
        unsigned char codes[256];
        size_t node = form_find(form, rows[i].name, strlen(rows[i].name));
        const char *problem = got.n_problems == 0 ? NULL : got.problems[0].code;
        bool is_same = problem == NULL || rows[i].problem == NULL ? problem == rows[i].problem
                                                                 : strcmp(problem, rows[i].problem) == 0;
        if (!is_same)
            fail_msg("%s = \"%s\": %s", rows[i].name, rows[i].value, problem != NULL ? problem : "taken");
        if (problem != NULL)
            continue;
        assert_true(form->codes_len <= sizeof codes);
        answers_encode(form, &got, codes);
        assert_int_equal(answers_decode(form, codes, form->codes_len, &arena, &back, &e), RC_OK);
        double v = form->nodes[node].type == FORM_DECIMAL ? back.items[node].decimal : (double)back.items[node].number;
        if (v != rows[i].want)
            fail_msg("%s = \"%s\": %.17g comes back", rows[i].name, rows[i].value, v);
    }
}

/* Codes that no answer gives are refused: they would be counted as something. */
static void test_codes_refused(void **state)
{
    static const struct {
        const char *name;
        unsigned char bytes[9];
        bool is_good;
    } rows[] = {
        {"hours", {2, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}, true}, /* 1.5 */
        {"hours", {2, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0}, false}, /* infinity */
        {"hours", {2, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0}, false}, /* not a number */
        {"hours", {2, 0x80, 0, 0, 0, 0, 0, 0, 0}, false},    /* -0 */
        {"hours", {1, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}, false}, /* skipped, and a number */
        {"hours", {3, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {"day", {2, 0, 0, 0x47, 0x91}, true},
        {"day", {2, 0x7f, 0xff, 0xff, 0xff}, false},
        {"day", {2, 0x80, 0, 0, 0}, false},
        {"day", {2, 0xff, 0xf5, 0x06, 0xc6}, true},  /* 0001-01-01 */
        {"day", {2, 0xff, 0xf5, 0x06, 0xc5}, false}, /* the day before */
        {"left", {2, 0x05, 0x9f}, true},             /* 23:59 */
        {"left", {2, 0x05, 0xa0}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char codes[256] = {0};
        int32_t counts[64] = {0};
        const struct form_node *n = &form->nodes[form_find(form, rows[i].name, strlen(rows[i].name))];
        memcpy(codes + n->offset, rows[i].bytes, n->width);
        assert_true(form->n_slots <= 64);
        enum rc rc = answers_count(form, codes, form->codes_len, counts);
        if (rc != (rows[i].is_good ? RC_OK : RC_INPUT))
            fail_msg("row %zu: %s", i, rc_name(rc));
        if (rows[i].is_good)
            assert_int_equal(counts[n->slot + 2], 1);
    }
}

/* What branching compares: a decimal, or a time with a text; and a question that looks at two. */
static void test_branching(void **state)
{
    static const struct {
        const char *hours, *left, *reason;
        bool is_reason_asked, is_comment_asked;
    } rows[] = {
        {"0.5", "10:00", NULL, false, false}, {"1.01", "10:00", "queue", true, false}, {"0.5", "18:00", "lunch", true, false},
        {"8.5", "10:00", "queue", true, true}, {"8.5", "10:00", "lunch", true, false}, {"", "", NULL, false, false},
    };
    size_t reason = form_find(form, "reason", 6), comment = form_find(form, "comment", 7);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct form_field fields[] = {{"agree", 5, "1", 1}, {"day", 3, "2020-02-29", 10},
                                      {"hours", 5, rows[i].hours, strlen(rows[i].hours)}, {"left", 4, rows[i].left, strlen(rows[i].left)},
                                      {"reason", 6, rows[i].reason, rows[i].reason != NULL ? strlen(rows[i].reason) : 0}};
        struct answers got;
        struct rc_info e;
        assert_int_equal(answers_check(form, fields, rows[i].reason != NULL ? 5 : 4, &arena, &got, &e), RC_OK);
        assert_int_equal(got.n_problems, 0);
        if ((got.items[reason].state != ANSWER_NOT_ASKED) != rows[i].is_reason_asked ||
            (got.items[comment].state != ANSWER_NOT_ASKED) != rows[i].is_comment_asked)
            fail_msg("row %zu: reason %d, comment %d", i, (int)got.items[reason].state, (int)got.items[comment].state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_codes_refused),
        cmocka_unit_test(test_branching),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
