/* flush: how long one fdatasync of 8 KB takes in a folder (as pg_test_fsync measures it).
 * usage: flush DIR; prints "p50_us=... p99_us=..." of 500 flushes of an overwritten file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FLUSHES = 500, BYTES = 8192 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int measure(int fd, double took[FLUSHES])
{
    static char bytes[BYTES];
    for (int i = 0; i < FLUSHES; i++) {
        double from = now_us();
        memset(bytes, i, sizeof bytes);
        if (pwrite(fd, bytes, sizeof bytes, (off_t)(i % 64) * BYTES) != BYTES || fdatasync(fd) != 0)
            return -1;
        took[i] = now_us() - from;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static double took[FLUSHES];
    char path[4096];
    if (argc != 2 || snprintf(path, sizeof path, "%s/flush.XXXXXX", argv[1]) >= (int)sizeof path) {
        (void)fprintf(stderr, "usage: flush DIR\n");
        return 2;
    }
    int fd = mkstemp(path);
    int failed = fd < 0 ? -1 : measure(fd, took);
    if (fd >= 0) {
        (void)unlink(path);
        (void)close(fd);
    }
    if (failed != 0) {
        (void)fprintf(stderr, "flush: \"%s\": %s\n", path, strerror(errno));
        return 1;
    }
    qsort(took, FLUSHES, sizeof *took, by_value);
    (void)printf("p50_us=%.0f p99_us=%.0f\n", took[FLUSHES / 2], took[FLUSHES * 99 / 100]);
    return 0;
}
