/* spool: sealed batches as files, while the database is away.  Layer: box.
 *
 * A file is named "<accepted_us>-<epoch_id>-<16 hex>.batch" and holds (big-endian): magic "MYS1",
 * survey_id u64, version_id u64, epoch_id u64, accepted_us u64, batch_id[16], n u32, n box hashes of 16 bytes,
 * sealed_len u32, the sealed bytes, and 32 bytes of BLAKE2b over all before it. */
#ifndef MINYI_BOX_SPOOL_H
#define MINYI_BOX_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "box/key.h"
#include "store/sealed.h"


/* Write the batch durably (see file_write_durably). RC_OK, RC_IO. */
enum rc spool_write(const char *dir, const struct sealed_batch *b, struct rc_info *e) MUST_CHECK;

/* Call `each` for every file, oldest first; when it returns RC_OK the file is removed. A file that
 * does not check, or for which `each` returns RC_CONFLICT (refused for good), is renamed to
 * "<name>.bad" and counted in *n_bad: it is kept. Stops at the first other result and returns it. Temporary files of a crashed write (names with a leading dot) older than an hour
 * are removed. *n_done counts what was removed. */
typedef enum rc spool_fn(void *ctx, const struct sealed_batch *b, struct rc_info *e);
enum rc spool_drain(const char *dir, spool_fn *each, void *ctx, size_t *n_done, size_t *n_bad,
                    struct rc_info *e) MUST_CHECK;

/* Leave a mark that ballots may yet be sealed to this epoch's key, in place of the mark of an earlier
 * one: a survey program that is cut off from the database seals to the key that it knows, and the tally
 * must not have destroyed it meanwhile. One survey program for a spool. RC_OK, RC_IO. */
enum rc spool_hold_key(const char *dir, int64_t epoch_id, struct rc_info *e) MUST_CHECK;

struct spool_state {
    size_t n_files, n_bad;
    int64_t bytes;
    int64_t oldest_us;      /* 0 when empty */
    size_t n_epochs;        /* distinct epochs named by files and marks, at most 64 listed */
    int64_t epochs[64];
};

/* Look at the folder without changing it. RC_OK, RC_IO, RC_NOTFOUND. */
enum rc spool_look(const char *dir, struct spool_state *out, struct rc_info *e) MUST_CHECK;

/* The pure reader of one file's bytes (the fuzz target); out points into `p`. RC_OK, RC_INPUT. */
enum rc spool_parse(const unsigned char *p, size_t len, struct sealed_batch *out) MUST_CHECK;

#endif
