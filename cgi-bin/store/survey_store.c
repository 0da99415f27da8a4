#include "store/survey_store.h"

#include <string.h>

enum stmt { SURVEYS, VERSIONS, DEFINITION, NEWEST_KEY, DROP_BATCH, SPEND_CODES, DROP_INVITED, N_STMTS };

static const struct db_stmt stmts[N_STMTS] = {
    [SURVEYS] = {"survey_surveys",
                 "SELECT survey_id, slug, state = 'open', current_version FROM core.survey"
                 " WHERE current_version IS NOT NULL ORDER BY slug",
                 0},
    [VERSIONS] = {"survey_versions",
                  "SELECT version_id, survey_id FROM core.version ORDER BY survey_id, version_no DESC", 0},
    [DEFINITION] = {"survey_definition",
                    "SELECT definition FROM core.version WHERE version_id = $1::bigint", 1},
    [NEWEST_KEY] = {"survey_newest_key", "SELECT epoch_id, public_key FROM intake.newest_key()", 0},
    [DROP_BATCH] = {"survey_drop_batch",
                    "SELECT intake.drop_batch($1::bytea, $2::bigint, $3::bigint, $4::bigint, $5::bigint,"
                    " $6::integer, $7::bytea, $8::bytea)",
                    8},
    [SPEND_CODES] = {"survey_spend_codes", "SELECT intake.spend_codes($1::bigint, $2::bytea, $3::bytea)", 3},
    [DROP_INVITED] = {"survey_drop_invited",
                      "SELECT intake.drop_invited($1::bytea, $2::bigint, $3::bigint, $4::bigint, $5::bigint,"
                      " $6::integer, $7::bytea, $8::bytea)",
                      8},
};

struct db *survey_store_new(int64_t deadline_ms)
{
    return db_new(&(struct db_config){.role = "minyi_survey",
                                      .program = "survey",
                                      .deadline_ms = deadline_ms,
                                      .stmts = stmts,
                                      .n_stmts = N_STMTS});
}

enum rc survey_store_key(struct db *db, struct arena *a, int64_t *epoch_id,
                         unsigned char public_key[STORE_PUBLIC_BYTES], struct rc_info *e)
{
    struct db_rows rows;
    enum rc rc = db_query(db, NEWEST_KEY, NULL, 0, a, &rows, e);
    if (rc != RC_OK)
        return rc;
    if (rows.n_rows == 0)
        return rc_set(e, RC_NOTFOUND, "there is no epoch key yet: the first tally makes it");
    const struct db_cell *key = db_at(&rows, 0, 1);
    if (key->p == NULL || key->len != STORE_PUBLIC_BYTES)
        return rc_set(e, RC_DB, "the newest epoch key is not a key");
    *epoch_id = db_get_i64(db_at(&rows, 0, 0));
    memcpy(public_key, key->p, STORE_PUBLIC_BYTES);
    return RC_OK;
}

