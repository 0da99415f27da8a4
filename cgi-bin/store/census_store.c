#include "store/census_store.h"

#include <string.h>

#include "base/settings.h"

enum { LIST, BODY, N_READ, ORIGIN = N_READ, CLOSE, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [LIST] = {"census_list", "SELECT to_char(as_of, 'YYYY-MM-DD'), n, is_demonstration FROM registry.census "
              "ORDER BY as_of DESC", 0},
    [BODY] = {"census_body", "SELECT body FROM registry.census WHERE as_of = $1::text::date", 1},
    [ORIGIN] = {"census_origin", "SELECT file_hash, is_demonstration FROM registry.census "
                "WHERE as_of = $1::text::date", 1},
    [CLOSE] = {"census_close", "SELECT registry.close_census($1::text, $2::boolean, $3::bigint, $4::bytea, $5::text)", 5},
};

static struct db *reader(const char *role, const char *program)
{
    return db_new(&(struct db_config){.role = role, .program = program, .deadline_ms = setting_int(SET_DB_DEADLINE_MS),
                                      .stmts = stmts, .n_stmts = N_READ});
}

struct db *census_results_db(void)
{
    return reader("minyi_results", "results");
}

struct db *census_tally_db(void)
{
    return reader("minyi_tally", "tally");
}

struct db *census_operator_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_operator", .program = "minyi", .stmts = stmts, .n_stmts = N_STMTS});
}

enum rc census_list(struct db *db, struct arena *a, struct census_head **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    enum rc rc = db_query(db, LIST, NULL, 0, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct census_head *heads = arena_array(a, r.n_rows + 1, sizeof *heads);
    if (heads == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu censuses", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        heads[i] = (struct census_head){db_get_text(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1)),
                                        db_get_i64(db_at(&r, i, 2)) != 0};
    *out = heads;
    *n = r.n_rows;
    return RC_OK;
}

enum rc census_body(struct db *db, const char *as_of, struct arena *a, const char **out, size_t *len, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(as_of)};
    enum rc rc = db_query(db, BODY, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        rc = rc_set(e, RC_NOTFOUND, "there is no census of %s", as_of);
    if (rc == RC_OK) {
        *out = db_at(&r, 0, 0)->p;
        *len = db_at(&r, 0, 0)->len;
    }
    return rc;
}

enum rc census_origin(struct db *db, const char *as_of, unsigned char file_hash[CENSUS_HASH_BYTES],
                      bool *is_demonstration, struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(as_of)};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, ORIGIN, p, 1, &a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        rc = rc_set(e, RC_NOTFOUND, "there is no census of %s", as_of);
    if (rc == RC_OK && db_at(&r, 0, 0)->len != CENSUS_HASH_BYTES)
        rc = rc_set(e, RC_DB, "the census of %s has no file hash", as_of);
    if (rc == RC_OK) {
        memcpy(file_hash, db_at(&r, 0, 0)->p, CENSUS_HASH_BYTES);
        *is_demonstration = db_get_i64(db_at(&r, 0, 1)) != 0;
    }
    arena_release(&a);
    return rc;
}

/* ---- the accounts, by COPY ---- */

static void put_text(struct buf *b, const char *s)
{
    db_copy_bytes(b, s, strlen(s));
}

/* Optional texts and days: NULL where there is none. */
static void put_option(struct buf *b, const char *s)
{
    if (*s == '\0')
        db_copy_null(b);
    else
        put_text(b, s);
}

static void put_day(struct buf *b, const int32_t *days, size_t i)
{
    if (days == NULL || days[i] == CENSUS_NO_DAY)
        db_copy_null(b);
    else
        db_copy_date(b, days[i]);
}

