/* The canonical JSON of a census: keys sorted, no clock time. Reals have twelve digits for readers;
 * census_from_json computes them again from the integers. */
#include <jansson.h>
#include <stdio.h>

#include "report/census.h"

enum { REAL_DIGITS = 12 };

/* A tree under construction: one failure spoils it all, asked for once. */
struct writer {
    const struct census_figures *f;
    bool has_failed;
};

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
    w->has_failed |= json_object_set_new(object, key, value) != 0;
}

static void append(struct writer *w, json_t *array, json_t *value)
{
    w->has_failed |= json_array_append_new(array, value) != 0;
}

static json_t *label(struct writer *w, const struct form_label *l)
{
    json_t *o = json_object();
    for (size_t i = 0; i < w->f->n_langs; i++)
        put(w, o, w->f->langs[i], json_string(l->t[i]));
    return o;
}

static json_t *row(struct writer *w, const struct census_row *r, bool is_of_level)
{
    json_t *o = json_object();
    put(w, o, "code", json_string(r->code));
    put(w, o, "label", label(w, &r->label));
    put(w, o, "count", json_integer(r->count));
    put(w, o, "share", json_real(r->share));
    put(w, o, "rank", json_integer(r->rank));
    put(w, o, "tied", json_boolean(r->is_tied));
    if (*r->region4 != '\0') {
        put(w, o, "region4", json_string(r->region4));
        put(w, o, "region3", json_string(r->region3));
    }
    if (is_of_level) {
        put(w, o, "listed", json_boolean(r->is_listed));
        return o;
    }
    put(w, o, "followers", json_integer(r->followers));
    if (r->count > 0) {
        put(w, o, "mean_followers", json_real(r->mean_followers));
        put(w, o, "median_followers", json_real(r->median_followers));
        put(w, o, "first_opened_on", json_string(r->first_opened_on));
    }
    return o;
}

static json_t *breakdown(struct writer *w, const struct census_breakdown *b, bool is_of_level)
{
    if (!b->is_given)
        return json_null();
    json_t *o = json_object(), *rows = json_array();
    for (size_t i = 0; i < b->n; i++)
        append(w, rows, row(w, &b->rows[i], is_of_level));
    put(w, o, "rows", rows);
    put(w, o, "unknown", json_integer(b->n_unknown));
    put(w, o, "top2", json_integer(b->top2));
    put(w, o, "top2_share", json_real(b->top2_share));
    return o;
}

static json_t *levels(struct writer *w)
{
    json_t *all = json_array();
    for (size_t i = 0; i < w->f->n_levels; i++) {
        const struct census_level *l = &w->f->level_functions[i];
        json_t *o = json_object();
        put(w, o, "level", json_string(l->level));
        put(w, o, "functions", breakdown(w, &l->functions, true));
        put(w, o, "listed", json_integer((json_int_t)l->n_listed));
        put(w, o, "listed_covered", json_integer((json_int_t)l->n_listed_covered));
        append(w, all, o);
    }
    return all;
}

static json_t *months(struct writer *w)
{
    json_t *all = json_array();
    for (size_t i = 0; i < w->f->n_months; i++) {
        const struct census_month *m = &w->f->months[i];
        json_t *o = json_object();
        char text[16];
        (void)snprintf(text, sizeof text, "%04d-%02d", m->year, m->month);
        put(w, o, "month", json_string(text));
        put(w, o, "opened", json_integer(m->opened));
        put(w, o, "total", json_integer(m->total));
        append(w, all, o);
    }
    return all;
}

static json_t *codes(struct writer *w, const struct census_row *const *rows, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        append(w, all, json_string(rows[i]->code));
    return all;
}

static json_t *ends(struct writer *w)
{
    const struct census_figures *f = w->f;
    json_t *o = json_object();
    put(w, o, "covered", json_integer((json_int_t)f->n_provinces_covered));
    put(w, o, "top", codes(w, f->top, f->n_top));
    put(w, o, "top_tied", json_boolean(f->is_top_tied));
    put(w, o, "top_eastern", json_integer(f->top_eastern));
    put(w, o, "bottom", codes(w, f->bottom, f->n_bottom));
    put(w, o, "bottom_tied", json_boolean(f->is_bottom_tied));
    put(w, o, "bottom_western", json_integer(f->bottom_western));
    return o;
}

static json_t *updates(struct writer *w)
{
    if (!w->f->has_updates)
        return json_null();
    json_t *o = json_object(), *idle = json_array();
    for (size_t i = 0; i < CENSUS_IDLES; i++) {
        json_t *x = json_object();
        put(w, x, "days", json_integer(w->f->idle[i].days));
        put(w, x, "count", json_integer(w->f->idle[i].count));
        put(w, x, "share", json_real(w->f->idle[i].share));
        append(w, idle, x);
    }
    put(w, o, "known", json_integer(w->f->n_updated));
    put(w, o, "idle", idle);
    return o;
}

static json_t *followers(struct writer *w)
{
    json_t *o = json_object();
    put(w, o, "sum", json_integer(w->f->followers));
    put(w, o, "mean", json_real(w->f->mean_followers));
    put(w, o, "median", json_real(w->f->median_followers));
    return o;
}

static json_t *document(struct writer *w)
{
    const struct census_figures *f = w->f;
    json_t *o = json_object(), *langs = json_array();
    for (size_t i = 0; i < f->n_langs; i++)
        append(w, langs, json_string(f->langs[i]));
    put(w, o, "as_of", json_string(f->as_of));
    put(w, o, "demonstration", json_boolean(f->is_demonstration));
    put(w, o, "languages", langs);
    put(w, o, "total", json_integer(f->total));
    put(w, o, "followers", followers(w));
    put(w, o, "certified", f->n_certified >= 0 ? json_integer(f->n_certified) : json_null());
    put(w, o, "updates", updates(w));
    put(w, o, "levels", breakdown(w, &f->levels, false));
    put(w, o, "functions", breakdown(w, &f->functions, false));
    put(w, o, "provinces", breakdown(w, &f->provinces, false));
    put(w, o, "province_ends", ends(w));
    put(w, o, "region4", breakdown(w, &f->regions4, false));
    put(w, o, "region3", breakdown(w, &f->regions3, false));
    put(w, o, "organisations", breakdown(w, &f->organisations, false));
    put(w, o, "kinds", breakdown(w, &f->kinds, false));
    put(w, o, "level_functions", levels(w));
    put(w, o, "months", months(w));
    return o;
}

static int to_buf(const char *p, size_t len, void *b)
{
    buf_put(b, p, len);
    return buf_ok(b) ? 0 : -1;
}

enum rc census_to_json(const struct census_figures *f, struct buf *out, struct rc_info *e)
{
    struct writer w = {f, false};
    json_t *o = document(&w);
    int failed = w.has_failed ? -1 : json_dump_callback(o, to_buf, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(o);
    return failed == 0 ? RC_OK : rc_set(e, RC_NOMEM, "cannot write the census of %s", f->as_of);
}
