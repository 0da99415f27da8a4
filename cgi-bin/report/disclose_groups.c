/* Groups as rows of stats/disclosure, and back: three boxes of every five-point question by level. */
#include "form/answers.h"
#include "report/disclose_inner.h"

enum { SLOT_NOT_ASKED, SLOT_SKIPPED, SLOT_FIRST }; /* places in a question's slots: see form_node.slot */

size_t disclose_group_rows_max(const struct publication *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_groups; i++)
        n += p->groups[i].n_items * (p->groups[i].n_levels + 1);
    return n;
}

/* A sum for every cell of an item, and one for every row. */
size_t disclose_group_sums_max(const struct disclose_worker *w)
{
    size_t n = disclose_group_rows_max(w->p);
    for (size_t i = 0; i < w->p->n_groups; i++)
        n += w->p->groups[i].n_items * DISCLOSE_BOX_CELLS;
    return n;
}

/* The row of an item at a level; at n_levels: of the ballots without a level. */
size_t disclose_group_row(const struct disclose_worker *w, size_t group, size_t level, size_t item)
{
    size_t first = w->group_rows;
    for (size_t i = 0; i < group; i++)
        first += w->p->groups[i].n_items * (w->p->groups[i].n_levels + 1);
    return first + level * w->p->groups[group].n_items + item;
}

/* The levels' own question by its levels would be nothing but zeros beside what its own row shows. */
static bool is_own(const struct pub_group *g, size_t item)
{
    return g->levels[0].items[item].question == g->question;
}

static enum rc no_memory(const struct disclose_worker *w)
{
    return rc_set(w->e, RC_NOMEM, "no memory for the groups of \"%s\"", w->p->slug);
}

/* Counts of every slot by choice of the grouping question; 0: the ballots without one. */
static int64_t *count_slots(const struct disclose_worker *w, const struct form_node *by)
{
    const struct figures_input *in = w->in->figures;
    size_t n_slots = in->form->n_slots, node = (size_t)(by - in->form->nodes);
    int64_t *out = arena_array(w->a, (by->choices->n + 1) * n_slots, sizeof *out);
    for (size_t i = 0; out != NULL && i < in->n_cells; i++) {
        int64_t *to = out + answers_profile_choice(in->form, node, in->cells[i].profile) * n_slots;
        for (size_t k = 0; k < n_slots; k++)
            to[k] += in->cells[i].counts[k];
    }
    return out;
}

void disclose_add_boxes(const struct form_node *n, const int64_t *slot, int64_t *cells)
{
    for (size_t i = 0; i < n->choices->n; i++)
        cells[disclose_box_of(&n->choices->items[i])] += slot[SLOT_FIRST + i];
    cells[4] += slot[SLOT_SKIPPED];
    cells[5] += slot[SLOT_NOT_ASKED];
}

static enum rc make_row(const struct disclose_worker *w, const struct pub_group *g, size_t level, size_t item,
                        const int64_t *slots, struct disclosure_row *r)
{
    const struct publication *p = w->p;
    const struct form_node *n = w->nodes[g->levels[0].items[item].question];
    const struct form_choices *c = w->nodes[g->question]->choices;
    bool is_rest = level == g->n_levels;
    int64_t *counts = arena_array(w->a, DISCLOSE_BOX_CELLS, sizeof *counts);
    *r = (struct disclosure_row){
        .address = arena_printf(w->a, "%s/%lld/%s/%s/%s", p->slug, (long long)p->version_no, p->questions[g->question].name,
                                is_rest ? "" : c->items[g->levels[level].option].name, n->name),
        .min_n = is_rest ? DISCLOSE_NEVER : p->threshold,
        .is_frozen = w->in->is_replay,
        .n_cells = DISCLOSE_BOX_CELLS,
        .n_whole = DISCLOSE_BOXES,
        .counts = counts,
        .shown = arena_array(w->a, DISCLOSE_BOX_CELLS, sizeof *r->shown)};
    if (counts == NULL || r->address == NULL || r->shown == NULL)
        return no_memory(w);
    size_t n_slots = w->in->figures->form->n_slots, choice = is_rest ? 0 : g->levels[level].option + 1;
    if (!is_own(g, item))
        disclose_add_boxes(n, slots + choice * n_slots + n->slot, counts);
    return disclose_recall(w, r);
}

