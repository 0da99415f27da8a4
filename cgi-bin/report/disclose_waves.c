/* Waves and trends as rows of stats/disclosure, and back: see disclose_inner.h. */
#include <string.h>

#include "report/disclose_inner.h"

static enum rc no_memory(const struct disclose_worker *w)
{
    return rc_set(w->e, RC_NOMEM, "no memory for the waves of \"%s\"", w->p->slug);
}

static size_t n_waves(const struct disclose_worker *w)
{
    return w->p->n_trends > 0 ? w->in->figures->n_waves : 0;
}

/* Five-point questions by their boxes, other questions of one choice by their choices. Of longer lists no wave is
 * told: few of their choices would be more than a 0 or a 5 in it. */
enum { WAVE_CHOICES_MAX = 40 };

static bool is_item(const struct disclose_worker *w, size_t question)
{
    const struct form_node *n = w->nodes[question];
    bool has_row = n->type == FORM_SELECT_ONE && n->choices->n <= WAVE_CHOICES_MAX && disclose_n_valid(n) > 0;
    return w->boxes[question] > 0 || has_row;
}

static size_t n_items(const struct disclose_worker *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_questions; i++)
        n += is_item(w, i);
    return n;
}

/* The question that is the `at`-th item. */
static size_t question_of(const struct disclose_worker *w, size_t at)
{
    size_t i = 0;
    for (size_t k = 0; i < w->n_questions; i++)
        if (is_item(w, i) && k++ == at)
            break;
    return i;
}

/* The row of all ballots that the rows of its waves are parts of: cell by cell, skipped and not asked the last two. */
static const struct disclosure_row *all_of(const struct disclose_worker *w, size_t item)
{
    size_t question = question_of(w, item);
    return &w->rows[w->boxes[question] > 0 ? w->boxes[question] : question];
}

/* The row of an item in a wave; then in the gaps: before the first wave, after the first... After the items
 * of all of them come the ballots of each. */
static size_t row_at(const struct disclose_worker *w, size_t part, size_t item)
{
    return w->wave_rows + part * n_items(w) + item;
}

static size_t n_parts(const struct disclose_worker *w)
{
    return 2 * n_waves(w) + 1;
}

static size_t ballots_at(const struct disclose_worker *w, size_t part)
{
    return row_at(w, n_parts(w), 0) + part;
}

size_t disclose_wave_rows_max(const struct disclose_worker *w)
{
    return w->in->figures->n_waves > 0 ? (2 * w->in->figures->n_waves + 1) * (w->p->n_questions + 1) : 0;
}

size_t disclose_wave_sums_max(const struct disclose_worker *w)
{
    size_t n = disclose_wave_rows_max(w) + 1;
    for (size_t i = 0; i < n_items(w); i++)
        n += all_of(w, i)->n_cells;
    return n;
}

static const char *address_of(const struct disclose_worker *w, int64_t version_no, const char *first_day, const char *name)
{
    return arena_printf(w->a, "%s/%lld/@%s/%s", w->p->slug, (long long)version_no, first_day, name);
}

/* Is there a row of a wave that begins on none of the days on which waves begin? Its ballots are in others
 * now, and the same ballots must not be rounded twice. */
static bool has_moved(const struct disclose_worker *w, const char *prefix)
{
    size_t len = strlen(prefix);
    for (size_t i = 0; i < w->in->n_kept; i++) {
        const char *address = w->in->kept[i].address;
        bool is_known = strncmp(address, prefix, len) != 0;
        for (size_t k = 0; !is_known && k < n_waves(w); k++) {
            const char *day = w->in->figures->waves[k].first_day;
            is_known = strncmp(address + len, day, strlen(day)) == 0 && address[len + strlen(day)] == '/';
        }
        if (!is_known)
            return true;
    }
    return false;
}

/* Is the first wave all that there was until its end? Then its counts were those of all ballots on that day,
 * and are rounded as these were. */
static bool holds_all_so_far(const struct disclose_worker *w, size_t wave)
{
    return wave == 0 && w->in->figures->first_opening >= w->in->figures->waves[0].first;
}

