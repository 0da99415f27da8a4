#include "pages/results.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "pages/error.h"
#include "report/csv.h"
#include "web/fcgi.h"

enum {
    SURVEYS_MAX = 64,
    SNAPSHOT_BYTES_MAX = 24 * 1024 * 1024,
    PAGE_BYTES_MAX = 1024 * 1024,
    CACHE_SECONDS = 30 /* a page tells its age in minutes at the finest */
};

enum page_kind { PAGE_SURVEY, PAGE_GROUPS, PAGE_TABLES, N_PAGES };

/* A rendered page of one survey in one language. */
struct cached {
    int64_t made_at_s;
    struct buf html;
};

struct item {
    struct publication_head head;
    struct publication *p;
    const char *body;
    size_t body_len;
    struct cached pages[N_PAGES][CATALOGUE_LANGS_MAX];
};

/* One of two: the handlers read one while results_refresh fills the other. */
struct snapshot {
    struct arena a;
    size_t n;
    struct item items[SURVEYS_MAX];
};

struct results {
    const struct catalogue *c;
    struct db *db;
    struct census_pages *census;
    pthread_mutex_t lock; /* guards everything below, and the snapshot in use */
    struct snapshot snapshots[2];
    int now;              /* the one in use */
    bool has_snapshot, is_db_up;
    int64_t refreshed_at_s;
};

const struct catalogue *results_catalogue(const struct results *r)
{
    return r->c;
}

struct results *results_new(struct arena *a, const struct catalogue *c, struct db *db)
{
    struct results *r = arena_alloc(a, sizeof *r);
    if (r == NULL || pthread_mutex_init(&r->lock, NULL) != 0)
        return NULL;
    r->c = c;
    r->db = db;
    for (int s = 0; s < 2; s++) {
        arena_init(&r->snapshots[s].a, SNAPSHOT_BYTES_MAX);
        for (size_t i = 0; i < SURVEYS_MAX; i++)
            for (size_t l = 0; l < N_PAGES * CATALOGUE_LANGS_MAX; l++)
                buf_init(&r->snapshots[s].items[i].pages[l / CATALOGUE_LANGS_MAX][l % CATALOGUE_LANGS_MAX].html, PAGE_BYTES_MAX);
    }
    return r;
}

void results_set_census(struct results *r, struct census_pages *census)
{
    r->census = census;
}

struct census_pages *results_census(const struct results *r)
{
    return r->census;
}

static void snapshot_reset(struct snapshot *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t l = 0; l < N_PAGES * CATALOGUE_LANGS_MAX; l++)
            buf_release(&s->items[i].pages[l / CATALOGUE_LANGS_MAX][l % CATALOGUE_LANGS_MAX].html);
    s->n = 0;
    arena_reset(&s->a);
}

void results_release(struct results *r)
{
    for (int s = 0; s < 2; s++) {
        snapshot_reset(&r->snapshots[s]);
        arena_release(&r->snapshots[s].a);
    }
    (void)pthread_mutex_destroy(&r->lock);
}

static void forget_pages(struct item *item)
{
    for (size_t k = 0; k < N_PAGES; k++)
        for (size_t l = 0; l < CATALOGUE_LANGS_MAX; l++)
            item->pages[k][l].made_at_s = 0;
}

/* Add one publication; a body that cannot be read is left out, so that the others are shown. */
static enum rc snapshot_add(struct snapshot *s, const struct publication_head *head, const char *body,
                            size_t len, struct rc_info *e)
{
    struct publication *p;
    enum rc rc = publication_from_json(body, len, &s->a, &p, e);
    if (rc == RC_INPUT) {
        log_error("publication_unreadable", kv_s("survey", head->slug),
                  kv_i("publication", head->publication_id), kv_s("why", e->msg));
        return RC_OK;
    }
    if (rc != RC_OK)
        return rc;
    struct item *item = &s->items[s->n++];
    item->head = *head;
    item->p = p;
    item->body = body;
    item->body_len = len;
    forget_pages(item);
    return RC_OK;
}

