/* attacker: a grid of four five-point questions, two levels, three crossings (one of a level by an item, one of
 * an item by the level, one of two items), straight lines and three waves of the
 * items and of the level, as publication_disclose publishes
 * them, beside the questions and groups. What adds up to what is declared here anew: see lib/attacker.h. */
#include "../lib/attacker.h"

#include "report/disclose.h"
#include "report/trend.h"

enum { A, B, C, D, ITEMS, G = ITEMS, QUESTIONS, LEVELS = 3, NONE = LEVELS, WAVES = 3, PARTS = 2 * WAVES, POINTS = 5, CHOICES,
       SKIPPED = CHOICES, STATES, FULL_CELLS = CHOICES + 2, BOX_CELLS = 6, MISSING = CHOICES,
       ITEM_SLOTS = 8, G_SLOT = ITEMS * ITEM_SLOTS, GA_SLOT = G_SLOT + LEVELS + 2, AB_SLOT = GA_SLOT + LEVELS * CHOICES,
       CG_SLOT = AB_SLOT + CHOICES * CHOICES, GRID_SLOT = CG_SLOT + CHOICES * LEVELS, SLOTS = GRID_SLOT + CHOICES,
       KEPT_MAX = 12000, WAVE_NIGHTS = 20, GAP_NIGHTS = 6 /* after each wave */ };
static const struct form_choice points[] = {{.name = "5"}, {.name = "4"}, {.name = "3"}, {.name = "2"}, {.name = "1"},
                                            {.name = "dk", .is_dont_know = true}};
static const struct form_choice levels[] = {{.name = "x"}, {.name = "y"}, {.name = "z"}};
static const struct form_choices unsure = {.list_name = "unsure", .n = CHOICES, .items = points}, three = {.list_name = "three", .n = LEVELS, .items = levels};
static const size_t box_of[] = {0, 0, 1, 2, 2, 3, 4};
static const char *const names[] = {"a", "b", "c", "d"}, *const days[] = {"2000-01-02", "2000-01-22", "2000-02-11"};
static const size_t grid_items[] = {A, B, C, D};
static const struct form_grid grid = {ITEMS, grid_items, GRID_SLOT};
static const struct form_cross crosses[] = {{G, A, GA_SLOT}, {A, B, AB_SLOT}, {C, G, CG_SLOT}};

struct ballot {
    size_t of[ITEMS], level, wave; /* of: points, 5 don't know, 6 skipped */
};

struct tables {
    struct world w;
    struct form_node nodes[QUESTIONS];
    struct form form;
    struct arena a;
    int32_t slots[LEVELS + 1][SLOTS];
    int64_t n[LEVELS + 1], sums[SLOTS], wave_sums[WAVES][SLOTS], wave_n[WAVES];
    unsigned char profile[LEVELS + 1];
    struct figures_cell cells[LEVELS + 1];
    struct disclose_kept kept[KEPT_MAX];
    bool has_gaps; /* some ballots are in no wave */
    size_t n_kept, ballots, wave_ballots[PARTS], g, full[ITEMS], box[ITEMS], level[ITEMS][LEVELS + 1], ga[LEVELS + 1],
        ab[POINTS + 1], ab_box[POINTS + 1], cg[POINTS + 1], straight, without[ITEMS], wave[ITEMS][PARTS], wave_g[PARTS];
    size_t n_without_shown, n_waves_shown, n_cross_shown, n_straight_shown, n_weighted, n_levels_shown;
};

/* ---- his tables ---- */

static size_t add_row(struct world *w, size_t n_cells, size_t n_whole, int64_t min_n, const char *address)
{
    size_t i = w->n_rows++;
    assert_true(i < ROWS_MAX && w->n_cells + n_cells <= CELLS_MAX && strlen(address) < ADDRESS);
    (void)snprintf(w->address[i], ADDRESS, "%s", address);
    w->rows[i] = (struct disclosure_row){.address = w->address[i], .min_n = min_n, .n_cells = n_cells, .n_whole = n_whole};
    w->first[i] = w->n_cells;
    for (size_t k = 0; k < n_cells; k++)
        w->row_of[w->n_cells++] = i;
    return i;
}

