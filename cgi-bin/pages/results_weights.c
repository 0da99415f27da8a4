/* How the ballots were weighted to their population. */
#include "pages/results_inner.h"

#include <stdio.h>
#include <string.h>

static void put_fact(struct html *w, const struct results_view *v, const char *key, const char *value)
{
    html_lit(w, "<div><dt>");
    html_text(w, results_text(v, key));
    html_lit(w, "</dt><dd>");
    html_text(w, value);
    html_lit(w, "</dd></div>\n");
}

static void put_margins(struct html *w, const struct results_view *v)
{
    html_lit(w, "<div><dt>");
    html_text(w, results_text(v, "results.weights_margins"));
    html_lit(w, "</dt><dd>");
    for (size_t i = 0; i < v->p->weights.n_margins; i++) {
        if (i > 0)
            html_text(w, results_text(v, "results.list_separator"));
        html_text(w, results_label(v, &v->p->questions[v->p->weights.margins[i]].label));
    }
    html_lit(w, "</dd></div>\n");
}

static void put_facts(struct html *w, const struct results_view *v)
{
    const struct pub_weights *x = &v->p->weights;
    char text[64], n[32];
    html_lit(w, "<dl class=\"facts\">\n");
    put_margins(w, v);
    (void)snprintf(text, sizeof text, "%s", x->as_of);
    put_fact(w, v, "results.weights_source", x->source);
    put_fact(w, v, "results.weights_as_of", text);
    put_fact(w, v, "results.weights_population", results_grouped((int64_t)(x->population + 0.5), n));
    put_fact(w, v, "results.weights_effective_n", results_grouped((int64_t)x->n_eff, n));
    (void)snprintf(text, sizeof text, "%.2f", x->kish_deff);
    put_fact(w, v, "results.weights_deff", text);
    (void)snprintf(text, sizeof text, "%.2f – %.2f", x->min, x->max);
    put_fact(w, v, "results.weights_range", text);
    put_fact(w, v, "results.weights_incomplete", results_grouped(x->n_incomplete, n));
    (void)snprintf(text, sizeof text, "%lld", (long long)x->iterations);
    put_fact(w, v, "results.weights_iterations", text);
    html_lit(w, "</dl>\n");
}

void results_put_weights(struct html *w, const struct results_view *v)
{
    static const struct {
        const char *why, *key;
    } reasons[] = {{"disclosure", "results.weights_why_disclosure"},
                   {"incomplete", "results.weights_why_incomplete"},
                   {"empty_cell", "results.weights_why_empty_cell"},
                   {"contradictory_margins", "results.weights_why_margins"},
                   {"no_convergence", "results.weights_why_margins"}};
    const struct pub_weights *x = &v->p->weights;
    if (!x->is_weighted && x->n_margins == 0)
        return; /* nobody asked for weights */
    html_lit(w, "<h2 id=\"weights\">");
    html_text(w, results_text(v, "results.weights"));
    html_lit(w, "</h2>\n");
    if (x->is_weighted) {
        html_lit(w, "<p class=\"measure\">");
        html_text(w, results_text(v, v->p->sample == FORM_OPEN ? "results.weights_text_open" : "results.weights_text"));
        html_lit(w, "</p>\n");
        put_facts(w, v);
        return;
    }
    const char *key = "results.weights_why_margins";
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (x->why != NULL && strcmp(reasons[i].why, x->why) == 0)
            key = reasons[i].key;
    html_lit(w, "<p class=\"panel\">");
    html_text(w, results_text(v, key));
    html_lit(w, "</p>\n");
}
