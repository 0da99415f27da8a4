/* db against a real server.  Run by tests/integration/db.sh, which sets PGHOST, PGDATABASE and
 * TEST_RESTART, a command that stops the server at once and starts it again. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

enum {
    PID, ECHO_ALL, ECHO_ARRAYS, PUT, COUNT, FAIL, SERIES, STAR, TERMINATE, BODY_OF, SLEEP, N_STMTS
};
static const struct db_stmt stmts[N_STMTS] = {
    [PID] = {"pid", "SELECT pg_backend_pid()", 0},
    [ECHO_ALL] = {"echo_all", "SELECT $1::integer, $2::bigint, $3::boolean, $4::text, $5::bytea, "
                  "$1::integer::float8, $1::smallint", 5},
    [ECHO_ARRAYS] = {"echo_arrays", "SELECT $1::integer[], $2::bytea[], cardinality($2::bytea[]), "
                     "array_to_string(ARRAY(SELECT encode(x, 'hex') FROM unnest($2::bytea[]) x), ',')", 2},
    [PUT] = {"put", "INSERT INTO scratch.t (id, body) VALUES ($1::bigint, $2::text)", 2},
    [COUNT] = {"count", "SELECT count(*) FROM scratch.t", 0},
    [FAIL] = {"fail", "SELECT 1 / $1::integer", 1},
    [SERIES] = {"series", "SELECT generate_series(1, $1::bigint), repeat('x', 100)", 1},
    [STAR] = {"star", "SELECT * FROM scratch.plan", 0},
    [TERMINATE] = {"terminate", "SELECT pg_terminate_backend($1::integer)", 1},
    [BODY_OF] = {"body_of", "SELECT body FROM scratch.t WHERE id = $1::bigint", 1},
    [SLEEP] = {"sleep", "SELECT pg_sleep($1::integer)", 1},
};

struct world {
    struct db *db;
    struct arena a;
    struct rc_info e;
};

static struct db *handle(int64_t deadline_ms)
{
    struct db *db = db_new(&(struct db_config){.role = "minyi_owner", .program = "test_db",
        .deadline_ms = deadline_ms, .stmts = stmts, .n_stmts = N_STMTS});
    assert_non_null(db);
    return db;
}

static int setup(void **state)
{
    static const char schema[] =
        "DROP SCHEMA IF EXISTS scratch CASCADE; CREATE SCHEMA scratch; "
        "CREATE TABLE scratch.t (id bigint PRIMARY KEY, body text, day date); CREATE TABLE scratch.plan (a integer)";
    struct world *w = calloc(1, sizeof *w);
    struct db *bare = db_new(&(struct db_config){.role = "minyi_owner", .program = "test_db"});
    if (w == NULL || bare == NULL || db_run_script(bare, schema, &w->e) != RC_OK) {
        print_error("set-up: %s\n", w != NULL ? w->e.msg : "no memory");
        return -1;
    }
    db_free(bare);
    arena_init(&w->a, 1 << 22);
    w->db = handle(500);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    db_free(w->db);
    arena_release(&w->a);
    free(w);
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

#define OK(call) assert_ok((call), &w->e, #call)
static void assert_ok(enum rc rc, const struct rc_info *e, const char *call)
{
    if (rc != RC_OK)
        print_error("%s: %s\n", call, e->msg);
    assert_int_equal(rc, RC_OK);
}

static int64_t number(struct world *w, int stmt)
{
    struct db_rows r;
    OK(db_query(w->db, stmt, NULL, 0, &w->a, &r, &w->e));
    assert_int_equal(r.n_rows, 1);
    return db_get_i64(db_at(&r, 0, 0));
}

static enum rc put(struct world *w, int64_t id, const char *body)
{
    struct db_param p[] = {db_i64(id), db_text(body)};
    return db_query(w->db, PUT, p, 2, NULL, NULL, &w->e);
}

/* ---- values ---- */

