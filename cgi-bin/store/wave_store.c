#include "store/wave_store.h"

#include <string.h>

#include "store/tally_stmts.h"

#define WAVE_COLUMNS "w.wave, w.name, w.first_day::text, w.last_day::text, w.first_day - date '2000-01-01', " \
                     "w.last_day - date '2000-01-01'"
enum { LIST, SET, VERSION, SET_COMPARABLE, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    /* A survey without waves gives one row without a number. */
    [LIST] = {"waves_list", "SELECT " WAVE_COLUMNS " FROM core.survey s LEFT JOIN publish.wave w USING (survey_id) "
              "WHERE s.slug = $1::text ORDER BY w.wave", 1},
    [SET] = {"waves_set", "SELECT publish.set_waves($1::text, string_to_array($2::text, chr(31)), "
             "string_to_array($3::text, ','), string_to_array($4::text, ','))", 4},
    [VERSION] = {"waves_version", "SELECT v.version_no, v.definition FROM core.version v JOIN core.survey s USING (survey_id) "
                 "WHERE s.slug = $1::text AND v.version_no = $2::bigint", 2},
    [SET_COMPARABLE] = {"waves_set_comparable", "SELECT publish.set_comparable($1::text, $2::bigint::integer, "
                        "$3::bigint::integer, string_to_array($4::text, ','))", 4},
};

struct db *waves_operator_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_operator", .program = "minyi", .stmts = stmts, .n_stmts = N_STMTS});
}

static enum rc take_waves(const struct db_rows *r, struct arena *a, struct wave **out, size_t *n, struct rc_info *e)
{
    struct wave *w = arena_array(a, r->n_rows + 1, sizeof *w);
    if (w == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu waves", r->n_rows);
    *n = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        if (db_at(r, i, 0)->p == NULL)
            continue; /* a survey without any */
        w[(*n)++] = (struct wave){.wave = (int32_t)db_get_i64(db_at(r, i, 0)),
                                  .name = db_get_text(db_at(r, i, 1)),
                                  .first_day = db_get_text(db_at(r, i, 2)),
                                  .last_day = db_get_text(db_at(r, i, 3)),
                                  .first = (int32_t)db_get_i64(db_at(r, i, 4)),
                                  .last = (int32_t)db_get_i64(db_at(r, i, 5))};
    }
    *out = w;
    return RC_OK;
}

/* ---- the tally's ---- */

enum rc waves_read(struct db *db, int64_t survey_id, bool is_filed, struct arena *a, struct wave **out, size_t *n,
                   struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, is_filed ? TS_WAVES_FILED : TS_WAVES, (const struct db_param[]){db_i64(survey_id)}, 1, a, &r, e);
    return rc == RC_OK ? take_waves(&r, a, out, n, e) : rc;
}

enum rc waves_adopt(struct db *db, int64_t survey_id, struct rc_info *e)
{
    return db_query(db, TS_ADOPT_WAVES, (const struct db_param[]){db_i64(survey_id)}, 1, NULL, NULL, e);
}

enum rc waves_comparable(struct db *db, int64_t survey_id, struct arena *a, struct comparable **out, size_t *n,
                         struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, TS_COMPARABLE, (const struct db_param[]){db_i64(survey_id)}, 1, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct comparable *c = arena_array(a, r.n_rows + 1, sizeof *c);
    if (c == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu questions", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        c[i] = (struct comparable){db_get_i64(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1)), db_get_text(db_at(&r, i, 2))};
    *out = c;
    *n = r.n_rows;
    return RC_OK;
}

/* ---- the operator's ---- */

static enum rc no_survey(const char *slug, struct rc_info *e)
{
    return rc_set(e, RC_NOTFOUND, "there is no survey \"%s\"", slug);
}

enum rc waves_list(struct db *db, const char *slug, struct arena *a, struct wave **out, size_t *n, struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, LIST, (const struct db_param[]){db_text(slug)}, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows == 0)
        rc = no_survey(slug, e);
    return rc == RC_OK ? take_waves(&r, a, out, n, e) : rc;
}

/* The number that a function gives. */
static enum rc one_code(struct db *db, int stmt, const struct db_param *p, size_t n, int64_t *code, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, stmt, p, n, &a, &r, e);
    if (rc == RC_OK)
        *code = db_get_i64(db_at(&r, 0, 0));
    arena_release(&a);
    return rc;
}

enum rc waves_join(const struct wave *waves, size_t n, struct arena *a, struct wave_arrays *out, struct rc_info *e)
{
    char *names = arena_strdup(a, ""), *first = names, *last = names;
    for (size_t i = 0; i < n && names != NULL && first != NULL && last != NULL; i++) {
        names = arena_printf(a, "%s%s%s", names, i == 0 ? "" : "\x1f", waves[i].name);
        first = arena_printf(a, "%s%s%s", first, i == 0 ? "" : ",", waves[i].first_day);
        last = arena_printf(a, "%s%s%s", last, i == 0 ? "" : ",", waves[i].last_day);
    }
    if (names == NULL || first == NULL || last == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu waves", n);
    *out = (struct wave_arrays){names, first, last};
    return RC_OK;
}

enum rc waves_set(struct db *db, const char *slug, const struct wave *waves, size_t n, struct arena *a, struct rc_info *e)
{
    struct wave_arrays w = {0};
    int64_t code = 0;
    enum rc rc = waves_join(waves, n, a, &w, e);
    const struct db_param p[] = {db_text(slug), db_text(w.names), db_text(w.first), db_text(w.last)};
    if (rc == RC_OK)
        rc = one_code(db, SET, p, 4, &code, e);
    if (rc != RC_OK || code == 0)
        return rc;
    if (code == 1)
        return no_survey(slug, e);
    if (code == 2)
        return rc_set(e, RC_INPUT, "the waves do not follow each other: their days overlap, or a name is there twice");
    return rc_set(e, RC_CONFLICT, "ballots of \"%s\" whose responses are deleted already would change their wave", slug);
}

enum rc waves_version(struct db *db, const char *slug, int64_t version_no, struct arena *a, struct wave_version *out,
                      struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, VERSION, (const struct db_param[]){db_text(slug), db_i64(version_no)}, 2, a, &r, e);
    if (rc != RC_OK)
        return rc;
    if (r.n_rows == 0)
        return rc_set(e, RC_NOTFOUND, "survey \"%s\" has no version %lld", slug, (long long)version_no);
    *out = (struct wave_version){db_get_i64(db_at(&r, 0, 0)), db_get_text(db_at(&r, 0, 1)), db_at(&r, 0, 1)->len};
    return RC_OK;
}

enum rc waves_set_comparable(struct db *db, const char *slug, int64_t a, int64_t b, const char *questions,
                             struct rc_info *e)
{
    int64_t code = 0;
    const struct db_param p[] = {db_text(slug), db_i64(a), db_i64(b), db_text(questions)};
    enum rc rc = one_code(db, SET_COMPARABLE, p, 4, &code, e);
    if (rc != RC_OK || code == 0)
        return rc;
    return rc_set(e, RC_NOTFOUND, "survey \"%s\" has no such two versions", slug);
}
