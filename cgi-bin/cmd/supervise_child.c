#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd/supervise.h"

enum { BACKLOG = 4096, RESTART_MS = 500, CANNOT_EXECUTE = 127 };

int64_t supervise_next_ms(const struct supervise_program *p, int64_t started_ms, int64_t now_ms)
{
    int64_t due = started_ms + (p->every_s > 0 ? p->every_s * 1000 : RESTART_MS);
    return due > now_ms ? due : now_ms;
}

static enum rc look_up_user(struct supervise_child *c, struct rc_info *e)
{
    if (c->p->user == NULL)
        return RC_OK;
    const struct passwd *pw = getpwnam(c->p->user);
    if (pw == NULL)
        return rc_set(e, RC_INPUT, "program \"%s\": there is no user \"%s\"", c->p->name, c->p->user);
    if (geteuid() != 0) {
        if (pw->pw_uid == geteuid())
            return RC_OK;
        return rc_set(e, RC_INPUT, "program \"%s\": only root can run it as \"%s\"", c->p->name, c->p->user);
    }
    c->has_user = true;
    c->uid = pw->pw_uid;
    c->gid = pw->pw_gid;
    c->n_groups = SUPERVISE_GROUPS_MAX;
    if (getgrouplist(c->p->user, c->gid, c->groups, &c->n_groups) < 0)
        return rc_set(e, RC_INPUT, "program \"%s\": \"%s\" is in too many groups", c->p->name, c->p->user);
    return RC_OK;
}

/* True when somebody accepts connections at the address. */
static bool is_answered(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is = fd >= 0 && (connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno == EAGAIN);
    if (fd >= 0)
        (void)close(fd);
    return is;
}

static enum rc make_way(const struct sockaddr_un *at, struct rc_info *e)
{
    struct stat st;
    if (lstat(at->sun_path, &st) != 0)
        return errno == ENOENT ? RC_OK : rc_set(e, RC_IO, "\"%s\": %s", at->sun_path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return rc_set(e, RC_IO, "\"%s\" is there and is not a socket", at->sun_path);
    if (is_answered(at))
        return rc_set(e, RC_BUSY, "\"%s\" is in use by another supervisor", at->sun_path);
    if (unlink(at->sun_path) != 0)
        return rc_set(e, RC_IO, "cannot replace \"%s\": %s", at->sun_path, strerror(errno));
    return RC_OK;
}

/* Nobody can connect between bind and chmod: the umask leaves no right to anyone else. */
static int bind_quietly(const struct sockaddr_un *at, const struct supervise_program *p, gid_t group)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    mode_t before = umask(0177);
    int failed = bind(fd, (const struct sockaddr *)at, sizeof *at);
    (void)umask(before);
    if (failed == 0 && p->group != NULL)
        failed = chown(at->sun_path, (uid_t)-1, group);
    if (failed == 0)
        failed = chmod(at->sun_path, p->mode);
    if (failed == 0)
        failed = listen(fd, BACKLOG);
    if (failed == 0)
        return fd;
    int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

static enum rc open_socket(struct supervise_child *c, struct rc_info *e)
{
    const struct supervise_program *p = c->p;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    gid_t group = (gid_t)-1;
    if (p->socket == NULL)
        return RC_OK;
    if (strlen(p->socket) >= sizeof at.sun_path)
        return rc_set(e, RC_INPUT, "\"%s\" is too long for a socket", p->socket);
    memcpy(at.sun_path, p->socket, strlen(p->socket) + 1);
    if (p->group != NULL) {
        const struct group *gr = getgrnam(p->group);
        if (gr == NULL)
            return rc_set(e, RC_INPUT, "program \"%s\": there is no group \"%s\"", p->name, p->group);
        group = gr->gr_gid;
    }
    enum rc rc = make_way(&at, e);
    if (rc != RC_OK)
        return rc;
    c->socket_fd = bind_quietly(&at, p, group);
    return c->socket_fd >= 0 ? RC_OK : rc_set(e, RC_IO, "cannot listen on \"%s\": %s", p->socket, strerror(errno));
}

enum rc supervise_prepare(struct supervise_child *c, const struct supervise_program *p, struct rc_info *e)
{
    *c = (struct supervise_child){.p = p, .socket_fd = -1};
    enum rc rc = look_up_user(c, e);
    return rc == RC_OK ? open_socket(c, e) : rc;
}

void supervise_release(struct supervise_child *c)
{
    if (c->socket_fd < 0)
        return;
    (void)close(c->socket_fd);
    (void)unlink(c->p->socket);
    c->socket_fd = -1;
}

/* What follows runs in the new process, before its program. */

static _Noreturn void give_up(const char *what)
{
    (void)dprintf(STDERR_FILENO, "supervise: cannot start: %s: %s\n", what, strerror(errno));
    _exit(CANNOT_EXECUTE);
}

static void take_descriptors(const struct supervise_child *c)
{
    if (c->p->log != NULL) {
        int log = open(c->p->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        if (log < 0)
            give_up(c->p->log);
        if (dup2(log, STDERR_FILENO) < 0)
            give_up("standard error");
    }
    int in = c->socket_fd >= 0 ? c->socket_fd : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        give_up("standard input");
    if (close_range(3, ~0U, 0) != 0)
        give_up("the other descriptors");
}

static void take_user(const struct supervise_child *c)
{
    if (!c->has_user)
        return;
    if (setgroups((size_t)c->n_groups, c->groups) != 0 || setresgid(c->gid, c->gid, c->gid) != 0 ||
        setresuid(c->uid, c->uid, c->uid) != 0)
        give_up(c->p->user);
    if (c->uid != 0 && setuid(0) == 0) {
        errno = EPERM;
        give_up("the old rights are still there");
    }
}

/* No dumps: they would hold answers. No new rights. An end with the supervisor, however it ends:
 * asked for after the change of user, which would clear it, and checked, as it may be gone already. */
static void take_limits(const struct supervise_child *c, pid_t supervisor)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_PDEATHSIG, c->p->stop_signal, 0, 0, 0) != 0)
        give_up("limits");
    if (getppid() != supervisor)
        _exit(CANNOT_EXECUTE);
    (void)umask(c->p->umask);
    if (chdir("/") != 0)
        give_up("/");
}

static void take_signals(void)
{
    sigset_t none;
    (void)sigemptyset(&none);
    for (int sig = 1; sig < SIGRTMIN; sig++)
        (void)signal(sig, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct supervise_child *c, pid_t supervisor)
{
    /* execve takes pointers to char that it does not change: POSIX.1-2017, exec, rationale */
    union { const char *const *from; char *const *to; } argv = {.from = c->p->argv}, env = {.from = c->p->env};
    (void)setpgid(0, 0);
    take_descriptors(c);
    take_user(c);
    take_limits(c, supervisor);
    take_signals();
    (void)execve(c->p->argv[0], argv.to, env.to);
    give_up(c->p->argv[0]);
}

enum rc supervise_start(struct supervise_child *c, struct rc_info *e)
{
    struct stat st;
    if (c->p->remove != NULL && lstat(c->p->remove, &st) == 0 && S_ISSOCK(st.st_mode))
        (void)unlink(c->p->remove);
    pid_t supervisor = getpid(), pid = fork();
    if (pid < 0)
        return rc_set(e, RC_IO, "cannot fork: %s", strerror(errno));
    if (pid == 0)
        become(c, supervisor);
    (void)setpgid(pid, pid); /* both sides do it: whoever is first */
    c->pid = pid;
    return RC_OK;
}
