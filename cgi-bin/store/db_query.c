/* Statements, rows and transactions. */
#include "store/db_inner.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/db_wire.h"

enum { PARAMS_MAX = 32, COLS_MAX = 64, PARAM_BYTES_MAX = 256 * 1024 * 1024 };

static enum rc send_stmt(struct db *db, int stmt, const struct db_param *params, size_t n, int64_t deadline,
                         struct rc_info *e)
{
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX], formats[PARAMS_MAX];
    if (stmt < 0 || (size_t)stmt >= db->config.n_stmts || n > PARAMS_MAX)
        return rc_set(e, RC_DB, "statement %d with %zu parameters is not in the table", stmt, n);
    const struct db_stmt *s = &db->config.stmts[stmt];
    if (n != (size_t)s->n_params)
        return rc_set(e, RC_DB, "statement \"%s\" takes %d parameters, not %zu", s->name, s->n_params, n);
    struct arena a;
    arena_init(&a, PARAM_BYTES_MAX);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        rc = db_wire_param(&params[i], &a, &values[i], &lengths[i], e);
        formats[i] = 1;
    }
    if (rc == RC_OK && (PQsendQueryPrepared(db->conn, s->name, (int)n, values, lengths, formats, 1) == 0 ||
                        !db_flush(db->conn, deadline)))
        rc = db_away(db, e, s->name);
    arena_release(&a);
    return rc;
}

/* Copy a result's cells to the arena, so that the PGresult ends here. */
static enum rc copy_rows(const PGresult *r, struct arena *a, struct db_rows *out, struct rc_info *e)
{
    size_t rows = (size_t)PQntuples(r), cols = (size_t)PQnfields(r);
    struct db_cell *cells = arena_array(a, rows * cols + 1, sizeof *cells);
    if (cells == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu rows", rows);
    for (size_t i = 0; i < rows * cols; i++) {
        int row = (int)(i / cols), col = (int)(i % cols);
        if (PQgetisnull(r, row, col) != 0)
            continue;
        cells[i].len = (size_t)PQgetlength(r, row, col);
        cells[i].p = arena_memdup(a, PQgetvalue(r, row, col), cells[i].len);
        if (cells[i].p == NULL)
            return rc_set(e, RC_NOMEM, "no memory for %zu rows", rows);
    }
    *out = (struct db_rows){.n_rows = rows, .n_cols = cols, .cells = cells};
    return RC_OK;
}

enum rc db_query(struct db *db, int stmt, const struct db_param *params, size_t n_params, struct arena *a,
                 struct db_rows *out, struct rc_info *e)
{
    enum rc rc = db_make_ready(db, e);
    int64_t deadline = db_deadline(db);
    if (rc == RC_OK)
        rc = send_stmt(db, stmt, params, n_params, deadline, e);
    if (rc != RC_OK)
        return rc;
    const char *name = db->config.stmts[stmt].name;
    for (;;) {
        PGresult *r = NULL;
        if (!db_next_result(db->conn, deadline, &r))
            return db_away(db, e, name);
        if (r == NULL)
            return rc;
        ExecStatusType st = PQresultStatus(r);
        if (st == PGRES_TUPLES_OK && a != NULL && out != NULL && rc == RC_OK)
            rc = copy_rows(r, a, out, e);
        else if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK && rc == RC_OK)
            rc = db_failed(db, r, name, e);
        PQclear(r);
        if (db->conn == NULL)
            return rc;
    }
}

/* Hand one single-row result to the caller. */
static enum rc give_row(const PGresult *r, db_row_fn *row, void *ctx, struct rc_info *e)
{
    struct db_cell cells[COLS_MAX];
    int cols = PQnfields(r);
    if (cols > COLS_MAX)
        return rc_set(e, RC_DB, "a row of %d columns is too wide", cols);
    for (int i = 0; i < cols; i++)
        cells[i] = PQgetisnull(r, 0, i) != 0
                       ? (struct db_cell){0}
                       : (struct db_cell){PQgetvalue(r, 0, i), (size_t)PQgetlength(r, 0, i)};
    return row(ctx, cells, (size_t)cols, e);
}

/* A caller that has seen enough: outside a transaction a new connection is cheaper than the rest of
 * the rows; inside one they are read and dropped. */
static enum rc stop_stream(struct db *db, int64_t deadline, const char *name, enum rc why)
{
    if (db->tx == DB_TX_NONE)
        db_drop(db);
    else
        (void)db_finish(db, deadline, name, NULL);
    return why;
}

