#include "store/office_store.h"

#include "base/settings.h"
#include "store/office_inner.h"

struct db *office_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_admin", .program = "admin", .deadline_ms = setting_int(SET_DB_DEADLINE_MS),
                                      .stmts = office_stmts, .n_stmts = OS_N_STMTS});
}

struct db_param office_session_param(const unsigned char *session)
{
    return db_bytes(session, OFFICE_HASH_BYTES);
}

enum { ONE_BYTES_MAX = 64 * 1024 };

/* A statement that gives one value; NULL gives 0. */
enum rc office_one(struct db *db, int stmt, const struct db_param *p, size_t n, int64_t *out, struct rc_info *e)
{
    struct arena a;
    struct db_rows rows = {0};
    arena_init(&a, ONE_BYTES_MAX);
    enum rc rc = db_query(db, stmt, p, n, &a, &rows, e);
    if (rc == RC_OK && rows.n_rows != 1)
        rc = rc_set(e, RC_DB, "\"%s\" gave %zu rows", office_stmts[stmt].name, rows.n_rows);
    if (rc == RC_OK && out != NULL)
        *out = db_get_i64(db_at(&rows, 0, 0));
    arena_release(&a);
    return rc;
}

enum rc office_yes_or_no(struct db *db, int stmt, const struct db_param *p, size_t n, bool *out, struct rc_info *e)
{
    int64_t v = 0;
    enum rc rc = office_one(db, stmt, p, n, &v, e);
    *out = rc == RC_OK && v != 0;
    return rc;
}

enum rc office_outcome_of(struct db *db, int stmt, const struct db_param *p, size_t n, enum office_outcome *out, struct rc_info *e)
{
    int64_t v = 0;
    enum rc rc = office_one(db, stmt, p, n, &v, e);
    if (rc == RC_OK && (v < OFFICE_DONE || v > OFFICE_ONESELF))
        return rc_set(e, RC_DB, "\"%s\" gave %lld", office_stmts[stmt].name, (long long)v);
    *out = (enum office_outcome)v;
    return rc;
}

/* A list: rows into an array of `size` bytes each, made zero. */
enum rc office_list(struct db *db, int stmt, const struct db_param *p, size_t n_params, size_t size, struct arena *a,
                    struct db_rows *rows, void **out, size_t *n, struct rc_info *e)
{
    enum rc rc = db_query(db, stmt, p, n_params, a, rows, e);
    if (rc != RC_OK)
        return rc;
    *n = rows->n_rows;
    *out = arena_array(a, rows->n_rows + 1, size);
    return *out != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for %zu rows", rows->n_rows);
}

/* ---- signing in ---- */

enum rc office_find_person(struct db *db, const char *name, struct arena *a, struct office_person *out, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(name)};
    *out = (struct office_person){0};
    enum rc rc = db_query(db, OS_FIND_PERSON, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows == 1)
        *out = (struct office_person){
            .person_id = db_get_i64(db_at(&r, 0, 0)), .password_hash = db_get_text(db_at(&r, 0, 1)),
            .seed_sealed = (const unsigned char *)db_at(&r, 0, 2)->p, .seed_len = db_at(&r, 0, 2)->len,
            .is_enrolled = db_get_i64(db_at(&r, 0, 3)) != 0, .is_active = db_get_i64(db_at(&r, 0, 4)) != 0};
    return rc;
}

static enum rc with_try(struct db *db, int stmt, const struct office_try *t, int64_t *out, struct rc_info *e)
{
    const struct db_param p[] = {db_bytes(t->both, OFFICE_TRY_BYTES), db_bytes(t->account, OFFICE_TRY_BYTES),
                                 db_bytes(t->address, OFFICE_TRY_BYTES)};
    return office_one(db, stmt, p, 3, out, e);
}

enum rc office_try(struct db *db, const struct office_try *t, int64_t *wait_s, struct rc_info *e)
{
    return with_try(db, OS_TRY, t, wait_s, e);
}

enum rc office_forget_tries(struct db *db, const struct office_try *t, struct rc_info *e)
{
    return with_try(db, OS_FORGET_TRIES, t, NULL, e);
}

