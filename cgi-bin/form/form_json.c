/* The frozen definition as canonical JSON, and back. */
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "form/expr.h"
#include "form/form.h"
#include "form/joint.h"
#include "form/layout.h"
#include "form/order.h"

static const char *const type_names[] = {
    [FORM_NOTE] = "note", [FORM_GROUP_BEGIN] = "begin_group", [FORM_GROUP_END] = "end_group",
    [FORM_ACKNOWLEDGE] = "acknowledge", [FORM_SELECT_ONE] = "select_one",
    [FORM_SELECT_MULTIPLE] = "select_multiple", [FORM_INTEGER] = "integer", [FORM_TEXT] = "text",
    [FORM_DECIMAL] = "decimal", [FORM_DATE] = "date", [FORM_TIME] = "time"};
static const char *const op_names[] = {
    [FORM_ALWAYS] = "always", [FORM_EQUAL] = "equal", [FORM_NOT_EQUAL] = "not_equal",
    [FORM_SELECTED] = "selected", [FORM_NOT_SELECTED] = "not_selected"};
static const char *const sample_names[] = {
    [FORM_RANDOM] = "random", [FORM_OPEN] = "open", [FORM_DEMONSTRATION] = "demonstration"};
enum { N_TYPES = sizeof type_names / sizeof *type_names, N_OPS = sizeof op_names / sizeof *op_names,
       N_SAMPLES = sizeof sample_names / sizeof *sample_names };

/* ---- writing ---- */

static json_t *label_json(const struct form *f, const struct form_label *l)
{
    json_t *o = json_object();
    for (size_t i = 0; i < f->n_langs; i++)
        if (l->t[i] != NULL)
            (void)json_object_set_new(o, f->langs[i], json_string(l->t[i]));
    return o;
}

static json_t *choices_json(const struct form *f, const struct form_choices *c)
{
    json_t *all = json_array();
    for (size_t i = 0; i < c->n; i++) {
        json_t *o = json_object();
        (void)json_object_set_new(o, "name", json_string(c->items[i].name));
        (void)json_object_set_new(o, "label", label_json(f, &c->items[i].label));
        (void)json_object_set_new(o, "dont_know", json_boolean(c->items[i].is_dont_know));
        (void)json_object_set_new(o, "exclusive", json_boolean(c->items[i].is_exclusive));
        (void)json_array_append_new(all, o);
    }
    return all;
}

static json_t *index_json(size_t i)
{
    return json_integer(i == SIZE_MAX ? -1 : (json_int_t)i);
}

static json_t *node_json(const struct form *f, const struct form_node *n)
{
    json_t *o = json_object();
    (void)json_object_set_new(o, "type", json_string(type_names[n->type]));
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
    if (n->constraint != NULL)
        (void)json_object_set_new(o, "constraint", json_string(expr_text(n->constraint)));
    if (n->relevant.op == FORM_EXPRESSION) {
        (void)json_object_set_new(o, "relevant", json_string(expr_text(n->relevant.expr)));
    } else if (n->relevant.op != FORM_ALWAYS) {
        json_t *r = json_object();
        (void)json_object_set_new(r, "op", json_string(op_names[n->relevant.op]));
        (void)json_object_set_new(r, "node", index_json(n->relevant.node));
        (void)json_object_set_new(r, "choice", index_json(n->relevant.choice));
        (void)json_object_set_new(o, "relevant", r);
    }
    if (n->choices != NULL) {
        (void)json_object_set_new(o, "list", json_string(n->choices->list_name));
        (void)json_object_set_new(o, "choices", choices_json(f, n->choices));
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
    (void)json_object_set_new(o, "sample", json_string(sample_names[f->sample]));
    (void)json_object_set_new(o, "time_zone", json_string(f->time_zone));
    (void)json_object_set_new(o, "retain_days", json_integer(f->retain_days));
    (void)json_object_set_new(o, "smallest_age", json_integer(f->smallest_age));
    (void)json_object_set_new(o, "min_opening", json_integer(f->min_opening));
    (void)json_object_set_new(o, "read_back", json_boolean(f->is_read_back));
    if (f->is_by_invitation) /* an open survey's definition is the one that it was before there were others */
        (void)json_object_set_new(o, "access", json_string("invitation"));
    (void)json_object_set_new(o, "nodes", nodes);
    put_joint(o, f);
    int failed = json_dump_callback(o, append, out, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    return failed != 0 || !buf_ok(out) ? rc_set(e, RC_NOMEM, "the definition of \"%s\" does not fit", f->slug) : RC_OK;
}

/* ---- reading ---- */

struct reader {
    struct arena *a;
    struct form *f;
    const char *where; /* of the first thing that was wrong */
    bool is_out;       /* of memory */
};

static void wrong(struct reader *r, const char *where)
{
    if (r->where == NULL)
        r->where = where;
}

static const char *get_text(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v) || strlen(json_string_value(v)) != json_string_length(v)) {
        wrong(r, key);
        return "";
    }
    char *s = arena_strdup(r->a, json_string_value(v));
    r->is_out = r->is_out || s == NULL;
    return s != NULL ? s : "";
}

