#include "report/estimates.h"

#include <string.h>

#include "form/answers.h"
#include "stats/estimate.h"
#include "stats/weights.h"

enum { FIRST_CHOICE = 2, SCRATCH_MAX = 512 << 20 };

/* Profiles that have the same margin categories share a weight: a combination. */
struct estimates {
    const struct form *form;
    const struct figures_cell *cells;
    size_t n_cells, n_margins, n_combos;
    uint32_t *combo_of;                 /* [n_cells] */
    uint32_t *category[FORM_MARGINS_MAX]; /* [n_combos] 0: no answer */
    size_t n_categories[FORM_MARGINS_MAX];
    double *population[FORM_MARGINS_MAX]; /* of the categories that have one */
    double *weight;                     /* [n_combos] */
    struct arena scratch;               /* of the question in hand */
    struct sample sample;
    uint32_t *answer, *level;           /* [sample.n_rows] */
    size_t n_levels;
};

static enum rc no_memory(struct rc_info *e)
{
    return rc_set(e, RC_NOMEM, "no memory for estimates");
}

/* Categories are numbered among the choices that have a population. */
static enum rc begin_margin(struct estimates *x, const struct margin_of *m, uint32_t *number_of, struct arena *a,
                            struct rc_info *e)
{
    size_t n = x->form->nodes[m->node].choices->n, k = x->n_margins++;
    x->population[k] = arena_array(a, n, sizeof(double));
    x->category[k] = arena_array(a, x->n_cells + 1, sizeof(uint32_t));
    if (x->population[k] == NULL || x->category[k] == NULL)
        return no_memory(e);
    for (size_t i = 0; i < n; i++) {
        number_of[i + 1] = m->population[i] > 0 ? (uint32_t)++x->n_categories[k] : 0;
        if (m->population[i] > 0)
            x->population[k][x->n_categories[k] - 1] = m->population[i];
    }
    return RC_OK;
}

/* The combination with these categories, found or made. A survey has few: a table by hash. */
static uint32_t combo_of(struct estimates *x, const uint32_t *categories, uint32_t *table, size_t mask)
{
    uint64_t h = 1469598103934665603ULL;
    for (size_t k = 0; k < x->n_margins; k++)
        h = (h ^ categories[k]) * 1099511628211ULL;
    for (size_t at = (size_t)(h ^ h >> 29) & mask;; at = (at + 1) & mask) {
        if (table[at] == 0) {
            for (size_t k = 0; k < x->n_margins; k++)
                x->category[k][x->n_combos] = categories[k];
            table[at] = (uint32_t)++x->n_combos;
            return (uint32_t)x->n_combos - 1;
        }
        bool is_same = true;
        for (size_t k = 0; k < x->n_margins; k++)
            is_same &= x->category[k][table[at] - 1] == categories[k];
        if (is_same)
            return table[at] - 1;
    }
}

static enum rc find_combos(struct estimates *x, const struct margins *m, struct arena *a, int64_t *n_incomplete,
                           int64_t *n_ballots, struct rc_info *e)
{
    size_t size = 16;
    uint32_t *number_of[FORM_MARGINS_MAX], categories[FORM_MARGINS_MAX] = {0};
    while (size < 2 * x->n_cells)
        size *= 2;
    uint32_t *table = arena_array(&x->scratch, size, sizeof *table);
    x->combo_of = arena_array(a, x->n_cells + 1, sizeof *x->combo_of);
    enum rc rc = table == NULL || x->combo_of == NULL ? no_memory(e) : RC_OK;
    for (size_t k = 0; rc == RC_OK && k < m->n; k++) {
        number_of[k] = arena_array(a, x->form->nodes[m->items[k].node].choices->n + 1, sizeof(uint32_t));
        rc = number_of[k] == NULL ? no_memory(e) : begin_margin(x, &m->items[k], number_of[k], a, e);
    }
    for (size_t i = 0; rc == RC_OK && i < x->n_cells; i++) {
        bool is_complete = true;
        for (size_t k = 0; k < m->n; k++) {
            categories[k] = number_of[k][answers_profile_choice(x->form, m->items[k].node, x->cells[i].profile)];
            is_complete &= categories[k] != 0;
        }
        x->combo_of[i] = combo_of(x, categories, table, size - 1);
        *n_ballots += x->cells[i].n;
        *n_incomplete += is_complete ? 0 : x->cells[i].n;
    }
    arena_reset(&x->scratch);
    return rc;
}

