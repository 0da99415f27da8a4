/* The page of one census: headline, provinces, functions, levels, openings, and the files. */
#include <stdio.h>
#include <string.h>

#include "pages/census.h"
#include "report/chart.h"
#include "report/publication.h"
#include "web/page.h"

enum { TOP_FUNCTIONS = 5 };

static const char *t(const struct census_view *v, const char *key)
{
    return tr(v->c, v->lang, key);
}

static const char *label(const struct census_view *v, const struct census_row *r)
{
    return form_text(&r->label, v->label_lang);
}

static const char *percent(int64_t part, int64_t whole, char out[16])
{
    publication_percent(whole > 0 ? (double)part / (double)whole : 0, whole, out);
    return out;
}

static void put_percent(struct html *w, const struct census_view *v, int64_t part, int64_t whole)
{
    char text[16];
    html_tr(w, v->c, v->lang, "results.percent", "p", percent(part, whole, text), NULL);
}

static void put_heading(struct html *w, const struct census_view *v, const char *key)
{
    html_lit(w, "<h2>");
    html_text(w, t(v, key));
    html_lit(w, "</h2>\n");
}

/* ---- tables: rank and name over a bar, share, accounts ---- */

struct table {
    struct html *w;
    const struct census_view *v;
    const struct census_breakdown *b;
    const char *head;        /* key of the first column's head */
    const char *caption;     /* key */
    int64_t total;
    size_t n;                /* rows shown */
    bool has_letters;        /* provinces outside Chinese: the map's letters beside the name */
};

/* Widths are attributes: the content security policy allows no inline style. */
static void put_bar(struct html *w, int64_t count, int64_t max)
{
    html_lit(w, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
                "focusable=\"false\"><rect class=\"fill\" width=\"");
    html_int(w, max > 0 ? (long long)((double)count / (double)max * 1000 + 0.5) : 0);
    html_lit(w, "\" height=\"10\"/></svg>");
}

/* "3" or, where others have as many, "=3". */
static void put_rank(struct html *w, const struct census_row *r)
{
    html_lit(w, "<span class=\"rank\">");
    if (r->is_tied)
        html_lit(w, "=");
    html_int(w, r->rank);
    html_lit(w, "</span> ");
}

static void put_row(const struct table *x, const struct census_row *r)
{
    struct html *w = x->w;
    char n[32];
    html_lit(w, "<tr><th scope=\"row\"><span class=\"ranked\">");
    put_rank(w, r);
    html_lit(w, "<span class=\"name\">");
    html_text(w, label(x->v, r));
    html_lit(w, "</span>");
    if (x->has_letters) {
        html_lit(w, " <span class=\"quiet small\">");
        html_text(w, chart_tile_letters(r->code));
        html_lit(w, "</span>");
    }
    html_lit(w, "</span>");
    put_bar(w, r->count, x->b->rows[0].count);
    html_lit(w, "</th><td class=\"share\">");
    put_percent(w, x->v, r->count, x->total);
    html_lit(w, "</td><td>");
    html_text(w, census_grouped(r->count, n));
    html_lit(w, "</td></tr>\n");
}

static void put_table(const struct table *x)
{
    struct html *w = x->w;
    bool has_tie = false;
    html_lit(w, "<table>\n<caption>");
    html_text(w, t(x->v, x->caption));
    html_lit(w, "</caption>\n<thead><tr><th scope=\"col\">");
    html_text(w, t(x->v, x->head));
    html_lit(w, "</th><th scope=\"col\">");
    html_text(w, t(x->v, "census.share"));
    html_lit(w, "</th><th scope=\"col\">");
    html_text(w, t(x->v, "census.accounts"));
    html_lit(w, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < x->n && i < x->b->n; i++) {
        put_row(x, &x->b->rows[i]);
        has_tie |= x->b->rows[i].is_tied;
    }
    html_lit(w, "</tbody>\n</table>\n");
    if (has_tie) {
        html_lit(w, "<p class=\"quiet small\">");
        html_text(w, t(x->v, "census.ties"));
        html_lit(w, "</p>\n");
    }
}

