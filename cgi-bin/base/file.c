#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum rc file_read(const char *path, size_t max_bytes, struct arena *a, char **out, size_t *len,
                  struct rc_info *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rc_set(e, errno == ENOENT ? RC_NOTFOUND : RC_IO, "cannot open \"%s\": %s", path,
                      strerror(errno));
    struct stat st;
    enum rc rc = RC_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        rc = rc_set(e, RC_IO, "\"%s\" is not a regular file", path);
    else if ((size_t)st.st_size > max_bytes)
        rc = rc_set(e, RC_TOOBIG, "\"%s\" is larger than %zu bytes", path, max_bytes);
    char *p = rc == RC_OK ? arena_alloc(a, (size_t)st.st_size + 1) : NULL;
    if (rc == RC_OK && p == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for \"%s\"", path);
    size_t n = 0;
    while (rc == RC_OK && n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
        if (got > 0)
            n += (size_t)got;
        else if (got == 0)
            break; /* the file shrank: what was read counts */
        else if (errno != EINTR)
            rc = rc_set(e, RC_IO, "cannot read \"%s\": %s", path, strerror(errno));
    }
    (void)close(fd);
    if (rc == RC_OK) {
        *out = p;
        *len = n;
    }
    return rc;
}

static int write_all(int fd, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    (void)close(fd);
    return rc;
}

/* Write a temporary file beside the target; 0 or -1 with errno, the file removed again. */
static int write_temporary(const char *path, const void *p, size_t len, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return -1;
    int rc = fchmod(fd, (mode_t)mode);
    if (rc == 0)
        rc = write_all(fd, p, len);
    if (rc == 0)
        rc = fsync(fd);
    int saved = errno;
    if (close(fd) != 0 && rc == 0) {
        saved = errno;
        rc = -1;
    }
    if (rc != 0)
        (void)unlink(path);
    errno = saved;
    return rc;
}

static int temporary_name(char *out, size_t size, const char *dir, const char *name)
{
    int n = snprintf(out, size, "%s/.%s.%ld.%08x", dir, name, (long)getpid(), randombytes_random());
    return n > 0 && (size_t)n < size ? 0 : -1;
}

enum rc file_write_durably(const char *dir, const char *name, const void *p, size_t len,
                           unsigned mode, struct rc_info *e)
{
    char temporary[4096], path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path || temporary_name(temporary, sizeof temporary, dir, name) != 0)
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    if (write_temporary(temporary, p, len, mode) != 0)
        return rc_set(e, RC_IO, "cannot write \"%s\": %s", path, strerror(errno));
    if (rename(temporary, path) != 0) {
        enum rc rc = rc_set(e, RC_IO, "cannot rename to \"%s\": %s", path, strerror(errno));
        (void)unlink(temporary);
        return rc;
    }
    if (sync_folder(dir) != 0)
        return rc_set(e, RC_IO, "cannot sync \"%s\": %s", dir, strerror(errno));
    return RC_OK;
}

enum rc file_secret(const char *dir, const char *name, unsigned mode, unsigned char *out, size_t len,
                    struct rc_info *e)
{
    char path[4096], temporary[4096];
    unsigned char fresh[256];
    if (len > sizeof fresh)
        return rc_set(e, RC_INPUT, "a secret of %zu bytes is too long", len);
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path || temporary_name(temporary, sizeof temporary, dir, name) != 0)
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    if (access(path, F_OK) != 0) {
        randombytes_buf(fresh, len);
        int failed = write_temporary(temporary, fresh, len, mode);
        sodium_memzero(fresh, sizeof fresh);
        if (failed != 0)
            return rc_set(e, RC_IO, "cannot write \"%s\": %s", path, strerror(errno));
        int linked = link(temporary, path); /* fails where another program was first: then its file counts */
        (void)unlink(temporary);
        if (linked != 0 && errno != EEXIST)
            return rc_set(e, RC_IO, "cannot make \"%s\": %s", path, strerror(errno));
        (void)sync_folder(dir);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rc_set(e, RC_IO, "cannot open \"%s\": %s", path, strerror(errno));
    unsigned char extra;
    ssize_t got = read(fd, out, len);
    bool is_exact = got == (ssize_t)len && read(fd, &extra, 1) == 0;
    (void)close(fd);
    if (!is_exact)
        return rc_set(e, RC_INPUT, "\"%s\" does not hold %zu bytes", path, len);
    return RC_OK;
}

enum rc file_guard_std(struct rc_info *e)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        int got = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY); /* the lowest free one: fd */
        if (got != fd)
            return rc_set(e, RC_IO, "descriptor %d is closed and stays so: %s", fd, strerror(errno));
    }
    return RC_OK;
}
