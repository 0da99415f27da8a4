#include "report/disclose.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats/proportion.h"

/* Places in a question's slots: see form_node.slot. */
enum { SLOT_NOT_ASKED, SLOT_SKIPPED, SLOT_FIRST };
enum { DAYS_TO_2000 = 10957, DAY_S = 86400 };

struct worker {
    const struct publication *p;
    const struct disclose_input *in;
    struct arena *a;
    struct rc_info *e;
    const struct form_node **nodes; /* of each question */
    struct disclosure_row *rows;    /* of each question; then the helper "ballots" */
};

/* The cells of a question's row, in order. Choices of one answer: the valid ones, "don't know", skipped,
 * not asked. Everything else: answered and valid, "don't know", skipped, not asked, then the ticks. */
static bool is_partition(const struct form_node *n)
{
    return n->choices != NULL && n->type != FORM_SELECT_MULTIPLE;
}

static size_t n_valid(const struct form_node *n)
{
    size_t valid = 0;
    for (size_t i = 0; i < n->choices->n; i++)
        valid += !n->choices->items[i].is_dont_know;
    return valid;
}

/* Which cell holds choice `i`. */
static size_t cell_of_choice(const struct form_node *n, size_t i)
{
    size_t before = 0;
    if (!is_partition(n))
        return 4 + i;
    for (size_t k = 0; k < i; k++)
        before += n->choices->items[k].is_dont_know == n->choices->items[i].is_dont_know;
    return before + (n->choices->items[i].is_dont_know ? n_valid(n) : 0);
}

/* Cells that add up to the ballots: all of a partition, else the first four. */
static size_t n_states(const struct form_node *n)
{
    return is_partition(n) ? n->choices->n + 2 : 4;
}

static void count_cells(const struct form_node *n, const int64_t *slot, int64_t n_ballots, int64_t *cells)
{
    int64_t unsure = 0;
    for (size_t i = 0; n->choices != NULL && i < n->choices->n; i++) {
        const struct form_choice *c = &n->choices->items[i];
        cells[cell_of_choice(n, i)] = slot[SLOT_FIRST + i];
        unsure += c->is_dont_know && c->is_exclusive ? slot[SLOT_FIRST + i] : 0;
    }
    size_t states = n_states(n);
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
    size_t first = 0;
    while (first < in->n_kept && strcmp(in->kept[first].address, address) != 0)
        first++;
    for (*n = 0; first + *n < in->n_kept && strcmp(in->kept[first + *n].address, address) == 0;)
        ++*n;
    return first;
}

/* What the row looked like so far. */
static enum rc recall(const struct worker *w, struct disclosure_row *r)
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

static enum rc make_row(const struct worker *w, const struct form_node *n, struct disclosure_row *r)
{
    size_t n_cells = is_partition(n) ? n->choices->n + 2 : 4 + (n->choices != NULL ? n->choices->n : 0);
    int64_t *counts = arena_array(w->a, n_cells, sizeof *counts);
    *r = (struct disclosure_row){
        .address = arena_printf(w->a, "%s/%lld/%s", w->p->slug, (long long)w->p->version_no, n->name),
        .min_n = w->p->threshold,
        .is_frozen = w->in->is_replay,
        .n_cells = n_cells,
        .n_whole = is_partition(n) ? n_valid(n) : 1,
        .shown = arena_array(w->a, n_cells, sizeof *r->shown)};
    if (counts == NULL || r->address == NULL || r->shown == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the row of \"%s\"", n->name);
    r->n_whole = r->n_whole > 0 ? r->n_whole : 1; /* nothing but "don't know" to choose from */
    count_cells(n, w->in->figures->counts + n->slot, w->in->figures->n_ballots, counts);
    r->counts = counts;
    return recall(w, r);
}