static void put_breakdown(struct html *w, const struct census_view *v, const struct census_breakdown *b,
                          const char *head, const char *caption)
{
    bool has_letters = b == &v->f->provinces && strncmp(t(v, "lang.tag"), "zh", 2) != 0;
    const struct table x = {w, v, b, head, caption, v->f->total, b->n, has_letters};
    put_table(&x);
    if (b->n_unknown > 0) {
        char n[32];
        html_lit(w, "<p class=\"quiet small\">");
        html_tr(w, v->c, v->lang, "census.unknown", "n", census_grouped(b->n_unknown, n), NULL);
        html_lit(w, "</p>\n");
    }
}

/* ---- headline ---- */

static void fact(struct html *w, const struct census_view *v, const char *key, const char *value)
{
    html_lit(w, "<div><dt>");
    html_text(w, t(v, key));
    html_lit(w, "</dt><dd>");
    html_text(w, value);
    html_lit(w, "</dd></div>\n");
}

static void put_idle(struct html *w, const struct census_view *v)
{
    for (size_t i = 0; v->f->has_updates && i < CENSUS_IDLES; i++) {
        const struct census_idle *x = &v->f->idle[i];
        char days[32], n[32], p[16];
        html_lit(w, "<div><dt>");
        html_tr(w, v->c, v->lang, "census.idle", "days", census_grouped(x->days, days), NULL);
        html_lit(w, "</dt><dd>");
        html_tr(w, v->c, v->lang, "census.count_share", "n", census_grouped(x->count, n), "p",
                percent(x->count, v->f->n_updated, p), NULL);
        html_lit(w, "</dd></div>\n");
    }
}

static void put_facts(struct html *w, const struct census_view *v)
{
    const struct census_figures *f = v->f;
    size_t n_divisions = 0;
    char text[64], n[32];
    for (size_t i = 0; i < f->provinces.n; i++)
        n_divisions += *f->provinces.rows[i].region4 != '\0';
    html_lit(w, "<p class=\"headline\"><strong>");
    html_text(w, census_grouped(f->total, n));
    html_lit(w, "</strong> ");
    html_text(w, t(v, "census.headline"));
    html_lit(w, "</p>\n<dl class=\"facts\">\n");
    fact(w, v, "census.as_of", f->as_of);
    html_lit(w, "<div><dt>");
    html_text(w, t(v, "census.covered"));
    html_lit(w, "</dt><dd>");
    (void)snprintf(text, sizeof text, "%zu", f->n_provinces_covered);
    (void)snprintf(n, sizeof n, "%zu", n_divisions);
    html_tr(w, v->c, v->lang, "census.covered_of", "n", text, "all", n, NULL);
    html_lit(w, "</dd></div>\n");
    fact(w, v, "census.mean_followers", census_grouped((int64_t)(f->mean_followers + 0.5), n));
    fact(w, v, "census.median_followers", census_grouped((int64_t)(f->median_followers + 0.5), n));
    if (f->n_certified >= 0)
        fact(w, v, "census.certified", census_grouped(f->n_certified, n));
    put_idle(w, v);
    html_lit(w, "</dl>\n");
}

static void put_demonstration(struct html *w, const struct census_view *v)
{
    if (!v->f->is_demonstration)
        return;
    html_lit(w, "<div class=\"warning\" role=\"note\"><p>");
    html_text(w, t(v, "census.demonstration"));
    html_lit(w, "</p></div>\n");
}

/* ---- sections ---- */

static void put_provinces(struct html *w, const struct census_view *v)
{
    const struct census_figures *f = v->f;
    char top[32], bottom[32], n_top[32], n_bottom[32];
    put_heading(w, v, "census.provinces");
    html_lit(w, "<p class=\"measure\">");
    html_tr(w, v->c, v->lang, "census.ends", "n_top", census_grouped((int64_t)f->n_top, n_top), "eastern",
            census_grouped(f->top_eastern, top), "n_bottom", census_grouped((int64_t)f->n_bottom, n_bottom), "western",
            census_grouped(f->bottom_western, bottom), NULL);
    if (f->is_top_tied || f->is_bottom_tied) {
        html_lit(w, " ");
        html_text(w, t(v, "census.ends_tied"));
    }
    html_lit(w, "</p>\n");
    census_write_map(w, v);
    html_lit(w, "<section class=\"result\">\n");
    put_breakdown(w, v, &f->provinces, "census.province", "census.provinces_caption");
    html_lit(w, "</section>\n");
}

