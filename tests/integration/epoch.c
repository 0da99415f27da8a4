/* epoch EPOCH_ID: make an epoch's key pair as the tally does: secret half into MINYI_KEYRING_DIR,
 * public half and escrow into the database.  For tests of the keys without a tally. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/settings.h"
#include "box/keyring.h"
#include "store/db.h"

enum { RECOVERY, ADD };
static const struct db_stmt stmts[] = {
    [RECOVERY] = {"recovery", "SELECT recovery_id, public_key FROM intake.recovery_key ORDER BY recovery_id DESC LIMIT 1", 0},
    [ADD] = {"add", "INSERT INTO intake.epoch_key (epoch_id, public_key, recovery_id, escrow) "
             "VALUES ($1::bigint, $2::bytea, $3::bigint, $4::bytea)", 4},
};

int main(int argc, char **argv)
{
    unsigned char pk[BATCH_PUBLIC_BYTES], escrow[KEYRING_ESCROW_BYTES];
    struct rc_info e = {0};
    struct arena a;
    struct db_rows r;
    if (argc != 2 || sodium_init() < 0 || settings_load(&e) != RC_OK)
        return 2;
    int64_t id = strtoll(argv[1], NULL, 10);
    struct db *db = db_new(&(struct db_config){.role = "minyi_tally", .program = "epoch", .stmts = stmts, .n_stmts = 2});
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, RECOVERY, NULL, 0, &a, &r, &e);
    if (rc == RC_OK && (r.n_rows != 1 || db_at(&r, 0, 1)->len != BATCH_PUBLIC_BYTES))
        rc = rc_set(&e, RC_NOTFOUND, "there is no recovery key");
    if (rc == RC_OK)
        rc = keyring_make(setting(SET_KEYRING_DIR), id, (const unsigned char *)db_at(&r, 0, 1)->p, pk, escrow, &e);
    const struct db_param p[] = {db_i64(id), db_bytes(pk, sizeof pk), db_i64(rc == RC_OK ? db_get_i64(db_at(&r, 0, 0)) : 0),
                                 db_bytes(escrow, sizeof escrow)};
    if (rc == RC_OK)
        rc = db_query(db, ADD, p, 4, NULL, NULL, &e);
    if (rc != RC_OK)
        (void)fprintf(stderr, "epoch: %s\n", e.msg);
    arena_release(&a);
    db_free(db);
    return rc_exit_status(rc);
}
