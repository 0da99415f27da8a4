/* cells: many ballots counted at once give the cells that they give one by one. On the demonstration's
 * questionnaire (crossings, choices as bits, an integer), with a fixed seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "box/cells.h"
#include "form/answers.h"
#include "form/xlsform.h"

enum { BALLOTS = 6000 };

struct fixture {
    struct arena a;
    struct form *form;
    unsigned char *codes; /* BALLOTS of them */
    struct cells one_by_one, at_once;
    struct rc_info e;
};

static size_t below(size_t n)
{
    return (size_t)random() % n;
}

static void answer(const struct form_node *n, struct answer *a)
{
    *a = (struct answer){.state = below(8) == 0 ? (enum answer_state)below(2) : ANSWER_GIVEN, .choice = SIZE_MAX};
    if (a->state != ANSWER_GIVEN)
        return;
    if (n->type == FORM_SELECT_ONE)
        a->choice = below(n->choices->n);
    if (n->type == FORM_INTEGER)
        a->number = n->min;
    for (size_t k = 0, one = n->choices != NULL ? below(n->choices->n) : 0;
         n->type == FORM_SELECT_MULTIPLE && k < n->choices->n; k++)
        if (k == one || (!n->choices->items[one].is_exclusive && !n->choices->items[k].is_exclusive && below(3) == 0))
            a->bits[k / 8] = (uint8_t)(a->bits[k / 8] | 1U << (k % 8));
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct buf problems;
    if (x == NULL)
        return -1;
    *state = x;
    arena_init(&x->a, 64 << 20);
    buf_init(&problems, 1 << 20);
    enum rc rc = xlsform_read_dir("sql/seed/gov-wechat-2014", &x->a, &x->form, &problems, &x->e);
    buf_release(&problems);
    if (rc != RC_OK || cells_init(&x->one_by_one, x->form, &x->e) != RC_OK ||
        cells_init(&x->at_once, x->form, &x->e) != RC_OK)
        return -1;
    struct answers in = {.items = arena_array(&x->a, x->form->n_nodes + 1, sizeof *in.items)};
    x->codes = arena_array(&x->a, BALLOTS, x->form->codes_len);
    if (in.items == NULL || x->codes == NULL)
        return -1;
    srandom(20141231);
    for (size_t i = 0; i < BALLOTS; i++) {
        for (size_t k = 0; k < x->form->n_nodes; k++)
            answer(&x->form->nodes[k], &in.items[k]);
        answers_encode(x->form, &in, x->codes + i * x->form->codes_len);
    }
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    cells_release(&x->one_by_one);
    cells_release(&x->at_once);
    arena_release(&x->a);
    free(x);
    return 0;
}

static void both_tables_are_equal(const struct fixture *x)
{
    assert_int_equal(x->one_by_one.n, x->at_once.n);
    for (size_t i = 0; i < x->one_by_one.n; i++) {
        const struct cell *want = &x->one_by_one.items[i];
        const struct cell *got = cells_find(&x->at_once, want->profile, want->profile_len);
        assert_non_null(got);
        assert_int_equal(got->n, want->n);
        assert_memory_equal(got->counts, want->counts, x->form->n_slots * sizeof *got->counts);
    }
}

/* In batches of sizes about that of the ballots fetched ahead, none and all that are left among them. */
static void many_at_once_are_as_one_by_one(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 7, 8, 9, 1000, 0, BALLOTS};
    struct fixture *x = *state;
    size_t each = x->form->codes_len, done = 0, n_ballots = 0;
    for (size_t i = 0; i < BALLOTS; i++)
        assert_int_equal(cells_count(&x->one_by_one, x->codes + i * each, each, 1, &x->e), RC_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i] < BALLOTS - done ? sizes[i] : BALLOTS - done;
        assert_int_equal(cells_count_many(&x->at_once, x->codes + done * each, n, &x->e), RC_OK);
        done += n;
    }
    assert_int_equal(done, BALLOTS);
    both_tables_are_equal(x);
    for (size_t i = 0; i < x->at_once.n; i++)
        n_ballots += (size_t)x->at_once.items[i].n;
    assert_int_equal(n_ballots, BALLOTS);
    assert_true(x->at_once.n > 1000); /* profiles were many, so that runs are short */
}

/* The same profile over and over: one long run. */
static void one_profile_is_one_run(void **state)
{
    struct fixture *x = *state;
    size_t each = x->form->codes_len;
    for (size_t i = 1; i < BALLOTS; i++)
        for (size_t k = 0; k < x->at_once.counter.profile_len; k++)
            x->codes[i * each + x->at_once.counter.profile[k]] = x->codes[x->at_once.counter.profile[k]];
    for (size_t i = 0; i < BALLOTS; i++)
        assert_int_equal(cells_count(&x->one_by_one, x->codes + i * each, each, 1, &x->e), RC_OK);
    assert_int_equal(cells_count_many(&x->at_once, x->codes, BALLOTS, &x->e), RC_OK);
    assert_int_equal(x->at_once.n, 1);
    assert_int_equal(x->at_once.items[0].n, BALLOTS);
    both_tables_are_equal(x);
}

/* Whichever byte of whichever ballot is wrong. */
static void a_wrong_code_is_refused(void **state)
{
    struct fixture *x = *state;
    size_t each = x->form->codes_len, n_refused = 0;
    for (size_t at = 0; at < each; at++) {
        unsigned char *code = &x->codes[below(20) * each + at], was = *code;
        int32_t *counts = arena_array(&x->a, x->form->n_slots, sizeof *counts);
        struct rc_info e = {.msg = ""};
        assert_non_null(counts);
        *code = 255;
        size_t ballot = (size_t)(code - x->codes) / each;
        enum rc want = answers_count(x->form, x->codes + ballot * each, each, counts);
        assert_int_equal(cells_count_many(&x->at_once, x->codes, 20, &e), want);
        assert_true(want == RC_OK || (want == RC_INPUT && e.msg[0] != '\0'));
        n_refused += want == RC_INPUT;
        *code = was;
        cells_reset(&x->at_once);
    }
    assert_true(n_refused > x->form->codes_len / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_at_once_are_as_one_by_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_profile_is_one_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_code_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
