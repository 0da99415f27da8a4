#include <math.h>
#include <stdio.h>

#include "report/census.h"
#include "report/csv.h"

/* Columns: section, code, text, count, percent, rank, followers, mean_followers, median_followers, note.
 * Percentages have two decimals, half up from the integers: enough to rank, few enough to read. */
static void put_percent(struct csv *c, int64_t part, int64_t whole)
{
    char text[32];
    /* 10^4 * part stays far below 2^63: a census has at most 2^31 accounts. */
    int64_t hundredths = whole > 0 ? (part * 20000 + whole) / (2 * whole) : 0;
    (void)snprintf(text, sizeof text, "%lld.%02lld", (long long)(hundredths / 100), (long long)(hundredths % 100));
    csv_number(c, whole > 0 ? text : "");
}

static void put_real(struct csv *c, double v)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%.1f", v);
    csv_number(c, text);
}

static void put_empty(struct csv *c, int n)
{
    while (n-- > 0)
        csv_number(c, "");
}

static void put_head(struct csv *c, const char *section, const char *code, const char *text)
{
    csv_text(c, section);
    csv_text(c, code);
    csv_text(c, text);
}

static void put_row(struct csv *c, const char *section, const struct census_row *r, size_t lang, int64_t total, bool has_followers)
{
    put_head(c, section, r->code, form_text(&r->label, lang));
    csv_int(c, r->count);
    put_percent(c, r->count, total);
    csv_int(c, r->rank);
    if (has_followers && r->count > 0) {
        csv_int(c, r->followers);
        put_real(c, r->mean_followers);
        put_real(c, r->median_followers);
    } else {
        put_empty(c, 3);
    }
    csv_text(c, r->is_tied ? "tied" : "");
    csv_end_row(c);
}

static void put_one(struct csv *c, const char *section, const char *code, int64_t count, int64_t total)
{
    put_head(c, section, code, "");
    csv_int(c, count);
    put_percent(c, count, total);
    put_empty(c, 5);
    csv_end_row(c);
}

static void put_breakdown(struct csv *c, const char *section, const struct census_breakdown *b, size_t lang, int64_t total)
{
    if (!b->is_given)
        return;
    for (size_t i = 0; i < b->n; i++)
        put_row(c, section, &b->rows[i], lang, total, true);
    put_one(c, section, "_top2", b->top2, total);
    if (b->n_unknown > 0)
        put_one(c, section, "_unknown", b->n_unknown, total);
}

static void put_total(struct csv *c, const struct census_figures *f)
{
    put_head(c, "total", "", "");
    csv_int(c, f->total);
    put_empty(c, 2);
    csv_int(c, f->followers);
    put_real(c, f->mean_followers);
    put_real(c, f->median_followers);
    csv_text(c, f->is_demonstration ? "synthetic" : "");
    csv_end_row(c);
}

static void put_levels(struct csv *c, const struct census_figures *f, size_t lang)
{
    for (size_t i = 0; i < f->n_levels; i++) {
        const struct census_level *l = &f->level_functions[i];
        const struct census_row *level = census_find(&f->levels, l->level);
        char section[64];
        (void)snprintf(section, sizeof section, "function@%s", l->level);
        for (size_t k = 0; k < l->functions.n; k++)
            put_row(c, section, &l->functions.rows[k], lang, level != NULL ? level->count : 0, false);
    }
}

static void put_rest(struct csv *c, const struct census_figures *f)
{
    char code[32];
    put_one(c, "province_top10", "east", f->top_eastern, 0);
    put_one(c, "province_bottom10", "west", f->bottom_western, 0);
    if (f->n_certified >= 0)
        put_one(c, "certified", "", f->n_certified, f->total);
    for (size_t i = 0; f->has_updates && i < CENSUS_IDLES; i++) {
        (void)snprintf(code, sizeof code, "%d", f->idle[i].days);
        put_one(c, "idle_days", code, f->idle[i].count, f->n_updated);
    }
    for (size_t i = 0; i < f->n_months; i++) {
        (void)snprintf(code, sizeof code, "%04d-%02d", f->months[i].year, f->months[i].month);
        put_one(c, "opened", code, f->months[i].opened, f->total);
    }
}

void census_to_csv(const struct census_figures *f, size_t lang, struct buf *out)
{
    static const char *const heads[] = {"section", "code", "text", "count", "percent", "rank",
                                        "followers", "mean_followers", "median_followers", "note"};
    struct csv c;
    csv_begin(&c, out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_text(&c, heads[i]);
    csv_end_row(&c);
    put_total(&c, f);
    put_breakdown(&c, "level", &f->levels, lang, f->total);
    put_breakdown(&c, "function", &f->functions, lang, f->total);
    put_breakdown(&c, "province", &f->provinces, lang, f->total);
    put_breakdown(&c, "region4", &f->regions4, lang, f->total);
    put_breakdown(&c, "region3", &f->regions3, lang, f->total);
    put_breakdown(&c, "organisation", &f->organisations, lang, f->total);
    put_breakdown(&c, "kind", &f->kinds, lang, f->total);
    put_levels(&c, f, lang);
    put_rest(&c, f);
}
