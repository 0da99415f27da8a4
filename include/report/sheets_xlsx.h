/* sheets_xlsx: plain sheets as an Excel workbook, through libxlsxwriter.  Layer: report (uses form/sheet). */
#ifndef MINYI_REPORT_SHEETS_XLSX_H
#define MINYI_REPORT_SHEETS_XLSX_H

#include "base/rc.h"
#include "form/sheet.h"

/* What is to be said of a column, as a comment on its head; NULL: nothing. */
typedef const char *sheets_note_fn(void *ctx, const char *sheet, const char *head);

/* Write `n` sheets to `path`, every cell as text, the header row in bold and frozen. `note` may be NULL. RC_OK, RC_IO, RC_NOMEM. */
enum rc sheets_to_xlsx(const struct sheet *sheets, size_t n, sheets_note_fn *note, void *ctx, const char *path, struct rc_info *e) MUST_CHECK;

#endif
