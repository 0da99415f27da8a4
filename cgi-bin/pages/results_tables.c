/* Waves, crossings, straight lines and fast ballots: /results/SLUG/tables. */
#include <math.h>
#include <stdio.h>

#include "pages/results_inner.h"
#include "web/page.h"

static void put_heads(struct html *w, const struct results_view *v, const char *const *keys, size_t n)
{
    html_lit(w, "<thead><tr>");
    for (size_t i = 0; i < n; i++) {
        html_lit(w, "<th scope=\"col\">");
        html_text(w, results_text(v, keys[i]));
        html_lit(w, "</th>");
    }
    html_lit(w, "</tr></thead>\n<tbody>\n");
}

static void begin_table(struct html *w, const char *caption, const char *more)
{
    html_lit(w, "<table>\n<caption>");
    html_text(w, caption);
    html_lit(w, "<span class=\"detail\"> ");
    html_text(w, more);
    html_lit(w, "</span></caption>\n");
}

/* A row: its head with a bar, the share, and the number behind it. */
static void put_share_row(struct html *w, const struct results_view *v, const char *head, const struct pub_share *s,
                          int64_t n, int64_t shown)
{
    char text[32];
    html_lit(w, "<tr><th scope=\"row\"><span class=\"head\">");
    html_text(w, head);
    html_lit(w, "</span>");
    results_put_bar(w, s);
    results_put_weighted(w, v, s, n);
    html_lit(w, "</th><td class=\"share\">");
    results_put_share(w, v, s, n);
    html_lit(w, "</td><td>");
    html_text(w, results_grouped(shown, text));
    html_lit(w, "</td></tr>\n");
}

static void put_empty_row(struct html *w, const struct results_view *v, const char *head, const char *key)
{
    html_lit(w, "<tr><th scope=\"row\"><span class=\"head\">");
    html_text(w, head);
    html_lit(w, "</span></th><td class=\"quiet\" colspan=\"2\">");
    html_text(w, results_text(v, key));
    html_lit(w, "</td></tr>\n");
}

/* Where counts are rounded: the day of the tally whose counts these are. */
static void put_as_of(struct html *w, const struct results_view *v, const char *day)
{
    if (day == NULL)
        return;
    html_lit(w, "<p class=\"missing\">");
    html_tr(w, v->c, v->lang, "results.as_of", "date", day, NULL);
    html_lit(w, "</p>\n");
}

bool results_has_tables(const struct publication *p)
{
    return p->n_waves + p->n_crosses + p->n_grids > 0 || p->fast.seconds > 0;
}

/* ---- waves ---- */

/* "+2.1", with as many decimals as the smaller n carries. */
static void points_text(double change, int64_t n, char out[24])
{
    char digits[16];
    publication_percent(fabs(change), n, digits);
    bool is_none = digits[0] == '0' && (digits[1] == '\0' || (digits[1] == '.' && digits[2] == '0'));
    (void)snprintf(out, 24, "%s%s", is_none ? "" : change < 0 ? "\xe2\x88\x92" : "+", digits);
}

void results_put_change(struct html *w, const struct results_view *v, const struct pub_change *c, int64_t n)
{
    char value[24], low[24], high[24];
    points_text(c->value, n, value);
    html_text(w, value);
    if (!c->has_interval)
        return;
    points_text(c->low, n, low);
    points_text(c->high, n, high);
    html_lit(w, "<span class=\"interval\">");
    html_tr(w, v->c, v->lang, "results.interval", "low", low, "high", high, NULL);
    html_lit(w, "</span>");
}

static void put_point(struct html *w, const struct results_view *v, const struct pub_trend *t, size_t at)
{
    const struct pub_point *x = &t->points[at];
    const struct pub_wave *wave = &v->p->waves[at];
    if (wave->is_open) {
        put_empty_row(w, v, wave->name, "results.wave_open");
        return;
    }
    if (!x->is_comparable || x->row.is_suppressed || x->row.n == 0) {
        put_empty_row(w, v, wave->name, x->row.is_suppressed ? "results.too_few"
                                        : x->is_comparable  ? "results.nobody" : "results.not_comparable");
        return;
    }
    char n[32];
    html_lit(w, "<tr><th scope=\"row\"><span class=\"head\">");
    html_text(w, wave->name);
    html_lit(w, "</span><span class=\"behind\">n = ");
    html_text(w, results_grouped(x->row.n, n));
    html_lit(w, "</span>");
    results_put_bar(w, &x->row.shares[0]);
    results_put_weighted(w, v, &x->row.shares[0], x->row.n);
    html_lit(w, "</th><td class=\"share\">");
    results_put_share(w, v, &x->row.shares[0], x->row.n);
    html_lit(w, "</td><td>");
    if (x->since != SIZE_MAX) {
        int64_t n_then = t->points[x->since].row.n;
        results_put_change(w, v, &x->changes[0], n_then < x->row.n ? n_then : x->row.n);
    }
    html_lit(w, "</td></tr>\n");
}

