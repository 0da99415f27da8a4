/* zone: the day it is in a time zone.  Layer 0 (base).  Any thread: the process's own TZ is not touched. */
#ifndef MINYI_BASE_ZONE_H
#define MINYI_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Seconds east of UTC at `at`, by a TZif file (RFC 8536) of `len` bytes; after its last change, what that left.
 * False: not such a file. */
bool zone_offset(const unsigned char *file, size_t len, int64_t at, int32_t *offset_s);

/* Days since 1970-01-01 in `zone` ("Asia/Shanghai"), by the system's files under /usr/share/zoneinfo; of UTC where there is no
 * such file. Reads a file of a few KiB. */
int64_t zone_today(const char *zone, time_t now);

#endif
