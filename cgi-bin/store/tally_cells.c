/* The tally's view of cells and publications. See tally_store.h. */
#include <stdlib.h>
#include <string.h>

#include "store/tally_stmts.h"
#include "store/tally_store.h"

struct cell_reader {
    tally_cell_fn *each;
    void *ctx;
    int32_t *counts; /* room for `cap`, grown as needed */
    size_t cap;
};

static enum rc give_cell(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    struct cell_reader *r = ctx;
    size_t n_counts = n == 5 ? db_get_i32_array(&c[3], r->counts, r->cap) : SIZE_MAX;
    if (n_counts == SIZE_MAX || c[1].p == NULL)
        return rc_set(e, RC_DB, "a cell holds no counts");
    if (n_counts > r->cap) {
        int32_t *more = realloc(r->counts, n_counts * sizeof *more);
        if (more == NULL)
            return rc_set(e, RC_NOMEM, "no memory for a cell of %zu counts", n_counts);
        r->counts = more;
        r->cap = n_counts;
        (void)db_get_i32_array(&c[3], r->counts, r->cap);
    }
    struct tally_cell cell = {db_get_i64(&c[0]), (int32_t)db_get_i64(&c[4]), (const unsigned char *)c[1].p, c[1].len, db_get_i64(&c[2]),
                              r->counts, n_counts};
    return r->each(r->ctx, &cell, e);
}

static enum rc stream_cells(struct db *db, int stmt, const struct db_param *p, size_t n, tally_cell_fn *each,
                            void *ctx, struct rc_info *e)
{
    struct cell_reader r = {.each = each, .ctx = ctx};
    enum rc rc = db_stream(db, stmt, p, n, give_cell, &r, e);
    free(r.counts);
    return rc;
}

enum rc tally_read_cells(struct db *db, enum tally_cells which, int64_t survey_id, int64_t version_id,
                         tally_cell_fn *each, void *ctx, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_i64(version_id)};
    return stream_cells(db, which == TALLY_CELL ? TS_READ_CELLS : TS_READ_RETIRED, p, 2, each, ctx, e);
}

enum rc tally_find_cells(struct db *db, enum tally_cells which, const struct tally_place *at,
                         const struct db_bytes *profiles, size_t n, tally_cell_fn *each, void *ctx, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(at->survey_id), db_i64(at->version_id), db_bytes_array(profiles, n),
                                 db_i32(at->wave)};
    return stream_cells(db, which == TALLY_CELL ? TS_FIND_CELLS : TS_FIND_RETIRED, p, 4, each, ctx, e);
}

enum rc tally_put_cells(struct db *db, enum tally_cells which, const struct tally_place *at,
                        const struct db_bytes *profiles, const int32_t *ns, const int32_t *counts, size_t n,
                        size_t stride, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(at->survey_id), db_i64(at->version_id),
                                 db_bytes_array(profiles, n), db_i32_array(ns, n),
                                 db_i32_array(counts, n * stride), db_i64((int64_t)stride), db_i32(at->wave)};
    return db_query(db, which == TALLY_CELL ? TS_PUT_CELLS : TS_PUT_RETIRED, p, 7, NULL, NULL, e);
}

enum rc tally_days(struct db *db, int64_t survey_id, int64_t version_id, struct arena *a, const char **first,
                   const char **last, struct rc_info *e)
{
    struct db_rows r;
    const struct db_param p[] = {db_i64(survey_id), db_i64(version_id)};
    enum rc rc = db_query(db, TS_DAYS, p, 2, a, &r, e);
    if (rc == RC_OK) {
        *first = db_get_text(db_at(&r, 0, 0));
        *last = db_get_text(db_at(&r, 0, 1));
    }
    return rc;
}

enum rc tally_drop_cells(struct db *db, const struct tally_place *at, const struct db_bytes *profiles, size_t n,
                         struct rc_info *e)
{
    const struct db_param p[] = {db_i64(at->survey_id), db_i64(at->version_id), db_i32(at->wave),
                                 db_bytes_array(profiles, n)};
    return db_query(db, TS_DROP_CELLS, p, 4, NULL, NULL, e);
}

enum rc tally_margins(struct db *db, int64_t survey_id, int32_t day, struct arena *a, const char **as_of,
                      const char **source, const char **body, struct rc_info *e)
{
    struct db_rows r;
    const struct db_param p[] = {db_i64(survey_id), db_i32(day)};
    enum rc rc = db_query(db, TS_MARGINS, p, 2, a, &r, e);
    *as_of = *source = *body = "";
    if (rc == RC_OK && r.n_rows > 0) {
        *as_of = db_get_text(db_at(&r, 0, 0));
        *source = db_get_text(db_at(&r, 0, 1));
        *body = db_get_text(db_at(&r, 0, 2));
    }
    return rc;
}