/* A helper that is never published: every question's states add up to the ballots. */
static enum rc make_ballots(const struct worker *w, struct disclosure_row *r)
{
    int64_t *counts = arena_array(w->a, 1, sizeof *counts), *shown = arena_array(w->a, 1, sizeof *shown);
    if (counts == NULL || shown == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the ballots");
    counts[0] = w->in->figures->n_ballots;
    *r = (struct disclosure_row){.address = "ballots", .min_n = w->p->threshold, .is_frozen = true, .n_cells = 1,
                                 .n_whole = 1, .counts = counts, .shown = shown};
    return RC_OK;
}

static enum rc make_sums(const struct worker *w, size_t n, struct disclosure_sum **out)
{
    struct disclosure_sum *sums = arena_array(w->a, n + 1, sizeof *sums);
    if (sums == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for %zu sums", n);
    for (size_t i = 0; i < n; i++) {
        size_t states = n_states(w->nodes[i]);
        struct disclosure_term *t = arena_array(w->a, states + 1, sizeof *t);
        if (t == NULL)
            return rc_set(w->e, RC_NOMEM, "no memory for a sum");
        t[0] = (struct disclosure_term){(ptrdiff_t)n, 0};
        for (size_t k = 0; k < states; k++)
            t[k + 1] = (struct disclosure_term){(ptrdiff_t)i, k};
        sums[i] = (struct disclosure_sum){t, 1, states + 1};
    }
    *out = sums;
    return RC_OK;
}

/* "2014-12-31" */
static const char *date_text(struct arena *a, int32_t day)
{
    time_t at = ((time_t)day + DAYS_TO_2000) * DAY_S;
    struct tm tm;
    char *text = arena_alloc(a, 16);
    if (text != NULL && (gmtime_r(&at, &tm) == NULL || strftime(text, 16, "%Y-%m-%d", &tm) == 0))
        text[0] = '\0';
    return text;
}

/* A share of rounded counts; a part that was rounded up past its whole counts as all of it. */
static void share(const struct worker *w, int64_t count, int64_t n, struct pub_share *out)
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
static void put_boxes(const struct worker *w, struct pub_question *q)
{
    int64_t point[6] = {0};
    for (size_t i = 0; i < q->n_options; i++)
        if (!q->options[i].is_dont_know)
            point[q->options[i].name[0] - '0'] = q->options[i].share.count;
    share(w, point[4] + point[5], q->n, &q->top2);
    share(w, point[3], q->n, &q->neutral);
    share(w, point[1] + point[2], q->n, &q->bottom2);
}

static enum rc put_question(const struct worker *w, size_t at, struct pub_question *q)
{
    const struct form_node *n = w->nodes[at];
    const struct disclosure_row *r = &w->rows[at];
    struct pub_option *options = arena_array(w->a, q->n_options + 1, sizeof *options);
    if (options == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for the figures of \"%s\"", q->name);
    q->is_suppressed = !r->state.is_shown;
    q->n = disclosure_n(r);
    q->n_skipped = r->shown[n_states(n) - 2];
    q->n_not_asked = r->shown[n_states(n) - 1];
    q->n_dont_know = 0;
    for (size_t k = r->n_whole; k < n_states(n) - 2; k++)
        q->n_dont_know += r->shown[k];
    q->as_of = r->state.is_shown ? date_text(w->a, r->state.day) : NULL;
    for (size_t i = 0; i < q->n_options; i++) {
        options[i] = q->options[i];
        options[i].share = (struct pub_share){0};
        if (!q->is_suppressed)
            share(w, r->shown[cell_of_choice(n, i)], options[i].is_dont_know ? 0 : q->n, &options[i].share);
    }
    q->options = options;
    q->top2 = q->neutral = q->bottom2 = (struct pub_share){0};
    if (q->has_boxes && !q->is_suppressed)
        put_boxes(w, q);
    return RC_OK;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Made of published numbers alone, so it tells nothing that they do not. */
static enum rc median_ballots(const struct worker *w, size_t n, int64_t *out)
{
    int64_t *sums = arena_array(w->a, n + 1, sizeof *sums);
    size_t n_sums = 0;
    if (sums == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for %zu sums", n);
    for (size_t i = 0; i < n; i++) {
        if (!w->rows[i].state.is_shown)
            continue;
        for (size_t k = 0; k < n_states(w->nodes[i]); k++)
            sums[n_sums] += w->rows[i].shown[k];
        n_sums++;
    }
    if (n_sums > 0)
        qsort(sums, n_sums, sizeof *sums, by_value);
    *out = n_sums > 0 ? sums[n_sums / 2] : 0;
    return RC_OK;
}

static enum rc give_fresh(const struct worker *w, size_t n, struct disclose_kept **fresh, size_t *n_fresh)
{
    struct disclose_kept *out = arena_array(w->a, n + 1, sizeof *out);
    size_t k = 0;
    if (out == NULL)
        return rc_set(w->e, RC_NOMEM, "no memory for what is to be kept");
    for (size_t i = 0; i < n; i++) {
        const struct disclosure_row *r = &w->rows[i];
        if (r->is_replaced)
            out[k++] = (struct disclose_kept){r->address, r->state.day, r->state.is_shown, r->state.last_n,
                                              r->n_cells, r->shown};
    }
    *fresh = out;
    *n_fresh = k;
    return RC_OK;
}

static enum rc put_all(const struct worker *w, size_t n, struct publication *out)
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
    return rc;
}

enum rc publication_disclose(struct publication *p, const struct disclose_input *in, struct arena *a,
                             struct disclose_kept **fresh, size_t *n_fresh, struct rc_info *e)
{
    struct worker w = {.p = p, .in = in, .a = a, .e = e};
    struct publication changed = *p;
    struct disclosure_sum *sums = NULL;
    size_t n = 0;
    *n_fresh = 0;
    if (p->sample == FORM_DEMONSTRATION)
        return RC_OK;
    w.nodes = arena_array(a, p->n_questions + 1, sizeof *w.nodes);
    w.rows = arena_array(a, p->n_questions + 1, sizeof *w.rows);
    if (w.nodes == NULL || w.rows == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu rows", p->n_questions);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < in->figures->form->n_nodes && n < p->n_questions; i++)
        if (in->figures->form->nodes[i].n_slots > 0) {
            w.nodes[n] = &in->figures->form->nodes[i];
            rc = make_row(&w, w.nodes[n], &w.rows[n]);
            n++;
        }
    if (rc == RC_OK)
        rc = make_ballots(&w, &w.rows[n]);
    if (rc == RC_OK)
        rc = make_sums(&w, n, &sums);
    if (rc == RC_OK)
        rc = disclosure_run(in->key, in->today, w.rows, n + 1, sums, n, a, e);
    if (rc == RC_OK)
        rc = put_all(&w, n, &changed);
    if (rc == RC_OK)
        rc = give_fresh(&w, n, fresh, n_fresh);
    if (rc == RC_OK)
        *p = changed;
    return rc;
}
