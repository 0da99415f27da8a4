/* Chapters: findings, the world around, comparison, method. */
#include <stdio.h>
#include <string.h>

#include "report/paper_inner.h"

static void put_finding(struct paper_writer *w, const char *value, const char *label)
{
    mk_lit(w->out, "<li><b>");
    mk_text(w->out, value);
    mk_lit(w->out, "</b> <span>");
    mk_text(w->out, label);
    mk_lit(w->out, "</span></li>\n");
}

void paper_put_findings(struct paper_writer *w)
{
    const struct census_figures *f = w->p->census;
    const struct publication *s = w->p->survey;
    char text[32];
    mk_lit(w->out, "<ul class=\"findings\">\n");
    put_finding(w, mk_grouped(f->total, text), pt(w, "paper.finding_total"));
    put_finding(w, mk_grouped((long long)f->n_provinces_covered, text), pt(w, "paper.finding_provinces"));
    put_finding(w, mk_grouped((long long)(f->mean_followers + .5), text), pt(w, "paper.finding_followers"));
    for (size_t i = 0, n = 0; i < s->n_questions && n < 6; i++) {
        const struct pub_question *q = &s->questions[i];
        char p[16];
        if (!q->has_boxes || q->is_suppressed || q->n == 0)
            continue;
        n++;
        put_finding(w, p_percent(q->top2.p, q->n, p), pl_survey(w, &q->label));
    }
    mk_lit(w->out, "</ul>\n");
    p_para(w, "source", "paper.finding_note");
}

static const char *unit_text(const struct published_row *r)
{
    return strcmp(r->unit, "percent") == 0 ? "%" : "";
}

/* A figure as it was published; a whole number gets a comma between thousands. */
static void put_value(struct paper_writer *w, const char *value)
{
    size_t len = strspn(value, "0123456789");
    char text[32];
    long long n = 0;
    if (len == 0 || len > 15 || value[len] != '\0') {
        mk_text(w->out, value);
        return;
    }
    for (size_t i = 0; i < len; i++)
        n = n * 10 + (value[i] - '0');
    mk_text(w->out, mk_grouped(n, text));
}

void paper_put_context(struct paper_writer *w)
{
    const struct published *p = w->p->published;
    if (p == NULL || p->n_cited == 0) {
        p_para(w, "note", "paper.no_context");
        return;
    }
    p_para(w, "lead", "paper.context_text");
    mk_lit(w->out, "<table class=\"figures\">\n");
    p_caption(w, "paper.context_caption");
    mk_lit(w->out, "<thead><tr><th scope=\"col\">");
    mk_text(w->out, pt(w, "paper.statement"));
    mk_lit(w->out, "</th><th scope=\"col\" class=\"c-num\">");
    mk_text(w->out, pt(w, "paper.quoted"));
    mk_lit(w->out, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->n; i++) {
        const struct published_row *r = &p->rows[i];
        if (!r->is_cited)
            continue;
        mk_lit(w->out, "<tr><th scope=\"row\">");
        size_t from = w->out->len;
        mk_text(w->out, r->label[w->lang]);
        p_capital(w->out, from);
        mk_lit(w->out, "</th><td class=\"c-num\">");
        put_value(w, r->value);
        mk_text(w->out, unit_text(r));
        mk_lit(w->out, "</td></tr>\n");
    }
    mk_lit(w->out, "</tbody>\n</table>\n");
    p_para(w, "source", "paper.source_cited");
}

static const char *comparison_sign(const char *comparison)
{
    return strcmp(comparison, "gt") == 0 ? "> " : strcmp(comparison, "lt") == 0 ? "< " : strcmp(comparison, "in_top5") == 0 ? "≤ " : "";
}

static void put_compared(struct paper_writer *w, const struct published_row *r)
{
    static const char *const verdicts[] = {"paper.agrees", "paper.differs", "paper.missing"};
    mk_lit(w->out, "<tr><th scope=\"row\">");
    size_t from = w->out->len;
    mk_text(w->out, r->label[w->lang]);
    p_capital(w->out, from);
    if (strcmp(r->unit, "rank") == 0) {
        mk_lit(w->out, " <small>");
        mk_text(w->out, pt(w, "paper.rank"));
        mk_lit(w->out, "</small>");
    }
    mk_lit(w->out, "</th><td class=\"c-num\">");
    mk_text(w->out, comparison_sign(r->comparison));
    put_value(w, r->value);
    mk_text(w->out, unit_text(r));
    mk_lit(w->out, "</td><td class=\"c-num\">");
    put_value(w, r->computed);
    mk_text(w->out, r->has_number ? unit_text(r) : "");
    buf_printf(w->out, "</td><td class=\"verdict v%d\">", (int)r->verdict);
    mk_text(w->out, pt(w, verdicts[r->verdict]));
    mk_lit(w->out, "</td></tr>\n");
}