static size_t named_row(struct world *w, size_t n_cells, size_t n_whole, int64_t min_n, const char *format, const char *a, const char *b)
{
    char address[ADDRESS];
    if (b != NULL)
        (void)snprintf(address, sizeof address, "s/1/%s/%s%s", a, b, format);
    else
        (void)snprintf(address, sizeof address, "s/1/%s%s", a, format);
    return add_row(w, n_cells, n_whole, min_n, address);
}

static void alike(struct world *w, size_t row_a, size_t cell_a, size_t row_b, size_t cell_b)
{
    assert_true(w->n_alike < ROWS_MAX);
    w->alike[w->n_alike][0] = w->first[row_a] + cell_a;
    w->alike[w->n_alike++][1] = w->first[row_b] + cell_b;
}

static void term(struct tables *x, size_t row, size_t cell)
{
    add_term(&x->w, (ptrdiff_t)row, cell);
}

static void whole_row(struct tables *x, size_t row)
{
    for (size_t k = 0; k < x->w.rows[row].n_cells; k++)
        term(x, row, k);
}

static void end(struct tables *x)
{
    x->w.n_sums++;
}

/* A wave, and the gap after it. */
static size_t last_night(const struct tables *x, size_t wave)
{
    return (wave + 1) * WAVE_NIGHTS - (x->has_gaps ? GAP_NIGHTS : 0);
}

static void known_days(struct tables *x, size_t part, size_t cell)
{
    x->w.opens[cell] = part < WAVES ? part * WAVE_NIGHTS : last_night(x, part - WAVES);
    x->w.closes[cell] = part < WAVES ? last_night(x, part) : (part - WAVES + 1) * WAVE_NIGHTS;
}

static void build_rows(struct tables *x)
{
    struct world *w = &x->w;
    const int64_t five = DISCLOSURE_FULL_MIN, min = DISCLOSURE_ROW_MIN;
    x->ballots = add_row(w, 1, 1, min, "ballots");
    for (size_t v = 0; v < PARTS; v++)
        x->wave_ballots[v] = add_row(w, 1, 1, min, "ballots of a wave");
    x->g = named_row(w, LEVELS + 2, LEVELS, min, "", "g", NULL);
    for (size_t q = 0; q < ITEMS; q++) {
        x->full[q] = named_row(w, FULL_CELLS, POINTS, five, "", names[q], NULL);
        x->box[q] = named_row(w, BOX_CELLS, 3, min, "/boxes", names[q], NULL);
        x->without[q] = named_row(w, 3, 3, min, "/without", names[q], NULL);
        for (size_t l = 0; l <= LEVELS; l++) {
            char by[16];
            (void)snprintf(by, sizeof by, "g/%s", l < LEVELS ? levels[l].name : "");
            x->level[q][l] = named_row(w, BOX_CELLS, 3, min, "", by, names[q]);
        }
        for (size_t v = 0; v < PARTS; v++) {
            char by[16];
            (void)snprintf(by, sizeof by, "@%s", v < WAVES ? days[v] : "");
            x->wave[q][v] = named_row(w, BOX_CELLS, 3, min, "", by, names[q]);
            for (size_t k = 0; k < BOX_CELLS; k++)
                known_days(x, v, w->first[x->wave[q][v]] + k);
        }
    }
    for (size_t l = 0; l <= LEVELS; l++)
        x->ga[l] = named_row(w, CHOICES + 1, POINTS, five, "", "g*a", l < LEVELS ? levels[l].name : "");
    for (size_t p = 0; p <= POINTS; p++) {
        const char *point = p < POINTS ? points[p].name : "";
        x->ab[p] = named_row(w, CHOICES + 1, POINTS, five, "", "a*b", point);
        x->ab_box[p] = named_row(w, 5, 3, min, "/boxes", "a*b", point);
        x->cg[p] = named_row(w, LEVELS + 1, LEVELS, min, "", "c*g", point);
    }
    x->straight = named_row(w, 3, 3, min, "/straight", "a", NULL);
    for (size_t v = 0; v < PARTS; v++) {
        char by[16];
        (void)snprintf(by, sizeof by, "@%s", v < WAVES ? days[v] : "");
        x->wave_g[v] = named_row(w, LEVELS + 2, LEVELS, min, "", by, "g");
        for (size_t k = 0; k < LEVELS + 2; k++)
            known_days(x, v, w->first[x->wave_g[v]] + k);
        known_days(x, v, w->first[x->wave_ballots[v]]);
    }
}

