/* Stage 1: open what waits for a survey and store it. See tally.h and, for what is stored, tally_store
 * and tally_record.c. */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/progress.h"
#include "base/settings.h"
#include "box/tally.h"
#include "box/tally_record.h"

/* What waits, as far as its keys are there, and what the survey's rules say to it. */
struct plan {
    int64_t ballots, bytes; /* that can be opened */
    int64_t locked;         /* ballots whose key is missing */
    int64_t floor;          /* fewer new ballots are not opened */
    struct buf epochs;      /* that can be opened: "1,2" */
};

static const struct opener_key *find_key(const struct tally *t, int64_t epoch_id)
{
    for (size_t i = 0; i < t->n_keys; i++)
        if (t->keys[i].epoch_id == epoch_id && t->keys[i].has_secret)
            return &t->keys[i];
    return NULL;
}

/* The strictest promise of the versions that wait holds for all. After closing no more will come. */
static void apply_rules(const struct tally_work *w, const struct form *f, int64_t *floor)
{
    int64_t mine = w->survey.is_open ? f->min_opening : OPENING_FLOOR;
    if (f->sample == FORM_DEMONSTRATION)
        mine = w->survey.is_open ? f->min_opening : 1;
    if (mine > *floor)
        *floor = mine;
}

static enum rc make_plan(struct tally *t, const struct tally_work *w, struct plan *out, struct rc_info *e)
{
    struct arena a;
    struct tally_waiting *waiting = NULL;
    size_t n = 0;
    *out = (struct plan){.floor = 1};
    buf_init(&out->epochs, 1 << 20);
    arena_init(&a, 16 << 20);
    enum rc rc = tally_waiting(t->db, w->survey.survey_id, &a, &waiting, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct tally_form *f = tally_work_form(w, waiting[i].version_id);
        if (f == NULL || find_key(t, waiting[i].epoch_id) == NULL) {
            out->locked += waiting[i].ballots;
            continue;
        }
        out->ballots += waiting[i].ballots;
        out->bytes += waiting[i].bytes;
        apply_rules(w, f->open.form, &out->floor);
        buf_printf(&out->epochs, "%s%lld", out->epochs.len > 0 ? "," : "", (long long)waiting[i].epoch_id);
    }
    arena_release(&a);
    return rc == RC_OK && !buf_ok(&out->epochs) ? rc_set(e, RC_NOMEM, "no memory for the epochs that wait") : rc;
}

/* ---- one chunk, one transaction ---- */

struct chunk {
    struct tally *t;
    const struct tally_work *work;
    struct opener *opener;
    struct progress progress;
    const struct opened_batch *batches;
    size_t n_batches;
    struct opening opening;
    struct tally_counts counts;
    int64_t left; /* ballots that stay in the box: too few new ones */
};

static enum rc push(void *ctx, const struct tally_batch *b, struct rc_info *e)
{
    struct chunk *c = ctx;
    const struct opener_key *key = find_key(c->t, b->epoch_id);
    const struct tally_form *f = tally_work_form(c->work, b->version_id);
    if (key == NULL || f == NULL)
        return RC_OK; /* it stays in the box */
    struct opener_job job = {.accepted_us = b->accepted_us,
                             .n_named = (size_t)b->n,
                             .key = key,
                             .version = &f->open,
                             .sealed = b->sealed,
                             .sealed_len = b->sealed_len};
    memcpy(job.batch_id, b->batch_id, sizeof job.batch_id);
    progress_add(&c->progress, b->n);
    return opener_push(c->opener, &job, e);
}

static enum rc read_chunk(struct chunk *c, int64_t ballots, int64_t cutoff_us, struct rc_info *e)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    c->opener = opener_new(cores < 2 ? 2 : (size_t)cores);
    if (c->opener == NULL)
        return rc_set(e, RC_NOMEM, "no memory or no threads for opening");
    progress_begin(&c->progress, "opening", ballots);
    enum rc rc = tally_read_box(c->t->db, c->work->survey.survey_id, cutoff_us, push, c, e);
    fault_point("tally.after_read");
    if (rc == RC_OK)
        rc = opener_finish(c->opener, &c->batches, &c->n_batches, e);
    progress_end(&c->progress);
    if (rc == RC_OK)
        rc = opening_gather(&c->opening, c->batches, c->n_batches, e);
    fault_point("tally.after_open");
    return rc;
}

static enum rc quarantine_bad(struct chunk *c, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->n_batches; i++) {
        const struct opened_batch *b = &c->batches[i];
        if (b->bad == NULL)
            continue;
        log_error("batch_quarantined", kv_s("survey", c->work->survey.slug), kv_i("ballots", (int64_t)b->n_named),
                  kv_s("why", b->bad));
        rc = tally_quarantine(c->t->db, b->batch_id, b->bad, e);
        c->counts.quarantined++;
    }
    return rc;
}

