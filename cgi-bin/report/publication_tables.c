/* Crossings, grids, waves and trends of a publication, as JSON and back. */
#include "report/publication_inner.h"

#include <string.h>

enum { TABLES_MAX = FORM_NODES_MAX, PUB_WAVES_MAX = 200 };

size_t publication_columns(const struct pub_question *q)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n_options; i++)
        n += !q->options[i].is_dont_know;
    return n;
}

size_t publication_column(const struct pub_question *q, size_t at)
{
    size_t i = 0;
    for (size_t n = 0; i < q->n_options; i++)
        if (!q->options[i].is_dont_know && n++ == at)
            break;
    return i;
}

/* ---- writing ---- */

void pub_put_row(struct pub_writer *w, json_t *o, const struct pub_row *r, size_t n_columns)
{
    pub_put(w, o, "suppressed", json_boolean(r->is_suppressed));
    if (r->is_suppressed)
        return;
    json_t *shares = json_array();
    if (r->is_boxes)
        pub_put(w, o, "boxes", json_true());
    if (r->as_of != NULL)
        pub_put(w, o, "as_of", json_string(r->as_of));
    for (size_t k = 0; k < (r->is_boxes ? PUB_BOXES : n_columns); k++) {
        json_t *s = json_object();
        pub_put_share(w, s, &r->shares[k], r->n);
        pub_append(w, shares, s);
    }
    pub_put(w, o, "n", json_integer(r->n));
    pub_put(w, o, "shares", shares);
}

static json_t *question_name(const struct pub_writer *w, size_t question)
{
    return json_string(w->p->questions[question].name);
}

static json_t *cross_json(struct pub_writer *w, const struct pub_cross *c)
{
    json_t *o = json_object(), *rows = json_array();
    pub_put(w, o, "row", question_name(w, c->row));
    pub_put(w, o, "column", question_name(w, c->column));
    for (size_t i = 0; i < c->n_rows; i++) {
        json_t *r = json_object();
        pub_put_row(w, r, &c->rows[i], c->n_columns);
        pub_append(w, rows, r);
    }
    pub_put(w, o, "rows", rows);
    if (!c->has_test)
        return o;
    json_t *t = json_object();
    pub_put(w, t, "method", json_string(c->is_rao_scott ? "rao_scott_f" : "pearson_chi_square"));
    pub_put(w, t, "statistic", json_real(c->statistic));
    pub_put(w, t, "df", json_real(c->df));
    if (c->is_rao_scott)
        pub_put(w, t, "ddf", json_real(c->ddf));
    pub_put(w, t, "p", json_real(c->p_value));
    pub_put(w, o, "independence", t);
    return o;
}

static json_t *grid_json(struct pub_writer *w, const struct pub_grid *g)
{
    json_t *o = json_object(), *items = json_array(), *straight = json_object();
    for (size_t i = 0; i < g->n_items; i++) {
        json_t *item = json_object();
        pub_put(w, item, "question", question_name(w, g->items[i]));
        pub_put_row(w, item, &g->without[i], PUB_BOXES);
        pub_append(w, items, item);
    }
    pub_put_row(w, straight, &g->straight, 1);
    pub_put(w, o, "straight", straight);
    pub_put(w, o, "without", items);
    return o;
}

static json_t *wave_json(struct pub_writer *w, const struct pub_wave *v)
{
    json_t *o = json_object();
    pub_put(w, o, "name", json_string(v->name));
    pub_put(w, o, "first_day", json_string(v->first_day));
    pub_put(w, o, "last_day", json_string(v->last_day));
    pub_put(w, o, "suppressed", json_boolean(v->is_suppressed));
    if (v->is_open)
        pub_put(w, o, "open", json_true());
    if (!v->is_suppressed)
        pub_put(w, o, "ballots", json_integer(v->n_ballots));
    pub_put(w, o, "weights", pub_weights_json(w, &v->weights));
    return o;
}

static json_t *changes_json(struct pub_writer *w, const struct pub_change *c, size_t n)
{
    json_t *all = json_array();
    for (size_t k = 0; k < n; k++) {
        json_t *o = json_object();
        pub_put(w, o, "value", json_real(c[k].value));
        if (c[k].has_interval) {
            pub_put(w, o, "low", json_real(c[k].low));
            pub_put(w, o, "high", json_real(c[k].high));
            pub_put(w, o, "p", json_real(c[k].p_value));
        }
        pub_append(w, all, o);
    }
    return all;
}

static json_t *trend_json(struct pub_writer *w, const struct pub_trend *t)
{
    json_t *o = json_object(), *points = json_array();
    for (size_t i = 0; i < w->p->n_waves; i++) {
        const struct pub_point *x = &t->points[i];
        json_t *point = json_object();
        pub_put_row(w, point, &x->row, t->n_columns);
        pub_put(w, point, "comparable", json_boolean(x->is_comparable));
        if (x->since != SIZE_MAX) {
            pub_put(w, point, "since", json_integer((json_int_t)x->since));
            pub_put(w, point, "changes", changes_json(w, x->changes, t->n_columns));
            if (x->weighted != NULL)
                pub_put(w, point, "weighted_changes", changes_json(w, x->weighted, t->n_columns));
        }
        pub_append(w, points, point);
    }
    pub_put(w, o, "question", question_name(w, t->question));
    pub_put(w, o, "boxes", json_boolean(t->is_boxes));
    pub_put(w, o, "points", points);
    return o;
}

