#include "web/fcgi_lanes.h"

#include <pthread.h>

#include "base/log.h"

enum { SLOTS = LANES_FAST + LANES_SLOW * LANES_WAITING, ARENA_MAX = 4 << 20 };

/* One request in hand. */
struct slot {
    struct fcgi *f;
    struct arena a;
    struct request rq;
    struct response rs;
    struct rc_info why;
    enum rc accepted;
    struct slot *next; /* free, or waiting */
};

/* The requests of one slow kind that wait, oldest first. */
struct queue {
    struct slot *first, **last;
    size_t n;
};

struct lanes {
    size_t (*kind_of)(const struct request *rq);
    struct slot slots[SLOTS];
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct slot *free;                  /* under the lock, as all below. Never empty when a quick thread asks */
    struct queue slow[LANES_SLOW];
    size_t n_fast;                      /* quick threads that still run */
};

struct lane {
    struct lanes *lanes;
    struct queue *queue; /* of a slow one */
    const struct web_app *app;
    pthread_t thread;
};

static struct slot *take_free(struct lanes *l)
{
    (void)pthread_mutex_lock(&l->lock);
    struct slot *s = l->free;
    l->free = s->next;
    (void)pthread_mutex_unlock(&l->lock);
    return s;
}

static void give_free(struct lanes *l, struct slot *s)
{
    (void)pthread_mutex_lock(&l->lock);
    s->next = l->free;
    l->free = s;
    (void)pthread_mutex_unlock(&l->lock);
}

static void answer(const struct web_app *app, struct slot *s)
{
    fcgi_dispatch(app, &s->rq, s->accepted, &s->why, &s->rs);
    fcgi_reply(s->f, &s->rq, &s->rs);
    response_reset(&s->rs); /* a file that went out is gone now, not when this slot has its next request */
}

/* False: too many wait. */
static bool put_waiting(struct lanes *l, struct queue *q, struct slot *s)
{
    (void)pthread_mutex_lock(&l->lock);
    bool has_room = q->n < LANES_WAITING;
    if (has_room) {
        s->next = NULL;
        *q->last = s;
        q->last = &s->next;
        q->n++;
        (void)pthread_cond_broadcast(&l->wake);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return has_room;
}

/* The next slow one; NULL: no quick thread is left that could bring any. It counts as waiting until it is answered. */
static struct slot *take_waiting(struct lanes *l, struct queue *q)
{
    (void)pthread_mutex_lock(&l->lock);
    while (q->first == NULL && l->n_fast > 0)
        (void)pthread_cond_wait(&l->wake, &l->lock);
    struct slot *s = q->first;
    if (s != NULL && (q->first = s->next) == NULL)
        q->last = &q->first;
    (void)pthread_mutex_unlock(&l->lock);
    return s;
}

static void *run_fast(void *arg)
{
    struct lane *lane = arg;
    struct lanes *l = lane->lanes;
    for (;;) {
        struct slot *s = take_free(l);
        s->why = (struct rc_info){0};
        s->accepted = fcgi_accept(s->f, &s->a, &s->rq, &s->why);
        size_t kind = s->accepted == RC_OK ? l->kind_of(&s->rq) : 0;
        bool is_slow = kind > 0 && kind <= LANES_SLOW;
        if (is_slow && put_waiting(l, &l->slow[kind - 1], s))
            continue;
        if (is_slow) /* the error page says when to come again */
            s->accepted = rc_set_reason(&s->why, RC_UNAVAILABLE, "busy", "%d requests wait already", LANES_WAITING);
        if (s->accepted != RC_GONE)
            answer(lane->app, s);
        bool is_end = s->accepted == RC_GONE;
        give_free(l, s);
        if (is_end)
            break;
    }
    (void)pthread_mutex_lock(&l->lock);
    l->n_fast--;
    (void)pthread_cond_broadcast(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void *run_slow(void *arg)
{
    struct lane *lane = arg;
    struct lanes *l = lane->lanes;
    struct queue *q = lane->queue;
    for (struct slot *s = take_waiting(l, q); s != NULL; s = take_waiting(l, q)) {
        answer(lane->app, s);
        give_free(l, s); /* before it no longer counts as waiting: the quick threads find a free one each */
        (void)pthread_mutex_lock(&l->lock);
        q->n--;
        (void)pthread_mutex_unlock(&l->lock);
    }
    return NULL;
}

static enum rc prepare(struct lanes *l, struct rc_info *e)
{
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_cond_init(&l->wake, NULL);
    for (size_t i = 0; i < LANES_SLOW; i++)
        l->slow[i].last = &l->slow[i].first;
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &l->slots[i];
        arena_init(&s->a, ARENA_MAX);
        response_init(&s->rs);
        if ((s->f = fcgi_new()) == NULL)
            return rc_set(e, RC_NOMEM, "no memory for a request");
        s->next = l->free;
        l->free = s;
    }
    return RC_OK;
}

static void release(struct lanes *l)
{
    for (size_t i = 0; i < SLOTS; i++) {
        fcgi_free(l->slots[i].f);
        response_release(&l->slots[i].rs);
        arena_release(&l->slots[i].a);
    }
    (void)pthread_cond_destroy(&l->wake);
    (void)pthread_mutex_destroy(&l->lock);
}

enum rc fcgi_serve_lanes(const struct web_app apps[LANES], size_t (*kind_of)(const struct request *rq), struct rc_info *e)
{
    static struct lanes l; /* one per program */
    struct lane lanes[LANES];
    size_t n = 0;
    l = (struct lanes){.kind_of = kind_of, .n_fast = LANES_FAST};
    enum rc rc = prepare(&l, e);
    log_info("serving", kv_s("program", apps[0].program));
    for (; rc == RC_OK && n < LANES; n++) {
        bool is_fast = n < LANES_FAST;
        lanes[n] = (struct lane){.lanes = &l, .app = &apps[n], .queue = is_fast ? NULL : &l.slow[n - LANES_FAST]};
        if (pthread_create(&lanes[n].thread, NULL, is_fast ? run_fast : run_slow, &lanes[n]) != 0)
            return rc_set(e, RC_NOMEM, "cannot start a thread"); /* others run: the process ends with them */
    }
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(lanes[i].thread, NULL);
    release(&l);
    return rc;
}
