/* Rule 5: what sums tell an observer who knows that counts never fall. See disclosure.h. */
#include "stats/disclosure_inner.h"

/* Counts stay far below this: check_row sees to it. */
static const int64_t no_limit = INT64_MAX / 2;

struct watch {
    const struct disclosure_row *rows;
    struct disclosure_draft *drafts;
};

/* A cell on a day, by its own publications up to tonight: counts only rise, so the last one before
 * bounds it from below and the first one after from above. */
struct seen {
    bool has_before, has_after;
    int64_t before, after; /* rounded values: the one gives the lower limit, the other the upper one */
    int64_t fall;          /* how much lower the lower limit is */
};

static int64_t low_of(int64_t v)
{
    return v >= DISCLOSURE_BASE ? v - DISCLOSURE_BASE + 1 : 0;
}

static int64_t high_of(int64_t v)
{
    return v + DISCLOSURE_BASE - 1;
}

/* How many values of a cell a sum may exclude at one end. A small count has none to spare; one of 30 or more
 * is no secret to within five, but what excludes more of its values says something about its offset, and
 * that stays for all nights. With none excluded of any, a row that is the sum of two others is hardly ever
 * published beside them. */
static int64_t slack_of(int64_t v)
{
    return v <= DISCLOSURE_ROW_MIN ? 0 : 2;
}

static bool stands_tonight(const struct disclosure_draft *d)
{
    return d->is_due && d->state.is_shown;
}

/* A closed row only falls, by ballots withdrawn: the publication before a day is its upper limit, that after it
 * the lower one; where there is but one of them it gives both, less what was withdrawn since. */
static struct seen turn(const struct disclosure_row *r, const struct disclosure_draft *d, struct seen s)
{
    struct seen out = {.has_before = s.has_before || s.has_after};
    int64_t n = 0;
    for (size_t i = 0; i < r->n_whole; i++)
        n += r->counts[i];
    out.has_after = out.has_before;
    out.before = s.has_after ? s.after : s.before;
    out.after = s.has_before ? s.before : s.after;
    out.fall = !s.has_after && !stands_tonight(d) && n < r->state.last_n ? r->state.last_n - n : 0;
    return out;
}

