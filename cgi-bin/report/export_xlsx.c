/* The export as a workbook, through libxlsxwriter with constant memory: a row is written once the next begins. */
#include <string.h>

#include <xlsxwriter.h>

#include "report/export_inner.h"

struct book {
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *date, *time;
    struct buf text; /* a cell's text with its NUL */
};

struct codebook {
    lxw_worksheet *sheet;
    lxw_row_t row;
};

static void put_codebook_row(void *ctx, const struct export_codebook_row *r)
{
    struct codebook *b = ctx;
    const char *const texts[] = {r->name, r->label, r->type, r->value, r->value_label, r->missing};
    if (++b->row >= LXW_ROW_MAX)
        return;
    for (lxw_col_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*texts[i] != '\0')
            (void)worksheet_write_string(b->sheet, b->row, i, texts[i], NULL);
}

static void put_codebook(const struct export_table *t, lxw_worksheet *s, lxw_format *bold)
{
    struct codebook b = {s, 0};
    for (lxw_col_t i = 0; i < sizeof export_codebook_heads / sizeof *export_codebook_heads; i++)
        (void)worksheet_write_string(s, 0, i, export_codebook_heads[i], bold);
    (void)worksheet_freeze_panes(s, 1, 0);
    export_codebook(t, put_codebook_row, &b);
}

static enum rc begin_xlsx(struct export_writer *w, struct rc_info *e)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    struct book *b = arena_alloc(w->arena, sizeof *b);
    w->own = b;
    if (b == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the workbook");
    buf_init(&b->text, 1 << 20);
    b->workbook = workbook_new_opt(w->path, &options);
    b->sheet = b->workbook != NULL ? workbook_add_worksheet(b->workbook, "responses") : NULL;
    lxw_worksheet *codebook = b->sheet != NULL ? workbook_add_worksheet(b->workbook, "codebook") : NULL;
    lxw_format *bold = codebook != NULL ? workbook_add_format(b->workbook) : NULL;
    b->date = bold != NULL ? workbook_add_format(b->workbook) : NULL;
    b->time = b->date != NULL ? workbook_add_format(b->workbook) : NULL;
    if (b->time == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the workbook");
    format_set_bold(bold);
    format_set_num_format(b->date, "yyyy-mm-dd");
    format_set_num_format(b->time, "hh:mm");
    put_codebook(w->table, codebook, bold);
    (void)worksheet_freeze_panes(b->sheet, 1, 0);
    for (size_t i = 0; i < w->table->n_columns; i++)
        (void)worksheet_write_string(b->sheet, 0, (lxw_col_t)i, w->table->columns[i].name, bold);
    return RC_OK;
}

/* Excel's days begin before 1900-03-01, which it counts as the 61st; earlier ones are texts. */
enum { EXCEL_EPOCH = 25569, EXCEL_FIRST = 61 };

static lxw_error put_text(struct book *b, lxw_row_t row, lxw_col_t col, const char *p, size_t len)
{
    buf_reset(&b->text);
    buf_put(&b->text, p, len);
    return buf_ok(&b->text) && b->text.p != NULL ? worksheet_write_string(b->sheet, row, col, b->text.p, NULL)
                                                 : LXW_ERROR_MEMORY_MALLOC_FAILED;
}

static lxw_error put_cell(struct export_writer *w, lxw_row_t row, size_t i, const struct export_cell *cell)
{
    struct book *b = w->own;
    const struct export_column *c = &w->table->columns[i];
    lxw_col_t col = (lxw_col_t)i;
    char day[16];
    switch (c->kind) {
    case EXPORT_CHOICE: {
        const struct form_choice *choice = &c->choices->items[cell->number];
        return worksheet_write_string(b->sheet, row, col,
                                      w->table->is_labelled ? form_text(&choice->label, w->table->lang) : choice->name, NULL);
    }
    case EXPORT_TEXT: return put_text(b, row, col, cell->text, cell->text_len);
    case EXPORT_DATE:
        if (cell->number + EXCEL_EPOCH >= EXCEL_FIRST)
            return worksheet_write_number(b->sheet, row, col, (double)(cell->number + EXCEL_EPOCH), b->date);
        export_day(cell->number, day);
        return worksheet_write_string(b->sheet, row, col, day, NULL);
    case EXPORT_TIME: return worksheet_write_number(b->sheet, row, col, (double)cell->number / (24 * 60), b->time);
    case EXPORT_DECIMAL: return worksheet_write_number(b->sheet, row, col, cell->decimal, NULL);
    case EXPORT_TICK:
    case EXPORT_PLACE:
    case EXPORT_INTEGER: break;
    }
    return worksheet_write_number(b->sheet, row, col, (double)cell->number, NULL);
}

static enum rc row_xlsx(struct export_writer *w, const struct export_cell *cells, struct rc_info *e)
{
    const struct export_table *t = w->table;
    struct book *b = w->own;
    lxw_error error = LXW_NO_ERROR;
    for (size_t i = 0; error == LXW_NO_ERROR && i < t->n_columns; i++)
        if (cells[i].state == ANSWER_GIVEN)
            error = put_cell(w, (lxw_row_t)w->n_rows, i, &cells[i]);
        else if (t->has_codes)
            error = worksheet_write_number(b->sheet, (lxw_row_t)w->n_rows, (lxw_col_t)i,
                                           (double)export_missing_name(&t->columns[i], cells[i].state), NULL);
    return error == LXW_NO_ERROR ? RC_OK : rc_set(e, RC_IO, "the workbook cannot be written: %s", lxw_strerror(error));
}

static enum rc end_xlsx(struct export_writer *w, struct rc_info *e)
{
    struct book *b = w->own;
    lxw_error error = workbook_close(b->workbook); /* frees it, too */
    b->workbook = NULL;
    return error == LXW_NO_ERROR ? RC_OK : rc_set(e, RC_IO, "\"%s\" cannot be written: %s", w->path, lxw_strerror(error));
}

static void release_xlsx(struct export_writer *w)
{
    struct book *b = w->own;
    if (b == NULL)
        return;
    if (b->workbook != NULL)
        lxw_workbook_free(b->workbook);
    buf_release(&b->text);
}

const struct export_kind_of_file export_xlsx = {begin_xlsx, row_xlsx, end_xlsx, release_xlsx};
