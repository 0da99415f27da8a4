/* sample: who answered, with which weight, drawn how.  Layer: stats.
 *
 * A row is a group of respondents who are alike in everything that an analysis looks at: stratum,
 * cluster, answer, group and (where weights were made by margins) margin categories. It carries their
 * number and the sums of their weights and of their squared weights; nothing else is ever needed, so
 * cells of counts and single answers go through the same formulas:
 *   microdata      one row per respondent: n = 1, w = weight, w2 = weight^2;
 *   cells          one row per profile and answer: n = count, w = n * weight, w2 = n * weight^2;
 *   a streamed file  rows by stratum, margin categories, group and answer, adding 1, w, w^2 to each.
 *
 * The variance of an estimate whose linearised value of respondent i is z_i = w_i v_i:
 *     V = sum_h (1 - n_h/N_h) n_h/(n_h - 1) sum_i (z_hi - mean_h z)^2
 * n_h: respondents (or clusters, with z summed over each) of stratum h in the FULL sample, whatever
 * the sub-group; the first factor only where population sizes N_h are given. With replacement at the
 * first stage otherwise. K. M. Wolter (2007), Introduction to Variance Estimation, 2nd ed., ch. 6; D. A.
 * Binder (1983), Int. Stat. Review 51:279-292. Agrees with R's survey 4.1-1.
 *
 * After weights were made to meet margins, the residual of v takes its place:
 *   post-stratified  v less its weighted mean in the row's category;
 *   raked            ten sweeps over the margins, each v less its unweighted mean in the category
 *                    (the rule of R's survey 4.1; T. Lumley (2010), Complex Surveys, ch. 7);
 * a row without a category (0) is left alone by that margin. */
#ifndef MINYI_STATS_SAMPLE_H
#define MINYI_STATS_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"

/* What a stratum with a single respondent (cluster) contributes to V. A stratum that was taken in full
 * (n = N) contributes 0 under every rule and is no error. */
enum lonely_rule {
    LONELY_FAIL,      /* the estimate fails with reason "lonely_stratum" */
    LONELY_REMOVE,    /* 0: it takes no part in V */
    LONELY_CERTAINTY, /* 0: it was taken for certain (the same number as REMOVE, another claim) */
    LONELY_ADJUST,    /* (1 - n/N) z^2: its distance from the mean of all, which is 0 */
    LONELY_AVERAGE,   /* the mean of the other strata's contributions */
    LONELY_RULES
};

/* "fail", "remove"... to a rule; LONELY_RULES for any other text. */
enum lonely_rule lonely_rule_named(const char *name);
const char *lonely_rule_name(enum lonely_rule rule);

/* One margin: its population by category. */
struct margin {
    const uint32_t *category; /* [n_rows] 1..n_categories; 0: gave no answer to it */
    size_t n_categories;
    const double *population; /* [n_categories], > 0, of category 1 first; counts, shares or percent */
};

enum weighting {
    WEIGHTS_AS_GIVEN,
    WEIGHTS_POSTSTRATIFIED, /* n_margins = 1 */
    WEIGHTS_RAKED,
};

struct sample_work; /* made by sample_prepare */

struct sample {
    size_t n_rows;
    const double *n;         /* [n_rows] respondents, >= 0 */
    const double *w, *w2;    /* [n_rows] sums of their (final) weights, of the squares, >= 0 */
    const uint32_t *stratum; /* [n_rows] 0..n_strata-1; NULL: one stratum */
    size_t n_strata;         /* used with stratum */
    const uint32_t *cluster; /* [n_rows] 0..n_clusters-1, each in one stratum; NULL: respondents */
    size_t n_clusters;
    const double *population; /* [n_strata] N_h >= n_h in respondents (clusters); NULL: no correction */
    enum lonely_rule lonely;
    enum weighting weighting;
    const struct margin *margins; /* [n_margins], where weighting is not WEIGHTS_AS_GIVEN */
    size_t n_margins;
    struct sample_work *work; /* set by sample_prepare */
};

/* n_rows arrays of w and w2 from a weight per respondent: w[i] = n[i] * weight[i] and so on. */
void sample_weigh(size_t n_rows, const double *n, const double *weight, double *w, double *w2);

/* Check the sample and set up the workspace that the estimates reuse (about 8 bytes per row, 40 per
 * stratum, 16 per cluster, from `a`). Call it once, before any estimate, and again after a change.
 * RC_OK; RC_NOMEM; RC_INPUT with a reason: "stratum_too_small_population" (N_h < n_h),
 * "cluster_in_two_strata", "bad_weight" (negative or not finite). */
enum rc sample_prepare(struct sample *s, struct arena *a, struct rc_info *e) MUST_CHECK;

/* Membership of a row, given to the estimates as part[n_rows]. */
enum { ROW_VALID = 1, /* gave a valid answer */ ROW_IN = 2 /* belongs to the (sub-)group */ };

/* Of the rows that are ROW_IN (part NULL: all): respondents, and the design's degrees of freedom, which
 * are respondents (clusters) minus the strata present among them; may be 0. Missing answers count. */
struct sample_size {
    double n, degf;
};
struct sample_size sample_size(const struct sample *s, const uint8_t *part);

/* Covariance matrix of m estimates with linearised values v[n_rows * m] (row-major, v without the
 * weight; overwritten by their residuals) into out[m * m]. m = 1: a variance.
 * RC_OK; RC_NOMEM (m > 1 needs memory from `a`); RC_INPUT with reason "lonely_stratum". */
enum rc sample_covariance(const struct sample *s, size_t m, double *v, double *out, struct arena *a,
                          struct rc_info *e) MUST_CHECK;

#endif
