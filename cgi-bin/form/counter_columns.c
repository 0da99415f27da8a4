/* Counting by columns: the codes of a block of ballots are turned, so that one question's codes lie side by side, and
 * each possible code is compared with sixteen of them at a time. */
#include "form/counter_columns.h"

#include <stdbool.h>
#include <string.h>

#include "form/answers.h"

enum { AHEAD = 2 * COLUMNS_LANES /* ballots, that are fetched while one vector of them is turned */ };

/* Vectors of the compiler's own making, on any processor. Sixteen counters of a byte: a block has 32 vectors. */
typedef uint8_t lanes __attribute__((vector_size(COLUMNS_LANES)));

/* Not cleared first, as the build has it for all others: every element is written before it is read, for each tile. */
#define FILLED_AT_ONCE __attribute__((uninitialized))

_Static_assert(COLUMNS_BLOCK / COLUMNS_LANES <= 255, "a lane counts the vectors of a block");

struct block {
    const struct counter *c;
    const unsigned char *columns;
    size_t n_ballots, n_ordered; /* the order goes on to ballots of other blocks */
    size_t n_vectors; /* the last vector is filled up with code 0, "not asked" */
    int32_t n_spare;             /* of these */
    int32_t *counts;
    lanes bad;                   /* not 0: some code is of no answer */
};

static lanes column_at(const struct block *b, size_t offset, size_t vector)
{
    lanes v;
    memcpy(&v, b->columns + offset * COLUMNS_BLOCK + vector * COLUMNS_LANES, sizeof v);
    return v;
}

static lanes all_of(unsigned code)
{
    return (lanes){0} + (uint8_t)code;
}

/* The sum of all lanes. */
static int32_t sum_of(lanes v)
{
    const uint64_t odd = 0x00ff00ff00ff00ffU;
    uint64_t half[2];
    memcpy(half, &v, sizeof half);
    uint64_t pairs = (half[0] & odd) + (half[0] >> 8 & odd) + (half[1] & odd) + (half[1] >> 8 & odd);
    return (int32_t)(pairs * 0x0001000100010001U >> 48);
}

/* ---- turning ---- */

static lanes low_halves(lanes a, lanes b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

static lanes high_halves(lanes a, lanes b)
{
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/* Sixteen rows of sixteen bytes become sixteen columns: four times the halves of rows i and i + 8 are shuffled into
 * each other. */
static void turn(lanes v[COLUMNS_LANES])
{
    FILLED_AT_ONCE lanes w[COLUMNS_LANES];
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 8; i++) {
            w[2 * i] = low_halves(v[i], v[i + 8]);
            w[2 * i + 1] = high_halves(v[i], v[i + 8]);
        }
        for (size_t i = 0; i < 8; i++) {
            v[2 * i] = low_halves(w[i], w[i + 8]);
            v[2 * i + 1] = high_halves(w[i], w[i + 8]);
        }
    }
}

/* The codes of sixteen ballots into the columns; the last tile overlaps the one before it. */
static void turn_vector(unsigned char *columns, size_t each, const unsigned char *const rows[COLUMNS_LANES], size_t vector)
{
    for (size_t at = 0; at < each; at += COLUMNS_LANES) {
        size_t from = at + COLUMNS_LANES <= each ? at : each - COLUMNS_LANES;
        FILLED_AT_ONCE lanes v[COLUMNS_LANES];
        for (size_t i = 0; i < COLUMNS_LANES; i++)
            memcpy(&v[i], rows[i] + from, sizeof v[i]);
        turn(v);
        for (size_t i = 0; i < COLUMNS_LANES; i++)
            memcpy(columns + (from + i) * COLUMNS_BLOCK + vector * COLUMNS_LANES, &v[i], sizeof v[i]);
    }
}

static void turn_block(const struct counter_columns *x, const unsigned char *codes, const uint32_t *order, struct block *b)
{
    static const unsigned char nothing[FORM_CODES_MAX];
    size_t each = x->counter->form->codes_len;
    for (size_t v = 0; v < b->n_vectors; v++) {
        const unsigned char *rows[COLUMNS_LANES];
        for (size_t i = 0; i < COLUMNS_LANES; i++) {
            size_t at = v * COLUMNS_LANES + i, ahead = at + AHEAD < b->n_ordered ? at + AHEAD : 0;
            rows[i] = at < b->n_ballots ? codes + order[at] * each : nothing;
            __builtin_prefetch(codes + order[ahead] * each);
            __builtin_prefetch(codes + order[ahead] * each + each - 1);
        }
        turn_vector(x->columns, each, rows, v);
    }
}

/* ---- counting ---- */

