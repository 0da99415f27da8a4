/* Any bytes as codes of a form with every type: what decodes must encode to the same bytes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "form/answers.h"
#include "form/counter_columns.h"
#include "form/layout.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct form_choice three[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
static const struct form_choices choices = {.list_name = "l", .n = 3, .items = three};
static struct form_node nodes[] = {
    {.type = FORM_ACKNOWLEDGE, .name = "k", .parent = SIZE_MAX},
    {.type = FORM_SELECT_ONE, .name = "o", .parent = SIZE_MAX, .choices = &choices, .is_profile = true},
    {.type = FORM_SELECT_MULTIPLE, .name = "m", .parent = SIZE_MAX, .choices = &choices},
    {.type = FORM_INTEGER, .name = "i", .parent = SIZE_MAX, .min = -5, .max = 300},
    {.type = FORM_TEXT, .name = "t", .parent = SIZE_MAX, .max = 10},
    {.type = FORM_RANK, .name = "r", .parent = SIZE_MAX, .choices = &choices},
    {.type = FORM_DECIMAL, .name = "f", .parent = SIZE_MAX},
    {.type = FORM_DATE, .name = "d", .parent = SIZE_MAX},
    {.type = FORM_TIME, .name = "h", .parent = SIZE_MAX},
};
enum { N_NODES = sizeof nodes / sizeof *nodes };

/* Twice the same ballot by columns: what one by one gives, twice. */
static void count_columns(const struct counter *c, const unsigned char *data, size_t size, enum rc rc, const int32_t *counts,
                          struct arena *a)
{
    static const uint32_t order[2] = {1, 0};
    struct counter_columns columns;
    struct rc_info e;
    unsigned char both[2 * 64];
    int32_t many[64 + 8] = {0};
    enum rc made = counter_columns_make(c, a, &columns, &e);
    assert(made == RC_OK && size <= 64);
    memcpy(both, data, size);
    memcpy(both + size, data, size);
    assert(counter_columns_add(&columns, both, order, 2, 2, many) == rc);
    for (size_t i = 0; rc == RC_OK && i < c->form->n_slots; i++)
        assert(many[i] == 2 * counts[i]);
}

static void read_ballot(const unsigned char *data, size_t size, int64_t fast_seconds)
{
    struct form f = {.slug = "s", .n_langs = 1, .langs = {"en"}, .n_nodes = N_NODES, .nodes = nodes, .fast_seconds = fast_seconds};
    enum rc rc = form_layout(&f, nodes, NULL);
    assert(rc == RC_OK);
    struct arena a;
    struct answers got;
    struct rc_info e;
    unsigned char codes[64];
    int32_t counts[64] = {0};
    arena_init(&a, 1 << 20);
    assert(f.codes_len <= sizeof codes && f.n_slots <= 64);
    rc = answers_decode(&f, data, size, &a, &got, &e);
    assert(answers_count(&f, data, size, counts) == rc);
    if (size == f.codes_len) {
        struct counter c;
        int32_t quick[64 + 8] = {0};
        assert(counter_make(&f, &a, &c, &e) == RC_OK);
        assert(counter_add(&c, data, quick) == rc && memcmp(quick, counts, sizeof counts) == 0);
        count_columns(&c, data, size, rc, counts, &a);
    }
    if (rc == RC_OK) {
        answers_encode(&f, &got, codes);
        assert(memcmp(codes, data, size) == 0);
        assert(answers_profile(&f, data, codes, sizeof codes) == (fast_seconds > 0 ? 2 : 1));
    }
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    read_ballot(data, size, 0);
    read_ballot(data, size, 60);
    return 0;
}
