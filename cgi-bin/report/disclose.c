#include "report/disclose_inner.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats/proportion.h"

/* Places in a question's slots: see form_node.slot. */
enum { SLOT_NOT_ASKED, SLOT_SKIPPED, SLOT_FIRST };
enum { DAYS_TO_2000 = 10957, DAY_S = 86400 };

/* The cells of a question's row, in order. Choices of one answer: the valid ones, "don't know", skipped,
 * not asked. Everything else: answered and valid, "don't know", skipped, not asked, then the ticks. */
static bool is_partition(const struct form_node *n)
{
    return n->choices != NULL && n->type != FORM_SELECT_MULTIPLE;
}

/* Which cell holds choice `i`. */
size_t disclose_cell_of(const struct form_node *n, size_t i)
{
    size_t before = 0;
    if (!is_partition(n))
        return 4 + i;
    for (size_t k = 0; k < i; k++)
        before += n->choices->items[k].is_dont_know == n->choices->items[i].is_dont_know;
    return before + (n->choices->items[i].is_dont_know ? disclose_n_valid(n) : 0);
}

/* Cells that add up to the ballots: all of a partition, else the first four. */
size_t disclose_states(const struct form_node *n)
{
    return is_partition(n) ? n->choices->n + 2 : 4;
}

/* Everybody knows that nobody skips what is required, and that all are asked what hangs on no condition.
 * Should the box hold ballots that no form took, a sum without them would be false and hold rows back for ever. */
bool disclose_is_empty(const struct disclose_worker *w, const struct form_node *n, enum disclose_missing what)
{
    const struct form_node *nodes = w->in->figures->form->nodes;
    if (w->in->figures->counts[n->slot + (what == DISCLOSE_SKIPPED ? SLOT_SKIPPED : SLOT_NOT_ASKED)] != 0)
        return false;
    if (what == DISCLOSE_SKIPPED)
        return n->is_required;
    while (n->relevant.op == FORM_ALWAYS && n->parent < (size_t)(n - nodes)) /* SIZE_MAX: the top */
        n = &nodes[n->parent];
    return n->relevant.op == FORM_ALWAYS;
}

static bool is_empty_state(const struct disclose_worker *w, const struct form_node *n, size_t cell)
{
    size_t states = disclose_states(n);
    return cell + 2 >= states && disclose_is_empty(w, n, cell + 2 == states ? DISCLOSE_SKIPPED : DISCLOSE_NOT_ASKED);
}

void disclose_count_cells(const struct form_node *n, const int64_t *slot, int64_t n_ballots, int64_t *cells)
{
    int64_t unsure = 0;
    for (size_t i = 0; n->choices != NULL && i < n->choices->n; i++) {
        const struct form_choice *c = &n->choices->items[i];
        cells[disclose_cell_of(n, i)] = slot[SLOT_FIRST + i];
        unsure += c->is_dont_know && c->is_exclusive ? slot[SLOT_FIRST + i] : 0;
    }
    size_t states = disclose_states(n);
    cells[states - 2] = slot[SLOT_SKIPPED];
    cells[states - 1] = slot[SLOT_NOT_ASKED];
    if (!is_partition(n)) {
        cells[0] = n_ballots - slot[SLOT_SKIPPED] - slot[SLOT_NOT_ASKED] - unsure;
        cells[1] = unsure;
    }
}

