#include "pages/census.h"

#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "pages/results.h"
#include "report/csv.h"

enum { SHELF_BYTES_MAX = 32 * 1024 * 1024 };

struct snapshot {
    struct census_figures *f;
    const char *body;
    size_t body_len;
};

/* One of two: the handlers read one while census_pages_refresh fills the other. */
struct shelf {
    struct arena a;
    size_t n;
    struct snapshot items[CENSUS_SNAPSHOTS_MAX];
    const char *dates[CENSUS_SNAPSHOTS_MAX];
};

struct census_pages {
    const struct catalogue *c;
    struct db *db;
    pthread_mutex_t lock; /* guards what follows, and the shelf in use */
    struct shelf shelves[2];
    int now;
    bool has_shelf;
};

struct census_pages *census_pages_new(struct arena *a, const struct catalogue *c, struct db *db)
{
    struct census_pages *p = arena_alloc(a, sizeof *p);
    if (p == NULL || pthread_mutex_init(&p->lock, NULL) != 0)
        return NULL;
    p->c = c;
    p->db = db;
    for (int s = 0; s < 2; s++)
        arena_init(&p->shelves[s].a, SHELF_BYTES_MAX);
    return p;
}

void census_pages_release(struct census_pages *p)
{
    for (int s = 0; s < 2; s++)
        arena_release(&p->shelves[s].a);
    (void)pthread_mutex_destroy(&p->lock);
}

/* A body that cannot be read is left out, so that the others are shown. */
static enum rc shelf_add(struct shelf *s, const char *body, size_t len, struct rc_info *e)
{
    struct census_figures *f = NULL;
    enum rc rc = census_from_json(body, len, &s->a, &f, e);
    if (rc == RC_INPUT) {
        log_error("census_unreadable", kv_s("why", e->msg));
        return RC_OK;
    }
    if (rc == RC_OK) {
        s->dates[s->n] = f->as_of;
        s->items[s->n++] = (struct snapshot){f, body, len};
    }
    return rc;
}

static void shelf_reset(struct shelf *s)
{
    arena_reset(&s->a);
    s->n = 0;
}

static void swap(struct census_pages *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->now = 1 - p->now;
    p->has_shelf = true;
    (void)pthread_mutex_unlock(&p->lock);
}

enum rc census_pages_load(struct census_pages *p, const char *const *bodies, size_t n, struct rc_info *e)
{
    struct shelf *next = &p->shelves[1 - p->now];
    enum rc rc = RC_OK;
    shelf_reset(next);
    for (size_t i = 0; rc == RC_OK && i < n && i < CENSUS_SNAPSHOTS_MAX; i++)
        rc = shelf_add(next, bodies[i], strlen(bodies[i]), e);
    if (rc == RC_OK)
        swap(p);
    return rc;
}

/* A census never changes, so the same dates are the same figures. Only the refreshing thread changes a
 * shelf, so comparing needs no lock. */
static bool is_shelved(const struct census_pages *p, const struct census_head *heads, size_t n)
{
    const struct shelf *s = &p->shelves[p->now];
    bool is_same = p->has_shelf && s->n == n;
    for (size_t i = 0; is_same && i < n; i++)
        is_same = strcmp(s->dates[i], heads[i].as_of) == 0 && s->items[i].f->total == heads[i].n;
    return is_same;
}

enum rc census_pages_refresh(struct census_pages *p, struct rc_info *e)
{
    struct shelf *next = &p->shelves[1 - p->now];
    struct census_head *heads = NULL;
    size_t n = 0;
    shelf_reset(next);
    enum rc rc = census_list(p->db, &next->a, &heads, &n, e);
    n = n < CENSUS_SNAPSHOTS_MAX ? n : CENSUS_SNAPSHOTS_MAX;
    if (rc != RC_OK || is_shelved(p, heads, n))
        return rc;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const char *body = NULL;
        size_t len = 0;
        rc = census_body(p->db, heads[i].as_of, &next->a, &body, &len, e);
        if (rc == RC_OK)
            rc = shelf_add(next, body, len, e);
    }
    if (rc == RC_OK)
        swap(p);
    return rc;
}

