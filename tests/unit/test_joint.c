/* joint: crossings and grids: what is found, how it is frozen, and every ballot in the right place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/answers.h"
#include "form/counter.h"
#include "form/joint.h"
#include "form/xlsform.h"

#define HEAD "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en)," \
    "contact::English (en),legal_basis::English (en),population::English (en),sample,cross_tables\n"
#define SETTINGS(cross) HEAD "s-1,T,D,O,H,C,L,P,open," cross "\n"

static const char choices_csv[] = "list_name,name,label::English (en),dont_know\n"
                                  "five,1,A,\nfive,2,B,\nfive,3,C,\nfive,4,D,\nfive,5,E,\nfive,dk,?,yes\n"
                                  "sex,f,F,\nsex,m,M,\nother,1,A,\nother,2,B,\n";
/* g1..g4 are a grid (a note inside does not part it), h1..h3 are one too few, k1..k4 differ in their list. */
static const char survey_csv[] = "type,name,label::English (en),appearance,profile\n"
                                 "select_one sex,sex,Sex?,,yes\n"
                                 "begin_group,g,G,,\nselect_one five,g1,1?,likert,\nselect_one five,g2,2?,likert,\n"
                                 "note,n,Note,,\nselect_one five,g3,3?,likert,\nselect_one five,g4,4?,likert,\nend_group,,,,\n"
                                 "begin_group,h,H,,\nselect_one five,h1,1?,likert,\nselect_one five,h2,2?,likert,\n"
                                 "select_one five,h3,3?,likert,\nend_group,,,,\nselect_one five,h4,4?,likert,\n"
                                 "select_one five,k1,1?,likert,\nselect_one other,k2,2?,likert,\n"
                                 "select_one five,k3,3?,likert,\ninteger,i,How many?,,\n";
enum { NODES_SLOTS = 4 + 4 * 8 + 4 * 8 + 8 + 4 + 8 + 3, CROSS = NODES_SLOTS, GRID = CROSS + 2 * 6 + 6 * 2 };

struct fixture {
    struct arena a;
    struct form *f;
    struct buf problems;
    struct rc_info e;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 16 << 20);
    buf_init(&x->problems, 1 << 20);
    srandom(20141231);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    free(x);
    return 0;
}

static enum rc read_form(struct fixture *x, const char *settings)
{
    struct xlsform_files files = {survey_csv, choices_csv, settings,
                                  strlen(survey_csv), strlen(choices_csv), strlen(settings)};
    return xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e);
}

static void read_good(struct fixture *x)
{
    if (read_form(x, SETTINGS("sex*g1 g1*k2")) != RC_OK)
        fail_msg("%s", x->problems.p);
}

static size_t node(const struct fixture *x, const char *name)
{
    return form_find(x->f, name, strlen(name));
}

static void finds_the_grid(void **state)
{
    struct fixture *x = *state;
    read_good(x);
    assert_int_equal(x->f->n_grids, 1);
    assert_int_equal(x->f->grids[0].n_items, 4);
    assert_int_equal(x->f->grids[0].items[0], node(x, "g1"));
    assert_int_equal(x->f->grids[0].items[3], node(x, "g4"));
    assert_int_equal(x->f->grids[0].slot, GRID);
    assert_int_equal(x->f->n_crosses, 2);
    assert_int_equal(x->f->crosses[0].slot, CROSS);
    assert_int_equal(x->f->crosses[1].slot, CROSS + 2 * 6);
    assert_int_equal(x->f->n_slots, GRID + 6);
}

static void comes_back_from_json(void **state)
{
    struct fixture *x = *state;
    struct buf one, two;
    struct form *back = NULL;
    read_good(x);
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    assert_int_equal(form_to_json(x->f, &one, &x->e), RC_OK);
    assert_int_equal(form_from_json(one.p, one.len, &x->a, &back, &x->e), RC_OK);
    assert_int_equal(form_to_json(back, &two, &x->e), RC_OK);
    assert_string_equal(one.p, two.p);
    assert_int_equal(back->n_slots, x->f->n_slots);
    assert_int_equal(back->crosses[1].slot, x->f->crosses[1].slot);
    assert_int_equal(back->crosses[1].row, node(x, "g1"));
    assert_int_equal(back->grids[0].slot, GRID);
    buf_release(&one);
    buf_release(&two);
}

/* The codes of a ballot with these choices (index, or -1 skipped, -2 not asked) in the select_ones. */
static void encode(const struct fixture *x, const char *const *names, const int *choice, size_t n, unsigned char *codes)
{
    memset(codes, 0, x->f->codes_len);
    for (size_t i = 0; i < n; i++)
        codes[x->f->nodes[node(x, names[i])].offset] = (unsigned char)(2 + choice[i]);
}

