/* office_store: sessions, people and the audit log of the administrators' desk.  Layer: store.
 * All through functions of the schema office that know the actor by the session alone (sql/fn_office.sql). */
#ifndef MINYI_STORE_OFFICE_STORE_H
#define MINYI_STORE_OFFICE_STORE_H

#include "store/db.h"

enum { OFFICE_HASH_BYTES = 32, OFFICE_TRY_BYTES = 16 };

/* As minyi_admin, for the desk; one handle per thread. NULL: no memory. */
struct db *office_db(void);

/* ---- signing in ---- */

struct office_person {
    int64_t person_id;             /* 0: nobody of that name */
    const char *password_hash;
    const unsigned char *seed_sealed; /* NULL: none yet */
    size_t seed_len;
    bool is_enrolled, is_active;
};

/* Keyed hashes of account and address, of each alone, of OFFICE_TRY_BYTES bytes. */
struct office_try {
    unsigned char both[OFFICE_TRY_BYTES], account[OFFICE_TRY_BYTES], address[OFFICE_TRY_BYTES];
};

/* All: RC_OK; RC_AWAY, RC_DB, RC_NOMEM. */
enum rc office_find_person(struct db *db, const char *name, struct arena *a, struct office_person *out, struct rc_info *e) MUST_CHECK;
/* *wait_s: 0, and the try is counted; or how long to wait before one. */
enum rc office_try(struct db *db, const struct office_try *t, int64_t *wait_s, struct rc_info *e) MUST_CHECK;
enum rc office_forget_tries(struct db *db, const struct office_try *t, struct rc_info *e) MUST_CHECK;
enum rc office_note_refusal(struct db *db, const char *name, const char *why, struct rc_info *e) MUST_CHECK;
/* *is_taken: it was not taken before. */
enum rc office_take_step(struct db *db, int64_t person_id, int64_t step, bool *is_taken, struct rc_info *e) MUST_CHECK;
enum rc office_take_recovery(struct db *db, int64_t person_id, const unsigned char hash[OFFICE_HASH_BYTES], bool *is_taken,
                             struct rc_info *e) MUST_CHECK;

/* ---- sessions: `session` is the hash of the cookie's value ---- */

struct office_session {
    int64_t person_id;   /* 0: no such session, or it ended */
    const char *name;
    bool is_enrolled;
    int64_t confirmed_s; /* seconds since a code was last asked for */
    const char *roles;   /* "role:survey" separated by spaces; survey "*" is any */
};

struct office_session_row {
    const char *mark, *made_at, *seen_at; /* UTC */
    bool is_this;
};

enum rc office_begin_session(struct db *db, const unsigned char *session, int64_t person_id, const char *how, struct rc_info *e) MUST_CHECK;
enum rc office_use_session(struct db *db, const unsigned char *session, struct arena *a, struct office_session *out, struct rc_info *e) MUST_CHECK;
enum rc office_renew_session(struct db *db, const unsigned char *session, const unsigned char *next, bool *is_done, struct rc_info *e) MUST_CHECK;
enum rc office_sessions(struct db *db, const unsigned char *session, struct arena *a, struct office_session_row **out, size_t *n,
                        struct rc_info *e) MUST_CHECK;
/* mark "": this one; "*": all others. */
enum rc office_end_session(struct db *db, const unsigned char *session, const char *mark, int64_t *n_ended, struct rc_info *e) MUST_CHECK;
enum rc office_put_seed(struct db *db, const unsigned char *session, const unsigned char *sealed, size_t len, bool *is_done,
                        struct rc_info *e) MUST_CHECK;
enum rc office_enrol(struct db *db, const unsigned char *session, int64_t step, const unsigned char *code_hashes, size_t n_codes,
                     bool *is_done, struct rc_info *e) MUST_CHECK;
enum rc office_change_password(struct db *db, const unsigned char *session, const char *hash, bool *is_done, struct rc_info *e) MUST_CHECK;
enum rc office_note_forbidden(struct db *db, const unsigned char *session, const char *what, struct rc_info *e) MUST_CHECK;

/* ---- people ---- */

enum office_outcome { OFFICE_DONE, OFFICE_NOT_ALLOWED, OFFICE_NO_SUCH, OFFICE_LAST_ONE, OFFICE_ONESELF };

struct office_people_row {
    const char *name, *made_on, *roles;
    bool is_active, is_enrolled;
};

enum rc office_people(struct db *db, const unsigned char *session, struct arena *a, struct office_people_row **out, size_t *n,
                      struct rc_info *e) MUST_CHECK;
enum rc office_add_person(struct db *db, const unsigned char *session, const char *name, const char *hash, enum office_outcome *out,
                          struct rc_info *e) MUST_CHECK;
/* what: "enable", "disable", "reset_factor". */
enum rc office_set_person(struct db *db, const unsigned char *session, const char *name, const char *what, enum office_outcome *out,
                          struct rc_info *e) MUST_CHECK;
enum rc office_set_role(struct db *db, const unsigned char *session, const char *name, const char *role, const char *survey, bool has,
                        enum office_outcome *out, struct rc_info *e) MUST_CHECK;

