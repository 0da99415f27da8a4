#include "web/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "web/request.h"

enum {
    LISTEN_FD = 0,            /* the FastCGI convention */
    HEAD_MAX = 8192,          /* bytes of a reply's header lines */
    ARENA_MAX = 1024 * 1024,  /* of one request in fcgi_serve */
    DRAIN_MAX = 64 * WEB_BODY_MAX
};

struct fcgi {
    FCGX_Request rq;
    bool is_read;    /* nothing of the request is left in the socket */
    struct buf head; /* of the reply; kept from one to the next */
};

static atomic_bool is_stopping;
static int stop_fd = -1; /* an eventfd: readable for ever once stopping began */
static void (*stop_wake)(void *ctx);
static void *stop_ctx;
static atomic_ullong n_replies[6]; /* by first digit of the status */

bool fcgi_is_stopping(void)
{
    return atomic_load(&is_stopping);
}

void fcgi_on_stop(void (*wake)(void *ctx), void *ctx)
{
    stop_wake = wake;
    stop_ctx = ctx;
}

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

static void *wait_for_stop(void *unused)
{
    sigset_t set;
    int sig;
    stop_signals(&set);
    while (sigwait(&set, &sig) != 0)
        ;
    atomic_store(&is_stopping, true);
    log_info("stopping", kv_i("signal", sig));
    uint64_t one = 1;
    ssize_t n = write(stop_fd, &one, sizeof one);
    (void)n; /* an eventfd takes its first 8 bytes always */
    if (stop_wake != NULL)
        stop_wake(stop_ctx);
    return unused;
}

/* The socket is made non-blocking: accept must not block when another process was faster, and a
 * stop must never wait for a visitor. Accepted connections do not inherit this on Linux. */
static enum rc check_socket(struct rc_info *e)
{
    int is_listening = 0;
    socklen_t len = sizeof is_listening;
    if (getsockopt(LISTEN_FD, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) != 0 || !is_listening)
        return rc_set(e, RC_IO,
                      "standard input is not a listening socket: start this program by "
                      "\"supervise\", systemd or spawn-fcgi");
    int flags = fcntl(LISTEN_FD, F_GETFL);
    if (flags < 0 || fcntl(LISTEN_FD, F_SETFL, flags | O_NONBLOCK) != 0)
        return rc_set(e, RC_IO, "cannot prepare the listening socket: %s", strerror(errno));
    return RC_OK;
}

enum rc fcgi_start(struct rc_info *e)
{
    enum rc rc = check_socket(e);
    if (rc != RC_OK)
        return rc;
    /* libfcgi reads this in FCGX_Init; without it closing a connection may wait for 2 s. */
    if (setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) != 0 || FCGX_Init() != 0)
        return rc_set(e, RC_IO, "cannot start libfcgi");
    /* FCGX_Init installs handlers for SIGPIPE, SIGUSR1 and SIGTERM: ours come after it. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGUSR1, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    sigset_t set;
    stop_signals(&set);
    int failed = pthread_sigmask(SIG_BLOCK, &set, NULL);
    stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_t waiter;
    if (failed != 0 || stop_fd < 0 || pthread_create(&waiter, NULL, wait_for_stop, NULL) != 0)
        return rc_set(e, RC_IO, "cannot start the thread that waits for signals");
    (void)pthread_detach(waiter);
    return RC_OK;
}

struct fcgi *fcgi_new(void)
{
    struct fcgi *f = calloc(1, sizeof *f);
    if (f != NULL && FCGX_InitRequest(&f->rq, LISTEN_FD, 0) != 0) {
        free(f);
        f = NULL;
    }
    if (f != NULL)
        buf_init(&f->head, HEAD_MAX);
    return f;
}

void fcgi_free(struct fcgi *f)
{
    if (f == NULL)
        return;
    FCGX_Free(&f->rq, 1);
    buf_release(&f->head);
    free(f);
}

/* Take the next connection, waiting in poll, never in accept. RC_OK or RC_GONE. */
static enum rc wait_for_request(struct fcgi *f)
{
    while (!fcgi_is_stopping()) {
        int got = FCGX_Accept_r(&f->rq);
        if (got == 0)
            return RC_OK;
        struct pollfd fds[] = {{.fd = LISTEN_FD, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
        if (got == -EAGAIN || got == -EWOULDBLOCK) {
            (void)poll(fds, 2, -1);
        } else if (got == -EINVAL || got == -EBADF || got == -ENOTSOCK) {
            log_error("listening_socket_closed", kv_i("errno", -got));
            return RC_GONE;
        } else { /* out of descriptors or memory: the machine may recover */
            log_warn("accept_failed", kv_i("errno", -got));
            (void)poll(fds + 1, 1, 50);
        }
    }
    return RC_GONE;
}

/* Read the body to its end; at most `max` bytes are kept in `body`. Gives the bytes that came. */
static size_t read_body(FCGX_Stream *in, char *body, size_t max, bool *is_read)
{
    char rest[4096];
    size_t n = 0, kept = 0;
    int got = 1;
    while (kept < max && (got = FCGX_GetStr(body + kept, (int)(max - kept), in)) > 0)
        kept += (size_t)got;
    n = kept;
    while (got > 0 && n < DRAIN_MAX && (got = FCGX_GetStr(rest, sizeof rest, in)) > 0)
        n += (size_t)got;
    *is_read = got == 0 && FCGX_GetError(in) == 0;
    return n;
}

enum rc fcgi_accept(struct fcgi *f, struct arena *a, struct request *out, struct rc_info *e)
{
    enum rc rc = wait_for_request(f);
    if (rc != RC_OK)
        return rc;
    arena_reset(a);
    int64_t declared = 0;
    rc = web_request_head(f->rq.envp, a, out, &declared, e);
    int64_t most = out->boundary != NULL ? WEB_UPLOAD_MAX : WEB_BODY_MAX;
    if (rc == RC_OK && declared > most)
        rc = rc_set_reason(e, RC_TOOBIG, "too_large", "the form is larger than %lld bytes", (long long)most);
    size_t want = rc == RC_OK ? (size_t)declared : 0;
    char *body = arena_alloc(a, want + 1);
    if (body == NULL && rc == RC_OK)
        rc = rc_set(e, RC_NOMEM, "no memory for a form of %zu bytes", want);
    size_t came = read_body(f->rq.in, body, body == NULL ? 0 : want, &f->is_read);
    if (rc == RC_OK)
        rc = web_request_body(out, body, came, declared, e);
    return rc;
}

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
    }
}

