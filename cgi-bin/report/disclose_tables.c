/* Crossings and grids with the figures that stand. */
#include "report/disclose_inner.h"
#include "stats/chisq.h"

static enum rc no_memory(const struct disclose_worker *w)
{
    return rc_set(w->e, RC_NOMEM, "no memory for the tables of \"%s\"", w->p->slug);
}

enum rc disclose_put_row(const struct disclose_worker *w, const struct disclosure_row *r, size_t n, struct pub_row *out)
{
    struct pub_share *shares = arena_array(w->a, n + 1, sizeof *shares);
    if (shares == NULL)
        return no_memory(w);
    *out = (struct pub_row){.is_suppressed = !r->state.is_shown, .shares = shares};
    if (out->is_suppressed)
        return RC_OK;
    out->n = disclosure_n(r);
    out->as_of = disclose_date(w->a, r->state.day);
    for (size_t k = 0; k < n; k++)
        disclose_share(w, r->shown[k], out->n, &shares[k]);
    return RC_OK;
}

/* Pearson's, of the counts that are shown: where every row is, and all in one shape. */
static enum rc test_independence(const struct disclose_worker *w, struct pub_cross *c)
{
    size_t n_columns = c->n_rows > 0 && c->rows[0].is_boxes ? PUB_BOXES : c->n_columns;
    double *count = arena_array(w->a, c->n_rows * n_columns + 1, sizeof *count);
    c->has_test = false;
    if (count == NULL)
        return no_memory(w);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (c->rows[i].is_suppressed || c->rows[i].is_boxes != c->rows[0].is_boxes)
            return RC_OK;
        for (size_t k = 0; k < n_columns; k++)
            count[i * n_columns + k] = (double)c->rows[i].shares[k].count;
    }
    struct chisq t = chisq_pearson(count, c->n_rows, n_columns, false);
    c->has_test = t.state == STATS_DEFINED;
    c->is_rao_scott = false;
    c->statistic = t.chisq;
    c->df = t.df;
    c->ddf = 0;
    c->p_value = t.p_value;
    return RC_OK;
}

static enum rc put_cross(const struct disclose_worker *w, size_t at, struct pub_cross *out)
{
    const struct disclose_cross *x = &w->crosses[at];
    struct pub_row *rows = arena_array(w->a, out->n_rows + 1, sizeof *rows);
    if (rows == NULL)
        return no_memory(w);
    for (size_t i = 0; i < out->n_rows; i++) {
        const struct disclosure_row *full = &w->rows[x->first + i], *boxes = NULL;
        if (x->is_grouped || x->boxes > 0)
            boxes = &w->rows[x->is_grouped ? disclose_group_row(w, x->group, i, x->item) : x->boxes + i];
        bool is_boxes = !full->state.is_shown && boxes != NULL && boxes->state.is_shown;
        enum rc rc = disclose_put_row(w, is_boxes ? boxes : full, is_boxes ? PUB_BOXES : out->n_columns, &rows[i]);
        if (rc != RC_OK)
            return rc;
        rows[i].is_boxes = is_boxes;
    }
    out->rows = rows;
    out->has_test = false;
    return w->p->sample == FORM_RANDOM ? test_independence(w, out) : RC_OK;
}

enum rc disclose_put_crosses(const struct disclose_worker *w, struct publication *out)
{
    struct pub_cross *c = arena_array(w->a, w->p->n_crosses + 1, sizeof *c);
    enum rc rc = c != NULL ? RC_OK : no_memory(w);
    for (size_t i = 0; rc == RC_OK && i < w->p->n_crosses; i++) {
        c[i] = w->p->crosses[i];
        rc = put_cross(w, i, &c[i]);
    }
    out->crosses = c;
    return rc;
}

/* ---- grids ---- */

static size_t rows_before(const struct disclose_worker *w, size_t grid)
{
    size_t first = w->grid_rows;
    for (size_t i = 0; i < grid; i++)
        first += 1 + w->p->grids[i].n_items;
    return first;
}

