/* figures: from the counts of a survey version to its publication.  Layer: report (uses form and
 * stats).  Pure: the same counts give the same publication. */
#ifndef MINYI_REPORT_FIGURES_H
#define MINYI_REPORT_FIGURES_H

#include "report/estimates.h"
#include "report/margins.h"
#include "report/publication.h"

/* A table's row with fewer valid answers is not published (the demonstration excepted). */
enum { FIGURES_ROW_MIN = 30 };

/* The ballots of one version in one wave. */
struct figures_wave {
    const char *first_day;
    int32_t first, last; /* its days, since 2000-01-01 */
    int32_t last_opening; /* of this version in it; <= last; 0: none */
    int64_t n_ballots;
    const int64_t *counts; /* form->n_slots */
};
/* Another version in which a question means the same. */
struct figures_alike {
    int64_t version_no;
    const char *question;
};

/* What the cells of one version add up to. */
struct figures_input {
    const struct form *form;
    int64_t version_no;
    int64_t n_ballots;
    const int64_t *counts; /* form->n_slots sums, in slot order (see form_node.slot) */
    int32_t first_opening;            /* of the version, since 2000-01-01: for disclosure */
    const char *first_day, *last_day; /* of the openings, "YYYY-MM-DD" or "" */
    size_t n_cells;                   /* what `counts` is the sum of; 0: no groups and no weights are made */
    const struct figures_cell *cells;
    const struct margins *margins;    /* NULL: the survey has none */
    size_t n_waves, n_alike;          /* for disclosure: figures_make does not look at them */
    const struct figures_wave *waves;
    const struct figures_alike *alike;
    bool is_part;                     /* of the ballots, a wave: questions and weights alone */
};

/* Make the publication in `a`; it points into the form and the input, which must outlive it.
 * Shares are count / n with n = answered minus don't know; 95% Wilson intervals only for a random
 * sample. Five-point items get top-two, neutral and bottom-two. A question below the row minimum is
 * suppressed: it keeps its name and choices and no number.
 * RC_OK; RC_INPUT (counts that no set of ballots can give: the cells are damaged); RC_NOMEM. */
enum rc figures_make(const struct figures_input *in, struct arena *a, struct publication *out,
                     struct rc_info *e) MUST_CHECK;

#endif
