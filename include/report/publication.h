/* publication: the figures of one survey version at one tally, as a struct and as canonical JSON.
 * Layer: report (uses base; knows no SQL, no HTTP).  The JSON is what publish.publication.body
 * holds: written by the tally, read by results. Same figures, same bytes: it holds no clock time. */
#ifndef MINYI_REPORT_PUBLICATION_H
#define MINYI_REPORT_PUBLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "form/form.h"

/* The same share of the target population: sum of weights of those who chose it / of all who answered. */
struct pub_weighted {
    double p;
    bool has_interval; /* only where the survey's sample allows it */
    double low, high;  /* 95%, logit, from the linearised variance; exact at 0% and 100% */
    double se, degf;   /* of p, for the change between waves; not written */
};

/* A share with what belongs to it. When `n` (the denominator) is 0 there is no share. */
struct pub_share {
    int64_t count;
    double p;          /* count / n, 0..1 */
    bool has_interval; /* only where the survey's sample allows it */
    double low, high;  /* 95% Wilson */
    bool is_weighted;  /* where the survey has weights */
    struct pub_weighted weighted;
    bool is_unreliable; /* by the rules of the NCHS (2017), see estimates.h; random samples only */
};

struct pub_option {
    const char *name;
    struct form_label label;
    struct pub_share share;
    bool is_dont_know; /* counted apart: share.p is not computed */
};

struct pub_question {
    const char *name;
    enum form_type type;
    struct form_label label;
    bool is_likert, is_profile;
    int64_t n;         /* valid answers: the denominator (don't know is not in it) */
    int64_t n_not_asked, n_skipped, n_dont_know;
    const char *as_of; /* day of the tally whose counts these are, where rows wait for a change; or NULL */
    bool is_collapsed; /* too few answers for five options: the boxes alone hold numbers */
    bool is_suppressed; /* below the row threshold: options hold no numbers */
    size_t n_options;
    const struct pub_option *options; /* closed questions */
    bool has_boxes; /* is_likert with five points whose names are "1" to "5", in any order: 5 is the
                       highest, so 4 and 5 are the top two, 3 is neutral, 1 and 2 the bottom two */
    struct pub_share top2, neutral, bottom2;
};

/* How the ballots were weighted to the target population, or why they were not. */
struct pub_weights {
    bool is_weighted;
    const char *why;   /* where not: "no_margins", "incomplete" (too many ballots lack an answer to a
                          margin), or a reason of weights_rake: "empty_cell", "no_convergence"...; or
                          "disclosure": rounded figures have no weighted ones beside them */
    const char *as_of, *source; /* of the margins; "" where there are none */
    double population;
    int64_t n_incomplete; /* ballots that lack an answer to at least one margin */
    int64_t iterations;
    double n_eff, kish_deff, min, max; /* of the weights; smallest and largest as multiples of the mean */
    size_t n_margins;
    size_t margins[FORM_MARGINS_MAX]; /* questions, as indexes of `questions` */
};

/* A five-point question among the ballots of one level of a grouping question. */
struct pub_item {
    size_t question; /* index of `questions` */
    bool is_suppressed; /* below the row threshold: no numbers */
    int64_t n;
    const char *as_of; /* as of a question */
    struct pub_share top2, neutral, bottom2;
};

struct pub_level { /* an option of the grouping question, in their order; don't know is left out */
    size_t option;
    bool is_suppressed;
    int64_t n_ballots;
    const struct pub_item *items; /* n_items of the group */
};

/* Levels put together: regions in place of provinces. */
struct pub_wider {
    const char *name;
    struct form_label label;
    struct pub_level level; /* its option says nothing */
};

struct pub_group {
    size_t question; /* the grouping question: of the profile, one choice */
    size_t n_levels, n_items;
    const struct pub_level *levels;
    /* Where the choices name wider groups: an item has its figures by levels or, where too many of these are
     * suppressed, by wider groups; see publication_is_wider. */
    size_t n_wider;
    const struct pub_wider *wider;
};

/* A table shows a question by its columns: its options in their order, "don't know" left out; or, where
 * `is_boxes`, the top two, neutral and bottom two of a five-point question. A row is a part of the ballots. */
struct pub_row {
    bool is_suppressed; /* below the row threshold: no numbers */
    bool is_boxes;      /* too few answers for five options: top two, neutral, bottom two (of a crossing) */
    int64_t n;
    const char *as_of;  /* as of a question */
    const struct pub_share *shares; /* one per column, or PUB_BOXES */
};

