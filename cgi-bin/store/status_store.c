#include "store/status_store.h"

#include "store/db.h"

enum { BOX, QUARANTINE, RECOVERY, KEYS, RUN, DONE, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [BOX] = {"box", "SELECT coalesce(sum(ballots), 0)::bigint, coalesce(sum(batches), 0)::bigint, "
             "coalesce(min(oldest_us), 0)::bigint FROM intake.box_state()", 0},
    [QUARANTINE] = {"quarantine", "SELECT batches, ballots FROM intake.quarantine_state()", 0},
    [RECOVERY] = {"recovery", "SELECT keys FROM intake.recovery_state()", 0},
    [KEYS] = {"keys", "SELECT count(*), coalesce(extract(epoch FROM now())::bigint - max(created_s), -1) "
              "FROM intake.key_state() WHERE NOT is_destroyed", 0},
    [RUN] = {"run", "SELECT outcome, message FROM publish.run WHERE kind = 'tally' ORDER BY run_id DESC LIMIT 1", 0},
    /* A ballot that two tallies found in the box, beyond those that were too few, was passed by. One
     * tally is not enough: a ballot may come from the spool later than it arrived. */
    [DONE] = {"done", "WITH d AS (SELECT row_number() OVER (ORDER BY run_id DESC) AS i, started_at, finished_at, waiting "
              "FROM publish.run WHERE kind = 'tally' AND outcome = 'done' ORDER BY run_id DESC LIMIT 2) "
              "SELECT extract(epoch FROM now() - a.finished_at)::bigint, a.waiting, "
              "coalesce(intake.box_before((extract(epoch FROM b.started_at) * 1000000)::bigint), 0) "
              "FROM d a LEFT JOIN d b ON b.i = 2 WHERE a.i = 1", 0},
};

enum rc status_read(struct arena *a, struct house_state *out, struct rc_info *e)
{
    struct db_rows r[N_STMTS] = {0};
    struct db *db = db_new(&(struct db_config){
        .role = "minyi_operator", .program = "minyi status", .deadline_ms = 10000, .stmts = stmts, .n_stmts = N_STMTS});
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : RC_OK;
    for (int i = 0; i < N_STMTS && rc == RC_OK; i++)
        rc = db_query(db, i, NULL, 0, a, &r[i], e);
    db_free(db);
    if (rc != RC_OK)
        return rc;
    *out = (struct house_state){
        .has_run = r[DONE].n_rows > 0,
        .run_age_s = db_get_i64(db_at(&r[DONE], 0, 0)),
        .run_outcome = r[RUN].n_rows > 0 ? db_get_text(db_at(&r[RUN], 0, 0)) : "never",
        .run_message = db_get_text(db_at(&r[RUN], 0, 1)),
        .box_ballots = db_get_i64(db_at(&r[BOX], 0, 0)),
        .box_batches = db_get_i64(db_at(&r[BOX], 0, 1)),
        .box_oldest_us = db_get_i64(db_at(&r[BOX], 0, 2)),
        .waiting = db_get_i64(db_at(&r[DONE], 0, 1)),
        .passed_by = db_get_i64(db_at(&r[DONE], 0, 2)),
        .quarantine_batches = db_get_i64(db_at(&r[QUARANTINE], 0, 0)),
        .quarantine_ballots = db_get_i64(db_at(&r[QUARANTINE], 0, 1)),
        .n_recovery_keys = db_get_i64(db_at(&r[RECOVERY], 0, 0)),
        .n_keys = db_get_i64(db_at(&r[KEYS], 0, 0)),
        .newest_key_age_s = db_get_i64(db_at(&r[KEYS], 0, 1)),
    };
    return RC_OK;
}