enum rc office_note_refusal(struct db *db, const char *name, const char *why, struct rc_info *e)
{
    const struct db_param p[] = {db_text(name), db_text(why)};
    return office_one(db, OS_NOTE_REFUSAL, p, 2, NULL, e);
}

enum rc office_take_step(struct db *db, int64_t person_id, int64_t step, bool *is_taken, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(person_id), db_i64(step)};
    return office_yes_or_no(db, OS_TAKE_STEP, p, 2, is_taken, e);
}

enum rc office_take_recovery(struct db *db, int64_t person_id, const unsigned char hash[OFFICE_HASH_BYTES], bool *is_taken,
                             struct rc_info *e)
{
    const struct db_param p[] = {db_i64(person_id), db_bytes(hash, OFFICE_HASH_BYTES)};
    return office_yes_or_no(db, OS_TAKE_RECOVERY, p, 2, is_taken, e);
}

/* ---- sessions ---- */

enum rc office_begin_session(struct db *db, const unsigned char *session, int64_t person_id, const char *how, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_i64(person_id), db_text(how)};
    return office_one(db, OS_BEGIN_SESSION, p, 3, NULL, e);
}

enum rc office_use_session(struct db *db, const unsigned char *session, struct arena *a, struct office_session *out, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {office_session_param(session)};
    *out = (struct office_session){0};
    enum rc rc = db_query(db, OS_USE_SESSION, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows == 1)
        *out = (struct office_session){.person_id = db_get_i64(db_at(&r, 0, 0)), .name = db_get_text(db_at(&r, 0, 1)),
                                       .is_enrolled = db_get_i64(db_at(&r, 0, 2)) != 0,
                                       .confirmed_s = db_get_i64(db_at(&r, 0, 3)), .roles = db_get_text(db_at(&r, 0, 4))};
    return rc;
}

enum rc office_renew_session(struct db *db, const unsigned char *session, const unsigned char *next, bool *is_done, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), office_session_param(next)};
    return office_yes_or_no(db, OS_RENEW_SESSION, p, 2, is_done, e);
}

enum rc office_sessions(struct db *db, const unsigned char *session, struct arena *a, struct office_session_row **out, size_t *n,
                        struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session)};
    enum rc rc = office_list(db, OS_SESSIONS, p, 1, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_session_row){db_get_text(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1)),
                                                db_get_text(db_at(&r, i, 2)), db_get_i64(db_at(&r, i, 3)) != 0};
    return rc;
}

enum rc office_end_session(struct db *db, const unsigned char *session, const char *mark, int64_t *n_ended, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(mark)};
    return office_one(db, OS_END_SESSION, p, 2, n_ended, e);
}

enum rc office_put_seed(struct db *db, const unsigned char *session, const unsigned char *sealed, size_t len, bool *is_done,
                        struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_bytes(sealed, len)};
    return office_yes_or_no(db, OS_PUT_SEED, p, 2, is_done, e);
}

enum rc office_enrol(struct db *db, const unsigned char *session, int64_t step, const unsigned char *code_hashes, size_t n_codes,
                     bool *is_done, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_i64(step), db_bytes(code_hashes, n_codes * OFFICE_HASH_BYTES)};
    return office_yes_or_no(db, OS_ENROL, p, 3, is_done, e);
}

enum rc office_change_password(struct db *db, const unsigned char *session, const char *hash, bool *is_done, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(hash)};
    return office_yes_or_no(db, OS_CHANGE_PASSWORD, p, 2, is_done, e);
}

enum rc office_note_forbidden(struct db *db, const unsigned char *session, const char *what, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(what)};
    return office_one(db, OS_NOTE_FORBIDDEN, p, 2, NULL, e);
}

/* ---- people ---- */

enum rc office_people(struct db *db, const unsigned char *session, struct arena *a, struct office_people_row **out, size_t *n,
                      struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session)};
    enum rc rc = office_list(db, OS_PEOPLE, p, 1, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_people_row){db_get_text(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1)),
                                               db_get_text(db_at(&r, i, 2)), db_get_i64(db_at(&r, i, 3)) != 0,
                                               db_get_i64(db_at(&r, i, 4)) != 0};
    return rc;
}

