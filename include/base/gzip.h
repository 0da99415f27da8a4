/* gzip: a whole compressed file in memory (RFC 1952).  Layer 0 (base).  The only reader of gzip. */
#ifndef MINYI_BASE_GZIP_H
#define MINYI_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"

/* True when the bytes begin like a gzip file. */
bool gzip_is(const char *p, size_t len) MUST_CHECK;

/* Inflate into the arena, NUL-terminated; *out_len without the NUL. Members one after the other are
 * joined. RC_OK; RC_INPUT: cut off, damaged, or followed by other bytes; RC_TOOBIG: over `max_bytes`;
 * RC_NOMEM. */
enum rc gzip_inflate(const char *p, size_t len, size_t max_bytes, struct arena *a, char **out, size_t *out_len,
                     struct rc_info *e) MUST_CHECK;

#endif
