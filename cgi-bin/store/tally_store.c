/* The tally's statements, its lock and run row, surveys and keys. The box and the record are in
 * tally_box.c, cells and publications in tally_cells.c. */
#include "store/tally_store.h"

#include <string.h>

#include "store/tally_stmts.h"

/* Both tables of cells have the same shape and the same statements. */
#define READ_CELLS(table) \
    "SELECT version_id, profile, n, counts, wave FROM publish." table \
    " WHERE survey_id = $1::bigint AND version_id = $2::bigint"
#define FIND_CELLS(table) \
    READ_CELLS(table) " AND profile = ANY ($3::bytea[]) AND wave = $4::integer"
#define PUT_CELLS(table) \
    "INSERT INTO publish." table " AS c (survey_id, version_id, wave, profile, n, counts) " \
    "SELECT $1::bigint, $2::bigint, $7::integer, p, ($4::integer[])[i::integer], " \
    "($5::integer[])[((i - 1) * $6::bigint + 1)::integer : (i * $6::bigint)::integer] " \
    "FROM unnest($3::bytea[]) WITH ORDINALITY AS t(p, i) " \
    "ON CONFLICT (survey_id, version_id, wave, profile) DO UPDATE SET n = excluded.n, counts = excluded.counts"

#define READ_WAVES(table) \
    "SELECT wave, name, first_day::text, last_day::text, first_day - date '2000-01-01', last_day - date '2000-01-01' " \
    "FROM publish." table " WHERE survey_id = $1::bigint ORDER BY wave"

#define PAGES "ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid"

