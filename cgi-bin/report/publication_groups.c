/* The weights and the groups of a publication, as JSON and back. */
#include "report/publication_inner.h"

#include <string.h>

/* ---- writing ---- */

json_t *pub_weights_json(struct pub_writer *w, const struct pub_weights *x)
{
    json_t *o = json_object(), *margins = json_array();
    for (size_t i = 0; i < x->n_margins; i++)
        pub_append(w, margins, json_string(w->p->questions[x->margins[i]].name));
    pub_put(w, o, "margins", margins);
    pub_put(w, o, "as_of", json_string(x->as_of != NULL ? x->as_of : ""));
    pub_put(w, o, "source", json_string(x->source != NULL ? x->source : ""));
    pub_put(w, o, "incomplete", json_integer(x->n_incomplete));
    if (!x->is_weighted) {
        pub_put(w, o, "why_not", json_string(x->why != NULL ? x->why : "no_margins"));
        return o;
    }
    pub_put(w, o, "population", json_real(x->population));
    pub_put(w, o, "iterations", json_integer(x->iterations));
    pub_put(w, o, "effective_n", json_real(x->n_eff));
    pub_put(w, o, "design_effect", json_real(x->kish_deff));
    pub_put(w, o, "smallest", json_real(x->min));
    pub_put(w, o, "largest", json_real(x->max));
    return o;
}

static json_t *box(struct pub_writer *w, const struct pub_share *s, int64_t n)
{
    json_t *o = json_object();
    pub_put_share(w, o, s, n);
    return o;
}

static json_t *item(struct pub_writer *w, const struct pub_item *i)
{
    json_t *o = json_object();
    pub_put(w, o, "question", json_string(w->p->questions[i->question].name));
    pub_put(w, o, "suppressed", json_boolean(i->is_suppressed));
    if (i->is_suppressed)
        return o;
    if (i->as_of != NULL)
        pub_put(w, o, "as_of", json_string(i->as_of));
    pub_put(w, o, "n", json_integer(i->n));
    pub_put(w, o, "top2", box(w, &i->top2, i->n));
    pub_put(w, o, "neutral", box(w, &i->neutral, i->n));
    pub_put(w, o, "bottom2", box(w, &i->bottom2, i->n));
    return o;
}

bool publication_is_wider(const struct pub_group *g, size_t item)
{
    bool is_told = g->n_wider == 0;
    for (size_t i = 0; i < g->n_levels; i++)
        is_told = is_told || !g->levels[i].items[item].is_suppressed;
    return !is_told;
}

static json_t *level(struct pub_writer *w, const struct pub_group *g, const struct pub_level *l, const char *name)
{
    json_t *o = json_object(), *items = json_array();
    pub_put(w, o, "name", json_string(name));
    pub_put(w, o, "suppressed", json_boolean(l->is_suppressed));
    if (!l->is_suppressed)
        pub_put(w, o, "ballots", json_integer(l->n_ballots));
    for (size_t i = 0; i < g->n_items; i++)
        pub_append(w, items, item(w, &l->items[i]));
    pub_put(w, o, "items", items);
    return o;
}

static void put_wider(struct pub_writer *w, json_t *group, const struct pub_group *g)
{
    json_t *all = json_array();
    for (size_t i = 0; i < g->n_wider; i++) {
        json_t *o = level(w, g, &g->wider[i].level, g->wider[i].name);
        pub_put(w, o, "label", pub_label_json(w, &g->wider[i].label));
        pub_append(w, all, o);
    }
    pub_put(w, group, "wider", all);
}

json_t *pub_groups_json(struct pub_writer *w)
{
    json_t *groups = json_array();
    for (size_t i = 0; i < w->p->n_groups; i++) {
        const struct pub_group *g = &w->p->groups[i];
        json_t *o = json_object(), *levels = json_array();
        for (size_t k = 0; k < g->n_levels; k++)
            pub_append(w, levels, level(w, g, &g->levels[k], w->p->questions[g->question].options[g->levels[k].option].name));
        pub_put(w, o, "question", json_string(w->p->questions[g->question].name));
        pub_put(w, o, "levels", levels);
        if (g->n_wider > 0)
            put_wider(w, o, g);
        pub_append(w, groups, o);
    }
    return groups;
}

/* ---- reading ---- */

static double read_real(struct pub_reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v) || !(json_number_value(v) >= 0))
        pub_fail(r, RC_INPUT, key);
    return json_number_value(v);
}

size_t pub_read_question_name(struct pub_reader *r, const json_t *name, const struct publication *p)
{
    for (size_t i = 0; json_is_string(name) && i < p->n_questions; i++)
        if (strcmp(p->questions[i].name, json_string_value(name)) == 0)
            return i;
    pub_fail(r, RC_INPUT, "question");
    return 0;
}

