/* minyi import: rows of a CSV file through the same check, encoding, seal and box as any ballot.
 * All or nothing: the whole file is checked before the first batch is sealed, and all batches reach
 * the box in one transaction, with a note of what was imported and on what basis its rows consent.
 * Rows get their keys from response_id, so importing a file twice counts each row once. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "box/batch.h"
#include "box/spool.h"
#include "cmd/cmd.h"
#include "form/answers.h"
#include "form/sheet.h"
#include "store/operator_store.h"

enum { BATCH_ROWS = 500, ROWS_MAX = 2000000, FILE_MAX = 512 << 20, ERRORS_SHOWN = 20 };

struct import {
    struct db *db;
    struct arena file, row; /* the whole file; one row's work */
    const struct form *form;
    struct operator_survey survey;
    struct sheet sheet;
    const char *consent;
    size_t id_col;
    size_t *node_of_col;
    bool *is_present;
    struct batch_ballot *ballots;
    size_t n_ballots, n_errors;
    int64_t epoch_id;
    unsigned char pk[BATCH_PUBLIC_BYTES], file_hash[32];
};

/* Columns are questions; the consent is given by the option, for every row. */
static enum rc map_columns(struct import *im, struct rc_info *e)
{
    im->id_col = SIZE_MAX;
    for (size_t c = 0; c < im->sheet.n_cols; c++) {
        const char *head = im->sheet.head[c];
        im->node_of_col[c] = form_find(im->form, head, strlen(head));
        if (strcmp(head, "response_id") == 0)
            im->id_col = c;
        else if (im->node_of_col[c] == SIZE_MAX || im->form->nodes[im->node_of_col[c]].width == 0)
            return rc_set(e, RC_INPUT, "%s:1:%s: the questionnaire has no such question", im->sheet.name, head);
        else if (im->is_present[im->node_of_col[c]])
            return rc_set(e, RC_INPUT, "%s:1:%s: this column is there twice", im->sheet.name, head);
        else
            im->is_present[im->node_of_col[c]] = true;
    }
    if (im->id_col == SIZE_MAX)
        return rc_set(e, RC_INPUT, "%s:1: there is no column response_id: it makes a second import count once", im->sheet.name);
    for (size_t i = 0; i < im->form->n_nodes; i++)
        if (im->form->nodes[i].type == FORM_ACKNOWLEDGE)
            im->is_present[i] = true;
    return RC_OK;
}

static void row_error(struct import *im, size_t row, const char *col, const char *what)
{
    if (im->n_errors++ < ERRORS_SHOWN)
        (void)fprintf(stderr, "%s:%zu:%s: %s\n", im->sheet.name, row + 2, col, what);
}

/* One multiple answer is written as codes separated by spaces, as XLSForm tools export it. */
static size_t add_fields(const struct form_node *n, const char *value, struct form_field *out, size_t cap)
{
    size_t count = 0;
    while (*value != '\0' && count < cap) {
        size_t len = n->type == FORM_SELECT_MULTIPLE ? strcspn(value, " ") : strlen(value);
        if (len > 0)
            out[count++] = (struct form_field){n->name, strlen(n->name), value, len};
        value += len + (value[len] == ' ' ? 1 : 0);
    }
    return count;
}

static size_t row_fields(const struct import *im, size_t row, struct form_field *out, size_t cap)
{
    size_t n = 0;
    for (size_t c = 0; c < im->sheet.n_cols; c++)
        if (c != im->id_col)
            n += add_fields(&im->form->nodes[im->node_of_col[c]], sheet_at(&im->sheet, row, c), out + n, cap - n);
    for (size_t i = 0; i < im->form->n_nodes && n < cap; i++)
        if (im->form->nodes[i].type == FORM_ACKNOWLEDGE)
            out[n++] = (struct form_field){im->form->nodes[i].name, strlen(im->form->nodes[i].name), "1", 1};
    return n;
}

/* Check and encode one row; what is wrong with it is printed, not returned. */
static enum rc take_row(struct import *im, size_t row, struct rc_info *e)
{
    enum { FIELDS_MAX = 4096 };
    const char *id = sheet_at(&im->sheet, row, im->id_col);
    struct form_field *fields = arena_array(&im->row, FIELDS_MAX, sizeof *fields);
    unsigned char *codes = arena_alloc(&im->file, im->form->codes_len);
    struct answers answers;
    struct rc_info why;
    if (fields == NULL || codes == NULL)
        return rc_set(e, RC_NOMEM, "no memory for row %zu", row + 2);
    size_t n = row_fields(im, row, fields, FIELDS_MAX);
    enum rc rc = answers_check_row(im->form, fields, n, im->is_present, &im->row, &answers, &why);
    if (rc == RC_NOMEM)
        return rc_set(e, rc, "%s", why.msg);
    if (*id == '\0')
        row_error(im, row, "response_id", "every row needs an id");
    else if (rc != RC_OK)
        row_error(im, row, "answer", why.msg);
    else if (answers.n_problems > 0)
        row_error(im, row, answers.problems[0].node == SIZE_MAX ? "row" : im->form->nodes[answers.problems[0].node].name,
                  answers.problems[0].code);
    else {
        struct batch_ballot *b = &im->ballots[im->n_ballots++];
        struct ballot_key key;
        answers_encode(im->form, &answers, codes);
        key_derive(&key, im->form->slug, id, strlen(id));
        key_box_hash(&key, b->box_hash);
        key_record_hash(&key, b->record_hash);
        b->codes = codes;
        b->codes_len = im->form->codes_len;
    }
    return RC_OK;
}