static void every_kind_comes_back(void **state)
{
    struct world *w = *state;
    struct db_rows r;
    const char bytes[] = {0, 1, '\'', '\\', (char)0xff, 0};
    struct db_param p[] = {db_i32(-7), db_i64(INT64_MIN), db_bool(true), db_text("民意 \\ ' \" $1"), db_bytes(bytes, 6)};
    OK(db_query(w->db, ECHO_ALL, p, 5, &w->a, &r, &w->e));
    assert_int_equal(r.n_cols, 7);
    assert_int_equal(db_get_i64(db_at(&r, 0, 0)), -7);
    assert_true(db_get_i64(db_at(&r, 0, 1)) == INT64_MIN);
    assert_int_equal(db_get_i64(db_at(&r, 0, 2)), 1);
    assert_string_equal(db_get_text(db_at(&r, 0, 3)), "民意 \\ ' \" $1");
    assert_int_equal(db_at(&r, 0, 4)->len, 6);
    assert_memory_equal(db_at(&r, 0, 4)->p, bytes, 6);
    assert_true(db_get_f64(db_at(&r, 0, 5)) == -7.0);
    assert_int_equal(db_get_i64(db_at(&r, 0, 6)), -7);
}

static void nulls_come_back(void **state)
{
    struct world *w = *state;
    struct db_rows r;
    struct db_param p[] = {db_null(), db_null(), db_null(), db_text(NULL), db_bytes(NULL, 0)};
    OK(db_query(w->db, ECHO_ALL, p, 5, &w->a, &r, &w->e));
    for (size_t i = 0; i < 4; i++)
        assert_null(db_at(&r, 0, i)->p);
    assert_non_null(db_at(&r, 0, 4)->p); /* no bytes are not NULL */
    assert_int_equal(db_at(&r, 0, 4)->len, 0);
    assert_string_equal(db_get_text(db_at(&r, 0, 3)), "");
}

static void arrays_come_back(void **state)
{
    struct world *w = *state;
    struct db_rows r;
    const int32_t ints[] = {0, -1, INT32_MAX, INT32_MIN};
    int32_t got[4] = {9, 9, 9, 9};
    const struct db_bytes items[] = {{"\0a", 2}, {"", 0}, {"b", 1}};
    struct db_param p[] = {db_i32_array(ints, 4), db_bytes_array(items, 3)};
    OK(db_query(w->db, ECHO_ARRAYS, p, 2, &w->a, &r, &w->e));
    assert_int_equal(db_get_i32_array(db_at(&r, 0, 0), got, 4), 4);
    assert_memory_equal(got, ints, sizeof ints);
    assert_int_equal(db_get_i64(db_at(&r, 0, 2)), 3);
    assert_string_equal(db_get_text(db_at(&r, 0, 3)), "0061,,62");
    struct db_param none[] = {db_i32_array(NULL, 0), db_bytes_array(NULL, 0)};
    OK(db_query(w->db, ECHO_ARRAYS, none, 2, &w->a, &r, &w->e));
    assert_int_equal(db_get_i32_array(db_at(&r, 0, 0), got, 4), 0);
    assert_int_equal(db_get_i64(db_at(&r, 0, 2)), 0);
}

static void invalid_utf8_is_refused(void **state)
{
    struct world *w = *state;
    int64_t pid = number(w, PID);
    assert_int_equal(put(w, 1, "\xc0\xaf"), RC_DB);
    assert_string_equal(db_sqlstate(w->db), "22021");
    assert_int_equal(number(w, PID), pid);
    assert_int_equal(number(w, COUNT), 0);
}

/* ---- errors ---- */

static void an_error_leaves_the_connection_usable(void **state)
{
    struct world *w = *state;
    int64_t pid = number(w, PID);
    struct db_param p[] = {db_i32(0)};
    assert_int_equal(db_query(w->db, FAIL, p, 1, NULL, NULL, &w->e), RC_DB);
    assert_string_equal(db_sqlstate(w->db), "22012");
    assert_string_equal(w->e.msg, "fail: division by zero (22012)");
    assert_int_equal(number(w, PID), pid);
    assert_string_equal(db_sqlstate(w->db), "");
}

static void a_message_holds_no_value(void **state)
{
    struct world *w = *state;
    OK(put(w, 271828, "a"));
    assert_int_equal(put(w, 271828, "answer"), RC_DB);
    assert_string_equal(db_sqlstate(w->db), "23505");
    assert_null(strstr(w->e.msg, "271828"));
    assert_null(strstr(w->e.msg, "answer"));
}

static void a_bad_statement_stops_start_up(void **state)
{
    struct world *w = *state;
    static const struct db_stmt bad[] = {{"good", "SELECT 1", 0}, {"bad", "SELECT nothing FROM nowhere.at_all", 0},
                                         {"after", "SELECT 2", 0}};
    struct db *db = db_new(&(struct db_config){.role = "minyi_owner", .program = "t", .stmts = bad, .n_stmts = 3});
    assert_int_equal(db_connect(db, &w->e), RC_DB);
    assert_non_null(strstr(w->e.msg, "\"bad\" does not prepare (42P01)"));
    assert_non_null(strstr(w->e.msg, "minyi migrate"));
    assert_false(db_is_connected(db));
    db_free(db);
}