size_t disclose_grid_rows_max(const struct disclose_worker *w)
{
    return rows_before(w, w->p->n_grids) - w->grid_rows;
}

size_t disclose_grid_sums_max(const struct disclose_worker *w)
{
    return DISCLOSE_BOXES * disclose_grid_rows_max(w);
}

/* The form's grid that a published one is: the first item is the same. */
static const struct form_grid *grid_of(const struct disclose_worker *w, const struct pub_grid *g)
{
    const struct form *f = w->in->figures->form;
    for (size_t i = 0; i < f->n_grids; i++)
        if (&f->nodes[f->grids[i].items[0]] == w->nodes[g->items[0]])
            return &f->grids[i];
    return NULL;
}

static enum rc make_rows(const struct disclose_worker *w, const struct pub_grid *g, struct disclosure_row *r)
{
    const struct disclose_shape shape = {.n_cells = DISCLOSE_BOXES, .n_whole = DISCLOSE_BOXES, .min_n = w->p->threshold};
    const struct form_grid *grid = grid_of(w, g);
    const struct form_choices *c = w->nodes[g->items[0]]->choices;
    const struct disclose_shape unseen = {.n_cells = DISCLOSE_BOXES, .n_whole = DISCLOSE_BOXES, .min_n = DISCLOSE_NEVER};
    int64_t *straight = NULL, *counts = NULL;
    const char *address = arena_printf(w->a, "%s/%lld/%s/straight", w->p->slug, (long long)w->p->version_no,
                                       w->nodes[g->items[0]]->name);
    enum rc rc = grid == NULL ? rc_set(w->e, RC_INPUT, "a grid of \"%s\" is not in its form", w->p->slug)
                              : disclose_begin_row(w, &r[0], address, &shape, &straight, NULL);
    for (size_t i = 0; rc == RC_OK && i < c->n; i++)
        if (!c->items[i].is_dont_know)
            straight[disclose_box_of(&c->items[i])] += w->in->figures->counts[grid->slot + i];
    for (size_t k = 0; rc == RC_OK && k < g->n_items; k++) {
        address = arena_printf(w->a, "%s/%lld/%s/without", w->p->slug, (long long)w->p->version_no, w->nodes[g->items[k]]->name);
        rc = disclose_begin_row(w, &r[1 + k], address, &unseen, &counts, NULL);
        for (size_t b = 0; rc == RC_OK && b < DISCLOSE_BOXES; b++) {
            counts[b] = w->rows[w->boxes[g->items[k]]].counts[b] - straight[b];
            if (counts[b] < 0)
                return rc_set(w->e, RC_INPUT, "the counts of a grid do not add up: run \"tally --recount\"");
        }
    }
    return rc;
}

enum rc disclose_grid_rows(struct disclose_worker *w)
{
    enum rc rc = RC_OK;
    w->grid_rows = w->n_rows;
    w->n_rows += disclose_grid_rows_max(w);
    for (size_t i = 0; rc == RC_OK && i < w->p->n_grids; i++)
        rc = make_rows(w, &w->p->grids[i], &w->rows[rows_before(w, i)]);
    return rc;
}

/* A box of an item = straight lines in it + the item without them. */
enum rc disclose_grid_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums)
{
    for (size_t i = 0; i < w->p->n_grids; i++)
        for (size_t k = 0; k < w->p->grids[i].n_items * DISCLOSE_BOXES; k++) {
            struct disclose_terms x;
            size_t item = k / DISCLOSE_BOXES, box = k % DISCLOSE_BOXES, first = rows_before(w, i);
            enum rc rc = disclose_terms_begin(w, &x, 3);
            if (rc != RC_OK)
                return rc;
            disclose_terms_add(&x, w->boxes[w->p->grids[i].items[item]], box);
            disclose_terms_turn(&x);
            disclose_terms_add(&x, first, box);
            disclose_terms_add(&x, first + 1 + item, box);
            disclose_terms_end(&x, sums, n_sums);
        }
    return RC_OK;
}

