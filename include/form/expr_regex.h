/* expr_regex: patterns that mean the same here and in a browser's RegExp with the flag u.  Layer: form.
 * Known: literals, . (not a line end), [a-z], [^a-z], \d \D \w \W \s \S, \n \r \t, \uXXXX, a backslash before
 * any of ^$\.*+?()[]{}|/ (and - in a class), ( ), (?: ), |, * + ? {m} {m,} {m,n} up to EXPR_REPEAT_MAX, ^ and $.
 * Refused by name: backreferences, look-around, lazy and possessive quantifiers, \b, \p, flags.
 * A group that holds |, ? or an open repeat is repeated 3 times at most: a browser, which backtracks, might not end.
 * Matching takes time in proportion to text times pattern (Thompson 1968), whatever the pattern. */
#ifndef MINYI_FORM_EXPR_REGEX_H
#define MINYI_FORM_EXPR_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"

enum {
    EXPR_PATTERN_MAX = 400, /* bytes */
    EXPR_REPEAT_MAX = 100,
    EXPR_PROGRAM_MAX = 1000 /* instructions, bounded repeats written out */
};

struct expr_regex;

/* RC_OK; RC_INPUT with words for the author; RC_TOOBIG; RC_NOMEM. The pattern is valid UTF-8. */
enum rc expr_regex_make(const char *pattern, size_t len, struct arena *a, const struct expr_regex **out,
                        struct rc_info *e) MUST_CHECK;

/* Does the whole text (valid UTF-8) match? */
bool expr_regex_matches(const struct expr_regex *r, const char *text, size_t len);

#endif
