/* Branching and constraints by any expression: what is asked, what is dropped, what an import may lack, how
 * it is frozen, and the day it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "form/answers.h"
#include "form/expr.h"
#include "form/xlsform.h"

/* `early` looks at a later question; `g` at two; `phone` has a pattern; `deep` is asked when `m` has two. */
static const char survey[] =
    "type,name,label::English (en),required,relevant,constraint\n"
    "text,early,E,yes,${used} = 'yes' and ${age} < 30,string-length(.) >= 3 and string-length(.) <= 9\n"
    "select_one yn,used,U,yes,,\n"
    "integer,age,A,,,. >= 0 and . <= 120 and . mod 2 = 0\n"
    "begin_group,g,G,,${used} = 'yes' or ${age} > 60,\n"
    "select_multiple abc,m,M,,,count-selected(.) <= 2\n"
    "text,phone,P,,\"not(selected(${m}, 'c'))\",\"regex(., '1[3-9]\\d{9}')\"\n"
    "integer,deep,D,yes,count-selected(${m}) = 2,. < ${age}\n"
    "end_group,,,,,\n"
    "note,n,N,,${deep} > 5,\n"
    "text,late,L,,string-length(${phone}) > 0,. != ${phone}\n";
static const char choices[] = "list_name,name,label::English (en)\nyn,yes,Y\nyn,no,N\nabc,a,A\nabc,b,B\nabc,c,C\n";
static const char settings[] = "form_id,form_title::English (en),description::English (en),organiser::English (en),"
                               "handler::English (en),contact::English (en),legal_basis::English (en),sample\n"
                               "s-1,T,D,O,H,C,L,open\n";

struct fixture {
    struct arena a;
    struct buf problems;
    struct form *f;
    struct rc_info e;
};

static enum rc read_survey(struct fixture *x, const char *text)
{
    struct xlsform_files files = {text, choices, settings, strlen(text), sizeof choices - 1, sizeof settings - 1};
    return xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e);
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 64 << 20);
    buf_init(&x->problems, 1 << 20);
    *state = x;
    if (read_survey(x, survey) == RC_OK)
        return 0;
    print_error("%s", x->problems.p != NULL ? x->problems.p : x->e.msg);
    return -1;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    free(x);
    return 0;
}

/* ---- what is asked ---- */

/* states: one digit per question (early used age m phone deep late): 0 not asked, 1 skipped, 2 given. */
static const struct row {
    const char *fields, *states, *problems;
} rows[] = {
    {"used=no", "0210000", ""},
    {"used=no&early=hello&m=a&phone=1&late=x", "0210000", ""},
    {"used=yes&age=20", "1221100", "early:required"},
    {"used=yes&age=20&early=ab", "2221100", "early:constraint"},
    {"used=yes&age=20&early=abc", "2221100", ""},
    {"used=yes&age=20&early=0123456789", "2221100", "early:too_long"},
    {"used=yes&age=40&early=abc", "0221100", ""},
    {"used=yes&early=abc", "0211100", ""}, /* no age: NaN < 30 is false */
    {"used=yes&age=ten&early=abc", "0221100", "age:not_a_number"},
    {"used=yes&age=121", "0221100", "age:out_of_range"},
    {"used=yes&age=41", "0221100", "age:constraint"},
    {"used=no&age=62&m=a", "0222100", ""},
    {"age=62", "0121100", "used:required"},
    {"used=yes&age=40&m=a&m=b", "0222110", "deep:required"},
    {"used=yes&age=40&m=a&m=b&deep=7", "0222120", ""},
    {"used=yes&age=40&m=a&m=b&deep=40", "0222120", "deep:constraint"},
    {"used=yes&age=40&m=a&m=b&m=c&deep=4", "0222000", "m:constraint"},
    {"used=yes&age=40&m=a&m=c&phone=13800138000&deep=4&late=x", "0222020", ""},
    {"used=yes&age=40&phone=13800138000", "0221201", ""},
    {"used=yes&age=40&phone=1380013800", "0221201", "phone:constraint"},
    {"used=yes&age=40&phone=13800138000&late=13800138000", "0221202", "late:constraint"},
    {"used=yes&age=40&phone=13800138000&late=me", "0221202", ""},
};

static size_t split(char *text, struct form_field *out, size_t cap)
{
    size_t n = 0;
    for (char *save = NULL, *f = strtok_r(text, "&", &save); f != NULL && n < cap; f = strtok_r(NULL, "&", &save)) {
        char *eq = strchr(f, '=');
        out[n++] = (struct form_field){f, (size_t)(eq - f), eq + 1, strlen(eq + 1)};
    }
    return n;
}

