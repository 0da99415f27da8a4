#include "report/analysis.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/csv.h"

enum { TEXT_MAX = 4096 };

void analysis_init(struct analysis *an, struct arena *a, double confidence)
{
    *an = (struct analysis){.arena = a, .confidence = confidence};
}

/* Room for one more item of `size`: doubles; the arena keeps the old ones until the end. */
static bool grow(struct analysis *an, void **items, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap == 0 ? 64 : *cap * 2;
    void *p = an->has_failed ? NULL : arena_array(an->arena, more, size);
    if (p == NULL) {
        an->has_failed = true;
        return false;
    }
    if (n > 0)
        memcpy(p, *items, n * size);
    *items = p;
    *cap = more;
    return true;
}

static const char *format_text(struct analysis *an, const char *fmt, va_list ap) PRINTF(2, 0);

static const char *format_text(struct analysis *an, const char *fmt, va_list ap)
{
    char text[TEXT_MAX];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    const char *copy = arena_strdup(an->arena, text);
    an->has_failed |= copy == NULL;
    return copy != NULL ? copy : "";
}

static void add_table(struct analysis *an, const char *group, const char *title)
{
    void *items = an->tables;
    if (!grow(an, &items, an->n_tables, &an->cap_tables, sizeof *an->tables))
        return;
    an->tables = items;
    an->tables[an->n_tables++] = (struct analysis_table){title, group};
}

void analysis_table(struct analysis *an, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_table(an, NULL, format_text(an, fmt, ap));
    va_end(ap);
}

void analysis_grid(struct analysis *an, const char *group, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_table(an, group, format_text(an, fmt, ap));
    va_end(ap);
}

void analysis_note(struct analysis *an, const char *fmt, ...)
{
    va_list ap;
    void *items = an->notes;
    if (!grow(an, &items, an->n_notes, &an->cap_notes, sizeof *an->notes))
        return;
    an->notes = items;
    va_start(ap, fmt);
    an->notes[an->n_notes++] = format_text(an, fmt, ap);
    va_end(ap);
}

struct analysis_row analysis_row(struct analysis *an, const char *target, const char *domain, const char *label,
                                 bool is_share)
{
    an->has_failed |= target == NULL || label == NULL; /* the arena was full when they were made */
    return (struct analysis_row){an, target, domain, label, is_share};
}

static void add(const struct analysis_row *r, const char *statistic, double value, const char *reason)
{
    struct analysis *an = r->to;
    void *items = an->figures;
    if (an->has_failed || an->n_tables == 0 || !grow(an, &items, an->n_figures, &an->cap_figures, sizeof *an->figures))
        return;
    an->figures = items;
    an->figures[an->n_figures++] = (struct analysis_figure){
        .target = r->target, .domain = r->domain, .label = r->label, .is_share = r->is_share, .statistic = statistic,
        .value = reason == NULL ? value : 0, .reason = reason, .table = an->n_tables - 1,
    };
}

void analysis_value(const struct analysis_row *r, const char *statistic, double value)
{
    add(r, statistic, value, isfinite(value) ? NULL : "not_finite");
}

void analysis_undefined(const struct analysis_row *r, const char *statistic, const char *reason)
{
    add(r, statistic, 0, reason);
}

bool analysis_ok(const struct analysis *an)
{
    return !an->has_failed;
}

static void put_key(const struct analysis_figure *f, struct buf *out)
{
    buf_puts(out, f->target);
    if (f->domain != NULL) {
        buf_puts(out, " @ ");
        buf_puts(out, f->domain);
    }
    buf_putc(out, '/');
    buf_puts(out, f->statistic);
}

/* RFC 8259: quotation mark, reverse solidus and C0 are the ones that must be escaped. */
static void put_json_string(const char *s, struct buf *out)
{
    buf_putc(out, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            buf_putc(out, '\\');
        if ((unsigned char)*s < 0x20)
            buf_printf(out, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            buf_putc(out, *s);
    }
    buf_putc(out, '"');
}

void analysis_to_json(const struct analysis *an, struct buf *out)
{
    struct buf key;
    buf_init(&key, out->max_bytes);
    buf_putc(out, '[');
    for (size_t i = 0; i < an->n_figures; i++) {
        const struct analysis_figure *f = &an->figures[i];
        buf_reset(&key);
        put_key(f, &key);
        buf_puts(out, i > 0 ? ",\n {\"key\": " : "\n {\"key\": ");
        put_json_string(buf_ok(&key) ? key.p : "", out);
        if (f->reason == NULL) {
            buf_printf(out, ", \"value\": %.17g}", f->value);
        } else {
            buf_puts(out, ", \"value\": null, \"reason\": ");
            put_json_string(f->reason, out);
            buf_putc(out, '}');
        }
        out->has_failed |= !buf_ok(&key);
    }
    buf_puts(out, "\n]\n");
    buf_release(&key);
}

void analysis_to_csv(const struct analysis *an, struct buf *out)
{
    struct csv csv;
    struct buf key;
    buf_init(&key, out->max_bytes);
    csv_begin(&csv, out);
    csv_text(&csv, "key");
    csv_text(&csv, "value");
    csv_text(&csv, "reason");
    csv_end_row(&csv);
    for (size_t i = 0; i < an->n_figures; i++) {
        const struct analysis_figure *f = &an->figures[i];
        char digits[40] = "";
        buf_reset(&key);
        put_key(f, &key);
        if (f->reason == NULL)
            (void)snprintf(digits, sizeof digits, "%.17g", f->value);
        csv_text(&csv, buf_ok(&key) ? key.p : "");
        csv_number(&csv, digits);
        csv_text(&csv, f->reason != NULL ? f->reason : "");
        csv_end_row(&csv);
        out->has_failed |= !buf_ok(&key);
    }
    buf_release(&key);
}