static const struct db_stmt stmts[TS_N] = {
    [TS_LOCK] = {"lock", "SELECT pg_try_advisory_lock(x'4d696e7969'::bigint)", 0}, /* "Minyi" */
    [TS_RUN_BEGIN] = {"run_begin", "WITH dead AS (UPDATE publish.run SET outcome = 'killed', finished_at = now() "
                      "WHERE outcome = 'running') INSERT INTO publish.run (kind) VALUES ($1::text) RETURNING run_id", 1},
    [TS_RUN_ADD] = {"run_add", "UPDATE publish.run SET opened = opened + $2::bigint, repeated = repeated + $3::bigint, "
                    "quarantined = quarantined + $4::bigint, retired = retired + $5::bigint, "
                    "published = published + $6::bigint, withdrawn = withdrawn + $7::bigint WHERE run_id = $1::bigint", 7},
    [TS_RUN_END] = {"run_end", "UPDATE publish.run SET outcome = $2::text, waiting = $3::bigint, message = $4::text, "
                    "finished_at = clock_timestamp() WHERE run_id = $1::bigint", 4},
    [TS_SURVEYS] = {"surveys", "SELECT survey_id, coalesce(current_version, 0), slug, state = 'open' FROM core.survey "
                    "WHERE $1::text IS NULL OR slug = $1::text ORDER BY survey_id", 1},
    [TS_VERSIONS] = {"versions", "SELECT version_id, version_no, definition FROM core.version "
                     "WHERE survey_id = $1::bigint ORDER BY version_id", 1},
    [TS_TODAY] = {"today", "SELECT (now() AT TIME ZONE $1::text)::date - date '2000-01-01'", 1},
    [TS_KEYS] = {"keys", "SELECT k.epoch_id, k.destroyed_at IS NOT NULL, k.destroyed_at IS NULL "
                 "AND EXISTS (SELECT FROM intake.epoch_key s WHERE s.epoch_id > k.epoch_id "
                 "AND s.created_at < now() - interval '1 day') "
                 "AND NOT EXISTS (SELECT FROM intake.batch b WHERE b.epoch_id = k.epoch_id) "
                 "AND NOT EXISTS (SELECT FROM intake.quarantine q WHERE q.epoch_id = k.epoch_id), "
                 "extract(epoch FROM now() - k.created_at)::bigint, k.public_key "
                 "FROM intake.epoch_key k ORDER BY k.epoch_id", 0},
    [TS_RECOVERY_KEY] = {"recovery_key", "SELECT recovery_id, public_key FROM intake.recovery_key "
                         "ORDER BY recovery_id DESC LIMIT 1", 0},
    [TS_KEY_ADD] = {"key_add", "INSERT INTO intake.epoch_key (epoch_id, public_key, recovery_id, escrow) "
                    "VALUES ($1::bigint, $2::bytea, $3::bigint, $4::bytea)", 4},
    [TS_KEY_MARK] = {"key_mark", "SELECT intake.destroy_key($1::bigint)", 1},
    [TS_WAITING] = {"waiting", "SELECT version_id, epoch_id, sum(n)::bigint, sum(length(sealed))::bigint "
                    "FROM intake.batch WHERE survey_id = $1::bigint GROUP BY version_id, epoch_id", 1},
    [TS_CUTOFF] = {"cutoff", "SELECT coalesce(min(accepted_us), 9223372036854775807) FROM (SELECT accepted_us, "
                   "sum(n) OVER (ORDER BY accepted_us, batch_id) AS so_far FROM intake.batch "
                   "WHERE survey_id = $1::bigint AND epoch_id = ANY (string_to_array($3::text, ',')::bigint[])) AS t "
                   "WHERE so_far >= $2::bigint", 3},
    [TS_READ_BOX] = {"read_box", "SELECT batch_id, version_id, epoch_id, accepted_us, n, sealed FROM intake.batch "
                     "WHERE survey_id = $1::bigint AND accepted_us <= $2::bigint", 2},
    [TS_EMPTY_BOX] = {"empty_box", "DELETE FROM intake.batch WHERE batch_id = ANY ($1::bytea[])", 1},
    [TS_QUARANTINE] = {"quarantine", "WITH gone AS (DELETE FROM intake.batch WHERE batch_id = $1::bytea RETURNING *) "
                       "INSERT INTO intake.quarantine (batch_id, survey_id, version_id, epoch_id, accepted_us, n, "
                       "box_hashes, sealed, reason) SELECT batch_id, survey_id, version_id, epoch_id, accepted_us, n, "
                       "box_hashes, sealed, $2::text FROM gone ON CONFLICT (batch_id) DO NOTHING", 2},
    [TS_FIND_HASHES] = {"find_hashes", "SELECT r.record_hash FROM unnest($1::bytea[]) AS t(h) "
                        "JOIN record.response r ON r.record_hash = t.h", 1},
    [TS_NOTE_OPENING] = {"note_opening", "INSERT INTO publish.opening AS o (survey_id, version_id, opened_on, n) "
                         "VALUES ($1::bigint, $2::bigint, date '2000-01-01' + $3::integer, $4::bigint) "
                         "ON CONFLICT (survey_id, version_id, opened_on) DO UPDATE SET n = o.n + excluded.n", 4},
    [TS_RESPONSE_PAGES] = {"response_pages", "SELECT pg_relation_size('record.response') / "
                           "current_setting('block_size')::bigint", 0},
    /* The codes of a part end to end: one long value costs a small share of what its rows would. */
    [TS_RESPONSES] = {"responses", "SELECT x.*, p FROM generate_series($1::bigint, $2::bigint - 1, $4::bigint) AS g(p), "
                      "LATERAL (SELECT count(*) FILTER (WHERE version_id <> $3::bigint), CASE WHEN count(*) FILTER ("
                      "WHERE version_id <> $3::bigint) = 0 THEN string_agg(codes, NULL) END FROM record.response "
                      "WHERE ctid >= format('(%s,0)', p)::tid "
                      "AND ctid < format('(%s,0)', least(p + $4::bigint, $2::bigint))::tid) AS x", 4},
    [TS_RESPONSES_MIXED] = {"responses_mixed", "SELECT version_id, opened_on - date '2000-01-01', "
                            "string_agg(codes, ''::bytea) FROM record.response WHERE " PAGES
                            " GROUP BY version_id, opened_on", 2},
    [TS_DELETE_RESPONSES] = {"delete_responses", "WITH gone AS (DELETE FROM record.response WHERE record_hash IN ("
                             "SELECT record_hash FROM record.response WHERE survey_id = $1::bigint "
                             "AND version_id = $2::bigint AND opened_on < date '2000-01-01' + $3::integer "
                             "LIMIT $4::bigint) RETURNING record_hash, version_id, opened_on, codes), words AS ("
                             "DELETE FROM record.comment c USING gone WHERE c.record_hash = gone.record_hash) "
                             "SELECT version_id, opened_on - date '2000-01-01', record_hash, codes FROM gone", 4},
    [TS_READ_CELLS] = {"read_cells", READ_CELLS("cell"), 2},
    [TS_READ_RETIRED] = {"read_retired", READ_CELLS("cell_retired"), 2},
    [TS_FIND_CELLS] = {"find_cells", FIND_CELLS("cell"), 4},
    [TS_FIND_RETIRED] = {"find_retired", FIND_CELLS("cell_retired"), 4},
    [TS_PUT_CELLS] = {"put_cells", PUT_CELLS("cell"), 7},
    [TS_PUT_RETIRED] = {"put_retired", PUT_CELLS("cell_retired"), 7},
    [TS_DAYS] = {"days", "SELECT coalesce(min(opened_on)::text, ''), coalesce(max(opened_on)::text, '') "
                 "FROM publish.opening WHERE survey_id = $1::bigint AND version_id = $2::bigint AND n > 0", 2},
    [TS_MARGINS] = {"margins", "SELECT as_of::text, source, body FROM core.margins WHERE survey_id = $1::bigint "
                    "AND core.margins.as_of <= date '2000-01-01' + $2::integer ORDER BY core.margins.as_of DESC, margins_id DESC LIMIT 1", 2},
    [TS_CURRENT] = {"current", "SELECT p.version_id, p.body_hash FROM publish.current c "
                    "JOIN publish.publication p USING (publication_id) WHERE c.survey_id = $1::bigint", 1},
    [TS_PUBLISH] = {"publish", "INSERT INTO publish.publication (survey_id, version_id, body, body_hash) "
                    "VALUES ($1::bigint, $2::bigint, $3::text, $4::bytea) RETURNING publication_id", 4},
    [TS_SWITCH] = {"switch", "INSERT INTO publish.current (survey_id, slug, publication_id, tallied_at) "
                   "VALUES ($1::bigint, $2::text, $3::bigint, now()) ON CONFLICT (survey_id) "
                   "DO UPDATE SET publication_id = excluded.publication_id, tallied_at = excluded.tallied_at", 3},
    [TS_CONFIRM] = {"confirm", "UPDATE publish.current SET tallied_at = now() WHERE survey_id = $1::bigint", 1},
    [TS_ROWS_KEPT] = {"rows_kept", "SELECT address, day, is_shown, last_n, shown FROM publish.row_kept "
                      "WHERE survey_id = $1::bigint ORDER BY address COLLATE \"C\", day", 1},
    [TS_KEEP_ROW] = {"keep_row", "INSERT INTO publish.row_kept (survey_id, address, day, is_shown, last_n, shown) "
                     "VALUES ($1::bigint, $2::text, $3::integer, $4::boolean, $5::bigint, $6::integer[])", 6},
    [TS_FORGET_ROW] = {"forget_row", "SELECT publish.forget_row($1::bigint, $2::text, $3::integer)", 3},
    [TS_OPENING_DAYS] = {"opening_days", "SELECT coalesce(min(opened_on) - date '2000-01-01', 0), coalesce(max(opened_on) - "
                         "date '2000-01-01', 0) FROM publish.opening WHERE survey_id = $1::bigint AND version_id = $2::bigint "
                         "AND opened_on BETWEEN date '2000-01-01' + $3::integer AND date '2000-01-01' + $4::integer", 4},
    [TS_WAVES] = {"waves", READ_WAVES("wave"), 1},
    [TS_WAVES_FILED] = {"waves_filed", READ_WAVES("wave_filed"), 1},
    [TS_ADOPT_WAVES] = {"adopt_waves", "SELECT publish.adopt_waves($1::bigint)", 1},
    [TS_COMPARABLE] = {"comparable", "SELECT version_a, version_b, question FROM publish.comparable "
                       "WHERE survey_id = $1::bigint ORDER BY version_a, version_b, question COLLATE \"C\"", 1},
    [TS_WITHDRAWN] = {"withdrawn", "SELECT record_hash FROM intake.withdrawal", 0},
    [TS_TAKE_OUT] = {"take_out", "WITH gone AS (DELETE FROM record.response WHERE record_hash IN ("
                     "SELECT r.record_hash FROM intake.withdrawal w JOIN record.response r ON r.record_hash = w.record_hash "
                     "WHERE r.survey_id = $1::bigint LIMIT $2::bigint) "
                     "RETURNING record_hash, version_id, opened_on, codes), words AS ("
                     "DELETE FROM record.comment c USING gone WHERE c.record_hash = gone.record_hash), "
                     "fewer AS (UPDATE publish.opening o SET n = o.n - g.n FROM (SELECT version_id, opened_on, count(*) AS n "
                     "FROM gone GROUP BY version_id, opened_on) AS g WHERE o.survey_id = $1::bigint "
                     "AND o.version_id = g.version_id AND o.opened_on = g.opened_on) "
                     "SELECT version_id, opened_on - date '2000-01-01', record_hash, codes FROM gone", 2},
    [TS_IS_REQUESTED] = {"is_requested", "SELECT office.is_count_asked()", 0},
    [TS_ANSWER_REQUEST] = {"answer_request", "SELECT office.answer_count($1::bigint)::text", 1},
    [TS_TREE] = {"tree", "SELECT secret, root FROM publish.tree WHERE survey_id = $1::bigint", 1},
    [TS_TREE_ADD] = {"tree_add", "INSERT INTO publish.tree (survey_id, secret) VALUES ($1::bigint, $2::bytea)", 2},
    [TS_TREE_PARTS] = {"tree_parts", "SELECT part, held, roots FROM publish.tree_part WHERE survey_id = $1::bigint", 1},
    [TS_TREE_PUT_PART] = {"tree_put_part", "INSERT INTO publish.tree_part (survey_id, part, root, held, roots) "
                          "VALUES ($1::bigint, $2::integer::smallint, $3::bytea, $4::bytea, $5::bytea) "
                          "ON CONFLICT (survey_id, part) DO UPDATE SET root = excluded.root, held = excluded.held, "
                          "roots = excluded.roots", 5},
    [TS_TREE_DROP_PART] = {"tree_drop_part", "DELETE FROM publish.tree_part WHERE survey_id = $1::bigint "
                           "AND part = $2::integer", 2},
    [TS_TREE_ROOT] = {"tree_root", "UPDATE publish.tree SET root = $2::bytea WHERE survey_id = $1::bigint", 2},
    [TS_TREE_TOUCHED] = {"tree_touched", "SELECT buckets FROM publish.tree_touched WHERE survey_id = $1::bigint", 1},
    [TS_TREE_TOUCH] = {"tree_touch", "INSERT INTO publish.tree_touched (survey_id, buckets) "
                       "VALUES ($1::bigint, $2::bytea)", 2},
    [TS_TREE_CLEAN] = {"tree_clean", "DELETE FROM publish.tree_touched WHERE survey_id = $1::bigint", 1},
    [TS_LEAVES] = {"leaves", "SELECT record_hash, codes FROM record.response WHERE survey_id = $1::bigint "
                   "AND record_hash >= $2::bytea AND record_hash <= $3::bytea ORDER BY record_hash", 3},
    [TS_DROP_CELLS] = {"drop_cells", "DELETE FROM publish.cell WHERE survey_id = $1::bigint AND version_id = $2::bigint "
                       "AND wave = $3::integer AND profile = ANY ($4::bytea[])", 4},
};

