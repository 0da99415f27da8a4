/* estimate: shares and means from a sample, their differences, and intervals.  Layer: stats.
 * No memory of its own: it works in the sample's workspace, so one thread per sample.
 *
 * In a sub-group D of valid answers (J. N. K. Rao, as in sample.h):
 *     p = sum_D w y / sum_D w,   v_i = (y_i - p) / sum_D w inside D, 0 outside. */
#ifndef MINYI_STATS_ESTIMATE_H
#define MINYI_STATS_ESTIMATE_H

#include "stats/proportion.h"
#include "stats/sample.h"
#include "stats/state.h"

struct estimate {
    enum stats_state state;      /* of value and se */
    double n, n_valid, n_missing; /* respondents of the sub-group; with and without a valid answer */
    double count;                /* sum of y over them, unweighted: of a share, those who chose it */
    double sum_w;                /* weights of the valid answers */
    double weighted_count;       /* sum of w y */
    double value;                /* the share or mean */
    double se;                   /* linearised standard error */
    double degf;                 /* of the sub-group, see sample_size; missing answers count */
};

/* The mean of y[n_rows] over the rows that are ROW_IN and ROW_VALID in part[n_rows] (part NULL: all).
 * With y of 0 and 1 it is a share. y of other rows is not looked at.
 * RC_OK (out->state may still say that there is no value); RC_INPUT with reason "lonely_stratum". */
enum rc estimate_mean(const struct sample *s, const double *y, const uint8_t *part, struct estimate *out,
                      struct rc_info *e) MUST_CHECK;

/* The same with y given by the row's answer: y = value_of[answer[i]] where answer[i] is 1..k, and 0 is
 * no answer (not valid); value_of[0] is not looked at. `group` (may be NULL): the row is in the
 * sub-group where group[i] == in_group. For a share let value_of be 0 and 1; for top-2-box of five
 * options {0, 0,0,0,1,1}; for a mean of codes {0, 1,2,3,4,5}. */
enum rc estimate_answers(const struct sample *s, const uint32_t *answer, const double *value_of,
                         const uint32_t *group, uint32_t in_group, struct estimate *out,
                         struct rc_info *e) MUST_CHECK;

/* a minus b of two sub-groups of one sample; carries the covariance: z = z_a - z_b through the same V.
 * degf: of the whole design. */
struct difference {
    enum stats_state state;
    double value, se, degf;
    double p_value; /* two-sided, t with degf; 1 where value and se are both 0 */
    struct estimate a, b; /* without their own se (0) */
};
enum rc estimate_difference(const struct sample *s, const double *y, const uint8_t *part_a,
                            const uint8_t *part_b, struct difference *out, struct rc_info *e) MUST_CHECK;
/* The same in the form of estimate_answers, group `in_a` minus group `in_b`. */
enum rc estimate_answers_difference(const struct sample *s, const uint32_t *answer,
                                    const double *value_of, const uint32_t *group, uint32_t in_a,
                                    uint32_t in_b, struct difference *out, struct rc_info *e) MUST_CHECK;

/* Two independent samples (waves), a minus b: se = sqrt(se_a^2 + se_b^2), degrees of freedom added. */
struct difference estimate_independent(const struct estimate *a, const struct estimate *b);

/* An interval, or why there is none. */
struct limits {
    enum stats_state state;
    double low, high;
};

/* `confidence` is 0.95 or the like, 0 < confidence < 1, q = 1 - (1 - confidence)/2. */

/* value -+ t_q(degf) se. For a share this is the Wald interval, which may leave [0, 1]; at 0 and 1 a
 * share has none (STATS_AT_THE_END): say is_share. */
struct limits interval_t(double value, double se, double degf, double confidence, int is_share);
/* value -+ z_q se. */
struct limits interval_z(double value, double se, double confidence);
/* Logit: plogis(qlogis(p) -+ t_q(degf) se / (p (1 - p))). R svyciprop(method = "xlogit"). */
struct limits interval_logit(const struct estimate *p, double confidence);
/* E. L. Korn, B. I. Graubard (1998), Survey Methodology 24:193-201: exact binomial limits at the
 * effective n  ne = p(1-p)/se^2 (t_q(n-1)/t_q(degf))^2,  n = p->n, not cut at n, as R's method "beta":
 * low = qbeta(1-q, ne p, ne(1-p)+1), high = qbeta(q, ne p + 1, ne(1-p)). */
struct limits interval_beta(const struct estimate *p, double confidence);
/* C. J. Clopper, E. S. Pearson (1934), Biometrika 26:404-413, for x of n (reals, 0 <= x <= n, n > 0); at
 * 0% low is 0, at 100% high is 1, and never both ends the same. For a weighted share at the ends give
 * x = 0 or n with n the effective n of the weights (kish.n_eff). */
struct limits interval_exact(double x, double n, double confidence);

/* se^2 / (p(1-p)/(n_valid - 1)): against a simple random sample with replacement. Gives 0 and a state
 * where p is 0 or 1 or n_valid < 2. */
struct figure {
    enum stats_state state;
    double value;
};
struct figure estimate_design_effect(const struct estimate *p);

#endif
