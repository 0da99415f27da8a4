/* attacker: keeps every table of 60 nights and works out what the true counts can have been.
 * For test_attacker.c, test_attacker_groups.c and test_attacker_tables.c: his inference, and what he learned by it.
 *
 * What he knows: the rules (not the key); the structure of every table, published or not, and which
 * counts add up to which, every night; how many ballots were withdrawn each night, of all, rounded up to
 * the base as every number is (0 in the scenes without); his own ballots, their number in every cell, every night.  What he does: for the
 * count of OTHERS g in every cell and night, for its offset u and for G = g + u he keeps bounds, and
 * tightens them by all of that until nothing moves: G within the published step; G and g fall by no
 * more than the withdrawals; u = G - g the same on all nights; sums; n >= minimum where a row is
 * shown, n + 10 where it was replaced.  The truth must lie within his bounds (or he is wrong), he
 * must succeed against weaker rules (or he is weak), and fail against ours. */
#ifndef MINYI_TESTS_ATTACKER_H
#define MINYI_TESTS_ATTACKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/disclosure.h"

enum { NIGHTS = 60, ROWS_MAX = 200, CELLS_MAX = 800, SUMS_MAX = 600, TERMS_MAX = 6000, ADDRESS = 48 };
static const int64_t far = INT64_MAX / 4;

struct scene {
    const char *name;
    size_t per_night;
    unsigned withdrawn_permille; /* of the ballots in the record, each night */
    bool has_lumps, has_few;       /* own ballots: see play() */
    bool is_unguarded, is_fresh;   /* without rule 5; new noise every night */
    bool is_at_once;               /* without rules 3 to 5: he must not reckon with them */
    unsigned char key;
};

/* Everything that happened, and what he saw. Index: [night][cell]. */
struct world {
    struct disclosure_row rows[ROWS_MAX];
    char address[ROWS_MAX][ADDRESS];
    struct disclosure_past past[ROWS_MAX][NIGHTS];
    struct disclosure_place places[64][3];
    size_t first[ROWS_MAX], row_of[CELLS_MAX], n_rows, n_cells, n_sums, n_terms;
    struct disclosure_sum sums[SUMS_MAX];
    struct disclosure_term terms[TERMS_MAX];
    int64_t counts[CELLS_MAX], shown[CELLS_MAX];
    int64_t g[NIGHTS][CELLS_MAX], own[NIGHTS][CELLS_MAX], v[NIGHTS][CELLS_MAX];
    bool is_new[NIGHTS][ROWS_MAX], is_seen[NIGHTS][ROWS_MAX], is_his[CELLS_MAX],
        is_empty[CELLS_MAX]; /* 0 by the form, and he knows it */
    size_t opens[CELLS_MAX], closes[CELLS_MAX]; /* 0 before the one night, and nothing is added from the other on
                                                   (0: it stays open): he knows that, too */
    int64_t lost[NIGHTS];
    int64_t g_low[NIGHTS][CELLS_MAX], g_high[NIGHTS][CELLS_MAX];
    int64_t s_low[NIGHTS][CELLS_MAX], s_high[NIGHTS][CELLS_MAX]; /* G = g + u */
    int64_t u_low[CELLS_MAX], u_high[CELLS_MAX];
    int64_t ages[NIGHTS * ROWS_MAX];
    size_t alike[ROWS_MAX][2], n_alike; /* cells that are rounded alike */
    size_t n_ages, n_held;
    uint64_t random;
    bool has_moved;
};

struct verdict {
    size_t small, learned, his, his_learned; /* counts of others under 10; those his votes touch */
    size_t hidden, hidden_learned;           /* under 10, of rows that were not shown on the night */
    size_t changes, changes_learned, his_changes, his_changes_learned, wrong;
};

static unsigned draw(struct world *w, unsigned n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->random >> 33) % n;
}

static void add_term(struct world *w, ptrdiff_t row, size_t cell)
{
    assert_true(w->n_terms < TERMS_MAX && w->n_sums < SUMS_MAX);
    struct disclosure_sum *s = &w->sums[w->n_sums];
    if (s->n_terms == 0)
        s->terms = &w->terms[w->n_terms];
    w->terms[w->n_terms++] = (struct disclosure_term){row, cell};
    s->n_terms++;
}

static void turn_side(struct world *w)
{
    w->sums[w->n_sums].n_left = w->sums[w->n_sums].n_terms;
}

/* ---- his inference ---- */

static void raise(struct world *w, int64_t *low, int64_t to)
{
    if (to > *low) {
        *low = to;
        w->has_moved = true;
    }
}

