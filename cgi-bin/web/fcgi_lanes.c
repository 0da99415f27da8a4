#include "web/fcgi_lanes.h"

#include <pthread.h>

#include "base/log.h"

enum { SLOTS = LANES_FAST + LANES_WAITING, ARENA_MAX = 4 << 20 };

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

struct lanes {
    const struct web_app *apps;
    bool (*is_slow)(const struct request *rq);
    struct slot slots[SLOTS];
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct slot *free;                  /* under the lock, as all below. Never empty when a quick thread asks */
    struct slot *first, **last;         /* the slow ones that wait, oldest first */
    size_t n_waiting, n_fast;           /* n_fast: quick threads that still run */
};

struct lane {
    struct lanes *lanes;
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
}

/* False: too many wait. */
static bool put_waiting(struct lanes *l, struct slot *s)
{
    (void)pthread_mutex_lock(&l->lock);
    bool has_room = l->n_waiting < LANES_WAITING;
    if (has_room) {
        s->next = NULL;
        *l->last = s;
        l->last = &s->next;
        l->n_waiting++;
        (void)pthread_cond_signal(&l->wake);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return has_room;
}

/* The next slow one; NULL: no quick thread is left that could bring any. It counts as waiting until it is answered. */
static struct slot *take_waiting(struct lanes *l)
{
    (void)pthread_mutex_lock(&l->lock);
    while (l->first == NULL && l->n_fast > 0)
        (void)pthread_cond_wait(&l->wake, &l->lock);
    struct slot *s = l->first;
    if (s != NULL && (l->first = s->next) == NULL)
        l->last = &l->first;
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
        bool is_slow = s->accepted == RC_OK && l->is_slow(&s->rq);
        if (is_slow && put_waiting(l, s))
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
    (void)pthread_cond_signal(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void *run_slow(void *arg)
{
    struct lane *lane = arg;
    struct lanes *l = lane->lanes;
    for (struct slot *s = take_waiting(l); s != NULL; s = take_waiting(l)) {
        answer(lane->app, s);
        give_free(l, s); /* before it no longer counts as waiting: the quick threads find a free one each */
        (void)pthread_mutex_lock(&l->lock);
        l->n_waiting--;
        (void)pthread_mutex_unlock(&l->lock);
    }
    return NULL;
}

static enum rc prepare(struct lanes *l, struct rc_info *e)
{
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_cond_init(&l->wake, NULL);
    l->last = &l->first;
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

enum rc fcgi_serve_lanes(const struct web_app apps[LANES_FAST + 1], bool (*is_slow)(const struct request *rq), struct rc_info *e)
{
    static struct lanes l; /* one per program */
    struct lane lanes[LANES_FAST + 1];
    size_t n = 0;
    l = (struct lanes){.apps = apps, .is_slow = is_slow};
    enum rc rc = prepare(&l, e);
    log_info("serving", kv_s("program", apps[0].program));
    l.n_fast = LANES_FAST;
    for (; rc == RC_OK && n <= LANES_FAST; n++) {
        lanes[n] = (struct lane){.lanes = &l, .app = &apps[n]};
        if (pthread_create(&lanes[n].thread, NULL, n < LANES_FAST ? run_fast : run_slow, &lanes[n]) != 0) {
            rc = rc_set(e, RC_NOMEM, "cannot start a thread");
            break;
        }
    }
    if (rc != RC_OK && n > 0)
        return rc; /* threads run: the process ends with them */
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(lanes[i].thread, NULL);
    release(&l);
    return rc;
}