static void swap(struct results *r, bool is_new)
{
    (void)pthread_mutex_lock(&r->lock);
    if (is_new)
        r->now = 1 - r->now;
    r->has_snapshot = true;
    r->is_db_up = true;
    r->refreshed_at_s = (int64_t)time(NULL);
    (void)pthread_mutex_unlock(&r->lock);
}

enum rc results_load(struct results *r, const struct publication_head *heads, const char *const *bodies,
                     size_t n, struct rc_info *e)
{
    struct snapshot *next = &r->snapshots[1 - r->now];
    snapshot_reset(next);
    if (n > SURVEYS_MAX)
        return rc_set(e, RC_TOOBIG, "more than %d surveys have results", SURVEYS_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *body = arena_strdup(&next->a, bodies[i]);
        if (body == NULL)
            return rc_set(e, RC_NOMEM, "no memory for the publications");
        enum rc rc = snapshot_add(next, &heads[i], body, strlen(body), e);
        if (rc != RC_OK)
            return rc;
    }
    swap(r, true);
    return RC_OK;
}

/* Where only the times of confirmation moved on, take them over: true. Only this thread changes
 * a snapshot's list, so comparing needs no lock. */
static bool take_times(struct results *r, const struct publication_head *heads, size_t n)
{
    struct snapshot *s = &r->snapshots[r->now];
    if (!r->has_snapshot || n != s->n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (s->items[i].head.publication_id != heads[i].publication_id)
            return false;
    for (size_t i = 0; i < n; i++) {
        if (s->items[i].head.tallied_at_s == heads[i].tallied_at_s)
            continue;
        const char *local = arena_strdup(&s->a, heads[i].tallied_local);
        if (local == NULL)
            return false; /* the arena is full of times: load afresh */
        (void)pthread_mutex_lock(&r->lock);
        s->items[i].head.tallied_at_s = heads[i].tallied_at_s;
        s->items[i].head.tallied_local = local;
        forget_pages(&s->items[i]);
        (void)pthread_mutex_unlock(&r->lock);
    }
    return true;
}

static enum rc load_all(struct results *r, struct snapshot *next, const struct publication_head *heads,
                        size_t n, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const char *body;
        size_t len;
        rc = publication_body(r->db, heads[i].publication_id, &next->a, &body, &len, e);
        if (rc == RC_OK)
            rc = snapshot_add(next, &heads[i], body, len, e);
    }
    if (rc == RC_OK)
        swap(r, true);
    return rc;
}

enum rc results_refresh(struct results *r, struct rc_info *e)
{
    struct snapshot *next = &r->snapshots[1 - r->now];
    struct publication_head *heads;
    size_t n = 0;
    snapshot_reset(next);
    enum rc rc = publication_list(r->db, &next->a, &heads, &n, e);
    if (rc == RC_OK && n > SURVEYS_MAX)
        rc = rc_set(e, RC_TOOBIG, "more than %d surveys have results", SURVEYS_MAX);
    if (rc == RC_OK && take_times(r, heads, n))
        swap(r, false);
    else if (rc == RC_OK)
        rc = load_all(r, next, heads, n, e);
    if (rc != RC_OK) {
        (void)pthread_mutex_lock(&r->lock);
        r->is_db_up = false;
        (void)pthread_mutex_unlock(&r->lock);
    }
    return rc;
}

/* The languages that both the publication and the catalogue have; all of the catalogue's if none. */
static size_t offered_langs(const struct catalogue *c, const struct publication *p,
                            const char **out /* [CATALOGUE_LANGS_MAX] */)
{
    const char *const *all;
    size_t n_all = catalogue_langs(c, &all), n = 0;
    for (size_t i = 0; i < n_all; i++)
        for (size_t k = 0; k < p->n_langs; k++)
            if (strcmp(all[i], p->langs[k]) == 0)
                out[n++] = all[i];
    for (size_t i = 0; n == 0 && i < n_all; i++)
        out[i] = all[i];
    return n > 0 ? n : n_all;
}

