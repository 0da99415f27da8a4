/* settings: every MINYI_* environment variable, in one table (settings.c).  Layer 0 (base).
 * Read once at start; constant afterwards, so threads may read without a lock. */
#ifndef MINYI_BASE_SETTINGS_H
#define MINYI_BASE_SETTINGS_H

#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"

enum setting {
    SET_HTML_DIR,       /* page frame, style sheet, translations */
    SET_SQL_DIR,        /* schema files */
    SET_SPOOL_DIR,      /* sealed batches while the database is away */
    SET_CACHE_DIR,      /* the survey program's copy of what it serves */
    SET_KEYRING_DIR,    /* secret epoch keys; the tally's user alone */
    SET_SECRETS_DIR,    /* cookie signing secret */
    SET_TALLY_SECRETS_DIR, /* rounding secret; the tally's user alone */
    SET_DESK_DIR,       /* the desk's secret; the admin program alone */
    SET_DATA_DIR,       /* folder of the database, whose disk `minyi status` watches; "" = not watched */
    SET_REPORT_DIR,     /* white papers: written by the tally, read by results */
    SET_BASE_URL,       /* https://host of the site, no slash at the end; "" = relative */
    SET_SITE_ORGANISER, /* footer: who runs the site; "" = not shown, as the three below */
    SET_SITE_ICP,       /* footer: ICP filing number */
    SET_SITE_POLICE,    /* footer: public security filing number */
    SET_SITE_CODE,      /* footer: the site's identification code */
    SET_TLS,            /* 1: cookies are Secure */
    SET_DESK_TLS,       /* 1: the desk is reached over https: its cookie is Secure and __Host- */
    SET_DB_DEADLINE_MS, /* how long one statement may take for a serving program */
    SET_REFRESH_S,      /* how often survey and results look for new versions and figures */
    SET_EPOCH_DAYS,     /* age at which the tally makes a new key pair */
    SET_OPENING_BALLOTS, /* most ballots that the tally opens in one transaction */
    SET_SLOTS,          /* ballots in hand at once in survey */
    SET_COOKIE_DAYS,    /* life of an unsent ballot key */
    SET_FAULT,          /* tests: name of the point at which the program kills itself */
    SET_N
};

/* Read and check the environment. RC_USAGE with the variable's name when one is out of range. */
enum rc settings_load(struct rc_info *e) MUST_CHECK;

/* The value as text, or as a number (0 for text settings). Valid for ever. */
const char *setting(enum setting id);
int64_t setting_int(enum setting id);

/* The table with default, unit and help, for --help. */
void settings_print(FILE *to);

/* Tests only: end the program by SIGKILL when MINYI_FAULT names this point. */
void fault_point(const char *name);

#endif
