#include "box/recount.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/progress.h"

struct scan {
    struct recount_table *tables;
    size_t n_tables;
    bool is_all;
    pthread_mutex_t lock;
    int64_t next, n_pages; /* under the lock, as all below */
    bool is_failed;
    struct progress progress;
};

struct worker {
    struct scan *scan;
    pthread_t thread;
    struct db *db;
    struct cells *found; /* one per table */
    struct buf *waiting; /* codes of each, to be counted many at once */
    int64_t likely;      /* version of the last part */
    enum rc rc;
    struct rc_info e;
};

/* The next part, or false: all are given out, or another thread failed. */
static bool take_part(struct scan *s, int64_t *from)
{
    (void)pthread_mutex_lock(&s->lock);
    bool is_more = !s->is_failed && s->next < s->n_pages;
    *from = s->next;
    s->next += RECOUNT_PAGES;
    if (is_more)
        progress_add(&s->progress, RECOUNT_PAGES);
    (void)pthread_mutex_unlock(&s->lock);
    return is_more;
}

static enum rc count_waiting(struct worker *w, size_t at, struct rc_info *e)
{
    const struct recount_table *t = &w->scan->tables[at];
    struct buf *b = &w->waiting[at];
    if (!buf_ok(b))
        return rc_set(e, RC_NOMEM, "no memory for responses to count");
    enum rc rc = cells_count_many(&w->found[at], (const unsigned char *)b->p, b->len / t->form->open.form->codes_len, e);
    buf_reset(b);
    return rc == RC_TOOBIG ? rc_set(e, rc, "the profiles of \"%s\" are too many to compare in memory: %s",
                                    t->work->survey.slug, e->msg)
                           : rc;
}

static enum rc take_codes(void *ctx, int64_t version_id, const unsigned char *codes, size_t len, struct rc_info *e)
{
    struct worker *w = ctx;
    const struct scan *s = w->scan;
    size_t at = 0;
    while (at < s->n_tables && s->tables[at].form->open.version_id != version_id)
        at++;
    if (at == s->n_tables)
        return s->is_all ? rc_set(e, RC_CONFLICT, "a response names version %" PRId64 ", which there is not", version_id)
                         : RC_OK;
    const struct recount_table *t = &s->tables[at];
    size_t each = t->form->open.form->codes_len;
    if (each == 0 || len % each != 0)
        return rc_set(e, RC_CONFLICT, "responses of \"%s\" version %" PRId64 " have codes of another length",
                      t->work->survey.slug, t->form->version_no);
    buf_put(&w->waiting[at], codes, len);
    return w->waiting[at].len < RECOUNT_BYTES ? RC_OK : count_waiting(w, at, e);
}

static void *scan_parts(void *arg)
{
    struct worker *w = arg;
    int64_t from;
    while (w->rc == RC_OK && take_part(w->scan, &from))
        w->rc = tally_read_responses(w->db, from, from + RECOUNT_PAGES, &w->likely, take_codes, w, &w->e);
    for (size_t i = 0; w->rc == RC_OK && i < w->scan->n_tables; i++)
        w->rc = count_waiting(w, i, &w->e);
    if (w->rc != RC_OK) {
        (void)pthread_mutex_lock(&w->scan->lock);
        w->scan->is_failed = true;
        (void)pthread_mutex_unlock(&w->scan->lock);
    }
    return NULL;
}

static enum rc worker_init(struct worker *w, struct scan *s, struct rc_info *e)
{
    enum rc rc = RC_OK;
    *w = (struct worker){.scan = s, .db = tally_db(), .found = calloc(s->n_tables + 1, sizeof *w->found),
                         .waiting = calloc(s->n_tables + 1, sizeof *w->waiting)};
    if (w->db == NULL || w->found == NULL || w->waiting == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a thread");
    for (size_t i = 0; rc == RC_OK && i < s->n_tables; i++) {
        buf_init(&w->waiting[i], 2 * RECOUNT_BYTES);
        rc = cells_init(&w->found[i], s->tables[i].form->open.form, e);
    }
    return rc;
}

static void worker_release(struct worker *w)
{
    for (size_t i = 0; w->found != NULL && i < w->scan->n_tables; i++)
        cells_release(&w->found[i]);
    for (size_t i = 0; w->waiting != NULL && i < w->scan->n_tables; i++)
        buf_release(&w->waiting[i]);
    free(w->found);
    free(w->waiting);
    db_free(w->db);
}

static enum rc run_workers(struct worker *w, struct rc_info *e)
{
    size_t n_started = 0;
    enum rc rc = RC_OK;
    while (n_started < RECOUNT_THREADS && pthread_create(&w[n_started].thread, NULL, scan_parts, &w[n_started]) == 0)
        n_started++;
    if (n_started == 0)
        return rc_set(e, RC_NOMEM, "cannot start a thread");
    for (size_t i = 0; i < n_started; i++)
        (void)pthread_join(w[i].thread, NULL);
    for (size_t i = 0; rc == RC_OK && i < n_started; i++)
        if (w[i].rc != RC_OK)
            rc = rc_set(e, w[i].rc, "%s", w[i].e.msg);
    return rc;
}

enum rc recount_scan(struct recount_table *tables, size_t n, bool is_all, struct rc_info *e)
{
    struct scan s = {.tables = tables, .n_tables = n, .is_all = is_all};
    struct worker w[RECOUNT_THREADS] = {{.scan = &s}, {.scan = &s}};
    enum rc rc = RC_OK;
    (void)pthread_mutex_init(&s.lock, NULL);
    for (size_t i = 0; rc == RC_OK && i < RECOUNT_THREADS; i++)
        rc = worker_init(&w[i], &s, e);
    if (rc == RC_OK)
        rc = tally_response_pages(w[0].db, &s.n_pages, e);
    progress_begin(&s.progress, "recounting", s.n_pages);
    if (rc == RC_OK)
        rc = run_workers(w, e);
    progress_end(&s.progress);
    for (size_t i = 0; rc == RC_OK && i < RECOUNT_THREADS; i++)
        for (size_t k = 0; rc == RC_OK && k < n; k++)
            rc = cells_merge(&tables[k].cells, &w[i].found[k], e);
    for (size_t i = 0; i < RECOUNT_THREADS; i++)
        worker_release(&w[i]);
    (void)pthread_mutex_destroy(&s.lock);
    return rc;
}
