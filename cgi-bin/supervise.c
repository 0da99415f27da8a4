/* supervise: keep the programs running. Binds each socket itself, gives it to the program as file
 * descriptor 0, restarts what ends, runs the tally at intervals, and stops everything on SIGTERM.
 * Usage: supervise CONFIG.  The file's lines hold fields separated by tabs:
 *   env    NAME=VALUE                          for every program
 *   log    FOLDER                              NAME.log of each
 *   group  GROUP                               of the sockets (mode 0660)
 *   serve  NAME  USER  SOCKET   COMMAND  ARG...
 *   keep   NAME  USER  COMMAND  ARG...         (stopped with SIGQUIT, before the others)
 *   every  NAME  USER  SECONDS  COMMAND  ARG...
 * USER "-" is the user who runs supervise. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

enum { UNITS_MAX = 16, FIELDS_MAX = 32, RESTART_MS = 200, SLOW_RESTART_MS = 1000, GRACE_MS = 15000, BACKLOG = 511 };
enum kind { SERVE, KEEP, EVERY };

struct unit {
    enum kind kind;
    const char *name, *user, *socket;
    int64_t every_s;
    char *argv[FIELDS_MAX];
    int listen_fd;
    pid_t pid;           /* 0: not running */
    int64_t started_ms, next_ms;
};

struct house {
    struct unit units[UNITS_MAX];
    size_t n_units;
    const char *log_dir, *group;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- configuration ---- */

static enum rc read_unit(struct house *h, enum kind kind, char **f, size_t n, size_t line, struct rc_info *e)
{
    size_t command = kind == KEEP ? 3 : 4;
    if (n <= command || h->n_units == UNITS_MAX)
        return rc_set(e, RC_INPUT, "line %zu has too few fields, or there are over %d programs", line, UNITS_MAX);
    struct unit *u = &h->units[h->n_units++];
    *u = (struct unit){.kind = kind, .name = f[1], .user = f[2], .listen_fd = -1};
    if (kind == SERVE)
        u->socket = f[3];
    if (kind == EVERY && text_to_i64(f[3], strlen(f[3]), 1, 86400 * 7, &u->every_s) != RC_OK)
        return rc_set(e, RC_INPUT, "line %zu: \"%s\" is not a number of seconds", line, f[3]);
    for (size_t i = command; i < n; i++)
        u->argv[i - command] = f[i];
    return RC_OK;
}

static enum rc read_line(struct house *h, char *text, size_t line, struct rc_info *e)
{
    char *fields[FIELDS_MAX] = {0};
    size_t n = 0;
    for (char *save = NULL, *f = strtok_r(text, "\t", &save); f != NULL && n < FIELDS_MAX - 1; f = strtok_r(NULL, "\t", &save))
        fields[n++] = f;
    if (n == 0 || fields[0][0] == '#')
        return RC_OK;
    if (strcmp(fields[0], "env") == 0 && n == 2 && strchr(fields[1], '=') != NULL)
        return putenv(fields[1]) == 0 ? RC_OK : rc_set(e, RC_NOMEM, "no memory");
    if (strcmp(fields[0], "log") == 0 && n == 2) {
        h->log_dir = fields[1];
        return RC_OK;
    }
    if (strcmp(fields[0], "group") == 0 && n == 2) {
        h->group = fields[1];
        return RC_OK;
    }
    if (strcmp(fields[0], "serve") == 0)
        return read_unit(h, SERVE, fields, n, line, e);
    if (strcmp(fields[0], "keep") == 0)
        return read_unit(h, KEEP, fields, n, line, e);
    if (strcmp(fields[0], "every") == 0)
        return read_unit(h, EVERY, fields, n, line, e);
    return rc_set(e, RC_INPUT, "line %zu: \"%s\" is not known", line, fields[0]);
}

static enum rc read_config(struct house *h, char *text, struct rc_info *e)
{
    size_t line = 0;
    enum rc rc = RC_OK;
    while (text != NULL && rc == RC_OK) {
        char *end = strchr(text, '\n');
        if (end != NULL)
            *end = '\0';
        rc = read_line(h, text, ++line, e);
        text = end != NULL ? end + 1 : NULL;
    }
    if (rc == RC_OK && h->log_dir == NULL)
        return rc_set(e, RC_INPUT, "there is no log folder");
    return rc;
}

/* ---- sockets ---- */

static enum rc bind_socket(const struct house *h, struct unit *u, struct rc_info *e)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(u->socket) >= sizeof at.sun_path)
        return rc_set(e, RC_INPUT, "the socket's path is too long (%zu over %zu): \"%s\"", strlen(u->socket),
                      sizeof at.sun_path - 1, u->socket);
    memcpy(at.sun_path, u->socket, strlen(u->socket) + 1);
    (void)unlink(u->socket); /* of an earlier run; the folder is ours alone */
    u->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t before = umask(0117);
    bool is_bound = u->listen_fd >= 0 && bind(u->listen_fd, (struct sockaddr *)&at, sizeof at) == 0;
    (void)umask(before);
    if (!is_bound || listen(u->listen_fd, BACKLOG) != 0)
        return rc_set(e, RC_IO, "cannot listen on \"%s\": %s", u->socket, strerror(errno));
    const struct group *g = h->group != NULL && getuid() == 0 ? getgrnam(h->group) : NULL;
    if (g != NULL && chown(u->socket, (uid_t)-1, g->gr_gid) != 0)
        return rc_set(e, RC_IO, "cannot give \"%s\" to group %s: %s", u->socket, h->group, strerror(errno));
    return RC_OK;
}

/* ---- starting and ending ---- */

