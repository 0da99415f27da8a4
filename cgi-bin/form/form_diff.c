#include "form/form_diff.h"

#include <string.h>

#include "form/xlsform_write.h"

enum { CELLS_MAX = 4000 };

struct pair {
    const struct form *before, *after;
    struct sheet from[3], to[3]; /* survey, choices, settings */
    struct arena *a;
    struct form_diff_cell *cells; /* of the row at hand */
    size_t n_cells;
};

bool form_is_alike(const struct form_node *x, const struct form_node *y)
{
    if (x->type != y->type || x->choices == NULL || y->choices == NULL || x->choices->n != y->choices->n)
        return false;
    for (size_t i = 0; i < x->choices->n; i++) {
        const struct form_choice *c = &x->choices->items[i];
        size_t k = form_find_choice(y->choices, c->name, strlen(c->name));
        if (k == SIZE_MAX || y->choices->items[k].is_dont_know != c->is_dont_know || y->choices->items[k].is_exclusive != c->is_exclusive)
            return false;
    }
    return true;
}

static void add(struct pair *p, const char *column, const char *before, const char *after)
{
    if (column != NULL && before != NULL && after != NULL && p->n_cells < CELLS_MAX)
        p->cells[p->n_cells++] = (struct form_diff_cell){column, before, after};
}

/* Columns that hold words for people. */
static bool is_words(const char *column)
{
    static const char *const heads[] = {"label", "hint", "required_message", "constraint_message", "form_title", "description", "organiser",
                                        "handler", "contact", "legal_basis", "population"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t len = strlen(heads[i]);
        if (strncmp(column, heads[i], len) == 0 && (column[len] == '\0' || column[len] == ':'))
            return true;
    }
    return false;
}

static unsigned compare_column(struct pair *p, const struct sheet *from, size_t row_from, const struct sheet *to, size_t row_to, const char *column)
{
    const char *before = sheet_at(from, row_from, sheet_col(from, column)), *after = sheet_at(to, row_to, sheet_col(to, column));
    if (strcmp(before, after) == 0)
        return 0;
    add(p, column, before, after);
    return is_words(column) ? FORM_DIFF_REWORDED : FORM_DIFF_RULES;
}

/* Two rows of a sheet, cell by cell, but for the columns that say what the row is. */
static unsigned compare_rows(struct pair *p, size_t sheet, size_t row_from, size_t row_to)
{
    const struct sheet *from = &p->from[sheet], *to = &p->to[sheet];
    unsigned what = 0;
    for (size_t c = 0; c < to->n_cols; c++)
        if (strcmp(to->head[c], "name") != 0 && strcmp(to->head[c], "type") != 0 && strcmp(to->head[c], "list_name") != 0)
            what |= compare_column(p, from, row_from, to, row_to, to->head[c]);
    for (size_t c = 0; c < from->n_cols; c++)
        if (sheet_col(to, from->head[c]) == SIZE_MAX && *sheet_at(from, row_from, c) != '\0') {
            add(p, from->head[c], sheet_at(from, row_from, c), "");
            what |= is_words(from->head[c]) ? FORM_DIFF_REWORDED : FORM_DIFF_RULES;
        }
    return what;
}

static const char *codes_of(const struct form_choices *c, struct arena *a)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    for (size_t i = 0; c != NULL && i < c->n; i++)
        buf_printf(&b, "%s%s%s", i > 0 ? ", " : "", c->items[i].name, c->items[i].is_dont_know ? " (don't know)" : c->items[i].is_exclusive ? " (alone)" : "");
    const char *text = buf_ok(&b) ? arena_strdup(a, b.p != NULL ? b.p : "") : NULL;
    buf_release(&b);
    return text;
}

static unsigned compare_choices(struct pair *p, const struct form_node *x, const struct form_node *y)
{
    unsigned what = 0;
    bool is_moved = false;
    for (size_t i = 0; i < y->choices->n; i++) {
        const struct form_choice *c = &y->choices->items[i];
        const struct form_choice *was = &x->choices->items[form_find_choice(x->choices, c->name, strlen(c->name))];
        is_moved = is_moved || strcmp(x->choices->items[i].name, c->name) != 0;
        for (size_t l = 0; l < p->after->n_langs; l++) {
            size_t before_lang = form_lang(p->before, p->after->langs[l]);
            const char *before = before_lang != SIZE_MAX && was->label.t[before_lang] != NULL ? was->label.t[before_lang] : "";
            const char *after = c->label.t[l] != NULL ? c->label.t[l] : "";
            if (strcmp(before, after) == 0)
                continue;
            add(p, arena_printf(p->a, "choice %s label::%s", c->name, p->after->langs[l]), before, after);
            what |= FORM_DIFF_REWORDED;
        }
    }
    if (is_moved) {
        add(p, "choices", codes_of(x->choices, p->a), codes_of(y->choices, p->a));
        what |= FORM_DIFF_RULES;
    }
    return what;
}

