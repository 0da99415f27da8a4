/* The exports for statistics programs, through ReadStat: SPSS .sav and Stata .dta. */
#include <math.h>
#include <string.h>

#include <readstat.h>

#include "report/export_inner.h"

enum {
    LABEL_MAX = 255,       /* bytes that SPSS takes; Stata takes 80 characters of a variable's */
    VALUE_LABEL_MAX = 120, /* SPSS again */
    STATA_LABEL_CHARACTERS = 80,
    TAGS = 24,             /* .c to .z */
    DAY_S = 86400,
    SPSS_EPOCH = 141428,   /* days from 1582-10-14 to 1970-01-01 */
    STATA_EPOCH = 3653,    /* days from 1960-01-01 to 1970-01-01 */
    SPSS_TEXT_MAX = 32767, /* bytes */
    CHARACTER_MAX = 4      /* bytes of one in UTF-8 */
};

struct stat_file {
    readstat_writer_t *writer;
    readstat_variable_t **variables; /* [n_columns] */
    size_t text_max;                 /* bytes of the longest text there may be */
    char *text;                      /* [text_max + 1] */
    bool is_stata;
};

static ssize_t write_data(const void *data, size_t len, void *ctx)
{
    struct export_writer *w = ctx;
    return fwrite(data, 1, len, w->file) == len ? (ssize_t)len : -1;
}

static enum rc failed(readstat_error_t error, struct rc_info *e)
{
    return rc_set(e, error == READSTAT_ERROR_MALLOC ? RC_NOMEM : RC_IO, "the export cannot be written: %s",
                  readstat_error_message(error));
}

/* ---- values ---- */

static size_t n_dont_know(const struct form_choices *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->items[i].is_dont_know;
    return n;
}

/* How many choices before `k` mean don't know. */
static size_t dont_know_before(const struct form_choices *c, size_t k)
{
    size_t n = 0;
    for (size_t i = 0; i < k; i++)
        n += c->items[i].is_dont_know;
    return n;
}

/* Stata's tag of a don't know; 0: the choice keeps its value. */
static char stata_tag(const struct form_choices *c, size_t k)
{
    size_t before = dont_know_before(c, k);
    return c->items[k].is_dont_know && before < TAGS ? (char)('c' + before) : 0;
}

static double number_of(const struct stat_file *f, const struct export_column *c, const struct export_cell *cell)
{
    if (c->kind == EXPORT_CHOICE)
        return c->values[cell->number];
    if (c->kind == EXPORT_DECIMAL)
        return cell->decimal;
    if (c->kind == EXPORT_DATE)
        return f->is_stata ? (double)(cell->number + STATA_EPOCH) : (double)(cell->number + SPSS_EPOCH) * DAY_S;
    if (c->kind == EXPORT_TIME)
        return (double)cell->number * (f->is_stata ? 60000 : 60);
    return (double)cell->number;
}

/* ---- the dictionary ---- */

static void label_choices(const struct stat_file *f, const struct export_table *t, const struct export_column *c,
                          readstat_label_set_t *set)
{
    char text[VALUE_LABEL_MAX + 1];
    for (size_t k = 0; k < c->choices->n; k++) {
        char tag = f->is_stata ? stata_tag(c->choices, k) : 0;
        export_cut(form_text(&c->choices->items[k].label, t->lang), VALUE_LABEL_MAX, text);
        if (tag != 0)
            readstat_label_tagged_value(set, tag, text);
        else
            readstat_label_double_value(set, c->values[k], text);
    }
}

static void label_missing(const struct stat_file *f, const struct export_table *t, const struct export_column *c,
                          readstat_label_set_t *set)
{
    if (f->is_stata) {
        readstat_label_tagged_value(set, 'a', t->words.not_asked);
        readstat_label_tagged_value(set, 'b', t->words.skipped);
        return;
    }
    readstat_label_double_value(set, (double)export_missing_value(c, ANSWER_NOT_ASKED), t->words.not_asked);
    readstat_label_double_value(set, (double)export_missing_value(c, ANSWER_SKIPPED), t->words.skipped);
}

