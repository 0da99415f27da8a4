/* Rules 1 to 4; the sums of rule 5 are in disclosure_sums.c. See disclosure.h. */
#include "stats/disclosure.h"

#include <sodium.h>
#include <string.h>

#include "stats/disclosure_inner.h"

/* u of a cell, 0..4. The remainder of 64 bits by 5 is off uniform by 2^-64. */
static int64_t offset(const unsigned char key[DISCLOSURE_KEY_BYTES], const char *address, size_t cell)
{
    unsigned char place[DISCLOSURE_ADDRESS_MAX + 9] = {0}, out[16];
    size_t len = strnlen(address, DISCLOSURE_ADDRESS_MAX);
    uint64_t h = 0;
    memcpy(place, address, len);
    for (size_t i = 0; i < 8; i++) /* the zero before it ends the address */
        place[len + 1 + i] = (unsigned char)((uint64_t)cell >> (8 * i));
    (void)crypto_generichash(out, sizeof out, place, len + 9, key, DISCLOSURE_KEY_BYTES);
    for (size_t i = 0; i < 8; i++)
        h = h << 8 | out[i];
    return (int64_t)(h % DISCLOSURE_BASE);
}

int64_t disclosure_round(const unsigned char key[DISCLOSURE_KEY_BYTES], const char *address,
                         size_t cell, int64_t count)
{
    return (count + offset(key, address, cell)) / DISCLOSURE_BASE * DISCLOSURE_BASE;
}

static int64_t whole(const int64_t *cells, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += cells[i];
    return sum;
}

int64_t disclosure_n(const struct disclosure_row *r)
{
    return r->state.is_shown ? whole(r->shown, r->n_whole) : 0;
}

static enum rc check_row(const struct disclosure_row *r, int32_t day, struct rc_info *e)
{
    size_t len = strnlen(r->address, DISCLOSURE_ADDRESS_MAX + 1);
    if (len == 0 || len > DISCLOSURE_ADDRESS_MAX)
        return rc_set(e, RC_INPUT, "a row's address has %zu bytes", len);
    if (r->min_n < DISCLOSURE_ROW_MIN || r->n_whole < 1 || r->n_whole > r->n_cells)
        return rc_set(e, RC_INPUT, "row \"%s\": minimum %lld, %zu of %zu cells", r->address,
                      (long long)r->min_n, r->n_whole, r->n_cells);
    if (r->state.is_shown && (r->n_past == 0 || r->past[r->n_past - 1].day != r->state.day))
        return rc_set(e, RC_INPUT, "row \"%s\": what is shown is not the last of its past", r->address);
    for (size_t i = 1; i < r->n_past; i++)
        if (r->past[i].day <= r->past[i - 1].day)
            return rc_set(e, RC_INPUT, "row \"%s\": its past is not in order", r->address);
    if (r->closed_day != 0 && r->n_past > 0 && r->past[0].day <= r->closed_day)
        return rc_set(e, RC_INPUT, "row \"%s\" was published before it was closed", r->address);
    if (r->state.day > day)
        return rc_set(e, RC_INPUT, "row \"%s\" was published on a later day", r->address);
    for (size_t i = 0; i < r->n_cells; i++)
        if (r->counts[i] < 0 || r->counts[i] > INT64_MAX / 4 / (int64_t)r->n_cells)
            return rc_set(e, RC_INPUT, "row \"%s\": cell %zu holds %lld", r->address, i,
                          (long long)r->counts[i]);
    return RC_OK;
}

