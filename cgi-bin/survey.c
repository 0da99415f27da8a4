/* survey: the citizen's program.  Five threads, each with one job:
 *   acceptor  reads, checks and encodes; answers pages at once from memory; queues ballots
 *   writer    takes whatever waits, seals it, one COMMIT (or one spool file) for all
 *   replier   answers each citizen, never before the ballot is durable
 *   clerk     looks receipts up and takes withdrawals
 *   keeper    looks for new questionnaires and keys, and empties the spool
 * Wiring only: pages/ knows what to say, box/ how to keep it. */
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/settings.h"
#include "pages/survey.h"
#include "store/receipt_store.h"
#include "web/fcgi.h"

enum {
    STACK_BYTES = 512 * 1024,
    REQUEST_ARENA_MAX = 1024 * 1024,
    TEXTS_ARENA_MAX = 1024 * 1024,
    KEEP_ARENA_MAX = 8 * 1024 * 1024 /* sets: some hundred bytes at every change */
};

/* A request in hand, with memory and a ballot of its own, so that a queued one needs no copy. */
struct slot {
    struct survey_ballot ballot; /* first: the queues hand over its first member */
    struct fcgi *fcgi;
    struct arena arena;          /* the request and its ballot */
    struct slot *next_free;
};

struct program {
    struct survey_site site;
    struct intake intake;
    struct survey_keeper keeper;
    struct ballot_queue to_write, to_reply, to_look;
    struct db *receipts; /* the clerk's connection */
    struct slot *slots;
    size_t n_slots;
    pthread_mutex_t lock; /* of the free list */
    pthread_cond_t has_free;
    struct slot *free;
    unsigned char secret[KEY_SECRET_BYTES];
    struct arena texts;
};

static const struct web_route routes[] = {
    {WEB_GET, "/", home_show},
    {WEB_GET, "/survey/*", survey_get},
    {WEB_POST, "/survey/*", survey_post},
    {WEB_GET, "/receipt", lookup_get},
    {WEB_POST, "/receipt", lookup_post},
    {WEB_GET, "/readyz", survey_readyz},
    {WEB_GET, "/metrics", survey_metrics},
};

static struct slot *slot_take(struct program *p)
{
    (void)pthread_mutex_lock(&p->lock);
    while (p->free == NULL)
        (void)pthread_cond_wait(&p->has_free, &p->lock);
    struct slot *s = p->free;
    p->free = s->next_free;
    (void)pthread_mutex_unlock(&p->lock);
    return s;
}

static void slot_give(struct program *p, struct slot *s)
{
    (void)pthread_mutex_lock(&p->lock);
    s->next_free = p->free;
    p->free = s;
    (void)pthread_cond_signal(&p->has_free);
    (void)pthread_mutex_unlock(&p->lock);
}

/* On a busy machine a waking thread would take the processor from another for every ballot; SCHED_BATCH
 * lets it wait its turn and do more at once. An idle machine waits for nobody. */
static void let_others_first(void)
{
    const struct sched_param none = {0};
    if (pthread_setschedparam(pthread_self(), SCHED_BATCH, &none) != 0)
        log_info("no_batch_scheduling", kv_s("effect", "more changes of thread"));
}

static void accept_until_stopping(struct program *p)
{
    const struct web_app app = {.program = "survey", .ctx = &p->site, .routes = routes,
                                .n_routes = sizeof routes / sizeof *routes, .error_page = survey_error_page};
    struct response rs;
    struct request rq;
    let_others_first();
    response_init(&rs);
    for (;;) {
        struct rc_info why = {0};
        struct slot *s = slot_take(p); /* waits while all are in hand */
        enum rc rc = fcgi_accept(s->fcgi, &s->arena, &rq, &why);
        if (rc == RC_GONE)
            break;
        s->ballot.is_filled = s->ballot.is_lookup = false;
        p->site.ballot = &s->ballot;
        fcgi_dispatch(&app, &rq, rc, &why, &rs);
        if (s->ballot.is_filled) {
            ballot_queue_push(s->ballot.is_lookup ? &p->to_look : &p->to_write, &s->ballot.intake);
        } else {
            fcgi_reply(s->fcgi, &rq, &rs);
            slot_give(p, s);
        }
    }
    response_release(&rs);
}

