/* minyi census: dated snapshots of the register of accounts.  The file is read, checked and counted in
 * whole before the database hears of it; then accounts and figures go in together, or nothing does. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/settings.h"
#include "cmd/cmd.h"
#include "store/census_store.h"

enum { FILE_MAX = 1 << 30, CODES_MAX = 1 << 20, JSON_MAX = 8 << 20, REJECTS_MAX = 1 << 30, PROBLEMS_SHOWN = 100 };

static const char help[] =
    "usage: minyi census import FILE --as-of DATE [--reject REJECTS.csv] [--demonstration]\n"
    "       minyi census list\n"
    "\n"
    "import reads a register of accounts (CSV in UTF-8, or the same in gzip) and keeps it for ever as the\n"
    "snapshot of DATE. All rows or none: what is wrong is listed with row and column.\n"
    "\n"
    "  --as-of DATE          the day that the register describes, YYYY-MM-DD\n"
    "  --reject REJECTS.csv  take the good rows; write the others there, with their reasons\n"
    "  --demonstration       the accounts are synthetic: every page and report says so\n"
    "\n"
    "  minyi census import accounts.csv --as-of 2014-12-31\n"
    "  minyi census import accounts.csv.gz --as-of 2014-12-31 --reject rejects.csv\n"
    "\n"
    "Columns: account_id, province, function, level, followers, opened_on; and, where there are any:\n"
    "platform, name, owner_unit, organisation, kind, certified_on, updated_on. Columns that end in _zh or\n"
    "_en are passed over. The codes of province, function, level, organisation and kind are in the files\n"
    "of sql/seed/codes. An account_id is unique on its platform, and so is an owner_unit.\n"
    "\n"
    "The same file for the same date again changes nothing; another file for it is refused.\n";

struct run {
    const char *path, *as_of, *reject;
    bool is_demonstration;
    int32_t day;
    struct arena a;
    struct census_codes codes;
    struct census_file file;
    struct census_figures *figures;
    unsigned char hash[CENSUS_HASH_BYTES];
};

static enum rc parse_options(int argc, char **argv, struct run *r, struct rc_info *e)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--demonstration") == 0)
            r->is_demonstration = true;
        else if (strcmp(argv[i], "--as-of") == 0 && i + 1 < argc)
            r->as_of = argv[++i];
        else if (strcmp(argv[i], "--reject") == 0 && i + 1 < argc)
            r->reject = argv[++i];
        else if (argv[i][0] != '-' && r->path == NULL)
            r->path = argv[i];
        else
            return rc_set(e, RC_USAGE, "\"%s\" is not understood: see minyi census --help", argv[i]);
    }
    if (r->path == NULL || r->as_of == NULL)
        return rc_set(e, RC_USAGE, "name the file, and --as-of the day that it describes");
    if (census_parse_day(r->as_of, strlen(r->as_of), &r->day) != RC_OK || r->day < 0)
        return rc_set(e, RC_USAGE, "--as-of: \"%s\" is no date of the form YYYY-MM-DD from 2000 on", r->as_of);
    return RC_OK;
}

static enum rc load_codes(struct run *r, struct rc_info *e)
{
    static const enum census_list_id order[CENSUS_LISTS] = {CENSUS_LEVELS,    CENSUS_REGION4,       CENSUS_REGION3,
                                                            CENSUS_PROVINCES, CENSUS_FUNCTIONS,     CENSUS_ORGANISATIONS,
                                                            CENSUS_KINDS};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < CENSUS_LISTS; i++) {
        char path[4096], *p = NULL;
        size_t len = 0;
        int n = snprintf(path, sizeof path, "%s/seed/codes/%s.csv", setting(SET_SQL_DIR), census_list_name(order[i]));
        if (n < 0 || (size_t)n >= sizeof path)
            return rc_set(e, RC_IO, "path too long: \"%s\"", setting(SET_SQL_DIR));
        rc = file_read(path, CODES_MAX, &r->a, &p, &len, e);
        if (rc == RC_OK)
            rc = census_codes_read(&r->codes, order[i], p, len, &r->a, e);
    }
    return rc;
}

static enum rc read_accounts(struct run *r, struct rc_info *e)
{
    const char *slash = strrchr(r->path, '/');
    char *p = NULL;
    size_t len = 0;
    enum rc rc = file_read(r->path, FILE_MAX, &r->a, &p, &len, e);
    if (rc == RC_OK && gzip_is(p, len)) {
        struct rc_info why = {0};
        rc = gzip_inflate(p, len, FILE_MAX, &r->a, &p, &len, &why);
        if (rc != RC_OK)
            return rc_set(e, rc, "%s: %s", r->path, why.msg);
    }
    if (rc != RC_OK)
        return rc;
    (void)crypto_generichash(r->hash, sizeof r->hash, (const unsigned char *)p, len, NULL, 0);
    return census_file_read(&r->file, &r->codes, slash != NULL ? slash + 1 : r->path, p, len, r->day, &r->a, e);
}

/* A file that is there already is never overwritten: it may be the register itself. */
static enum rc write_rejects(const struct run *r, struct rc_info *e)
{
    struct buf b;
    buf_init(&b, REJECTS_MAX);
    census_rejects(&r->file, &b);
    if (!buf_ok(&b)) {
        buf_release(&b);
        return rc_set(e, RC_NOMEM, "no memory for the rejected rows");
    }
    enum rc rc = RC_OK;
    FILE *f = fopen(r->reject, "wx");
    if (f == NULL)
        rc = rc_set(e, RC_IO, "cannot make \"%s\": %s", r->reject, strerror(errno));
    if (f != NULL && fwrite(b.p, 1, b.len, f) != b.len)
        rc = rc_set(e, RC_IO, "cannot write \"%s\": %s", r->reject, strerror(errno));
    if (f != NULL && fclose(f) != 0 && rc == RC_OK)
        rc = rc_set(e, RC_IO, "cannot write \"%s\": %s", r->reject, strerror(errno));
    buf_release(&b);
    return rc;
}

