/* The middle of the opening's transaction. See tally_record.h. */
#include "box/tally_record.h"

#include <string.h>

#include "base/progress.h"
#include "base/settings.h"
#include "box/cells.h"
#include "box/tree.h"

enum { PIECE = 256 * 1024, ROW_MAX = 512 * 1024, LOOK_UP = 50000, AHEAD = 16 };

/* ---- responses and comments by COPY ---- */

/* All of a response's row but the hash is the same for a version: made once, the hash laid over it. */
enum { HASH_AT = 2 + 4 };
struct row_head {
    const struct opener_version *version;
    struct buf b; /* up to the codes' length */
};

struct copier {
    struct db *db;
    const struct tally_work *work;
    struct row_head head;
    struct buf b;
};

static int32_t today_of(const struct tally_work *w, const struct opener_version *v)
{
    return tally_work_form(w, v->version_id)->today;
}

static void make_head(struct copier *c, const struct opener_version *v)
{
    static const unsigned char no_hash[KEY_HASH_BYTES] = {0};
    struct buf *b = &c->head.b;
    buf_reset(b);
    db_copy_cols(b, 5);
    db_copy_bytes(b, no_hash, sizeof no_hash);
    db_copy_i64(b, v->survey_id);
    db_copy_i64(b, v->version_id);
    db_copy_date(b, today_of(c->work, v));
    buf_put_be(b, v->form->codes_len, 4);
    c->head.version = v;
}

static void put_response(struct copier *c, const struct opening_entry *x)
{
    const struct batch_ballot *ballot = opening_ballot(x);
    if (c->head.version != x->batch->version)
        make_head(c, x->batch->version);
    if (!buf_ok(&c->head.b)) {
        c->b.has_failed = true;
        return;
    }
    memcpy(c->head.b.p + HASH_AT, x->hash, KEY_HASH_BYTES);
    buf_put(&c->b, c->head.b.p, c->head.b.len);
    buf_put(&c->b, ballot->codes, ballot->codes_len); /* the opener saw that its length is the form's */
}

static void put_comment(struct buf *b, const struct opening_entry *x, const struct batch_comment *c, int32_t day)
{
    db_copy_cols(b, 6);
    db_copy_bytes(b, x->hash, KEY_HASH_BYTES);
    db_copy_i16(b, (int16_t)c->node); /* under FORM_NODES_MAX: the opener looked */
    db_copy_i64(b, x->batch->version->survey_id);
    db_copy_i64(b, x->batch->version->version_id);
    db_copy_date(b, day);
    db_copy_bytes(b, c->text, c->len);
}

static enum rc put_piece(struct copier *c, size_t at_least, struct rc_info *e)
{
    if (c->b.len < at_least)
        return RC_OK;
    enum rc rc = buf_ok(&c->b) ? db_copy_put(c->db, c->b.p, c->b.len, e) : rc_set(e, RC_NOMEM, "no memory for a row");
    buf_reset(&c->b);
    return rc;
}

static enum rc copy_responses(struct copier *c, const struct opening *o, struct rc_info *e)
{
    struct progress p;
    progress_begin(&p, "storing", (int64_t)o->n);
    enum rc rc = db_copy_begin(c->db, tally_copy_responses, e);
    for (size_t i = 0; rc == RC_OK && i < o->n; i++) {
        if (i + AHEAD < o->n) /* in the order of hashes every ballot lies elsewhere in memory */
            __builtin_prefetch(opening_ballot(&o->entries[i + AHEAD]));
        if (i + AHEAD / 2 < o->n)
            __builtin_prefetch(opening_ballot(&o->entries[i + AHEAD / 2])->codes);
        put_response(c, &o->entries[i]);
        progress_add(&p, 1);
        rc = put_piece(c, PIECE, e);
    }
    if (rc == RC_OK)
        rc = put_piece(c, 1, e);
    if (rc == RC_OK)
        rc = db_copy_end(c->db, NULL, e);
    progress_end(&p);
    return rc;
}

