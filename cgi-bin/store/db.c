#include "store/db.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "store/db_wire.h"

enum { CONNECT_MS = 3000, RETRY_MS = 500 };

struct db {
    struct db_config config;
    PGconn *conn;
    bool is_ready;        /* connected and prepared */
    int64_t next_try_ms;  /* monotonic */
    char sqlstate[6];
    bool is_in_copy;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct db *db_new(const struct db_config *config)
{
    struct db *db = calloc(1, sizeof *db);
    if (db != NULL)
        db->config = *config;
    return db;
}

static void drop(struct db *db)
{
    if (db->conn != NULL)
        PQfinish(db->conn);
    db->conn = NULL;
    db->is_ready = false;
    db->is_in_copy = false;
}

void db_free(struct db *db)
{
    if (db == NULL)
        return;
    drop(db);
    free(db);
}

bool db_is_connected(const struct db *db)
{
    return db->is_ready && PQstatus(db->conn) == CONNECTION_OK;
}

const char *db_sqlstate(const struct db *db)
{
    return db->sqlstate;
}

/* First line of a libpq message, without the line end. */
static void first_line(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static enum rc away(struct db *db, struct rc_info *e, const char *what)
{
    char why[256];
    first_line(why, sizeof why, db->conn != NULL ? PQerrorMessage(db->conn) : "");
    drop(db);
    db->next_try_ms = now_ms() + RETRY_MS;
    return rc_set(e, RC_AWAY, "%s: %s", what, *why != '\0' ? why : "no answer before the deadline");
}

static int64_t deadline_of(const struct db *db)
{
    return db->config.deadline_ms > 0 ? now_ms() + db->config.deadline_ms : 0;
}

/* Wait until the socket is ready. False on deadline or error; `deadline` 0 = wait for ever. */
static bool wait_for(PGconn *conn, short events, int64_t deadline)
{
    for (;;) {
        int timeout = -1;
        if (deadline > 0) {
            int64_t left = deadline - now_ms();
            if (left <= 0)
                return false;
            timeout = (int)left;
        }
        struct pollfd p = {.fd = PQsocket(conn), .events = events};
        if (p.fd < 0)
            return false;
        int n = poll(&p, 1, timeout);
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

/* Push out what libpq holds, reading meanwhile so that neither side blocks on a full buffer. */
static bool flush(PGconn *conn, int64_t deadline)
{
    for (;;) {
        int n = PQflush(conn);
        if (n <= 0)
            return n == 0;
        if (!wait_for(conn, POLLIN | POLLOUT, deadline) || PQconsumeInput(conn) == 0)
            return false;
    }
}

/* Next result within the deadline. False when the connection is lost or time is up;
 * *out is NULL at the end of a command's results. */
static bool next_result(PGconn *conn, int64_t deadline, PGresult **out)
{
    while (PQisBusy(conn) != 0) {
        if (!wait_for(conn, POLLIN, deadline) || PQconsumeInput(conn) == 0)
            return false;
    }
    *out = PQgetResult(conn);
    return *out != NULL || PQstatus(conn) == CONNECTION_OK;
}

static bool is_lost(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P0", 4) == 0;
}

static void note_state(struct db *db, const PGresult *r)
{
    const char *state = r != NULL ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    (void)snprintf(db->sqlstate, sizeof db->sqlstate, "%s", state != NULL ? state : "");
}

/* Turn an error result into a code; the primary message only: details may hold values. */
static enum rc failed(struct db *db, const PGresult *r, const char *what, struct rc_info *e)
{
    note_state(db, r);
    const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    char why[256];
    first_line(why, sizeof why, primary != NULL ? primary : PQresultErrorMessage(r));
    if (is_lost(db->sqlstate) || PQstatus(db->conn) != CONNECTION_OK) {
        drop(db);
        db->next_try_ms = now_ms() + RETRY_MS;
        return rc_set(e, RC_AWAY, "%s: %s", what, why);
    }
    return rc_set(e, RC_DB, "%s: %s (%s)", what, why, db->sqlstate);
}

/* Read results to the end of the command, remembering the first error. */
static enum rc finish(struct db *db, int64_t deadline, const char *what, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (;;) {
        PGresult *r = NULL;
        if (!next_result(db->conn, deadline, &r))
            return away(db, e, what);
        if (r == NULL)
            return rc;
        if (PQresultStatus(r) == PGRES_FATAL_ERROR && rc == RC_OK)
            rc = failed(db, r, what, e);
        PQclear(r);
        if (rc == RC_AWAY)
            return rc;
    }
}

static enum rc simple(struct db *db, const char *sql, int64_t deadline, const char *what, struct rc_info *e)
{
    if (PQsendQuery(db->conn, sql) == 0 || !flush(db->conn, deadline))
        return away(db, e, what);
    return finish(db, deadline, what, e);
}

/* Prepare every statement in one round trip, then compare the parameter counts in a second. */
static enum rc prepare_all(struct db *db, int64_t deadline, struct rc_info *e)
{
    const struct db_stmt *s = db->config.stmts;
    size_t n = db->config.n_stmts;
    if (n == 0)
        return RC_OK;
    if (PQenterPipelineMode(db->conn) == 0)
        return away(db, e, "cannot prepare");
    for (size_t i = 0; i < n; i++)
        if (PQsendPrepare(db->conn, s[i].name, s[i].sql, 0, NULL) == 0 ||
            PQsendDescribePrepared(db->conn, s[i].name) == 0)
            return away(db, e, "cannot prepare");
    if (PQpipelineSync(db->conn) == 0 || !flush(db->conn, deadline))
        return away(db, e, "cannot prepare");
    enum rc rc = RC_OK;
    for (size_t i = 0; i < 2 * n; i++) {
        PGresult *r = NULL, *end = NULL;
        if (!next_result(db->conn, deadline, &r))
            return away(db, e, "cannot prepare");
        if (rc == RC_OK && PQresultStatus(r) == PGRES_FATAL_ERROR) {
            rc = failed(db, r, s[i / 2].name, e);
            if (rc == RC_DB)
                rc = rc_set(e, RC_DB, "statement \"%s\" does not prepare (%s): is the schema up to date? "
                            "run \"minyi migrate\"", s[i / 2].name, db->sqlstate);
        } else if (rc == RC_OK && i % 2 == 1 && PQnparams(r) != s[i / 2].n_params) {
            rc = rc_set(e, RC_DB, "statement \"%s\" has %d parameters, not %d", s[i / 2].name, PQnparams(r),
                        s[i / 2].n_params);
        }
        PQclear(r);
        if (rc == RC_AWAY)
            return rc;
        if (!next_result(db->conn, deadline, &end))
            return away(db, e, "cannot prepare");
        PQclear(end); /* NULL: the end of this command */
    }
    PGresult *sync = NULL;
    if (!next_result(db->conn, deadline, &sync))
        return away(db, e, "cannot prepare");
    PQclear(sync);
    if (PQexitPipelineMode(db->conn) == 0)
        return away(db, e, "cannot prepare");
    return rc;
}

static enum rc start_up(struct db *db, int64_t deadline, struct rc_info *e)
{
    static const char *const keys[] = {"user", "application_name", "client_encoding", "options", NULL};
    const char *user = getenv("PGUSER");
    const char *values[] = {user != NULL && *user != '\0' ? user : db->config.role, db->config.program, "UTF8",
                            "-c DateStyle=ISO -c TimeZone=UTC", NULL};
    db->conn = PQconnectStartParams(keys, values, 0);
    if (db->conn == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a connection");
    if (PQstatus(db->conn) == CONNECTION_BAD)
        return away(db, e, "cannot connect to the database");
    for (PostgresPollingStatusType s = PGRES_POLLING_WRITING; s != PGRES_POLLING_OK;) {
        if (s == PGRES_POLLING_FAILED ||
            !wait_for(db->conn, s == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, deadline))
            return away(db, e, "cannot connect to the database");
        s = PQconnectPoll(db->conn);
    }
    (void)PQsetErrorVerbosity(db->conn, PQERRORS_TERSE);
    if (PQsetnonblocking(db->conn, 1) != 0)
        return away(db, e, "cannot connect to the database");
    return RC_OK;
}

static void quiet(void *ctx, const char *message)
{
    (void)ctx;
    (void)message; /* notices say nothing that a log line of ours does not */
}

enum rc db_connect(struct db *db, struct rc_info *e)
{
    if (db_is_connected(db))
        return RC_OK;
    drop(db);
    int64_t now = now_ms();
    if (now < db->next_try_ms)
        return rc_set(e, RC_AWAY, "the database was away a moment ago");
    int64_t deadline = now + (db->config.deadline_ms > 0 && db->config.deadline_ms < CONNECT_MS
                                  ? db->config.deadline_ms : CONNECT_MS);
    enum rc rc = start_up(db, deadline, e);
    if (rc == RC_OK) {
        (void)PQsetNoticeProcessor(db->conn, quiet, NULL);
        rc = prepare_all(db, deadline, e);
    }
    if (rc != RC_OK) {
        drop(db);
        db->next_try_ms = now_ms() + RETRY_MS;
        return rc;
    }
    db->is_ready = true;
    db->next_try_ms = 0;
    return RC_OK;
}

enum { PARAMS_MAX = 32 };

static enum rc send(struct db *db, int stmt, const struct db_param *params, size_t n, int64_t deadline,
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
    arena_init(&a, (size_t)256 * 1024 * 1024);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        rc = db_wire_param(&params[i], &a, &values[i], &lengths[i], e);
        formats[i] = 1;
    }
    if (rc == RC_OK && (PQsendQueryPrepared(db->conn, s->name, (int)n, values, lengths, formats, 1) == 0 ||
                        !flush(db->conn, deadline)))
        rc = away(db, e, s->name);
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
    db->sqlstate[0] = '\0';
    enum rc rc = db_connect(db, e);
    int64_t deadline = deadline_of(db);
    if (rc == RC_OK)
        rc = send(db, stmt, params, n_params, deadline, e);
    if (rc != RC_OK)
        return rc;
    const char *name = db->config.stmts[stmt].name;
    for (;;) {
        PGresult *r = NULL;
        if (!next_result(db->conn, deadline, &r))
            return away(db, e, name);
        if (r == NULL)
            return rc;
        ExecStatusType st = PQresultStatus(r);
        if (st == PGRES_TUPLES_OK && a != NULL && out != NULL && rc == RC_OK)
            rc = copy_rows(r, a, out, e);
        else if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK && rc == RC_OK)
            rc = failed(db, r, name, e);
        PQclear(r);
        if (rc == RC_AWAY)
            return rc;
    }
}

/* Hand one single-row result to the caller. */
static enum rc give_row(const PGresult *r, db_row_fn *row, void *ctx, struct rc_info *e)
{
    enum { COLS_MAX = 64 };
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

enum rc db_stream(struct db *db, int stmt, const struct db_param *params, size_t n_params, db_row_fn *row,
                  void *ctx, struct rc_info *e)
{
    db->sqlstate[0] = '\0';
    enum rc rc = db_connect(db, e);
    if (rc == RC_OK)
        rc = send(db, stmt, params, n_params, deadline_of(db), e);
    if (rc != RC_OK)
        return rc;
    const char *name = db->config.stmts[stmt].name;
    (void)PQsetSingleRowMode(db->conn);
    for (;;) {
        PGresult *r = NULL;
        if (!next_result(db->conn, deadline_of(db), &r))
            return away(db, e, name);
        if (r == NULL)
            return rc;
        ExecStatusType st = PQresultStatus(r);
        if (st == PGRES_SINGLE_TUPLE && rc == RC_OK)
            rc = give_row(r, row, ctx, e);
        else if (st == PGRES_FATAL_ERROR && rc == RC_OK)
            rc = failed(db, r, name, e);
        PQclear(r);
        if (rc == RC_AWAY && !db->is_ready)
            return rc;
    }
}

static enum rc control(struct db *db, const char *sql, struct rc_info *e)
{
    if (!db_is_connected(db))
        return rc_set(e, RC_AWAY, "%s: the connection is lost", sql);
    db->sqlstate[0] = '\0';
    return simple(db, sql, deadline_of(db), sql, e);
}

enum rc db_begin(struct db *db, struct rc_info *e)
{
    enum rc rc = db_connect(db, e);
    return rc == RC_OK ? control(db, "BEGIN", e) : rc;
}

enum rc db_commit(struct db *db, struct rc_info *e)
{
    if (db_is_connected(db) && PQtransactionStatus(db->conn) == PQTRANS_INERROR) {
        db_rollback(db); /* COMMIT would answer ROLLBACK without an error */
        return rc_set(e, RC_DB, "COMMIT: the transaction had failed before");
    }
    return control(db, "COMMIT", e);
}

void db_rollback(struct db *db)
{
    struct rc_info ignored;
    if (db_is_connected(db) && PQtransactionStatus(db->conn) != PQTRANS_IDLE &&
        simple(db, "ROLLBACK", deadline_of(db), "ROLLBACK", &ignored) != RC_OK)
        drop(db);
}

enum rc db_savepoint(struct db *db, struct rc_info *e)
{
    return control(db, "SAVEPOINT minyi", e);
}

enum rc db_rollback_to_savepoint(struct db *db, struct rc_info *e)
{
    return control(db, "ROLLBACK TO SAVEPOINT minyi", e);
}

enum rc db_run_script(struct db *db, const char *sql, struct rc_info *e)
{
    db->sqlstate[0] = '\0';
    enum rc rc = db_connect(db, e);
    return rc == RC_OK ? simple(db, sql, deadline_of(db), "script", e) : rc;
}

/* ---- COPY ---- */

enum rc db_copy_begin(struct db *db, const char *sql, struct rc_info *e)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    if (!db_is_connected(db))
        return rc_set(e, RC_AWAY, "COPY: the connection is lost");
    db->sqlstate[0] = '\0';
    int64_t deadline = deadline_of(db);
    PGresult *r = NULL;
    if (PQsendQuery(db->conn, sql) == 0 || !flush(db->conn, deadline) || !next_result(db->conn, deadline, &r))
        return away(db, e, "COPY");
    if (PQresultStatus(r) != PGRES_COPY_IN) {
        enum rc rc = failed(db, r, "COPY", e);
        PQclear(r);
        return rc == RC_AWAY ? rc : (finish(db, deadline, "COPY", NULL), rc);
    }
    PQclear(r);
    db->is_in_copy = true;
    return db_copy_put(db, header, sizeof header - 1, e);
}

enum rc db_copy_put(struct db *db, const void *p, size_t len, struct rc_info *e)
{
    const char *at = p;
    while (len > 0) {
        int piece = len > (size_t)1 << 20 ? 1 << 20 : (int)len;
        int n = PQputCopyData(db->conn, at, piece);
        if (n < 0 || (n == 0 && !flush(db->conn, deadline_of(db))))
            return away(db, e, "COPY");
        if (n == 1) {
            at += piece;
            len -= (size_t)piece;
        }
    }
    return RC_OK;
}

enum rc db_copy_end(struct db *db, int64_t *n_rows, struct rc_info *e)
{
    int64_t deadline = deadline_of(db);
    enum rc rc = db_copy_put(db, "\377\377", 2, e);
    if (rc != RC_OK)
        return rc;
    db->is_in_copy = false;
    int n;
    while ((n = PQputCopyEnd(db->conn, NULL)) == 0)
        if (!flush(db->conn, deadline))
            return away(db, e, "COPY");
    PGresult *r = NULL;
    if (n < 0 || !flush(db->conn, deadline) || !next_result(db->conn, deadline, &r))
        return away(db, e, "COPY");
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        rc = failed(db, r, "COPY", e);
    else if (n_rows != NULL)
        *n_rows = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return rc == RC_AWAY ? rc : (finish(db, deadline, "COPY", NULL) == RC_AWAY ? RC_AWAY : rc);
}

void db_copy_abort(struct db *db)
{
    if (db->conn == NULL || !db->is_in_copy)
        return;
    db->is_in_copy = false;
    struct rc_info ignored;
    int n;
    while ((n = PQputCopyEnd(db->conn, "given up")) == 0)
        if (!flush(db->conn, deadline_of(db)))
            break;
    if (n != 1 || finish(db, deadline_of(db), "COPY", &ignored) == RC_AWAY)
        drop(db);
}
