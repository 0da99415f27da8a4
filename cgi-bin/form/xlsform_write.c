#include "form/xlsform_write.h"

#include <stdlib.h>
#include <string.h>

#include "form/expr.h"

/* A sheet that is being filled, row by row. */
struct writer {
    const struct form *f;
    struct arena *a;
    struct sheet *s;
    size_t cap_rows;
    bool is_out; /* of memory */
    const char *cannot; /* what no sheet can say, or NULL */
};

static const char *kept(struct writer *w, char *copy)
{
    w->is_out = w->is_out || copy == NULL;
    return copy != NULL ? copy : "";
}

static bool begin(struct writer *w, struct sheet *s, const char *name, size_t max_rows)
{
    *s = (struct sheet){.name = name, .head = arena_array(w->a, SHEET_COLS_MAX, sizeof *s->head),
                        .cells = arena_array(w->a, (max_rows + 1) * SHEET_COLS_MAX, sizeof *s->cells)};
    w->s = s;
    w->cap_rows = max_rows;
    w->is_out = w->is_out || s->head == NULL || s->cells == NULL;
    for (size_t i = 0; !w->is_out && i < max_rows * SHEET_COLS_MAX; i++)
        s->cells[i] = "";
    return !w->is_out;
}

/* Put a cell of the last row; its column is made where it is new. Nothing is put for "". */
static void put(struct writer *w, const char *head, const char *v)
{
    struct sheet *s = w->s;
    size_t col = 0;
    if (*v == '\0')
        return;
    while (col < s->n_cols && strcmp(s->head[col], head) != 0)
        col++;
    if (col == SHEET_COLS_MAX) {
        w->cannot = "it has more columns than a sheet";
        return;
    }
    if (col == s->n_cols)
        s->head[s->n_cols++] = head;
    s->cells[(s->n_rows - 1) * SHEET_COLS_MAX + col] = v;
}

static void put_int(struct writer *w, const char *head, int64_t v)
{
    put(w, head, kept(w, arena_printf(w->a, "%lld", (long long)v)));
}

static void put_yes(struct writer *w, const char *head, bool is)
{
    put(w, head, is ? "yes" : "");
}

static const char *head_in(struct writer *w, const char *base, size_t lang)
{
    return kept(w, arena_printf(w->a, "%s::%s (%s)", base, w->f->langs[lang], w->f->langs[lang]));
}

static void put_label(struct writer *w, const char *base, const struct form_label *l)
{
    for (size_t i = 0; i < w->f->n_langs; i++)
        if (l->t[i] != NULL)
            put(w, head_in(w, base, i), l->t[i]);
}

/* The cells lie SHEET_COLS_MAX apart while they are put. */
static void finish(struct writer *w)
{
    struct sheet *s = w->s;
    for (size_t row = 0; row < s->n_rows; row++)
        memmove(s->cells + row * s->n_cols, s->cells + row * SHEET_COLS_MAX, s->n_cols * sizeof *s->cells);
}

/* ---- survey ---- */

static const char *type_of(struct writer *w, const struct form_node *n)
{
    static const char *const names[] = {[FORM_NOTE] = "note", [FORM_GROUP_BEGIN] = "begin_group", [FORM_GROUP_END] = "end_group",
                                        [FORM_ACKNOWLEDGE] = "acknowledge", [FORM_SELECT_ONE] = "select_one",
                                        [FORM_SELECT_MULTIPLE] = "select_multiple", [FORM_INTEGER] = "integer",
                                        [FORM_TEXT] = "text", [FORM_DECIMAL] = "decimal", [FORM_DATE] = "date",
                                        [FORM_TIME] = "time", [FORM_RANK] = "rank"};
    if (n->calculation != NULL)
        return "calculate";
    if (n->is_range)
        return "range";
    if (n->choices == NULL)
        return names[n->type];
    return kept(w, arena_printf(w->a, "%s %s", names[n->type], n->choices->list_name));
}

static const char *relevant_of(struct writer *w, const struct form_relevant *r)
{
    if (r->op == FORM_ALWAYS)
        return "";
    if (r->op == FORM_EXPRESSION)
        return expr_text(r->expr);
    const struct form_node *n = &w->f->nodes[r->node];
    const char *choice = n->choices->items[r->choice].name;
    if (strchr(choice, '\'') != NULL)
        w->cannot = "a choice's name holds a quotation mark";
    switch (r->op) {
    case FORM_EQUAL:
        return kept(w, arena_printf(w->a, "${%s} = '%s'", n->name, choice));
    case FORM_NOT_EQUAL:
        return kept(w, arena_printf(w->a, "${%s} != '%s'", n->name, choice));
    case FORM_SELECTED:
        return kept(w, arena_printf(w->a, "selected(${%s}, '%s')", n->name, choice));
    default:
        return kept(w, arena_printf(w->a, "not(selected(${%s}, '%s'))", n->name, choice));
    }
}