struct db *tally_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_tally", .program = "tally", .stmts = stmts, .n_stmts = TS_N});
}

/* Run a statement and give its first cell as a number. */
static enum rc one_number(struct db *db, int stmt, const struct db_param *p, size_t n, int64_t *out, struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, stmt, p, n, &a, &r, e);
    if (rc == RC_OK)
        *out = db_get_i64(db_at(&r, 0, 0));
    arena_release(&a);
    return rc;
}

enum rc tally_lock(struct db *db, struct rc_info *e)
{
    int64_t has = 0;
    enum rc rc = one_number(db, TS_LOCK, NULL, 0, &has, e);
    return rc == RC_OK && has == 0 ? rc_set(e, RC_BUSY, "another tally is running on this database") : rc;
}

enum rc tally_run_begin(struct db *db, const char *kind, int64_t *run_id, struct rc_info *e)
{
    return one_number(db, TS_RUN_BEGIN, (const struct db_param[]){db_text(kind)}, 1, run_id, e);
}

enum rc tally_run_add(struct db *db, int64_t run_id, const struct tally_counts *m, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(run_id),         db_i64(m->opened),  db_i64(m->repeated),
                                 db_i64(m->quarantined), db_i64(m->retired), db_i64(m->published),
                                 db_i64(m->withdrawn)};
    return db_query(db, TS_RUN_ADD, p, 7, NULL, NULL, e);
}

