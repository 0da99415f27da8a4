/* form: what must hold for any form and any answers, tried on random ones (the seed is fixed, so a
 * failure comes again), and what happens when the n-th allocation fails. */
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
#include "form/layout.h"

enum { NODES = 40, ROUNDS = 400, FIELDS = 1200 };

struct fixture {
    struct arena a;
    struct form form;
    struct form_node nodes[NODES + 4];
    size_t open[4], depth;
    struct rc_info e;
};

static size_t below(size_t n)
{
    return (size_t)random() % n;
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 256 << 20);
    srandom(20141231);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    free(x);
    return 0;
}

/* ---- a random form ---- */

static const struct form_choices *random_list(struct fixture *x)
{
    static const size_t sizes[] = {1, 2, 5, 7, 8, 9, 16, 250, 251, 500}; /* about the edges of bytes and widths */
    size_t n = sizes[below(sizeof sizes / sizeof *sizes)];
    struct form_choices *c = arena_alloc(&x->a, sizeof *c);
    struct form_choice *items = arena_array(&x->a, n, sizeof *items);
    assert_true(c != NULL && items != NULL);
    for (size_t i = 0; i < n; i++) {
        items[i].name = arena_printf(&x->a, "c%zu", i);
        items[i].label.t[0] = items[i].name;
        items[i].is_dont_know = i > 0 && below(5) == 0;
        items[i].is_exclusive = i > 0 && below(5) == 0;
    }
    *c = (struct form_choices){.list_name = "list", .n = n, .items = items};
    return c;
}

/* Up to FORM_RANK_MAX choices to put in order. */
static const struct form_choices *random_rank(struct fixture *x)
{
    size_t n = 2 + below(FORM_RANK_MAX - 1);
    struct form_choices *c = arena_alloc(&x->a, sizeof *c);
    struct form_choice *items = arena_array(&x->a, n, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        items[i].name = arena_printf(&x->a, "r%zu", i);
        items[i].label.t[0] = items[i].name;
    }
    *c = (struct form_choices){.list_name = "ranks", .n = n, .items = items};
    return c;
}

/* relevant: on some earlier question with choices, if there is one. */
static struct form_relevant random_relevant(struct fixture *x, size_t at)
{
    struct form_relevant r = {.op = FORM_ALWAYS};
    size_t node = at > 0 ? below(at) : 0;
    if (at == 0 || x->nodes[node].choices == NULL || x->nodes[node].type == FORM_RANK)
        return r;
    bool is_many = x->nodes[node].type == FORM_SELECT_MULTIPLE, is_not = below(3) == 0;
    r.op = is_many ? (is_not ? FORM_NOT_SELECTED : FORM_SELECTED) : (is_not ? FORM_NOT_EQUAL : FORM_EQUAL);
    r.node = node;
    r.choice = below(x->nodes[node].choices->n);
    return r;
}

static void add_node(struct fixture *x, enum form_type type)
{
    size_t at = x->form.n_nodes;
    struct form_node *n = &x->nodes[at];
    *n = (struct form_node){.type = type, .parent = x->depth > 0 ? x->open[x->depth - 1] : SIZE_MAX, .name = ""};
    if (type == FORM_GROUP_END) {
        n->parent = x->nodes[x->open[--x->depth]].parent;
        x->form.n_nodes++;
        return;
    }
    n->name = arena_printf(&x->a, "q%zu", at);
    n->label.t[0] = n->name;
    n->relevant = random_relevant(x, at);
    if (type == FORM_SELECT_ONE || type == FORM_SELECT_MULTIPLE)
        n->choices = random_list(x);
    if (type == FORM_RANK)
        n->choices = random_rank(x);
    n->is_profile = type == FORM_SELECT_ONE && below(3) == 0;
    n->min = type == FORM_INTEGER ? -(int64_t)below(1000) : 0;
    n->max = type == FORM_INTEGER ? (int64_t)below(1000) : type == FORM_TEXT ? 20 : 0;
    if (type == FORM_GROUP_BEGIN)
        x->open[x->depth++] = at;
    x->form.n_nodes++;
}

static void random_form(struct fixture *x)
{
    size_t n = 1 + below(NODES - 1);
    arena_reset(&x->a);
    memset(x->nodes, 0, sizeof x->nodes);
    x->depth = 0;
    x->form = (struct form){.slug = "random", .n_langs = 1, .langs = {"en"}, .time_zone = "Asia/Shanghai",
                            .retain_days = 1, .min_opening = 20, .nodes = x->nodes,
                            .fast_seconds = (int64_t)(below(2) * (1 + below(FORM_FAST_MAX)))};
    while (x->form.n_nodes < n) {
        enum form_type type = (enum form_type)below(FORM_RANK + 1);
        if ((type == FORM_GROUP_BEGIN && x->depth == 4) || (type == FORM_GROUP_END && x->depth == 0))
            continue;
        add_node(x, type);
    }
    while (x->depth > 0)
        add_node(x, FORM_GROUP_END);
    assert_int_equal(form_layout(&x->form, x->nodes, &x->e), RC_OK);
}