static void progress(const char *what, size_t done, size_t total)
{
    static time_t last;
    if (isatty(STDERR_FILENO) && total > 20000 && (time(NULL) != last || done == total)) {
        last = time(NULL);
        (void)fprintf(stderr, "\r%s %zu of %zu (%zu%%)%s", what, done, total, 100 * done / total, done == total ? "\n" : "");
    }
}

static enum rc check_all(struct import *im, struct rc_info *e)
{
    im->ballots = arena_array(&im->file, im->sheet.n_rows + 1, sizeof *im->ballots);
    if (im->ballots == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu rows", im->sheet.n_rows);
    for (size_t row = 0; row < im->sheet.n_rows; row++) {
        arena_reset(&im->row);
        enum rc rc = take_row(im, row, e);
        if (rc != RC_OK)
            return rc;
        progress("checked", row + 1, im->sheet.n_rows);
    }
    if (im->n_errors > ERRORS_SHOWN)
        (void)fprintf(stderr, "... and %zu more\n", im->n_errors - ERRORS_SHOWN);
    return im->n_errors > 0 ? rc_set(e, RC_INPUT, "%zu rows are wrong: nothing was imported", im->n_errors) : RC_OK;
}

static enum rc drop_batch(struct import *im, struct batch_ballot *ballots, size_t n, struct rc_info *e)
{
    struct buf sealed;
    unsigned char hashes[BATCH_ROWS * KEY_HASH_BYTES];
    batch_shuffle(ballots, n);
    for (size_t i = 0; i < n; i++)
        memcpy(hashes + i * KEY_HASH_BYTES, ballots[i].box_hash, KEY_HASH_BYTES);
    buf_init(&sealed, BATCH_BYTES_MAX);
    struct batch b = {im->survey.survey_id, im->survey.version_id, n, ballots};
    enum rc rc = batch_seal(&b, im->pk, &sealed, e);
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct sealed_batch s = {.survey_id = b.survey_id, .version_id = b.version_id, .epoch_id = im->epoch_id,
                             .accepted_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, .n = n,
                             .box_hashes = hashes, .sealed = (unsigned char *)sealed.p, .sealed_len = sealed.len};
    randombytes_buf(s.batch_id, sizeof s.batch_id);
    if (rc == RC_OK)
        rc = operator_drop_synthetic(im->db, &s, e);
    buf_release(&sealed);
    return rc;
}

static enum rc drop_all(struct import *im, struct rc_info *e)
{
    enum rc rc = operator_newest_key(im->db, &im->epoch_id, im->pk, e);
    if (rc == RC_OK)
        rc = db_begin(im->db, e);
    if (rc != RC_OK)
        return rc;
    batch_shuffle(im->ballots, im->n_ballots);
    for (size_t i = 0; i < im->n_ballots && rc == RC_OK; i += BATCH_ROWS) {
        size_t n = im->n_ballots - i < BATCH_ROWS ? im->n_ballots - i : BATCH_ROWS;
        rc = drop_batch(im, im->ballots + i, n, e);
        progress("in the box", i + n, im->n_ballots);
    }
    if (rc == RC_OK)
        rc = operator_note_import(im->db, &im->survey, im->file_hash, (int64_t)im->n_ballots, im->consent, e);
    if (rc == RC_OK)
        return db_commit(im->db, e);
    db_rollback(im->db);
    return rc;
}

static enum rc load(struct import *im, const char *slug, const char *path, struct rc_info *e)
{
    char *p = NULL;
    size_t len = 0;
    struct form *f = NULL;
    enum rc rc = operator_survey(im->db, slug, &im->file, &im->survey, e);
    if (rc == RC_OK && strcmp(im->survey.sample, "demonstration") != 0)
        rc = rc_set(e, RC_FORBIDDEN, "\"%s\" is no demonstration: only a demonstration takes synthetic ballots", slug);
    if (rc == RC_OK)
        rc = form_from_json(im->survey.definition, im->survey.definition_len, &im->file, &f, e);
    if (rc == RC_OK)
        rc = file_read(path, FILE_MAX, &im->file, &p, &len, e);
    if (rc == RC_OK) {
        (void)crypto_generichash(im->file_hash, sizeof im->file_hash, (const unsigned char *)p, len, NULL, 0);
        rc = sheet_read(strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path, p, len, ROWS_MAX, &im->file, &im->sheet, e);
    }
    if (rc != RC_OK)
        return rc;
    im->form = f;
    im->node_of_col = arena_array(&im->file, im->sheet.n_cols, sizeof *im->node_of_col);
    im->is_present = arena_array(&im->file, f->n_nodes + 1, sizeof *im->is_present);
    return im->node_of_col == NULL || im->is_present == NULL ? rc_set(e, RC_NOMEM, "no memory") : map_columns(im, e);
}

enum rc cmd_import(int argc, char **argv, struct rc_info *e)
{
    if (argc != 5 || strcmp(argv[3], "--consent") != 0 || argv[4][0] == '\0')
        return rc_set(e, RC_USAGE, "name the survey, the file, and on what basis the rows consent");
    struct import im = {.db = operator_db(), .consent = argv[4]};
    if (im.db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    arena_init(&im.file, (size_t)4 << 30);
    arena_init(&im.row, 16 << 20);
    enum rc rc = load(&im, argv[1], argv[2], e);
    if (rc == RC_OK)
        rc = check_all(&im, e);
    if (rc == RC_OK)
        rc = drop_all(&im, e);
    if (rc == RC_OK) {
        log_info("import", kv_s("survey", argv[1]), kv_i("ballots", (int64_t)im.n_ballots), kv_s("consent", im.consent));
        (void)printf("%s: %zu synthetic ballots are in the box (consent: %s)\n", argv[1], im.n_ballots, im.consent);
    }
    arena_release(&im.row);
    arena_release(&im.file);
    db_free(im.db);
    return rc;
}
