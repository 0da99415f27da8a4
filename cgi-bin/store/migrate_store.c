#include "store/migrate_store.h"

#include <string.h>

enum { LOCK, SEEN, NOTE, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [LOCK] = {"migration_lock", "LOCK TABLE core.migration IN ACCESS EXCLUSIVE MODE", 0},
    [SEEN] = {"migration_seen", "SELECT hash FROM core.migration WHERE name = $1::text", 1},
    [NOTE] = {"migration_note", "INSERT INTO core.migration (name, hash) VALUES ($1::text, $2::bytea)", 2},
};

/* Before the first migration there is neither schema nor table to look into. Two that begin at once
 * meet in the catalog: one of them fails, with nothing changed, and may be run again. */
static const char begin_sql[] =
    "DO $$ BEGIN IF to_regclass('core.migration') IS NULL THEN "
    "CREATE SCHEMA IF NOT EXISTS core; CREATE TABLE core.migration (name text PRIMARY KEY, "
    "hash bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()); END IF; END $$";

static struct db *owner_db(const struct db_stmt *s, size_t n)
{
    return db_new(&(struct db_config){
        .role = "minyi_owner", .program = "minyi migrate", .stmts = s, .n_stmts = n});
}

enum rc migrate_begin(struct db **out, struct rc_info *e)
{
    *out = NULL;
    struct db *first = owner_db(NULL, 0); /* the table must be there before statements on it prepare */
    enum rc rc = first == NULL ? rc_set(e, RC_NOMEM, "no memory") : db_run_script(first, begin_sql, e);
    db_free(first);
    if (rc != RC_OK)
        return rc;
    struct db *db = owner_db(stmts, N_STMTS);
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : db_begin(db, e);
    if (rc == RC_OK)
        rc = db_query(db, LOCK, NULL, 0, NULL, NULL, e);
    if (rc == RC_OK)
        *out = db;
    else
        db_free(db);
    return rc;
}

enum rc migrate_was_applied(struct db *db, const char *name, const unsigned char hash[MIGRATE_HASH_BYTES],
                            bool *was, struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(name)};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, SEEN, p, 1, &a, &r, e);
    *was = rc == RC_OK && r.n_rows > 0;
    const struct db_cell *had = db_at(&r, 0, 0);
    if (*was && (had->len != MIGRATE_HASH_BYTES || memcmp(had->p, hash, MIGRATE_HASH_BYTES) != 0))
        rc = rc_set(e, RC_CONFLICT, "\"%s\" was changed after it had been applied: put it back, and write "
                    "the change as a new file with the next number", name);
    arena_release(&a);
    return rc;
}

enum rc migrate_note(struct db *db, const char *name, const unsigned char hash[MIGRATE_HASH_BYTES], struct rc_info *e)
{
    const struct db_param p[] = {db_text(name), db_bytes(hash, MIGRATE_HASH_BYTES)};
    return db_query(db, NOTE, p, 2, NULL, NULL, e);
}