/* Printable ASCII alone: a line end would let a value write other headers. */
static void put_header(struct buf *h, const char *name, const char *value)
{
    if (value == NULL)
        return;
    size_t len = 0;
    while (value[len] >= 0x20 && value[len] < 0x7f)
        len++;
    h->has_failed = h->has_failed || value[len] != '\0';
    buf_puts(h, name);
    buf_puts(h, ": ");
    buf_put(h, value, len);
    buf_puts(h, "\r\n");
}

static void put_head(struct buf *h, const struct response *rs, size_t body_len)
{
    buf_printf(h, "Status: %d %s\r\n", rs->status, reason(rs->status));
    put_header(h, "Content-Type", rs->type);
    buf_printf(h, "Content-Length: %zu\r\n", body_len);
    put_header(h, "Cache-Control", rs->is_cacheable ? "public, max-age=60" : "no-store");
    put_header(h, "Content-Language", rs->lang);
    put_header(h, "Content-Encoding", rs->is_gzip ? "gzip" : NULL);
    put_header(h, "Vary", "Accept-Language, Accept-Encoding");
    put_header(h, "Location", rs->location);
    put_header(h, "Set-Cookie", rs->set_cookie);
    put_header(h, "Retry-After", rs->retry_after);
    put_header(h, "Allow", rs->allow);
    put_header(h, "Strict-Transport-Security", rs->is_https ? "max-age=31536000" : NULL);
    put_header(h, "Content-Disposition", rs->disposition);
    put_header(h, "X-Style-Hash", rs->style_hash); /* nginx keeps it to itself */
    buf_puts(h, "\r\n");
}

static void send_all(FCGX_Stream *out, const char *p, size_t len)
{
    while (len > 0) {
        int n = len > 65536 ? 65536 : (int)len;
        if (FCGX_PutStr(p, n, out) < 0)
            return; /* the citizen went away */
        p += n;
        len -= (size_t)n;
    }
}

