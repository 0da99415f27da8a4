/* The exports that are text: CSV (RFC 4180, formulas disarmed) and JSON lines. */
#include <stdlib.h>
#include <string.h>

#include "report/export_inner.h"

enum { FLUSH_BYTES = 1 << 16 };

static void release_nothing(struct export_writer *w)
{
    (void)w;
}

static enum rc end_text(struct export_writer *w, struct rc_info *e)
{
    return export_flush(w, e);
}

/* ---- CSV ---- */

/* A ' before = + - @ TAB CR: a spreadsheet would run it (OWASP, "CSV injection"). */
static bool is_formula_text(const char *s, size_t len)
{
    return len > 0 && memchr("=+-@\t\r", s[0], 6) != NULL;
}

/* Digits, perhaps with a point between them, perhaps behind a minus: the points of a range are called so. */
static bool is_number(const char *s)
{
    const char *p = s + (*s == '-');
    size_t n = strspn(p, "0123456789"), m = p[n] == '.' ? strspn(p + n + 1, "0123456789") : 0;
    return n > 0 && (p[n] == '\0' || (m > 0 && p[n + 1 + m] == '\0'));
}

bool export_is_disarmed(const char *name)
{
    return is_formula_text(name, strlen(name)) && !is_number(name);
}

void export_put_csv_name(struct buf *b, const char *name)
{
    if (is_number(name))
        buf_puts(b, name);
    else
        export_put_csv(b, name, strlen(name));
}

void export_put_csv(struct buf *b, const char *s, size_t len)
{
    bool is_formula = is_formula_text(s, len);
    bool is_quoted = false;
    for (size_t i = 0; i < len; i++)
        is_quoted = is_quoted || s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r';
    if (!is_quoted) {
        if (is_formula)
            buf_putc(b, '\'');
        buf_put(b, s, len);
        return;
    }
    buf_puts(b, is_formula ? "\"'" : "\"");
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"')
            buf_putc(b, '"');
        buf_putc(b, s[i]);
    }
    buf_putc(b, '"');
}

/* A number of fewer digits than it has is another one: 17 tell any two apart, fewer read better where they do. */
static void put_decimal(struct buf *b, double v)
{
    char s[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(s, sizeof s, "%.*g", digits, v);
        if (strtod(s, NULL) == v)
            break;
    }
    buf_puts(b, s);
}

static void put_int(struct buf *b, int64_t v)
{
    if (v >= 0 && v < 10)
        buf_putc(b, (char)('0' + v));
    else
        buf_printf(b, "%lld", (long long)v);
}

/* What every kind but choices and texts looks like in both formats. */
static void put_plain(struct buf *b, enum export_kind kind, const struct export_cell *c)
{
    char s[16];
    if (kind == EXPORT_DECIMAL) {
        put_decimal(b, c->decimal);
    } else if (kind == EXPORT_DATE || kind == EXPORT_TIME) {
        if (kind == EXPORT_DATE)
            export_day(c->number, s);
        else
            export_time(c->number, s);
        buf_puts(b, s);
    } else {
        put_int(b, c->number);
    }
}

/* What a column's cells look like is worked out once where it can be: a row is then copied together. */
struct piece {
    const char *p; /* with the comma before it */
    size_t len;
};
struct csv_column {
    struct piece *choices;    /* of EXPORT_CHOICE */
    struct piece missing[2];  /* not asked, skipped; both are a comma alone unless there are codes */
    int64_t day;              /* EXPORT_DATE: the last one and its text; most rows repeat it */
    char day_text[16];
};

static bool keep_piece(struct export_writer *w, struct piece *out)
{
    char *copy = buf_ok(&w->buf) ? arena_alloc(w->arena, w->buf.len + 1) : NULL;
    if (copy != NULL)
        memcpy(copy, w->buf.p, w->buf.len);
    *out = (struct piece){copy, w->buf.len};
    buf_reset(&w->buf);
    return copy != NULL;
}

static bool prepare_column(struct export_writer *w, const struct export_column *c, struct csv_column *out)
{
    const struct export_table *t = w->table;
    bool is_good = true;
    for (size_t i = 0; is_good && i < 2; i++) {
        buf_putc(&w->buf, ',');
        if (t->has_codes)
            put_int(&w->buf, export_missing_name(c, i == 0 ? ANSWER_NOT_ASKED : ANSWER_SKIPPED));
        is_good = keep_piece(w, &out->missing[i]);
    }
    out->day = INT64_MIN;
    if (c->kind != EXPORT_CHOICE || !is_good)
        return is_good;
    out->choices = arena_array(w->arena, c->choices->n + 1, sizeof *out->choices);
    is_good = out->choices != NULL;
    for (size_t k = 0; is_good && k < c->choices->n; k++) {
        const char *label = form_text(&c->choices->items[k].label, t->lang);
        buf_putc(&w->buf, ',');
        if (t->is_labelled)
            export_put_csv_name(&w->buf, label);
        else
            export_put_csv_name(&w->buf, c->choices->items[k].name);
        is_good = keep_piece(w, &out->choices[k]);
    }
    return is_good;
}

