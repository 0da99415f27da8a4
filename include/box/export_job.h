/* export_job: a version's responses into one file: what `minyi export` and the desk's download share.  Layer: box. */
#ifndef MINYI_BOX_EXPORT_JOB_H
#define MINYI_BOX_EXPORT_JOB_H

#include "report/export.h"
#include "store/export_store.h"

/* Words of the file in the chosen language: of the interface, not of the survey. */
typedef const char *export_word_fn(void *ctx, const char *lang, const char *key);

struct export_request {
    const unsigned char *session; /* as in struct export_source; NULL: the command */
    const char *slug, *lang; /* lang NULL: the survey's first */
    enum export_format format;
    int64_t version_no;      /* 0: the current one */
    bool has_bom, is_labelled, has_comments;
    bool has_codes;          /* csv, xlsx and r: numbers for missing answers, see report/export.h */
    bool has_codebook;       /* csv: SLUG.codebook.csv in the folder of the file */
    export_word_fn *word;
    void *word_ctx;
};

/* What was exported. */
struct export_done {
    int64_t version_no, n_rows, n_others; /* n_others: responses to other versions, which are not in the file */
    int64_t n_cut;                        /* texts that are longer than the format takes */
};

/* Read one snapshot of the database and write the file `path` (NULL: standard output) under another name first, readable
 * by its owner alone. A bar shows how far it is. RC_OK; RC_NOTFOUND (no such survey, no such version); RC_INPUT (no texts
 * in that language; not as many rows as the database said); RC_FORBIDDEN (export_store); RC_USAGE, RC_TOOBIG (the
 * format cannot; a codebook without a file); RC_IO; RC_AWAY, RC_DB, RC_NOMEM. */
enum rc export_job(struct db *db, const struct export_request *q, const char *path, struct export_done *out, struct rc_info *e) MUST_CHECK;

const char *export_format_name(enum export_format format);

#endif