enum rc db_stream(struct db *db, int stmt, const struct db_param *params, size_t n_params, db_row_fn *row,
                  void *ctx, struct rc_info *e)
{
    enum rc rc = db_make_ready(db, e);
    int64_t deadline = db_deadline(db);
    if (rc == RC_OK)
        rc = send_stmt(db, stmt, params, n_params, deadline, e);
    if (rc != RC_OK)
        return rc;
    const char *name = db->config.stmts[stmt].name;
    if (PQsetSingleRowMode(db->conn) == 0)
        return db_away(db, e, name);
    for (;;) {
        PGresult *r = NULL;
        if (!db_next_result(db->conn, deadline, &r))
            return db_away(db, e, name);
        if (r == NULL)
            return rc;
        bool is_row = PQresultStatus(r) == PGRES_SINGLE_TUPLE;
        if (is_row)
            rc = give_row(r, row, ctx, e);
        else if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
            rc = db_failed(db, r, name, e);
        PQclear(r);
        if (db->conn == NULL)
            return rc;
        if (is_row && rc != RC_OK)
            return stop_stream(db, deadline, name, rc);
    }
}

/* ---- transactions and scripts ---- */

static enum rc simple(struct db *db, const char *sql, struct rc_info *e)
{
    int64_t deadline = db_deadline(db);
    if (PQsendQuery(db->conn, sql) == 0 || !db_flush(db->conn, deadline))
        return db_away(db, e, sql);
    return db_finish(db, deadline, sql, e);
}

enum rc db_begin(struct db *db, struct rc_info *e)
{
    if (db->tx == DB_TX_OPEN)
        return rc_set(e, RC_DB, "a transaction is open already");
    db->tx = DB_TX_NONE; /* the end of a lost one was told by whoever met it */
    enum rc rc = db_make_ready(db, e);
    if (rc == RC_OK)
        rc = simple(db, "BEGIN", e);
    if (rc == RC_OK)
        db->tx = DB_TX_OPEN;
    return rc;
}

enum rc db_commit(struct db *db, struct rc_info *e)
{
    if (db->tx == DB_TX_NONE)
        return rc_set(e, RC_DB, "COMMIT without a transaction");
    enum rc rc = db_make_ready(db, e);
    if (rc == RC_OK && PQtransactionStatus(db->conn) == PQTRANS_INERROR) {
        db_rollback(db); /* COMMIT would answer ROLLBACK, and no error */
        return rc_set(e, RC_DB, "COMMIT: a statement of the transaction had failed");
    }
    if (rc == RC_OK)
        rc = simple(db, "COMMIT", e);
    db->tx = DB_TX_NONE;
    return rc;
}

void db_rollback(struct db *db)
{
    db_copy_abort(db);
    if (db->tx == DB_TX_OPEN && db_is_connected(db) && simple(db, "ROLLBACK", NULL) != RC_OK)
        db_drop(db); /* the server rolls back when it notices */
    db->tx = DB_TX_NONE;
}

static enum rc in_transaction(struct db *db, const char *sql, struct rc_info *e)
{
    if (db->tx == DB_TX_NONE)
        return rc_set(e, RC_DB, "%s without a transaction", sql);
    enum rc rc = db_make_ready(db, e);
    return rc == RC_OK ? simple(db, sql, e) : rc;
}

enum rc db_savepoint(struct db *db, struct rc_info *e)
{
    return in_transaction(db, "SAVEPOINT minyi", e);
}

enum rc db_rollback_to_savepoint(struct db *db, struct rc_info *e)
{
    db_copy_abort(db);
    return in_transaction(db, "ROLLBACK TO SAVEPOINT minyi", e);
}

/* Line of the script at which the server stopped, 0 when it does not say. Positions count
 * characters from 1, so UTF-8 continuation bytes are passed over. */
static long error_line(const PGresult *r, const char *sql)
{
    const char *at = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
    long left = at != NULL ? strtol(at, NULL, 10) : 0, line = 1;
    if (left <= 0)
        return 0;
    for (const char *c = sql; *c != '\0' && left > 1; c++) {
        left -= (c[1] & 0xc0) != 0x80;
        line += *c == '\n';
    }
    return line;
}

enum rc db_run_script(struct db *db, const char *sql, struct rc_info *e)
{
    enum rc rc = db_make_ready(db, e);
    int64_t deadline = db_deadline(db);
    if (rc != RC_OK)
        return rc;
    if (PQsendQuery(db->conn, sql) == 0 || !db_flush(db->conn, deadline))
        return db_away(db, e, "script");
    PGresult *r = NULL;
    while (rc == RC_OK) {
        if (!db_next_result(db->conn, deadline, &r))
            return db_away(db, e, "script");
        if (r == NULL)
            return RC_OK;
        if (PQresultStatus(r) == PGRES_FATAL_ERROR) {
            char what[32];
            long line = error_line(r, sql);
            (void)snprintf(what, sizeof what, line > 0 ? "line %ld" : "script", line);
            rc = db_failed(db, r, what, e);
        } else if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
            db_drop(db);
            rc = rc_set(e, RC_DB, "script: COPY with the client does not belong here");
        }
        PQclear(r);
    }
    return db->conn == NULL || db_finish(db, deadline, "script", NULL) == RC_OK ? rc : RC_AWAY;
}