static size_t find_row(const struct sheet *s, const char *name)
{
    size_t col = sheet_col(s, "name");
    for (size_t i = 0; i < s->n_rows; i++)
        if (strcmp(sheet_at(s, i, col), name) == 0)
            return i;
    return SIZE_MAX;
}

static bool is_same_answer(const struct form_node *x, const struct form_node *y)
{
    return x->choices == NULL && y->choices == NULL ? x->type == y->type : form_is_alike(x, y);
}

static unsigned compare_node(struct pair *p, const struct form_node *x, const struct form_node *y)
{
    size_t from = find_row(&p->from[0], x->name), to = find_row(&p->to[0], y->name);
    unsigned what = 0;
    if (!is_same_answer(x, y)) {
        what |= FORM_DIFF_RECODED;
        if (x->type != y->type)
            add(p, "type", sheet_at(&p->from[0], from, sheet_col(&p->from[0], "type")), sheet_at(&p->to[0], to, sheet_col(&p->to[0], "type")));
        if (x->choices != NULL || y->choices != NULL)
            add(p, "choices", codes_of(x->choices, p->a), codes_of(y->choices, p->a));
    } else if (y->choices != NULL) {
        what |= compare_choices(p, x, y);
    }
    if (from != SIZE_MAX && to != SIZE_MAX)
        what |= compare_rows(p, 0, from, to);
    return what;
}

static enum rc keep(struct pair *p, const char *name, unsigned what, bool can_compare, struct form_diff_row *out, size_t *n, struct rc_info *e)
{
    if (what == 0)
        return RC_OK;
    struct form_diff_cell *cells = arena_array(p->a, p->n_cells + 1, sizeof *cells);
    if (cells == NULL)
        return rc_set(e, RC_NOMEM, "no memory for what changed");
    if (p->n_cells > 0)
        memcpy(cells, p->cells, p->n_cells * sizeof *cells);
    out[(*n)++] = (struct form_diff_row){name, what, can_compare, p->n_cells, cells};
    return RC_OK;
}

/* Groups and notes are named as questions are; a name that a reader never gave is no name. */
static bool has_name(const struct form_node *node)
{
    return node->name != NULL && *node->name != '\0' && node->type != FORM_GROUP_END;
}

enum rc form_diff(const struct form *before, const struct form *after, struct arena *a, struct form_diff_row **out, size_t *n,
                  struct rc_info *e)
{
    struct pair p = {.before = before, .after = after, .a = a};
    struct form_diff_row *rows = arena_array(a, before->n_nodes + after->n_nodes + 1, sizeof *rows);
    p.cells = arena_array(a, CELLS_MAX, sizeof *p.cells);
    *n = 0;
    *out = rows;
    if (rows == NULL || p.cells == NULL)
        return rc_set(e, RC_NOMEM, "no memory for what changed");
    enum rc rc = xlsform_to_sheets(before, a, p.from, e);
    if (rc == RC_OK)
        rc = xlsform_to_sheets(after, a, p.to, e);
    if (rc == RC_OK && p.from[2].n_rows > 0 && p.to[2].n_rows > 0)
        rc = keep(&p, "", compare_rows(&p, 2, 0, 0), false, rows, n, e);
    for (size_t i = 0; rc == RC_OK && i < after->n_nodes; i++) {
        const struct form_node *y = &after->nodes[i];
        size_t k = has_name(y) ? form_find(before, y->name, strlen(y->name)) : SIZE_MAX;
        p.n_cells = 0;
        if (k != SIZE_MAX)
            rc = keep(&p, y->name, compare_node(&p, &before->nodes[k], y), form_is_alike(&before->nodes[k], y), rows, n, e);
        else if (has_name(y) && y->type != FORM_NOTE && y->type != FORM_GROUP_BEGIN)
            rc = keep(&p, y->name, FORM_DIFF_ADDED, false, rows, n, e);
    }
    for (size_t i = 0; rc == RC_OK && i < before->n_nodes; i++) {
        const struct form_node *x = &before->nodes[i];
        p.n_cells = 0;
        if (has_name(x) && x->type != FORM_NOTE && x->type != FORM_GROUP_BEGIN && form_find(after, x->name, strlen(x->name)) == SIZE_MAX)
            rc = keep(&p, x->name, FORM_DIFF_REMOVED, false, rows, n, e);
    }
    return rc;
}
