/* Stages 3 and 4: from cells to figures to the publication. See tally.h. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/settings.h"
#include "box/cells.h"
#include "box/tally.h"
#include "box/tally_disclose.h"
#include "box/tally_trend.h"
#include "box/tree.h"
#include "report/figures.h"
#include "report/trend.h"

enum { BODY_MAX = 16 << 20, HASH_BYTES = 32 };

/* The cells of a version: all of them, and their sums. */
struct stored {
    struct cells cells;
    bool is_too_big; /* so many profiles that only their sums are kept: no groups, no weights */
    int64_t n, *counts;
};

static enum rc add_cell(void *ctx, const struct tally_cell *c, struct rc_info *e)
{
    struct stored *s = ctx;
    const struct form *f = s->cells.form;
    if (c->n_counts != f->n_slots)
        return rc_set(e, RC_CONFLICT, "a cell of \"%s\" holds %zu counts instead of %zu", f->slug, c->n_counts, f->n_slots);
    for (size_t i = 0; i < c->n_counts; i++) /* 32 bits into 64, and fewer than 2^32 cells */
        s->counts[i] += c->counts[i];
    s->n += c->n;
    enum rc rc = s->is_too_big ? RC_OK : cells_add_stored(&s->cells, c, 1, e);
    if (rc != RC_TOOBIG)
        return rc;
    log_warn("too_many_profiles", kv_s("survey", f->slug), kv_s("effect", "no groups and no weights"));
    s->is_too_big = true;
    return RC_OK;
}

static int by_profile(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    int order = memcmp(x->profile, y->profile, x->profile_len < y->profile_len ? x->profile_len : y->profile_len);
    return order != 0 ? order : (x->profile_len > y->profile_len) - (x->profile_len < y->profile_len);
}

/* In the order of their profiles: sums of weights come out with the same last bit every night. */
static enum rc list_cells(struct stored *s, struct arena *a, struct figures_input *in, struct rc_info *e)
{
    size_t n = s->is_too_big ? 0 : s->cells.n;
    struct figures_cell *list = arena_array(a, n + 1, sizeof *list);
    if (list == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu cells", n);
    if (n > 0)
        qsort(s->cells.items, n, sizeof *s->cells.items, by_profile);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct figures_cell){s->cells.items[i].profile, s->cells.items[i].n, s->cells.items[i].counts};
    in->cells = list;
    in->n_cells = n;
    return RC_OK;
}

/* The margins of today. Those that do not fit the version (any more) are none, and logged. */
static enum rc read_margins(struct tally *t, const struct tally_form *f, struct arena *a, struct margins *m,
                            const struct margins **out, struct rc_info *e)
{
    const char *as_of, *source, *body;
    struct rc_info why = {0};
    *out = NULL;
    enum rc rc = tally_margins(t->db, f->open.survey_id, f->today, a, &as_of, &source, &body, e);
    if (rc != RC_OK || *body == '\0')
        return rc;
    rc = margins_from_json(body, strlen(body), f->open.form, a, m, &why);
    m->as_of = as_of;
    m->source = source;
    if (rc == RC_OK)
        *out = m;
    else
        log_warn("margins_do_not_fit", kv_s("survey", f->open.form->slug), kv_s("why", why.msg));
    return rc == RC_INPUT ? RC_OK : rc == RC_OK ? rc : rc_set(e, rc, "%s", why.msg);
}

/* One publication in the making. */
struct made {
    struct arena a;
    struct buf body;               /* JSON; empty where no ballot was counted */
    struct tally_disclosed disclosed;
    struct tree tree;
    char root[2 * MERKLE_BYTES + 1]; /* of the tree, in hex */
};

/* The root over all the survey's counted responses, of whichever version. */
static enum rc make_tree(struct tally *t, const struct tally_form *f, struct made *m, struct publication *p,
                         struct rc_info *e)
{
    enum rc rc = tree_make(&m->tree, t->db, f->open.survey_id, false, &m->a, e);
    if (rc == RC_OK && m->tree.has_root)
        p->merkle_root = sodium_bin2hex(m->root, sizeof m->root, m->tree.root, MERKLE_BYTES);
    return rc;
}