static enum rc rake(struct estimates *x, struct arena *a, struct pub_weights *what, struct rc_info *e)
{
    struct rake_report report = {0};
    const struct rake_options options = RAKE_OPTIONS_DEFAULT;
    struct margin margins[FORM_MARGINS_MAX];
    double *n = arena_array(a, x->n_combos + 1, sizeof *n);
    x->weight = arena_array(a, x->n_combos + 1, sizeof *x->weight);
    if (n == NULL || x->weight == NULL)
        return no_memory(e);
    for (size_t i = 0; i < x->n_cells; i++)
        n[x->combo_of[i]] += (double)x->cells[i].n;
    for (size_t i = 0; i < x->n_combos; i++)
        x->weight[i] = 1;
    for (size_t k = 0; k < x->n_margins; k++)
        margins[k] = (struct margin){x->category[k], x->n_categories[k], x->population[k]};
    enum rc rc = weights_rake(x->n_combos, n, x->weight, margins, x->n_margins, &options, &report, a, e);
    if (rc != RC_OK)
        return rc;
    struct weights_summary s = weights_summarise(x->n_combos, n, x->weight);
    double mean = s.sum / s.n;
    what->iterations = report.iterations;
    what->n_eff = s.n_eff;
    what->kish_deff = s.kish_deff;
    what->min = s.min / mean;
    what->max = s.max / mean;
    return RC_OK;
}

/* Combinations, then their weights; what->why says why there are none. */
static enum rc weigh_combos(struct estimates *x, const struct margins *m, struct arena *a, struct pub_weights *what,
                            struct rc_info *e)
{
    int64_t n_ballots = 0;
    struct rc_info why = {0};
    enum rc rc = find_combos(x, m, a, &what->n_incomplete, &n_ballots, e);
    if (rc != RC_OK)
        return rc;
    what->why = n_ballots == 0 ? "no_ballots" : "incomplete";
    if (n_ballots == 0 || (double)what->n_incomplete > ESTIMATES_INCOMPLETE_MAX * (double)n_ballots)
        return RC_OK;
    rc = rake(x, a, what, &why);
    what->is_weighted = rc == RC_OK;
    what->why = rc == RC_OK ? NULL : why.reason != NULL ? why.reason : "no_convergence";
    if (rc == RC_OK || rc == RC_INPUT) /* fails closed: no weights rather than wrong ones */
        return RC_OK;
    return rc_set(e, rc, "%s", why.msg[0] != '\0' ? why.msg : "no memory for estimates");
}

enum rc estimates_make(const struct form *f, const struct figures_cell *cells, size_t n_cells, const struct margins *m,
                       struct arena *a, struct estimates **out, struct pub_weights *what, struct rc_info *e)
{
    *out = NULL;
    *what = (struct pub_weights){.why = "no_margins", .as_of = "", .source = ""};
    if (m == NULL || m->n == 0)
        return RC_OK;
    struct estimates *x = arena_alloc(a, sizeof *x);
    if (x == NULL)
        return no_memory(e);
    *x = (struct estimates){.form = f, .cells = cells, .n_cells = n_cells};
    arena_init(&x->scratch, SCRATCH_MAX);
    what->as_of = m->as_of;
    what->source = m->source;
    what->population = m->total;
    what->n_margins = m->n;
    for (size_t k = 0; k < m->n; k++)
        what->margins[k] = m->items[k].node;
    enum rc rc = weigh_combos(x, m, a, what, e);
    if (what->is_weighted)
        *out = x;
    else
        estimates_release(x);
    return rc;
}

/* ---- a question ---- */

/* Ballots of a cell by answer: out[0] without a valid one, out[k] with the k-th choice; of a multiple
 * choice out[1] with the option, out[2] without it. */
