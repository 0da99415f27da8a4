#include "store/quarantine_store.h"

enum { LIST, RETRY, DISCARD, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [LIST] = {"quarantine_list", "SELECT slug, ballots, epoch_id, quarantined_at, reason FROM intake.quarantine_list()", 0},
    [RETRY] = {"quarantine_retry", "SELECT intake.quarantine_retry()", 0},
    [DISCARD] = {"quarantine_discard", "SELECT intake.quarantine_discard()", 0},
};

struct db *quarantine_db(void)
{
    return db_new(&(struct db_config){
        .role = "minyi_operator", .program = "minyi quarantine", .stmts = stmts, .n_stmts = N_STMTS});
}

enum rc quarantine_list(struct db *db, struct arena *a, struct db_rows *out, struct rc_info *e)
{
    return db_query(db, LIST, NULL, 0, a, out, e);
}

static enum rc one_number(struct db *db, int stmt, int64_t *n, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, stmt, NULL, 0, &a, &r, e);
    if (rc == RC_OK)
        *n = db_get_i64(db_at(&r, 0, 0));
    arena_release(&a);
    return rc;
}

enum rc quarantine_retry(struct db *db, int64_t *n, struct rc_info *e)
{
    return one_number(db, RETRY, n, e);
}

enum rc quarantine_discard(struct db *db, int64_t *n, struct rc_info *e)
{
    return one_number(db, DISCARD, n, e);
}
