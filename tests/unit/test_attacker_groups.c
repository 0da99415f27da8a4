/* attacker: two five-point questions by the six levels of a grouping question, which may collapse to three wider
 * groups, and without fast ballots, as publication_disclose publishes them. What adds up to what is declared here anew: see lib/attacker.h. */
#include "../lib/attacker.h"

#include "report/disclose.h"

enum { FAST, OTHERS, SIDES, WIDER = 3 };
enum { A, B, G, QUESTIONS, LEVELS = 6, NO_LEVEL = LEVELS, POINTS = 5, BOX_CELLS = 6, SLOTS = 23, KEPT_MAX = 12000,
       CELLS = (LEVELS + 1) * SIDES };
static const struct form_choice points[] = {{.name = "5"}, {.name = "4"}, {.name = "3"}, {.name = "2"}, {.name = "1"},
                                            {.name = "dk", .is_dont_know = true}};
static const struct form_choice levels[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}, {.name = "e"}, {.name = "f"}};
static const struct form_choices five = {.list_name = "five", .n = POINTS, .items = points}, unsure = {.list_name = "unsure", .n = POINTS + 1, .items = points}, six = {.list_name = "six", .n = LEVELS, .items = levels};
static const struct form_choice parts[] = {{.name = "a", .wider = 1}, {.name = "b", .wider = 1}, {.name = "c", .wider = 2},
                                           {.name = "d", .wider = 2}, {.name = "e", .wider = 2}, {.name = "f", .wider = 3}};
static const struct form_choice regions[] = {{.name = "x"}, {.name = "y"}, {.name = "z"}};
static const struct form_choices collapsing = {.list_name = "six", .n = LEVELS, .items = parts, .n_wider = WIDER, .wider = regions};
static const size_t box_of[] = {0, 0, 1, 2, 2, 3, 4}; /* the last: skipped */

struct groups {
    struct world w;
    struct form_node nodes[QUESTIONS];
    struct form form;
    struct arena a;
    int32_t slots[CELLS][SLOTS];
    int64_t n[CELLS], sums[SLOTS];
    unsigned char profile[CELLS][2];
    struct figures_cell cells[CELLS];
    struct disclose_kept kept[KEPT_MAX];
    size_t n_kept, n_without, row_full[2], row_box[2], row_g, row_ballots, row_level[2][LEVELS + 1], row_fast, row_side[2][SIDES], row_wide[2][WIDER], n_collapsed;
    bool has_wider;
};

struct answer {
    size_t of[2], level, side; /* points, 5: don't know, 6: skipped (b alone) */
};

/* ---- his tables ---- */

static size_t add_row(struct world *w, const char *address, size_t n_cells, size_t n_whole, int64_t min_n)
{
    size_t i = w->n_rows++;
    assert_true(i < ROWS_MAX && w->n_cells + n_cells <= CELLS_MAX);
    (void)snprintf(w->address[i], ADDRESS, "%s", address);
    w->rows[i] = (struct disclosure_row){.address = w->address[i], .min_n = min_n, .n_cells = n_cells, .n_whole = n_whole};
    w->first[i] = w->n_cells;
    for (size_t k = 0; k < n_cells; k++)
        w->row_of[w->n_cells++] = i;
    return i;
}

static void add_alike(struct world *w, size_t a, size_t b)
{
    w->alike[w->n_alike][0] = a;
    w->alike[w->n_alike++][1] = b;
}

