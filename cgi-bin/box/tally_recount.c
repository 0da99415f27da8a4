/* tally --recount: the cells once more, from the responses. See tally.h. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box/cells.h"
#include "box/recount.h"
#include "box/tally.h"
#include "box/tree.h"

enum { LINES_MAX = 100 };

struct recount {
    struct recount_table *found, *stored; /* from the responses; cell - cell_retired. In the same order */
    size_t n, n_stored;
    int64_t n_cells, n_differences;
};

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
    (void)printf("differs: %s version %" PRId64 " wave %d profile ", t->work->survey.slug, t->form->version_no,
                 (int)t->wave);
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
    if (was == is && stored != NULL && found != NULL && memcmp(stored->counts, found->counts, form->n_slots * sizeof *any->counts) == 0)
        return;
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
        const struct cells *stored = &r->stored[i].cells, *found = &r->found[i].cells;
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

/* Which works' publications are not of the stored cells. */
static enum rc find_stale(struct tally *t, const struct tally_work *works, size_t n, bool *is_stale, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = tally_check_figures(t, &works[i], &is_stale[i], e);
    return rc;
}

static void tell_stale(struct recount *r, const struct tally_work *works, size_t n, const bool *is_stale)
{
    for (size_t i = 0; i < n; i++) {
        if (is_stale[i])
            (void)printf("differs: what is shown of %s is not of these cells (does a tally wait to publish?)\n",
                         works[i].survey.slug);
        r->n_differences += is_stale[i];
    }
}

/* What is stored, while other threads count the responses. */
static enum rc read_stored(struct recount *r, struct tally *t, const struct tally_work *works, size_t n, struct rc_info *e)
{
    enum rc rc = recount_tables_make(works, n, &r->stored, &r->n_stored, e);
    if (rc == RC_OK)
        rc = recount_add_stored(r->stored, r->n_stored, t->db, TALLY_CELL, 1, e);
    if (rc == RC_OK)
        rc = recount_add_stored(r->stored, r->n_stored, t->db, TALLY_RETIRED, -1, e);
    return rc;
}

/* *figures: how the check of the figures ended. Cells that no figures can be made of are told of one by one all the same. */
static enum rc count_and_read(struct recount *r, struct tally *t, const struct tally_work *works, size_t n, bool is_all,
                              bool *is_stale, struct rc_info *figures, struct rc_info *e)
{
    struct recount_scan *scan = NULL;
    enum rc rc = recount_tables_make(works, n, &r->found, &r->n, e);
    if (rc == RC_OK)
        rc = recount_begin(r->found, r->n, is_all, &scan, e);
    if (rc != RC_OK)
        return rc;
    rc = read_stored(r, t, works, n, e);
    if (rc == RC_OK) {
        figures->rc = find_stale(t, works, n, is_stale, figures);
        return recount_end(scan, e);
    }
    recount_give_up(scan);
    return rc;
}

/* The tree of all responses against the stored one, brought up to date where a tally was killed before it
 * published; what is published was compared with that by compare_figures. */
static enum rc compare_tree(struct recount *r, struct tally *t, const struct tally_work *w, struct rc_info *e)
{
    struct arena a;
    struct tree stored, found;
    char was[2 * MERKLE_BYTES + 1] = "none", is[2 * MERKLE_BYTES + 1] = "none";
    arena_init(&a, 16 << 20);
    enum rc rc = tree_make(&stored, t->db, w->survey.survey_id, false, &a, e);
    if (rc == RC_OK && stored.stored.is_there)
        rc = tree_make(&found, t->db, w->survey.survey_id, true, &a, e);
    if (rc == RC_OK && stored.stored.is_there) {
        if (stored.has_root)
            (void)sodium_bin2hex(was, sizeof was, stored.root, MERKLE_BYTES);
        if (found.has_root)
            (void)sodium_bin2hex(is, sizeof is, found.root, MERKLE_BYTES);
        if (strcmp(was, is) != 0) {
            (void)printf("differs: %s Merkle root: stored %s, recomputed %s\n", w->survey.slug, was, is);
            r->n_differences++;
        }
    }
    arena_release(&a);
    return rc;
}

enum rc tally_recount(struct tally *t, const struct tally_work *works, size_t n, bool is_all, bool with_trees,
                      int64_t *n_cells, int64_t *n_differences, struct rc_info *e)
{
    struct recount r = {0};
    bool *is_stale = calloc(n + 1, sizeof *is_stale);
    struct rc_info figures = {0};
    enum rc rc = is_stale == NULL ? rc_set(e, RC_NOMEM, "no memory for %zu surveys", n)
                                  : count_and_read(&r, t, works, n, is_all, is_stale, &figures, e);
    if (rc == RC_OK) {
        compare_all(&r);
        tell_stale(&r, works, n, is_stale);
        rc = figures.rc == RC_OK ? RC_OK : rc_set(e, figures.rc, "%s", figures.msg);
    }
    for (size_t i = 0; rc == RC_OK && with_trees && i < n; i++)
        rc = compare_tree(&r, t, &works[i], e);
    *n_cells = r.n_cells;
    *n_differences = r.n_differences;
    free(is_stale);
    recount_tables_free(r.found, r.n);
    recount_tables_free(r.stored, r.n_stored);
    return rc;
}
