/* password: what an administrator's password must be, and its hash.  Layer: web (uses base, libsodium).
 * Argon2id (RFC 9106), 64 MiB and 2 passes: about 0.1 s of one processor for each call of the two below. */
#ifndef MINYI_WEB_PASSWORD_H
#define MINYI_WEB_PASSWORD_H

#include <stdbool.h>

#include "base/rc.h"

enum {
    PASSWORD_MIN = 12, PASSWORD_MAX = 128, /* characters (ASVS 5.0 6.2.1, 6.2.9); any of Unicode, no rules of composition */
    PASSWORD_BYTES_MAX = 4 * PASSWORD_MAX,
    PASSWORD_HASH_BYTES = 128              /* of the text, with its NUL: crypto_pwhash_STRBYTES */
};

/* NULL: it will do. Else why not, as the last part of the key "desk.password.": "short", "long", "common" (known words
 * with digits and signs around, a run on the keyboard, few different characters), "name" (made of the account's name). */
const char *password_fault(const char *password, const char *name);

/* RC_OK; RC_NOMEM. */
enum rc password_hash(const char *password, char out[PASSWORD_HASH_BYTES], struct rc_info *e) MUST_CHECK;

/* `hash` NULL (nobody of that name) takes the same time and gives false. */
bool password_matches(const char *hash, const char *password) MUST_CHECK;

/* The hash that is checked where there is nobody; for the test that it costs as much. */
const char *password_nobody(void);

#endif