enum rc tally_run_end(struct db *db, int64_t run_id, bool is_done, int64_t waiting, const char *message,
                      struct rc_info *e)
{
    const struct db_param p[] = {db_i64(run_id), db_text(is_done ? "done" : "failed"), db_i64(waiting),
                                 db_text(message)};
    return db_query(db, TS_RUN_END, p, 4, NULL, NULL, e);
}

enum rc tally_is_requested(struct db *db, bool *out, struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    arena_init(&a, 1 << 12);
    enum rc rc = db_query(db, TS_IS_REQUESTED, NULL, 0, &a, &r, e);
    *out = rc == RC_OK && r.n_rows == 1 && db_get_i64(db_at(&r, 0, 0)) != 0;
    arena_release(&a);
    return rc;
}

enum rc tally_answer_request(struct db *db, int64_t run_id, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(run_id)};
    return db_query(db, TS_ANSWER_REQUEST, p, 1, NULL, NULL, e);
}

enum rc tally_surveys(struct db *db, const char *slug, struct arena *a, struct tally_survey **out, size_t *n,
                      struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, TS_SURVEYS, (const struct db_param[]){db_text(slug)}, 1, a, &r, e);
    if (rc != RC_OK)
        return rc;
    if (slug != NULL && r.n_rows == 0)
        return rc_set(e, RC_NOTFOUND, "there is no survey \"%s\"", slug);
    struct tally_survey *s = arena_array(a, r.n_rows + 1, sizeof *s);
    if (s == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu surveys", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        s[i] = (struct tally_survey){db_get_i64(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1)),
                                     db_get_text(db_at(&r, i, 2)), db_get_i64(db_at(&r, i, 3)) != 0};
    *out = s;
    *n = r.n_rows;
    return RC_OK;
}

