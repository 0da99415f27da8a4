#include "box/cells.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>


enum {
    FIRST_CAP = 64, PUT_COUNTS = 250000, PUT_CELLS = 5000,
    AHEAD = 8 /* ballots, that are fetched while one is counted */
};

/* Room for the first table, taken from the cap's share below. */
static enum rc make_table(struct cells *c, size_t cap, struct rc_info *e)
{
    struct cell *items = arena_array(&c->a, cap, sizeof *items);
    uint32_t *slots = arena_array(&c->a, 2 * cap, sizeof *slots);
    if (items == NULL || slots == NULL)
        return rc_set(e, RC_TOOBIG, "over %d MiB of cells", CELLS_BYTES_MAX >> 20);
    c->items = items;
    c->cap = cap;
    c->slots = slots;
    c->n_slots = 2 * cap;
    return RC_OK;
}

enum rc cells_init(struct cells *c, const struct form *f, struct rc_info *e)
{
    *c = (struct cells){.form = f};
    arena_init(&c->a, CELLS_BYTES_MAX);
    randombytes_buf(c->key, sizeof c->key);
    randombytes_buf(&c->factor, sizeof c->factor);
    c->factor |= 1;
    enum rc rc = counter_make(f, &c->a, &c->counter, e);
    c->one = rc == RC_OK ? arena_array(&c->a, counter_room(&c->counter), sizeof *c->one) : NULL;
    rc = c->one == NULL ? RC_NOMEM : make_table(c, FIRST_CAP, e);
    return rc == RC_OK ? rc : rc_set(e, RC_NOMEM, "no memory for the cells of \"%s\"", f->slug);
}

void cells_release(struct cells *c)
{
    arena_release(&c->a);
    c->n = 0;
}

void cells_reset(struct cells *c)
{
    struct rc_info ignored;
    const struct form *f = c->form;
    arena_release(&c->a);
    if (cells_init(c, f, &ignored) != RC_OK)
        c->one = NULL; /* the next add says so */
}

static uint64_t head_of(const unsigned char *profile, size_t len)
{
    uint64_t v = 0;
    memcpy(&v, profile, len < sizeof v ? len : sizeof v);
    return v;
}

/* Multiplicative hashing with a secret odd factor for the short profiles that are usual. */
static size_t home_of(const struct cells *c, uint64_t head, const unsigned char *profile, size_t len)
{
    unsigned char h[crypto_shorthash_BYTES];
    uint64_t v = head;
    if (len > sizeof v) {
        (void)crypto_shorthash(h, profile, len, c->key);
        memcpy(&v, h, sizeof v);
    }
    return (size_t)((v ^ v >> 32) * c->factor >> 32) & (c->n_slots - 1);
}

/* The slot of this profile, or the free one where it belongs. */
static uint32_t *slot_of(const struct cells *c, const unsigned char *profile, size_t len)
{
    uint64_t head = head_of(profile, len);
    for (size_t at = home_of(c, head, profile, len);; at = (at + 1) & (c->n_slots - 1)) {
        if (c->slots[at] == 0)
            return &c->slots[at];
        const struct cell *it = &c->items[c->slots[at] - 1];
        if (it->head == head && it->profile_len == len && (len <= sizeof head || memcmp(it->profile, profile, len) == 0))
            return &c->slots[at];
    }
}

static enum rc grow(struct cells *c, struct rc_info *e)
{
    const struct cell *old = c->items;
    if (c->cap == 0 || c->cap > UINT32_MAX / 4)
        return rc_set(e, RC_TOOBIG, "no room for more cells");
    enum rc rc = make_table(c, 2 * c->cap, e);
    if (rc != RC_OK)
        return rc;
    memcpy(c->items, old, c->n * sizeof *old);
    for (size_t i = 0; i < c->n; i++)
        *slot_of(c, c->items[i].profile, c->items[i].profile_len) = (uint32_t)i + 1;
    return RC_OK;
}

