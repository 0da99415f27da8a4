/* What XLSForm has beside plain questions: range, rank, calculate, hidden, default, read_only, choice_filter, or_other,
 * parameters. The questionnaire is tests/forms/budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "form/answers.h"
#include "form/expr.h"
#include "form/xlsform.h"

static struct arena arena;
static struct form *form;

static int setup(void **state)
{
    struct buf problems;
    struct rc_info e;
    (void)state;
    arena_init(&arena, 64 << 20);
    buf_init(&problems, 1 << 16);
    if (xlsform_read_path("tests/forms/budget", &arena, &form, &problems, &e) != RC_OK)
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

static size_t node(const char *name)
{
    size_t i = form_find(form, name, strlen(name));
    if (i == SIZE_MAX)
        fail_msg("there is no %s", name);
    return i;
}

/* "name=value;name=value": the answers, beside the consent and the district that are required. */
static enum rc send(const char *pairs, struct answers *got, struct rc_info *e)
{
    static struct form_field fields[64];
    char *text = arena_strdup(&arena, pairs);
    size_t n = 0;
    fields[n++] = (struct form_field){"agree", 5, "1", 1};
    if (strstr(pairs, "district=") == NULL)
        fields[n++] = (struct form_field){"district", 8, "east", 4};
    for (char *p = text; *p != '\0';) {
        size_t len = strcspn(p, ";"), name = strcspn(p, "=");
        assert_true(name < len && n < 64);
        fields[n++] = (struct form_field){p, name, p + name + 1, len - name - 1};
        p += len + (p[len] == ';' ? 1 : 0);
    }
    return answers_check(form, fields, n, &arena, got, e);
}

static void test_sent(void **state)
{
    static const struct {
        const char *sent, *problem; /* NULL: taken; "400": nothing that a page sends */
    } rows[] = {
        {"", NULL},
        {"trust=10", NULL},
        {"trust=11", "400"},
        {"raise=-7.5", NULL},
        {"raise=-7.50", "400"},
        {"order=school 1;order=health 2;order=park 3;order=road 4", NULL},
        {"order=school 4;order=health 3;order=park 2;order=road 1", NULL},
        {"order=;order=;order=;order=", NULL},
        {"order=school 1;order=health 2;order=park 3", "rank_all"},
        {"order=school 1;order=health 1;order=park 3;order=road 4", "rank_twice"},
        {"order=school 1;order=school 2", "400"},
        {"order=school 5", "400"},
        {"order=school 0", "400"},
        {"order=school", "400"},
        {"order=school 1 ", "400"},
        {"order=nothing 1", "400"},
        {"street=e2", NULL},
        {"street=w1", "not_offered"},
        {"district=west;street=w1", NULL},
        {"parks=60;roads=40", NULL},
        {"parks=60;roads=41", "constraint"},
        {"how=other;how_other=by telephone", NULL},
        {"how=meeting", NULL},
        {"topics=meeting;topics=other;topics_other=taxes", NULL},
        {"rest=5", "400"},
        {"cap=5", "400"},
        {"score=high", "400"},
        {"year=1999", "400"},
        {"trust=9;why=because", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct answers got;
        struct rc_info e;
        enum rc rc = send(rows[i].sent, &got, &e);
        const char *problem = rc == RC_INPUT ? "400" : got.n_problems == 0 ? NULL : got.problems[0].code;
        bool is_same = problem == NULL || rows[i].problem == NULL ? problem == rows[i].problem : strcmp(problem, rows[i].problem) == 0;
        if (!is_same)
            fail_msg("%s: %s", rows[i].sent, problem != NULL ? problem : "taken");
    }
}

static struct answers there_and_back(const char *sent)
{
    static unsigned char codes[FORM_CODES_MAX];
    struct answers got, back;
    struct rc_info e;
    assert_int_equal(send(sent, &got, &e), RC_OK);
    assert_int_equal(got.n_problems, 0);
    answers_encode(form, &got, codes);
    assert_int_equal(answers_decode(form, codes, form->codes_len, &arena, &back, &e), RC_OK);
    return back;
}

static void test_stored(void **state)
{
    struct answers a = there_and_back("order=school 3;order=health 1;order=park 2;order=road 4;parks=60;roads=15;trust=9");
    const struct answer *rank = &a.items[node("order")];
    static const uint8_t places[] = {3, 1, 2, 4};
    (void)state;
    assert_memory_equal(rank->places, places, sizeof places);
    assert_true(a.items[node("rest")].decimal == 25);
    assert_int_equal(a.items[node("trust")].choice, 9);
    assert_int_equal(a.items[node("year")].state, ANSWER_GIVEN); /* what is only to be read counts as given */
    assert_int_equal(a.items[node("how_other")].state, ANSWER_NOT_ASKED);
    assert_int_equal(form->nodes[node("cap")].width, 0);
    assert_int_equal(form->nodes[node("score")].width, 0);
    a = there_and_back("district=none;street=e1;how=other");
    assert_int_equal(a.items[node("street")].state, ANSWER_NOT_ASKED); /* no choice is left */
    assert_int_equal(a.items[node("how_other")].state, ANSWER_SKIPPED);
    assert_int_equal(a.items[node("order")].state, ANSWER_SKIPPED);
    assert_true(a.items[node("rest")].decimal == 100);
    assert_int_equal(a.items[node("why")].state, ANSWER_NOT_ASKED);
}

/* Codes of a rank that no answer gives are refused, and the others are counted by their first choice. */
static void test_rank_codes(void **state)
{
    static const struct {
        unsigned char bytes[4];
        int slot; /* -1: refused */
    } rows[] = {{{0, 0, 0, 0}, 0}, {{1, 0, 0, 0}, 1}, {{2, 1, 2, 3}, 2}, {{5, 2, 1, 0}, 5}, {{2, 0, 1, 2}, -1},
                {{2, 1, 1, 3}, -1}, {{2, 1, 2, 4}, -1}, {{6, 1, 2, 3}, -1}, {{1, 1, 2, 3}, -1}, {{0, 0, 0, 1}, -1}};
    const struct form_node *n = &form->nodes[node("order")];
    (void)state;
    assert_int_equal(n->width, 4);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char codes[FORM_CODES_MAX] = {0};
        int32_t *counts = arena_array(&arena, form->n_slots, sizeof *counts);
        memcpy(codes + n->offset, rows[i].bytes, 4);
        enum rc rc = answers_count(form, codes, form->codes_len, counts);
        if (rc != (rows[i].slot < 0 ? RC_INPUT : RC_OK) || (rows[i].slot >= 0 && counts[n->slot + (size_t)rows[i].slot] != 1))
            fail_msg("row %zu: %s", i, rc_name(rc));
    }
}

