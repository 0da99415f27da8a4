/* Shared strings and worksheets of a workbook. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/xlsx_inner.h"

/* A text that comes in pieces. */
struct piece {
    char p[SHEET_CELL_MAX + 1];
    size_t len;
    bool is_long;
};

static void piece_add(struct piece *t, const char *p, size_t len)
{
    size_t room = SHEET_CELL_MAX - t->len, n = len < room ? len : room;
    memcpy(t->p + t->len, p, n);
    t->len += n;
    t->is_long = t->is_long || n < len;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text without white space at its ends, in the arena. */
static char *piece_take(const struct piece *t, struct arena *a)
{
    size_t from = 0, to = t->len;
    while (to > from && is_space(t->p[to - 1]))
        to--;
    while (from < to && is_space(t->p[from]))
        from++;
    return arena_memdup(a, t->p + from, to - from);
}

/* ---- shared strings ---- */

struct strings_reader {
    struct arena *a;
    struct xlsx_strings *out;
    struct piece text;
    bool is_text;       /* inside <t> of an item */
    unsigned phonetic;  /* inside <rPh>: how the text is pronounced */
};

static void strings_start(struct xlsx_xml *x, const char *name, const char **attributes)
{
    struct strings_reader *r = xlsx_ctx(x);
    (void)attributes;
    if (strcmp(name, "si") == 0)
        r->text.len = 0, r->text.is_long = false;
    else if (strcmp(name, "rPh") == 0)
        r->phonetic++;
    else if (strcmp(name, "t") == 0)
        r->is_text = r->phonetic == 0;
}

static bool strings_grow(struct strings_reader *r)
{
    struct xlsx_strings *s = r->out;
    if (s->n < s->cap)
        return true;
    size_t cap = s->cap == 0 ? 256 : 2 * s->cap;
    const char **items = arena_array(r->a, cap, sizeof *items);
    if (items == NULL)
        return false;
    if (s->n > 0)
        memcpy(items, s->items, s->n * sizeof *items);
    s->items = items;
    s->cap = cap;
    return true;
}

static void strings_end(struct xlsx_xml *x, const char *name)
{
    struct strings_reader *r = xlsx_ctx(x);
    if (strcmp(name, "t") == 0)
        r->is_text = false;
    else if (strcmp(name, "rPh") == 0 && r->phonetic > 0)
        r->phonetic--;
    if (strcmp(name, "si") != 0)
        return;
    if (r->text.is_long || r->out->n == XLSX_STRINGS_MAX) {
        xlsx_stop(x, RC_TOOBIG, "its texts are too long or too many");
        return;
    }
    char *copy = strings_grow(r) ? piece_take(&r->text, r->a) : NULL;
    if (copy == NULL)
        xlsx_stop(x, RC_NOMEM, "no memory");
    else
        r->out->items[r->out->n++] = copy;
}

static void strings_text(struct xlsx_xml *x, const char *p, size_t len)
{
    struct strings_reader *r = xlsx_ctx(x);
    if (r->is_text)
        piece_add(&r->text, p, len);
}

enum rc xlsx_parse_strings(const char *p, size_t len, struct arena *a, struct xlsx_strings *out, struct rc_info *e)
{
    static const struct xlsx_handler h = {strings_start, strings_end, strings_text};
    struct strings_reader *r = arena_alloc(a, sizeof *r);
    if (r == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a workbook");
    *out = (struct xlsx_strings){0};
    r->a = a;
    r->out = out;
    return xlsx_parse("xl/sharedStrings.xml", p, len, &h, r, e);
}

/* ---- a worksheet ---- */

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOLEAN, CELL_ERROR };

struct sheet_reader {
    struct arena *a;
    const struct xlsx_strings *strings;
    struct sheet *out;
    size_t max_rows, cap_rows;
    size_t row, col;  /* of the cell, from 1; 0 before the first */
    enum cell_type type;
    struct piece text;
    bool is_value;    /* inside <v>, or <t> of an inline text */
    unsigned phonetic;
    char where[80];   /* the reason of a failure, with its row */
};

static void fail(struct xlsx_xml *x, enum rc rc, const char *why)
{
    struct sheet_reader *r = xlsx_ctx(x);
    (void)snprintf(r->where, sizeof r->where, "%zu: %s", r->row, why);
    xlsx_stop(x, rc, r->where);
}

/* "BC12": the column, from 1; 0 when it is not such an address or is beyond XFD. */
static size_t column_of(const char *ref)
{
    size_t n = 0;
    for (; isupper((unsigned char)*ref) && n < 20000; ref++)
        n = 26 * n + (size_t)(*ref - 'A') + 1;
    return isdigit((unsigned char)*ref) && n <= 16384 ? n : 0;
}

static void row_start(struct xlsx_xml *x, const char **attributes)
{
    struct sheet_reader *r = xlsx_ctx(x);
    const char *v = xlsx_attribute(attributes, "r");
    int64_t n = (int64_t)r->row + 1;
    r->col = 0;
    if (v != NULL && text_to_i64(v, strlen(v), 1, 1 << 20, &n) != RC_OK) {
        fail(x, RC_INPUT, "a row without a number");
        return;
    }
    if ((size_t)n <= r->row)
        fail(x, RC_INPUT, "rows that are not in order");
    else
        r->row = (size_t)n;
}

static void cell_start(struct xlsx_xml *x, const char **attributes)
{
    static const struct {
        const char *name;
        enum cell_type type;
    } types[] = {{"n", CELL_NUMBER}, {"s", CELL_SHARED}, {"str", CELL_TEXT}, {"inlineStr", CELL_TEXT}, {"b", CELL_BOOLEAN},
                 {"e", CELL_ERROR}, {"d", CELL_TEXT}};
    struct sheet_reader *r = xlsx_ctx(x);
    const char *ref = xlsx_attribute(attributes, "r"), *type = xlsx_attribute(attributes, "t");
    size_t col = ref != NULL ? column_of(ref) : r->col + 1;
    if (col <= r->col) {
        fail(x, RC_INPUT, "cells that are not in order");
        return;
    }
    r->col = col;
    r->type = CELL_NUMBER;
    for (size_t i = 0; type != NULL && i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i].name) == 0)
            r->type = types[i].type;
    r->text.len = 0;
    r->text.is_long = false;
}

