#include "report/trend.h"

#include <math.h>
#include <string.h>

#include "stats/unweighted.h"

static enum rc no_memory(const struct publication *p, struct rc_info *e)
{
    return rc_set(e, RC_NOMEM, "no memory for the trends of \"%s\"", p->slug);
}

/* ---- one wave ---- */

/* The figures of a wave's ballots alone: questions and weights. */
static enum rc make_wave(const struct figures_input *in, const struct trend_wave *v, struct arena *a,
                         struct publication *out, struct rc_info *e)
{
    const struct form *f = in->form;
    int64_t *counts = arena_array(a, f->n_slots + 1, sizeof *counts);
    struct figures_input part = {.form = f, .version_no = in->version_no, .counts = counts, .first_day = v->first_day,
                                 .last_day = v->last_day, .n_cells = v->n_cells, .cells = v->cells,
                                 .margins = in->margins, .is_part = true};
    if (counts == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a wave of \"%s\"", f->slug);
    for (size_t i = 0; i < v->n_cells; i++) {
        part.n_ballots += v->cells[i].n;
        for (size_t k = 0; k < f->n_slots; k++)
            counts[k] += v->cells[i].counts[k];
    }
    return figures_make(&part, a, out, e);
}

/* A question's columns from its figures. */
static enum rc take_row(const struct pub_question *q, bool is_boxes, size_t n_columns, struct arena *a, struct pub_row *out)
{
    struct pub_share *shares = arena_array(a, n_columns + 1, sizeof *shares);
    if (shares == NULL)
        return RC_NOMEM;
    *out = (struct pub_row){.is_suppressed = q->is_suppressed, .n = q->is_suppressed ? 0 : q->n, .shares = shares};
    if (q->is_suppressed)
        return RC_OK;
    const struct pub_share *const boxes[PUB_BOXES] = {&q->top2, &q->neutral, &q->bottom2};
    for (size_t k = 0; k < (is_boxes ? PUB_BOXES : n_columns); k++)
        shares[k] = is_boxes ? *boxes[k] : q->options[publication_column(q, k)].share;
    return RC_OK;
}

static bool has_trend(const struct pub_question *q)
{
    return q->n_options > 0 && publication_columns(q) > 0;
}

/* Node of each question of the publication. */
static size_t node_of(const struct form *f, size_t question)
{
    size_t node = 0;
    for (size_t n = 0; node < f->n_nodes; node++)
        if (f->nodes[node].n_slots > 0 && n++ == question)
            break;
    return node;
}

static enum rc add_wave(const struct figures_input *in, const struct trend_wave *v, size_t at, struct pub_wave *wave,
                        struct pub_point **points, struct publication *p, struct arena *a, struct rc_info *e)
{
    struct publication part = {.n_ballots = 0};
    enum rc rc = make_wave(in, v, a, &part, e);
    if (rc != RC_OK)
        return rc;
    *wave = (struct pub_wave){.name = v->name, .first_day = v->first_day, .last_day = v->last_day,
                              .is_suppressed = part.n_ballots < p->threshold, .weights = part.weights};
    wave->n_ballots = wave->is_suppressed ? 0 : part.n_ballots;
    for (size_t i = 0; i < p->n_trends; i++) {
        const struct pub_trend *t = &p->trends[i];
        points[i][at] = (struct pub_point){.is_comparable = v->is_comparable[node_of(in->form, t->question)], .since = SIZE_MAX};
        if (take_row(&part.questions[t->question], t->is_boxes, t->n_columns, a, &points[i][at].row) != RC_OK)
            return no_memory(p, e);
    }
    return RC_OK;
}

enum rc trend_make(const struct figures_input *in, const struct trend_wave *waves, size_t n, struct arena *a,
                   struct publication *p, struct rc_info *e)
{
    struct pub_wave *out = arena_array(a, n + 1, sizeof *out);
    struct pub_trend *trends = arena_array(a, p->n_questions + 1, sizeof *trends);
    struct pub_point **points = arena_array(a, p->n_questions + 1, sizeof *points);
    if (out == NULL || trends == NULL || points == NULL)
        return no_memory(p, e);
    p->waves = out;
    p->trends = trends;
    for (size_t i = 0; n > 0 && i < p->n_questions; i++) {
        const struct pub_question *q = &p->questions[i];
        if (!has_trend(q))
            continue;
        struct pub_point *x = arena_array(a, n, sizeof *x);
        if (x == NULL)
            return no_memory(p, e);
        points[p->n_trends] = x;
        trends[p->n_trends++] = (struct pub_trend){.question = i, .is_boxes = q->has_boxes, .points = x,
                                                   .n_columns = q->has_boxes ? PUB_BOXES : publication_columns(q)};
    }
    enum rc rc = RC_OK;
    for (; rc == RC_OK && p->n_waves < n; p->n_waves++)
        rc = add_wave(in, &waves[p->n_waves], p->n_waves, &out[p->n_waves], points, p, a, e);
    return rc;
}

