/* Read the JSON of a census back. Shares and means come from the integers, so that a figure is the
 * same before and after; a document that contradicts itself is refused. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/census_make.h"

enum { MONTHS_MAX = 12 * 300, LEVELS_MAX = CENSUS_CODES_MAX, DAYS_MAX = 10000 };

/* A document being read: the first thing that is wrong sticks. */
struct reader {
    struct arena *a;
    struct census_figures *f;
    enum rc rc;
    const char *why;
};

static void stop(struct reader *r, enum rc rc, const char *why)
{
    if (r->rc == RC_OK) {
        r->rc = rc;
        r->why = why;
    }
}

static void *take(struct reader *r, size_t n, size_t size)
{
    void *p = arena_array(r->a, n + 1, size);
    if (p == NULL)
        stop(r, RC_NOMEM, "no memory");
    return p;
}

static int64_t number(struct reader *r, const json_t *o, const char *key, int64_t min, int64_t max)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
        stop(r, RC_INPUT, key);
        return min;
    }
    return json_integer_value(v);
}

static bool truth(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        stop(r, RC_INPUT, key);
    return json_is_true(v);
}

static const char *copy(struct reader *r, const json_t *v, const char *key)
{
    const char *s = json_is_string(v) && json_string_length(v) == strlen(json_string_value(v)) ? arena_strdup(r->a, json_string_value(v)) : NULL;
    if (s == NULL)
        stop(r, json_is_string(v) ? RC_NOMEM : RC_INPUT, key);
    return s != NULL ? s : "";
}

static const char *text(struct reader *r, const json_t *o, const char *key)
{
    return copy(r, json_object_get(o, key), key);
}

/* A text that may be left out: "". */
static const char *option(struct reader *r, const json_t *o, const char *key)
{
    return json_object_get(o, key) != NULL ? text(r, o, key) : "";
}

static const char *day(struct reader *r, const char *s, const char *key)
{
    int32_t d;
    if (*s != '\0' && census_parse_day(s, strlen(s), &d) != RC_OK)
        stop(r, RC_INPUT, key);
    return s;
}

static const json_t *list(struct reader *r, const json_t *o, const char *key, size_t max)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_array(v) || json_array_size(v) > max)
        stop(r, RC_INPUT, key);
    return v;
}

static struct census_row row(struct reader *r, const json_t *o, int64_t total, bool is_of_level)
{
    struct census_row x = {.code = text(r, o, "code"), .count = number(r, o, "count", 0, total),
                           .rank = (int)number(r, o, "rank", 1, CENSUS_CODES_MAX), .is_tied = truth(r, o, "tied"),
                           .region4 = option(r, o, "region4"), .region3 = option(r, o, "region3"),
                           .first_opened_on = ""};
    const json_t *label = json_object_get(o, "label");
    for (size_t i = 0; i < r->f->n_langs; i++)
        x.label.t[i] = text(r, label, r->f->langs[i]);
    x.share = total > 0 ? (double)x.count / (double)total : 0;
    if (is_of_level) {
        x.is_listed = truth(r, o, "listed");
        return x;
    }
    x.followers = number(r, o, "followers", 0, INT64_MAX);
    x.first_opened_on = day(r, option(r, o, "first_opened_on"), "first_opened_on");
    if (x.count > 0) {
        x.mean_followers = (double)x.followers / (double)x.count;
        x.median_followers = json_number_value(json_object_get(o, "median_followers"));
        if (!(x.median_followers >= 0))
            stop(r, RC_INPUT, "median_followers");
    }
    return x;
}

/* The rows add up to `total` (*total gets their sum where it is negative), in rank order. */
static struct census_breakdown breakdown(struct reader *r, const json_t *o, int64_t total, bool is_of_level)
{
    struct census_breakdown b = {.is_given = true};
    const json_t *rows = list(r, o, "rows", CENSUS_CODES_MAX);
    int64_t sum = b.n_unknown = number(r, o, "unknown", 0, total);
    b.n = json_array_size(rows);
    struct census_row *out = take(r, b.n, sizeof *out);
    for (size_t i = 0; r->rc == RC_OK && i < b.n; i++) {
        out[i] = row(r, json_array_get(rows, i), total, is_of_level);
        sum += out[i].count;
        b.top2 += i < 2 ? out[i].count : 0;
        if (i > 0 && (out[i].count > out[i - 1].count || out[i].rank < out[i - 1].rank))
            stop(r, RC_INPUT, "rank");
    }
    if (r->rc == RC_OK && sum != total)
        stop(r, RC_INPUT, "the rows do not add up to the total");
    b.rows = out;
    b.top2_share = total > 0 ? (double)b.top2 / (double)total : 0;
    return b;
}

static struct census_breakdown part(struct reader *r, const json_t *doc, const char *key)
{
    const json_t *o = json_object_get(doc, key);
    if (json_is_null(o) || r->rc != RC_OK)
        return (struct census_breakdown){0};
    return breakdown(r, o, r->f->total, false);
}

