#include "box/spool.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "box/batch.h"

enum {
    HASH_BYTES = 32,
    HEAD_BYTES = 4 + 8 * 4 + 16 + 4, /* magic, survey, version, epoch, accepted, batch id, n */
    FILE_MAX = BATCH_BYTES_MAX + HEAD_BYTES + BATCH_BALLOTS_MAX * KEY_HASH_BYTES + 4 + HASH_BYTES + 64,
    STALE_S = 3600
};

_Static_assert((int)SEALED_HASH_BYTES == (int)KEY_HASH_BYTES, "one hash size");

static const char magic[4] = {'M', 'Y', 'S', '1'};

enum rc spool_write(const char *dir, const struct sealed_batch *b, struct rc_info *e)
{
    struct buf out;
    unsigned char hash[HASH_BYTES];
    char id[33], name[96];
    buf_init(&out, FILE_MAX);
    buf_put(&out, magic, sizeof magic);
    buf_put_be(&out, (unsigned long long)b->survey_id, 8);
    buf_put_be(&out, (unsigned long long)b->version_id, 8);
    buf_put_be(&out, (unsigned long long)b->epoch_id, 8);
    buf_put_be(&out, (unsigned long long)b->accepted_us, 8);
    buf_put(&out, b->batch_id, sizeof b->batch_id);
    buf_put_be(&out, b->n, 4);
    buf_put(&out, b->box_hashes, b->n * KEY_HASH_BYTES);
    buf_put_be(&out, b->sealed_len, 4);
    buf_put(&out, b->sealed, b->sealed_len);
    enum rc rc = buf_ok(&out) ? RC_OK : rc_set(e, RC_IO, "a batch of %zu ballots is too large for the spool", b->n);
    if (rc == RC_OK) {
        (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)out.p, out.len, NULL, 0);
        buf_put(&out, hash, sizeof hash);
        (void)sodium_bin2hex(id, sizeof id, b->batch_id, 16);
        (void)snprintf(name, sizeof name, "%016lld-%lld-%.16s.batch", (long long)b->accepted_us,
                       (long long)b->epoch_id, id);
        rc = buf_ok(&out) ? file_write_durably(dir, name, out.p, out.len, 0640, e)
                          : rc_set(e, RC_IO, "no memory for the spool");
    }
    buf_release(&out);
    return rc;
}

static uint64_t be(const unsigned char *p, size_t width)
{
    uint64_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | p[i];
    return v;
}

enum rc spool_parse(const unsigned char *p, size_t len, struct sealed_batch *out)
{
    unsigned char hash[HASH_BYTES];
    if (len < HEAD_BYTES + 4 + HASH_BYTES || memcmp(p, magic, sizeof magic) != 0)
        return RC_INPUT;
    (void)crypto_generichash(hash, sizeof hash, p, len - HASH_BYTES, NULL, 0);
    if (sodium_memcmp(hash, p + len - HASH_BYTES, HASH_BYTES) != 0)
        return RC_INPUT;
    struct sealed_batch b = {.survey_id = (int64_t)be(p + 4, 8), .version_id = (int64_t)be(p + 12, 8),
                             .epoch_id = (int64_t)be(p + 20, 8), .accepted_us = (int64_t)be(p + 28, 8)};
    memcpy(b.batch_id, p + 36, sizeof b.batch_id);
    b.n = be(p + 52, 4);
    size_t left = len - HEAD_BYTES - HASH_BYTES;
    if (b.n == 0 || b.n > BATCH_BALLOTS_MAX || left < b.n * KEY_HASH_BYTES + 4)
        return RC_INPUT;
    b.box_hashes = p + HEAD_BYTES;
    const unsigned char *rest = b.box_hashes + b.n * KEY_HASH_BYTES;
    b.sealed_len = be(rest, 4);
    b.sealed = rest + 4;
    if (b.sealed_len != left - b.n * KEY_HASH_BYTES - 4)
        return RC_INPUT;
    *out = b;
    return RC_OK;
}

static bool ends_with(const char *name, const char *tail)
{
    size_t n = strlen(name), t = strlen(tail);
    return n > t && strcmp(name + n - t, tail) == 0;
}

static int is_spool_name(const struct dirent *d)
{
    return d->d_name[0] == '.' ? strncmp(d->d_name, ".", 2) != 0 && strncmp(d->d_name, "..", 3) != 0
                               : ends_with(d->d_name, ".batch") || ends_with(d->d_name, ".bad");
}

/* A temporary file of a write that never ended; younger ones may be in hand right now. */
static void remove_stale(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && time(NULL) - st.st_mtime > STALE_S)
        (void)unlink(path);
}

static void set_aside(const char *path, size_t *n_bad)
{
    char bad[4200];
    (void)snprintf(bad, sizeof bad, "%s.bad", path);
    if (rename(path, bad) != 0)
        log_error("spool_bad_stays", kv_s("why", strerror(errno)));
    log_error("spool_file_bad", kv_s("file", strrchr(path, '/') + 1));
    (*n_bad)++;
}

