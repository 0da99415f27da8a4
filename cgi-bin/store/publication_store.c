#include "store/publication_store.h"

#include "base/settings.h"

enum { LIST, BODY, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [LIST] = {"list",
              "SELECT c.slug, c.publication_id, extract(epoch FROM c.tallied_at)::bigint, "
              "to_char(c.tallied_at AT TIME ZONE (p.body::json ->> 'time_zone'), 'YYYY-MM-DD HH24:MI') "
              "FROM publish.current c JOIN publish.publication p ON p.publication_id = c.publication_id "
              "ORDER BY c.slug",
              0},
    [BODY] = {"body", "SELECT body FROM publish.publication WHERE publication_id = $1::bigint", 1},
};

static struct db *reader(const char *role, const char *program)
{
    return db_new(&(struct db_config){.role = role,
                                      .program = program,
                                      .deadline_ms = setting_int(SET_DB_DEADLINE_MS),
                                      .stmts = stmts,
                                      .n_stmts = N_STMTS});
}

struct db *publication_db(void)
{
    return reader("minyi_results", "results");
}

struct db *publication_tally_db(void)
{
    return reader("minyi_tally", "tally");
}

enum rc publication_list(struct db *db, struct arena *a, struct publication_head **out, size_t *n,
                         struct rc_info *e)
{
    struct db_rows rows = {0};
    enum rc rc = db_query(db, LIST, NULL, 0, a, &rows, e);
    if (rc != RC_OK)
        return rc;
    struct publication_head *heads = arena_array(a, rows.n_rows, sizeof *heads);
    if (heads == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu publications", rows.n_rows);
    for (size_t i = 0; i < rows.n_rows; i++)
        heads[i] = (struct publication_head){
            .slug = db_get_text(db_at(&rows, i, 0)),
            .publication_id = db_get_i64(db_at(&rows, i, 1)),
            .tallied_at_s = db_get_i64(db_at(&rows, i, 2)),
            .tallied_local = db_get_text(db_at(&rows, i, 3)),
        };
    *out = heads;
    *n = rows.n_rows;
    return RC_OK;
}

enum rc publication_body(struct db *db, int64_t publication_id, struct arena *a, const char **out,
                         size_t *len, struct rc_info *e)
{
    struct db_rows rows = {0};
    const struct db_param p[] = {db_i64(publication_id)};
    enum rc rc = db_query(db, BODY, p, 1, a, &rows, e);
    if (rc == RC_OK && rows.n_rows != 1)
        rc = rc_set(e, RC_NOTFOUND, "there is no publication %lld", (long long)publication_id);
    if (rc == RC_OK) {
        *out = db_at(&rows, 0, 0)->p;
        *len = db_at(&rows, 0, 0)->len;
    }
    return rc;
}
