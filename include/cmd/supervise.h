/* supervise: keeps the programs of one machine running where there is no systemd (`make run`, tests,
 * containers).  Layer: cmd.  It binds the listening sockets itself, so that nothing is refused while
 * a program is away: connections wait in the socket for its successor.
 *
 * Configuration: one "key value" per line, the value being the rest of the line; '#' begins a comment
 * line; indentation is free. Lines before the first program hold for all of them.
 *     grace 10                seconds from SIGTERM to SIGKILL when stopping (10)
 *     env NAME=value          an environment variable; none is inherited
 *     program survey          runs always; back within a second when it ends
 *     every 60 tally          runs every 60 s, counted from start to start, never two at once
 * and below a program:
 *     command /abs/path       arg one-argument (any number)      env NAME=value
 *     socket /abs/path        its listening socket, on descriptor 0; mode 0660; group NAME
 *     user NAME               who runs it, with all groups of that user (root only)
 *     log /abs/path           stdout and stderr are appended here; otherwise the supervisor's stderr
 *     umask 0027              (0077)
 *     stop TERM|QUIT|INT      the signal that asks it to stop (TERM)
 *     remove /abs/path        a stale socket of its own, removed before every start */
#ifndef MINYI_CMD_SUPERVISE_H
#define MINYI_CMD_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/rc.h"

enum {
    SUPERVISE_PROGRAMS_MAX = 16,
    SUPERVISE_ARGS_MAX = 16,
    SUPERVISE_ENV_MAX = 48, /* of one program, those for all included */
    SUPERVISE_CONF_MAX = 64 * 1024,
    SUPERVISE_GROUPS_MAX = 32
};

struct supervise_program {
    const char *name;
    int64_t every_s; /* 0: runs always */
    const char *socket, *group, *user, *log, *remove; /* NULL when not given */
    unsigned mode, umask;
    int stop_signal;
    size_t n_args, n_env;
    const char *argv[SUPERVISE_ARGS_MAX + 2]; /* argv[0] is the command; ended by NULL */
    const char *env[SUPERVISE_ENV_MAX + 1];
};

struct supervise_conf {
    int64_t grace_s;
    size_t n;
    struct supervise_program programs[SUPERVISE_PROGRAMS_MAX];
};

/* Read the configuration; all strings live in `a`. `text` need not end with a NUL.
 * RC_OK; RC_INPUT ("line 7: ..."); RC_NOMEM. On failure *out is not to be used. */
enum rc supervise_parse(const char *text, size_t len, struct arena *a, struct supervise_conf *out,
                        struct rc_info *e) MUST_CHECK;

/* One program as it runs: what its process needs, looked up before the first fork. */
struct supervise_child {
    const struct supervise_program *p;
    int socket_fd;  /* -1: none */
    bool has_user;  /* switch to uid, gid, groups */
    uid_t uid;
    gid_t gid;
    int n_groups;
    gid_t groups[SUPERVISE_GROUPS_MAX];
    pid_t pid;          /* 0: not running */
    int64_t started_ms; /* of the monotonic clock */
    int64_t due_ms;     /* next start */
};

/* Look up user and group and bind the socket. A socket file that nobody listens on is replaced; one
 * that answers belongs to another supervisor: RC_BUSY. RC_OK, RC_INPUT (no such user or group),
 * RC_BUSY, RC_IO. */
enum rc supervise_prepare(struct supervise_child *c, const struct supervise_program *p,
                          struct rc_info *e) MUST_CHECK;

/* Start it in a process group of its own. RC_OK and c->pid; RC_IO. A command that cannot be executed
 * is seen as an exit status of 127. */
enum rc supervise_start(struct supervise_child *c, struct rc_info *e) MUST_CHECK;

/* Close the socket and remove its file. */
void supervise_release(struct supervise_child *c);

/* When a program that ended now is due again, in ms of the monotonic clock: at once if it ran for
 * half a second, else half a second after its last start; a job at its next turn. Pure. */
int64_t supervise_next_ms(const struct supervise_program *p, int64_t started_ms, int64_t now_ms);

#endif