/* Take what was opened out of the box. */
static enum rc empty_box(struct chunk *c, struct rc_info *e)
{
    enum { SLICE = 50000 };
    struct arena a;
    arena_init(&a, SLICE * sizeof(struct db_bytes) + 4096);
    struct db_bytes *ids = arena_array(&a, SLICE, sizeof *ids);
    enum rc rc = ids == NULL ? rc_set(e, RC_NOMEM, "no memory for the ids of batches") : RC_OK;
    size_t n = 0;
    for (size_t i = 0; rc == RC_OK && i < c->n_batches; i++) {
        if (c->batches[i].bad == NULL)
            ids[n++] = (struct db_bytes){c->batches[i].batch_id, OPENER_ID_BYTES};
        if (n == SLICE || (i + 1 == c->n_batches && n > 0)) {
            rc = tally_empty_box(c->t->db, ids, n, e);
            n = 0;
        }
    }
    arena_release(&a);
    return rc;
}

/* Everything that one opening changes, between BEGIN and COMMIT. */
static enum rc store_chunk(struct chunk *c, int64_t floor, struct rc_info *e)
{
    enum rc rc = quarantine_bad(c, e);
    if (rc != RC_OK)
        return rc;
    bool is_stored = false;
    rc = tally_record(c->t, c->work, c->opener, &c->opening, floor, &is_stored, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; !is_stored && i < c->n_batches; i++)
        c->left += (int64_t)c->batches[i].n;
    if (is_stored) {
        c->counts.opened = (int64_t)c->opening.n;
        c->counts.repeated = (int64_t)(c->opening.n_repeated - c->opening.n_withdrawn);
        c->counts.withdrawn = (int64_t)c->opening.n_withdrawn;
        rc = empty_box(c, e);
    }
    return rc == RC_OK ? tally_run_add(c->t->db, c->t->run_id, &c->counts, e) : rc;
}

static void add_counts(struct tally_counts *sum, const struct tally_counts *more)
{
    sum->opened += more->opened;
    sum->repeated += more->repeated;
    sum->quarantined += more->quarantined;
    sum->withdrawn += more->withdrawn;
}

static enum rc open_chunk(struct tally *t, const struct tally_work *w, const struct plan *p, int64_t cutoff_us,
                          int64_t *left, struct rc_info *e)
{
    struct chunk c = {.t = t, .work = w};
    enum rc rc = db_begin(t->db, e);
    if (rc != RC_OK)
        return rc;
    rc = read_chunk(&c, p->ballots, cutoff_us, e);
    if (rc == RC_OK)
        rc = store_chunk(&c, p->floor, e);
    fault_point("tally.before_commit");
    if (rc == RC_OK)
        rc = db_commit(t->db, e);
    if (rc != RC_OK)
        db_rollback(t->db);
    else
        add_counts(&t->counts, &c.counts);
    fault_point("tally.after_commit");
    opening_release(&c.opening);
    opener_free(c.opener);
    *left = c.n_batches > 0 ? c.left : p->ballots; /* none there after all: another run looks again */
    return rc;
}

static int64_t chunks_of(const struct plan *p)
{
    int64_t most = setting_int(SET_OPENING_BALLOTS);
    int64_t by_ballots = (p->ballots + most - 1) / most;
    int64_t by_bytes = (p->bytes + OPENING_BYTES - 1) / OPENING_BYTES;
    int64_t n = by_ballots > by_bytes ? by_ballots : by_bytes;
    int64_t most_parts = p->ballots / p->floor; /* each is an opening, and keeps its promise */
    return n > most_parts ? most_parts : n;
}

static void note_waiting(struct tally *t, const struct tally_work *w, const struct plan *p, int64_t left)
{
    t->waiting += p->locked + left;
    if (left > 0)
        log_info(w->survey.is_open ? "ballots_wait" : "too_few", kv_s("survey", w->survey.slug),
                 kv_i("ballots", left), kv_i("min_opening", p->floor));
}

/* One part of what waits. *is_done: no more can be opened in this run. */
static enum rc open_part(struct tally *t, const struct tally_work *w, const struct plan *p, bool *is_done,
                         struct rc_info *e)
{
    int64_t cutoff_us = INT64_MAX, left = p->ballots;
    enum rc rc = RC_OK;
    *is_done = true;
    if (p->ballots > 0 && p->ballots >= p->floor) {
        int64_t n_chunks = chunks_of(p); /* of equal size: the last is no smaller than the others */
        if (n_chunks > 1)
            rc = tally_cutoff(t->db, w->survey.survey_id, (p->ballots + n_chunks - 1) / n_chunks, p->epochs.p,
                              &cutoff_us, e);
        if (rc == RC_OK)
            rc = open_chunk(t, w, p, cutoff_us, &left, e);
        *is_done = n_chunks == 1 || left > 0;
    }
    if (rc == RC_OK && *is_done)
        note_waiting(t, w, p, left);
    return rc;
}

enum rc tally_open(struct tally *t, const struct tally_work *w, struct rc_info *e)
{
    bool is_done = false;
    enum rc rc = RC_OK;
    while (rc == RC_OK && !is_done) {
        struct plan p;
        rc = make_plan(t, w, &p, e);
        if (rc == RC_OK)
            rc = open_part(t, w, &p, &is_done, e);
        buf_release(&p.epochs);
    }
    return rc;
}
