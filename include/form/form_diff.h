/* form_diff: what changed between two versions of a questionnaire, question by question, and what of it may stand in one
 * trend.  Layer: form.  Pure. */
#ifndef MINYI_FORM_FORM_DIFF_H
#define MINYI_FORM_FORM_DIFF_H

#include "form/form.h"

enum {
    FORM_DIFF_ADDED = 1,
    FORM_DIFF_REMOVED = 2,
    FORM_DIFF_RECODED = 4,  /* another type, or choices that are other codes: what was answered means something else */
    FORM_DIFF_REWORDED = 8, /* texts alone, in some language */
    FORM_DIFF_RULES = 16    /* who is asked, what is accepted, how it looks, the order of its choices */
};

struct form_diff_cell {
    const char *column; /* "label::en", "relevant", "choices", "choice 44 label::en"; as the sheets name them */
    const char *before, *after;
};

struct form_diff_row {
    const char *name;   /* of the question; "" for the settings */
    unsigned what;
    bool can_compare;   /* in both, closed, same type, same codes: `minyi comparable` takes it */
    size_t n_cells;
    const struct form_diff_cell *cells;
};

/* Rows of everything that differs, in the order of `after`, what is gone last; in `a`. No row: nothing differs but
 * perhaps the order of questions. RC_OK; RC_INPUT (as xlsform_to_sheets); RC_NOMEM. */
enum rc form_diff(const struct form *before, const struct form *after, struct arena *a, struct form_diff_row **out, size_t *n,
                  struct rc_info *e) MUST_CHECK;

/* May answers to the two stand in one trend: closed, the same type, the same codes with the same meaning? */
bool form_is_alike(const struct form_node *x, const struct form_node *y);

#endif
