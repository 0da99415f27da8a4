/* The frozen definition as canonical JSON; form_json_read.c reads it back. */
#include <jansson.h>

#include "form/expr.h"
#include "form/form_json_inner.h"

const char *const form_type_words[FORM_N_TYPES] = {
    [FORM_NOTE] = "note", [FORM_GROUP_BEGIN] = "begin_group", [FORM_GROUP_END] = "end_group",
    [FORM_ACKNOWLEDGE] = "acknowledge", [FORM_SELECT_ONE] = "select_one",
    [FORM_SELECT_MULTIPLE] = "select_multiple", [FORM_INTEGER] = "integer", [FORM_TEXT] = "text",
    [FORM_DECIMAL] = "decimal", [FORM_DATE] = "date", [FORM_TIME] = "time",
    [FORM_RANK] = "rank"};
const char *const form_op_words[FORM_N_OPS] = {
    [FORM_ALWAYS] = "always", [FORM_EQUAL] = "equal", [FORM_NOT_EQUAL] = "not_equal",
    [FORM_SELECTED] = "selected", [FORM_NOT_SELECTED] = "not_selected"};
const char *const form_sample_words[FORM_N_SAMPLES] = {
    [FORM_RANDOM] = "random", [FORM_OPEN] = "open", [FORM_DEMONSTRATION] = "demonstration"};

static json_t *label_json(const struct form *f, const struct form_label *l)
{
    json_t *o = json_object();
    for (size_t i = 0; i < f->n_langs; i++)
        if (l->t[i] != NULL)
            (void)json_object_set_new(o, f->langs[i], json_string(l->t[i]));
    return o;
}

static json_t *texts_json(const char *const *texts, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(all, json_string(texts[i]));
    return all;
}

/* The columns only where a filter looks at them. */
static json_t *choices_json(const struct form *f, const struct form_choices *c, bool has_filter)
{
    json_t *all = json_array();
    for (size_t i = 0; i < c->n; i++) {
        json_t *o = json_object();
        if (has_filter)
            (void)json_object_set_new(o, "values", texts_json(c->items[i].values, c->n_columns));
        (void)json_object_set_new(o, "name", json_string(c->items[i].name));
        (void)json_object_set_new(o, "label", label_json(f, &c->items[i].label));
        (void)json_object_set_new(o, "dont_know", json_boolean(c->items[i].is_dont_know));
        (void)json_object_set_new(o, "exclusive", json_boolean(c->items[i].is_exclusive));
        if (c->items[i].wider > 0)
            (void)json_object_set_new(o, "wider", json_integer((json_int_t)c->items[i].wider - 1));
        (void)json_array_append_new(all, o);
    }
    return all;
}

/* The wider groups that choices collapse to: a choice's "wider" is an index of them. */
static json_t *wider_json(const struct form *f, const struct form_choices *c)
{
    json_t *all = json_array();
    for (size_t i = 0; i < c->n_wider; i++) {
        json_t *o = json_object();
        (void)json_object_set_new(o, "name", json_string(c->wider[i].name));
        (void)json_object_set_new(o, "label", label_json(f, &c->wider[i].label));
        (void)json_array_append_new(all, o);
    }
    return all;
}

static json_t *index_json(size_t i)
{
    return json_integer(i == SIZE_MAX ? -1 : (json_int_t)i);
}

/* What most questions have not: absent then, so that a form from before there was such keeps its bytes. */
static void put_extras(json_t *o, const struct form_node *n)
{
    if (n->constraint != NULL)
        (void)json_object_set_new(o, "constraint", json_string(expr_text(n->constraint)));
    if (n->calculation != NULL)
        (void)json_object_set_new(o, "calculation", json_string(expr_text(n->calculation)));
    if (n->filter != NULL) {
        (void)json_object_set_new(o, "filter", json_string(expr_text(n->filter)));
        (void)json_object_set_new(o, "columns", texts_json(n->choices->columns, n->choices->n_columns));
    }
    if (n->preset != NULL)
        (void)json_object_set_new(o, "preset", json_string(n->preset));
    if (n->is_read_only)
        (void)json_object_set_new(o, "read_only", json_true());
    if (n->is_range)
        (void)json_object_set_new(o, "range", json_true());
    if (n->is_shuffled)
        (void)json_object_set_new(o, "shuffled", json_integer(n->seed));
}