static enum rc judge(const struct run *r, struct rc_info *e)
{
    const struct census_file *f = &r->file;
    for (size_t i = 0; i < f->n_problems && i < PROBLEMS_SHOWN; i++)
        (void)fprintf(stderr, "%s:%zu:%s: %s\n", f->sheet.name, f->problems[i].row + 2, f->problems[i].column,
                      f->problems[i].reason);
    if (f->n_problems > PROBLEMS_SHOWN)
        (void)fprintf(stderr, "... and %zu more\n", f->n_problems - PROBLEMS_SHOWN);
    if (f->n_bad > 0 && r->reject == NULL)
        return rc_set(e, RC_INPUT, "%s: %zu of %zu rows are wrong: nothing was imported (--reject FILE takes the others)",
                      f->sheet.name, f->n_bad, f->sheet.n_rows);
    if (f->accounts.n == 0)
        return rc_set(e, RC_INPUT, "%s: there is no account to import", f->sheet.name);
    return f->n_bad > 0 ? write_rejects(r, e) : RC_OK;
}

/* RC_OK and *is_there: the same snapshot was imported before. */
static enum rc look(struct db *db, const struct run *r, bool *is_there, struct rc_info *e)
{
    unsigned char hash[CENSUS_HASH_BYTES];
    bool is_demonstration = false;
    enum rc rc = census_origin(db, r->as_of, hash, &is_demonstration, e);
    *is_there = rc == RC_OK;
    if (rc == RC_NOTFOUND)
        return RC_OK;
    if (rc == RC_OK && (memcmp(hash, r->hash, sizeof hash) != 0 || is_demonstration != r->is_demonstration))
        return rc_set(e, RC_CONFLICT, "there is a census of %s already, from another file: a census never changes", r->as_of);
    return rc;
}

static enum rc store(struct db *db, struct run *r, struct rc_info *e)
{
    struct progress bar;
    struct buf body;
    buf_init(&body, JSON_MAX);
    enum rc rc = census_make(&r->codes, &r->file.accounts, r->day, r->is_demonstration, &r->a, &r->figures, e);
    if (rc == RC_OK)
        rc = census_to_json(r->figures, &body, e);
    progress_begin(&bar, "storing", (int64_t)r->file.accounts.n);
    if (rc == RC_OK)
        rc = census_add(db, &r->file, &r->codes, r->figures, body.p, r->hash, &bar, e);
    progress_end(&bar);
    buf_release(&body);
    return rc;
}

static enum rc import(struct db *db, struct run *r, struct rc_info *e)
{
    bool is_there = false;
    enum rc rc = load_codes(r, e);
    if (rc == RC_OK)
        rc = read_accounts(r, e);
    if (rc == RC_OK)
        rc = look(db, r, &is_there, e);
    if (rc == RC_OK && is_there) {
        (void)printf("%s: this file was imported before: nothing to do\n", r->as_of);
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = judge(r, e);
    if (rc == RC_OK && (rc = store(db, r, e)) != RC_OK && r->file.n_bad > 0)
        (void)remove(r->reject); /* nothing was taken, so nothing was rejected */
    if (rc != RC_OK)
        return rc;
    log_info("census", kv_s("as_of", r->as_of), kv_i("accounts", r->figures->total), kv_i("rejected", (int64_t)r->file.n_bad));
    (void)printf("%s: %lld accounts%s", r->as_of, (long long)r->figures->total, r->is_demonstration ? " (demonstration)" : "");
    if (r->file.n_bad > 0)
        (void)printf("; %zu rows were rejected, see %s", r->file.n_bad, r->reject);
    (void)printf("\n");
    return RC_OK;
}

static enum rc list(struct db *db, struct arena *a, struct rc_info *e)
{
    struct census_head *heads = NULL;
    size_t n = 0;
    enum rc rc = census_list(db, a, &heads, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        (void)printf("%s  %10lld accounts%s\n", heads[i].as_of, (long long)heads[i].n,
                     heads[i].is_demonstration ? "  demonstration" : "");
    if (rc == RC_OK && n == 0)
        (void)printf("there is no census yet\n");
    return rc;
}

enum rc cmd_census(int argc, char **argv, struct rc_info *e)
{
    bool is_list = argc == 2 && strcmp(argv[1], "list") == 0;
    bool is_import = argc > 2 && strcmp(argv[1], "import") == 0;
    struct run r = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? rc_set(e, RC_IO, "cannot write to standard output") : RC_OK;
    enum rc rc = is_list ? RC_OK : is_import ? parse_options(argc, argv, &r, e) : rc_set(e, RC_USAGE, "say import or list");
    if (rc != RC_OK)
        return rc;
    struct db *db = census_operator_db();
    if (db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    arena_init(&r.a, (size_t)4 << 30);
    rc = is_list ? list(db, &r.a, e) : import(db, &r, e);
    arena_release(&r.a);
    db_free(db);
    return rc;
}
