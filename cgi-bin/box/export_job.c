/* One version's responses into one file. See export_job.h. */
#include "box/export_job.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/text.h"

enum { ARENA_MAX = 64 << 20, ROW_ARENA_MAX = 16 << 20, R_MAX = 16 << 20, CODEBOOK_MAX = 64 << 20, PATH_BYTES = 4096 };

struct job {
    const struct export_request *q;
    struct export_source source;
    struct export_table table;
    struct export_writer *writer;
    struct export_cell *cells;
    struct export_comment *comments;
    struct arena arena, row;
    struct progress progress;
    struct margins margins;
    bool has_margins;
    int64_t n_cut;
};

const char *export_format_name(enum export_format format)
{
    static const char *const names[EXPORT_FORMATS] = {"csv", "xlsx", "sav", "dta", "jsonl", "r"};
    return names[format];
}

/* The form, its columns, and the words of the chosen language. */
static enum rc prepare(struct job *j, struct rc_info *e)
{
    struct form *f = NULL;
    const struct export_request *q = j->q;
    enum rc rc = form_from_json(j->source.definition, j->source.definition_len, &j->arena, &f, e);
    if (rc != RC_OK)
        return rc;
    size_t flang = q->lang != NULL ? form_lang(f, q->lang) : 0;
    if (flang == SIZE_MAX)
        return rc_set(e, RC_INPUT, "the survey has no texts in \"%s\"", q->lang);
    const char *lang = f->langs[flang];
    j->table = (struct export_table){
        .form = f, .lang = flang, .title = form_text(&f->title, flang), .n_rows = j->source.n_rows,
        .has_comments = j->q->has_comments, .is_labelled = j->q->is_labelled, .has_bom = j->q->has_bom, .has_codes = j->q->has_codes,
        .words = {q->word(q->word_ctx, lang, "export.not_asked"), q->word(q->word_ctx, lang, "export.skipped"),
                  q->word(q->word_ctx, lang, "export.yes"), q->word(q->word_ctx, lang, "export.no"),
                  q->word(q->word_ctx, lang, "export.opened_on"), q->word(q->word_ctx, lang, "export.fast")}};
    rc = export_columns(&j->table, &j->arena, e);
    j->cells = arena_array(&j->arena, j->table.n_columns, sizeof *j->cells);
    j->comments = arena_array(&j->arena, f->n_nodes, sizeof *j->comments);
    if (rc == RC_OK && (j->cells == NULL || j->comments == NULL))
        rc = rc_set(e, RC_NOMEM, "no memory for a row");
    if (rc == RC_OK && *j->source.margins != '\0') {
        rc = margins_from_json(j->source.margins, strlen(j->source.margins), f, &j->arena, &j->margins, e);
        j->has_margins = rc == RC_OK;
        j->margins.as_of = j->source.margins_as_of;
        j->margins.source = j->source.margins_source;
        rc = rc == RC_INPUT ? RC_OK : rc; /* of another version: this one is not weighted */
    }
    return rc;
}

/* {"12": "text", ...}: what the database made of the comments of one response. The texts live as long as *doc. */
static enum rc read_comments(struct job *j, const char *json, json_t **doc, size_t *n, struct rc_info *e)
{
    const char *key;
    json_t *value;
    json_error_t error;
    *n = 0;
    *doc = json_loads(json, 0, &error);
    if (!json_is_object(*doc))
        return rc_set(e, RC_DB, "comments cannot be read");
    json_object_foreach(*doc, key, value) {
        int64_t node = 0;
        if (text_to_i64(key, strlen(key), 0, (int64_t)j->table.form->n_nodes - 1, &node) != RC_OK || !json_is_string(value))
            return rc_set(e, RC_DB, "a comment is of no question");
        j->comments[(*n)++] = (struct export_comment){(size_t)node, json_string_value(value), json_string_length(value)};
        if (*n == j->table.form->n_nodes)
            break;
    }
    return RC_OK;
}

static enum rc give_row(void *ctx, int64_t day, const unsigned char *codes, size_t len, const char *comments, struct rc_info *e)
{
    struct job *j = ctx;
    json_t *doc = NULL;
    size_t n = 0;
    arena_reset(&j->row);
    enum rc rc = comments != NULL ? read_comments(j, comments, &doc, &n, e) : RC_OK;
    if (rc == RC_OK)
        rc = export_cells(&j->table, codes, len, day, j->comments, n, &j->row, j->cells, e);
    if (rc == RC_OK)
        rc = export_row(j->writer, j->cells, e);
    json_decref(doc);
    progress_add(&j->progress, 1);
    return rc;
}

static enum rc write_rows(struct job *j, struct db *db, const char *path, struct rc_info *e)
{
    enum rc rc = export_begin(j->q->format, &j->table, path, &j->arena, &j->writer, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&j->row, ROW_ARENA_MAX);
    progress_begin(&j->progress, "exporting", j->table.n_rows);
    rc = export_read(db, &j->source, j->q->has_comments, give_row, j, e);
    progress_end(&j->progress);
    arena_release(&j->row);
    j->n_cut = export_n_cut(j->writer);
    if (rc == RC_OK)
        return export_end(j->writer, e);
    export_abandon(j->writer);
    return rc;
}

