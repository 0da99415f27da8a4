/* opening: the ballots of one opened chunk, sorted, without repetitions.  Layer: box.  Pure.
 *
 * They are stored in the order of their record hashes. That hash is a pseudo-random function of a key
 * that only the citizen has, and it stands in the row anyway: its order tells nothing about the order,
 * the batch or the thread in which ballots came, so sorting is the shuffle, and finds repetitions. */
#ifndef MINYI_BOX_OPENING_H
#define MINYI_BOX_OPENING_H

#include "base/rc.h"
#include "box/opener.h"

struct opening_entry {
    unsigned char hash[KEY_HASH_BYTES]; /* H("record", key) */
    const struct opened_batch *batch;
    uint32_t at; /* index in the batch */
    bool is_repeated; /* or withdrawn: it does not count */
};

struct opening {
    struct opening_entry *entries;
    size_t n;                      /* the ballots kept, by hash; behind them lie */
    size_t n_repeated;             /* the dropped ones, in no order; */
    size_t n_withdrawn;            /* so many of them because they were withdrawn */
    struct opening_entry *spare;   /* for sorting */
};

/* Gather the ballots of all batches that are not bad; of ballots with one key the first that arrived
 * stays. RC_OK, RC_NOMEM. Release with opening_release in any case. */
enum rc opening_gather(struct opening *o, const struct opened_batch *batches, size_t n, struct rc_info *e) MUST_CHECK;
void opening_release(struct opening *o);

static inline const struct batch_ballot *opening_ballot(const struct opening_entry *x)
{
    return &x->batch->ballots[x->at];
}

/* The entry with this hash, or NULL. */
struct opening_entry *opening_find(struct opening *o, const unsigned char hash[KEY_HASH_BYTES]);

/* Move the entries that are marked repeated behind the others, which stay in order. */
void opening_drop_repeated(struct opening *o);

#endif
