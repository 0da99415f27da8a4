/* slips: invitations to be printed and cut, ten to an A4 page, as one HTML file.  Layer: report. */
#ifndef MINYI_REPORT_SLIPS_H
#define MINYI_REPORT_SLIPS_H

#include "base/buf.h"
#include "base/rc.h"

struct slips {
    const char *lang, *dir;         /* "zh-CN", "ltr" */
    const char *organiser, *title;
    const char *address;            /* of the survey: the QR code adds "#code=..." to it */
    const char *alt;                /* of the QR code */
    const char *how;                /* "Scan, or enter the code at:" */
    const char *code;               /* "Invitation code" */
    const char *secret;             /* "One code, one ballot. ..." */
};

/* Begin the file, add a slip for the code as it is shown ("ABCD-EFGH-JKMN-PQRS"), end it.
 * RC_OK; RC_INPUT, RC_TOOBIG (the address does not fit into a QR code); RC_NOMEM. */
void slips_begin(struct buf *out, const struct slips *s);
enum rc slips_add(struct buf *out, const struct slips *s, const char *code, struct rc_info *e) MUST_CHECK;
void slips_end(struct buf *out);

#endif