static void check_row(struct fixture *x, const struct form *f, const struct row *r)
{
    struct form_field fields[20];
    struct answers got;
    char text[256], states[16] = "", problems[128] = "";
    (void)snprintf(text, sizeof text, "%s", r->fields);
    size_t n = split(text, fields, 20), k = 0;
    assert_int_equal(answers_check(f, fields, n, &x->a, &got, &x->e), RC_OK);
    for (size_t i = 0; i < f->n_nodes; i++)
        if (f->nodes[i].width > 0)
            states[k++] = (char)('0' + (int)got.items[i].state);
    for (size_t i = 0; i < got.n_problems; i++)
        (void)snprintf(problems + strlen(problems), sizeof problems - strlen(problems), "%s%s:%s", i > 0 ? " " : "",
                       f->nodes[got.problems[i].node].name, got.problems[i].code);
    if (strcmp(states, r->states) != 0 || strcmp(problems, r->problems) != 0)
        print_error("%s: %s %s\n", r->fields, states, problems);
    assert_string_equal(states, r->states);
    assert_string_equal(problems, r->problems);
}

static void what_is_asked(void **state)
{
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(x, x->f, &rows[i]);
}

/* The same after the form was frozen and read back, and frozen again it is the same bytes. */
static void frozen_form_asks_the_same(void **state)
{
    struct fixture *x = *state;
    struct buf one, two;
    struct form *again = NULL;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    assert_int_equal(form_to_json(x->f, &one, &x->e), RC_OK);
    assert_int_equal(form_from_json(one.p, one.len, &x->a, &again, &x->e), RC_OK);
    assert_int_equal(form_to_json(again, &two, &x->e), RC_OK);
    assert_string_equal(one.p, two.p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(x, again, &rows[i]);
    /* what one comparison says is frozen as it always was; a later question takes an expression */
    assert_non_null(strstr(one.p, "\"relevant\":{\"choice\":2,\"node\":4,\"op\":\"not_selected\"}"));
    assert_non_null(strstr(one.p, "\"relevant\":\"${used} = 'yes' and ${age} < 30\""));
    assert_non_null(strstr(one.p, "\"constraint\":\". >= 0 and . <= 120 and . mod 2 = 0\""));
    assert_null(strstr(one.p, "\"constraint\":null"));
    buf_release(&one);
    buf_release(&two);
}

/* ---- damaged definitions ---- */

static void damage_is_refused(void **state)
{
    static const char *const damages[][2] = {
        {"\"${used} = 'yes' and ${age} < 30\"", "\"${used} = 'yes' and ${year} < 30\""},
        {"\"${used} = 'yes' and ${age} < 30\"", "\"${early} = 'yes'\""}, /* a circle */
        {"\"${used} = 'yes' and ${age} < 30\"", "\"(\""},
        {"\"${used} = 'yes' and ${age} < 30\"", "7"},
        {"\"constraint\":\"count-selected(.) <= 2\"", "\"constraint\":\"count-selected(.) <=\""},
        {"\"constraint\":\"count-selected(.) <= 2\"", "\"constraint\":{}"},
    };
    struct fixture *x = *state;
    struct buf one;
    buf_init(&one, 1 << 20);
    assert_int_equal(form_to_json(x->f, &one, &x->e), RC_OK);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct form *f = NULL;
        const char *at = strstr(one.p, damages[i][0]);
        assert_non_null(at);
        char *bad = arena_printf(&x->a, "%.*s%s%s", (int)(at - one.p), one.p, damages[i][1], at + strlen(damages[i][0]));
        assert_non_null(bad);
        assert_int_equal(form_from_json(bad, strlen(bad), &x->a, &f, &x->e), RC_INPUT);
        assert_true(strstr(x->e.msg, "\"relevant\"") != NULL || strstr(x->e.msg, "\"constraint\"") != NULL ||
                    strstr(x->e.msg, "\"op\"") != NULL);
    }
    buf_release(&one);
}

/* ---- imports ---- */

static void an_import_may_lack_what_is_looked_at(void **state)
{
    struct fixture *x = *state;
    struct answers got;
    bool is_present[16] = {false};
    is_present[form_find(x->f, "early", 5)] = is_present[form_find(x->f, "used", 4)] = true;
    size_t deep = form_find(x->f, "deep", 4), early = form_find(x->f, "early", 5);
    is_present[deep] = true;
    struct form_field fields[] = {{"used", 4, "yes", 3}, {"early", 5, "abc", 3}, {"deep", 4, "500", 3}};
    assert_int_equal(answers_check_row(x->f, fields, 3, is_present, &x->a, &got, &x->e), RC_OK);
    assert_int_equal(got.n_problems, 0); /* deep is asked without m, and its constraint has no age */
    assert_int_equal(got.items[deep].state, ANSWER_GIVEN);
    assert_int_equal(got.items[early].state, ANSWER_GIVEN);
}

