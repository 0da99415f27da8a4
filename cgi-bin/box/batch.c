#include "box/batch.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(BATCH_PUBLIC_BYTES == crypto_box_PUBLICKEYBYTES, "X25519 public key");
_Static_assert(BATCH_SECRET_BYTES == crypto_box_SECRETKEYBYTES, "X25519 secret key");

static const char magic[4] = {'M', 'Y', 'B', '1'};

/* Fisher and Yates. Random numbers are drawn in blocks, one system call each. The remainder of 64 bits
 * is uniform to within i / 2^64, under 2^-40 for a million ballots: nobody can tell. */
void batch_shuffle(struct batch_ballot *ballots, size_t n)
{
    uint64_t random[32]; /* 256 bytes: what one getrandom gives at once */
    enum { DRAWN = sizeof random / sizeof *random };
    for (size_t i = n, k = DRAWN; i > 1; i--) {
        if (k == DRAWN) {
            randombytes_buf(random, sizeof random);
            k = 0;
        }
        size_t j = random[k++] % i;
        struct batch_ballot t = ballots[i - 1];
        ballots[i - 1] = ballots[j];
        ballots[j] = t;
    }
    sodium_memzero(random, sizeof random);
}

static void pack_ballot(struct buf *out, const struct batch_ballot *b)
{
    buf_put(out, b->record_hash, KEY_HASH_BYTES);
    buf_put_be(out, b->codes_len, 2);
    buf_put(out, b->codes, b->codes_len);
    buf_put_be(out, b->n_comments, 1);
    for (size_t i = 0; i < b->n_comments; i++) {
        buf_put_be(out, b->comments[i].node, 2);
        buf_put_be(out, b->comments[i].len, 2);
        buf_put(out, b->comments[i].text, b->comments[i].len);
    }
}

static enum rc check_limits(const struct batch *b, struct rc_info *e)
{
    if (b->n == 0 || b->n > BATCH_BALLOTS_MAX)
        return rc_set(e, RC_INPUT, "a batch of %zu ballots is outside 1..%d", b->n, BATCH_BALLOTS_MAX);
    for (size_t i = 0; i < b->n; i++) {
        if (b->ballots[i].codes_len > UINT16_MAX || b->ballots[i].n_comments > BATCH_COMMENTS_MAX)
            return rc_set(e, RC_INPUT, "ballot %zu is over a limit of the batch", i);
        for (size_t c = 0; c < b->ballots[i].n_comments; c++)
            if (b->ballots[i].comments[c].len > UINT16_MAX)
                return rc_set(e, RC_INPUT, "a comment of ballot %zu is over 65,535 bytes", i);
    }
    return RC_OK;
}

enum rc batch_seal(const struct batch *b, const unsigned char pk[BATCH_PUBLIC_BYTES], struct buf *out,
                   struct rc_info *e)
{
    enum rc rc = check_limits(b, e);
    if (rc != RC_OK)
        return rc;
    struct buf plain;
    buf_init(&plain, BATCH_BYTES_MAX);
    buf_put(&plain, magic, sizeof magic);
    buf_put_be(&plain, (unsigned long long)b->survey_id, 8);
    buf_put_be(&plain, (unsigned long long)b->version_id, 8);
    buf_put_be(&plain, b->n, 4);
    for (size_t i = 0; i < b->n; i++)
        pack_ballot(&plain, &b->ballots[i]);
    unsigned char *sealed = buf_ok(&plain) ? malloc(plain.len + crypto_box_SEALBYTES) : NULL;
    if (sealed == NULL)
        rc = rc_set(e, buf_ok(&plain) ? RC_NOMEM : RC_INPUT, "a batch of %zu ballots does not fit", b->n);
    else if (crypto_box_seal(sealed, (const unsigned char *)plain.p, plain.len, pk) != 0)
        rc = rc_set(e, RC_CRYPTO, "the epoch's public key does not seal");
    else
        buf_put(out, sealed, plain.len + crypto_box_SEALBYTES);
    if (rc == RC_OK && !buf_ok(out))
        rc = rc_set(e, RC_NOMEM, "no room for the sealed batch");
    if (plain.p != NULL)
        sodium_memzero(plain.p, plain.len);
    buf_release(&plain);
    free(sealed);
    return rc;
}

