#include "stats/proportion.h"

#include <assert.h>
#include <math.h>

double proportion_share(int64_t count, int64_t n)
{
    assert(n > 0 && count >= 0 && count <= n);
    return (double)count / (double)n;
}

struct interval proportion_wilson(int64_t count, int64_t n)
{
    return proportion_wilson_z(count, n, 1.959963984540054); /* the normal distribution's 0.975 quantile */
}

struct interval proportion_wilson_z(int64_t count, int64_t n, double z)
{
    assert(n > 0 && count >= 0 && count <= n && z > 0);
    double total = (double)n, hits = (double)count, misses = (double)(n - count);
    double middle = 2 * hits + z * z;
    double half = z * sqrt(z * z + 4 * hits * misses / total);
    double scale = 2 * (total + z * z);
    /* the ends are exact by algebra; rounding must not put them beside 0 and 1 */
    return (struct interval){count == 0 ? 0 : (middle - half) / scale,
                             count == n ? 1 : (middle + half) / scale};
}
