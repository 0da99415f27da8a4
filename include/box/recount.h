/* recount: the responses counted once more, by two threads.  Layer: box. */
#ifndef MINYI_BOX_RECOUNT_H
#define MINYI_BOX_RECOUNT_H

#include "box/cells.h"
#include "box/tally.h"

enum {
    RECOUNT_THREADS = 2, /* each with a connection of its own, so that two of the server's processes read */
    RECOUNT_PAGES = 128, /* of 8 KB in one part: some 10,000 responses, under half a megabyte of codes on the way */
    RECOUNT_BYTES = 8 * 1024 * 1024 /* of codes counted at once, for each version and thread */
};

/* The responses of one version. */
struct recount_table {
    const struct tally_work *work;
    const struct tally_form *form; /* one of work->forms */
    struct cells cells;            /* begun by the caller */
};

/* Count every response of the tables' versions in one pass. Those of other versions are an error where
 * `is_all` (the tables are of all versions that there are), and passed over where not. A bar shows the
 * pages read. RC_OK; RC_CONFLICT (a response of no version, or codes not of it); RC_TOOBIG (more profiles
 * than a table holds); RC_AWAY, RC_DB, RC_NOMEM. */
enum rc recount_scan(struct recount_table *tables, size_t n, bool is_all, struct rc_info *e) MUST_CHECK;

#endif
