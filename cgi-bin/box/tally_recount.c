/* tally --recount: the cells once more, from the responses. See tally.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "box/cells.h"
#include "box/recount.h"
#include "box/tally.h"

enum { LINES_MAX = 100 };

struct recount {
    struct recount_table *found; /* one per version: from the responses */
    struct cells *stored;        /* one per version: cell - cell_retired */
    size_t n, n_begun;
    size_t at; /* version whose stored cells are being read */
    int sign;
    int64_t n_cells, n_differences;
};

static enum rc add_stored(void *ctx, const struct tally_cell *c, struct rc_info *e)
{
    struct recount *r = ctx;
    return cells_add_stored(&r->stored[r->at], c, r->sign, e);
}

static enum rc read_stored(struct recount *r, struct db *db, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (r->at = 0; rc == RC_OK && r->at < r->n; r->at++) {
        const struct opener_version *v = &r->found[r->at].form->open;
        r->sign = 1;
        rc = tally_read_cells(db, TALLY_CELL, v->survey_id, v->version_id, add_stored, r, e);
        r->sign = -1;
        if (rc == RC_OK)
            rc = tally_read_cells(db, TALLY_RETIRED, v->survey_id, v->version_id, add_stored, r, e);
    }
    return rc;
}

/* "q_privacy/4", or the state or kind of answer that a slot counts. */
static void slot_name(const struct form *f, size_t slot, char *out, size_t size)
{
    static const char *const states[] = {"not asked", "skipped"};
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        if (n->n_slots == 0 || slot < n->slot || slot >= n->slot + n->n_slots)
            continue;
        size_t at = slot - n->slot;
        bool is_choice = at >= 2 && n->choices != NULL && at - 2 < n->choices->n;
        (void)snprintf(out, size, "%s/%s", n->name,
                       at < 2 ? states[at] : is_choice ? n->choices->items[at - 2].name : "answered");
        return;
    }
    (void)snprintf(out, size, "questions counted together");
}

static void differ(struct recount *r, const struct recount_table *t, const struct cell *c, const char *what,
                   size_t slot, int64_t stored, int64_t found)
{
    if (r->n_differences++ >= LINES_MAX)
        return;
    (void)printf("differs: %s version %" PRId64 " profile ", t->work->survey.slug, t->form->version_no);
    for (size_t i = 0; i < c->profile_len; i++)
        (void)printf("%02x", c->profile[i]);
    (void)printf(" slot %zu (%s): stored %" PRId64 ", recounted %" PRId64 "\n", slot, what, stored, found);
}

/* Compare a cell with its counterpart; where there is none, with nothing. */
static void compare_cell(struct recount *r, const struct recount_table *t, const struct cell *stored,
                         const struct cell *found)
{
    const struct form *form = t->form->open.form;
    const struct cell *any = stored != NULL ? stored : found;
    int64_t was = stored != NULL ? stored->n : 0, is = found != NULL ? found->n : 0;
    r->n_cells++;
    if (was != is)
        differ(r, t, any, "ballots", form->n_slots, was, is);
    for (size_t k = 0; k < form->n_slots; k++) {
        char name[256];
        was = stored != NULL ? stored->counts[k] : 0;
        is = found != NULL ? found->counts[k] : 0;
        if (was == is)
            continue;
        slot_name(form, k, name, sizeof name);
        differ(r, t, any, name, k, was, is);
    }
}

static void compare_all(struct recount *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct cells *stored = &r->stored[i], *found = &r->found[i].cells;
        for (size_t k = 0; k < stored->n; k++)
            compare_cell(r, &r->found[i], &stored->items[k],
                         cells_find(found, stored->items[k].profile, stored->items[k].profile_len));
        for (size_t k = 0; k < found->n; k++)
            if (cells_find(stored, found->items[k].profile, found->items[k].profile_len) == NULL)
                compare_cell(r, &r->found[i], NULL, &found->items[k]);
    }
    if (r->n_differences > LINES_MAX)
        (void)printf("... and %" PRId64 " more\n", r->n_differences - LINES_MAX);
}

static enum rc compare_figures(struct recount *r, struct tally *t, const struct tally_work *works, size_t n,
                               struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        bool is_stale = false;
        rc = tally_check_figures(t, &works[i], &is_stale, e);
        if (is_stale)
            (void)printf("differs: what is shown of %s is not of these cells (does a tally wait to publish?)\n",
                         works[i].survey.slug);
        r->n_differences += is_stale;
    }
    return rc;
}

static enum rc recount_init(struct recount *r, const struct tally_work *works, size_t n, struct rc_info *e)
{
    enum rc rc = RC_OK;
    *r = (struct recount){0};
    for (size_t i = 0; i < n; i++)
        r->n += works[i].n_forms;
    r->found = calloc(r->n + 1, sizeof *r->found);
    r->stored = calloc(r->n + 1, sizeof *r->stored);
    if (r->found == NULL || r->stored == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu tables", 2 * r->n);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        for (size_t k = 0; rc == RC_OK && k < works[i].n_forms; k++) {
            struct recount_table *t = &r->found[r->n_begun];
            t->work = &works[i];
            t->form = &works[i].forms[k];
            rc = cells_init(&t->cells, t->form->open.form, e);
            if (rc == RC_OK)
                rc = cells_init(&r->stored[r->n_begun], t->form->open.form, e);
            r->n_begun++;
        }
    return rc;
}

static void recount_release(struct recount *r)
{
    for (size_t i = 0; i < r->n_begun; i++) {
        cells_release(&r->found[i].cells);
        cells_release(&r->stored[i]);
    }
    free(r->found);
    free(r->stored);
}

enum rc tally_recount(struct tally *t, const struct tally_work *works, size_t n, bool is_all, int64_t *n_cells,
                      int64_t *n_differences, struct rc_info *e)
{
    struct recount r;
    enum rc rc = recount_init(&r, works, n, e);
    if (rc == RC_OK)
        rc = read_stored(&r, t->db, e);
    if (rc == RC_OK)
        rc = recount_scan(r.found, r.n, is_all, e);
    if (rc == RC_OK)
        compare_all(&r);
    if (rc == RC_OK)
        rc = compare_figures(&r, t, works, n, e);
    *n_cells = r.n_cells;
    *n_differences = r.n_differences;
    recount_release(&r);
    return rc;
}