/* ---- random answers, as a page sends them ---- */

static void put(struct form_field *f, size_t *n, const char *name, const char *value)
{
    assert_true(*n < FIELDS);
    f[(*n)++] = (struct form_field){name, strlen(name), value, strlen(value)};
}

static void answer_many(const struct form_node *n, struct form_field *f, size_t *count)
{
    size_t one = below(n->choices->n);
    if (n->choices->items[one].is_exclusive) {
        put(f, count, n->name, n->choices->items[one].name);
        return;
    }
    for (size_t k = 0, put_so_far = 0; k < n->choices->n && put_so_far < 20; k++)
        if (k == one || (!n->choices->items[k].is_exclusive && below(4) == 0)) {
            put(f, count, n->name, n->choices->items[k].name);
            put_so_far += k != one;
        }
}

static size_t random_fields(struct fixture *x, struct form_field *f)
{
    size_t count = 0;
    for (size_t i = 0; i < x->form.n_nodes; i++) {
        const struct form_node *n = &x->nodes[i];
        if (n->width == 0 || below(4) == 0)
            continue;
        switch (n->type) {
        case FORM_ACKNOWLEDGE: put(f, &count, n->name, "1"); break;
        case FORM_SELECT_ONE: put(f, &count, n->name, n->choices->items[below(n->choices->n)].name); break;
        case FORM_SELECT_MULTIPLE: answer_many(n, f, &count); break;
        case FORM_INTEGER:
            put(f, &count, n->name, arena_printf(&x->a, "%lld", (long long)(n->min + (int64_t)below((size_t)(n->max - n->min) + 1))));
            break;
        case FORM_TEXT: put(f, &count, n->name, below(2) == 0 ? "  " : " 你好\r\n "); break;
        case FORM_DECIMAL:
            put(f, &count, n->name, arena_printf(&x->a, "%s%zu%c%03zu", below(2) == 0 ? "-" : "", below(100), below(2) == 0 ? '.' : ',', below(1000)));
            break;
        case FORM_DATE: put(f, &count, n->name, arena_printf(&x->a, "%04zu-%02zu-%02zu", 1 + below(9999), 1 + below(12), 1 + below(28))); break;
        case FORM_TIME: put(f, &count, n->name, arena_printf(&x->a, "%02zu:%02zu", below(24), below(60))); break;
        case FORM_RANK: /* turned by some places */
            for (size_t k = 0, by = below(n->choices->n); k < n->choices->n; k++)
                put(f, &count, n->name, arena_printf(&x->a, "%s %zu", n->choices->items[k].name, 1 + (k + by) % n->choices->n));
            break;
        case FORM_NOTE:
        case FORM_GROUP_BEGIN:
        case FORM_GROUP_END: break;
        }
    }
    return count;
}

/* ---- what must hold ---- */

static bool is_sent(const struct form_field *f, size_t n, const char *name, const char *value)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(f[i].name, name) == 0 && (value == NULL || strcmp(f[i].value, value) == 0))
            return true;
    return false;
}

/* By what was sent, from the top down; shown[] of the earlier nodes is known. */
static bool is_shown(const struct fixture *x, size_t i, const bool *shown, const struct form_field *f, size_t n)
{
    const struct form_node *q = &x->nodes[i];
    if (q->parent != SIZE_MAX && !shown[q->parent])
        return false;
    if (q->relevant.op == FORM_ALWAYS)
        return true;
    const struct form_node *at = &x->nodes[q->relevant.node];
    bool is_chosen = shown[q->relevant.node] && is_sent(f, n, at->name, at->choices->items[q->relevant.choice].name);
    return is_chosen == (q->relevant.op == FORM_EQUAL || q->relevant.op == FORM_SELECTED);
}

static void states_are_as_sent(const struct fixture *x, const struct answers *got, const struct form_field *f, size_t n)
{
    bool shown[NODES + 4] = {false};
    for (size_t i = 0; i < x->form.n_nodes; i++) {
        const struct form_node *q = &x->nodes[i];
        if (q->type == FORM_GROUP_END)
            continue;
        shown[i] = is_shown(x, i, shown, f, n);
        if (q->width == 0)
            continue;
        bool is_given = is_sent(f, n, q->name, NULL) && (q->type != FORM_TEXT || !is_sent(f, n, q->name, "  "));
        assert_int_equal(got->items[i].state, !shown[i] ? ANSWER_NOT_ASKED : is_given ? ANSWER_GIVEN : ANSWER_SKIPPED);
    }
}

