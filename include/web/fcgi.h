/* fcgi: the only user of libfcgi: one slot per request in hand.  Layer: web.
 * A slot may be accepted in one thread and answered in another (hand it over under a lock). */
#ifndef MINYI_WEB_FCGI_H
#define MINYI_WEB_FCGI_H

#include "web/web.h"

struct fcgi;

/* Once per program, before any thread: FCGX_Init, SIGTERM and SIGINT blocked in every thread to come,
 * then a thread that waits for them and makes every fcgi_accept return RC_GONE. The listening socket
 * (fd 0) is left as it is: whoever holds it too (supervisor, systemd, a second process) goes on
 * using it, and connections that wait in it are served by the successor.
 * RC_IO when fd 0 is not a listening socket (says how to start it). */
enum rc fcgi_start(struct rc_info *e) MUST_CHECK;

/* True after SIGTERM or SIGINT. */
bool fcgi_is_stopping(void);

/* Call `wake` once (from the signal's thread) when stopping begins. Set before fcgi_start. */
void fcgi_on_stop(void (*wake)(void *ctx), void *ctx);

struct fcgi *fcgi_new(void) MUST_CHECK;
void fcgi_free(struct fcgi *f);

/* Wait for a request, read it to its end and parse it into *out; all in `a`, which is reset first.
 * RC_OK; RC_GONE: stopping; RC_INPUT, RC_TOOBIG, RC_NOMEM: malformed: *out holds what could be read
 * (path "/" if nothing), and an answer is still owed. */
enum rc fcgi_accept(struct fcgi *f, struct arena *a, struct request *out, struct rc_info *e) MUST_CHECK;

/* Send the response and finish the request. A citizen who went away is no error. */
void fcgi_reply(struct fcgi *f, const struct request *rq, const struct response *rs);

/* Append the counters that every program has, in Prometheus text: replies by class of status. */
void fcgi_metrics(struct buf *out, const char *program);

/* The plain loop for programs that answer at once: accept, route, answer, until stopping.
 * `error_page` fills rs for a code other than RC_OK; where only the method was wrong, rc is
 * RC_CONFLICT and rs->allow is set: the status is 405. Serves /healthz itself ("ok"). */
struct web_app {
    const char *program;
    void *ctx;
    const struct web_route *routes;
    size_t n_routes;
    void (*error_page)(void *ctx, const struct request *rq, enum rc rc, const struct rc_info *why,
                       struct response *rs);
    void (*tick)(void *ctx); /* called before each request; cheap; NULL: none */
};
enum rc fcgi_serve(const struct web_app *app, struct rc_info *e) MUST_CHECK;

/* Answer one request that was accepted with `rc`: route, handle, error page, log. For programs with
 * a loop of their own. After it `rs` is ready for fcgi_reply. */
void fcgi_dispatch(const struct web_app *app, const struct request *rq, enum rc rc,
                   struct rc_info *e, struct response *rs);

#endif
