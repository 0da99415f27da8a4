/* minyi export: the counted responses of a version, for other programs. As the tally's user, who reads them anyway. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "base/settings.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "report/export.h"
#include "store/export_store.h"
#include "web/catalogue.h"

enum { ARENA_MAX = 64 << 20, ROW_ARENA_MAX = 16 << 20, R_MAX = 16 << 20, PATH_MAX_BYTES = 4000 };

struct options {
    const char *slug, *out, *lang;
    enum export_format format;
    int64_t version_no; /* 0: the current one */
    bool has_format, has_bom, is_labelled, has_comments;
};

struct job {
    struct options o;
    struct export_source source;
    struct export_table table;
    struct export_writer *writer;
    struct export_cell *cells;
    struct export_comment *comments;
    struct arena arena, row;
    struct progress progress;
    struct margins margins;
    bool has_margins;
};

static enum rc read_value(const char *name, const char *value, struct options *o, struct rc_info *e)
{
    if (strcmp(name, "--format") == 0) {
        o->has_format = true;
        return export_find_format(value, &o->format, e);
    }
    if (strcmp(name, "--version") == 0)
        return text_to_i64(value, strlen(value), 1, INT32_MAX, &o->version_no) == RC_OK
                   ? RC_OK
                   : rc_set(e, RC_USAGE, "\"%s\" is not the number of a version", value);
    if (strcmp(name, "--out") == 0)
        o->out = value;
    else if (strcmp(name, "--lang") == 0)
        o->lang = value;
    else
        return rc_set(e, RC_USAGE, "cannot use \"%s\"", name);
    return RC_OK;
}

static enum rc read_options(int argc, char **argv, struct options *o, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (int i = 1; rc == RC_OK && i < argc; i++) {
        if (strcmp(argv[i], "--bom") == 0)
            o->has_bom = true;
        else if (strcmp(argv[i], "--labels") == 0)
            o->is_labelled = true;
        else if (strcmp(argv[i], "--comments") == 0)
            o->has_comments = true;
        else if (argv[i][0] != '-' && o->slug == NULL)
            o->slug = argv[i];
        else if (i + 1 < argc)
            rc = read_value(argv[i], argv[i + 1], o, e), i++;
        else
            rc = rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
    }
    if (rc == RC_OK && (o->slug == NULL || !o->has_format))
        rc = rc_set(e, RC_USAGE, "say which survey, and with --format in which format");
    if (rc == RC_OK && o->out != NULL && (*o->out == '\0' || strlen(o->out) > PATH_MAX_BYTES))
        rc = rc_set(e, RC_USAGE, "\"%s\" cannot be a file's name", o->out);
    return rc;
}

/* The form, its columns, and the words of the chosen language. */
static enum rc prepare(struct job *j, struct rc_info *e)
{
    struct form *f = NULL;
    struct catalogue *c = NULL;
    const char *const *langs;
    size_t l = 0;
    enum rc rc = form_from_json(j->source.definition, j->source.definition_len, &j->arena, &f, e);
    if (rc == RC_OK)
        rc = catalogue_load(setting(SET_HTML_DIR), &j->arena, &c, e);
    if (rc != RC_OK)
        return rc;
    size_t flang = j->o.lang != NULL ? form_lang(f, j->o.lang) : 0;
    if (flang == SIZE_MAX)
        return rc_set(e, RC_INPUT, "the survey has no texts in \"%s\"", j->o.lang);
    for (size_t i = 0, n = catalogue_langs(c, &langs); i < n; i++)
        l = strcmp(langs[i], f->langs[flang]) == 0 ? i : l;
    j->table = (struct export_table){
        .form = f, .lang = flang, .title = form_text(&f->title, flang), .n_rows = j->source.n_rows,
        .has_comments = j->o.has_comments, .is_labelled = j->o.is_labelled, .has_bom = j->o.has_bom,
        .words = {tr(c, l, "export.not_asked"), tr(c, l, "export.skipped"), tr(c, l, "export.yes"), tr(c, l, "export.no"),
                  tr(c, l, "export.opened_on"), tr(c, l, "export.fast")}};
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
    enum rc rc = export_begin(j->o.format, &j->table, path, &j->arena, &j->writer, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&j->row, ROW_ARENA_MAX);
    progress_begin(&j->progress, "exporting", j->table.n_rows);
    rc = export_read(db, &j->source, j->o.has_comments, give_row, j, e);
    progress_end(&j->progress);
    arena_release(&j->row);
    if (rc == RC_OK)
        return export_end(j->writer, e);
    export_abandon(j->writer);
    return rc;
}