enum rc office_add_person(struct db *db, const unsigned char *session, const char *name, const char *hash, enum office_outcome *out,
                          struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(name), db_text(hash)};
    return office_outcome_of(db, OS_ADD_PERSON, p, 3, out, e);
}

enum rc office_set_person(struct db *db, const unsigned char *session, const char *name, const char *what, enum office_outcome *out,
                          struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(name), db_text(what)};
    return office_outcome_of(db, OS_SET_PERSON, p, 3, out, e);
}

enum rc office_set_role(struct db *db, const unsigned char *session, const char *name, const char *role, const char *survey, bool has,
                        enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(name), db_text(role), db_text(survey), db_bool(has)};
    return office_outcome_of(db, OS_SET_ROLE, p, 5, out, e);
}

/* ---- the audit log, surveys and runs ---- */

enum rc office_audit_page(struct db *db, const unsigned char *session, int64_t before, int64_t max, struct arena *a,
                          struct office_entry **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session), db_i64(before), db_i32((int32_t)max)};
    enum rc rc = office_list(db, OS_AUDIT_PAGE, p, 3, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_entry){db_get_i64(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1)), db_get_text(db_at(&r, i, 2)),
                                          db_get_text(db_at(&r, i, 3)), db_get_text(db_at(&r, i, 4)), db_get_text(db_at(&r, i, 5))};
    return rc;
}

enum rc office_surveys(struct db *db, const unsigned char *session, const char *lang, struct arena *a, struct office_survey **out,
                       size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session), db_text(lang)};
    enum rc rc = office_list(db, OS_SURVEYS, p, 2, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_survey){
            .slug = db_get_text(db_at(&r, i, 0)), .title = db_get_text(db_at(&r, i, 1)), .state = db_get_text(db_at(&r, i, 2)),
            .sample = db_get_text(db_at(&r, i, 3)), .version_no = db_get_i64(db_at(&r, i, 4)), .waiting = db_get_i64(db_at(&r, i, 5)),
            .counted = db_get_i64(db_at(&r, i, 6)), .tallied_at = db_get_text(db_at(&r, i, 7))};
    return rc;
}

enum rc office_survey_names(struct db *db, struct arena *a, struct office_survey **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    enum rc rc = office_list(db, OS_SURVEY_NAMES, NULL, 0, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i].slug = db_get_text(db_at(&r, i, 0));
    return rc;
}

enum rc office_units(struct db *db, const unsigned char *session, struct arena *a, struct office_unit **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session)};
    enum rc rc = office_list(db, OS_UNITS, p, 1, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_unit){db_get_text(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1))};
    return rc;
}

enum rc office_set_unit(struct db *db, const unsigned char *session, const char *survey, const char *unit, enum office_outcome *out,
                        struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(survey), db_text(unit)};
    return office_outcome_of(db, OS_SET_UNIT, p, 3, out, e);
}

enum rc office_days(struct db *db, const unsigned char *session, const char *slug, int64_t max, struct arena *a, struct office_day **out,
                    size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_i32((int32_t)max)};
    enum rc rc = office_list(db, OS_DAYS, p, 3, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_day){db_get_text(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1))};
    return rc;
}

enum rc office_runs(struct db *db, const unsigned char *session, int64_t max, struct arena *a, struct office_run **out, size_t *n,
                    struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session), db_i32((int32_t)max)};
    enum rc rc = office_list(db, OS_RUNS, p, 2, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_run){.run_id = db_get_i64(db_at(&r, i, 0)), .kind = db_get_text(db_at(&r, i, 1)),
                                        .started_at = db_get_text(db_at(&r, i, 2)), .seconds = db_get_f64(db_at(&r, i, 3)),
                                        .outcome = db_get_text(db_at(&r, i, 4)), .opened = db_get_i64(db_at(&r, i, 5)),
                                        .waiting = db_get_i64(db_at(&r, i, 6))};
    return rc;
}

enum rc office_ask_count(struct db *db, const unsigned char *session, enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session)};
    return office_outcome_of(db, OS_ASK_COUNT, p, 1, out, e);
}