/* The browser is told a calculation in place of its name; one in another, each twice, must end. */
static void test_calculations_in_the_browser(void **state)
{
    static const char head[] = "type,name,label::English (en),calculation,relevant\ninteger,q0,Q,,\n";
    static const char settings[] = "form_id,form_title::English (en),description::English (en),organiser::English (en),"
                                   "handler::English (en),contact::English (en),legal_basis::English (en),sample\ns-1,T,D,O,H,C,L,open\n";
    struct buf survey, problems, out;
    struct rc_info e;
    struct form *f;
    (void)state;
    buf_init(&survey, 1 << 16);
    buf_init(&problems, 1 << 16);
    buf_init(&out, 1 << 15);
    buf_puts(&survey, head);
    for (int i = 1; i <= 60; i++)
        buf_printf(&survey, "calculate,q%d,,${q%d} + ${q%d},\n", i, i - 1, i - 1);
    buf_puts(&survey, "text,last,L,,${q60} > 3\n");
    struct xlsform_files files = {survey.p, "list_name,name,label::English (en)\n", settings, survey.len, 0, strlen(settings)};
    files.choices_len = strlen(files.choices);
    if (xlsform_read(&files, &arena, &f, &problems, &e) != RC_OK)
        fail_msg("%s", problems.p);
    expr_put_js(f->nodes[f->n_nodes - 1].relevant.expr, &out);
    assert_false(buf_ok(&out)); /* too long to be told: the question is shown, the server decides */
    const struct form_field fields[] = {{"q0", 2, "1", 1}, {"last", 4, "x", 1}};
    struct answers got;
    assert_int_equal(answers_check(f, fields, 2, &arena, &got, &e), RC_OK);
    assert_true(got.items[60].decimal == 1152921504606846976.0); /* 2^60 */
    assert_int_equal(got.items[61].state, ANSWER_GIVEN);
    buf_release(&survey);
    buf_release(&problems);
    buf_release(&out);
}

struct bad_row {
    const char *name, *rows, *want;
};

