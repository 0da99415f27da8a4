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

static enum rc begin_csv(struct export_writer *w, struct rc_info *e)
{
    const struct export_table *t = w->table;
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

static enum rc row_csv(struct export_writer *w, const struct export_cell *cells, struct rc_info *e)
{
    const struct export_table *t = w->table;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct export_column *c = &t->columns[i];
        if (i > 0)
            buf_putc(&w->buf, ',');
        if (cells[i].state != ANSWER_GIVEN) {
            if (t->has_codes)
                put_int(&w->buf, export_missing_name(c, cells[i].state));
        } else if (c->kind == EXPORT_CHOICE) {
            const struct form_choice *choice = &c->choices->items[cells[i].number];
            if (t->is_labelled)
                export_put_csv(&w->buf, form_text(&choice->label, t->lang), strlen(form_text(&choice->label, t->lang)));
            else
                export_put_csv_name(&w->buf, choice->name);
        } else if (c->kind == EXPORT_TEXT) {
            export_put_csv(&w->buf, cells[i].text, cells[i].text_len);
        } else {
            put_plain(&w->buf, c->kind, &cells[i]);
        }
    }
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
