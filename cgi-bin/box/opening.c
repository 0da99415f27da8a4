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

enum rc opening_gather(struct opening *o, const struct opened_batch *batches, size_t n, struct rc_info *e)
{
    size_t total = 0, at = 0;
    *o = (struct opening){0};
    for (size_t i = 0; i < n; i++)
        total += batches[i].n;
    o->entries = calloc(total + 1, sizeof *o->entries);
    if (o->entries == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu ballots", total);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < batches[i].n; k++, at++) {
            struct opening_entry *x = &o->entries[at];
            *x = (struct opening_entry){.batch = &batches[i], .at = (uint32_t)k};
            memcpy(x->hash, batches[i].ballots[k].record_hash, sizeof x->hash);
        }
    }
    o->n = total;
    qsort(o->entries, total, sizeof *o->entries, by_hash);
    for (size_t i = 1; i < total; i++)
        o->entries[i].is_repeated = memcmp(o->entries[i].hash, o->entries[i - 1].hash, KEY_HASH_BYTES) == 0;
    opening_drop_repeated(o);
    return RC_OK;
}

void opening_release(struct opening *o)
{
    free(o->entries);
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
    size_t kept = 0;
    for (size_t i = 0; i < o->n; i++)
        if (!o->entries[i].is_repeated)
            o->entries[kept++] = o->entries[i];
    o->n_repeated += o->n - kept;
    o->n = kept;
}