/* a is required; all are asked; g may be skipped. What he knows to be nobody. */
static void build_empty(struct tables *x)
{
    struct world *w = &x->w;
    for (size_t q = 0; q < ITEMS; q++) {
        size_t *rows[] = {&x->box[q], x->level[q], x->wave[q]};
        const size_t n[] = {1, LEVELS + 1, PARTS};
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < n[i]; k++) {
                w->is_empty[w->first[rows[i][k]] + 5] = true;
                w->is_empty[w->first[rows[i][k]] + 4] = q == A;
            }
        w->is_empty[w->first[x->full[q]] + CHOICES + 1] = true;
        w->is_empty[w->first[x->full[q]] + CHOICES] = q == A;
        for (size_t k = 0; k < BOX_CELLS * WAVES && !x->has_gaps; k++)
            w->is_empty[w->first[x->wave[q][WAVES + k / BOX_CELLS]] + k % BOX_CELLS] = true;
    }
    w->is_empty[w->first[x->g] + LEVELS + 1] = true;
    for (size_t v = 0; v < PARTS; v++)
        for (size_t k = 0; k < LEVELS + 2; k++)
            w->is_empty[w->first[x->wave_g[v]] + k] = k == LEVELS + 1 || (v >= WAVES && !x->has_gaps);
    for (size_t v = WAVES; v < PARTS; v++)
        w->is_empty[w->first[x->wave_ballots[v]]] = !x->has_gaps;
    for (size_t l = 0; l <= LEVELS; l++)
        w->is_empty[w->first[x->ga[l]] + MISSING] = true;
}

/* The same count has one offset. */
static void build_alike(struct tables *x)
{
    struct world *w = &x->w;
    for (size_t q = 0; q < ITEMS; q++) {
        alike(w, x->full[q], 2, x->box[q], 1);
        alike(w, x->full[q], 5, x->box[q], 3);
        alike(w, x->full[q], 6, x->box[q], 4);
        for (size_t k = 0; k < BOX_CELLS; k++)
            alike(w, x->box[q], k, x->wave[q][0], k);
    }
    for (size_t k = 0; k < LEVELS + 2; k++)
        alike(w, x->g, k, x->wave_g[0], k);
    for (size_t l = 0; l < LEVELS; l++) {
        alike(w, x->ga[l], 2, x->level[A][l], 1);
        alike(w, x->ga[l], 5, x->level[A][l], 3);
        alike(w, x->cg[2], l, x->level[C][l], 1);
    }
    for (size_t p = 0; p < POINTS; p++) {
        alike(w, x->ab[p], 2, x->ab_box[p], 1);
        alike(w, x->ab[p], 5, x->ab_box[p], 3);
        alike(w, x->ab[p], MISSING, x->ab_box[p], 4);
    }
}

/* `row` of boxes = the points of `full`; cells beyond them one by one. */
static void sum_points(struct tables *x, size_t row, size_t full, size_t n_boxes)
{
    for (size_t k = 0; k < n_boxes; k++) {
        term(x, row, k);
        turn_side(&x->w);
        for (size_t c = 0; c < STATES; c++)
            if (box_of[c] == k)
                term(x, full, c);
        end(x);
    }
}

/* Each of the first n cells of `row` = that of all parts. */
static void sum_parts(struct tables *x, size_t row, const size_t *parts, size_t n_parts, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        term(x, row, k);
        turn_side(&x->w);
        for (size_t i = 0; i < n_parts; i++)
            term(x, parts[i], k);
        end(x);
    }
}

/* A cell (or, from it on, all up to `to`) = all of another row. */
static void sum_row(struct tables *x, size_t row, size_t from, size_t to, size_t part)
{
    for (size_t k = from; k <= to; k++)
        term(x, row, k);
    turn_side(&x->w);
    whole_row(x, part);
    end(x);
}