enum rc disclose_group_rows(struct disclose_worker *w)
{
    enum rc rc = RC_OK;
    w->group_rows = w->n_rows;
    for (size_t i = 0; rc == RC_OK && i < w->p->n_groups; i++) {
        const struct pub_group *g = &w->p->groups[i];
        const int64_t *slots = count_slots(w, w->nodes[g->question]);
        if (slots == NULL)
            return no_memory(w);
        for (size_t level = 0; rc == RC_OK && level <= g->n_levels; level++)
            for (size_t item = 0; rc == RC_OK && item < g->n_items && g->n_levels > 0; item++)
                rc = make_row(w, g, level, item, slots, &w->rows[disclose_group_row(w, i, level, item)]);
        w->n_rows += g->n_levels > 0 ? g->n_items * (g->n_levels + 1) : 0;
    }
    return rc;
}

/* Is cell `k` of every row of an item 0 by the form? */
bool disclose_is_empty_box(const struct disclose_worker *w, const struct form_node *item, size_t k)
{
    return k >= 4 && disclose_is_empty(w, item, k == 4 ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED);
}

bool disclose_has_no_rest(const struct disclose_worker *w, const struct form_node *n)
{
    return disclose_n_valid(n) == n->choices->n && disclose_is_empty(w, n, DISCLOSE_SKIPPED) &&
           disclose_is_empty(w, n, DISCLOSE_NOT_ASKED);
}

bool disclose_find_group(const struct disclose_worker *w, size_t by, size_t item, size_t *group, size_t *at)
{
    for (size_t i = 0; i < w->p->n_groups; i++) {
        const struct pub_group *g = &w->p->groups[i];
        for (size_t k = 0; g->question == by && g->n_levels > 0 && k < g->n_items; k++)
            if (g->levels[0].items[k].question == item) {
                *group = i;
                *at = k;
                return true;
            }
    }
    return false;
}

/* The boxes of all ballots, cell by cell, are those of the levels and of the rest. */
static enum rc split(const struct disclose_worker *w, size_t group, size_t item, struct disclosure_sum *sums, size_t *n_sums)
{
    const struct pub_group *g = &w->p->groups[group];
    size_t question = g->levels[0].items[item].question, n_parts = g->n_levels + !disclose_has_no_rest(w, w->nodes[g->question]);
    for (size_t k = 0; k < DISCLOSE_BOX_CELLS; k++) {
        if (disclose_is_empty_box(w, w->nodes[question], k))
            continue;
        struct disclosure_term *t = arena_array(w->a, g->n_levels + 2, sizeof *t);
        if (t == NULL)
            return no_memory(w);
        t[0] = (struct disclosure_term){(ptrdiff_t)w->boxes[question], k};
        for (size_t level = 0; level < n_parts; level++)
            t[level + 1] = (struct disclosure_term){(ptrdiff_t)disclose_group_row(w, group, level, item), k};
        sums[(*n_sums)++] = (struct disclosure_sum){t, 1, n_parts + 1};
    }
    return RC_OK;
}

/* The six cells of an item at a level are the ballots of the level: a cell of the grouping question's own
 * row. Without a level: "don't know", skipped and not asked. */
static enum rc tie(const struct disclose_worker *w, size_t group, size_t level, size_t item, struct disclosure_sum *out)
{
    const struct pub_group *g = &w->p->groups[group];
    const struct form_node *by = w->nodes[g->question], *node = w->nodes[g->levels[0].items[item].question];
    size_t states = disclose_states(by), n = 0;
    struct disclosure_term *t = arena_array(w->a, states + DISCLOSE_BOX_CELLS, sizeof *t);
    if (t == NULL)
        return no_memory(w);
    if (level < g->n_levels)
        t[n++] = (struct disclosure_term){(ptrdiff_t)g->question, disclose_cell_of(by, g->levels[level].option)};
    for (size_t k = g->n_levels; level == g->n_levels && k < states; k++) /* the levels' cells come first */
        if (k + 2 < states || !disclose_is_empty(w, by, k + 2 == states ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED))
            t[n++] = (struct disclosure_term){(ptrdiff_t)g->question, k};
    *out = (struct disclosure_sum){t, n, n};
    for (size_t k = 0; k < DISCLOSE_BOX_CELLS; k++)
        if (!disclose_is_empty_box(w, node, k))
            t[out->n_terms++] = (struct disclosure_term){(ptrdiff_t)disclose_group_row(w, group, level, item), k};
    return RC_OK;
}

