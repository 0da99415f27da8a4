/* The tally's view of the box and of the record. See tally_store.h. */
#include <string.h>

#include "store/tally_stmts.h"
#include "store/tally_store.h"

const char tally_copy_responses[] = "COPY record.response (record_hash, survey_id, version_id, opened_on, codes) "
                                    "FROM STDIN (FORMAT binary)";
const char tally_copy_comments[] = "COPY record.comment (record_hash, node, survey_id, version_id, opened_on, body) "
                                   "FROM STDIN (FORMAT binary)";

enum rc tally_waiting(struct db *db, int64_t survey_id, struct arena *a, struct tally_waiting **out, size_t *n,
                      struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, TS_WAITING, (const struct db_param[]){db_i64(survey_id)}, 1, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct tally_waiting *w = arena_array(a, r.n_rows + 1, sizeof *w);
    if (w == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu counts", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        w[i] = (struct tally_waiting){db_get_i64(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1)),
                                      db_get_i64(db_at(&r, i, 2)), db_get_i64(db_at(&r, i, 3))};
    *out = w;
    *n = r.n_rows;
    return RC_OK;
}

enum rc tally_cutoff(struct db *db, int64_t survey_id, int64_t ballots, const char *epochs, int64_t *cutoff_us,
                     struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    const struct db_param p[] = {db_i64(survey_id), db_i64(ballots), db_text(epochs)};
    enum rc rc = db_query(db, TS_CUTOFF, p, 3, &a, &r, e);
    if (rc == RC_OK)
        *cutoff_us = db_get_i64(db_at(&r, 0, 0));
    arena_release(&a);
    return rc;
}

/* ---- rows to structs ---- */

struct box_reader {
    tally_batch_fn *each;
    void *ctx;
};

static enum rc give_batch(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct box_reader *r = ctx;
    struct tally_batch b = {.version_id = db_get_i64(&c[1]),
                            .epoch_id = db_get_i64(&c[2]),
                            .accepted_us = db_get_i64(&c[3]),
                            .n = db_get_i64(&c[4]),
                            .sealed = (const unsigned char *)c[5].p,
                            .sealed_len = c[5].len};
    if (n != 6 || c[0].len != sizeof b.batch_id)
        return rc_set(e, RC_DB, "a batch in the box has an id of %zu bytes", c[0].len);
    memcpy(b.batch_id, c[0].p, sizeof b.batch_id);
    return r->each(r->ctx, &b, e);
}

enum rc tally_read_box(struct db *db, int64_t survey_id, int64_t cutoff_us, tally_batch_fn *each, void *ctx,
                       struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_i64(cutoff_us)};
    return db_stream(db, TS_READ_BOX, p, 2, give_batch, &(struct box_reader){each, ctx}, e);
}

enum rc tally_empty_box(struct db *db, const struct db_bytes *batch_ids, size_t n, struct rc_info *e)
{
    return db_query(db, TS_EMPTY_BOX, (const struct db_param[]){db_bytes_array(batch_ids, n)}, 1, NULL, NULL, e);
}

enum rc tally_quarantine(struct db *db, const unsigned char batch_id[TALLY_ID_BYTES], const char *reason,
                         struct rc_info *e)
{
    const struct db_param p[] = {db_bytes(batch_id, TALLY_ID_BYTES), db_text(reason)};
    return db_query(db, TS_QUARANTINE, p, 2, NULL, NULL, e);
}

struct hash_reader {
    tally_hash_fn *each;
    void *ctx;
};

static enum rc give_hash(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct hash_reader *r = ctx;
    if (n != 1 || c[0].len != TALLY_HASH_BYTES)
        return rc_set(e, RC_DB, "a response has a hash of %zu bytes", c[0].len);
    return r->each(r->ctx, (const unsigned char *)c[0].p, e);
}

enum rc tally_find_hashes(struct db *db, const struct db_bytes *hashes, size_t n, tally_hash_fn *each, void *ctx,
                          struct rc_info *e)
{
    return db_stream(db, TS_FIND_HASHES, (const struct db_param[]){db_bytes_array(hashes, n)}, 1, give_hash,
                     &(struct hash_reader){each, ctx}, e);
}

enum rc tally_note_opening(struct db *db, int64_t survey_id, int64_t version_id, int32_t day, int64_t n,
                           struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_i64(version_id), db_i32(day), db_i64(n)};
    return db_query(db, TS_NOTE_OPENING, p, 4, NULL, NULL, e);
}

struct codes_reader {
    tally_codes_fn *each;
    void *ctx;
};

static enum rc give_codes(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct codes_reader *r = ctx;
    if (n != 3 || c[2].p == NULL)
        return rc_set(e, RC_DB, "a response has no codes");
    return r->each(r->ctx, db_get_i64(&c[0]), (int32_t)db_get_i64(&c[1]), (const unsigned char *)c[2].p, c[2].len, e);
}