static void add_item(struct groups *x, size_t q)
{
    static const char *const names[] = {"s/1/a", "s/1/b"};
    struct world *w = &x->w;
    char address[ADDRESS];
    size_t n = x->nodes[q].choices->n + 2;
    x->row_full[q] = add_row(w, names[q], n, POINTS, DISCLOSURE_FULL_MIN);
    (void)snprintf(address, sizeof address, "%s/boxes", names[q]);
    x->row_box[q] = add_row(w, address, BOX_CELLS, 3, DISCLOSURE_ROW_MIN);
    size_t full = w->first[x->row_full[q]], box = w->first[x->row_box[q]];
    add_alike(w, full + 2, box + 1);
    add_alike(w, full + n - 2, box + 4);
    add_alike(w, full + n - 1, box + 5);
    if (q == B)
        add_alike(w, full + 5, box + 3);
    for (size_t l = 0; l <= LEVELS; l++) {
        (void)snprintf(address, sizeof address, "s/1/g/%s/%s", l < LEVELS ? levels[l].name : "", x->nodes[q].name);
        x->row_level[q][l] = add_row(w, address, BOX_CELLS, 3, DISCLOSURE_ROW_MIN);
    }
    for (size_t i = 0; i < SIDES; i++) {
        (void)snprintf(address, sizeof address, "s/1/:fast/%s/%s", i == FAST ? "yes" : "no", x->nodes[q].name);
        x->row_side[q][i] = add_row(w, address, BOX_CELLS, 3, DISCLOSURE_ROW_MIN);
    }
    for (size_t i = 0; i < WIDER && x->has_wider; i++) {
        (void)snprintf(address, sizeof address, "s/1/:collapse/g/%s/%s", regions[i].name, x->nodes[q].name);
        x->row_wide[q][i] = add_row(w, address, BOX_CELLS, 3, DISCLOSURE_ROW_MIN);
    }
    for (size_t k = 0; k < BOX_CELLS && x->has_wider; k++) /* f is alone in its region */
        add_alike(w, w->first[x->row_wide[q][2]] + k, w->first[x->row_level[q][LEVELS - 1]] + k);
    for (size_t i = x->row_box[q]; i < w->n_rows; i++) { /* a is required and has no "don't know"; all are asked */
        size_t first = w->first[i];
        w->is_empty[first + 5] = true;
        w->is_empty[first + 4] = w->is_empty[first + 3] = q == A;
    }
    w->is_empty[full + n - 1] = true;
    w->is_empty[full + n - 2] = q == A;
}

/* left cell of `row` = all cells of the others, at cell `k` or (SIZE_MAX) all of them. */
static void add_points_of(struct groups *x, size_t q, size_t k)
{
    struct world *w = &x->w;
    size_t choices = x->nodes[q].choices->n;
    add_term(w, (ptrdiff_t)x->row_box[q], k);
    turn_side(w);
    for (size_t c = 0; c < choices; c++)
        if (box_of[c] == k)
            add_term(w, (ptrdiff_t)x->row_full[q], c);
    if (k >= 4)
        add_term(w, (ptrdiff_t)x->row_full[q], choices + k - 4);
    if (w->sums[w->n_sums].n_terms > 1)
        w->n_sums++;
    else
        w->n_terms -= w->sums[w->n_sums].n_terms, w->sums[w->n_sums] = (struct disclosure_sum){0};
}

static void add_whole(struct groups *x, size_t row, size_t n_cells)
{
    add_term(&x->w, (ptrdiff_t)x->row_ballots, 0);
    turn_side(&x->w);
    for (size_t k = 0; k < n_cells; k++)
        add_term(&x->w, (ptrdiff_t)row, k);
    x->w.n_sums++;
}

/* A region is its levels, all are the regions and those without a level, and its cells are its ballots. */
static void add_wider_sums(struct groups *x, size_t q)
{
    struct world *w = &x->w;
    for (size_t k = 0; k < BOX_CELLS; k++) {
        for (size_t i = 0; i < WIDER; i++, w->n_sums++) {
            add_term(w, (ptrdiff_t)x->row_wide[q][i], k);
            turn_side(w);
            for (size_t l = 0; l < LEVELS; l++)
                if (parts[l].wider == i + 1)
                    add_term(w, (ptrdiff_t)x->row_level[q][l], k);
        }
        add_term(w, (ptrdiff_t)x->row_box[q], k);
        turn_side(w);
        for (size_t i = 0; i < WIDER; i++)
            add_term(w, (ptrdiff_t)x->row_wide[q][i], k);
        add_term(w, (ptrdiff_t)x->row_level[q][NO_LEVEL], k);
        w->n_sums++;
    }
    for (size_t i = 0; i < WIDER; i++, w->n_sums++) {
        for (size_t l = 0; l < LEVELS; l++)
            if (parts[l].wider == i + 1)
                add_term(w, (ptrdiff_t)x->row_g, l);
        turn_side(w);
        for (size_t k = 0; k < BOX_CELLS; k++)
            add_term(w, (ptrdiff_t)x->row_wide[q][i], k);
    }
}

