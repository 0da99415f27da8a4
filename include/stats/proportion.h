/* proportion: shares of a whole and their intervals.  Layer: stats.  Pure functions. */
#ifndef MINYI_STATS_PROPORTION_H
#define MINYI_STATS_PROPORTION_H

#include <stdbool.h>
#include <stdint.h>

struct interval {
    double low, high; /* 0 <= low <= high <= 1 */
};

/* count / n. 0 <= count <= n, n > 0. */
double proportion_share(int64_t count, int64_t n);

/* The 95% score interval without continuity correction, for a simple random sample:
 *     (2np + z^2 -+ z sqrt(z^2 + 4npq)) / (2 (n + z^2))
 * E. B. Wilson (1927), JASA 22:209-212; written as method 3 of R. G. Newcombe (1998), Statistics in
 * Medicine 17:857-872.  z = 1.959963984540054.  At count 0 the low end is exactly 0, at count n the
 * high end is exactly 1; neither is ever [0, 0] or [1, 1].  0 <= count <= n, n > 0. */
struct interval proportion_wilson(int64_t count, int64_t n);

/* The same at another level: z is the normal quantile of 1 - (1 - level)/2, over 0. */
struct interval proportion_wilson_z(int64_t count, int64_t n, double z);

#endif
