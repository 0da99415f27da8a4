#include "load_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http_reply.h"

enum {
    EVENTS = 64,
    SCAN_MS = 10,         /* how often waiting connections are looked at */
    RECONNECT_US = 50000, /* after a failure */
    RESEND_US = 200000,   /* a citizen who tries again; much faster than real ones */
    REPLY_MAX_US = 15000000,
    TIMED_MAX = 4         /* replies timed per request, resent ones included */
};

struct conn {
    int fd;          /* -1: closed */
    bool is_busy;    /* has request `item` in hand */
    size_t item, sent;
    int64_t wake_us; /* idle until then */
    int64_t begun_us;
    struct buf out;
    struct http_reply reply;
};

struct again { /* to be sent again, oldest first: a ring of plan->n places */
    size_t *items;
    int64_t *due_us;
    size_t head, n;
};

struct run {
    const struct load_plan *plan;
    struct load_result *r;
    int epoll;
    struct conn *conns;
    struct again again;
    size_t next, busy;
    int64_t begin_us, last_us, last_good_us;
};

static int64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double seconds_since(int64_t from_us, int64_t to_us)
{
    return (double)(to_us - from_us) / 1e6;
}

/* The next request to send, or SIZE_MAX when there is none now. */
static size_t take_item(struct run *w, int64_t now)
{
    double age = seconds_since(w->begin_us, now);
    struct again *g = &w->again;
    if (g->n > 0 && g->due_us[g->head] <= now && age < w->plan->seconds + w->plan->resend_s) {
        size_t item = g->items[g->head];
        g->head = (g->head + 1) % w->plan->n;
        g->n--;
        return item;
    }
    return w->next < w->plan->n && age < w->plan->seconds ? w->next++ : SIZE_MAX;
}

static void send_again_later(struct run *w, size_t item, int64_t now)
{
    struct again *g = &w->again;
    size_t at = (g->head + g->n) % w->plan->n;
    g->items[at] = item;
    g->due_us[at] = now + RESEND_US;
    g->n++;
}

static void close_conn(struct conn *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    c->fd = -1;
}

/* The reply did not come, or is not the one that acknowledges. */
static void fail_item(struct run *w, struct conn *c, int64_t now)
{
    if (c->is_busy) {
        c->is_busy = false;
        w->busy--;
        send_again_later(w, c->item, now);
    }
}

static void lose_conn(struct run *w, struct conn *c, int64_t now)
{
    w->r->n_broken++;
    close_conn(c);
    fail_item(w, c, now);
    c->wake_us = now + RECONNECT_US;
}