void paper_put_comparison(struct paper_writer *w)
{
    static const char *const columns[] = {"paper.published", "paper.computed", "paper.verdict"};
    const struct published *p = w->p->published;
    char agree[32], all[32];
    if (p == NULL || p->n == p->n_cited) {
        p_para(w, "note", "paper.no_comparison");
        return;
    }
    mk_lit(w->out, "<p class=\"lead\">");
    mk_fill(w->out, pt(w, "paper.comparison_text"), "agree", mk_grouped((long long)p->n_agree, agree), "all",
            mk_grouped((long long)(p->n - p->n_cited), all), NULL);
    mk_lit(w->out, "</p>\n");
    if (w->p->survey->sample == FORM_DEMONSTRATION || w->p->census->is_demonstration)
        p_para(w, "synthetic", "paper.synthetic_comparison");
    mk_lit(w->out, "<table class=\"figures compared\">\n");
    p_caption(w, "paper.comparison_caption");
    mk_lit(w->out, "<thead><tr><th scope=\"col\">");
    mk_text(w->out, pt(w, "paper.figure"));
    mk_lit(w->out, "</th>");
    for (size_t i = 0; i < 3; i++) {
        buf_printf(w->out, "<th scope=\"col\"%s>", i < 2 ? " class=\"c-num\"" : "");
        mk_text(w->out, pt(w, columns[i]));
        mk_lit(w->out, "</th>");
    }
    mk_lit(w->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->n; i++)
        if (!p->rows[i].is_cited)
            put_compared(w, &p->rows[i]);
    mk_lit(w->out, "</tbody>\n</table>\n");
}

/* The disclosure elements of AAPOR's Transparency Initiative as revised in 2021, in their order. */
static const struct element {
    const char *title;
    const char *text[3]; /* by sample: random, open, demonstration */
} elements[] = {
    {"paper.m1", {"paper.m1_survey", "paper.m1_survey", "paper.m1_demonstration"}},
    {"paper.m2", {"paper.m2_text", "paper.m2_text", "paper.m2_text"}},
    {"paper.m3", {"paper.m3_text", "paper.m3_text", "paper.m3_text"}},
    {"paper.m4", {"paper.m4_text", "paper.m4_text", "paper.m4_text"}},
    {"paper.m5", {"paper.m5_random", "paper.m5_open", "paper.m5_demonstration"}},
    {"paper.m6", {"paper.m6_text", "paper.m6_text", "paper.m6_demonstration"}},
    {"paper.m7", {"paper.m7_text", "paper.m7_text", "paper.m7_text"}},
    {"paper.m8", {"paper.m8_random", "paper.m8_open", "paper.m8_demonstration"}},
    {"paper.m9", {"paper.m9_text", "paper.m9_text", "paper.m9_text"}},
    {"paper.m10", {"paper.m10_text", "paper.m10_text", "paper.m10_text"}},
    {"paper.m11", {"paper.m11_random", "paper.m11_open", "paper.m11_demonstration"}},
};

enum { WORDING = 2, WEIGHTING = 8 }; /* the places of two elements */

/* The wording of every item that the report prints: element 3. */
static void put_wording(struct paper_writer *w)
{
    const struct publication *s = w->p->survey;
    mk_lit(w->out, "<ul class=\"wording\">\n");
    for (size_t i = 0; i < s->n_questions; i++) {
        const struct pub_question *q = &s->questions[i];
        if (!q->has_boxes)
            continue;
        mk_lit(w->out, "<li>");
        mk_text(w->out, pl_survey(w, &q->label));
        mk_lit(w->out, " <small>");
        for (size_t k = 0; k < q->n_options; k++) {
            if (k > 0)
                mk_lit(w->out, " / ");
            mk_text(w->out, pl_survey(w, &q->options[k].label));
        }
        mk_lit(w->out, "</small></li>\n");
    }
    mk_lit(w->out, "</ul>\n");
}

void paper_put_method(struct paper_writer *w)
{
    const struct publication *s = w->p->survey;
    int by = s->sample == FORM_RANDOM ? 0 : s->sample == FORM_OPEN ? 1 : 2;
    char n[32], threshold[32], version[32];
    bool has_days = s->first_day != NULL && s->first_day[0] != '\0';
    p_para(w, "lead", "paper.method_text");
    mk_lit(w->out, "<ol class=\"method\">\n");
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        mk_lit(w->out, "<li><h3>");
        mk_text(w->out, pt(w, elements[i].title));
        mk_lit(w->out, "</h3>\n<p>");
        bool is_weighting = i == WEIGHTING && s->weights.is_weighted;
        mk_fill(w->out, pt(w, is_weighting ? "paper.m9_weighted" : elements[i].text[by]), "organiser", pl_survey(w, &s->organiser), "population",
                pl_survey(w, &s->population), "n", mk_grouped(s->n_ballots, n), "version", mk_grouped(s->version_no, version),
                "first", has_days ? s->first_day : "–", "last", has_days ? s->last_day : "–", "threshold",
                mk_grouped(s->threshold, threshold), "census", w->p->census->as_of, "source", s->weights.source != NULL ? s->weights.source : "",
                "as_of", s->weights.as_of != NULL ? s->weights.as_of : "", NULL);
        mk_lit(w->out, "</p>\n");
        if (i == WORDING)
            put_wording(w);
        mk_lit(w->out, "</li>\n");
    }
    mk_lit(w->out, "</ol>\n");
}
