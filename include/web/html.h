/* html: the only way to put data into a page.  Layer: web.
 * Markup as literals, data through writers named by context. Errors stick; unbalanced pages are refused. */
#ifndef MINYI_WEB_HTML_H
#define MINYI_WEB_HTML_H

#include "base/buf.h"

struct html {
    struct buf *out;
};

/* Markup: compiles for string literals only. */
#define html_lit(w, s) html_raw_((w), "" s "", sizeof("" s "") - 1)
void html_raw_(struct html *w, const char *p, size_t len);

/* Data as text (escapes & < >), as the value of a quoted attribute (and " '), as a URL component. */
void html_text(struct html *w, const char *s);
void html_text_n(struct html *w, const char *s, size_t len);
void html_attr(struct html *w, const char *s);
void html_attr_n(struct html *w, const char *s, size_t len);
void html_url(struct html *w, const char *s);
void html_int(struct html *w, long long v);
/* Text in which blank lines make paragraphs and single line ends <br>. */
void html_lines(struct html *w, const char *s);

/* False when a write failed or the tags of the page do not balance (checked over the whole output;
 * void elements and comments known). */
bool html_ok(const struct html *w) MUST_CHECK;

#endif
