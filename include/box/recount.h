/* recount: the responses counted once more, by two threads.  Layer: box. */
#ifndef MINYI_BOX_RECOUNT_H
#define MINYI_BOX_RECOUNT_H

#include "box/cells.h"
#include "box/tally.h"

enum {
    RECOUNT_THREADS = 2, /* each with a connection of its own, so that two of the server's processes read */
    RECOUNT_PAGES = 4096, /* of 8 KB in one part: 32 MB of the table */
    RECOUNT_BYTES = 24 * 1024 * 1024 /* of codes counted at once, for each version and thread */
};

/* The responses of one version in one wave. */
struct recount_table {
    const struct tally_work *work;
    const struct tally_form *form; /* one of work->forms */
    int32_t wave;                  /* 0: of the days that are in none */
    struct cells cells;
};

/* Empty tables for every version and wave of the works. RC_OK, RC_NOMEM; give them back in any case. */
enum rc recount_tables_make(const struct tally_work *works, size_t n_works, struct recount_table **out, size_t *n,
                            struct rc_info *e) MUST_CHECK;
void recount_tables_free(struct recount_table *tables, size_t n);
/* The table of a version and wave, or NULL. */
struct recount_table *recount_tables_find(struct recount_table *tables, size_t n, int64_t version_id, int32_t wave);

/* Add (sign 1) or subtract (sign -1) the stored cells of all versions. RC_CONFLICT: a cell of a wave that
 * there is not; the codes of cells_add_stored; RC_AWAY, RC_DB. */
enum rc recount_add_stored(struct recount_table *tables, size_t n, struct db *db, enum tally_cells which, int sign,
                           struct rc_info *e) MUST_CHECK;

/* Count every response of the tables' versions in one pass, by threads of their own: between begin and end the caller is
 * free to do other things, but leaves the tables alone. Those of other versions are an error where `is_all` (the tables
 * are of all versions that there are), and passed over where not. A bar shows the pages read.
 * begin: RC_OK, and then `*out` must go to one of the others; RC_AWAY, RC_DB, RC_NOMEM.
 * end: RC_OK; RC_CONFLICT (a response of no version, or codes not of it); RC_TOOBIG (more profiles than a table holds);
 * RC_AWAY, RC_DB, RC_NOMEM. give_up: as soon as the parts under way are read. */
struct recount_scan;
enum rc recount_begin(struct recount_table *tables, size_t n, bool is_all, struct recount_scan **out, struct rc_info *e)
    MUST_CHECK;
enum rc recount_end(struct recount_scan *x, struct rc_info *e) MUST_CHECK;
void recount_give_up(struct recount_scan *x);

#endif
