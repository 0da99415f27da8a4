/* Fast ballots of a publication, as JSON and back. */
#include "report/publication_inner.h"

void pub_put_fast(struct pub_writer *w, json_t *document)
{
    const struct pub_fast *x = &w->p->fast;
    if (x->seconds == 0)
        return;
    json_t *o = json_object(), *ballots = json_object(), *without = json_array();
    pub_put_row(w, ballots, &x->fast, 1);
    for (size_t i = 0; i < x->n_items; i++) {
        json_t *item = json_object();
        pub_put(w, item, "question", json_string(w->p->questions[x->items[i]].name));
        pub_put_row(w, item, &x->without[i], PUB_BOXES);
        pub_append(w, without, item);
    }
    pub_put(w, o, "seconds", json_integer(x->seconds));
    pub_put(w, o, "ballots", ballots);
    pub_put(w, o, "without", without);
    pub_put(w, document, "fast", o);
}

void pub_read_fast(struct pub_reader *r, const json_t *document, struct publication *p)
{
    const json_t *o = json_object_get(document, "fast");
    if (o == NULL || r->rc != RC_OK)
        return;
    struct pub_fast x = {.seconds = pub_read_count(r, o, "seconds"), .n_items = pub_read_size(r, o, "without", FORM_NODES_MAX)};
    size_t *items = arena_array(r->a, x.n_items + 1, sizeof *items);
    struct pub_row *without = arena_array(r->a, x.n_items + 1, sizeof *without);
    if (items == NULL || without == NULL)
        pub_fail(r, RC_NOMEM, "fast");
    else if (x.seconds == 0)
        pub_fail(r, RC_INPUT, "seconds");
    for (size_t i = 0; r->rc == RC_OK && i < x.n_items; i++) {
        const json_t *item = json_array_get(json_object_get(o, "without"), i);
        items[i] = pub_read_question_name(r, json_object_get(item, "question"), p);
        without[i] = pub_read_row(r, item, PUB_BOXES, false);
    }
    x.fast = pub_read_row(r, json_object_get(o, "ballots"), 1, false);
    x.items = items;
    x.without = without;
    p->fast = r->rc == RC_OK ? x : (struct pub_fast){0};
}
