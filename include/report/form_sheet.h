/* form_sheet: a questionnaire to be filled in with a pen, as one HTML file that prints on A4.  Layer: report.
 * Whoever keys the answers in later finds the survey's name and version at the foot of each page. */
#ifndef MINYI_REPORT_FORM_SHEET_H
#define MINYI_REPORT_FORM_SHEET_H

#include "base/buf.h"
#include "base/rc.h"
#include "form/form.h"

/* The text for a key of the catalogue, in the language of the sheet. */
typedef const char *form_sheet_text(const void *ctx, const char *key);

struct form_sheet {
    const struct form *form;
    size_t flang;          /* language of the questions */
    const char *lang, *dir;
    int64_t version_id;
    form_sheet_text *text;
    const void *ctx;
};

/* RC_OK, RC_NOMEM. */
enum rc form_sheet_html(struct buf *out, const struct form_sheet *s, struct rc_info *e) MUST_CHECK;

#endif
