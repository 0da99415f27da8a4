/* Wider groups as rows of stats/disclosure, and back: regions, where too many provinces are too thin.
 *
 * The engine knows both: what may be published of a region and of its provinces is weighed together, whichever of
 * them the publication then shows. So neither a region less its provinces, nor provinces that stood before they
 * collapsed, tell more than the rounding of each does. */
#include "report/disclose_inner.h"

static const struct form_choices *choices_of(const struct disclose_worker *w, size_t group)
{
    return w->nodes[w->p->groups[group].question]->choices;
}

size_t disclose_wider_rows_max(const struct publication *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_groups; i++)
        n += p->groups[i].n_items * p->groups[i].n_wider;
    return n;
}

/* Of every item: each cell of a wider group, its ballots, and each cell of all. */
size_t disclose_wider_sums_max(const struct disclose_worker *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->p->n_groups; i++)
        n += w->p->groups[i].n_items * (w->p->groups[i].n_wider * (DISCLOSE_BOX_CELLS + 1) + DISCLOSE_BOX_CELLS);
    return n;
}

static size_t row_of(const struct disclose_worker *w, size_t group, size_t wider, size_t item)
{
    size_t first = w->wider_rows;
    for (size_t i = 0; i < group; i++)
        first += w->p->groups[i].n_items * w->p->groups[i].n_wider;
    return first + wider * w->p->groups[group].n_items + item;
}

static bool is_in(const struct disclose_worker *w, size_t group, size_t level, size_t wider)
{
    return choices_of(w, group)->items[w->p->groups[group].levels[level].option].wider == wider + 1;
}

bool disclose_is_fine(const struct disclose_worker *w, size_t group, size_t item)
{
    const struct pub_group *g = &w->p->groups[group];
    const struct disclosure_row *by = &w->rows[g->question];
    int64_t ns[FORM_CHOICES_MAX];
    size_t n = 0;
    if (g->n_wider == 0)
        return true;
    for (size_t level = 0; level < g->n_levels; level++) {
        const struct disclosure_row *r = &w->rows[disclose_group_row(w, group, level, item)];
        bool has_none = by->state.is_shown && by->shown[disclose_cell_of(w->nodes[g->question], g->levels[level].option)] == 0;
        if (!has_none || r->state.is_shown)
            ns[n++] = disclosure_n(r);
    }
    return disclosure_is_fine_enough(ns, n);
}

/* The only level of a wider group counts the same as the group, and must be rounded alike. SIZE_MAX: there are more. */
static size_t only_level(const struct disclose_worker *w, size_t group, size_t wider)
{
    size_t found = SIZE_MAX, n = 0;
    for (size_t level = 0; level < w->p->groups[group].n_levels; level++)
        if (is_in(w, group, level, wider)) {
            found = level;
            n++;
        }
    return n == 1 ? found : SIZE_MAX;
}

static enum rc make_row(const struct disclose_worker *w, size_t group, size_t wider, size_t item)
{
    const struct pub_group *g = &w->p->groups[group];
    size_t only = only_level(w, group, wider);
    const struct disclose_shape shape = {.n_cells = DISCLOSE_BOX_CELLS, .n_whole = DISCLOSE_BOXES, .min_n = w->p->threshold,
                                         .is_frozen = disclose_is_fine(w, group, item), .has_places = only != SIZE_MAX};
    struct disclosure_place *places = NULL;
    int64_t *counts = NULL;
    const char *address = arena_printf(w->a, "%s/%lld/:collapse/%s/%s/%s", w->p->slug, (long long)w->p->version_no,
                                       w->p->questions[g->question].name, g->wider[wider].name,
                                       w->nodes[g->levels[0].items[item].question]->name);
    enum rc rc = disclose_begin_row(w, &w->rows[row_of(w, group, wider, item)], address, &shape, &counts, &places);
    for (size_t level = 0; rc == RC_OK && level < g->n_levels; level++)
        for (size_t k = 0; k < DISCLOSE_BOX_CELLS && is_in(w, group, level, wider); k++)
            counts[k] += w->rows[disclose_group_row(w, group, level, item)].counts[k];
    for (size_t k = 0; rc == RC_OK && places != NULL && k < DISCLOSE_BOX_CELLS; k++)
        places[k] = (struct disclosure_place){w->rows[disclose_group_row(w, group, only, item)].address, k};
    return rc;
}

