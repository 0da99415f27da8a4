#include "stats/special.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <pthread.h>

/* GSL's handler ends the program by default; the arguments are checked here instead. */
static void quiet(void)
{
    gsl_set_error_handler_off();
}

static void begin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, quiet);
}

double special_normal_quantile(double p)
{
    assert(p > 0 && p < 1);
    begin();
    return gsl_cdf_ugaussian_Pinv(p);
}

double special_normal_cdf(double x)
{
    begin();
    return gsl_cdf_ugaussian_P(x);
}

struct tails {
    double lower, upper;
};

/* Continued fraction of the incomplete beta function (NIST Handbook of Mathematical Functions, 2010, eq.
 * 8.17.22) by the modified Lentz method (W. J. Lentz 1976, I. J. Thompson, A. R. Barnett 1986). Takes
 * about sqrt(a + b) steps, which is why GSL's own, with its 512, fails from a few 100,000 answers on. */
static double beta_fraction(double x, double a, double b)
{
    static const double tiny = 1e-300;
    enum { STEPS_MAX = 1000000 };
    double c = 1, d = 1 - (a + b) * x / (a + 1), f;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    f = d;
    for (double m = 1; m < STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        f *= d * c;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        f *= d * c;
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return f;
}

/* Both tails of the beta distribution at x, of which `rest` is 1 - x: given apart, so that neither loses
 * digits near 0 or 1. */
static struct tails beta_tails(double x, double rest, double a, double b)
{
    if (!(x > 0))
        return (struct tails){0, 1};
    if (!(rest > 0))
        return (struct tails){1, 0};
    double log_x = x < 0.5 ? log(x) : log1p(-rest), log_rest = x < 0.5 ? log1p(-x) : log(rest);
    double front = exp(a * log_x + b * log_rest - gsl_sf_lnbeta(a, b));
    if (x < (a + 1) / (a + b + 2)) {
        double lower = fmin(1, front * beta_fraction(x, a, b) / a);
        return (struct tails){lower, 1 - lower};
    }
    double upper = fmin(1, front * beta_fraction(rest, b, a) / b);
    return (struct tails){1 - upper, upper};
}

/* P(T > t), t >= 0. */
static double t_upper(double t, double df)
{
    double t2 = t * t;
    return beta_tails(df / (df + t2), t2 / (df + t2), df / 2, 0.5).lower / 2;
}

/* Newton's method from GSL's quantile, or from a bisection where that is none. */
static double t_quantile(double p, double df)
{
    if (p == 0.5)
        return 0;
    double upper = p > 0.5 ? 1 - p : p, t = fabs(gsl_cdf_tdist_Pinv(p, df));
    if (!isfinite(t) || !(fabs(t_upper(t, df) / upper - 1) < 1e-6)) {
        double low = 0, high = 1;
        while (high < 1e300 && t_upper(high, df) > upper)
            high *= 2;
        for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
            t = low + (high - low) / 2;
            *(t_upper(t, df) > upper ? &low : &high) = t;
        }
    }
    for (int i = 0; i < 2; i++) {
        double density = gsl_ran_tdist_pdf(t, df);
        if (density > 0)
            t += (t_upper(t, df) - upper) / density;
    }
    return p > 0.5 ? t : -t;
}

/* The intervals of one group ask for the same quantile again and again: the last one is kept, per thread. */
double special_t_quantile(double p, double df)
{
    static _Thread_local struct {
        double p, df, t;
    } last;
    assert(p > 0 && p < 1 && df > 0);
    begin();
    if (last.p != p || last.df != df) {
        last.t = t_quantile(p, df);
        last.p = p;
        last.df = df;
    }
    return last.t;
}

double special_t_two_sided(double t, double df)
{
    assert(df > 0);
    begin();
    return 2 * t_upper(fabs(t), df);
}

double special_chisq_upper(double x, double df)
{
    assert(x >= 0 && df > 0);
    begin();
    return gsl_cdf_chisq_Q(x, df);
}

double special_f_upper(double x, double ndf, double ddf)
{
    assert(x >= 0 && ndf > 0 && ddf > 0);
    begin();
    double all = ddf + ndf * x;
    return beta_tails(ddf / all, ndf * x / all, ddf / 2, ndf / 2).lower;
}

double special_beta_quantile(double p, double a, double b)
{
    assert(p > 0 && p < 1 && a > 0 && b > 0);
    begin();
    double low = 0, high = 1, x = a / (a + b);
    for (int i = 0; i < 200 && high - low > 1e-16 * high; i++) {
        double miss = beta_tails(x, 1 - x, a, b).lower - p;
        if (miss == 0)
            break;
        *(miss > 0 ? &high : &low) = x;
        double next = x - miss / gsl_ran_beta_pdf(x, a, b);
        /* a step that leaves the bracket, or a density of 0, halves the bracket instead */
        if (!(next > low && next < high))
            next = low + (high - low) / 2;
        double step = fabs(next - x);
        x = next;
        if (step <= 1e-15 * x)
            break;
    }
    return x;
}
