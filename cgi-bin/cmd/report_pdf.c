#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/report.h"

enum { NOT_THERE = 127 }; /* what the child ends with when there is no such program */

/* Only what the program needs: no PG* variables, fixed dates and hashes, so that the bytes repeat. */
static void become_weasyprint(const char *html, const char *pdf, const char *epoch)
{
    char *path = getenv("PATH");
    char path_set[4096], epoch_set[64];
    (void)snprintf(path_set, sizeof path_set, "PATH=%s", path != NULL ? path : "/usr/bin:/bin");
    (void)snprintf(epoch_set, sizeof epoch_set, "SOURCE_DATE_EPOCH=%s", epoch);
    char hash_set[] = "PYTHONHASHSEED=0", lang_set[] = "LC_ALL=C.UTF-8", home_set[] = "HOME=/nonexistent";
    /* fontconfig's cache goes where systemd lets the tally write (CacheDirectory=); elsewhere the system's own is read */
    const char *cache = getenv("CACHE_DIRECTORY");
    char cache_set[4096];
    int n = snprintf(cache_set, sizeof cache_set, "XDG_CACHE_HOME=%s", cache != NULL ? cache : "/nonexistent");
    char *env[] = {path_set, epoch_set, hash_set, lang_set, home_set, n > 0 && (size_t)n < sizeof cache_set ? cache_set : NULL, NULL};
    char program[] = "weasyprint", quiet[] = "--quiet";
    char *html_copy = strdup(html), *pdf_copy = strdup(pdf);
    char *args[] = {program, quiet, html_copy, pdf_copy, NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (html_copy == NULL || pdf_copy == NULL || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        _exit(1);
    (void)execvpe(program, args, env);
    _exit(errno == ENOENT ? NOT_THERE : 1);
}

/* Wait for the child, at most `deadline_ms`; then it is killed. Its exit status, -1 for a late one. */
static int wait_for(pid_t pid, int deadline_ms)
{
    int fd = pidfd_open(pid, 0), status = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n = 0;
    do
        n = fd < 0 ? 1 : poll(&p, 1, deadline_ms); /* without a pidfd it is waited for without limit */
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (fd >= 0)
        (void)close(fd);
    return n > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum rc report_pdf(const char *dir, const char *name, long long epoch_s, int deadline_ms, struct rc_info *e)
{
    char html[4096], part[4096], pdf[4096], epoch[32];
    int a = snprintf(html, sizeof html, "%s/%s.html", dir, name);
    int b = snprintf(part, sizeof part, "%s/.%s.pdf.part", dir, name);
    int c = snprintf(pdf, sizeof pdf, "%s/%s.pdf", dir, name);
    if (a < 0 || b < 0 || c < 0 || a >= (int)sizeof html || b >= (int)sizeof part || c >= (int)sizeof pdf)
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    (void)snprintf(epoch, sizeof epoch, "%lld", epoch_s);
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return rc_set(e, RC_IO, "cannot start weasyprint: %s", strerror(errno));
    if (pid == 0)
        become_weasyprint(html, part, epoch);
    int status = wait_for(pid, deadline_ms);
    if (status == 0 && chmod(part, 0644) == 0 && rename(part, pdf) == 0)
        return RC_OK;
    (void)unlink(part);
    if (status == NOT_THERE)
        return rc_set(e, RC_NOTFOUND, "weasyprint is not installed");
    if (status == -1)
        return rc_set(e, RC_IO, "weasyprint did not end by itself within %d s", deadline_ms / 1000);
    return rc_set(e, RC_IO, "weasyprint failed on \"%s\"", html);
}
