/* minyi migrate: numbered files once, in order; then functions, Citus and grants, every time; all in
 * one transaction, so that a migration is there or is not, and nobody meets a half of it. */
#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/settings.h"
#include "cmd/cmd.h"
#include "store/migrate_store.h"

enum { FILES_MAX = 400, SQL_MAX = 1 << 20, NAME_MAX_ = 100 };

struct migration {
    struct db *db;
    struct arena a;
    size_t n_applied;
    const char *applied[FILES_MAX]; /* new ones, in the arena */
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool has_sql_tail(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && n < NAME_MAX_ && strcmp(name + n - 4, ".sql") == 0;
}

/* 001_tables.sql */
static int is_numbered(const struct dirent *d)
{
    const char *s = d->d_name;
    return has_sql_tail(s) && strspn(s, "0123456789") == 3 && s[3] == '_';
}

/* fn_core.sql */
static int is_function(const struct dirent *d)
{
    return has_sql_tail(d->d_name) && strncmp(d->d_name, "fn_", 3) == 0;
}

static enum rc apply(struct migration *m, const char *name, bool once, struct rc_info *e)
{
    char path[4096], *sql = NULL;
    unsigned char hash[MIGRATE_HASH_BYTES];
    size_t len = 0;
    bool was = false;
    int n = snprintf(path, sizeof path, "%s/%s", setting(SET_SQL_DIR), name);
    if (n < 0 || (size_t)n >= sizeof path)
        return rc_set(e, RC_IO, "path too long: \"%s\"", setting(SET_SQL_DIR));
    enum rc rc = file_read(path, SQL_MAX, &m->a, &sql, &len, e);
    if (rc != RC_OK)
        return rc;
    if (strlen(sql) != len)
        return rc_set(e, RC_INPUT, "\"%s\" holds a NUL byte", name);
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)sql, len, NULL, 0);
    if (once)
        rc = migrate_was_applied(m->db, name, hash, &was, e);
    if (rc != RC_OK || was)
        return rc;
    struct rc_info why = {0};
    rc = db_run_script(m->db, sql, &why);
    if (rc != RC_OK)
        return rc_set(e, rc, "%s: %s", name, why.msg);
    if (!once)
        return RC_OK;
    m->applied[m->n_applied] = arena_strdup(&m->a, name);
    if (m->applied[m->n_applied] == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    m->n_applied++;
    return migrate_note(m->db, name, hash, e);
}

/* Every file of a kind, in the order of their names. */
static enum rc apply_kind(struct migration *m, int (*is_kind)(const struct dirent *), bool once, struct rc_info *e)
{
    struct dirent **files = NULL;
    int n = scandir(setting(SET_SQL_DIR), &files, is_kind, by_name);
    enum rc rc = RC_OK;
    if (n <= 0 || n > FILES_MAX)
        rc = rc_set(e, RC_IO, "no schema files in \"%s\": set MINYI_SQL_DIR", setting(SET_SQL_DIR));
    for (int i = 0; i < n && rc == RC_OK; i++)
        rc = apply(m, files[i]->d_name, once, e);
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    return rc;
}

static enum rc apply_all(struct migration *m, struct rc_info *e)
{
    enum rc rc = apply_kind(m, is_numbered, true, e);
    if (rc == RC_OK)
        rc = apply_kind(m, is_function, false, e);
    if (rc == RC_OK)
        rc = apply(m, "citus.sql", false, e);
    if (rc == RC_OK)
        rc = apply(m, "grants.sql", false, e);
    return rc == RC_OK ? db_commit(m->db, e) : rc;
}

enum rc cmd_migrate(int argc, char **argv, struct rc_info *e)
{
    (void)argv;
    if (argc != 1)
        return rc_set(e, RC_USAGE, "migrate takes no arguments");
    struct migration m = {0};
    enum rc rc = migrate_begin(&m.db, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&m.a, (size_t)64 * 1024 * 1024);
    rc = apply_all(&m, e);
    if (rc != RC_OK)
        db_rollback(m.db);
    for (size_t i = 0; i < m.n_applied && rc == RC_OK; i++)
        (void)printf("applied %s\n", m.applied[i]);
    arena_release(&m.a);
    db_free(m.db);
    return rc;
}
