/* attacker: the engine alone, with all its rows: see lib/attacker.h. */
#include "../lib/attacker.h"

enum { Q = 4, ASKED = 3, FIVE = 1, BOXES = 3, /* question 3 is the three boxes of question 1 */
       GENDERS = 2, LEVELS = 4, PROVINCES = 31, NO_PROVINCE = PROVINCES };
static const size_t options[Q] = {2, 5, 4, 3}; /* the last of question 2 is "skipped" */
static const size_t valid[Q] = {2, 5, 3, 3};
static const size_t box_of[] = {0, 0, 1, 2, 2};

struct ballot {
    size_t gender, level, province, answer[ASKED];
};

/* ---- the tables ---- */

static size_t add_row(struct world *w, size_t q, const char *part)
{
    size_t i = w->n_rows++;
    assert_true(i < ROWS_MAX && w->n_cells + options[q] <= CELLS_MAX);
    (void)snprintf(w->address[i], ADDRESS, "q%zu|%s", q, part);
    w->rows[i] = (struct disclosure_row){.address = w->address[i], .min_n = DISCLOSURE_ROW_MIN, .n_cells = options[q],
        .n_whole = valid[q], .counts = &w->counts[w->n_cells], .shown = &w->shown[w->n_cells]};
    w->first[i] = w->n_cells;
    for (size_t k = 0; k < options[q]; k++)
        w->row_of[w->n_cells++] = i;
    return i;
}

/* total = parts (+ ballots without an answer), option by option. */
static void add_split(struct world *w, size_t q, size_t total, size_t first, size_t step, size_t n, bool has_rest)
{
    for (size_t k = 0; k < options[q]; k++, w->n_sums++) {
        add_term(w, (ptrdiff_t)total, k);
        turn_side(w);
        for (size_t i = 0; i < n; i++)
            add_term(w, (ptrdiff_t)(first + i * step), k);
        if (has_rest)
            add_term(w, DISCLOSURE_UNSEEN, 0);
    }
}

enum { ROW_ALL, ROW_GENDER, ROW_LEVEL = ROW_GENDER + GENDERS, ROW_PROVINCE = ROW_LEVEL + LEVELS,
       ROW_CROSS = ROW_PROVINCE + PROVINCES, ROWS_OF_Q = ROW_CROSS + GENDERS * LEVELS };

static void build(struct world *w)
{
    for (size_t q = 0; q < Q; q++) {
        size_t base = w->n_rows;
        for (size_t i = 0; i < ROWS_OF_Q; i++) {
            char part[16];
            (void)snprintf(part, sizeof part, "part%zu", i);
            (void)add_row(w, q, part);
        }
        add_split(w, q, base, base + ROW_GENDER, 1, GENDERS, false);
        add_split(w, q, base, base + ROW_LEVEL, 1, LEVELS, false);
        add_split(w, q, base, base + ROW_PROVINCE, 1, PROVINCES, true);
        for (size_t i = 0; i < GENDERS; i++)
            add_split(w, q, base + ROW_GENDER + i, base + ROW_CROSS + i * LEVELS, 1, LEVELS, false);
        for (size_t i = 0; i < LEVELS; i++)
            add_split(w, q, base + ROW_LEVEL + i, base + ROW_CROSS + i, LEVELS, GENDERS, false);
    }
    for (size_t i = 0; i < ROWS_OF_Q; i++) /* every ballot has one answer to each question */
        for (size_t a = 0; a < ASKED; a++)
            for (size_t b = a + 1; b < ASKED; b++, w->n_sums++) {
                for (size_t k = 0; k < options[a]; k++)
                    add_term(w, (ptrdiff_t)(a * ROWS_OF_Q + i), k);
                turn_side(w);
                for (size_t k = 0; k < options[b]; k++)
                    add_term(w, (ptrdiff_t)(b * ROWS_OF_Q + i), k);
            }
}

