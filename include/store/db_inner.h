/* db_inner: what db.c, db_query.c and db_copy.c share.  Layer: store; for those three files only. */
#ifndef MINYI_STORE_DB_INNER_H
#define MINYI_STORE_DB_INNER_H

#include <libpq-fe.h>

#include "store/db.h"

/* A transaction whose connection broke must not go on, half of it, on the next connection. */
enum db_tx { DB_TX_NONE, DB_TX_OPEN, DB_TX_LOST };

struct db {
    struct db_config config;
    PGconn *conn;
    bool is_ready;        /* connected and prepared */
    int64_t next_try_ms;  /* monotonic; 0 = at once */
    char sqlstate[6];
    enum db_tx tx;
    bool is_in_copy;
    size_t copy_queued;   /* bytes given to libpq since everything was sent */
};

/* End of the time that one call may take, monotonic ms; 0 = no limit. */
int64_t db_deadline(const struct db *db);

/* A connection that is ready for a statement of the caller's transaction, or the reason why not. */
enum rc db_make_ready(struct db *db, struct rc_info *e) MUST_CHECK;

/* Send everything that libpq holds. False: deadline, or the connection broke. */
bool db_flush(PGconn *conn, int64_t deadline) MUST_CHECK;

/* Next result of a command; *out is NULL at its end. False: deadline, or the connection broke. */
bool db_next_result(PGconn *conn, int64_t deadline, PGresult **out) MUST_CHECK;

/* Close the connection, at once and without waiting. */
void db_drop(struct db *db);

/* Drop the connection after a deadline or a break: RC_AWAY, "what: why". */
enum rc db_away(struct db *db, struct rc_info *e, const char *what);

/* Turn an error result into RC_AWAY or RC_DB (db_wire_class); the primary message only, since
 * details and contexts may hold values. */
enum rc db_failed(struct db *db, const PGresult *r, const char *what, struct rc_info *e);

/* Read a command's results to the end; the first error counts. */
enum rc db_finish(struct db *db, int64_t deadline, const char *what, struct rc_info *e);

#endif
