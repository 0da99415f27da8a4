/* operator_store: what the operator's command asks of the database (role minyi_operator, and
 * minyi_tally for restoring keys).  Layer: store. */
#ifndef MINYI_STORE_OPERATOR_STORE_H
#define MINYI_STORE_OPERATOR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "store/db.h"

/* Handles for the two roles; NULL when out of memory. Free with db_free. */
struct db *operator_db(void) MUST_CHECK;
struct db *operator_keys_db(void) MUST_CHECK;

struct published {
    int64_t survey_id, version_id;
    int64_t version_no;
    bool is_new;
};

/* RC_INPUT when the database does not know the time zone: days could not be told in it, by the tally
 * and by the results. */
enum rc operator_check_zone(struct db *db, const char *time_zone, struct rc_info *e) MUST_CHECK;

/* Freeze a definition. RC_CONFLICT when the survey exists with another sample. */
enum rc operator_publish(struct db *db, const char *slug, const char *sample, const char *json,
                         const unsigned char hash[32], struct published *out, struct rc_info *e) MUST_CHECK;

/* state: "open" or "closed". RC_NOTFOUND. */
enum rc operator_set_state(struct db *db, const char *slug, const char *state, struct rc_info *e) MUST_CHECK;

struct operator_survey {
    int64_t survey_id, version_id;
    const char *sample, *definition;
    size_t definition_len;
};
/* The current version of a survey, strings in `a`. RC_NOTFOUND. */
enum rc operator_survey(struct db *db, const char *slug, struct arena *a, struct operator_survey *out,
                        struct rc_info *e) MUST_CHECK;

/* Add margins ("" for none) as of a day "YYYY-MM-DD"; the same as the newest adds nothing. */
enum rc operator_add_margins(struct db *db, int64_t survey_id, const char *as_of, const char *source, const char *body,
                             struct rc_info *e) MUST_CHECK;
/* Newest first: as_of, source, body, day on which they were added. */
enum rc operator_list_margins(struct db *db, int64_t survey_id, struct arena *a, struct db_rows *out, struct rc_info *e)
    MUST_CHECK;

/* Add the hashes of `n` codes, 16 bytes each. RC_CONFLICT: the survey is open to everybody. */
enum rc operator_add_invitations(struct db *db, int64_t survey_id, const unsigned char *hashes, size_t n, struct rc_info *e)
    MUST_CHECK;
/* How many codes are not used yet. */
enum rc operator_invitations_left(struct db *db, int64_t survey_id, int64_t *n, struct rc_info *e) MUST_CHECK;

/* RC_NOTFOUND: no epoch key yet (the tally makes it). */
enum rc operator_newest_key(struct db *db, int64_t *epoch_id, unsigned char pk[32], struct rc_info *e) MUST_CHECK;

struct sealed_batch;
/* Store a sealed batch of synthetic ballots. RC_FORBIDDEN: not a demonstration. */
enum rc operator_drop_synthetic(struct db *db, const struct sealed_batch *b, struct rc_info *e) MUST_CHECK;

/* Note an import, in its transaction: `n` rows of a file, consenting on the basis `consent` (1..1000
 * characters, RC_INPUT). RC_FORBIDDEN: not a demonstration. */
enum rc operator_note_import(struct db *db, const struct operator_survey *s, const unsigned char file_hash[32],
                             int64_t n, const char *consent, struct rc_info *e) MUST_CHECK;

/* RC_CONFLICT: there is one and `replace` is false. */
enum rc operator_put_recovery_key(struct db *db, const unsigned char pk[32], bool replace, struct rc_info *e) MUST_CHECK;

struct escrow {
    int64_t epoch_id;
    const unsigned char *public_key; /* 32 bytes */
    const unsigned char *escrow;
    size_t escrow_len;
};
/* All keys that are not destroyed (as minyi_tally). */
enum rc operator_escrows(struct db *db, struct arena *a, struct escrow **out, size_t *n, struct rc_info *e) MUST_CHECK;

#endif