static void a_wrong_count_of_parameters_stops_start_up(void **state)
{
    struct world *w = *state;
    static const struct db_stmt bad[] = {{"two", "SELECT $1::integer + $2::integer", 1}};
    struct db *db = db_new(&(struct db_config){.role = "minyi_owner", .program = "t", .stmts = bad, .n_stmts = 1});
    assert_int_equal(db_connect(db, &w->e), RC_DB);
    assert_string_equal(w->e.msg, "statement \"two\" has 2 parameters, not 1");
    db_free(db);
}

static void a_call_with_wrong_parameters_is_refused(void **state)
{
    struct world *w = *state;
    struct db_param p[] = {db_i64(1), db_i64(2)};
    assert_int_equal(db_query(w->db, PID, p, 1, NULL, NULL, &w->e), RC_DB);
    assert_int_equal(db_query(w->db, N_STMTS, NULL, 0, NULL, NULL, &w->e), RC_DB);
    assert_int_equal(db_query(w->db, -1, NULL, 0, NULL, NULL, &w->e), RC_DB);
    (void)number(w, PID);
}

static void a_full_arena_is_no_memory(void **state)
{
    struct world *w = *state;
    struct db_param p[] = {db_i64(1000)};
    for (long n = 1; n < 40; n++) {
        struct db_rows r;
        struct arena small;
        arena_init(&small, 1 << 22);
        small.fail_after = n;
        assert_int_equal(db_query(w->db, SERIES, p, 1, &small, &r, &w->e), RC_NOMEM);
        arena_release(&small);
    }
    (void)number(w, PID);
}

static void a_changed_plan_is_prepared_anew(void **state)
{
    struct world *w = *state;
    struct db_rows r;
    OK(db_query(w->db, STAR, NULL, 0, &w->a, &r, &w->e));
    assert_int_equal(r.n_cols, 1);
    struct db *other = handle(0);
    OK(db_run_script(other, "ALTER TABLE scratch.plan ADD COLUMN b integer", &w->e));
    db_free(other);
    assert_int_equal(db_query(w->db, STAR, NULL, 0, &w->a, &r, &w->e), RC_AWAY);
    pause_ms(550);
    OK(db_query(w->db, STAR, NULL, 0, &w->a, &r, &w->e));
    assert_int_equal(r.n_cols, 2);
}

/* ---- streaming ---- */

struct count {
    int64_t n, stop_at, sum;
};

static enum rc count_row(void *ctx, const struct db_cell *cells, size_t n_cols, struct rc_info *e)
{
    struct count *c = ctx;
    assert_int_equal(n_cols, 2);
    assert_int_equal(cells[1].len, 100);
    c->sum += db_get_i64(&cells[0]);
    return ++c->n == c->stop_at ? rc_set(e, RC_INPUT, "enough") : RC_OK;
}

static void a_stream_gives_every_row(void **state)
{
    struct world *w = *state;
    struct count c = {0};
    struct db_param p[] = {db_i64(20000)};
    OK(db_stream(w->db, SERIES, p, 1, count_row, &c, &w->e));
    assert_int_equal(c.n, 20000);
    assert_int_equal(c.sum, 20000LL * 20001 / 2);
}

static void a_stream_can_be_stopped(void **state)
{
    struct world *w = *state;
    struct count c = {.stop_at = 3};
    struct db_param p[] = {db_i64(10000000)};
    int64_t before = now_ms();
    assert_int_equal(db_stream(w->db, SERIES, p, 1, count_row, &c, &w->e), RC_INPUT);
    assert_int_equal(c.n, 3);
    assert_string_equal(w->e.msg, "enough");
    assert_true(now_ms() - before < 500);
    (void)number(w, PID);
}

static void a_stopped_stream_keeps_the_transaction(void **state)
{
    struct world *w = *state;
    struct count c = {.stop_at = 3};
    struct db_param p[] = {db_i64(1000)};
    OK(db_begin(w->db, &w->e));
    OK(put(w, 1, "kept"));
    assert_int_equal(db_stream(w->db, SERIES, p, 1, count_row, &c, &w->e), RC_INPUT);
    OK(db_commit(w->db, &w->e));
    assert_int_equal(number(w, COUNT), 1);
}

