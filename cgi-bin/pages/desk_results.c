/* The results of a survey at the desk: charts, trends, every question, and how good the answers are. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pages/desk_inner.h"
#include "pages/desk_results_inner.h"
#include "report/chart.h"

enum { ITEMS_MAX = 60, SUMMARY_BYTES = 256 };

/* ---- what the pages of results share ---- */

static struct results_view view_of(const struct desk_call *x, const struct publication *p)
{
    struct results_view v = {.c = x->desk->c, .lang = x->lang, .p = p, .now_s = (int64_t)time(NULL)};
    for (size_t i = 0; i < p->n_langs; i++)
        if (strcmp(p->langs[i], desk_lang(x)) == 0)
            v.form_lang = i;
    return v;
}

enum rc desk_with_figures(struct desk_call *x, desk_figures_page *page, struct rc_info *e)
{
    struct desk_held held;
    enum rc rc = desk_figures_take(x->desk->figures, x->db, x->slug, x->rq->arena, &held, e);
    if (rc != RC_OK)
        return rc;
    struct results_view v = view_of(x, held.p);
    rc = page(x, &v, &held, e);
    desk_figures_give(x->desk->figures, &held);
    return rc;
}

void desk_begin_results(struct desk_call *x, const struct results_view *v, const char *ending, const char *title_key)
{
    char path[112], up[112];
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/%s", x->slug, ending);
    (void)snprintf(up, sizeof up, "/admin/surveys/%.64s", x->slug);
    desk_begin(x, path, title_key, NULL, false);
    html_lit(&x->w, "<p class=\"lead\"><a href=\"");
    desk_put_href(x, up);
    html_lit(&x->w, "\">");
    html_text(&x->w, results_label(v, &v->p->title));
    html_lit(&x->w, "</a></p>\n");
    if (v->p->sample == FORM_DEMONSTRATION) {
        html_lit(&x->w, "<p><span class=\"tag\">");
        html_text(&x->w, results_text(v, "results.demonstration"));
        html_lit(&x->w, "</span></p>\n");
    }
}

/* ---- charts ---- */

static bool is_item(const struct pub_question *q)
{
    return q->has_boxes && !q->is_suppressed && !q->is_collapsed && q->n > 0;
}

/* "The two highest 78.9%, middle 11.0%, the two lowest 10.1%" */
static const char *summary_of(const struct results_view *v, const struct pub_share *top, const struct pub_share *mid,
                              const struct pub_share *low, int64_t n, struct arena *a)
{
    char p[3][16];
    struct buf b;
    buf_init(&b, SUMMARY_BYTES);
    publication_percent(top->p, n, p[0]);
    publication_percent(mid->p, n, p[1]);
    publication_percent(low->p, n, p[2]);
    struct html w = {&b};
    html_tr(&w, v->c, v->lang, "paper.item_summary", "top", p[0], "mid", p[1], "low", p[2], NULL);
    const char *text = buf_ok(&b) ? arena_strdup(a, b.p) : NULL;
    buf_release(&b);
    return text;
}

static bool make_item(const char *label, const struct pub_share *const points[CHART_POINTS], int64_t n,
                      const char *summary, struct arena *a, struct chart_item *out)
{
    *out = (struct chart_item){.label = label, .summary = summary};
    for (int i = 0; i < CHART_POINTS; i++) {
        char *text = arena_alloc(a, 16);
        if (text == NULL)
            return false;
        out->p[i] = points[i] != NULL ? points[i]->p : 0;
        publication_percent(out->p[i], n, text);
        out->text[i] = text;
    }
    return true;
}

static struct chart_likert make_likert(const struct results_view *v, const struct chart_item *items, size_t n)
{
    return (struct chart_likert){.alt = "", .n = n, .items = items,
                                 .legend = {results_text(v, "paper.point1"), results_text(v, "paper.point2"), results_text(v, "paper.point3"),
                                            results_text(v, "paper.point4"), results_text(v, "paper.point5")}};
}

