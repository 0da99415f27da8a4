#include "stats/sample.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sample_inner.h"

static const char *const rule_names[] = {
    [LONELY_FAIL] = "fail",     [LONELY_REMOVE] = "remove",   [LONELY_CERTAINTY] = "certainty",
    [LONELY_ADJUST] = "adjust", [LONELY_AVERAGE] = "average",
};

enum lonely_rule lonely_rule_named(const char *name)
{
    for (enum lonely_rule r = 0; r < LONELY_RULES; r++)
        if (strcmp(name, rule_names[r]) == 0)
            return r;
    return LONELY_RULES;
}

const char *lonely_rule_name(enum lonely_rule rule)
{
    assert((unsigned)rule < LONELY_RULES);
    return rule_names[rule];
}

void sample_weigh(size_t n_rows, const double *n, const double *weight, double *w, double *w2)
{
    for (size_t i = 0; i < n_rows; i++) {
        w[i] = n[i] * weight[i];
        w2[i] = w[i] * weight[i];
    }
}

static enum rc check_rows(const struct sample *s, struct rc_info *e)
{
    for (size_t i = 0; i < s->n_rows; i++) {
        assert(!s->stratum || s->stratum[i] < s->n_strata);
        assert(!s->cluster || s->cluster[i] < s->n_clusters);
        if (!(s->n[i] >= 0 && s->w[i] >= 0 && s->w2[i] >= 0 && isfinite(s->n[i] + s->w[i] + s->w2[i])))
            return rc_set_reason(e, RC_INPUT, "bad_weight", "row %zu: a weight is negative or not finite",
                                 i + 1);
    }
    return RC_OK;
}

/* Sampling units per stratum, and each cluster's stratum. */
static enum rc count_units(struct sample *s, struct rc_info *e)
{
    struct sample_work *k = s->work;
    for (size_t i = 0; i < s->n_rows; i++) {
        uint32_t h = sample_stratum(s, i);
        if (!(s->n[i] > 0))
            continue;
        if (!s->cluster) {
            k->units[h] += s->n[i];
            continue;
        }
        uint32_t *known = &k->cluster_stratum[s->cluster[i]];
        if (*known == 0) {
            *known = h + 1;
            k->units[h] += 1;
        } else if (*known != h + 1) {
            return rc_set_reason(e, RC_INPUT, "cluster_in_two_strata",
                                 "row %zu: its cluster is in another stratum too", i + 1);
        }
    }
    for (size_t h = 0; h < k->n_strata; h++)
        if (s->population && k->units[h] > 0 && !(s->population[h] >= k->units[h]))
            return rc_set_reason(e, RC_INPUT, "stratum_too_small_population",
                                 "stratum %zu has %.15g sampling units and a population of %.15g", h + 1,
                                 k->units[h], s->population[h]);
    return RC_OK;
}

static size_t largest_margin(const struct sample *s)
{
    size_t most = 0;
    for (size_t m = 0; m < s->n_margins; m++)
        if (s->margins[m].n_categories > most)
            most = s->margins[m].n_categories;
    return most;
}

enum rc sample_prepare(struct sample *s, struct arena *a, struct rc_info *e)
{
    assert(s->weighting == WEIGHTS_AS_GIVEN || s->n_margins > 0);
    enum rc rc = check_rows(s, e);
    if (rc != RC_OK)
        return rc;
    struct sample_work *k = arena_alloc(a, sizeof *k);
    if (!k)
        return rc_set(e, RC_NOMEM, "no memory for a sample of %zu rows", s->n_rows);
    k->n_strata = s->stratum ? s->n_strata : 1;
    k->n_margin_most = largest_margin(s);
    k->units = arena_array(a, k->n_strata, sizeof *k->units);
    k->sums = arena_array(a, k->n_strata, sizeof *k->sums);
    k->scale = arena_array(a, k->n_strata, sizeof *k->scale);
    k->is_seen = arena_array(a, k->n_strata, sizeof *k->is_seen);
    k->v = arena_array(a, s->n_rows ? s->n_rows : 1, sizeof *k->v);
    k->category = arena_array(a, 2 * (k->n_margin_most + 1), sizeof *k->category);
    bool is_whole = k->units && k->sums && k->scale && k->is_seen && k->v && k->category;
    if (s->cluster) {
        k->cluster_stratum = arena_array(a, s->n_clusters, sizeof *k->cluster_stratum);
        k->cluster_sums = arena_array(a, s->n_clusters, sizeof *k->cluster_sums);
        k->is_cluster_seen = arena_array(a, s->n_clusters, sizeof *k->is_cluster_seen);
        is_whole = is_whole && k->cluster_stratum && k->cluster_sums && k->is_cluster_seen;
    }
    if (!is_whole)
        return rc_set(e, RC_NOMEM, "no memory for a sample of %zu rows", s->n_rows);
    s->work = k;
    return count_units(s, e);
}

static struct sample_size size_of(const struct sample *s, const uint8_t *part, const uint32_t *group,
                                  uint32_t in_group)
{
    struct sample_work *k = s->work;
    struct sample_size z = {0, 0};
    double units = 0, strata = 0;
    memset(k->is_seen, 0, k->n_strata * sizeof *k->is_seen);
    if (s->cluster)
        memset(k->is_cluster_seen, 0, s->n_clusters * sizeof *k->is_cluster_seen);
    for (size_t i = 0; i < s->n_rows; i++) {
        if (!(s->n[i] > 0) || (part && !(part[i] & ROW_IN)) || (group && group[i] != in_group))
            continue;
        z.n += s->n[i];
        uint32_t h = sample_stratum(s, i);
        strata += !k->is_seen[h];
        k->is_seen[h] = true;
        if (!s->cluster) {
            units += s->n[i];
        } else {
            units += !k->is_cluster_seen[s->cluster[i]];
            k->is_cluster_seen[s->cluster[i]] = true;
        }
    }
    z.degf = units - strata;
    return z;
}

struct sample_size sample_size(const struct sample *s, const uint8_t *part)
{
    return size_of(s, part, NULL, 0);
}

struct sample_size sample_group_size(const struct sample *s, const uint32_t *group, uint32_t in_group)
{
    return size_of(s, NULL, group, in_group);
}