/* What stood of a question's boxes on a day: a row's latest figures until then. False: none did. */
static bool boxes_on(const struct disclose_worker *w, size_t question, int32_t day, int64_t *boxes)
{
    const struct form_node *n = w->nodes[question];
    for (int i = 0; i < 2; i++) {
        const struct disclosure_row *r = &w->rows[i == 0 ? question : w->boxes[question]];
        const int64_t *shown = r->state.is_shown && r->state.day <= day ? r->shown : NULL;
        for (size_t k = r->n_past; shown == NULL && k > 0; k--)
            shown = r->past[k - 1].day <= day ? r->past[k - 1].shown : NULL;
        for (size_t k = 0; shown != NULL && k < n->choices->n; k++)
            if (i == 0 && !n->choices->items[k].is_dont_know)
                boxes[disclose_box_of(&n->choices->items[k])] += shown[disclose_cell_of(n, k)];
        for (size_t k = 0; shown != NULL && i == 1 && k < DISCLOSE_BOXES; k++)
            boxes[k] = shown[k];
        if (shown != NULL)
            return true;
    }
    return false;
}

/* An item less the straight lines, both as they stood when these were counted: of published figures alone. */
static enum rc put_without(const struct disclose_worker *w, const struct disclosure_row *straight, size_t question, struct pub_row *out)
{
    int64_t boxes[DISCLOSE_BOXES] = {0};
    struct pub_share *shares = arena_array(w->a, PUB_BOXES, sizeof *shares);
    if (shares == NULL)
        return no_memory(w);
    *out = (struct pub_row){.is_suppressed = !straight->state.is_shown || !boxes_on(w, question, straight->state.day, boxes),
                            .shares = shares};
    for (size_t k = 0; k < DISCLOSE_BOXES; k++) {
        boxes[k] = boxes[k] > straight->shown[k] ? boxes[k] - straight->shown[k] : 0;
        out->n += out->is_suppressed ? 0 : boxes[k];
    }
    out->is_suppressed = out->n < w->p->threshold;
    if (out->is_suppressed) {
        out->n = 0;
        return RC_OK;
    }
    out->as_of = disclose_date(w->a, straight->state.day);
    for (size_t k = 0; k < DISCLOSE_BOXES; k++)
        disclose_share(w, boxes[k], out->n, &shares[k]);
    return RC_OK;
}

/* The share is of the item with the most answers, as it is published. */
static enum rc put_grid(const struct disclose_worker *w, size_t at, struct pub_grid *g)
{
    const struct disclosure_row *r = &w->rows[rows_before(w, at)];
    struct pub_row *without = arena_array(w->a, g->n_items + 1, sizeof *without);
    struct pub_share *share = arena_array(w->a, 1, sizeof *share);
    int64_t n = 0;
    enum rc rc = without == NULL || share == NULL ? no_memory(w) : RC_OK;
    for (size_t k = 0; rc == RC_OK && k < g->n_items; k++) {
        int64_t of_item = disclosure_n(disclose_standing(w, g->items[k]));
        n = of_item > n ? of_item : n;
        rc = put_without(w, r, g->items[k], &without[k]);
    }
    if (rc != RC_OK)
        return rc;
    g->straight = (struct pub_row){.is_suppressed = !r->state.is_shown || n == 0, .shares = share};
    if (!g->straight.is_suppressed) {
        g->straight.n = n;
        g->straight.as_of = disclose_date(w->a, r->state.day);
        disclose_share(w, disclosure_n(r), n, share);
    }
    g->without = without;
    return RC_OK;
}

enum rc disclose_put_grids(const struct disclose_worker *w, struct publication *out)
{
    struct pub_grid *g = arena_array(w->a, w->p->n_grids + 1, sizeof *g);
    enum rc rc = g != NULL ? RC_OK : no_memory(w);
    for (size_t i = 0; rc == RC_OK && i < w->p->n_grids; i++) {
        g[i] = w->p->grids[i];
        rc = put_grid(w, i, &g[i]);
    }
    out->grids = g;
    return rc;
}