/* The days of a part: opens on, over after (INT32_MAX: never). */
static int32_t first_of(const struct disclose_worker *w, size_t part)
{
    const struct figures_wave *waves = w->in->figures->waves;
    size_t n = n_waves(w);
    return part < n ? waves[part].first : part == n ? 0 : waves[part - n - 1].last + 1;
}

/* Can any ballot be in the part? Nobody is in a gap without days, nor in any where no ballot is without a wave. */
static bool is_possible(const struct disclose_worker *w, size_t part)
{
    const struct figures_wave *waves = w->in->figures->waves;
    size_t n = n_waves(w), gap = part - n;
    bool has_days = part < n || gap == n || first_of(w, part) < waves[gap].first;
    return part < n || (w->has_wave_rest && has_days);
}

static enum rc make_row(const struct disclose_worker *w, size_t wave, size_t item, bool is_stopped)
{
    const struct figures_input *in = w->in->figures;
    const struct form_node *n = w->nodes[question_of(w, item)];
    struct disclosure_row *r = &w->rows[row_at(w, wave, item)];
    bool is_open = w->in->today <= in->waves[wave].last;
    const struct disclosure_row *all = all_of(w, item);
    const struct disclose_shape shape = {.n_cells = all->n_cells, .n_whole = all->n_whole, .has_places = true,
                                         .min_n = is_open ? DISCLOSE_NEVER : w->p->threshold, .is_frozen = is_stopped};
    int64_t *counts = NULL;
    struct disclosure_place *places = NULL;
    enum rc rc = disclose_begin_row(w, r, address_of(w, w->p->version_no, in->waves[wave].first_day, n->name), &shape, &counts, &places);
    if (rc != RC_OK)
        return rc;
    for (size_t k = 0; k < all->n_cells && holds_all_so_far(w, wave); k++)
        places[k] = all->places != NULL ? all->places[k] : (struct disclosure_place){all->address, k};
    int32_t closed = is_open || in->waves[wave].last_opening == 0 ? in->waves[wave].last : in->waves[wave].last_opening;
    if (r->n_past > 0 && r->past[0].day <= closed)
        r->is_frozen = true; /* its end was put off after it was published: that stands */
    else
        r->closed_day = closed;
    r->opens_day = in->waves[wave].first;
    if (w->boxes[question_of(w, item)] > 0)
        disclose_add_boxes(n, in->waves[wave].counts + n->slot, counts);
    else
        disclose_count_cells(n, in->waves[wave].counts + n->slot, in->waves[wave].n_ballots, counts);
    for (size_t k = 0; k < all->n_cells; k++)
        if (counts[k] > all->counts[k])
            return rc_set(w->e, RC_INPUT, "the waves' counts of \"%s\" do not add up: run \"tally --recount\"", n->name);
    return RC_OK;
}

/* Ballots in no wave, of an item or (SIZE_MAX) all: never published, so nobody needs to count them here. */
static enum rc make_gap(const struct disclose_worker *w, size_t part, size_t item)
{
    bool is_row = item != SIZE_MAX;
    struct disclosure_row *r = &w->rows[is_row ? row_at(w, part, item) : ballots_at(w, part)];
    const struct disclose_shape shape = {.n_cells = is_row ? all_of(w, item)->n_cells : 1, .n_whole = is_row ? all_of(w, item)->n_whole : 1,
                                         .min_n = DISCLOSE_NEVER, .is_frozen = !is_row};
    int64_t *counts = NULL;
    enum rc rc = disclose_begin_row(w, r, is_row ? address_of(w, w->p->version_no, "", w->nodes[question_of(w, item)]->name) : "ballots",
                                    &shape, &counts, NULL);
    r->opens_day = first_of(w, part);
    return rc;
}

