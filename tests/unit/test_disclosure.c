/* disclosure: rounding, row minimum, replacement, sums, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "stats/disclosure.h"

static const unsigned char key[DISCLOSURE_KEY_BYTES] = {1, 2, 3};

/* Over the cells, each of five offsets in a fifth of them: so a count goes up with (c mod 5)/5. */
static void rounding_is_unbiased_and_never_falls(void **state)
{
    (void)state;
    for (int64_t c = 0; c < 40; c++) {
        long up = 0;
        for (size_t cell = 0; cell < 20000; cell++) {
            int64_t v = disclosure_round(key, "q", cell, c), before = c == 0 ? 0 : disclosure_round(key, "q", cell, c - 1);
            assert_true(v % DISCLOSURE_BASE == 0 && v > c - DISCLOSURE_BASE && v < c + DISCLOSURE_BASE);
            assert_true(v >= before);
            assert_int_equal(v, disclosure_round(key, "q", cell, c));
            up += v > c;
        }
        double want = 20000.0 * (double)(c % 5) / 5; /* sd at most 71 */
        assert_true((double)up > want - 350 && (double)up < want + 350);
    }
}

/* Key, address and cell each change the offset. */
static void offsets_hang_on_key_address_and_cell(void **state)
{
    (void)state;
    unsigned char other[DISCLOSURE_KEY_BYTES] = {1, 2, 4};
    int by_key = 0, by_address = 0, by_cell = 0;
    for (size_t i = 0; i < 200; i++) {
        char a[16], b[16];
        (void)snprintf(a, sizeof a, "row%zu", i);
        (void)snprintf(b, sizeof b, "row%zu|", i);
        by_key += disclosure_round(key, a, 0, 2) != disclosure_round(other, a, 0, 2);
        by_address += disclosure_round(key, a, 0, 2) != disclosure_round(key, b, 0, 2);
        by_cell += disclosure_round(key, a, 0, 2) != disclosure_round(key, a, 1, 2);
    }
    assert_true(by_key > 50 && by_address > 50 && by_cell > 50); /* 96 expected */
}

/* One row of a single cell: its n is that count. */
struct one {
    int64_t count, shown, kept[16];
    struct disclosure_past past[16];
    struct disclosure_row row;
};

static void begin(struct one *o)
{
    *o = (struct one){0};
    o->row = (struct disclosure_row){.address = "one", .min_n = DISCLOSURE_ROW_MIN, .n_cells = 1, .n_whole = 1,
                                     .counts = &o->count, .shown = &o->shown};
}

static enum rc run(struct one *o, int32_t day, int64_t count)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    o->count = count;
    enum rc rc = disclosure_run(key, day, &o->row, 1, NULL, 0, &a, NULL);
    arena_release(&a);
    if (rc == RC_OK && o->row.is_replaced && o->row.state.is_shown) {
        size_t n = o->row.n_past++;
        assert_true(n < 16);
        o->kept[n] = o->shown;
        o->past[n] = (struct disclosure_past){day, &o->kept[n]};
        o->row.past = o->past;
    }
    return rc;
}

static void a_row_is_published_from_thirty(void **state)
{
    (void)state;
    struct one o;
    begin(&o);
    assert_int_equal(run(&o, 1, 29), RC_OK);
    assert_true(!o.row.state.is_shown && o.shown == 0 && disclosure_n(&o.row) == 0);
    assert_int_equal(run(&o, 2, 30), RC_OK);
    assert_true(o.row.state.is_shown && o.row.is_replaced && o.shown == 30 && o.row.state.last_n == 30);
    assert_int_equal(o.row.state.day, 2);
}

static void a_row_is_replaced_after_a_change_of_ten(void **state)
{
    (void)state;
    struct one o;
    begin(&o);
    assert_int_equal(run(&o, 1, 100), RC_OK);
    for (int64_t n = 91; n <= 109; n++) {
        assert_int_equal(run(&o, 2, n), RC_OK);
        assert_true(!o.row.is_replaced && o.shown == 100 && o.row.state.day == 1);
    }
    assert_int_equal(run(&o, 3, 110), RC_OK);
    assert_true(o.row.is_replaced && o.shown == 110 && o.row.state.day == 3);
    assert_int_equal(run(&o, 4, 100), RC_OK); /* ballots were withdrawn */
    assert_true(o.row.is_replaced && o.shown == 100);
    assert_int_equal(run(&o, 4, 100), RC_OK); /* again on the same input */
    assert_true(!o.row.is_replaced && o.shown == 100 && o.row.state.day == 4);
}

static void a_row_goes_and_comes_back_by_ten(void **state)
{
    (void)state;
    struct one o;
    begin(&o);
    assert_int_equal(run(&o, 1, 35), RC_OK);
    assert_int_equal(run(&o, 2, 28), RC_OK);
    assert_true(o.row.state.is_shown && o.shown == 35); /* fell by 7: stands as of its day */
    assert_int_equal(run(&o, 3, 25), RC_OK);
    assert_true(!o.row.state.is_shown && o.shown == 0);
    assert_int_equal(run(&o, 4, 30), RC_OK);
    assert_true(!o.row.state.is_shown); /* rose by 5 */
    assert_int_equal(run(&o, 5, 35), RC_OK);
    assert_true(o.row.state.is_shown && o.shown == 35);
    o.row.is_frozen = true;
    assert_int_equal(run(&o, 6, 500), RC_OK);
    assert_true(o.row.state.is_shown && o.shown == 35);
}