/* SPSS takes three single values, or a range. */
static void declare_missing(const struct export_column *c, readstat_variable_t *v)
{
    size_t n = c->kind == EXPORT_CHOICE ? n_dont_know(c->choices) : 0;
    if (n > 1) {
        (void)readstat_variable_add_missing_double_range(v, EXPORT_FIRST_DONT_KNOW - (double)(n - 1), EXPORT_SKIPPED);
        return;
    }
    (void)readstat_variable_add_missing_double_value(v, (double)export_missing_value(c, ANSWER_NOT_ASKED));
    (void)readstat_variable_add_missing_double_value(v, (double)export_missing_value(c, ANSWER_SKIPPED));
    for (size_t k = 0; n == 1 && k < c->choices->n; k++)
        if (c->choices->items[k].is_dont_know)
            (void)readstat_variable_add_missing_double_value(v, c->values[k]);
}

static const char *format_of(const struct stat_file *f, enum export_kind kind)
{
    if (kind == EXPORT_DATE)
        return f->is_stata ? "%td" : "SDATE10";
    if (kind == EXPORT_TIME)
        return f->is_stata ? "%tcHH:MM" : "TIME5";
    if (kind == EXPORT_DECIMAL)
        return f->is_stata ? "%16.0g" : "F16.4";
    return f->is_stata ? "%12.0g" : "F16.0";
}

/* Stata counts the characters of a label, SPSS its bytes. */
static void cut_label(const struct stat_file *f, const char *s, char out[LABEL_MAX + 1])
{
    size_t n = 0;
    export_cut(s, LABEL_MAX, out);
    for (char *p = out; f->is_stata && *p != '\0'; p++)
        if (((unsigned char)*p & 0xc0) != 0x80 && ++n > STATA_LABEL_CHARACTERS) {
            *p = '\0';
            return;
        }
}

static bool add_number(const struct stat_file *f, const struct export_table *t, const struct export_column *c,
                       readstat_variable_t *v)
{
    readstat_label_set_t *set = NULL;
    readstat_variable_set_format(v, format_of(f, c->kind));
    readstat_variable_set_measure(v, c->kind == EXPORT_CHOICE || c->kind == EXPORT_TICK ? READSTAT_MEASURE_NOMINAL
                                                                                         : READSTAT_MEASURE_SCALE);
    if (c->node == SIZE_MAX && c->kind == EXPORT_DATE)
        return true; /* every response has one */
    set = readstat_add_label_set(f->writer, READSTAT_TYPE_DOUBLE, c->short_name);
    if (set == NULL)
        return false;
    if (c->kind == EXPORT_CHOICE)
        label_choices(f, t, c, set);
    if (c->kind == EXPORT_TICK) {
        readstat_label_double_value(set, 0, t->words.no);
        readstat_label_double_value(set, 1, t->words.yes);
    }
    label_missing(f, t, c, set);
    readstat_variable_set_label_set(v, set);
    if (!f->is_stata)
        declare_missing(c, v);
    return true;
}

static bool add_column(struct stat_file *f, const struct export_table *t, size_t i)
{
    const struct export_column *c = &t->columns[i];
    char label[LABEL_MAX + 1];
    size_t width = 0;
    if (c->kind == EXPORT_TEXT) {
        int64_t characters = t->form->nodes[c->node].max;
        width = characters > 0 && characters < FORM_TEXT_MAX ? (size_t)characters * CHARACTER_MAX : FORM_TEXT_MAX * CHARACTER_MAX;
        size_t most = f->is_stata ? EXPORT_STATA_TEXT_MAX : SPSS_TEXT_MAX;
        width = width < most ? width : most;
        f->text_max = width > f->text_max ? width : f->text_max;
    }
    readstat_variable_t *v = readstat_add_variable(
        f->writer, c->short_name, c->kind == EXPORT_TEXT ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE, width);
    if (v == NULL)
        return false;
    cut_label(f, c->label, label);
    readstat_variable_set_label(v, label);
    f->variables[i] = v;
    return c->kind == EXPORT_TEXT || add_number(f, t, c, v);
}

