#include "store/user_store.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { PUT, LIST, ALL, END, SENSITIVE, N_STMTS };
static const struct db_stmt stmts[N_STMTS] = {
    [PUT] = {"put", "SELECT office.operator_put_person($1::text, $2::text, $3::text, $4::text, $5::boolean)", 5},
    [LIST] = {"list", "SELECT name, roles, is_active, is_enrolled FROM office.operator_people()", 0},
    [ALL] = {"all", "SELECT entry_no, at, who, event, subject, detail, hash FROM office.audit_all()", 0},
    [END] = {"end", "SELECT entry_no, hash FROM office.audit_end()", 0},
    [SENSITIVE] = {"sensitive", "SELECT office.operator_sensitive($1::text, $2::boolean)", 2},
};

static const struct db_stmt note_stmt = {"note", "SELECT office.audit_note($1::text, $2::text, $3::text)", 3};

struct db *user_db(void)
{
    return db_new(&(struct db_config){.role = "minyi_operator", .program = "minyi", .stmts = stmts, .n_stmts = N_STMTS});
}

enum rc user_put(struct db *db, const char *name, const char *hash, const char *role, const char *survey, bool replace, struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(name), db_text(hash), db_text(role), db_text(survey), db_bool(replace)};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, PUT, p, 5, &a, &r, e);
    if (rc == RC_OK && (r.n_rows != 1 || db_get_i64(db_at(&r, 0, 0)) != 0))
        rc = replace ? rc_set(e, RC_CONFLICT, "there is no account \"%s\": minyi user list", name)
                     : rc_set(e, RC_CONFLICT, "there is an account \"%s\" already (a new password: minyi user reset), or the name "
                              "is not small letters, digits, '.', '_' and '-'", name);
    arena_release(&a);
    return rc;
}

enum rc user_list(struct db *db, struct arena *a, struct user_row **out, size_t *n, struct rc_info *e)
{
    struct db_rows r = {0};
    enum rc rc = db_query(db, LIST, NULL, 0, a, &r, e);
    if (rc != RC_OK)
        return rc;
    *n = r.n_rows;
    *out = arena_array(a, r.n_rows + 1, sizeof **out);
    if (*out == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu accounts", r.n_rows);
    for (size_t i = 0; i < r.n_rows; i++)
        (*out)[i] = (struct user_row){db_get_text(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 1)),
                                      db_get_i64(db_at(&r, i, 2)) != 0, db_get_i64(db_at(&r, i, 3)) != 0};
    return rc;
}

enum rc user_set_sensitive(struct db *db, const char *slug, bool is_sensitive, struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    const struct db_param p[] = {db_text(slug), db_bool(is_sensitive)};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, SENSITIVE, p, 2, &a, &r, e);
    if (rc == RC_OK && (r.n_rows != 1 || db_get_i64(db_at(&r, 0, 0)) == 0))
        rc = rc_set(e, RC_CONFLICT, "there is no survey \"%s\", or it is so already", slug);
    arena_release(&a);
    return rc;
}

struct reading {
    audit_fn *fn;
    void *ctx;
};

static enum rc read_entry(void *ctx, const struct db_cell *c, size_t n, struct rc_info *e)
{
    const struct reading *x = ctx;
    if (n != 7 || c[6].p == NULL || c[6].len != AUDIT_HASH_BYTES)
        return rc_set(e, RC_DB, "an entry of the audit log has no hash");
    const struct audit_entry entry = {db_get_i64(&c[0]), db_get_text(&c[1]), db_get_text(&c[2]), db_get_text(&c[3]), db_get_text(&c[4]),
                                      db_get_text(&c[5]), (const unsigned char *)c[6].p};
    return x->fn(x->ctx, &entry, e);
}

enum rc audit_read(struct db *db, audit_fn *fn, void *ctx, struct rc_info *e)
{
    struct reading x = {fn, ctx};
    return db_stream(db, ALL, NULL, 0, read_entry, &x, e);
}

enum rc audit_end(struct db *db, int64_t *entry_no, unsigned char hash[AUDIT_HASH_BYTES], struct rc_info *e)
{
    struct arena a;
    struct db_rows r = {0};
    arena_init(&a, 1 << 16);
    enum rc rc = db_query(db, END, NULL, 0, &a, &r, e);
    if (rc == RC_OK && (r.n_rows != 1 || db_at(&r, 0, 1)->len != AUDIT_HASH_BYTES))
        rc = rc_set(e, RC_CONFLICT, "the end of the audit log is missing");
    if (rc == RC_OK) {
        *entry_no = db_get_i64(db_at(&r, 0, 0));
        memcpy(hash, db_at(&r, 0, 1)->p, AUDIT_HASH_BYTES);
    }
    arena_release(&a);
    return rc;
}

enum rc audit_note(const char *event, const char *subject, const char *detail, struct rc_info *e)
{
    const struct db_param p[] = {db_text(event), db_text(subject), db_text(detail)};
    struct db *db = db_new(&(struct db_config){.role = "minyi_tally", .program = "minyi", .stmts = &note_stmt, .n_stmts = 1});
    enum rc rc = db != NULL ? db_query(db, 0, p, 3, NULL, NULL, e) : rc_set(e, RC_NOMEM, "no memory");
    db_free(db);
    return rc;
}

static void add(crypto_hash_sha256_state *s, const char *text, bool is_first)
{
    char head[32];
    int n = snprintf(head, sizeof head, "%s%zu:", is_first ? "" : ",", strlen(text));
    (void)crypto_hash_sha256_update(s, (const unsigned char *)head, (unsigned long long)n);
    (void)crypto_hash_sha256_update(s, (const unsigned char *)text, strlen(text));
}

void audit_chain(const unsigned char before[AUDIT_HASH_BYTES], const struct audit_entry *entry, unsigned char out[AUDIT_HASH_BYTES])
{
    crypto_hash_sha256_state s;
    char number[24];
    (void)snprintf(number, sizeof number, "%" PRId64, entry->entry_no);
    (void)crypto_hash_sha256_init(&s);
    (void)crypto_hash_sha256_update(&s, before, AUDIT_HASH_BYTES);
    add(&s, number, true);
    add(&s, entry->at, false);
    add(&s, entry->who, false);
    add(&s, entry->event, false);
    add(&s, entry->subject, false);
    add(&s, entry->detail, false);
    (void)crypto_hash_sha256_final(&s, out);
}