static void answers_in(const struct form_node *n, size_t option, const struct figures_cell *c, double *out)
{
    const int32_t *slot = c->counts + n->slot + FIRST_CHOICE;
    double valid = 0;
    if (n->type == FORM_SELECT_MULTIPLE) {
        valid = n->n_slots > 0 ? c->counts[n->slot + n->n_slots - 1] : 0;
        for (size_t k = 0; k < n->choices->n; k++)
            if (n->choices->items[k].is_dont_know && n->choices->items[k].is_exclusive)
                valid -= slot[k];
        out[1] = slot[option];
        out[2] = valid - out[1];
    } else {
        for (size_t k = 0; k < n->choices->n; k++) {
            out[k + 1] = n->choices->items[k].is_dont_know ? 0 : slot[k];
            valid += out[k + 1];
        }
    }
    out[0] = (double)c->n - valid;
}

/* Dense counts by combination, level and answer. */
static double *count_rows(struct estimates *x, const struct form_node *n, size_t option, size_t group, size_t n_answers,
                          struct rc_info *e)
{
    double *dense = arena_array(&x->scratch, x->n_combos * x->n_levels * n_answers, sizeof *dense);
    double *one = arena_array(&x->scratch, n_answers, sizeof *one);
    if (dense == NULL || one == NULL) {
        (void)no_memory(e);
        return NULL;
    }
    for (size_t i = 0; i < x->n_cells; i++) {
        size_t level = group == SIZE_MAX ? 0 : answers_profile_choice(x->form, group, x->cells[i].profile);
        double *to = dense + (x->combo_of[i] * x->n_levels + level) * n_answers;
        answers_in(n, option, &x->cells[i], one);
        for (size_t k = 0; k < n_answers; k++)
            to[k] += one[k];
    }
    return dense;
}

static enum rc keep_rows(struct estimates *x, const double *dense, size_t n_answers, struct rc_info *e)
{
    size_t n_dense = x->n_combos * x->n_levels * n_answers, n_rows = 0;
    struct margin *margins = arena_array(&x->scratch, x->n_margins, sizeof *margins);
    for (size_t i = 0; i < n_dense; i++)
        n_rows += dense[i] > 0;
    double *n = arena_array(&x->scratch, n_rows + 1, sizeof *n), *w = arena_array(&x->scratch, n_rows + 1, sizeof *w),
           *w2 = arena_array(&x->scratch, n_rows + 1, sizeof *w2), *weight = arena_array(&x->scratch, n_rows + 1, sizeof *weight);
    uint32_t *categories = arena_array(&x->scratch, (n_rows + 1) * x->n_margins, sizeof *categories);
    x->answer = arena_array(&x->scratch, n_rows + 1, sizeof *x->answer);
    x->level = arena_array(&x->scratch, n_rows + 1, sizeof *x->level);
    if (margins == NULL || n == NULL || w == NULL || w2 == NULL || weight == NULL || categories == NULL ||
        x->answer == NULL || x->level == NULL)
        return no_memory(e);
    size_t row = 0;
    for (size_t i = 0; i < n_dense; i++) {
        if (!(dense[i] > 0))
            continue;
        size_t combo = i / n_answers / x->n_levels;
        n[row] = dense[i];
        weight[row] = x->weight[combo];
        x->answer[row] = (uint32_t)(i % n_answers);
        x->level[row] = (uint32_t)(i / n_answers % x->n_levels);
        for (size_t k = 0; k < x->n_margins; k++)
            categories[k * n_rows + row] = x->category[k][combo];
        row++;
    }
    sample_weigh(n_rows, n, weight, w, w2);
    for (size_t k = 0; k < x->n_margins; k++)
        margins[k] = (struct margin){categories + k * n_rows, x->n_categories[k], x->population[k]};
    x->sample = (struct sample){.n_rows = n_rows, .n = n, .w = w, .w2 = w2, .lonely = LONELY_FAIL,
                                .weighting = WEIGHTS_RAKED, .margins = margins, .n_margins = x->n_margins};
    return sample_prepare(&x->sample, &x->scratch, e);
}

enum rc estimates_begin(struct estimates *x, size_t node, size_t option, size_t group, struct rc_info *e)
{
    const struct form_node *n = &x->form->nodes[node];
    size_t n_answers = n->type == FORM_SELECT_MULTIPLE ? 3 : n->choices->n + 1;
    arena_reset(&x->scratch);
    x->n_levels = group == SIZE_MAX ? 1 : x->form->nodes[group].choices->n + 1;
    const double *dense = count_rows(x, n, option, group, n_answers, e);
    return dense == NULL ? RC_NOMEM : keep_rows(x, dense, n_answers, e);
}