/* The limits, and what they cannot say. */
static const char *constraint_of(struct writer *w, const struct form_node *n)
{
    const char *limits = n->type == FORM_INTEGER
                             ? kept(w, arena_printf(w->a, ". >= %lld and . <= %lld", (long long)n->min, (long long)n->max))
                         : n->type == FORM_TEXT && n->max != FORM_TEXT_MAX
                             ? kept(w, arena_printf(w->a, "string-length(.) <= %lld", (long long)n->max))
                             : "";
    /* the reader takes the limits out of a constraint, and keeps it whole */
    return n->constraint != NULL ? expr_text(n->constraint) : limits;
}

/* From the second point to the first, with as many decimals as any point has. */
static const char *step_of(struct writer *w, const struct form_choices *c)
{
    size_t decimals = 0;
    for (size_t i = 0; i < c->n; i++) {
        const char *point = strchr(c->items[i].name, '.');
        size_t n = point != NULL ? strlen(point + 1) : 0;
        decimals = n > decimals ? n : decimals;
    }
    double step = strtod(c->items[1].name, NULL) - strtod(c->items[0].name, NULL);
    return kept(w, arena_printf(w->a, "%.*f", (int)decimals, step));
}

static const char *parameters_of(struct writer *w, const struct form_node *n)
{
    if (n->is_range)
        return kept(w, arena_printf(w->a, "start=%s end=%s step=%s", n->choices->items[0].name,
                                    n->choices->items[n->choices->n - 1].name, step_of(w, n->choices)));
    if (!n->is_shuffled)
        return "";
    return n->seed < 0 ? "randomize=true" : kept(w, arena_printf(w->a, "randomize=true seed=%lld", (long long)n->seed));
}

static void put_node(struct writer *w, const struct form_node *n)
{
    w->s->n_rows++;
    put(w, "type", type_of(w, n));
    put(w, "name", n->name != NULL ? n->name : "");
    put_label(w, "label", &n->label);
    put_label(w, "hint", &n->hint);
    put_yes(w, "required", n->is_required);
    put_label(w, "required_message", &n->required_message);
    put(w, "relevant", relevant_of(w, &n->relevant));
    put(w, "constraint", constraint_of(w, n));
    put_label(w, "constraint_message", &n->constraint_message);
    put(w, "appearance", n->is_likert ? "likert" : n->is_minimal ? "minimal" : n->is_multiline ? "multiline" : "");
    put_yes(w, "profile", n->is_profile);
    put(w, "calculation", n->calculation != NULL ? expr_text(n->calculation) : "");
    put(w, "choice_filter", n->filter != NULL ? expr_text(n->filter) : "");
    put(w, "default", n->preset != NULL ? n->preset : "");
    put_yes(w, "read_only", n->is_read_only);
    put(w, "parameters", parameters_of(w, n));
}

/* ---- choices ---- */

/* A range's choices are its parameters. */
static bool has_list(const struct form_node *n)
{
    return n->choices != NULL && !n->is_range;
}

static bool is_first_use(const struct form *f, size_t node)
{
    for (size_t i = 0; i < node; i++)
        if (has_list(&f->nodes[i]) && strcmp(f->nodes[i].choices->list_name, f->nodes[node].choices->list_name) == 0)
            return false;
    return true;
}

/* The list as a question with a filter has it, which knows its columns. */
static const struct form_choices *fullest(const struct form *f, size_t node)
{
    for (size_t i = node; i < f->n_nodes; i++)
        if (has_list(&f->nodes[i]) && f->nodes[i].filter != NULL &&
            strcmp(f->nodes[i].choices->list_name, f->nodes[node].choices->list_name) == 0)
            return f->nodes[i].choices;
    return f->nodes[node].choices;
}

static size_t count_choices(const struct form *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_nodes; i++)
        n += has_list(&f->nodes[i]) && is_first_use(f, i) ? f->nodes[i].choices->n + f->nodes[i].choices->n_wider : 0;
    return n;
}

/* The wider groups, unless a question uses their list, too, which puts it there. */
static void put_wider(struct writer *w, const struct form_choices *c)
{
    const char *list = kept(w, arena_printf(w->a, "%s" FORM_WIDER_SUFFIX, c->list_name));
    for (size_t i = 0; i < w->f->n_nodes; i++)
        if (has_list(&w->f->nodes[i]) && strcmp(w->f->nodes[i].choices->list_name, list) == 0)
            return;
    for (size_t i = 0; i < c->n_wider; i++) {
        w->s->n_rows++;
        put(w, "list_name", list);
        put(w, "name", c->wider[i].name);
        put_label(w, "label", &c->wider[i].label);
    }
}

