/* markup: data into HTML and SVG of the reports.  Layer: report (uses base).
 * Markup as literals (mk_lit refuses anything else at compile time), data through mk_text and mk_attr. */
#ifndef MINYI_REPORT_MARKUP_H
#define MINYI_REPORT_MARKUP_H

#include "base/buf.h"

/* Markup: compiles for string literals only. */
#define mk_lit(out, s) buf_put((out), "" s "", sizeof("" s "") - 1)

/* Data as text between tags (escapes & < >), and as the value of a quoted attribute (and " '). */
void mk_text(struct buf *out, const char *s);
void mk_attr(struct buf *out, const char *s);

/* Write the escaped text `pattern` with each "{name}" replaced by its escaped value: pairs of name and
 * value, ended by NULL. A place without a value stays as it is. Fit for text and quoted attributes. */
void mk_fill(struct buf *out, const char *pattern, ...) __attribute__((sentinel));

/* `v` with a comma between thousands: 40,924. `out` holds 32 bytes and is given back. */
const char *mk_grouped(long long v, char out[32]);

#endif
