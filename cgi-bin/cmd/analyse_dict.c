/* tally analyse: texts to codes, and back to near names. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/analyse_data.h"

enum { FIRST_SLOTS = 32 };

/* Texts of up to 8 bytes are, with their length, their own key: two loads that overlap hold all of it.
 * Longer ones are hashed (FNV-1a, 64 bits) and compared. */
static inline uint64_t key_of(const char *p, size_t len)
{
    uint64_t key = 14695981039346656037u;
    if (len >= 4 && len <= sizeof key) {
        uint32_t low, high;
        memcpy(&low, p, sizeof low);
        memcpy(&high, p + len - sizeof high, sizeof high);
        return (uint64_t)high << 32 | low;
    }
    if (len < 4)
        return len == 0 ? 0 : (unsigned)(unsigned char)p[0] << 16 | (unsigned)(unsigned char)p[len / 2] << 8 | (unsigned char)p[len - 1];
    for (size_t i = 0; i < len; i++)
        key = (key ^ (unsigned char)p[i]) * 1099511628211u;
    return key;
}

static inline size_t slot_of(uint64_t key, size_t cap)
{
    key *= 0x9e3779b97f4a7c15u; /* Fibonacci hashing: the upper bits depend on all of the key */
    return (size_t)(key >> 32) & (cap - 1);
}

static inline bool is_text(const struct dict *d, const struct dict_slot *s, uint64_t key, const char *p, size_t len)
{
    return s->key == key && s->len == len && (len <= sizeof key || memcmp(d->texts[s->code - 1], p, len) == 0);
}

/* Where the text is, or the free slot where it belongs. */
static inline struct dict_slot *find(const struct dict *d, uint64_t key, const char *p, size_t len)
{
    size_t i = slot_of(key, d->cap);
    while (d->slots[i].code != 0 && !is_text(d, &d->slots[i], key, p, len))
        i = (i + 1) & (d->cap - 1);
    return &d->slots[i];
}

/* Room for one more text: twice the slots when half are taken. */
static bool grow(struct dict *d, struct arena *a)
{
    if (d->n * 2 < d->cap)
        return true;
    if (d->of_byte == NULL && (d->of_byte = arena_array(a, UCHAR_MAX + 1, sizeof *d->of_byte)) == NULL)
        return false;
    struct dict more = {.cap = d->cap == 0 ? FIRST_SLOTS : d->cap * 2};
    more.slots = arena_array(a, more.cap, sizeof *more.slots);
    more.texts = arena_array(a, more.cap / 2, sizeof *more.texts);
    if (more.slots == NULL || more.texts == NULL)
        return false;
    for (size_t i = 0; i < d->cap; i++) {
        size_t k = slot_of(d->slots[i].key, more.cap);
        if (d->slots[i].code == 0)
            continue;
        while (more.slots[k].code != 0)
            k = (k + 1) & (more.cap - 1);
        more.slots[k] = d->slots[i];
    }
    if (d->n > 0)
        memcpy(more.texts, d->texts, d->n * sizeof *d->texts);
    d->slots = more.slots;
    d->texts = more.texts;
    d->cap = more.cap;
    return true;
}

uint32_t dict_find(const struct dict *d, const char *p, size_t len)
{
    return d->n == 0 ? 0 : find(d, key_of(p, len), p, len)->code;
}

uint32_t dict_code(struct dict *d, struct arena *a, const char *p, size_t len, bool *is_full)
{
    if (len == 1 && d->of_byte != NULL && d->of_byte[(unsigned char)*p] != 0)
        return d->of_byte[(unsigned char)*p];
    uint64_t key = key_of(p, len);
    struct dict_slot *s = d->cap > 0 ? find(d, key, p, len) : NULL;
    if (s != NULL && s->code != 0)
        return s->code;
    *is_full = d->n == DATA_LEVELS_MAX;
    char *copy = *is_full ? NULL : arena_memdup(a, p, len);
    if (copy == NULL || !grow(d, a))
        return 0;
    s = find(d, key, p, len);
    d->texts[d->n++] = copy;
    *s = (struct dict_slot){key, (uint32_t)len, (uint32_t)d->n};
    if (len == 1)
        d->of_byte[(unsigned char)*p] = s->code;
    return s->code;
}

/* ---- near names ---- */

enum { NAME_MAX_BYTES = 64, NEAR_MAX = 4 };

/* Changed, left out, added bytes between two names (V. I. Levenshtein, 1966); names over 64 bytes are cut. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_BYTES + 1], n = strnlen(a, NAME_MAX_BYTES), m = strnlen(b, NAME_MAX_BYTES);
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[m];
}

static bool is_near(const char *name, const char *other)
{
    size_t len = strlen(name), d = distance(name, other);
    return d <= (len < 4 ? 1 : len / 3 + 1) || (len >= 3 && (strstr(other, name) != NULL || strstr(name, other) != NULL));
}

enum rc data_no_column(const struct data *d, const char *option, const char *name, struct rc_info *e)
{
    char list[320] = "";
    size_t used = 0, shown = 0;
    for (int pass = 0; pass < 2 && shown == 0; pass++) /* none is near: the first ones */
        for (size_t c = 0; c < d->n_columns && shown < NEAR_MAX + 8 * (size_t)pass; c++) {
            const char *other = d->columns[c].name;
            size_t len = strlen(other);
            if ((pass == 0 && !is_near(name, other)) || used + len + 5 > sizeof list)
                continue;
            if (shown++ > 0) {
                memcpy(list + used, ", ", 2);
                used += 2;
            }
            memcpy(list + used, other, len + 1);
            used += len;
        }
    return rc_set(e, RC_USAGE, "%s: \"%s\" has no column \"%s\"; it has: %s", option, d->path, name, list);
}