static enum rc put_likert(struct desk_call *x, const struct results_view *v, struct rc_info *e)
{
    struct arena *a = x->rq->arena;
    struct chart_item *items = arena_array(a, ITEMS_MAX, sizeof *items);
    size_t n = 0;
    for (size_t i = 0; items != NULL && i < v->p->n_questions && n < ITEMS_MAX; i++) {
        const struct pub_question *q = &v->p->questions[i];
        const struct pub_share *points[CHART_POINTS];
        if (!is_item(q))
            continue;
        for (int k = 0; k < CHART_POINTS; k++) {
            const struct pub_option *o = publication_point(q, k + 1);
            points[k] = o != NULL ? &o->share : NULL;
        }
        if (!make_item(results_label(v, &q->label), points, q->n, summary_of(v, &q->top2, &q->neutral, &q->bottom2, q->n, a), a, &items[n]))
            return rc_set(e, RC_NOMEM, "no memory for a chart");
        n++;
    }
    if (items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a chart");
    if (n == 0)
        return RC_OK;
    const struct chart_likert c = make_likert(v, items, n);
    desk_put_heading(x, "desk.likert");
    html_lit(&x->w, "<figure class=\"c-figure\"><figcaption>");
    html_text(&x->w, desk_text(x, "paper.stacked_caption"));
    html_lit(&x->w, "</figcaption>\n");
    chart_stacked(x->w.out, &c);
    html_lit(&x->w, "</figure>\n<figure class=\"c-figure\"><figcaption>");
    html_text(&x->w, desk_text(x, "paper.diverging_caption"));
    html_lit(&x->w, "</figcaption>\n");
    chart_diverging(x->w.out, &c);
    html_lit(&x->w, "</figure>\n");
    return RC_OK;
}

/* "2014 Q1: 78.9% (78.1% to 79.7%), n = 9,896" */
static const char *dot_title(const struct pub_wave *wave, const struct pub_row *r, struct arena *a)
{
    char p[16], low[16], high[16], n[32];
    const struct pub_share *s = &r->shares[0];
    publication_percent(s->p, r->n, p);
    publication_percent(s->low, r->n, low);
    publication_percent(s->high, r->n, high);
    return s->has_interval ? arena_printf(a, "%s: %s%% (%s%% – %s%%), n = %s", wave->name, p, low, high, results_grouped(r->n, n))
                           : arena_printf(a, "%s: %s%%, n = %s", wave->name, p, results_grouped(r->n, n));
}

static enum rc put_trend(struct desk_call *x, const struct results_view *v, const struct pub_trend *t, struct rc_info *e)
{
    struct arena *a = x->rq->arena;
    struct chart_dot *dots = arena_array(a, v->p->n_waves, sizeof *dots);
    size_t n_values = 0;
    if (dots == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a trend");
    for (size_t i = 0; i < v->p->n_waves; i++) {
        const struct pub_wave *wave = &v->p->waves[i];
        const struct pub_row *r = &t->points[i].row;
        dots[i] = (struct chart_dot){.label = wave->name, .has_value = !wave->is_open && t->points[i].is_comparable && !r->is_suppressed && r->n > 0};
        if (!dots[i].has_value)
            continue;
        n_values++;
        dots[i].p = r->shares[0].p;
        dots[i].low = r->shares[0].low;
        dots[i].high = r->shares[0].high;
        dots[i].has_interval = r->shares[0].has_interval;
        dots[i].title = dot_title(wave, r, a);
    }
    if (n_values == 0)
        return RC_OK;
    html_lit(&x->w, "<figure class=\"c-figure\"><figcaption>");
    html_text(&x->w, results_label(v, &v->p->questions[t->question].label));
    html_lit(&x->w, " <span class=\"quiet\">");
    html_text(&x->w, desk_text(x, "results.top2"));
    html_lit(&x->w, "</span></figcaption>\n");
    chart_trend(x->w.out, &(struct chart_line){.alt = results_label(v, &v->p->questions[t->question].label), .ticks = {"0%", "50%", "100%"},
                                               .n = v->p->n_waves, .dots = dots});
    html_lit(&x->w, "</figure>\n");
    return RC_OK;
}

static enum rc put_trends(struct desk_call *x, const struct results_view *v, struct rc_info *e)
{
    enum rc rc = RC_OK;
    if (v->p->n_waves == 0)
        return RC_OK;
    desk_put_heading(x, "results.trend");
    for (size_t i = 0; rc == RC_OK && i < v->p->n_trends; i++)
        if (v->p->trends[i].is_boxes)
            rc = put_trend(x, v, &v->p->trends[i], e);
    return rc;
}

/* ---- the table of all questions: figures and item non-response ---- */

static void put_number(struct desk_call *x, int64_t n)
{
    char text[32];
    html_lit(&x->w, "<td class=\"n\">");
    html_text(&x->w, results_grouped(n, text));
    html_lit(&x->w, "</td>");
}

static void put_percent_cell(struct desk_call *x, const struct results_view *v, double p, int64_t n, bool is_there)
{
    html_lit(&x->w, "<td class=\"n\">");
    if (is_there && n > 0)
        results_put_percent(&x->w, v, p, n);
    html_lit(&x->w, "</td>");
}

static void put_overview_row(struct desk_call *x, const struct results_view *v, const struct pub_question *q)
{
    html_lit(&x->w, "<tr><th scope=\"row\"><a href=\"#");
    html_attr(&x->w, q->name);
    html_lit(&x->w, "\">");
    html_text(&x->w, results_label(v, &q->label));
    html_lit(&x->w, "</a></th>");
    if (q->is_suppressed) {
        html_lit(&x->w, "<td class=\"quiet\" colspan=\"6\">");
        html_text(&x->w, desk_text(x, "results.too_few"));
        html_lit(&x->w, "</td></tr>\n");
        return;
    }
    int64_t asked = q->n + q->n_dont_know + q->n_skipped;
    put_number(x, q->n);
    put_percent_cell(x, v, q->top2.p, q->n, q->has_boxes);
    put_percent_cell(x, v, q->top2.weighted.p, q->n, q->has_boxes && q->top2.is_weighted);
    put_percent_cell(x, v, asked > 0 ? (double)q->n_dont_know / (double)asked : 0, asked, true);
    put_percent_cell(x, v, asked > 0 ? (double)q->n_skipped / (double)asked : 0, asked, true);
    put_number(x, q->n_not_asked);
    html_lit(&x->w, "</tr>\n");
}

static void put_overview(struct desk_call *x, const struct results_view *v)
{
    static const char *const heads[] = {"results.question", "results.answers", "results.top2", "desk.top2_weighted", "desk.dont_know",
                                        "desk.skipped", "desk.not_asked"};
    desk_put_heading(x, "desk.overview");
    desk_put_text(x, "desk.overview_text");
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.overview"));
    html_lit(&x->w, "\"><table class=\"list sortable\">\n<thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (i > 0)
            html_lit(&x->w, "<th scope=\"col\" class=\"n\">");
        else
            html_lit(&x->w, "<th scope=\"col\">");
        html_text(&x->w, desk_text(x, heads[i]));
        html_lit(&x->w, "</th>");
    }
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < v->p->n_questions; i++)
        if (v->p->questions[i].type != FORM_ACKNOWLEDGE)
            put_overview_row(x, v, &v->p->questions[i]);
    html_lit(&x->w, "</tbody></table></div>\n");
}

/* ---- the page ---- */

static void put_link(struct desk_call *x, const char *before, const char *after, const char *key)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s%.64s%s", before, x->slug, after);
    html_lit(&x->w, "<li><a href=\"");
    desk_put_href(x, path);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</a></li>\n");
}