/* Find or make the cell of a profile. */
static enum rc cell_of(struct cells *c, const unsigned char *profile, size_t len, struct cell **out,
                       struct rc_info *e)
{
    if (c->n == c->cap) {
        enum rc rc = grow(c, e);
        if (rc != RC_OK)
            return rc;
    }
    uint32_t *slot = slot_of(c, profile, len);
    if (*slot == 0) {
        struct cell it = {.head = head_of(profile, len),
                          .profile = (unsigned char *)arena_memdup(&c->a, profile, len),
                          .profile_len = len,
                          .counts = arena_array(&c->a, counter_room(&c->counter), sizeof *it.counts)};
        if (it.profile == NULL || it.counts == NULL)
            return rc_set(e, RC_TOOBIG, "over %d MiB of cells", CELLS_BYTES_MAX >> 20);
        c->items[c->n++] = it;
        *slot = (uint32_t)c->n;
    }
    *out = &c->items[*slot - 1];
    return RC_OK;
}

static enum rc no_memory(const struct cells *c, struct rc_info *e)
{
    return rc_set(e, RC_NOMEM, "no memory for the cells of \"%s\"", c->form->slug);
}

enum rc cells_count(struct cells *c, const unsigned char *codes, size_t len, int sign, struct rc_info *e)
{
    unsigned char profile[FORM_CODES_MAX];
    struct cell *cell = NULL;
    if (c->one == NULL)
        return no_memory(c, e);
    if (len != c->form->codes_len)
        return rc_set(e, RC_INPUT, "%zu bytes of codes are not of \"%s\"", len, c->form->slug);
    counter_profile(&c->counter, codes, profile);
    enum rc rc = cell_of(c, profile, c->counter.profile_len, &cell, e);
    if (rc != RC_OK)
        return rc;
    int32_t *to = sign > 0 ? cell->counts : c->one;
    if (counter_add(&c->counter, codes, to) != RC_OK)
        return rc_set(e, RC_INPUT, "these codes are not of \"%s\"", c->form->slug);
    cell->n += sign;
    for (size_t i = 0; sign < 0 && i < c->form->n_slots; i++) {
        cell->counts[i] -= c->one[i];
        c->one[i] = 0;
    }
    return RC_OK;
}

/* Give each ballot the number of its cell, made where it is new. */
static enum rc find_cells(struct cells *c, const unsigned char *codes, size_t n, uint32_t *cell_of_ballot,
                          struct rc_info *e)
{
    unsigned char profile[FORM_CODES_MAX];
    size_t each = c->form->codes_len, n_profiles = c->counter.n_profiles;
    if (c->direct == NULL && n_profiles > 0 && (c->direct = arena_array(&c->a, n_profiles, sizeof *c->direct)) == NULL)
        return no_memory(c, e);
    for (size_t i = 0; i < n; i++) {
        struct cell *cell = NULL;
        size_t number = n_profiles > 0 ? counter_profile_number(&c->counter, codes + i * each) : SIZE_MAX;
        uint32_t known = number != SIZE_MAX ? c->direct[number] : 0;
        if (known == 0) {
            counter_profile(&c->counter, codes + i * each, profile);
            enum rc rc = cell_of(c, profile, c->counter.profile_len, &cell, e);
            if (rc != RC_OK)
                return rc;
            known = (uint32_t)(cell - c->items) + 1;
            if (number != SIZE_MAX)
                c->direct[number] = known;
        }
        cell_of_ballot[i] = known - 1;
    }
    return RC_OK;
}

/* The ballots in the order of their cells: a counting sort. `end` has room for all cells and one, and
 * becomes where in `order` the ballots of each end. */
static void sort_by_cell(const uint32_t *cell_of_ballot, size_t n, uint32_t *end, size_t n_cells, uint32_t *order)
{
    memset(end, 0, (n_cells + 1) * sizeof *end);
    for (size_t i = 0; i < n; i++)
        end[cell_of_ballot[i] + 1]++;
    for (size_t k = 0; k < n_cells; k++)
        end[k + 1] += end[k];
    for (size_t i = 0; i < n; i++)
        order[end[cell_of_ballot[i]]++] = (uint32_t)i;
}

/* Count the ballots [from, to) of the order, all of one cell. They lie anywhere: the processor is told of
 * each some ballots ahead, also of those of the cells behind this one, up to the `n`-th. */