static void add_sums_of(struct groups *x, size_t q)
{
    struct world *w = &x->w;
    add_whole(x, x->row_full[q], x->nodes[q].choices->n + 2);
    add_whole(x, x->row_box[q], BOX_CELLS);
    for (size_t k = 0; k < BOX_CELLS; k++) {
        add_points_of(x, q, k);
        add_term(w, (ptrdiff_t)x->row_box[q], k);
        turn_side(w);
        for (size_t l = 0; l <= LEVELS; l++)
            add_term(w, (ptrdiff_t)x->row_level[q][l], k);
        w->n_sums++;
        add_term(w, (ptrdiff_t)x->row_box[q], k);
        turn_side(w);
        for (size_t i = 0; i < SIDES; i++)
            add_term(w, (ptrdiff_t)x->row_side[q][i], k);
        w->n_sums++;
    }
    if (x->has_wider)
        add_wider_sums(x, q);
    for (size_t i = 0; i < SIDES; i++, w->n_sums++) {
        add_term(w, (ptrdiff_t)x->row_fast, i);
        turn_side(w);
        for (size_t k = 0; k < BOX_CELLS; k++)
            add_term(w, (ptrdiff_t)x->row_side[q][i], k);
    }
    for (size_t l = 0; l <= LEVELS; l++, w->n_sums++) {
        add_term(w, (ptrdiff_t)x->row_g, l);
        if (l == LEVELS)
            add_term(w, (ptrdiff_t)x->row_g, l + 1);
        turn_side(w);
        for (size_t k = 0; k < BOX_CELLS; k++)
            add_term(w, (ptrdiff_t)x->row_level[q][l], k);
    }
}