#define HEAD "type,name,label::English (en),relevant,calculation,choice_filter,default,read_only,parameters,appearance,required\n"
static struct bad_row bad_rows[] = {
    {"range without steps", "range,r,R,,,,,,start=0 end=10 step=3,,\n", "2:parameters: the range must lead from start up to end"},
    {"range downwards", "range,r,R,,,,,,start=5 end=1,,\n", "the range must lead from start up"},
    {"range of no step", "range,r,R,,,,,,start=1 end=5 step=0,,\n", "the range must lead from start up"},
    {"range of many points", "range,r,R,,,,,,start=0 end=1000,,\n", "has 1001 points, over 101"},
    {"range of words", "range,r,R,,,,,,start=one,,\n", "start=one is no number"},
    {"range too fine", "range,r,R,,,,,,step=0.0000001,,\n", "at most 6 decimals"},
    {"unknown parameter", "range,r,R,,,,,,begin=0,,\n", "\"begin=0\" is not known here"},
    {"parameter of a text", "text,t,T,,,,,,rows=5,,\n", "\"rows=5\" is not known here"},
    {"seed without a number", "select_one l,s,S,,,,,,randomize=true seed=x,,\n", "a seed is a whole number"},
    {"randomize maybe", "select_one l,s,S,,,,,,randomize=maybe,,\n", "say randomize=true or"},
    {"a likert in disorder", "select_one l,s,S,,,,,,randomize=true,likert,\n", "have an order of their own"},
    {"default no choice", "select_one l,s,S,,,,c,,,,\n", "2:default: \"c\" is no answer to this question"},
    {"default no number", "integer,i,I,,,,many,,,,\n", "2:default: \"many\" is no answer"},
    {"default an expression", "date,d,D,,,,today(),,,,\n", "\"today()\" is no answer"},
    {"default of a rank", "rank l,r,R,,,,a b,,,,\n", "an order cannot be given beforehand"},
    {"default of a note", "note,n,N,,,,x,,,,\ntext,t,T,,,,,,,,\n", "2:default: a note or a group has no answer"},
    {"read only without a default", "text,t,T,,,,,yes,,,\n", "2:read_only: what is only read needs a default"},
    {"read only choices", "select_one l,s,S,,,,a,yes,,,\n", "a choice that nobody can make"},
    {"hidden without a default", "hidden,h,,,,,,,,,\ntext,t,T,,,,,,,,\n", "2:default: what is hidden needs a default"},
    {"calculate without a calculation", "calculate,c,,,,,,,,,\ntext,t,T,,,,,,,,\n", "2:calculation: write what is to be worked out"},
    {"calculation of a text", "text,t,T,,1 + 1,,,,,,\n", "only a question of type calculate"},
    {"calculate with relevance", "text,t,T,,,,,,,,\ncalculate,c,,${t} = 'a',1 + 1,,,,,,\n", "3:relevant: what is worked out is neither"},
    {"a required calculation", "text,t,T,,,,,,,,\ncalculate,c,,,1 + 1,,,,,,yes\n", "what nobody is asked cannot be required"},
    {"a circle of calculations", "calculate,c,,,${d} + 1,,,,,,\ncalculate,d,,,${c} + 1,,,,,,\ntext,t,T,,,,,,,,\n", "gives depends, in a circle, on itself"},
    {"filter of an unknown column", "select_one l,s,S,,,town = 'x',,,,,\n", "2:choice_filter: at character 1: the sheet choices has no column \"town\""},
    {"filter of no column", "select_one l,s,S,,,1 = 1,,,,,\n", "this looks at no column"},
    {"filter of a text", "text,t,T,,,region = 'n',,,,,\n", "only select_one and select_multiple have choices"},
    {"or_other without other", "select_one l or_other,s,S,,,,,,,,\n", "or_other needs a choice called other in the list \"l\""},
    {"or_other beside its name", "text,s_other,X,,,,,,,,\nselect_one o or_other,s,S,,,,,,,,\n", "is too long or there already"},
    {"an unused column", "text,t,T,,,,,,,,\n", "choices.csv:1:region: this column is not known, and no choice_filter looks at it"},
    {"rank of one", "rank one,r,R,,,,,,,,\n", "2 to 20 choices can be put in order, not 1"},
};

static void refused(void **state)
{
    static const char plain[] = "list_name,name,label::English (en)\nl,a,A\nl,b,B\no,other,Other\none,a,A\n";
    static const char with_region[] = "list_name,name,label::English (en),region\nl,a,A,n\nl,b,B,s\no,other,Other,n\none,a,A,n\n";
    static const char settings[] = "form_id,form_title::English (en),description::English (en),organiser::English (en),"
                                   "handler::English (en),contact::English (en),legal_basis::English (en),sample\ns-1,T,D,O,H,C,L,open\n";
    const struct bad_row *row = *state;
    const char *choices = strstr(row->want, "column") != NULL || strstr(row->rows, "region") != NULL ? with_region : plain;
    struct arena a;
    struct buf problems;
    struct rc_info e;
    struct form *f;
    arena_init(&a, 16 << 20);
    buf_init(&problems, 1 << 16);
    const char *survey = arena_printf(&a, "%s%s", HEAD, row->rows);
    struct xlsform_files files = {survey, choices, settings, strlen(survey), strlen(choices), strlen(settings)};
    assert_int_equal(xlsform_read(&files, &a, &f, &problems, &e), RC_INPUT);
    if (strstr(problems.p, row->want) == NULL)
        fail_msg("%s: not \"%s\" in:\n%s", row->name, row->want, problems.p);
    buf_release(&problems);
    arena_release(&a);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        void *row = &bad_rows[i];
        refused(&row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent), cmocka_unit_test(test_stored), cmocka_unit_test(test_rank_codes),
        cmocka_unit_test(test_calculations_in_the_browser), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("constructs", tests, setup, teardown);
}
