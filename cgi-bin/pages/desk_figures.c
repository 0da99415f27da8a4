#include "pages/desk_figures.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { KEPT = 12, BYTES_MAX = 24 << 20, ASKED = 32, FRESH_MS = 1000 };

/* Which figures of a survey were current, a second ago at most. */
struct asked {
    char slug[72];
    int64_t at_ms, publication_id;
    char tallied_at[32];
};

struct kept {
    int64_t publication_id; /* 0: nothing */
    struct arena a;
    struct publication *p;
    size_t n_users;
    uint64_t used;
};

struct desk_figures {
    pthread_mutex_t lock; /* also while one is read: whoever comes meanwhile wants it as well, most likely */
    struct kept kept[KEPT];
    struct asked asked[ASKED];
    size_t next_asked;
    uint64_t clock;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct desk_figures *desk_figures_new(struct arena *a)
{
    struct desk_figures *f = arena_alloc(a, sizeof *f);
    if (f == NULL || pthread_mutex_init(&f->lock, NULL) != 0)
        return NULL;
    f->clock = 0;
    f->next_asked = 0;
    memset(f->asked, 0, sizeof f->asked);
    for (size_t i = 0; i < KEPT; i++) {
        f->kept[i] = (struct kept){.publication_id = 0};
        arena_init(&f->kept[i].a, BYTES_MAX);
    }
    return f;
}

void desk_figures_release(struct desk_figures *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        arena_release(&f->kept[i].a);
    (void)pthread_mutex_destroy(&f->lock);
}

/* Call with the lock held. The one of that id, or the longest unused that nobody reads; NULL: all are being read. */
static struct kept *find(struct desk_figures *f, int64_t id)
{
    struct kept *oldest = NULL;
    for (size_t i = 0; i < KEPT; i++) {
        struct kept *k = &f->kept[i];
        if (k->publication_id == id)
            return k;
        if (k->n_users == 0 && (oldest == NULL || k->used < oldest->used))
            oldest = k;
    }
    return oldest;
}

static enum rc load(struct kept *k, struct db *db, int64_t id, struct rc_info *e)
{
    const char *body = NULL;
    size_t len = 0;
    k->publication_id = 0;
    arena_reset(&k->a);
    enum rc rc = office_figures(db, id, &k->a, &body, &len, e);
    if (rc == RC_OK)
        rc = publication_from_json(body, len, &k->a, &k->p, e);
    if (rc == RC_OK)
        k->publication_id = id;
    return rc;
}

/* Call with the lock held. */
static const struct asked *recall(const struct desk_figures *f, const char *slug)
{
    for (size_t i = 0; i < ASKED; i++)
        if (f->asked[i].publication_id != 0 && strcmp(f->asked[i].slug, slug) == 0 && now_ms() - f->asked[i].at_ms < FRESH_MS)
            return &f->asked[i];
    return NULL;
}

static enum rc ask(struct desk_figures *f, struct db *db, const char *slug, struct arena *a, struct office_current *out, struct rc_info *e)
{
    (void)pthread_mutex_lock(&f->lock);
    const struct asked *had = recall(f, slug);
    if (had != NULL)
        *out = (struct office_current){had->publication_id, arena_strdup(a, had->tallied_at)};
    (void)pthread_mutex_unlock(&f->lock);
    if (had != NULL)
        return out->tallied_at != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = office_current(db, slug, a, out, e);
    if (rc != RC_OK || strlen(slug) >= sizeof f->asked[0].slug || strlen(out->tallied_at) >= sizeof f->asked[0].tallied_at)
        return rc;
    (void)pthread_mutex_lock(&f->lock);
    struct asked *to = &f->asked[f->next_asked++ % ASKED];
    for (size_t i = 0; i < ASKED; i++)
        if (strcmp(f->asked[i].slug, slug) == 0)
            to = &f->asked[i];
    *to = (struct asked){.at_ms = now_ms(), .publication_id = out->publication_id};
    memcpy(to->slug, slug, strlen(slug) + 1);
    memcpy(to->tallied_at, out->tallied_at, strlen(out->tallied_at) + 1);
    (void)pthread_mutex_unlock(&f->lock);
    return RC_OK;
}

enum rc desk_figures_take(struct desk_figures *f, struct db *db, const char *slug, struct arena *a, struct desk_held *out, struct rc_info *e)
{
    enum rc rc = ask(f, db, slug, a, &out->current, e);
    if (rc != RC_OK)
        return rc;
    (void)pthread_mutex_lock(&f->lock);
    struct kept *k = find(f, out->current.publication_id);
    if (k == NULL)
        rc = rc_set(e, RC_NOMEM, "more results are being read than are kept");
    else if (k->publication_id != out->current.publication_id)
        rc = load(k, db, out->current.publication_id, e);
    if (rc == RC_OK) {
        k->n_users++;
        k->used = ++f->clock;
        out->p = k->p;
        out->at = (size_t)(k - f->kept);
    }
    (void)pthread_mutex_unlock(&f->lock);
    return rc;
}

void desk_figures_give(struct desk_figures *f, const struct desk_held *held)
{
    (void)pthread_mutex_lock(&f->lock);
    f->kept[held->at].n_users--;
    (void)pthread_mutex_unlock(&f->lock);
}