static struct results_view make_view(const struct results *r, const struct item *item,
                                     const struct request *rq)
{
    const char *offered[CATALOGUE_LANGS_MAX];
    const char *const *all;
    size_t n_all = catalogue_langs(r->c, &all);
    size_t n_offered = offered_langs(r->c, item->p, offered);
    const char *name = offered[web_language(rq, offered, n_offered)];
    struct results_view v = {
        .c = r->c, .head = &item->head, .p = item->p, .now_s = (int64_t)time(NULL)};
    for (size_t i = 0; i < n_all; i++)
        if (strcmp(all[i], name) == 0)
            v.lang = i;
    for (size_t i = 0; i < item->p->n_langs; i++)
        if (strcmp(item->p->langs[i], name) == 0)
            v.form_lang = i;
    return v;
}

static enum rc serve_page(struct results *r, struct item *item, enum page_kind kind, const struct request *rq,
                          struct response *rs, struct rc_info *e)
{
    static void (*const writers[N_PAGES])(struct html *, const struct results_view *) = {
        [PAGE_SURVEY] = results_write_survey, [PAGE_GROUPS] = results_write_groups, [PAGE_TABLES] = results_write_tables};
    struct results_view v = make_view(r, item, rq);
    struct cached *page = &item->pages[kind][v.lang];
    if (page->made_at_s == 0 || v.now_s - page->made_at_s >= CACHE_SECONDS || v.now_s < page->made_at_s) {
        struct html w = {&page->html};
        buf_reset(&page->html);
        page->made_at_s = 0;
        writers[kind](&w, &v);
        if (!html_ok(&w))
            return rc_set(e, RC_NOMEM, "the page of \"%s\" is too large or not balanced", item->head.slug);
        page->made_at_s = v.now_s;
    }
    rs->lang = tr(r->c, v.lang, "lang.tag");
    /* is_cacheable stays false for pages: a phone that goes back must see new figures */
    buf_put(&rs->body, page->html.p, page->html.len);
    return RC_OK;
}