static void build_item_sums(struct tables *x, size_t q)
{
    sum_row(x, x->ballots, 0, 0, x->full[q]);
    sum_row(x, x->ballots, 0, 0, x->box[q]);
    sum_points(x, x->box[q], x->full[q], 5);
    sum_parts(x, x->box[q], x->level[q], LEVELS + 1, BOX_CELLS);
    sum_parts(x, x->box[q], x->wave[q], PARTS, BOX_CELLS);
    sum_parts(x, x->box[q], (size_t[]){x->straight, x->without[q]}, 2, 3);
    for (size_t l = 0; l < LEVELS; l++)
        sum_row(x, x->g, l, l, x->level[q][l]);
    sum_row(x, x->g, LEVELS, LEVELS + 1, x->level[q][NONE]);
    for (size_t v = 0; v < PARTS; v++)
        sum_row(x, x->wave_ballots[v], 0, 0, x->wave[q][v]);
}

static void build_sums(struct tables *x)
{
    for (size_t q = 0; q < ITEMS; q++)
        build_item_sums(x, q);
    sum_row(x, x->ballots, 0, 0, x->g);
    sum_parts(x, x->ballots, x->wave_ballots, PARTS, 1);
    sum_parts(x, x->g, x->wave_g, PARTS, LEVELS + 2);
    for (size_t v = 0; v < PARTS; v++)
        sum_row(x, x->wave_ballots[v], 0, 0, x->wave_g[v]);
    sum_parts(x, x->full[A], x->ga, LEVELS + 1, CHOICES);
    sum_parts(x, x->full[B], x->ab, POINTS + 1, CHOICES + 1);
    sum_parts(x, x->box[B], x->ab_box, POINTS + 1, 5);
    sum_parts(x, x->g, x->cg, POINTS + 1, LEVELS + 1);
    for (size_t l = 0; l <= LEVELS; l++) {
        sum_points(x, x->level[A][l], x->ga[l], 4);
        sum_row(x, x->g, l, l < LEVELS ? l : LEVELS + 1, x->ga[l]);
    }
    for (size_t p = 0; p <= POINTS; p++) {
        sum_points(x, x->ab_box[p], x->ab[p], 5);
        sum_row(x, x->full[A], p, p < POINTS ? p : CHOICES + 1, x->ab[p]);
        sum_row(x, x->full[A], p, p < POINTS ? p : CHOICES + 1, x->ab_box[p]);
        sum_row(x, x->full[C], p, p < POINTS ? p : CHOICES + 1, x->cg[p]);
    }
    for (size_t l = 0; l < LEVELS; l++)
        for (size_t k = 0; k < 3; k++) { /* an item by the level, read the other way */
            term(x, x->level[C][l], k);
            turn_side(&x->w);
            for (size_t p = 0; p < POINTS; p++)
                if (box_of[p] == k)
                    term(x, x->cg[p], l);
            end(x);
        }
    for (size_t k = 0; k < 3; k++) { /* who answered a and b alike may have answered all alike */
        for (size_t p = 0; p < POINTS; p++)
            if (box_of[p] == k)
                term(x, x->ab[p], p);
        turn_side(&x->w);
        term(x, x->straight, k);
        add_term(&x->w, DISCLOSURE_UNSEEN, 0);
        end(x);
    }
}