/* Where the publications of `address` begin in `kept`, and how many they are. */
static size_t find_kept(const struct disclose_input *in, const char *address, size_t *n)
{
    size_t first = 0, end = in->n_kept;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (strcmp(in->kept[middle].address, address) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    for (*n = 0; first + *n < in->n_kept && strcmp(in->kept[first + *n].address, address) == 0;)
        ++*n;
    return first;
}

/* What the row looked like so far. */
enum rc disclose_recall(const struct disclose_worker *w, struct disclosure_row *r)
{
    size_t n = 0, first = find_kept(w->in, r->address, &n);
    struct disclosure_past *past = arena_array(w->a, n + 1, sizeof *past);
    if (past == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the past of \"%s\"", r->address);
    r->past = past;
    for (size_t i = 0; i < n; i++) {
        const struct disclose_kept *k = &w->in->kept[first + i];
        if (k->n_cells != r->n_cells)
            return rc_set(w->e, RC_INPUT, "what was kept of \"%s\" has %zu counts instead of %zu", r->address,
                          k->n_cells, r->n_cells);
        r->state = (struct disclosure_state){k->is_shown, k->last_n, k->day};
        if (k->is_shown)
            past[r->n_past++] = (struct disclosure_past){k->day, k->shown};
        for (size_t c = 0; c < r->n_cells; c++)
            r->shown[c] = k->is_shown ? k->shown[c] : 0;
    }
    return RC_OK;
}

static enum rc make_row(const struct disclose_worker *w, const struct form_node *n, struct disclosure_row *r)
{
    size_t n_cells = is_partition(n) ? n->choices->n + 2 : 4 + (n->choices != NULL ? n->choices->n : 0);
    int64_t *counts = arena_array(w->a, n_cells, sizeof *counts);
    *r = (struct disclosure_row){
        .address = arena_printf(w->a, "%s/%lld/%s", w->p->slug, (long long)w->p->version_no, n->name),
        .min_n = w->boxes[r - w->rows] > 0 ? DISCLOSURE_FULL_MIN : w->p->threshold,
        .is_frozen = w->in->is_replay,
        .n_cells = n_cells,
        .n_whole = is_partition(n) ? disclose_n_valid(n) : 1,
        .shown = arena_array(w->a, n_cells, sizeof *r->shown)};
    if (counts == NULL || r->address == NULL || r->shown == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the row of \"%s\"", n->name);
    r->n_whole = r->n_whole > 0 ? r->n_whole : 1; /* nothing but "don't know" to choose from */
    disclose_count_cells(n, w->in->figures->counts + n->slot, w->in->figures->n_ballots, counts);
    r->counts = counts;
    return disclose_recall(w, r);
}

/* A helper that is never published: every question's states add up to the ballots. */
static enum rc make_ballots(const struct disclose_worker *w, struct disclosure_row *r)
{
    int64_t *counts = arena_array(w->a, 1, sizeof *counts), *shown = arena_array(w->a, 1, sizeof *shown);
    if (counts == NULL || shown == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the ballots");
    counts[0] = w->in->figures->n_ballots;
    *r = (struct disclosure_row){.address = "ballots", .min_n = w->p->threshold, .is_frozen = true, .n_cells = 1,
                                 .n_whole = 1, .counts = counts, .shown = shown};
    return RC_OK;
}

/* The box of a five-point choice by its name: 0 the top two, 1 neutral, 2 the bottom two, 3 "don't know". */
size_t disclose_box_of(const struct form_choice *c)
{
    return c->is_dont_know ? 3 : c->name[0] >= '4' ? 0 : c->name[0] == '3' ? 1 : 2;
}

/* The cell of the five-point row that counts the same as a box, if there is one such cell. */
static struct disclosure_place place_of(const struct disclosure_row *r, const struct disclosure_row *full,
                                        const struct form_node *n, size_t box)
{
    size_t found = SIZE_MAX, n_found = 0;
    if (box >= 4)
        return (struct disclosure_place){full->address, disclose_states(n) - 2 + (box - 4)};
    for (size_t i = 0; i < n->choices->n; i++)
        if (disclose_box_of(&n->choices->items[i]) == box) {
            found = disclose_cell_of(n, i);
            n_found++;
        }
    return n_found == 1 ? (struct disclosure_place){full->address, found} : (struct disclosure_place){r->address, box};
}

/* What a five-point question collapses to while it is too thin: three boxes, don't know, skipped, not
 * asked. It is kept as it was once the five points are shown. */
static enum rc make_boxes(const struct disclose_worker *w, size_t at, struct disclosure_row *r)
{
    const struct form_node *n = w->nodes[at];
    const struct disclosure_row *full = &w->rows[at];
    int64_t *counts = arena_array(w->a, DISCLOSE_BOX_CELLS, sizeof *counts);
    struct disclosure_place *places = arena_array(w->a, DISCLOSE_BOX_CELLS, sizeof *places);
    *r = (struct disclosure_row){.address = arena_printf(w->a, "%s/boxes", full->address),
                                 .min_n = w->p->threshold,
                                 .is_frozen = w->in->is_replay || full->state.is_shown,
                                 .n_cells = DISCLOSE_BOX_CELLS,
                                 .n_whole = 3,
                                 .counts = counts,
                                 .places = places,
                                 .shown = arena_array(w->a, DISCLOSE_BOX_CELLS, sizeof *r->shown)};
    if (counts == NULL || places == NULL || r->address == NULL || r->shown == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the boxes of \"%s\"", n->name);
    for (size_t i = 0; i < n->choices->n; i++)
        counts[disclose_box_of(&n->choices->items[i])] += full->counts[disclose_cell_of(n, i)];
    for (size_t k = 0; k < DISCLOSE_BOX_CELLS; k++) {
        if (k >= 4)
            counts[k] = full->counts[disclose_states(n) - 2 + (k - 4)];
        places[k] = place_of(r, full, n, k);
    }
    return disclose_recall(w, r);
}

/* Each box is the sum of its points, and the boxes add up to the ballots. */
static enum rc box_sums(const struct disclose_worker *w, size_t n, size_t at, struct disclosure_sum *sums, size_t *n_sums)
{
    const struct form_node *node = w->nodes[at];
    struct disclosure_term *ballots = arena_array(w->a, DISCLOSE_BOX_CELLS + 1, sizeof *ballots);
    if (ballots == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for a sum");
    size_t n_ballots = 1;
    ballots[0] = (struct disclosure_term){(ptrdiff_t)n, 0};
    for (size_t box = 0; box < DISCLOSE_BOX_CELLS; box++) {
        struct disclosure_term *t = arena_array(w->a, node->choices->n + 2, sizeof *t);
        size_t n_terms = 1;
        if (t == NULL)
            return rc_set(w->e, RC_NOMEM, "no memory for a sum");
        t[0] = (struct disclosure_term){(ptrdiff_t)w->boxes[at], box};
        if (box < 4 || !is_empty_state(w, node, disclose_states(node) - 2 + (box - 4)))
            ballots[n_ballots++] = t[0];
        for (size_t i = 0; box < 4 && i < node->choices->n; i++)
            if (disclose_box_of(&node->choices->items[i]) == box)
                t[n_terms++] = (struct disclosure_term){(ptrdiff_t)at, disclose_cell_of(node, i)};
        if (box >= 4)
            t[n_terms++] = (struct disclosure_term){(ptrdiff_t)at, disclose_states(node) - 2 + (box - 4)};
        if (n_terms > 1)
            sums[(*n_sums)++] = (struct disclosure_sum){t, 1, n_terms};
    }
    sums[(*n_sums)++] = (struct disclosure_sum){ballots, 1, n_ballots};
    return RC_OK;
}

static enum rc make_sums(const struct disclose_worker *w, size_t n, struct disclosure_sum **out, size_t *n_out)
{
    size_t most = n * (DISCLOSE_BOX_CELLS + 2) + disclose_group_sums_max(w) + disclose_wider_sums_max(w) + disclose_cross_sums_max(w) +
                  disclose_grid_sums_max(w) + disclose_fast_sums_max(w) + disclose_wave_sums_max(w) + 1;
    struct disclosure_sum *sums = arena_array(w->a, most, sizeof *sums);
    size_t k_sums = n;
    enum rc rc = RC_OK;
    if (sums == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for %zu sums", n);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        size_t states = disclose_states(w->nodes[i]);
        struct disclosure_term *t = arena_array(w->a, states + 1, sizeof *t);
        if (t == NULL)
            return rc_set(w->e, RC_NOMEM, "no memory for a sum");
        size_t n_terms = 1;
        t[0] = (struct disclosure_term){(ptrdiff_t)n, 0};
        for (size_t k = 0; k < states; k++)
            if (!is_empty_state(w, w->nodes[i], k))
                t[n_terms++] = (struct disclosure_term){(ptrdiff_t)i, k};
        sums[i] = (struct disclosure_sum){t, 1, n_terms};
        if (w->boxes[i] > 0)
            rc = box_sums(w, n, i, sums, &k_sums);
    }
    if (rc == RC_OK)
        rc = disclose_group_sums(w, sums, &k_sums);
    if (rc == RC_OK)
        rc = disclose_wider_sums(w, sums, &k_sums);
    if (rc == RC_OK)
        rc = disclose_cross_sums(w, sums, &k_sums);
    if (rc == RC_OK)
        rc = disclose_grid_sums(w, sums, &k_sums);
    if (rc == RC_OK)
        rc = disclose_fast_sums(w, sums, &k_sums);
    if (rc == RC_OK)
        rc = disclose_wave_sums(w, sums, &k_sums);
    *out = sums;
    *n_out = k_sums;
    return rc;
}

/* "2014-12-31" */
const char *disclose_date(struct arena *a, int32_t day)
{
    time_t at = ((time_t)day + DAYS_TO_2000) * DAY_S;
    struct tm tm;
    char *text = arena_alloc(a, 16);
    if (text != NULL && (gmtime_r(&at, &tm) == NULL || strftime(text, 16, "%Y-%m-%d", &tm) == 0))
        text[0] = '\0';
    return text;
}

/* A share of rounded counts; a part that was rounded up past its whole counts as all of it. */
void disclose_share(const struct disclose_worker *w, int64_t count, int64_t n, struct pub_share *out)
{
    *out = (struct pub_share){.count = n > 0 && count > n ? n : count};
    if (n <= 0)
        return;
    out->p = proportion_share(out->count, n);
    out->has_interval = w->p->sample == FORM_RANDOM;
    if (out->has_interval) {
        struct interval i = proportion_wilson(out->count, n);
        out->low = i.low;
        out->high = i.high;
    }
}

/* Points 1 to 5 by the choices' names, as figures_make reads them: only asked where it found them. */
static void put_boxes(const struct disclose_worker *w, struct pub_question *q)
{
    int64_t point[6] = {0};
    for (size_t i = 0; i < q->n_options; i++)
        if (!q->options[i].is_dont_know)
            point[q->options[i].name[0] - '0'] = q->options[i].share.count;
    disclose_share(w, point[4] + point[5], q->n, &q->top2);
    disclose_share(w, point[3], q->n, &q->neutral);
    disclose_share(w, point[1] + point[2], q->n, &q->bottom2);
}

/* The boxes alone. */
static void put_collapsed(const struct disclose_worker *w, const struct disclosure_row *r, struct pub_question *q)
{
    q->is_suppressed = false;
    q->is_collapsed = true;
    q->n = disclosure_n(r);
    q->n_dont_know = r->shown[3];
    q->n_skipped = r->shown[4];
    q->n_not_asked = r->shown[5];
    q->as_of = disclose_date(w->a, r->state.day);
    disclose_share(w, r->shown[0], q->n, &q->top2);
    disclose_share(w, r->shown[1], q->n, &q->neutral);
    disclose_share(w, r->shown[2], q->n, &q->bottom2);
}

const struct disclosure_row *disclose_standing(const struct disclose_worker *w, size_t at)
{
    return w->rows[at].state.is_shown || w->boxes[at] == 0 ? &w->rows[at] : &w->rows[w->boxes[at]];
}

static enum rc put_question(const struct disclose_worker *w, size_t at, struct pub_question *q)
{
    const struct form_node *n = w->nodes[at];
    const struct disclosure_row *r = &w->rows[at];
    struct pub_option *options = arena_array(w->a, q->n_options + 1, sizeof *options);
    if (options == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the figures of \"%s\"", q->name);
    q->is_suppressed = !r->state.is_shown;
    q->n = disclosure_n(r);
    q->n_skipped = r->shown[disclose_states(n) - 2];
    q->n_not_asked = r->shown[disclose_states(n) - 1];
    q->n_dont_know = 0;
    for (size_t k = r->n_whole; k < disclose_states(n) - 2; k++)
        q->n_dont_know += r->shown[k];
    q->as_of = r->state.is_shown ? disclose_date(w->a, r->state.day) : NULL;
    for (size_t i = 0; i < q->n_options; i++) {
        options[i] = q->options[i];
        options[i].share = (struct pub_share){0};
        if (!q->is_suppressed)
            disclose_share(w, r->shown[disclose_cell_of(n, i)], options[i].is_dont_know ? 0 : q->n, &options[i].share);
    }
    q->options = options;
    q->top2 = q->neutral = q->bottom2 = (struct pub_share){0};
    if (q->has_boxes && !q->is_suppressed)
        put_boxes(w, q);
    if (disclose_standing(w, at) != r && disclose_standing(w, at)->state.is_shown)
        put_collapsed(w, disclose_standing(w, at), q);
    return RC_OK;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t disclose_median(int64_t *sums, size_t n)
{
    if (n > 0)
        qsort(sums, n, sizeof *sums, by_value);
    return n > 0 ? sums[n / 2] : 0;
}

/* Made of published numbers alone, so it tells nothing that they do not. */
static enum rc median_ballots(const struct disclose_worker *w, size_t n, int64_t *out)
{
    int64_t *sums = arena_array(w->a, n + 1, sizeof *sums);
    size_t n_sums = 0;
    if (sums == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for %zu sums", n);
    for (size_t i = 0; i < n; i++) {
        const struct disclosure_row *r = disclose_standing(w, i);
        if (!r->state.is_shown)
            continue;
        for (size_t k = 0; k < (r == &w->rows[i] ? disclose_states(w->nodes[i]) : DISCLOSE_BOX_CELLS); k++)
            sums[n_sums] += r->shown[k];
        n_sums++;
    }
    *out = disclose_median(sums, n_sums);
    return RC_OK;
}

static enum rc give_fresh(const struct disclose_worker *w, struct disclose_kept **fresh, size_t *n_fresh)
{
    struct disclose_kept *out = arena_array(w->a, w->n_rows + 1, sizeof *out);
    size_t k = 0;
    if (out == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for what is to be kept");
    for (size_t i = 0; i < w->n_rows; i++) {
        const struct disclosure_row *r = &w->rows[i];
        if (r->is_replaced)
            out[k++] = (struct disclose_kept){r->address, r->state.day, r->state.is_shown, r->state.last_n,
                                              r->n_cells, r->shown};
    }
    *fresh = out;
    *n_fresh = k;
    return RC_OK;
}

static enum rc put_all(const struct disclose_worker *w, size_t n, struct publication *out)
{
    struct pub_question *q = arena_array(w->a, n + 1, sizeof *q);
    enum rc rc = q == NULL ? rc_set(w->e, RC_NOMEM, "no memory for %zu questions", n) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        q[i] = w->p->questions[i];
        rc = put_question(w, i, &q[i]);
    }
    if (rc == RC_OK)
        rc = median_ballots(w, n, &out->n_ballots);
    out->questions = q;
    out->rounding = DISCLOSURE_BASE;
    if (rc == RC_OK)
        rc = disclose_put_groups(w, out);
    if (rc == RC_OK)
        rc = disclose_put_crosses(w, out);
    if (rc == RC_OK)
        rc = disclose_put_grids(w, out);
    if (rc == RC_OK)
        rc = disclose_put_fast(w, out);
    if (rc == RC_OK)
        rc = disclose_put_waves(w, out);
    return rc == RC_OK ? disclose_put_weights(w, out) : rc;
}

static enum rc make_rows(struct disclose_worker *w, size_t *n)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < w->in->figures->form->n_nodes && *n < w->p->n_questions; i++) {
        const struct form_node *node = &w->in->figures->form->nodes[i];
        if (node->n_slots == 0)
            continue;
        w->nodes[*n] = node;
        w->boxes[*n] = w->p->questions[*n].has_boxes ? SIZE_MAX : 0; /* placed below */
        rc = make_row(w, node, &w->rows[*n]);
        ++*n;
    }
    w->n_questions = *n;
    w->n_rows = *n + 1;
    if (rc == RC_OK)
        rc = make_ballots(w, &w->rows[*n]);
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        if (w->boxes[i] > 0) {
            w->boxes[i] = w->n_rows++;
            rc = make_boxes(w, i, &w->rows[w->boxes[i]]);
        }
    if (rc == RC_OK)
        rc = disclose_group_rows(w);
    if (rc == RC_OK)
        rc = disclose_wider_rows(w);
    if (rc == RC_OK)
        rc = disclose_cross_rows(w);
    if (rc == RC_OK)
        rc = disclose_grid_rows(w);
    if (rc == RC_OK)
        rc = disclose_fast_rows(w);
    return rc == RC_OK ? disclose_wave_rows(w) : rc;
}

enum rc publication_disclose(struct publication *p, const struct disclose_input *in, struct arena *a,
                             struct disclose_kept **fresh, size_t *n_fresh, struct rc_info *e)
{
    struct disclose_worker w = {.p = p, .in = in, .a = a, .e = e};
    struct publication changed = *p;
    struct disclosure_sum *sums = NULL;
    size_t n = 0, n_sums = 0;
    *n_fresh = 0;
    if (p->sample == FORM_DEMONSTRATION)
        return RC_OK;
    size_t n_max = 2 * p->n_questions + 1 + disclose_group_rows_max(p) + disclose_wider_rows_max(p) + disclose_cross_rows_max(&w) + disclose_grid_rows_max(&w) +
                   disclose_fast_rows_max(&w) + disclose_wave_rows_max(&w);
    w.nodes = arena_array(a, p->n_questions + 1, sizeof *w.nodes);
    w.boxes = arena_array(a, p->n_questions + 1, sizeof *w.boxes);
    w.rows = arena_array(a, n_max, sizeof *w.rows);
    if (w.nodes == NULL || w.boxes == NULL || w.rows == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu rows", p->n_questions);
    enum rc rc = make_rows(&w, &n);
    if (rc == RC_OK)
        rc = make_sums(&w, n, &sums, &n_sums);
    if (rc == RC_OK)
        rc = disclosure_run(in->key, in->today, w.rows, w.n_rows, sums, n_sums, a, e);
    if (rc == RC_OK)
        rc = put_all(&w, n, &changed);
    if (rc == RC_OK)
        rc = give_fresh(&w, fresh, n_fresh);
    if (rc == RC_OK)
        *p = changed;
    return rc;
}
