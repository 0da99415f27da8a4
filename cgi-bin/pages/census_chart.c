/* The drawings of the census page. The tables beside them say the same in words, so each is one image
 * with one sentence. Colours are classes of 35-chart.css and 40-census.css: dark, forced colours and print follow. */
#include <stdio.h>
#include <string.h>

#include "pages/census.h"
#include "report/chart.h"

enum { SHADES = CHART_SHADES, DIVISIONS_MAX = 64 };

const char *census_grouped(int64_t v, char out[32])
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)v), at = 0;
    for (int i = 0; i < n; i++) {
        out[at++] = digits[i];
        if (digits[i] != '-' && i + 1 < n && (n - i - 1) % 3 == 0)
            out[at++] = ',';
    }
    out[at] = '\0';
    return out;
}

/* One significant digit, at least 1. */
static int64_t round_number(int64_t v)
{
    int64_t unit = 1;
    while (v / unit >= 10)
        unit *= 10;
    int64_t rounded = (v + unit / 2) / unit * unit;
    return rounded > 0 ? rounded : 1;
}

/* Each shade begins at about twice the one before: counts of provinces are that uneven. bounds[0] is
 * where shade 2 begins. Gives the number of shades, fewer where the counts are small. */
static int find_bounds(int64_t max, int64_t bounds[SHADES - 1])
{
    int n = 0;
    for (int i = 0; i < SHADES - 1; i++) {
        int64_t b = round_number(max >> (SHADES - 1 - i));
        if (b > (n > 0 ? bounds[n - 1] : 1) && b <= max)
            bounds[n++] = b;
    }
    return n + 1;
}

static int shade_of(int64_t count, const int64_t *bounds, int n_shades)
{
    int s = 1;
    while (s < n_shades && count >= bounds[s - 1])
        s++;
    return s;
}

/* "under 400", "400 to 799", "3,000 or more", lowest first. */
static void make_legend(const struct census_view *v, const int64_t *bounds, int n_shades, const char *legend[SHADES])
{
    for (int s = 1; s <= n_shades; s++) {
        char low[32], high[32];
        if (n_shades == 1)
            legend[0] = tr(v->c, v->lang, "census.legend_any");
        else if (s == 1)
            legend[0] = tr_fill(v->a, v->c, v->lang, "census.legend_first", "n", census_grouped(bounds[0], low), NULL);
        else if (s == n_shades)
            legend[s - 1] = tr_fill(v->a, v->c, v->lang, "census.legend_last", "n", census_grouped(bounds[s - 2], low), NULL);
        else
            legend[s - 1] = tr_fill(v->a, v->c, v->lang, "census.legend_middle", "low", census_grouped(bounds[s - 2], low), "high",
                                    census_grouped(bounds[s - 1] - 1, high), NULL);
    }
}

void census_write_map(struct html *w, const struct census_view *v)
{
    const struct census_breakdown *b = &v->f->provinces;
    struct chart_tile tiles[DIVISIONS_MAX];
    char values[DIVISIONS_MAX][32];
    int64_t bounds[SHADES - 1] = {0};
    int n_shades = find_bounds(b->n > 0 ? b->rows[0].count : 0, bounds);
    bool is_zh = strncmp(tr(v->c, v->lang, "lang.tag"), "zh", 2) == 0;
    const char *alt = tr_fill(v->a, v->c, v->lang, "census.map_alt", "first",
                              b->n > 0 ? form_text(&b->rows[0].label, v->label_lang) : "", NULL);
    struct chart_map map = {.alt = alt != NULL ? alt : "", .n = b->n < DIVISIONS_MAX ? b->n : DIVISIONS_MAX, .tiles = tiles,
                            .is_zh = is_zh, .none = "–"};
    make_legend(v, bounds, n_shades, map.legend);
    w->out->has_failed |= alt == NULL;
    for (int s = 0; s < n_shades; s++)
        w->out->has_failed |= map.legend[s] == NULL;
    for (size_t i = 0; i < map.n; i++) {
        const struct census_row *r = &b->rows[i];
        tiles[i] = (struct chart_tile){.code = r->code, .name = form_text(&r->label, v->label_lang),
                                       .short_name = is_zh ? chart_tile_zh(r->code) : NULL,
                                       .value = census_grouped(r->count, values[i]), .full = values[i],
                                       .shade = r->count > 0 ? shade_of(r->count, bounds, n_shades) : 0};
    }
    html_lit(w, "<figure class=\"map\">\n");
    chart_tilemap(w->out, &map);
    html_lit(w, "<figcaption>");
    html_tr(w, v->c, v->lang, "census.map_caption", NULL);
    html_lit(w, "</figcaption>\n</figure>\n");
}

