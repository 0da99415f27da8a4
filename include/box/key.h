/* key: the ballot key, which is the citizen's receipt: 75 random bits and a check character,
 * 16 characters of Crockford's base 32 in groups of four.  Layer: box.  Pure but for randomness. */
#ifndef MINYI_BOX_KEY_H
#define MINYI_BOX_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { KEY_CHARS = 16, KEY_HASH_BYTES = 16, KEY_SECRET_BYTES = 32, KEY_TOKEN_MAX = 80 };

struct ballot_key {
    char c[KEY_CHARS + 1]; /* upper case, no dashes, NUL-terminated */
};

/* A fresh random key. */
void key_make(struct ballot_key *k);

/* A key derived from a text, always the same: for importing rows that have an id of their own. */
void key_derive(struct ballot_key *k, const char *survey, const char *id, size_t id_len);

/* Read a key as a person types it: any case, spaces and dashes anywhere, O for 0, I and L for 1.
 * RC_OK; RC_INPUT: not 16 such characters; RC_CONFLICT: the check character says there is a typing
 * error (every single wrong character and every swap of two is found). */
enum rc key_parse(const char *p, size_t len, struct ballot_key *out) MUST_CHECK;

/* "ABCD-EFGH-JKMN-PQRS" for showing. */
void key_show(const struct ballot_key *k, char out[20]);

/* H("box", key) and H("record", key): 16 bytes of BLAKE2b with different personalisation. */
void key_box_hash(const struct ballot_key *k, unsigned char out[KEY_HASH_BYTES]);
/* H("code", code): an invitation's code is of the same form as a key. */
void key_code_hash(const struct ballot_key *code, unsigned char out[KEY_HASH_BYTES]);
void key_record_hash(const struct ballot_key *k, unsigned char out[KEY_HASH_BYTES]);

/* The signed form of a key, for the cookie and the hidden field:
 * "<state>.<seconds>.<key>.<mac>", bound to the survey. */
struct key_token {
    struct ballot_key key;
    bool is_sent;      /* the ballot was received: the page says so */
    int64_t issued_at; /* epoch seconds, from 2001-09-09 on */
};

/* Write the token (NUL-terminated, at most KEY_TOKEN_MAX with the NUL). */
void key_token_write(const struct key_token *t, const char *slug,
                     const unsigned char secret[KEY_SECRET_BYTES], char out[KEY_TOKEN_MAX]);

/* Read and verify it. RC_OK; RC_INPUT (malformed, or not signed by us for this survey). */
enum rc key_token_read(const char *p, size_t len, const char *slug,
                       const unsigned char secret[KEY_SECRET_BYTES], struct key_token *out) MUST_CHECK;

#endif
