/* Exports: columns and cells of every type of question, CSV and JSON lines to the byte, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "form/xlsform.h"
#include "report/export.h"

static struct arena arena;
static struct form *form;
static struct export_table table;

static void load(const char *path)
{
    struct buf problems;
    struct rc_info e;
    buf_init(&problems, 1 << 16);
    if (xlsform_read_path(path, &arena, &form, &problems, &e) != RC_OK)
        fail_msg("%s %s", e.msg, problems.len > 0 ? problems.p : "");
    buf_release(&problems);
    table = (struct export_table){.form = form, .lang = 1, .title = "T", .has_comments = true, .n_rows = 1,
                                  .words = {"not asked", "skipped", "yes", "no", "day", "fast"}};
    assert_int_equal(export_columns(&table, &arena, &e), RC_OK);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 32 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* One response to tests/forms/visit, as the format writes it. */
static const char *visit(enum export_format format, bool is_labelled, const char *comment)
{
    const struct form_field fields[] = {{"agree", 5, "1", 1}, {"day", 3, "2020-02-29", 10}, {"arrived", 7, "09:05", 5},
                                        {"hours", 5, "8.1", 3}, {"reason", 6, "queue", 5}, {"comment", 7, comment, strlen(comment)}};
    struct answers a;
    struct rc_info e;
    unsigned char codes[FORM_CODES_MAX];
    struct export_cell cells[16];
    struct export_writer *w = NULL;
    char path[] = "/tmp/minyi-unit-XXXXXX", *out = NULL;
    size_t len = 0;
    load("tests/forms/visit");
    table.is_labelled = is_labelled;
    assert_in_range(table.n_columns, 1, 16);
    if (answers_check(form, fields, 6, &arena, &a, &e) != RC_OK || a.n_problems > 0)
        fail_msg("%s", a.n_problems > 0 ? a.problems[0].code : e.msg);
    answers_encode(form, &a, codes);
    const struct export_comment c = {form_find(form, "comment", 7), comment, strlen(comment)};
    assert_int_equal(export_cells(&table, codes, form->codes_len, 18322, &c, 1, &arena, cells, &e), RC_OK);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(export_begin(format, &table, path, &arena, &w, &e), RC_OK);
    assert_int_equal(export_row(w, cells, &e), RC_OK);
    assert_int_equal(export_row(w, cells, &e), RC_INPUT); /* one was announced */
    assert_int_equal(export_end(w, &e), RC_OK);
    assert_int_equal(file_read(path, 1 << 20, &arena, &out, &len, &e), RC_OK);
    (void)unlink(path);
    return out;
}

static void test_csv(void **state)
{
    static const struct {
        const char *comment, *cell;
    } rows[] = {
        {"good", "good"},         {"=1+1", "'=1+1"},     {"+86", "'+86"},       {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"}, {"a,b", "\"a,b\""},    {"a\"b", "\"a\"\"b\""}, {"a\nb", "\"a\nb\""},
        {"=a,\"b", "\"'=a,\"\"b\""}, {"您好", "您好"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[400];
        (void)snprintf(want, sizeof want,
                       "_opened_on,agree,day,arrived,left,hours,reason,comment\r\n2020-03-01,1,2020-02-29,09:05,,8.1,queue,%s\r\n",
                       rows[i].cell);
        assert_string_equal(visit(EXPORT_CSV, false, rows[i].comment), want);
    }
    assert_non_null(strstr(visit(EXPORT_CSV, true, "x"), ",There was a queue,x\r\n"));
}

static void test_jsonl(void **state)
{
    (void)state;
    assert_string_equal(visit(EXPORT_JSONL, false, "a\"\\b\nc"),
                        "{\"_opened_on\":\"2020-03-01\",\"agree\":1,\"day\":\"2020-02-29\",\"arrived\":\"09:05\",\"left\":null,"
                        "\"hours\":8.1,\"reason\":\"queue\",\"comment\":\"a\\\"\\\\b\\u000ac\"}\n");
}

static void test_days(void **state)
{
    static const struct {
        int64_t day;
        const char *want;
    } rows[] = {{0, "1970-01-01"}, {-1, "1969-12-31"}, {-719162, "0001-01-01"}, {2932896, "9999-12-31"},
                {11016, "2000-02-29"}, {-25509, "1900-02-28"}, {-25508, "1900-03-01"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char s[16];
        export_day(rows[i].day, s);
        assert_string_equal(s, rows[i].want);
    }
}

/* Every name is one that both statistics programs take. */
static void test_short_names(void **state)
{
    (void)state;
    load("sql/seed/gov-wechat-2014");
    for (size_t i = 0; i < table.n_columns; i++) {
        const char *s = table.columns[i].short_name;
        assert_in_range(strlen(s), 1, EXPORT_NAME_MAX);
        assert_true((s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z'));
        assert_int_equal(strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), strlen(s));
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(strcasecmp(s, table.columns[k].short_name), 0);
    }
}

static void test_refused(void **state)
{
    struct export_writer *w = NULL;
    struct export_cell cells[16];
    struct rc_info e;
    enum export_format f;
    unsigned char codes[FORM_CODES_MAX];
    (void)state;
    load("tests/forms/visit");
    memset(codes, 0xff, sizeof codes);
    assert_int_equal(export_cells(&table, codes, form->codes_len, 0, NULL, 0, &arena, cells, &e), RC_INPUT);
    assert_int_equal(export_cells(&table, codes, form->codes_len - 1, 0, NULL, 0, &arena, cells, &e), RC_INPUT);
    assert_int_equal(export_begin(EXPORT_XLSX, &table, NULL, &arena, &w, &e), RC_USAGE);
    assert_int_equal(export_begin(EXPORT_DTA, &table, "/dev/null", &arena, &w, &e), RC_USAGE);
    assert_int_equal(export_begin(EXPORT_R, &table, "/dev/null", &arena, &w, &e), RC_USAGE);
    assert_int_equal(export_find_format("pdf", &f, &e), RC_USAGE);
    table.n_rows = EXPORT_XLSX_ROWS_MAX + 1;
    assert_int_equal(export_begin(EXPORT_XLSX, &table, "/dev/null", &arena, &w, &e), RC_TOOBIG);
    assert_null(w);
}

/* An end that comes too early, and every format given up in the middle: nothing may leak. */
static void test_too_few(void **state)
{
    struct export_writer *w = NULL;
    struct rc_info e;
    (void)state;
    load("tests/forms/visit");
    table.has_comments = false;
    assert_int_equal(export_columns(&table, &arena, &e), RC_OK);
    assert_int_equal(export_begin(EXPORT_CSV, &table, "/dev/null", &arena, &w, &e), RC_OK);
    assert_int_equal(export_end(w, &e), RC_INPUT);
    for (int f = EXPORT_CSV; f < EXPORT_R; f++) {
        char path[] = "/tmp/minyi-unit-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        (void)close(fd);
        assert_int_equal(export_begin((enum export_format)f, &table, path, &arena, &w, &e), RC_OK);
        export_abandon(w);
        (void)unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_csv, setup, teardown),
        cmocka_unit_test_setup_teardown(test_jsonl, setup, teardown),
        cmocka_unit_test_setup_teardown(test_days, setup, teardown),
        cmocka_unit_test_setup_teardown(test_short_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_few, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