static int64_t get_int(struct reader *r, const json_t *o, const char *key, int64_t min, int64_t max)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
        wrong(r, key);
        return min;
    }
    return json_integer_value(v);
}

static bool get_bool(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        wrong(r, key);
    return json_is_true(v);
}

static size_t get_index(struct reader *r, const json_t *o, const char *key, size_t below)
{
    int64_t v = get_int(r, o, key, -1, (int64_t)below - 1);
    return v < 0 ? SIZE_MAX : (size_t)v;
}

static int get_name(struct reader *r, const json_t *o, const char *key, const char *const *names, int n)
{
    const char *s = json_string_value(json_object_get(o, key));
    for (int i = 0; s != NULL && i < n; i++)
        if (strcmp(s, names[i]) == 0)
            return i;
    wrong(r, key);
    return 0;
}

static void get_label(struct reader *r, const json_t *o, const char *key, struct form_label *out)
{
    const json_t *l = json_object_get(o, key);
    if (!json_is_object(l)) {
        wrong(r, key);
        return;
    }
    for (size_t i = 0; i < r->f->n_langs; i++)
        if (json_object_get(l, r->f->langs[i]) != NULL)
            out->t[i] = get_text(r, l, r->f->langs[i]);
}

static const struct form_choices *get_choices(struct reader *r, const json_t *o)
{
    const json_t *all = json_object_get(o, "choices");
    size_t n = json_array_size(all);
    if (!json_is_array(all) || n == 0 || n > FORM_CHOICES_MAX) {
        wrong(r, "choices");
        return NULL;
    }
    struct form_choices *c = arena_alloc(r->a, sizeof *c);
    struct form_choice *items = arena_array(r->a, n, sizeof *items);
    if (c == NULL || items == NULL) {
        r->is_out = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(all, i);
        items[i].name = get_text(r, one, "name");
        get_label(r, one, "label", &items[i].label);
        items[i].is_dont_know = get_bool(r, one, "dont_know");
        items[i].is_exclusive = get_bool(r, one, "exclusive");
    }
    *c = (struct form_choices){get_text(r, o, "list"), n, items};
    return c;
}

static void get_relevant(struct reader *r, const json_t *o, const struct form_node *nodes, size_t i,
                         struct form_relevant *out)
{
    const json_t *v = json_object_get(o, "relevant");
    if (v == NULL || json_is_string(v))
        return;
    out->op = (enum form_op)get_name(r, v, "op", op_names, N_OPS);
    out->node = get_index(r, v, "node", i);
    const struct form_choices *c = out->node < i ? nodes[out->node].choices : NULL;
    if (c == NULL)
        wrong(r, "relevant");
    else
        out->choice = get_index(r, v, "choice", c->n);
    if (out->op == FORM_ALWAYS || out->choice == SIZE_MAX) {
        wrong(r, "relevant");
        *out = (struct form_relevant){.op = FORM_ALWAYS}; /* refused anyway; the order must not look at it */
    }
}

static void get_node(struct reader *r, const json_t *o, struct form_node *nodes, size_t i)
{
    struct form_node *n = &nodes[i];
    n->type = (enum form_type)get_name(r, o, "type", type_names, N_TYPES);
    n->name = get_text(r, o, "name");
    get_label(r, o, "label", &n->label);
    get_label(r, o, "hint", &n->hint);
    get_label(r, o, "required_message", &n->required_message);
    get_label(r, o, "constraint_message", &n->constraint_message);
    n->is_required = get_bool(r, o, "required");
    n->is_likert = get_bool(r, o, "likert");
    n->is_minimal = get_bool(r, o, "minimal");
    n->is_multiline = get_bool(r, o, "multiline");
    n->is_profile = get_bool(r, o, "profile");
    n->is_chart_hidden = get_bool(r, o, "chart_hidden");
    n->min = get_int(r, o, "min", INT64_MIN, INT64_MAX);
    n->max = get_int(r, o, "max", INT64_MIN, INT64_MAX);
    n->parent = get_index(r, o, "parent", i);
    if (n->parent != SIZE_MAX && nodes[n->parent].type != FORM_GROUP_BEGIN)
        wrong(r, "parent");
    if (n->type == FORM_SELECT_ONE || n->type == FORM_SELECT_MULTIPLE) {
        n->choices = get_choices(r, o);
        if (n->choices == NULL)
            n->type = FORM_NOTE; /* refused anyway; the layout must not look at its choices */
    }
    get_relevant(r, o, nodes, i, &n->relevant);
}

