/* survey_store: what the survey program reads from and puts into the database, and its copy of it on
 * disk.  Layer: store (uses db).
 * Role minyi_survey: published questionnaires, the newest public key, the way into the box. */
#ifndef MINYI_STORE_SURVEY_STORE_H
#define MINYI_STORE_SURVEY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "store/db.h"

enum { STORE_PUBLIC_BYTES = 32, STORE_DEFINITION_MAX = 4 * 1024 * 1024 };

struct stored_survey {
    int64_t survey_id;
    const char *slug;
    bool is_open;
    int64_t current_version;
};

struct stored_version {
    int64_t version_id, survey_id;
};

/* Everything that is published, without the definitions: surveys by slug, versions newest first. */
struct stored_set {
    size_t n_surveys, n_versions;
    struct stored_survey *surveys;
    struct stored_version *versions;
    bool has_key;
    int64_t epoch_id; /* of the newest public key */
    unsigned char public_key[STORE_PUBLIC_BYTES];
};

/* A sealed batch on its way into the box; the arrays stay the caller's. */
struct stored_batch {
    const unsigned char *batch_id; /* 16 bytes */
    int64_t survey_id, version_id, epoch_id, accepted_us;
    size_t n;
    const void *box_hashes; /* 16 bytes each */
    const void *sealed;
    size_t sealed_len;
};

/* What the box says to a batch. */
enum box_answer { BOX_STORED = 0, BOX_NOT_A_BATCH = 1, BOX_NO_EPOCH = 2, BOX_NO_VERSION = 3 };

/* A connection with this program's statements. NULL when out of memory. */
struct db *survey_store_new(int64_t deadline_ms) MUST_CHECK;

/* Read the published set into `a`. RC_OK, RC_AWAY, RC_DB, RC_NOMEM; *out untouched unless RC_OK. */
enum rc survey_store_set(struct db *db, struct arena *a, struct stored_set *out, struct rc_info *e) MUST_CHECK;

/* The definition (canonical JSON) of a version. RC_OK, RC_NOTFOUND, RC_AWAY, RC_DB, RC_NOMEM. */
enum rc survey_store_definition(struct db *db, int64_t version_id, struct arena *a, const char **json,
                                size_t *len, struct rc_info *e) MUST_CHECK;

/* The newest public key alone. RC_NOTFOUND when there is none yet. */
enum rc survey_store_key(struct db *db, struct arena *a, int64_t *epoch_id,
                         unsigned char public_key[STORE_PUBLIC_BYTES], struct rc_info *e) MUST_CHECK;

/* Drop `n` batches into the box with one COMMIT; answers[i] gets what the box said to each. Those with
 * BOX_STORED are durable after RC_OK; a batch stored before changes nothing. When a batch's epoch was
 * refused, nothing was stored at all. RC_OK; RC_AWAY: the outcome is unknown; RC_DB; RC_NOMEM. */
enum rc survey_store_drop(struct db *db, const struct stored_batch *batches, size_t n, struct arena *a,
                          enum box_answer *answers, struct rc_info *e) MUST_CHECK;

/* What the box says to a ballot's code (a byte each in the answer of survey_store_spend). */
enum code_answer { CODE_REFUSED = 0, CODE_SPENT_NOW = 1, CODE_ADMITTED_BEFORE = 2 };

/* Use up the codes of `n` ballots of a survey by invitation (16 bytes each; hashes of codes and of ballot
 * keys). RC_OK: a transaction is open, which survey_store_drop_spent must end; the answers are in `a`.
 * RC_AWAY, RC_DB, RC_NOMEM: nothing happened. */
enum rc survey_store_spend(struct db *db, int64_t survey_id, size_t n, const void *code_hashes, const void *box_hashes,
                           struct arena *a, const unsigned char **answers, struct rc_info *e) MUST_CHECK;

/* Store the ballots that were admitted and commit, codes and all; NULL: there is none to store. Unless the
 * result is RC_OK and the answer BOX_STORED nothing happened (RC_AWAY: the outcome is unknown). */
enum rc survey_store_drop_spent(struct db *db, const struct stored_batch *batch, struct arena *a, enum box_answer *answer,
                                struct rc_info *e) MUST_CHECK;

/* Give up what survey_store_spend began. */
void survey_store_abandon(struct db *db);

/* The copy on disk: "set.json" (surveys, versions, key) and "version-<id>.json" (definitions). */

/* Write the set, durably. RC_OK, RC_IO, RC_NOMEM. */
enum rc survey_cache_put_set(const char *dir, const struct stored_set *set, struct rc_info *e) MUST_CHECK;
enum rc survey_cache_put_definition(const char *dir, int64_t version_id, const char *json, size_t len,
                                    struct rc_info *e) MUST_CHECK;

/* Read them back. RC_OK, RC_NOTFOUND (never written), RC_INPUT (damaged), RC_IO, RC_TOOBIG, RC_NOMEM. */
enum rc survey_cache_set(const char *dir, struct arena *a, struct stored_set *out, struct rc_info *e) MUST_CHECK;
enum rc survey_cache_definition(const char *dir, int64_t version_id, struct arena *a, const char **json,
                                size_t *len, struct rc_info *e) MUST_CHECK;

/* The pure reader of set.json. RC_OK, RC_INPUT, RC_NOMEM. */
enum rc survey_cache_parse(const char *json, size_t len, struct arena *a, struct stored_set *out,
                           struct rc_info *e) MUST_CHECK;

#endif
