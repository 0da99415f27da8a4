/* figures: from counts to a publication: denominators, boxes, intervals, suppression. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/xlsform.h"
#include "report/figures.h"

#define SETTINGS(sample) \
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en)," \
    "contact::English (en),legal_basis::English (en),population::English (en),sample\ns-1,T,D,O,H,C,L,P," sample "\n"
static const char choices_csv[] = "list_name,name,label::English (en),dont_know,exclusive\n"
                                  "five,5,Very good,,\nfive,4,Good,,\nfive,3,So so,,\nfive,2,Bad,,\n"
                                  "five,1,Very bad,,\nfive,dk,?,yes,\n"
                                  "odd,1,A,,\nodd,2,B,,\nodd,3,C,,\nodd,4,D,,\nodd,6,E,,\n"
                                  "many,a,A,,\nmany,b,B,,\nmany,dk,?,yes,yes\n";
static const char survey_csv[] = "type,name,label::English (en),required,relevant,constraint,appearance,profile\n"
                                 "select_one five,q,Good?,,,,likert,\n"
                                 "select_one odd,o,Odd?,,,,likert,\n"
                                 "select_multiple many,m,Which?,,,,,\n"
                                 "integer,i,How many?,,,. >= 0,,\n";

/* Slots: q 0..7 (not asked, skipped, 5, 4, 3, 2, 1, dk), o 8..14, m 15..20 (..., answered), i 21..23. */
enum { N_SLOTS = 24, Q = 0, O = 8, M = 15, I = 21 };

struct fixture {
    struct arena a;
    struct form *f;
    struct buf problems;
    int64_t counts[N_SLOTS];
    struct publication p;
    struct rc_info e;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 16 << 20);
    buf_init(&x->problems, 1 << 20);
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

static void read_form(struct fixture *x, const char *settings)
{
    struct xlsform_files files = {survey_csv, choices_csv, settings,
                                  strlen(survey_csv), strlen(choices_csv), strlen(settings)};
    if (xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e) != RC_OK)
        fail_msg("%s", x->problems.p);
    assert_int_equal(x->f->n_slots, N_SLOTS);
    static const int64_t plain[N_SLOTS] = {
        10, 5, 60, 20, 10, 6, 4, 15, /* q: 100 valid, 15 don't know, of 130 */
        0, 0, 130, 0, 0, 0, 0,       /* o */
        0, 10, 70, 60, 20, 120,      /* m: 120 answered, 20 of them don't know */
        130, 0, 0,                   /* i: never asked */
    };
    memcpy(x->counts, plain, sizeof plain);
}

static enum rc make(struct fixture *x, int64_t n)
{
    struct figures_input in = {.form = x->f, .version_no = 3, .n_ballots = n, .counts = x->counts,
                               .first_day = "2014-12-01", .last_day = "2014-12-31"};
    return figures_make(&in, &x->a, &x->p, &x->e);
}

static void missing_answers_are_not_in_the_denominator(void **state)
{
    struct fixture *x = *state;
    read_form(x, SETTINGS("open"));
    assert_int_equal(make(x, 130), RC_OK);
    const struct pub_question *q = &x->p.questions[0];
    assert_int_equal(x->p.n_questions, 4);
    assert_true(q->n == 100 && q->n_not_asked == 10 && q->n_skipped == 5 && q->n_dont_know == 15);
    assert_int_equal(q->n_options, 6);
    assert_true(q->options[0].share.count == 60 && fabs(q->options[0].share.p - 0.6) < 1e-15);
    assert_true(q->options[5].is_dont_know && q->options[5].share.count == 15 && q->options[5].share.p == 0);
    const struct pub_question *m = &x->p.questions[2];
    assert_true(m->n == 100 && m->n_dont_know == 20); /* the exclusive one leaves the denominator */
    assert_true(fabs(m->options[0].share.p - 0.7) < 1e-15 && fabs(m->options[1].share.p - 0.6) < 1e-15);
}

static void boxes_go_by_the_names_of_the_points(void **state)
{
    struct fixture *x = *state;
    read_form(x, SETTINGS("open"));
    assert_int_equal(make(x, 130), RC_OK);
    const struct pub_question *q = &x->p.questions[0];
    assert_true(q->has_boxes && q->top2.count == 80 && q->neutral.count == 10 && q->bottom2.count == 10);
    assert_true(fabs(q->top2.p + q->neutral.p + q->bottom2.p - 1) < 1e-12);
    assert_false(x->p.questions[1].has_boxes); /* 1 2 3 4 6 */
    assert_false(x->p.questions[2].has_boxes);
}