static void *writer(void *arg)
{
    struct program *p = arg;
    let_others_first();
    for (struct intake_ballot *list; (list = ballot_queue_take(&p->to_write)) != NULL;) {
        intake_store(&p->intake, list);
        ballot_queue_push(&p->to_reply, list);
    }
    ballot_queue_close(&p->to_reply);
    return NULL;
}

typedef void answer_fn(struct program *p, const struct survey_ballot *b, struct arena *a, struct response *rs);

/* Answer whatever comes through a queue, until it is closed and empty. */
static void answer_all(struct program *p, struct ballot_queue *q, answer_fn *answer)
{
    struct arena a;
    struct response rs;
    let_others_first();
    arena_init(&a, REQUEST_ARENA_MAX);
    response_init(&rs);
    for (struct intake_ballot *list; (list = ballot_queue_take(q)) != NULL;)
        for (struct intake_ballot *next; list != NULL; list = next) {
            struct slot *s = (struct slot *)list; /* the first member of its first member */
            next = list->next;
            response_reset(&rs);
            arena_reset(&a);
            answer(p, &s->ballot, &a, &rs);
            fcgi_reply(s->fcgi, &s->ballot.request, &rs);
            slot_give(p, s);
        }
    response_release(&rs);
    arena_release(&a);
}

static void answer_ballot(struct program *p, const struct survey_ballot *b, struct arena *a, struct response *rs)
{
    survey_ballot_answer(&p->site, b, a, rs);
}

static void answer_lookup(struct program *p, const struct survey_ballot *b, struct arena *a, struct response *rs)
{
    lookup_answer(&p->site, b, p->receipts, a, rs);
}

static void *replier(void *arg)
{
    struct program *p = arg;
    answer_all(p, &p->to_reply, answer_ballot);
    return NULL;
}

static void *clerk(void *arg)
{
    struct program *p = arg;
    answer_all(p, &p->to_look, answer_lookup);
    return NULL;
}

static void *keeper(void *arg)
{
    struct program *p = arg;
    survey_keeper_run(&p->keeper);
    return NULL;
}

/* ---- start ---- */

static enum rc box_drop(void *ctx, const struct stored_batch *batches, size_t n, struct arena *a,
                        enum box_answer *answers, struct rc_info *e)
{
    return survey_store_drop(ctx, batches, n, a, answers, e);
}

static enum rc box_spend(void *ctx, int64_t survey_id, size_t n, const void *codes, const void *keys, struct arena *a,
                         const unsigned char **answers, struct rc_info *e)
{
    return survey_store_spend(ctx, survey_id, n, codes, keys, a, answers, e);
}

static enum rc box_drop_spent(void *ctx, const struct stored_batch *batch, struct arena *a, enum box_answer *answer,
                              struct rc_info *e)
{
    return survey_store_drop_spent(ctx, batch, a, answer, e);
}

static void box_abandon(void *ctx)
{
    survey_store_abandon(ctx);
}

static enum rc box_newest_key(void *ctx, struct arena *a, struct epoch_key *out, struct rc_info *e)
{
    return survey_store_key(ctx, a, &out->epoch_id, out->public_key, e);
}

static void wake_keeper(void *ctx)
{
    intake_wake(ctx);
}

static enum rc start_store(struct program *p, struct rc_info *e)
{
    int64_t deadline_ms = setting_int(SET_DB_DEADLINE_MS);
    struct intake_box box = {.ctx = survey_store_new(deadline_ms), .drop = box_drop, .spend = box_spend,
                             .drop_spent = box_drop_spent, .abandon = box_abandon, .newest_key = box_newest_key};
    p->keeper = (struct survey_keeper){.site = &p->site, .intake = &p->intake, .db = survey_store_new(deadline_ms),
                                       .cache_dir = setting(SET_CACHE_DIR), .spool_dir = setting(SET_SPOOL_DIR),
                                       .refresh_s = setting_int(SET_REFRESH_S), .is_stopping = fcgi_is_stopping};
    p->receipts = receipt_store_new(deadline_ms);
    if (box.ctx == NULL || p->keeper.db == NULL || p->receipts == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the database");
    intake_init(&p->intake, &box, setting(SET_SPOOL_DIR));
    ballot_queue_init(&p->to_write);
    ballot_queue_init(&p->to_reply);
    ballot_queue_init(&p->to_look);
    return RC_OK;
}

static enum rc start_site(struct program *p, struct rc_info *e)
{
    struct catalogue *c = NULL;
    arena_init(&p->texts, TEXTS_ARENA_MAX);
    arena_init(&p->site.keep, KEEP_ARENA_MAX);
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), &p->texts, &c, e);
    if (rc == RC_OK)
        rc = page_load_assets(setting(SET_HTML_DIR), e);
    if (rc == RC_OK)
        rc = file_secret(setting(SET_SECRETS_DIR), "cookie.key", 0600, p->secret, sizeof p->secret, e);
    p->site.c = c;
    p->site.secret = p->secret;
    p->site.is_tls = setting_int(SET_TLS) != 0;
    p->site.cookie_days = setting_int(SET_COOKIE_DAYS);
    p->site.intake = &p->intake;
    p->site.queue = &p->to_write;
    p->site.lookups = &p->to_look;
    return rc;
}