static enum rc count_run(struct cells *c, struct cell *cell, const unsigned char *codes, const uint32_t *order, size_t from,
                         size_t to, size_t n)
{
    size_t each = c->form->codes_len;
    enum rc rc = RC_OK;
    cell->n += (int64_t)(to - from);
    if (c->columns.columns != NULL && to - from >= COLUMNS_WORTH)
        return counter_columns_add(&c->columns, codes, order + from, to - from, n - from, cell->counts);
    for (size_t i = from; rc == RC_OK && i < to; i++) {
        const unsigned char *ahead = codes + order[i + AHEAD < n ? i + AHEAD : i] * each;
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + each - 1);
        rc = counter_add(&c->counter, codes + order[i] * each, cell->counts);
    }
    return rc;
}

enum rc cells_count_many(struct cells *c, const unsigned char *codes, size_t n, struct rc_info *e)
{
    if (c->one == NULL || n > UINT32_MAX)
        return no_memory(c, e);
    if (c->columns.columns == NULL && n >= COLUMNS_WORTH && counter_columns_make(&c->counter, &c->a, &c->columns, e) == RC_NOMEM)
        return no_memory(c, e);
    uint32_t *cell = malloc((2 * n + 1) * sizeof *cell), *end = NULL, *order = cell == NULL ? NULL : cell + n;
    enum rc rc = cell == NULL ? no_memory(c, e) : find_cells(c, codes, n, cell, e);
    if (rc == RC_OK && (end = malloc((c->n + 1) * sizeof *end)) == NULL)
        rc = no_memory(c, e);
    if (rc == RC_OK)
        sort_by_cell(cell, n, end, c->n, order);
    for (size_t k = 0; rc == RC_OK && k < c->n; k++)
        if (count_run(c, &c->items[k], codes, order, k > 0 ? end[k - 1] : 0, end[k], n) != RC_OK)
            rc = rc_set(e, RC_INPUT, "codes among %zu ballots are not of \"%s\"", n, c->form->slug);
    free(end);
    free(cell);
    return rc;
}

static enum rc add(struct cells *c, const unsigned char *profile, size_t len, int64_t n, const int32_t *counts,
                   int sign, struct rc_info *e)
{
    struct cell *cell = NULL;
    enum rc rc = cell_of(c, profile, len, &cell, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < c->form->n_slots; i++) {
        bool is_over = sign > 0 ? __builtin_add_overflow(cell->counts[i], counts[i], &cell->counts[i])
                                : __builtin_sub_overflow(cell->counts[i], counts[i], &cell->counts[i]);
        if (is_over)
            return rc_set(e, RC_CONFLICT, "a count of \"%s\" would pass 2^31 - 1", c->form->slug);
    }
    cell->n += sign * n;
    return RC_OK;
}

enum rc cells_add_stored(struct cells *c, const struct tally_cell *from, int sign, struct rc_info *e)
{
    if (c->one == NULL)
        return no_memory(c, e);
    if (from->n_counts != c->form->n_slots)
        return rc_set(e, RC_CONFLICT, "a cell of \"%s\" holds %zu counts instead of %zu", c->form->slug,
                      from->n_counts, c->form->n_slots);
    return add(c, from->profile, from->profile_len, from->n, from->counts, sign, e);
}

enum rc cells_merge(struct cells *c, const struct cells *from, struct rc_info *e)
{
    enum rc rc = c->one == NULL || from->one == NULL ? no_memory(c, e) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < from->n; i++)
        rc = add(c, from->items[i].profile, from->items[i].profile_len, from->items[i].n, from->items[i].counts, 1, e);
    return rc;
}

const struct cell *cells_find(const struct cells *c, const unsigned char *profile, size_t len)
{
    uint32_t at = c->one == NULL ? 0 : *slot_of(c, profile, len);
    return at == 0 ? NULL : &c->items[at - 1];
}

/* ---- saving ---- */

static enum rc add_found(void *ctx, const struct tally_cell *found, struct rc_info *e)
{
    struct cells *c = ctx;
    uint32_t at = *slot_of(c, found->profile, found->profile_len);
    if (at == 0)
        return rc_set(e, RC_DB, "the database gave a cell that was not asked for");
    c->items[at - 1].is_stored = true;
    return cells_add_stored(c, found, 1, e);
}

static enum rc narrow(int64_t v, int32_t *out, struct rc_info *e)
{
    if (v < 0 || v > INT32_MAX)
        return rc_set(e, RC_CONFLICT, "a cell would hold a count of %lld", (long long)v);
    *out = (int32_t)v;
    return RC_OK;
}