static bool open_conn(struct run *w, struct conn *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(w->plan->port)};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || inet_pton(AF_INET, w->plan->host, &to.sin_addr) != 1)
        return false;
    (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    if (connect(c->fd, (const struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
        return false;
    return epoll_ctl(w->epoll, EPOLL_CTL_ADD, c->fd, &ev) == 0;
}

static void push(struct run *w, struct conn *c, int64_t now)
{
    while (c->is_busy && c->sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.p + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
        if (n > 0) {
            c->sent += (size_t)n;
        } else {
            if (n == 0 || (errno != EAGAIN && errno != ENOTCONN && errno != EINPROGRESS))
                lose_conn(w, c, now);
            return;
        }
    }
}

/* Give an idle connection its next request. */
static void begin_item(struct run *w, struct conn *c, int64_t now)
{
    if (c->is_busy || c->wake_us > now)
        return;
    size_t item = take_item(w, now);
    if (item == SIZE_MAX)
        return;
    if (c->fd < 0 && !open_conn(w, c)) {
        close_conn(c);
        c->wake_us = now + RECONNECT_US;
        send_again_later(w, item, now);
        return;
    }
    c->is_busy = true;
    w->busy++;
    c->item = item;
    c->sent = 0;
    c->begun_us = now;
    w->r->state[item] = LOAD_UNKNOWN;
    http_reply_reset(&c->reply);
    buf_reset(&c->out);
    w->plan->write(w->plan->ctx, item, &c->out);
    push(w, c, now);
}

static void note_reply(struct run *w, const struct conn *c, int64_t now)
{
    struct load_result *r = w->r;
    if (r->n_replies < TIMED_MAX * w->plan->n)
        r->latency_us[r->n_replies++] = (uint32_t)(now - c->begun_us);
    r->statuses[c->reply.status]++;
    r->body_bytes += c->reply.body_bytes;
    w->last_us = now;
    if (c->reply.status != w->plan->want)
        return;
    r->state[c->item] = LOAD_ACKNOWLEDGED;
    r->n_acknowledged++;
    double gap = seconds_since(w->last_good_us, now);
    r->longest_gap_s = gap > r->longest_gap_s ? gap : r->longest_gap_s;
    w->last_good_us = now;
}

static void end_item(struct run *w, struct conn *c, int64_t now)
{
    note_reply(w, c, now);
    if (c->reply.status != w->plan->want)
        fail_item(w, c, now);
    else
        w->busy--;
    c->is_busy = false;
    c->wake_us = now + w->plan->pause_ms * 1000;
    if (c->reply.is_closing)
        close_conn(c);
    begin_item(w, c, now);
}

static void pull(struct run *w, struct conn *c, int64_t now)
{
    char bytes[16384];
    while (c->fd >= 0) {
        ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
        if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
            return;
        enum http_progress at = HTTP_BROKEN;
        size_t used = 0;
        if (n > 0 && c->is_busy)
            at = http_reply_feed(&c->reply, bytes, (size_t)n, &used);
        else if (n == 0 && c->is_busy)
            at = http_reply_end(&c->reply);
        if (at == HTTP_DONE && used == (n > 0 ? (size_t)n : 0))
            end_item(w, c, now);
        else if (at != HTTP_MORE)
            lose_conn(w, c, now); /* also: closed while idle, or bytes that nobody asked for */
    }
}

/* Wake who waits, give up on replies that do not come. */
static void scan(struct run *w, int64_t now)
{
    for (size_t i = 0; i < w->plan->connections; i++) {
        struct conn *c = &w->conns[i];
        if (c->is_busy && now - c->begun_us > REPLY_MAX_US)
            lose_conn(w, c, now);
        begin_item(w, c, now);
    }
}

static bool is_over(const struct run *w, int64_t now)
{
    double age = seconds_since(w->begin_us, now);
    bool has_new = w->next < w->plan->n && age < w->plan->seconds;
    bool has_again = w->again.n > 0 && age < w->plan->seconds + w->plan->resend_s;
    return w->busy == 0 && !has_new && !has_again;
}

static void loop(struct run *w)
{
    struct epoll_event events[EVENTS];
    int64_t now = w->begin_us, scanned = 0;
    while (!is_over(w, now)) {
        if (now - scanned >= SCAN_MS * 1000) {
            scan(w, now);
            scanned = now;
        }
        int n = epoll_wait(w->epoll, events, EVENTS, SCAN_MS);
        now = now_us();
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            if ((events[i].events & EPOLLOUT) != 0 && c->fd >= 0)
                push(w, c, now);
            if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0 && c->fd >= 0)
                pull(w, c, now);
        }
    }
}

static bool prepare(struct run *w)
{
    size_t n = w->plan->n;
    w->r->state = calloc(n, 1);
    w->r->latency_us = calloc(n * TIMED_MAX, sizeof *w->r->latency_us);
    w->again.items = calloc(n, sizeof *w->again.items);
    w->again.due_us = calloc(n, sizeof *w->again.due_us);
    w->conns = calloc(w->plan->connections, sizeof *w->conns);
    if (w->r->state == NULL || w->r->latency_us == NULL || w->again.items == NULL || w->again.due_us == NULL ||
        w->conns == NULL)
        return false;
    for (size_t i = 0; i < w->plan->connections; i++) {
        w->conns[i].fd = -1;
        buf_init(&w->conns[i].out, LOAD_REQUEST_MAX);
    }
    return true;
}

enum rc load_run(const struct load_plan *plan, struct load_result *out, struct rc_info *e)
{
    *out = (struct load_result){0};
    struct run w = {.plan = plan, .r = out, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (w.epoll < 0)
        return rc_set(e, RC_IO, "cannot make an epoll descriptor: %s", strerror(errno));
    enum rc rc = prepare(&w) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for %zu requests", plan->n);
    if (rc == RC_OK) {
        w.begin_us = w.last_us = w.last_good_us = now_us();
        loop(&w);
        out->seconds = seconds_since(w.begin_us, w.last_us);
        out->n_unsent = plan->n - w.next;
    }
    for (size_t i = 0; w.conns != NULL && i < plan->connections; i++) {
        close_conn(&w.conns[i]);
        buf_release(&w.conns[i].out);
    }
    free(w.conns);
    free(w.again.items);
    free(w.again.due_us);
    (void)close(w.epoll);
    return rc;
}

void load_result_release(struct load_result *r)
{
    free(r->state);
    free(r->latency_us);
    *r = (struct load_result){0};
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

uint32_t load_percentile_us(struct load_result *r, double p)
{
    if (r->n_replies == 0)
        return 0;
    qsort(r->latency_us, r->n_replies, sizeof *r->latency_us, by_value);
    size_t at = (size_t)(p * (double)(r->n_replies - 1) + 0.5);
    return r->latency_us[at];
}