/* Once every question is known: an expression is stored as its source. NULL: none, or it was wrong. */
static const struct expr *get_expression(struct reader *r, const json_t *o, const char *key, size_t self)
{
    const struct expr_scope scope = {.form = r->f, .self = self};
    const struct expr *x = NULL;
    if (!json_is_string(json_object_get(o, key)))
        return NULL;
    enum rc rc = expr_parse(get_text(r, o, key), &scope, r->a, &x, NULL);
    if (rc == RC_NOMEM)
        r->is_out = true;
    else if (rc != RC_OK)
        wrong(r, key);
    return x;
}

static void get_expressions(struct reader *r, const json_t *all, struct form_node *nodes)
{
    size_t node;
    for (size_t i = 0; i < r->f->n_nodes; i++) {
        const json_t *o = json_array_get(all, i);
        const struct expr *x = get_expression(r, o, "relevant", SIZE_MAX);
        if (x != NULL)
            nodes[i].relevant = (struct form_relevant){.op = FORM_EXPRESSION, .expr = x};
        nodes[i].constraint = get_expression(r, o, "constraint", i);
        if (nodes[i].constraint == NULL && json_object_get(o, "constraint") != NULL)
            wrong(r, "constraint");
    }
    enum rc rc = r->is_out ? RC_OK : form_find_order(r->f, r->a, &node, NULL);
    if (rc == RC_NOMEM)
        r->is_out = true;
    else if (rc != RC_OK)
        wrong(r, "relevant");
}

/* The stored layout must be the one that the rule gives: a ballot is read by it. */
static void check_layout(struct reader *r, const json_t *all, struct form_node *nodes)
{
    if (form_layout(r->f, nodes, NULL) != RC_OK)
        wrong(r, "layout");
    for (size_t i = 0; i < r->f->n_nodes; i++) {
        const json_t *o = json_array_get(all, i);
        if (get_int(r, o, "offset", 0, FORM_CODES_MAX) != (int64_t)nodes[i].offset ||
            get_int(r, o, "width", 0, FORM_CODES_MAX) != (int64_t)nodes[i].width ||
            get_int(r, o, "slot", 0, INT32_MAX) != (int64_t)nodes[i].slot ||
            get_int(r, o, "slots", 0, INT32_MAX) != (int64_t)nodes[i].n_slots)
            wrong(r, "layout");
    }
}

static void get_nodes(struct reader *r, const json_t *o)
{
    const json_t *all = json_object_get(o, "nodes");
    size_t n = json_array_size(all);
    if (!json_is_array(all) || n > FORM_NODES_MAX) {
        wrong(r, "nodes");
        return;
    }
    struct form_node *nodes = arena_array(r->a, n + 1, sizeof *nodes);
    if (nodes == NULL) {
        r->is_out = true;
        return;
    }
    r->f->n_nodes = n;
    r->f->nodes = nodes;
    for (size_t i = 0; i < n; i++)
        get_node(r, json_array_get(all, i), nodes, i);
    get_expressions(r, all, nodes);
    check_layout(r, all, nodes);
}

/* An index in a list, SIZE_MAX where it is none. */
static size_t get_item(const json_t *list, size_t i)
{
    const json_t *v = json_array_get(list, i);
    return json_is_integer(v) && json_integer_value(v) >= 0 ? (size_t)json_integer_value(v) : SIZE_MAX;
}

/* How many lists there are under `key`; 0, too, where there is no such key. */
static size_t count_lists(struct reader *r, const json_t *o, const char *key, size_t max)
{
    const json_t *all = json_object_get(o, key);
    size_t n = json_array_size(all);
    if (all != NULL && (n == 0 || n > max)) {
        wrong(r, key);
        return 0;
    }
    return n;
}

static void get_grid(struct reader *r, const json_t *list, struct form_grid *out)
{
    size_t n = json_array_size(list);
    size_t *items = n <= FORM_NODES_MAX ? arena_array(r->a, n + 1, sizeof *items) : NULL;
    if (n > FORM_NODES_MAX)
        wrong(r, "grids");
    else if (items == NULL)
        r->is_out = true;
    for (size_t i = 0; items != NULL && i < n; i++)
        items[i] = get_item(list, i);
    *out = (struct form_grid){.n_items = items != NULL ? n : 0, .items = items};
}

