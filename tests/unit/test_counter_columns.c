/* counter_columns against counter_add: the same counts for any ballots, and the same ones refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/random.h"
#include "form/answers.h"
#include "form/counter_columns.h"
#include "form/xlsform.h"

enum { BALLOTS = 1300, ROUNDS = 40 };

static struct random rnd = {.state = 20141231};

/* A state, or a given answer of the question. */
static void random_code(const struct form_node *n, unsigned char *p)
{
    uint32_t state = random_below(&rnd, 4);
    memset(p, 0, n->width);
    p[0] = (unsigned char)(state < 3 ? state : ANSWER_GIVEN);
    if (p[0] != ANSWER_GIVEN)
        return;
    if (n->type == FORM_SELECT_ONE || n->type == FORM_RANK)
        p[0] = (unsigned char)(ANSWER_GIVEN + random_below(&rnd, (uint32_t)n->choices->n));
    for (size_t k = 1; n->type == FORM_RANK && k < n->choices->n; k++)
        p[k] = (unsigned char)(((size_t)p[0] - ANSWER_GIVEN + k) % n->choices->n);
    if (n->type != FORM_SELECT_MULTIPLE)
        return; /* zero is a number, a day, a time */
    size_t first = random_below(&rnd, (uint32_t)n->choices->n);
    for (size_t k = 0; k < n->choices->n; k++)
        if (k == first || (!n->choices->items[first].is_exclusive && !n->choices->items[k].is_exclusive && random_below(&rnd, 3) == 0))
            p[1 + k / 8] = (unsigned char)(p[1 + k / 8] | 1U << k % 8);
}

/* Ballots of one profile: that of the first. */
static void random_ballots(const struct form *f, unsigned char *codes, size_t n)
{
    for (size_t b = 0; b < n; b++) {
        unsigned char *to = codes + b * f->codes_len;
        for (size_t i = 0; i < f->n_nodes; i++) {
            const struct form_node *q = &f->nodes[i];
            if (q->is_profile && b > 0)
                memcpy(to + q->offset, codes + q->offset, q->width);
            else if (q->width > 0)
                random_code(q, to + q->offset);
        }
        if (f->fast_seconds > 0)
            to[f->codes_len - 1] = b == 0 ? (unsigned char)random_below(&rnd, 2) : codes[f->codes_len - 1];
    }
}

static void random_order(uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        size_t k = random_below(&rnd, (uint32_t)i);
        uint32_t was = order[i - 1];
        order[i - 1] = order[k];
        order[k] = was;
    }
}

struct fixture {
    struct arena a;
    struct form *form;
    struct counter counter;
    struct counter_columns columns;
    unsigned char *codes;
    uint32_t *order;
    int32_t *one, *many;
    size_t room;
};

/* `is_fast`: with the byte that says so behind the others, as layout.c puts it. */
static void set_up(struct fixture *x, const char *dir, bool is_fast)
{
    struct buf problems;
    struct rc_info e;
    arena_init(&x->a, 64 << 20);
    buf_init(&problems, 1 << 16);
    if (xlsform_read_path(dir, &x->a, &x->form, &problems, &e) != RC_OK)
        fail_msg("%s: %s", dir, e.msg);
    x->form->fast_seconds = is_fast ? 5 : 0;
    x->form->codes_len += is_fast;
    assert_int_equal(counter_make(x->form, &x->a, &x->counter, &e), RC_OK);
    assert_int_equal(counter_columns_make(&x->counter, &x->a, &x->columns, &e), RC_OK);
    x->room = counter_room(&x->counter);
    x->codes = arena_alloc(&x->a, BALLOTS * x->form->codes_len);
    x->order = arena_array(&x->a, BALLOTS, sizeof *x->order);
    x->one = arena_array(&x->a, x->room, sizeof *x->one);
    x->many = arena_array(&x->a, x->room, sizeof *x->many);
    assert_true(x->codes != NULL && x->order != NULL && x->one != NULL && x->many != NULL);
    buf_release(&problems);
}

