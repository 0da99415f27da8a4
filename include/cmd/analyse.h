/* analyse: `tally analyse FILE.csv`, the statistics library for any CSV file.  Layer: cmd.
 * Needs no database and no settings.  Figures on stdout, chatter on stderr. */
#ifndef MINYI_CMD_ANALYSE_H
#define MINYI_CMD_ANALYSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

enum analyse_format { ANALYSE_TEXT, ANALYSE_JSON, ANALYSE_CSV };

enum { ANALYSE_LIST_MAX = 256 };

/* What an option was given, in the order of the command line; "A,B" counts as two where it lists. */
struct analyse_list {
    const char *items[ANALYSE_LIST_MAX];
    size_t n;
};

struct analyse_options {
    const char *file;
    const char *weights, *strata, *fpc, *lonely; /* column names, a rule's name; NULL: not given */
    const char *rake, *poststratify;             /* files of margins */
    double trim_low, trim_high;                  /* the same unit as the weights; infinite: that side is open */
    bool is_trimmed, is_trim_strict, is_fixed, is_missing_option, is_help;
    double confidence;
    enum analyse_format format;
    struct analyse_list questions, means, groups; /* column names */
    struct analyse_list tops, crosses, differences, alphas; /* "A=4:5", "A*B", "G:a-b", "A,B,C" */
};

/* Read the words after `tally analyse`. Lists point into argv or into memory that lives until the
 * program ends. RC_OK, RC_USAGE, RC_NOMEM. */
enum rc analyse_read_options(int argc, char **argv, struct analyse_options *o, struct rc_info *e) MUST_CHECK;

/* The text of `tally analyse --help`. */
extern const char analyse_help[];

/* The whole command; argv[0] is "analyse". Gives the exit status: 0 done, 1 failed, 2 wrong usage. */
int analyse_main(int argc, char **argv) MUST_CHECK;

#endif
