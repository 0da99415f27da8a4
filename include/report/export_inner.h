/* export_inner: what the writers of exports share.  Layer: report.  Not for others. */
#ifndef MINYI_REPORT_EXPORT_INNER_H
#define MINYI_REPORT_EXPORT_INNER_H

#include <stdio.h>

#include "report/export.h"

/* A format: anything but RC_OK from begin leaves nothing to free but by `release`. */
struct export_kind_of_file {
    enum rc (*begin)(struct export_writer *w, struct rc_info *e);
    enum rc (*row)(struct export_writer *w, const struct export_cell *cells, struct rc_info *e);
    enum rc (*end)(struct export_writer *w, struct rc_info *e);
    void (*release)(struct export_writer *w);
};
extern const struct export_kind_of_file export_csv, export_jsonl, export_xlsx, export_sav, export_dta;

struct export_writer {
    const struct export_kind_of_file *kind;
    const struct export_table *table;
    const char *path;
    FILE *file; /* NULL for xlsx, which opens the path itself */
    struct arena *arena;
    struct buf buf;
    int64_t n_rows, n_cut;
    void *own; /* the format's */
    bool is_stdout;
};

/* Write the buffer out and empty it. */
enum rc export_flush(struct export_writer *w, struct rc_info *e) MUST_CHECK;

/* A cell of a CSV file, quoted where it has to be, formulas disarmed; what names a choice, too, where it is no number. */
void export_put_csv(struct buf *b, const char *s, size_t len);
void export_put_csv_name(struct buf *b, const char *name);
/* Is a ' put before the name? */
bool export_is_disarmed(const char *name);

/* One row of the codebook; no text is NULL. */
struct export_codebook_row {
    const char *name, *label, *type, *value, *value_label, *missing;
};
typedef void export_codebook_fn(void *ctx, const struct export_codebook_row *row);
void export_codebook(const struct export_table *t, export_codebook_fn *each, void *ctx);
extern const char *const export_codebook_heads[6];

/* At most `max` bytes of `s`, cut between characters, in `out` (max + 1 bytes). */
void export_cut(const char *s, size_t max, char *out);

#endif
