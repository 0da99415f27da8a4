/* receipt_store: what the citizen's program may ask about one receipt (role minyi_survey): functions that
 * take both hashes of a ballot key and answer for that ballot alone.  Layer: store. */
#ifndef MINYI_STORE_RECEIPT_STORE_H
#define MINYI_STORE_RECEIPT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "store/db.h"

enum { RECEIPT_HASH_BYTES = 16, RECEIPT_NODE_BYTES = 32, RECEIPT_HELD_BYTES = 32 };

enum receipt_state {
    RECEIPT_UNKNOWN = 0,
    RECEIPT_IN_BOX = 1,
    RECEIPT_COUNTED = 2,
    RECEIPT_WITHDRAWN = 3,
    RECEIPT_LEAVING = 4 /* counted, and withdrawn: the next tally takes it out */
};

/* A stored trie of 256: a bit for each place that is held, and the hashes of those, in order. */
struct stored_trie {
    unsigned char held[RECEIPT_HELD_BYTES];
    size_t n;
    const unsigned char *roots; /* n * RECEIPT_NODE_BYTES */
};

/* Below `state` all is for COUNTED and LEAVING alone; everything lives in the arena. */
struct stored_receipt {
    enum receipt_state state;
    int64_t survey_id, version_id;
    const char *opened_on;      /* YYYY-MM-DD, in the survey's time zone */
    const unsigned char *codes; /* NULL where the survey does not let answers be read back; and so */
    size_t codes_len;
    const unsigned char *salt;  /* 16 bytes */
    size_t n_leaves, n_before;  /* leaves of its bucket, and those before its own */
    const unsigned char *leaves;
    struct stored_trie part, top;
    const unsigned char *root;  /* as published; NULL: none yet */
};

struct receipt_word {
    size_t node;
    const char *text;
};

/* A connection with these statements. NULL when out of memory. */
struct db *receipt_store_new(int64_t deadline_ms) MUST_CHECK;

/* Look a ballot up. RC_OK (unknown ones, too), RC_AWAY, RC_DB, RC_NOMEM; *out untouched unless RC_OK. */
enum rc receipt_store_look(struct db *db, const unsigned char box_hash[RECEIPT_HASH_BYTES],
                           const unsigned char record_hash[RECEIPT_HASH_BYTES], struct arena *a,
                           struct stored_receipt *out, struct rc_info *e) MUST_CHECK;
/* The texts of a counted ballot, where answers may be read back. Codes as above. */
enum rc receipt_store_words(struct db *db, const unsigned char box_hash[RECEIPT_HASH_BYTES],
                            const unsigned char record_hash[RECEIPT_HASH_BYTES], struct arena *a,
                            struct receipt_word **out, size_t *n, struct rc_info *e) MUST_CHECK;
/* Withdraw it, durably. RC_OK (again, too); RC_NOTFOUND: neither in the box nor counted; RC_AWAY: unknown
 * whether, so ask again; RC_DB, RC_NOMEM. */
enum rc receipt_store_withdraw(struct db *db, const unsigned char box_hash[RECEIPT_HASH_BYTES],
                               const unsigned char record_hash[RECEIPT_HASH_BYTES], struct arena *a,
                               struct rc_info *e) MUST_CHECK;

#endif