static void put_result_links(struct desk_call *x, const struct publication *p)
{
    html_lit(&x->w, "<ul class=\"places\">\n");
    if (p->n_crosses + p->n_groups > 0)
        put_link(x, "/admin/surveys/", "/cross", "desk.cross");
    if (p->n_waves > 0)
        put_link(x, "/admin/surveys/", "/waves", "desk.waves");
    put_link(x, "/results/", "", "desk.public_page");
    put_link(x, "/whitepaper/", "", "desk.figures_paper");
    html_lit(&x->w, "</ul>\n");
}

static void put_facts(struct desk_call *x, const struct results_view *v, const struct desk_held *held)
{
    char n[32];
    html_lit(&x->w, "<dl class=\"facts\">\n<div><dt>");
    html_text(&x->w, desk_text(x, "results.ballots"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, results_grouped(v->p->n_ballots, n));
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.tallied"));
    html_lit(&x->w, "</dt><dd>");
    html_text(&x->w, held->current.tallied_at);
    html_lit(&x->w, "</dd></div>\n<div><dt>");
    html_text(&x->w, desk_text(x, "desk.version"));
    html_lit(&x->w, "</dt><dd>");
    html_int(&x->w, v->p->version_no);
    html_lit(&x->w, "</dd></div>\n</dl>\n");
}

static enum rc put_results(struct desk_call *x, const struct results_view *v, const struct desk_held *held, struct rc_info *e)
{
    desk_begin_results(x, v, "results", "desk.results");
    put_facts(x, v, held);
    put_result_links(x, v->p);
    enum rc rc = put_likert(x, v, e);
    if (rc == RC_OK)
        rc = put_trends(x, v, e);
    if (rc != RC_OK)
        return rc;
    put_overview(x, v);
    results_put_questions(&x->w, v);
    results_put_quality(&x->w, v);
    results_put_weights(&x->w, v);
    return desk_end(x, e);
}

enum rc desk_results_page(struct desk_call *x, struct rc_info *e)
{
    return desk_with_figures(x, put_results, e);
}
