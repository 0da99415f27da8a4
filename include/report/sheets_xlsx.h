/* sheets_xlsx: plain sheets as an Excel workbook, through libxlsxwriter.  Layer: report (uses form/sheet). */
#ifndef MINYI_REPORT_SHEETS_XLSX_H
#define MINYI_REPORT_SHEETS_XLSX_H

#include "base/rc.h"
#include "form/sheet.h"

/* Write `n` sheets to `path`, every cell as text, the header row in bold and frozen. RC_OK, RC_IO, RC_NOMEM. */
enum rc sheets_to_xlsx(const struct sheet *sheets, size_t n, const char *path, struct rc_info *e) MUST_CHECK;

#endif
