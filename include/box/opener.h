/* opener: opens sealed batches on several threads, checks every ballot against its version, and counts
 * it while it is at hand.  Layer: box.  No database here: batches are pushed in, opened ones are taken
 * out at the end.
 *
 * Memory: the plain text of what was pushed and 64 bytes a ballot, bounded by OPENER_BYTES_MAX for
 * each thread, and a table of cells for each thread and version; at most OPENER_QUEUE sealed batches
 * wait at once. */
#ifndef MINYI_BOX_OPENER_H
#define MINYI_BOX_OPENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "box/batch.h"
#include "box/cells.h"
#include "form/form.h"

enum { OPENER_THREADS_MAX = 4, OPENER_QUEUE = 64, OPENER_ID_BYTES = 16 };
#define OPENER_BYTES_MAX ((size_t)1 << 30)

/* What opens and reads a batch; both must outlive the opener. */
struct opener_key {
    int64_t epoch_id;
    bool has_secret;
    unsigned char pk[BATCH_PUBLIC_BYTES], sk[BATCH_SECRET_BYTES];
};
struct opener_version {
    int64_t survey_id, version_id;
    const struct form *form;
};

struct opened_batch {
    unsigned char batch_id[OPENER_ID_BYTES];
    int64_t accepted_us;
    const struct opener_version *version;
    size_t n_named;                     /* ballots, as the box says */
    size_t n;                           /* ballots, as found inside; 0 when bad */
    const struct batch_ballot *ballots; /* valid until opener_free */
    const char *bad;                    /* why it is to be quarantined (a literal), or NULL */
};

struct opener;

/* Start `n_threads` (1..OPENER_THREADS_MAX). NULL when out of memory or threads. */
struct opener *opener_new(size_t n_threads) MUST_CHECK;

struct opener_job {
    unsigned char batch_id[OPENER_ID_BYTES];
    int64_t accepted_us;
    size_t n_named;
    const struct opener_key *key;
    const struct opener_version *version;
    const unsigned char *sealed; /* copied */
    size_t sealed_len;
};
/* Give it a batch; waits while the queue is full. RC_OK, RC_NOMEM. */
enum rc opener_push(struct opener *o, const struct opener_job *job, struct rc_info *e) MUST_CHECK;

/* Wait until all are opened. The batches, in no order, live until opener_free. RC_OK, RC_NOMEM. */
enum rc opener_finish(struct opener *o, const struct opened_batch **out, size_t *n, struct rc_info *e) MUST_CHECK;

/* After opener_finish: the cells of all good batches of a version, repeated ballots included, or NULL
 * where there were none. They may be changed, and live until opener_free. Where the tables were too
 * small *is_counted is false: the ballots are to be counted by the caller. RC_OK, RC_CONFLICT. */
enum rc opener_cells(struct opener *o, const struct opener_version *v, struct cells **out, bool *is_counted,
                     struct rc_info *e) MUST_CHECK;

/* Stop the threads, give everything back. NULL is allowed. */
void opener_free(struct opener *o);

/* The check of an opened ballot's comments: NULL, or why it cannot be counted (a literal). Its codes
 * must be good. Pure. */
const char *opener_check_comments(const struct form *f, const struct batch_ballot *b) MUST_CHECK;

#endif
