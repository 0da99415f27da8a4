/* records SOCKET SECONDS: hostile FastCGI records, one connection after the other, to a Unix socket.
 * What a captured or broken front could send: wrong versions, lengths that go past what follows, names
 * longer than their record, a body that never ends. Prints how many connections there were; the reader
 * may close, answer or die: its supervisor brings it back. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BEGIN_REQUEST = 1, PARAMS = 4, STDIN = 5, RECORD_MAX = 65535 + 8, KINDS = 8 };

struct record {
    unsigned char p[4 * RECORD_MAX];
    size_t n;
};

static void put(struct record *r, const void *p, size_t n)
{
    memcpy(r->p + r->n, p, n);
    r->n += n;
}

/* A header that claims `claimed` bytes of content, and `n` of `fill` behind it. */
static void put_record(struct record *r, int type, size_t claimed, int fill, size_t n)
{
    const unsigned char head[8] = {1, (unsigned char)type, 0, 1, (unsigned char)(claimed >> 8), (unsigned char)claimed, 0, 0};
    put(r, head, sizeof head);
    memset(r->p + r->n, fill, n);
    r->n += n;
}

static void put_begin(struct record *r, unsigned char role)
{
    const unsigned char body[8] = {0, role, 0, 0, 0, 0, 0, 0};
    put_record(r, BEGIN_REQUEST, 8, 0, 0);
    put(r, body, sizeof body);
}

/* One name-value pair whose lengths are `name` and `value`, four bytes each, whatever follows. */
static void put_pair(struct record *r, uint32_t name, uint32_t value)
{
    const unsigned char body[8] = {(unsigned char)(0x80 | name >> 24), (unsigned char)(name >> 16), (unsigned char)(name >> 8),
                                   (unsigned char)name, (unsigned char)(0x80 | value >> 24), (unsigned char)(value >> 16),
                                   (unsigned char)(value >> 8), (unsigned char)value};
    put_record(r, PARAMS, 200, 0, 0);
    put(r, body, sizeof body);
    memset(r->p + r->n, 'A', 192);
    r->n += 192;
}

static void make(struct record *r, unsigned kind)
{
    r->n = 0;
    if (kind == 0) { /* not FastCGI at all */
        put(r, "GET / HTTP/1.1\r\n\r\n", 18);
        return;
    }
    put_begin(r, kind == 1 ? 99 : 1);
    if (kind == 2)
        put_record(r, PARAMS, 65535, 0xff, 16); /* cut off */
    else if (kind == 3)
        put_pair(r, 0x7fffffff, 0x7fffffff); /* the sum overflows 31 bits */
    else if (kind == 4)
        put_pair(r, 0x7ffffff0, 16);
    else if (kind == 5)
        put_record(r, PARAMS, 65535, 0x7f, 65535); /* names and values of 127, no end */
    else if (kind == 6) {
        put_record(r, PARAMS, 0, 0, 0);
        put_record(r, STDIN, 65535, 'x', 65535); /* no parameters, and a body without an end */
    } else if (kind == 7)
        for (int i = 0; i < 4096; i++)
            r->p[r->n++] = (unsigned char)random();
}

static int dial(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at.sun_path)
        return -1;
    memcpy(at.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Send it all, wait a moment for the reader to take it (it would else lie in the queue), and hang up. */
static void strike(int fd, const struct record *r)
{
    const struct timeval moment = {.tv_usec = 500000};
    char answer[256];
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    size_t sent = 0;
    while (sent < r->n) {
        ssize_t n = send(fd, r->p + sent, r->n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    (void)recv(fd, answer, sizeof answer, 0);
    (void)close(fd);
}

int main(int argc, char **argv)
{
    static struct record r;
    struct timespec pause = {.tv_nsec = 10000000};
    unsigned long sent = 0, refused = 0;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: records SOCKET SECONDS\n");
        return 2;
    }
    srandom(1);
    time_t end = time(NULL) + strtol(argv[2], NULL, 10);
    for (unsigned i = 0; time(NULL) < end; i++) {
        int fd = dial(argv[1]);
        if (fd < 0) {
            refused++;
        } else {
            make(&r, i % KINDS);
            strike(fd, &r);
            sent++;
        }
        (void)nanosleep(&pause, NULL);
    }
    (void)printf("hostile=%lu not_reached=%lu\n", sent, refused);
    return sent > 0 ? 0 : 1;
}
