/* The codebook of an export: what its columns and their values mean, for csv and xlsx. */
#include <stdio.h>
#include <string.h>

#include "report/export_inner.h"

const char *const export_codebook_heads[6] = {"variable", "label", "type", "value", "value_label", "missing"};

static const char *type_of(enum export_kind kind)
{
    static const char *const names[] = {
        [EXPORT_CHOICE] = "choice",   [EXPORT_TICK] = "tick", [EXPORT_PLACE] = "place", [EXPORT_INTEGER] = "integer",
        [EXPORT_DECIMAL] = "decimal", [EXPORT_DATE] = "date", [EXPORT_TIME] = "time",   [EXPORT_TEXT] = "text"};
    return names[kind];
}

/* The day of the opening and the flag of haste are there in every response. */
static bool has_missing(const struct export_table *t, const struct export_column *c)
{
    return t->has_codes && c->node != SIZE_MAX;
}

static void put_missing(const struct export_table *t, struct export_codebook_row row, const struct export_column *c,
                        export_codebook_fn *each, void *ctx)
{
    char code[24];
    row.value = code;
    (void)snprintf(code, sizeof code, "%lld", (long long)export_missing_name(c, ANSWER_NOT_ASKED));
    row.value_label = t->words.not_asked;
    row.missing = "not_asked";
    each(ctx, &row);
    (void)snprintf(code, sizeof code, "%lld", (long long)export_missing_name(c, ANSWER_SKIPPED));
    row.value_label = t->words.skipped;
    row.missing = "skipped";
    each(ctx, &row);
}

void export_codebook(const struct export_table *t, export_codebook_fn *each, void *ctx)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct export_column *c = &t->columns[i];
        struct export_codebook_row row = {c->name, c->label, type_of(c->kind), "", "", ""};
        for (size_t k = 0; c->kind == EXPORT_CHOICE && k < c->choices->n; k++) {
            row.value = c->choices->items[k].name;
            row.value_label = form_text(&c->choices->items[k].label, t->lang);
            row.missing = c->choices->items[k].is_dont_know ? "dont_know" : "";
            each(ctx, &row);
        }
        for (int k = 0; c->kind == EXPORT_TICK && k < 2; k++) {
            row.value = k == 0 ? "0" : "1";
            row.value_label = k == 0 ? t->words.no : t->words.yes;
            each(ctx, &row);
        }
        if (c->kind != EXPORT_CHOICE && c->kind != EXPORT_TICK)
            each(ctx, &row);
        if (has_missing(t, c))
            put_missing(t, row, c, each, ctx);
    }
}

static void put_line(void *ctx, const struct export_codebook_row *r)
{
    struct buf *b = ctx;
    const char *const texts[] = {r->name, r->label, r->type, r->value, r->value_label, r->missing};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (i > 0)
            buf_putc(b, ',');
        export_put_csv_name(b, texts[i]);
    }
    buf_puts(b, "\r\n");
}

void export_codebook_csv(const struct export_table *t, struct buf *out)
{
    if (t->has_bom)
        buf_puts(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < sizeof export_codebook_heads / sizeof *export_codebook_heads; i++)
        buf_printf(out, "%s%s", i > 0 ? "," : "", export_codebook_heads[i]);
    buf_puts(out, "\r\n");
    export_codebook(t, put_line, out);
}