enum rc tally_versions(struct db *db, int64_t survey_id, struct arena *a, struct tally_version **out, size_t *n,
                       struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, TS_VERSIONS, (const struct db_param[]){db_i64(survey_id)}, 1, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct tally_version *v = arena_array(a, r.n_rows + 1, sizeof *v);
    if (v == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu versions", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        v[i] = (struct tally_version){db_get_i64(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1)),
                                      db_get_text(db_at(&r, i, 2)), db_at(&r, i, 2)->len};
    *out = v;
    *n = r.n_rows;
    return RC_OK;
}

enum rc tally_today(struct db *db, const char *time_zone, int32_t *day, struct rc_info *e)
{
    int64_t v = 0;
    enum rc rc = one_number(db, TS_TODAY, (const struct db_param[]){db_text(time_zone)}, 1, &v, e);
    if (rc == RC_OK)
        *day = (int32_t)v;
    return rc;
}

enum rc tally_keys(struct db *db, struct arena *a, struct tally_key **out, size_t *n, struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = db_query(db, TS_KEYS, NULL, 0, a, &r, e);
    if (rc != RC_OK)
        return rc;
    struct tally_key *k = arena_array(a, r.n_rows + 1, sizeof *k);
    if (k == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu keys", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++) {
        if (db_at(&r, i, 4)->len != 32)
            return rc_set(e, RC_DB, "a public key has %zu bytes", db_at(&r, i, 4)->len);
        k[i] = (struct tally_key){db_get_i64(db_at(&r, i, 0)), db_get_i64(db_at(&r, i, 1)) != 0,
                                  db_get_i64(db_at(&r, i, 2)) != 0, db_get_i64(db_at(&r, i, 3)),
                                  (const unsigned char *)db_at(&r, i, 4)->p};
    }
    *out = k;
    *n = r.n_rows;
    return RC_OK;
}

enum rc tally_recovery_key(struct db *db, int64_t *recovery_id, unsigned char pk[32], struct rc_info *e)
{
    struct arena a;
    struct db_rows r;
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, TS_RECOVERY_KEY, NULL, 0, &a, &r, e);
    if (rc == RC_OK && (r.n_rows == 0 || db_at(&r, 0, 1)->len != 32))
        rc = rc_set(e, RC_NOTFOUND, "there is no recovery key yet: run \"minyi key init\"");
    if (rc == RC_OK) {
        *recovery_id = db_get_i64(db_at(&r, 0, 0));
        memcpy(pk, db_at(&r, 0, 1)->p, 32);
    }
    arena_release(&a);
    return rc;
}

enum rc tally_key_add(struct db *db, int64_t epoch_id, const unsigned char pk[32], int64_t recovery_id,
                      const unsigned char *escrow, size_t escrow_len, struct rc_info *e)
{
    const struct db_param p[] = {db_i64(epoch_id), db_bytes(pk, 32), db_i64(recovery_id), db_bytes(escrow, escrow_len)};
    return db_query(db, TS_KEY_ADD, p, 4, NULL, NULL, e);
}

enum rc tally_key_mark(struct db *db, int64_t epoch_id, bool *is_marked, struct rc_info *e)
{
    int64_t code = 0;
    enum rc rc = one_number(db, TS_KEY_MARK, (const struct db_param[]){db_i64(epoch_id)}, 1, &code, e);
    *is_marked = rc == RC_OK && code != 1; /* 2: marked before */
    return rc;
}