void pub_read_weights(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_weights *x)
{
    *x = (struct pub_weights){.why = "no_margins", .as_of = "", .source = ""};
    if (o == NULL)
        return;
    x->as_of = pub_read_text(r, o, "as_of");
    x->source = pub_read_text(r, o, "source");
    x->n_incomplete = pub_read_count(r, o, "incomplete");
    x->n_margins = pub_read_size(r, o, "margins", FORM_MARGINS_MAX);
    for (size_t i = 0; i < x->n_margins; i++)
        x->margins[i] = pub_read_question_name(r, json_array_get(json_object_get(o, "margins"), i), p);
    x->is_weighted = json_object_get(o, "why_not") == NULL;
    if (!x->is_weighted) {
        x->why = pub_read_text(r, o, "why_not");
        return;
    }
    x->why = NULL;
    x->population = read_real(r, o, "population");
    x->iterations = pub_read_count(r, o, "iterations");
    x->n_eff = read_real(r, o, "effective_n");
    x->kish_deff = read_real(r, o, "design_effect");
    x->min = read_real(r, o, "smallest");
    x->max = read_real(r, o, "largest");
}

static void read_item(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_item *i)
{
    i->question = pub_read_question_name(r, json_object_get(o, "question"), p);
    i->is_suppressed = pub_read_bool(r, o, "suppressed");
    if (i->is_suppressed)
        return;
    if (json_object_get(o, "as_of") != NULL)
        i->as_of = pub_read_text(r, o, "as_of");
    i->n = pub_read_count(r, o, "n");
    i->top2 = pub_read_share(r, json_object_get(o, "top2"), i->n);
    i->neutral = pub_read_share(r, json_object_get(o, "neutral"), i->n);
    i->bottom2 = pub_read_share(r, json_object_get(o, "bottom2"), i->n);
}

static void read_option(struct pub_reader *r, const json_t *o, const struct pub_question *q, struct pub_level *l)
{
    const char *name = pub_read_text(r, o, "name");
    while (l->option < q->n_options && strcmp(q->options[l->option].name, name) != 0)
        l->option++;
    if (l->option == q->n_options)
        pub_fail(r, RC_INPUT, "levels");
}

static void read_level(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_group *g,
                       struct pub_level *l)
{
    size_t n = pub_read_size(r, o, "items", FORM_NODES_MAX);
    struct pub_item *items = arena_array(r->a, n + 1, sizeof *items);
    if (g->n_items != SIZE_MAX && n != g->n_items)
        pub_fail(r, RC_INPUT, "levels");
    if (items == NULL) {
        pub_fail(r, RC_NOMEM, "items");
        return;
    }
    l->is_suppressed = pub_read_bool(r, o, "suppressed");
    if (!l->is_suppressed)
        l->n_ballots = pub_read_count(r, o, "ballots");
    for (size_t i = 0; r->rc == RC_OK && i < n; i++)
        read_item(r, json_array_get(json_object_get(o, "items"), i), p, &items[i]);
    l->items = items;
    g->n_items = n;
}

static void read_wider(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_group *g)
{
    size_t n = pub_read_size(r, o, "wider", FORM_CHOICES_MAX);
    struct pub_wider *wider = arena_array(r->a, n + 1, sizeof *wider);
    if (wider == NULL) {
        pub_fail(r, RC_NOMEM, "wider");
        return;
    }
    for (size_t i = 0; r->rc == RC_OK && i < n; i++) {
        const json_t *v = json_array_get(json_object_get(o, "wider"), i);
        wider[i].name = pub_read_text(r, v, "name");
        wider[i].label = pub_read_label(r, v, "label");
        read_level(r, v, p, g, &wider[i].level);
    }
    g->wider = wider;
    g->n_wider = n;
}

static void read_group(struct pub_reader *r, const json_t *o, const struct publication *p, struct pub_group *g)
{
    g->question = pub_read_question_name(r, json_object_get(o, "question"), p);
    g->n_levels = pub_read_size(r, o, "levels", FORM_CHOICES_MAX);
    g->n_items = SIZE_MAX;
    struct pub_level *levels = arena_array(r->a, g->n_levels + 1, sizeof *levels);
    if (levels == NULL) {
        pub_fail(r, RC_NOMEM, "levels");
        return;
    }
    for (size_t i = 0; r->rc == RC_OK && i < g->n_levels; i++) {
        read_option(r, json_array_get(json_object_get(o, "levels"), i), &p->questions[g->question], &levels[i]);
        read_level(r, json_array_get(json_object_get(o, "levels"), i), p, g, &levels[i]);
    }
    if (r->rc == RC_OK && json_object_get(o, "wider") != NULL)
        read_wider(r, o, p, g);
    g->n_items = g->n_items == SIZE_MAX ? 0 : g->n_items;
    g->levels = levels;
}

void pub_read_groups(struct pub_reader *r, const json_t *document, struct publication *p)
{
    const json_t *array = json_object_get(document, "groups");
    if (array == NULL)
        return; /* from before there were groups */
    size_t n = pub_read_size(r, document, "groups", FORM_NODES_MAX);
    struct pub_group *g = arena_array(r->a, n + 1, sizeof *g);
    if (g == NULL) {
        pub_fail(r, RC_NOMEM, "groups");
        return;
    }
    for (size_t i = 0; r->rc == RC_OK && i < n; i++)
        read_group(r, json_array_get(array, i), p, &g[i]);
    p->groups = g;
    p->n_groups = r->rc == RC_OK ? n : 0;
}
