/* Chapter: what people said. */
#include <stdio.h>
#include <string.h>

#include "report/paper_inner.h"

bool p_is_item(const struct pub_question *q)
{
    return q->has_boxes && !q->is_suppressed && q->n > 0;
}

struct item_text {
    char summary[256], point[CHART_POINTS][16];
};

static void make_item(const struct paper_writer *w, const struct pub_question *q, struct chart_item *item, struct item_text *t)
{
    char top[16], mid[16], low[16];
    struct buf b;
    *item = (struct chart_item){.label = pl_survey(w, &q->label), .summary = t->summary};
    for (int i = 0; i < CHART_POINTS; i++) {
        const struct pub_option *o = publication_point(q, i + 1);
        item->p[i] = o != NULL ? o->share.p : 0;
        publication_percent(item->p[i], q->n, t->point[i]);
        item->text[i] = t->point[i];
    }
    buf_init(&b, sizeof t->summary - 1);
    mk_fill(&b, pt(w, "paper.item_summary"), "top", p_percent(q->top2.p, q->n, top), "mid", p_percent(q->neutral.p, q->n, mid),
            "low", p_percent(q->bottom2.p, q->n, low), NULL); /* digits and catalogue words: nothing to escape twice */
    (void)snprintf(t->summary, sizeof t->summary, "%s", buf_ok(&b) && b.p != NULL ? b.p : "");
    buf_release(&b);
}

static void put_number_cell(struct paper_writer *w, const char *text)
{
    mk_lit(w->out, "<td class=\"c-num\">");
    mk_text(w->out, text);
    mk_lit(w->out, "</td>");
}

static void put_row(struct paper_writer *w, const struct pub_question *q)
{
    char text[32], p[16];
    mk_lit(w->out, "<tr><th scope=\"row\">");
    mk_text(w->out, pl_survey(w, &q->label));
    mk_lit(w->out, "</th>");
    for (int i = CHART_POINTS; i >= 1; i--) {
        const struct pub_option *o = publication_point(q, i);
        put_number_cell(w, p_percent(o != NULL ? o->share.p : 0, q->n, p));
    }
    mk_lit(w->out, "<td class=\"c-num c-main\">");
    p_share(w, &q->top2, q->n);
    mk_lit(w->out, "</td>");
    put_number_cell(w, mk_grouped(q->n, text));
    put_number_cell(w, mk_grouped(q->n_dont_know + q->n_skipped, text));
    mk_lit(w->out, "</tr>\n");
}

static void put_table(struct paper_writer *w)
{
    static const char *const columns[] = {"paper.point5", "paper.point4", "paper.point3", "paper.point2",
                                          "paper.point1", "paper.top2", "paper.n", "paper.no_answer"};
    mk_lit(w->out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    mk_attr(w->out, pt(w, "paper.items_table"));
    mk_lit(w->out, "\">\n<table class=\"figures items\">\n");
    p_caption(w, "paper.items_table");
    mk_lit(w->out, "<thead><tr><th scope=\"col\">");
    mk_text(w->out, pt(w, "paper.question"));
    mk_lit(w->out, "</th>");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        mk_lit(w->out, "<th scope=\"col\" class=\"c-num\">");
        mk_text(w->out, pt(w, columns[i]));
        mk_lit(w->out, "</th>");
    }
    mk_lit(w->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < w->p->survey->n_questions; i++)
        if (p_is_item(&w->p->survey->questions[i]))
            put_row(w, &w->p->survey->questions[i]);
    mk_lit(w->out, "</tbody>\n</table>\n</div>\n");
}

static const char *sample_key(enum form_sample sample, const char *const keys[3])
{
    return keys[sample == FORM_RANDOM ? 0 : sample == FORM_OPEN ? 1 : 2];
}

void paper_put_survey(struct paper_writer *w)
{
    static const char *const notes[3] = {"paper.note_random", "paper.note_open", "paper.note_demonstration"};
    const struct publication *s = w->p->survey;
    struct chart_item items[PAPER_ITEMS_MAX];
    struct item_text texts[PAPER_ITEMS_MAX];
    char n[32];
    struct chart_likert c = {.alt = "", .items = items,
                             .legend = {pt(w, "paper.point1"), pt(w, "paper.point2"), pt(w, "paper.point3"),
                                        pt(w, "paper.point4"), pt(w, "paper.point5")}};
    for (size_t i = 0; i < s->n_questions && c.n < PAPER_ITEMS_MAX; i++)
        if (p_is_item(&s->questions[i])) {
            make_item(w, &s->questions[i], &items[c.n], &texts[c.n]);
            c.n++;
        }
    p_para(w, s->sample == FORM_DEMONSTRATION ? "synthetic" : "note", sample_key(s->sample, notes));
    mk_lit(w->out, "<p>");
    mk_fill(w->out, pt(w, "paper.survey_text"), "title", pl_survey(w, &s->title), "n", mk_grouped(s->n_ballots, n), NULL);
    mk_lit(w->out, "</p>\n");
    if (c.n == 0) {
        p_para(w, "note", "paper.no_items");
        return;
    }
    p_figure_begin(w, "paper.stacked_caption");
    chart_stacked(w->out, &c);
    p_figure_end(w, "paper.source_survey");
    p_figure_begin(w, "paper.diverging_caption");
    chart_diverging(w->out, &c);
    p_figure_end(w, "paper.source_diverging");
    put_table(w);
    paper_put_weights(w);
    paper_put_groups(w);
    paper_put_crosses(w);
    if (w->has_unreliable)
        p_para(w, "source", "paper.unreliable");
    if (s->n_groups + s->n_crosses > 0)
        p_para(w, "source", "paper.too_few");
}
