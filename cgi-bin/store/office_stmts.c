/* The statements of the desk: functions that know the session, and what everybody at the desk may read. */
#include "store/office_inner.h"

const struct db_stmt office_stmts[OS_N_STMTS] = {
    [OS_FIND_PERSON] = {"find_person", "SELECT person_id, password_hash, seed_sealed, is_enrolled, is_active FROM "
                   "office.find_person($1::text)", 1},
    [OS_TRY] = {"try", "SELECT office.try_sign_in($1::bytea, $2::bytea, $3::bytea)", 3},
    [OS_FORGET_TRIES] = {"forget_tries", "SELECT office.forget_tries($1::bytea, $2::bytea, $3::bytea)::text", 3},
    [OS_NOTE_REFUSAL] = {"note_refusal", "SELECT office.note_refusal($1::text, $2::text)::text", 2},
    [OS_TAKE_STEP] = {"take_step", "SELECT office.take_step($1::bigint, $2::bigint)", 2},
    [OS_TAKE_RECOVERY] = {"take_recovery", "SELECT office.take_recovery($1::bigint, $2::bytea)", 2},
    [OS_BEGIN_SESSION] = {"begin_session", "SELECT office.begin_session($1::bytea, $2::bigint, $3::text)::text", 3},
    [OS_USE_SESSION] = {"use_session", "SELECT person_id, name, is_enrolled, confirmed_s, roles FROM office.use_session($1::bytea)", 1},
    [OS_RENEW_SESSION] = {"renew_session", "SELECT office.renew_session($1::bytea, $2::bytea)", 2},
    [OS_SESSIONS] = {"sessions", "SELECT mark, made_at, seen_at, is_this FROM office.sessions($1::bytea)", 1},
    [OS_END_SESSION] = {"end_session", "SELECT office.end_session($1::bytea, $2::text)", 2},
    [OS_PUT_SEED] = {"put_seed", "SELECT office.put_seed($1::bytea, $2::bytea)", 2},
    [OS_ENROL] = {"enrol", "SELECT office.enrol($1::bytea, $2::bigint, $3::bytea)", 3},
    [OS_CHANGE_PASSWORD] = {"change_password", "SELECT office.change_password($1::bytea, $2::text)", 2},
    [OS_NOTE_FORBIDDEN] = {"note_forbidden", "SELECT office.note_forbidden($1::bytea, $2::text)::text", 2},
    [OS_PEOPLE] = {"people", "SELECT name, made_on, roles, is_active, is_enrolled FROM office.people($1::bytea)", 1},
    [OS_ADD_PERSON] = {"add_person", "SELECT office.add_person($1::bytea, $2::text, $3::text)", 3},
    [OS_SET_PERSON] = {"set_person", "SELECT office.set_person($1::bytea, $2::text, $3::text)", 3},
    [OS_SET_ROLE] = {"set_role", "SELECT office.set_role($1::bytea, $2::text, $3::text, $4::text, $5::boolean)", 5},
    [OS_AUDIT_PAGE] = {"audit_page", "SELECT entry_no, at, who, event, subject, detail FROM office.audit_page($1::bytea, "
                   "$2::bigint, $3::integer)", 3},
    [OS_SURVEYS] = {"surveys", "SELECT slug, title, state, sample, version_no, waiting, counted, tallied_at "
                   "FROM office.surveys($1::bytea, $2::text)", 2},
    [OS_DAYS] = {"days", "SELECT day, n FROM office.days($1::bytea, $2::text, $3::integer)", 3},
    [OS_RUNS] = {"runs", "SELECT run_id, kind, started_at, seconds, outcome, opened, waiting FROM "
                   "office.runs($1::bytea, $2::integer)", 2},
    [OS_ASK_COUNT] = {"ask_count", "SELECT office.ask_count($1::bytea)", 1},
    [OS_LAST_COUNT] = {"last_count", "SELECT asked_by, asked_at, outcome, opened, waiting FROM office.last_count($1::bytea)", 1},
    [OS_SET_STATE] = {"set_state", "SELECT office.set_state($1::bytea, $2::text, $3::text)", 3},
    [OS_BEGIN_EXPORT] = {"begin_export", "SELECT office.begin_export($1::bytea, $2::text, $3::integer, $4::text)", 4},
    [OS_MARK_SENSITIVE] = {"mark_sensitive", "SELECT office.mark_sensitive($1::bytea, $2::text)", 2},
    [OS_IS_SENSITIVE] = {"is_sensitive", "SELECT office.is_sensitive($1::bytea, $2::text)", 2},
    [OS_ASK_APPROVAL] = {"ask_approval", "SELECT office.ask_approval($1::bytea, $2::text, $3::text)", 3},
    [OS_GIVE_APPROVAL] = {"give_approval", "SELECT office.give_approval($1::bytea, $2::bigint)", 2},
    [OS_APPROVALS] = {"approvals", "SELECT approval_id, survey, asked_by, reason, asked_at, state, is_own FROM office.approvals($1::bytea)", 1},
    [OS_PUT_DRAFT] = {"put_draft", "SELECT office.put_draft($1::bytea, $2::text, $3::text, $4::text, $5::text, $6::bytea)", 6},
    [OS_DRAFT] = {"draft", "SELECT slug, definition, made_by, made_at, current_definition, is_current FROM office.draft($1::bytea, $2::bigint)", 2},
    [OS_DRAFTS] = {"drafts", "SELECT draft_id, slug, made_by, made_at FROM office.drafts($1::bytea)", 1},
    [OS_CHANGE_DRAFT] = {"change_draft", "SELECT office.change_draft($1::bytea, $2::bigint, $3::bytea, $4::text, $5::bytea)", 5},
    [OS_PUBLISH_DRAFT] = {"publish_draft", "SELECT office.publish_draft($1::bytea, $2::bigint, $3::bytea)", 3},
    [OS_KEYING] = {"keying", "SELECT survey_id, version_id, definition, epoch_id, public_key FROM office.keying($1::bytea, $2::text)", 2},
    [OS_DROP_KEYED] = {"drop_keyed", "SELECT office.drop_keyed($1::bytea, $2::text, $3::text, $4::bytea, $5::bigint, $6::bigint, "
                    "$7::bigint, $8::bytea, $9::bytea)", 9},
    [OS_DEFINITION] = {"definition", "SELECT v.definition, v.version_id FROM core.survey s JOIN core.version v "
                       "ON v.version_id = s.current_version WHERE s.slug = $1::text", 1},
    [OS_ADD_MARGINS] = {"add_margins", "SELECT office.add_margins($1::bytea, $2::text, $3::text, $4::text, $5::text)", 5},
    [OS_MARGINS] = {"margins", "SELECT as_of, source, is_none FROM office.margins($1::bytea, $2::text)", 2},
    [OS_ADD_INVITATIONS] = {"add_invitations", "SELECT office.add_invitations($1::bytea, $2::text, $3::bytea)", 3},
    [OS_INVITATIONS_LEFT] = {"invitations_left", "SELECT office.invitations_left($1::bytea, $2::text)", 2},
    [OS_UNITS] = {"units", "SELECT survey, unit FROM office.units($1::bytea)", 1},
    [OS_SET_UNIT] = {"set_unit", "SELECT office.set_unit($1::bytea, $2::text, $3::text)", 3},
    [OS_CURRENT] = {"current", "SELECT publication_id, to_char(tallied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM publish.current "
                    "WHERE slug = $1::text", 1},
    [OS_FIGURES] = {"figures", "SELECT body FROM publish.publication WHERE publication_id = $1::bigint", 1},
    [OS_VERSIONS] = {"versions", "SELECT v.version_no::bigint, to_char(v.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') "
                     "FROM core.version v JOIN core.survey s USING (survey_id) WHERE s.slug = $1::text ORDER BY v.version_no DESC LIMIT 100", 1},
    [OS_VERSION] = {"version", "SELECT v.definition FROM core.version v JOIN core.survey s USING (survey_id) "
                    "WHERE s.slug = $1::text AND v.version_no = $2::bigint", 2},
    [OS_COMPARABLE] = {"comparable", "SELECT office.comparable($1::bytea, $2::text, $3::bigint::integer, $4::bigint::integer)", 4},
    [OS_SET_COMPARABLE] = {"set_comparable", "SELECT office.set_comparable($1::bytea, $2::text, $3::bigint::integer, $4::bigint::integer, "
                           "string_to_array($5::text, ','))", 5},
    [OS_WAVES] = {"waves", "SELECT name, first_day, last_day FROM office.waves($1::bytea, $2::text)", 2},
    [OS_SET_WAVES] = {"set_waves", "SELECT office.set_waves($1::bytea, $2::text, string_to_array($3::text, chr(31)), "
                      "string_to_array($4::text, ','), string_to_array($5::text, ','))", 5},
    [OS_SURVEY_NAMES] = {"survey_names", "SELECT slug FROM core.survey ORDER BY slug", 0},
};
