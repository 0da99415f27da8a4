#include "box/tally_trend.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "box/recount.h"
#include "report/trend.h"

enum { CELLS_MAX = 1 << 30, WHENEVER = 1000000 /* days: the year 4737 */ };

struct gathered {
    struct arena a; /* cells in the current version's form, while they are counted */
    struct recount_table *tables;
    size_t n_tables;
    struct comparable *alike;
    size_t n_alike;
};

static enum rc no_memory(const struct tally_work *w, struct rc_info *e)
{
    return rc_set(e, RC_TOOBIG, "no memory for the waves of \"%s\"", w->survey.slug);
}

/* In the order of their profiles: sums of weights come out with the same last bit every night. */
static int by_profile(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int order = memcmp(x->profile, y->profile, x->profile_len < y->profile_len ? x->profile_len : y->profile_len);
    return order != 0 ? order : (x->profile_len > y->profile_len) - (x->profile_len < y->profile_len);
}

/* Which questions of `to` another version asked alike. */
static void mark_alike(const struct gathered *g, const struct tally_form *from, const struct tally_form *to, bool *is_alike)
{
    const struct form *f = to->open.form;
    bool is_self = from->version_no == to->version_no;
    int64_t low = from->version_no < to->version_no ? from->version_no : to->version_no;
    int64_t high = from->version_no < to->version_no ? to->version_no : from->version_no;
    for (size_t i = 0; i < f->n_nodes; i++) {
        is_alike[i] = is_self;
        for (size_t k = 0; f->nodes[i].n_slots > 0 && k < g->n_alike; k++)
            is_alike[i] |= g->alike[k].version_a == low && g->alike[k].version_b == high &&
                           strcmp(g->alike[k].question, f->nodes[i].name) == 0;
    }
}

