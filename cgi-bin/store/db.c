/* The handle: connecting, preparing, waiting, and what an error means. */
#include "store/db_inner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/db_wire.h"

enum { CONNECT_MS = 3000, RETRY_MS = 500, GRACE_MS = 1000 };

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

void db_drop(struct db *db)
{
    if (db->conn != NULL)
        PQfinish(db->conn); /* does not wait: the connection is in non-blocking mode */
    db->conn = NULL;
    db->is_ready = false;
    db->is_in_copy = false;
    if (db->tx == DB_TX_OPEN)
        db->tx = DB_TX_LOST;
}

void db_free(struct db *db)
{
    if (db == NULL)
        return;
    db_drop(db);
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

/* ---- waiting ---- */

int64_t db_deadline(const struct db *db)
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

/* Reading meanwhile, so that neither side blocks on a full buffer. */
bool db_flush(PGconn *conn, int64_t deadline)
{
    for (;;) {
        int n = PQflush(conn);
        if (n <= 0)
            return n == 0;
        if (!wait_for(conn, POLLIN | POLLOUT, deadline) || PQconsumeInput(conn) == 0)
            return false;
    }
}

/* On a lost connection PQgetResult gives NULL for ever: that is no end of a command. */
bool db_next_result(PGconn *conn, int64_t deadline, PGresult **out)
{
    while (PQisBusy(conn) != 0) {
        if (!wait_for(conn, POLLIN, deadline) || PQconsumeInput(conn) == 0)
            return false;
    }
    *out = PQgetResult(conn);
    return *out != NULL || PQstatus(conn) == CONNECTION_OK;
}

/* ---- errors ---- */

/* First line of a libpq message, without the line end. */
static void first_line(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static void drop_and_pause(struct db *db)
{
    db_drop(db);
    db->next_try_ms = now_ms() + RETRY_MS;
}

enum rc db_away(struct db *db, struct rc_info *e, const char *what)
{
    char why[256];
    first_line(why, sizeof why, db->conn != NULL ? PQerrorMessage(db->conn) : "");
    drop_and_pause(db);
    return rc_set(e, RC_AWAY, "%s: %s", what, *why != '\0' ? why : "no answer before the deadline");
}

enum rc db_failed(struct db *db, const PGresult *r, const char *what, struct rc_info *e)
{
    char why[256];
    bool is_lost = false;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    (void)snprintf(db->sqlstate, sizeof db->sqlstate, "%s", state != NULL ? state : "");
    first_line(why, sizeof why, primary != NULL ? primary : PQresultErrorMessage(r));
    enum rc rc = db_wire_class(db->sqlstate, &is_lost);
    if (is_lost || PQstatus(db->conn) != CONNECTION_OK) {
        rc = RC_AWAY;
        drop_and_pause(db);
    }
    return rc_set(e, rc, "%s: %s%s%s%s", what, why, *db->sqlstate != '\0' ? " (" : "", db->sqlstate,
                  *db->sqlstate != '\0' ? ")" : "");
}

/* The answer of one result inside a command. A COPY cannot be answered here, and libpq would give
 * the same result for ever. */
static enum rc look_at(struct db *db, const PGresult *r, const char *what, struct rc_info *e)
{
    switch (PQresultStatus(r)) {
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
        return db_failed(db, r, what, e);
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        db_drop(db);
        return rc_set(e, RC_DB, "%s: COPY with the client does not belong here", what);
    default:
        return RC_OK;
    }
}

enum rc db_finish(struct db *db, int64_t deadline, const char *what, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (;;) {
        PGresult *r = NULL;
        if (!db_next_result(db->conn, deadline, &r))
            return db_away(db, e, what);
        if (r == NULL)
            return rc;
        if (rc == RC_OK)
            rc = look_at(db, r, what, e);
        PQclear(r);
        if (db->conn == NULL)
            return rc;
    }
}

/* ---- connecting ---- */

/* The answer to one PREPARE (`at` even) or DESCRIBE (odd), inside the pipeline. */
static enum rc check_prepared(struct db *db, const PGresult *r, size_t at, struct rc_info *e)
{
    const struct db_stmt *s = &db->config.stmts[at / 2];
    if (PQresultStatus(r) == PGRES_FATAL_ERROR) {
        enum rc rc = db_failed(db, r, s->name, e);
        return rc == RC_AWAY ? rc
                             : rc_set(e, RC_DB, "statement \"%s\" does not prepare (%s): is the schema up to date? "
                                      "run \"minyi migrate\"", s->name, db->sqlstate);
    }
    if (at % 2 == 1 && PQnparams(r) != s->n_params)
        return rc_set(e, RC_DB, "statement \"%s\" has %d parameters, not %d", s->name, PQnparams(r), s->n_params);
    return RC_OK;
}

static bool send_prepares(struct db *db, int64_t deadline)
{
    const struct db_stmt *s = db->config.stmts;
    if (PQenterPipelineMode(db->conn) == 0)
        return false;
    for (size_t i = 0; i < db->config.n_stmts; i++)
        if (PQsendPrepare(db->conn, s[i].name, s[i].sql, 0, NULL) == 0 ||
            PQsendDescribePrepared(db->conn, s[i].name) == 0)
            return false;
    return PQpipelineSync(db->conn) != 0 && db_flush(db->conn, deadline);
}

/* Prepare and describe every statement in one round trip. */
static enum rc prepare_all(struct db *db, int64_t deadline, struct rc_info *e)
{
    if (db->config.n_stmts == 0)
        return RC_OK;
    if (!send_prepares(db, deadline))
        return db_away(db, e, "cannot prepare");
    enum rc rc = RC_OK;
    for (size_t i = 0; i < 2 * db->config.n_stmts; i++) {
        PGresult *r = NULL, *end = NULL;
        if (!db_next_result(db->conn, deadline, &r) || r == NULL)
            return db_away(db, e, "cannot prepare");
        if (rc == RC_OK)
            rc = check_prepared(db, r, i, e); /* what follows the first error is only "aborted" */
        PQclear(r);
        if (db->conn == NULL)
            return rc;
        if (!db_next_result(db->conn, deadline, &end))
            return db_away(db, e, "cannot prepare");
        PQclear(end); /* NULL: the end of this command */
    }
    PGresult *sync = NULL;
    if (!db_next_result(db->conn, deadline, &sync))
        return db_away(db, e, "cannot prepare");
    PQclear(sync);
    return PQexitPipelineMode(db->conn) == 0 ? db_away(db, e, "cannot prepare") : rc;
}

/* The server ends a statement a little after the program gave up on it. */
static void session_options(const struct db *db, char *out, size_t size)
{
    int n = snprintf(out, size, "-c DateStyle=ISO -c TimeZone=UTC");
    if (db->config.deadline_ms > 0 && n > 0)
        (void)snprintf(out + n, size - (size_t)n, " -c statement_timeout=%lld",
                       (long long)db->config.deadline_ms + GRACE_MS);
}

static void quiet(void *ctx, const char *message)
{
    (void)ctx;
    (void)message; /* notices say nothing that a log line of ours does not */
}

static enum rc start_up(struct db *db, int64_t deadline, struct rc_info *e)
{
    static const char *const keys[] = {"user", "dbname", "application_name", "client_encoding", "options", NULL};
    static const char what[] = "cannot connect to the database";
    const char *user = getenv("PGUSER"), *name = getenv("PGDATABASE");
    char options[96];
    session_options(db, options, sizeof options);
    const char *values[] = {user != NULL && *user != '\0' ? user : db->config.role,
                            name != NULL && *name != '\0' ? name : "minyi", db->config.program, "UTF8", options, NULL};
    db->conn = PQconnectStartParams(keys, values, 0);
    if (db->conn == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a connection");
    if (PQstatus(db->conn) == CONNECTION_BAD)
        return db_away(db, e, what);
    for (PostgresPollingStatusType s = PGRES_POLLING_WRITING; s != PGRES_POLLING_OK;) {
        if (s == PGRES_POLLING_FAILED ||
            !wait_for(db->conn, s == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, deadline))
            return db_away(db, e, what);
        s = PQconnectPoll(db->conn);
    }
    (void)PQsetErrorVerbosity(db->conn, PQERRORS_TERSE);
    (void)PQsetNoticeProcessor(db->conn, quiet, NULL);
    return PQsetnonblocking(db->conn, 1) == 0 ? RC_OK : db_away(db, e, what);
}

enum rc db_connect(struct db *db, struct rc_info *e)
{
    if (db_is_connected(db))
        return RC_OK;
    db_drop(db);
    int64_t now = now_ms();
    if (now < db->next_try_ms)
        return rc_set(e, RC_AWAY, "the database was away a moment ago");
    int64_t deadline = now + (db->config.deadline_ms > 0 && db->config.deadline_ms < CONNECT_MS
                                  ? db->config.deadline_ms : CONNECT_MS);
    enum rc rc = start_up(db, deadline, e);
    if (rc == RC_OK)
        rc = prepare_all(db, deadline, e);
    if (rc != RC_OK) {
        drop_and_pause(db);
        return rc;
    }
    db->is_ready = true;
    db->next_try_ms = 0;
    return RC_OK;
}

enum rc db_make_ready(struct db *db, struct rc_info *e)
{
    db->sqlstate[0] = '\0';
    if (db->tx == DB_TX_OPEN && !db_is_connected(db))
        db_drop(db);
    if (db->tx == DB_TX_LOST)
        return rc_set(e, RC_AWAY, "the connection broke in the middle of a transaction");
    if (db->is_in_copy)
        return rc_set(e, RC_DB, "a COPY is in progress");
    return db_connect(db, e);
}
