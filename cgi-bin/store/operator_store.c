#include "store/operator_store.h"

#include <string.h>

#include "store/sealed.h"

enum { PUBLISH, SET_STATE, SURVEY, NEWEST_KEY, DROP, PUT_RECOVERY, NOTE_IMPORT, ZONE, ADD_MARGINS, LIST_MARGINS,
       ADD_INVITATIONS, INVITATIONS_LEFT, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [PUBLISH] = {"publish", "SELECT survey_id, version_id, version_no, is_new, sample_changed "
                 "FROM core.publish_version($1::text, $2::text, $3::text, $4::bytea)", 4},
    [SET_STATE] = {"set_state", "SELECT core.set_state($1::text, $2::text)", 2},
    [SURVEY] = {"survey", "SELECT s.survey_id, v.version_id, s.sample, v.definition FROM core.survey s "
                "JOIN core.version v ON v.version_id = s.current_version WHERE s.slug = $1::text", 1},
    [NEWEST_KEY] = {"newest_key", "SELECT epoch_id, public_key FROM intake.newest_key()", 0},
    [DROP] = {"drop", "SELECT intake.drop_batch_synthetic($1::bytea, $2::bigint, $3::bigint, $4::bigint, "
              "$5::bigint, $6::integer, $7::bytea, $8::bytea)", 8},
    [NOTE_IMPORT] = {"note_import", "SELECT core.note_import($1::bigint, $2::bigint, $3::bytea, $4::bigint, $5::text)", 5},
    [ADD_MARGINS] = {"add_margins", "SELECT core.add_margins($1::bigint, $2::text::date, $3::text, $4::text)", 4},
    [LIST_MARGINS] = {"list_margins", "SELECT as_of::text, source, body, to_char(added_at, 'YYYY-MM-DD') FROM core.margins "
                      "WHERE survey_id = $1::bigint ORDER BY core.margins.as_of DESC, margins_id DESC", 1},
    [ADD_INVITATIONS] = {"add_invitations", "SELECT intake.add_invitations($1::bigint, $2::bytea)", 2},
    [INVITATIONS_LEFT] = {"invitations_left", "SELECT intake.invitations_left($1::bigint)", 1},
    [ZONE] = {"zone", "SELECT count(*) FROM pg_catalog.pg_timezone_names WHERE name = $1::text", 1},
    [PUT_RECOVERY] = {"put_recovery", "SELECT intake.put_recovery_key($1::bytea, $2::boolean)", 2},
};

enum { ESCROWS, N_KEY_STMTS };
static const struct db_stmt key_stmts[N_KEY_STMTS] = {
    [ESCROWS] = {"escrows", "SELECT epoch_id, public_key, escrow FROM intake.epoch_key "
                 "WHERE destroyed_at IS NULL ORDER BY epoch_id", 0},
};

struct db *operator_db(void)
{
    return db_new(&(struct db_config){
        .role = "minyi_operator", .program = "minyi", .stmts = stmts, .n_stmts = N_STMTS});
}

struct db *operator_keys_db(void)
{
    return db_new(&(struct db_config){
        .role = "minyi_tally", .program = "minyi key", .stmts = key_stmts, .n_stmts = N_KEY_STMTS});
}

enum rc operator_publish(struct db *db, const char *slug, const char *sample, const char *json,
                         const unsigned char hash[32], struct published *out, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    const struct db_param p[] = {db_text(slug), db_text(sample), db_text(json), db_bytes(hash, 32)};
    enum rc rc = db_query(db, PUBLISH, p, 4, &a, &r, e);
    if (rc == RC_OK && db_get_i64(db_at(&r, 0, 4)) != 0)
        rc = rc_set(e, RC_CONFLICT, "survey \"%s\" was published with another sample than \"%s\", or another access: a "
                    "survey keeps both; give the questionnaire another form_id", slug, sample);
    if (rc == RC_OK)
        *out = (struct published){db_get_i64(db_at(&r, 0, 0)), db_get_i64(db_at(&r, 0, 1)),
                                  db_get_i64(db_at(&r, 0, 2)), db_get_i64(db_at(&r, 0, 3)) != 0};
    arena_release(&a);
    return rc;
}

/* Run a statement whose one cell is a small number. */
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

enum rc operator_check_zone(struct db *db, const char *time_zone, struct rc_info *e)
{
    int64_t n = 0;
    const struct db_param p[] = {db_text(time_zone)};
    enum rc rc = one_code(db, ZONE, p, 1, &n, e);
    if (rc == RC_OK && n == 0)
        rc = rc_set(e, RC_INPUT, "time_zone \"%s\" is not one that the database knows, such as Asia/Shanghai", time_zone);
    return rc;
}

enum rc operator_set_state(struct db *db, const char *slug, const char *state, struct rc_info *e)
{
    int64_t code = 0;
    const struct db_param p[] = {db_text(slug), db_text(state)};
    enum rc rc = one_code(db, SET_STATE, p, 2, &code, e);
    return rc == RC_OK && code != 0 ? rc_set(e, RC_NOTFOUND, "there is no survey \"%s\"", slug) : rc;
}