static struct seen look(const struct watch *w, const struct disclosure_term *t, int32_t day)
{
    struct seen s = {.has_before = false};
    if (t->row == DISCLOSURE_UNSEEN)
        return s;
    const struct disclosure_row *r = &w->rows[t->row];
    const struct disclosure_draft *d = &w->drafts[t->row];
    size_t n = r->n_past, low = 0, high = n;
    while (low < high) { /* the first publication on that day or after it */
        size_t middle = low + (high - low) / 2;
        if (r->past[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < n) {
        s.has_after = true;
        s.after = r->past[low].shown[t->cell];
    } else if (stands_tonight(d)) {
        s.has_after = true;
        s.after = d->cells[t->cell];
    }
    bool is_that_day = low < n ? r->past[low].day == day : stands_tonight(d) && d->day == day;
    s.has_before = is_that_day || low > 0;
    s.before = is_that_day ? s.after : low > 0 ? r->past[low - 1].shown[t->cell] : 0;
    return r->closed_day != 0 && day >= r->closed_day ? turn(r, d, s) : s;
}

/* What an observer works out for one day from everything that would stand: limits of every cell of
 * every row, and the sum that last moved each (for the search of a row to keep back). */
struct day {
    const struct watch *w;
    const struct disclosure_sum *sums;
    size_t n_rows, n_cells, n_sums;
    size_t *first; /* n_rows + 1: index of a row's first cell */
    int64_t *low, *high;
    size_t *why;     /* sum, or n_sums */
    bool *is_marked; /* cells, in the search */
    bool has_moved;
};

static size_t cell_of(const struct day *d, const struct disclosure_term *t)
{
    return d->first[t->row] + t->cell;
}

static bool is_before_its_time(const struct day *d, size_t row, int32_t day)
{
    return day < d->w->rows[row].opens_day;
}

static void begin_day(struct day *d, int32_t day)
{
    for (size_t i = 0; i < d->n_rows; i++)
        for (size_t k = 0; k < d->w->rows[i].n_cells; k++) {
            struct seen s = look(d->w, &(struct disclosure_term){(ptrdiff_t)i, k}, day);
            size_t c = d->first[i] + k;
            d->low[c] = s.has_before && low_of(s.before) > s.fall ? low_of(s.before) - s.fall : 0;
            d->high[c] = is_before_its_time(d, i, day) ? 0 : s.has_after ? high_of(s.after) : no_limit;
            d->why[c] = d->n_sums;
            d->is_marked[c] = false;
        }
}

/* Left = right: what each term can still be, given all others. */
static void tighten(struct day *d, size_t at)
{
    const struct disclosure_sum *sum = &d->sums[at];
    int64_t low[2] = {0, 0}, high[2] = {0, 0};
    size_t n_open[2] = {0, 0};
    for (size_t i = 0; i < sum->n_terms; i++) {
        const struct disclosure_term *t = &sum->terms[i];
        bool is_right = i >= sum->n_left, is_open = t->row == DISCLOSURE_UNSEEN || d->high[cell_of(d, t)] >= no_limit;
        low[is_right] += t->row == DISCLOSURE_UNSEEN ? 0 : d->low[cell_of(d, t)];
        high[is_right] += is_open ? 0 : d->high[cell_of(d, t)];
        n_open[is_right] += is_open;
    }
    for (size_t i = 0; i < sum->n_terms; i++) {
        if (sum->terms[i].row == DISCLOSURE_UNSEEN)
            continue;
        size_t c = cell_of(d, &sum->terms[i]);
        bool is_right = i >= sum->n_left, is_open = d->high[c] >= no_limit;
        int64_t my_low = d->low[c], my_high = is_open ? 0 : d->high[c];
        int64_t most = n_open[!is_right] == 0 ? high[!is_right] - (low[is_right] - my_low) : no_limit;
        int64_t least = n_open[is_right] == (is_open ? 1 : 0) ? low[!is_right] - (high[is_right] - my_high) : 0;
        bool is_tighter = most < d->high[c] || least > d->low[c];
        if (!is_tighter)
            continue;
        d->high[c] = most < d->high[c] ? most : d->high[c];
        d->low[c] = least > d->low[c] ? least : d->low[c];
        d->why[c] = at;
        d->has_moved = true;
    }
}

/* Do the limits leave a cell what its own publications leave it? One that was never published must
 * keep five values, a helper (frozen before it was ever published) excepted. */
static bool is_free(const struct day *d, size_t row, size_t k, int32_t day)
{
    struct seen s = look(d->w, &(struct disclosure_term){(ptrdiff_t)row, k}, day);
    size_t c = d->first[row] + k;
    if (is_before_its_time(d, row, day))
        return true;
    if (!s.has_before && !s.has_after)
        return d->w->rows[row].is_frozen || d->high[c] - d->low[c] >= DISCLOSURE_BASE - 1;
    if (s.has_before && d->high[c] < high_of(s.before) - slack_of(s.before))
        return false;
    return !s.has_after || d->low[c] <= low_of(s.after) + slack_of(s.after);
}

static int64_t draft_n(const struct disclosure_row *r, const struct disclosure_draft *d)
{
    int64_t n = 0;
    for (size_t i = 0; i < r->n_whole; i++)
        n += d->cells[i];
    return n;
}

/* Mark the cells that the limits of cell `c` were worked out from; then the smallest of tonight's
 * rows among them, or UNSEEN. Each round marks a cell more, so it ends. */
static ptrdiff_t find_cause(struct day *d, size_t c)
{
    ptrdiff_t least = DISCLOSURE_UNSEEN;
    d->is_marked[c] = true;
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (size_t i = 0; i < d->n_cells; i++) {
            const struct disclosure_sum *sum = d->why[i] < d->n_sums ? &d->sums[d->why[i]] : NULL;
            for (size_t k = 0; d->is_marked[i] && sum != NULL && k < sum->n_terms; k++) {
                if (sum->terms[k].row == DISCLOSURE_UNSEEN || d->is_marked[cell_of(d, &sum->terms[k])])
                    continue;
                has_grown = d->is_marked[cell_of(d, &sum->terms[k])] = true;
            }
        }
    }
    for (size_t i = 0; i < d->n_rows; i++)
        for (size_t k = d->first[i]; k < d->first[i + 1]; k++) {
            const struct disclosure_draft *drafts = d->w->drafts;
            if (!d->is_marked[k] || !drafts[i].is_due)
                continue;
            if (least == DISCLOSURE_UNSEEN ||
                draft_n(&d->w->rows[i], &drafts[i]) < draft_n(&d->w->rows[least], &drafts[least]))
                least = (ptrdiff_t)i;
        }
    return least;
}

/* Keep back one row because of this day. False when the day is quiet. */
static bool hold_for_day(struct day *d, int32_t day)
{
    begin_day(d, day);
    d->has_moved = true;
    for (size_t pass = 0; d->has_moved && pass < 100; pass++) {
        d->has_moved = false;
        for (size_t i = 0; i < d->n_sums; i++)
            tighten(d, i);
    }
    for (size_t i = 0; i < d->n_rows; i++)
        for (size_t k = 0; k < d->w->rows[i].n_cells; k++) {
            if (is_free(d, i, k, day))
                continue;
            ptrdiff_t at = find_cause(d, d->first[i] + k);
            if (at == DISCLOSURE_UNSEEN) /* figures of earlier nights alone: they stand */
                continue;
            d->w->drafts[at].is_due = false;
            d->w->drafts[at].is_held = true;
            return true;
        }
    return false;
}

static enum rc day_init(struct day *d, struct arena *a, struct rc_info *e)
{
    d->first = arena_array(a, d->n_rows + 1, sizeof *d->first);
    for (size_t i = 0; d->first != NULL && i < d->n_rows; i++)
        d->first[i + 1] = d->first[i] + d->w->rows[i].n_cells;
    d->n_cells = d->first != NULL ? d->first[d->n_rows] : 0;
    d->low = arena_array(a, d->n_cells + 1, sizeof *d->low);
    d->high = arena_array(a, d->n_cells + 1, sizeof *d->high);
    d->why = arena_array(a, d->n_cells + 1, sizeof *d->why);
    d->is_marked = arena_array(a, d->n_cells + 1, sizeof *d->is_marked);
    if (d->first == NULL || d->low == NULL || d->high == NULL || d->why == NULL || d->is_marked == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the limits of %zu rows", d->n_rows);
    return RC_OK;
}

/* The latest publication day before `day` in any row's past, or INT32_MIN. */
static int32_t day_before(const struct watch *w, size_t n_rows, int32_t day)
{
    int32_t found = INT32_MIN;
    for (size_t i = 0; i < n_rows; i++) {
        const struct disclosure_row *r = &w->rows[i];
        for (size_t k = r->n_past; k > 0 && r->past[k - 1].day > found; k--)
            if (r->past[k - 1].day < day)
                found = r->past[k - 1].day;
    }
    return found;
}

/* The day since which tonight's figures say something new: the oldest that one of them replaces. */
static int32_t news_since(const struct watch *w, size_t n_rows)
{
    int32_t since = INT32_MAX;
    for (size_t i = 0; i < n_rows; i++) {
        const struct disclosure_draft *d = &w->drafts[i];
        int32_t from = w->rows[i].n_past > 0 ? w->rows[i].past[w->rows[i].n_past - 1].day : INT32_MIN;
        since = d->is_due && from < since ? from : since;
    }
    return since;
}

/* Night by night backwards: sums hold every night, and tell something on those on which a row was
 * published. Keeping a row back only takes limits away, so a quiet night stays quiet; and each try
 * keeps one back, so it ends. */
enum rc disclosure_hold_back(const struct disclosure_row *rows, struct disclosure_draft *drafts, size_t n_rows,
                             const struct disclosure_sum *sums, size_t n_sums, int32_t tonight, struct arena *a,
                             struct rc_info *e)
{
    const struct watch w = {.rows = rows, .drafts = drafts};
    struct day d = {.w = &w, .sums = sums, .n_rows = n_rows, .n_sums = n_sums};
    if (n_sums == 0)
        return RC_OK;
    enum rc rc = day_init(&d, a, e);
    for (int32_t day = tonight; rc == RC_OK && day > INT32_MIN && day >= news_since(&w, n_rows);
         day = day_before(&w, n_rows, day))
        while (hold_for_day(&d, day))
            continue;
    return rc;
}