/* Is there anything to tell, be it that it is too little? */
static bool has_points(const struct results_view *v, const struct pub_trend *t)
{
    bool has_any = false;
    for (size_t i = 0; i < v->p->n_waves; i++)
        has_any |= t->points[i].row.is_suppressed || t->points[i].row.n > 0;
    return has_any;
}

static void put_trends(struct html *w, const struct results_view *v)
{
    static const char *const heads[] = {"results.wave", "results.top2", "results.change"};
    bool is_open = v->p->sample == FORM_OPEN;
    if (v->p->n_waves == 0)
        return;
    html_lit(w, "<h2 id=\"trend\">");
    html_text(w, results_text(v, "results.trend"));
    html_lit(w, "</h2>\n<p class=\"measure\">");
    html_text(w, results_text(v, is_open ? "results.trend_text_open" : "results.trend_text"));
    html_lit(w, "</p>\n<ul>\n");
    for (size_t i = 0; i < v->p->n_waves; i++) {
        const struct pub_wave *wave = &v->p->waves[i];
        html_lit(w, "<li>");
        html_tr(w, v->c, v->lang, "results.wave_days", "name", wave->name, "first", wave->first_day, "last",
                wave->last_day, NULL);
        html_lit(w, "</li>\n");
    }
    html_lit(w, "</ul>\n");
    for (size_t i = 0; i < v->p->n_trends; i++) {
        const struct pub_trend *t = &v->p->trends[i];
        if (!t->is_boxes || !has_points(v, t))
            continue; /* of other questions the files tell */
        html_lit(w, "<section class=\"result\">\n<h3>");
        html_text(w, results_label(v, &v->p->questions[t->question].label));
        html_lit(w, "</h3>\n");
        begin_table(w, results_text(v, "results.trend_caption"), "");
        put_heads(w, v, heads, 3);
        for (size_t k = 0; k < v->p->n_waves; k++)
            put_point(w, v, t, k);
        html_lit(w, "</tbody>\n</table>\n</section>\n");
    }
}

/* ---- crossings ---- */

static void put_cross_row(struct html *w, const struct results_view *v, const struct pub_cross *c, size_t at)
{
    static const char *const heads[] = {"results.answer", "results.share", "results.count"};
    static const char *const boxes[PUB_BOXES] = {"results.top2", "results.neutral", "results.bottom2"};
    const struct pub_question *rows = &v->p->questions[c->row], *columns = &v->p->questions[c->column];
    const char *head = results_label(v, &rows->options[publication_column(rows, at)].label);
    const struct pub_row *r = &c->rows[at];
    if (r->is_suppressed || r->n == 0) {
        html_lit(w, "<p class=\"missing\">");
        html_text(w, head);
        html_lit(w, " – ");
        html_text(w, results_text(v, r->is_suppressed ? "results.too_few" : "results.nobody"));
        html_lit(w, "</p>\n");
        return;
    }
    char n[32], more[40];
    (void)snprintf(more, sizeof more, "n = %s", results_grouped(r->n, n));
    begin_table(w, head, more);
    put_heads(w, v, heads, 3);
    for (size_t k = 0; k < (r->is_boxes ? PUB_BOXES : c->n_columns); k++) {
        const char *column = r->is_boxes ? results_text(v, boxes[k])
                                         : results_label(v, &columns->options[publication_column(columns, k)].label);
        put_share_row(w, v, column, &r->shares[k], r->n, r->shares[k].count);
    }
    html_lit(w, "</tbody>\n</table>\n");
    put_as_of(w, v, r->as_of);
}

/* "Independence: chi-square = 12.3, df = 4, p = 0.015" */
void results_put_test(struct html *w, const struct results_view *v, const struct pub_cross *c)
{
    char statistic[32], df[48], p[32];
    if (!c->has_test)
        return;
    (void)snprintf(statistic, sizeof statistic, "%.2f", c->statistic);
    if (c->is_rao_scott)
        (void)snprintf(df, sizeof df, "%.2f; %.0f", c->df, c->ddf);
    else
        (void)snprintf(df, sizeof df, "%.0f", c->df);
    if (c->p_value < 0.0005)
        (void)snprintf(p, sizeof p, "< 0.001");
    else
        (void)snprintf(p, sizeof p, "= %.3f", c->p_value);
    html_lit(w, "<p class=\"missing\">");
    html_tr(w, v->c, v->lang, c->is_rao_scott ? "results.test_rao_scott" : "results.test_pearson", "statistic", statistic,
            "df", df, "p", p, NULL);
    html_lit(w, "</p>\n");
}

