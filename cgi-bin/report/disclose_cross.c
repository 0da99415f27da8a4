/* Crossings as rows of stats/disclosure: see disclose_inner.h. */
#include "report/disclose_inner.h"

enum { SLOT_NOT_ASKED, SLOT_SKIPPED, SLOT_FIRST }; /* places in a question's slots: see form_node.slot */
enum { BOXES_OF_CROSS = 4, BOX_MISSING = BOXES_OF_CROSS, BOX_ROW_CELLS }; /* three boxes, don't know; no answer */

/* One crossing as its functions look at it. */
struct table {
    const struct disclose_worker *w;
    const struct form_cross *cross;
    const struct pub_cross *pub;
    const struct disclose_cross *at;
    const struct form_node *rows, *columns;
    size_t n_valid; /* parts before the rest */
};

static struct table table_of(const struct disclose_worker *w, size_t i)
{
    const struct pub_cross *p = &w->p->crosses[i];
    return (struct table){w, &w->in->figures->form->crosses[i], p, &w->crosses[i], w->nodes[p->row], w->nodes[p->column],
                          disclose_n_valid(w->nodes[p->row])};
}

static enum rc no_memory(const struct disclose_worker *w)
{
    return rc_set(w->e, RC_NOMEM, "no memory for the crossings of \"%s\"", w->p->slug);
}

/* The choice that is the `at`-th valid one. */
static size_t choice_of(const struct form_node *n, size_t at)
{
    size_t i = 0;
    for (size_t k = 0; i < n->choices->n; i++)
        if (!n->choices->items[i].is_dont_know && k++ == at)
            break;
    return i;
}

/* The cell of a full row that holds the ballots without an answer to the column question. */
static size_t missing_cell(const struct table *t)
{
    return t->columns->choices->n;
}

static bool has_missing(const struct table *t)
{
    return !disclose_is_empty(t->w, t->columns, DISCLOSE_SKIPPED) || !disclose_is_empty(t->w, t->columns, DISCLOSE_NOT_ASKED);
}

/* Parts that some ballot may be in. */
static size_t n_parts(const struct table *t)
{
    return t->n_valid + !disclose_has_no_rest(t->w, t->rows);
}

static size_t full_row(const struct table *t, size_t part)
{
    return t->at->first + part;
}

static size_t box_row(const struct table *t, size_t part)
{
    return t->at->is_grouped ? disclose_group_row(t->w, t->at->group, part, t->at->item) : t->at->boxes + part;
}

static bool has_boxes(const struct table *t)
{
    return t->at->is_grouped || t->at->boxes > 0;
}

/* How many choices are in a box, and the cell of the last of them. */
static size_t count_in_box(const struct form_node *n, size_t box, size_t *cell)
{
    size_t found = 0;
    for (size_t i = 0; i < n->choices->n; i++)
        if (disclose_box_of(&n->choices->items[i]) == box) {
            *cell = disclose_cell_of(n, i);
            found++;
        }
    return found;
}

/* ---- rows ---- */

/* Counts of a full row; the rest is what the valid parts leave of the questions' own counts. */
static void count_full(const struct table *t, size_t part, int64_t *cells)
{
    const int64_t *counts = t->w->in->figures->counts, *joint = counts + t->cross->slot;
    size_t n = t->columns->choices->n;
    bool is_rest = part == t->n_valid;
    int64_t total = is_rest ? t->w->in->figures->n_ballots : 0;
    for (size_t i = 0; i < t->n_valid; i++) {
        size_t choice = choice_of(t->rows, i);
        if (i == part || is_rest)
            total += (is_rest ? -1 : 1) * counts[t->rows->slot + SLOT_FIRST + choice];
        for (size_t k = 0; k < n && (i == part || is_rest); k++)
            cells[disclose_cell_of(t->columns, k)] += (is_rest ? -1 : 1) * joint[choice * n + k];
    }
    for (size_t k = 0; k < n; k++) {
        if (is_rest)
            cells[disclose_cell_of(t->columns, k)] += counts[t->columns->slot + SLOT_FIRST + k];
        total -= cells[disclose_cell_of(t->columns, k)];
    }
    cells[missing_cell(t)] = total;
}