static enum rc copy_comments(struct copier *c, const struct opening *o, struct rc_info *e)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        n += opening_ballot(&o->entries[i])->n_comments;
    if (n == 0)
        return RC_OK;
    enum rc rc = db_copy_begin(c->db, tally_copy_comments, e);
    for (size_t i = 0; rc == RC_OK && i < o->n; i++) {
        const struct batch_ballot *ballot = opening_ballot(&o->entries[i]);
        for (size_t k = 0; rc == RC_OK && k < ballot->n_comments; k++) {
            put_comment(&c->b, &o->entries[i], &ballot->comments[k],
                        today_of(c->work, o->entries[i].batch->version));
            rc = put_piece(c, PIECE, e);
        }
    }
    if (rc == RC_OK)
        rc = put_piece(c, 1, e);
    return rc == RC_OK ? db_copy_end(c->db, NULL, e) : rc;
}

/* ---- keys that have counted before ---- */

static enum rc mark_repeated(void *ctx, const unsigned char hash[TALLY_HASH_BYTES], struct rc_info *e)
{
    struct opening_entry *x = opening_find(ctx, hash);
    if (x == NULL)
        return rc_set(e, RC_DB, "the database gave a hash that was not asked for");
    x->is_repeated = true;
    return RC_OK;
}

static enum rc drop_counted(struct tally *t, struct opening *o, struct rc_info *e)
{
    struct arena a;
    arena_init(&a, LOOK_UP * sizeof(struct db_bytes) + 4096);
    struct db_bytes *hashes = arena_array(&a, LOOK_UP, sizeof *hashes);
    enum rc rc = hashes == NULL ? rc_set(e, RC_NOMEM, "no memory for %d hashes", LOOK_UP) : RC_OK;
    for (size_t from = 0; rc == RC_OK && from < o->n; from += LOOK_UP) {
        size_t n = o->n - from < LOOK_UP ? o->n - from : LOOK_UP;
        for (size_t i = 0; i < n; i++)
            hashes[i] = (struct db_bytes){o->entries[from + i].hash, KEY_HASH_BYTES};
        rc = tally_find_hashes(t->db, hashes, n, mark_repeated, o, e);
    }
    arena_release(&a);
    if (rc == RC_OK)
        opening_drop_repeated(o);
    return rc;
}

/* ---- ballots that were withdrawn while they were in the box, or whose key was sent again ---- */

static enum rc mark_withdrawn(void *ctx, const unsigned char hash[TALLY_HASH_BYTES], struct rc_info *e)
{
    struct opening *o = ctx;
    struct opening_entry *x = opening_find(o, hash);
    (void)e;
    if (x != NULL && !x->is_repeated) {
        x->is_repeated = true;
        o->n_withdrawn++;
    }
    return RC_OK;
}

static enum rc drop_withdrawn(struct tally *t, struct opening *o, struct rc_info *e)
{
    enum rc rc = tally_withdrawn(t->db, mark_withdrawn, o, e);
    if (rc == RC_OK)
        opening_drop_repeated(o);
    return rc;
}

static bool is_too_few(const struct opening *o, int64_t floor)
{
    return o->n > 0 && (int64_t)o->n < floor;
}

/* COPY as if every key were new; where one is not, look all of them up and COPY the others. Only one
 * tally runs, so the second time nothing can have come in between. */
static enum rc store_responses(struct tally *t, struct copier *c, struct opening *o, int64_t floor, bool *is_stored,
                               struct rc_info *e)
{
    *is_stored = !is_too_few(o, floor);
    if (!*is_stored || o->n == 0)
        return RC_OK;
    enum rc rc = db_savepoint(t->db, e);
    if (rc == RC_OK)
        rc = copy_responses(c, o, e);
    if (rc != RC_DB || strcmp(db_sqlstate(t->db), "23505") != 0) /* unique_violation */
        return rc;
    rc = db_rollback_to_savepoint(t->db, e);
    if (rc == RC_OK)
        rc = drop_counted(t, o, e);
    *is_stored = !is_too_few(o, floor);
    if (rc != RC_OK || !*is_stored || o->n == 0)
        return rc;
    return copy_responses(c, o, e);
}

