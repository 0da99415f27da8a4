/* cmd: the operator's commands, one file each.  Layer: cmd (above store and box).
 * Output on stdout, chatter on stderr; the message of a failure is printed once, by minyi.c. */
#ifndef MINYI_CMD_CMD_H
#define MINYI_CMD_CMD_H

#include "base/rc.h"

/* argv[0] is the command's name. RC_USAGE makes minyi.c print the usage line. */
typedef enum rc command_fn(int argc, char **argv, struct rc_info *e);

command_fn cmd_waves, cmd_comparable, cmd_export;
command_fn cmd_migrate, cmd_check, cmd_publish, cmd_open, cmd_close, cmd_import, cmd_key, cmd_status, cmd_user, cmd_audit, cmd_sensitive, cmd_quarantine,
    cmd_census, cmd_margins, cmd_poster, cmd_paper, cmd_invite, cmd_export_form, cmd_template, cmd_verify;

#endif