/* The figures of a version, as far as they may be published. */
static enum rc make_body(struct tally *t, const struct tally_work *w, const struct tally_form *f, bool is_replay,
                         struct made *m, struct rc_info *e)
{
    struct figures_input in = {.form = f->open.form, .version_no = f->version_no};
    struct stored s = {.counts = arena_array(&m->a, f->open.form->n_slots + 1, sizeof *s.counts)};
    struct margins margins;
    struct publication p;
    if (s.counts == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu sums", f->open.form->n_slots);
    enum rc rc = cells_init(&s.cells, f->open.form, e);
    if (rc == RC_OK)
        rc = tally_read_cells(t->db, TALLY_CELL, f->open.survey_id, f->open.version_id, add_cell, &s, e);
    if (rc == RC_OK && s.n > 0) {
        in.n_ballots = s.n;
        in.counts = s.counts;
        rc = list_cells(&s, &m->a, &in, e);
        if (rc == RC_OK)
            rc = read_margins(t, f, &m->a, &margins, &in.margins, e);
        if (rc == RC_OK)
            rc = tally_days(t->db, f->open.survey_id, f->open.version_id, &m->a, &in.first_day, &in.last_day, e);
        if (rc == RC_OK)
            rc = figures_make(&in, &m->a, &p, e);
        if (rc == RC_OK)
            rc = tally_trend(t, w, &in, &m->a, &p, e);
        if (rc == RC_OK)
            rc = tally_disclose(t, f, &in, is_replay, &m->a, &p, &m->disclosed, e);
        if (rc == RC_OK)
            rc = trend_compare(&p, &m->a, e);
        if (rc == RC_OK)
            rc = make_tree(t, f, m, &p, e);
        if (rc == RC_OK)
            rc = publication_to_json(&p, &m->body, e);
    }
    cells_release(&s.cells);
    return rc;
}


static void hash_body(const struct buf *body, unsigned char hash[HASH_BYTES])
{
    (void)crypto_generichash(hash, HASH_BYTES, (const unsigned char *)body->p, body->len, NULL, 0);
}

static enum rc publish_body(struct tally *t, const struct tally_work *w, int64_t version_id, struct made *m,
                            struct rc_info *e)
{
    unsigned char hash[HASH_BYTES];
    bool is_new = false;
    hash_body(&m->body, hash);
    enum rc rc = db_begin(t->db, e);
    if (rc != RC_OK)
        return rc;
    fault_point("tally.before_publish");
    rc = tally_publish(t->db, &w->survey, version_id, m->body.p, hash, &is_new, e);
    if (rc == RC_OK)
        rc = tally_keep_disclosed(t, w->survey.survey_id, &m->disclosed, &m->a, e);
    if (rc == RC_OK)
        rc = tree_save(&m->tree, t->db, e);
    if (rc == RC_OK)
        rc = tally_run_add(t->db, t->run_id, &(struct tally_counts){.published = is_new}, e);
    if (rc == RC_OK)
        rc = db_commit(t->db, e);
    if (rc != RC_OK)
        db_rollback(t->db);
    else
        t->counts.published += is_new;
    fault_point("tally.after_publish");
    return rc;
}

/* Make the figures of the current version and hand them on. A version without ballots has none: the
 * publication of the one before it stays. */
static enum rc with_body(struct tally *t, const struct tally_work *w, bool is_check, bool *is_stale, struct rc_info *e)
{
    const struct tally_form *f = tally_work_form(w, w->survey.current_version);
    if (f == NULL)
        return RC_OK; /* nothing is published yet */
    struct made m = {.disclosed = {.n_fresh = 0}};
    unsigned char hash[HASH_BYTES];
    bool is_shown = false;
    arena_init(&m.a, 512 << 20);
    buf_init(&m.body, BODY_MAX);
    enum rc rc = make_body(t, w, f, is_check, &m, e);
    if (rc == RC_OK && m.body.len > 0 && is_check) {
        hash_body(&m.body, hash);
        rc = tally_is_shown(t->db, f->open.survey_id, f->open.version_id, hash, &is_shown, is_stale, e);
    } else if (rc == RC_OK && m.body.len > 0) {
        rc = publish_body(t, w, f->open.version_id, &m, e);
    }
    buf_release(&m.body);
    arena_release(&m.a);
    return rc;
}

enum rc tally_publish_figures(struct tally *t, const struct tally_work *w, struct rc_info *e)
{
    bool ignored = false;
    return with_body(t, w, false, &ignored, e);
}

enum rc tally_check_figures(struct tally *t, const struct tally_work *w, bool *is_stale, struct rc_info *e)
{
    *is_stale = false;
    return with_body(t, w, true, is_stale, e);
}