/* ---- openings by month ---- */

enum { PLOT_W = 1000, PLOT_H = 300, YEAR_W = 90, MONTHS_SHOWN = 120 };

static void put_column(struct html *w, const struct census_month *m, size_t at, size_t n, int64_t max)
{
    long long x0 = (long long)(at * PLOT_W / n), x1 = (long long)((at + 1) * PLOT_W / n);
    long long h = max > 0 ? (long long)(m->opened * PLOT_H / max) : 0;
    html_lit(w, "<rect x=\"");
    html_int(w, x0 + 2);
    html_lit(w, "\" y=\"");
    html_int(w, PLOT_H - h);
    html_lit(w, "\" width=\"");
    html_int(w, x1 - x0 > 6 ? x1 - x0 - 4 : 2);
    html_lit(w, "\" height=\"");
    html_int(w, h);
    html_lit(w, "\"/>");
}

/* A line where each year begins, and its number where there is room for it. */
static void put_year(struct html *w, const struct census_month *m, size_t at, size_t n)
{
    long long x = (long long)(at * PLOT_W / n);
    size_t n_months = (size_t)(13 - m->month) < n - at ? (size_t)(13 - m->month) : n - at;
    html_lit(w, "<path d=\"M");
    html_int(w, x);
    html_lit(w, " 0V310\"/>");
    if (n_months * PLOT_W / n < YEAR_W)
        return;
    html_lit(w, "<text x=\"");
    html_int(w, x + 6);
    html_lit(w, "\" y=\"340\">");
    html_int(w, m->year);
    html_lit(w, "</text>");
}

void census_write_months(struct html *w, const struct census_view *v)
{
    size_t n = v->f->n_months < MONTHS_SHOWN ? v->f->n_months : MONTHS_SHOWN;
    const struct census_month *m = v->f->months + (v->f->n_months - n);
    int64_t max = 0;
    size_t at_max = 0;
    char month[16], count[32];
    for (size_t i = 0; i < n; i++)
        if (m[i].opened > max) {
            max = m[i].opened;
            at_max = i;
        }
    if (n == 0 || max == 0)
        return;
    (void)snprintf(month, sizeof month, "%04d-%02d", m[at_max].year, m[at_max].month);
    html_lit(w, "<figure class=\"months\">\n<svg viewBox=\"0 -40 1000 392\" role=\"img\" aria-label=\"");
    html_tr(w, v->c, v->lang, "census.months_alt", "month", month, "n", census_grouped(max, count), NULL);
    html_lit(w, "\">\n<g class=\"grid\">");
    for (size_t i = 0; i < n; i++)
        if (i == 0 || m[i].month == 1)
            put_year(w, &m[i], i, n);
    html_lit(w, "<path d=\"M0 300H1000\"/></g>\n<g class=\"columns\">");
    for (size_t i = 0; i < n; i++)
        put_column(w, &m[i], i, n, max);
    html_lit(w, "</g>\n<text class=\"top\" text-anchor=\"");
    if (at_max * 2 > n)
        html_lit(w, "end\" x=\"");
    else
        html_lit(w, "start\" x=\"");
    html_int(w, (long long)((at_max + (at_max * 2 > n)) * PLOT_W / n));
    html_lit(w, "\" y=\"-10\">");
    html_text(w, month);
    html_lit(w, ": ");
    html_text(w, count);
    html_lit(w, "</text>\n</svg>\n</figure>\n");
}