static void put_regions(struct html *w, const struct census_view *v)
{
    put_heading(w, v, "census.regions");
    html_lit(w, "<section class=\"result\">\n");
    put_breakdown(w, v, &v->f->regions4, "census.region", "census.region4_caption");
    put_breakdown(w, v, &v->f->regions3, "census.region", "census.region3_caption");
    html_lit(w, "</section>\n");
}

static void put_together(struct html *w, const struct census_view *v, const struct census_breakdown *b)
{
    char p[16], n[32];
    if (b->n < 2)
        return;
    html_lit(w, "<p class=\"measure\">");
    html_tr(w, v->c, v->lang, "census.top2", "one", label(v, &b->rows[0]), "two", label(v, &b->rows[1]), "n",
            census_grouped(b->top2, n), "p", percent(b->top2, v->f->total, p), NULL);
    html_lit(w, "</p>\n");
}

static void put_functions(struct html *w, const struct census_view *v)
{
    put_heading(w, v, "census.functions");
    put_together(w, v, &v->f->functions);
    html_lit(w, "<section class=\"result\">\n");
    put_breakdown(w, v, &v->f->functions, "census.function", "census.functions_caption");
    html_lit(w, "</section>\n");
}

/* The five largest functions of a level, and how many of those listed for it are there. */
static void put_level(struct html *w, const struct census_view *v, const struct census_level *l)
{
    const struct census_row *level = census_find(&v->f->levels, l->level);
    char n[32], all[32];
    if (level == NULL || level->count == 0)
        return;
    html_lit(w, "<h3 class=\"name\">");
    html_text(w, label(v, level));
    html_lit(w, "</h3>\n<p class=\"measure\">");
    html_tr(w, v->c, v->lang, l->functions.n == 1 ? "census.level_one" : "census.level_functions", "n",
            census_grouped((int64_t)l->functions.n, n), NULL);
    if (l->n_listed > 0) {
        html_lit(w, " ");
        html_tr(w, v->c, v->lang, "census.level_listed", "n", census_grouped((int64_t)l->n_listed_covered, n), "all",
                census_grouped((int64_t)l->n_listed, all), NULL);
    }
    html_lit(w, "</p>\n");
    size_t n_shown = TOP_FUNCTIONS < l->functions.n ? TOP_FUNCTIONS : l->functions.n;
    while (n_shown < l->functions.n && l->functions.rows[n_shown].rank == l->functions.rows[n_shown - 1].rank)
        n_shown++; /* whoever shares the fifth place is shown */
    const struct table x = {w, v, &l->functions, "census.function", "census.level_caption", level->count, n_shown, false};
    put_table(&x);
}

static void put_levels(struct html *w, const struct census_view *v)
{
    put_heading(w, v, "census.levels");
    html_lit(w, "<section class=\"result\">\n");
    put_breakdown(w, v, &v->f->levels, "census.level", "census.levels_caption");
    for (size_t i = 0; i < v->f->n_levels; i++)
        put_level(w, v, &v->f->level_functions[i]);
    html_lit(w, "</section>\n");
}

static void put_owners(struct html *w, const struct census_view *v)
{
    const struct census_figures *f = v->f;
    if (!f->organisations.is_given && !f->kinds.is_given)
        return;
    put_heading(w, v, "census.owners");
    html_lit(w, "<section class=\"result\">\n");
    if (f->organisations.is_given)
        put_breakdown(w, v, &f->organisations, "census.organisation", "census.organisations_caption");
    if (f->kinds.is_given)
        put_breakdown(w, v, &f->kinds, "census.kind", "census.kinds_caption");
    html_lit(w, "</section>\n");
}