static enum rc begin(struct export_writer *w, bool is_stata, struct rc_info *e)
{
    const struct export_table *t = w->table;
    char title[65]; /* what SPSS takes, and a NUL */
    struct stat_file *f = arena_alloc(w->arena, sizeof *f);
    w->own = f;
    if (f == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the export");
    f->is_stata = is_stata;
    f->writer = readstat_writer_init();
    f->variables = arena_array(w->arena, t->n_columns, sizeof *f->variables);
    bool is_good = f->writer != NULL && f->variables != NULL;
    for (size_t i = 0; is_good && i < t->n_columns; i++)
        is_good = add_column(f, t, i);
    f->text = is_good ? arena_alloc(w->arena, f->text_max + 1) : NULL;
    if (f->text == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the export");
    (void)readstat_set_data_writer(f->writer, write_data);
    export_cut(t->title, sizeof title - 1, title);
    (void)readstat_writer_set_file_label(f->writer, title);
    if (!is_stata)
        (void)readstat_writer_set_compression(f->writer, READSTAT_COMPRESS_ROWS);
    readstat_error_t error = is_stata ? readstat_begin_writing_dta(f->writer, w, (long)t->n_rows)
                                      : readstat_begin_writing_sav(f->writer, w, (long)t->n_rows);
    if (error == READSTAT_OK && t->n_rows == 0)
        error = readstat_validate_metadata(f->writer);
    return error == READSTAT_OK ? RC_OK : failed(error, e);
}

static enum rc begin_sav(struct export_writer *w, struct rc_info *e)
{
    return begin(w, false, e);
}

static enum rc begin_dta(struct export_writer *w, struct rc_info *e)
{
    return begin(w, true, e);
}

/* ---- rows ---- */

static readstat_error_t put_text(struct export_writer *w, readstat_variable_t *v, const struct export_cell *cell)
{
    struct stat_file *f = w->own;
    size_t len = cell->state == ANSWER_GIVEN ? cell->text_len : 0;
    if (len > readstat_variable_get_storage_width(v)) {
        if (!f->is_stata)
            return READSTAT_ERROR_STRING_VALUE_IS_TOO_LONG;
        for (len = readstat_variable_get_storage_width(v); len > 0 && ((unsigned char)cell->text[len] & 0xc0) == 0x80; len--)
            ;
        w->n_cut++;
    }
    if (len > 0)
        memcpy(f->text, cell->text, len);
    f->text[len] = '\0';
    return readstat_insert_string_value(f->writer, v, f->text);
}

static readstat_error_t put_cell(struct export_writer *w, size_t i, const struct export_cell *cell)
{
    struct stat_file *f = w->own;
    const struct export_table *t = w->table;
    const struct export_column *c = &t->columns[i];
    readstat_variable_t *v = f->variables[i];
    if (c->kind == EXPORT_TEXT)
        return put_text(w, v, cell);
    if (cell->state != ANSWER_GIVEN && f->is_stata)
        return readstat_insert_tagged_missing_value(f->writer, v, cell->state == ANSWER_SKIPPED ? 'b' : 'a');
    if (cell->state != ANSWER_GIVEN)
        return readstat_insert_double_value(f->writer, v, (double)export_missing_value(c, cell->state));
    char tag = f->is_stata && c->kind == EXPORT_CHOICE ? stata_tag(c->choices, (size_t)cell->number) : 0;
    if (tag != 0)
        return readstat_insert_tagged_missing_value(f->writer, v, tag);
    return readstat_insert_double_value(f->writer, v, number_of(f, c, cell));
}

static enum rc row_stat(struct export_writer *w, const struct export_cell *cells, struct rc_info *e)
{
    struct stat_file *f = w->own;
    readstat_error_t error = readstat_begin_row(f->writer);
    for (size_t i = 0; error == READSTAT_OK && i < w->table->n_columns; i++)
        error = put_cell(w, i, &cells[i]);
    if (error == READSTAT_OK)
        error = readstat_end_row(f->writer);
    return error == READSTAT_OK ? RC_OK : failed(error, e);
}

static enum rc end_stat(struct export_writer *w, struct rc_info *e)
{
    struct stat_file *f = w->own;
    readstat_error_t error = readstat_end_writing(f->writer);
    return error == READSTAT_OK ? RC_OK : failed(error, e);
}

static void release_stat(struct export_writer *w)
{
    struct stat_file *f = w->own;
    if (f != NULL && f->writer != NULL)
        readstat_writer_free(f->writer);
}

const struct export_kind_of_file export_sav = {begin_sav, row_stat, end_stat, release_stat};
const struct export_kind_of_file export_dta = {begin_dta, row_stat, end_stat, release_stat};
