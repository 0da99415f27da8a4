/* The rows of waves, crossings and grids in the table of figures: after the questions, in the same columns.
 *   wave N _top2      a question in the N-th wave; row_text names the wave
 *   ROW=OPTION NAME   a question's option NAME among the ballots with OPTION in question ROW
 *   _straight         ballots with one answer to all questions of a grid (under its first question)
 *   _top2 without straight lines, ...
 *   _fast             ballots sent within the survey's fast_seconds (under the first of the five-point questions)
 *   _top2 without fast ballots, ... */
#include <stdio.h>

#include "report/publication_csv.h"

static const char *const boxes[PUB_BOXES] = {"_top2", "_neutral", "_bottom2"};
enum { ROW_NAME_MAX = 256 };

/* One line for each share of a row; `before` and `after` stand around the column's name. */
static void put_shares(struct csv *c, const struct pub_question *q, size_t lang, const struct pub_row *r, bool is_boxes,
                       size_t n_columns, const char *before, const char *after, const char *text)
{
    for (size_t k = 0; k < (is_boxes ? PUB_BOXES : n_columns); k++) {
        char name[ROW_NAME_MAX];
        (void)snprintf(name, sizeof name, "%s%s%s", before,
                       is_boxes ? boxes[k] : q->options[publication_column(q, k)].name, after);
        publication_csv_row(c, q, lang, name, text, r->is_suppressed ? NULL : &r->shares[k], r->n, r->as_of);
    }
}

static void put_trend(struct csv *c, const struct publication *p, const struct pub_trend *t, size_t lang)
{
    for (size_t i = 0; i < p->n_waves; i++) {
        char before[ROW_NAME_MAX / 2];
        if (!t->points[i].is_comparable)
            continue;
        (void)snprintf(before, sizeof before, "wave %zu ", i + 1);
        put_shares(c, &p->questions[t->question], lang, &t->points[i].row, t->is_boxes, t->n_columns, before, "",
                   p->waves[i].name);
    }
}

static void put_cross(struct csv *c, const struct publication *p, const struct pub_cross *x, size_t lang)
{
    const struct pub_question *rows = &p->questions[x->row];
    for (size_t i = 0; i < x->n_rows; i++) {
        const struct pub_option *o = &rows->options[publication_column(rows, i)];
        char before[ROW_NAME_MAX / 2];
        (void)snprintf(before, sizeof before, "%s=%s ", rows->name, o->name);
        put_shares(c, &p->questions[x->column], lang, &x->rows[i], x->rows[i].is_boxes, x->n_columns, before, "", form_text(&o->label, lang));
    }
}

static void put_grid(struct csv *c, const struct publication *p, const struct pub_grid *g, size_t lang)
{
    publication_csv_row(c, &p->questions[g->items[0]], lang, "_straight", "",
                        g->straight.is_suppressed ? NULL : &g->straight.shares[0], g->straight.n, g->straight.as_of);
    for (size_t i = 0; i < g->n_items; i++)
        put_shares(c, &p->questions[g->items[i]], lang, &g->without[i], true, PUB_BOXES, "", " without straight lines", "");
}

static void put_fast(struct csv *c, const struct publication *p, size_t lang)
{
    const struct pub_fast *x = &p->fast;
    if (x->n_items == 0)
        return; /* none to be told without them */
    publication_csv_row(c, &p->questions[x->items[0]], lang, "_fast", "", x->fast.is_suppressed ? NULL : &x->fast.shares[0],
                        x->fast.n, x->fast.as_of);
    for (size_t i = 0; i < x->n_items; i++)
        put_shares(c, &p->questions[x->items[i]], lang, &x->without[i], true, PUB_BOXES, "", " without fast ballots", "");
}

void publication_csv_tables(struct csv *c, const struct publication *p, size_t lang)
{
    for (size_t i = 0; i < p->n_trends; i++)
        put_trend(c, p, &p->trends[i], lang);
    for (size_t i = 0; i < p->n_crosses; i++)
        put_cross(c, p, &p->crosses[i], lang);
    for (size_t i = 0; i < p->n_grids; i++)
        put_grid(c, p, &p->grids[i], lang);
    put_fast(c, p, lang);
}
