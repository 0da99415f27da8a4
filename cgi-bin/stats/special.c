#include "stats/special.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
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

/* GSL's t quantile stops at about 1e-10 of relative error and its starting point fails for some small df;
 * two steps of Newton's method from it, or a bracket from scratch, give the rest. */
double special_t_quantile(double p, double df)
{
    assert(p > 0 && p < 1 && df > 0);
    begin();
    if (p == 0.5)
        return 0;
    double upper = p > 0.5 ? 1 - p : p, t = fabs(gsl_cdf_tdist_Pinv(p, df));
    if (!isfinite(t) || fabs(gsl_cdf_tdist_Q(t, df) / upper - 1) > 1e-6) {
        double low = 0, high = 1;
        while (high < 1e300 && gsl_cdf_tdist_Q(high, df) > upper)
            high *= 2;
        for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
            t = low + (high - low) / 2;
            *(gsl_cdf_tdist_Q(t, df) > upper ? &low : &high) = t;
        }
    }
    for (int i = 0; i < 2; i++) {
        double density = gsl_ran_tdist_pdf(t, df);
        if (density > 0)
            t += (gsl_cdf_tdist_Q(t, df) - upper) / density;
    }
    return p > 0.5 ? t : -t;
}

double special_t_two_sided(double t, double df)
{
    assert(df > 0);
    begin();
    return fmin(1, 2 * gsl_cdf_tdist_Q(fabs(t), df));
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
    return gsl_cdf_fdist_Q(x, ndf, ddf);
}

double special_beta_quantile(double p, double a, double b)
{
    assert(p > 0 && p < 1 && a > 0 && b > 0);
    begin();
    double low = 0, high = 1, x = a / (a + b);
    for (int i = 0; i < 300 && high - low > 1e-16 * high; i++) {
        double miss = gsl_cdf_beta_P(x, a, b) - p;
        if (miss == 0)
            return x;
        *(miss > 0 ? &high : &low) = x;
        double step = miss / gsl_ran_beta_pdf(x, a, b), next = x - step;
        /* a step that leaves the bracket, or a density of 0, halves the bracket instead */
        if (!(next > low && next < high))
            next = low + (high - low) / 2;
        if (fabs(next - x) <= 1e-16 * x)
            return next;
        x = next;
    }
    return x;
}