/* A file's length, and its content from the beginning on. */
static bool file_length(int file, size_t *len)
{
    struct stat st;
    if (fstat(file, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0 || lseek(file, 0, SEEK_SET) != 0)
        return false;
    *len = (size_t)st.st_size;
    return true;
}

static void send_file(FCGX_Stream *out, int file, size_t len)
{
    char part[65536];
    while (len > 0) {
        ssize_t n = read(file, part, len < sizeof part ? len : sizeof part);
        if (n <= 0 || FCGX_PutStr(part, (int)n, out) < 0)
            return; /* the reader went away, or the promised length is not met: nginx sees that */
        len -= (size_t)n;
    }
}

/* Write what libfcgi still holds and close. Its own close shuts down, polls and reads once more for what
 * the server may yet send; after a request that was read to its end nothing comes, and a plain close is
 * enough. The memory stays until the next FCGX_Accept_r: the thread that took it gives it back. */
static void finish(struct fcgi *f)
{
    if (!f->is_read) {
        FCGX_Finish_r(&f->rq);
        return;
    }
    (void)FCGX_FClose(f->rq.err);
    (void)FCGX_FClose(f->rq.out);
    (void)close(f->rq.ipcFd);
    f->rq.ipcFd = -1;
}

void fcgi_reply(struct fcgi *f, const struct request *rq, const struct response *rs)
{
    static const char broken[] = "Status: 500 Internal Server Error\r\nCache-Control: no-store\r\n"
                                 "Content-Type: text/plain; charset=utf-8\r\n\r\n500\n";
    const char *body = rs->fixed != NULL ? rs->fixed : rs->body.p;
    size_t len = rs->fixed != NULL ? rs->fixed_len : rs->body.len;
    bool is_good = rs->fixed != NULL || buf_ok(&rs->body);
    if (rs->file > 0)
        is_good = file_length(rs->file, &len);
    buf_reset(&f->head);
    put_head(&f->head, rs, len);
    int status = rs->status;
    if (!buf_ok(&f->head) || !is_good) {
        log_error("reply_broken", kv_s("id", rq->id));
        status = 500;
        send_all(f->rq.out, broken, sizeof broken - 1);
    } else {
        send_all(f->rq.out, f->head.p, f->head.len);
        if (rq->method != WEB_HEAD && rs->file > 0)
            send_file(f->rq.out, rs->file, len);
        else if (rq->method != WEB_HEAD && len > 0)
            send_all(f->rq.out, body, len);
    }
    finish(f);
    if (status >= 100 && status < 600)
        atomic_fetch_add(&n_replies[status / 100], 1);
}

void fcgi_metrics(struct buf *out, const char *program)
{
    buf_puts(out, "# HELP minyi_replies_total Replies by class of status.\n"
                  "# TYPE minyi_replies_total counter\n");
    for (size_t i = 2; i <= 5; i++)
        buf_printf(out, "minyi_replies_total{program=\"%s\",status=\"%zuxx\"} %llu\n", program, i,
                   atomic_load(&n_replies[i]));
}

static void log_failure(const struct request *rq, const struct response *rs, const struct rc_info *e)
{
    if (rs->status >= 500)
        log_error("request_failed", kv_s("id", rq->id), kv_i("status", rs->status), kv_s("why", e->msg));
    else if (rs->status != 404 && rs->status != 405)
        log_info("request_refused", kv_s("id", rq->id), kv_i("status", rs->status), kv_s("why", e->msg));
}

void fcgi_dispatch(const struct web_app *app, const struct request *rq, enum rc rc,
                   struct rc_info *e, struct response *rs)
{
    response_reset(rs);
    if (rc == RC_OK && strcmp(rq->path, "/healthz") == 0) {
        rs->type = "text/plain; charset=utf-8";
        buf_puts(&rs->body, "ok\n");
        return;
    }
    web_handler *handler = NULL;
    const char *allow = NULL;
    if (rc == RC_OK) {
        rc = web_route_find(app->routes, app->n_routes, rq->method, rq->path, &handler, &allow);
        *e = (struct rc_info){.rc = rc};
    }
    if (rc == RC_OK)
        rc = handler(app->ctx, rq, rs, e);
    if (rc == RC_OK && rs->fixed == NULL && !buf_ok(&rs->body))
        rc = rc_set(e, RC_NOMEM, "the page is larger than %d bytes", WEB_RESPONSE_MAX);
    if (rc == RC_OK)
        return;
    response_reset(rs);
    rs->status = allow != NULL ? 405 : rc_http_status(rc);
    rs->allow = allow;
    app->error_page(app->ctx, rq, rc, e, rs);
    log_failure(rq, rs, e);
}

enum rc fcgi_serve(const struct web_app *app, struct rc_info *e)
{
    struct arena a;
    struct request rq;
    struct response rs;
    arena_init(&a, ARENA_MAX);
    response_init(&rs);
    struct fcgi *f = fcgi_new();
    enum rc rc = f == NULL ? rc_set(e, RC_NOMEM, "no memory for a request") : RC_OK;
    log_info("serving", kv_s("program", app->program));
    while (rc == RC_OK) {
        struct rc_info why = {0};
        enum rc accepted = fcgi_accept(f, &a, &rq, &why);
        if (accepted == RC_GONE)
            break;
        if (app->tick != NULL)
            app->tick(app->ctx);
        fcgi_dispatch(app, &rq, accepted, &why, &rs);
        fcgi_reply(f, &rq, &rs);
    }
    fcgi_free(f);
    response_release(&rs);
    arena_release(&a);
    return rc;
}