/* All = men + women; whatever the key, what stands leaves a small count its five values. */
static void sums_hold_back_what_would_tell(void **state)
{
    (void)state;
    int held = 0, open = 0;
    for (unsigned k = 0; k < 400; k++) {
        unsigned char mine[DISCLOSURE_KEY_BYTES] = {(unsigned char)k, (unsigned char)(k >> 8), 9};
        int64_t counts[3][2] = {{55, 2}, {40, 1}, {95, 3}}, shown[3][2] = {{0, 0}, {0, 0}, {0, 0}};
        static const char *const names[] = {"men", "women", "all"};
        struct disclosure_row rows[3];
        struct disclosure_term terms[2][3] = {{{2, 0}, {0, 0}, {1, 0}}, {{2, 1}, {0, 1}, {1, 1}}};
        struct disclosure_sum sums[] = {{terms[0], 1, 3}, {terms[1], 1, 3}};
        struct arena a;
        for (size_t i = 0; i < 3; i++)
            rows[i] = (struct disclosure_row){.address = names[i], .min_n = 30, .n_cells = 2, .n_whole = 2,
                                              .counts = counts[i], .shown = shown[i]};
        arena_init(&a, 1 << 16);
        assert_int_equal(disclosure_run(mine, 1, rows, 3, sums, 2, &a, NULL), RC_OK);
        arena_release(&a);
        held += rows[0].is_held + rows[1].is_held + rows[2].is_held;
        if (!rows[0].state.is_shown || !rows[1].state.is_shown || !rows[2].state.is_shown)
            continue;
        open++;
        /* nobody may say "the women who said no are at most all - men" with less than five values */
        for (int64_t c = shown[1][1] > 4 ? shown[1][1] - 4 : 0; c <= shown[1][1] + 4; c++)
            assert_true(shown[2][1] + 4 - c >= shown[0][1] - 4 && shown[2][1] - 4 - c <= shown[0][1] + 4);
    }
    assert_true(held > 20 && open > 100);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct one o;
    struct disclosure_term terms[] = {{0, 0}, {0, 1}};
    struct disclosure_sum sum = {terms, 1, 2};
    struct arena a;
    begin(&o);
    assert_int_equal(run(&o, 1, -1), RC_INPUT);
    assert_int_equal(run(&o, 1, INT64_MAX / 3), RC_INPUT);
    o.row.min_n = 29;
    assert_int_equal(run(&o, 1, 50), RC_INPUT);
    begin(&o);
    o.row.address = "";
    assert_int_equal(run(&o, 1, 50), RC_INPUT);
    begin(&o);
    o.row.state.day = 5;
    assert_int_equal(run(&o, 4, 50), RC_INPUT);
    begin(&o);
    o.count = 50;
    arena_init(&a, 1 << 16);
    assert_int_equal(disclosure_run(key, 1, &o.row, 1, &sum, 1, &a, NULL), RC_INPUT); /* no cell 1 */
    sum.n_left = 2;
    terms[1].cell = 0;
    assert_int_equal(disclosure_run(key, 1, &o.row, 1, &sum, 1, &a, NULL), RC_INPUT); /* no other side */
    assert_true(!o.row.state.is_shown);
    arena_release(&a);
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    for (long nth = 1; nth <= 2; nth++) {
        struct one o;
        struct arena a;
        begin(&o);
        o.count = 50;
        arena_init(&a, 1 << 16);
        a.fail_after = nth;
        assert_int_equal(disclosure_run(key, 1, &o.row, 1, NULL, 0, &a, NULL), RC_NOMEM);
        assert_true(!o.row.state.is_shown && o.shown == 0);
        arena_release(&a);
    }
}

static void fine_rows_are_shown_when_half_of_them_can_be(void **state)
{
    (void)state;
    static const int64_t few[] = {100, 0, 0, 30, 0}, enough[] = {100, 0, 30, 0};
    assert_false(disclosure_is_fine_enough(few, 5));
    assert_true(disclosure_is_fine_enough(enough, 4));
    assert_false(disclosure_is_fine_enough(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_is_unbiased_and_never_falls),
        cmocka_unit_test(offsets_hang_on_key_address_and_cell),
        cmocka_unit_test(a_row_is_published_from_thirty),
        cmocka_unit_test(a_row_is_replaced_after_a_change_of_ten),
        cmocka_unit_test(a_row_goes_and_comes_back_by_ten),
        cmocka_unit_test(sums_hold_back_what_would_tell),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(memory_that_runs_out_is_said),
        cmocka_unit_test(fine_rows_are_shown_when_half_of_them_can_be),
    };
    return cmocka_run_group_tests_name("disclosure", tests, NULL, NULL);
}