static json_t *node_json(const struct form *f, const struct form_node *n)
{
    json_t *o = json_object();
    (void)json_object_set_new(o, "type", json_string(form_type_words[n->type]));
    (void)json_object_set_new(o, "name", json_string(n->name != NULL ? n->name : ""));
    (void)json_object_set_new(o, "label", label_json(f, &n->label));
    (void)json_object_set_new(o, "hint", label_json(f, &n->hint));
    (void)json_object_set_new(o, "required_message", label_json(f, &n->required_message));
    (void)json_object_set_new(o, "constraint_message", label_json(f, &n->constraint_message));
    (void)json_object_set_new(o, "required", json_boolean(n->is_required));
    (void)json_object_set_new(o, "likert", json_boolean(n->is_likert));
    (void)json_object_set_new(o, "minimal", json_boolean(n->is_minimal));
    (void)json_object_set_new(o, "multiline", json_boolean(n->is_multiline));
    (void)json_object_set_new(o, "profile", json_boolean(n->is_profile));
    (void)json_object_set_new(o, "chart_hidden", json_boolean(n->is_chart_hidden));
    (void)json_object_set_new(o, "parent", index_json(n->parent));
    (void)json_object_set_new(o, "min", json_integer(n->min));
    (void)json_object_set_new(o, "max", json_integer(n->max));
    (void)json_object_set_new(o, "offset", json_integer((json_int_t)n->offset));
    (void)json_object_set_new(o, "width", json_integer((json_int_t)n->width));
    (void)json_object_set_new(o, "slot", json_integer((json_int_t)n->slot));
    (void)json_object_set_new(o, "slots", json_integer((json_int_t)n->n_slots));
    put_extras(o, n);
    if (n->relevant.op == FORM_EXPRESSION) {
        (void)json_object_set_new(o, "relevant", json_string(expr_text(n->relevant.expr)));
    } else if (n->relevant.op != FORM_ALWAYS) {
        json_t *r = json_object();
        (void)json_object_set_new(r, "op", json_string(form_op_words[n->relevant.op]));
        (void)json_object_set_new(r, "node", index_json(n->relevant.node));
        (void)json_object_set_new(r, "choice", index_json(n->relevant.choice));
        (void)json_object_set_new(o, "relevant", r);
    }
    if (n->choices != NULL) {
        (void)json_object_set_new(o, "list", json_string(n->choices->list_name));
        (void)json_object_set_new(o, "choices", choices_json(f, n->choices, n->filter != NULL));
        if (n->choices->n_wider > 0)
            (void)json_object_set_new(o, "wider", wider_json(f, n->choices));
    }
    return o;
}

/* Crossings as pairs, grids as lists of node indexes; without any the key is absent, so that a form from
 * before there were such keeps its bytes. */
static void put_joint(json_t *o, const struct form *f)
{
    json_t *crosses = json_array(), *grids = json_array();
    for (size_t i = 0; i < f->n_crosses; i++) {
        json_t *pair = json_array();
        (void)json_array_append_new(pair, index_json(f->crosses[i].row));
        (void)json_array_append_new(pair, index_json(f->crosses[i].column));
        (void)json_array_append_new(crosses, pair);
    }
    for (size_t i = 0; i < f->n_grids; i++) {
        json_t *items = json_array();
        for (size_t k = 0; k < f->grids[i].n_items; k++)
            (void)json_array_append_new(items, index_json(f->grids[i].items[k]));
        (void)json_array_append_new(grids, items);
    }
    if (f->n_crosses > 0)
        (void)json_object_set(o, "crosses", crosses);
    if (f->n_grids > 0)
        (void)json_object_set(o, "grids", grids);
    json_decref(crosses);
    json_decref(grids);
}

static int append(const char *p, size_t len, void *out)
{
    buf_put(out, p, len);
    return 0;
}

enum rc form_to_json(const struct form *f, struct buf *out, struct rc_info *e)
{
    json_t *o = json_object(), *langs = json_array(), *nodes = json_array();
    for (size_t i = 0; i < f->n_langs; i++)
        (void)json_array_append_new(langs, json_string(f->langs[i]));
    for (size_t i = 0; i < f->n_nodes; i++)
        (void)json_array_append_new(nodes, node_json(f, &f->nodes[i]));
    (void)json_object_set_new(o, "format", json_integer(1));
    (void)json_object_set_new(o, "slug", json_string(f->slug));
    (void)json_object_set_new(o, "langs", langs);
    (void)json_object_set_new(o, "title", label_json(f, &f->title));
    (void)json_object_set_new(o, "description", label_json(f, &f->description));
    (void)json_object_set_new(o, "organiser", label_json(f, &f->organiser));
    (void)json_object_set_new(o, "handler", label_json(f, &f->handler));
    (void)json_object_set_new(o, "contact", label_json(f, &f->contact));
    (void)json_object_set_new(o, "legal_basis", label_json(f, &f->legal_basis));
    (void)json_object_set_new(o, "population", label_json(f, &f->population));
    (void)json_object_set_new(o, "sample", json_string(form_sample_words[f->sample]));
    (void)json_object_set_new(o, "time_zone", json_string(f->time_zone));
    (void)json_object_set_new(o, "retain_days", json_integer(f->retain_days));
    (void)json_object_set_new(o, "smallest_age", json_integer(f->smallest_age));
    (void)json_object_set_new(o, "min_opening", json_integer(f->min_opening));
    (void)json_object_set_new(o, "read_back", json_boolean(f->is_read_back));
    if (f->is_by_invitation) /* an open survey's definition is the one that it was before there were others */
        (void)json_object_set_new(o, "access", json_string("invitation"));
    if (f->fast_seconds > 0) /* as with access */
        (void)json_object_set_new(o, "fast_seconds", json_integer(f->fast_seconds));
    (void)json_object_set_new(o, "nodes", nodes);
    put_joint(o, f);
    int failed = json_dump_callback(o, append, out, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    return failed != 0 || !buf_ok(out) ? rc_set(e, RC_NOMEM, "the definition of \"%s\" does not fit", f->slug) : RC_OK;
}
