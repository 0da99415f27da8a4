/* office_inner: what the stores of the desk share: one table of statements, and ways to run them.  Layer: store. */
#ifndef MINYI_STORE_OFFICE_INNER_H
#define MINYI_STORE_OFFICE_INNER_H

#include "store/office_store.h"

enum {
    OS_FIND_PERSON, OS_TRY, OS_FORGET_TRIES, OS_NOTE_REFUSAL, OS_TAKE_STEP, OS_TAKE_RECOVERY,
    OS_BEGIN_SESSION, OS_USE_SESSION, OS_RENEW_SESSION, OS_SESSIONS, OS_END_SESSION, OS_PUT_SEED,
    OS_ENROL, OS_CHANGE_PASSWORD, OS_NOTE_FORBIDDEN, OS_PEOPLE, OS_ADD_PERSON, OS_SET_PERSON,
    OS_SET_ROLE, OS_AUDIT_PAGE, OS_SURVEYS, OS_DAYS, OS_RUNS, OS_ASK_COUNT,
    OS_LAST_COUNT, OS_SET_STATE, OS_SURVEY_NAMES, OS_UNITS, OS_SET_UNIT, OS_CURRENT, OS_FIGURES,
    OS_BEGIN_EXPORT, OS_MARK_SENSITIVE, OS_IS_SENSITIVE, OS_ASK_APPROVAL, OS_GIVE_APPROVAL, OS_APPROVALS,
    OS_PUT_DRAFT, OS_DRAFT, OS_DRAFTS, OS_CHANGE_DRAFT, OS_PUBLISH_DRAFT, OS_KEYING, OS_DROP_KEYED,
    OS_DEFINITION, OS_ADD_MARGINS, OS_MARGINS, OS_ADD_INVITATIONS, OS_INVITATIONS_LEFT,
    OS_VERSIONS, OS_VERSION, OS_COMPARABLE, OS_SET_COMPARABLE, OS_WAVES, OS_SET_WAVES,
    OS_N_STMTS
};
extern const struct db_stmt office_stmts[OS_N_STMTS];

struct db_param office_session_param(const unsigned char *session);
/* A statement that gives one value; NULL gives 0. `out` may be NULL. */
enum rc office_one(struct db *db, int stmt, const struct db_param *p, size_t n, int64_t *out, struct rc_info *e) MUST_CHECK;
enum rc office_yes_or_no(struct db *db, int stmt, const struct db_param *p, size_t n, bool *out, struct rc_info *e) MUST_CHECK;
enum rc office_outcome_of(struct db *db, int stmt, const struct db_param *p, size_t n, enum office_outcome *out, struct rc_info *e) MUST_CHECK;
/* Rows into an array of `size` bytes each, made zero. */
enum rc office_list(struct db *db, int stmt, const struct db_param *p, size_t n_params, size_t size, struct arena *a, struct db_rows *rows,
                    void **out, size_t *n, struct rc_info *e) MUST_CHECK;

#endif