static void put_month_table(struct html *w, const struct census_view *v)
{
    html_lit(w, "<details>\n<summary>");
    html_text(w, t(v, "census.months_table"));
    html_lit(w, "</summary>\n<section class=\"result\">\n<table>\n<thead><tr><th scope=\"col\">");
    html_text(w, t(v, "census.month"));
    html_lit(w, "</th><th scope=\"col\">");
    html_text(w, t(v, "census.opened"));
    html_lit(w, "</th><th scope=\"col\">");
    html_text(w, t(v, "census.total"));
    html_lit(w, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < v->f->n_months; i++) {
        const struct census_month *m = &v->f->months[i];
        char text[32];
        (void)snprintf(text, sizeof text, "%04d-%02d", m->year, m->month);
        html_lit(w, "<tr><th scope=\"row\">");
        html_text(w, text);
        html_lit(w, "</th><td>");
        html_text(w, census_grouped(m->opened, text));
        html_lit(w, "</td><td>");
        html_text(w, census_grouped(m->total, text));
        html_lit(w, "</td></tr>\n");
    }
    html_lit(w, "</tbody>\n</table>\n</section>\n</details>\n");
}

static void put_months(struct html *w, const struct census_view *v)
{
    const char *first = v->f->levels.n > 0 ? census_date(v->f, "account.first_central.opened_on") : "";
    put_heading(w, v, "census.months");
    if (*first != '\0') {
        html_lit(w, "<p class=\"measure\">");
        html_tr(w, v->c, v->lang, "census.first_central", "date", first, NULL);
        html_lit(w, "</p>\n");
    }
    census_write_months(w, v);
    put_month_table(w, v);
}

static void put_file(struct html *w, const struct census_view *v, const char *ending, const char *key)
{
    const char *const *langs;
    (void)catalogue_langs(v->c, &langs);
    html_lit(w, "<a class=\"file\" href=\"/census/");
    html_url(w, v->f->as_of);
    html_url(w, ending);
    html_lit(w, "?lang=");
    html_url(w, langs[v->lang]);
    html_lit(w, "\">");
    html_text(w, t(v, key));
    html_lit(w, "</a> ");
}

static void put_list(struct html *w, const struct census_view *v)
{
    const char *const *langs;
    (void)catalogue_langs(v->c, &langs);
    put_heading(w, v, "census.snapshots");
    html_lit(w, "<ul>\n");
    for (size_t i = 0; i < v->n_dates; i++) {
        html_lit(w, "<li><a href=\"/census/");
        html_url(w, v->dates[i]);
        html_lit(w, "?lang=");
        html_url(w, langs[v->lang]);
        html_lit(w, "\">");
        html_text(w, v->dates[i]);
        html_lit(w, "</a></li>\n");
    }
    html_lit(w, "</ul>\n");
}

static void put_body(struct html *w, const struct census_view *v)
{
    put_demonstration(w, v);
    put_facts(w, v);
    html_lit(w, "<p class=\"measure quiet\">");
    html_text(w, t(v, "census.full_count"));
    html_lit(w, "</p>\n");
    put_provinces(w, v);
    put_regions(w, v);
    put_functions(w, v);
    put_levels(w, v);
    put_owners(w, v);
    put_months(w, v);
    put_heading(w, v, "census.files");
    html_lit(w, "<p>");
    put_file(w, v, ".csv", "results.csv");
    put_file(w, v, ".json", "results.json");
    html_lit(w, "</p>\n");
    put_list(w, v);
}

void census_write_page(struct html *w, const struct census_view *v)
{
    const struct page p = {.c = v->c, .lang = v->lang, .path = v->path, .is_indexable = true,
                           .title = t(v, "census.title"), .description = t(v, "census.description")};
    page_begin(w, &p);
    html_lit(w, "<h1>");
    html_text(w, p.title);
    html_lit(w, "</h1>\n");
    if (v->f != NULL) {
        put_body(w, v);
    } else {
        html_lit(w, "<p>");
        html_text(w, t(v, "census.none"));
        html_lit(w, "</p>\n");
    }
    page_end(w, &p);
}
