/* The formats of an export behind one door. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "report/export_inner.h"

enum { BUF_MAX = 64 << 20 };

static const struct {
    const char *name;
    const struct export_kind_of_file *kind;
} formats[EXPORT_FORMATS] = {
    [EXPORT_CSV] = {"csv", &export_csv}, [EXPORT_XLSX] = {"xlsx", &export_xlsx},    [EXPORT_SAV] = {"sav", &export_sav},
    [EXPORT_DTA] = {"dta", &export_dta}, [EXPORT_JSONL] = {"jsonl", &export_jsonl}, [EXPORT_R] = {"r", NULL},
};

enum rc export_find_format(const char *name, enum export_format *out, struct rc_info *e)
{
    for (size_t i = 0; i < EXPORT_FORMATS; i++)
        if (strcmp(name, formats[i].name) == 0) {
            *out = (enum export_format)i;
            return RC_OK;
        }
    return rc_set(e, RC_USAGE, "\"%s\" is no format: csv, xlsx, sav, dta, jsonl or r", name);
}

static enum rc check(enum export_format format, const struct export_table *t, const char *path, struct rc_info *e)
{
    if (formats[format].kind == NULL)
        return rc_set(e, RC_USAGE, "the lines in R take no rows");
    if (format == EXPORT_XLSX && path == NULL)
        return rc_set(e, RC_USAGE, "a workbook cannot go to standard output: name a file");
    if (format == EXPORT_XLSX && t->n_rows > EXPORT_XLSX_ROWS_MAX)
        return rc_set(e, RC_TOOBIG, "a sheet has room for %d responses, there are %lld: take them as csv", EXPORT_XLSX_ROWS_MAX,
                      (long long)t->n_rows);
    return RC_OK;
}

enum rc export_begin(enum export_format format, const struct export_table *t, const char *path, struct arena *a,
                     struct export_writer **out, struct rc_info *e)
{
    enum rc rc = check(format, t, path, e);
    if (rc != RC_OK)
        return rc;
    struct export_writer *w = arena_alloc(a, sizeof *w);
    if (w == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the export");
    w->kind = formats[format].kind;
    w->table = t;
    w->arena = a;
    w->path = path;
    w->is_stdout = path == NULL;
    buf_init(&w->buf, BUF_MAX);
    if (format != EXPORT_XLSX) {
        w->file = path == NULL ? stdout : fopen(path, "we");
        if (w->file == NULL)
            rc = rc_set(e, RC_IO, "\"%s\" cannot be written: %s", path, strerror(errno));
    }
    if (rc == RC_OK)
        rc = w->kind->begin(w, e);
    if (rc != RC_OK) {
        export_abandon(w);
        return rc;
    }
    *out = w;
    return RC_OK;
}

enum rc export_row(struct export_writer *w, const struct export_cell *cells, struct rc_info *e)
{
    if (w->n_rows == w->table->n_rows)
        return rc_set(e, RC_INPUT, "more rows than the %lld that were announced", (long long)w->table->n_rows);
    w->n_rows++;
    return w->kind->row(w, cells, e);
}

int64_t export_n_cut(const struct export_writer *w)
{
    return w->n_cut;
}

enum rc export_end(struct export_writer *w, struct rc_info *e)
{
    enum rc rc = RC_OK;
    if (w->n_rows != w->table->n_rows)
        rc = rc_set(e, RC_INPUT, "%lld rows were written, %lld were announced", (long long)w->n_rows, (long long)w->table->n_rows);
    if (rc == RC_OK)
        rc = w->kind->end(w, e);
    if (rc == RC_OK && w->file != NULL && (fflush(w->file) != 0 || (!w->is_stdout && fsync(fileno(w->file)) != 0)))
        rc = rc_set(e, RC_IO, "the export cannot be written: %s", strerror(errno));
    export_abandon(w);
    return rc;
}

void export_abandon(struct export_writer *w)
{
    if (w == NULL)
        return;
    w->kind->release(w);
    if (w->file != NULL && !w->is_stdout)
        (void)fclose(w->file);
    buf_release(&w->buf);
}

enum rc export_flush(struct export_writer *w, struct rc_info *e)
{
    if (!buf_ok(&w->buf))
        return rc_set(e, RC_NOMEM, "no memory for a row of the export");
    if (w->buf.len > 0 && fwrite(w->buf.p, 1, w->buf.len, w->file) != w->buf.len)
        return rc_set(e, RC_IO, "the export cannot be written: %s", strerror(errno));
    buf_reset(&w->buf);
    return RC_OK;
}

void export_cut(const char *s, size_t max, char *out)
{
    size_t len = strnlen(s, max + 1);
    if (len > max)
        for (len = max; len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80; len--)
            ;
    memcpy(out, s, len);
    out[len] = '\0';
}

/* Civil from days, proleptic Gregorian (H. Hinnant, "chrono-compatible low-level date algorithms", 2013). */
void export_day(int64_t day, char out[16])
{
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9, y = yoe + era * 400 + (m <= 2);
    (void)snprintf(out, 16, "%04d-%02d-%02d", (int)(y % 10000), (int)m, (int)d);
}

void export_time(int64_t minutes, char out[16])
{
    (void)snprintf(out, 16, "%02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
}
