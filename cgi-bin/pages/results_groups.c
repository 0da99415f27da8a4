/* The five-point questions by groups: a table for each question and grouping question. */
#include "pages/results_inner.h"
#include "web/page.h"

static void put_row(struct html *w, const struct results_view *v, const struct form_label *label, const struct pub_item *i)
{
    char n[32];
    html_lit(w, "<tr><th scope=\"row\"><span class=\"head\">");
    html_text(w, results_label(v, label));
    html_lit(w, "</span>");
    if (i->is_suppressed || i->n == 0) {
        html_lit(w, "</th><td class=\"share quiet\" colspan=\"2\">");
        html_text(w, results_text(v, i->is_suppressed ? "results.too_few" : "results.nobody"));
        html_lit(w, "</td></tr>\n");
        return;
    }
    results_put_bar(w, &i->top2);
    results_put_weighted(w, v, &i->top2, i->n);
    html_lit(w, "</th><td class=\"share\">");
    results_put_share(w, v, &i->top2, i->n);
    html_lit(w, "</td><td>");
    html_text(w, results_grouped(i->n, n));
    if (i->as_of != NULL) {
        html_lit(w, "<br><span class=\"quiet small\">");
        html_tr(w, v->c, v->lang, "results.as_of", "date", i->as_of, NULL);
        html_lit(w, "</span>");
    }
    html_lit(w, "</td></tr>\n");
}

static void put_item(struct html *w, const struct results_view *v, const struct pub_group *g, size_t at)
{
    const struct pub_question *q = &v->p->questions[g->levels[0].items[at].question];
    const struct pub_question *by = &v->p->questions[g->question];
    bool is_wider = publication_is_wider(g, at);
    html_lit(w, "<section class=\"result\">\n<h3>");
    html_text(w, results_label(v, &q->label));
    html_lit(w, "</h3>\n<table>\n<caption>");
    html_text(w, results_text(v, "results.groups_caption"));
    if (is_wider) {
        html_lit(w, " ");
        html_text(w, results_text(v, "results.groups_wider"));
    }
    html_lit(w, "</caption>\n<thead><tr><th scope=\"col\">");
    html_text(w, results_label(v, &by->label));
    html_lit(w, "</th><th scope=\"col\">");
    html_text(w, results_text(v, "results.top2"));
    html_lit(w, "</th><th scope=\"col\">");
    html_text(w, results_text(v, "results.answers"));
    html_lit(w, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; !is_wider && i < g->n_levels; i++)
        put_row(w, v, &by->options[g->levels[i].option].label, &g->levels[i].items[at]);
    for (size_t i = 0; is_wider && i < g->n_wider; i++)
        put_row(w, v, &g->wider[i].label, &g->wider[i].level.items[at]);
    html_lit(w, "</tbody>\n</table>\n</section>\n");
}

static void put_group(struct html *w, const struct results_view *v, const struct pub_group *g)
{
    const struct pub_question *by = &v->p->questions[g->question];
    if (g->n_levels == 0 || g->n_items == 0)
        return;
    html_lit(w, "<h2 id=\"");
    html_attr(w, by->name);
    html_lit(w, "\">");
    html_text(w, results_label(v, &by->label));
    html_lit(w, "</h2>\n");
    for (size_t i = 0; i < g->n_items; i++)
        put_item(w, v, g, i);
}

static void put_contents(struct html *w, const struct results_view *v)
{
    html_lit(w, "<nav aria-label=\"");
    html_attr(w, results_text(v, "results.groups"));
    html_lit(w, "\"><ul>\n");
    for (size_t i = 0; i < v->p->n_groups; i++) {
        const struct pub_question *by = &v->p->questions[v->p->groups[i].question];
        html_lit(w, "<li><a href=\"#");
        html_attr(w, by->name);
        html_lit(w, "\">");
        html_text(w, results_label(v, &by->label));
        html_lit(w, "</a></li>\n");
    }
    html_lit(w, "</ul></nav>\n");
}

void results_write_groups(struct html *w, const struct results_view *v)
{
    struct results_part part;
    results_begin_part(w, v, &part, "groups", "results.groups", "results.groups_text");
    put_contents(w, v);
    for (size_t i = 0; i < v->p->n_groups; i++)
        put_group(w, v, &v->p->groups[i]);
    results_end_part(w, &part);
}