enum rc disclose_wave_rows(struct disclose_worker *w)
{
    const char *prefix = address_of(w, w->p->version_no, "", "");
    enum rc rc = prefix == NULL ? no_memory(w) : RC_OK;
    w->wave_rows = w->n_rows;
    if (n_waves(w) == 0 || rc != RC_OK)
        return rc;
    bool is_stopped = has_moved(w, arena_printf(w->a, "%.*s", (int)strlen(prefix) - 1, prefix));
    int64_t rest = w->in->figures->n_ballots;
    for (size_t i = 0; i < n_waves(w); i++)
        rest -= w->in->figures->waves[i].n_ballots;
    if (rest < 0)
        return rc_set(w->e, RC_INPUT, "the waves of \"%s\" hold more ballots than there are: run \"tally --recount\"", w->p->slug);
    w->has_wave_rest = rest > 0;
    w->n_rows = ballots_at(w, n_parts(w));
    for (size_t part = 0; rc == RC_OK && part < n_parts(w); part++) {
        for (size_t i = 0; rc == RC_OK && i < n_items(w); i++)
            rc = part < n_waves(w) ? make_row(w, part, i, is_stopped) : make_gap(w, part, i);
        if (rc == RC_OK)
            rc = make_gap(w, part, SIZE_MAX);
    }
    return rc;
}

/* A box = that of all waves and gaps. */
static enum rc sum_box(const struct disclose_worker *w, size_t item, size_t box, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    enum rc rc = disclose_terms_begin(w, &x, n_parts(w) + 1);
    if (rc != RC_OK)
        return rc;
    disclose_terms_add(&x, (size_t)(all_of(w, item) - w->rows), box);
    disclose_terms_turn(&x);
    for (size_t part = 0; part < n_parts(w); part++)
        if (is_possible(w, part))
            disclose_terms_add(&x, row_at(w, part, item), box);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

static bool is_empty_cell(const struct disclose_worker *w, size_t item, size_t k)
{
    size_t n = all_of(w, item)->n_cells;
    return k + 2 >= n && disclose_is_empty(w, w->nodes[question_of(w, item)], k + 2 == n ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED);
}

/* The ballots of a part = the cells of an item in it. */
static enum rc sum_ballots(const struct disclose_worker *w, size_t part, size_t item, struct disclosure_sum *sums, size_t *n_sums)
{
    struct disclose_terms x;
    enum rc rc = disclose_terms_begin(w, &x, all_of(w, item)->n_cells + 1);
    if (rc != RC_OK)
        return rc;
    disclose_terms_add(&x, ballots_at(w, part), 0);
    disclose_terms_turn(&x);
    for (size_t k = 0; k < all_of(w, item)->n_cells; k++)
        if (!is_empty_cell(w, item, k))
            disclose_terms_add(&x, row_at(w, part, item), k);
    disclose_terms_end(&x, sums, n_sums);
    return RC_OK;
}

enum rc disclose_wave_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && n_waves(w) > 0 && i < n_items(w); i++) {
        for (size_t k = 0; rc == RC_OK && k < all_of(w, i)->n_cells; k++)
            if (!is_empty_cell(w, i, k))
                rc = sum_box(w, i, k, sums, n_sums);
        for (size_t part = 0; rc == RC_OK && part < n_parts(w); part++)
            if (is_possible(w, part))
                rc = sum_ballots(w, part, i, sums, n_sums);
    }
    return rc;
}

/* ---- back ---- */

/* What stands of an item in a wave: its cells to `sums`, of this version and of the earlier ones in which the
 * question means the same; these stand as they were last published. Choices may have stood in another order there,
 * which boxes do not mind; of other items nothing is told then. *has_any false: nothing stands. */
static enum rc gather(const struct disclose_worker *w, size_t wave, size_t item, int64_t *sums, bool *has_any, const char **as_of)
{
    const struct figures_input *in = w->in->figures;
    const char *name = w->nodes[question_of(w, item)]->name;
    int32_t oldest = INT32_MAX;
    *has_any = false;
    for (size_t i = 0; i <= in->n_alike; i++) {
        bool is_own = i == in->n_alike;
        if (!is_own && strcmp(in->alike[i].question, name) != 0)
            continue;
        if (!is_own && w->boxes[question_of(w, item)] == 0)
            return RC_OK;
        struct disclosure_row old = {.address = NULL}, *r = is_own ? &w->rows[row_at(w, wave, item)] : &old;
        if (!is_own) {
            const struct disclose_shape shape = {.n_cells = DISCLOSE_BOX_CELLS, .n_whole = DISCLOSE_BOXES, .is_frozen = true};
            int64_t *unused = NULL;
            enum rc rc = disclose_begin_row(w, r, address_of(w, in->alike[i].version_no, in->waves[wave].first_day, name), &shape,
                                            &unused, NULL);
            if (rc != RC_OK)
                return rc;
        }
        if (!r->state.is_shown)
            continue;
        *has_any = true;
        oldest = r->state.day < oldest ? r->state.day : oldest;
        for (size_t k = 0; k < all_of(w, item)->n_cells; k++)
            sums[k] += r->shown[k];
    }
    *as_of = *has_any ? disclose_date(w->a, oldest) : NULL;
    return RC_OK;
}