/* ---- the audit log, surveys and runs ---- */

struct office_entry {
    int64_t entry_no;
    const char *at, *who, *event, *subject, *detail; /* at: UTC */
};

/* The newest `max` before entry `before` (0: all), newest first; none for who may not see them. */
enum rc office_audit_page(struct db *db, const unsigned char *session, int64_t before, int64_t max, struct arena *a,
                          struct office_entry **out, size_t *n, struct rc_info *e) MUST_CHECK;

struct office_survey {
    const char *slug, *title, *state, *sample; /* title: in the language asked for, or the survey's first */
    int64_t version_no, waiting, counted; /* ballots in the box, and counted */
    const char *tallied_at;               /* UTC; "" where nothing is published */
};

struct office_day {
    const char *day;
    int64_t n;
};

struct office_run {
    int64_t run_id;
    const char *kind, *started_at, *outcome;
    double seconds;
    int64_t opened, waiting;
};

/* The last request for a count: outcome "asked", or that of its run; asked_by "" where there was none. */
struct office_count {
    const char *asked_by, *asked_at, *outcome;
    int64_t opened, waiting;
};

enum rc office_surveys(struct db *db, const unsigned char *session, const char *lang, struct arena *a, struct office_survey **out,
                       size_t *n, struct rc_info *e) MUST_CHECK;
/* All surveys, by slug alone: for whoever gives out roles. */
enum rc office_survey_names(struct db *db, struct arena *a, struct office_survey **out, size_t *n, struct rc_info *e) MUST_CHECK;
struct office_unit {
    const char *survey, *unit; /* unit "": none */
};
/* Of all surveys, for an administrator; none for others. */
enum rc office_units(struct db *db, const unsigned char *session, struct arena *a, struct office_unit **out, size_t *n, struct rc_info *e) MUST_CHECK;
/* unit "": none. OFFICE_NO_SUCH: no such survey, or not the code of a unit. */
enum rc office_set_unit(struct db *db, const unsigned char *session, const char *survey, const char *unit, enum office_outcome *out,
                        struct rc_info *e) MUST_CHECK;
enum rc office_days(struct db *db, const unsigned char *session, const char *slug, int64_t max, struct arena *a, struct office_day **out,
                    size_t *n, struct rc_info *e) MUST_CHECK;
enum rc office_runs(struct db *db, const unsigned char *session, int64_t max, struct arena *a, struct office_run **out, size_t *n,
                    struct rc_info *e) MUST_CHECK;
enum rc office_ask_count(struct db *db, const unsigned char *session, enum office_outcome *out, struct rc_info *e) MUST_CHECK;
enum rc office_last_count(struct db *db, const unsigned char *session, struct arena *a, struct office_count *out, struct rc_info *e) MUST_CHECK;
enum rc office_set_state(struct db *db, const unsigned char *session, const char *slug, const char *state, enum office_outcome *out,
                         struct rc_info *e) MUST_CHECK;

/* ---- exports ---- */

/* Enter an export in the log. OFFICE_NO_SUCH: the survey is sensitive, and nobody agreed. */
enum rc office_begin_export(struct db *db, const unsigned char *session, const char *slug, int64_t version_no, const char *format,
                            enum office_outcome *out, struct rc_info *e) MUST_CHECK;
enum rc office_mark_sensitive(struct db *db, const unsigned char *session, const char *slug, enum office_outcome *out, struct rc_info *e) MUST_CHECK;
enum rc office_is_sensitive(struct db *db, const unsigned char *session, const char *slug, bool *out, struct rc_info *e) MUST_CHECK;
enum rc office_ask_approval(struct db *db, const unsigned char *session, const char *slug, const char *reason, enum office_outcome *out,
                            struct rc_info *e) MUST_CHECK;
enum rc office_give_approval(struct db *db, const unsigned char *session, int64_t approval_id, enum office_outcome *out, struct rc_info *e)
    MUST_CHECK;

struct office_approval {
    int64_t approval_id;
    const char *survey, *asked_by, *reason, *asked_at, *state; /* state: asked, given, used, expired */
    bool is_own;
};
enum rc office_approvals(struct db *db, const unsigned char *session, struct arena *a, struct office_approval **out, size_t *n,
                         struct rc_info *e) MUST_CHECK;

/* Which figures of a survey are current; tallied_at in UTC. RC_NOTFOUND: none yet. Then their JSON. */
struct office_current {
    int64_t publication_id;
    const char *tallied_at;
};
enum rc office_current(struct db *db, const char *slug, struct arena *a, struct office_current *out, struct rc_info *e) MUST_CHECK;
enum rc office_figures(struct db *db, int64_t publication_id, struct arena *a, const char **body, size_t *len, struct rc_info *e) MUST_CHECK;

/* The definition (JSON) of a survey's current version. RC_NOTFOUND. */
enum rc office_definition(struct db *db, const char *slug, struct arena *a, const char **json, size_t *len, int64_t *version_id,
                          struct rc_info *e) MUST_CHECK;

#endif