/* A count that a group shows too is rounded as there. */
static void place_as_groups(const struct table *t, size_t part, struct disclosure_place *places)
{
    const struct disclosure_row *rows = t->w->rows;
    size_t cell = 0;
    for (size_t box = 0; t->at->is_grouped && box < BOXES_OF_CROSS; box++)
        if (count_in_box(t->columns, box, &cell) == 1)
            places[cell] = (struct disclosure_place){rows[box_row(t, part)].address, box};
    if (t->at->is_grouped || !t->at->is_turned || part == t->n_valid)
        return;
    size_t box = disclose_box_of(&t->rows->choices->items[choice_of(t->rows, part)]);
    for (size_t k = 0; k < disclose_n_valid(t->columns) && count_in_box(t->rows, box, &cell) == 1; k++)
        places[k] = (struct disclosure_place){
            rows[disclose_group_row(t->w, t->at->turned_group, k, t->at->turned_item)].address, box};
}

static const char *address_of(const struct table *t, size_t part, const char *end)
{
    const struct publication *p = t->w->p;
    const char *choice = part < t->n_valid ? t->rows->choices->items[choice_of(t->rows, part)].name : "";
    return arena_printf(t->w->a, "%s/%lld/%s*%s/%s%s", p->slug, (long long)p->version_no, t->rows->name, t->columns->name,
                        choice, end);
}

static enum rc make_full(const struct table *t, size_t part, struct disclosure_row *r)
{
    int64_t *counts = NULL;
    struct disclosure_place *places = NULL;
    size_t n = disclose_n_valid(t->columns);
    const struct disclose_shape shape = {
        .n_cells = t->columns->choices->n + 1, .n_whole = n > 0 ? n : 1, .has_places = true,
        .min_n = part == t->n_valid ? DISCLOSE_NEVER : has_boxes(t) ? DISCLOSURE_FULL_MIN : t->w->p->threshold};
    enum rc rc = disclose_begin_row(t->w, r, address_of(t, part, ""), &shape, &counts, &places);
    if (rc != RC_OK)
        return rc;
    count_full(t, part, counts);
    place_as_groups(t, part, places);
    for (size_t k = 0; k < shape.n_cells; k++)
        if (counts[k] < 0)
            return rc_set(t->w->e, RC_INPUT, "the counts of \"%s\" by \"%s\" do not add up: run \"tally --recount\"",
                          t->columns->name, t->rows->name);
    return RC_OK;
}

static enum rc make_boxes(const struct table *t, size_t part, struct disclosure_row *r)
{
    const struct disclosure_row *full = &t->w->rows[full_row(t, part)];
    int64_t *counts = NULL;
    struct disclosure_place *places = NULL;
    const struct disclose_shape shape = {.n_cells = BOX_ROW_CELLS, .n_whole = DISCLOSE_BOXES, .has_places = true,
                                         .min_n = part == t->n_valid ? DISCLOSE_NEVER : t->w->p->threshold,
                                         .is_frozen = full->state.is_shown};
    enum rc rc = disclose_begin_row(t->w, r, address_of(t, part, "/boxes"), &shape, &counts, &places);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < t->columns->choices->n; i++)
        counts[disclose_box_of(&t->columns->choices->items[i])] += full->counts[disclose_cell_of(t->columns, i)];
    counts[BOX_MISSING] = full->counts[missing_cell(t)];
    for (size_t box = 0, cell = 0; box < BOXES_OF_CROSS; box++)
        if (count_in_box(t->columns, box, &cell) == 1)
            places[box] = full->places[cell];
    places[BOX_MISSING] = full->places[missing_cell(t)];
    return RC_OK;
}

size_t disclose_cross_rows_max(const struct disclose_worker *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->p->n_crosses; i++)
        n += 2 * (w->p->crosses[i].n_rows + 1);
    return n;
}

