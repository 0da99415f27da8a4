/* wave_sheet: waves as a table: name, first_day, last_day (YYYY-MM-DD), in the order of their days.  Layer: box. */
#ifndef MINYI_BOX_WAVE_SHEET_H
#define MINYI_BOX_WAVE_SHEET_H

#include "form/sheet.h"
#include "store/wave_store.h"

/* RC_OK; RC_INPUT with "table:row:column: reason"; RC_NOMEM. */
enum rc waves_from_sheet(const struct sheet *s, struct arena *a, struct wave **out, size_t *n, struct rc_info *e) MUST_CHECK;

#endif
