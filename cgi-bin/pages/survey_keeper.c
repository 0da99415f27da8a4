/* The keeper: looks for new questionnaires and keys, finds out whether the box is back, and empties the
 * spool. A thread and a connection of its own, so that no citizen waits for any of it. */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "box/spool.h"
#include "pages/survey.h"

enum {
    LOOK_ARENA_MAX = 8 * 1024 * 1024,
    AWAY_MS = 1000,                  /* between two looks while the box is away */
    SPOOL_FREE_MIN = 8 * 1024 * 1024 /* bytes: less than this and the spool is no refuge */
};

static enum rc load_from_disk(void *ctx, int64_t version_id, struct arena *a, const char **json, size_t *len,
                              struct rc_info *e)
{
    const struct survey_keeper *k = ctx;
    return survey_cache_definition(k->cache_dir, version_id, a, json, len, e);
}

/* From the database, leaving a copy on disk: without the copy the version still serves. */
static enum rc load_from_db(void *ctx, int64_t version_id, struct arena *a, const char **json, size_t *len,
                            struct rc_info *e)
{
    const struct survey_keeper *k = ctx;
    enum rc rc = survey_store_definition(k->db, version_id, a, json, len, e);
    if (rc == RC_OK && survey_cache_put_definition(k->cache_dir, version_id, *json, *len, e) != RC_OK)
        log_warn("cache_not_written", kv_s("why", e->msg));
    return rc;
}

static void take_key(struct survey_keeper *k, const struct stored_set *set)
{
    struct epoch_key key = {.epoch_id = set->epoch_id};
    if (!set->has_key)
        return;
    memcpy(key.public_key, set->public_key, sizeof key.public_key);
    intake_set_key(k->intake, &key);
}

void survey_keeper_start(struct survey_keeper *k)
{
    struct rc_info e = {0};
    struct arena a;
    struct stored_set set;
    arena_init(&a, LOOK_ARENA_MAX);
    enum rc rc = survey_cache_set(k->cache_dir, &a, &set, &e);
    if (rc == RC_OK) {
        take_key(k, &set);
        rc = survey_set_publish(k->site, &set, load_from_disk, k, &e);
    }
    if (rc == RC_OK)
        log_info("cache_loaded", kv_i("surveys", (int64_t)set.n_surveys));
    else if (rc != RC_NOTFOUND)
        log_warn("cache_not_loaded", kv_s("why", e.msg));
    arena_release(&a);
}

/* A hash over everything in the set, to see whether anything changed. */
static void hash_set(const struct stored_set *s, unsigned char out[32])
{
    crypto_generichash_state st;
    (void)crypto_generichash_init(&st, NULL, 0, 32);
    for (size_t i = 0; i < s->n_surveys; i++) {
        const struct stored_survey *v = &s->surveys[i];
        const int64_t n[] = {v->survey_id, v->is_open, v->current_version};
        (void)crypto_generichash_update(&st, (const unsigned char *)v->slug, strlen(v->slug) + 1);
        (void)crypto_generichash_update(&st, (const unsigned char *)n, sizeof n);
    }
    for (size_t i = 0; i < s->n_versions; i++) {
        const int64_t n[] = {s->versions[i].version_id, s->versions[i].survey_id};
        (void)crypto_generichash_update(&st, (const unsigned char *)n, sizeof n);
    }
    (void)crypto_generichash_update(&st, (const unsigned char *)&s->epoch_id, sizeof s->epoch_id);
    (void)crypto_generichash_update(&st, s->public_key, sizeof s->public_key);
    (void)crypto_generichash_final(&st, out, 32);
}

static enum rc refresh(struct survey_keeper *k, struct rc_info *e)
{
    struct arena a;
    struct stored_set set;
    unsigned char seen[32];
    arena_init(&a, LOOK_ARENA_MAX);
    enum rc rc = survey_store_set(k->db, &a, &set, e);
    if (rc == RC_OK) {
        hash_set(&set, seen);
        take_key(k, &set);
    }
    if (rc == RC_OK && (!k->has_seen || memcmp(seen, k->seen, sizeof seen) != 0)) {
        rc = survey_set_publish(k->site, &set, load_from_db, k, e);
        if (rc == RC_OK) {
            memcpy(k->seen, seen, sizeof seen);
            k->has_seen = true;
            log_info("questionnaires_loaded", kv_i("surveys", (int64_t)set.n_surveys),
                     kv_i("versions", (int64_t)set.n_versions), kv_i("epoch", set.epoch_id));
            if (survey_cache_put_set(k->cache_dir, &set, e) != RC_OK)
                log_warn("cache_not_written", kv_s("why", e->msg));
        }
    }
    if (rc == RC_OK)
        atomic_store(&k->site->refreshed_at, (long long)time(NULL));
    arena_release(&a);
    return rc;
}

static enum rc drop(void *ctx, const struct stored_batch *batches, size_t n, struct arena *a,
                    enum box_answer *answers, struct rc_info *e)
{
    return survey_store_drop(ctx, batches, n, a, answers, e);
}

static void look_at_spool(struct survey_keeper *k)
{
    struct spool_state s = {0};
    struct statvfs fs;
    struct rc_info e = {0};
    bool is_readable = spool_look(k->spool_dir, &s, &e) == RC_OK;
    bool has_room = statvfs(k->spool_dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize >= SPOOL_FREE_MIN;
    bool can_spool = is_readable && has_room && access(k->spool_dir, W_OK | X_OK) == 0;
    if (atomic_exchange(&k->site->can_spool, can_spool) != can_spool && !can_spool)
        log_error("spool_unusable", kv_s("folder", k->spool_dir), kv_s("why", is_readable ? "full or read-only" : e.msg));
    atomic_store(&k->site->n_spool_files, (long long)s.n_files);
    atomic_store(&k->site->n_spool_bad, (long long)s.n_bad);
}

static enum rc drain(struct survey_keeper *k, struct rc_info *e)
{
    const struct intake_box box = {.ctx = k->db, .drop = drop};
    size_t n_done = 0, n_bad = 0;
    if (atomic_load(&k->site->n_spool_files) == 0)
        return RC_OK;
    enum rc rc = intake_drain(&box, k->spool_dir, &n_done, &n_bad, e);
    if (n_done > 0 || n_bad > 0)
        log_info("spool_drained", kv_i("batches", (int64_t)n_done), kv_i("bad", (int64_t)n_bad));
    look_at_spool(k);
    return rc;
}

bool survey_keeper_look(struct survey_keeper *k)
{
    struct rc_info e = {0};
    bool was_up = atomic_load(&k->intake->is_box_up);
    look_at_spool(k);
    enum rc rc = refresh(k, &e);
    if (rc == RC_OK) {
        intake_set_up(k->intake, true); /* new ballots need not queue up behind the spool */
        rc = drain(k, &e);
    }
    if (rc == RC_IO || rc == RC_NOMEM) { /* our own trouble, not the box's */
        log_error(rc == RC_IO ? "spool_not_drained" : "questionnaires_not_loaded", kv_s("why", e.msg));
        rc = RC_OK;
    }
    if (rc != RC_OK && was_up)
        log_warn("box_not_reached", kv_s("why", e.msg));
    intake_set_up(k->intake, rc == RC_OK);
    return rc == RC_OK;
}

void survey_keeper_run(struct survey_keeper *k)
{
    while (!k->is_stopping()) {
        bool is_up = survey_keeper_look(k);
        if (is_up && atomic_load(&k->site->n_spool_files) == 0)
            intake_wait_trouble(k->intake, k->refresh_s * 1000);
        else
            intake_wait_trouble(k->intake, AWAY_MS);
    }
}