static enum rc check_sums(const struct disclosure_row *rows, size_t n_rows,
                          const struct disclosure_sum *sums, size_t n_sums, struct rc_info *e)
{
    for (size_t i = 0; i < n_sums; i++) {
        if (sums[i].n_left < 1 || sums[i].n_left >= sums[i].n_terms)
            return rc_set(e, RC_INPUT, "sum %zu has no two sides", i);
        for (size_t k = 0; k < sums[i].n_terms; k++) {
            const struct disclosure_term *t = &sums[i].terms[k];
            bool is_place = t->row >= 0 && (size_t)t->row < n_rows && t->cell < rows[t->row].n_cells;
            if (t->row != DISCLOSURE_UNSEEN && !is_place)
                return rc_set(e, RC_INPUT, "term %zu of sum %zu is no cell", k, i);
        }
    }
    return RC_OK;
}

static bool has_moved(int64_t now, int64_t then)
{
    return now - then >= DISCLOSURE_STEP || then - now >= DISCLOSURE_STEP;
}

/* Rules 3 and 4 for one row: what it would be tonight, sums aside. */
static void propose(const struct disclosure_row *r, int32_t day, struct disclosure_draft *d)
{
    int64_t n = whole(r->counts, r->n_whole), rounded = whole(d->cells, r->n_whole);
    bool is_enough = n >= r->min_n && rounded >= r->min_n;
    bool has_history = r->state.is_shown || r->state.day != 0 || r->state.last_n != 0;
    bool may_move = !has_history || has_moved(n, r->state.last_n);
    bool is_done = has_history && r->state.day == day;
    if (r->is_frozen || is_done || !may_move || (r->closed_day != 0 && day <= r->closed_day) || (!is_enough && !r->state.is_shown))
        return;
    if (r->state.is_shown && !has_moved(rounded, whole(r->shown, r->n_whole)))
        return;
    d->is_due = true;
    d->state = (struct disclosure_state){.is_shown = is_enough, .last_n = n, .day = day};
}

/* A row that goes, or that comes back after it went, leaves nothing for a sum to compare: only
 * figures that stand are checked. */
enum rc disclosure_run(const unsigned char key[DISCLOSURE_KEY_BYTES], int32_t day,
                       struct disclosure_row *rows, size_t n_rows, const struct disclosure_sum *sums,
                       size_t n_sums, struct arena *a, struct rc_info *e)
{
    enum rc rc = check_sums(rows, n_rows, sums, n_sums, e);
    for (size_t i = 0; rc == RC_OK && i < n_rows; i++)
        rc = check_row(&rows[i], day, e);
    if (rc != RC_OK)
        return rc;
    struct disclosure_draft *drafts = arena_array(a, n_rows + 1, sizeof *drafts);
    for (size_t i = 0; drafts != NULL && i < n_rows; i++) {
        struct disclosure_draft *d = &drafts[i];
        d->cells = arena_array(a, rows[i].n_cells, sizeof *d->cells);
        if (d->cells == NULL)
            return rc_set(e, RC_NOMEM, "no memory for row \"%s\"", rows[i].address);
        for (size_t k = 0; k < rows[i].n_cells; k++)
            d->cells[k] = rows[i].places == NULL
                              ? disclosure_round(key, rows[i].address, k, rows[i].counts[k])
                              : disclosure_round(key, rows[i].places[k].address, rows[i].places[k].cell, rows[i].counts[k]);
        d->day = day;
        propose(&rows[i], day, d);
    }
    if (drafts == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu rows", n_rows);
    rc = disclosure_hold_back(rows, drafts, n_rows, sums, n_sums, day, a, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < n_rows; i++) {
        rows[i].is_held = drafts[i].is_held;
        rows[i].is_replaced = drafts[i].is_due;
        if (!drafts[i].is_due)
            continue;
        rows[i].state = drafts[i].state;
        for (size_t k = 0; k < rows[i].n_cells; k++)
            rows[i].shown[k] = drafts[i].state.is_shown ? drafts[i].cells[k] : 0;
    }
    return RC_OK;
}

bool disclosure_is_fine_enough(const int64_t *ns, size_t n)
{
    size_t shown = 0;
    for (size_t i = 0; i < n; i++)
        shown += ns[i] >= DISCLOSURE_ROW_MIN;
    return n > 0 && 2 * shown >= n;
}