/* Counts by combination, row and column of a crossing; column 0: no valid answer to it, row 0: none to the row. */
static double *count_cross(struct estimates *x, const struct form_cross *c, struct rc_info *e)
{
    const struct form_choices *rows = x->form->nodes[c->row].choices, *columns = x->form->nodes[c->column].choices;
    size_t n_answers = columns->n + 1;
    double *dense = arena_array(&x->scratch, x->n_combos * x->n_levels * n_answers, sizeof *dense);
    if (dense == NULL) {
        (void)no_memory(e);
        return NULL;
    }
    for (size_t i = 0; i < x->n_cells; i++) {
        const int32_t *of_row = x->cells[i].counts + x->form->nodes[c->row].slot + FIRST_CHOICE;
        const int32_t *joint = x->cells[i].counts + c->slot;
        double *to = dense + x->combo_of[i] * x->n_levels * n_answers;
        to[0] += (double)x->cells[i].n;
        for (size_t r = 0; r < rows->n; r++) {
            if (rows->items[r].is_dont_know)
                continue;
            to[0] -= of_row[r];
            to[(r + 1) * n_answers] += of_row[r];
            for (size_t k = 0; k < columns->n; k++) {
                double n = columns->items[k].is_dont_know ? 0 : joint[r * columns->n + k];
                to[(r + 1) * n_answers + k + 1] += n;
                to[(r + 1) * n_answers] -= n;
            }
        }
    }
    return dense;
}

enum rc estimates_begin_cross(struct estimates *x, const struct form_cross *c, struct rc_info *e)
{
    arena_reset(&x->scratch);
    x->n_levels = x->form->nodes[c->row].choices->n + 1;
    const double *dense = count_cross(x, c, e);
    return dense == NULL ? RC_NOMEM : keep_rows(x, dense, x->form->nodes[c->column].choices->n + 1, e);
}

enum rc estimates_independence(struct estimates *x, size_t n_rows, size_t n_columns, struct rao_scott *out,
                               struct rc_info *e)
{
    return rao_scott_test(&x->sample, x->level, n_rows, x->answer, n_columns, out, &x->scratch, e);
}

/* Effective n of the valid answers of the level: sum(w)^2 / sum(w^2). */
static double effective_n(const struct estimates *x, size_t level)
{
    double w = 0, w2 = 0;
    for (size_t i = 0; i < x->sample.n_rows; i++)
        if (x->answer[i] != 0 && (level == 0 || x->level[i] == level)) {
            w += x->sample.w[i];
            w2 += x->sample.w2[i];
        }
    return w2 > 0 ? w * w / w2 : 0;
}

enum rc estimates_share(struct estimates *x, const double *value_of, size_t level, bool with_interval, bool *has_value,
                        struct pub_weighted *out, struct rc_info *e)
{
    struct estimate p;
    *out = (struct pub_weighted){0};
    enum rc rc = estimate_answers(&x->sample, x->answer, value_of, level == 0 ? NULL : x->level, (uint32_t)level, &p, e);
    *has_value = rc == RC_OK && p.n_valid > 0 && p.sum_w > 0;
    if (!*has_value)
        return rc;
    out->p = p.weighted_count / p.sum_w;
    out->p = out->p > 1 ? 1 : out->p; /* a last bit over */
    out->se = p.se;
    out->degf = p.degf;
    if (!with_interval)
        return RC_OK;
    struct limits l = interval_logit(&p, 0.95);
    if (l.state == STATS_AT_THE_END) {
        double n = effective_n(x, level);
        l = interval_exact(out->p > 0.5 ? n : 0, n, 0.95);
    }
    out->has_interval = l.state == STATS_DEFINED;
    out->low = l.low;
    out->high = l.high;
    return RC_OK;
}

void estimates_release(struct estimates *x)
{
    if (x != NULL)
        arena_release(&x->scratch);
}

bool estimates_is_unreliable(int64_t count, int64_t n)
{
    if (n < 30)
        return true;
    struct limits l = interval_exact((double)count, (double)n, 0.95);
    double p = (double)count / (double)n, width = l.high - l.low, smaller = p < 0.5 ? p : 1 - p;
    if (l.state != STATS_DEFINED)
        return true;
    return width >= 0.30 || (width > 0.05 && width > 1.30 * smaller);
}