enum rc operator_survey(struct db *db, const char *slug, struct arena *a, struct operator_survey *out,
                        struct rc_info *e)
{
    struct db_rows r;
    const struct db_param p[] = {db_text(slug)};
    enum rc rc = db_query(db, SURVEY, p, 1, a, &r, e);
    if (rc != RC_OK)
        return rc;
    if (r.n_rows == 0)
        return rc_set(e, RC_NOTFOUND, "there is no survey \"%s\"", slug);
    *out = (struct operator_survey){db_get_i64(db_at(&r, 0, 0)), db_get_i64(db_at(&r, 0, 1)),
                                    db_get_text(db_at(&r, 0, 2)), db_get_text(db_at(&r, 0, 3)), db_at(&r, 0, 3)->len};
    return RC_OK;
}

enum rc operator_newest_key(struct db *db, int64_t *epoch_id, unsigned char pk[32], struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, NEWEST_KEY, NULL, 0, &a, &r, e);
    if (rc == RC_OK && (r.n_rows == 0 || db_at(&r, 0, 1)->len != 32))
        rc = rc_set(e, RC_NOTFOUND, "there is no key to seal to: run \"tally\" once, it makes one");
    if (rc == RC_OK) {
        *epoch_id = db_get_i64(db_at(&r, 0, 0));
        memcpy(pk, db_at(&r, 0, 1)->p, 32);
    }
    arena_release(&a);
    return rc;
}

enum rc operator_drop_synthetic(struct db *db, const struct sealed_batch *b, struct rc_info *e)
{
    int64_t code = 0;
    const struct db_param p[] = {db_bytes(b->batch_id, sizeof b->batch_id), db_i64(b->survey_id), db_i64(b->version_id),
                                 db_i64(b->epoch_id), db_i64(b->accepted_us), db_i32((int32_t)b->n),
                                 db_bytes(b->box_hashes, b->n * SEALED_HASH_BYTES), db_bytes(b->sealed, b->sealed_len)};
    enum rc rc = one_code(db, DROP, p, 8, &code, e);
    if (rc == RC_OK && code == 4)
        return rc_set(e, RC_FORBIDDEN, "only a demonstration takes synthetic ballots");
    return rc == RC_OK && code != 0 ? rc_set(e, RC_CONFLICT, "the box refuses the batch (code %lld)", (long long)code) : rc;
}

enum rc operator_note_import(struct db *db, const struct operator_survey *s, const unsigned char file_hash[32],
                             int64_t n, const char *consent, struct rc_info *e)
{
    int64_t code = 0;
    const struct db_param p[] = {db_i64(s->survey_id), db_i64(s->version_id), db_bytes(file_hash, 32), db_i64(n),
                                 db_text(consent)};
    enum rc rc = one_code(db, NOTE_IMPORT, p, 5, &code, e);
    if (rc == RC_OK && code == 1)
        return rc_set(e, RC_INPUT, "the basis of consent has 1 to 1000 characters");
    return rc == RC_OK && code != 0 ? rc_set(e, RC_FORBIDDEN, "only a demonstration takes synthetic ballots") : rc;
}

enum rc operator_put_recovery_key(struct db *db, const unsigned char pk[32], bool replace, struct rc_info *e)
{
    int64_t code = 0;
    const struct db_param p[] = {db_bytes(pk, 32), db_bool(replace)};
    enum rc rc = one_code(db, PUT_RECOVERY, p, 2, &code, e);
    return rc == RC_OK && code != 0
               ? rc_set(e, RC_CONFLICT, "there is a recovery key already: --replace makes a new one for the epochs to come")
               : rc;
}

enum rc operator_escrows(struct db *db, struct arena *a, struct escrow **out, size_t *n, struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, ESCROWS, NULL, 0, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct escrow *items = arena_array(a, r.n_rows + 1, sizeof *items);
    if (items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu keys", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++) {
        if (db_at(&r, i, 1)->len != 32)
            return rc_set(e, RC_DB, "a public key has %zu bytes", db_at(&r, i, 1)->len);
        items[i] = (struct escrow){db_get_i64(db_at(&r, i, 0)), (const unsigned char *)db_at(&r, i, 1)->p,
                                   (const unsigned char *)db_at(&r, i, 2)->p, db_at(&r, i, 2)->len};
    }
    *out = items;
    *n = r.n_rows;
    return RC_OK;
}

enum rc operator_add_margins(struct db *db, int64_t survey_id, const char *as_of, const char *source, const char *body,
                             struct rc_info *e)
{
    int64_t id = 0;
    const struct db_param p[] = {db_i64(survey_id), db_text(as_of), db_text(source), db_text(body)};
    return one_code(db, ADD_MARGINS, p, 4, &id, e);
}

enum rc operator_list_margins(struct db *db, int64_t survey_id, struct arena *a, struct db_rows *out, struct rc_info *e)
{
    return db_query(db, LIST_MARGINS, (const struct db_param[]){db_i64(survey_id)}, 1, a, out, e);
}

enum rc operator_add_invitations(struct db *db, int64_t survey_id, const unsigned char *hashes, size_t n, struct rc_info *e)
{
    int64_t n_new = 0;
    const struct db_param p[] = {db_i64(survey_id), db_bytes(hashes, n * 16)};
    enum rc rc = one_code(db, ADD_INVITATIONS, p, 2, &n_new, e);
    if (rc == RC_OK && n_new == -1)
        return rc_set(e, RC_CONFLICT, "the survey is not by invitation");
    if (rc == RC_OK && n_new != (int64_t)n)
        return rc_set(e, RC_DB, "the database took %lld codes of %zu", (long long)n_new, n);
    return rc;
}

enum rc operator_invitations_left(struct db *db, int64_t survey_id, int64_t *n, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id)};
    return one_code(db, INVITATIONS_LEFT, p, 1, n, e);
}