static enum rc read_surveys(struct db *db, struct arena *a, struct stored_set *s, struct rc_info *e)
{
    struct db_rows rows;
    enum rc rc = db_query(db, SURVEYS, NULL, 0, a, &rows, e);
    if (rc != RC_OK)
        return rc;
    s->surveys = arena_array(a, rows.n_rows, sizeof *s->surveys);
    if (s->surveys == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu surveys", rows.n_rows);
    s->n_surveys = rows.n_rows;
    for (size_t i = 0; i < rows.n_rows; i++)
        s->surveys[i] = (struct stored_survey){.survey_id = db_get_i64(db_at(&rows, i, 0)),
                                               .slug = db_get_text(db_at(&rows, i, 1)),
                                               .is_open = db_get_i64(db_at(&rows, i, 2)) != 0,
                                               .current_version = db_get_i64(db_at(&rows, i, 3))};
    return RC_OK;
}

static enum rc read_versions(struct db *db, struct arena *a, struct stored_set *s, struct rc_info *e)
{
    struct db_rows rows;
    enum rc rc = db_query(db, VERSIONS, NULL, 0, a, &rows, e);
    if (rc != RC_OK)
        return rc;
    s->versions = arena_array(a, rows.n_rows, sizeof *s->versions);
    if (s->versions == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu versions", rows.n_rows);
    s->n_versions = rows.n_rows;
    for (size_t i = 0; i < rows.n_rows; i++)
        s->versions[i] = (struct stored_version){.version_id = db_get_i64(db_at(&rows, i, 0)),
                                                 .survey_id = db_get_i64(db_at(&rows, i, 1))};
    return RC_OK;
}

enum rc survey_store_set(struct db *db, struct arena *a, struct stored_set *out, struct rc_info *e)
{
    struct stored_set s = {0};
    enum rc rc = read_surveys(db, a, &s, e);
    if (rc == RC_OK)
        rc = read_versions(db, a, &s, e);
    if (rc == RC_OK)
        rc = survey_store_key(db, a, &s.epoch_id, s.public_key, e);
    s.has_key = rc == RC_OK;
    if (rc != RC_OK && rc != RC_NOTFOUND)
        return rc;
    *out = s;
    return RC_OK;
}

enum rc survey_store_definition(struct db *db, int64_t version_id, struct arena *a, const char **json,
                                size_t *len, struct rc_info *e)
{
    struct db_rows rows;
    enum rc rc = db_query(db, DEFINITION, (const struct db_param[]){db_i64(version_id)}, 1, a, &rows, e);
    if (rc == RC_OK && rows.n_rows != 1)
        rc = rc_set(e, RC_NOTFOUND, "there is no version %lld", (long long)version_id);
    if (rc == RC_OK) {
        *json = db_get_text(db_at(&rows, 0, 0));
        *len = db_at(&rows, 0, 0)->len;
    }
    return rc;
}

static enum rc drop_one(struct db *db, enum stmt stmt, const struct stored_batch *b, struct arena *a, enum box_answer *answer,
                        struct rc_info *e)
{
    struct db_rows rows;
    const struct db_param params[] = {db_bytes(b->batch_id, 16),   db_i64(b->survey_id),
                                      db_i64(b->version_id),       db_i64(b->epoch_id),
                                      db_i64(b->accepted_us),      db_i32((int32_t)b->n),
                                      db_bytes(b->box_hashes, b->n * 16), db_bytes(b->sealed, b->sealed_len)};
    enum rc rc = db_query(db, (int)stmt, params, sizeof params / sizeof *params, a, &rows, e);
    if (rc != RC_OK)
        return rc;
    int64_t code = rows.n_rows == 1 ? db_get_i64(db_at(&rows, 0, 0)) : -1;
    if (code != BOX_STORED && code != BOX_NOT_A_BATCH && code != BOX_NO_EPOCH && code != BOX_NO_VERSION)
        return rc_set(e, RC_DB, "the box gave an unknown answer %lld", (long long)code);
    *answer = (enum box_answer)code;
    return RC_OK;
}

enum rc survey_store_drop(struct db *db, const struct stored_batch *batches, size_t n, struct arena *a,
                          enum box_answer *answers, struct rc_info *e)
{
    if (n == 1) /* a statement alone is its own transaction: one round trip */
        return drop_one(db, DROP_BATCH, batches, a, answers, e);
    bool is_refused = false;
    enum rc rc = db_begin(db, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = drop_one(db, DROP_BATCH, &batches[i], a, &answers[i], e);
        is_refused = is_refused || (rc == RC_OK && answers[i] == BOX_NO_EPOCH);
    }
    if (rc == RC_OK && !is_refused)
        return db_commit(db, e);
    db_rollback(db);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        answers[i] = BOX_NO_EPOCH;
    return rc;
}

enum rc survey_store_spend(struct db *db, int64_t survey_id, size_t n, const void *code_hashes, const void *box_hashes,
                           struct arena *a, const unsigned char **answers, struct rc_info *e)
{
    struct db_rows rows;
    const struct db_param params[] = {db_i64(survey_id), db_bytes(code_hashes, n * 16), db_bytes(box_hashes, n * 16)};
    enum rc rc = db_begin(db, e);
    if (rc == RC_OK)
        rc = db_query(db, SPEND_CODES, params, sizeof params / sizeof *params, a, &rows, e);
    if (rc == RC_OK && (rows.n_rows != 1 || db_at(&rows, 0, 0)->p == NULL || db_at(&rows, 0, 0)->len != n))
        rc = rc_set(e, RC_DB, "the box gave no answer to each code");
    if (rc == RC_OK)
        *answers = (const unsigned char *)db_at(&rows, 0, 0)->p;
    else
        db_rollback(db);
    return rc;
}

enum rc survey_store_drop_spent(struct db *db, const struct stored_batch *batch, struct arena *a, enum box_answer *answer,
                                struct rc_info *e)
{
    enum rc rc = batch == NULL ? RC_OK : drop_one(db, DROP_INVITED, batch, a, answer, e);
    if (rc == RC_OK && (batch == NULL || *answer == BOX_STORED))
        return db_commit(db, e);
    db_rollback(db);
    return rc;
}

void survey_store_abandon(struct db *db)
{
    db_rollback(db);
}
