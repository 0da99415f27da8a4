/* published: figures that a white paper printed, beside the same figures from the data.  Layer: report.
 * The file (published.csv): key, label_zh, label_en, value, unit, comparison, note, kind; the grammar of
 * the keys is that of census_value, and survey.QUESTION.top2.share for a five-point item. */
#ifndef MINYI_REPORT_PUBLISHED_H
#define MINYI_REPORT_PUBLISHED_H

#include "report/census.h"
#include "report/publication.h"

enum { PUBLISHED_ROWS_MAX = 500 };

enum published_verdict {
    PUBLISHED_AGREES,
    PUBLISHED_DIFFERS,
    PUBLISHED_MISSING, /* the data have no such figure */
    PUBLISHED_CITED    /* quoted from a source that no data here can check */
};

struct published_row {
    const char *key, *label[2]; /* zh, en */
    const char *value, *unit, *comparison, *note;
    bool is_cited;
    enum published_verdict verdict;
    const char *computed; /* as it is printed: "78.9", "2013-05-07"; "" where there is none */
    double number;        /* in the row's unit; only where has_number */
    bool has_number;
};

struct published {
    size_t n;
    struct published_row *rows;
    size_t n_agree, n_differ, n_missing, n_cited;
};

/* Read the file and compare; the survey or the census may be NULL (its figures are missing then).
 * eq: equal once the computed figure is rounded to the decimals that were printed; gt, lt: strict; rank:
 * the place; in_top5: the place printed or a better one; dates as text.
 * RC_OK whatever the verdicts; RC_INPUT with "file:row: reason"; RC_TOOBIG; RC_NOMEM. */
enum rc published_read(const char *name, const char *csv, size_t len, const struct publication *survey,
                       const struct census_figures *census, struct arena *a, struct published *out,
                       struct rc_info *e) MUST_CHECK;

/* The row of a key, NULL where there is none. */
const struct published_row *published_find(const struct published *p, const char *key);

/* "agrees", "differs", "missing", "cited". */
const char *published_verdict_name(enum published_verdict v);

/* A line per figure for the terminal: verdict, key, published, computed. */
void published_to_text(const struct published *p, struct buf *out);

#endif