/* ---- cells ---- */

static enum rc count_again(struct tally *t, const struct opener_version *v, const struct tally_place *at,
                           const struct opening *o, struct cells *cells, struct rc_info *e)
{
    enum rc rc = RC_OK;
    cells_reset(cells);
    for (size_t i = 0; rc == RC_OK && i < o->n; i++) {
        if (o->entries[i].batch->version != v)
            continue;
        const struct batch_ballot *b = opening_ballot(&o->entries[i]);
        rc = cells_count(cells, b->codes, b->codes_len, 1, e);
        if (rc == RC_TOOBIG) { /* write down what there is, and go on with an empty table */
            rc = cells_save(cells, t->db, TALLY_CELL, at, e);
            if (rc == RC_OK)
                rc = cells_count(cells, b->codes, b->codes_len, 1, e);
        }
    }
    return rc;
}

/* The opener counted every ballot that it opened: take the dropped ones out again. */
static enum rc take_out_dropped(const struct opener_version *v, const struct opening *o, struct cells *cells,
                                struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = o->n; rc == RC_OK && i < o->n + o->n_repeated; i++) {
        const struct batch_ballot *b = opening_ballot(&o->entries[i]);
        if (o->entries[i].batch->version == v)
            rc = cells_count(cells, b->codes, b->codes_len, -1, e);
    }
    return rc;
}

static enum rc count_version(struct tally *t, const struct tally_work *w, const struct tally_form *f,
                             struct opener *from, const struct opening *o, struct rc_info *e)
{
    const struct opener_version *v = &f->open;
    const struct tally_place at = {v->survey_id, v->version_id, tally_work_wave(w, f->today)};
    struct cells *cells = NULL;
    bool is_counted = false;
    int64_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        n += o->entries[i].batch->version == v;
    if (n == 0)
        return RC_OK;
    enum rc rc = opener_cells(from, v, &cells, &is_counted, e);
    if (rc == RC_OK)
        rc = is_counted ? take_out_dropped(v, o, cells, e) : count_again(t, v, &at, o, cells, e);
    if (rc == RC_OK)
        rc = cells_save(cells, t->db, TALLY_CELL, &at, e);
    return rc == RC_OK ? tally_note_opening(t->db, v->survey_id, v->version_id, f->today, n, e) : rc;
}

static enum rc touch_tree(struct tally *t, const struct tally_work *w, const struct opening *o, struct rc_info *e)
{
    unsigned char touched[MERKLE_TOUCHED_BYTES] = {0};
    for (size_t i = 0; i < o->n; i++)
        tree_touch(touched, o->entries[i].hash);
    return tree_note_touched(t->db, w->survey.survey_id, touched, e);
}

enum rc tally_record(struct tally *t, const struct tally_work *w, struct opener *from, struct opening *o, int64_t floor,
                     bool *is_stored, struct rc_info *e)
{
    struct copier c = {.db = t->db, .work = w};
    buf_init(&c.b, PIECE + ROW_MAX);
    buf_init(&c.head.b, 256);
    enum rc rc = drop_withdrawn(t, o, e);
    if (rc == RC_OK)
        rc = store_responses(t, &c, o, floor, is_stored, e);
    if (rc == RC_OK && *is_stored)
        rc = copy_comments(&c, o, e);
    fault_point("tally.after_copy");
    for (size_t i = 0; rc == RC_OK && *is_stored && i < w->n_forms; i++)
        rc = count_version(t, w, &w->forms[i], from, o, e);
    if (rc == RC_OK && *is_stored && o->n > 0)
        rc = touch_tree(t, w, o, e);
    fault_point("tally.after_cells");
    buf_release(&c.b);
    buf_release(&c.head.b);
    return rc;
}
