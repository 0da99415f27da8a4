/* minyi quarantine: see, try again or give up the batches that the tally could not open. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "store/quarantine_store.h"

enum { LIST_ARENA_MAX = 64 << 20 };

static enum rc list(struct db *db, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, LIST_ARENA_MAX);
    enum rc rc = quarantine_list(db, &a, &r, e);
    for (size_t i = 0; rc == RC_OK && i < r.n_rows; i++)
        (void)printf("%s  %s  %lld ballots  epoch %lld  %s\n", db_get_text(db_at(&r, i, 3)), db_get_text(db_at(&r, i, 0)),
                     (long long)db_get_i64(db_at(&r, i, 1)), (long long)db_get_i64(db_at(&r, i, 2)),
                     db_get_text(db_at(&r, i, 4)));
    if (rc == RC_OK && r.n_rows == 0)
        (void)printf("the quarantine is empty\n");
    arena_release(&a);
    return rc;
}

enum rc cmd_quarantine(int argc, char **argv, struct rc_info *e)
{
    bool is_retry = argc == 2 && strcmp(argv[1], "retry") == 0;
    bool is_discard = argc == 3 && strcmp(argv[1], "discard") == 0 && strcmp(argv[2], "--yes") == 0;
    if (argc == 2 && strcmp(argv[1], "discard") == 0)
        return rc_set(e, RC_USAGE, "the ballots would never be counted: say discard --yes if that is meant");
    if (argc != 1 && !is_retry && !is_discard)
        return rc_set(e, RC_USAGE, "say retry, discard --yes, or nothing to see the list");
    struct db *db = quarantine_db();
    if (db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    int64_t n = 0;
    enum rc rc = is_retry ? quarantine_retry(db, &n, e) : is_discard ? quarantine_discard(db, &n, e) : list(db, e);
    if (rc == RC_OK && is_retry)
        (void)printf("%lld batches are in the box again: the next tally tries them\n", (long long)n);
    if (rc == RC_OK && is_discard)
        (void)printf("%lld batches were given up\n", (long long)n);
    db_free(db);
    return rc;
}
