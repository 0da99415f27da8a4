/* xlsform: read a questionnaire written as XLSForm: an Excel workbook with the sheets survey, choices and
 * settings, or a folder with survey.csv, choices.csv and settings.csv.
 * Layer: form. What it does not know it refuses by name, with file, row and column, all at once. */
#ifndef MINYI_FORM_XLSFORM_H
#define MINYI_FORM_XLSFORM_H

#include "form/form.h"

struct xlsform_files {
    const char *survey, *choices, *settings; /* contents */
    size_t survey_len, choices_len, settings_len;
};

/* Build the form, with its layout computed, in `a`. Problems are appended to `problems`, one line
 * each: "survey.csv:12:relevant: there is no question \"q_foo\" above this row"; a row is counted as a
 * spreadsheet counts it, 1 being the header. Lines with ": warning: " may be there beside RC_OK too.
 * RC_OK; RC_INPUT when there is any problem; RC_NOMEM. */
enum rc xlsform_read(const struct xlsform_files *files, struct arena *a, struct form **out,
                     struct buf *problems, struct rc_info *e) MUST_CHECK;

/* The same from the bytes of an Excel workbook: problems begin "survey:12:relevant: ...". */
enum rc xlsform_read_xlsx(const char *p, size_t len, struct arena *a, struct form **out, struct buf *problems,
                          struct rc_info *e) MUST_CHECK;

/* The same from a workbook or a folder. RC_IO, RC_NOTFOUND, RC_TOOBIG as well. */
enum rc xlsform_read_path(const char *path, struct arena *a, struct form **out, struct buf *problems,
                          struct rc_info *e) MUST_CHECK;

/* The same from a folder. RC_IO, RC_NOTFOUND, RC_TOOBIG (1 MiB a file) as well. */
enum rc xlsform_read_dir(const char *dir, struct arena *a, struct form **out, struct buf *problems,
                         struct rc_info *e) MUST_CHECK;

#endif