static enum rc write_r(struct job *j, const char *path, struct rc_info *e)
{
    struct buf b;
    char csv[80];
    buf_init(&b, R_MAX);
    (void)snprintf(csv, sizeof csv, "%s.csv", j->o.slug);
    export_r(&j->table, j->has_margins ? &j->margins : NULL, csv, &b);
    FILE *to = path == NULL ? stdout : fopen(path, "we");
    enum rc rc = buf_ok(&b) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for the lines in R");
    if (rc == RC_OK && (to == NULL || fwrite(b.p, 1, b.len, to) != b.len || fflush(to) != 0))
        rc = rc_set(e, RC_IO, "the lines in R cannot be written: %s", strerror(errno));
    if (to != NULL && path != NULL)
        (void)fclose(to);
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

/* Under another name first, so that a file of that name is whole; readable by its owner alone. */
static enum rc write_out(struct job *j, struct db *db, struct rc_info *e)
{
    char part[PATH_MAX_BYTES + 16];
    mode_t before = umask(0077);
    const char *path = j->o.out == NULL ? NULL : part;
    enum rc rc = RC_OK;
    if (path != NULL) {
        (void)snprintf(part, sizeof part, "%s.part", j->o.out);
        rc = make_part(part, e);
    }
    if (rc == RC_OK)
        rc = j->o.format == EXPORT_R ? write_r(j, path, e) : write_rows(j, db, path, e);
    (void)umask(before);
    if (rc == RC_OK && path != NULL && rename(part, j->o.out) != 0)
        rc = rc_set(e, RC_IO, "\"%s\" cannot be made: %s", j->o.out, strerror(errno));
    if (rc != RC_OK && path != NULL)
        (void)unlink(part);
    return rc;
}

static void tell(const struct job *j)
{
    static const char *const names[EXPORT_FORMATS] = {"csv", "xlsx", "sav", "dta", "jsonl", "r"};
    bool is_r = j->o.format == EXPORT_R;
    (void)fprintf(stderr, "export survey=%s version=%lld format=%s rows=%lld comments=%s uid=%lld\n", j->o.slug,
                  (long long)j->source.version_no, names[j->o.format], is_r ? 0LL : (long long)j->table.n_rows,
                  j->o.has_comments && !is_r ? "yes" : "no", (long long)getuid());
    if (!is_r)
        (void)fprintf(stderr, "%lld rows, as many as the database has of version %lld\n", (long long)j->table.n_rows,
                      (long long)j->source.version_no);
    if (j->source.n_others > 0)
        (void)fprintf(stderr, "%lld responses to other versions are not among them: --version N\n", (long long)j->source.n_others);
}

enum rc cmd_export(int argc, char **argv, struct rc_info *e)
{
    struct job j = {0};
    enum rc rc = read_options(argc, argv, &j.o, e);
    if (rc != RC_OK)
        return rc;
    struct db *db = export_db();
    arena_init(&j.arena, ARENA_MAX);
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : export_open(db, e);
    if (rc == RC_OK)
        rc = export_find(db, j.o.slug, j.o.version_no, &j.arena, &j.source, e);
    if (rc == RC_OK)
        rc = prepare(&j, e);
    if (rc == RC_OK)
        rc = write_out(&j, db, e);
    if (rc == RC_OK)
        tell(&j);
    if (db != NULL)
        db_rollback(db);
    arena_release(&j.arena);
    db_free(db);
    return rc;
}
