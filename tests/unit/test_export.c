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
static const char *visit_with(enum export_format format, bool is_labelled, bool has_codes, const char *comment)
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
    table.has_codes = has_codes;
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

static const char *visit(enum export_format format, bool is_labelled, const char *comment)
{
    return visit_with(format, is_labelled, false, comment);
}

static void test_missing_codes(void **state)
{
    (void)state;
    assert_string_equal(visit_with(EXPORT_CSV, false, true, "-8"),
                        "_opened_on,agree,day,arrived,left,hours,reason,comment\r\n2020-03-01,1,2020-02-29,09:05,-8,8.1,queue,'-8\r\n");
    for (size_t i = 0; i < table.n_columns; i++) {
        bool is_far = strcmp(table.columns[i].name, "hours") == 0; /* the only decimal */
        assert_int_equal(export_missing_name(&table.columns[i], ANSWER_SKIPPED), is_far ? EXPORT_FAR_SKIPPED : -8);
        assert_int_equal(export_missing_value(&table.columns[i], ANSWER_NOT_ASKED), is_far ? EXPORT_FAR_NOT_ASKED : -9);
    }
}

static void test_codebook(void **state)
{
    struct buf b;
    (void)state;
    load("tests/forms/visit");
    buf_init(&b, 1 << 16);
    export_codebook_csv(&table, &b);
    assert_true(buf_ok(&b));
    static const char begin[] = "variable,label,type,value,value_label,missing\r\n_opened_on,day,date,,,\r\n"
                                "agree,I take part,tick,0,no,\r\nagree,I take part,tick,1,yes,\r\nday,On which day did you come?,date,,,\r\n";
    assert_memory_equal(b.p, begin, sizeof begin - 1);
    assert_non_null(strstr(b.p, ",choice,queue,There was a queue,\r\n"));
    assert_null(strstr(b.p, "skipped"));
    buf_reset(&b);
    table.has_codes = table.has_bom = true;
    export_codebook_csv(&table, &b);
    assert_non_null(strstr(b.p, "\xEF\xBB\xBFvariable,"));
    assert_non_null(strstr(b.p, "?,date,,,\r\nday,On which day did you come?,date,-9,not asked,not_asked\r\n"));
    assert_non_null(strstr(b.p, "decimal,-999999999999998,skipped,skipped\r\n"));
    assert_null(strstr(b.p, "day,date,-9")); /* every response has a day of its opening */
    buf_release(&b);
}

/* A dta holds 2045 bytes of a text: cut between characters, and counted. A sav takes it whole. */
static void test_cut(void **state)
{
    static const struct {
        enum export_format format;
        size_t characters; /* of three bytes */
        int64_t n_cut;
    } rows[] = {{EXPORT_DTA, 681, 0}, {EXPORT_DTA, 682, 1}, {EXPORT_DTA, 2000, 1}, {EXPORT_SAV, 2000, 0}};
    char text[6001];
    (void)state;
    load("tests/forms/visit");
    struct form_node node = form->nodes[form_find(form, "comment", 7)];
    node.max = 0; /* as long as any may be */
    struct form one = *form;
    one.nodes = &node;
    const struct export_column column = {.name = "c", .short_name = "c", .label = "c", .kind = EXPORT_TEXT};
    table.form = &one;
    table.columns = &column;
    table.n_columns = 1;
    for (size_t i = 0; i < 2000; i++)
        memcpy(text + 3 * i, "\xE5\xA5\xBD", 4);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct export_cell cell = {.state = ANSWER_GIVEN, .text = text, .text_len = 3 * rows[i].characters};
        struct export_writer *w = NULL;
        struct rc_info e;
        assert_int_equal(export_begin(rows[i].format, &table, "/dev/null", &arena, &w, &e), RC_OK);
        assert_int_equal(export_row(w, &cell, &e), RC_OK);
        assert_int_equal(export_n_cut(w), rows[i].n_cut);
        export_abandon(w);
    }
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

/* Names of choices: numbers stay numbers, formulas are disarmed, and where one is called -8 the codes lie far off. */
static void test_names(void **state)
{
    static const struct {
        const char *name, *cell, *skipped;
    } rows[] = {{"a", "a", "-8"},     {"-1", "-1", "-8"},   {"-1.5", "-1.5", "-8"},           {"-", "'-", "-8"},
                {"-1-1", "'-1-1", "-8"}, {"=1", "'=1", "-8"},  {"-8", "-8", "-999999999999998"}, {"+1", "'+1", "-8"},
                {"-1.", "'-1.", "-8"},   {"@a", "'@a", "-8"},  {"55+", "55+", "-8"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct form_choice items[] = {{.name = "first"}, {.name = rows[i].name}};
        const struct form_choices choices = {.list_name = "l", .items = items, .n = 2};
        const struct form_node node = {.type = FORM_SELECT_ONE, .name = "q", .choices = &choices, .width = 1};
        const struct form one = {.slug = "s", .n_nodes = 1, .nodes = &node};
        const struct export_cell cells[2][2] = {{{.state = ANSWER_GIVEN}, {.state = ANSWER_GIVEN, .number = 1}},
                                                {{.state = ANSWER_GIVEN}, {.state = ANSWER_SKIPPED}}};
        char path[] = "/tmp/minyi-unit-XXXXXX", want[200], *out = NULL;
        size_t len = 0;
        struct export_writer *w = NULL;
        struct rc_info e;
        table = (struct export_table){.form = &one, .n_rows = 2, .has_codes = true, .words = {"", "", "", "", "", ""}};
        assert_int_equal(export_columns(&table, &arena, &e), RC_OK);
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        (void)close(fd);
        assert_int_equal(export_begin(EXPORT_CSV, &table, path, &arena, &w, &e), RC_OK);
        assert_int_equal(export_row(w, cells[0], &e), RC_OK);
        assert_int_equal(export_row(w, cells[1], &e), RC_OK);
        assert_int_equal(export_end(w, &e), RC_OK);
        assert_int_equal(file_read(path, 1 << 20, &arena, &out, &len, &e), RC_OK);
        (void)unlink(path);
        (void)snprintf(want, sizeof want, "_opened_on,q\r\n1970-01-01,%s\r\n1970-01-01,%s\r\n", rows[i].cell, rows[i].skipped);
        assert_string_equal(out, want);
    }
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
        cmocka_unit_test_setup_teardown(test_missing_codes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_codebook, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_jsonl, setup, teardown),
        cmocka_unit_test_setup_teardown(test_days, setup, teardown),
        cmocka_unit_test_setup_teardown(test_short_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_few, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
