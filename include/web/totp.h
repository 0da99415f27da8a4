/* totp: the second factor: codes of six digits that change every 30 seconds (RFC 6238, SHA-1, as every app on a phone makes
 * them), and recovery codes for a lost phone.  Layer: web (uses base, liboath, libsodium). */
#ifndef MINYI_WEB_TOTP_H
#define MINYI_WEB_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

enum {
    TOTP_SEED_BYTES = 20,
    TOTP_KEY_BYTES = 32,
    TOTP_SEALED_BYTES = 24 + TOTP_SEED_BYTES + 16, /* nonce, seed, tag */
    TOTP_BASE32_BYTES = 33,                        /* of the seed's text, with its NUL */
    RECOVERY_CODES = 10,
    RECOVERY_BYTES = 12,                           /* "ABCDE-FGHJK" with its NUL: 50 random bits */
    RECOVERY_HASH_BYTES = 32
};

/* Seal a seed to the desk's secret and to one account (libsodium's XChaCha20-Poly1305), and open it again.
 * RC_OK; open: RC_CRYPTO (another secret, another account, changed bytes). */
void totp_seal(const unsigned char seed[TOTP_SEED_BYTES], const unsigned char key[TOTP_KEY_BYTES], int64_t person_id,
               unsigned char out[TOTP_SEALED_BYTES]);
enum rc totp_open(const unsigned char *sealed, size_t len, const unsigned char key[TOTP_KEY_BYTES], int64_t person_id,
                  unsigned char seed[TOTP_SEED_BYTES], struct rc_info *e) MUST_CHECK;

/* For typing in, and for the QR code: otpauth://totp/... RC_OK; RC_NOMEM. */
enum rc totp_base32(const unsigned char seed[TOTP_SEED_BYTES], char out[TOTP_BASE32_BYTES], struct rc_info *e) MUST_CHECK;
enum rc totp_uri(const unsigned char seed[TOTP_SEED_BYTES], const char *site, const char *name, struct buf *out,
                 struct rc_info *e) MUST_CHECK;

/* The step (of 30 s since 1970) that this code belongs to, the one before and after now_s included; 0: none. Spaces between
 * digits are passed over. That a step counts once is the caller's to see to. */
int64_t totp_match(const unsigned char seed[TOTP_SEED_BYTES], const char *code, int64_t now_s);

/* New recovery codes, and the keyed hash of one as somebody typed it (small letters, no hyphen, O for 0 are taken): RC_OK;
 * RC_INPUT (not such a code). */
void recovery_make(char out[RECOVERY_CODES][RECOVERY_BYTES]);
enum rc recovery_hash(const char *typed, const unsigned char key[TOTP_KEY_BYTES], unsigned char out[RECOVERY_HASH_BYTES],
                      struct rc_info *e) MUST_CHECK;

#endif