enum rc disclose_cross_rows(struct disclose_worker *w)
{
    enum rc rc = RC_OK;
    w->crosses = arena_array(w->a, w->p->n_crosses + 1, sizeof *w->crosses);
    if (w->crosses == NULL)
        return no_memory(w);
    for (size_t i = 0; rc == RC_OK && i < w->p->n_crosses; i++) {
        struct disclose_cross *x = &w->crosses[i];
        const struct table t = table_of(w, i);
        *x = (struct disclose_cross){.first = w->n_rows, .n_parts = t.n_valid + 1};
        x->is_grouped = disclose_find_group(w, t.pub->row, t.pub->column, &x->group, &x->item);
        x->is_turned = disclose_find_group(w, t.pub->column, t.pub->row, &x->turned_group, &x->turned_item);
        if (w->boxes[t.pub->column] > 0 && !x->is_grouped)
            x->boxes = x->first + x->n_parts;
        w->n_rows += x->n_parts * (x->boxes > 0 ? 2 : 1);
        for (size_t part = 0; rc == RC_OK && part < x->n_parts; part++)
            rc = make_full(&t, part, &w->rows[full_row(&t, part)]);
        for (size_t part = 0; rc == RC_OK && x->boxes > 0 && part < x->n_parts; part++)
            rc = make_boxes(&t, part, &w->rows[box_row(&t, part)]);
    }
    return rc;
}

/* ---- sums ---- */

/* What a part is a part of: its cell of the row question; of the rest all that is no valid choice. */
static void add_part(const struct table *t, size_t part, struct disclose_terms *x)
{
    size_t states = disclose_states(t->rows);
    if (part < t->n_valid)
        disclose_terms_add(x, t->pub->row, disclose_cell_of(t->rows, choice_of(t->rows, part)));
    for (size_t k = t->n_valid; part == t->n_valid && k < states; k++) /* the valid cells come first */
        if (k + 2 < states || !disclose_is_empty(t->w, t->rows, k + 2 == states ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED))
            disclose_terms_add(x, t->pub->row, k);
}