static void a_stream_reports_an_error(void **state)
{
    struct world *w = *state;
    struct count c = {0};
    struct db_param p[] = {db_i32(0)};
    assert_int_equal(db_stream(w->db, FAIL, p, 1, count_row, &c, &w->e), RC_DB);
    assert_int_equal(c.n, 0);
    (void)number(w, PID);
}

/* ---- transactions ---- */

static void a_transaction_commits_or_not(void **state)
{
    struct world *w = *state;
    OK(db_begin(w->db, &w->e));
    OK(put(w, 1, "gone"));
    db_rollback(w->db);
    assert_int_equal(number(w, COUNT), 0);
    OK(db_begin(w->db, &w->e));
    OK(put(w, 1, "kept"));
    OK(db_savepoint(w->db, &w->e));
    OK(put(w, 2, "gone"));
    OK(db_rollback_to_savepoint(w->db, &w->e));
    OK(db_commit(w->db, &w->e));
    assert_int_equal(number(w, COUNT), 1);
}

static void a_failed_transaction_does_not_commit(void **state)
{
    struct world *w = *state;
    OK(db_begin(w->db, &w->e));
    OK(put(w, 1, "a"));
    assert_int_equal(put(w, 1, "b"), RC_DB);
    assert_int_equal(db_commit(w->db, &w->e), RC_DB);
    assert_int_equal(number(w, COUNT), 0);
}

static void calls_out_of_order_are_refused(void **state)
{
    struct world *w = *state;
    assert_int_equal(db_commit(w->db, &w->e), RC_DB);
    assert_int_equal(db_savepoint(w->db, &w->e), RC_DB);
    assert_int_equal(db_copy_put(w->db, "x", 1, &w->e), RC_DB);
    OK(db_begin(w->db, &w->e));
    assert_int_equal(db_begin(w->db, &w->e), RC_DB);
    db_rollback(w->db);
    db_rollback(w->db);
    (void)number(w, PID);
}

/* Another connection ends ours. */
static void terminate(struct world *w, int64_t pid)
{
    struct db *other = handle(0);
    struct db_param p[] = {db_i32((int32_t)pid)};
    OK(db_query(other, TERMINATE, p, 1, NULL, NULL, &w->e));
    db_free(other);
    pause_ms(50);
}

static void a_broken_transaction_stays_broken(void **state)
{
    struct world *w = *state;
    OK(db_begin(w->db, &w->e));
    OK(put(w, 1, "lost"));
    terminate(w, number(w, PID));
    assert_int_equal(put(w, 2, "a"), RC_AWAY);
    pause_ms(550); /* a new connection could be had now: the rest must not go there */
    assert_int_equal(put(w, 3, "b"), RC_AWAY);
    assert_int_equal(db_copy_begin(w->db, "COPY scratch.t FROM STDIN (FORMAT binary)", &w->e), RC_AWAY);
    assert_int_equal(db_savepoint(w->db, &w->e), RC_AWAY);
    assert_int_equal(db_commit(w->db, &w->e), RC_AWAY);
    assert_int_equal(number(w, COUNT), 0);
    OK(db_begin(w->db, &w->e));
    OK(put(w, 4, "new"));
    OK(db_commit(w->db, &w->e));
    assert_int_equal(number(w, COUNT), 1);
}

/* ---- COPY ---- */

static enum rc copy_row(struct world *w, struct buf *b, int64_t id, const char *body)
{
    buf_reset(b);
    db_copy_cols(b, 3);
    db_copy_i64(b, id);
    if (body != NULL)
        db_copy_bytes(b, body, strlen(body));
    else
        db_copy_null(b);
    db_copy_date(b, 1);
    assert_true(buf_ok(b));
    return db_copy_put(w->db, b->p, b->len, &w->e);
}

static const char copy_sql[] = "COPY scratch.t (id, body, day) FROM STDIN (FORMAT binary)";

static void a_copy_stores_rows(void **state)
{
    struct world *w = *state;
    struct buf b;
    struct db_rows r;
    int64_t n = 0;
    buf_init(&b, 4096);
    OK(db_copy_begin(w->db, copy_sql, &w->e));
    for (int64_t i = 1; i <= 20000; i++)
        OK(copy_row(w, &b, i, i % 2 == 0 ? "民意" : NULL));
    OK(db_copy_end(w->db, &n, &w->e));
    buf_release(&b);
    assert_int_equal(n, 20000);
    assert_int_equal(number(w, COUNT), 20000);
    struct db_param p[] = {db_i64(2)}, q[] = {db_i64(3)};
    OK(db_query(w->db, BODY_OF, p, 1, &w->a, &r, &w->e));
    assert_string_equal(db_get_text(db_at(&r, 0, 0)), "民意");
    OK(db_query(w->db, BODY_OF, q, 1, &w->a, &r, &w->e));
    assert_null(db_at(&r, 0, 0)->p);
}