/* ---- changes ---- */

static struct pub_change compare(const struct pub_row *now, const struct pub_row *then, size_t k)
{
    const struct pub_share *a = &now->shares[k], *b = &then->shares[k];
    struct pub_change c = {.value = a->p - b->p, .has_interval = a->has_interval && b->has_interval};
    if (!c.has_interval)
        return c;
    struct share_difference d = unweighted_share_difference((double)a->count, (double)now->n, (double)b->count,
                                                            (double)then->n, 0.95);
    c.has_interval = d.z.state == STATS_DEFINED;
    c.low = d.z.low;
    c.high = d.z.high;
    c.p_value = d.state == STATS_DEFINED ? d.pooled_p_value : 1; /* both shares 0, or both 1 */
    return c;
}

static struct pub_change compare_weighted(const struct pub_weighted *now, const struct pub_weighted *then)
{
    struct pub_change c = {.value = now->p - then->p, .has_interval = now->has_interval && then->has_interval};
    const struct estimate a = {.value = now->p, .se = now->se, .degf = now->degf},
                          b = {.value = then->p, .se = then->se, .degf = then->degf};
    if (!c.has_interval)
        return c;
    struct difference d = estimate_independent(&a, &b);
    struct limits l = interval_t(d.value, d.se, d.degf, 0.95, 0);
    c.has_interval = d.state == STATS_DEFINED && l.state == STATS_DEFINED;
    c.low = fmax(l.low, -1);
    c.high = fmin(l.high, 1);
    c.p_value = d.p_value;
    return c;
}

static bool has_figures(const struct pub_point *x)
{
    return x->is_comparable && !x->row.is_suppressed && x->row.n > 0;
}

static enum rc compare_point(struct pub_point *x, const struct pub_point *then, size_t n_columns, struct arena *a)
{
    struct pub_change *c = arena_array(a, n_columns + 1, sizeof *c), *w = arena_array(a, n_columns + 1, sizeof *w);
    bool is_weighted = n_columns > 0;
    if (c == NULL || w == NULL)
        return RC_NOMEM;
    for (size_t k = 0; k < n_columns; k++) {
        c[k] = compare(&x->row, &then->row, k);
        is_weighted = is_weighted && x->row.shares[k].is_weighted && then->row.shares[k].is_weighted;
        if (is_weighted)
            w[k] = compare_weighted(&x->row.shares[k].weighted, &then->row.shares[k].weighted);
    }
    x->changes = c;
    x->weighted = is_weighted ? w : NULL;
    return RC_OK;
}

enum rc trend_compare(struct publication *p, struct arena *a, struct rc_info *e)
{
    struct pub_trend *trends = arena_array(a, p->n_trends + 1, sizeof *trends);
    if (trends == NULL)
        return no_memory(p, e);
    for (size_t i = 0; i < p->n_trends; i++) {
        struct pub_point *x = arena_array(a, p->n_waves + 1, sizeof *x);
        size_t last = SIZE_MAX;
        if (x == NULL)
            return no_memory(p, e);
        trends[i] = p->trends[i];
        for (size_t k = 0; k < p->n_waves; k++) {
            x[k] = p->trends[i].points[k];
            x[k].since = has_figures(&x[k]) ? last : SIZE_MAX;
            if (x[k].since != SIZE_MAX && compare_point(&x[k], &x[last], trends[i].n_columns, a) != RC_OK)
                return no_memory(p, e);
            last = has_figures(&x[k]) ? k : last;
        }
        trends[i].points = x;
    }
    p->trends = trends;
    return RC_OK;
}

struct pub_change trend_between(const struct pub_point *now, const struct pub_point *then, size_t k)
{
    return compare(&now->row, &then->row, k);
}