static void sheet_start(struct xlsx_xml *x, const char *name, const char **attributes)
{
    struct sheet_reader *r = xlsx_ctx(x);
    if (strcmp(name, "row") == 0)
        row_start(x, attributes);
    else if (strcmp(name, "c") == 0)
        cell_start(x, attributes);
    else if (strcmp(name, "rPh") == 0)
        r->phonetic++;
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        r->is_value = r->phonetic == 0;
}

/* 18 is stored as "18", 0.1 perhaps as 0.10000000000000001: what the author sees has 15 digits. */
static const char *number_text(struct piece *t)
{
    char *end;
    t->p[t->len] = '\0';
    double v = strtod(t->p, &end);
    if (end == t->p || *end != '\0')
        return NULL;
    (void)snprintf(t->p, sizeof t->p, v > -1e15 && v < 1e15 && v == (double)(int64_t)v ? "%.0f" : "%.15g", v);
    t->len = strlen(t->p);
    return t->p;
}

static const char *cell_text(struct xlsx_xml *x, struct sheet_reader *r)
{
    int64_t at;
    if (r->type == CELL_ERROR) {
        fail(x, RC_INPUT, "a cell shows an error such as #REF!");
        return NULL;
    }
    if (r->text.is_long) {
        fail(x, RC_TOOBIG, "a cell is too long");
        return NULL;
    }
    if (r->text.len == 0)
        return "";
    if (r->type == CELL_SHARED) {
        if (text_to_i64(r->text.p, r->text.len, 0, (int64_t)r->strings->n - 1, &at) == RC_OK)
            return r->strings->items[at];
        fail(x, RC_INPUT, "a cell names a text that is not in the file");
        return NULL;
    }
    if (r->type == CELL_BOOLEAN)
        return r->text.p[0] == '1' ? "TRUE" : "FALSE";
    if (r->type == CELL_NUMBER && number_text(&r->text) == NULL) {
        fail(x, RC_INPUT, "a number that is none");
        return NULL;
    }
    const char *copy = piece_take(&r->text, r->a);
    if (copy == NULL)
        fail(x, RC_NOMEM, "no memory");
    return copy;
}

