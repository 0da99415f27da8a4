/* minyi audit: print the log, or follow its chain from the first entry to the last. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "store/user_store.h"

struct chain {
    unsigned char last[AUDIT_HASH_BYTES], wanted[AUDIT_HASH_BYTES];
    int64_t n, wanted_no; /* entries so far; of the head that was kept elsewhere, 0: none */
    int64_t n_faults;
    bool is_wanted_met;
};

static void tell(struct chain *c, int64_t entry_no, const char *what)
{
    if (c->n_faults++ < 20)
        (void)printf("entry %" PRId64 ": %s\n", entry_no, what);
}

/* After a fault the chain goes on from the entry's own hash, so that one change is told once. */
static enum rc follow(void *ctx, const struct audit_entry *entry, struct rc_info *e)
{
    struct chain *c = ctx;
    unsigned char is[AUDIT_HASH_BYTES];
    (void)e;
    c->n++;
    if (entry->entry_no != c->n) {
        tell(c, c->n, "is missing");
        c->n = entry->entry_no;
    }
    audit_chain(c->last, entry, is);
    if (memcmp(is, entry->hash, sizeof is) != 0)
        tell(c, entry->entry_no, "was changed, or another one stood before it");
    if (entry->entry_no == c->wanted_no)
        c->is_wanted_met = memcmp(entry->hash, c->wanted, sizeof is) == 0;
    memcpy(c->last, entry->hash, sizeof c->last);
    return RC_OK;
}

/* "NUMBER:HEX", as verify printed it. */
static enum rc read_head(const char *text, struct chain *c, struct rc_info *e)
{
    size_t n = 0;
    const char *end = NULL;
    int at = 0;
    if (sscanf(text, "%" SCNd64 ":%n", &c->wanted_no, &at) != 1 || at == 0 || c->wanted_no < 1 ||
        strlen(text + at) != (size_t)2 * AUDIT_HASH_BYTES ||
        sodium_hex2bin(c->wanted, sizeof c->wanted, text + at, strlen(text + at), NULL, &n, &end) != 0 || n != sizeof c->wanted)
        return rc_set(e, RC_USAGE, "\"%s\" is not a head as \"minyi audit verify\" prints it", text);
    return RC_OK;
}

static enum rc verify(const char *head, struct rc_info *e)
{
    struct chain c = {0};
    unsigned char stored[AUDIT_HASH_BYTES];
    char hex[2 * AUDIT_HASH_BYTES + 1];
    int64_t stored_no = 0;
    enum rc rc = head != NULL ? read_head(head, &c, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    struct db *db = user_db();
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : audit_end(db, &stored_no, stored, e); /* before: more may be added meanwhile */
    if (rc == RC_OK)
        rc = audit_read(db, follow, &c, e);
    db_free(db);
    if (rc != RC_OK)
        return rc;
    if (c.n < stored_no)
        tell(&c, c.n + 1, "and all after it are missing");
    else if (c.n == stored_no && memcmp(c.last, stored, sizeof stored) != 0)
        tell(&c, c.n, "is not the end of the chain");
    if (head != NULL && !c.is_wanted_met)
        tell(&c, c.wanted_no, "is not the one whose head was kept");
    if (c.n_faults > 0)
        return rc_set(e, RC_CONFLICT, "the audit log was tampered with: %" PRId64 " faults", c.n_faults);
    (void)sodium_bin2hex(hex, sizeof hex, c.last, sizeof c.last);
    (void)printf("%" PRId64 " entries, each after the one before it\nhead, to keep elsewhere: %" PRId64 ":%s\n", c.n, c.n, hex);
    return RC_OK;
}

static enum rc print(void *ctx, const struct audit_entry *x, struct rc_info *e)
{
    (void)ctx, (void)e;
    (void)printf("%" PRId64 "\t%s\t%s\t%s\t%s\t%s\n", x->entry_no, x->at, x->who, x->event, x->subject, x->detail);
    return RC_OK;
}

static enum rc print_all(struct rc_info *e)
{
    struct db *db = user_db();
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : audit_read(db, print, NULL, e);
    db_free(db);
    return rc;
}

enum rc cmd_audit(int argc, char **argv, struct rc_info *e)
{
    if (argc == 1)
        return print_all(e);
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return verify(NULL, e);
    if (argc == 4 && strcmp(argv[1], "verify") == 0 && strcmp(argv[2], "--head") == 0)
        return verify(argv[3], e);
    return rc_set(e, RC_USAGE, "say nothing, or verify [--head NUMBER:HEX]");
}
