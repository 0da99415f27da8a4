/* analysis: the figures of `tally analyse` as one flat list, and its three writers.  Layer: report.
 *
 * A figure's key is  target[ @ domain]/statistic , for example "q1=4 @ gender=female/proportion".
 * Figures come in tables (for the eye): consecutive figures of one table share their heading, and
 * within a table those of the same target and domain stand in one row. */
#ifndef MINYI_REPORT_ANALYSIS_H
#define MINYI_REPORT_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"

struct analysis_figure {
    const char *target;    /* "q1=4", "q1", "q1.top2", "q1*gender", "alpha(q1,q2)", "design" */
    const char *domain;    /* "gender=female", "gender:female-male", or NULL */
    const char *label;     /* what the text table calls the row; "" makes a line above the table of it */
    bool is_share;         /* proportions, and differences and errors of them: the text writes percent */
    const char *statistic; /* "proportion", "ci_logit_low", ... */
    double value;          /* finite; 0 when `reason` says why there is none */
    const char *reason;    /* NULL when the value is defined */
    size_t table;          /* index into tables */
};

struct analysis_table {
    const char *title;
    const char *column_group; /* not NULL: a grid for the eye, labels down, this variable's levels across */
};

struct analysis {
    struct arena *arena; /* holds everything below */
    struct analysis_figure *figures;
    size_t n_figures, cap_figures;
    struct analysis_table *tables;
    size_t n_tables, cap_tables;
    const char **notes; /* whole sentences: how it was weighted, what was assumed */
    size_t n_notes, cap_notes;
    double confidence; /* 0.95 */
    bool has_failed;   /* the arena was full: sticky, asked for once by analysis_ok */
};

/* The row that figures are added to. */
struct analysis_row {
    struct analysis *to;
    const char *target, *domain, *label;
    bool is_share;
};

/* Begin empty; `a` outlives the analysis. 0 < confidence < 1. */
void analysis_init(struct analysis *an, struct arena *a, double confidence);

/* Begin a table; a formatted heading. */
void analysis_table(struct analysis *an, const char *fmt, ...) PRINTF(2, 3);

/* Begin a table that the text writes as a grid: rows by label, columns by the level in the domain
 * ("group=level"), cells the column proportions. */
void analysis_grid(struct analysis *an, const char *group, const char *fmt, ...) PRINTF(3, 4);

/* Add a sentence to the notes. */
void analysis_note(struct analysis *an, const char *fmt, ...) PRINTF(2, 3);

/* Begin a row of the newest table. The strings are kept, not copied: literals or of the arena.
 * `domain` may be NULL; `label` "" for a line above the table. */
struct analysis_row analysis_row(struct analysis *an, const char *target, const char *domain, const char *label,
                                 bool is_share);

/* One figure. `statistic` and `reason` are kept, not copied. A value that is not finite is written as
 * not defined, with `reason` "not_finite". */
void analysis_value(const struct analysis_row *r, const char *statistic, double value);
void analysis_undefined(const struct analysis_row *r, const char *statistic, const char *reason);

/* True while every figure found room. */
bool analysis_ok(const struct analysis *an) MUST_CHECK;

/* [{"key": "...", "value": 0.5}, {"key": "...", "value": null, "reason": "..."}], one figure per line,
 * 17 significant digits, so that reading them gives the same doubles. */
void analysis_to_json(const struct analysis *an, struct buf *out);

/* key,value,reason with a header row; RFC 4180 with CRLF, UTF-8 with its mark, formulas disarmed. */
void analysis_to_csv(const struct analysis *an, struct buf *out);

/* Aligned tables for a terminal; a CJK character counts two columns. */
void analysis_to_text(const struct analysis *an, struct buf *out);

/* Columns that `s` (UTF-8) takes on a terminal: two for wide East Asian characters (the ranges W and F
 * of UAX 11 that occur in text), none for combining marks. */
size_t analysis_width(const char *s);

#endif
