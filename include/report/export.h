/* export: a version's responses, one row each, for people who go on with other programs.  Layer: report (uses form).
 * A row holds the day of the opening and the answers, never a hash. It is read from a ballot's codes and goes
 * straight into the file: memory does not grow with the rows (Excel's workbook is kept in a temporary file).
 *
 * What is missing:
 *   csv, xlsx  an empty cell, whether the question was not asked or skipped; with codes the numbers of sav in its place.
 *              Don't know is a choice like any other
 *   jsonl      not asked: no member of that name; skipped: null
 *   sav        user-missing values with labels: -9 not asked, -8 skipped, and the choices that mean don't know. In
 *              whole numbers that may be negative and in decimals -999999999999999 and -999999999999998
 *   dta        extended missing values with labels: .a not asked, .b skipped, .c and on the don't knows
 * Choices in sav and dta have their names as values where these are whole numbers from 0 to 999999, else 1, 2, ...
 * Don't knows, which do not count in this, have -10, -11, ... in sav (a single one that is called by a number, that). */
#ifndef MINYI_REPORT_EXPORT_H
#define MINYI_REPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "form/answers.h"
#include "report/margins.h"

enum export_format { EXPORT_CSV, EXPORT_XLSX, EXPORT_SAV, EXPORT_DTA, EXPORT_JSONL, EXPORT_R, EXPORT_FORMATS };
enum { EXPORT_COLUMNS_MAX = 16384, EXPORT_NAME_MAX = 32, EXPORT_XLSX_ROWS_MAX = 1048575, EXPORT_FIRST_DONT_KNOW = -10,
       EXPORT_STATA_TEXT_MAX = 2045 };

enum { EXPORT_NOT_ASKED = -9, EXPORT_SKIPPED = -8 };
#define EXPORT_FAR_NOT_ASKED INT64_C(-999999999999999)
#define EXPORT_FAR_SKIPPED INT64_C(-999999999999998)

enum export_kind { EXPORT_CHOICE, EXPORT_TICK, EXPORT_PLACE, EXPORT_INTEGER, EXPORT_DECIMAL, EXPORT_DATE, EXPORT_TIME, EXPORT_TEXT };

struct export_column {
    const char *name;  /* "q1"; "q2/choice" where a question has a column for each choice; "_opened_on", "_fast" */
    const char *short_name; /* for sav and dta: [A-Za-z][A-Za-z0-9_]{0,31}, unique without regard to case */
    const char *label; /* in the language of the table */
    enum export_kind kind;
    size_t node, part; /* index of the question, SIZE_MAX for a column beginning with '_'; choice where there is a column for each */
    const struct form_choices *choices; /* EXPORT_CHOICE */
    const int32_t *values;              /* EXPORT_CHOICE: the number of each choice in sav and dta */
    bool has_far_names, has_far_values; /* see export_missing_name */
};

struct export_words {
    const char *not_asked, *skipped, *yes, *no, *opened_on, *fast;
};

struct export_table {
    const struct form *form;
    size_t lang; /* of the form's */
    const char *title;
    struct export_words words;
    size_t n_columns;
    const struct export_column *columns;
    int64_t n_rows; /* how many there will be */
    bool has_comments;
    bool is_labelled; /* csv and xlsx: labels of choices in place of their names */
    bool has_bom;     /* csv */
    bool has_codes;   /* csv, xlsx and the lines in R: export_missing_name in place of empty cells */
};

struct export_cell {
    enum answer_state state;
    int64_t number; /* choice; 0 or 1; place; integer; days since 1970-01-01; minutes of the day */
    double decimal;
    const char *text; /* not ended by NUL */
    size_t text_len;
};

/* One comment of a response. */
struct export_comment {
    size_t node;
    const char *text;
    size_t len;
};

/* The columns, in the order of the form, in `a`. RC_OK; RC_TOOBIG: more than EXPORT_COLUMNS_MAX; RC_NOMEM. */
enum rc export_columns(struct export_table *t, struct arena *a, struct rc_info *e) MUST_CHECK;

/* One response's cells, t->n_columns of them; `a` is for this row. `day` in days since 1970-01-01.
 * RC_INPUT: the codes are not of this form. */
enum rc export_cells(const struct export_table *t, const unsigned char *codes, size_t len, int64_t day,
                     const struct export_comment *comments, size_t n_comments, struct arena *a, struct export_cell *cells,
                     struct rc_info *e) MUST_CHECK;

/* The number for a missing answer: EXPORT_NOT_ASKED or EXPORT_SKIPPED, or the far ones where
 * answers are as small: decimals, integers, and choices called by such numbers where names are written (csv, xlsx), not
 * values (sav). `state` is not ANSWER_GIVEN. */
int64_t export_missing_name(const struct export_column *c, enum answer_state state);
int64_t export_missing_value(const struct export_column *c, enum answer_state state);

/* The codebook as CSV: a row for each column, or for each of its values, missing ones behind the others. Its columns:
 * variable, label, type, value, value_label, missing ("", dont_know, not_asked or skipped). */
void export_codebook_csv(const struct export_table *t, struct buf *out);

/* RC_OK and *out for "csv", "xlsx", "sav", "dta", "jsonl", "r"; RC_USAGE. */
enum rc export_find_format(const char *name, enum export_format *out, struct rc_info *e) MUST_CHECK;

struct export_writer;

/* Begin a file at `path`, which is replaced; NULL: standard output (not for xlsx). The writer is in `a`. EXPORT_R
 * takes no rows: see export_r. RC_OK; RC_USAGE (xlsx on standard output); RC_TOOBIG (more rows than a sheet has); RC_IO; RC_NOMEM. */
enum rc export_begin(enum export_format format, const struct export_table *t, const char *path, struct arena *a,
                     struct export_writer **out, struct rc_info *e) MUST_CHECK;
enum rc export_row(struct export_writer *w, const struct export_cell *cells, struct rc_info *e) MUST_CHECK;
/* How many texts were cut so far: dta has room for EXPORT_STATA_TEXT_MAX bytes of one (longer ones stand behind its rows,
 * and their length is announced before the first row). */
int64_t export_n_cut(const struct export_writer *w);
/* Finish; the writer is gone. RC_INPUT: not as many rows as were announced. Everything is on its way to the disk. */
enum rc export_end(struct export_writer *w, struct rc_info *e) MUST_CHECK;
/* Give up without finishing; NULL is nothing. */
void export_abandon(struct export_writer *w);

/* The lines in R that read `csv` (names of choices, not labels) and set up the design, raked where `m` is not NULL. */
void export_r(const struct export_table *t, const struct margins *m, const char *csv, struct buf *out);

/* "2013-12-31" and "09:05", with a NUL; days since 1970-01-01 in 0001..9999. */
void export_day(int64_t day, char out[16]);
void export_time(int64_t minutes, char out[16]);

#endif