static enum rc write_buf(const struct buf *b, const char *path, const char *what, struct rc_info *e)
{
    if (!buf_ok(b))
        return rc_set(e, RC_NOMEM, "no memory for %s", what);
    FILE *to = path == NULL ? stdout : fopen(path, "we");
    enum rc rc = RC_OK;
    if (to == NULL || fwrite(b->p, 1, b->len, to) != b->len || fflush(to) != 0)
        rc = rc_set(e, RC_IO, "%s cannot be written: %s", what, strerror(errno));
    if (to != NULL && path != NULL && fclose(to) != 0 && rc == RC_OK)
        rc = rc_set(e, RC_IO, "%s cannot be written: %s", what, strerror(errno));
    return rc;
}

static enum rc write_r(struct job *j, const char *path, struct rc_info *e)
{
    struct buf b;
    char csv[80];
    buf_init(&b, R_MAX);
    (void)snprintf(csv, sizeof csv, "%s.csv", j->q->slug);
    export_r(&j->table, j->has_margins ? &j->margins : NULL, csv, &b);
    enum rc rc = write_buf(&b, path, "the lines in R", e);
    buf_release(&b);
    return rc;
}

/* A new file of ours, never one that somebody laid there, nor what a link of that name leads to. */
static enum rc make_part(const char *part, struct rc_info *e)
{
    (void)unlink(part); /* what an export that was killed left */
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return rc_set(e, RC_IO, "\"%s\" cannot be written: %s", part, strerror(errno));
    (void)close(fd);
    return RC_OK;
}

/* SLUG.codebook.csv beside `path`. */
static enum rc write_codebook(struct job *j, const char *path, struct rc_info *e)
{
    const char *slash = strrchr(path, '/');
    char to[PATH_BYTES + 128], part[PATH_BYTES + 144];
    struct buf b;
    (void)snprintf(to, sizeof to, "%.*s%.80s.codebook.csv", slash == NULL ? 0 : (int)(slash - path + 1), path, j->q->slug);
    (void)snprintf(part, sizeof part, "%s.part", to);
    enum rc rc = make_part(part, e);
    if (rc != RC_OK)
        return rc;
    buf_init(&b, CODEBOOK_MAX);
    export_codebook_csv(&j->table, &b);
    rc = write_buf(&b, part, "the codebook", e);
    buf_release(&b);
    if (rc == RC_OK && rename(part, to) != 0)
        rc = rc_set(e, RC_IO, "\"%s\" cannot be made: %s", to, strerror(errno));
    if (rc != RC_OK)
        (void)unlink(part);
    return rc;
}

static enum rc check_options(const struct export_request *q, const char *path, struct rc_info *e)
{
    if (q->has_codes && q->format != EXPORT_CSV && q->format != EXPORT_XLSX && q->format != EXPORT_R)
        return rc_set(e, RC_USAGE, "codes for missing answers are for csv, xlsx and r: \"%s\" tells them apart itself",
                      export_format_name(q->format));
    if (q->has_codebook && (q->format != EXPORT_CSV || path == NULL))
        return rc_set(e, RC_USAGE, "a codebook lies beside a csv: name its file (a workbook has it as a sheet)");
    return RC_OK;
}

/* Under another name first, so that a file of that name is whole; readable by its owner alone. */
static enum rc write_out(struct job *j, struct db *db, const char *path, struct rc_info *e)
{
    char part[PATH_BYTES + 16] = "";
    enum rc rc = RC_OK;
    if (path != NULL && strlen(path) >= PATH_BYTES)
        return rc_set(e, RC_USAGE, "the file's name is too long");
    if (path != NULL) {
        (void)snprintf(part, sizeof part, "%s.part", path);
        rc = make_part(part, e);
    }
    const char *to = path != NULL ? part : NULL;
    if (rc == RC_OK)
        rc = j->q->format == EXPORT_R ? write_r(j, to, e) : write_rows(j, db, to, e);
    if (rc == RC_OK && path != NULL && rename(part, path) != 0)
        rc = rc_set(e, RC_IO, "\"%s\" cannot be made: %s", path, strerror(errno));
    if (rc != RC_OK && path != NULL)
        (void)unlink(part);
    return rc;
}

enum rc export_job(struct db *db, const struct export_request *q, const char *path, struct export_done *out, struct rc_info *e)
{
    struct job j = {.q = q};
    arena_init(&j.arena, ARENA_MAX);
    enum rc rc = check_options(q, path, e);
    if (rc == RC_OK)
        rc = export_open(db, e);
    if (rc == RC_OK)
        rc = export_find(db, q->slug, q->version_no, q->session, &j.arena, &j.source, e);
    if (rc == RC_OK)
        rc = prepare(&j, e);
    if (rc == RC_OK)
        rc = write_out(&j, db, path, e);
    if (rc == RC_OK && q->has_codebook)
        rc = write_codebook(&j, path, e);
    db_rollback(db);
    *out = (struct export_done){j.source.version_no, q->format == EXPORT_R ? 0 : j.source.n_rows, j.source.n_others, j.n_cut};
    arena_release(&j.arena);
    return rc;
}