/* Count a decoded ballot by the words of answers.h and form.h. */
static void recount(const struct form *f, const struct answers *in, int32_t *counts)
{
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        const struct answer *a = &in->items[i];
        if (n->width == 0)
            continue;
        if (a->state != ANSWER_GIVEN) {
            counts[n->slot + (a->state == ANSWER_SKIPPED)]++;
        } else if (n->type == FORM_SELECT_ONE) {
            counts[n->slot + 2 + a->choice]++;
        } else if (n->type == FORM_SELECT_MULTIPLE) {
            for (size_t k = 0; k < n->choices->n; k++)
                counts[n->slot + 2 + k] += (a->bits[k / 8] & (1U << (k % 8))) != 0;
            counts[n->slot + 2 + n->choices->n]++;
        } else if (n->type == FORM_RANK) {
            for (size_t k = 0; k < n->choices->n; k++)
                counts[n->slot + 2 + k] += a->places[k] == 1;
        } else {
            counts[n->slot + 2]++;
        }
    }
}

/* The counter agrees with answers_count and answers_profile on any bytes of the right length. */
static void count_quickly(struct fixture *x, const unsigned char *codes, enum rc rc)
{
    struct counter c;
    unsigned char slow[FORM_CODES_MAX], fast[FORM_CODES_MAX];
    int32_t *counts = arena_array(&x->a, 2 * x->form.n_slots + 8, sizeof *counts);
    assert_non_null(counts);
    assert_int_equal(counter_make(&x->form, &x->a, &c, &x->e), RC_OK);
    assert_int_equal(answers_count(&x->form, codes, x->form.codes_len, counts), rc);
    assert_int_equal(counter_add(&c, codes, counts + x->form.n_slots), rc);
    assert_memory_equal(counts, counts + x->form.n_slots, x->form.n_slots * sizeof *counts);
    assert_int_equal(answers_profile(&x->form, codes, slow, sizeof slow), c.profile_len);
    counter_profile(&c, codes, fast);
    assert_memory_equal(slow, fast, c.profile_len);
}

static void ballots_survive(struct fixture *x, int32_t *counts, int32_t *by_hand)
{
    struct form_field *f = arena_array(&x->a, FIELDS, sizeof *f);
    unsigned char codes[FORM_CODES_MAX], again[FORM_CODES_MAX], profile[64];
    struct answers got, back;
    assert_non_null(f);
    size_t n = random_fields(x, f);
    assert_int_equal(answers_check(&x->form, f, n, &x->a, &got, &x->e), RC_OK);
    assert_int_equal(got.n_problems, 0);
    states_are_as_sent(x, &got, f, n);
    got.is_fast = below(2) == 1;
    bool is_fast = got.is_fast && x->form.fast_seconds > 0;
    answers_encode(&x->form, &got, codes);
    assert_int_equal(answers_decode(&x->form, codes, x->form.codes_len, &x->a, &back, &x->e), RC_OK);
    answers_encode(&x->form, &back, again);
    assert_memory_equal(codes, again, x->form.codes_len);
    assert_int_equal(answers_count(&x->form, codes, x->form.codes_len, counts), RC_OK);
    recount(&x->form, &back, by_hand);
    assert_memory_equal(counts, by_hand, x->form.n_slots * sizeof *counts);
    count_quickly(x, codes, RC_OK);
    size_t len = answers_profile(&x->form, codes, profile, sizeof profile), at = 0;
    for (size_t i = 0; i < x->form.n_nodes; i++)
        for (size_t k = 0; x->nodes[i].is_profile && k < x->nodes[i].width; k++)
            assert_int_equal(profile[at++], codes[x->nodes[i].offset + k]);
    assert_int_equal(back.is_fast, is_fast);
    assert_int_equal(answers_profile_is_fast(&x->form, profile), is_fast);
    if (x->form.fast_seconds > 0)
        assert_int_equal(profile[at++], is_fast);
    assert_int_equal(at, len);
}

static void any_ballot_of_any_form_survives(void **state)
{
    struct fixture *x = *state;
    for (int round = 0; round < ROUNDS; round++) {
        random_form(x);
        int32_t *counts = arena_array(&x->a, x->form.n_slots + 1, sizeof *counts);
        int32_t *by_hand = arena_array(&x->a, x->form.n_slots + 1, sizeof *by_hand);
        assert_true(counts != NULL && by_hand != NULL);
        for (int ballot = 0; ballot < 5; ballot++)
            ballots_survive(x, counts, by_hand);
    }
}