/* Five points collapse to three boxes: each the sum of its points; neutral counts the same as point 3. */
static void build_boxes(struct world *w)
{
    for (size_t i = 0; i < ROWS_OF_Q; i++) {
        struct disclosure_row *five = &w->rows[FIVE * ROWS_OF_Q + i], *boxes = &w->rows[BOXES * ROWS_OF_Q + i];
        five->min_n = DISCLOSURE_FULL_MIN;
        boxes->places = w->places[i];
        w->alike[w->n_alike][0] = w->first[FIVE * ROWS_OF_Q + i] + 2;
        w->alike[w->n_alike++][1] = w->first[BOXES * ROWS_OF_Q + i] + 1;
        for (size_t k = 0; k < options[BOXES]; k++, w->n_sums++) {
            w->places[i][k] = k == 1 ? (struct disclosure_place){five->address, 2} : (struct disclosure_place){boxes->address, k};
            add_term(w, (ptrdiff_t)(BOXES * ROWS_OF_Q + i), k);
            turn_side(w);
            for (size_t c = 0; c < options[FIVE]; c++)
                if (box_of[c] == k)
                    add_term(w, (ptrdiff_t)(FIVE * ROWS_OF_Q + i), c);
        }
    }
}

/* ---- the nights ---- */

static size_t pick(struct world *w, const unsigned *per_mille)
{
    unsigned at = draw(w, 1000);
    size_t i = 0;
    while (at >= per_mille[i])
        at -= per_mille[i++];
    return i;
}

static struct ballot cast(struct world *w)
{
    static const unsigned gender[] = {520, 480}, level[] = {620, 280, 80, 20}, yes[] = {985, 15},
                          likert[] = {390, 400, 150, 50, 10}, third[] = {700, 250, 10, 40};
    struct ballot b = {.gender = pick(w, gender), .level = pick(w, level)};
    unsigned skew = draw(w, 1024);
    b.province = draw(w, 20) == 0 ? NO_PROVINCE : (size_t)(skew * skew / 1024) * PROVINCES / 1024;
    b.answer[0] = pick(w, yes);
    b.answer[1] = pick(w, likert);
    b.answer[2] = pick(w, third);
    return b;
}

static void count(struct world *w, int64_t *cells, const struct ballot *b, int64_t sign)
{
    for (size_t q = 0; q < Q; q++) {
        size_t answer = q == BOXES ? box_of[b->answer[FIVE]] : b->answer[q];
        size_t rows[] = {ROW_ALL, ROW_GENDER + b->gender, ROW_LEVEL + b->level,
                         ROW_CROSS + b->gender * LEVELS + b->level, ROW_PROVINCE + b->province};
        for (size_t i = 0; i < sizeof rows / sizeof *rows - (b->province == NO_PROVINCE); i++)
            cells[w->first[q * ROWS_OF_Q + rows[i]] + answer] += sign;
    }
}

/* His tricks. Lumps: ten ballots force a small row to be replaced, and are withdrawn two nights
 * later, over and over. Few: some votes for the rarest answers, which stay. */
static void play(struct world *w, const struct scene *s, size_t night, int64_t *own)
{
    struct ballot lump = {.gender = 1, .level = 3, .province = 30}, few = {1, 2, 29, {1, 4, 2}};
    int64_t sign = night % 5 == 2 ? 1 : night % 5 == 4 ? -1 : 0;
    for (size_t i = 0; i < DISCLOSURE_STEP && s->has_lumps; i++)
        count(w, own, &lump, sign);
    for (size_t i = 0; i < 1 + night % 4 && night < 20 && s->has_few; i++)
        count(w, own, &few, 1);
}

/* What his votes touch: the cells that they are in; of the few also their answers in every part of the
 * population, for these add up. */
