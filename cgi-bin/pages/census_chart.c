/* The drawings of the census page. The tables beside them say the same in words, so each is one image
 * with one sentence. Colours are classes of 40-census.css: dark, forced colours and print follow. */
#include <stdio.h>
#include <string.h>

#include "pages/census.h"

enum { TILE = 100, SHADES = 5, LONG_FROM = 100000 /* "100,000" is wider than a tile */ };

/* Neighbours stay neighbours as far as squares allow. */
static const struct division {
    const char *code, *letters, *zh;
    int col, row;
} divisions[] = {
    {"23", "HL", "黑龙江", 6, 0}, {"22", "JL", "吉林", 6, 1},   {"65", "XJ", "新疆", 0, 2}, {"62", "GS", "甘肃", 1, 2},
    {"64", "NX", "宁夏", 2, 2},   {"15", "NM", "内蒙古", 3, 2}, {"11", "BJ", "北京", 4, 2}, {"12", "TJ", "天津", 5, 2},
    {"21", "LN", "辽宁", 6, 2},   {"63", "QH", "青海", 1, 3},   {"61", "SN", "陕西", 2, 3}, {"14", "SX", "山西", 3, 3},
    {"13", "HE", "河北", 4, 3},   {"37", "SD", "山东", 5, 3},   {"54", "XZ", "西藏", 0, 4}, {"51", "SC", "四川", 1, 4},
    {"50", "CQ", "重庆", 2, 4},   {"41", "HA", "河南", 3, 4},   {"34", "AH", "安徽", 4, 4}, {"32", "JS", "江苏", 5, 4},
    {"31", "SH", "上海", 6, 4},   {"53", "YN", "云南", 1, 5},   {"52", "GZ", "贵州", 2, 5}, {"42", "HB", "湖北", 3, 5},
    {"36", "JX", "江西", 4, 5},   {"33", "ZJ", "浙江", 5, 5},   {"45", "GX", "广西", 2, 6}, {"43", "HN", "湖南", 3, 6},
    {"44", "GD", "广东", 4, 6},   {"35", "FJ", "福建", 5, 6},   {"71", "TW", "台湾", 6, 6}, {"46", "HI", "海南", 3, 7},
    {"82", "MO", "澳门", 4, 7},   {"81", "HK", "香港", 5, 7},
};
enum { N_DIVISIONS = sizeof divisions / sizeof *divisions };

const char *census_letters(const char *code)
{
    for (size_t i = 0; i < N_DIVISIONS; i++)
        if (strcmp(divisions[i].code, code) == 0)
            return divisions[i].letters;
    return "";
}

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

static void put_tile(struct html *w, const struct census_view *v, const struct division *d,
                     const struct census_row *r, int shade)
{
    char n[32];
    bool is_zh = strncmp(tr(v->c, v->lang, "lang.tag"), "zh", 2) == 0;
    html_lit(w, "<g class=\"s");
    html_int(w, shade);
    html_lit(w, "\" transform=\"translate(");
    html_int(w, d->col * TILE);
    html_lit(w, " ");
    html_int(w, d->row * TILE);
    html_lit(w, ")\"><rect width=\"96\" height=\"96\" rx=\"6\"/><text x=\"48\" y=\"42\">");
    html_text(w, is_zh ? d->zh : d->letters);
    html_lit(w, "</text><text class=\"");
    if (r != NULL && r->count >= LONG_FROM)
        html_lit(w, "long ");
    html_lit(w, "n\" x=\"48\" y=\"74\">");
    html_text(w, r != NULL ? census_grouped(r->count, n) : "–");
    html_lit(w, "</text></g>\n");
}

/* "under 400", "400 to 799", "3,000 and more" */
static void put_legend(struct html *w, const struct census_view *v, const int64_t *bounds, int n_shades)
{
    html_lit(w, "<ul class=\"legend\">\n");
    for (int s = 1; s <= n_shades; s++) {
        char low[32], high[32];
        html_lit(w, "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\" focusable=\"false\"><g class=\"s");
        html_int(w, s);
        html_lit(w, "\"><rect width=\"10\" height=\"10\"/></g></svg>");
        if (n_shades == 1)
            html_tr(w, v->c, v->lang, "census.legend_any", NULL);
        else if (s == 1)
            html_tr(w, v->c, v->lang, "census.legend_first", "n", census_grouped(bounds[0], low), NULL);
        else if (s == n_shades)
            html_tr(w, v->c, v->lang, "census.legend_last", "n", census_grouped(bounds[s - 2], low), NULL);
        else
            html_tr(w, v->c, v->lang, "census.legend_middle", "low", census_grouped(bounds[s - 2], low), "high",
                    census_grouped(bounds[s - 1] - 1, high), NULL);
        html_lit(w, "</li>\n");
    }
    html_lit(w, "</ul>\n");
}

void census_write_map(struct html *w, const struct census_view *v)
{
    const struct census_breakdown *b = &v->f->provinces;
    int64_t bounds[SHADES - 1] = {0};
    int n_shades = find_bounds(b->n > 0 ? b->rows[0].count : 0, bounds);
    html_lit(w, "<figure class=\"map\">\n<svg viewBox=\"-2 -2 700 800\" role=\"img\" aria-label=\"");
    html_tr(w, v->c, v->lang, "census.map_alt", "first", b->n > 0 ? form_text(&b->rows[0].label, v->label_lang) : "",
            NULL);
    html_lit(w, "\">\n");
    for (size_t i = 0; i < N_DIVISIONS; i++) {
        const struct census_row *r = census_find(b, divisions[i].code);
        put_tile(w, v, &divisions[i], r, r != NULL && r->count > 0 ? shade_of(r->count, bounds, n_shades) : 0);
    }
    html_lit(w, "</svg>\n<figcaption>");
    html_tr(w, v->c, v->lang, "census.map_caption", NULL);
    html_lit(w, "</figcaption>\n");
    put_legend(w, v, bounds, n_shades);
    html_lit(w, "</figure>\n");
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
