/* Fast ballots: how many, and the five-point questions without them. */
#include "form/answers.h"
#include "report/figures_inner.h"

static enum rc no_memory(const struct figures_maker *m)
{
    return rc_set(m->e, RC_NOMEM, "no memory for the fast ballots of \"%s\"", m->in->form->slug);
}

/* A question's boxes, of the counts of the other ballots. */
static enum rc make_without(const struct figures_maker *m, const struct form_node *n, const int64_t *slot, struct pub_row *out)
{
    int64_t point[LIKERT_POINTS] = {0};
    int64_t valid = figures_answered(n, slot) - figures_dont_know(n, slot);
    struct pub_share *shares = arena_array(m->a, PUB_BOXES, sizeof *shares);
    if (shares == NULL)
        return no_memory(m);
    *out = (struct pub_row){.is_suppressed = valid < m->threshold, .shares = shares};
    if (out->is_suppressed)
        return RC_OK;
    (void)figures_points(n->choices, slot, point);
    out->n = valid;
    figures_share(m, point[3] + point[4], valid, &shares[0]);
    figures_share(m, point[2], valid, &shares[1]);
    figures_share(m, point[0] + point[1], valid, &shares[2]);
    return RC_OK;
}

static enum rc make_share(const struct figures_maker *m, int64_t n_fast, struct pub_row *out)
{
    struct pub_share *share = arena_array(m->a, 1, sizeof *share);
    if (share == NULL)
        return no_memory(m);
    if (n_fast > m->in->n_ballots)
        return rc_set(m->e, RC_INPUT, "the fast ballots are more than all: run \"tally --recount\"");
    *out = (struct pub_row){.is_suppressed = m->in->n_ballots < m->threshold, .shares = share};
    if (out->is_suppressed)
        return RC_OK;
    out->n = m->in->n_ballots;
    figures_share(m, n_fast, out->n, share);
    return RC_OK;
}

enum rc figures_fast(const struct figures_maker *m, struct publication *p)
{
    const struct form *f = m->in->form;
    struct pub_fast x = {.seconds = f->fast_seconds};
    int64_t n_fast = 0;
    if (f->fast_seconds == 0 || m->in->n_cells == 0)
        return RC_OK;
    int64_t *slow = arena_array(m->a, f->n_slots + 1, sizeof *slow);
    size_t *items = arena_array(m->a, f->n_nodes + 1, sizeof *items);
    struct pub_row *without = arena_array(m->a, f->n_nodes + 1, sizeof *without);
    if (slow == NULL || items == NULL || without == NULL)
        return no_memory(m);
    for (size_t i = 0; i < m->in->n_cells; i++) {
        bool is_fast = answers_profile_is_fast(f, m->in->cells[i].profile);
        n_fast += is_fast ? m->in->cells[i].n : 0;
        for (size_t k = 0; k < f->n_slots && !is_fast; k++)
            slow[k] += m->in->cells[i].counts[k];
    }
    enum rc rc = make_share(m, n_fast, &x.fast);
    for (size_t i = 0; rc == RC_OK && i < f->n_nodes; i++) {
        size_t question = figures_question(f, i);
        if (f->nodes[i].n_slots == 0 || !p->questions[question].has_boxes)
            continue;
        items[x.n_items] = question;
        rc = make_without(m, &f->nodes[i], slow + f->nodes[i].slot, &without[x.n_items++]);
    }
    x.items = items;
    x.without = without;
    p->fast = x;
    return rc;
}