enum rc disclose_wider_rows(struct disclose_worker *w)
{
    enum rc rc = RC_OK;
    w->wider_rows = w->n_rows;
    for (size_t i = 0; rc == RC_OK && i < w->p->n_groups; i++)
        for (size_t k = 0; rc == RC_OK && k < w->p->groups[i].n_wider * w->p->groups[i].n_items; k++)
            rc = make_row(w, i, k / w->p->groups[i].n_items, k % w->p->groups[i].n_items);
    w->n_rows += disclose_wider_rows_max(w->p);
    return rc;
}

/* A cell of a wider group is that of its levels; of all ballots: that of the wider groups and the rest. */
static enum rc add_cell_sums(const struct disclose_worker *w, size_t group, size_t item, size_t k, struct disclosure_sum *sums,
                             size_t *n_sums)
{
    const struct pub_group *g = &w->p->groups[group];
    struct disclose_terms x;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < g->n_wider; i++) {
        rc = disclose_terms_begin(w, &x, 1 + g->n_levels);
        if (rc != RC_OK)
            break;
        disclose_terms_add(&x, row_of(w, group, i, item), k);
        disclose_terms_turn(&x);
        for (size_t level = 0; level < g->n_levels; level++)
            if (is_in(w, group, level, i))
                disclose_terms_add(&x, disclose_group_row(w, group, level, item), k);
        disclose_terms_end(&x, sums, n_sums);
    }
    if (rc == RC_OK)
        rc = disclose_terms_begin(w, &x, 2 + g->n_wider);
    if (rc != RC_OK)
        return rc;
    disclose_terms_add(&x, w->boxes[g->levels[0].items[item].question], k);
    disclose_terms_turn(&x);
    for (size_t i = 0; i < g->n_wider; i++)
        disclose_terms_add(&x, row_of(w, group, i, item), k);
    if (!disclose_has_no_rest(w, w->nodes[g->question]))
        disclose_terms_add(&x, disclose_group_row(w, group, g->n_levels, item), k);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

/* All cells of an item in a wider group are its levels' cells of the grouping question's own row. */
static enum rc add_ballots(const struct disclose_worker *w, size_t group, size_t wider, size_t item, struct disclosure_sum *sums,
                           size_t *n_sums)
{
    const struct pub_group *g = &w->p->groups[group];
    const struct form_node *by = w->nodes[g->question], *node = w->nodes[g->levels[0].items[item].question];
    struct disclose_terms x;
    enum rc rc = disclose_terms_begin(w, &x, g->n_levels + DISCLOSE_BOX_CELLS);
    if (rc != RC_OK)
        return rc;
    for (size_t level = 0; level < g->n_levels; level++)
        if (is_in(w, group, level, wider))
            disclose_terms_add(&x, g->question, disclose_cell_of(by, g->levels[level].option));
    disclose_terms_turn(&x);
    for (size_t k = 0; k < DISCLOSE_BOX_CELLS; k++)
        if (!disclose_is_empty_box(w, node, k))
            disclose_terms_add(&x, row_of(w, group, wider, item), k);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

enum rc disclose_wider_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < w->p->n_groups; i++) {
        const struct pub_group *g = &w->p->groups[i];
        for (size_t item = 0; item < g->n_items && g->n_wider > 0; item++) {
            const struct form_node *node = w->nodes[g->levels[0].items[item].question];
            if (g->levels[0].items[item].question == g->question)
                continue; /* by itself: nothing but zeros */
            for (size_t k = 0; rc == RC_OK && k < DISCLOSE_BOX_CELLS; k++)
                if (!disclose_is_empty_box(w, node, k))
                    rc = add_cell_sums(w, i, item, k, sums, n_sums);
            for (size_t k = 0; rc == RC_OK && k < g->n_wider; k++)
                rc = add_ballots(w, i, k, item, sums, n_sums);
            if (rc != RC_OK)
                return rc;
        }
    }
    return rc;
}

enum rc disclose_put_wider(const struct disclose_worker *w, size_t group, struct pub_group *out)
{
    const struct pub_group *g = &w->p->groups[group];
    struct pub_wider *wider = arena_array(w->a, g->n_wider + 1, sizeof *wider);
    const struct disclosure_row **rows = arena_array(w->a, g->n_items + 1, sizeof *rows);
    enum rc rc = wider == NULL || rows == NULL ? rc_set(w->e, RC_NOMEM, "no memory for wider groups") : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < g->n_wider; i++) {
        wider[i] = g->wider[i];
        for (size_t item = 0; item < g->n_items; item++)
            rows[item] = disclose_is_fine(w, group, item) ? NULL : &w->rows[row_of(w, group, i, item)];
        rc = disclose_put_level(w, rows, g->n_items, &wider[i].level);
    }
    out->wider = wider;
    return rc;
}