static void levels(struct reader *r, const json_t *doc)
{
    const json_t *all = list(r, doc, "level_functions", LEVELS_MAX);
    struct census_level *out = take(r, json_array_size(all), sizeof *out);
    for (size_t i = 0; r->rc == RC_OK && i < json_array_size(all); i++) {
        const json_t *o = json_array_get(all, i);
        out[i].level = text(r, o, "level");
        out[i].n_listed = (size_t)number(r, o, "listed", 0, CENSUS_CODES_MAX);
        out[i].n_listed_covered = (size_t)number(r, o, "listed_covered", 0, (int64_t)out[i].n_listed);
        const struct census_row *level = census_find(&r->f->levels, out[i].level);
        if (level == NULL)
            stop(r, RC_INPUT, "level_functions");
        else
            out[i].functions = breakdown(r, json_object_get(o, "functions"), level->count, true);
        r->f->n_levels = i + 1;
    }
    r->f->level_functions = out;
}

static void months(struct reader *r, const json_t *doc)
{
    const json_t *all = list(r, doc, "months", MONTHS_MAX);
    struct census_month *out = take(r, json_array_size(all), sizeof *out);
    int64_t total = 0;
    for (size_t i = 0; r->rc == RC_OK && i < json_array_size(all); i++) {
        const json_t *o = json_array_get(all, i);
        char day_text[32];
        int32_t d = 0;
        int y, m, mday;
        (void)snprintf(day_text, sizeof day_text, "%.20s-01", text(r, o, "month"));
        if (census_parse_day(day_text, strlen(day_text), &d) != RC_OK)
            stop(r, RC_INPUT, "month");
        census_civil(d, &y, &m, &mday);
        out[i] = (struct census_month){y, m, number(r, o, "opened", 0, r->f->total), 0};
        total += out[i].opened;
        out[i].total = number(r, o, "total", total, total);
        if (i > 0 && y * 12 + m != out[i - 1].year * 12 + out[i - 1].month + 1)
            stop(r, RC_INPUT, "month");
    }
    if (r->rc == RC_OK && total != r->f->total)
        stop(r, RC_INPUT, "the months do not add up to the total");
    r->f->n_months = json_array_size(all);
    r->f->months = out;
}

static void updates(struct reader *r, const json_t *doc)
{
    const json_t *o = json_object_get(doc, "updates");
    if (json_is_null(o))
        return;
    const json_t *idle = list(r, o, "idle", CENSUS_IDLES);
    r->f->has_updates = true;
    r->f->n_updated = number(r, o, "known", 0, r->f->total);
    for (size_t i = 0; i < CENSUS_IDLES; i++) {
        const json_t *x = json_array_get(idle, i);
        r->f->idle[i].days = (int)number(r, x, "days", 0, DAYS_MAX);
        r->f->idle[i].count = number(r, x, "count", 0, r->f->n_updated);
        r->f->idle[i].share = r->f->n_updated > 0 ? (double)r->f->idle[i].count / (double)r->f->n_updated : 0;
    }
}

static void head(struct reader *r, const json_t *doc)
{
    struct census_figures *f = r->f;
    const json_t *langs = list(r, doc, "languages", FORM_LANGS_MAX), *followers = json_object_get(doc, "followers");
    f->n_langs = json_array_size(langs);
    for (size_t i = 0; i < f->n_langs && i < FORM_LANGS_MAX; i++)
        f->langs[i] = copy(r, json_array_get(langs, i), "languages");
    if (f->n_langs == 0)
        stop(r, RC_INPUT, "languages");
    f->as_of = day(r, text(r, doc, "as_of"), "as_of");
    if (*f->as_of == '\0')
        stop(r, RC_INPUT, "as_of");
    f->is_demonstration = truth(r, doc, "demonstration");
    f->total = number(r, doc, "total", 0, INT32_MAX);
    f->followers = number(r, followers, "sum", 0, INT64_MAX);
    f->mean_followers = f->total > 0 ? (double)f->followers / (double)f->total : 0;
    f->median_followers = json_number_value(json_object_get(followers, "median"));
    if (!(f->median_followers >= 0))
        stop(r, RC_INPUT, "median");
    f->n_certified = json_is_null(json_object_get(doc, "certified")) ? -1 : number(r, doc, "certified", 0, f->total);
}

enum rc census_from_json(const char *json, size_t len, struct arena *a, struct census_figures **out,
                         struct rc_info *e)
{
    struct reader r = {.a = a, .rc = RC_OK, .why = ""};
    json_error_t problem;
    json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(doc)) {
        json_decref(doc);
        return rc_set(e, RC_INPUT, "not a JSON object: %s", doc == NULL ? problem.text : "another type");
    }
    r.f = take(&r, 1, sizeof *r.f);
    if (r.rc == RC_OK)
        head(&r, doc);
    if (r.rc == RC_OK) {
        r.f->levels = part(&r, doc, "levels");
        r.f->functions = part(&r, doc, "functions");
        r.f->provinces = part(&r, doc, "provinces");
        r.f->regions4 = part(&r, doc, "region4");
        r.f->regions3 = part(&r, doc, "region3");
        r.f->organisations = part(&r, doc, "organisations");
        r.f->kinds = part(&r, doc, "kinds");
        levels(&r, doc);
        months(&r, doc);
        updates(&r, doc);
    }
    json_decref(doc);
    if (r.rc == RC_OK && census_mark_ends(r.f, a) != RC_OK)
        stop(&r, RC_NOMEM, "no memory");
    if (r.rc != RC_OK)
        return rc_set(e, r.rc, "not a census: %s", r.why);
    *out = r.f;
    return RC_OK;
}