static void counts_each_ballot_once(void **state)
{
    struct fixture *x = *state;
    static const char *const names[] = {"sex", "g1", "g2", "g3", "g4", "k2"};
    static const struct {
        int choice[6];
        int sex_g1, g1_k2, straight; /* the slot that goes up by one, -1 for none */
    } rows[] = {
        {{0, 0, 0, 0, 0, 0}, 0, 0, 0},        {{1, 4, 4, 4, 4, 1}, 6 + 4, 4 * 2 + 1, 4},
        {{1, 4, 4, 4, 3, 1}, 6 + 4, 4 * 2 + 1, -1}, {{-1, 2, 2, 2, 2, 1}, -1, 2 * 2 + 1, 2},
        {{0, -1, -1, -1, -1, 0}, -1, -1, -1}, {{0, 5, 5, 5, 5, -2}, 5, -1, 5},
        {{0, -2, 1, 1, 1, 0}, -1, -1, -1},
    };
    read_good(x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char codes[64];
        int32_t counts[GRID + 6] = {0}, joint[GRID + 6] = {0};
        encode(x, names, rows[i].choice, 6, codes);
        if (rows[i].sex_g1 >= 0)
            joint[CROSS + rows[i].sex_g1]++;
        if (rows[i].g1_k2 >= 0)
            joint[CROSS + 12 + rows[i].g1_k2]++;
        if (rows[i].straight >= 0)
            joint[GRID + rows[i].straight]++;
        assert_int_equal(answers_count(x->f, codes, x->f->codes_len, counts), RC_OK);
        assert_memory_equal(counts + CROSS, joint + CROSS, sizeof counts - CROSS * sizeof *counts);
    }
}

/* Rows of a crossing add up to the ballots that answered both, and the fast counter agrees. */
static void counter_agrees(void **state)
{
    struct fixture *x = *state;
    struct counter c;
    int32_t slow[GRID + 6] = {0}, fast[GRID + 6 + 8] = {0}, both = 0, sum = 0;
    read_good(x);
    assert_int_equal(counter_make(x->f, &x->a, &c, &x->e), RC_OK);
    assert_true(counter_room(&c) <= sizeof fast / sizeof *fast);
    for (int i = 0; i < 5000; i++) {
        unsigned char codes[64] = {0};
        for (size_t k = 0; k < x->f->n_nodes; k++)
            if (x->f->nodes[k].type == FORM_SELECT_ONE)
                codes[x->f->nodes[k].offset] = (unsigned char)((size_t)random() % (2 + x->f->nodes[k].choices->n));
        both += codes[x->f->nodes[node(x, "sex")].offset] >= 2 && codes[x->f->nodes[node(x, "g1")].offset] >= 2;
        assert_int_equal(answers_count(x->f, codes, x->f->codes_len, slow), RC_OK);
        assert_int_equal(counter_add(&c, codes, fast), RC_OK);
    }
    for (size_t i = CROSS; i < CROSS + 12; i++)
        sum += slow[i];
    assert_int_equal(sum, both);
    assert_true(sum > 1000);
    assert_memory_equal(slow, fast, sizeof slow);
}

static void refuses(struct fixture *x, const char *settings, const char *why)
{
    assert_int_equal(read_form(x, settings), RC_INPUT);
    if (strstr(x->problems.p, why) == NULL)
        fail_msg("\"%s\" is not in: %s", why, x->problems.p);
}

static void refuses_bad_crossings(void **state)
{
    struct fixture *x = *state;
    refuses(x, SETTINGS("sex*nobody"), "settings.csv:2:cross_tables: there is no question \"nobody\"");
    refuses(x, SETTINGS("sex"), "write a crossing as");
    refuses(x, SETTINGS("sex*i"), "two select_one questions");
    refuses(x, SETTINGS("g1*g1"), "crossed with itself");
    refuses(x, SETTINGS("sex*g1 g1*sex"), "listed twice");
    refuses(x, SETTINGS("sex*sex*g1"), "there is no question \"sex*g1\"");
}

static void refuses_damaged_definitions(void **state)
{
    static const char *const pairs[][2] = {{"\"crosses\":[[", "\"crosses\":[[999,"}, {"\"grids\":[[", "\"grids\":[[0,"},
                                           {"\"crosses\":[[", "\"crosses\":[[1,"}, {"\"grids\":[[", "\"grids\":[[],["}};
    struct fixture *x = *state;
    struct buf json;
    read_good(x);
    buf_init(&json, 1 << 20);
    assert_int_equal(form_to_json(x->f, &json, &x->e), RC_OK);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct form *back = NULL;
        const char *at = strstr(json.p, pairs[i][0]);
        assert_non_null(at);
        char *bad = arena_printf(&x->a, "%.*s%s%s", (int)(at - json.p), json.p, pairs[i][1], at + strlen(pairs[i][0]));
        assert_non_null(bad);
        assert_int_equal(form_from_json(bad, strlen(bad), &x->a, &back, &x->e), RC_INPUT);
        assert_null(back);
    }
    buf_release(&json);
}

static void without_any_the_bytes_stay(void **state)
{
    struct fixture *x = *state;
    struct buf json;
    static const char survey[] = "type,name,label::English (en)\nselect_one sex,sex,Sex?\n";
    static const char choices[] = "list_name,name,label::English (en)\nsex,f,F\nsex,m,M\n";
    struct xlsform_files files = {survey, choices, SETTINGS(""), strlen(survey), strlen(choices), strlen(SETTINGS(""))};
    buf_init(&json, 1 << 20);
    assert_int_equal(xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e), RC_OK);
    assert_int_equal(form_to_json(x->f, &json, &x->e), RC_OK);
    assert_null(strstr(json.p, "crosses"));
    assert_null(strstr(json.p, "grids"));
    buf_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_the_grid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comes_back_from_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_each_ballot_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counter_agrees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_bad_crossings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_damaged_definitions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_any_the_bytes_stay, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("joint", tests, NULL, NULL);
}
