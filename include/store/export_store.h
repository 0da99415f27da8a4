/* export_store: a version's responses, row by row, without their hashes.  Layer: store.
 * For the command as minyi_tally, which reads responses anyway; for the desk as minyi_admin through functions that know
 * the session and give nothing unless office.begin_export entered the export in the log. */
#ifndef MINYI_STORE_EXPORT_STORE_H
#define MINYI_STORE_EXPORT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

struct export_source {
    const unsigned char *session; /* hash of the desk's session, 32 bytes; NULL: the command */
    int64_t survey_id, version_id, version_no;
    const char *definition;
    size_t definition_len;
    int64_t n_rows;       /* of this version */
    int64_t n_others;     /* of the survey's other versions */
    const char *margins;  /* as core.margins keeps them; "" where there are none */
    const char *margins_as_of, *margins_source;
};

/* `codes` and `comments` are valid during the call. `day` in days since 1970-01-01. `comments` is NULL or a JSON
 * object, from the number of a question in the version to the text. */
typedef enum rc export_row_fn(void *ctx, int64_t day, const unsigned char *codes, size_t len, const char *comments,
                              struct rc_info *e);

/* A handle; NULL when out of memory. Free with db_free. */
struct db *export_db(void) MUST_CHECK;
struct db *export_desk_db(void) MUST_CHECK;

/* Open one snapshot, in which everything else here happens until db_rollback. */
enum rc export_open(struct db *db, struct rc_info *e) MUST_CHECK;

/* The version `version_no` of a survey, 0 for the current one; texts in `a`. `session` as above, must outlive *out.
 * RC_NOTFOUND; RC_FORBIDDEN: the session began no export of it. */
enum rc export_find(struct db *db, const char *slug, int64_t version_no, const unsigned char *session, struct arena *a, struct export_source *out,
                    struct rc_info *e) MUST_CHECK;

/* Its responses, in no order that means anything. */
enum rc export_read(struct db *db, const struct export_source *s, bool with_comments, export_row_fn *each, void *ctx,
                    struct rc_info *e) MUST_CHECK;

#endif
