/* rao_scott: test of independence of two questions under a design.  Layer: stats.
 *
 * J. N. K. Rao, A. J. Scott (1984), Ann. Stat. 12:46-60, second-order correction, with the F of D. R.
 * Thomas, J. N. K. Rao (1987), JASA 82:630-636; the same as R's svychisq(statistic = "F").
 * Cell shares P with covariance V; C the interaction contrasts, (e_i - 1/R) x (e_j - 1/C);
 *     Delta = (C' D^-1 C / n)^-1 (C' D^-1 V D^-1 C),  D = diag(P), empty cells get 0 in D^-1
 *     F = X2 / tr(Delta), X2 = n sum (P - E)^2 / E;  ndf = tr(Delta)^2 / tr(Delta^2);  ddf = ndf degf
 * (n cancels). Options that nobody chose are dropped first. Rows with a missing answer to either are
 * outside the table; degf is the whole design's. */
#ifndef MINYI_STATS_RAO_SCOTT_H
#define MINYI_STATS_RAO_SCOTT_H

#include "stats/sample.h"
#include "stats/state.h"

struct rao_scott {
    enum stats_state state;
    double n_valid;
    double f, ndf, ddf, p_value;
};

/* row[n_rows] and column[n_rows]: answers 1..n_r, 1..n_c, 0 for none. n_r, n_c at most 64.
 * RC_OK; RC_NOMEM (n_rows * (n_r-1)(n_c-1) doubles are needed); RC_TOOBIG; RC_INPUT "lonely_stratum". */
enum rc rao_scott_test(const struct sample *s, const uint32_t *row, size_t n_r, const uint32_t *column,
                       size_t n_c, struct rao_scott *out, struct arena *a, struct rc_info *e) MUST_CHECK;

#endif
