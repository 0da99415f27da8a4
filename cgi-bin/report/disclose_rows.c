/* What the tables of disclose share: rows without figures yet, and sums term by term. */
#include "report/disclose_inner.h"

size_t disclose_n_valid(const struct form_node *n)
{
    size_t valid = 0;
    for (size_t i = 0; i < n->choices->n; i++)
        valid += !n->choices->items[i].is_dont_know;
    return valid;
}

enum rc disclose_begin_row(const struct disclose_worker *w, struct disclosure_row *r, const char *address,
                           const struct disclose_shape *shape, int64_t **counts, struct disclosure_place **places)
{
    int64_t *c = arena_array(w->a, shape->n_cells, sizeof *c);
    int64_t *shown = arena_array(w->a, shape->n_cells, sizeof *shown);
    struct disclosure_place *p = shape->has_places ? arena_array(w->a, shape->n_cells, sizeof *p) : NULL;
    if (address == NULL || c == NULL || shown == NULL || (shape->has_places && p == NULL))
        return rc_set(w->e, RC_NOMEM, "no memory for the tables of \"%s\"", w->p->slug);
    for (size_t k = 0; p != NULL && k < shape->n_cells; k++)
        p[k] = (struct disclosure_place){address, k};
    *r = (struct disclosure_row){.address = address, .min_n = shape->min_n, .is_frozen = shape->is_frozen || w->in->is_replay,
                                 .n_cells = shape->n_cells, .n_whole = shape->n_whole, .counts = c, .places = p, .shown = shown};
    *counts = c;
    if (places != NULL)
        *places = p;
    return disclose_recall(w, r);
}

enum rc disclose_terms_begin(const struct disclose_worker *w, struct disclose_terms *t, size_t most)
{
    *t = (struct disclose_terms){.items = arena_array(w->a, most + 1, sizeof *t->items)};
    return t->items != NULL ? RC_OK : rc_set(w->e, RC_NOMEM, "no memory for a sum");
}

void disclose_terms_add(struct disclose_terms *t, size_t row, size_t cell)
{
    t->items[t->n++] = (struct disclosure_term){(ptrdiff_t)row, cell};
}

void disclose_terms_turn(struct disclose_terms *t)
{
    t->n_left = t->n;
}

void disclose_terms_end(const struct disclose_terms *t, struct disclosure_sum *sums, size_t *n_sums)
{
    if (t->n_left > 0 && t->n > t->n_left)
        sums[(*n_sums)++] = (struct disclosure_sum){t->items, t->n_left, t->n};
}