enum rc tally_is_shown(struct db *db, int64_t survey_id, int64_t version_id, const unsigned char hash[32],
                       bool *is_shown, bool *is_other, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, TS_CURRENT, (const struct db_param[]){db_i64(survey_id)}, 1, &a, &r, e);
    if (rc == RC_OK) {
        bool is_version = r.n_rows == 1 && db_get_i64(db_at(&r, 0, 0)) == version_id;
        *is_shown = is_version && db_at(&r, 0, 1)->len == 32 && memcmp(db_at(&r, 0, 1)->p, hash, 32) == 0;
        *is_other = is_version && !*is_shown;
    }
    arena_release(&a);
    return rc;
}

static enum rc make_current(struct db *db, const struct tally_survey *s, int64_t version_id, const char *body,
                            const unsigned char hash[32], struct arena *a, struct rc_info *e)
{
    struct db_rows r;
    const struct db_param made[] = {db_i64(s->survey_id), db_i64(version_id), db_text(body), db_bytes(hash, 32)};
    enum rc rc = db_query(db, TS_PUBLISH, made, 4, a, &r, e);
    if (rc != RC_OK)
        return rc;
    const struct db_param now[] = {db_i64(s->survey_id), db_text(s->slug), db_i64(db_get_i64(db_at(&r, 0, 0)))};
    return db_query(db, TS_SWITCH, now, 3, NULL, NULL, e);
}

enum rc tally_publish(struct db *db, const struct tally_survey *s, int64_t version_id, const char *body,
                      const unsigned char hash[32], bool *is_new, struct rc_info *e)
{
    struct arena a;
    bool is_same = false, is_other = false;
    arena_init(&a, 1 << 16);
    enum rc rc = tally_is_shown(db, s->survey_id, version_id, hash, &is_same, &is_other, e);
    if (rc == RC_OK && is_same)
        rc = db_query(db, TS_CONFIRM, (const struct db_param[]){db_i64(s->survey_id)}, 1, NULL, NULL, e);
    else if (rc == RC_OK)
        rc = make_current(db, s, version_id, body, hash, &a, e);
    arena_release(&a);
    *is_new = rc == RC_OK && !is_same;
    return rc;
}

enum rc tally_rows_kept(struct db *db, int64_t survey_id, struct arena *a, struct tally_row_kept **out, size_t *n,
                        struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, TS_ROWS_KEPT, (const struct db_param[]){db_i64(survey_id)}, 1, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct tally_row_kept *rows = arena_array(a, r.n_rows + 1, sizeof *rows);
    if (rows == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu published rows", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++) {
        size_t n_shown = db_get_i32_array(db_at(&r, i, 4), NULL, 0);
        int32_t *shown = n_shown < SIZE_MAX ? arena_array(a, n_shown + 1, sizeof *shown) : NULL;
        if (n_shown == SIZE_MAX)
            return rc_set(e, RC_DB, "a published row holds no counts");
        if (shown == NULL)
            return rc_set(e, RC_NOMEM, "no memory for a published row");
        (void)db_get_i32_array(db_at(&r, i, 4), shown, n_shown);
        rows[i] = (struct tally_row_kept){db_get_text(db_at(&r, i, 0)),          (int32_t)db_get_i64(db_at(&r, i, 1)),
                                          db_get_i64(db_at(&r, i, 2)) != 0, db_get_i64(db_at(&r, i, 3)), shown, n_shown};
    }
    *out = rows;
    *n = r.n_rows;
    return RC_OK;
}

enum rc tally_keep_row(struct db *db, int64_t survey_id, const struct tally_row_kept *row, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id),     db_text(row->address), db_i32(row->day),
                                 db_bool(row->is_shown), db_i64(row->last_n),   db_i32_array(row->shown, row->n_shown)};
    return db_query(db, TS_KEEP_ROW, p, 6, NULL, NULL, e);
}

enum rc tally_forget_row(struct db *db, int64_t survey_id, const char *address, int32_t day, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_text(address), db_i32(day)};
    return db_query(db, TS_FORGET_ROW, p, 3, NULL, NULL, e);
}

enum rc tally_opening_days(struct db *db, int64_t survey_id, int64_t version_id, int32_t from, int32_t to, int32_t *first,
                           int32_t *last, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    const struct db_param p[] = {db_i64(survey_id), db_i64(version_id), db_i32(from), db_i32(to)};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, TS_OPENING_DAYS, p, 4, &a, &r, e);
    if (rc == RC_OK) {
        *first = (int32_t)db_get_i64(db_at(&r, 0, 0));
        *last = (int32_t)db_get_i64(db_at(&r, 0, 1));
    }
    arena_release(&a);
    return rc;
}
