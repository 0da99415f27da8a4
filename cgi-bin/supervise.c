/* supervise CONFIGURATION: keep programs running; the configuration is described in cmd/supervise.h.
 * SIGTERM, SIGINT: stop them all, wait, and end. SIGHUP: have each replaced by a new one.
 * Exit status: 0 stopped as asked; 1 could not begin; 2 wrong usage. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/supervise.h"

enum { IDLE_MS = 60 * 1000 };

struct supervisor {
    struct supervise_conf conf;
    struct supervise_child children[SUPERVISE_PROGRAMS_MAX];
    sigset_t signals;
};

static int64_t clock_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void start_due(struct supervisor *s)
{
    for (size_t i = 0; i < s->conf.n; i++) {
        struct supervise_child *c = &s->children[i];
        int64_t now = clock_ms();
        if (c->pid != 0 || c->due_ms > now)
            continue;
        struct rc_info e = {0};
        c->started_ms = now;
        if (supervise_start(c, &e) == RC_OK) {
            log_info("started", kv_s("program", c->p->name), kv_i("pid", c->pid));
        } else {
            log_error("not_started", kv_s("program", c->p->name), kv_s("why", e.msg));
            c->due_ms = supervise_next_ms(c->p, now, now);
        }
    }
}

static int64_t next_due_ms(const struct supervisor *s)
{
    int64_t now = clock_ms(), next = now + IDLE_MS;
    for (size_t i = 0; i < s->conf.n; i++)
        if (s->children[i].pid == 0 && s->children[i].due_ms < next)
            next = s->children[i].due_ms;
    return next > now ? next - now : 0;
}

static void note_end(struct supervise_child *c, int status)
{
    int64_t now = clock_ms();
    const char *how = WIFSIGNALED(status) ? "signal" : "status";
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (c->p->every_s > 0 && status == 0)
        log_info("done", kv_s("program", c->p->name), kv_i("ms", now - c->started_ms));
    else
        log_warn("ended", kv_s("program", c->p->name), kv_i("pid", c->pid), kv_i(how, number),
                 kv_i("ran_ms", now - c->started_ms));
    c->pid = 0;
    c->due_ms = supervise_next_ms(c->p, c->started_ms, now);
}

/* Collect who ended. What a program left in its process group (nginx its workers, which would keep
 * the port) ends with it: killed before the process is collected, while its number is still its own. */
static void reap(struct supervisor *s)
{
    siginfo_t who = {0};
    while (waitid(P_ALL, 0, &who, WEXITED | WNOHANG | WNOWAIT) == 0 && who.si_pid != 0) {
        int status = 0;
        (void)kill(-who.si_pid, SIGKILL);
        if (waitpid(who.si_pid, &status, 0) == who.si_pid)
            for (size_t i = 0; i < s->conf.n; i++)
                if (s->children[i].pid == who.si_pid)
                    note_end(&s->children[i], status);
        who.si_pid = 0;
    }
}

static size_t signal_all(const struct supervisor *s, bool with_group, int sig)
{
    size_t n = 0;
    for (size_t i = 0; i < s->conf.n; i++) {
        const struct supervise_child *c = &s->children[i];
        if (c->pid == 0)
            continue;
        n++;
        (void)kill(with_group ? -c->pid : c->pid, sig != 0 ? sig : c->p->stop_signal);
    }
    return n;
}

/* A signal within `ms`, or 0. */
static int wait_signal(const struct supervisor *s, int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    int sig = sigtimedwait(&s->signals, NULL, &t);
    return sig > 0 ? sig : 0;
}

static void run(struct supervisor *s)
{
    for (;;) {
        start_due(s);
        int sig = wait_signal(s, next_due_ms(s));
        reap(s);
        if (sig == SIGTERM || sig == SIGINT)
            return;
        if (sig == SIGHUP)
            (void)signal_all(s, false, 0);
    }
}

static bool is_any_left(const struct supervisor *s)
{
    for (size_t i = 0; i < s->conf.n; i++)
        if (s->children[i].pid != 0)
            return true;
    return false;
}

static void wait_all(struct supervisor *s, int64_t until_ms)
{
    for (;;) {
        reap(s);
        int64_t left = until_ms - clock_ms();
        if (!is_any_left(s) || left <= 0)
            return;
        (void)wait_signal(s, left);
    }
}

static void stop(struct supervisor *s)
{
    log_info("stopping", kv_i("programs", (int64_t)signal_all(s, false, 0)));
    wait_all(s, clock_ms() + s->conf.grace_s * 1000);
    size_t n = signal_all(s, true, SIGKILL);
    if (n > 0)
        log_warn("killed", kv_i("programs", (int64_t)n));
    wait_all(s, clock_ms() + s->conf.grace_s * 1000);
    log_info("stopped", kv_i("left", is_any_left(s)));
}

static enum rc begin(struct supervisor *s, const char *path, struct arena *a, struct rc_info *e)
{
    char *text = NULL;
    size_t len = 0;
    enum rc rc = file_read(path, SUPERVISE_CONF_MAX, a, &text, &len, e);
    struct rc_info why = {0};
    if (rc == RC_OK && (rc = supervise_parse(text, len, a, &s->conf, &why)) != RC_OK)
        return rc_set(e, rc, "\"%s\": %s", path, why.msg);
    for (size_t i = 0; rc == RC_OK && i < s->conf.n; i++)
        rc = supervise_prepare(&s->children[i], &s->conf.programs[i], e);
    for (size_t i = 0; rc == RC_OK && i < s->conf.n; i++)
        s->children[i].due_ms = clock_ms() + s->conf.programs[i].every_s * 1000;
    return rc;
}

int main(int argc, char **argv)
{
    static struct supervisor s;
    struct rc_info e = {0};
    struct arena a;
    log_program("supervise");
    if (argc != 2) {
        (void)fprintf(stderr, "usage: supervise CONFIGURATION\n");
        return 2;
    }
    for (size_t i = 0; i < SUPERVISE_PROGRAMS_MAX; i++)
        s.children[i].socket_fd = -1;
    (void)sigemptyset(&s.signals);
    (void)sigaddset(&s.signals, SIGTERM);
    (void)sigaddset(&s.signals, SIGINT);
    (void)sigaddset(&s.signals, SIGHUP);
    (void)sigaddset(&s.signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &s.signals, NULL);
    arena_init(&a, 4 * SUPERVISE_CONF_MAX);
    enum rc rc = begin(&s, argv[1], &a, &e);
    if (rc == RC_OK) {
        run(&s);
        stop(&s);
    } else {
        (void)fprintf(stderr, "supervise: %s\n", e.msg);
    }
    for (size_t i = 0; i < SUPERVISE_PROGRAMS_MAX; i++)
        supervise_release(&s.children[i]);
    arena_release(&a);
    return rc == RC_OK ? 0 : rc_exit_status(rc);
}
