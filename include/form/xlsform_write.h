/* xlsform_write: a version back as the sheets of an XLSForm: reading them gives the same definition, byte for
 * byte.  Layer: form.  Pure. */
#ifndef MINYI_FORM_XLSFORM_WRITE_H
#define MINYI_FORM_XLSFORM_WRITE_H

#include "form/form.h"
#include "form/sheet.h"

/* The sheets "survey", "choices" and "settings", everything in `a`. RC_OK; RC_INPUT (the version holds what a
 * sheet cannot say); RC_NOMEM. */
enum rc xlsform_to_sheets(const struct form *f, struct arena *a, struct sheet out[3], struct rc_info *e) MUST_CHECK;

/* A sheet as CSV (RFC 4180, UTF-8). Nothing is disarmed: the texts are the author's own, and must come back as
 * they were. Ask buf_ok afterwards. */
void sheet_to_csv(const struct sheet *s, struct buf *out);

#endif