static enum rc add_one_by_one(struct fixture *x, size_t n)
{
    enum rc rc = RC_OK;
    memset(x->one, 0, x->room * sizeof *x->one);
    for (size_t i = 0; i < n; i++)
        if (counter_add(&x->counter, x->codes + x->order[i] * x->form->codes_len, x->one) != RC_OK)
            rc = RC_INPUT;
    return rc;
}

/* Under, at and over the lengths of a vector and of a block. */
static size_t some_length(int round)
{
    static const size_t lengths[] = {1, 2, 15, 16, 17, 31, 32, 33, 511, 512, 513, 1024, 1300};
    return (size_t)round < sizeof lengths / sizeof *lengths ? lengths[round] : 1 + random_below(&rnd, BALLOTS);
}

static void test_same_counts(void **state)
{
    static const char *const dirs[] = {"sql/seed/gov-wechat-2014", "tests/forms/budget", "tests/forms/visit", "tests/forms/budget"};
    (void)state;
    for (size_t d = 0; d < sizeof dirs / sizeof *dirs; d++) {
        struct fixture x = {0};
        set_up(&x, dirs[d], d == 3);
        for (int round = 0; round < ROUNDS; round++) {
            size_t n = some_length(round);
            random_ballots(x.form, x.codes, n);
            random_order(x.order, n);
            memset(x.many, 0, x.room * sizeof *x.many);
            assert_int_equal(add_one_by_one(&x, n), RC_OK);
            assert_int_equal(counter_columns_add(&x.columns, x.codes, x.order, n, n, x.many), RC_OK);
            for (size_t i = 0; i < x.form->n_slots; i++)
                if (x.one[i] != x.many[i])
                    fail_msg("%s, %zu ballots: slot %zu is %d, not %d", dirs[d], n, i, (int)x.many[i], (int)x.one[i]);
        }
        arena_release(&x.a);
    }
}

/* One wrong bit anywhere: refused by both or by none. */
static void test_same_refused(void **state)
{
    static const char *const dirs[] = {"sql/seed/gov-wechat-2014", "tests/forms/budget", "tests/forms/budget"};
    size_t n_refused = 0, n_taken = 0;
    (void)state;
    for (size_t d = 0; d < sizeof dirs / sizeof *dirs; d++) {
        struct fixture x = {0};
        set_up(&x, dirs[d], d == 2);
        for (int round = 0; round < 20 * ROUNDS; round++) {
            size_t n = 1 + random_below(&rnd, 80), at = random_below(&rnd, (uint32_t)x.form->codes_len), ballot = random_below(&rnd, (uint32_t)n);
            random_ballots(x.form, x.codes, n);
            random_order(x.order, n);
            unsigned char bit = (unsigned char)(1U << random_below(&rnd, 8));
            bool is_profile = x.form->fast_seconds > 0 && at + 1 == x.form->codes_len;
            for (size_t i = 0; i < x.form->n_nodes; i++)
                is_profile |= x.form->nodes[i].is_profile && at >= x.form->nodes[i].offset && at < x.form->nodes[i].offset + x.form->nodes[i].width;
            for (size_t b = 0; b < n; b++) /* a profile is wrong in all of them */
                if (b == ballot || is_profile)
                    x.codes[b * x.form->codes_len + at] ^= bit;
            memset(x.many, 0, x.room * sizeof *x.many);
            enum rc one = add_one_by_one(&x, n), many = counter_columns_add(&x.columns, x.codes, x.order, n, n, x.many);
            if (one != many)
                fail_msg("%s: byte %zu: one by one %s, by columns %s", dirs[d], at, rc_name(one), rc_name(many));
            n_refused += one != RC_OK;
            n_taken += one == RC_OK;
        }
        arena_release(&x.a);
    }
    assert_true(n_refused > 100 && n_taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_counts), cmocka_unit_test(test_same_refused)};
    return cmocka_run_group_tests_name("counter_columns", tests, NULL, NULL);
}