/* A part = its choices and those without an answer; in boxes, if it has its own; and each box = its choices. */
static enum rc sum_part(const struct table *t, size_t part, struct disclosure_sum *sums, size_t *n_sums)
{
    size_t n = t->columns->choices->n, cell = 0;
    struct disclose_terms x;
    enum rc rc = disclose_terms_begin(t->w, &x, disclose_states(t->rows) + n + 1);
    if (rc != RC_OK)
        return rc;
    add_part(t, part, &x);
    disclose_terms_turn(&x);
    for (size_t k = 0; k < n + has_missing(t); k++)
        disclose_terms_add(&x, full_row(t, part), k);
    disclose_terms_end(&x, sums, n_sums);
    for (size_t box = 0; has_boxes(t) && box < BOXES_OF_CROSS; box++) {
        rc = disclose_terms_begin(t->w, &x, n + 1);
        if (rc != RC_OK)
            return rc;
        disclose_terms_add(&x, box_row(t, part), box);
        disclose_terms_turn(&x);
        for (size_t i = 0; i < n; i++)
            if (disclose_box_of(&t->columns->choices->items[i]) == box)
                disclose_terms_add(&x, full_row(t, part), disclose_cell_of(t->columns, i));
        disclose_terms_end(&x, sums, n_sums);
    }
    if (!has_boxes(t) || t->at->is_grouped)
        return RC_OK;
    rc = disclose_terms_begin(t->w, &x, disclose_states(t->rows) + BOX_ROW_CELLS);
    if (rc != RC_OK)
        return rc;
    add_part(t, part, &x);
    disclose_terms_turn(&x);
    for (size_t box = 0; box < BOX_ROW_CELLS; box++)
        if (box < BOXES_OF_CROSS ? count_in_box(t->columns, box, &cell) > 0 : has_missing(t))
            disclose_terms_add(&x, box_row(t, part), box);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

/* Of grouped boxes skipped and not asked are cells of their own: together they are the full row's. */
static enum rc sum_missing(const struct table *t, size_t part, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    enum rc rc = disclose_terms_begin(t->w, &x, 3);
    if (rc != RC_OK || !has_missing(t) || !has_boxes(t))
        return rc;
    disclose_terms_add(&x, full_row(t, part), missing_cell(t));
    disclose_terms_turn(&x);
    if (!t->at->is_grouped)
        disclose_terms_add(&x, box_row(t, part), BOX_MISSING);
    else
        for (int k = 0; k < 2; k++)
            if (!disclose_is_empty(t->w, t->columns, k == 0 ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED))
                disclose_terms_add(&x, box_row(t, part), (size_t)(BOXES_OF_CROSS + k));
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

/* A choice of the column question = that of all parts; k = all choices: those without an answer. */
static enum rc sum_column(const struct table *t, size_t k, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    size_t n = t->columns->choices->n;
    enum rc rc = disclose_terms_begin(t->w, &x, t->at->n_parts + 2);
    if (rc != RC_OK || (k == n && !has_missing(t)))
        return rc;
    if (k < n)
        disclose_terms_add(&x, t->pub->column, k);
    for (size_t i = 0; k == n && i < 2; i++)
        if (!disclose_is_empty(t->w, t->columns, i == 0 ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED))
            disclose_terms_add(&x, t->pub->column, n + i);
    disclose_terms_turn(&x);
    for (size_t part = 0; part < n_parts(t); part++)
        disclose_terms_add(&x, full_row(t, part), k);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

static enum rc sum_boxes(const struct table *t, size_t box, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    size_t cell = 0;
    enum rc rc = disclose_terms_begin(t->w, &x, t->at->n_parts + 1);
    if (rc != RC_OK || t->at->boxes == 0 || count_in_box(t->columns, box, &cell) == 0)
        return rc;
    disclose_terms_add(&x, t->w->boxes[t->pub->column], box);
    disclose_terms_turn(&x);
    for (size_t part = 0; part < n_parts(t); part++)
        disclose_terms_add(&x, box_row(t, part), box);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

/* A five-point row question by levels of the column question: a group's box = the rows of its points. */
static enum rc sum_turned(const struct table *t, size_t level, size_t box, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    enum rc rc = disclose_terms_begin(t->w, &x, t->at->n_parts + 1);
    if (rc != RC_OK)
        return rc;
    disclose_terms_add(&x, disclose_group_row(t->w, t->at->turned_group, level, t->at->turned_item), box);
    disclose_terms_turn(&x);
    for (size_t part = 0; part < t->n_valid; part++)
        if (disclose_box_of(&t->rows->choices->items[choice_of(t->rows, part)]) == box)
            disclose_terms_add(&x, full_row(t, part), level);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

size_t disclose_cross_sums_max(const struct disclose_worker *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->p->n_crosses; i++) {
        const struct table t = table_of(w, i);
        n += (t.n_valid + 1) * (BOXES_OF_CROSS + 3) + (t.columns->choices->n + 1) * (DISCLOSE_BOXES + 1) + BOXES_OF_CROSS;
    }
    return n;
}

enum rc disclose_cross_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < w->p->n_crosses; i++) {
        const struct table t = table_of(w, i);
        for (size_t part = 0; rc == RC_OK && part < n_parts(&t); part++) {
            rc = sum_part(&t, part, sums, n_sums);
            if (rc == RC_OK)
                rc = sum_missing(&t, part, sums, n_sums);
        }
        for (size_t k = 0; rc == RC_OK && k <= t.columns->choices->n; k++)
            rc = sum_column(&t, k, sums, n_sums);
        for (size_t box = 0; rc == RC_OK && box < BOXES_OF_CROSS; box++)
            rc = sum_boxes(&t, box, sums, n_sums);
        for (size_t k = 0; rc == RC_OK && t.at->is_turned && k < DISCLOSE_BOXES * disclose_n_valid(t.columns); k++)
            rc = sum_turned(&t, k / DISCLOSE_BOXES, k % DISCLOSE_BOXES, sums, n_sums);
    }
    return rc;
}
