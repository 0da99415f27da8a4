/* minyi open, minyi close. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "store/operator_store.h"

static enum rc set_state(int argc, char **argv, const char *state, struct rc_info *e)
{
    if (argc != 2)
        return rc_set(e, RC_USAGE, "name one survey");
    struct db *db = operator_db();
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : operator_set_state(db, argv[1], state, e);
    db_free(db);
    if (rc == RC_OK)
        (void)printf("%s is %s\n", argv[1], state);
    return rc;
}

enum rc cmd_open(int argc, char **argv, struct rc_info *e)
{
    return set_state(argc, argv, "open", e);
}

enum rc cmd_close(int argc, char **argv, struct rc_info *e)
{
    return set_state(argc, argv, "closed", e);
}