enum rc disclose_group_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < w->p->n_groups; i++) {
        const struct pub_group *g = &w->p->groups[i];
        for (size_t item = 0; item < g->n_items && g->n_levels > 0; item++) {
            if (is_own(g, item))
                continue;
            rc = split(w, i, item, sums, n_sums);
            for (size_t level = 0; rc == RC_OK && level < g->n_levels + !disclose_has_no_rest(w, w->nodes[g->question]); level++)
                rc = tie(w, i, level, item, &sums[(*n_sums)++]);
            if (rc != RC_OK)
                return rc;
        }
    }
    return rc;
}

static void put_item(const struct disclose_worker *w, const struct disclosure_row *r, struct pub_item *out)
{
    *out = (struct pub_item){.question = out->question, .is_suppressed = r == NULL || !r->state.is_shown};
    if (out->is_suppressed)
        return;
    out->n = disclosure_n(r);
    out->as_of = disclose_date(w->a, r->state.day);
    disclose_share(w, r->shown[0], out->n, &out->top2);
    disclose_share(w, r->shown[1], out->n, &out->neutral);
    disclose_share(w, r->shown[2], out->n, &out->bottom2);
}

enum rc disclose_put_level(const struct disclose_worker *w, const struct disclosure_row *const *rows, size_t n_items,
                           struct pub_level *out)
{
    size_t n_shown = 0;
    struct pub_item *items = arena_array(w->a, n_items + 1, sizeof *items);
    int64_t *sums = arena_array(w->a, n_items + 1, sizeof *sums);
    if (items == NULL || sums == NULL)
        return no_memory(w);
    for (size_t i = 0; i < n_items; i++) {
        items[i] = out->items[i];
        put_item(w, rows[i], &items[i]);
        for (size_t k = 0; !items[i].is_suppressed && k < DISCLOSE_BOX_CELLS; k++)
            sums[n_shown] += rows[i]->shown[k];
        n_shown += !items[i].is_suppressed;
    }
    out->is_suppressed = n_shown == 0;
    out->n_ballots = disclose_median(sums, n_shown);
    out->items = items;
    return RC_OK;
}

static enum rc put_group(const struct disclose_worker *w, size_t group, struct pub_group *out)
{
    const struct pub_group *g = &w->p->groups[group];
    struct pub_level *levels = arena_array(w->a, g->n_levels + 1, sizeof *levels);
    const struct disclosure_row **rows = arena_array(w->a, g->n_items + 1, sizeof *rows);
    if (levels == NULL || rows == NULL)
        return no_memory(w);
    *out = *g;
    for (size_t k = 0; k < g->n_levels; k++) {
        levels[k] = g->levels[k];
        for (size_t i = 0; i < g->n_items; i++)
            rows[i] = disclose_is_fine(w, group, i) ? &w->rows[disclose_group_row(w, group, k, i)] : NULL;
        enum rc rc = disclose_put_level(w, rows, g->n_items, &levels[k]);
        if (rc != RC_OK)
            return rc;
    }
    out->levels = levels;
    return g->n_wider > 0 ? disclose_put_wider(w, group, out) : RC_OK;
}

enum rc disclose_put_groups(const struct disclose_worker *w, struct publication *out)
{
    struct pub_group *g = arena_array(w->a, w->p->n_groups + 1, sizeof *g);
    enum rc rc = g != NULL ? RC_OK : no_memory(w);
    for (size_t i = 0; rc == RC_OK && i < w->p->n_groups; i++)
        rc = put_group(w, i, &g[i]);
    out->groups = g;
    return rc;
}