static enum rc start_slots(struct program *p, struct rc_info *e)
{
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->has_free, NULL);
    p->n_slots = (size_t)setting_int(SET_SLOTS) + 1; /* one is always the acceptor's */
    p->slots = calloc(p->n_slots, sizeof *p->slots);
    for (size_t i = p->n_slots; p->slots != NULL && i-- > 0;) {
        struct slot *s = &p->slots[i];
        arena_init(&s->arena, REQUEST_ARENA_MAX);
        s->fcgi = fcgi_new();
        if (s->fcgi == NULL)
            return rc_set(e, RC_NOMEM, "no memory for %zu requests", p->n_slots);
        slot_give(p, s);
    }
    return p->slots != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for %zu requests", p->n_slots);
}

/* Serve until SIGTERM; then what is in hand is finished: written, answered, and only then the end. */
static enum rc run(struct program *p, struct rc_info *e)
{
    void *(*const jobs[])(void *) = {writer, replier, clerk, keeper};
    enum { N_JOBS = sizeof jobs / sizeof *jobs };
    pthread_t threads[N_JOBS];
    pthread_attr_t attr;
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, STACK_BYTES);
    for (size_t i = 0; i < N_JOBS; i++)
        if (pthread_create(&threads[i], &attr, jobs[i], p) != 0)
            return rc_set(e, RC_NOMEM, "cannot start a thread");
    (void)pthread_attr_destroy(&attr);
    accept_until_stopping(p);
    ballot_queue_close(&p->to_write);
    ballot_queue_close(&p->to_look);
    intake_wake(&p->intake);
    for (size_t i = 0; i < N_JOBS; i++)
        (void)pthread_join(threads[i], NULL);
    return RC_OK;
}

static int usage(FILE *to, int status)
{
    (void)fprintf(to, "Usage: survey  (FastCGI: a listening socket as standard input)\n"
                      "Serves the questionnaires and takes ballots.\n\n");
    settings_print(to);
    return status;
}

int main(int argc, char **argv)
{
    static struct program p;
    struct rc_info e = {0};
    if (argc > 1)
        return strcmp(argv[1], "--help") == 0 ? usage(stdout, 0) : usage(stderr, rc_exit_status(RC_USAGE));
    log_program("survey");
    (void)mallopt(M_ARENA_MAX, 2); /* memory stays bounded whatever the number of threads */
    enum rc rc = sodium_init() < 0 ? rc_set(&e, RC_CRYPTO, "libsodium does not start") : settings_load(&e);
    if (rc == RC_OK)
        rc = start_store(&p, &e);
    if (rc == RC_OK)
        rc = start_site(&p, &e);
    if (rc == RC_OK) {
        fcgi_on_stop(wake_keeper, &p.intake);
        rc = fcgi_start(&e);
    }
    if (rc == RC_OK)
        rc = start_slots(&p, &e);
    if (rc == RC_OK) {
        survey_keeper_start(&p.keeper);
        if (atomic_load(&p.site.set) == NULL) /* no copy on disk: visitors wait in the socket meanwhile */
            (void)survey_keeper_look(&p.keeper);
        log_info("serving", kv_i("slots", setting_int(SET_SLOTS)));
        rc = run(&p, &e);
    }
    if (rc != RC_OK)
        log_error("survey_failed", kv_s("why", e.msg));
    else
        log_info("stopped", kv_i("boxed", (int64_t)atomic_load(&p.intake.n_boxed)),
                 kv_i("spooled", (int64_t)atomic_load(&p.intake.n_spooled)));
    return rc_exit_status(rc);
}
