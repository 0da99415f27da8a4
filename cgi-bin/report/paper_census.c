/* Chapter: the census of accounts. */
#include <stdio.h>
#include <string.h>

#include "report/paper_inner.h"

static const char *share_text(double share, char out[16])
{
    (void)snprintf(out, 16, "%.1f%%", share * 100);
    return out;
}

/* Texts of the rows of one chart. */
struct row_text {
    char rank[16], value[32], share[16], label[256];
};

/* A label at the head of a row, with a capital; one that is too long to copy as it is. */
static const char *row_label(const char *label, char out[256])
{
    int n = snprintf(out, 256, "%s", label);
    if (n < 0 || n >= 256)
        return label;
    if (out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 'a' + 'A');
    return out;
}

static void put_ranked(struct paper_writer *w, const struct census_breakdown *b, const char *caption, const char *head,
                       size_t n_marked)
{
    struct chart_bar bars[PAPER_ITEMS_MAX];
    struct row_text texts[PAPER_ITEMS_MAX];
    size_t n = b->n < PAPER_ITEMS_MAX ? b->n : PAPER_ITEMS_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct census_row *r = &b->rows[i];
        (void)snprintf(texts[i].rank, sizeof texts[i].rank, "%s%d", r->is_tied ? "=" : "", r->rank);
        bars[i] = (struct chart_bar){.rank = texts[i].rank, .label = row_label(pl_census(w, &r->label), texts[i].label),
                                     .value = mk_grouped(r->count, texts[i].value), .size = (double)r->count,
                                     .share = share_text(r->share, texts[i].share), .is_marked = i < n_marked};
    }
    p_figure_begin(w, caption);
    chart_ranked(w->out, &(struct chart_bars){.aria = pt(w, caption), .rank_head = pt(w, "paper.rank"),
                                              .label_head = pt(w, head), .value_head = pt(w, "paper.accounts"),
                                              .share_head = pt(w, "paper.share"), .n = n, .bars = bars});
    p_figure_end(w, "paper.source_census");
}

/* The first five functions at the lowest level. */
static void put_county(struct paper_writer *w)
{
    const struct census_level *l = census_find_level(w->p->census, "county_below");
    if (l == NULL || l->functions.n < 5)
        return;
    struct census_breakdown five = l->functions;
    five.n = 5;
    put_ranked(w, &five, "paper.county_caption", "paper.function", 0);
}

static void put_levels(struct paper_writer *w)
{
    const struct census_figures *f = w->p->census;
    char first_share[16];
    p_heading(w, "paper.levels");
    if (f->levels.n > 0) {
        mk_lit(w->out, "<p class=\"lead\">");
        mk_fill(w->out, pt(w, "paper.levels_text"), "level", pl_census(w, &f->levels.rows[0].label), "share",
                share_text(f->levels.rows[0].share, first_share), NULL);
        mk_lit(w->out, "</p>\n");
    }
    put_ranked(w, &f->levels, "paper.levels_caption", "paper.level", 0);
    for (size_t i = 0; i < f->n_levels; i++) {
        const struct census_level *l = &f->level_functions[i];
        const struct census_row *row = census_find(&f->levels, l->level);
        char covered[32], listed[32], first[16];
        if (row == NULL || l->functions.n == 0)
            continue;
        mk_lit(w->out, "<p>");
        size_t from = w->out->len;
        if (l->n_listed > 0)
            mk_fill(w->out, pt(w, "paper.level_listed"), "level", pl_census(w, &row->label), "covered",
                    mk_grouped((long long)l->n_listed_covered, covered), "listed", mk_grouped((long long)l->n_listed, listed), NULL);
        else
            mk_fill(w->out, pt(w, "paper.level_plain"), "level", pl_census(w, &row->label), "first",
                    pl_census(w, &l->functions.rows[0].label), "share", share_text(l->functions.rows[0].share, first), NULL);
        p_capital(w->out, from);
        mk_lit(w->out, "</p>\n");
    }
    put_county(w);
}

static void put_functions(struct paper_writer *w)
{
    const struct census_breakdown *b = &w->p->census->functions;
    char n[32], share[16];
    p_heading(w, "paper.functions");
    if (b->n >= 2) {
        mk_lit(w->out, "<p class=\"lead\">");
        size_t from = w->out->len;
        mk_fill(w->out, pt(w, "paper.functions_text"), "one", pl_census(w, &b->rows[0].label), "two",
                pl_census(w, &b->rows[1].label), "n", mk_grouped(b->top2, n), "share", share_text(b->top2_share, share), NULL);
        p_capital(w->out, from);
        mk_lit(w->out, "</p>\n");
    }
    put_ranked(w, b, "paper.functions_caption", "paper.function", 2);
}

