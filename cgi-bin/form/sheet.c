#include "form/sheet.h"

#include <csv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct load {
    struct arena *a;
    struct sheet *s;
    size_t max_rows, cap_rows;
    size_t row, col; /* row 0 is the header */
    bool is_cr;      /* the row before ended with CR: an LF that comes next is the same line end */
    enum rc rc;
    const char *why;
    size_t where; /* the row of it */
};

static void stop(struct load *l, enum rc rc, const char *why)
{
    if (l->rc == RC_OK) {
        l->rc = rc;
        l->why = why;
        l->where = l->row;
    }
}

/* Make room for one more row, doubling; the arena keeps the old rows until the end. */
static bool grow(struct load *l)
{
    if (l->row > l->max_rows) {
        stop(l, RC_TOOBIG, "too many rows");
        return false;
    }
    if (l->row <= l->cap_rows)
        return true;
    size_t cap = l->cap_rows == 0 ? 64 : l->cap_rows * 2;
    const char **cells = arena_array(l->a, cap * l->s->n_cols, sizeof *cells);
    if (cells == NULL) {
        stop(l, RC_NOMEM, "no memory");
        return false;
    }
    if (l->cap_rows > 0)
        memcpy(cells, l->s->cells, l->cap_rows * l->s->n_cols * sizeof *cells);
    l->s->cells = cells;
    l->cap_rows = cap;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void on_cell(void *p, size_t len, void *ctx)
{
    struct load *l = ctx;
    const char *text = p != NULL ? p : "";
    if (l->rc != RC_OK)
        return;
    l->is_cr = false;
    while (len > 0 && is_space(text[len - 1]))
        len--;
    while (len > 0 && is_space(*text)) {
        text++;
        len--;
    }
    if (len > SHEET_CELL_MAX)
        stop(l, RC_TOOBIG, "a cell is too long");
    else if (!text_is_utf8(text, len) || text_has_control(text, len))
        stop(l, RC_INPUT, "a cell is not UTF-8 text: save the file as UTF-8 CSV");
    else if (l->col >= (l->row == 0 ? (size_t)SHEET_COLS_MAX : l->s->n_cols) && len > 0)
        stop(l, RC_INPUT, "more cells than the header has columns");
    char *copy = l->rc == RC_OK ? arena_memdup(l->a, text, len) : NULL;
    if (l->rc == RC_OK && copy == NULL)
        stop(l, RC_NOMEM, "no memory");
    if (l->rc != RC_OK)
        return;
    if (l->row == 0) {
        if (l->col < SHEET_COLS_MAX)
            l->s->head[l->col++] = copy;
    } else if (l->col < l->s->n_cols && grow(l)) {
        l->s->cells[(l->row - 1) * l->s->n_cols + l->col++] = copy;
    }
}

static bool is_empty_row(const struct sheet *s, size_t row)
{
    for (size_t c = 0; c < s->n_cols; c++)
        if (s->cells[row * s->n_cols + c][0] != '\0')
            return false;
    return true;
}

/* `c`: the byte that ended the row, -1 at the end of the file. Every line counts, the empty ones too,
 * so that a row's number is the one that a spreadsheet shows. */
static void on_row(int c, void *ctx)
{
    struct load *l = ctx;
    bool is_second_half = l->is_cr && c == '\n';
    l->is_cr = c == '\r';
    if (l->rc != RC_OK || is_second_half)
        return;
    if (l->row == 0) {
        while (l->col > 0 && l->s->head[l->col - 1][0] == '\0')
            l->col--; /* empty columns at the right end */
        l->s->n_cols = l->col;
        if (l->col == 0)
            stop(l, RC_INPUT, "the header row is empty");
    } else if (grow(l)) {
        for (; l->col < l->s->n_cols; l->col++)
            l->s->cells[(l->row - 1) * l->s->n_cols + l->col] = "";
        l->s->n_rows = l->row;
    }
    l->row++;
    l->col = 0;
}

enum rc sheet_read(const char *name, const char *p, size_t len, size_t max_rows, struct arena *a, struct sheet *out,
                   struct rc_info *e)
{
    *out = (struct sheet){.name = name, .head = arena_array(a, SHEET_COLS_MAX, sizeof *out->head)};
    struct load l = {.a = a, .s = out, .max_rows = max_rows};
    struct csv_parser csv;
    if (out->head == NULL)
        return rc_set(e, RC_NOMEM, "%s: no memory", name);
    if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
        len -= 3;
    }
    if (csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
        return rc_set(e, RC_NOMEM, "%s: no memory", name);
    bool is_whole = csv_parse(&csv, p, len, on_cell, on_row, &l) == len && csv_fini(&csv, on_cell, on_row, &l) == 0;
    int problem = csv_error(&csv);
    csv_free(&csv);
    if (l.rc == RC_OK && problem == CSV_ENOMEM)
        stop(&l, RC_NOMEM, "no memory");
    else if (l.rc == RC_OK && !is_whole)
        stop(&l, RC_INPUT, "the quotes do not match");
    if (l.rc == RC_OK && l.row == 0)
        stop(&l, RC_INPUT, "the file is empty");
    while (l.rc == RC_OK && out->n_rows > 0 && is_empty_row(out, out->n_rows - 1))
        out->n_rows--; /* what a spreadsheet leaves below the last row */
    return l.rc == RC_OK ? RC_OK : rc_set(e, l.rc, "%s:%zu: %s", name, l.where + 1, l.why);
}

size_t sheet_col(const struct sheet *s, const char *head)
{
    for (size_t i = 0; i < s->n_cols; i++)
        if (strcmp(s->head[i], head) == 0)
            return i;
    return SIZE_MAX;
}

const char *sheet_at(const struct sheet *s, size_t row, size_t col)
{
    return row < s->n_rows && col < s->n_cols ? s->cells[row * s->n_cols + col] : "";
}
