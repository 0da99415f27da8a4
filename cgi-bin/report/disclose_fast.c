/* Fast ballots as rows of stats/disclosure, and back. */
#include "form/answers.h"
#include "report/disclose_inner.h"

enum { FAST, OTHERS, SIDES }; /* the cells of the row of ballots, and the order of an item's rows */

size_t disclose_fast_rows_max(const struct disclose_worker *w)
{
    return w->p->fast.seconds > 0 ? 1 + SIDES * w->p->fast.n_items : 0;
}

/* All ballots; of every item each box, and the ballots of both sides. */
size_t disclose_fast_sums_max(const struct disclose_worker *w)
{
    return w->p->fast.seconds > 0 ? 1 + w->p->fast.n_items * (DISCLOSE_BOX_CELLS + SIDES) : 0;
}

static size_t row_of(const struct disclose_worker *w, size_t item, size_t side)
{
    return w->fast_rows + 1 + SIDES * item + side;
}

static enum rc make_ballots(const struct disclose_worker *w, struct disclosure_row *r)
{
    const struct figures_input *in = w->in->figures;
    const struct disclose_shape shape = {.n_cells = SIDES, .n_whole = SIDES, .min_n = w->p->threshold};
    int64_t *counts = NULL;
    enum rc rc = disclose_begin_row(w, r, arena_printf(w->a, "%s/%lld/:fast", w->p->slug, (long long)w->p->version_no), &shape,
                                    &counts, NULL);
    for (size_t i = 0; rc == RC_OK && i < in->n_cells; i++)
        counts[answers_profile_is_fast(in->form, in->cells[i].profile) ? FAST : OTHERS] += in->cells[i].n;
    return rc;
}

static enum rc make_item(const struct disclose_worker *w, size_t item, size_t side, const int64_t *slots)
{
    const struct form_node *n = w->nodes[w->p->fast.items[item]];
    const struct disclose_shape shape = {.n_cells = DISCLOSE_BOX_CELLS, .n_whole = DISCLOSE_BOXES,
                                         .min_n = side == FAST ? DISCLOSE_NEVER : w->p->threshold};
    int64_t *counts = NULL;
    const char *address = arena_printf(w->a, "%s/%lld/:fast/%s/%s", w->p->slug, (long long)w->p->version_no,
                                       side == FAST ? "yes" : "no", n->name);
    enum rc rc = disclose_begin_row(w, &w->rows[row_of(w, item, side)], address, &shape, &counts, NULL);
    if (rc == RC_OK)
        disclose_add_boxes(n, slots + n->slot, counts);
    return rc;
}

enum rc disclose_fast_rows(struct disclose_worker *w)
{
    const struct figures_input *in = w->in->figures;
    size_t n_slots = in->form->n_slots;
    w->fast_rows = w->n_rows;
    if (w->p->fast.seconds == 0)
        return RC_OK;
    int64_t *slots = arena_array(w->a, SIDES * n_slots + 1, sizeof *slots);
    if (slots == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the fast ballots of \"%s\"", w->p->slug);
    for (size_t i = 0; i < in->n_cells; i++) {
        int64_t *to = slots + (answers_profile_is_fast(in->form, in->cells[i].profile) ? FAST : OTHERS) * n_slots;
        for (size_t k = 0; k < n_slots; k++)
            to[k] += in->cells[i].counts[k];
    }
    w->n_rows += disclose_fast_rows_max(w);
    enum rc rc = make_ballots(w, &w->rows[w->fast_rows]);
    for (size_t k = 0; rc == RC_OK && k < SIDES * w->p->fast.n_items; k++)
        rc = make_item(w, k / SIDES, k % SIDES, slots + k % SIDES * n_slots);
    return rc;
}

/* Each box of an item is that of both sides, and the cells of a side are its ballots. */
static enum rc add_item_sums(const struct disclose_worker *w, size_t item, struct disclosure_sum *sums, size_t *n_sums)
{
    size_t question = w->p->fast.items[item];
    struct disclose_terms x;
    enum rc rc = RC_OK;
    for (size_t k = 0; rc == RC_OK && k < DISCLOSE_BOX_CELLS; k++) {
        if (disclose_is_empty_box(w, w->nodes[question], k))
            continue;
        rc = disclose_terms_begin(w, &x, 1 + SIDES);
        if (rc != RC_OK)
            break;
        disclose_terms_add(&x, w->boxes[question], k);
        disclose_terms_turn(&x);
        for (size_t side = 0; side < SIDES; side++)
            disclose_terms_add(&x, row_of(w, item, side), k);
        disclose_terms_end(&x, sums, n_sums);
    }
    for (size_t side = 0; rc == RC_OK && side < SIDES; side++) {
        rc = disclose_terms_begin(w, &x, 1 + DISCLOSE_BOX_CELLS);
        if (rc != RC_OK)
            break;
        disclose_terms_add(&x, w->fast_rows, side);
        disclose_terms_turn(&x);
        for (size_t k = 0; k < DISCLOSE_BOX_CELLS; k++)
            if (!disclose_is_empty_box(w, w->nodes[question], k))
                disclose_terms_add(&x, row_of(w, item, side), k);
        disclose_terms_end(&x, sums, n_sums);
    }
    return rc;
}

enum rc disclose_fast_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    if (w->p->fast.seconds == 0)
        return RC_OK;
    enum rc rc = disclose_terms_begin(w, &x, 1 + SIDES);
    if (rc == RC_OK) {
        disclose_terms_add(&x, w->n_questions, 0); /* the ballots */
        disclose_terms_turn(&x);
        disclose_terms_add(&x, w->fast_rows, FAST);
        disclose_terms_add(&x, w->fast_rows, OTHERS);
        disclose_terms_end(&x, sums, n_sums);
    }
    for (size_t i = 0; rc == RC_OK && i < w->p->fast.n_items; i++)
        rc = add_item_sums(w, i, sums, n_sums);
    return rc;
}

enum rc disclose_put_fast(const struct disclose_worker *w, struct publication *out)
{
    struct pub_fast x = w->p->fast;
    if (x.seconds == 0)
        return RC_OK;
    struct pub_row *without = arena_array(w->a, x.n_items + 1, sizeof *without);
    enum rc rc = without == NULL ? rc_set(w->e, RC_NOMEM, "no memory for the fast ballots of \"%s\"", w->p->slug)
                                 : disclose_put_row(w, &w->rows[w->fast_rows], 1, &x.fast);
    for (size_t i = 0; rc == RC_OK && i < x.n_items; i++)
        rc = disclose_put_row(w, &w->rows[row_of(w, i, OTHERS)], PUB_BOXES, &without[i]);
    x.without = without;
    out->fast = x;
    return rc;
}
