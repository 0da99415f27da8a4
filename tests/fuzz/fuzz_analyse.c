/* Fuzz target: tally analyse on any file and any margins.  Input: the CSV file, a NUL byte, the margins.
 * Whatever they hold, it ends with figures or with a message. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/analyse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory, and the path that opens it. */
static int memory_file(const char *name, const uint8_t *p, size_t len, char *path, size_t path_size)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0 || write(fd, p, len) != (ssize_t)len)
        abort();
    (void)snprintf(path, path_size, "/proc/self/fd/%d", fd);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int is_quiet;
    const uint8_t *end = memchr(data, '\0', size);
    size_t len = end != NULL ? (size_t)(end - data) : size;
    char file[64], margins[64];
    if (!is_quiet) { /* figures and messages are not of interest */
        is_quiet = 1;
        if (freopen("/dev/null", "w", stdout) == NULL)
            abort();
        (void)dup2(fileno(stdout), STDERR_FILENO);
    }
    int a = memory_file("file", data, len, file, sizeof file);
    int b = memory_file("margins", data + len + (end != NULL), size - len - (end != NULL), margins, sizeof margins);
    char words[][40] = {"analyse", "", "--question", "a,b", "--top", "a=1:2", "--mean", "c", "--by", "b", "--cross", "a*b",
                        "--difference", "b:x-y", "--alpha", "a,c", "--format", "text", "--strata", "d", "--lonely", "adjust",
                        "--rake", ""};
    enum { N = sizeof words / sizeof *words };
    char *argv[N + 1] = {0};
    for (size_t i = 0; i < N; i++)
        argv[i] = words[i];
    argv[1] = file;
    argv[N - 1] = margins;
    /* without and with the weighting, and without what needs numbers: each refuses other files */
    (void)analyse_main(N - 4, argv);
    char more[][40] = {"analyse", "", "--question", "a", "--by", "b", "--rake", "", "--format", "json", "--trim", "0.1:", "--missing-as-option"};
    enum { M = sizeof more / sizeof *more };
    char *other[M + 1] = {0};
    for (size_t i = 0; i < M; i++)
        other[i] = more[i];
    other[1] = file;
    other[7] = margins;
    (void)analyse_main(M, other);
    (void)close(a);
    (void)close(b);
    return 0;
}
