/* csv: RFC 4180 with formulas disarmed (OWASP "CSV injection").  Layer: report. */
#ifndef MINYI_REPORT_CSV_H
#define MINYI_REPORT_CSV_H

#include <stddef.h>

#include "base/buf.h"
#include "report/publication.h"

struct csv {
    struct buf *out;
    size_t n_cells; /* of the row being written */
};

/* Begin with the UTF-8 mark that spreadsheets need in order to read Chinese. */
void csv_begin(struct csv *c, struct buf *out);

/* One cell: text (a ' is put before = + - @ TAB CR), a whole number, or ready-made digits and
 * decimal points ("78.9"; "" is an empty cell). */
void csv_text(struct csv *c, const char *s);
void csv_int(struct csv *c, long long v);
void csv_number(struct csv *c, const char *digits);
void csv_end_row(struct csv *c);

/* All figures of a publication, one row per option and box, texts in language `lang` of it. */
void publication_to_csv(const struct publication *p, size_t lang, struct buf *out);

#endif