/* Two questions crossed: a row per option of one, "don't know" left out, columns of the other. */
struct pub_cross {
    size_t row, column; /* indexes of `questions` */
    size_t n_rows, n_columns;
    const struct pub_row *rows;
    bool has_test;      /* independence; only where the sample allows it; of the counts shown */
    bool is_rao_scott;  /* F of Rao and Scott, from weighted shares; else Pearson's chi-square */
    double statistic, df, ddf, p_value; /* ddf: of F alone */
};

/* Ballots with the same answer to all items of a grid, and its figures without them. */
struct pub_grid {
    size_t n_items;
    const size_t *items;      /* indexes of `questions`: five-point ones */
    struct pub_row straight;  /* n: of the most answered item; one share */
    const struct pub_row *without; /* one per item, three boxes each */
};

/* Ballots sent within the survey's fast_seconds, and its five-point questions without them. */
struct pub_fast {
    int64_t seconds;     /* 0: the survey notes nothing of it, or the figures are not known; the rest is empty */
    struct pub_row fast; /* n: all ballots; one share */
    size_t n_items;
    const size_t *items;           /* indexes of `questions`: five-point ones */
    const struct pub_row *without; /* one per item, three boxes each */
};

struct pub_wave {
    const char *name, *first_day, *last_day; /* of openings, YYYY-MM-DD */
    bool is_suppressed;
    bool is_open; /* not over, and published only then: where counts are rounded */
    int64_t n_ballots;
    struct pub_weights weights;
};

/* A share less that of an earlier wave. */
struct pub_change {
    double value;
    bool has_interval; /* 95%, and the test that nothing changed; only where the sample allows it */
    double low, high, p_value;
};
struct pub_point { /* a question in a wave */
    bool is_comparable; /* the wave's ballots are of versions in which the question means the same */
    struct pub_row row;
    size_t since;       /* the wave that it is compared with; SIZE_MAX: with none */
    const struct pub_change *changes;  /* one per column */
    const struct pub_change *weighted; /* the same of weighted shares; NULL: none */
};
struct pub_trend {
    size_t question;
    bool is_boxes;
    size_t n_columns;
    const struct pub_point *points; /* one per wave */
};

struct publication {
    const char *slug;
    int64_t version_no;
    size_t n_langs;
    const char *langs[FORM_LANGS_MAX];
    struct form_label title, population, organiser;
    enum form_sample sample;
    int64_t n_ballots;
    int64_t threshold; /* rows below it are not published; 0 = off (demonstration) */
    int64_t rounding;  /* counts are rounded to multiples of it; 0 = true counts (demonstration) */
    const char *time_zone; /* of the survey's days; NULL reads as Asia/Shanghai */
    const char *first_day, *last_day; /* days of the openings, YYYY-MM-DD, "" when none */
    const char *merkle_root; /* over all responses that this tally counted, 64 hex digits; or NULL: none */
    size_t n_questions;
    const struct pub_question *questions;
    struct pub_weights weights;
    size_t n_groups;
    const struct pub_group *groups;
    size_t n_crosses, n_grids, n_waves, n_trends;
    const struct pub_cross *crosses;
    const struct pub_grid *grids;
    struct pub_fast fast;
    const struct pub_wave *waves; /* in the order of their days */
    const struct pub_trend *trends;
};

enum rc publication_to_json(const struct publication *p, struct buf *out, struct rc_info *e) MUST_CHECK;
enum rc publication_from_json(const char *json, size_t len, struct arena *a, struct publication **out,
                              struct rc_info *e) MUST_CHECK;

/* Do the wider groups stand for the levels in the table of an item? */
bool publication_is_wider(const struct pub_group *g, size_t item);

/* The option of a five-point question that is called `point`, 1 to 5. */
const struct pub_option *publication_point(const struct pub_question *q, int point);

/* How many columns a question has in a table whose columns are options, and which option a column is. */
size_t publication_columns(const struct pub_question *q);
size_t publication_column(const struct pub_question *q, size_t at);
enum { PUB_BOXES = 3 }; /* columns where they are boxes */

/* Percent text with the decimals that n carries: none under n = 1,000, one from there on: "78.9". */
void publication_percent(double p, int64_t n, char out[16]);

#endif