static void put_crosses(struct html *w, const struct results_view *v)
{
    if (v->p->n_crosses == 0)
        return;
    html_lit(w, "<h2 id=\"crosses\">");
    html_text(w, results_text(v, "results.crosses"));
    html_lit(w, "</h2>\n<p class=\"measure\">");
    html_text(w, results_text(v, "results.crosses_text"));
    html_lit(w, "</p>\n");
    for (size_t i = 0; i < v->p->n_crosses; i++) {
        const struct pub_cross *c = &v->p->crosses[i];
        html_lit(w, "<section class=\"result\">\n<h3>");
        html_text(w, results_label(v, &v->p->questions[c->column].label));
        html_lit(w, "</h3>\n<p>");
        html_tr(w, v->c, v->lang, "results.cross_by", "question", results_label(v, &v->p->questions[c->row].label), NULL);
        html_lit(w, "</p>\n");
        for (size_t k = 0; k < c->n_rows; k++)
            put_cross_row(w, v, c, k);
        results_put_test(w, v, c);
        html_lit(w, "</section>\n");
    }
}

/* ---- grids ---- */

/* Questions with and without some ballots: the two highest answers. */
static void put_without(struct html *w, const struct results_view *v, size_t n, const size_t *items, const struct pub_row *without)
{
    static const char *const heads[] = {"results.question", "results.without_lines", "results.all_ballots"};
    char text[32];
    begin_table(w, results_text(v, "results.lines_caption"), "");
    put_heads(w, v, heads, 3);
    for (size_t i = 0; i < n; i++) {
        const struct pub_question *q = &v->p->questions[items[i]];
        if (without[i].is_suppressed || without[i].n == 0 || q->is_suppressed || q->n == 0) {
            put_empty_row(w, v, results_label(v, &q->label), "results.too_few");
            continue;
        }
        html_lit(w, "<tr><th scope=\"row\"><span class=\"head\">");
        html_text(w, results_label(v, &q->label));
        html_lit(w, "</span><span class=\"behind\">n = ");
        html_text(w, results_grouped(without[i].n, text));
        html_lit(w, "</span></th><td class=\"share\">");
        results_put_share(w, v, &without[i].shares[0], without[i].n);
        html_lit(w, "</td><td class=\"share\">");
        results_put_share(w, v, &q->top2, q->n);
        html_lit(w, "</td></tr>\n");
    }
    html_lit(w, "</tbody>\n</table>\n");
}

static void put_grid(struct html *w, const struct results_view *v, const struct pub_grid *g)
{
    char n[32], of[32];
    html_lit(w, "<section class=\"result\">\n<p>");
    if (g->straight.is_suppressed)
        html_text(w, results_text(v, "results.lines_few"));
    else
        html_tr(w, v->c, v->lang, "results.lines_count", "count", results_grouped(g->straight.shares[0].count, n), "n",
                results_grouped(g->straight.n, of), NULL);
    html_lit(w, "</p>\n");
    put_without(w, v, g->n_items, g->items, g->without);
    html_lit(w, "</section>\n");
}

static void put_grids(struct html *w, const struct results_view *v)
{
    if (v->p->n_grids == 0)
        return;
    html_lit(w, "<h2 id=\"lines\">");
    html_text(w, results_text(v, "results.lines"));
    html_lit(w, "</h2>\n<p class=\"measure\">");
    html_text(w, results_text(v, "results.lines_text"));
    html_lit(w, "</p>\n");
    for (size_t i = 0; i < v->p->n_grids; i++)
        put_grid(w, v, &v->p->grids[i]);
}

/* ---- fast ballots ---- */

static void put_fast(struct html *w, const struct results_view *v)
{
    const struct pub_fast *x = &v->p->fast;
    char n[32], of[32], percent[16], seconds[24];
    if (x->seconds == 0)
        return;
    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)x->seconds);
    html_lit(w, "<h2 id=\"fast\">");
    html_text(w, results_text(v, "results.fast"));
    html_lit(w, "</h2>\n<p class=\"measure\">");
    html_tr(w, v->c, v->lang, "results.fast_text", "seconds", seconds, NULL);
    html_lit(w, "</p>\n<section class=\"result\">\n<p>");
    if (x->fast.is_suppressed || x->fast.n == 0) {
        html_text(w, results_text(v, "results.fast_few"));
    } else {
        publication_percent(x->fast.shares[0].p, x->fast.n, percent);
        html_tr(w, v->c, v->lang, "results.fast_count", "count", results_grouped(x->fast.shares[0].count, n), "n",
                results_grouped(x->fast.n, of), "percent", percent, "seconds", seconds, NULL);
    }
    html_lit(w, "</p>\n");
    if (x->n_items > 0)
        put_without(w, v, x->n_items, x->items, x->without);
    put_as_of(w, v, x->fast.is_suppressed ? NULL : x->fast.as_of);
    html_lit(w, "</section>\n");
}

void results_put_quality(struct html *w, const struct results_view *v)
{
    put_grids(w, v);
    put_fast(w, v);
}

void results_write_tables(struct html *w, const struct results_view *v)
{
    struct results_part part;
    results_begin_part(w, v, &part, "tables", "results.tables", "results.tables_text");
    put_trends(w, v);
    put_crosses(w, v);
    results_put_quality(w, v);
    if (!results_has_tables(v->p)) {
        html_lit(w, "<p>");
        html_text(w, results_text(v, "results.no_tables"));
        html_lit(w, "</p>\n");
    }
    results_end_part(w, &part);
}
