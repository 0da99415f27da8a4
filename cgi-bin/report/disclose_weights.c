/* Weighted shares from published figures: post-stratification by one margin.
 *
 * Ballots of level l get the weight w_l = (population of l) / (published ballots of l); a share is
 * sum w_l y_l / sum w_l n_l over the levels, y_l and n_l the published counts of the item at l. Everything on the
 * right is published or public, so the share is a function of the rows: it can say nothing that they do not.
 * Holt and Smith (1979), JRSS A 142:33-46; linearised variance of the ratio, ballots drawn with replacement:
 * n / (n - 1) sum w_l^2 (y_l (1 - p)^2 + (n_l - y_l) p^2) / (sum w_l n_l)^2. */
#include "report/disclose_inner.h"

#include <math.h>
#include <string.h>

#include "stats/estimate.h"
#include "stats/weights.h"

struct weigher {
    const struct disclose_worker *w;
    const struct pub_group *g; /* as it is published */
    double *weight;            /* of each level */
    double n_eff;
};

static enum rc no_memory(const struct disclose_worker *w)
{
    return rc_set(w->e, RC_NOMEM, "no memory for the weights of \"%s\"", w->p->slug);
}

static struct limits interval_of(const struct weigher *x, const struct estimate *p)
{
    if (p->value <= 0 || p->value >= 1)
        return interval_exact(p->value <= 0 ? 0 : x->n_eff, x->n_eff, 0.95);
    return interval_logit(p, 0.95);
}

/* One box of an item over all levels; every level is shown. */
static void weigh(const struct weigher *x, size_t item, size_t box, struct pub_share *out)
{
    double sum = 0, chosen = 0, n = 0, spread = 0;
    for (size_t l = 0; l < x->g->n_levels; l++) {
        const struct pub_item *i = &x->g->levels[l].items[item];
        const struct pub_share *const boxes[] = {&i->top2, &i->neutral, &i->bottom2};
        sum += x->weight[l] * (double)i->n;
        chosen += x->weight[l] * (double)boxes[box]->count;
        n += (double)i->n;
    }
    double p = chosen / sum;
    for (size_t l = 0; l < x->g->n_levels; l++) {
        const struct pub_item *i = &x->g->levels[l].items[item];
        const struct pub_share *const boxes[] = {&i->top2, &i->neutral, &i->bottom2};
        double y = (double)boxes[box]->count;
        spread += x->weight[l] * x->weight[l] * (y * (1 - p) * (1 - p) + ((double)i->n - y) * p * p);
    }
    out->is_weighted = true;
    out->weighted = (struct pub_weighted){.p = p, .se = sqrt(n / (n - 1) * spread) / sum, .degf = n - 1};
    if (x->w->p->sample != FORM_RANDOM)
        return;
    const struct estimate e = {.state = STATS_DEFINED, .n = n, .n_valid = n, .value = p, .se = out->weighted.se, .degf = n - 1};
    struct limits l = interval_of(x, &e);
    out->weighted.has_interval = l.state == STATS_DEFINED;
    out->weighted.low = l.low;
    out->weighted.high = l.high;
}

static bool is_complete(const struct pub_group *g, size_t item)
{
    bool is_shown = g->n_levels > 0;
    for (size_t l = 0; l < g->n_levels; l++)
        is_shown = is_shown && !g->levels[l].items[item].is_suppressed && g->levels[l].items[item].n > 0;
    return is_shown;
}

/* The boxes of the questions; a question on the margin itself is not weighted to it. */
static size_t weigh_all(const struct weigher *x, struct pub_question *q)
{
    size_t n = 0;
    for (size_t i = 0; i < x->g->n_items; i++) {
        struct pub_question *to = &q[x->g->levels[0].items[i].question];
        if (to->is_suppressed || !to->has_boxes || !is_complete(x->g, i))
            continue;
        weigh(x, i, 0, &to->top2);
        weigh(x, i, 1, &to->neutral);
        weigh(x, i, 2, &to->bottom2);
        n++;
    }
    return n;
}

/* The published group by the margin's question, and the population of each of its levels. NULL: not all of
 * them are published, or one has no population. */
static const struct pub_group *find_levels(const struct publication *p, const struct margin_of *m, size_t question, double *population)
{
    for (size_t i = 0; i < p->n_groups; i++) {
        const struct pub_group *g = &p->groups[i];
        bool is_whole = g->n_levels > 0;
        for (size_t l = 0; g->question == question && l < g->n_levels; l++) {
            population[l] = m->population[g->levels[l].option];
            is_whole = is_whole && population[l] > 0 && !g->levels[l].is_suppressed && g->levels[l].n_ballots > 0;
        }
        if (g->question == question)
            return is_whole ? g : NULL;
    }
    return NULL;
}

static void describe(const struct weigher *x, const double *n, const struct margins *m, struct pub_weights *out)
{
    const struct weights_summary s = weights_summarise(x->g->n_levels, n, x->weight);
    out->is_weighted = true;
    out->why = NULL;
    out->population = m->total;
    out->iterations = 1;
    out->n_eff = s.n_eff;
    out->kish_deff = s.kish_deff;
    out->min = s.min * s.n / s.sum;
    out->max = s.max * s.n / s.sum;
}

static enum rc weigh_by(const struct disclose_worker *w, const struct margins *m, size_t question, struct pub_weights *made,
                        struct publication *out)
{
    const struct pub_question *by = &out->questions[question];
    size_t room = by->n_options + 1;
    double *population = arena_array(w->a, room, sizeof *population), *weight = arena_array(w->a, room, sizeof *weight);
    double *n = arena_array(w->a, room, sizeof *n);
    struct pub_question *q = arena_array(w->a, out->n_questions + 1, sizeof *q);
    if (population == NULL || weight == NULL || n == NULL || q == NULL)
        return no_memory(w);
    int64_t missing = by->n_skipped + by->n_not_asked + by->n_dont_know;
    struct weigher x = {.w = w, .weight = weight, .g = find_levels(out, &m->items[0], question, population)};
    made->n_incomplete = by->is_suppressed ? 0 : missing;
    if (!by->is_suppressed && (double)missing > ESTIMATES_INCOMPLETE_MAX * (double)(by->n + missing))
        made->why = "incomplete";
    if (x.g == NULL || by->is_suppressed || strcmp(made->why, "incomplete") == 0)
        return RC_OK;
    for (size_t l = 0; l < x.g->n_levels; l++) {
        n[l] = (double)x.g->levels[l].n_ballots;
        weight[l] = population[l] / n[l];
    }
    x.n_eff = weights_summarise(x.g->n_levels, n, weight).n_eff;
    memcpy(q, out->questions, out->n_questions * sizeof *q);
    if (weigh_all(&x, q) == 0)
        return RC_OK;
    describe(&x, n, m, made);
    out->questions = q;
    return RC_OK;
}

/* The populations are public; all else of the weights that the tally made is of true counts. */
enum rc disclose_put_weights(const struct disclose_worker *w, struct publication *out)
{
    const struct pub_weights *made = &w->p->weights;
    const struct margins *m = w->in->figures->margins;
    out->weights = (struct pub_weights){.why = "no_margins", .as_of = "", .source = ""};
    if (made->n_margins == 0 || m == NULL)
        return RC_OK;
    out->weights = (struct pub_weights){.why = "disclosure", .as_of = made->as_of, .source = made->source, .n_margins = made->n_margins};
    memcpy(out->weights.margins, made->margins, sizeof made->margins);
    return m->n == 1 ? weigh_by(w, m, made->margins[0], &out->weights, out) : RC_OK;
}