/* *n_ballots: of what stands, or -1. */
static enum rc put_point(const struct disclose_worker *w, size_t wave, size_t item, struct pub_point *out, int64_t *n_ballots)
{
    const struct disclosure_row *all = all_of(w, item);
    int64_t sums[WAVE_CHOICES_MAX + 2] = {0};
    struct pub_share *shares = arena_array(w->a, all->n_whole, sizeof *shares);
    bool has_any = false;
    const char *as_of = NULL;
    enum rc rc = shares == NULL ? no_memory(w) : gather(w, wave, item, sums, &has_any, &as_of);
    *n_ballots = -1;
    out->row = (struct pub_row){.is_suppressed = !has_any, .shares = shares};
    if (rc != RC_OK || !has_any)
        return rc;
    out->row.as_of = as_of;
    *n_ballots = 0;
    for (size_t k = 0; k < all->n_cells; k++) {
        *n_ballots += sums[k];
        out->row.n += k < all->n_whole ? sums[k] : 0;
    }
    for (size_t k = 0; k < all->n_whole; k++)
        disclose_share(w, sums[k], out->row.n, &shares[k]);
    return RC_OK;
}

/* A column is a cell: the boxes, or the valid choices in their order. */
static enum rc put_trends(const struct disclose_worker *w, struct pub_trend *trends, int64_t *ballots, struct publication *out)
{
    size_t items = n_items(w);
    out->n_trends = 0;
    for (size_t i = 0; i < w->p->n_trends; i++) {
        const struct pub_trend *from = &w->p->trends[i];
        size_t item = 0;
        if (!is_item(w, from->question) || from->n_columns != (from->is_boxes ? PUB_BOXES : disclose_n_valid(w->nodes[from->question])))
            continue;
        while (question_of(w, item) != from->question)
            item++;
        struct pub_point *points = arena_array(w->a, out->n_waves + 1, sizeof *points);
        if (points == NULL)
            return no_memory(w);
        for (size_t k = 0; k < out->n_waves; k++) {
            points[k] = (struct pub_point){.is_comparable = from->points[k].is_comparable, .since = SIZE_MAX};
            enum rc rc = put_point(w, k, item, &points[k], &ballots[k * items + item]);
            if (rc != RC_OK)
                return rc;
        }
        trends[out->n_trends] = *from;
        trends[out->n_trends++].points = points;
    }
    out->trends = trends;
    return RC_OK;
}

enum rc disclose_put_waves(const struct disclose_worker *w, struct publication *out)
{
    size_t n = n_waves(w), items = n_items(w);
    out->n_waves = out->n_trends = 0;
    if (n == 0 || n != w->p->n_waves)
        return RC_OK;
    struct pub_trend *trends = arena_array(w->a, w->p->n_trends + 1, sizeof *trends);
    struct pub_wave *waves = arena_array(w->a, n + 1, sizeof *waves);
    int64_t *ballots = arena_array(w->a, n * items + 1, sizeof *ballots);
    if (trends == NULL || waves == NULL || ballots == NULL)
        return no_memory(w);
    out->n_waves = n;
    enum rc rc = put_trends(w, trends, ballots, out);
    for (size_t k = 0; rc == RC_OK && k < n; k++) {
        size_t n_shown = 0;
        for (size_t i = 0; i < items; i++)
            if (ballots[k * items + i] >= 0)
                ballots[k * items + n_shown++] = ballots[k * items + i];
        waves[k] = w->p->waves[k];
        waves[k].weights = (struct pub_weights){.why = "no_margins", .as_of = "", .source = ""};
        waves[k].is_open = w->in->today <= w->in->figures->waves[k].last;
        waves[k].is_suppressed = n_shown == 0;
        waves[k].n_ballots = disclose_median(ballots + k * items, n_shown);
    }
    out->waves = waves;
    return rc;
}
