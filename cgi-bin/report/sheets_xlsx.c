#include "report/sheets_xlsx.h"

#include <xlsxwriter.h>

static void put_note(lxw_worksheet *to, lxw_col_t col, const char *text)
{
    lxw_comment_options options = {.width = 320, .height = 110};
    (void)worksheet_write_comment_opt(to, 0, col, text, &options);
}

static void put_sheet(lxw_worksheet *to, const struct sheet *s, lxw_format *bold, sheets_note_fn *note, void *ctx)
{
    for (size_t col = 0; col < s->n_cols; col++) {
        const char *text = note != NULL ? note(ctx, s->name, s->head[col]) : NULL;
        (void)worksheet_write_string(to, 0, (lxw_col_t)col, s->head[col], bold);
        if (text != NULL)
            put_note(to, (lxw_col_t)col, text);
        for (size_t row = 0; row < s->n_rows; row++) {
            const char *v = sheet_at(s, row, col);
            if (*v != '\0')
                (void)worksheet_write_string(to, (lxw_row_t)(row + 1), (lxw_col_t)col, v, NULL);
        }
    }
    (void)worksheet_set_column(to, 0, s->n_cols > 0 ? (lxw_col_t)(s->n_cols - 1) : 0, 24, NULL);
    (void)worksheet_freeze_panes(to, 1, 0);
}

enum rc sheets_to_xlsx(const struct sheet *sheets, size_t n, sheets_note_fn *note, void *ctx, const char *path, struct rc_info *e)
{
    char title[] = "Minyi: questionnaire";
    lxw_doc_properties properties = {.title = title, .created = 1}; /* equal forms give equal bytes */
    lxw_workbook *book = workbook_new(path);
    if (book == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the workbook");
    (void)workbook_set_properties(book, &properties);
    lxw_format *bold = workbook_add_format(book);
    if (bold != NULL)
        format_set_bold(bold);
    for (size_t i = 0; i < n; i++) {
        lxw_worksheet *to = workbook_add_worksheet(book, sheets[i].name);
        if (to != NULL)
            put_sheet(to, &sheets[i], bold, note, ctx);
    }
    lxw_error error = workbook_close(book); /* frees it */
    return error == LXW_NO_ERROR ? RC_OK : rc_set(e, RC_IO, "cannot write \"%s\": %s", path, lxw_strerror(error));
}
