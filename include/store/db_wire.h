/* db_wire: PostgreSQL's binary formats of parameters, cells and COPY rows.  Layer: store.
 * Pure: no libpq here, so that unit tests need no server. */
#ifndef MINYI_STORE_DB_WIRE_H
#define MINYI_STORE_DB_WIRE_H

#include "store/db.h"

/* Give the parameter's bytes (NULL for SQL NULL) and length; made in `a` where it must be.
 * RC_OK, RC_NOMEM, RC_TOOBIG (over 1 GB), RC_INPUT (a text with NUL cannot happen: it is a string). */
enum rc db_wire_param(const struct db_param *p, struct arena *a, const char **out, int *len, struct rc_info *e)
    MUST_CHECK;

/* What a SQLSTATE means. RC_AWAY: the same again, later or on a new connection, may well succeed (the
 * server went away, is starting, is full, is read-only, or ended the statement); *is_lost: this
 * connection is of no more use. RC_DB: it would fail again. */
enum rc db_wire_class(const char *sqlstate, bool *is_lost);

#endif
