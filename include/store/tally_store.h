/* tally_store: what the tally asks of the database (role minyi_tally).  Layer: store.
 * Every function can give RC_OK, RC_AWAY, RC_DB and, where it takes an arena, RC_NOMEM; what else it
 * can give stands beside it.  Rows handed to callbacks are valid during the call only. */
#ifndef MINYI_STORE_TALLY_STORE_H
#define MINYI_STORE_TALLY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "store/db.h"

enum { TALLY_ID_BYTES = 16, TALLY_HASH_BYTES = 16 };

/* The tally's handle; no deadline, for it is a batch. NULL when out of memory. Free with db_free. */
struct db *tally_db(void) MUST_CHECK;

/* ---- one run at a time, and its row ---- */

/* Take the lock of this session. RC_BUSY: another session holds it. */
enum rc tally_lock(struct db *db, struct rc_info *e) MUST_CHECK;

struct tally_counts {
    int64_t opened, repeated, quarantined, retired, published, withdrawn;
};

/* Begin the run's row, kind "tally" or "recount"; rows that still say "running" become "killed". */
enum rc tally_run_begin(struct db *db, const char *kind, int64_t *run_id, struct rc_info *e) MUST_CHECK;
/* Add to the row, inside the transaction of what is counted. */
enum rc tally_run_add(struct db *db, int64_t run_id, const struct tally_counts *more, struct rc_info *e) MUST_CHECK;
enum rc tally_run_end(struct db *db, int64_t run_id, bool is_done, int64_t waiting, const char *message,
                      struct rc_info *e) MUST_CHECK;

/* Did somebody at the desk ask for a count? And: this run is the answer. */
enum rc tally_is_requested(struct db *db, bool *out, struct rc_info *e) MUST_CHECK;
enum rc tally_answer_request(struct db *db, int64_t run_id, struct rc_info *e) MUST_CHECK;

/* ---- surveys and versions ---- */

struct tally_survey {
    int64_t survey_id, current_version; /* 0: none published */
    const char *slug;
    bool is_open;
};
/* All, or the one called `slug` where it is not NULL (RC_NOTFOUND), in the order of their ids. */
enum rc tally_surveys(struct db *db, const char *slug, struct arena *a, struct tally_survey **out, size_t *n,
                      struct rc_info *e) MUST_CHECK;

struct tally_version {
    int64_t version_id, version_no;
    const char *definition;
    size_t definition_len;
};
/* A survey's versions in the order of their ids. */
enum rc tally_versions(struct db *db, int64_t survey_id, struct arena *a, struct tally_version **out, size_t *n,
                       struct rc_info *e) MUST_CHECK;

/* Today in the time zone, as days since 2000-01-01. RC_DB where the zone is unknown. */
enum rc tally_today(struct db *db, const char *time_zone, int32_t *day, struct rc_info *e) MUST_CHECK;

/* ---- keys ---- */

struct tally_key {
    int64_t epoch_id;
    bool is_destroyed;
    bool may_go; /* a successor is at least a day old and no batch in box or quarantine names it */
    int64_t age_s;
    const unsigned char *public_key; /* 32 bytes */
};
enum rc tally_keys(struct db *db, struct arena *a, struct tally_key **out, size_t *n, struct rc_info *e) MUST_CHECK;
/* The recovery key in use. RC_NOTFOUND: there is none. */
enum rc tally_recovery_key(struct db *db, int64_t *recovery_id, unsigned char pk[32], struct rc_info *e) MUST_CHECK;
enum rc tally_key_add(struct db *db, int64_t epoch_id, const unsigned char pk[32], int64_t recovery_id,
                      const unsigned char *escrow, size_t escrow_len, struct rc_info *e) MUST_CHECK;
/* Mark it destroyed and blank its escrow, unless a batch in box or quarantine names it by now:
 * then *is_marked is false. */
enum rc tally_key_mark(struct db *db, int64_t epoch_id, bool *is_marked, struct rc_info *e) MUST_CHECK;

/* ---- the box ---- */

struct tally_waiting {
    int64_t version_id, epoch_id, ballots, bytes;
};
/* What waits, by version and epoch. */
enum rc tally_waiting(struct db *db, int64_t survey_id, struct arena *a, struct tally_waiting **out, size_t *n,
                      struct rc_info *e) MUST_CHECK;
