/* text: UTF-8 and numbers from outside.  Layer 0 (base).  Pure functions. */
#ifndef MINYI_BASE_TEXT_H
#define MINYI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* True when `len` bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(const char *p, size_t len) MUST_CHECK;

/* Number of code points in valid UTF-8. */
size_t text_length(const char *p, size_t len);

/* True when there is a control character other than TAB, LF and CR: C0, DEL and C1
 * (U+0080..U+009F). */
bool text_has_control(const char *p, size_t len) MUST_CHECK;

/* Parse a whole decimal integer, optional '-', no spaces, no '+', within min..max.
 * RC_OK and *out, or RC_INPUT and *out untouched. */
enum rc text_to_i64(const char *p, size_t len, int64_t min, int64_t max, int64_t *out) MUST_CHECK;

/* True when the string `s` equals the `len` bytes at `p`. */
bool text_equal(const char *s, const char *p, size_t len) MUST_CHECK;

/* True for a slug: 1..64 of [a-z0-9-], not beginning or ending with '-'. */
bool text_is_slug(const char *p, size_t len) MUST_CHECK;

#endif
