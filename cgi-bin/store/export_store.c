#include "store/export_store.h"

enum { FIND, COUNT, MARGINS, ROWS, ROWS_AND_COMMENTS, N_STMTS };
enum { DESK_DEADLINE_MS = 600000, SESSION_BYTES = 32 };
enum { TO_1970 = 10957 }; /* days from 1970-01-01 to 2000-01-01 */

#define FIND_VERSION "SELECT s.survey_id, v.version_id, v.version_no::bigint, v.definition FROM core.survey s " \
    "JOIN core.version v ON v.survey_id = s.survey_id WHERE s.slug = $1::text " \
    "AND CASE WHEN $2::bigint = 0 THEN v.version_id = s.current_version ELSE v.version_no = $2::bigint END"
#define FIND_MARGINS "SELECT body, as_of::text, source FROM core.margins WHERE survey_id = $1::bigint " \
    "AND as_of <= (now() AT TIME ZONE (SELECT v.definition::json ->> 'time_zone' FROM core.version v " \
    "WHERE v.version_id = $2::bigint))::date ORDER BY core.margins.as_of DESC, margins_id DESC LIMIT 1"

static const struct db_stmt stmts[N_STMTS] = {
    [FIND] = {"find", FIND_VERSION, 2},
    [COUNT] = {"count", "SELECT count(*) FILTER (WHERE version_id = $2::bigint), "
               "count(*) FILTER (WHERE version_id <> $2::bigint) FROM record.response WHERE survey_id = $1::bigint", 2},
    [MARGINS] = {"margins", FIND_MARGINS, 2},
    [ROWS] = {"rows", "SELECT opened_on - date '2000-01-01', codes FROM record.response "
              "WHERE survey_id = $1::bigint AND version_id = $2::bigint", 2},
    [ROWS_AND_COMMENTS] = {"rows_and_comments", "SELECT opened_on - date '2000-01-01', codes, "
                           "(SELECT jsonb_object_agg(c.node::text, c.body)::text FROM record.comment c "
                           "WHERE c.record_hash = r.record_hash) FROM record.response r "
                           "WHERE survey_id = $1::bigint AND version_id = $2::bigint", 2},
};

/* For the desk: through functions that know the session, with it as the last parameter. */
static const struct db_stmt desk_stmts[N_STMTS] = {
    [FIND] = {"find", FIND_VERSION, 2},
    [COUNT] = {"count", "SELECT n, n_others FROM office.export_count($3::bytea, $1::bigint, $2::bigint)", 3},
    [MARGINS] = {"margins", FIND_MARGINS, 2},
    [ROWS] = {"rows", "SELECT day, codes FROM office.export_rows($3::bytea, $1::bigint, $2::bigint, false)", 3},
    [ROWS_AND_COMMENTS] = {"rows_and_comments",
                           "SELECT day, codes, comments FROM office.export_rows($3::bytea, $1::bigint, $2::bigint, true)", 3},
};

struct db *export_desk_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_admin", .program = "admin export", .deadline_ms = DESK_DEADLINE_MS,
                                      .stmts = desk_stmts, .n_stmts = N_STMTS});
}

struct db *export_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_tally", .program = "minyi export", .stmts = stmts, .n_stmts = N_STMTS});
}

enum rc export_open(struct db *db, struct rc_info *e)
{
    enum rc rc = db_begin(db, e);
    return rc == RC_OK ? db_run_script(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '600s'", e) : rc;
}

/* The parameters of COUNT and ROWS; gives how many. */
static size_t with_session(const struct export_source *s, struct db_param p[3])
{
    p[0] = db_i64(s->survey_id);
    p[1] = db_i64(s->version_id);
    p[2] = db_bytes(s->session, s->session != NULL ? SESSION_BYTES : 0);
    return s->session != NULL ? 3 : 2;
}

enum rc export_find(struct db *db, const char *slug, int64_t version_no, const unsigned char *session, struct arena *a, struct export_source *out,
                    struct rc_info *e)
{
    struct db_rows r;
    struct db_param p[3];
    enum rc rc = db_query(db, FIND, (const struct db_param[]){db_text(slug), db_i64(version_no)}, 2, a, &r, e);
    if (rc == RC_OK && r.n_rows == 0)
        rc = rc_set(e, RC_NOTFOUND, "there is no survey \"%s\", or no such version of it", slug);
    if (rc != RC_OK)
        return rc;
    *out = (struct export_source){.session = session, .survey_id = db_get_i64(db_at(&r, 0, 0)), .version_id = db_get_i64(db_at(&r, 0, 1)),
                                  .version_no = db_get_i64(db_at(&r, 0, 2)), .definition = db_get_text(db_at(&r, 0, 3)),
                                  .definition_len = db_at(&r, 0, 3)->len, .margins = "", .margins_as_of = "", .margins_source = ""};
    rc = db_query(db, COUNT, p, with_session(out, p), a, &r, e);
    if (rc == RC_OK && (r.n_rows != 1 || db_at(&r, 0, 0)->p == NULL))
        rc = rc_set(e, RC_FORBIDDEN, "no export of this survey was begun");
    if (rc != RC_OK)
        return rc;
    out->n_rows = db_get_i64(db_at(&r, 0, 0));
    out->n_others = db_get_i64(db_at(&r, 0, 1));
    rc = db_query(db, MARGINS, (const struct db_param[]){db_i64(out->survey_id), db_i64(out->version_id)}, 2, a, &r, e);
    if (rc == RC_OK && r.n_rows == 1) {
        out->margins = db_get_text(db_at(&r, 0, 0));
        out->margins_as_of = db_get_text(db_at(&r, 0, 1));
        out->margins_source = db_get_text(db_at(&r, 0, 2));
    }
    return rc;
}

struct reader {
    export_row_fn *each;
    void *ctx;
};

static enum rc give_row(void *ctx, const struct db_cell *cells, size_t n_cols, struct rc_info *e)
{
    const struct reader *r = ctx;
    return r->each(r->ctx, db_get_i64(&cells[0]) + TO_1970, (const unsigned char *)cells[1].p, cells[1].len,
                   n_cols > 2 ? cells[2].p : NULL, e);
}

enum rc export_read(struct db *db, const struct export_source *s, bool with_comments, export_row_fn *each, void *ctx,
                    struct rc_info *e)
{
    struct reader r = {each, ctx};
    struct db_param p[3];
    return db_stream(db, with_comments ? ROWS_AND_COMMENTS : ROWS, p, with_session(s, p), give_row, &r, e);
}