static void get_joint(struct reader *r, const json_t *o)
{
    size_t n_crosses = count_lists(r, o, "crosses", FORM_CROSSES_MAX);
    size_t n_grids = count_lists(r, o, "grids", FORM_NODES_MAX / FORM_GRID_MIN);
    struct form_cross *crosses = arena_array(r->a, n_crosses + 1, sizeof *crosses);
    struct form_grid *grids = arena_array(r->a, n_grids + 1, sizeof *grids);
    if (crosses == NULL || grids == NULL) {
        r->is_out = true;
        return;
    }
    for (size_t i = 0; i < n_crosses; i++) {
        const json_t *pair = json_array_get(json_object_get(o, "crosses"), i);
        crosses[i] = (struct form_cross){.row = get_item(pair, 0), .column = get_item(pair, 1)};
        if (json_array_size(pair) != 2)
            wrong(r, "crosses");
    }
    for (size_t i = 0; i < n_grids; i++)
        get_grid(r, json_array_get(json_object_get(o, "grids"), i), &grids[i]);
    r->f->n_crosses = n_crosses;
    r->f->n_grids = n_grids;
    if (r->where == NULL && !r->is_out && joint_layout(r->f, crosses, grids, NULL) != RC_OK)
        wrong(r, n_crosses > 0 ? "crosses" : "grids");
}

static void get_langs(struct reader *r, const json_t *o)
{
    const json_t *langs = json_object_get(o, "langs");
    size_t n = json_array_size(langs);
    if (!json_is_array(langs) || n == 0 || n > FORM_LANGS_MAX) {
        wrong(r, "langs");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *s = json_string_value(json_array_get(langs, i));
        r->f->langs[i] = s != NULL ? arena_strdup(r->a, s) : "";
        if (s == NULL)
            wrong(r, "langs");
        if (r->f->langs[i] == NULL) {
            r->is_out = true;
            r->f->langs[i] = "";
        }
    }
    r->f->n_langs = n;
}

static void get_access(struct reader *r, const json_t *o)
{
    const char *v = json_object_get(o, "access") != NULL ? get_text(r, o, "access") : "";
    r->f->is_by_invitation = strcmp(v, "invitation") == 0;
    if (*v != '\0' && !r->f->is_by_invitation)
        wrong(r, "access");
}

static void get_form(struct reader *r, const json_t *o)
{
    struct form *f = r->f;
    (void)get_int(r, o, "format", 1, 1);
    get_langs(r, o);
    f->slug = get_text(r, o, "slug");
    get_label(r, o, "title", &f->title);
    get_label(r, o, "description", &f->description);
    get_label(r, o, "organiser", &f->organiser);
    get_label(r, o, "handler", &f->handler);
    get_label(r, o, "contact", &f->contact);
    get_label(r, o, "legal_basis", &f->legal_basis);
    get_label(r, o, "population", &f->population);
    f->sample = (enum form_sample)get_name(r, o, "sample", sample_names, N_SAMPLES);
    f->time_zone = get_text(r, o, "time_zone");
    f->retain_days = get_int(r, o, "retain_days", 1, 36600);
    f->smallest_age = get_int(r, o, "smallest_age", 0, 150);
    f->min_opening = get_int(r, o, "min_opening", 1, 1000000);
    f->is_read_back = get_bool(r, o, "read_back");
    get_access(r, o);
    get_nodes(r, o);
    get_joint(r, o);
    if (!text_is_slug(f->slug, strlen(f->slug)))
        wrong(r, "slug");
}

enum rc form_from_json(const char *json, size_t len, struct arena *a, struct form **out, struct rc_info *e)
{
    json_error_t why;
    json_t *o = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    if (o == NULL)
        return rc_set(e, RC_INPUT, "the definition is not JSON: line %d: %s", why.line, why.text);
    struct reader r = {.a = a, .f = arena_alloc(a, sizeof(struct form))};
    if (r.f != NULL)
        get_form(&r, o);
    json_decref(o);
    if (r.f == NULL || r.is_out)
        return rc_set(e, RC_NOMEM, "no memory for a definition of %zu bytes", len);
    if (r.where != NULL)
        return rc_set(e, RC_INPUT, "the definition is wrong at \"%s\"", r.where);
    *out = r.f;
    return RC_OK;
}