/* Four bounds in the divisions' counts: 200 and its multiples of about two and a half, so that the many
 * small ones can be told apart. */
static const double map_bounds[CHART_SHADES - 1] = {200, 500, 1250, 3000};

static void put_map(struct paper_writer *w)
{
    const struct census_breakdown *b = &w->p->census->provinces;
    struct chart_tile tiles[PAPER_ITEMS_MAX];
    struct { char value[32], full[64]; } texts[PAPER_ITEMS_MAX];
    size_t n = b->n < PAPER_ITEMS_MAX ? b->n : PAPER_ITEMS_MAX;
    bool is_zh = strcmp(w->p->langs[w->lang], "zh") == 0;
    for (size_t i = 0; i < n; i++) {
        const struct census_row *r = &b->rows[i];
        (void)snprintf(texts[i].full, sizeof texts[i].full, "%s (%.1f%%)", mk_grouped(r->count, texts[i].value), r->share * 100);
        tiles[i] = (struct chart_tile){.code = r->code, .name = pl_census(w, &r->label), .value = texts[i].value,
                                       .short_name = is_zh ? chart_tile_zh(r->code) : NULL, .full = texts[i].full,
                                       .shade = r->count > 0 ? chart_shade((double)r->count, map_bounds) : 0};
    }
    p_figure_begin(w, "paper.map_caption");
    chart_tilemap(w->out, &(struct chart_map){.alt = pt(w, "paper.map_alt"), .n = n, .tiles = tiles, .is_zh = is_zh, .none = "–",
                                              .legend = {"< 200", "200–499", "500–1,249", "1,250–2,999", "≥ 3,000"},
                                              .legend_none = pt(w, "paper.map_none")});
    p_figure_end(w, "paper.source_map");
}

static void put_provinces(struct paper_writer *w)
{
    const struct census_figures *f = w->p->census;
    char covered[32], eastern[16], western[16], n_top[16], n_bottom[16];
    p_heading(w, "paper.provinces");
    (void)snprintf(eastern, sizeof eastern, "%d", f->top_eastern);
    (void)snprintf(western, sizeof western, "%d", f->bottom_western);
    (void)snprintf(n_top, sizeof n_top, "%zu", f->n_top);
    (void)snprintf(n_bottom, sizeof n_bottom, "%zu", f->n_bottom);
    mk_lit(w->out, "<p class=\"lead\">");
    mk_fill(w->out, pt(w, "paper.provinces_text"), "covered", mk_grouped((long long)f->n_provinces_covered, covered),
            "n_top", n_top, "eastern", eastern, "n_bottom", n_bottom, "western", western, NULL);
    if (f->is_top_tied || f->is_bottom_tied) {
        mk_lit(w->out, " ");
        mk_text(w->out, pt(w, "paper.provinces_tied"));
    }
    mk_lit(w->out, "</p>\n");
    if (f->regions4.is_given)
        put_ranked(w, &f->regions4, "paper.regions_caption", "paper.region", 0);
    put_map(w);
    put_ranked(w, &f->provinces, "paper.provinces_caption", "paper.province", 3);
}

/* Dates of published.csv that lie in the months of the chart become its events. */
static size_t find_events(const struct paper_writer *w, struct chart_event *events, const struct published_row **rows, size_t max)
{
    static const char marks[][2] = {"A", "B", "C", "D", "E", "F"};
    const struct census_figures *f = w->p->census;
    size_t n = 0;
    for (size_t i = 0; w->p->published != NULL && i < w->p->published->n && n < max; i++) {
        const struct published_row *r = &w->p->published->rows[i];
        int year = 0, month = 0, day = 0;
        if (strcmp(r->unit, "date") != 0 || sscanf(r->value, "%4d-%2d-%2d", &year, &month, &day) != 3)
            continue;
        int at = (year - f->months[0].year) * 12 + month - f->months[0].month;
        if (at < 0 || (size_t)at >= f->n_months)
            continue;
        size_t k = n++;
        for (; k > 0 && events[k - 1].at > at + day / 31.0; k--) { /* by date */
            events[k] = events[k - 1];
            rows[k] = rows[k - 1];
        }
        events[k] = (struct chart_event){at + day / 31.0, NULL};
        rows[k] = r;
    }
    for (size_t i = 0; i < n; i++)
        events[i].mark = marks[i];
    return n;
}