enum rc office_last_count(struct db *db, const unsigned char *session, struct arena *a, struct office_count *out, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {office_session_param(session)};
    *out = (struct office_count){.asked_by = "", .asked_at = "", .outcome = ""};
    enum rc rc = db_query(db, OS_LAST_COUNT, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows == 1)
        *out = (struct office_count){db_get_text(db_at(&r, 0, 0)), db_get_text(db_at(&r, 0, 1)), db_get_text(db_at(&r, 0, 2)),
                                     db_get_i64(db_at(&r, 0, 3)), db_get_i64(db_at(&r, 0, 4))};
    return rc;
}

enum rc office_set_state(struct db *db, const unsigned char *session, const char *slug, const char *state, enum office_outcome *out,
                         struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_text(state)};
    return office_outcome_of(db, OS_SET_STATE, p, 3, out, e);
}

/* ---- exports ---- */

enum rc office_begin_export(struct db *db, const unsigned char *session, const char *slug, int64_t version_no, const char *format,
                            enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_i32((int32_t)version_no), db_text(format)};
    return office_outcome_of(db, OS_BEGIN_EXPORT, p, 4, out, e);
}

enum rc office_mark_sensitive(struct db *db, const unsigned char *session, const char *slug, enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug)};
    return office_outcome_of(db, OS_MARK_SENSITIVE, p, 2, out, e);
}

enum rc office_is_sensitive(struct db *db, const unsigned char *session, const char *slug, bool *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug)};
    return office_yes_or_no(db, OS_IS_SENSITIVE, p, 2, out, e);
}

enum rc office_ask_approval(struct db *db, const unsigned char *session, const char *slug, const char *reason, enum office_outcome *out,
                            struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_text(reason)};
    return office_outcome_of(db, OS_ASK_APPROVAL, p, 3, out, e);
}

enum rc office_give_approval(struct db *db, const unsigned char *session, int64_t approval_id, enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_i64(approval_id)};
    return office_outcome_of(db, OS_GIVE_APPROVAL, p, 2, out, e);
}

enum rc office_approvals(struct db *db, const unsigned char *session, struct arena *a, struct office_approval **out, size_t *n,
                         struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session)};
    enum rc rc = office_list(db, OS_APPROVALS, p, 1, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct office_approval){
            .approval_id = db_get_i64(db_at(&r, i, 0)), .survey = db_get_text(db_at(&r, i, 1)), .asked_by = db_get_text(db_at(&r, i, 2)),
            .reason = db_get_text(db_at(&r, i, 3)), .asked_at = db_get_text(db_at(&r, i, 4)), .state = db_get_text(db_at(&r, i, 5)),
            .is_own = db_get_i64(db_at(&r, i, 6)) != 0};
    return rc;
}

enum rc office_definition(struct db *db, const char *slug, struct arena *a, const char **json, size_t *len, int64_t *version_id,
                          struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(slug)};
    enum rc rc = db_query(db, OS_DEFINITION, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        rc = rc_set(e, RC_NOTFOUND, "there is no survey \"%s\"", slug);
    if (rc == RC_OK) {
        *json = db_get_text(db_at(&r, 0, 0));
        *len = db_at(&r, 0, 0)->len;
        *version_id = db_get_i64(db_at(&r, 0, 1));
    }
    return rc;
}

enum rc office_current(struct db *db, const char *slug, struct arena *a, struct office_current *out, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(slug)};
    enum rc rc = db_query(db, OS_CURRENT, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        return rc_set_reason(e, RC_NOTFOUND, "no_results", "nothing of this survey is published yet");
    if (rc == RC_OK)
        *out = (struct office_current){db_get_i64(db_at(&r, 0, 0)), db_get_text(db_at(&r, 0, 1))};
    return rc;
}

enum rc office_figures(struct db *db, int64_t publication_id, struct arena *a, const char **body, size_t *len, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {db_i64(publication_id)};
    enum rc rc = db_query(db, OS_FIGURES, p, 1, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        return rc_set(e, RC_NOTFOUND, "there is no publication %lld", (long long)publication_id);
    if (rc == RC_OK) {
        *body = db_get_text(db_at(&r, 0, 0));
        *len = db_at(&r, 0, 0)->len;
    }
    return rc;
}
