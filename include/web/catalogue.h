/* catalogue: the interface's texts, one file per language in html/i18n/ ("zh.txt", "en.txt").
 * Layer: web.  Lines "key = text"; '#' comments; "{name}" is a place for a value; "\n" a line end.
 * Every language must have the same keys and the same places: checked at load. */
#ifndef MINYI_WEB_CATALOGUE_H
#define MINYI_WEB_CATALOGUE_H

#include "base/arena.h"
#include "base/rc.h"
#include "web/html.h"

enum { CATALOGUE_LANGS_MAX = 8 };

struct catalogue;

/* Load every .txt file of html/i18n. The language is the file's name; keys "lang.tag" (BCP 47 for the
 * html element, e.g. zh-CN), "lang.name" and "lang.dir" (ltr, rtl) are required. zh comes first.
 * RC_OK; RC_INPUT (file:line and what is missing); RC_IO; RC_NOMEM. */
enum rc catalogue_load(const char *html_dir, struct arena *a, struct catalogue **out, struct rc_info *e) MUST_CHECK;

size_t catalogue_langs(const struct catalogue *c, const char *const **langs);

/* The text for `key` in language number `lang`. An unknown key is a bug: gives the key itself. */
const char *tr(const struct catalogue *c, size_t lang, const char *key);

/* Write the text with its places filled: pairs of name and value (at most 8), ended by NULL. Text and
 * values are escaped so that they can stand in a text and in a quoted attribute. */
void html_tr(struct html *w, const struct catalogue *c, size_t lang, const char *key, ...)
    __attribute__((sentinel));

/* The same as plain text in the arena, for titles and other data. NULL when out of memory. */
char *tr_fill(struct arena *a, const struct catalogue *c, size_t lang, const char *key, ...)
    __attribute__((sentinel)) MUST_CHECK;

#endif