static void lower(struct world *w, int64_t *high, int64_t to)
{
    if (to < *high) {
        *high = to;
        w->has_moved = true;
    }
}

static void begin(struct world *w, bool is_fresh)
{
    for (size_t c = 0; c < w->n_cells; c++) {
        w->u_low[c] = 0;
        w->u_high[c] = DISCLOSURE_BASE - 1;
        for (size_t t = 0; t < NIGHTS; t++) {
            w->g_low[t][c] = w->s_low[t][c] = 0;
            w->g_high[t][c] = w->s_high[t][c] = far;
            if (w->is_empty[c] || t < w->opens[c])
                w->g_high[t][c] = 0;
            if (w->is_empty[c] || !w->is_new[t][w->row_of[c]])
                continue;
            int64_t step = w->v[t][c] - w->own[t][c];
            w->s_low[t][c] = step;
            w->s_high[t][c] = step + DISCLOSURE_BASE - 1;
            if (is_fresh) { /* each night's u is another: G says nothing beyond that night */
                raise(w, &w->g_low[t][c], step - DISCLOSURE_BASE + 1);
                lower(w, &w->g_high[t][c], step + DISCLOSURE_BASE - 1);
            }
        }
    }
}

static void tighten_over_time(struct world *w, int64_t low[][CELLS_MAX], int64_t high[][CELLS_MAX], size_t c)
{
    for (size_t t = 1; t < NIGHTS; t++)
        raise(w, &low[t][c], low[t - 1][c] - w->lost[t]);
    for (size_t t = w->closes[c]; t > 0 && t < NIGHTS; t++)
        if (high[t - 1][c] < far)
            lower(w, &high[t][c], high[t - 1][c]);
    for (size_t t = NIGHTS - 1; w->closes[c] > 0 && t >= w->closes[c]; t--)
        raise(w, &low[t - 1][c], low[t][c]);
    for (size_t t = NIGHTS - 1; t > 0; t--)
        if (high[t][c] < far)
            lower(w, &high[t - 1][c], high[t][c] + w->lost[t]);
}

static void tighten_cell(struct world *w, size_t c, bool is_fresh)
{
    tighten_over_time(w, w->g_low, w->g_high, c);
    if (is_fresh)
        return;
    tighten_over_time(w, w->s_low, w->s_high, c);
    for (size_t t = 0; t < NIGHTS; t++) {
        raise(w, &w->g_low[t][c], w->s_low[t][c] - w->u_high[c]);
        raise(w, &w->s_low[t][c], w->g_low[t][c] + w->u_low[c]);
        raise(w, &w->u_low[c], w->s_low[t][c] - w->g_high[t][c]);
        if (w->s_high[t][c] < far) {
            lower(w, &w->g_high[t][c], w->s_high[t][c] - w->u_low[c]);
            lower(w, &w->u_high[c], w->s_high[t][c] - w->g_low[t][c]);
        }
        if (w->g_high[t][c] < far)
            lower(w, &w->s_high[t][c], w->g_high[t][c] + w->u_high[c]);
    }
}

static void tighten_sum(struct world *w, const struct disclosure_sum *s, size_t t)
{
    int64_t low[2] = {0, 0}, high[2] = {0, 0};
    size_t open[2] = {0, 0};
    for (size_t i = 0; i < s->n_terms; i++) {
        bool right = i >= s->n_left, is_row = s->terms[i].row != DISCLOSURE_UNSEEN;
        size_t c = is_row ? w->first[s->terms[i].row] + s->terms[i].cell : 0;
        bool is_open = !is_row || w->g_high[t][c] >= far;
        low[right] += is_row ? w->g_low[t][c] : 0;
        open[right] += is_open;
        high[right] += is_open ? 0 : w->g_high[t][c];
    }
    for (size_t i = 0; i < s->n_terms; i++) {
        if (s->terms[i].row == DISCLOSURE_UNSEEN)
            continue;
        bool right = i >= s->n_left;
        size_t c = w->first[s->terms[i].row] + s->terms[i].cell;
        bool is_open = w->g_high[t][c] >= far;
        int64_t my_low = w->g_low[t][c], my_high = is_open ? 0 : w->g_high[t][c];
        if (open[!right] == 0) /* later terms still see the sides as they were: sound, if slower */
            lower(w, &w->g_high[t][c], high[!right] - (low[right] - my_low));
        if (open[right] == (is_open ? 1 : 0))
            raise(w, &w->g_low[t][c], low[!right] - (high[right] - my_high));
    }
}