/* {"figures":<the publication>,"tallied_at":"2014-12-31T20:15:01Z"} */
static enum rc serve_json(const struct item *item, struct response *rs, struct rc_info *e)
{
    char stamp[32];
    time_t at = (time_t)item->head.tallied_at_s;
    struct tm tm;
    if (gmtime_r(&at, &tm) == NULL || strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return rc_set(e, RC_INPUT, "the time of the tally is out of range");
    rs->type = "application/json; charset=utf-8";
    rs->is_cacheable = true;
    buf_puts(&rs->body, "{\"figures\":");
    buf_put(&rs->body, item->body, item->body_len);
    buf_printf(&rs->body, ",\"tallied_at\":\"%s\"}\n", stamp);
    return RC_OK;
}

static enum rc serve_csv(const struct results *r, const struct item *item, const struct request *rq,
                         struct response *rs, struct rc_info *e)
{
    struct results_view v = make_view(r, item, rq);
    rs->type = "text/csv; charset=utf-8";
    rs->is_cacheable = true;
    rs->disposition = arena_printf(rq->arena, "attachment; filename=\"%s.csv\"", item->head.slug);
    if (rs->disposition == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a file name");
    publication_to_csv(item->p, v.form_lang, &rs->body);
    return RC_OK;
}

static enum rc serve_item(struct results *r, const char *name, const struct request *rq,
                          struct response *rs, struct rc_info *e)
{
    static const enum page_kind kinds[] = {[2] = PAGE_GROUPS, [3] = PAGE_TABLES, [4] = PAGE_SURVEY}; /* of endings */
    static const char *const endings[] = {".json", ".csv", "/groups", "/tables", ""};
    struct snapshot *s = &r->snapshots[r->now];
    size_t len = strlen(name), ending = 0;
    while (*endings[ending] != '\0' &&
           (len < strlen(endings[ending]) || strcmp(name + len - strlen(endings[ending]), endings[ending]) != 0))
        ending++;
    len -= strlen(endings[ending]);
    for (size_t i = 0; i < s->n; i++)
        if (text_equal(s->items[i].head.slug, name, len))
            return ending == 0   ? serve_json(&s->items[i], rs, e)
                   : ending == 1 ? serve_csv(r, &s->items[i], rq, rs, e)
                                 : serve_page(r, &s->items[i], kinds[ending], rq, rs, e);
    return rc_set_reason(e, RC_NOTFOUND, "no_results", "there are no results of that name");
}

/* Call with the lock held. */
static enum rc check_snapshot(const struct results *r, struct rc_info *e)
{
    return r->has_snapshot ? RC_OK : rc_set(e, RC_AWAY, "no figures were loaded yet");
}

enum rc results_survey_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct results *r = app;
    (void)pthread_mutex_lock(&r->lock);
    enum rc rc = check_snapshot(r, e);
    if (rc == RC_OK)
        rc = serve_item(r, rq->path + strlen("/results/"), rq, rs, e);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

enum rc results_list_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct results *r = app;
    struct html w = {&rs->body};
    const char *const *langs;
    size_t n_langs = catalogue_langs(r->c, &langs);
    size_t lang = web_language(rq, langs, n_langs);
    (void)pthread_mutex_lock(&r->lock);
    enum rc rc = check_snapshot(r, e);
    struct snapshot *s = &r->snapshots[r->now];
    struct results_view *views = arena_array(rq->arena, s->n, sizeof *views);
    if (rc == RC_OK && views == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for the list");
    for (size_t i = 0; rc == RC_OK && i < s->n; i++) {
        views[i] = make_view(r, &s->items[i], rq);
        views[i].lang = lang;
    }
    if (rc == RC_OK) {
        results_write_list(&w, r->c, lang, views, s->n);
        rs->lang = tr(r->c, lang, "lang.tag");
        rc = html_ok(&w) ? RC_OK : rc_set(e, RC_NOMEM, "the list is too large or not balanced");
    }
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

enum rc results_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct results *r = app;
    (void)rq, (void)e;
    (void)pthread_mutex_lock(&r->lock);
    rs->status = r->has_snapshot ? 200 : 503;
    (void)pthread_mutex_unlock(&r->lock);
    rs->type = "text/plain; charset=utf-8";
    buf_puts(&rs->body, rs->status == 200 ? "ready\n" : "no figures loaded yet\n");
    return RC_OK;
}

enum rc results_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct results *r = app;
    (void)rq, (void)e;
    rs->type = "text/plain; version=0.0.4; charset=utf-8";
    fcgi_metrics(&rs->body, "results");
    (void)pthread_mutex_lock(&r->lock);
    const struct snapshot *s = &r->snapshots[r->now];
    buf_printf(&rs->body, "# TYPE minyi_db_up gauge\nminyi_db_up{program=\"results\"} %d\n", r->is_db_up);
    buf_printf(&rs->body, "# TYPE minyi_publications gauge\nminyi_publications %zu\n", s->n);
    buf_printf(&rs->body,
               "# HELP minyi_refreshed_at_seconds When the database last answered.\n"
               "# TYPE minyi_refreshed_at_seconds gauge\nminyi_refreshed_at_seconds{program=\"results\"} %lld\n",
               (long long)r->refreshed_at_s);
    if (s->n > 0)
        buf_puts(&rs->body, "# HELP minyi_tallied_at_seconds When a tally last confirmed the figures.\n"
                            "# TYPE minyi_tallied_at_seconds gauge\n");
    for (size_t i = 0; i < s->n; i++)
        buf_printf(&rs->body, "minyi_tallied_at_seconds{survey=\"%s\"} %lld\n", s->items[i].head.slug,
                   (long long)s->items[i].head.tallied_at_s);
    (void)pthread_mutex_unlock(&r->lock);
    return RC_OK;
}

void results_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why,
                        struct response *rs)
{
    const struct results *r = app;
    error_page(r->c, rq, rc, why, rs);
}