static void build(struct tables *x)
{
    for (size_t q = 0; q < ITEMS; q++)
        x->nodes[q] = (struct form_node){.type = FORM_SELECT_ONE, .name = names[q], .is_likert = true, .is_required = q == A, .choices = &unsure,
                                         .slot = q * ITEM_SLOTS, .n_slots = ITEM_SLOTS, .parent = SIZE_MAX, .offset = (uint16_t)q, .width = 1};
    x->nodes[G] = (struct form_node){.type = FORM_SELECT_ONE, .name = "g", .is_profile = true, .choices = &three, .slot = G_SLOT,
                                     .n_slots = LEVELS + 2, .parent = SIZE_MAX, .offset = ITEMS, .width = 1};
    x->form = (struct form){.slug = "s", .n_langs = 1, .langs = {"en"}, .sample = FORM_OPEN, .n_nodes = QUESTIONS, .nodes = x->nodes, .n_slots = SLOTS,
                            .codes_len = QUESTIONS, .n_crosses = 3, .crosses = crosses, .n_grids = 1, .grids = &grid};
    build_rows(x);
    build_empty(x);
    build_alike(x);
    build_sums(x);
    for (size_t l = 0; l <= LEVELS; l++) {
        x->profile[l] = l < LEVELS ? (unsigned char)(l + 2) : 1;
        x->cells[l] = (struct figures_cell){.profile = &x->profile[l], .counts = x->slots[l]};
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

static struct ballot cast(struct tables *x, size_t night)
{
    static const unsigned level[] = {600, 300, 70, 30}, likert[] = {390, 400, 150, 40, 10, 10}, weak[] = {200, 300, 300, 80, 60, 30, 30};
    struct ballot b = {.wave = night / WAVE_NIGHTS};
    b.wave += night >= last_night(x, b.wave) ? WAVES : 0;
    b.level = pick(&x->w, level);
    for (size_t q = 0; q < ITEMS; q++)
        b.of[q] = pick(&x->w, q == A ? likert : weak);
    if (draw(&x->w, 8) == 0)
        b.of[B] = b.of[C] = b.of[D] = b.of[A];
    return b;
}

static void count_slots(struct tables *x, const struct ballot *b, int32_t sign)
{
    int32_t *slot = x->slots[b->level];
    bool is_straight = b->of[A] < CHOICES;
    int64_t *const wave = b->wave < WAVES ? x->wave_sums[b->wave] : NULL;
    size_t at[16], n = 0;
    x->n[b->level] += sign;
    for (size_t q = 0; q < ITEMS; q++) {
        at[n++] = q * ITEM_SLOTS + (b->of[q] < CHOICES ? 2 + b->of[q] : 1);
        is_straight = is_straight && b->of[q] == b->of[A];
    }
    at[n++] = G_SLOT + (b->level < LEVELS ? 2 + b->level : 1);
    if (b->level < LEVELS)
        at[n++] = GA_SLOT + b->level * CHOICES + b->of[A];
    if (b->of[B] < CHOICES)
        at[n++] = AB_SLOT + b->of[A] * CHOICES + b->of[B];
    if (b->of[C] < CHOICES && b->level < LEVELS)
        at[n++] = CG_SLOT + b->of[C] * LEVELS + b->level;
    if (is_straight)
        at[n++] = GRID_SLOT + b->of[A];
    if (wave != NULL)
        x->wave_n[b->wave] += sign;
    for (size_t i = 0; i < n; i++) {
        slot[at[i]] += sign;
        if (wave != NULL)
            wave[at[i]] += sign;
    }
}

static void count(struct tables *x, int64_t *cells, const struct ballot *b, int32_t sign)
{
    const struct world *w = &x->w;
    bool is_straight = b->of[A] < POINTS;
    count_slots(x, b, sign);
    cells[w->first[x->ballots]] += sign;
    cells[w->first[x->wave_ballots[b->wave]]] += sign;
    cells[w->first[x->g] + b->level] += sign;
    cells[w->first[x->wave_g[b->wave]] + b->level] += sign;
    for (size_t q = 0; q < ITEMS; q++) {
        size_t box = box_of[b->of[q]];
        is_straight = is_straight && b->of[q] == b->of[A];
        cells[w->first[x->full[q]] + b->of[q]] += sign;
        cells[w->first[x->box[q]] + box] += sign;
        cells[w->first[x->level[q][b->level]] + box] += sign;
        cells[w->first[x->wave[q][b->wave]] + box] += sign;
    }
    for (size_t q = 0; q < ITEMS; q++)
        if (!is_straight && box_of[b->of[q]] < 3)
            cells[w->first[x->without[q]] + box_of[b->of[q]]] += sign;
    if (is_straight)
        cells[w->first[x->straight] + box_of[b->of[A]]] += sign;
    size_t a = b->of[A] < POINTS ? b->of[A] : POINTS, c = b->of[C] < POINTS ? b->of[C] : POINTS;
    cells[w->first[x->ga[b->level]] + b->of[A]] += sign;
    cells[w->first[x->ab[a]] + b->of[B]] += sign; /* 6: missing */
    cells[w->first[x->ab_box[a]] + box_of[b->of[B]]] += sign;
    cells[w->first[x->cg[c]] + b->level] += sign; /* LEVELS: missing */
}

static void keep(struct tables *x, const struct disclose_kept *k, size_t night)
{
    struct world *w = &x->w;
    size_t at = x->n_kept++, row = 0;
    assert_true(x->n_kept <= KEPT_MAX);
    for (; at > 0 && strcmp(x->kept[at - 1].address, k->address) > 0; at--)
        x->kept[at] = x->kept[at - 1];
    x->kept[at] = *k;
    while (row < w->n_rows && strcmp(w->address[row], k->address) != 0)
        row++;
    if (row == w->n_rows || k->n_cells != w->rows[row].n_cells)
        fail_msg("\"%s\" is kept with %zu cells", k->address, k->n_cells);
    assert_true(strstr(k->address, "//") == NULL && k->address[strlen(k->address) - 1] != '/'); /* rests are never published */
    w->rows[row].state = (struct disclosure_state){k->is_shown, k->last_n, k->day};
    w->is_new[night][row] = k->is_shown;
    for (size_t c = 0; c < k->n_cells; c++)
        w->v[night][w->first[row] + c] = k->shown[c];
}

/* What a table shows is what was kept of its row. */
static void check_row(const struct tables *x, size_t night, size_t row, const struct pub_row *r, size_t n)
{
    assert_int_equal(r->is_suppressed, !x->w.rows[row].state.is_shown);
    for (size_t k = 0; !r->is_suppressed && k < n; k++) {
        int64_t v = x->w.v[night][x->w.first[row] + k];
        assert_int_equal(r->shares[k].count, v < r->n ? v : r->n);
        assert_false(r->shares[k].is_weighted || r->shares[k].has_interval);
    }
}

static void check_tables(struct tables *x, const struct publication *p, size_t night)
{
    assert_true(p->n_crosses == 3 && p->n_grids == 1 && p->n_waves == WAVES && p->n_trends == QUESTIONS);
    for (size_t l = 0; l < LEVELS; l++) {
        const struct pub_row *r = &p->crosses[0].rows[l];
        check_row(x, night, r->is_boxes ? x->level[A][l] : x->ga[l], r, r->is_boxes ? 3 : POINTS);
        x->n_cross_shown += !r->is_suppressed;
    }
    for (size_t k = 0; k < POINTS; k++) {
        const struct pub_row *r = &p->crosses[1].rows[k];
        check_row(x, night, r->is_boxes ? x->ab_box[k] : x->ab[k], r, r->is_boxes ? 3 : POINTS);
        check_row(x, night, x->cg[k], &p->crosses[2].rows[k], LEVELS);
        x->n_cross_shown += !r->is_suppressed;
    }
    for (size_t q = 0; q < ITEMS; q++) {
        assert_int_equal(x->w.rows[x->without[q]].state.day, 0); /* never kept */
        x->n_without_shown += !p->grids[0].without[q].is_suppressed;
        x->n_weighted += p->questions[q].top2.is_weighted;
        for (size_t v = 0; v < WAVES; v++) {
            const struct pub_row *r = &p->trends[q].points[v].row;
            check_row(x, night, x->wave[q][v], r, 3);
            assert_true(r->is_suppressed || night >= last_night(x, v));
            x->n_waves_shown += !r->is_suppressed;
        }
    }
    for (size_t v = 0; v < WAVES; v++) {
        const struct pub_row *r = &p->trends[G].points[v].row;
        check_row(x, night, x->wave_g[v], r, LEVELS);
        x->n_levels_shown += !r->is_suppressed;
    }
    x->n_straight_shown += !p->grids[0].straight.is_suppressed;
}

/* What is written can be read, and is written again alike. */
static void check_json(struct tables *x, const struct publication *p)
{
    struct buf first, second;
    struct publication *back = NULL;
    struct rc_info e = {0};
    buf_init(&first, 4 << 20);
    buf_init(&second, 4 << 20);
    assert_int_equal(publication_to_json(p, &first, &e), RC_OK);
    if (publication_from_json(first.p, first.len, &x->a, &back, &e) != RC_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(publication_to_json(back, &second, &e), RC_OK);
    assert_string_equal(first.p, second.p);
    buf_release(&first);
    buf_release(&second);
}

static void publish(struct tables *x, const struct scene *s, size_t night)
{
    static double population[] = {0.4e6, 0.4e6, 0.2e6};
    const struct margins margins = {.as_of = "2000-01-01", .source = "the office", .total = 1e6, .n = 1, .items = {{G, population}}};
    struct publication p;
    struct rc_info e = {0};
    struct disclose_kept *fresh = NULL;
    size_t n_fresh = 0;
    struct figures_wave waves[WAVES];
    struct trend_wave parts[WAVES];
    bool is_comparable[QUESTIONS] = {true, true, true, true, true};
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {s->key};
    struct figures_input in = {.form = &x->form, .version_no = 1, .counts = x->sums, .first_day = "", .last_day = "", .n_cells = LEVELS + 1, .first_opening = 1,
                               .cells = x->cells, .margins = &margins, .n_waves = WAVES, .waves = waves};
    memset(x->sums, 0, sizeof x->sums);
    for (size_t l = 0; l <= LEVELS; l++) {
        x->cells[l].n = x->n[l];
        in.n_ballots += x->n[l];
        for (size_t k = 0; k < SLOTS; k++)
            x->sums[k] += x->slots[l][k];
    }
    for (size_t v = 0; v < WAVES; v++) {
        waves[v] = (struct figures_wave){.first_day = days[v], .first = (int32_t)(v * WAVE_NIGHTS + 1), .last = (int32_t)last_night(x, v), .last_opening = (int32_t)last_night(x, v), .n_ballots = x->wave_n[v], .counts = x->wave_sums[v]};
        parts[v] = (struct trend_wave){.name = days[v], .first_day = days[v], .last_day = days[v], .is_comparable = is_comparable};
    }
    assert_int_equal(figures_make(&in, &x->a, &p, &e), RC_OK);
    assert_int_equal(trend_make(&in, parts, WAVES, &x->a, &p, &e), RC_OK);
    const struct disclose_input d = {.figures = &in, .key = key, .today = (int32_t)night + 1, .kept = x->kept, .n_kept = x->n_kept};
    if (publication_disclose(&p, &d, &x->a, &fresh, &n_fresh, &e) != RC_OK)
        fail_msg("%s", e.msg);
    for (size_t i = 0; i < n_fresh; i++)
        keep(x, &fresh[i], night);
    check_tables(x, &p, night);
    if (night % 10 == 9)
        check_json(x, &p);
}

/* Against him without the engine: every row is rounded and published every night. */
static void publish_all(struct tables *x, const struct scene *s, size_t night)
{
    struct world *w = &x->w;
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {s->key};
    for (size_t i = x->g; i < w->n_rows; i++) {
        size_t len = strlen(w->address[i]);
        w->is_new[night][i] = strstr(w->address[i], "//") == NULL && strstr(w->address[i], "@/") == NULL && w->address[i][len - 1] != '/';
        for (size_t k = 0; k < w->rows[i].n_cells; k++)
            w->v[night][w->first[i] + k] = disclosure_round(key, w->address[i], k, w->g[night][w->first[i] + k]);
        w->rows[i].state = (struct disclosure_state){w->is_new[night][i], 0, (int32_t)night + 1};
    }
    w->n_alike = 0;
}

static void run_nights(struct tables *x, const struct scene *s)
{
    struct world *w = &x->w;
    struct ballot *all = calloc(NIGHTS * s->per_night, sizeof *all);
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
            all[n] = cast(x, t);
            count(x, w->g[t], &all[n++], 1);
        }
        size_t cast_at = t % 5 == 4 ? t - 2 : t, wave = cast_at / WAVE_NIGHTS;
        const struct ballot lump = {{4, 4, 4, 4}, 2, cast_at < last_night(x, wave) ? wave : WAVES + wave};
        for (size_t i = 0; i < DISCLOSURE_STEP && s->has_lumps && (t % 5 == 2 || t % 5 == 4); i++)
            count(x, w->own[t], &lump, t % 5 == 2 ? 1 : -1);
        (s->is_at_once ? publish_all : publish)(x, s, t);
        for (size_t i = 0; i < w->n_rows; i++) {
            w->is_seen[t][i] = w->rows[i].state.is_shown;
            if (w->is_seen[t][i] && strchr(w->address[i], '@') == NULL) /* a wave that is over does not change */
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

static struct verdict attack(const struct scene *s, bool has_gaps)
{
    struct tables *x = calloc(1, sizeof *x);
    struct verdict out = {0};
    assert_non_null(x);
    arena_init(&x->a, (size_t)2 << 30);
    x->w.random = 88172645463325252u + s->key * 977u;
    x->has_gaps = has_gaps;
    build(x);
    run_nights(x, s);
    infer(&x->w, s);
    judge(&x->w, s, &out);
    qsort(x->w.ages, x->w.n_ages, sizeof *x->w.ages, by_value);
    print_message("%-28s %4zu a night%s: counts under 10: %zu of %zu learned; in hidden rows: %zu of %zu; changes under 10: %zu of %zu; "
                  "touched by his votes: %zu of %zu, %zu of %zu; shown a night, of 8 crossed rows %.1f, of 12 waves' %.1f and 3 of the level's %.1f, straight lines %.2f, "
                  "weighted %.1f of 4; rows' age: median %lld, nine in ten %lld, max %lld nights\n",
                  s->name, s->per_night, has_gaps ? ", gaps" : "", out.learned, out.small, out.hidden_learned, out.hidden, out.changes_learned,
                  out.changes, out.his_learned, out.his, out.his_changes_learned, out.his_changes, (double)x->n_cross_shown / NIGHTS,
                  (double)x->n_waves_shown / NIGHTS, (double)x->n_levels_shown / NIGHTS, (double)x->n_straight_shown / NIGHTS, (double)x->n_weighted / NIGHTS,
                  x->w.n_ages ? (long long)x->w.ages[x->w.n_ages / 2] : -1, x->w.n_ages ? (long long)x->w.ages[x->w.n_ages * 9 / 10] : -1,
                  x->w.n_ages ? (long long)x->w.ages[x->w.n_ages - 1] : -1);
    if (!s->is_at_once) /* and the tables are of use */
        assert_true(x->n_cross_shown >= 4 * NIGHTS && x->n_straight_shown > NIGHTS / 2 && x->n_without_shown > NIGHTS && x->n_weighted > 0);
    if (!s->is_at_once && (has_gaps || s->withdrawn_permille == 0)) /* a wave that shrinks at once may be held for good */
        assert_true(x->n_waves_shown >= 2 * NIGHTS && x->n_levels_shown >= NIGHTS / 2);
    arena_release(&x->a);
    free(x);
    assert_int_equal(out.wrong, 0); /* the truth is always among what he thinks possible */
    return out;
}

/* ---- tests ---- */

static void fails(const struct scene *s, bool has_gaps)
{
    struct verdict v = attack(s, has_gaps);
    assert_true(v.small > 300 && v.changes > 2000); /* there was something to learn */
    assert_int_equal(v.learned, 0);
    assert_int_equal(v.hidden_learned, 0);
    assert_int_equal(v.changes_learned, 0);
}

static void nobody_withdraws_and_he_knows(void **state)
{
    (void)state;
    for (unsigned char key = 1; key <= 3; key++)
        fails(&(struct scene){.name = "nobody withdraws", .per_night = 200, .key = key}, key % 2 == 0);
    fails(&(struct scene){.name = "nobody withdraws", .per_night = 1000, .key = 4}, false);
    fails(&(struct scene){.name = "nobody withdraws", .per_night = 1000, .key = 5}, true);
}

static void ballots_are_withdrawn(void **state)
{
    (void)state;
    fails(&(struct scene){.name = "some withdraw", .per_night = 200, .withdrawn_permille = 5, .key = 6}, true);
    fails(&(struct scene){.name = "some withdraw", .per_night = 1000, .withdrawn_permille = 5, .key = 7}, false);
}

static void he_forces_rows_with_his_own(void **state)
{
    (void)state;
    fails(&(struct scene){.name = "own lumps", .per_night = 200, .has_lumps = true, .key = 8}, true);
    fails(&(struct scene){.name = "own lumps, some withdraw", .per_night = 1000, .withdrawn_permille = 5, .has_lumps = true, .key = 9}, true);
}

static void he_succeeds_where_tables_are_only_rounded(void **state)
{
    (void)state;
    struct verdict v = attack(&(struct scene){.name = "WEAKER: only rounded", .per_night = 200, .is_at_once = true, .key = 1}, false);
    assert_true(v.learned > 0 && v.changes_learned > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_withdraws_and_he_knows),
        cmocka_unit_test(ballots_are_withdrawn),
        cmocka_unit_test(he_forces_rows_with_his_own),
        cmocka_unit_test(he_succeeds_where_tables_are_only_rounded),
    };
    return cmocka_run_group_tests_name("attacker_tables", tests, NULL, NULL);
}