void pub_put_tables(struct pub_writer *w, json_t *document)
{
    const struct publication *p = w->p;
    json_t *crosses = json_array(), *grids = json_array(), *waves = json_array(), *trends = json_array();
    for (size_t i = 0; i < p->n_crosses; i++)
        pub_append(w, crosses, cross_json(w, &p->crosses[i]));
    for (size_t i = 0; i < p->n_grids; i++)
        pub_append(w, grids, grid_json(w, &p->grids[i]));
    for (size_t i = 0; i < p->n_waves; i++)
        pub_append(w, waves, wave_json(w, &p->waves[i]));
    for (size_t i = 0; i < p->n_trends; i++)
        pub_append(w, trends, trend_json(w, &p->trends[i]));
    pub_put(w, document, "crosses", crosses);
    pub_put(w, document, "grids", grids);
    pub_put(w, document, "waves", waves);
    pub_put(w, document, "trends", trends);
}

/* ---- reading ---- */

/* Room for the items of a list; NULL, and noted, where there is none. n may be 0. */
#define ROOM(r, n, type) ((type *)room(r, n, sizeof(type)))
static void *room(struct pub_reader *r, size_t n, size_t size)
{
    void *p = arena_array(r->a, n + 1, size);
    if (p == NULL)
        pub_fail(r, RC_NOMEM, "tables");
    return p;
}

struct pub_row pub_read_row(struct pub_reader *r, const json_t *o, size_t n_columns, bool can_collapse)
{
    struct pub_row row = {.is_suppressed = pub_read_bool(r, o, "suppressed")};
    if (row.is_suppressed || r->rc != RC_OK)
        return row;
    row.is_boxes = can_collapse && json_is_true(json_object_get(o, "boxes"));
    if (json_object_get(o, "as_of") != NULL)
        row.as_of = pub_read_text(r, o, "as_of");
    n_columns = row.is_boxes ? PUB_BOXES : n_columns;
    struct pub_share *shares = ROOM(r, n_columns, struct pub_share);
    row.n = pub_read_count(r, o, "n");
    if (pub_read_size(r, o, "shares", FORM_CHOICES_MAX) != n_columns)
        pub_fail(r, RC_INPUT, "shares");
    for (size_t k = 0; r->rc == RC_OK && k < n_columns; k++)
        shares[k] = pub_read_share(r, json_array_get(json_object_get(o, "shares"), k), row.n);
    row.shares = shares;
    return row;
}

/* A number that is neither infinite nor none: JSON has no others. */
static double read_number(struct pub_reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v))
        pub_fail(r, RC_INPUT, key);
    return json_number_value(v);
}

static void read_test(struct pub_reader *r, const json_t *o, struct pub_cross *c)
{
    c->has_test = o != NULL;
    if (!c->has_test)
        return;
    c->is_rao_scott = strcmp(pub_read_text(r, o, "method"), "rao_scott_f") == 0;
    c->statistic = read_number(r, o, "statistic");
    c->df = read_number(r, o, "df");
    c->ddf = c->is_rao_scott ? read_number(r, o, "ddf") : 0;
    c->p_value = pub_read_share_of_1(r, o, "p");
}

static void read_cross(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_cross *c)
{
    c->row = pub_read_question_name(r, json_object_get(o, "row"), p);
    c->column = pub_read_question_name(r, json_object_get(o, "column"), p);
    if (r->rc != RC_OK)
        return;
    c->n_rows = publication_columns(&p->questions[c->row]);
    c->n_columns = publication_columns(&p->questions[c->column]);
    struct pub_row *rows = ROOM(r, c->n_rows, struct pub_row);
    if (pub_read_size(r, o, "rows", FORM_CHOICES_MAX) != c->n_rows)
        pub_fail(r, RC_INPUT, "rows");
    for (size_t i = 0; r->rc == RC_OK && i < c->n_rows; i++)
        rows[i] = pub_read_row(r, json_array_get(json_object_get(o, "rows"), i), c->n_columns, p->questions[c->column].is_likert);
    c->rows = rows;
    read_test(r, json_object_get(o, "independence"), c);
}

static void read_grid(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_grid *g)
{
    g->n_items = pub_read_size(r, o, "without", FORM_NODES_MAX);
    size_t *items = ROOM(r, g->n_items, size_t);
    struct pub_row *without = ROOM(r, g->n_items, struct pub_row);
    for (size_t i = 0; r->rc == RC_OK && i < g->n_items; i++) {
        const json_t *item = json_array_get(json_object_get(o, "without"), i);
        items[i] = pub_read_question_name(r, json_object_get(item, "question"), p);
        without[i] = pub_read_row(r, item, PUB_BOXES, false);
    }
    g->straight = pub_read_row(r, json_object_get(o, "straight"), 1, false);
    g->items = items;
    g->without = without;
}