static bool become(const char *user)
{
    if (strcmp(user, "-") == 0 || getuid() != 0)
        return true;
    const struct passwd *p = getpwnam(user);
    return p != NULL && initgroups(user, p->pw_gid) == 0 && setgid(p->pw_gid) == 0 && setuid(p->pw_uid) == 0;
}

static void child(const struct house *h, const struct unit *u)
{
    char path[4096];
    sigset_t none;
    (void)snprintf(path, sizeof path, "%s/%s.log", h->log_dir, u->name);
    int log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
    int in = u->listen_fd >= 0 ? u->listen_fd : open("/dev/null", O_RDONLY);
    if (log_fd < 0 || in < 0 || dup2(in, 0) < 0 || dup2(log_fd, 1) < 0 || dup2(log_fd, 2) < 0 || setpgid(0, 0) != 0 ||
        !become(u->user) || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || chdir("/") != 0)
        _exit(126);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execv(u->argv[0], u->argv);
    _exit(127);
}

static void start(const struct house *h, struct unit *u)
{
    u->started_ms = now_ms();
    u->pid = fork();
    if (u->pid == 0)
        child(h, u);
    if (u->pid < 0) {
        log_error("fork", kv_s("program", u->name), kv_s("why", strerror(errno)));
        u->pid = 0;
        u->next_ms = u->started_ms + SLOW_RESTART_MS;
    }
}

static void ended(struct unit *u, int status, bool is_stopping)
{
    int64_t now = now_ms();
    u->pid = 0;
    if (u->kind == EVERY) {
        u->next_ms = u->started_ms + u->every_s * 1000;
        if (status != 0)
            log_warn("ended", kv_s("program", u->name), kv_i("exit", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
                     kv_i("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
        return;
    }
    u->next_ms = now + (now - u->started_ms < SLOW_RESTART_MS ? SLOW_RESTART_MS - RESTART_MS : RESTART_MS);
    if (!is_stopping)
        log_warn("restart", kv_s("program", u->name), kv_i("exit", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
                 kv_i("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
}

static void reap(struct house *h, bool is_stopping)
{
    int status;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG))
        for (size_t i = 0; i < h->n_units; i++)
            if (h->units[i].pid == pid)
                ended(&h->units[i], status, is_stopping);
}

static bool is_running(const struct house *h, enum kind kind)
{
    for (size_t i = 0; i < h->n_units; i++)
        if (h->units[i].kind == kind && h->units[i].pid > 0)
            return true;
    return false;
}

static void wait_signal(const sigset_t *set, int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)sigtimedwait(set, NULL, &t);
}

/* Stop one kind of program and wait for it, at most until the deadline; then by force. */
static void stop_kind(struct house *h, enum kind kind, int sig, const sigset_t *set, int64_t deadline)
{
    for (size_t i = 0; i < h->n_units; i++)
        if (h->units[i].kind == kind && h->units[i].pid > 0)
            (void)kill(h->units[i].pid, sig);
    for (reap(h, true); is_running(h, kind) && now_ms() < deadline; reap(h, true))
        wait_signal(set, 50);
    for (size_t i = 0; i < h->n_units; i++)
        if (h->units[i].kind == kind && h->units[i].pid > 0) {
            log_error("killed", kv_s("program", h->units[i].name));
            (void)kill(h->units[i].pid, SIGKILL);
            (void)waitpid(h->units[i].pid, NULL, 0);
            h->units[i].pid = 0;
        }
}

static void run(struct house *h, const sigset_t *set)
{
    for (;;) {
        int64_t now = now_ms(), next = now + 60000;
        reap(h, false);
        for (size_t i = 0; i < h->n_units; i++) {
            struct unit *u = &h->units[i];
            if (u->pid == 0 && u->next_ms <= now)
                start(h, u);
            if (u->pid == 0 && u->next_ms < next)
                next = u->next_ms;
        }
        struct timespec t = {.tv_sec = (next - now) / 1000, .tv_nsec = (next - now) % 1000 * 1000000};
        int sig = sigtimedwait(set, NULL, &t);
        if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP)
            return;
    }
}

static enum rc supervise(const char *path, struct rc_info *e)
{
    static struct house h;
    static struct arena a; /* the configuration lives as long as the program: argv and env point into it */
    char *text = NULL;
    size_t len = 0;
    sigset_t set;
    arena_init(&a, 1 << 20);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return rc_set(e, RC_IO, "cannot block signals");
    enum rc rc = file_read(path, 1 << 16, &a, &text, &len, e);
    if (rc == RC_OK)
        rc = read_config(&h, text, e);
    for (size_t i = 0; rc == RC_OK && i < h.n_units; i++)
        if (h.units[i].kind == SERVE)
            rc = bind_socket(&h, &h.units[i], e);
    if (rc != RC_OK)
        return rc;
    run(&h, &set);
    int64_t deadline = now_ms() + GRACE_MS;
    stop_kind(&h, KEEP, SIGQUIT, &set, now_ms() + GRACE_MS / 3);
    stop_kind(&h, SERVE, SIGTERM, &set, deadline);
    stop_kind(&h, EVERY, SIGTERM, &set, deadline);
    for (size_t i = 0; i < h.n_units; i++)
        if (h.units[i].socket != NULL)
            (void)unlink(h.units[i].socket);
    return RC_OK;
}

int main(int argc, char **argv)
{
    struct rc_info e = {0};
    log_program("supervise");
    if (argc != 2) {
        (void)fprintf(stderr, "usage: supervise CONFIG\n");
        return 2;
    }
    enum rc rc = supervise(argv[1], &e);
    if (rc != RC_OK)
        (void)fprintf(stderr, "supervise: %s\n", e.msg);
    return rc_exit_status(rc);
}
