#include "box/opener.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/answers.h" /* ANSWER_GIVEN */

struct slot {
    struct opener_job job;
    unsigned char *sealed;
    size_t cap;
};

/* What one thread counted of one version. */
struct tally_table {
    const struct opener_version *version;
    struct cells cells;
    bool is_full; /* it gave up counting: see opener_cells */
    bool is_taken; /* merged into another thread's */
    struct tally_table *next;
};

struct opener;
struct worker {
    struct opener *owner;
    pthread_t thread;
    struct arena a;             /* the plain texts */
    struct opened_batch *items; /* on the heap: grows */
    size_t n, cap;
    struct tally_table *tables; /* one for each version met */
    bool is_out_of_memory;
};

struct opener {
    pthread_mutex_t lock;
    pthread_cond_t has_job, has_room;
    struct slot ring[OPENER_QUEUE];
    size_t head, n_queued; /* under the lock */
    bool is_closed;
    size_t n_workers;
    struct worker workers[OPENER_THREADS_MAX];
    struct opened_batch *all;
};

/* A comment belongs to a text question that the codes say was answered, at most one each. */
static const char *check_comment(const struct form *f, const struct batch_ballot *b, size_t i)
{
    const struct batch_comment *c = &b->comments[i];
    if (c->node >= f->n_nodes || f->nodes[c->node].type != FORM_TEXT ||
        b->codes[f->nodes[c->node].offset] != ANSWER_GIVEN)
        return "a comment belongs to no answered question";
    for (size_t k = 0; k < i; k++)
        if (b->comments[k].node == c->node)
            return "two comments belong to one question";
    if (c->len == 0 || !text_is_utf8(c->text, c->len) || text_has_control(c->text, c->len))
        return "a comment is not text";
    if (text_length(c->text, c->len) > (size_t)f->nodes[c->node].max)
        return "a comment is too long";
    return NULL;
}

const char *opener_check_comments(const struct form *f, const struct batch_ballot *b)
{
    for (size_t i = 0; i < b->n_comments; i++) {
        const char *bad = check_comment(f, b, i);
        if (bad != NULL)
            return bad;
    }
    return NULL;
}

static struct tally_table *table_of(struct worker *w, const struct opener_version *v)
{
    struct rc_info ignored;
    for (struct tally_table *t = w->tables; t != NULL; t = t->next)
        if (t->version == v)
            return t;
    struct tally_table *t = calloc(1, sizeof *t);
    if (t == NULL || cells_init(&t->cells, v->form, &ignored) != RC_OK) {
        free(t);
        w->is_out_of_memory = true;
        return NULL;
    }
    t->version = v;
    t->next = w->tables;
    w->tables = t;
    return t;
}

static void take_out(struct tally_table *t, const struct batch_ballot *b)
{
    struct rc_info e;
    if (cells_count(&t->cells, b->codes, b->codes_len, -1, &e) != RC_OK)
        t->is_full = true; /* its counts are not to be trusted: the caller counts */
}

/* Check one ballot and count it. A full table is given up: from then on it only checks. */
static const char *take_ballot(struct tally_table *t, const struct batch_ballot *b)
{
    struct rc_info e;
    enum rc rc = cells_count(&t->cells, b->codes, b->codes_len, 1, &e);
    if (rc == RC_TOOBIG || rc == RC_NOMEM) {
        t->is_full = true;
        cells_reset(&t->cells);
        rc = cells_count(&t->cells, b->codes, b->codes_len, 1, &e);
    }
    if (rc != RC_OK)
        return "the answers are not of this version";
    const char *bad = opener_check_comments(t->version->form, b);
    if (bad != NULL)
        take_out(t, b);
    return bad;
}