/* A reader over bytes from outside: every take is checked, the first failure sticks. */
struct reader {
    const unsigned char *p;
    size_t left;
    bool is_short;
};

static const unsigned char *take(struct reader *r, size_t n)
{
    if (r->is_short || n > r->left) {
        r->is_short = true;
        return NULL;
    }
    const unsigned char *at = r->p;
    r->p += n;
    r->left -= n;
    return at;
}

static uint64_t take_be(struct reader *r, size_t width)
{
    const unsigned char *p = take(r, width);
    uint64_t v = 0;
    for (size_t i = 0; p != NULL && i < width; i++)
        v = v << 8 | p[i];
    return v;
}

static enum rc unpack_comments(struct reader *r, struct arena *a, struct batch_ballot *b)
{
    b->n_comments = take_be(r, 1);
    if (b->n_comments == 0)
        return RC_OK;
    if (b->n_comments > BATCH_COMMENTS_MAX)
        return RC_INPUT;
    struct batch_comment *c = arena_array(a, b->n_comments, sizeof *c);
    if (c == NULL)
        return RC_NOMEM;
    for (size_t i = 0; i < b->n_comments; i++) {
        c[i].node = (uint16_t)take_be(r, 2);
        c[i].len = take_be(r, 2);
        c[i].text = (const char *)take(r, c[i].len);
    }
    b->comments = c;
    return RC_OK;
}

enum rc batch_unpack(const unsigned char *p, size_t len, struct arena *a, struct batch *out, struct rc_info *e)
{
    struct reader r = {.p = p, .left = len};
    const unsigned char *m = take(&r, sizeof magic);
    if (m == NULL || memcmp(m, magic, sizeof magic) != 0)
        return rc_set(e, RC_INPUT, "what was sealed is not a batch");
    struct batch b = {0};
    b.survey_id = (int64_t)take_be(&r, 8);
    b.version_id = (int64_t)take_be(&r, 8);
    b.n = take_be(&r, 4);
    if (r.is_short || b.n == 0 || b.n > BATCH_BALLOTS_MAX)
        return rc_set(e, RC_INPUT, "a batch names %zu ballots", b.n);
    struct batch_ballot *items = arena_array(a, b.n, sizeof *items);
    if (items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a batch of %zu ballots", b.n);
    for (size_t i = 0; i < b.n && !r.is_short; i++) {
        const unsigned char *h = take(&r, KEY_HASH_BYTES);
        if (h != NULL)
            memcpy(items[i].record_hash, h, KEY_HASH_BYTES);
        items[i].codes_len = take_be(&r, 2);
        items[i].codes = take(&r, items[i].codes_len);
        enum rc rc = unpack_comments(&r, a, &items[i]);
        if (rc != RC_OK)
            return rc_set(e, rc, "the comments of ballot %zu cannot be read", i);
    }
    if (r.is_short || r.left != 0)
        return rc_set(e, RC_INPUT, "a batch of %zu ballots has the wrong length", b.n);
    b.ballots = items;
    *out = b;
    return RC_OK;
}

enum rc batch_open(const unsigned char *sealed, size_t len, const unsigned char pk[BATCH_PUBLIC_BYTES],
                   const unsigned char sk[BATCH_SECRET_BYTES], struct arena *a, struct batch *out,
                   struct rc_info *e)
{
    if (len < crypto_box_SEALBYTES || len > BATCH_BYTES_MAX + crypto_box_SEALBYTES)
        return rc_set(e, RC_CRYPTO, "a sealed batch of %zu bytes is not one", len);
    size_t plain_len = len - crypto_box_SEALBYTES;
    unsigned char *plain = arena_alloc(a, plain_len);
    if (plain == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a batch of %zu bytes", len);
    if (crypto_box_seal_open(plain, sealed, len, pk, sk) != 0)
        return rc_set(e, RC_CRYPTO, "the batch does not open: damaged, or sealed to another key");
    return batch_unpack(plain, plain_len, a, out, e);
}
