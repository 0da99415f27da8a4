/* sheet: a CSV file as a table of cells with a header row.  Layer: form (uses libcsv). */
#ifndef MINYI_FORM_SHEET_H
#define MINYI_FORM_SHEET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"

enum { SHEET_COLS_MAX = 64, SHEET_BYTES_MAX = 1 << 20, SHEET_CELL_MAX = 8192 };

struct sheet {
    const char *name; /* for messages: "survey.csv" */
    size_t n_cols, n_rows; /* rows without the header */
    const char **head;
    const char **cells; /* row-major; never NULL; white space at both ends removed */
};

/* Read `len` bytes of CSV (RFC 4180, UTF-8, a byte-order mark is skipped). Row i of the sheet is row
 * i + 2 in a spreadsheet. RC_OK; RC_INPUT with "file:row: reason"; RC_TOOBIG; RC_NOMEM. */
enum rc sheet_read(const char *name, const char *p, size_t len, size_t max_rows, struct arena *a,
                   struct sheet *out, struct rc_info *e) MUST_CHECK;

/* Column called `head`, or SIZE_MAX. */
size_t sheet_col(const struct sheet *s, const char *head);

/* The cell, "" when `col` is SIZE_MAX. */
const char *sheet_at(const struct sheet *s, size_t row, size_t col);

#endif
