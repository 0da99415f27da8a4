#include "form/counter.h"

#include <stdbool.h>

#include "form/answers.h"
#include "form/joint.h"

static bool is_byte(const struct form_node *n)
{
    return n->width == 1 && n->type != FORM_SELECT_MULTIPLE;
}

static struct counter_byte make_byte(const struct form_node *n)
{
    size_t limit = n->type == FORM_SELECT_ONE ? 2 + n->choices->n : ANSWER_GIVEN + 1;
    return (struct counter_byte){(uint16_t)n->offset, (uint16_t)limit, (uint32_t)n->slot};
}

static struct counter_bits make_bits(const struct form_node *n)
{
    struct counter_bits b = {.offset = (uint16_t)n->offset, .n_bytes = (uint16_t)(n->width - 1),
                             .slot = (uint32_t)n->slot + 2, .answered = (uint32_t)(n->slot + n->n_slots - 1),
                             .state = (uint32_t)n->slot};
    for (size_t k = 0; k < n->choices->n; k++) {
        b.choices |= (uint64_t)1 << k;
        b.exclusive |= (uint64_t)n->choices->items[k].is_exclusive << k;
    }
    return b;
}

static enum rc no_memory(const struct form *f, struct rc_info *e)
{
    return rc_set(e, RC_NOMEM, "no memory for counting \"%s\"", f->slug);
}

static enum rc make_expansion(const struct form *f, struct arena *a, struct counter *c, struct rc_info *e)
{
    c->expand = arena_array(a, 256, sizeof *c->expand);
    for (size_t i = 0; c->expand != NULL && i < 256; i++)
        for (size_t k = 0; k < 8; k++)
            c->expand[i][k] = (int32_t)(i >> k & 1);
    return c->expand != NULL ? RC_OK : no_memory(f, e);
}

static enum rc make_profile(const struct form *f, struct arena *a, struct counter *c, struct rc_info *e)
{
    c->profile = arena_array(a, f->codes_len + 1, sizeof *c->profile);
    if (c->profile == NULL)
        return no_memory(f, e);
    for (size_t i = 0; i < f->n_nodes; i++)
        for (size_t k = 0; f->nodes[i].is_profile && k < f->nodes[i].width; k++)
            c->profile[c->profile_len++] = (uint16_t)(f->nodes[i].offset + k);
    return RC_OK;
}

enum rc counter_make(const struct form *f, struct arena *a, struct counter *out, struct rc_info *e)
{
    struct counter c = {.form = f, .bytes = arena_array(a, f->n_nodes + 1, sizeof *c.bytes),
                        .bits = arena_array(a, f->n_nodes + 1, sizeof *c.bits),
                        .others = arena_array(a, f->n_nodes + 1, sizeof *c.others)};
    if (c.bytes == NULL || c.bits == NULL || c.others == NULL)
        return no_memory(f, e);
    enum rc rc = make_profile(f, a, &c, e);
    if (rc == RC_OK)
        rc = make_expansion(f, a, &c, e);
    for (size_t i = 0; rc == RC_OK && i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        if (n->width == 0)
            continue;
        if (is_byte(n))
            c.bytes[c.n_bytes++] = make_byte(n);
        else if (n->type == FORM_SELECT_MULTIPLE && n->choices->n <= 64)
            c.bits[c.n_bits++] = make_bits(n);
        else
            c.others[c.n_others++] = i;
    }
    *out = c;
    return rc;
}

size_t counter_room(const struct counter *c)
{
    return c->form->n_slots + 8;
}

/* What was ticked: at least one choice, none beyond the list, and an exclusive one alone. */
static bool are_bits(const struct counter_bits *b, const unsigned char *p)
{
    uint64_t v = 0;
    for (size_t i = 0; i < b->n_bytes; i++)
        v |= (uint64_t)p[1 + i] << (8 * i);
    if (p[0] != ANSWER_GIVEN)
        return p[0] < ANSWER_GIVEN && v == 0;
    return v != 0 && (v & ~b->choices) == 0 && ((v & b->exclusive) == 0 || (v & (v - 1)) == 0);
}

static void add_bits(const struct counter *c, const struct counter_bits *b, const unsigned char *p, int32_t *counts)
{
    counts[p[0] == ANSWER_GIVEN ? b->answered : b->state + p[0]]++;
    for (size_t i = 0; i < b->n_bytes; i++) {
        const int32_t *more = c->expand[p[1 + i]];
        int32_t *to = counts + b->slot + 8 * i;
        for (size_t k = 0; k < 8; k++)
            to[k] += more[k];
    }
}

static bool are_codes(const struct counter *c, const unsigned char *codes)
{
    bool is_bad = false;
    for (size_t i = 0; i < c->n_bytes; i++)
        is_bad |= codes[c->bytes[i].offset] >= c->bytes[i].limit;
    for (size_t i = 0; i < c->n_bits; i++)
        is_bad |= !are_bits(&c->bits[i], codes + c->bits[i].offset);
    for (size_t i = 0; i < c->n_others; i++)
        is_bad |= !answers_is_code(&c->form->nodes[c->others[i]], codes + c->form->nodes[c->others[i]].offset);
    return !is_bad;
}

enum rc counter_add(const struct counter *c, const unsigned char *codes, int32_t *counts)
{
    if (!are_codes(c, codes))
        return RC_INPUT;
    for (size_t i = 0; i < c->n_bytes; i++)
        counts[c->bytes[i].slot + codes[c->bytes[i].offset]]++;
    for (size_t i = 0; i < c->n_bits; i++)
        add_bits(c, &c->bits[i], codes + c->bits[i].offset, counts);
    for (size_t i = 0; i < c->n_others; i++)
        answers_count_one(&c->form->nodes[c->others[i]], codes + c->form->nodes[c->others[i]].offset, counts);
    joint_count(c->form, codes, counts);
    return RC_OK;
}

void counter_profile(const struct counter *c, const unsigned char *codes, unsigned char *out)
{
    for (size_t i = 0; i < c->profile_len; i++)
        out[i] = codes[c->profile[i]];
}
