/* minyi migrate: numbered files once, in order; then functions and grants, every time. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "store/db.h"

enum { FILES_MAX = 200, SQL_MAX = 1 << 20 };

enum { SEEN, NOTE, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [SEEN] = {"migration_seen", "SELECT count(*) FROM core.migration WHERE name = $1::text", 1},
    [NOTE] = {"migration_note", "INSERT INTO core.migration (name) VALUES ($1::text)", 1},
};

/* Before the first migration there is neither schema nor table to look into. */
static const char begin_sql[] =
    "DO $$ BEGIN IF to_regclass('core.migration') IS NULL THEN "
    "CREATE SCHEMA IF NOT EXISTS core; CREATE TABLE core.migration (name text PRIMARY KEY, "
    "applied_at timestamptz NOT NULL DEFAULT now()); END IF; END $$";

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_sql(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    bool is_numbered = n > 8 && d->d_name[0] >= '0' && d->d_name[0] <= '9';
    return n > 4 && strcmp(d->d_name + n - 4, ".sql") == 0 &&
           (is_numbered || strncmp(d->d_name, "fn_", 3) == 0);
}

/* Apply one file in a transaction of its own; a numbered one is noted and never run again. */
static enum rc apply(struct db *db, const char *name, bool once, struct arena *a, struct rc_info *e)
{
    struct db_param p[] = {db_text(name)};
    struct db_rows rows;
    if (once) {
        enum rc rc = db_query(db, SEEN, p, 1, a, &rows, e);
        if (rc != RC_OK || db_get_i64(db_at(&rows, 0, 0)) > 0)
            return rc;
    }
    char path[4096], *sql = NULL;
    size_t len = 0;
    (void)snprintf(path, sizeof path, "%s/%s", setting(SET_SQL_DIR), name);
    enum rc rc = file_read(path, SQL_MAX, a, &sql, &len, e);
    if (rc == RC_OK)
        rc = db_begin(db, e);
    if (rc != RC_OK)
        return rc;
    struct rc_info why = {0};
    rc = db_run_script(db, sql, &why);
    if (rc == RC_OK && once)
        rc = db_query(db, NOTE, p, 1, NULL, NULL, &why);
    if (rc == RC_OK)
        rc = db_commit(db, &why);
    if (rc != RC_OK) {
        db_rollback(db);
        return rc_set(e, rc, "%s: %s", name, why.msg);
    }
    if (once)
        (void)printf("applied %s\n", name);
    return RC_OK;
}

static enum rc apply_all(struct db *db, struct arena *a, struct rc_info *e)
{
    struct dirent **files = NULL;
    int n = scandir(setting(SET_SQL_DIR), &files, is_sql, by_name);
    if (n <= 0 || n > FILES_MAX)
        return rc_set(e, RC_IO, "no schema files in \"%s\": set MINYI_SQL_DIR", setting(SET_SQL_DIR));
    enum rc rc = RC_OK;
    for (int i = 0; i < n && rc == RC_OK; i++)
        rc = apply(db, files[i]->d_name, strncmp(files[i]->d_name, "fn_", 3) != 0, a, e);
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    if (rc == RC_OK)
        rc = apply(db, "grants.sql", false, a, e);
    if (rc == RC_OK)
        rc = apply(db, "citus.sql", false, a, e);
    return rc;
}

enum rc cmd_migrate(int argc, char **argv, struct rc_info *e)
{
    (void)argv;
    if (argc != 1)
        return rc_set(e, RC_USAGE, "migrate takes no arguments");
    /* the table of migrations must be there before the statements on it can be prepared */
    struct db *first = db_new(&(struct db_config){.role = "minyi_owner", .program = "minyi migrate"});
    if (first == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = db_run_script(first, begin_sql, e);
    db_free(first);
    if (rc != RC_OK)
        return rc;
    struct db *db = db_new(&(struct db_config){
        .role = "minyi_owner", .program = "minyi migrate", .stmts = stmts, .n_stmts = N_STMTS});
    struct arena a;
    arena_init(&a, (size_t)64 * 1024 * 1024);
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : apply_all(db, &a, e);
    arena_release(&a);
    db_free(db);
    return rc;
}