/* Flip one bit of a ballot: it is refused, or it is another ballot; counting agrees, and adds
 * nothing when it refuses. */
static void a_changed_bit_is_refused_or_another_ballot(void **state)
{
    struct fixture *x = *state;
    size_t n_refused = 0, n_other = 0;
    for (int round = 0; round < ROUNDS; round++) {
        random_form(x);
        struct form_field *f = arena_array(&x->a, FIELDS, sizeof *f);
        unsigned char codes[FORM_CODES_MAX], again[FORM_CODES_MAX];
        struct answers got;
        int32_t *counts = arena_array(&x->a, x->form.n_slots + 1, sizeof *counts);
        assert_true(f != NULL && counts != NULL);
        if (x->form.codes_len == 0)
            continue;
        assert_int_equal(answers_check(&x->form, f, random_fields(x, f), &x->a, &got, &x->e), RC_OK);
        answers_encode(&x->form, &got, codes);
        codes[below(x->form.codes_len)] ^= (unsigned char)(1U << below(8));
        enum rc rc = answers_decode(&x->form, codes, x->form.codes_len, &x->a, &got, &x->e);
        assert_int_equal(answers_count(&x->form, codes, x->form.codes_len, counts), rc);
        count_quickly(x, codes, rc);
        if (rc == RC_OK) {
            answers_encode(&x->form, &got, again);
            assert_memory_equal(codes, again, x->form.codes_len);
            n_other++;
        } else {
            assert_int_equal(rc, RC_INPUT);
            for (size_t i = 0; i < x->form.n_slots; i++)
                assert_int_equal(counts[i], 0);
            n_refused++;
        }
    }
    assert_true(n_refused > 50 && n_other > 50); /* both were tried */
}

static void any_form_reads_back_equal(void **state)
{
    struct fixture *x = *state;
    struct buf one, two;
    buf_init(&one, 16 << 20);
    buf_init(&two, 16 << 20);
    for (int round = 0; round < ROUNDS / 8; round++) {
        struct form *again = NULL;
        random_form(x);
        buf_reset(&one);
        buf_reset(&two);
        assert_int_equal(form_to_json(&x->form, &one, &x->e), RC_OK);
        assert_int_equal(form_from_json(one.p, one.len, &x->a, &again, &x->e), RC_OK);
        assert_int_equal(form_to_json(again, &two, &x->e), RC_OK);
        assert_string_equal(one.p, two.p);
    }
    buf_release(&one);
    buf_release(&two);
}

/* ---- the n-th allocation fails, for every n ---- */

enum step { CHECK, DECODE, FROM_JSON, N_STEPS };

static enum rc take_step(enum step step, const struct fixture *x, struct arena *a, const struct form_field *f, size_t n,
                         const unsigned char *codes, const struct buf *json, struct rc_info *e)
{
    struct answers got;
    struct form *form = NULL;
    if (step == CHECK)
        return answers_check(&x->form, f, n, a, &got, e);
    if (step == DECODE)
        return answers_decode(&x->form, codes, x->form.codes_len, a, &got, e);
    return form_from_json(json->p, json->len, a, &form, e);
}

static void every_allocation_may_fail(void **state)
{
    struct fixture *x = *state;
    struct form_field f[FIELDS];
    unsigned char codes[FORM_CODES_MAX];
    struct answers got;
    struct buf json;
    buf_init(&json, 16 << 20);
    do
        random_form(x);
    while (x->form.n_slots > 400 || x->form.n_slots < 100); /* some of everything, but not thousands of choices */
    size_t n = random_fields(x, f);
    assert_int_equal(answers_check(&x->form, f, n, &x->a, &got, &x->e), RC_OK);
    answers_encode(&x->form, &got, codes);
    assert_int_equal(form_to_json(&x->form, &json, &x->e), RC_OK);
    for (enum step step = CHECK; step < N_STEPS; step++) {
        long nth = 1;
        for (enum rc rc = RC_NOMEM; rc != RC_OK; nth++) {
            struct arena a;
            struct rc_info e = {.msg = ""};
            arena_init(&a, 64 << 20);
            a.fail_after = nth;
            rc = take_step(step, x, &a, f, n, codes, &json, &e);
            arena_release(&a);
            assert_true(rc == RC_OK || (rc == RC_NOMEM && e.msg[0] != '\0'));
            assert_true(nth < 10000);
        }
        assert_true(nth > (step == DECODE ? 2 : 4)); /* there was something to fail */
    }
    buf_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_ballot_of_any_form_survives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_bit_is_refused_or_another_ballot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_form_reads_back_equal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("form, random", tests, NULL, NULL);
}
