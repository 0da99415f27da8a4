/* draft_store: questionnaires on their way to publication, as the desk sees them.  Layer: store.
 * With a handle of office_db (store/office_store.h); `session` as there. */
#ifndef MINYI_STORE_DRAFT_STORE_H
#define MINYI_STORE_DRAFT_STORE_H

#include "store/office_store.h"

struct draft {
    const char *slug, *definition, *made_by, *made_at;
    size_t definition_len;
    const char *current; /* definition of the survey's current version; NULL: there is none */
    size_t current_len;
    bool is_current;     /* the two are the same */
};

struct draft_row {
    int64_t draft_id;
    const char *slug, *made_by, *made_at;
};

/* Keep a definition (form_to_json). *draft_id: its number; -1: not theirs; -2: the database does not know the time zone. */
enum rc draft_put(struct db *db, const unsigned char *session, const char *slug, const char *sample, const char *zone, const char *json,
                  const unsigned char hash[32], int64_t *draft_id, struct rc_info *e) MUST_CHECK;
/* RC_NOTFOUND: none of that number that is theirs. */
enum rc draft_get(struct db *db, const unsigned char *session, int64_t draft_id, struct arena *a, struct draft *out, struct rc_info *e) MUST_CHECK;
enum rc draft_list(struct db *db, const unsigned char *session, struct arena *a, struct draft_row **out, size_t *n, struct rc_info *e) MUST_CHECK;
/* Put another definition in place of the one whose SHA-256 is `base`. OFFICE_NOT_ALLOWED: there is no such draft of theirs;
 * OFFICE_NO_SUCH: it was changed meanwhile. */
enum rc draft_change(struct db *db, const unsigned char *session, int64_t draft_id, const unsigned char base[32], const char *json,
                     const unsigned char hash[32], enum office_outcome *out, struct rc_info *e) MUST_CHECK;
/* *version_no: of the version; -1 not allowed, -2 no such draft, -3 the survey has another sample or access, -4 it is not any more
 * the one whose definition's SHA-256 is `base`. */
enum rc draft_publish(struct db *db, const unsigned char *session, int64_t draft_id, const unsigned char base[32], int64_t *version_no,
                      struct rc_info *e) MUST_CHECK;

/* ---- versions and waves (version_store.c) ---- */

struct version_row {
    int64_t version_no;
    const char *published_at; /* UTC */
};
/* The newest first, at most 100. */
enum rc versions_list(struct db *db, const char *slug, struct arena *a, struct version_row **out, size_t *n, struct rc_info *e) MUST_CHECK;
/* RC_NOTFOUND: no such version. */
enum rc version_definition(struct db *db, const char *slug, int64_t version_no, struct arena *a, const char **json, size_t *len, struct rc_info *e)
    MUST_CHECK;
/* Questions that are declared to compare between versions a < b, with commas between; "" for none, and for who is no author. */
enum rc comparable_get(struct db *db, const unsigned char *session, const char *slug, int64_t va, int64_t vb, struct arena *a, const char **out,
                       struct rc_info *e) MUST_CHECK;
enum rc comparable_set(struct db *db, const unsigned char *session, const char *slug, int64_t va, int64_t vb, const char *questions,
                       enum office_outcome *out, struct rc_info *e) MUST_CHECK;

struct wave;
/* Name and days of each, as they are wanted; none for who is no author. */
enum rc desk_waves_list(struct db *db, const unsigned char *session, const char *slug, struct arena *a, struct wave **out, size_t *n,
                        struct rc_info *e) MUST_CHECK;
/* Replace them. OFFICE_NO_SUCH: they overlap; OFFICE_LAST_ONE: ballots whose responses are deleted would change theirs. */
enum rc desk_waves_set(struct db *db, const unsigned char *session, const char *slug, const struct wave *waves, size_t n, struct arena *a,
                       enum office_outcome *out, struct rc_info *e) MUST_CHECK;

/* ---- weights and invitations ---- */

struct margins_row {
    const char *as_of, *source;
    bool is_none;
};

/* body: margins_to_json, "" for none. OFFICE_NO_SUCH: no such day. */
enum rc desk_margins_add(struct db *db, const unsigned char *session, const char *slug, const char *as_of, const char *source, const char *body,
                         enum office_outcome *out, struct rc_info *e) MUST_CHECK;
enum rc desk_margins_list(struct db *db, const unsigned char *session, const char *slug, struct arena *a, struct margins_row **out, size_t *n,
                          struct rc_info *e) MUST_CHECK;
/* Hashes of n codes, 16 bytes each. OFFICE_NO_SUCH: the survey is open to everybody. */
enum rc desk_invitations_add(struct db *db, const unsigned char *session, const char *slug, const unsigned char *hashes, size_t n,
                             enum office_outcome *out, struct rc_info *e) MUST_CHECK;
enum rc desk_invitations_left(struct db *db, const unsigned char *session, const char *slug, int64_t *n, struct rc_info *e) MUST_CHECK;

/* ---- paper forms, keyed in ---- */

struct keying {
    int64_t survey_id, version_id, epoch_id;
    const char *definition;
    size_t definition_len;
    unsigned char public_key[32];
};

/* RC_NOTFOUND: not theirs, closed, by invitation, or no key yet. */
enum rc keying_get(struct db *db, const unsigned char *session, const char *slug, struct arena *a, struct keying *out, struct rc_info *e) MUST_CHECK;

struct sealed_batch;
/* One ballot, sealed. OFFICE_NO_SUCH: the survey was closed or has another version meanwhile. */
enum rc keying_drop(struct db *db, const unsigned char *session, const char *slug, const char *label, const struct sealed_batch *b,
                    enum office_outcome *out, struct rc_info *e) MUST_CHECK;

#endif