/* ---- handlers ---- */

static struct census_view make_view(const struct census_pages *p, const struct snapshot *item, const char *path,
                                    const struct request *rq)
{
    const struct shelf *s = &p->shelves[p->now];
    const char *const *langs;
    size_t n_langs = catalogue_langs(p->c, &langs);
    struct census_view v = {.a = rq->arena, .c = p->c, .lang = web_language(rq, langs, n_langs), .f = item != NULL ? item->f : NULL,
                            .path = path, .n_dates = s->n, .dates = s->dates};
    for (size_t i = 0; item != NULL && i < item->f->n_langs; i++)
        if (strcmp(item->f->langs[i], langs[v.lang]) == 0)
            v.label_lang = i;
    return v;
}

static enum rc serve_page(const struct census_view *v, struct response *rs, struct rc_info *e)
{
    struct html w = {&rs->body};
    census_write_page(&w, v);
    rs->lang = tr(v->c, v->lang, "lang.tag");
    return html_ok(&w) ? RC_OK : rc_set(e, RC_NOMEM, "the page of the census is too large or not balanced");
}

static enum rc serve_file(const struct census_view *v, const struct snapshot *item, bool is_json,
                          const struct request *rq, struct response *rs, struct rc_info *e)
{
    rs->is_cacheable = true;
    rs->type = is_json ? "application/json; charset=utf-8" : "text/csv; charset=utf-8";
    if (is_json) {
        buf_put(&rs->body, item->body, item->body_len);
        buf_putc(&rs->body, '\n');
        return RC_OK;
    }
    rs->disposition = arena_printf(rq->arena, "attachment; filename=\"census-%s.csv\"", item->f->as_of);
    if (rs->disposition == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a file name");
    census_to_csv(item->f, v->label_lang, &rs->body);
    return RC_OK;
}

/* "2014-12-31", "2014-12-31.json", "2014-12-31.csv" */
static enum rc serve_date(const struct census_pages *p, const char *name, const struct request *rq,
                          struct response *rs, struct rc_info *e)
{
    const struct shelf *s = &p->shelves[p->now];
    enum { DATE_LEN = 10 };
    const char *ending = strlen(name) >= DATE_LEN ? name + DATE_LEN : "?";
    bool is_json = strcmp(ending, ".json") == 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!text_equal(s->dates[i], name, strlen(name) - strlen(ending)))
            continue;
        struct census_view v = make_view(p, &s->items[i], rq->path, rq);
        if (*ending == '\0')
            return serve_page(&v, rs, e);
        if (is_json || strcmp(ending, ".csv") == 0)
            return serve_file(&v, &s->items[i], is_json, rq, rs, e);
    }
    return rc_set(e, RC_NOTFOUND, "there is no census of that date");
}

static enum rc serve(void *app, const char *name, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct census_pages *p = results_census(app);
    if (p == NULL)
        return rc_set(e, RC_NOTFOUND, "there is no census here");
    (void)pthread_mutex_lock(&p->lock);
    const struct shelf *s = &p->shelves[p->now];
    enum rc rc = p->has_shelf ? RC_OK : rc_set(e, RC_AWAY, "no census was loaded yet");
    if (rc == RC_OK && name == NULL) {
        struct census_view v = make_view(p, s->n > 0 ? &s->items[0] : NULL, "/census/", rq);
        rc = serve_page(&v, rs, e);
    } else if (rc == RC_OK) {
        rc = serve_date(p, name, rq, rs, e);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return rc;
}

enum rc census_newest_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    return serve(app, NULL, rq, rs, e);
}

enum rc census_date_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    return serve(app, rq->path + strlen("/census/"), rq, rs, e);
}