static void a_failed_copy_can_be_taken_back(void **state)
{
    struct world *w = *state;
    struct buf b;
    buf_init(&b, 4096);
    OK(db_begin(w->db, &w->e));
    OK(put(w, 1, "first"));
    OK(db_savepoint(w->db, &w->e));
    OK(db_copy_begin(w->db, copy_sql, &w->e));
    OK(copy_row(w, &b, 2, "second"));
    OK(copy_row(w, &b, 1, "again"));
    assert_int_equal(db_copy_end(w->db, NULL, &w->e), RC_DB);
    assert_string_equal(db_sqlstate(w->db), "23505");
    OK(db_rollback_to_savepoint(w->db, &w->e));
    OK(db_commit(w->db, &w->e));
    buf_release(&b);
    assert_int_equal(number(w, COUNT), 1);
}

static void a_copy_can_be_given_up(void **state)
{
    struct world *w = *state;
    struct buf b;
    buf_init(&b, 4096);
    int64_t pid = number(w, PID);
    OK(db_copy_begin(w->db, copy_sql, &w->e));
    OK(copy_row(w, &b, 1, "gone"));
    assert_int_equal(put(w, 2, "in the middle"), RC_DB);
    db_copy_abort(w->db);
    OK(db_begin(w->db, &w->e));
    OK(db_copy_begin(w->db, copy_sql, &w->e));
    OK(copy_row(w, &b, 1, "gone"));
    db_rollback(w->db); /* ends the COPY too */
    buf_release(&b);
    assert_int_equal(number(w, COUNT), 0);
    assert_int_equal(number(w, PID), pid);
}

static void a_copy_that_is_refused_is_an_error(void **state)
{
    struct world *w = *state;
    assert_int_equal(db_copy_begin(w->db, "COPY scratch.nothing FROM STDIN (FORMAT binary)", &w->e), RC_DB);
    assert_string_equal(db_sqlstate(w->db), "42P01");
    (void)number(w, PID);
}

/* ---- scripts ---- */

static void a_script_tells_the_line(void **state)
{
    struct world *w = *state;
    assert_int_equal(db_run_script(w->db, "SELECT 1;\n-- 民意\nSELECT '民意';\n\nSELEKT 2;\n", &w->e), RC_DB);
    assert_non_null(strstr(w->e.msg, "line 5: syntax error"));
    (void)number(w, PID);
}

static void a_script_with_copy_does_not_hang(void **state)
{
    struct world *w = *state;
    int64_t before = now_ms();
    assert_int_equal(db_run_script(w->db, "COPY scratch.t FROM STDIN", &w->e), RC_DB);
    assert_int_equal(db_run_script(w->db, "COPY scratch.t TO STDOUT", &w->e), RC_DB);
    assert_true(now_ms() - before < 1000);
}

/* ---- a server that goes away ---- */

static void a_stopped_backend_costs_one_deadline(void **state)
{
    struct world *w = *state;
    pid_t pid = (pid_t)number(w, PID);
    assert_int_equal(kill(pid, SIGSTOP), 0);
    int64_t before = now_ms();
    enum rc rc = put(w, 1, "never answered");
    int64_t took = now_ms() - before;
    assert_int_equal(put(w, 1, "at once"), RC_AWAY); /* no second wait right after it */
    int64_t both = now_ms() - before;
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(rc, RC_AWAY);
    assert_in_range((uint64_t)took, 400, 900);
    assert_true(both - took < 50);
    pause_ms(550);
    assert_int_not_equal(number(w, PID), pid);
}

static void a_stopped_backend_cannot_hold_a_copy(void **state)
{
    struct world *w = *state;
    static char body[65536]; /* fills the socket's buffer soon */
    struct buf b;
    memset(body, 'x', sizeof body - 1);
    buf_init(&b, 1 << 20);
    pid_t pid = (pid_t)number(w, PID);
    OK(db_copy_begin(w->db, copy_sql, &w->e));
    assert_int_equal(kill(pid, SIGSTOP), 0);
    int64_t before = now_ms();
    enum rc rc = RC_OK;
    for (int64_t i = 0; i < 1000 && rc == RC_OK; i++)
        rc = copy_row(w, &b, i, body);
    int64_t took = now_ms() - before;
    assert_int_equal(kill(pid, SIGCONT), 0);
    buf_release(&b);
    assert_int_equal(rc, RC_AWAY);
    assert_in_range((uint64_t)took, 400, 1500);
}

