/* The columns of an export, and a response's cells. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "report/export_inner.h"

enum { VALUE_MAX = 999999 };

/* How many columns a question has; a text is a comment, which goes along only where asked for. */
static size_t columns_of(const struct export_table *t, const struct form_node *n)
{
    if (n->type == FORM_TEXT)
        return t->has_comments ? 1 : 0;
    if (n->width == 0)
        return 0;
    return n->type == FORM_SELECT_MULTIPLE || n->type == FORM_RANK ? n->choices->n : 1;
}

static enum export_kind kind_of(enum form_type type)
{
    switch (type) {
    case FORM_SELECT_ONE: return EXPORT_CHOICE;
    case FORM_ACKNOWLEDGE:
    case FORM_SELECT_MULTIPLE: return EXPORT_TICK;
    case FORM_RANK: return EXPORT_PLACE;
    case FORM_INTEGER: return EXPORT_INTEGER;
    case FORM_DECIMAL: return EXPORT_DECIMAL;
    case FORM_DATE: return EXPORT_DATE;
    case FORM_TIME: return EXPORT_TIME;
    case FORM_TEXT:
    case FORM_NOTE:
    case FORM_GROUP_BEGIN:
    case FORM_GROUP_END: break;
    }
    return EXPORT_TEXT;
}

static bool read_number(const char *s, int64_t *v)
{
    return (s[0] != '0' || s[1] == '\0') && text_to_i64(s, strlen(s), 0, VALUE_MAX, v) == RC_OK;
}

/* The names as numbers, where all are whole numbers in their shortest form; else 1, 2, ... A don't know lies apart
 * from them, unless it is the only one and its name is such a number. */
static const int32_t *values_of(const struct form_choices *c, struct arena *a)
{
    int32_t *values = arena_array(a, c->n + 1, sizeof *values);
    bool are_numbers = true;
    int32_t n_dont_know = 0;
    int64_t v = 0;
    for (size_t i = 0; i < c->n; i++) {
        n_dont_know += c->items[i].is_dont_know;
        are_numbers = are_numbers && (c->items[i].is_dont_know || read_number(c->items[i].name, &v));
    }
    int32_t at = 0;
    for (size_t i = 0; values != NULL && i < c->n; i++) {
        bool is_number = are_numbers && read_number(c->items[i].name, &v);
        if (c->items[i].is_dont_know && !(is_number && n_dont_know == 1))
            values[i] = EXPORT_FIRST_DONT_KNOW - at++;
        else
            values[i] = is_number ? (int32_t)v : (int32_t)i + 1;
    }
    return values;
}

static bool is_reserved(const char *s)
{
    static const char *const words[] = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with",
                                        "byte", "double", "float", "if", "in", "int", "long", "using", "strl"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(s, words[i]) == 0)
            return true;
    return strncasecmp(s, "str", 3) == 0 && s[3] != '\0' && strspn(s + 3, "0123456789") == strlen(s + 3);
}

static bool is_taken(const struct export_column *c, size_t n, const char *s)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(c[i].short_name, s) == 0)
            return true;
    return is_reserved(s);
}

/* Letters, digits and '_', cut to what both programs take; a number behind it where it is taken. */
static const char *short_name(const struct export_column *before, size_t n, const char *name, struct arena *a)
{
    char base[EXPORT_NAME_MAX + 1], s[EXPORT_NAME_MAX + 1];
    size_t len = 0;
    for (const char *p = name + (*name == '_'); *p != '\0' && len < EXPORT_NAME_MAX; p++)
        base[len++] = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", *p) != NULL ? *p : '_';
    base[len] = '\0';
    memcpy(s, base, len + 1);
    for (unsigned k = 2; is_taken(before, n, s) && k < 1000000; k++) {
        int tail = snprintf(NULL, 0, "_%u", k);
        (void)snprintf(s, sizeof s, "%.*s_%u", EXPORT_NAME_MAX - tail, base, k);
    }
    return arena_strdup(a, s);
}

struct columns {
    struct export_table *table;
    struct export_column *items;
    size_t n;
    struct arena *arena;
};

static bool add(struct columns *c, struct export_column column)
{
    if (column.name == NULL || column.label == NULL)
        return false;
    column.short_name = short_name(c->items, c->n, column.name, c->arena);
    c->items[c->n++] = column;
    return column.short_name != NULL;
}

static bool is_code(const char *s)
{
    return strcmp(s, "-9") == 0 || strcmp(s, "-8") == 0;
}

/* Is a choice called like one of the codes for missing answers, by its name or its label? */
static bool has_code_as_name(const struct form_choices *c, size_t lang)
{
    for (size_t i = 0; i < c->n; i++)
        if (is_code(c->items[i].name) || is_code(form_text(&c->items[i].label, lang)))
            return true;
    return false;
}

