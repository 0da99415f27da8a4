/* report: `tally report SLUG`, the white paper of a survey and a census.  Layer: cmd.
 * Reads publications only, as the role minyi_tally. */
#ifndef MINYI_CMD_REPORT_H
#define MINYI_CMD_REPORT_H

#include "base/rc.h"

/* The whole command; argv[0] is "report". Gives the exit status: 0 done, 1 failed or a published figure
 * does not agree, 2 wrong usage. */
int report_main(int argc, char **argv) MUST_CHECK;

/* Make a PDF of dir/name.html beside it as dir/name.pdf with WeasyPrint, a child process that has
 * `deadline_ms`; `epoch_s` (seconds since 1970) is the date in the file. What was there stays until the
 * new one is whole. RC_OK; RC_NOTFOUND: there is no weasyprint; RC_IO: it failed or took too long. */
enum rc report_pdf(const char *dir, const char *name, long long epoch_s, int deadline_ms, struct rc_info *e) MUST_CHECK;

#endif