static void a_slow_statement_is_left(void **state)
{
    struct world *w = *state;
    struct db_param p[] = {db_i32(30)};
    int64_t before = now_ms();
    assert_int_equal(db_query(w->db, SLEEP, p, 1, NULL, NULL, &w->e), RC_AWAY);
    assert_in_range((uint64_t)(now_ms() - before), 400, 900);
    assert_false(db_is_connected(w->db));
}

static void a_terminated_backend_is_noticed(void **state)
{
    struct world *w = *state;
    terminate(w, number(w, PID));
    assert_int_equal(put(w, 1, "a"), RC_AWAY);
    pause_ms(550);
    OK(put(w, 1, "a"));
    assert_int_equal(number(w, COUNT), 1);
}

static void a_restarted_server_is_found_again(void **state)
{
    struct world *w = *state;
    OK(put(w, 1, "before"));
    assert_int_equal(system(getenv("TEST_RESTART")), 0);
    assert_int_equal(put(w, 2, "lost"), RC_AWAY);
    int64_t before = now_ms();
    enum rc rc;
    while ((rc = put(w, 2, "after")) == RC_AWAY && now_ms() - before < 5000)
        pause_ms(20);
    OK(rc);
    assert_true(now_ms() - before < 1500);
    assert_int_equal(number(w, COUNT), 2);
}

/* Point libpq at a folder of our own for a moment. */
static enum rc connect_at(const char *host, struct rc_info *e, int64_t *took)
{
    char *had = strdup(getenv("PGHOST"));
    assert_non_null(had);
    assert_int_equal(setenv("PGHOST", host, 1), 0);
    struct db *db = handle(300);
    int64_t before = now_ms();
    enum rc rc = db_connect(db, e);
    *took = now_ms() - before;
    assert_int_equal(setenv("PGHOST", had, 1), 0);
    free(had);
    before = now_ms();
    struct rc_info again = {0};
    assert_int_equal(db_connect(db, &again), RC_AWAY); /* tries no more often than twice a second */
    assert_string_equal(again.msg, "the database was away a moment ago");
    assert_true(now_ms() - before < 50);
    db_free(db);
    return rc;
}

static void no_server_is_away(void **state)
{
    struct world *w = *state;
    int64_t took = 0;
    assert_int_equal(connect_at("/nonexistent", &w->e, &took), RC_AWAY);
    assert_true(took < 200);
}

static void a_silent_server_costs_one_deadline(void **state)
{
    struct world *w = *state;
    char dir[] = "/tmp/minyi-XXXXXX";
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int64_t took = 0;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s/.s.PGSQL.5432", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 4), 0);
    enum rc rc = connect_at(dir, &w->e, &took);
    (void)close(fd);
    (void)unlink(at.sun_path);
    (void)rmdir(dir);
    assert_int_equal(rc, RC_AWAY);
    assert_in_range((uint64_t)took, 250, 700);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    static const struct CMUnitTest tests[] = {
        T(every_kind_comes_back), T(nulls_come_back), T(arrays_come_back), T(invalid_utf8_is_refused),
        T(an_error_leaves_the_connection_usable), T(a_message_holds_no_value), T(a_bad_statement_stops_start_up),
        T(a_wrong_count_of_parameters_stops_start_up), T(a_call_with_wrong_parameters_is_refused),
        T(a_full_arena_is_no_memory), T(a_changed_plan_is_prepared_anew), T(a_stream_gives_every_row),
        T(a_stream_can_be_stopped), T(a_stopped_stream_keeps_the_transaction), T(a_stream_reports_an_error),
        T(a_transaction_commits_or_not), T(a_failed_transaction_does_not_commit), T(calls_out_of_order_are_refused),
        T(a_broken_transaction_stays_broken), T(a_copy_stores_rows), T(a_failed_copy_can_be_taken_back),
        T(a_copy_can_be_given_up), T(a_copy_that_is_refused_is_an_error), T(a_script_tells_the_line),
        T(a_script_with_copy_does_not_hang), T(a_stopped_backend_costs_one_deadline),
        T(a_stopped_backend_cannot_hold_a_copy), T(a_slow_statement_is_left), T(a_terminated_backend_is_noticed),
        T(a_restarted_server_is_found_again), T(no_server_is_away), T(a_silent_server_costs_one_deadline),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
