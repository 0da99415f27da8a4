#include "stats/chisq.h"

#include <math.h>

#include "stats/special.h"

/* Sums of one line of the table. */
static double line_sum(const double *count, size_t n, size_t step)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += count[i * step];
    return sum;
}

/* Lines that hold anything. */
static size_t used_lines(const double *count, size_t n_lines, size_t to_next, size_t n, size_t step)
{
    size_t used = 0;
    for (size_t i = 0; i < n_lines; i++)
        used += line_sum(count + i * to_next, n, step) > 0;
    return used;
}

/* In R's chisq.test the correction is one number for the whole 2 x 2 table: all |O - E| are equal. */
static void add_cell(struct chisq *c, double observed, double expected, bool is_corrected)
{
    double miss = fabs(observed - expected);
    if (is_corrected)
        miss -= fmin(0.5, miss);
    c->chisq += miss * miss / expected;
    if (expected < c->min_expected)
        c->min_expected = expected;
}

struct chisq chisq_pearson(const double *count, size_t n_r, size_t n_c, bool is_yates)
{
    struct chisq c = {.n = line_sum(count, n_r * n_c, 1), .min_expected = INFINITY};
    size_t rows = used_lines(count, n_r, n_c, n_c, 1), columns = used_lines(count, n_c, 1, n_r, n_c);
    if (rows < 2 || columns < 2)
        return (struct chisq){.state = c.n > 0 ? STATS_FLAT_TABLE : STATS_NO_ANSWERS, .n = c.n};
    bool is_corrected = is_yates && rows == 2 && columns == 2;
    for (size_t i = 0; i < n_r; i++) {
        double row = line_sum(count + i * n_c, n_c, 1);
        for (size_t j = 0; j < n_c && row > 0; j++) {
            double column = line_sum(count + j, n_r, n_c);
            if (column > 0)
                add_cell(&c, count[i * n_c + j], row * column / c.n, is_corrected);
        }
    }
    c.df = (double)((rows - 1) * (columns - 1));
    c.p_value = special_chisq_upper(c.chisq, c.df);
    c.cramers_v = sqrt(c.chisq / c.n / (double)((rows < columns ? rows : columns) - 1));
    return c;
}
