/* xlsform_expr: the part of XLSForm's expressions that is known so far.  Layer: form.  Pure. */
#ifndef MINYI_FORM_XLSFORM_EXPR_H
#define MINYI_FORM_XLSFORM_EXPR_H

#include "form/form.h"

/* Parse `relevant`: one question compared with one choice (see form_relevant). The question must be
 * among f->nodes[0 .. n_nodes). RC_OK, or RC_INPUT with words for the author. */
enum rc xlsform_relevant(const char *text, const struct form *f, struct form_relevant *out, struct rc_info *e) MUST_CHECK;

/* Parse `constraint`: integer `. >= 0 and . <= 120` (either or both); text `string-length(.) <= 500`.
 * *min and *max hold the type's limits before and are narrowed. RC_OK, RC_INPUT. */
enum rc xlsform_constraint(const char *text, enum form_type type, int64_t *min, int64_t *max, struct rc_info *e) MUST_CHECK;

#endif
