#include "store/draft_store.h"

#include <string.h>

#include "store/office_inner.h"
#include "store/sealed.h"

enum rc draft_put(struct db *db, const unsigned char *session, const char *slug, const char *sample, const char *zone, const char *json,
                  const unsigned char hash[32], int64_t *draft_id, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_text(sample), db_text(zone), db_text(json), db_bytes(hash, 32)};
    return office_one(db, OS_PUT_DRAFT, p, 6, draft_id, e);
}

enum rc draft_get(struct db *db, const unsigned char *session, int64_t draft_id, struct arena *a, struct draft *out, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {office_session_param(session), db_i64(draft_id)};
    enum rc rc = db_query(db, OS_DRAFT, p, 2, a, &r, e);
    if (rc == RC_OK && r.n_rows != 1)
        return rc_set(e, RC_NOTFOUND, "there is no such draft");
    if (rc == RC_OK)
        *out = (struct draft){.slug = db_get_text(db_at(&r, 0, 0)), .definition = db_get_text(db_at(&r, 0, 1)),
                              .definition_len = db_at(&r, 0, 1)->len, .made_by = db_get_text(db_at(&r, 0, 2)),
                              .made_at = db_get_text(db_at(&r, 0, 3)), .current = db_at(&r, 0, 4)->p, .current_len = db_at(&r, 0, 4)->len,
                              .is_current = db_get_i64(db_at(&r, 0, 5)) != 0};
    return rc;
}

enum rc draft_list(struct db *db, const unsigned char *session, struct arena *a, struct draft_row **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session)};
    enum rc rc = office_list(db, OS_DRAFTS, p, 1, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct draft_row){db_get_i64(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1)), db_get_text(db_at(&r, i, 2)),
                                       db_get_text(db_at(&r, i, 3))};
    return rc;
}

enum rc draft_change(struct db *db, const unsigned char *session, int64_t draft_id, const unsigned char base[32], const char *json,
                     const unsigned char hash[32], enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_i64(draft_id), db_bytes(base, 32), db_text(json), db_bytes(hash, 32)};
    return office_outcome_of(db, OS_CHANGE_DRAFT, p, 5, out, e);
}

enum rc draft_publish(struct db *db, const unsigned char *session, int64_t draft_id, const unsigned char base[32], int64_t *version_no,
                      struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_i64(draft_id), db_bytes(base, 32)};
    return office_one(db, OS_PUBLISH_DRAFT, p, 3, version_no, e);
}

enum rc keying_get(struct db *db, const unsigned char *session, const char *slug, struct arena *a, struct keying *out, struct rc_info *e)
{
    struct db_rows r = {0};
    const struct db_param p[] = {office_session_param(session), db_text(slug)};
    enum rc rc = db_query(db, OS_KEYING, p, 2, a, &r, e);
    if (rc == RC_OK && (r.n_rows != 1 || db_at(&r, 0, 4)->len != sizeof out->public_key))
        return rc_set(e, RC_NOTFOUND, "no forms of this survey can be keyed in now");
    if (rc != RC_OK)
        return rc;
    *out = (struct keying){.survey_id = db_get_i64(db_at(&r, 0, 0)), .version_id = db_get_i64(db_at(&r, 0, 1)),
                           .definition = db_get_text(db_at(&r, 0, 2)), .definition_len = db_at(&r, 0, 2)->len,
                           .epoch_id = db_get_i64(db_at(&r, 0, 3))};
    memcpy(out->public_key, db_at(&r, 0, 4)->p, sizeof out->public_key);
    return RC_OK;
}

enum rc keying_drop(struct db *db, const unsigned char *session, const char *slug, const char *label, const struct sealed_batch *b,
                    enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_text(label), db_bytes(b->batch_id, SEALED_ID_BYTES),
                                 db_i64(b->version_id), db_i64(b->epoch_id), db_i64(b->accepted_us),
                                 db_bytes(b->box_hashes, SEALED_HASH_BYTES), db_bytes(b->sealed, b->sealed_len)};
    return office_outcome_of(db, OS_DROP_KEYED, p, 9, out, e);
}

/* ---- weights and invitations ---- */

enum rc desk_margins_add(struct db *db, const unsigned char *session, const char *slug, const char *as_of, const char *source, const char *body,
                         enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_text(as_of), db_text(source), db_text(body)};
    return office_outcome_of(db, OS_ADD_MARGINS, p, 5, out, e);
}

enum rc desk_margins_list(struct db *db, const unsigned char *session, const char *slug, struct arena *a, struct margins_row **out, size_t *n,
                          struct rc_info *e)
{
    struct db_rows r = {0};
    void *rows = NULL;
    const struct db_param p[] = {office_session_param(session), db_text(slug)};
    enum rc rc = office_list(db, OS_MARGINS, p, 2, sizeof **out, a, &r, &rows, n, e);
    *out = rows;
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i] = (struct margins_row){db_get_text(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1)), db_get_i64(db_at(&r, i, 2)) != 0};
    return rc;
}

enum rc desk_invitations_add(struct db *db, const unsigned char *session, const char *slug, const unsigned char *hashes, size_t n,
                             enum office_outcome *out, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug), db_bytes(hashes, n * SEALED_HASH_BYTES)};
    return office_outcome_of(db, OS_ADD_INVITATIONS, p, 3, out, e);
}

enum rc desk_invitations_left(struct db *db, const unsigned char *session, const char *slug, int64_t *n, struct rc_info *e)
{
    const struct db_param p[] = {office_session_param(session), db_text(slug)};
    return office_one(db, OS_INVITATIONS_LEFT, p, 2, n, e);
}
