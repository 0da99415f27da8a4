/* poster: an A4 sheet that asks people to a survey, as SVG.  Layer: report (uses base, report/qr).
 * Texts are plain and in one language; lengths in millimetres. Equal input gives equal bytes. */
#ifndef MINYI_REPORT_POSTER_H
#define MINYI_REPORT_POSTER_H

#include "base/buf.h"
#include "base/rc.h"

enum { POSTER_URL_MAX = 200 };

struct poster {
    const char *lang, *dir;   /* "zh-CN", "ltr" */
    const char *organiser, *title;
    const char *notice;       /* that the survey is a demonstration; "" for none */
    const char *description;  /* left out where it does not fit; "" for none */
    const char *url;          /* what the QR code holds, and is printed under it */
    const char *alt;          /* of the QR code */
    const char *scan;         /* "Scan to answer" */
    const char *voluntary;    /* one sentence */
    const char *contact;      /* "" for none */
};

/* RC_OK; RC_INPUT (the title or another line is too long for a sheet, no such address as
 * https://host/path); RC_NOMEM. */
enum rc poster_svg(struct buf *out, const struct poster *p, struct rc_info *e) MUST_CHECK;

/* For the test: break `s` into at most `max` lines of at most `width` ems; line i is s[from[i]..to[i]).
 * Gives their number, 0 when it takes more lines or one word is wider. */
size_t poster_lines(const char *s, double width, size_t max, size_t *from, size_t *to);

#endif