enum rc tally_response_pages(struct db *db, int64_t *n, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, TS_RESPONSE_PAGES, NULL, 0, &a, &r, e);
    if (rc == RC_OK)
        *n = db_get_i64(db_at(&r, 0, 0));
    arena_release(&a);
    return rc;
}

/* Pages whose codes are joined: some 60 KB of them, which both sides keep in memory that they have. */
enum { JOINED_PAGES = 24, PARTS_MAX = 1024, GROUPED_PAGES = 256 };

struct part_reader {
    struct codes_reader to;
    int64_t version_id;
    size_t n_mixed;
    int64_t mixed[PARTS_MAX]; /* first pages of parts that hold other versions, too */
};

static enum rc give_part(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    struct part_reader *r = ctx;
    if (n != 3)
        return rc_set(e, RC_DB, "a part of the responses has %zu columns", n);
    if (db_get_i64(&c[0]) != 0)
        r->mixed[r->n_mixed++] = db_get_i64(&c[2]);
    else if (c[1].p != NULL)
        return r->to.each(r->to.ctx, r->version_id, 0, (const unsigned char *)c[1].p, c[1].len, e);
    return RC_OK;
}

static enum rc give_version(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    struct part_reader *r = ctx;
    r->version_id = db_get_i64(&c[0]);
    return give_codes(&r->to, c, n, e);
}

static enum rc read_apart(struct db *db, int64_t from, int64_t to, struct part_reader *r, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(from), db_i64(to)};
    return db_stream(db, TS_RESPONSES_MIXED, p, 2, give_version, r, e);
}

/* Most pages hold one version, that of the pages before: to count the others is cheaper than to group. */
enum rc tally_read_responses(struct db *db, int64_t from, int64_t to, bool by_day, int64_t *likely,
                             tally_codes_fn *each, void *ctx, struct rc_info *e)
{
    struct part_reader r = {.to = {each, ctx}, .version_id = *likely};
    const struct db_param p[] = {db_i64(from), db_i64(to), db_i64(*likely), db_i64(JOINED_PAGES)};
    enum rc rc = RC_OK;
    if (to - from > (int64_t)JOINED_PAGES * PARTS_MAX)
        return rc_set(e, RC_DB, "%lld pages are too many at once", (long long)(to - from));
    for (int64_t at = from; by_day && rc == RC_OK && at < to; at += GROUPED_PAGES)
        rc = read_apart(db, at, at + GROUPED_PAGES < to ? at + GROUPED_PAGES : to, &r, e);
    if (!by_day)
        rc = db_stream(db, TS_RESPONSES, p, 4, give_part, &r, e);
    for (size_t i = 0; rc == RC_OK && i < r.n_mixed; i++)
        rc = read_apart(db, r.mixed[i], r.mixed[i] + JOINED_PAGES < to ? r.mixed[i] + JOINED_PAGES : to, &r, e);
    *likely = r.version_id;
    return rc;
}

struct gone_reader {
    tally_gone_fn *each;
    void *ctx;
};

static enum rc give_gone(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct gone_reader *r = ctx;
    if (n != 4 || c[2].len != TALLY_HASH_BYTES || c[3].p == NULL)
        return rc_set(e, RC_DB, "a deleted response has no hash or no codes");
    const struct tally_gone g = {.version_id = db_get_i64(&c[0]), .day = (int32_t)db_get_i64(&c[1]),
                                 .record_hash = (const unsigned char *)c[2].p,
                                 .codes = (const unsigned char *)c[3].p, .codes_len = c[3].len};
    return r->each(r->ctx, &g, e);
}

enum rc tally_delete_responses(struct db *db, int64_t survey_id, int64_t version_id, int32_t day, int64_t limit,
                               tally_gone_fn *each, void *ctx, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_i64(version_id), db_i32(day), db_i64(limit)};
    return db_stream(db, TS_DELETE_RESPONSES, p, 4, give_gone, &(struct gone_reader){each, ctx}, e);
}

enum rc tally_take_out(struct db *db, int64_t survey_id, int64_t limit, tally_gone_fn *each, void *ctx,
                       struct rc_info *e)
{
    const struct db_param p[] = {db_i64(survey_id), db_i64(limit)};
    return db_stream(db, TS_TAKE_OUT, p, 2, give_gone, &(struct gone_reader){each, ctx}, e);
}

enum rc tally_withdrawn(struct db *db, tally_hash_fn *each, void *ctx, struct rc_info *e)
{
    return db_stream(db, TS_WITHDRAWN, NULL, 0, give_hash, &(struct hash_reader){each, ctx}, e);
}