/* The cells of one table, as of the current version, to out[0 .. cells.n). */
static enum rc take_cells(struct gathered *g, struct recount_table *t, const struct tally_form *to, const bool *is_alike,
                          struct figures_cell *out, struct rc_info *e)
{
    struct cells *c = &t->cells;
    struct figures_cell *own = arena_array(&g->a, c->n + 1, sizeof *own);
    if (own == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu cells", c->n);
    qsort(c->items, c->n, sizeof *c->items, by_profile); /* the table is not looked up any more */
    for (size_t i = 0; i < c->n; i++)
        own[i] = (struct figures_cell){c->items[i].profile, c->items[i].n, c->items[i].counts};
    if (t->form != to)
        return trend_translate(t->form->open.form, to->open.form, is_alike, own, c->n, out, &g->a, e);
    memcpy(out, own, c->n * sizeof *out);
    return RC_OK;
}

static bool is_any(const bool *b, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any |= b[i];
    return any;
}

/* All versions' cells of one wave. A version of which nothing compares is left out. */
static enum rc gather_wave(struct gathered *g, const struct tally_form *to, const struct wave *v, struct trend_wave *out,
                           struct rc_info *e)
{
    size_t n_nodes = to->open.form->n_nodes, room = 0;
    for (size_t i = 0; i < g->n_tables; i++)
        room += g->tables[i].wave == v->wave ? g->tables[i].cells.n : 0;
    struct figures_cell *cells = arena_array(&g->a, room + 1, sizeof *cells);
    bool *is_comparable = arena_array(&g->a, n_nodes + 1, sizeof *is_comparable);
    bool *is_alike = arena_array(&g->a, n_nodes + 1, sizeof *is_alike);
    if (cells == NULL || is_comparable == NULL || is_alike == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu cells", room);
    *out = (struct trend_wave){.name = v->name, .first_day = v->first_day, .last_day = v->last_day, .cells = cells,
                               .is_comparable = is_comparable};
    enum rc rc = RC_OK;
    for (size_t k = 0; room == 0 && k < n_nodes; k++)
        is_comparable[k] = true; /* nobody, not otherwise */
    for (size_t i = 0; rc == RC_OK && i < g->n_tables; i++) {
        struct recount_table *t = &g->tables[i];
        mark_alike(g, t->form, to, is_alike);
        if (t->wave != v->wave || t->cells.n == 0 || !is_any(is_alike, n_nodes))
            continue;
        rc = take_cells(g, t, to, is_alike, cells + out->n_cells, e);
        out->n_cells += rc == RC_OK ? t->cells.n : 0;
        for (size_t k = 0; k < n_nodes; k++)
            is_comparable[k] |= is_alike[k];
    }
    return rc;
}

static enum rc gather(struct gathered *g, struct tally *t, const struct tally_work *w, struct rc_info *e)
{
    enum rc rc = recount_tables_make(w, 1, &g->tables, &g->n_tables, e);
    if (rc == RC_OK)
        rc = recount_add_stored(g->tables, g->n_tables, t->db, TALLY_CELL, 1, e);
    return rc == RC_OK ? waves_comparable(t->db, w->survey.survey_id, &g->a, &g->alike, &g->n_alike, e) : rc;
}

/* The current version's ballots of every wave, added up; they outlive the cells. */
static enum rc sum_waves(const struct gathered *g, struct tally *t, const struct tally_work *w, const struct tally_form *to,
                         struct figures_input *in, struct arena *a, struct rc_info *e)
{
    size_t n_slots = to->open.form->n_slots;
    struct figures_wave *waves = arena_array(a, w->n_waves, sizeof *waves);
    for (size_t i = 0; waves != NULL && i < w->n_waves; i++) {
        int64_t *counts = arena_array(a, n_slots + 1, sizeof *counts);
        if (counts == NULL)
            return no_memory(w, e);
        waves[i] = (struct figures_wave){.first_day = w->waves[i].first_day, .first = w->waves[i].first, .last = w->waves[i].last, .counts = counts};
        int32_t first = 0;
        enum rc rc = tally_opening_days(t->db, w->survey.survey_id, to->open.version_id, w->waves[i].first, w->waves[i].last,
                                        &first, &waves[i].last_opening, e);
        if (rc != RC_OK)
            return rc;
        for (size_t k = 0; k < g->n_tables; k++) {
            const struct recount_table *part = &g->tables[k];
            for (size_t c = 0; part->form == to && part->wave == w->waves[i].wave && c < part->cells.n; c++) {
                waves[i].n_ballots += part->cells.items[c].n;
                for (size_t s = 0; s < n_slots; s++)
                    counts[s] += part->cells.items[c].counts[s];
            }
        }
    }
    in->waves = waves;
    in->n_waves = waves != NULL ? w->n_waves : 0;
    int32_t last = 0;
    return waves == NULL ? no_memory(w, e)
                         : tally_opening_days(t->db, w->survey.survey_id, to->open.version_id, 0, WHENEVER, &in->first_opening, &last, e);
}

static enum rc list_alike(const struct gathered *g, const struct tally_work *w, const struct tally_form *to,
                          struct figures_input *in, struct arena *a, struct rc_info *e)
{
    struct figures_alike *alike = arena_array(a, g->n_alike + 1, sizeof *alike);
    if (alike == NULL)
        return no_memory(w, e);
    in->alike = alike;
    for (size_t i = 0; i < g->n_alike; i++) {
        const struct comparable *c = &g->alike[i];
        if (c->version_a != to->version_no && c->version_b != to->version_no)
            continue;
        struct figures_alike *x = &alike[in->n_alike++];
        *x = (struct figures_alike){c->version_a == to->version_no ? c->version_b : c->version_a,
                                    arena_printf(a, "%s", c->question)};
        if (x->question == NULL)
            return no_memory(w, e);
    }
    return RC_OK;
}

enum rc tally_trend(struct tally *t, const struct tally_work *w, struct figures_input *in, struct arena *a,
                    struct publication *p, struct rc_info *e)
{
    const struct tally_form *to = tally_work_form(w, w->survey.current_version);
    struct gathered g = {.tables = NULL};
    if (w->n_waves == 0 || to == NULL)
        return RC_OK;
    arena_init(&g.a, CELLS_MAX);
    struct trend_wave *waves = arena_array(&g.a, w->n_waves, sizeof *waves);
    enum rc rc = waves == NULL ? no_memory(w, e) : gather(&g, t, w, e);
    if (rc == RC_OK)
        rc = sum_waves(&g, t, w, to, in, a, e);
    if (rc == RC_OK)
        rc = list_alike(&g, w, to, in, a, e);
    for (size_t i = 0; rc == RC_OK && i < w->n_waves; i++)
        rc = gather_wave(&g, to, &w->waves[i], &waves[i], e);
    if (rc == RC_OK)
        rc = trend_make(in, waves, w->n_waves, a, p, e);
    recount_tables_free(g.tables, g.n_tables);
    arena_release(&g.a);
    if (rc != RC_TOOBIG)
        return rc;
    log_warn("too_many_profiles", kv_s("survey", w->survey.slug), kv_s("effect", "no waves"));
    return RC_OK;
}
