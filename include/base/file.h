/* file: whole small files, durably.  Layer 0 (base).  Paths are made by the program, never by a user. */
#ifndef MINYI_BASE_FILE_H
#define MINYI_BASE_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/rc.h"

/* Read the file, at most `max_bytes`, into the arena, NUL-terminated; *len without the NUL.
 * RC_OK, RC_NOTFOUND, RC_TOOBIG, RC_NOMEM, RC_IO. */
enum rc file_read(const char *path, size_t max_bytes, struct arena *a, char **out, size_t *len,
                  struct rc_info *e) MUST_CHECK;

/* Put `len` bytes at dir/name: written to a temporary name, fsynced, renamed, the folder fsynced.
 * After RC_OK it survives a power cut; on RC_IO nothing of that name was changed. `mode` e.g. 0600. */
enum rc file_write_durably(const char *dir, const char *name, const void *p, size_t len,
                           unsigned mode, struct rc_info *e) MUST_CHECK;

/* Read exactly `len` bytes of secret from dir/name; where the file does not exist, make it first
 * from random bytes (0600 or 0640 as given), so that two programs starting at once agree.
 * RC_OK, RC_IO, RC_INPUT (wrong size). */
enum rc file_secret(const char *dir, const char *name, unsigned mode, unsigned char *out, size_t len,
                    struct rc_info *e) MUST_CHECK;

/* Call first in main: where descriptor 0, 1 or 2 is closed, /dev/null takes its place (the wrong way
 * round, so that using it is an error). Otherwise the next socket or file would be "stdout".
 * RC_OK, RC_IO. */
enum rc file_guard_std(struct rc_info *e) MUST_CHECK;

#endif