static enum rc drain_one(const char *path, spool_fn *each, void *ctx, size_t *n_done, size_t *n_bad, struct rc_info *e)
{
    struct arena a;
    struct sealed_batch b;
    char *p = NULL;
    size_t len = 0;
    arena_init(&a, FILE_MAX + 4096);
    enum rc rc = file_read(path, FILE_MAX, &a, &p, &len, e);
    if (rc == RC_TOOBIG || (rc == RC_OK && spool_parse((unsigned char *)p, len, &b) != RC_OK)) {
        set_aside(path, n_bad);
        rc = RC_OK;
    } else if (rc == RC_OK) {
        rc = each(ctx, &b, e);
        if (rc == RC_CONFLICT) { /* refused for good: it must not hold up those behind it */
            log_error("spool_batch_refused", kv_s("why", e->msg));
            set_aside(path, n_bad);
            rc = RC_OK;
        } else if (rc == RC_OK && unlink(path) != 0) {
            rc = rc_set(e, RC_IO, "cannot remove \"%s\": %s", path, strerror(errno));
        } else {
            *n_done += rc == RC_OK;
        }
    } else if (rc == RC_NOTFOUND) {
        rc = RC_OK; /* another program of ours drained it */
    }
    arena_release(&a);
    return rc;
}

enum rc spool_drain(const char *dir, spool_fn *each, void *ctx, size_t *n_done, size_t *n_bad, struct rc_info *e)
{
    struct dirent **files = NULL;
    *n_done = *n_bad = 0;
    int n = scandir(dir, &files, is_spool_name, alphasort);
    if (n < 0)
        return rc_set(e, RC_IO, "cannot read the spool \"%s\": %s", dir, strerror(errno));
    enum rc rc = RC_OK;
    for (int i = 0; i < n; i++) {
        char path[4096];
        int len = snprintf(path, sizeof path, "%s/%s", dir, files[i]->d_name);
        if (rc == RC_OK && len > 0 && (size_t)len < sizeof path) {
            if (files[i]->d_name[0] == '.')
                remove_stale(path);
            else if (ends_with(path, ".batch"))
                rc = drain_one(path, each, ctx, n_done, n_bad, e);
        }
        free(files[i]);
    }
    free(files);
    return rc;
}

/* The epoch of a mark "key-<epoch>.held", or 0. */
static int64_t held_epoch(const char *name)
{
    int64_t epoch = 0;
    size_t len = strlen(name);
    if (len < 10 || strncmp(name, "key-", 4) != 0 || !ends_with(name, ".held") ||
        text_to_i64(name + 4, len - 9, 1, INT64_MAX, &epoch) != RC_OK)
        return 0;
    return epoch;
}

enum rc spool_hold_key(const char *dir, int64_t epoch_id, struct rc_info *e)
{
    char name[64];
    (void)snprintf(name, sizeof name, "key-%lld.held", (long long)epoch_id);
    enum rc rc = file_write_durably(dir, name, "", 0, 0640, e);
    DIR *d = rc == RC_OK ? opendir(dir) : NULL;
    for (struct dirent *f = d != NULL ? readdir(d) : NULL; f != NULL; f = readdir(d))
        if (held_epoch(f->d_name) != 0 && held_epoch(f->d_name) != epoch_id)
            (void)unlinkat(dirfd(d), f->d_name, 0); /* one mark too many only keeps a key longer */
    if (d != NULL)
        (void)closedir(d);
    return rc;
}

static void note_epoch(struct spool_state *s, int64_t epoch)
{
    for (size_t i = 0; i < s->n_epochs; i++)
        if (s->epochs[i] == epoch)
            return;
    if (s->n_epochs < sizeof s->epochs / sizeof *s->epochs)
        s->epochs[s->n_epochs++] = epoch;
}

enum rc spool_look(const char *dir, struct spool_state *out, struct rc_info *e)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return rc_set(e, errno == ENOENT ? RC_NOTFOUND : RC_IO, "cannot read the spool \"%s\": %s", dir, strerror(errno));
    struct spool_state s = {0};
    for (struct dirent *f = readdir(d); f != NULL; f = readdir(d)) {
        long long us = 0, epoch = 0;
        struct stat st;
        if (held_epoch(f->d_name) != 0)
            note_epoch(&s, held_epoch(f->d_name));
        if (!is_spool_name(f) || f->d_name[0] == '.' || sscanf(f->d_name, "%lld-%lld-", &us, &epoch) != 2)
            continue;
        note_epoch(&s, epoch); /* a bad file keeps its key too: it may yet be mended */
        if (ends_with(f->d_name, ".bad")) {
            s.n_bad++;
            continue;
        }
        s.n_files++;
        if (fstatat(dirfd(d), f->d_name, &st, 0) == 0)
            s.bytes += st.st_size;
        if (s.oldest_us == 0 || us < s.oldest_us)
            s.oldest_us = us;
    }
    (void)closedir(d);
    *out = s;
    return RC_OK;
}
