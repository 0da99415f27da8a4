/* census: counts, ranks, medians and months of a full count.  Layer: stats, pure: no I/O, no memory of
 * its own, integers exact.  A register is counted, not sampled: there is no interval anywhere.
 *
 * Codes are small numbers, one per unit: 0..n_codes-1, or CENSUS_UNKNOWN where nothing was given. Days
 * count from 2000-01-01; CENSUS_NO_DAY where nothing was given. */
#ifndef MINYI_STATS_CENSUS_H
#define MINYI_STATS_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { CENSUS_CODES_MAX = 250, CENSUS_UNKNOWN = 255 };
#define CENSUS_NO_DAY INT32_MIN

/* Units per code: count[n_codes] is overwritten. Gives the units with CENSUS_UNKNOWN. Any other code
 * outside the list is a bug of the caller (asserted). */
int64_t census_tabulate(const uint8_t *code, size_t n, size_t n_codes, int64_t *count);

/* Units per pair of codes: count[n_a * n_b], row-major by a; units unknown in either are left out. */
void census_cross(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, size_t n, int64_t *count);

/* order[n_codes]: codes by falling count, ties by the code's own number. rank[code] is 1 + the number
 * of codes with a larger count (standard competition ranking: 1, 2, 2, 4); is_tied[code] tells whether
 * another code has the same count. n_codes at most CENSUS_CODES_MAX. */
void census_rank(const int64_t *count, size_t n_codes, size_t *order, int *rank, bool *is_tied);

/* Sum and median of `value` (>= 0) per code. `sorted` is workspace for n values and is overwritten.
 * The median of an even number of units is the mean of the two in the middle, so it is given twice:
 * twice_median[code] is exact. Both are 0 for a code without units. `code` NULL: all units are code 0.
 * `start` is workspace for n_codes + 1 positions. */
void census_sum_median(const int64_t *value, const uint8_t *code, size_t n, size_t n_codes, int64_t *sorted,
                       size_t *start, int64_t *sum, int64_t *twice_median);

/* first[code]: the earliest day per code, CENSUS_NO_DAY where there is none. */
void census_first_day(const int32_t *day, const uint8_t *code, size_t n, size_t n_codes, int32_t *first);

/* Units whose day is `days` or more before `as_of`; units without a day are in neither, and
 * *n_known gets the units that have one. */
int64_t census_idle(const int32_t *day, size_t n, int32_t as_of, int32_t days, int64_t *n_known);

/* Civil date (proleptic Gregorian) to days since 2000-01-01 and back: Hinnant, "chrono-compatible
 * low-level date algorithms" (2013), days_from_civil, civil_from_days. A date that does not exist
 * (2014-02-29) gives CENSUS_NO_DAY; years 1900 to 9999. */
int32_t census_day(int year, int month, int day);
void census_civil(int32_t day, int *year, int *month, int *mday);

/* "YYYY-MM-DD", exactly, to a day. RC_OK, or RC_INPUT with *out untouched. */
enum rc census_parse_day(const char *p, size_t len, int32_t *out) MUST_CHECK;
/* A day as "YYYY-MM-DD"; "" for CENSUS_NO_DAY. `out` is given back. */
const char *census_day_text(int32_t day, char out[16]);

#endif