static void put_list(struct writer *w, const struct form_choices *c)
{
    for (size_t i = 0; i < c->n; i++) {
        w->s->n_rows++;
        put(w, "list_name", c->list_name);
        put(w, "name", c->items[i].name);
        put_label(w, "label", &c->items[i].label);
        put_yes(w, "dont_know", c->items[i].is_dont_know);
        put_yes(w, "exclusive", c->items[i].is_exclusive);
        for (size_t k = 0; c->items[i].values != NULL && k < c->n_columns; k++)
            put(w, c->columns[k], c->items[i].values[k]);
        if (c->items[i].wider > 0)
            put(w, "collapse", c->wider[c->items[i].wider - 1].name);
    }
    put_wider(w, c);
}

/* ---- settings ---- */

static const char *crosses_of(struct writer *w)
{
    const char *all = "";
    for (size_t i = 0; i < w->f->n_crosses; i++)
        all = kept(w, arena_printf(w->a, "%s%s%s*%s", all, i > 0 ? " " : "", w->f->nodes[w->f->crosses[i].row].name,
                                   w->f->nodes[w->f->crosses[i].column].name));
    return all;
}

static void put_settings(struct writer *w)
{
    static const char *const samples[] = {[FORM_RANDOM] = "random", [FORM_OPEN] = "open", [FORM_DEMONSTRATION] = "demonstration"};
    const struct form *f = w->f;
    w->s->n_rows = 1;
    put(w, "form_id", f->slug);
    put_label(w, "form_title", &f->title);
    put(w, "default_language", kept(w, arena_printf(w->a, "%s (%s)", f->langs[0], f->langs[0])));
    put(w, "sample", samples[f->sample]);
    put(w, "access", f->is_by_invitation ? "invitation" : "");
    put(w, "time_zone", f->time_zone);
    put_int(w, "retain_days", f->retain_days);
    put_int(w, "smallest_age", f->smallest_age);
    put_int(w, "min_opening", f->min_opening);
    put_yes(w, "read_back", f->is_read_back);
    if (f->fast_seconds > 0)
        put_int(w, "fast_seconds", f->fast_seconds);
    put(w, "cross_tables", crosses_of(w));
    put_label(w, "description", &f->description);
    put_label(w, "organiser", &f->organiser);
    put_label(w, "handler", &f->handler);
    put_label(w, "contact", &f->contact);
    put_label(w, "legal_basis", &f->legal_basis);
    put_label(w, "population", &f->population);
}

enum rc xlsform_to_sheets(const struct form *f, struct arena *a, struct sheet out[3], struct rc_info *e)
{
    struct writer w = {.f = f, .a = a};
    if (begin(&w, &out[0], "survey", f->n_nodes)) {
        for (size_t i = 0; i < f->n_nodes; i++)
            put_node(&w, &f->nodes[i]);
        finish(&w);
    }
    if (begin(&w, &out[1], "choices", count_choices(f))) {
        w.s->head[w.s->n_cols++] = "list_name"; /* a form without choices has the sheet all the same */
        w.s->head[w.s->n_cols++] = "name";
        for (size_t i = 0; i < f->n_nodes; i++)
            if (has_list(&f->nodes[i]) && is_first_use(f, i))
                put_list(&w, fullest(f, i));
        finish(&w);
    }
    if (begin(&w, &out[2], "settings", 1)) {
        put_settings(&w);
        finish(&w);
    }
    if (w.is_out)
        return rc_set(e, RC_NOMEM, "no memory for the sheets of \"%s\"", f->slug);
    return w.cannot == NULL ? RC_OK : rc_set(e, RC_INPUT, "\"%s\" cannot be written as an XLSForm: %s", f->slug, w.cannot);
}

static void put_csv(struct buf *out, const char *v)
{
    if (strpbrk(v, ",\"\r\n") == NULL) {
        buf_puts(out, v);
        return;
    }
    buf_putc(out, '"');
    for (; *v != '\0'; v++) {
        if (*v == '"')
            buf_putc(out, '"');
        buf_putc(out, *v);
    }
    buf_putc(out, '"');
}

void sheet_to_csv(const struct sheet *s, struct buf *out)
{
    for (size_t row = 0; row <= s->n_rows; row++) {
        for (size_t col = 0; col < s->n_cols; col++) {
            if (col > 0)
                buf_putc(out, ',');
            put_csv(out, row == 0 ? s->head[col] : sheet_at(s, row - 1, col));
        }
        buf_puts(out, "\n");
    }
}
