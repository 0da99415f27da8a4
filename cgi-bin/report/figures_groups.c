/* The five-point questions by groups of ballots: province, age band... */
#include "form/answers.h"
#include "report/figures_inner.h"

/* Sums of the cells by level of one grouping question; level 0: no answer to it. */
struct levels {
    size_t node, n;
    int64_t *ballots; /* [n] */
    int64_t *counts;  /* [n][form->n_slots] */
};

static bool is_grouping(const struct form_node *n)
{
    return n->is_profile && n->type == FORM_SELECT_ONE;
}

static bool is_item(const struct publication *p, const struct form *f, size_t node)
{
    return f->nodes[node].n_slots > 0 && p->questions[figures_question(f, node)].has_boxes;
}

static enum rc no_memory(const struct figures_maker *m)
{
    return rc_set(m->e, RC_NOMEM, "no memory for the groups of \"%s\"", m->in->form->slug);
}

static enum rc sum_levels(const struct figures_maker *m, size_t node, struct levels *out)
{
    const struct form *f = m->in->form;
    *out = (struct levels){.node = node, .n = f->nodes[node].choices->n + 1};
    out->ballots = arena_array(m->a, out->n, sizeof *out->ballots);
    out->counts = arena_array(m->a, out->n * f->n_slots, sizeof *out->counts);
    if (out->ballots == NULL || out->counts == NULL)
        return no_memory(m);
    for (size_t i = 0; i < m->in->n_cells; i++) {
        size_t level = answers_profile_choice(f, node, m->in->cells[i].profile);
        out->ballots[level] += m->in->cells[i].n;
        for (size_t k = 0; k < f->n_slots; k++)
            out->counts[level * f->n_slots + k] += m->in->cells[i].counts[k];
    }
    return RC_OK;
}

static void make_item(const struct figures_maker *m, const struct form_node *n, const int64_t *slot, struct pub_item *out)
{
    int64_t point[LIKERT_POINTS] = {0};
    int64_t valid = figures_answered(n, slot) - figures_dont_know(n, slot);
    (void)figures_points(n->choices, slot, point);
    out->is_suppressed = valid < m->threshold;
    if (out->is_suppressed)
        return;
    out->n = valid;
    figures_share(m, point[3] + point[4], valid, &out->top2);
    figures_share(m, point[2], valid, &out->neutral);
    figures_share(m, point[0] + point[1], valid, &out->bottom2);
}

/* One five-point question for all levels. */
static enum rc make_items(const struct figures_maker *m, const struct levels *l, size_t node, size_t at, size_t question,
                          struct pub_item *const *items)
{
    const struct form_node *n = &m->in->form->nodes[node];
    enum rc rc = m->estimates == NULL ? RC_OK : estimates_begin(m->estimates, node, SIZE_MAX, l->node, m->e);
    for (size_t level = 1; rc == RC_OK && level < l->n; level++) {
        struct pub_item *i = items[level - 1] == NULL ? NULL : &items[level - 1][at];
        if (i == NULL)
            continue;
        i->question = question;
        make_item(m, n, l->counts + level * m->in->form->n_slots + n->slot, i);
        if (m->estimates != NULL && !i->is_suppressed && i->n > 0)
            rc = figures_weigh_boxes(m, n->choices, level, &i->top2, &i->neutral, &i->bottom2);
    }
    return rc;
}

/* The wider groups, without a number: disclosure control puts them in the levels' place. */
static enum rc make_wider(const struct figures_maker *m, const struct form_choices *c, struct pub_group *g)
{
    struct pub_wider *wider = arena_array(m->a, c->n_wider + 1, sizeof *wider);
    struct pub_item *items = arena_array(m->a, g->n_items + 1, sizeof *items);
    if (wider == NULL || items == NULL)
        return no_memory(m);
    for (size_t i = 0; i < g->n_items; i++)
        items[i] = (struct pub_item){.question = g->levels[0].items[i].question, .is_suppressed = true};
    for (size_t i = 0; i < c->n_wider; i++)
        wider[i] = (struct pub_wider){.name = c->wider[i].name, .label = c->wider[i].label,
                                      .level = {.is_suppressed = true, .items = items}};
    g->wider = wider;
    g->n_wider = c->n_wider;
    return RC_OK;
}

static enum rc make_group(const struct figures_maker *m, const struct publication *p, size_t node, struct pub_group *g)
{
    const struct form *f = m->in->form;
    struct levels l;
    enum rc rc = sum_levels(m, node, &l);
    struct pub_level *levels = arena_array(m->a, l.n, sizeof *levels);
    struct pub_item **items = arena_array(m->a, l.n, sizeof *items); /* by choice; NULL: don't know */
    if (rc != RC_OK || levels == NULL || items == NULL)
        return rc == RC_OK ? no_memory(m) : rc;
    *g = (struct pub_group){.question = figures_question(f, node), .levels = levels};
    for (size_t i = 0; i < f->n_nodes; i++)
        g->n_items += is_item(p, f, i);
    for (size_t k = 0; k + 1 < l.n; k++) {
        if (f->nodes[node].choices->items[k].is_dont_know)
            continue;
        items[k] = arena_array(m->a, g->n_items + 1, sizeof *items[k]);
        if (items[k] == NULL)
            return no_memory(m);
        levels[g->n_levels++] = (struct pub_level){.option = k, .items = items[k],
                                                   .is_suppressed = l.ballots[k + 1] < m->threshold,
                                                   .n_ballots = l.ballots[k + 1]};
    }
    size_t at = 0;
    for (size_t i = 0; rc == RC_OK && i < f->n_nodes; i++)
        if (is_item(p, f, i))
            rc = make_items(m, &l, i, at++, figures_question(f, i), items);
    bool can_collapse = m->threshold > 0 && g->n_levels > 0 && f->nodes[node].choices->n_wider > 0;
    return rc == RC_OK && can_collapse ? make_wider(m, f->nodes[node].choices, g) : rc;
}

enum rc figures_groups(const struct figures_maker *m, struct publication *p)
{
    const struct form *f = m->in->form;
    size_t n = 0;
    for (size_t i = 0; i < f->n_nodes; i++)
        n += is_grouping(&f->nodes[i]);
    if (m->in->n_cells == 0 || n == 0)
        return RC_OK;
    struct pub_group *g = arena_array(m->a, n, sizeof *g);
    enum rc rc = g == NULL ? no_memory(m) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < f->n_nodes; i++)
        if (is_grouping(&f->nodes[i]))
            rc = make_group(m, p, i, &g[p->n_groups++]);
    p->groups = g;
    return rc;
}
