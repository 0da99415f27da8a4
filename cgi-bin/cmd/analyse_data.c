/* tally analyse: reading the file. */
#include "cmd/analyse_data.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/progress.h"
#include "base/text.h"

enum { CHUNK_BYTES = 64 << 10, NUMBER_MAX_BYTES = 64, MARK_BYTES = 3 };

struct reading {
    struct data *d;
    data_row_fn *fn;
    void *ctx;
    size_t col;       /* of the row in hand */
    bool is_cr;       /* the line before ended with CR: an LF that comes next is the same line end */
    bool is_header;   /* the header is being read */
    bool is_over;     /* nothing more is wanted */
    enum rc rc;
    struct rc_info *e;
};

enum rc data_error(const struct data *d, const struct column *c, struct rc_info *e, const char *fmt, ...)
{
    char why[256];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    return rc_set(e, RC_INPUT, "%s:%lld:%s: %s", d->path, (long long)d->row, c != NULL ? c->name : "row", why);
}

static void stop(struct reading *r, enum rc rc)
{
    r->rc = rc;
    r->is_over = true;
}

/* ---- numbers ---- */

/* Up to 15 digits and 22 decimals: the integer and the power of ten are exact, so one division rounds
 * correctly (W. D. Clinger, 1990). */
static bool short_number(const char *p, size_t len, double *out)
{
    static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t digits = 0;
    size_t i = *p == '-' ? 1 : 0, n = 0, decimals = 0;
    bool has_point = false;
    for (; i < len; i++) {
        if (p[i] == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (p[i] < '0' || p[i] > '9')
            return false;
        digits = digits * 10 + (uint64_t)(p[i] - '0');
        decimals += has_point;
        if (++n > 15)
            return false;
    }
    *out = (double)digits / tens[decimals] * (*p == '-' ? -1 : 1);
    return n > 0;
}

bool data_number(const char *p, size_t len, double *out)
{
    char text[NUMBER_MAX_BYTES], *end = NULL;
    if (len == 0 || len >= sizeof text)
        return false;
    if (short_number(p, len, out))
        return true;
    memcpy(text, p, len);
    text[len] = '\0';
    if (strspn(text, "0123456789+-.eE") != len)
        return false; /* strtod takes "nan", "inf", hexadecimals and white space too */
    errno = 0;
    *out = strtod(text, &end);
    return end == text + len && isfinite(*out);
}

/* ---- cells ---- */

static void header_cell(struct reading *r, const char *p, size_t len)
{
    struct data *d = r->d;
    if (r->col == DATA_COLUMNS_MAX) {
        stop(r, rc_set(r->e, RC_INPUT, "%s:1: more than %d columns", d->path, DATA_COLUMNS_MAX));
        return;
    }
    const char *name = arena_memdup(d->arena, p, len);
    if (name == NULL)
        stop(r, rc_set(r->e, RC_NOMEM, "no memory for the header"));
    else if (!text_is_utf8(p, len) || text_has_control(p, len))
        stop(r, rc_set(r->e, RC_INPUT, "%s:1: the name of column %zu is not UTF-8 text", d->path, r->col + 1));
    else if (len > 0 && data_find(d, p, len) != SIZE_MAX)
        stop(r, rc_set(r->e, RC_INPUT, "%s:1:%s: two columns have this name", d->path, name));
    if (r->is_over)
        return;
    d->columns[r->col++].name = name;
    d->n_columns = r->col;
}

static void coded_cell(struct reading *r, struct column *c, const char *p, size_t len)
{
    bool is_full = false;
    size_t before = c->dict.n;
    c->code = dict_code(&c->dict, r->d->arena, p, len, &is_full);
    if (c->code != 0 && c->dict.n == before)
        return;
    r->d->n_texts += c->dict.n - before;
    if (c->code != 0 && text_is_utf8(p, len) && !text_has_control(p, len))
        return;
    stop(r, c->code != 0 ? data_error(r->d, c, r->e, "this is not UTF-8 text: save the file as UTF-8 CSV")
            : is_full    ? data_error(r->d, c, r->e, "more than %d different values to count apart: --mean takes any number of them, but not after weighting",
                               DATA_LEVELS_MAX)
                         : rc_set(r->e, RC_NOMEM, "no memory"));
}

static void on_cell(void *text, size_t len, void *ctx)
{
    struct reading *r = ctx;
    const char *p = text != NULL ? text : "";
    if (r->is_over)
        return;
    if (r->is_header) {
        if (r->fn == NULL)
            header_cell(r, p, len);
        return;
    }
    r->is_cr = false;
    if (r->col >= r->d->n_columns) {
        stop(r, data_error(r->d, NULL, r->e, "more cells than the header has columns (%zu)", r->d->n_columns));
        return;
    }
    struct column *c = &r->d->columns[r->col++];
    if (!c->is_coded && !c->is_number)
        return;
    if (len > DATA_FIELD_MAX) {
        stop(r, data_error(r->d, c, r->e, "a cell of more than %d bytes", DATA_FIELD_MAX));
        return;
    }
    c->code = 0;
    c->has_number = len > 0;
    if (len > 0 && c->is_coded)
        coded_cell(r, c, p, len);
    if (len > 0 && c->is_number && !r->is_over && !data_number(p, len, &c->number))
        stop(r, data_error(r->d, c, r->e, "\"%.*s\" is not a number", (int)(len < 40 ? len : 40), p));
}

/* `end`: the byte that ended the line, -1 at the end of the file. Empty lines count as rows of the file,
 * as a spreadsheet numbers them, and are no respondents. */
static void on_row(int end, void *ctx)
{
    struct reading *r = ctx;
    bool is_second_half = r->is_cr && end == '\n' && r->col == 0;
    r->is_cr = end == '\r';
    if (r->is_over || is_second_half)
        return;
    if (r->is_header) {
        r->is_header = false;
        r->is_over = r->fn == NULL;
    } else if (r->col == r->d->n_columns) {
        stop(r, r->fn(r->ctx, r->e));
        r->is_over = r->rc != RC_OK;
    } else if (r->col != 0) {
        stop(r, data_error(r->d, NULL, r->e, "%zu cells, where the header has %zu", r->col, r->d->n_columns));
    }
    r->d->row++;
    r->col = 0;
}

/* ---- the file ---- */

static enum rc parse(struct reading *r, FILE *file, struct csv_parser *csv, struct progress *bar)
{
    static const char mark[MARK_BYTES] = "\xef\xbb\xbf";
    static char chunk[CHUNK_BYTES];
    bool is_first = true;
    while (!r->is_over) {
        size_t len = fread(chunk, 1, sizeof chunk, file), skip = 0;
        if (len == 0)
            break;
        if (is_first && len >= MARK_BYTES && memcmp(chunk, mark, MARK_BYTES) == 0)
            skip = MARK_BYTES;
        is_first = false;
        if (csv_parse(csv, chunk + skip, len - skip, on_cell, on_row, r) != len - skip && !r->is_over)
            return rc_set(r->e, RC_INPUT, "%s:%lld: %s", r->d->path, (long long)r->d->row,
                          csv_error(csv) == CSV_EPARSE ? "a quotation mark where none may be" : "no memory");
        if (csv->entry_pos > DATA_FIELD_MAX && !r->is_over) /* the cell in hand: a quotation mark too few? */
            return rc_set(r->e, RC_INPUT, "%s:%lld: a cell of more than %d bytes", r->d->path, (long long)r->d->row,
                          DATA_FIELD_MAX);
        progress_add(bar, (int64_t)len);
    }
    if (ferror(file) != 0)
        return rc_set(r->e, RC_IO, "cannot read \"%s\": %s", r->d->path, strerror(errno));
    if (!r->is_over && csv_fini(csv, on_cell, on_row, r) != 0)
        return rc_set(r->e, RC_INPUT, "%s:%lld: a quotation mark is not closed", r->d->path, (long long)r->d->row);
    return r->rc;
}

static enum rc read_file(struct data *d, const char *what, data_row_fn *fn, void *ctx, struct rc_info *e)
{
    struct reading r = {.d = d, .fn = fn, .ctx = ctx, .is_header = true, .e = e};
    struct csv_parser csv;
    struct progress bar;
    struct stat st;
    FILE *file = fopen(d->path, "rbe");
    if (file == NULL || fstat(fileno(file), &st) != 0)
        return rc_set(e, errno == ENOENT ? RC_NOTFOUND : RC_IO, "cannot read \"%s\": %s", d->path, strerror(errno));
    if (csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
        (void)fclose(file);
        return rc_set(e, RC_NOMEM, "libcsv does not start");
    }
    d->row = 1;
    progress_begin(&bar, what, st.st_size);
    enum rc rc = parse(&r, file, &csv, &bar);
    progress_end(&bar);
    csv_free(&csv);
    (void)fclose(file);
    return rc;
}

enum rc data_open(struct data *d, const char *path, struct arena *a, struct rc_info *e)
{
    *d = (struct data){.path = path, .arena = a, .columns = arena_array(a, DATA_COLUMNS_MAX, sizeof *d->columns)};
    if (d->columns == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the columns");
    enum rc rc = read_file(d, path, NULL, NULL, e);
    if (rc == RC_OK && d->n_columns == 0)
        return rc_set(e, RC_INPUT, "%s:1: the file is empty", path);
    return rc;
}

enum rc data_read(struct data *d, const char *what, data_row_fn *fn, void *ctx, struct rc_info *e)
{
    return read_file(d, what, fn, ctx, e);
}

size_t data_find(const struct data *d, const char *name, size_t len)
{
    for (size_t c = 0; c < d->n_columns; c++)
        if (text_equal(d->columns[c].name, name, len))
            return c;
    return SIZE_MAX;
}
