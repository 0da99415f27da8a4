/* phrases: messages of programs in a reader's language, by their patterns.  Layer: web.
 * One file per language in html/problems/ ("zh.txt"): "pattern => translation" with places {1}, {2}, ... on both sides; '#'
 * comments. The first pattern that fits counts. What stands in a place may be a message itself, and is translated, too. */
#ifndef MINYI_WEB_PHRASES_H
#define MINYI_WEB_PHRASES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"

struct phrases;

/* Every .txt file of html/problems. RC_OK; RC_INPUT (file:line: what is wrong); RC_IO; RC_NOMEM. */
enum rc phrases_load(const char *html_dir, struct arena *a, struct phrases **out, struct rc_info *e) MUST_CHECK;

/* Append text[0..len) in the language, or as it is where no pattern fits or the language has no file. True: a pattern fitted. */
bool phrases_put(const struct phrases *p, const char *lang, const char *text, size_t len, struct buf *out);

#endif