static void put_event_list(struct paper_writer *w, const struct chart_event *events, const struct published_row **rows, size_t n)
{
    mk_lit(w->out, "<ul class=\"events\">\n");
    for (size_t i = 0; i < n; i++) {
        mk_lit(w->out, "<li><b>");
        mk_text(w->out, events[i].mark);
        mk_lit(w->out, "</b> ");
        mk_text(w->out, rows[i]->value);
        mk_lit(w->out, " ");
        mk_text(w->out, rows[i]->label[w->lang]);
        if (rows[i]->is_cited) {
            mk_lit(w->out, " <i>");
            mk_text(w->out, pt(w, "paper.cited_mark"));
            mk_lit(w->out, "</i>");
        }
        mk_lit(w->out, "</li>\n");
    }
    mk_lit(w->out, "</ul>\n");
}

/* 1, 2 or 5 times a power of ten times four: the top of a scale with four lines. */
static double scale_top(double largest)
{
    static const double steps[] = {1, 2, 2.5, 5};
    for (double unit = 1; unit < 1e12; unit *= 10)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
            if (4 * steps[i] * unit >= largest && steps[i] * unit >= 1)
                return 4 * steps[i] * unit;
    return largest;
}

static void put_quarters(struct paper_writer *w)
{
    const struct census_figures *f = w->p->census;
    mk_lit(w->out, "<table class=\"figures\">\n");
    p_caption(w, "paper.months_table");
    mk_lit(w->out, "<thead><tr><th scope=\"col\">");
    mk_text(w->out, pt(w, "paper.quarter"));
    mk_lit(w->out, "</th><th scope=\"col\" class=\"c-num\">");
    mk_text(w->out, pt(w, "paper.opened"));
    mk_lit(w->out, "</th><th scope=\"col\" class=\"c-num\">");
    mk_text(w->out, pt(w, "paper.total"));
    mk_lit(w->out, "</th></tr></thead>\n<tbody>\n");
    int64_t opened = 0;
    for (size_t i = 0; i < f->n_months; i++) {
        const struct census_month *m = &f->months[i];
        char n[32], total[32];
        opened += m->opened;
        if (m->month % 3 != 0 && i + 1 < f->n_months)
            continue;
        buf_printf(w->out, "<tr><th scope=\"row\">%d Q%d</th><td class=\"c-num\">%s</td><td class=\"c-num\">%s</td></tr>\n",
                   m->year, (m->month + 2) / 3, mk_grouped(opened, n), mk_grouped(m->total, total));
        opened = 0;
    }
    mk_lit(w->out, "</tbody>\n</table>\n");
}

static void put_months(struct paper_writer *w)
{
    const struct census_figures *f = w->p->census;
    struct chart_column columns[CHART_COLUMNS_MAX];
    struct { char year[8], title[64]; } texts[CHART_COLUMNS_MAX];
    struct chart_event events[6];
    const struct published_row *rows[6] = {NULL};
    char ticks[4][32];
    double largest = 0;
    if (f->n_months == 0 || f->n_months > CHART_COLUMNS_MAX)
        return;
    for (size_t i = 0; i < f->n_months; i++) {
        const struct census_month *m = &f->months[i];
        char n[32];
        (void)snprintf(texts[i].year, sizeof texts[i].year, "%d", m->year);
        (void)snprintf(texts[i].title, sizeof texts[i].title, "%d-%02d: %s", m->year, m->month, mk_grouped(m->opened, n));
        columns[i] = (struct chart_column){(double)m->opened, m->month == 1 ? texts[i].year : NULL, texts[i].title};
        largest = (double)m->opened > largest ? (double)m->opened : largest;
    }
    struct chart_columns c = {.alt = pt(w, "paper.months_alt"), .max = scale_top(largest), .n_ticks = 4, .n = f->n_months,
                              .columns = columns, .events = events};
    for (size_t i = 0; i < c.n_ticks; i++)
        c.ticks[i] = mk_grouped((long long)(c.max * (double)(i + 1) / 4), ticks[i]);
    c.n_events = find_events(w, events, rows, sizeof events / sizeof *events);
    p_heading(w, "paper.months");
    p_figure_begin(w, "paper.months_caption");
    chart_over_time(w->out, &c);
    put_event_list(w, events, rows, c.n_events);
    p_figure_end(w, "paper.source_months");
    put_quarters(w);
}

void paper_put_census(struct paper_writer *w)
{
    const struct census_figures *f = w->p->census;
    char total[32], mean[32], median[32];
    if (f->is_demonstration)
        p_para(w, "synthetic", "paper.synthetic_census");
    mk_lit(w->out, "<p>");
    mk_fill(w->out, pt(w, "paper.census_text"), "date", f->as_of, "n", mk_grouped(f->total, total), "mean",
            mk_grouped((long long)(f->mean_followers + .5), mean), "median",
            mk_grouped((long long)(f->median_followers + .5), median), NULL);
    mk_lit(w->out, "</p>\n");
    put_levels(w);
    put_functions(w);
    put_provinces(w);
    put_months(w);
}
