/* Straight-lining: the same answer to every item of a grid, and the grid's figures without such ballots. */
#include "report/figures_inner.h"

static enum rc no_memory(const struct figures_maker *m)
{
    return rc_set(m->e, RC_NOMEM, "no memory for the grids of \"%s\"", m->in->form->slug);
}

/* An item's boxes among the ballots that did not give one answer to all. */
static enum rc make_without(const struct figures_maker *m, const struct form_node *n, const int64_t *straight,
                            struct pub_row *out)
{
    int64_t all[LIKERT_POINTS] = {0}, line[LIKERT_POINTS] = {0}, point[LIKERT_POINTS], slots[2 + FORM_CHOICES_MAX] = {0};
    struct pub_share *shares = arena_array(m->a, PUB_BOXES, sizeof *shares);
    if (shares == NULL)
        return no_memory(m);
    for (size_t k = 0; k < n->choices->n; k++)
        slots[SLOT_FIRST + k] = straight[k];
    (void)figures_points(n->choices, m->in->counts + n->slot, all);
    (void)figures_points(n->choices, slots, line);
    *out = (struct pub_row){.shares = shares};
    for (size_t k = 0; k < LIKERT_POINTS; k++) {
        point[k] = all[k] - line[k];
        out->n += point[k];
        if (point[k] < 0)
            return rc_set(m->e, RC_INPUT, "the counts of question \"%s\" do not add up: run \"tally --recount\"", n->name);
    }
    out->is_suppressed = out->n < m->threshold;
    if (out->is_suppressed) {
        out->n = 0;
        return RC_OK;
    }
    figures_share(m, point[3] + point[4], out->n, &shares[0]);
    figures_share(m, point[2], out->n, &shares[1]);
    figures_share(m, point[0] + point[1], out->n, &shares[2]);
    return RC_OK;
}

/* How many ballots gave one answer, of the valid answers to the item that has most of them. */
static enum rc make_straight(const struct figures_maker *m, const struct form_grid *g, struct pub_row *out)
{
    const struct form *f = m->in->form;
    const struct form_choices *c = f->nodes[g->items[0]].choices;
    struct pub_share *share = arena_array(m->a, 1, sizeof *share);
    int64_t n_straight = 0;
    if (share == NULL)
        return no_memory(m);
    for (size_t i = 0; i < g->n_items; i++) {
        const struct form_node *n = &f->nodes[g->items[i]];
        const int64_t *slot = m->in->counts + n->slot;
        int64_t valid = figures_answered(n, slot) - figures_dont_know(n, slot);
        out->n = valid > out->n ? valid : out->n;
    }
    for (size_t k = 0; k < c->n; k++)
        n_straight += c->items[k].is_dont_know ? 0 : m->in->counts[g->slot + k];
    if (n_straight > out->n)
        return rc_set(m->e, RC_INPUT, "the counts of a grid do not add up: run \"tally --recount\"");
    out->shares = share;
    out->is_suppressed = out->n < m->threshold;
    if (out->is_suppressed)
        out->n = 0;
    else
        figures_share(m, n_straight, out->n, share);
    return RC_OK;
}

static enum rc make_grid(const struct figures_maker *m, const struct form_grid *g, struct pub_grid *out)
{
    const struct form *f = m->in->form;
    size_t *items = arena_array(m->a, g->n_items, sizeof *items);
    struct pub_row *without = arena_array(m->a, g->n_items, sizeof *without);
    if (items == NULL || without == NULL)
        return no_memory(m);
    *out = (struct pub_grid){.n_items = g->n_items, .items = items, .without = without};
    enum rc rc = make_straight(m, g, &out->straight);
    for (size_t i = 0; rc == RC_OK && i < g->n_items; i++) {
        items[i] = figures_question(f, g->items[i]);
        rc = make_without(m, &f->nodes[g->items[i]], m->in->counts + g->slot, &without[i]);
    }
    return rc;
}

/* Grids whose points are not 1 to 5 have no boxes and are left out. */
enum rc figures_grids(const struct figures_maker *m, struct publication *p)
{
    const struct form *f = m->in->form;
    if (f->n_grids == 0)
        return RC_OK;
    struct pub_grid *g = arena_array(m->a, f->n_grids, sizeof *g);
    enum rc rc = g == NULL ? no_memory(m) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < f->n_grids; i++)
        if (p->questions[figures_question(f, f->grids[i].items[0])].has_boxes)
            rc = make_grid(m, &f->grids[i], &g[p->n_grids++]);
    p->grids = g;
    return rc;
}
