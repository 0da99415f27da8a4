/* The frozen definition read back from its JSON: nothing in it is believed that could mislead the reader of a ballot. */
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "form/expr.h"
#include "form/form_json_inner.h"
#include "form/joint.h"
#include "form/layout.h"
#include "form/order.h"


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

/* A list of `n` texts. */
static const char *const *get_texts(struct reader *r, const json_t *list, size_t n, const char *key)
{
    const char **out = arena_array(r->a, n + 1, sizeof *out);
    r->is_out = r->is_out || out == NULL;
    if (json_array_size(list) != n)
        wrong(r, key);
    for (size_t i = 0; out != NULL && i < n; i++) {
        const char *v = json_string_value(json_array_get(list, i));
        if (v == NULL)
            wrong(r, key);
        out[i] = arena_strdup(r->a, v != NULL ? v : "");
        r->is_out = r->is_out || out[i] == NULL;
    }
    return out;
}

/* The columns that a filter looks at. After a lack of memory nothing of them is used. */
static void get_columns(struct reader *r, const json_t *o, struct form_choices *c, struct form_choice *items)
{
    const json_t *columns = json_object_get(o, "columns");
    size_t n = json_array_size(columns);
    if (n == 0 || n > FORM_COLUMNS_MAX) {
        wrong(r, "columns");
        return;
    }
    c->columns = get_texts(r, columns, n, "columns");
    for (size_t i = 0; i < c->n; i++)
        items[i].values = get_texts(r, json_object_get(json_array_get(json_object_get(o, "choices"), i), "values"), n, "values");
    c->n_columns = r->is_out ? 0 : n;
}

/* What the choices collapse to: at least two groups, and every choice but "don't know" in one of them. */
static void get_wider(struct reader *r, const json_t *o, struct form_choices *c, struct form_choice *items)
{
    const json_t *all = json_object_get(o, "wider");
    size_t n = json_array_size(all);
    struct form_choice *wider = n <= FORM_CHOICES_MAX ? arena_array(r->a, n + 1, sizeof *wider) : NULL;
    if (n < 2 || n > FORM_CHOICES_MAX) {
        wrong(r, "wider");
        return;
    }
    if (wider == NULL) {
        r->is_out = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        wider[i].name = get_text(r, json_array_get(all, i), "name");
        get_label(r, json_array_get(all, i), "label", &wider[i].label);
    }
    for (size_t i = 0; i < c->n; i++)
        if (!items[i].is_dont_know)
            items[i].wider = 1 + (size_t)get_int(r, json_array_get(json_object_get(o, "choices"), i), "wider", 0, (int64_t)n - 1);
    c->n_wider = n;
    c->wider = wider;
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
    *c = (struct form_choices){.list_name = get_text(r, o, "list"), .n = n, .items = items};
    if (json_object_get(o, "columns") != NULL)
        get_columns(r, o, c, items);
    if (json_object_get(o, "wider") != NULL)
        get_wider(r, o, c, items);
    return c;
}

