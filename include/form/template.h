/* template: a questionnaire to begin with, one question of every kind, as the three sheets of XLSForm.  Layer: form. */
#ifndef MINYI_FORM_TEMPLATE_H
#define MINYI_FORM_TEMPLATE_H

#include "form/sheet.h"

/* "survey", "choices", "settings", in `a`: what xlsform_read reads without a problem. */
enum rc template_sheets(struct arena *a, struct sheet out[3], struct rc_info *e) MUST_CHECK;

#endif