static void build(struct groups *x, bool is_required)
{
    struct world *w = &x->w;
    x->nodes[A] = (struct form_node){.type = FORM_SELECT_ONE, .name = "a", .is_likert = true, .is_required = true, .choices = &five, .slot = 0, .n_slots = 7, .parent = SIZE_MAX, .offset = 0, .width = 1};
    x->nodes[B] = (struct form_node){.type = FORM_SELECT_ONE, .name = "b", .is_likert = true, .choices = &unsure, .slot = 7, .n_slots = 8, .parent = SIZE_MAX, .offset = 1, .width = 1};
    x->nodes[G] = (struct form_node){.type = FORM_SELECT_ONE, .name = "g", .is_profile = true, .is_required = is_required, .choices = x->has_wider ? &collapsing : &six, .slot = 15, .n_slots = 8, .parent = SIZE_MAX, .offset = 2, .width = 1};
    x->form = (struct form){.slug = "s", .n_langs = 1, .langs = {"en"}, .sample = FORM_OPEN, .n_nodes = QUESTIONS, .nodes = x->nodes, .n_slots = SLOTS, .codes_len = 4, .fast_seconds = 60};
    x->row_ballots = add_row(w, "ballots", 1, 1, DISCLOSURE_ROW_MIN);
    x->row_g = add_row(w, "s/1/g", LEVELS + 2, LEVELS, DISCLOSURE_ROW_MIN);
    x->row_fast = add_row(w, "s/1/:fast", SIDES, SIDES, DISCLOSURE_ROW_MIN);
    add_whole(x, x->row_fast, SIDES);
    w->is_empty[w->first[x->row_g] + LEVELS + 1] = true;
    w->is_empty[w->first[x->row_g] + LEVELS] = is_required;
    add_item(x, A);
    add_item(x, B);
    add_whole(x, x->row_g, LEVELS + 2);
    add_sums_of(x, A);
    add_sums_of(x, B);
    for (size_t q = A; q <= B; q++)
        for (size_t k = 0; k < BOX_CELLS && is_required; k++)
            w->is_empty[w->first[x->row_level[q][NO_LEVEL]] + k] = true;
    for (size_t i = 0; i < CELLS; i++) {
        size_t l = i / SIDES;
        x->profile[i][0] = l < LEVELS ? (unsigned char)(l + 2) : 1;
        x->profile[i][1] = i % SIDES == FAST;
        x->cells[i] = (struct figures_cell){.profile = x->profile[i], .counts = x->slots[i]};
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

static struct answer cast(struct world *w, bool is_required)
{
    static const unsigned level[] = {500, 250, 120, 60, 25, 10, 35}, all[] = {520, 260, 120, 65, 25, 10},
                          likert[] = {390, 400, 150, 50, 10}, weak[] = {200, 300, 300, 80, 60, 30, 30};
    struct answer b;
    b.level = pick(w, is_required ? all : level);
    b.of[A] = pick(w, likert);
    b.of[B] = pick(w, weak);
    b.side = pick(w, (const unsigned[]){b.of[A] == b.of[B] ? 60 : 15, 1000});
    return b;
}

static void count(struct groups *x, int64_t *cells, const struct answer *b, int32_t sign)
{
    struct world *w = &x->w;
    int32_t *slot = x->slots[b->level * SIDES + b->side];
    x->n[b->level * SIDES + b->side] += sign;
    cells[w->first[x->row_fast] + b->side] += sign;
    cells[w->first[x->row_ballots]] += sign;
    cells[w->first[x->row_g] + b->level] += sign;
    slot[15 + (b->level < LEVELS ? 2 + b->level : 1)] += sign;
    for (size_t q = A; q <= B; q++) {
        slot[x->nodes[q].slot + (b->of[q] < 6 ? 2 + b->of[q] : 1)] += sign;
        cells[w->first[x->row_full[q]] + b->of[q]] += sign;
        cells[w->first[x->row_box[q]] + box_of[b->of[q]]] += sign;
        cells[w->first[x->row_level[q][b->level]] + box_of[b->of[q]]] += sign;
        cells[w->first[x->row_side[q][b->side]] + box_of[b->of[q]]] += sign;
        if (x->has_wider && b->level < LEVELS)
            cells[w->first[x->row_wide[q][parts[b->level].wider - 1]] + box_of[b->of[q]]] += sign;
    }
}

static void keep(struct groups *x, const struct disclose_kept *k, size_t night)
{
    struct world *w = &x->w;
    size_t at = x->n_kept++, row = 0;
    assert_true(x->n_kept <= KEPT_MAX);
    for (; at > 0 && strcmp(x->kept[at - 1].address, k->address) > 0; at--)
        x->kept[at] = x->kept[at - 1];
    x->kept[at] = *k;
    while (row < w->n_rows && strcmp(w->address[row], k->address) != 0)
        row++;
    assert_true(row < w->n_rows && k->n_cells == w->rows[row].n_cells && row != x->row_ballots);
    assert_true(row != x->row_level[A][NO_LEVEL] && row != x->row_level[B][NO_LEVEL]); /* never published */
    assert_true(row != x->row_side[A][FAST] && row != x->row_side[B][FAST]);
    w->rows[row].state = (struct disclosure_state){k->is_shown, k->last_n, k->day};
    w->is_new[night][row] = k->is_shown;
    for (size_t c = 0; c < k->n_cells; c++)
        w->v[night][w->first[row] + c] = k->shown[c];
}

static void publish(struct groups *x, const struct scene *s, size_t night)
{
    struct publication p;
    struct rc_info e = {0};
    struct disclose_kept *fresh = NULL;
    size_t n_fresh = 0;
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {s->key};
    struct figures_input in = {.form = &x->form, .version_no = 1, .counts = x->sums, .first_day = "", .last_day = "",
                               .n_cells = CELLS, .cells = x->cells};
    memset(x->sums, 0, sizeof x->sums);
    for (size_t l = 0; l < CELLS; l++) {
        x->cells[l].n = x->n[l];
        in.n_ballots += x->n[l];
        for (size_t k = 0; k < SLOTS; k++)
            x->sums[k] += x->slots[l][k];
    }
    assert_int_equal(figures_make(&in, &x->a, &p, &e), RC_OK);
    assert_int_equal(p.n_groups, 1);
    const struct disclose_input d = {.figures = &in, .key = key, .today = (int32_t)night + 1, .kept = x->kept, .n_kept = x->n_kept};
    if (publication_disclose(&p, &d, &x->a, &fresh, &n_fresh, &e) != RC_OK)
        fail_msg("%s", e.msg);
    for (size_t i = 0; i < n_fresh; i++)
        keep(x, &fresh[i], night);
    for (size_t l = 0; l < LEVELS; l++)
        for (size_t q = A; q <= B; q++) { /* what is published of a level is what was kept */
            const struct pub_item *i = &p.groups[0].levels[l].items[q];
            size_t c = x->w.first[x->row_level[q][l]];
            bool is_wider = publication_is_wider(&p.groups[0], q);
            x->n_collapsed += is_wider && l == 0;
            assert_int_equal(i->is_suppressed, is_wider || !x->w.rows[x->row_level[q][l]].state.is_shown);
            assert_int_equal(i->n, i->is_suppressed ? 0 : x->w.v[night][c] + x->w.v[night][c + 1] + x->w.v[night][c + 2]);
            assert_true(!i->top2.is_weighted && i->n % DISCLOSURE_BASE == 0 && i->bottom2.count % DISCLOSURE_BASE == 0);
        }
    for (size_t l = 0; l < p.groups[0].n_wider; l++)
        for (size_t q = A; q <= B; q++) { /* or of a region */
            const struct pub_item *i = &p.groups[0].wider[l].level.items[q];
            size_t row = x->row_wide[q][l], c = x->w.first[row];
            assert_int_equal(i->is_suppressed, !publication_is_wider(&p.groups[0], q) || !x->w.rows[row].state.is_shown);
            assert_true(i->is_suppressed || (i->n == x->w.v[night][c] + x->w.v[night][c + 1] + x->w.v[night][c + 2] && i->top2.count == x->w.v[night][c]));
        }
    for (size_t q = A; q <= B; q++) { /* and what is published without fast ballots */
        const struct pub_row *r = &p.fast.without[q];
        size_t c = x->w.first[x->row_side[q][OTHERS]];
        assert_int_equal(r->is_suppressed, !x->w.rows[x->row_side[q][OTHERS]].state.is_shown);
        assert_true(r->is_suppressed || (r->n == x->w.v[night][c] + x->w.v[night][c + 1] + x->w.v[night][c + 2] &&
                                         r->shares[0].count == x->w.v[night][c]));
        x->n_without += !r->is_suppressed;
    }
    assert_true(p.fast.fast.is_suppressed || p.fast.fast.shares[0].count == x->w.v[night][x->w.first[x->row_fast]]);
}

/* Against him without the engine: every row is rounded and published every night. */
static void publish_all(struct groups *x, const struct scene *s, size_t night)
{
    struct world *w = &x->w;
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {s->key};
    for (size_t i = 1; i < w->n_rows; i++) {
        w->is_new[night][i] = i != x->row_level[A][NO_LEVEL] && i != x->row_level[B][NO_LEVEL] && i != x->row_side[A][FAST] &&
                              i != x->row_side[B][FAST];
        for (size_t k = 0; k < w->rows[i].n_cells; k++)
            w->v[night][w->first[i] + k] = disclosure_round(key, w->address[i], k, w->g[night][w->first[i] + k]);
        w->rows[i].state = (struct disclosure_state){w->is_new[night][i], 0, (int32_t)night + 1};
    }
    w->n_alike = 0;
}

static void run_nights(struct groups *x, const struct scene *s, bool is_required)
{
    struct world *w = &x->w;
    struct answer *all = calloc(NIGHTS * s->per_night, sizeof *all);
    const struct answer lump = {{4, 4}, LEVELS - 1, FAST};
    size_t n = 0;
    assert_non_null(all);
    for (size_t t = 0; t < NIGHTS; t++) {
        if (t > 0) {
            memcpy(w->g[t], w->g[t - 1], sizeof w->g[t]);
            memcpy(w->v[t], w->v[t - 1], sizeof w->v[t]);
            memcpy(w->own[t], w->own[t - 1], sizeof w->own[t]);
        }
        size_t lost = n * s->withdrawn_permille / 1000;
        w->lost[t] = (int64_t)((lost + DISCLOSURE_BASE - 1) / DISCLOSURE_BASE * DISCLOSURE_BASE);
        for (size_t i = 0; i < lost; i++) {
            size_t at = draw(w, (unsigned)n);
            count(x, w->g[t], &all[at], -1);
            all[at] = all[--n];
        }
        for (size_t i = draw(w, (unsigned)s->per_night / 4 + 1); i < s->per_night; i++) {
            all[n] = cast(w, is_required);
            count(x, w->g[t], &all[n++], 1);
        }
        for (size_t i = 0; i < DISCLOSURE_STEP && s->has_lumps && (t % 5 == 2 || t % 5 == 4); i++)
            count(x, w->own[t], &lump, t % 5 == 2 ? 1 : -1);
        (s->is_at_once ? publish_all : publish)(x, s, t);
        for (size_t i = 0; i < w->n_rows; i++) {
            w->is_seen[t][i] = w->rows[i].state.is_shown;
            if (w->is_seen[t][i])
                w->ages[w->n_ages++] = (int64_t)t + 1 - w->rows[i].state.day;
        }
        for (size_t c = 0; c < w->n_cells; c++)
            w->is_his[c] = w->is_his[c] || w->own[t][c] != 0;
    }
    free(all);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct verdict attack(const struct scene *s, bool is_required, bool has_wider)
{
    struct groups *x = calloc(1, sizeof *x);
    struct verdict out = {0};
    size_t n_levels = 0;
    assert_non_null(x);
    arena_init(&x->a, 512 << 20);
    x->w.random = 88172645463325252u + s->key * 977u;
    x->has_wider = has_wider;
    build(x, is_required);
    run_nights(x, s, is_required);
    infer(&x->w, s);
    judge(&x->w, s, &out);
    qsort(x->w.ages, x->w.n_ages, sizeof *x->w.ages, by_value);
    for (size_t l = 0; l < LEVELS; l++)
        n_levels += x->w.is_seen[NIGHTS - 1][x->row_level[A][l]] + x->w.is_seen[NIGHTS - 1][x->row_level[B][l]];
    print_message("%-32s %4zu a night, level %s%s: counts under 10: %zu of %zu learned; in hidden rows: %zu of %zu; changes under 10: "
                  "%zu of %zu; touched by his votes: %zu of %zu, %zu of %zu; %zu of 12 levels' rows shown in the end, of 2 without fast ones %.2f a night, collapsed on %zu of %d; "
                  "rows' age: median %lld, max %lld nights\n",
                  s->name, s->per_night, is_required ? "required" : "optional", has_wider ? ", may collapse" : "", out.learned, out.small, out.hidden_learned,
                  out.hidden, out.changes_learned, out.changes, out.his_learned, out.his, out.his_changes_learned,
                  out.his_changes, n_levels, (double)x->n_without / NIGHTS, x->n_collapsed, 2 * NIGHTS, x->w.n_ages ? (long long)x->w.ages[x->w.n_ages / 2] : -1,
                  x->w.n_ages ? (long long)x->w.ages[x->w.n_ages - 1] : -1);
    bool is_thin = s->per_night < 100;
    assert_true(s->is_at_once || is_thin || x->n_without > NIGHTS);
    assert_true(is_thin ? x->n_collapsed > NIGHTS / 6 && x->n_collapsed < 2 * NIGHTS : n_levels >= 8); /* it is of use */
    arena_release(&x->a);
    free(x);
    assert_int_equal(out.wrong, 0); /* the truth is always among what he thinks possible */
    return out;
}

/* ---- tests ---- */

static void fails(const struct scene *s)
{
    for (int i = 0; i < 4; i++) {
        struct verdict v = attack(s, i % 2 == 1, i >= 2);
        assert_true(v.small > 100 && v.changes > 500); /* there was something to learn */
        assert_int_equal(v.learned, 0);
        assert_int_equal(v.hidden_learned, 0);
        assert_int_equal(v.changes_learned, 0);
    }
}

static void nobody_withdraws_and_he_knows(void **state)
{
    (void)state;
    for (unsigned char key = 1; key <= 6; key++)
        fails(&(struct scene){.name = "nobody withdraws", .per_night = 200, .key = key});
    /* where an engine with more slack for counts over ten lost */
    fails(&(struct scene){.name = "nobody withdraws", .per_night = 200, .key = 23});
    fails(&(struct scene){.name = "nobody withdraws", .per_night = 200, .key = 101});
    fails(&(struct scene){.name = "nobody withdraws", .per_night = 1000, .key = 7});
}

static void ballots_are_withdrawn(void **state)
{
    (void)state;
    for (unsigned char key = 1; key <= 3; key++)
        fails(&(struct scene){.name = "some withdraw", .per_night = 200, .withdrawn_permille = 5, .key = key});
    fails(&(struct scene){.name = "some withdraw", .per_night = 200, .withdrawn_permille = 5, .key = 133});
}

static void he_forces_a_level_with_his_own(void **state)
{
    (void)state;
    fails(&(struct scene){.name = "own lumps", .per_night = 200, .has_lumps = true, .key = 8});
    fails(&(struct scene){.name = "own lumps, some withdraw", .per_night = 200, .withdrawn_permille = 5, .has_lumps = true, .key = 9});
}

/* Few ballots: regions at first, provinces later, and both ways where ballots are withdrawn. */
static void it_collapses(void **state)
{
    (void)state;
    for (unsigned char key = 1; key <= 12; key++)
        for (unsigned i = 0; i < 6; i++) {
            const struct scene s = {.name = i < 3 ? "thin" : "thin, some withdraw", .per_night = i % 3 == 0 ? 8 : i % 3 == 1 ? 12 : 20,
                                    .withdrawn_permille = i < 3 ? 0 : 10, .key = key};
            struct verdict v = attack(&s, key % 2 == 0, true);
            assert_true(v.small > 100 && v.changes > 100);
            assert_true(v.learned == 0 && v.hidden_learned == 0 && v.changes_learned == 0);
        }
}

static void he_succeeds_where_levels_are_only_rounded(void **state)
{
    (void)state;
    size_t learned = 0, changes_learned = 0;
    for (unsigned char key = 1; key <= 6; key++) {
        struct verdict v = attack(&(struct scene){.name = "WEAKER: only rounded", .per_night = 200, .is_at_once = true, .key = key}, true, false);
        learned += v.learned;
        changes_learned += v.changes_learned;
    }
    assert_true(learned > 0 && changes_learned > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_withdraws_and_he_knows),
        cmocka_unit_test(ballots_are_withdrawn),
        cmocka_unit_test(it_collapses),
        cmocka_unit_test(he_forces_a_level_with_his_own),
        cmocka_unit_test(he_succeeds_where_levels_are_only_rounded),
    };
    return cmocka_run_group_tests_name("attacker_groups", tests, NULL, NULL);
}
