/* COPY ... FROM STDIN (FORMAT binary). */
#include "store/db_inner.h"

#include <stdlib.h>

/* libpq keeps what a slow server has not taken, without a limit: send it all now and then. */
enum { PIECE_BYTES = 1 << 20, QUEUE_BYTES = 256 * 1024 };

enum rc db_copy_begin(struct db *db, const char *sql, struct rc_info *e)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    enum rc rc = db_make_ready(db, e);
    int64_t deadline = db_deadline(db);
    PGresult *r = NULL;
    if (rc != RC_OK)
        return rc;
    if (PQsendQuery(db->conn, sql) == 0 || !db_flush(db->conn, deadline) ||
        !db_next_result(db->conn, deadline, &r))
        return db_away(db, e, "COPY");
    if (PQresultStatus(r) != PGRES_COPY_IN) {
        rc = db_failed(db, r, "COPY", e);
        PQclear(r);
        if (db->conn != NULL && db_finish(db, deadline, "COPY", NULL) == RC_AWAY)
            return RC_AWAY;
        return rc;
    }
    PQclear(r);
    db->is_in_copy = true;
    db->copy_queued = 0;
    return db_copy_put(db, header, sizeof header - 1, e);
}

enum rc db_copy_put(struct db *db, const void *p, size_t len, struct rc_info *e)
{
    const char *at = p;
    if (!db->is_in_copy)
        return rc_set(e, db->tx == DB_TX_LOST ? RC_AWAY : RC_DB, "no COPY is in progress");
    int64_t deadline = db_deadline(db);
    while (len > 0) {
        int piece = len > PIECE_BYTES ? PIECE_BYTES : (int)len;
        int n = PQputCopyData(db->conn, at, piece);
        if (n < 0)
            return db_away(db, e, "COPY");
        if (n == 1) {
            at += piece;
            len -= (size_t)piece;
            db->copy_queued += (size_t)piece;
        }
        if (n == 0 || db->copy_queued > QUEUE_BYTES) {
            if (!db_flush(db->conn, deadline))
                return db_away(db, e, "COPY");
            db->copy_queued = 0;
        }
    }
    return RC_OK;
}

/* Say that the data ended, well (`why` NULL) or not. */
static bool send_end(struct db *db, const char *why, int64_t deadline)
{
    int n;
    db->is_in_copy = false;
    while ((n = PQputCopyEnd(db->conn, why)) == 0)
        if (!db_flush(db->conn, deadline))
            return false;
    return n == 1 && db_flush(db->conn, deadline);
}

enum rc db_copy_end(struct db *db, int64_t *n_rows, struct rc_info *e)
{
    int64_t deadline = db_deadline(db);
    enum rc rc = db_copy_put(db, "\377\377", 2, e); /* the file's trailer */
    PGresult *r = NULL;
    if (rc != RC_OK)
        return rc;
    if (!send_end(db, NULL, deadline) || !db_next_result(db->conn, deadline, &r))
        return db_away(db, e, "COPY");
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        rc = db_failed(db, r, "COPY", e);
    else if (n_rows != NULL)
        *n_rows = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    if (db->conn != NULL && db_finish(db, deadline, "COPY", rc == RC_OK ? e : NULL) == RC_AWAY)
        return RC_AWAY;
    return rc;
}

void db_copy_abort(struct db *db)
{
    if (db->conn == NULL || !db->is_in_copy)
        return;
    int64_t deadline = db_deadline(db);
    if (!send_end(db, "given up", deadline))
        db_drop(db);
    else
        (void)db_finish(db, deadline, "COPY", NULL); /* the error that was asked for */
}
