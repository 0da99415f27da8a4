#include "store/draft_store.h"
#include "store/office_inner.h"
#include "store/wave_store.h"

enum rc versions_list(struct db *db, const char *slug, struct arena *a, struct version_row **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {db_text(slug)};
    enum rc rc = office_list(db, OS_VERSIONS, p, 1, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct version_row){db_get_i64(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1))};
    return rc;
}

enum rc version_definition(struct db *db, const char *slug, int64_t version_no, struct arena *a, const char **json, size_t *len, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(slug), db_i64(version_no)};
    enum rc rc = db_query(db, OS_VERSION, p, 2, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        return rc_set(e, RC_NOTFOUND, "there is no version %lld of \"%s\"", (long long)version_no, slug);
    if (rc == RC_OK) {
        *json = db_get_text(db_at(&r, 0, 0));
        *len = db_at(&r, 0, 0)->len;
    }
    return rc;
}

enum rc comparable_get(struct db *db, const unsigned char *session, const char *slug, int64_t va, int64_t vb, struct arena *a, const char **out,
                       struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_i64(va), db_i64(vb)};
    enum rc rc = db_query(db, OS_COMPARABLE, p, 4, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        return rc_set(e, RC_DB, "comparable gave %zu rows", r.n_rows);
    if (rc == RC_OK)
        *out = db_get_text(db_at(&r, 0, 0));
    return rc;
}

enum rc comparable_set(struct db *db, const unsigned char *session, const char *slug, int64_t va, int64_t vb, const char *questions,
                       enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_i64(va), db_i64(vb), db_text(questions)};
    return office_outcome_of(db, OS_SET_COMPARABLE, p, 5, out, e);
}

enum rc desk_waves_list(struct db *db, const unsigned char *session, const char *slug, struct arena *a, struct wave **out, size_t *n,
                        struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session), db_text(slug)};
    enum rc rc = office_list(db, OS_WAVES, p, 2, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct wave){.wave = (int32_t)i + 1, .name = db_get_text(db_at(&r, i, 0)), .first_day = db_get_text(db_at(&r, i, 1)),
                                  .last_day = db_get_text(db_at(&r, i, 2))};
    return rc;
}

enum rc desk_waves_set(struct db *db, const unsigned char *session, const char *slug, const struct wave *waves, size_t n, struct arena *a,
                       enum office_outcome *out, struct rc_info *e)
{
    struct wave_arrays w;
    enum rc rc = waves_join(waves, n, a, &w, e);
    if (rc != RC_OK)
        return rc;
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_text(w.names), db_text(w.first), db_text(w.last)};
    return office_outcome_of(db, OS_SET_WAVES, p, 5, out, e);
}
