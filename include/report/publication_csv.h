/* publication_csv: what the files of the CSV writer share.  Layer: report. For them alone. */
#ifndef MINYI_REPORT_PUBLICATION_CSV_H
#define MINYI_REPORT_PUBLICATION_CSV_H

#include "report/csv.h"
#include "report/publication.h"

/* One line: a share of `n`, or a count alone where n is 0; `s` NULL: suppressed. */
void publication_csv_row(struct csv *c, const struct pub_question *q, size_t lang, const char *row, const char *row_text,
                         const struct pub_share *s, int64_t n, const char *as_of);

/* Waves, crossings, grids, fast ballots. */
void publication_csv_tables(struct csv *c, const struct publication *p, size_t lang);

#endif