static void get_relevant(struct reader *r, const json_t *o, const struct form_node *nodes, size_t i,
                         struct form_relevant *out)
{
    const json_t *v = json_object_get(o, "relevant");
    if (v == NULL || json_is_string(v))
        return;
    out->op = (enum form_op)get_name(r, v, "op", form_op_words, FORM_N_OPS);
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

/* What most questions have not, but expressions. */
static void get_extras(struct reader *r, const json_t *o, struct form_node *n)
{
    bool can_be_read = n->type == FORM_TEXT || n->type == FORM_INTEGER || n->type == FORM_DECIMAL || n->type == FORM_DATE ||
                       n->type == FORM_TIME;
    n->seed = -1;
    if (json_object_get(o, "preset") != NULL)
        n->preset = get_text(r, o, "preset");
    n->is_read_only = json_object_get(o, "read_only") != NULL && get_bool(r, o, "read_only");
    if (n->is_read_only && (n->preset == NULL || !can_be_read))
        wrong(r, "read_only");
    n->is_range = json_object_get(o, "range") != NULL && get_bool(r, o, "range");
    if (n->is_range && n->type != FORM_SELECT_ONE)
        wrong(r, "range");
    n->is_shuffled = json_object_get(o, "shuffled") != NULL;
    if (n->is_shuffled)
        n->seed = get_int(r, o, "shuffled", -1, INT32_MAX);
    if (n->is_shuffled && n->choices == NULL)
        wrong(r, "shuffled");
    n->is_calculated = json_object_get(o, "calculation") != NULL;
    if (n->is_calculated && n->type != FORM_NOTE && n->type != FORM_DECIMAL)
        wrong(r, "calculation");
}

static void get_node(struct reader *r, const json_t *o, struct form_node *nodes, size_t i)
{
    struct form_node *n = &nodes[i];
    n->type = (enum form_type)get_name(r, o, "type", form_type_words, FORM_N_TYPES);
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
    if (n->type == FORM_SELECT_ONE || n->type == FORM_SELECT_MULTIPLE || n->type == FORM_RANK) {
        n->choices = get_choices(r, o);
        if (n->type == FORM_RANK && n->choices != NULL && (n->choices->n < 2 || n->choices->n > FORM_RANK_MAX))
            wrong(r, "choices");
        if (n->choices == NULL || (n->type == FORM_RANK && n->choices->n > FORM_RANK_MAX))
            n->type = FORM_NOTE; /* refused anyway; the layout must not look at its choices */
    }
    get_extras(r, o, n);
    get_relevant(r, o, nodes, i, &n->relevant);
}

/* Once every question is known: an expression is stored as its source. NULL: none, or it was wrong. */
static const struct expr *get_expression(struct reader *r, const json_t *o, const char *key, size_t self,
                                         const struct form_choices *c)
{
    const struct expr_scope scope = {.form = r->f, .self = self, .columns = c != NULL ? c->columns : NULL,
                                     .n_columns = c != NULL ? c->n_columns : 0};
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

/* One that must be there when its key is. */
static const struct expr *get_whole(struct reader *r, const json_t *o, const char *key, size_t self, const struct form_choices *c)
{
    const struct expr *x = get_expression(r, o, key, self, c);
    if (x == NULL && json_object_get(o, key) != NULL)
        wrong(r, key);
    return x;
}

static void get_expressions(struct reader *r, const json_t *all, struct form_node *nodes)
{
    size_t node;
    for (size_t i = 0; i < r->f->n_nodes; i++) { /* first, as the reader of sheets does: their kind counts */
        nodes[i].calculation = get_whole(r, json_array_get(all, i), "calculation", SIZE_MAX, NULL);
        if (nodes[i].calculation != NULL && (nodes[i].type == FORM_DECIMAL) != (expr_kind_of(nodes[i].calculation) == EXPR_NUMBER))
            wrong(r, "calculation");
    }
    for (size_t i = 0; i < r->f->n_nodes; i++) {
        const json_t *o = json_array_get(all, i);
        const struct expr *x = get_expression(r, o, "relevant", SIZE_MAX, NULL);
        if (x != NULL)
            nodes[i].relevant = (struct form_relevant){.op = FORM_EXPRESSION, .expr = x};
        nodes[i].constraint = get_whole(r, o, "constraint", i, NULL);
        bool can_filter = nodes[i].type == FORM_SELECT_ONE || nodes[i].type == FORM_SELECT_MULTIPLE;
        nodes[i].filter = get_whole(r, o, "filter", SIZE_MAX, can_filter ? nodes[i].choices : NULL);
        if (nodes[i].filter != NULL && (!can_filter || nodes[i].choices->n_columns == 0))
            wrong(r, "filter");
    }
    enum rc rc = r->is_out || r->where != NULL ? RC_OK : form_find_order(r->f, r->a, &node, NULL);
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
    f->sample = (enum form_sample)get_name(r, o, "sample", form_sample_words, FORM_N_SAMPLES);
    f->time_zone = get_text(r, o, "time_zone");
    f->retain_days = get_int(r, o, "retain_days", 1, 36600);
    f->smallest_age = get_int(r, o, "smallest_age", 0, 150);
    f->min_opening = get_int(r, o, "min_opening", 1, 1000000);
    f->is_read_back = get_bool(r, o, "read_back");
    f->fast_seconds = json_object_get(o, "fast_seconds") != NULL ? get_int(r, o, "fast_seconds", 1, FORM_FAST_MAX) : 0;
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