static const char *check_batch(struct worker *w, const struct opener_job *j, const struct batch *b)
{
    if (b->survey_id != j->version->survey_id || b->version_id != j->version->version_id)
        return "it was sealed for another survey or version";
    if (b->n != j->n_named)
        return "it holds another number of ballots than it names";
    struct tally_table *t = table_of(w, j->version);
    const char *bad = NULL;
    size_t n = 0;
    while (t != NULL && n < b->n && (bad = take_ballot(t, &b->ballots[n])) == NULL)
        n++;
    for (size_t i = 0; bad != NULL && i < n; i++) /* one bad ballot spoils the batch: the others go out again */
        take_out(t, &b->ballots[i]);
    return bad;
}

static struct opened_batch *next_item(struct worker *w)
{
    if (w->n == w->cap) {
        size_t cap = w->cap == 0 ? 256 : 2 * w->cap;
        struct opened_batch *more = realloc(w->items, cap * sizeof *more);
        if (more == NULL)
            return NULL;
        w->items = more;
        w->cap = cap;
    }
    return &w->items[w->n++];
}

static void open_one(struct worker *w, const struct slot *s)
{
    const struct opener_job *j = &s->job;
    struct opened_batch *out = next_item(w);
    struct batch b = {0};
    struct rc_info e;
    if (out == NULL) {
        w->is_out_of_memory = true;
        return;
    }
    *out = (struct opened_batch){.accepted_us = j->accepted_us, .version = j->version, .n_named = j->n_named};
    memcpy(out->batch_id, j->batch_id, sizeof out->batch_id);
    switch (batch_open(s->sealed, j->sealed_len, j->key->pk, j->key->sk, &w->a, &b, &e)) {
    case RC_OK:
        out->bad = check_batch(w, j, &b);
        break;
    case RC_CRYPTO:
        out->bad = "it does not open with its epoch's key";
        break;
    case RC_INPUT:
        out->bad = "it opens, but what is inside is not a batch";
        break;
    default:
        w->is_out_of_memory = true;
    }
    if (out->bad == NULL) {
        out->n = b.n;
        out->ballots = b.ballots;
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct opener *o = w->owner;
    struct slot mine = {0};
    for (;;) {
        (void)pthread_mutex_lock(&o->lock);
        while (o->n_queued == 0 && !o->is_closed)
            (void)pthread_cond_wait(&o->has_job, &o->lock);
        if (o->n_queued == 0) {
            (void)pthread_mutex_unlock(&o->lock);
            break;
        }
        struct slot *s = &o->ring[o->head]; /* exchange buffers: the work is done outside the lock */
        struct slot free_one = mine;
        mine = *s;
        *s = free_one;
        o->head = (o->head + 1) % OPENER_QUEUE;
        o->n_queued--;
        (void)pthread_cond_signal(&o->has_room);
        (void)pthread_mutex_unlock(&o->lock);
        if (!w->is_out_of_memory)
            open_one(w, &mine);
    }
    free(mine.sealed);
    return NULL;
}

struct opener *opener_new(size_t n_threads)
{
    struct opener *o = calloc(1, sizeof *o);
    if (o == NULL)
        return NULL;
    (void)pthread_mutex_init(&o->lock, NULL);
    (void)pthread_cond_init(&o->has_job, NULL);
    (void)pthread_cond_init(&o->has_room, NULL);
    while (o->n_workers < n_threads && o->n_workers < OPENER_THREADS_MAX) {
        struct worker *w = &o->workers[o->n_workers];
        w->owner = o;
        arena_init(&w->a, OPENER_BYTES_MAX);
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
        o->n_workers++;
    }
    if (o->n_workers == 0) {
        opener_free(o);
        return NULL;
    }
    return o;
}

/* Copy into a slot of the ring; the caller holds the lock and there is room. */
static bool fill(struct opener *o, const struct opener_job *job)
{
    struct slot *s = &o->ring[(o->head + o->n_queued) % OPENER_QUEUE];
    if (job->sealed_len > s->cap) {
        unsigned char *more = realloc(s->sealed, job->sealed_len);
        if (more == NULL)
            return false;
        s->sealed = more;
        s->cap = job->sealed_len;
    }
    s->job = *job;
    if (job->sealed_len > 0)
        memcpy(s->sealed, job->sealed, job->sealed_len);
    o->n_queued++;
    return true;
}

enum rc opener_push(struct opener *o, const struct opener_job *job, struct rc_info *e)
{
    (void)pthread_mutex_lock(&o->lock);
    while (o->n_queued == OPENER_QUEUE)
        (void)pthread_cond_wait(&o->has_room, &o->lock);
    bool is_in = fill(o, job);
    (void)pthread_cond_signal(&o->has_job);
    (void)pthread_mutex_unlock(&o->lock);
    return is_in ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a batch of %zu bytes", job->sealed_len);
}

static void stop(struct opener *o)
{
    (void)pthread_mutex_lock(&o->lock);
    bool was_closed = o->is_closed;
    o->is_closed = true;
    (void)pthread_cond_broadcast(&o->has_job);
    (void)pthread_mutex_unlock(&o->lock);
    for (size_t i = 0; !was_closed && i < o->n_workers; i++)
        (void)pthread_join(o->workers[i].thread, NULL);
}

enum rc opener_finish(struct opener *o, const struct opened_batch **out, size_t *n, struct rc_info *e)
{
    size_t total = 0;
    stop(o);
    for (size_t i = 0; i < o->n_workers; i++) {
        if (o->workers[i].is_out_of_memory)
            return rc_set(e, RC_NOMEM, "no memory for the opened ballots");
        total += o->workers[i].n;
    }
    o->all = calloc(total + 1, sizeof *o->all);
    if (o->all == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu batches", total);
    *n = 0;
    for (size_t i = 0; i < o->n_workers; i++) {
        struct worker *w = &o->workers[i];
        if (w->n > 0)
            memcpy(o->all + *n, w->items, w->n * sizeof *w->items);
        *n += w->n;
        free(w->items);
        w->items = NULL;
        w->n = w->cap = 0;
    }
    *out = o->all;
    return RC_OK;
}

/* The first table of a version takes in those of the other threads. */
enum rc opener_cells(struct opener *o, const struct opener_version *v, struct cells **out, bool *is_counted,
                     struct rc_info *e)
{
    struct tally_table *first = NULL;
    enum rc rc = RC_OK;
    *is_counted = true;
    for (size_t i = 0; rc == RC_OK && i < o->n_workers; i++)
        for (struct tally_table *t = o->workers[i].tables; rc == RC_OK && t != NULL; t = t->next) {
            if (t->version != v)
                continue;
            *is_counted = *is_counted && !t->is_full;
            if (first != NULL && *is_counted && !t->is_taken)
                rc = cells_merge(&first->cells, &t->cells, e);
            t->is_taken = first != NULL;
            first = first == NULL ? t : first;
        }
    if (rc == RC_TOOBIG || rc == RC_NOMEM) {
        *is_counted = false;
        rc = RC_OK;
    }
    *out = first == NULL ? NULL : &first->cells;
    return rc;
}

static void free_tables(struct worker *w)
{
    while (w->tables != NULL) {
        struct tally_table *next = w->tables->next;
        cells_release(&w->tables->cells);
        free(w->tables);
        w->tables = next;
    }
}

void opener_free(struct opener *o)
{
    if (o == NULL)
        return;
    stop(o);
    for (size_t i = 0; i < o->n_workers; i++) {
        free(o->workers[i].items);
        free_tables(&o->workers[i]);
        arena_release(&o->workers[i].a);
    }
    for (size_t i = 0; i < OPENER_QUEUE; i++)
        free(o->ring[i].sealed);
    (void)pthread_mutex_destroy(&o->lock);
    (void)pthread_cond_destroy(&o->has_job);
    (void)pthread_cond_destroy(&o->has_room);
    free(o->all);
    free(o);
}
