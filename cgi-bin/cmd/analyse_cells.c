/* tally analyse: the cell and the weight of the row in hand. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse_inner.h"

/* Twice the room for `cap` items of `size`, the new ones zeroed; in place on failure. */
static bool enlarge(void *items, size_t before, size_t cap, size_t size)
{
    void *old = NULL;
    memcpy(&old, items, sizeof old); /* *items is a pointer of some type */
    char *p = reallocarray(old, cap, size);
    if (p == NULL)
        return false;
    memset(p + before * size, 0, (cap - before) * size);
    memcpy(items, &p, sizeof p);
    return true;
}

static bool combine_grow(struct combine *m, size_t a, size_t b)
{
    struct combine more = {.cap_a = m->cap_a > 0 ? m->cap_a : 16, .cap_b = m->cap_b > 0 ? m->cap_b : 16, .n = m->n};
    while (more.cap_a <= a)
        more.cap_a *= 2;
    while (more.cap_b <= b)
        more.cap_b *= 2;
    if (more.cap_a > SUMS_BYTES_MAX / sizeof *more.ids / more.cap_b)
        return false;
    more.ids = calloc(more.cap_a * more.cap_b, sizeof *more.ids);
    if (more.ids == NULL)
        return false;
    for (size_t i = 0; i < m->cap_a; i++)
        memcpy(more.ids + i * more.cap_b, m->ids + i * m->cap_b, m->cap_b * sizeof *m->ids);
    free(m->ids);
    *m = more;
    return true;
}

/* The number of the pair (a, b); SIZE_MAX without memory. */
static size_t combine_id(struct combine *m, size_t a, size_t b)
{
    if ((a >= m->cap_a || b >= m->cap_b) && !combine_grow(m, a, b))
        return SIZE_MAX;
    uint32_t *id = &m->ids[a * m->cap_b + b];
    if (*id == 0)
        *id = (uint32_t)++m->n;
    return *id - 1;
}

static bool cells_grow(struct cells *c, size_t id)
{
    size_t cap = c->cap > 0 ? c->cap : 16;
    while (cap <= id)
        cap *= 2;
    bool is_good = enlarge(&c->n_of, c->cap, cap, sizeof *c->n_of) &&
                   enlarge(&c->stratum, c->cap, cap, sizeof *c->stratum);
    for (size_t k = 0; is_good && k < c->n_margins; k++)
        is_good = enlarge(&c->category[k], c->cap, cap, sizeof *c->category[k]);
    c->cap = is_good ? cap : c->cap;
    return is_good;
}

/* The stratum's population is the same in all its rows. */
static enum rc take_population(struct job *j, size_t stratum, struct rc_info *e)
{
    struct cells *c = &j->cells;
    const struct column *fpc = &j->data.columns[c->fpc_column];
    if (!fpc->has_number || !(fpc->number > 0))
        return data_error(&j->data, fpc, e, "the size of a population is a number over 0");
    if (stratum >= c->cap_strata) {
        size_t cap = c->cap_strata > 0 ? c->cap_strata : 16;
        while (cap <= stratum)
            cap *= 2;
        if (!enlarge(&c->population, c->cap_strata, cap, sizeof *c->population))
            return rc_set(e, RC_NOMEM, "no memory for %zu strata", stratum);
        c->cap_strata = cap;
    }
    if (c->population[stratum] == 0)
        c->population[stratum] = fpc->number;
    if (c->population[stratum] != fpc->number) /* the same text, the same double */
        return data_error(&j->data, fpc, e, "%g, where an earlier row of the same stratum says %g", fpc->number,
                          c->population[stratum]);
    return RC_OK;
}

enum rc job_cell(struct job *j, uint32_t *cell, double *weight, struct rc_info *e)
{
    struct cells *c = &j->cells;
    size_t id = 0, stratum = 0;
    *weight = 1;
    if (c->weight_column != SIZE_MAX) {
        const struct column *w = &j->data.columns[c->weight_column];
        if (!w->has_number || !(w->number > 0))
            return data_error(&j->data, w, e, w->has_number ? "a weight is over 0" : "a weight is missing");
        *weight = w->number;
    }
    if (c->strata_column != SIZE_MAX) {
        const struct column *s = &j->data.columns[c->strata_column];
        if (s->code == 0)
            return data_error(&j->data, s, e, "the stratum is missing");
        id = stratum = s->code - 1;
    }
    if (c->fpc_column != SIZE_MAX) {
        enum rc rc = take_population(j, stratum, e);
        if (rc != RC_OK)
            return rc;
    }
    for (size_t k = 0; k < c->n_margins && id != SIZE_MAX; k++) {
        const struct column *m = &j->data.columns[c->margin_columns[k]];
        if (m->code > j->margins.n_categories[k])
            return data_error(&j->data, m, e, "\"%s\" has no margin in %s", m->dict.texts[m->code - 1], j->margins.path);
        id = combine_id(&c->chain[k], id, m->code);
    }
    if (id >= UINT32_MAX || (id >= c->cap && !cells_grow(c, id)))
        return rc_set(e, RC_NOMEM, "no memory for the combinations of strata and margins");
    if (id >= c->n)
        c->n = id + 1;
    c->stratum[id] = (uint32_t)stratum;
    for (size_t k = 0; k < c->n_margins; k++)
        c->category[k][id] = j->data.columns[c->margin_columns[k]].code;
    *cell = (uint32_t)id;
    return RC_OK;
}

void job_cells_release(struct cells *c)
{
    for (size_t k = 0; k < MARGINS_MAX; k++) {
        free(c->chain[k].ids);
        free(c->category[k]);
    }
    free(c->n_of);
    free(c->stratum);
    free(c->population);
}
