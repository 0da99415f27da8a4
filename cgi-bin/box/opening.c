#include "box/opening.h"

#include <stdlib.h>
#include <string.h>

/* By hash; of one key the earlier arrival first, and a fixed order where that is equal too. */
static int by_hash(const void *pa, const void *pb)
{
    const struct opening_entry *a = pa, *b = pb;
    int d = memcmp(a->hash, b->hash, sizeof a->hash);
    if (d != 0)
        return d;
    if (a->batch->accepted_us != b->batch->accepted_us)
        return a->batch->accepted_us < b->batch->accepted_us ? -1 : 1;
    d = memcmp(a->batch->batch_id, b->batch->batch_id, sizeof a->batch->batch_id);
    if (d != 0)
        return d;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* Sort by the hash's first two bytes into buckets, then each bucket: hashes are even, so a bucket holds
 * n / 65,536 of them, and the memory is walked through twice instead of twenty times. */
enum { BUCKETS = 65536 };

static size_t bucket_of(const struct opening_entry *x)
{
    return (size_t)x->hash[0] << 8 | x->hash[1];
}

static enum rc sort(struct opening *o, struct rc_info *e)
{
    size_t *start = calloc(BUCKETS + 1, sizeof *start);
    if (start == NULL)
        return rc_set(e, RC_NOMEM, "no memory for sorting");
    for (size_t i = 0; i < o->n; i++)
        start[bucket_of(&o->entries[i]) + 1]++;
    for (size_t b = 0; b < BUCKETS; b++)
        start[b + 1] += start[b];
    for (size_t i = 0; i < o->n; i++) /* afterwards start[b] is the end of bucket b */
        o->spare[start[bucket_of(&o->entries[i])]++] = o->entries[i];
    for (size_t b = 0, from = 0; b < BUCKETS; from = start[b++])
        qsort(o->spare + from, start[b] - from, sizeof *o->spare, by_hash);
    struct opening_entry *sorted = o->spare;
    o->spare = o->entries;
    o->entries = sorted;
    free(start);
    return RC_OK;
}

enum rc opening_gather(struct opening *o, const struct opened_batch *batches, size_t n, struct rc_info *e)
{
    size_t total = 0, at = 0;
    *o = (struct opening){0};
    for (size_t i = 0; i < n; i++)
        total += batches[i].n;
    o->entries = calloc(total + 1, sizeof *o->entries);
    o->spare = calloc(total + 1, sizeof *o->spare);
    if (o->entries == NULL || o->spare == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu ballots", total);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < batches[i].n; k++, at++) {
            struct opening_entry *x = &o->entries[at];
            *x = (struct opening_entry){.batch = &batches[i], .at = (uint32_t)k};
            memcpy(x->hash, batches[i].ballots[k].record_hash, sizeof x->hash);
        }
    }
    o->n = total;
    enum rc rc = sort(o, e);
    for (size_t i = 1; rc == RC_OK && i < total; i++)
        o->entries[i].is_repeated = memcmp(o->entries[i].hash, o->entries[i - 1].hash, KEY_HASH_BYTES) == 0;
    if (rc == RC_OK)
        opening_drop_repeated(o);
    return rc;
}

void opening_release(struct opening *o)
{
    free(o->entries);
    free(o->spare);
    *o = (struct opening){0};
}

static int find_hash(const void *key, const void *item)
{
    const struct opening_entry *x = item;
    return memcmp(key, x->hash, KEY_HASH_BYTES);
}

struct opening_entry *opening_find(struct opening *o, const unsigned char hash[KEY_HASH_BYTES])
{
    return o->n == 0 ? NULL : bsearch(hash, o->entries, o->n, sizeof *o->entries, find_hash);
}

void opening_drop_repeated(struct opening *o)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < o->n; i++) {
        if (o->entries[i].is_repeated)
            o->spare[dropped++] = o->entries[i];
        else if (kept++ != i)
            o->entries[kept - 1] = o->entries[i];
    }
    memcpy(o->entries + kept, o->spare, dropped * sizeof *o->entries);
    o->n_repeated += dropped;
    o->n = kept;
}
