/* qr: a QR code (ISO/IEC 18004) as inline SVG.  Layer: report (uses base, libqrencode).
 * Dark modules are one path, merged along rows; the quiet zone of four modules is part of the picture, and
 * its ground is white in every colour scheme, since readers want dark on light. No id, no script, no
 * style attribute: it stands under a strict content security policy. Equal text gives equal bytes. */
#ifndef MINYI_REPORT_QR_H
#define MINYI_REPORT_QR_H

#include "base/buf.h"
#include "base/rc.h"

enum { QR_TEXT_MAX = 1000 }; /* bytes; more would be too fine for a phone's camera on paper */

/* Append the picture of `text` (UTF-8) with correction level M (15%). `alt` is what a screen reader says.
 * RC_OK; RC_INPUT (empty text); RC_TOOBIG (over QR_TEXT_MAX); RC_NOMEM. */
enum rc qr_svg(struct buf *out, const char *text, const char *alt, struct rc_info *e) MUST_CHECK;

#endif
