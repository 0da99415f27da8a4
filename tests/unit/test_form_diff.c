/* form_diff: what changed between two versions, and what may still be compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "form/form_diff.h"
#include "form/xlsform.h"

#define SETTINGS(title) "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en)," \
    "contact::English (en),legal_basis::English (en),sample\ns-1," title ",D,O,H,C,L,open\n"
#define CHOICES_HEAD "list_name,name,label::English (en),dont_know,exclusive\n"
#define YN "yn,yes,Yes,,\nyn,no,No,,\n"
#define FIVE "five,1,Bad,,\nfive,2,Poor,,\nfive,3,So so,,\nfive,4,Fine,,\nfive,5,Good,,\n"
#define HEAD "type,name,label::English (en),required,relevant,constraint,appearance,profile\n"
#define SURVEY HEAD "select_one yn,used,Used?,yes,,,,\nselect_one five,q,Good?,,${used} = 'yes',,likert,\ninteger,n,How many?,,,,,\ntext,t,Say,,,,,\n"

struct fixture {
    struct arena a;
    struct buf problems;
    struct rc_info e;
    struct form_diff_row *rows;
    size_t n;
};

static struct form *read_form(struct fixture *x, const char *survey, const char *choices, const char *settings)
{
    struct form *f = NULL;
    struct xlsform_files files = {survey, choices, settings, strlen(survey), strlen(choices), strlen(settings)};
    if (xlsform_read(&files, &x->a, &f, &x->problems, &x->e) != RC_OK)
        fail_msg("%s", x->problems.p != NULL ? x->problems.p : x->e.msg);
    return f;
}

static void diff(struct fixture *x, const char *survey, const char *choices, const char *settings)
{
    const struct form *before = read_form(x, SURVEY, CHOICES_HEAD YN FIVE, SETTINGS("T"));
    assert_int_equal(form_diff(before, read_form(x, survey, choices, settings), &x->a, &x->rows, &x->n, &x->e), RC_OK);
}

static int set_up(void **state)
{
    static struct fixture x;
    x = (struct fixture){0};
    arena_init(&x.a, 64 << 20);
    buf_init(&x.problems, 1 << 20);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    return 0;
}

static void is_row(const struct fixture *x, size_t at, const char *name, unsigned what, bool can_compare)
{
    assert_true(at < x->n);
    assert_string_equal(x->rows[at].name, name);
    assert_int_equal(x->rows[at].what, what);
    assert_int_equal(x->rows[at].can_compare, can_compare);
}

static void is_cell(const struct fixture *x, size_t at, size_t cell, const char *column, const char *before, const char *after)
{
    assert_true(cell < x->rows[at].n_cells);
    const struct form_diff_cell *c = &x->rows[at].cells[cell];
    assert_string_equal(c->column, column);
    assert_string_equal(c->before, before);
    assert_string_equal(c->after, after);
}

static void nothing_differs(void **state)
{
    struct fixture *x = *state;
    diff(x, SURVEY, CHOICES_HEAD YN FIVE, SETTINGS("T"));
    assert_int_equal(x->n, 0);
}

static void the_name_of_a_list_is_nothing(void **state)
{
    struct fixture *x = *state;
    diff(x, HEAD "select_one ja,used,Used?,yes,,,,\nselect_one five,q,Good?,,${used} = 'yes',,likert,\ninteger,n,How many?,,,,,\ntext,t,Say,,,,,\n",
         CHOICES_HEAD "ja,yes,Yes,,\nja,no,No,,\n" FIVE, SETTINGS("T"));
    assert_int_equal(x->n, 0);
}

static void words(void **state)
{
    struct fixture *x = *state;
    diff(x, HEAD "select_one yn,used,Did you use it?,yes,,,,\nselect_one five,q,Good?,,${used} = 'yes',,likert,\ninteger,n,How many?,,,,,\ntext,t,Say,,,,,\n",
         CHOICES_HEAD "yn,yes,Yes!,,\nyn,no,No,,\n" FIVE, SETTINGS("Another title"));
    assert_int_equal(x->n, 2);
    is_row(x, 0, "", FORM_DIFF_REWORDED, false);
    is_row(x, 1, "used", FORM_DIFF_REWORDED, true);
    is_cell(x, 1, 0, "choice yes label::en", "Yes", "Yes!");
    is_cell(x, 1, 1, "label::en (en)", "Used?", "Did you use it?");
}

static void codes(void **state)
{
    struct fixture *x = *state;
    diff(x, SURVEY, CHOICES_HEAD "yn,yes,Yes,,\nyn,never,No,,\n" FIVE, SETTINGS("T"));
    assert_int_equal(x->n, 1);
    is_row(x, 0, "used", FORM_DIFF_RECODED, false);
    is_cell(x, 0, 0, "choices", "yes, no", "yes, never");
}

static void another_meaning_of_a_code(void **state)
{
    struct fixture *x = *state;
    diff(x, SURVEY, CHOICES_HEAD YN "five,1,Bad,,\nfive,2,Poor,,\nfive,3,So so,yes,\nfive,4,Fine,,\nfive,5,Good,,\n", SETTINGS("T"));
    is_row(x, 0, "q", FORM_DIFF_RECODED, false);
}

static void rules(void **state)
{
    struct fixture *x = *state;
    diff(x, HEAD "select_one yn,used,Used?,,,,,\nselect_one five,q,Good?,,${used} = 'no',,likert,\ninteger,n,How many?,,,. < 9,,\ntext,t,Say,,,,,\n",
         CHOICES_HEAD "yn,no,No,,\nyn,yes,Yes,,\n" FIVE, SETTINGS("T"));
    assert_int_equal(x->n, 3);
    is_row(x, 0, "used", FORM_DIFF_RULES, true);
    is_cell(x, 0, 0, "choices", "yes, no", "no, yes");
    is_row(x, 1, "q", FORM_DIFF_RULES, true);
    is_cell(x, 1, 0, "relevant", "${used} = 'yes'", "${used} = 'no'");
    is_row(x, 2, "n", FORM_DIFF_RULES, false);
}

static void come_and_gone(void **state)
{
    struct fixture *x = *state;
    diff(x, HEAD "select_one yn,used,Used?,yes,,,,\nselect_one five,q,Good?,,${used} = 'yes',,likert,\ndecimal,n,How many?,,,,,\nselect_one yn,u,Again?,,,,,\n",
         CHOICES_HEAD YN FIVE, SETTINGS("T"));
    assert_int_equal(x->n, 3);
    is_row(x, 0, "n", FORM_DIFF_RECODED | FORM_DIFF_RULES, false); /* an integer has limits, written out */
    is_cell(x, 0, 0, "type", "integer", "decimal");
    is_row(x, 1, "u", FORM_DIFF_ADDED, false);
    is_row(x, 2, "t", FORM_DIFF_REMOVED, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_differs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_name_of_a_list_is_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(codes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_meaning_of_a_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(come_and_gone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
