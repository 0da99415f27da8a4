/* estimates: from the cells of a survey version to shares of the population.  Layer: report (uses form,
 * stats).  A ballot's weight depends on its profile alone, so integer counts per profile give the same
 * estimates as the single answers would, with the same standard errors (a test shows it to 1e-9). */
#ifndef MINYI_REPORT_ESTIMATES_H
#define MINYI_REPORT_ESTIMATES_H

#include "report/margins.h"
#include "report/publication.h"
#include "stats/rao_scott.h"

/* One profile's counts: `profile` are its bytes in the order of the form (answers_profile), `counts` its
 * form->n_slots numbers in slot order. */
struct figures_cell {
    const unsigned char *profile;
    int64_t n;
    const int32_t *counts;
};

/* With more than this share of ballots without an answer to some margin nothing is weighted. */
#define ESTIMATES_INCOMPLETE_MAX 0.05

struct estimates;

/* Rake the ballots to the margins. RC_OK: *out is NULL where they could not be weighted; what->why says why.
 * what->margins holds nodes of the form here. All in `a`; form, cells and margins must outlive it.
 * RC_INPUT (a cell that is not of the form), RC_NOMEM. */
enum rc estimates_make(const struct form *f, const struct figures_cell *cells, size_t n_cells, const struct margins *m,
                       struct arena *a, struct estimates **out, struct pub_weights *what, struct rc_info *e) MUST_CHECK;

/* Get ready for a question, and for the levels of a grouping question (SIZE_MAX: none). `option`: of a
 * multiple choice, the one that is asked about; else SIZE_MAX. What was got ready before is gone. */
enum rc estimates_begin(struct estimates *x, size_t node, size_t option, size_t group, struct rc_info *e) MUST_CHECK;

/* Get ready for a crossing: its rows are the levels, its columns the options. */
enum rc estimates_begin_cross(struct estimates *x, const struct form_cross *c, struct rc_info *e) MUST_CHECK;
/* Of the crossing that was got ready, with n_rows and n_columns choices: the test that rows and columns are
 * independent. RC_OK; RC_TOOBIG (more than 64 of either); RC_NOMEM. */
enum rc estimates_independence(struct estimates *x, size_t n_rows, size_t n_columns, struct rao_scott *out,
                               struct rc_info *e) MUST_CHECK;

/* The share of those who chose an option with value_of[1 + option] = 1, the others 0; of a multiple choice
 * value_of is {0, 1, 0}. `level`: 0 all, or 1 + an option of the grouping question. out->p is only there
 * where *has_value. `with_interval`: the survey's sample allows it. */
enum rc estimates_share(struct estimates *x, const double *value_of, size_t level, bool with_interval, bool *has_value,
                        struct pub_weighted *out, struct rc_info *e) MUST_CHECK;

/* Give back what the last question took; NULL is allowed. */
void estimates_release(struct estimates *x);

/* J. D. Parker et al. (2017), National Center for Health Statistics Data Presentation Standards for
 * Proportions, Vital Health Stat 2(175): an exact 95% interval 0.30 wide or more, or over 0.05 and wider than
 * 1.3 times the share (or its complement's), or fewer than 30 (effective) answers. */
bool estimates_is_unreliable(int64_t count, int64_t n);

#endif
