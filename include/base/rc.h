/* rc: result codes and the one message that goes with a failure.  Layer 0 (base).
 * The code steers the program, the text informs the operator. */
#ifndef MINYI_BASE_RC_H
#define MINYI_BASE_RC_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

enum rc {
    RC_OK = 0,
    RC_USAGE,       /* the command line is wrong */
    RC_INPUT,       /* what came from outside is not well formed or out of range */
    RC_NOTFOUND,    /* there is no such thing */
    RC_GONE,        /* there was, and it is closed */
    RC_CONFLICT,    /* it contradicts what is there already */
    RC_FORBIDDEN,   /* not allowed for this caller */
    RC_TOOBIG,      /* over a fixed limit */
    RC_NOMEM,       /* the arena's cap or the machine's memory is reached */
    RC_DB,          /* the database answered with an error */
    RC_AWAY,        /* the database did not answer or the connection broke: try again or spool */
    RC_IO,          /* a file or a socket failed */
    RC_CRYPTO,      /* a key is missing or a seal does not open */
    RC_BUSY,        /* another run holds the lock */
    RC_UNAVAILABLE, /* neither database nor spool can take it */
    RC_N
};

struct rc_info {
    enum rc rc;
    char msg[480]; /* lower case, no full stop, subject in quotes; "" when rc is RC_OK */
    const char *reason; /* what a citizen is told: the literal catalogue key "reason.<this>", or NULL */
};

/* Set code and message in one expression and give the code back:
 *     return rc_set(e, RC_INPUT, "age %d is outside 0..130", age);
 * `e` may be NULL.  A message that does not fit is cut. */
enum rc rc_set(struct rc_info *e, enum rc rc, const char *fmt, ...) PRINTF(3, 4);

/* The same with a reason: `return rc_set_reason(e, RC_INPUT, "bad_utf8", "the path is not ...");` */
enum rc rc_set_reason(struct rc_info *e, enum rc rc, const char *reason, const char *fmt, ...)
    PRINTF(4, 5);

/* Short name of a code ("input", "away"), for logs and tests. */
const char *rc_name(enum rc rc);

/* HTTP status for a code: 200, 400, 404, 410, 409, 403, 413, 500, 503. */
int rc_http_status(enum rc rc);

/* Exit status for a code: 0 done, 1 failed, 2 wrong usage, 75 try again. */
int rc_exit_status(enum rc rc);

#endif
