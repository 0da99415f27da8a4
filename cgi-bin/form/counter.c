#include "form/counter.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "form/answers.h"
#include "form/joint.h"

/* Vectors of the compiler's own making, on any processor. */
typedef uint8_t sixteen_codes __attribute__((vector_size(16)));
typedef int32_t four_counts __attribute__((vector_size(16)));

static bool is_byte(const struct form_node *n)
{
    return n->width == 1 && n->type != FORM_SELECT_MULTIPLE;
}

/* Codes that a byte of it can hold. */
static uint16_t limit_of(const struct form_node *n)
{
    return (uint16_t)(n->type == FORM_SELECT_ONE ? 2 + n->choices->n : ANSWER_GIVEN + 1);
}

static struct counter_byte make_byte(const struct form_node *n)
{
    return (struct counter_byte){(uint16_t)n->offset, n->is_profile, (uint32_t)n->slot};
}

/* Can the choices be had by one word that does not reach behind the codes? */
static bool are_in_a_word(const struct form *f, const struct form_node *n)
{
    return n->type == FORM_SELECT_MULTIPLE && n->choices->n <= 64 && f->codes_len >= sizeof(uint64_t);
}

static struct counter_bits make_bits(const struct form *f, const struct form_node *n)
{
    size_t first = n->offset + 1, last_word = f->codes_len - sizeof(uint64_t), word = first < last_word ? first : last_word;
    struct counter_bits b = {.offset = (uint16_t)n->offset, .n_bytes = (uint16_t)(n->width - 1),
                             .word = (uint16_t)word, .shift = (uint16_t)(8 * (first - word)),
                             .mask = UINT64_MAX >> (64 - 8 * (n->width - 1)),
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

/* The last byte of codes and profile: 0 or 1. */
static void make_fast(const struct form *f, struct counter *c)
{
    c->highest[f->codes_len - 1] = 1;
    c->radix[c->profile_len] = 2;
    c->profile[c->profile_len++] = (uint16_t)(f->codes_len - 1);
    c->n_profiles = 2 * c->n_profiles <= COUNTER_PROFILES_MAX ? 2 * c->n_profiles : 0;
}

static enum rc make_profile(const struct form *f, struct arena *a, struct counter *c, struct rc_info *e)
{
    c->profile = arena_array(a, f->codes_len + 1, sizeof *c->profile);
    c->radix = arena_array(a, f->codes_len + 1, sizeof *c->radix);
    c->highest = arena_array(a, f->codes_len + 1, 1);
    if (c->profile == NULL || c->radix == NULL || c->highest == NULL)
        return no_memory(f, e);
    memset(c->highest, 255, f->codes_len);
    c->n_profiles = 1;
    for (size_t i = 0; i < f->n_nodes; i++)
        for (size_t k = 0; f->nodes[i].is_profile && k < f->nodes[i].width; k++)
            c->profile[c->profile_len++] = (uint16_t)(f->nodes[i].offset + k);
    for (size_t i = 0, at = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        if (n->width > 0 && is_byte(n))
            c->highest[n->offset] = (uint8_t)(limit_of(n) - 1);
        if (!n->is_profile || n->width == 0)
            continue;
        c->radix[at] = limit_of(n);
        c->n_profiles = is_byte(n) && c->n_profiles * c->radix[at] <= COUNTER_PROFILES_MAX ? c->n_profiles * c->radix[at] : 0;
        at += n->width;
    }
    if (f->fast_seconds > 0)
        make_fast(f, c);
    return RC_OK;
}

static enum rc make_crosses(const struct form *f, struct arena *a, struct counter *c, struct rc_info *e)
{
    c->crosses = arena_array(a, f->n_crosses + 1, sizeof *c->crosses);
    for (size_t i = 0; c->crosses != NULL && i < f->n_crosses; i++) {
        const struct form_node *row = &f->nodes[f->crosses[i].row], *column = &f->nodes[f->crosses[i].column];
        c->crosses[i] = (struct counter_cross){.row = (uint16_t)row->offset, .column = (uint16_t)column->offset,
                                               .is_row_profile = row->is_profile, .is_column_profile = column->is_profile,
                                               .slot = (uint32_t)f->crosses[i].slot, .n_rows = (uint32_t)row->choices->n,
                                               .n_columns = (uint32_t)column->choices->n};
    }
    return c->crosses != NULL ? RC_OK : no_memory(f, e);
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
    if (rc == RC_OK)
        rc = make_crosses(f, a, &c, e);
    for (size_t i = 0; rc == RC_OK && i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        if (n->width == 0)
            continue;
        if (is_byte(n))
            c.bytes[c.n_bytes++] = make_byte(n);
        else if (are_in_a_word(f, n))
            c.bits[c.n_bits++] = make_bits(f, n);
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

static uint64_t bits_of(const struct counter_bits *b, const unsigned char *codes)
{
    uint64_t word;
    memcpy(&word, codes + b->word, sizeof word);
    return le64toh(word) >> b->shift & b->mask;
}

/* What was ticked: at least one choice, none beyond the list, and an exclusive one alone. Without a branch:
 * answers are not to be foreseen. */
static bool are_bits(const struct counter_bits *b, const unsigned char *codes)
{
    uint64_t v = bits_of(b, codes);
    unsigned state = codes[b->offset];
    bool is_list = (unsigned)(v != 0) & (unsigned)((v & ~b->choices) == 0) &
                   ((unsigned)((v & b->exclusive) == 0) | (unsigned)((v & (v - 1)) == 0));
    bool is_none = (unsigned)(state < ANSWER_GIVEN) & (unsigned)(v == 0);
    return state == ANSWER_GIVEN ? is_list : is_none;
}

static void add_bits(const struct counter *c, const struct counter_bits *b, const unsigned char *codes, int32_t *counts)
{
    uint64_t v = bits_of(b, codes);
    unsigned state = codes[b->offset];
    counts[state == ANSWER_GIVEN ? b->answered : b->state + state]++;
    for (size_t i = 0; i < b->n_bytes; i++) {
        const int32_t *more = c->expand[v >> (8 * i) & 255];
        int32_t *to = counts + b->slot + 8 * i;
        for (size_t k = 0; k < 8; k += 4) {
            four_counts x, y;
            memcpy(&x, to + k, sizeof x);
            memcpy(&y, more + k, sizeof y);
            x += y;
            memcpy(to + k, &x, sizeof x);
        }
    }
}

/* Adds 0 where one of the two was not answered. */
static void add_crosses(const struct counter *c, const unsigned char *codes, int32_t *counts)
{
    for (size_t i = 0; i < c->form->n_crosses; i++) {
        const struct counter_cross *x = &c->crosses[i];
        uint32_t row = codes[x->row], column = codes[x->column];
        bool is_both = (unsigned)(row >= ANSWER_GIVEN) & (unsigned)(column >= ANSWER_GIVEN);
        uint32_t at = (row - ANSWER_GIVEN) * x->n_columns + (column - ANSWER_GIVEN);
        counts[x->slot + (is_both ? at : 0)] += is_both;
    }
}

/* Is any of the `n` codes over its highest? */
static bool is_any_over(const unsigned char *codes, const uint8_t *highest, size_t n)
{
    enum { AT_ONCE = sizeof(sixteen_codes) };
    sixteen_codes over = {0};
    bool is_over = false;
    for (size_t i = 0; n >= AT_ONCE && i < n; i += AT_ONCE) {
        size_t at = i + AT_ONCE <= n ? i : n - AT_ONCE; /* the last ones overlap */
        sixteen_codes c, h;
        memcpy(&c, codes + at, sizeof c);
        memcpy(&h, highest + at, sizeof h);
        over |= (sixteen_codes)(c > h);
    }
    for (size_t i = 0; n < AT_ONCE && i < n; i++)
        is_over |= codes[i] > highest[i];
    uint64_t halves[2];
    memcpy(halves, &over, sizeof halves);
    return is_over || (halves[0] | halves[1]) != 0;
}

static bool are_codes(const struct counter *c, const unsigned char *codes)
{
    unsigned is_bad = is_any_over(codes, c->highest, c->form->codes_len);
    for (size_t i = 0; i < c->n_bits; i++)
        is_bad |= (unsigned)!are_bits(&c->bits[i], codes);
    for (size_t i = 0; i < c->n_others; i++)
        is_bad |= (unsigned)!answers_is_code(&c->form->nodes[c->others[i]], codes + c->form->nodes[c->others[i]].offset);
    return is_bad == 0;
}

enum rc counter_add(const struct counter *c, const unsigned char *codes, int32_t *counts)
{
    if (!are_codes(c, codes))
        return RC_INPUT;
    for (size_t i = 0; i < c->n_bytes; i++)
        counts[c->bytes[i].slot + codes[c->bytes[i].offset]]++;
    for (size_t i = 0; i < c->n_bits; i++)
        add_bits(c, &c->bits[i], codes, counts);
    for (size_t i = 0; i < c->n_others; i++)
        answers_count_one(&c->form->nodes[c->others[i]], codes + c->form->nodes[c->others[i]].offset, counts);
    add_crosses(c, codes, counts);
    joint_count_grids(c->form, codes, counts);
    return RC_OK;
}

size_t counter_profile_number(const struct counter *c, const unsigned char *codes)
{
    size_t number = 0;
    bool is_bad = false;
    for (size_t i = 0; i < c->profile_len; i++) {
        unsigned code = codes[c->profile[i]];
        is_bad |= code >= c->radix[i];
        number = number * c->radix[i] + code;
    }
    return is_bad ? SIZE_MAX : number;
}

void counter_profile(const struct counter *c, const unsigned char *codes, unsigned char *out)
{
    for (size_t i = 0; i < c->profile_len; i++)
        out[i] = codes[c->profile[i]];
}
