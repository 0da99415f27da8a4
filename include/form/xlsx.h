/* xlsx: the three sheets of an XLSForm out of an Excel workbook (ECMA-376, SpreadsheetML), as Excel, WPS and
 * LibreOffice write it.  Layer: form (uses libzip and expat).
 *
 * What comes from outside is hostile: sizes are limited while unpacking, whatever the archive claims; a
 * document type (and with it every entity) is refused; nothing but the parts named below is looked at. */
#ifndef MINYI_FORM_XLSX_H
#define MINYI_FORM_XLSX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"
#include "form/sheet.h"

enum {
    XLSX_BYTES_MAX = 4 << 20,       /* of the file */
    XLSX_PART_MAX = 16 << 20,       /* of one part, unpacked */
    XLSX_ENTRIES_MAX = 1000,        /* of the archive */
    XLSX_STRINGS_MAX = 200000       /* shared strings */
};

enum xlsx_which { XLSX_SURVEY, XLSX_CHOICES, XLSX_SETTINGS, XLSX_SHEETS };

struct xlsx_book {
    struct sheet sheets[XLSX_SHEETS]; /* named "survey", "choices", "settings"; row i + 2 of the file is row i */
    bool is_there[XLSX_SHEETS];
    size_t n_others; /* sheets that are none of these */
};

/* True when the bytes begin as an archive does. */
bool xlsx_is(const char *p, size_t len);

/* Read the sheets "survey", "choices" and "settings" (in any case), at most `max_rows` rows each, into `a`.
 * RC_OK (a sheet may be missing); RC_INPUT (not a workbook; a cell that is an error or not text, with
 * "sheet:row: reason"); RC_TOOBIG; RC_NOMEM. */
enum rc xlsx_read(const char *p, size_t len, size_t max_rows, struct arena *a, struct xlsx_book *out,
                  struct rc_info *e) MUST_CHECK;

#endif
