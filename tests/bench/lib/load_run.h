/* load_run: send a list of HTTP requests over kept connections and time every reply.
 * One thread, epoll; bounded in requests and in seconds. */
#ifndef MINYI_BENCH_LOAD_RUN_H
#define MINYI_BENCH_LOAD_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

enum { LOAD_CONNECTIONS_MAX = 1024, LOAD_REQUEST_MAX = 128 * 1024, LOAD_STATUS_N = 600 };

enum load_state { LOAD_UNSENT = 0, LOAD_UNKNOWN, LOAD_ACKNOWLEDGED };

struct load_plan {
    const char *host; /* an IPv4 address */
    uint16_t port;
    size_t connections;  /* 1..LOAD_CONNECTIONS_MAX */
    size_t n;            /* requests, each identified by its number */
    double seconds;      /* after this nothing new is begun */
    double resend_s;     /* what was not acknowledged is sent again until so long after that */
    int64_t pause_ms;    /* of a connection between two requests */
    int want;            /* status that acknowledges */
    void (*write)(void *ctx, size_t i, struct buf *out); /* the whole request number i */
    void *ctx;
};

struct load_result {
    unsigned char *state;  /* n of enum load_state */
    uint32_t *latency_us;  /* of each reply, in the order of their coming */
    size_t n_replies;      /* at most 4 n are timed */
    size_t n_acknowledged, n_unsent, n_broken; /* broken: connections that failed */
    size_t statuses[LOAD_STATUS_N];
    uint64_t body_bytes;
    double seconds;        /* from the first request to the last reply */
    double longest_gap_s;  /* between two acknowledgements: how long citizens were kept waiting */
};

/* Run the plan. RC_OK (whatever the replies were), RC_NOMEM, RC_IO. Free with load_result_release. */
enum rc load_run(const struct load_plan *plan, struct load_result *out, struct rc_info *e) MUST_CHECK;
void load_result_release(struct load_result *r);

/* Sort the latencies; then the share `p` (0..1) of replies took at most this long. 0 without any. */
uint32_t load_percentile_us(struct load_result *r, double p);

#endif
