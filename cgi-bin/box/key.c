#include "box/key.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DATA_CHARS = KEY_CHARS - 1, MAC_BYTES = 16 };

/* A token's time is in seconds; a smaller number is of a token from before that, in minutes: its ballot may wait in
 * a phone yet, and must stay the same ballot. */
enum { SECONDS_MIN = 1000000000 };
#define SECONDS_MAX 9999999999LL

static const char alphabet[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford */

/* Multiplication by the element x of GF(32) = GF(2)[x]/(x^5 + x^2 + 1); x is primitive. */
static unsigned times_x(unsigned v)
{
    v <<= 1;
    return (v & 32U) != 0 ? (v ^ 37U) & 31U : v;
}

/* The check digit makes  sum of x^i * digit_i  over all 16 places zero, the check's own weight being
 * x^0. All weights differ and none is zero, so every single error and every swap is found. */
static unsigned check_digit(const unsigned digits[DATA_CHARS])
{
    unsigned sum = 0; /* Horner: the digit farthest from the check has the highest power */
    for (size_t i = 0; i < DATA_CHARS; i++)
        sum = times_x(sum ^ digits[i]);
    return sum;
}

static void write_digits(const unsigned digits[DATA_CHARS], struct ballot_key *k)
{
    for (size_t i = 0; i < DATA_CHARS; i++)
        k->c[i] = alphabet[digits[i]];
    k->c[DATA_CHARS] = alphabet[check_digit(digits)];
    k->c[KEY_CHARS] = '\0';
}

void key_make(struct ballot_key *k)
{
    unsigned char random[DATA_CHARS];
    unsigned digits[DATA_CHARS];
    randombytes_buf(random, sizeof random);
    for (size_t i = 0; i < DATA_CHARS; i++)
        digits[i] = random[i] & 31U;
    write_digits(digits, k);
    sodium_memzero(random, sizeof random);
}

static void personal(unsigned char out[crypto_generichash_blake2b_PERSONALBYTES], const char *name)
{
    memset(out, 0, crypto_generichash_blake2b_PERSONALBYTES);
    memcpy(out, name, strlen(name));
}

static void hash(const char *use, const void *p, size_t len, unsigned char *out, size_t out_len)
{
    static const unsigned char salt[crypto_generichash_blake2b_SALTBYTES] = {0};
    unsigned char who[crypto_generichash_blake2b_PERSONALBYTES];
    personal(who, use);
    (void)crypto_generichash_blake2b_salt_personal(out, out_len, p, len, NULL, 0, salt, who);
}

void key_derive(struct ballot_key *k, const char *survey, const char *id, size_t id_len)
{
    crypto_generichash_state st;
    unsigned char out[32];
    unsigned digits[DATA_CHARS];
    (void)crypto_generichash_init(&st, NULL, 0, sizeof out);
    (void)crypto_generichash_update(&st, (const unsigned char *)"minyi import", 13);
    (void)crypto_generichash_update(&st, (const unsigned char *)survey, strlen(survey) + 1);
    (void)crypto_generichash_update(&st, (const unsigned char *)id, id_len);
    (void)crypto_generichash_final(&st, out, sizeof out);
    for (size_t i = 0; i < DATA_CHARS; i++)
        digits[i] = out[i] & 31U;
    write_digits(digits, k);
}

/* Value of a character as people type it, or 32. */
static unsigned value_of(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? 32U : (unsigned)(at - alphabet);
}

enum rc key_parse(const char *p, size_t len, struct ballot_key *out)
{
    unsigned digits[KEY_CHARS];
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (p[i] == ' ' || p[i] == '-')
            continue;
        unsigned v = value_of(p[i]);
        if (v == 32U || n == KEY_CHARS)
            return RC_INPUT;
        digits[n++] = v;
    }
    if (n != KEY_CHARS)
        return RC_INPUT;
    if (check_digit(digits) != digits[DATA_CHARS])
        return RC_CONFLICT;
    write_digits(digits, out);
    return RC_OK;
}

void key_show(const struct ballot_key *k, char out[20])
{
    (void)snprintf(out, 20, "%.4s-%.4s-%.4s-%.4s", k->c, k->c + 4, k->c + 8, k->c + 12);
}

void key_box_hash(const struct ballot_key *k, unsigned char out[KEY_HASH_BYTES])
{
    hash("minyi box", k->c, KEY_CHARS, out, KEY_HASH_BYTES);
}

void key_code_hash(const struct ballot_key *code, unsigned char out[KEY_HASH_BYTES])
{
    hash("minyi code", code->c, KEY_CHARS, out, KEY_HASH_BYTES);
}

void key_record_hash(const struct ballot_key *k, unsigned char out[KEY_HASH_BYTES])
{
    hash("minyi record", k->c, KEY_CHARS, out, KEY_HASH_BYTES);
}

/* MAC over "slug \0 state.seconds.key", as 32 hex digits. */
static void sign(const char *text, size_t len, const char *slug, const unsigned char secret[KEY_SECRET_BYTES],
                 char hex[2 * MAC_BYTES + 1])
{
    unsigned char mac[MAC_BYTES];
    crypto_generichash_state st;
    (void)crypto_generichash_init(&st, secret, KEY_SECRET_BYTES, sizeof mac);
    (void)crypto_generichash_update(&st, (const unsigned char *)slug, strlen(slug) + 1);
    (void)crypto_generichash_update(&st, (const unsigned char *)text, len);
    (void)crypto_generichash_final(&st, mac, sizeof mac);
    (void)sodium_bin2hex(hex, 2 * MAC_BYTES + 1, mac, sizeof mac);
}

void key_token_write(const struct key_token *t, const char *slug, const unsigned char secret[KEY_SECRET_BYTES],
                     char out[KEY_TOKEN_MAX])
{
    char text[40], mac[2 * MAC_BYTES + 1];
    long long seconds = t->issued_at < SECONDS_MIN ? SECONDS_MIN : t->issued_at > SECONDS_MAX ? SECONDS_MAX : t->issued_at;
    int n = snprintf(text, sizeof text, "%c.%lld.%s", t->is_sent ? 's' : 'n', seconds, t->key.c);
    sign(text, (size_t)n, slug, secret, mac);
    (void)snprintf(out, KEY_TOKEN_MAX, "%s.%s", text, mac);
}

enum rc key_token_read(const char *p, size_t len, const char *slug, const unsigned char secret[KEY_SECRET_BYTES],
                       struct key_token *out)
{
    enum { TAIL = 1 + KEY_CHARS + 1 + 2 * MAC_BYTES }; /* ".<key>.<mac>" */
    if (len < 3 + TAIL || len >= KEY_TOKEN_MAX || (p[0] != 'n' && p[0] != 's') || p[1] != '.')
        return RC_INPUT;
    const char *key = p + len - TAIL + 1;
    char mac[2 * MAC_BYTES + 1];
    sign(p, len - 2 * MAC_BYTES - 1, slug, secret, mac);
    if (key[-1] != '.' || key[KEY_CHARS] != '.' ||
        sodium_memcmp(mac, p + len - (size_t)(2 * MAC_BYTES), (size_t)(2 * MAC_BYTES)) != 0)
        return RC_INPUT;
    struct key_token t = {.is_sent = p[0] == 's'};
    int64_t at;
    if (text_to_i64(p + 2, (size_t)(key - 1 - (p + 2)), 0, SECONDS_MAX, &at) != RC_OK ||
        key_parse(key, KEY_CHARS, &t.key) != RC_OK)
        return RC_INPUT;
    t.issued_at = at < SECONDS_MIN ? at * 60 : at;
    *out = t;
    return RC_OK;
}