/* The time of arrival up to which the survey's oldest batches of these epochs ("1,2") hold `ballots`
 * ballots; INT64_MAX when all of them are not more. */
enum rc tally_cutoff(struct db *db, int64_t survey_id, int64_t ballots, const char *epochs, int64_t *cutoff_us,
                     struct rc_info *e) MUST_CHECK;

struct tally_batch {
    unsigned char batch_id[TALLY_ID_BYTES];
    int64_t version_id, epoch_id, accepted_us, n;
    const unsigned char *sealed;
    size_t sealed_len;
};
/* Every batch that arrived at or before the cutoff, in no order. */
typedef enum rc tally_batch_fn(void *ctx, const struct tally_batch *b, struct rc_info *e);
enum rc tally_read_box(struct db *db, int64_t survey_id, int64_t cutoff_us, tally_batch_fn *each, void *ctx,
                       struct rc_info *e) MUST_CHECK;
/* Take opened batches out of the box (at most 100,000 at once). */
enum rc tally_empty_box(struct db *db, const struct db_bytes *batch_ids, size_t n, struct rc_info *e) MUST_CHECK;
enum rc tally_quarantine(struct db *db, const unsigned char batch_id[TALLY_ID_BYTES], const char *reason,
                         struct rc_info *e) MUST_CHECK;

/* ---- the record ---- */

extern const char tally_copy_responses[]; /* record_hash, survey_id, version_id, opened_on, codes */
extern const char tally_copy_comments[];  /* record_hash, node, survey_id, version_id, opened_on, body */

/* Which of the hashes (at most 100,000) have been counted already: a call for each. */
typedef enum rc tally_hash_fn(void *ctx, const unsigned char hash[TALLY_HASH_BYTES], struct rc_info *e);
enum rc tally_find_hashes(struct db *db, const struct db_bytes *hashes, size_t n, tally_hash_fn *each, void *ctx,
                          struct rc_info *e) MUST_CHECK;
enum rc tally_note_opening(struct db *db, int64_t survey_id, int64_t version_id, int32_t day, int64_t n,
                           struct rc_info *e) MUST_CHECK;

/* `day`: of the opening, since 2000-01-01. */
typedef enum rc tally_codes_fn(void *ctx, int64_t version_id, int32_t day, const unsigned char *codes, size_t len,
                               struct rc_info *e);
/* Pages of 8 KB that the table of responses has. */
enum rc tally_response_pages(struct db *db, int64_t *n, struct rc_info *e) MUST_CHECK;
/* Responses on the pages [from, to): for each version and day met, the codes of all of them end to end,
 * in no order. Without `by_day`, which is slower, `day` may be 0. *likely: the version that most of them
 * may have, 0 at first; leaves the last one that was met.
 * Nothing but the tally writes responses, so its lock makes the parts one picture. On Citus a part of a
 * distributed table cannot be named by its pages. */
enum rc tally_read_responses(struct db *db, int64_t from, int64_t to, bool by_day, int64_t *likely,
                             tally_codes_fn *each, void *ctx, struct rc_info *e) MUST_CHECK;

/* A response that was deleted. */
struct tally_gone {
    int64_t version_id;
    int32_t day; /* of its opening */
    const unsigned char *record_hash, *codes;
    size_t codes_len;
};
typedef enum rc tally_gone_fn(void *ctx, const struct tally_gone *g, struct rc_info *e);
/* Delete up to `limit` responses of a version opened before `day`, and their comments. */
enum rc tally_delete_responses(struct db *db, int64_t survey_id, int64_t version_id, int32_t day, int64_t limit,
                               tally_gone_fn *each, void *ctx, struct rc_info *e) MUST_CHECK;
/* Delete up to `limit` responses of a survey that were withdrawn, and their comments, and take them off
 * the numbers of their openings. */
enum rc tally_take_out(struct db *db, int64_t survey_id, int64_t limit, tally_gone_fn *each, void *ctx,
                       struct rc_info *e) MUST_CHECK;
