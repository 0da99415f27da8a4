/* minyi import: rows of a CSV file through the same check, encoding, seal and box as any ballot.
 * All or nothing: the whole file is checked before the first batch is sealed, and all batches reach
 * the box in one transaction, with a note of what was imported and on what basis its rows consent.
 * Rows get their keys from response_id, so importing a file twice counts each row once. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "cmd/cmd.h"
#include "cmd/import.h"
#include "store/operator_store.h"
#include "store/sealed.h"

enum { BATCH_ROWS = 500, ROWS_MAX = 2000000, FILE_MAX = 512 << 20 };

struct run {
    struct db *db;
    struct import im;
    struct operator_survey survey;
    const char *consent;
    int64_t epoch_id;
    unsigned char pk[BATCH_PUBLIC_BYTES], file_hash[32];
};

static enum rc drop_batch(struct run *r, const struct batch_ballot *ballots, size_t n, struct rc_info *e)
{
    struct buf sealed;
    unsigned char hashes[BATCH_ROWS * KEY_HASH_BYTES];
    struct timespec now;
    for (size_t i = 0; i < n; i++)
        memcpy(hashes + i * KEY_HASH_BYTES, ballots[i].box_hash, KEY_HASH_BYTES);
    buf_init(&sealed, BATCH_BYTES_MAX);
    struct batch b = {r->survey.survey_id, r->survey.version_id, n, ballots};
    enum rc rc = batch_seal(&b, r->pk, &sealed, e);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct sealed_batch s = {.survey_id = b.survey_id, .version_id = b.version_id, .epoch_id = r->epoch_id,
                             .accepted_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, .n = n,
                             .box_hashes = hashes, .sealed = (unsigned char *)sealed.p, .sealed_len = sealed.len};
    randombytes_buf(s.batch_id, sizeof s.batch_id);
    if (rc == RC_OK)
        rc = operator_drop_synthetic(r->db, &s, e);
    buf_release(&sealed);
    return rc;
}

static enum rc drop_all(struct run *r, struct rc_info *e)
{
    struct progress bar;
    struct import *im = &r->im;
    enum rc rc = operator_newest_key(r->db, &r->epoch_id, r->pk, e);
    if (rc == RC_OK)
        rc = db_begin(r->db, e);
    if (rc != RC_OK)
        return rc;
    batch_shuffle(im->ballots, im->n_ballots);
    progress_begin(&bar, "sealing", (int64_t)im->n_ballots);
    for (size_t i = 0; i < im->n_ballots && rc == RC_OK; i += BATCH_ROWS) {
        size_t n = im->n_ballots - i < BATCH_ROWS ? im->n_ballots - i : BATCH_ROWS;
        rc = drop_batch(r, im->ballots + i, n, e);
        progress_add(&bar, (int64_t)n);
    }
    progress_end(&bar);
    if (rc == RC_OK)
        rc = operator_note_import(r->db, &r->survey, r->file_hash, (int64_t)im->n_ballots, r->consent, e);
    if (rc == RC_OK)
        return db_commit(r->db, e);
    db_rollback(r->db);
    return rc;
}

static enum rc load(struct run *r, const char *slug, const char *path, struct rc_info *e)
{
    char *p = NULL;
    size_t len = 0;
    struct form *f = NULL;
    const char *slash = strrchr(path, '/');
    enum rc rc = operator_survey(r->db, slug, &r->im.file, &r->survey, e);
    if (rc == RC_OK && strcmp(r->survey.sample, "demonstration") != 0)
        rc = rc_set(e, RC_FORBIDDEN, "\"%s\" is no demonstration: only a demonstration takes synthetic ballots", slug);
    if (rc == RC_OK)
        rc = form_from_json(r->survey.definition, r->survey.definition_len, &r->im.file, &f, e);
    if (rc == RC_OK)
        rc = file_read(path, FILE_MAX, &r->im.file, &p, &len, e);
    if (rc != RC_OK)
        return rc;
    r->im.form = f;
    (void)crypto_generichash(r->file_hash, sizeof r->file_hash, (const unsigned char *)p, len, NULL, 0);
    return sheet_read(slash != NULL ? slash + 1 : path, p, len, ROWS_MAX, &r->im.file, &r->im.sheet, e);
}

enum rc cmd_import(int argc, char **argv, struct rc_info *e)
{
    if (argc != 5 || strcmp(argv[3], "--consent") != 0 || argv[4][0] == '\0')
        return rc_set(e, RC_USAGE, "name the survey, the file, and on what basis the rows consent");
    struct run r = {.db = operator_db(), .consent = argv[4]};
    if (r.db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    arena_init(&r.im.file, (size_t)4 << 30);
    arena_init(&r.im.row, 16 << 20);
    enum rc rc = load(&r, argv[1], argv[2], e);
    if (rc == RC_OK)
        rc = import_rows(&r.im, e);
    if (rc == RC_OK)
        rc = drop_all(&r, e);
    if (rc == RC_OK) {
        log_info("import", kv_s("survey", argv[1]), kv_i("ballots", (int64_t)r.im.n_ballots), kv_s("consent", r.consent));
        (void)printf("%s: %zu synthetic ballots are in the box (consent: %s)\n", argv[1], r.im.n_ballots, r.consent);
    }
    arena_release(&r.im.row);
    arena_release(&r.im.file);
    db_free(r.db);
    return rc;
}
