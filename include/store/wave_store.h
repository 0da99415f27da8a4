/* wave_store: waves of a survey, and which questions of its versions compare.  Layer: store.
 * Days count from 2000-01-01. */
#ifndef MINYI_STORE_WAVE_STORE_H
#define MINYI_STORE_WAVE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "store/db.h"

enum { WAVES_MAX = 200, WAVE_NAME_MAX = 60 /* characters */ };

struct wave {
    int32_t wave; /* 1, 2, ... in the order of their days */
    const char *name, *first_day, *last_day; /* YYYY-MM-DD */
    int32_t first, last; /* the same days */
};

/* As the database takes them: names with U+001F between, days with commas. */
struct wave_arrays {
    const char *names, *first, *last;
};
enum rc waves_join(const struct wave *waves, size_t n, struct arena *a, struct wave_arrays *out, struct rc_info *e) MUST_CHECK;

struct comparable {
    int64_t version_a, version_b; /* version numbers, a < b */
    const char *question;
};

/* ---- the tally's handle (tally_db) ---- */

/* In their order; as the cells are filed, or as the operator wants them. RC_OK (n may be 0), RC_AWAY,
 * RC_DB, RC_NOMEM. */
enum rc waves_read(struct db *db, int64_t survey_id, bool is_filed, struct arena *a, struct wave **out, size_t *n,
                   struct rc_info *e) MUST_CHECK;
/* Inside a transaction: the wanted ones become those that are filed, and all cells of the survey are gone
 * (those of deleted responses stay in TALLY_RETIRED): the caller puts them anew. */
enum rc waves_adopt(struct db *db, int64_t survey_id, struct rc_info *e) MUST_CHECK;
/* What was declared, in the order of versions and questions. */
enum rc waves_comparable(struct db *db, int64_t survey_id, struct arena *a, struct comparable **out, size_t *n,
                         struct rc_info *e) MUST_CHECK;

/* ---- the operator's ---- */

/* NULL when out of memory. Free with db_free. */
struct db *waves_operator_db(void) MUST_CHECK;
/* The waves that are wanted. RC_NOTFOUND: no such survey. */
enum rc waves_list(struct db *db, const char *slug, struct arena *a, struct wave **out, size_t *n, struct rc_info *e)
    MUST_CHECK;
/* Replace them (at most WAVES_MAX; names, first_day and last_day are looked at). RC_NOTFOUND; RC_INPUT (days that
 * overlap or do not follow each other); RC_CONFLICT (ballots whose responses are deleted would change
 * their wave). */
enum rc waves_set(struct db *db, const char *slug, const struct wave *waves, size_t n, struct arena *a, struct rc_info *e)
    MUST_CHECK;

struct wave_version {
    int64_t version_no;
    const char *definition;
    size_t definition_len;
};
/* One version's definition. RC_NOTFOUND. */
enum rc waves_version(struct db *db, const char *slug, int64_t version_no, struct arena *a, struct wave_version *out,
                      struct rc_info *e) MUST_CHECK;
/* Replace what compares between versions a < b: names separated by commas, "" for nothing. RC_NOTFOUND. */
enum rc waves_set_comparable(struct db *db, const char *slug, int64_t a, int64_t b, const char *questions,
                             struct rc_info *e) MUST_CHECK;

#endif