/* The hashes of all ballots that were ever withdrawn, of every survey. */
enum rc tally_withdrawn(struct db *db, tally_hash_fn *each, void *ctx, struct rc_info *e) MUST_CHECK;

/* ---- cells and publications ---- */

enum tally_cells { TALLY_CELL, TALLY_RETIRED };

/* The cells of a version in a wave; 0: of the days that are in no wave. */
struct tally_place {
    int64_t survey_id, version_id;
    int32_t wave;
};

struct tally_cell {
    int64_t version_id;
    int32_t wave;
    const unsigned char *profile;
    size_t profile_len;
    int64_t n;
    const int32_t *counts;
    size_t n_counts;
};
typedef enum rc tally_cell_fn(void *ctx, const struct tally_cell *c, struct rc_info *e);
/* All cells of a version, of every wave. */
enum rc tally_read_cells(struct db *db, enum tally_cells which, int64_t survey_id, int64_t version_id,
                         tally_cell_fn *each, void *ctx, struct rc_info *e) MUST_CHECK;
/* The cells of a place that have these profiles. */
enum rc tally_find_cells(struct db *db, enum tally_cells which, const struct tally_place *at,
                         const struct db_bytes *profiles, size_t n, tally_cell_fn *each, void *ctx, struct rc_info *e)
    MUST_CHECK;
/* Insert or replace cells: `ns` has n items, `counts` n * stride. */
enum rc tally_put_cells(struct db *db, enum tally_cells which, const struct tally_place *at,
                        const struct db_bytes *profiles, const int32_t *ns, const int32_t *counts, size_t n,
                        size_t stride, struct rc_info *e) MUST_CHECK;

/* Delete cells of a place (publish.cell alone): no ballot is left in them. */
enum rc tally_drop_cells(struct db *db, const struct tally_place *at, const struct db_bytes *profiles, size_t n,
                         struct rc_info *e) MUST_CHECK;

/* First and last day of a version's openings, "YYYY-MM-DD", "" where there was none. */
enum rc tally_days(struct db *db, int64_t survey_id, int64_t version_id, struct arena *a, const char **first,
                   const char **last, struct rc_info *e) MUST_CHECK;
/* The same between two days, and days as numbers since 2000-01-01; 0 where there was none. */
enum rc tally_opening_days(struct db *db, int64_t survey_id, int64_t version_id, int32_t from, int32_t to, int32_t *first,
                           int32_t *last, struct rc_info *e) MUST_CHECK;
/* What the disclosure rules keep of a survey: every publication of every row, by address and day. */
struct tally_row_kept {
    const char *address;
    int32_t day; /* days since 2000-01-01 */
    bool is_shown;
    int64_t last_n;
    const int32_t *shown;
    size_t n_shown;
};
enum rc tally_rows_kept(struct db *db, int64_t survey_id, struct arena *a, struct tally_row_kept **out, size_t *n,
                        struct rc_info *e) MUST_CHECK;
/* Add one; inside the transaction that publishes it. */
enum rc tally_keep_row(struct db *db, int64_t survey_id, const struct tally_row_kept *row, struct rc_info *e) MUST_CHECK;
/* Delete one, if it is older than 150 days. */
enum rc tally_forget_row(struct db *db, int64_t survey_id, const char *address, int32_t day, struct rc_info *e) MUST_CHECK;

/* The survey's margins on a day (days since 2000-01-01): strings in `a`, all "" where there are none. */
enum rc tally_margins(struct db *db, int64_t survey_id, int32_t day, struct arena *a, const char **as_of,
                      const char **source, const char **body, struct rc_info *e) MUST_CHECK;
/* Are these the figures that are shown? *is_other: others of the same version are. */
enum rc tally_is_shown(struct db *db, int64_t survey_id, int64_t version_id, const unsigned char hash[32],
                       bool *is_shown, bool *is_other, struct rc_info *e) MUST_CHECK;
/* Make these figures the current ones, if they are not yet; inside a transaction. The time of the
 * tally is noted in any case. */
enum rc tally_publish(struct db *db, const struct tally_survey *s, int64_t version_id, const char *body,
                      const unsigned char hash[32], bool *is_new, struct rc_info *e) MUST_CHECK;

#endif