/* Delete the stored ones among the cells [from, from + n) that have no ballot left. */
static enum rc drop_slice(const struct cells *c, struct db *db, const struct tally_place *at, size_t from, size_t n,
                          struct rc_info *e)
{
    struct arena a;
    size_t empty = 0;
    arena_init(&a, CELLS_BYTES_MAX);
    struct db_bytes *profiles = arena_array(&a, n, sizeof *profiles);
    enum rc rc = profiles == NULL ? no_memory(c, e) : RC_OK;
    for (size_t i = from; rc == RC_OK && i < from + n; i++) {
        const struct cell *cell = &c->items[i];
        if (cell->n != 0 || !cell->is_stored)
            continue;
        for (size_t k = 0; rc == RC_OK && k < c->form->n_slots; k++)
            if (cell->counts[k] != 0)
                rc = rc_set(e, RC_CONFLICT, "a cell without ballots would hold a count of %d", (int)cell->counts[k]);
        profiles[empty++] = (struct db_bytes){cell->profile, cell->profile_len};
    }
    if (rc == RC_OK && empty > 0)
        rc = tally_drop_cells(db, at, profiles, empty, e);
    arena_release(&a);
    return rc;
}

/* Put the cells [from, from + n) by one statement. One without ballots (made for codes that were then
 * refused, or whose ballots were all taken out) adds nothing. */
static enum rc put_slice(const struct cells *c, struct db *db, enum tally_cells which, const struct tally_place *at,
                         size_t from, size_t n, struct rc_info *e)
{
    struct arena a;
    size_t stride = c->form->n_slots, kept = 0;
    arena_init(&a, CELLS_BYTES_MAX);
    struct db_bytes *profiles = arena_array(&a, n, sizeof *profiles);
    int32_t *ns = arena_array(&a, n, sizeof *ns), *counts = arena_array(&a, n * stride + 1, sizeof *counts);
    enum rc rc = profiles == NULL || ns == NULL || counts == NULL ? no_memory(c, e) : RC_OK;
    for (size_t i = from; rc == RC_OK && i < from + n; i++) {
        const struct cell *cell = &c->items[i];
        if (cell->n == 0)
            continue;
        profiles[kept] = (struct db_bytes){cell->profile, cell->profile_len};
        rc = narrow(cell->n, &ns[kept], e);
        memcpy(counts + kept * stride, cell->counts, stride * sizeof *counts);
        for (size_t k = 0; rc == RC_OK && k < stride; k++)
            rc = narrow(cell->counts[k], &counts[kept * stride + k], e);
        kept++;
    }
    if (rc == RC_OK && kept > 0)
        rc = tally_put_cells(db, which, at, profiles, ns, counts, kept, stride, e);
    arena_release(&a);
    return rc;
}

/* Add what is stored for the cells [from, from + n). */
static enum rc find_slice(struct cells *c, struct db *db, enum tally_cells which, const struct tally_place *at,
                          size_t from, size_t n, struct rc_info *e)
{
    struct arena a;
    arena_init(&a, CELLS_BYTES_MAX);
    struct db_bytes *profiles = arena_array(&a, n, sizeof *profiles);
    enum rc rc = profiles == NULL ? rc_set(e, RC_NOMEM, "no memory for %zu cells", n) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        profiles[i] = (struct db_bytes){c->items[from + i].profile, c->items[from + i].profile_len};
    if (rc == RC_OK)
        rc = tally_find_cells(db, which, at, profiles, n, add_found, c, e);
    arena_release(&a);
    return rc;
}

enum rc cells_save(struct cells *c, struct db *db, enum tally_cells which, const struct tally_place *at, struct rc_info *e)
{
    size_t slice = PUT_COUNTS / (c->form->n_slots + 1) + 1;
    if (slice > PUT_CELLS)
        slice = PUT_CELLS;
    enum rc rc = RC_OK;
    for (size_t from = 0; rc == RC_OK && from < c->n; from += slice) {
        size_t n = c->n - from < slice ? c->n - from : slice;
        rc = find_slice(c, db, which, at, from, n, e);
        if (rc == RC_OK)
            rc = put_slice(c, db, which, at, from, n, e);
        if (rc == RC_OK && which == TALLY_CELL)
            rc = drop_slice(c, db, at, from, n, e);
    }
    if (rc == RC_OK)
        cells_reset(c);
    return rc;
}
