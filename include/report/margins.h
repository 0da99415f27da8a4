/* margins: the population that the ballots of a survey are weighted to.  Layer: report (uses form).
 * A margin is a profile question with the population of each of its choices, in people or in any unit
 * that is the same for all of them. Choices without one ("rather not say") are no answer to the margin. */
#ifndef MINYI_REPORT_MARGINS_H
#define MINYI_REPORT_MARGINS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "form/form.h"
#include "form/sheet.h"

struct margin_of {
    size_t node;
    double *population; /* by choice of the node; 0: none */
};

struct margins {
    const char *as_of, *source; /* "2013-12-31"; who published it. "" where unknown */
    double total;               /* of each margin; they agree to 1e-6 */
    size_t n;
    struct margin_of items[FORM_MARGINS_MAX];
};

/* From a CSV with the columns variable, category, population. RC_OK; RC_INPUT with "file:row: reason": an
 * unknown question or choice, one that is not a profile question of one choice, a population that is not a
 * number above 0, a row twice, margins whose totals differ; RC_NOMEM. */
enum rc margins_from_sheet(const struct sheet *s, const struct form *f, struct arena *a, struct margins *out,
                           struct rc_info *e) MUST_CHECK;

/* As core.margins keeps it, without as_of and source, and back for a form that may have changed since.
 * RC_INPUT: the form has not all of these questions and choices (any more). */
enum rc margins_to_json(const struct margins *m, const struct form *f, struct buf *out, struct rc_info *e) MUST_CHECK;
enum rc margins_from_json(const char *json, size_t len, const struct form *f, struct arena *a, struct margins *out,
                          struct rc_info *e) MUST_CHECK;

#endif