static void mark_his(struct world *w, bool has_few)
{
    for (size_t c = 0; c < w->n_cells; c++)
        for (size_t t = 0; t < NIGHTS; t++)
            w->is_his[c] = w->is_his[c] || w->own[t][c] != 0;
    for (size_t i = 0; i < w->n_rows && has_few; i++)
        for (size_t k = 0; k < w->rows[i].n_cells; k++) {
            size_t all = w->first[i - i % ROWS_OF_Q + ROW_ALL] + k;
            w->is_his[w->first[i] + k] = w->is_his[w->first[i] + k] || w->is_his[all];
        }
}

static void run_nights(struct world *w, const struct scene *s)
{
    struct ballot *all = calloc(NIGHTS * s->per_night, sizeof *all);
    size_t n = 0;
    struct arena a;
    unsigned char key[DISCLOSURE_KEY_BYTES] = {s->key};
    assert_non_null(all);
    arena_init(&a, 16 << 20);
    for (size_t t = 0; t < NIGHTS; t++) {
        if (t > 0) {
            memcpy(w->g[t], w->g[t - 1], sizeof w->g[t]);
            memcpy(w->own[t], w->own[t - 1], sizeof w->own[t]);
        }
        size_t lost = n * s->withdrawn_permille / 1000;
        w->lost[t] = (int64_t)((lost + DISCLOSURE_BASE - 1) / DISCLOSURE_BASE * DISCLOSURE_BASE);
        for (size_t i = 0; i < lost; i++) {
            size_t at = draw(w, (unsigned)n);
            count(w, w->g[t], &all[at], -1);
            all[at] = all[--n];
        }
        for (size_t i = draw(w, (unsigned)s->per_night / 4 + 1); i < s->per_night; i++) {
            all[n] = cast(w);
            count(w, w->g[t], &all[n++], 1);
        }
        play(w, s, t, w->own[t]);
        for (size_t c = 0; c < w->n_cells; c++)
            w->counts[c] = w->g[t][c] + w->own[t][c];
        for (size_t i = 0; i < ROWS_OF_Q; i++)
            w->rows[BOXES * ROWS_OF_Q + i].is_frozen = w->rows[FIVE * ROWS_OF_Q + i].state.is_shown;
        if (s->is_fresh)
            key[1] = (unsigned char)t;
        arena_reset(&a);
        assert_int_equal(disclosure_run(key, (int32_t)t + 1, w->rows, w->n_rows, w->sums,
                                        s->is_unguarded ? 0 : w->n_sums, &a, NULL), RC_OK);
        memcpy(w->v[t], w->shown, sizeof w->v[t]);
        for (size_t i = 0; i < w->n_rows; i++) {
            struct disclosure_row *r = &w->rows[i];
            if (r->is_replaced && r->state.is_shown)
                w->past[i][r->n_past++] = (struct disclosure_past){r->state.day, &w->v[t][w->first[i]]};
            r->past = w->past[i];
            w->is_seen[t][i] = w->rows[i].state.is_shown;
            w->is_new[t][i] = w->rows[i].is_replaced && w->is_seen[t][i];
            w->n_held += w->rows[i].is_held;
            if (w->is_seen[t][i] && !r->is_frozen)
                w->ages[w->n_ages++] = (int64_t)t + 1 - w->rows[i].state.day;
        }
    }
    arena_release(&a);
    free(all);
    mark_his(w, s->has_few);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct verdict attack(const struct scene *s)
{
    struct world *w = calloc(1, sizeof *w);
    struct verdict out = {0};
    assert_non_null(w);
    w->random = 88172645463325252u + s->key * 977u;
    build(w);
    build_boxes(w);
    run_nights(w, s);
    infer(w, s);
    judge(w, s, &out);
    qsort(w->ages, w->n_ages, sizeof *w->ages, by_value);
    print_message("%-34s %4zu a night: counts under 10: %zu of %zu learned; changes under 10: %zu of %zu; "
                  "touched by his votes: %zu of %zu, %zu of %zu; rows' age: median %lld, max %lld nights; held back %zu times of %zu\n",
                  s->name, s->per_night, out.learned, out.small, out.changes_learned, out.changes, out.his_learned,
                  out.his, out.his_changes_learned, out.his_changes,
                  w->n_ages ? (long long)w->ages[w->n_ages / 2] : -1, w->n_ages ? (long long)w->ages[w->n_ages - 1] : -1,
                  w->n_held, w->n_ages);
    free(w);
    assert_int_equal(out.wrong, 0); /* the truth is always among what he thinks possible */
    return out;
}

/* ---- tests ---- */

static void fails(const struct scene *s)
{
    struct verdict v = attack(s);
    assert_true(v.small > 500 && v.changes > 1000); /* there was something to learn */
    assert_int_equal(v.learned, 0);
    assert_int_equal(v.changes_learned, 0);
}

static void nobody_withdraws_and_he_knows(void **state)
{
    (void)state;
    for (unsigned char key = 1; key <= 6; key++) {
        fails(&(struct scene){.name = "nobody withdraws", .per_night = 200, .key = key});
        fails(&(struct scene){.name = "nobody withdraws", .per_night = 1000, .key = key});
    }
}

static void ballots_are_withdrawn(void **state)
{
    (void)state;
    fails(&(struct scene){.name = "some withdraw", .per_night = 200, .withdrawn_permille = 5, .key = 5});
    fails(&(struct scene){.name = "some withdraw", .per_night = 1000, .withdrawn_permille = 5, .key = 6});
}

static void he_forces_rows_with_his_own(void **state)
{
    (void)state;
    fails(&(struct scene){.name = "own lumps, nobody else withdraws", .per_night = 200, .has_lumps = true, .key = 7});
    fails(&(struct scene){.name = "own lumps, nobody else withdraws", .per_night = 1000, .has_lumps = true, .key = 8});
    fails(&(struct scene){.name = "own lumps, some withdraw", .per_night = 200, .withdrawn_permille = 5, .has_lumps = true, .key = 9});
    fails(&(struct scene){.name = "own lumps, some withdraw", .per_night = 1000, .withdrawn_permille = 5, .has_lumps = true, .key = 10});
}

/* His votes for a rare answer bound its count from below, and through sums, now and then, another's:
 * what that gives away is printed, for no rounding of bounded width can hide it. With 60 keys 18 of
 * 200,000 counts of answers that he did not vote for were learned; here, not one in a thousand. */
static void he_votes_for_rare_answers(void **state)
{
    (void)state;
    for (unsigned char key = 11; key <= 14; key++) {
        struct verdict v = attack(&(struct scene){.name = "own rare votes, nobody withdraws", .per_night = 200, .has_few = true, .key = key});
        assert_true(v.small > 500 && v.learned * 1000 <= v.small && v.changes_learned * 1000 <= v.changes);
    }
    struct verdict v = attack(&(struct scene){.name = "own rare votes, some withdraw", .per_night = 1000, .withdrawn_permille = 5, .has_few = true, .key = 15});
    assert_true(v.small > 500 && v.learned * 1000 <= v.small && v.changes_learned * 1000 <= v.changes);
}

/* The same attacker against weaker rules: he would find what is to be found. */
static void he_succeeds_against_weaker_rules(void **state)
{
    (void)state;
    struct verdict v = attack(&(struct scene){.name = "WEAKER: sums unwatched", .per_night = 200, .is_unguarded = true, .key = 1});
    assert_true(v.learned > 0);
    v = attack(&(struct scene){.name = "WEAKER: new noise every night", .per_night = 200, .is_unguarded = true, .is_fresh = true, .key = 1});
    assert_true(v.learned > 0 && v.changes_learned > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_withdraws_and_he_knows),
        cmocka_unit_test(ballots_are_withdrawn),
        cmocka_unit_test(he_forces_rows_with_his_own),
        cmocka_unit_test(he_votes_for_rare_answers),
        cmocka_unit_test(he_succeeds_against_weaker_rules),
    };
    return cmocka_run_group_tests_name("attacker", tests, NULL, NULL);
}
