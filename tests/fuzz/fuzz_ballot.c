/* Any bytes as codes of a form with every type: what decodes must encode to the same bytes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "form/answers.h"
#include "form/counter.h"
#include "form/layout.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct form_choice three[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
static const struct form_choices choices = {"l", 3, three};
static struct form_node nodes[] = {
    {.type = FORM_ACKNOWLEDGE, .name = "k", .parent = SIZE_MAX},
    {.type = FORM_SELECT_ONE, .name = "o", .parent = SIZE_MAX, .choices = &choices, .is_profile = true},
    {.type = FORM_SELECT_MULTIPLE, .name = "m", .parent = SIZE_MAX, .choices = &choices},
    {.type = FORM_INTEGER, .name = "i", .parent = SIZE_MAX, .min = -5, .max = 300},
    {.type = FORM_TEXT, .name = "t", .parent = SIZE_MAX, .max = 10},
};

static void read_ballot(const unsigned char *data, size_t size, int64_t fast_seconds)
{
    struct form f = {.slug = "s", .n_langs = 1, .langs = {"en"}, .n_nodes = 5, .nodes = nodes, .fast_seconds = fast_seconds};
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
        int32_t quick[64] = {0};
        assert(counter_make(&f, &a, &c, &e) == RC_OK);
        assert(counter_add(&c, data, quick) == rc && memcmp(quick, counts, sizeof counts) == 0);
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
