/* db: the only user of libpq.  Layer: store (uses base).
 * One connection, statements prepared at connect, every call bounded by a deadline (asynchronous
 * libpq and poll), results copied out: a PGresult never leaves db.c.  One thread at a time.
 *
 * Results and parameters travel in binary. In SQL cast what has no simple binary form: dates and
 * timestamps to text or to epoch seconds (bigint), numeric to float8 or text. */
#ifndef MINYI_STORE_DB_H
#define MINYI_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"

struct db;

/* A program's statements: one table, its index is the statement's number. */
struct db_stmt {
    const char *name; /* unique, also the prepared statement's name */
    const char *sql;  /* values only as $n, with casts ($1::bigint) so that types are fixed */
    int n_params;     /* checked against the server when preparing */
};

enum db_kind { DB_NULL, DB_I32, DB_I64, DB_TEXT, DB_BYTES, DB_BOOL, DB_BYTES_ARRAY, DB_I32_ARRAY };

struct db_bytes {
    const void *p;
    size_t len;
};

struct db_param {
    enum db_kind kind;
    int64_t i;
    const void *p; /* text, bytes, or the array's items (struct db_bytes[], int32_t[]) */
    size_t len;    /* bytes, or items */
};

struct db_param db_null(void);
struct db_param db_i32(int32_t v);
struct db_param db_i64(int64_t v);
struct db_param db_bool(bool v);
struct db_param db_text(const char *s);               /* NULL becomes SQL NULL */
struct db_param db_bytes(const void *p, size_t len);  /* bytea */
struct db_param db_bytes_array(const struct db_bytes *items, size_t n); /* bytea[] */
struct db_param db_i32_array(const int32_t *items, size_t n);           /* integer[] */

struct db_cell {
    const char *p; /* NUL-terminated for convenience; NULL when SQL NULL */
    size_t len;
};

struct db_rows {
    size_t n_rows, n_cols;
    const struct db_cell *cells; /* row-major; in the caller's arena */
};

/* Read a cell. A NULL or a cell of another width gives 0, "" or NULL. */
const struct db_cell *db_at(const struct db_rows *r, size_t row, size_t col);
int64_t db_get_i64(const struct db_cell *c); /* int2, int4, int8, bool */
double db_get_f64(const struct db_cell *c);  /* float8 */
const char *db_get_text(const struct db_cell *c);
/* integer[] without NULLs: copies at most `max` items to `out`, gives the number of items, or
 * SIZE_MAX when the cell is not such an array. */
size_t db_get_i32_array(const struct db_cell *c, int32_t *out, size_t max);

struct db_config {
    const char *role;        /* default for PGUSER, e.g. "minyi_survey" */
    const char *program;     /* application_name */
    int64_t deadline_ms;     /* for each statement; 0 = no limit (batch programs) */
    const struct db_stmt *stmts;
    size_t n_stmts;
};

/* Make the handle; does not connect. Free with db_free. NULL when out of memory. */
struct db *db_new(const struct db_config *config) MUST_CHECK;
void db_free(struct db *db);

/* Connect (or reconnect) and prepare all statements. Does nothing on a good connection.
 * Tries no more often than once in 500 ms: in between RC_AWAY at once.
 * RC_OK; RC_AWAY (no server, deadline); RC_DB (a statement does not prepare: a bug, or the schema
 * is older than the program: says to run "minyi migrate"). */
enum rc db_connect(struct db *db, struct rc_info *e) MUST_CHECK;
bool db_is_connected(const struct db *db);

/* SQLSTATE of the last failure, "" when it had none. */
const char *db_sqlstate(const struct db *db);

/* Run a prepared statement (connecting first where needed). `out` and `a` may be NULL when no rows
 * are wanted. RC_OK; RC_AWAY: connection lost, server ending (08xxx, 57P0x) or deadline: then the
 * outcome is unknown and the connection is dropped; or the server cannot take it now (full, read-only,
 * deadlock, cancelled: db_wire_class); RC_DB (SQL error); RC_NOMEM.
 * Once a connection broke inside a transaction every call gives RC_AWAY until db_rollback, db_commit
 * (which then fails) or the next db_begin: nothing of it can end up in a transaction of its own. */
enum rc db_query(struct db *db, int stmt, const struct db_param *params, size_t n_params,
                 struct arena *a, struct db_rows *out, struct rc_info *e) MUST_CHECK;

/* The same, row by row in constant memory. `row` gets n_cols cells (at most 64) valid during the call
 * only; a result other than RC_OK from it stops the query and is returned. It must not use `db`.
 * The deadline is for the whole of it. */
typedef enum rc db_row_fn(void *ctx, const struct db_cell *cells, size_t n_cols, struct rc_info *e);
enum rc db_stream(struct db *db, int stmt, const struct db_param *params, size_t n_params,
                  db_row_fn *row, void *ctx, struct rc_info *e) MUST_CHECK;

/* Transactions. After a failure inside one, call db_rollback (which ends a COPY too). RC_AWAY from
 * db_commit: whether it was committed is unknown. */
enum rc db_begin(struct db *db, struct rc_info *e) MUST_CHECK;
enum rc db_commit(struct db *db, struct rc_info *e) MUST_CHECK;
void db_rollback(struct db *db);
enum rc db_savepoint(struct db *db, struct rc_info *e) MUST_CHECK;          /* one level */
enum rc db_rollback_to_savepoint(struct db *db, struct rc_info *e) MUST_CHECK;

/* Literal SQL without parameters, only for schema files and session set-up by the operator. The
 * message of an error begins with its line, where the server says it. */
enum rc db_run_script(struct db *db, const char *sql, struct rc_info *e) MUST_CHECK;

/* COPY ... FROM STDIN (FORMAT binary). `sql` is a literal. Fill `row` with db_copy_* and put it.
 *     db_copy_begin(db, "COPY record.response (...) FROM STDIN (FORMAT binary)", e);
 *     buf_reset(&b); db_copy_cols(&b, 3); db_copy_i64(&b, id); ...; db_copy_put(db, b.p, b.len, e);
 *     db_copy_end(db, &n_rows, e); */
enum rc db_copy_begin(struct db *db, const char *sql, struct rc_info *e) MUST_CHECK;
void db_copy_cols(struct buf *b, int n);
void db_copy_null(struct buf *b);
void db_copy_i16(struct buf *b, int16_t v);
void db_copy_i32(struct buf *b, int32_t v);
void db_copy_i64(struct buf *b, int64_t v);
void db_copy_bytes(struct buf *b, const void *p, size_t len); /* bytea and text */
void db_copy_date(struct buf *b, int32_t days_since_2000);
enum rc db_copy_put(struct db *db, const void *p, size_t len, struct rc_info *e) MUST_CHECK;
enum rc db_copy_end(struct db *db, int64_t *n_rows, struct rc_info *e) MUST_CHECK;
void db_copy_abort(struct db *db);

#endif
