/* sample_inner: the workspace of a sample.  Layer: stats, for sample*.c and estimate*.c alone. */
#ifndef MINYI_STATS_SAMPLE_INNER_H
#define MINYI_STATS_SAMPLE_INNER_H

#include <stdbool.h>

#include "stats/sample.h"

/* The factor of one stratum in V and whether its single unit counts: see lonely_rule. */
struct stratum_scale {
    double square, mean; /* V_h = square * sum z^2 - mean * (sum z)^2; mean is square / n_h */
    bool is_missing;     /* its V_h is to be the mean of the others' */
};

struct sample_work {
    size_t n_strata, n_margin_most;
    double *units;             /* [n_strata] sampling units of the full sample */
    double *sums;              /* [n_strata] */
    struct stratum_scale *scale; /* [n_strata] */
    bool *is_seen;             /* [n_strata] */
    double z;
    double *v;                 /* [n_rows] */
    double *category;          /* [2 * (n_margin_most + 1)] */
    uint32_t *cluster_stratum; /* [n_clusters] stratum + 1 */
    double *cluster_sums;      /* [n_clusters] */
    bool *is_cluster_seen;     /* [n_clusters] */
};

static inline uint32_t sample_stratum(const struct sample *s, size_t row)
{
    return s->stratum ? s->stratum[row] : 0;
}

/* sample_size of the rows whose group[i] == in_group. */
struct sample_size sample_group_size(const struct sample *s, const uint32_t *group, uint32_t in_group);

/* Two-sided p of value / se against t with degf; with se 0: 1 where value is 0 too, otherwise 0. */
double difference_p_value(double value, double se, double degf);

/* RC_OK, or RC_INPUT with reason "lonely_stratum". `population` 0: no correction. */
enum rc sample_stratum_scale(double units, double population, enum lonely_rule lonely, size_t stratum,
                             struct stratum_scale *out, struct rc_info *e) MUST_CHECK;

#endif
