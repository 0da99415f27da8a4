#include "web/totp.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_S = 30, DIGITS = 6, RECOVERY_CHARS = 10, NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

_Static_assert(TOTP_SEALED_BYTES == NONCE_BYTES + TOTP_SEED_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES, "a sealed seed");
_Static_assert(TOTP_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "its key");

/* Crockford's alphabet: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void account_bytes(int64_t person_id, unsigned char out[8])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (unsigned char)((uint64_t)person_id >> (8 * i));
}

void totp_seal(const unsigned char seed[TOTP_SEED_BYTES], const unsigned char key[TOTP_KEY_BYTES], int64_t person_id,
               unsigned char out[TOTP_SEALED_BYTES])
{
    unsigned char account[8];
    account_bytes(person_id, account);
    randombytes_buf(out, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, NULL, seed, TOTP_SEED_BYTES, account, sizeof account,
                                                     NULL, out, key);
}

enum rc totp_open(const unsigned char *sealed, size_t len, const unsigned char key[TOTP_KEY_BYTES], int64_t person_id,
                  unsigned char seed[TOTP_SEED_BYTES], struct rc_info *e)
{
    unsigned char account[8];
    account_bytes(person_id, account);
    if (len != TOTP_SEALED_BYTES ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(seed, NULL, NULL, sealed + NONCE_BYTES, len - NONCE_BYTES, account,
                                                   sizeof account, sealed, key) != 0)
        return rc_set(e, RC_CRYPTO, "a second factor's seed does not open: is the desk's secret another one?");
    return RC_OK;
}

enum rc totp_base32(const unsigned char seed[TOTP_SEED_BYTES], char out[TOTP_BASE32_BYTES], struct rc_info *e)
{
    char *text = NULL;
    size_t len = 0;
    if (oath_base32_encode((const char *)seed, TOTP_SEED_BYTES, &text, &len) != OATH_OK || len + 1 != TOTP_BASE32_BYTES) {
        free(text);
        return rc_set(e, RC_NOMEM, "no memory for a seed's text");
    }
    memcpy(out, text, len + 1);
    sodium_memzero(text, len);
    free(text);
    return RC_OK;
}

/* Key URI format: letters, digits and "-._" stand for themselves; the names that we have hold no others but what is escaped. */
static void put_escaped(struct buf *out, const char *s)
{
    for (; *s != '\0'; s++) {
        bool is_plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("-._", *s) != NULL;
        if (is_plain)
            buf_putc(out, *s);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

enum rc totp_uri(const unsigned char seed[TOTP_SEED_BYTES], const char *site, const char *name, struct buf *out, struct rc_info *e)
{
    char text[TOTP_BASE32_BYTES];
    enum rc rc = totp_base32(seed, text, e);
    if (rc != RC_OK)
        return rc;
    buf_puts(out, "otpauth://totp/");
    put_escaped(out, site);
    buf_puts(out, ":");
    put_escaped(out, name);
    buf_puts(out, "?secret=");
    buf_puts(out, text);
    buf_puts(out, "&issuer=");
    put_escaped(out, site);
    sodium_memzero(text, sizeof text);
    return buf_ok(out) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for an address");
}

/* Six digits, spaces between them or around. */
static bool read_digits(const char *typed, char out[DIGITS + 1])
{
    size_t n = 0;
    for (; *typed != '\0'; typed++) {
        if (*typed == ' ')
            continue;
        if (*typed < '0' || *typed > '9' || n == DIGITS)
            return false;
        out[n++] = *typed;
    }
    out[n] = '\0';
    return n == DIGITS;
}

int64_t totp_match(const unsigned char seed[TOTP_SEED_BYTES], const char *code, int64_t now_s)
{
    char typed[DIGITS + 1], right[DIGITS + 1];
    int64_t found = 0, now = now_s / STEP_S;
    if (!read_digits(code, typed) || now < 2)
        return 0;
    for (int64_t step = now - 1; step <= now + 1; step++) /* all three, whichever fits */
        if (oath_hotp_generate((const char *)seed, TOTP_SEED_BYTES, (uint64_t)step, DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION,
                               right) == OATH_OK &&
            sodium_memcmp(typed, right, DIGITS) == 0)
            found = step;
    return found;
}

void recovery_make(char out[RECOVERY_CODES][RECOVERY_BYTES])
{
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        size_t n = 0;
        for (size_t k = 0; k < RECOVERY_CHARS; k++) {
            if (k == RECOVERY_CHARS / 2)
                out[i][n++] = '-';
            out[i][n++] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
        }
        out[i][n] = '\0';
    }
}

/* One of the alphabet, 0 for none. */
static char as_meant(char c)
{
    c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

enum rc recovery_hash(const char *typed, const unsigned char key[TOTP_KEY_BYTES], unsigned char out[RECOVERY_HASH_BYTES],
                      struct rc_info *e)
{
    char text[RECOVERY_CHARS];
    size_t n = 0;
    for (; *typed != '\0'; typed++) {
        char c = as_meant(*typed);
        if (*typed == '-' || *typed == ' ')
            continue;
        if (c == '\0' || n == RECOVERY_CHARS)
            return rc_set(e, RC_INPUT, "that is no recovery code");
        text[n++] = c;
    }
    if (n != RECOVERY_CHARS)
        return rc_set(e, RC_INPUT, "that is no recovery code");
    (void)crypto_generichash(out, RECOVERY_HASH_BYTES, (const unsigned char *)text, sizeof text, key, TOTP_KEY_BYTES);
    return RC_OK;
}
