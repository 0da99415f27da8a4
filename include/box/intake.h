/* intake: the writer's work: takes whatever ballots wait, shuffles and seals them per version, and makes
 * them durable: in the box, or in the spool while the database is away.  Layer: box.
 *
 * Surveys by invitation: a code is used up in the transaction that stores its ballot, so that of a
 * hundred tries one counts, and none is lost; while the database is away they cannot be taken at all.
 * What keeps a code and an answer apart: the box holds the ballots sealed, under another hash than the
 * record, which is written in the order of its own hashes by one opening of many ballots; a used code's
 * row is deleted, so that the two never stand side by side, not even by a transaction's number.
 *
 * A ballot belongs to whoever pushed it; the intake only fills in `result`. */
#ifndef MINYI_BOX_INTAKE_H
#define MINYI_BOX_INTAKE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "box/batch.h"
#include "store/survey_store.h"

enum {
    INTAKE_BALLOTS_MAX = 512,        /* stored in one round: one COMMIT */
    INTAKE_BYTES_MAX = 1024 * 1024   /* of codes and comments in one round, but at least one ballot */
};

struct intake_ballot {
    struct intake_ballot *next;
    int64_t survey_id, version_id;
    struct batch_ballot ballot; /* its codes and comments live until the ballot is answered */
    bool has_code;              /* of a survey by invitation */
    bool is_tried;              /* the writer's */
    unsigned char code_hash[KEY_HASH_BYTES];
    enum rc result;             /* RC_OK: durable; RC_UNAVAILABLE: nothing was kept; RC_FORBIDDEN: no such
                                 * invitation, or it was used */
};

/* A list that threads hand to each other, first in, first out. */
struct ballot_queue {
    pthread_mutex_t lock;
    pthread_cond_t has_some;
    struct intake_ballot *head, **tail;
    size_t n;
    bool is_closed;
};

void ballot_queue_init(struct ballot_queue *q);
/* Append a list linked by `next`. */
void ballot_queue_push(struct ballot_queue *q, struct intake_ballot *list);
/* Wait for at least one and take up to a round's worth; NULL once the queue is closed and empty. */
struct intake_ballot *ballot_queue_take(struct ballot_queue *q);
/* No more will come: takers get what is left, then NULL. */
void ballot_queue_close(struct ballot_queue *q);
size_t ballot_queue_length(struct ballot_queue *q);

struct epoch_key {
    int64_t epoch_id; /* 0: none yet */
    unsigned char public_key[BATCH_PUBLIC_BYTES];
};

/* The database as the intake sees it; tests put another in its place. */
struct intake_box {
    void *ctx;
    enum rc (*drop)(void *ctx, const struct stored_batch *batches, size_t n, struct arena *a,
                    enum box_answer *answers, struct rc_info *e); /* as survey_store_drop */
    /* as survey_store_spend, survey_store_drop_spent and survey_store_abandon */
    enum rc (*spend)(void *ctx, int64_t survey_id, size_t n, const void *code_hashes, const void *box_hashes, struct arena *a,
                     const unsigned char **answers, struct rc_info *e);
    enum rc (*drop_spent)(void *ctx, const struct stored_batch *batch, struct arena *a, enum box_answer *answer,
                          struct rc_info *e);
    void (*abandon)(void *ctx);
    enum rc (*newest_key)(void *ctx, struct arena *a, struct epoch_key *out, struct rc_info *e);
};

struct intake {
    struct intake_box box;
    const char *spool_dir;
    struct arena arena;  /* the writer's, one round */
    struct buf sealed;   /* sealed bytes of one round */
    pthread_mutex_t lock;
    pthread_cond_t has_trouble; /* the database went away: the keeper should look */
    struct epoch_key key;       /* under the lock */
    bool is_waking;             /* under the lock */
    atomic_bool is_box_up;      /* false: straight to the spool, until intake_set_up */
    atomic_ullong n_boxed, n_spooled, n_lost, n_batches; /* ballots, and batches written */
};

void intake_init(struct intake *in, const struct intake_box *box, const char *spool_dir);
void intake_release(struct intake *in);

/* The newest public key, from the database or the copy on disk. Any thread. */
void intake_set_key(struct intake *in, const struct epoch_key *key);
bool intake_has_key(struct intake *in);

/* The box answers again, or does not. Any thread. */
void intake_set_up(struct intake *in, bool is_up);

/* Sleep until intake_store finds the box away, intake_wake is called, or `timeout_ms` passed. */
void intake_wait_trouble(struct intake *in, int64_t timeout_ms);
void intake_wake(struct intake *in);

/* Make the ballots of the list durable and set every `result`. One thread, the writer. The list may
 * be of any length that ballot_queue_take gives; versions may be mixed. */
void intake_store(struct intake *in, struct intake_ballot *list);

/* Move the spool into the box through `box` (the keeper's own connection). RC_OK when the spool is
 * empty afterwards; else why not. A batch that the box refuses for good is set aside as "<name>.bad". */
enum rc intake_drain(const struct intake_box *box, const char *spool_dir, size_t *n_done, size_t *n_bad,
                     struct rc_info *e) MUST_CHECK;

#endif
