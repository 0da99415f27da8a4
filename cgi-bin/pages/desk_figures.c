#include "pages/desk_figures.h"

#include <pthread.h>

enum { KEPT = 12, BYTES_MAX = 24 << 20 };

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
    uint64_t clock;
};

struct desk_figures *desk_figures_new(struct arena *a)
{
    struct desk_figures *f = arena_alloc(a, sizeof *f);
    if (f == NULL || pthread_mutex_init(&f->lock, NULL) != 0)
        return NULL;
    f->clock = 0;
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

enum rc desk_figures_take(struct desk_figures *f, struct db *db, const char *slug, struct arena *a, struct desk_held *out, struct rc_info *e)
{
    enum rc rc = office_current(db, slug, a, &out->current, e);
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
