/* help: what `minyi COMMAND --help` prints below the usage line.  Layer: cmd. */
#ifndef MINYI_CMD_HELP_H
#define MINYI_CMD_HELP_H

/* Each option and an example of it, lines of at most 100 columns; NULL for a command that prints a help
 * of its own, or for none. */
const char *help_text(const char *command);

#endif
