/* migrate_store: which schema files the database has seen (as minyi_owner).  Layer: store. */
#ifndef MINYI_STORE_MIGRATE_STORE_H
#define MINYI_STORE_MIGRATE_STORE_H

#include <stdbool.h>

#include "base/rc.h"
#include "store/db.h"

enum { MIGRATE_HASH_BYTES = 32 };

/* A handle in whose database core.migration exists (made where it was missing), in an open
 * transaction that keeps other migrations out. Release with db_commit or db_rollback, and db_free.
 * RC_OK; RC_AWAY, RC_DB, RC_NOMEM: then *out is NULL. */
enum rc migrate_begin(struct db **out, struct rc_info *e) MUST_CHECK;

/* Was the file applied? RC_CONFLICT: it was, with other contents. */
enum rc migrate_was_applied(struct db *db, const char *name, const unsigned char hash[MIGRATE_HASH_BYTES],
                            bool *was, struct rc_info *e) MUST_CHECK;

/* Note that it is applied, in the transaction that applies it. */
enum rc migrate_note(struct db *db, const char *name, const unsigned char hash[MIGRATE_HASH_BYTES],
                     struct rc_info *e) MUST_CHECK;

#endif