/* ---- the order ---- */

static void order_follows_what_is_looked_at(void **state)
{
    struct fixture *x = *state;
    static const char chain[] = "type,name,label::English (en),relevant\n"
                                "integer,a,A,${b} > 0\ninteger,b,B,${c} > 0\ninteger,c,C,${d} > 0\ninteger,d,D,\n";
    assert_non_null(x->f->order);
    assert_int_equal(read_survey(x, chain), RC_OK);
    static const size_t want[] = {3, 2, 1, 0};
    assert_memory_equal(x->f->order, want, sizeof want);
    struct form_field fields[] = {{"a", 1, "1", 1}, {"b", 1, "1", 1}, {"c", 1, "0", 1}, {"d", 1, "1", 1}};
    struct answers got;
    assert_int_equal(answers_check(x->f, fields, 4, &x->a, &got, &x->e), RC_OK);
    assert_int_equal(got.items[1].state, ANSWER_NOT_ASKED); /* c is 0 */
    assert_int_equal(got.items[0].state, ANSWER_NOT_ASKED); /* b is not asked, whatever was sent */
    assert_int_equal(got.items[2].state, ANSWER_GIVEN);
    static const char plain[] = "type,name,label::English (en),relevant\ninteger,a,A,\ninteger,b,B,${a} > today()\n";
    assert_int_equal(read_survey(x, plain), RC_OK);
    assert_null(x->f->order);
    assert_true(x->f->uses_today);
}

/* ---- the day ---- */

static void day_is_that_of_the_zone(void **state)
{
    (void)state;
    time_t at = 1767196800; /* 2025-12-31 16:00 UTC */
    assert_int_equal(zone_today("UTC", at), 20453);
    assert_int_equal(zone_today("Asia/Shanghai", at - 1), 20453);
    assert_int_equal(zone_today("Asia/Shanghai", at), 20454);
    assert_int_equal(zone_today("America/New_York", 1782878399), 20634); /* 2026-06-30 23:59:59 in summer time */
    assert_int_equal(zone_today("America/New_York", 1782878400), 20635);
    assert_int_equal(zone_today("../../../etc/passwd", at), 20453);
    assert_int_equal(zone_today("No/Where", at), 20453);
    assert_int_equal(zone_today("UTC", -1), -1);
    int32_t offset = 0;
    assert_false(zone_offset((const unsigned char *)"TZif", 4, 0, &offset));
    unsigned char file[44 + 6] = "TZif"; /* one type, one hour east */
    file[39] = 1;
    file[44 + 2] = 0x0e;
    file[44 + 3] = 0x10;
    assert_true(zone_offset(file, sizeof file, 0, &offset) && offset == 3600);
    assert_false(zone_offset(file, sizeof file - 1, 0, &offset));
    file[35] = 1; /* one change that is not there */
    assert_false(zone_offset(file, sizeof file, 0, &offset));
}

/* ---- without memory ---- */

static void memory_runs_out(void **state)
{
    (void)state;
    bool is_done = false;
    for (long n = 1; !is_done; n++) {
        struct fixture x = {0};
        struct answers got;
        arena_init(&x.a, 64 << 20);
        buf_init(&x.problems, 1 << 20);
        assert_int_equal(read_survey(&x, survey), RC_OK);
        struct form_field fields[] = {{"used", 4, "yes", 3}, {"age", 3, "40", 2}, {"m", 1, "a", 1}, {"m", 1, "b", 1}, {"deep", 4, "7", 1}};
        x.a.fail_after = n;
        enum rc rc = answers_check(x.f, fields, 5, &x.a, &got, &x.e);
        assert_true(rc == RC_OK || rc == RC_NOMEM);
        is_done = rc == RC_OK && x.a.fail_after > 0;
        assert_true(rc == RC_NOMEM || got.n_problems == 0);
        arena_release(&x.a);
        buf_release(&x.problems);
        assert_true(n < 200);
    }
}

#define WITH_FORM(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FORM(what_is_asked),       WITH_FORM(frozen_form_asks_the_same), WITH_FORM(damage_is_refused),
        WITH_FORM(an_import_may_lack_what_is_looked_at), WITH_FORM(order_follows_what_is_looked_at),
        cmocka_unit_test(day_is_that_of_the_zone), cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("branching", tests, NULL, NULL);
}