/* sum over the whole of (n now - n then) >= floor, where it was shown to have risen. */
static void tighten_rules(struct world *w, size_t row)
{
    const struct disclosure_row *r = &w->rows[row];
    size_t first = w->first[row], last = NIGHTS;
    for (size_t t = 0; t < NIGHTS; t++) {
        if (!w->is_seen[t][row])
            last = NIGHTS; /* it went: what it went from is not what it is compared with when it is back */
        if (!w->is_new[t][row])
            continue;
        int64_t high = 0, own = 0, before = 0, v = 0;
        for (size_t c = first; c < first + r->n_whole; c++) {
            high += w->g_high[t][c] < far ? w->g_high[t][c] : far / 16;
            own += w->own[t][c];
            v += w->v[t][c] - (last < NIGHTS ? w->v[last][c] : 0);
            before += last < NIGHTS ? w->g_low[last][c] + w->own[last][c] : 0;
        }
        int64_t least = r->min_n > before + DISCLOSURE_STEP || last == NIGHTS || v < 0 ? r->min_n : before + DISCLOSURE_STEP;
        for (size_t c = first; c < first + r->n_whole && high < far / 16; c++)
            raise(w, &w->g_low[t][c], least - own - (high - w->g_high[t][c]));
        last = t;
    }
}

/* Two cells that are rounded alike have one offset. */
static void share_offset(struct world *w, size_t a, size_t b)
{
    raise(w, &w->u_low[a], w->u_low[b]);
    raise(w, &w->u_low[b], w->u_low[a]);
    lower(w, &w->u_high[a], w->u_high[b]);
    lower(w, &w->u_high[b], w->u_high[a]);
}

static void infer(struct world *w, const struct scene *s)
{
    begin(w, s->is_fresh);
    w->has_moved = true;
    for (size_t pass = 0; w->has_moved && pass < 200; pass++) {
        w->has_moved = false;
        for (size_t c = 0; c < w->n_cells; c++)
            tighten_cell(w, c, s->is_fresh);
        for (size_t i = 0; i < w->n_alike && !s->is_fresh; i++)
            share_offset(w, w->alike[i][0], w->alike[i][1]);
        for (size_t i = 0; i < w->n_rows && !s->is_at_once; i++)
            tighten_rules(w, i);
        for (size_t t = 0; t < NIGHTS; t++)
            for (size_t i = 0; i < w->n_sums; i++)
                tighten_sum(w, &w->sums[i], t);
    }
}

/* ---- what he learned ---- */

static int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void judge_change(const struct world *w, const struct scene *s, size_t c, size_t from, size_t to, struct verdict *out)
{
    int64_t d = w->g[to][c] - w->g[from][c], lost = 0;
    if (d <= -10 || d >= 10)
        return;
    for (size_t t = from + 1; t <= to; t++)
        lost += w->lost[t];
    int64_t low = max(-lost, w->g_low[to][c] - w->g_high[from][c]), high = w->g_high[to][c] - w->g_low[from][c];
    if (!s->is_fresh) {
        low = max(low, w->s_low[to][c] - w->s_high[from][c]);
        high = min(high, w->s_high[to][c] - w->s_low[from][c]);
    }
    bool is_learned = high - low + 1 < DISCLOSURE_BASE;
    out->wrong += d < low || d > high;
    *(w->is_his[c] ? &out->his_changes : &out->changes) += 1;
    *(w->is_his[c] ? &out->his_changes_learned : &out->changes_learned) += is_learned;
}

static void judge(const struct world *w, const struct scene *s, struct verdict *out)
{
    for (size_t c = 0; c < w->n_cells; c++)
        for (size_t t = 0; t < NIGHTS; t++) {
            int64_t g = w->g[t][c];
            out->wrong += g < w->g_low[t][c] || g > w->g_high[t][c];
            if (w->is_empty[c] || t < w->opens[c])
                continue;
            if (g < 10 && !w->is_his[c] && !w->is_seen[t][w->row_of[c]]) {
                out->hidden++;
                out->hidden_learned += w->g_high[t][c] - w->g_low[t][c] + 1 < DISCLOSURE_BASE;
            }
            if (g < 10 && w->is_seen[t][w->row_of[c]]) {
                bool is_learned = w->g_high[t][c] - w->g_low[t][c] + 1 < DISCLOSURE_BASE;
                *(w->is_his[c] ? &out->his : &out->small) += 1;
                *(w->is_his[c] ? &out->his_learned : &out->learned) += is_learned;
            }
            for (size_t to = t + 1; to < NIGHTS && w->is_new[t][w->row_of[c]]; to++)
                if (w->is_new[to][w->row_of[c]])
                    judge_change(w, s, c, t, to, out);
        }
}

#endif