static bool add_node(struct columns *c, size_t i)
{
    const struct form_node *n = &c->table->form->nodes[i];
    const char *label = form_text(&n->label, c->table->lang);
    struct export_column column = {.name = n->name, .label = label, .kind = kind_of(n->type), .node = i};
    column.has_far_values = n->type == FORM_DECIMAL || (n->type == FORM_INTEGER && n->min <= EXPORT_SKIPPED);
    column.has_far_names = column.has_far_values;
    size_t n_columns = columns_of(c->table, n);
    if (n->type == FORM_SELECT_ONE) {
        column.choices = n->choices;
        column.has_far_names = has_code_as_name(n->choices, c->table->lang);
        column.values = values_of(n->choices, c->arena);
        return column.values != NULL && add(c, column);
    }
    if (n->type != FORM_SELECT_MULTIPLE && n->type != FORM_RANK)
        return n_columns == 0 || add(c, column);
    for (size_t k = 0; k < n_columns; k++) {
        column.name = arena_printf(c->arena, "%s/%s", n->name, n->choices->items[k].name);
        column.label = arena_printf(c->arena, "%s: %s", label, form_text(&n->choices->items[k].label, c->table->lang));
        column.part = k;
        if (!add(c, column))
            return false;
    }
    return true;
}

enum rc export_columns(struct export_table *t, struct arena *a, struct rc_info *e)
{
    size_t max = 2;
    for (size_t i = 0; i < t->form->n_nodes; i++)
        max += columns_of(t, &t->form->nodes[i]);
    if (max > EXPORT_COLUMNS_MAX)
        return rc_set(e, RC_TOOBIG, "the questionnaire gives more than %d columns", EXPORT_COLUMNS_MAX);
    struct columns c = {.table = t, .items = arena_array(a, max, sizeof *c.items), .arena = a};
    bool is_good = c.items != NULL && add(&c, (struct export_column){.name = "_opened_on", .label = t->words.opened_on,
                                                                     .kind = EXPORT_DATE, .node = SIZE_MAX});
    for (size_t i = 0; is_good && i < t->form->n_nodes; i++)
        is_good = add_node(&c, i);
    if (is_good && t->form->fast_seconds > 0)
        is_good = add(&c, (struct export_column){.name = "_fast", .label = t->words.fast, .kind = EXPORT_TICK, .node = SIZE_MAX});
    t->columns = c.items;
    t->n_columns = c.n;
    return is_good ? RC_OK : rc_set(e, RC_NOMEM, "no memory for %zu columns", max);
}

static int64_t missing(bool is_far, enum answer_state state)
{
    if (state == ANSWER_SKIPPED)
        return is_far ? EXPORT_FAR_SKIPPED : EXPORT_SKIPPED;
    return is_far ? EXPORT_FAR_NOT_ASKED : EXPORT_NOT_ASKED;
}

int64_t export_missing_name(const struct export_column *c, enum answer_state state)
{
    return missing(c->has_far_names, state);
}

int64_t export_missing_value(const struct export_column *c, enum answer_state state)
{
    return missing(c->has_far_values, state);
}

static void fill(const struct export_column *c, const struct answer *a, struct export_cell *out)
{
    out->state = a->state;
    out->number = a->number;
    out->decimal = a->decimal;
    if (c->kind == EXPORT_CHOICE)
        out->number = (int64_t)a->choice;
    else if (c->kind == EXPORT_PLACE)
        out->number = a->places[c->part];
    else if (c->kind == EXPORT_TICK)
        out->number = c->part == 0 && a->is_ticked ? 1 : a->bits[c->part / 8] >> (c->part % 8) & 1;
}

enum rc export_cells(const struct export_table *t, const unsigned char *codes, size_t len, int64_t day,
                     const struct export_comment *comments, size_t n_comments, struct arena *a, struct export_cell *cells,
                     struct rc_info *e)
{
    struct answers got;
    enum rc rc = answers_decode(t->form, codes, len, a, &got, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct export_column *c = &t->columns[i];
        cells[i] = (struct export_cell){.state = ANSWER_GIVEN};
        if (c->node == SIZE_MAX)
            cells[i].number = c->kind == EXPORT_DATE ? day : got.is_fast;
        else
            fill(c, &got.items[c->node], &cells[i]);
        for (size_t k = 0; c->kind == EXPORT_TEXT && k < n_comments; k++)
            if (comments[k].node == c->node) {
                cells[i].text = comments[k].text;
                cells[i].text_len = comments[k].len;
            }
        if (c->kind == EXPORT_TEXT && cells[i].state == ANSWER_GIVEN && cells[i].text == NULL)
            cells[i].state = ANSWER_SKIPPED; /* its text was deleted before it */
    }
    return RC_OK;
}
