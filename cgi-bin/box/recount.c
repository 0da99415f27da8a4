#include "box/recount.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/progress.h"

struct scan {
    struct recount_table *tables;
    size_t n_tables;
    bool is_all, by_day;
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

/* ---- tables ---- */

static enum rc add_table(struct recount_table *t, const struct tally_work *w, const struct tally_form *f, int32_t wave,
                         struct rc_info *e)
{
    *t = (struct recount_table){.work = w, .form = f, .wave = wave};
    return cells_init(&t->cells, f->open.form, e);
}

enum rc recount_tables_make(const struct tally_work *works, size_t n_works, struct recount_table **out, size_t *n,
                            struct rc_info *e)
{
    size_t room = 1;
    enum rc rc = RC_OK;
    *n = 0;
    for (size_t i = 0; i < n_works; i++)
        room += works[i].n_forms * (works[i].n_waves + 1);
    *out = calloc(room, sizeof **out);
    if (*out == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu tables", room);
    for (size_t i = 0; rc == RC_OK && i < n_works; i++)
        for (size_t k = 0; rc == RC_OK && k < works[i].n_forms; k++)
            for (size_t v = 0; rc == RC_OK && v <= works[i].n_waves; v++) {
                int32_t wave = v == 0 ? 0 : works[i].waves[v - 1].wave;
                rc = add_table(&(*out)[(*n)++], &works[i], &works[i].forms[k], wave, e);
            }
    return rc;
}

void recount_tables_free(struct recount_table *tables, size_t n)
{
    for (size_t i = 0; tables != NULL && i < n; i++)
        cells_release(&tables[i].cells);
    free(tables);
}

struct recount_table *recount_tables_find(struct recount_table *tables, size_t n, int64_t version_id, int32_t wave)
{
    for (size_t i = 0; i < n; i++)
        if (tables[i].form->open.version_id == version_id && tables[i].wave == wave)
            return &tables[i];
    return NULL;
}

struct adder {
    struct recount_table *tables;
    size_t n;
    int sign;
};

static enum rc add_cell(void *ctx, const struct tally_cell *c, struct rc_info *e)
{
    const struct adder *x = ctx;
    struct recount_table *t = recount_tables_find(x->tables, x->n, c->version_id, c->wave);
    return t != NULL ? cells_add_stored(&t->cells, c, x->sign, e)
                     : rc_set(e, RC_CONFLICT, "a cell is of wave %d, which there is not", (int)c->wave);
}

enum rc recount_add_stored(struct recount_table *tables, size_t n, struct db *db, enum tally_cells which, int sign,
                           struct rc_info *e)
{
    struct adder x = {tables, n, sign};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct opener_version *v = &tables[i].form->open;
        if (tables[i].wave == 0) /* once for each version */
            rc = tally_read_cells(db, which, v->survey_id, v->version_id, add_cell, &x, e);
    }
    return rc;
}

/* ---- the scan ---- */

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
    if (b->len == 0)
        return RC_OK;
    enum rc rc = cells_count_many(&w->found[at], (const unsigned char *)b->p, b->len / t->form->open.form->codes_len, e);
    buf_reset(b);
    return rc == RC_TOOBIG ? rc_set(e, rc, "the profiles of \"%s\" are too many to compare in memory: %s",
                                    t->work->survey.slug, e->msg)
                           : rc;
}

static enum rc take_codes(void *ctx, int64_t version_id, int32_t day, const unsigned char *codes, size_t len,
                          struct rc_info *e)
{
    struct worker *w = ctx;
    const struct scan *s = w->scan;
    size_t at = 0;
    while (at < s->n_tables && (s->tables[at].form->open.version_id != version_id ||
                                s->tables[at].wave != tally_work_wave(s->tables[at].work, day)))
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
        w->rc = tally_read_responses(w->db, from, from + RECOUNT_PAGES, w->scan->by_day, &w->likely,
                                     take_codes, w, &w->e);
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
                         .waiting = calloc(s->n_tables + 1, sizeof *w->waiting),
                         .likely = s->n_tables > 0 ? s->tables[0].form->open.version_id : 0}; /* a first guess */
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

struct recount_scan {
    struct scan scan;
    struct worker workers[RECOUNT_THREADS];
    size_t n_started;
};

static enum rc prepare(struct recount_scan *x, struct rc_info *e)
{
    struct scan *s = &x->scan;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < RECOUNT_THREADS; i++)
        rc = worker_init(&x->workers[i], s, e);
    return rc == RC_OK ? tally_response_pages(x->workers[0].db, &s->n_pages, e) : rc;
}

static void release(struct recount_scan *x)
{
    for (size_t i = 0; i < RECOUNT_THREADS; i++)
        worker_release(&x->workers[i]);
    (void)pthread_mutex_destroy(&x->scan.lock);
    free(x);
}

enum rc recount_begin(struct recount_table *tables, size_t n, bool is_all, struct recount_scan **out, struct rc_info *e)
{
    struct recount_scan *x = calloc(1, sizeof *x);
    if (x == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a recount");
    x->scan = (struct scan){.tables = tables, .n_tables = n, .is_all = is_all};
    for (size_t i = 0; i < n; i++)
        x->scan.by_day |= tables[i].work->n_waves > 0;
    for (size_t i = 0; i < RECOUNT_THREADS; i++)
        x->workers[i].scan = &x->scan;
    (void)pthread_mutex_init(&x->scan.lock, NULL);
    enum rc rc = prepare(x, e);
    if (rc == RC_OK) {
        progress_begin(&x->scan.progress, "recounting", x->scan.n_pages);
        while (x->n_started < RECOUNT_THREADS &&
               pthread_create(&x->workers[x->n_started].thread, NULL, scan_parts, &x->workers[x->n_started]) == 0)
            x->n_started++;
        if (x->n_started == 0)
            rc = rc_set(e, RC_NOMEM, "cannot start a thread");
    }
    if (rc == RC_OK)
        *out = x;
    else
        release(x);
    return rc;
}

enum rc recount_end(struct recount_scan *x, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < x->n_started; i++)
        (void)pthread_join(x->workers[i].thread, NULL);
    progress_end(&x->scan.progress);
    for (size_t i = 0; rc == RC_OK && i < x->n_started; i++) {
        struct worker *w = &x->workers[i];
        rc = w->rc == RC_OK ? RC_OK : rc_set(e, w->rc, "%s", w->e.msg);
        for (size_t k = 0; rc == RC_OK && k < x->scan.n_tables; k++)
            rc = cells_merge(&x->scan.tables[k].cells, &w->found[k], e);
    }
    release(x);
    return rc;
}

void recount_give_up(struct recount_scan *x)
{
    struct rc_info ignored;
    (void)pthread_mutex_lock(&x->scan.lock);
    x->scan.is_failed = true; /* no thread takes another part */
    (void)pthread_mutex_unlock(&x->scan.lock);
    if (recount_end(x, &ignored) != RC_OK)
        return; /* what led here is said already */
}
