/* tally --recount: the cells once more, from the responses. See tally.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/progress.h"
#include "box/cells.h"
#include "box/tally.h"

enum { LINES_MAX = 100 };

struct recount {
    const struct tally_work *work;
    struct cells *found;  /* one per version: from the responses */
    struct cells *stored; /* one per version: cell - cell_retired */
    size_t at;            /* version whose stored cells are being read */
    int sign;
    struct progress progress;
    int64_t n_cells, n_differences;
};

static enum rc count_response(void *ctx, int64_t version_id, const unsigned char *codes, size_t len,
                              struct rc_info *e)
{
    struct recount *r = ctx;
    const struct tally_form *f = tally_work_form(r->work, version_id);
    if (f == NULL)
        return rc_set(e, RC_CONFLICT, "a response names version %" PRId64 ", which \"%s\" does not have", version_id,
                      r->work->survey.slug);
    progress_add(&r->progress, 1);
    enum rc rc = cells_count(&r->found[f - r->work->forms], codes, len, 1, e);
    return rc == RC_TOOBIG ? rc_set(e, rc, "the profiles of \"%s\" are too many to compare in memory: %s",
                                    r->work->survey.slug, e->msg)
                           : rc;
}

static enum rc add_stored(void *ctx, const struct tally_cell *c, struct rc_info *e)
{
    struct recount *r = ctx;
    return cells_add_stored(&r->stored[r->at], c, r->sign, e);
}

static enum rc read_stored(struct recount *r, struct db *db, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (r->at = 0; rc == RC_OK && r->at < r->work->n_forms; r->at++) {
        const struct opener_version *v = &r->work->forms[r->at].open;
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
    (void)snprintf(out, size, "?");
}

static void differ(struct recount *r, const struct tally_form *f, const struct cell *c, const char *what, size_t slot,
                   int64_t stored, int64_t found)
{
    if (r->n_differences++ >= LINES_MAX)
        return;
    (void)printf("differs: %s version %" PRId64 " profile ", r->work->survey.slug, f->version_no);
    for (size_t i = 0; i < c->profile_len; i++)
        (void)printf("%02x", c->profile[i]);
    (void)printf(" slot %zu (%s): stored %" PRId64 ", recounted %" PRId64 "\n", slot, what, stored, found);
}

/* Compare a cell with its counterpart; where there is none, with nothing. */
static void compare_cell(struct recount *r, const struct tally_form *f, const struct cell *stored,
                         const struct cell *found)
{
    const struct form *form = f->open.form;
    const struct cell *any = stored != NULL ? stored : found;
    int64_t was = stored != NULL ? stored->n : 0, is = found != NULL ? found->n : 0;
    r->n_cells++;
    if (was != is)
        differ(r, f, any, "ballots", form->n_slots, was, is);
    for (size_t k = 0; k < form->n_slots; k++) {
        char name[256];
        was = stored != NULL ? stored->counts[k] : 0;
        is = found != NULL ? found->counts[k] : 0;
        if (was == is)
            continue;
        slot_name(form, k, name, sizeof name);
        differ(r, f, any, name, k, was, is);
    }
}

static void compare_all(struct recount *r)
{
    for (size_t i = 0; i < r->work->n_forms; i++) {
        const struct cells *stored = &r->stored[i], *found = &r->found[i];
        for (size_t k = 0; k < stored->n; k++)
            compare_cell(r, &r->work->forms[i], &stored->items[k],
                         cells_find(found, stored->items[k].profile, stored->items[k].profile_len));
        for (size_t k = 0; k < found->n; k++)
            if (cells_find(stored, found->items[k].profile, found->items[k].profile_len) == NULL)
                compare_cell(r, &r->work->forms[i], NULL, &found->items[k]);
    }
    if (r->n_differences > LINES_MAX)
        (void)printf("... and %" PRId64 " more\n", r->n_differences - LINES_MAX);
}

enum rc tally_recount(struct tally *t, const struct tally_work *w, int64_t *n_cells, int64_t *n_differences,
                      struct rc_info *e)
{
    size_t n = w->n_forms, made = 0;
    struct cells *tables = calloc(2 * n + 1, sizeof *tables);
    struct recount r = {.work = w, .found = tables, .stored = tables + n};
    enum rc rc = tables == NULL ? rc_set(e, RC_NOMEM, "no memory for %zu tables", 2 * n) : RC_OK;
    for (; rc == RC_OK && made < 2 * n; made++)
        rc = cells_init(&tables[made], w->forms[made % n].open.form, e);
    progress_begin(&r.progress, "recounting", 0);
    if (rc == RC_OK)
        rc = read_stored(&r, t->db, e);
    if (rc == RC_OK)
        rc = tally_read_responses(t->db, w->survey.survey_id, count_response, &r, e);
    progress_end(&r.progress);
    if (rc == RC_OK)
        compare_all(&r);
    bool is_stale = false;
    if (rc == RC_OK)
        rc = tally_check_figures(t, w, &is_stale, e);
    if (is_stale) {
        (void)printf("differs: what is shown of %s is not of these cells (does a tally wait to publish?)\n", w->survey.slug);
        r.n_differences++;
    }
    *n_cells += r.n_cells;
    *n_differences += r.n_differences;
    for (size_t i = 0; i < made; i++)
        cells_release(&tables[i]);
    free(tables);
    return rc;
}
