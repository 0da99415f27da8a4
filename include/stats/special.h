/* special: the distributions that the statistics need.  Layer: stats.  The only file that knows GSL.
 *
 * Normal and chi-square come from the GNU Scientific Library 2.7; t, F and beta from the incomplete beta
 * function, which is computed here with GSL's log beta, since GSL's own fails for the large shapes that
 * ten million answers make. Checked against R 4.2.2 to 1e-9. Thread-safe.
 * Arguments outside the stated ranges are the caller's bug (asserted). */
#ifndef MINYI_STATS_SPECIAL_H
#define MINYI_STATS_SPECIAL_H

/* Quantile of the standard normal distribution, 0 < p < 1. */
double special_normal_quantile(double p);
/* P(Z <= x). */
double special_normal_cdf(double x);
/* Quantile of Student's t with df > 0 (real) degrees of freedom, 0 < p < 1. */
double special_t_quantile(double p, double df);
/* P(|T| >= |t|), df > 0. */
double special_t_two_sided(double t, double df);
/* P(X >= x), chi-square with df > 0; x >= 0. */
double special_chisq_upper(double x, double df);
/* P(X >= x), F with ndf, ddf > 0 (real); x >= 0. */
double special_f_upper(double x, double ndf, double ddf);
/* Quantile of the beta distribution with shapes a, b > 0 (real), 0 < p < 1. In [0, 1]. */
double special_beta_quantile(double p, double a, double b);

#endif