static void read_wave(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_wave *v)
{
    v->name = pub_read_text(r, o, "name");
    v->first_day = pub_read_text(r, o, "first_day");
    v->last_day = pub_read_text(r, o, "last_day");
    v->is_suppressed = pub_read_bool(r, o, "suppressed");
    v->is_open = json_is_true(json_object_get(o, "open"));
    v->n_ballots = v->is_suppressed ? 0 : pub_read_count(r, o, "ballots");
    pub_read_weights(r, json_object_get(o, "weights"), p, &v->weights);
}

static const struct pub_change *read_changes(struct pub_reader *r, const json_t *o, const char *key, size_t n)
{
    struct pub_change *c = ROOM(r, n, struct pub_change);
    if (pub_read_size(r, o, key, FORM_CHOICES_MAX) != n)
        pub_fail(r, RC_INPUT, key);
    for (size_t k = 0; r->rc == RC_OK && k < n; k++) {
        const json_t *v = json_array_get(json_object_get(o, key), k);
        c[k] = (struct pub_change){.value = read_number(r, v, "value"), .has_interval = json_object_get(v, "low") != NULL};
        if (!c[k].has_interval)
            continue;
        c[k].low = read_number(r, v, "low");
        c[k].high = read_number(r, v, "high");
        c[k].p_value = pub_read_share_of_1(r, v, "p");
    }
    return c;
}

static void read_point(struct pub_reader *r, const json_t *o, size_t at, size_t n_columns, struct pub_point *x)
{
    x->row = pub_read_row(r, o, n_columns, false);
    x->is_comparable = pub_read_bool(r, o, "comparable");
    x->since = SIZE_MAX;
    if (r->rc != RC_OK || json_object_get(o, "since") == NULL)
        return;
    int64_t since = pub_read_count(r, o, "since");
    if (since >= (int64_t)at)
        pub_fail(r, RC_INPUT, "since");
    x->since = (size_t)since;
    x->changes = read_changes(r, o, "changes", n_columns);
    if (json_object_get(o, "weighted_changes") != NULL)
        x->weighted = read_changes(r, o, "weighted_changes", n_columns);
}

static void read_trend(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_trend *t)
{
    t->question = pub_read_question_name(r, json_object_get(o, "question"), p);
    t->is_boxes = pub_read_bool(r, o, "boxes");
    if (r->rc != RC_OK)
        return;
    t->n_columns = t->is_boxes ? PUB_BOXES : publication_columns(&p->questions[t->question]);
    struct pub_point *points = ROOM(r, p->n_waves, struct pub_point);
    if (pub_read_size(r, o, "points", PUB_WAVES_MAX) != p->n_waves)
        pub_fail(r, RC_INPUT, "points");
    for (size_t i = 0; r->rc == RC_OK && i < p->n_waves; i++)
        read_point(r, json_array_get(json_object_get(o, "points"), i), i, t->n_columns, &points[i]);
    t->points = points;
}

void pub_read_tables(struct pub_reader *r, const json_t *document, struct publication *p)
{
    if (json_object_get(document, "trends") == NULL || r->rc != RC_OK)
        return; /* from before there were tables */
    size_t n_crosses = pub_read_size(r, document, "crosses", FORM_CROSSES_MAX);
    size_t n_grids = pub_read_size(r, document, "grids", TABLES_MAX);
    size_t n_waves = pub_read_size(r, document, "waves", PUB_WAVES_MAX);
    size_t n_trends = pub_read_size(r, document, "trends", TABLES_MAX);
    struct pub_cross *crosses = ROOM(r, n_crosses, struct pub_cross);
    struct pub_grid *grids = ROOM(r, n_grids, struct pub_grid);
    struct pub_wave *waves = ROOM(r, n_waves, struct pub_wave);
    struct pub_trend *trends = ROOM(r, n_trends, struct pub_trend);
    p->n_waves = n_waves;
    for (size_t i = 0; r->rc == RC_OK && i < n_crosses; i++)
        read_cross(r, json_array_get(json_object_get(document, "crosses"), i), p, &crosses[i]);
    for (size_t i = 0; r->rc == RC_OK && i < n_grids; i++)
        read_grid(r, json_array_get(json_object_get(document, "grids"), i), p, &grids[i]);
    for (size_t i = 0; r->rc == RC_OK && i < n_waves; i++)
        read_wave(r, json_array_get(json_object_get(document, "waves"), i), p, &waves[i]);
    for (size_t i = 0; r->rc == RC_OK && i < n_trends; i++)
        read_trend(r, json_array_get(json_object_get(document, "trends"), i), p, &trends[i]);
    p->crosses = crosses;
    p->grids = grids;
    p->waves = waves;
    p->trends = trends;
    p->n_crosses = n_crosses;
    p->n_grids = n_grids;
    p->n_trends = n_trends;
}