static enum rc begin_csv(struct export_writer *w, struct rc_info *e)
{
    const struct export_table *t = w->table;
    struct csv_column *columns = arena_array(w->arena, t->n_columns + 1, sizeof *columns);
    bool is_good = columns != NULL;
    w->own = columns;
    for (size_t i = 0; is_good && i < t->n_columns; i++)
        is_good = prepare_column(w, &t->columns[i], &columns[i]);
    if (!is_good)
        return rc_set(e, RC_NOMEM, "no memory for the export");
    if (t->has_bom)
        buf_puts(&w->buf, "\xEF\xBB\xBF");
    for (size_t i = 0; i < t->n_columns; i++) {
        if (i > 0)
            buf_putc(&w->buf, ',');
        export_put_csv(&w->buf, t->columns[i].name, strlen(t->columns[i].name));
    }
    buf_puts(&w->buf, "\r\n");
    return export_flush(w, e);
}

static void put_day(struct buf *b, struct csv_column *own, int64_t day)
{
    if (own->day != day) {
        export_day(day, own->day_text);
        own->day = day;
    }
    buf_puts(b, own->day_text);
}

/* A cell with the comma before it. */
static void put_cell(struct buf *b, const struct export_column *c, struct csv_column *own, const struct export_cell *cell)
{
    if (cell->state != ANSWER_GIVEN) {
        const struct piece *m = &own->missing[cell->state == ANSWER_SKIPPED];
        buf_put(b, m->p, m->len);
    } else if (c->kind == EXPORT_CHOICE) {
        buf_put(b, own->choices[cell->number].p, own->choices[cell->number].len);
    } else if (c->kind == EXPORT_TICK) {
        buf_put(b, cell->number != 0 ? ",1" : ",0", 2);
    } else {
        buf_putc(b, ',');
        if (c->kind == EXPORT_DATE)
            put_day(b, own, cell->number);
        else if (c->kind == EXPORT_TEXT)
            export_put_csv(b, cell->text, cell->text_len);
        else
            put_plain(b, c->kind, cell);
    }
}

static enum rc row_csv(struct export_writer *w, const struct export_cell *cells, struct rc_info *e)
{
    const struct export_table *t = w->table;
    struct csv_column *own = w->own;
    put_day(&w->buf, &own[0], cells[0].number); /* _opened_on, which every response has */
    for (size_t i = 1; i < t->n_columns; i++)
        put_cell(&w->buf, &t->columns[i], &own[i], &cells[i]);
    buf_puts(&w->buf, "\r\n");
    return w->buf.len < FLUSH_BYTES && buf_ok(&w->buf) ? RC_OK : export_flush(w, e);
}

const struct export_kind_of_file export_csv = {begin_csv, row_csv, end_text, release_nothing};

/* ---- JSON lines ---- */

static void put_json(struct buf *b, const char *s, size_t len)
{
    buf_putc(b, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            buf_putc(b, '\\');
        if (c < 0x20 || c == 0x7f)
            buf_printf(b, "\\u%04x", c);
        else
            buf_putc(b, s[i]);
    }
    buf_putc(b, '"');
}

static enum rc begin_jsonl(struct export_writer *w, struct rc_info *e)
{
    (void)w;
    (void)e;
    return RC_OK;
}

static void put_json_cell(struct buf *b, const struct export_column *c, const struct export_cell *cell)
{
    if (cell->state != ANSWER_GIVEN) {
        buf_puts(b, "null");
    } else if (c->kind == EXPORT_CHOICE) {
        const char *s = c->choices->items[cell->number].name;
        put_json(b, s, strlen(s));
    } else if (c->kind == EXPORT_TEXT) {
        put_json(b, cell->text, cell->text_len);
    } else {
        bool is_quoted = c->kind == EXPORT_DATE || c->kind == EXPORT_TIME;
        if (is_quoted)
            buf_putc(b, '"');
        put_plain(b, c->kind, cell);
        if (is_quoted)
            buf_putc(b, '"');
    }
}

static enum rc row_jsonl(struct export_writer *w, const struct export_cell *cells, struct rc_info *e)
{
    bool is_first = true;
    buf_putc(&w->buf, '{');
    for (size_t i = 0; i < w->table->n_columns; i++) {
        const struct export_column *c = &w->table->columns[i];
        if (cells[i].state == ANSWER_NOT_ASKED)
            continue;
        if (!is_first)
            buf_putc(&w->buf, ',');
        is_first = false;
        put_json(&w->buf, c->name, strlen(c->name));
        buf_putc(&w->buf, ':');
        put_json_cell(&w->buf, c, &cells[i]);
    }
    buf_puts(&w->buf, "}\n");
    return w->buf.len < FLUSH_BYTES && buf_ok(&w->buf) ? RC_OK : export_flush(w, e);
}

const struct export_kind_of_file export_jsonl = {begin_jsonl, row_jsonl, end_text, release_nothing};
