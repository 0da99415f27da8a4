/* user_store: the desk's people and its audit log, for the operator's command (role minyi_operator).  Layer: store. */
#ifndef MINYI_STORE_USER_STORE_H
#define MINYI_STORE_USER_STORE_H

#include "store/db.h"

enum { AUDIT_HASH_BYTES = 32 };

struct db *user_db(void) MUST_CHECK;

/* A new account with one role in one survey ("*": all); or, with `replace`, a new password for one that is there: it sets
 * up its second factor again. RC_CONFLICT: there is one of that name already, or there is none to replace, or the name
 * is not one; RC_AWAY, RC_DB. */
enum rc user_put(struct db *db, const char *name, const char *hash, const char *role, const char *survey, bool replace, struct rc_info *e)
    MUST_CHECK;

struct user_row {
    const char *name, *roles;
    bool is_active, is_enrolled;
};
enum rc user_list(struct db *db, struct arena *a, struct user_row **out, size_t *n, struct rc_info *e) MUST_CHECK;

/* Mark a survey as sensitive, or take the mark away. RC_CONFLICT: there is none of that name, or it is so already. */
enum rc user_set_sensitive(struct db *db, const char *slug, bool is_sensitive, struct rc_info *e) MUST_CHECK;

struct audit_entry {
    int64_t entry_no;
    const char *at, *who, *event, *subject, *detail; /* at: "2026-11-22T20:15:01.123456Z" */
    const unsigned char *hash;                       /* AUDIT_HASH_BYTES */
};
typedef enum rc audit_fn(void *ctx, const struct audit_entry *entry, struct rc_info *e);
/* Every entry in order, in constant memory. */
enum rc audit_read(struct db *db, audit_fn *fn, void *ctx, struct rc_info *e) MUST_CHECK;
/* What the database says is the end of the chain. */
enum rc audit_end(struct db *db, int64_t *entry_no, unsigned char hash[AUDIT_HASH_BYTES], struct rc_info *e) MUST_CHECK;
/* Add an entry of a command that works as the tally's user; the database says who. */
enum rc audit_note(const char *event, const char *subject, const char *detail, struct rc_info *e) MUST_CHECK;

/* ---- the chain, without any database ---- */

/* SHA-256 over the hash before (zeros before the first), then number, time, who, event, subject, detail: each as
 * "length in bytes:text", with commas between (sql/fn_office.sql, office.audit_hash). */
void audit_chain(const unsigned char before[AUDIT_HASH_BYTES], const struct audit_entry *entry, unsigned char out[AUDIT_HASH_BYTES]);

#endif
