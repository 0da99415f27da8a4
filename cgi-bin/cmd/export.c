/* minyi export: the counted responses of a version, for other programs. As the tally's user, who reads them anyway. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "box/export_job.h"
#include "cmd/cmd.h"
#include "store/user_store.h"
#include "web/catalogue.h"

enum { ARENA_MAX = 4 << 20, PATH_MAX_BYTES = 4000 };

struct options {
    const char *slug, *out, *lang;
    enum export_format format;
    int64_t version_no; /* 0: the current one */
    bool has_format, has_bom, is_labelled, has_comments, has_codes, has_codebook;
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
    if (strcmp(name, "--missing") == 0) {
        o->has_codes = strcmp(value, "codes") == 0;
        return o->has_codes || strcmp(value, "empty") == 0 ? RC_OK : rc_set(e, RC_USAGE, "--missing is codes or empty, not \"%s\"", value);
    }
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
        else if (strcmp(argv[i], "--codebook") == 0)
            o->has_codebook = true;
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

/* The interface's word in a language; of the first one where there is none. */
static const char *word(void *ctx, const char *lang, const char *key)
{
    const struct catalogue *c = ctx;
    const char *const *langs;
    size_t n = catalogue_langs(c, &langs), at = 0;
    for (size_t i = 0; i < n; i++)
        at = strcmp(langs[i], lang) == 0 ? i : at;
    return tr(c, at, key);
}

/* Every attempt leaves a line, whatever came of it. */
static void keep_line(const struct options *o, const struct export_done *d, enum rc rc)
{
    const char *comments = o->has_comments && o->format != EXPORT_R ? "yes" : "no";
    if (rc == RC_OK)
        log_info("export", kv_s("survey", o->slug), kv_i("version", d->version_no), kv_s("format", export_format_name(o->format)),
                 kv_i("rows", d->n_rows), kv_s("comments", comments), kv_i("uid", (int64_t)getuid()));
    else
        log_warn(rc == RC_FORBIDDEN || rc == RC_USAGE ? "export_refused" : "export_failed", kv_s("survey", o->slug),
                 kv_s("format", export_format_name(o->format)), kv_s("comments", comments), kv_s("why", rc_name(rc)),
                 kv_i("uid", (int64_t)getuid()));
}

static void tell(const struct options *o, const struct export_done *d)
{
    if (o->format != EXPORT_R)
        (void)fprintf(stderr, "%lld rows, as many as the database has of version %lld\n", (long long)d->n_rows, (long long)d->version_no);
    if (d->n_others > 0)
        (void)fprintf(stderr, "%lld responses to other versions are not among them: --version N\n", (long long)d->n_others);
    if (d->n_cut > 0)
        (void)fprintf(stderr, "%lld comments were cut to %d bytes, which is what a dta holds: whole ones are in csv and sav\n",
                      (long long)d->n_cut, EXPORT_STATA_TEXT_MAX);
}

/* In the audit log before the first row is read, whatever comes of it. */
static enum rc note(const struct options *o, struct rc_info *e)
{
    char detail[96], version[32] = "current version";
    if (o->version_no != 0)
        (void)snprintf(version, sizeof version, "version %lld", (long long)o->version_no);
    (void)snprintf(detail, sizeof detail, "%s as %s, uid %lld", version, export_format_name(o->format), (long long)getuid());
    return audit_note("export", o->slug, detail, e);
}

static enum rc run(const struct options *o, struct arena *a, struct export_done *done, struct rc_info *e)
{
    struct catalogue *c = NULL;
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), a, &c, e);
    if (rc != RC_OK)
        return rc;
    const struct export_request q = {.slug = o->slug, .lang = o->lang, .format = o->format, .version_no = o->version_no, .has_bom = o->has_bom,
                                     .is_labelled = o->is_labelled, .has_comments = o->has_comments, .has_codes = o->has_codes, .has_codebook = o->has_codebook, .word = word, .word_ctx = c};
    struct db *db = export_db();
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : note(o, e);
    if (rc == RC_OK)
        rc = export_job(db, &q, o->out, done, e);
    db_free(db);
    return rc;
}

enum rc cmd_export(int argc, char **argv, struct rc_info *e)
{
    struct options o = {0};
    struct export_done done = {0};
    struct arena a;
    enum rc rc = read_options(argc, argv, &o, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&a, ARENA_MAX);
    mode_t before = umask(0077);
    rc = run(&o, &a, &done, e);
    (void)umask(before);
    arena_release(&a);
    keep_line(&o, &done, rc);
    if (rc == RC_OK)
        tell(&o, &done);
    return rc;
}