/* Codes from 0 to `highest`, each in a slot of its own. */
static void count_codes(struct block *b, size_t offset, unsigned highest, int32_t *slot)
{
    for (unsigned code = 0; code <= highest; code++) {
        lanes found = {0};
        for (size_t v = 0; v < b->n_vectors; v++)
            found -= (lanes)(column_at(b, offset, v) == all_of(code));
        slot[code] += sum_of(found);
    }
    slot[0] -= b->n_spare;
    for (size_t v = 0; v < b->n_vectors; v++)
        b->bad |= (lanes)(column_at(b, offset, v) > all_of(highest));
}

/* A question of the profile: the same code in all. */
static void count_same(struct block *b, size_t offset, unsigned highest, int32_t *slot)
{
    unsigned code = b->columns[offset * COLUMNS_BLOCK];
    if (code > highest)
        b->bad |= all_of(1);
    else
        slot[code] += (int32_t)b->n_ballots;
}

/* One choice of a question with several: its ticks, and how many each ballot has so far. */
static void count_choice(struct block *b, size_t offset, unsigned bit, bool is_exclusive, int32_t *slot, lanes *ticked, lanes *alone)
{
    lanes found = {0}, mask = all_of(bit);
    for (size_t v = 0; v < b->n_vectors; v++) {
        lanes is_on = (lanes)((column_at(b, offset, v) & mask) == mask);
        found -= is_on;
        ticked[v] -= is_on;
        if (is_exclusive)
            alone[v] |= is_on;
    }
    *slot += sum_of(found);
}

/* Answered: at least one choice, none beyond the list, and an exclusive one alone; else none. */
static void check_choices(struct block *b, const struct counter_bits *bits, const lanes *ticked, const lanes *alone)
{
    size_t spare = 8 * bits->n_bytes - (size_t)__builtin_popcountll(bits->choices);
    lanes beyond = all_of(spare == 0 ? 0 : 0xffU << (8 - spare) & 0xffU);
    for (size_t v = 0; v < b->n_vectors; v++) {
        lanes state = column_at(b, bits->offset, v), last = column_at(b, bits->offset + bits->n_bytes, v);
        lanes is_answered = (lanes)(state == all_of(ANSWER_GIVEN));
        b->bad |= (lanes)(state > all_of(ANSWER_GIVEN)) | (last & beyond);
        b->bad |= is_answered & ((lanes)(ticked[v] == all_of(0)) | (alone[v] & (lanes)(ticked[v] > all_of(1))));
        b->bad |= ~is_answered & (lanes)(ticked[v] != all_of(0));
    }
}

static void count_bits(struct block *b, const struct counter_bits *bits)
{
    lanes ticked[COLUMNS_BLOCK / COLUMNS_LANES] = {{0}}, alone[COLUMNS_BLOCK / COLUMNS_LANES] = {{0}};
    int32_t states[ANSWER_GIVEN + 1] = {0};
    for (size_t k = 0; bits->choices >> k != 0; k++) {
        count_choice(b, bits->offset + 1U + k / 8, 1U << k % 8, (bits->exclusive >> k & 1) != 0, &b->counts[bits->slot + k],
                     ticked, alone);
        if (k == 63)
            break;
    }
    check_choices(b, bits, ticked, alone);
    count_codes(b, bits->offset, ANSWER_GIVEN, states);
    b->counts[bits->state] += states[0];
    b->counts[bits->state + 1] += states[1];
    b->counts[bits->answered] += states[ANSWER_GIVEN];
}

static bool is_good(const struct block *b)
{
    uint64_t half[2];
    memcpy(half, &b->bad, sizeof half);
    return (half[0] | half[1]) == 0;
}

static int32_t count_of(const struct block *b, size_t offset, unsigned code)
{
    lanes found = {0};
    for (size_t v = 0; v < b->n_vectors; v++)
        found -= (lanes)(column_at(b, offset, v) == all_of(code));
    return sum_of(found);
}

/* One of the two questions is of the profile, so its code is the same in all. The ballots that fill up the last vector
 * have code 0 at the other one: no answer. */
static void count_cross_of_profile(struct block *b, const struct counter_cross *x)
{
    bool by_row = x->is_row_profile;
    unsigned same = b->columns[(by_row ? x->row : x->column) * (size_t)COLUMNS_BLOCK];
    if (same < ANSWER_GIVEN)
        return;
    int32_t *at = b->counts + x->slot + (by_row ? (same - ANSWER_GIVEN) * x->n_columns : same - ANSWER_GIVEN);
    for (unsigned k = 0; k < (by_row ? x->n_columns : x->n_rows); k++)
        at[by_row ? k : k * x->n_columns] += count_of(b, by_row ? x->column : x->row, ANSWER_GIVEN + k);
}