/* Make room for `n` rows, doubling; the arena keeps the old ones until the end. */
static bool sheet_grow(struct sheet_reader *r, size_t n)
{
    if (n <= r->cap_rows)
        return true;
    size_t cap = r->cap_rows == 0 ? 64 : r->cap_rows;
    while (cap < n)
        cap *= 2;
    const char **cells = arena_array(r->a, cap * SHEET_COLS_MAX, sizeof *cells);
    if (cells == NULL)
        return false;
    for (size_t i = 0; i < cap * SHEET_COLS_MAX; i++)
        cells[i] = "";
    if (r->cap_rows > 0)
        memcpy(cells, r->out->cells, r->cap_rows * SHEET_COLS_MAX * sizeof *cells);
    r->out->cells = cells;
    r->cap_rows = cap;
    return true;
}

static void cell_end(struct xlsx_xml *x)
{
    struct sheet_reader *r = xlsx_ctx(x);
    const char *v = cell_text(x, r);
    if (v == NULL || *v == '\0')
        return;
    if (text_has_control(v, strlen(v))) /* expat gives UTF-8 only */
        fail(x, RC_INPUT, "a cell holds control characters");
    else if (r->row == 0 || r->col > SHEET_COLS_MAX)
        fail(x, RC_TOOBIG, "there are too many columns");
    else if (r->row > r->max_rows + 1)
        fail(x, RC_TOOBIG, "there are too many rows");
    else if (r->row == 1)
        r->out->head[r->col - 1] = v;
    else if (!sheet_grow(r, r->row - 1))
        fail(x, RC_NOMEM, "no memory");
    else
        r->out->cells[(r->row - 2) * SHEET_COLS_MAX + r->col - 1] = v;
    size_t *most = r->row == 1 ? NULL : &r->out->n_rows;
    if (most != NULL && r->row - 1 > *most)
        *most = r->row - 1;
    if (r->col > r->out->n_cols && r->col <= SHEET_COLS_MAX)
        r->out->n_cols = r->col;
}

static void sheet_end(struct xlsx_xml *x, const char *name)
{
    struct sheet_reader *r = xlsx_ctx(x);
    if (strcmp(name, "c") == 0)
        cell_end(x);
    else if (strcmp(name, "rPh") == 0 && r->phonetic > 0)
        r->phonetic--;
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        r->is_value = false;
}

static void sheet_text(struct xlsx_xml *x, const char *p, size_t len)
{
    struct sheet_reader *r = xlsx_ctx(x);
    if (r->is_value)
        piece_add(&r->text, p, len);
}

/* The cells lie SHEET_COLS_MAX apart while reading; a sheet's lie n_cols apart. */
static void close_up(struct sheet *s)
{
    for (size_t row = 0; row < s->n_rows; row++)
        memmove(s->cells + row * s->n_cols, s->cells + row * SHEET_COLS_MAX, s->n_cols * sizeof *s->cells);
}

enum rc xlsx_parse_sheet(const char *p, size_t len, const struct xlsx_strings *strings, size_t max_rows, struct arena *a,
                         struct sheet *out, struct rc_info *e)
{
    static const struct xlsx_handler h = {sheet_start, sheet_end, sheet_text};
    struct sheet_reader *r = arena_alloc(a, sizeof *r);
    out->head = arena_array(a, SHEET_COLS_MAX, sizeof *out->head);
    if (r == NULL || out->head == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a worksheet");
    for (size_t i = 0; i < SHEET_COLS_MAX; i++)
        out->head[i] = "";
    r->a = a;
    r->strings = strings;
    r->out = out;
    r->max_rows = max_rows;
    enum rc rc = xlsx_parse(out->name, p, len, &h, r, e);
    if (rc == RC_OK && out->n_cols == 0)
        rc = rc_set(e, RC_INPUT, "%s:1: the sheet is empty", out->name);
    if (rc == RC_OK)
        close_up(out);
    return rc;
}