static void an_open_sample_has_no_intervals(void **state)
{
    struct fixture *x = *state;
    read_form(x, SETTINGS("open"));
    assert_int_equal(make(x, 130), RC_OK);
    assert_false(x->p.questions[0].options[0].share.has_interval || x->p.questions[0].top2.has_interval);
    read_form(x, SETTINGS("demonstration")); /* as if it were random, and saying so */
    assert_int_equal(make(x, 130), RC_OK);
    assert_true(x->p.questions[0].options[0].share.has_interval && x->p.questions[0].top2.has_interval);
    read_form(x, SETTINGS("random"));
    assert_int_equal(make(x, 130), RC_OK);
    const struct pub_share *s = &x->p.questions[0].options[0].share;
    assert_true(s->has_interval && fabs(s->low - 0.5020025867910618) < 1e-9 && fabs(s->high - 0.6905987135675411) < 1e-9);
    assert_false(x->p.questions[0].options[5].share.has_interval); /* don't know has no share */
}

static void thin_rows_hold_no_number(void **state)
{
    struct fixture *x = *state;
    read_form(x, SETTINGS("open"));
    x->counts[Q + 0] = 10 + 71; /* 29 valid */
    x->counts[Q + 2] = 0;
    x->counts[Q + 3] = 9;
    assert_int_equal(make(x, 130), RC_OK);
    const struct pub_question *q = &x->p.questions[0];
    assert_true(q->is_suppressed && q->n == 0 && q->n_not_asked == 0 && q->n_skipped == 0 && q->n_dont_know == 0);
    assert_true(q->n_options == 6 && strcmp(q->options[0].name, "5") == 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(q->options[i].share.count, 0);
    assert_true(q->has_boxes && q->top2.count == 0 && q->neutral.count == 0);
    assert_int_equal(x->p.threshold, 30);
    x->counts[Q + 0]--; /* 30 valid: shown */
    x->counts[Q + 3]++;
    assert_int_equal(make(x, 130), RC_OK);
    assert_true(!x->p.questions[0].is_suppressed && x->p.questions[0].n == 30);
    read_form(x, SETTINGS("demonstration"));
    x->counts[Q + 0] = 10 + 99;
    x->counts[Q + 2] = 1;
    memset(&x->counts[Q + 3], 0, 4 * sizeof x->counts[0]);
    assert_int_equal(make(x, 130), RC_OK);
    assert_true(!x->p.questions[0].is_suppressed && x->p.questions[0].n == 1 && x->p.threshold == 0);
    assert_true(x->p.questions[3].n == 0 && !x->p.questions[3].is_suppressed); /* nobody was asked */
}

static void damaged_counts_are_not_published(void **state)
{
    struct fixture *x = *state;
    static const struct { size_t slot; int64_t v; } damage[] = {
        {Q + 2, 61}, {Q + 0, 9}, {Q + 7, -15}, {O + 2, 131}, {M + 2, 101}, {M + 5, 119}, {I + 1, 1}, {M + 4, 121},
    };
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        read_form(x, SETTINGS("open"));
        x->counts[damage[i].slot] = damage[i].v;
        if (make(x, 130) != RC_INPUT)
            fail_msg("slot %zu = %d was published", damage[i].slot, (int)damage[i].v);
    }
}

static void equal_counts_give_equal_bytes(void **state)
{
    struct fixture *x = *state;
    struct buf one, two;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    read_form(x, SETTINGS("random"));
    assert_int_equal(make(x, 130), RC_OK);
    assert_int_equal(publication_to_json(&x->p, &one, &x->e), RC_OK);
    assert_int_equal(make(x, 130), RC_OK);
    assert_int_equal(publication_to_json(&x->p, &two, &x->e), RC_OK);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.p, two.p, one.len);
    buf_release(&one);
    buf_release(&two);
}

static void memory_fails_at_every_place(void **state)
{
    struct fixture *x = *state;
    read_form(x, SETTINGS("random"));
    int failures = 0;
    for (long nth = 1; nth < 20; nth++) {
        x->a.fail_after = nth;
        enum rc rc = make(x, 130);
        x->a.fail_after = 0;
        if (rc == RC_OK)
            break;
        assert_int_equal(rc, RC_NOMEM);
        failures++;
    }
    assert_int_equal(failures, 4); /* the questions, and the options of three */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(missing_answers_are_not_in_the_denominator), T(boxes_go_by_the_names_of_the_points),
        T(an_open_sample_has_no_intervals),         T(thin_rows_hold_no_number),
        T(damaged_counts_are_not_published),           T(equal_counts_give_equal_bytes),
        T(memory_fails_at_every_place),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
