/* cells: counts per profile of one version, gathered in memory.  Layer: box (uses form).
 * A hash table keyed by the profile's bytes; the hash is keyed too, for citizens choose the bytes. */
#ifndef MINYI_BOX_CELLS_H
#define MINYI_BOX_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "form/counter.h"
#include "form/counter_columns.h"
#include "form/form.h"
#include "store/tally_store.h"

/* Memory of one table; a table that reaches it is to be saved and reset. */
enum { CELLS_BYTES_MAX = 128 * 1024 * 1024 };

struct cell {
    uint64_t head; /* the profile's first 8 bytes */
    const unsigned char *profile;
    size_t profile_len;
    int64_t n;       /* ballots; may be negative while stored cells are subtracted */
    bool is_stored;  /* it was found among the stored cells while saving */
    int32_t *counts; /* form->n_slots, and room for counter_add */
};

struct cells {
    const struct form *form;
    struct arena a;
    struct counter counter;
    struct counter_columns columns; /* of many ballots at once; without columns until the first time */
    struct cell *items; /* in the order in which they came */
    size_t n, cap;
    uint32_t *slots;    /* index + 1, 0 = free; a power of two, at least twice `cap` */
    size_t n_slots;
    unsigned char key[16];
    uint64_t factor;    /* secret and odd */
    int32_t *one;       /* counts of the ballot in hand */
    uint32_t *direct;   /* by the profile's number: index + 1, 0 = none yet; made by cells_count_many */
};

/* Begin empty for ballots of `f`, which must outlive it. RC_OK, RC_NOMEM. */
enum rc cells_init(struct cells *c, const struct form *f, struct rc_info *e) MUST_CHECK;
void cells_release(struct cells *c);
/* Forget the counts, keep the form. */
void cells_reset(struct cells *c);

/* Count one ballot, or take it out again (sign 1 or -1). RC_OK; RC_INPUT (not codes of this form);
 * RC_TOOBIG (the table is full: save, reset, and count this ballot again); RC_NOMEM. On anything but
 * RC_OK nothing was counted. */
enum rc cells_count(struct cells *c, const unsigned char *codes, size_t len, int sign, struct rc_info *e) MUST_CHECK;

/* Count `n` ballots, codes end to end: as n times cells_count, but in the order of their
 * cells, so that each is at hand while it is counted in: several times as fast. On anything but
 * RC_OK the table is not to be used any more; RC_TOOBIG, too. */
enum rc cells_count_many(struct cells *c, const unsigned char *codes, size_t n, struct rc_info *e) MUST_CHECK;

/* Add (sign 1) or subtract (sign -1) a stored cell. RC_OK; RC_TOOBIG (full); RC_CONFLICT (overflow, or
 * a cell of another length: then the table is not to be used any more); RC_NOMEM. */
enum rc cells_add_stored(struct cells *c, const struct tally_cell *from, int sign, struct rc_info *e) MUST_CHECK;

/* Add all of `from`, a table of the same form. Codes as for a stored cell. */
enum rc cells_merge(struct cells *c, const struct cells *from, struct rc_info *e) MUST_CHECK;

/* The cell of a profile, or NULL. */
const struct cell *cells_find(const struct cells *c, const unsigned char *profile, size_t len);

/* Add all counts to the stored cells of the place, inside the caller's transaction. They may be negative;
 * a stored cell (of TALLY_CELL) of which no ballot is left is deleted.
 * RC_OK, RC_AWAY, RC_DB, RC_NOMEM; RC_CONFLICT when a count would pass 2^31 - 1 or the stored cell is
 * of another length. Afterwards the counts are no longer in the table: it is reset. */
enum rc cells_save(struct cells *c, struct db *db, enum tally_cells which, const struct tally_place *at,
                   struct rc_info *e) MUST_CHECK;

#endif