static void count_cross(struct block *b, const struct counter_cross *x)
{
    if (x->is_row_profile || x->is_column_profile) {
        count_cross_of_profile(b, x);
        return;
    }
    const unsigned char *row = b->columns + x->row * (size_t)COLUMNS_BLOCK;
    const unsigned char *column = b->columns + x->column * (size_t)COLUMNS_BLOCK;
    for (size_t i = 0; i < b->n_ballots; i++) {
        bool is_both = (unsigned)(row[i] >= ANSWER_GIVEN) & (unsigned)(column[i] >= ANSWER_GIVEN);
        uint32_t at = (uint32_t)(row[i] - ANSWER_GIVEN) * x->n_columns + (uint32_t)(column[i] - ANSWER_GIVEN);
        b->counts[x->slot + (is_both ? at : 0)] += is_both;
    }
}

/* All items of a grid the same. */
static void count_grid(struct block *b, const struct form *f, const struct form_grid *g)
{
    const struct form_node *first = &f->nodes[g->items[0]];
    lanes same[COLUMNS_BLOCK / COLUMNS_LANES];
    for (size_t v = 0; v < b->n_vectors; v++) {
        same[v] = all_of(0xff);
        for (size_t i = 1; i < g->n_items; i++)
            same[v] &= (lanes)(column_at(b, f->nodes[g->items[i]].offset, v) == column_at(b, first->offset, v));
    }
    for (size_t k = 0; k < first->choices->n; k++) {
        lanes found = {0};
        for (size_t v = 0; v < b->n_vectors; v++)
            found -= same[v] & (lanes)(column_at(b, first->offset, v) == all_of((unsigned)(ANSWER_GIVEN + k)));
        b->counts[g->slot + k] += sum_of(found);
    }
}

static void count_others(struct block *b, const unsigned char *codes, const uint32_t *order)
{
    const struct form *f = b->c->form;
    for (size_t i = 0; i < b->c->n_others; i++) {
        const struct form_node *n = &f->nodes[b->c->others[i]];
        for (size_t k = 0; k < b->n_ballots; k++) {
            const unsigned char *p = codes + order[k] * f->codes_len + n->offset;
            if (answers_is_code(n, p))
                answers_count_one(n, p, b->counts);
            else
                b->bad |= all_of(1);
        }
    }
}

static bool add_block(const struct counter_columns *x, const unsigned char *codes, const uint32_t *order, size_t n, size_t n_ordered,
                      int32_t *counts)
{
    const struct counter *c = x->counter;
    size_t n_vectors = (n + COLUMNS_LANES - 1) / COLUMNS_LANES;
    struct block b = {.c = c, .columns = x->columns, .n_ballots = n, .n_ordered = n_ordered, .n_vectors = n_vectors,
                      .n_spare = (int32_t)(n_vectors * COLUMNS_LANES - n), .counts = counts};
    turn_block(x, codes, order, &b);
    for (size_t i = 0; i < c->n_bytes; i++) {
        const struct counter_byte *q = &c->bytes[i];
        if (q->is_profile)
            count_same(&b, q->offset, c->highest[q->offset], &counts[q->slot]);
        else
            count_codes(&b, q->offset, c->highest[q->offset], &counts[q->slot]);
    }
    for (size_t i = 0; i < c->n_bits; i++)
        count_bits(&b, &c->bits[i]);
    if (c->form->fast_seconds > 0) /* a byte of the profile, counted nowhere else */
        for (size_t v = 0; v < n_vectors; v++)
            b.bad |= (lanes)(column_at(&b, c->form->codes_len - 1, v) > all_of(1));
    for (size_t i = 0; i < c->form->n_crosses && is_good(&b); i++) /* by codes that are known to have a place */
        count_cross(&b, &c->crosses[i]);
    for (size_t i = 0; i < c->form->n_grids; i++)
        count_grid(&b, c->form, &c->form->grids[i]);
    count_others(&b, codes, order);
    return is_good(&b);
}

enum rc counter_columns_make(const struct counter *c, struct arena *a, struct counter_columns *out, struct rc_info *e)
{
    if (c->form->codes_len < COLUMNS_LANES || c->form->codes_len > COLUMNS_CODES_MAX)
        return rc_set(e, RC_INPUT, "%zu bytes of codes are not within %d..%d", c->form->codes_len, COLUMNS_LANES, COLUMNS_CODES_MAX);
    *out = (struct counter_columns){.counter = c, .columns = arena_alloc(a, c->form->codes_len * COLUMNS_BLOCK)};
    return out->columns != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for counting \"%s\"", c->form->slug);
}

enum rc counter_columns_add(const struct counter_columns *x, const unsigned char *codes, const uint32_t *order, size_t n,
                            size_t n_ordered, int32_t *counts)
{
    bool are_good = true;
    for (size_t at = 0; at < n && are_good; at += COLUMNS_BLOCK)
        are_good = add_block(x, codes, order + at, n - at < COLUMNS_BLOCK ? n - at : COLUMNS_BLOCK, n_ordered - at,
                              counts);
    return are_good ? RC_OK : RC_INPUT;
}