static void put_account(struct buf *b, const struct census_file *f, const struct census_codes *c, size_t i, int32_t as_of)
{
    const struct census_accounts *x = &f->accounts;
    db_copy_cols(b, 14);
    db_copy_date(b, as_of);
    put_text(b, census_cell(f, i, CENSUS_COL_PLATFORM));
    put_text(b, census_cell(f, i, CENSUS_COL_ID));
    put_text(b, c->lists[CENSUS_PROVINCES].items[x->province[i]].code);
    put_text(b, c->lists[CENSUS_FUNCTIONS].items[x->function[i]].code);
    put_text(b, c->lists[CENSUS_LEVELS].items[x->level[i]].code);
    db_copy_i64(b, x->followers[i]);
    db_copy_date(b, x->opened_on[i]);
    put_option(b, census_cell(f, i, CENSUS_COL_NAME));
    put_option(b, census_cell(f, i, CENSUS_COL_UNIT));
    put_option(b, census_cell(f, i, CENSUS_COL_ORGANISATION));
    put_option(b, census_cell(f, i, CENSUS_COL_KIND));
    put_day(b, x->certified_on, i);
    put_day(b, x->updated_on, i);
}

static enum rc copy_accounts(struct db *db, const struct census_file *f, const struct census_codes *c, int32_t as_of,
                             struct progress *bar, struct rc_info *e)
{
    struct buf b;
    int64_t n = 0;
    enum rc rc = db_copy_begin(db, "COPY registry.account (as_of, platform, account_id, province, function, level, "
                               "followers, opened_on, name, owner_unit, organisation, kind, certified_on, updated_on) "
                               "FROM STDIN (FORMAT binary)", e);
    buf_init(&b, 1 << 16); /* a row is far smaller: its texts are checked */
    for (size_t i = 0; rc == RC_OK && i < f->accounts.n; i++) {
        buf_reset(&b);
        put_account(&b, f, c, i, as_of);
        rc = buf_ok(&b) ? db_copy_put(db, b.p, b.len, e) : rc_set(e, RC_NOMEM, "no memory for an account");
        progress_add(bar, 1);
    }
    buf_release(&b);
    if (rc == RC_OK)
        rc = db_copy_end(db, &n, e);
    if (rc == RC_OK && n != (int64_t)f->accounts.n)
        rc = rc_set(e, RC_DB, "only %lld of %zu accounts were stored", (long long)n, f->accounts.n);
    return rc;
}

static enum rc close_census(struct db *db, const struct census_figures *x, const char *body,
                            const unsigned char hash[CENSUS_HASH_BYTES], struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(x->as_of), db_bool(x->is_demonstration), db_i64(x->total),
                                 db_bytes(hash, CENSUS_HASH_BYTES), db_text(body)};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, CLOSE, p, 5, &a, &r, e);
    if (rc == RC_OK && (r.n_rows != 1 || db_get_i64(db_at(&r, 0, 0)) != 0))
        rc = rc_set(e, RC_DB, "the database does not take the census of %s: its accounts are not %lld", x->as_of,
                    (long long)x->total);
    arena_release(&a);
    return rc;
}

enum rc census_add(struct db *db, const struct census_file *f, const struct census_codes *c,
                   const struct census_figures *figures, const char *body, const unsigned char file_hash[CENSUS_HASH_BYTES],
                   struct progress *bar, struct rc_info *e)
{
    int32_t as_of = 0;
    if (census_parse_day(figures->as_of, strlen(figures->as_of), &as_of) != RC_OK)
        return rc_set(e, RC_INPUT, "\"%s\" is no date", figures->as_of);
    enum rc rc = db_begin(db, e);
    if (rc != RC_OK)
        return rc;
    rc = copy_accounts(db, f, c, as_of, bar, e);
    if (rc == RC_OK)
        rc = close_census(db, figures, body, file_hash, e);
    if (rc == RC_OK)
        return db_commit(db, e);
    /* 23505 unique_violation, 55000: the trigger. The accounts are unique among themselves. */
    if (strcmp(db_sqlstate(db), "23505") == 0 || strcmp(db_sqlstate(db), "55000") == 0)
        rc = rc_set(e, RC_CONFLICT, "there is a census of %s already", figures->as_of);
    db_rollback(db);
    return rc;
}
