/* The figures as a workbook, through libxlsxwriter. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <xlsxwriter.h>

#include "report/paper.h"

static void put_heads(lxw_worksheet *s, const char *const *heads, size_t n, lxw_format *bold)
{
    for (size_t i = 0; i < n; i++)
        (void)worksheet_write_string(s, 0, (lxw_col_t)i, heads[i], bold);
    (void)worksheet_freeze_panes(s, 1, 0);
}

static void put_figures(lxw_worksheet *s, const struct paper_figure *f, size_t n, lxw_format *bold)
{
    static const char *const heads[] = {"key", "label_zh", "label_en", "value", "unit", "n", "source", "synthetic"};
    put_heads(s, heads, sizeof heads / sizeof *heads, bold);
    (void)worksheet_set_column(s, 0, 2, 36, NULL);
    (void)worksheet_set_column(s, 6, 6, 24, NULL);
    for (size_t i = 0; i < n; i++) {
        lxw_row_t row = (lxw_row_t)(i + 1);
        (void)worksheet_write_string(s, row, 0, f[i].key, NULL);
        (void)worksheet_write_string(s, row, 1, f[i].label[0], NULL);
        (void)worksheet_write_string(s, row, 2, f[i].label[1], NULL);
        if (f[i].text != NULL)
            (void)worksheet_write_string(s, row, 3, f[i].text, NULL);
        else
            (void)worksheet_write_number(s, row, 3, f[i].value, NULL);
        (void)worksheet_write_string(s, row, 4, f[i].unit, NULL);
        if (f[i].n > 0)
            (void)worksheet_write_number(s, row, 5, (double)f[i].n, NULL);
        (void)worksheet_write_string(s, row, 6, f[i].source, NULL);
        (void)worksheet_write_string(s, row, 7, f[i].is_synthetic ? "yes" : "no", NULL);
    }
}

static void put_published(lxw_worksheet *s, const struct published *p, lxw_format *bold)
{
    static const char *const heads[] = {"key", "label_zh", "label_en", "comparison", "published", "computed", "unit", "verdict", "note"};
    put_heads(s, heads, sizeof heads / sizeof *heads, bold);
    (void)worksheet_set_column(s, 0, 2, 36, NULL);
    for (size_t i = 0; i < p->n; i++) {
        const struct published_row *r = &p->rows[i];
        const char *cells[] = {r->key, r->label[0], r->label[1], r->comparison, r->value, r->computed, r->unit,
                               published_verdict_name(r->verdict), r->note};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
            (void)worksheet_write_string(s, (lxw_row_t)(i + 1), (lxw_col_t)k, cells[k], NULL);
    }
}

/* Noon of `day` in UTC, so that it is that day in most zones. */
static time_t noon(const char *day)
{
    struct tm t = {.tm_hour = 12};
    if (sscanf(day, "%4d-%2d-%2d", &t.tm_year, &t.tm_mon, &t.tm_mday) != 3)
        return 0;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return timegm(&t);
}

enum rc paper_figures_to_xlsx(const struct paper_figure *f, size_t n, const struct published *published,
                              const char *day, const char *path, struct rc_info *e)
{
    char title[] = "Minyi: figures of the white paper";
    lxw_doc_properties properties = {.title = title, .created = noon(day)};
    lxw_workbook *book = workbook_new(path);
    if (book == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the workbook");
    (void)workbook_set_properties(book, &properties);
    lxw_format *bold = workbook_add_format(book);
    lxw_worksheet *figures = workbook_add_worksheet(book, "figures");
    lxw_worksheet *compared = published != NULL ? workbook_add_worksheet(book, "published") : NULL;
    if (bold != NULL)
        format_set_bold(bold);
    if (figures != NULL)
        put_figures(figures, f, n, bold);
    if (compared != NULL)
        put_published(compared, published, bold);
    lxw_error error = workbook_close(book); /* frees it */
    if (error != LXW_NO_ERROR)
        return rc_set(e, RC_IO, "cannot write \"%s\": %s", path, lxw_strerror(error));
    return RC_OK;
}
