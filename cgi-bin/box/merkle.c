#include "box/merkle.h"

#include <sodium.h>
#include <string.h>

/* What is hashed in one piece is short: codes are at most FORM_CODES_MAX bytes, and rarely 50. */
enum { LEAF_HEAD = 1 + MERKLE_SALT_BYTES + KEY_HASH_BYTES, SHORT = 512 };

void merkle_salt(const unsigned char secret[MERKLE_BYTES], const unsigned char record_hash[KEY_HASH_BYTES],
                 unsigned char out[MERKLE_SALT_BYTES])
{
    unsigned char in[MERKLE_BYTES + KEY_HASH_BYTES], hash[MERKLE_BYTES];
    memcpy(in, secret, MERKLE_BYTES);
    memcpy(in + MERKLE_BYTES, record_hash, KEY_HASH_BYTES);
    (void)crypto_hash_sha256(hash, in, sizeof in);
    memcpy(out, hash, MERKLE_SALT_BYTES);
}

void merkle_leaf(const unsigned char salt[MERKLE_SALT_BYTES], const unsigned char record_hash[KEY_HASH_BYTES],
                 const unsigned char *codes, size_t codes_len, unsigned char out[MERKLE_BYTES])
{
    unsigned char in[SHORT] = {0x00};
    memcpy(in + 1, salt, MERKLE_SALT_BYTES);
    memcpy(in + 1 + MERKLE_SALT_BYTES, record_hash, KEY_HASH_BYTES);
    if (codes_len <= sizeof in - LEAF_HEAD) {
        if (codes_len > 0)
            memcpy(in + LEAF_HEAD, codes, codes_len);
        (void)crypto_hash_sha256(out, in, LEAF_HEAD + codes_len);
        return;
    }
    crypto_hash_sha256_state st;
    (void)crypto_hash_sha256_init(&st);
    (void)crypto_hash_sha256_update(&st, in, LEAF_HEAD);
    (void)crypto_hash_sha256_update(&st, codes, codes_len);
    (void)crypto_hash_sha256_final(&st, out);
}

void merkle_node(const unsigned char left[MERKLE_BYTES], const unsigned char right[MERKLE_BYTES],
                 unsigned char out[MERKLE_BYTES])
{
    unsigned char in[1 + 2 * MERKLE_BYTES] = {0x01};
    memcpy(in + 1, left, MERKLE_BYTES);
    memcpy(in + 1 + MERKLE_BYTES, right, MERKLE_BYTES);
    (void)crypto_hash_sha256(out, in, sizeof in);
}

/* ---- a bucket ---- */

/* As in adding one to a binary number: every carry joins two full subtrees of one height. */
void merkle_bucket_add(struct merkle_bucket *b, const unsigned char leaf[MERKLE_BYTES])
{
    unsigned char hash[MERKLE_BYTES];
    size_t level = 0;
    memcpy(hash, leaf, MERKLE_BYTES);
    for (; (b->n >> level & 1) != 0; level++)
        merkle_node(b->stack[level], hash, hash);
    memcpy(b->stack[level], hash, MERKLE_BYTES);
    b->n++;
}

void merkle_bucket_root(const struct merkle_bucket *b, unsigned char out[MERKLE_BYTES])
{
    bool has_some = false;
    for (size_t level = 0; level < MERKLE_LEVELS; level++) { /* the smallest, rightmost subtree first */
        if ((b->n >> level & 1) == 0)
            continue;
        if (has_some)
            merkle_node(b->stack[level], out, out);
        else
            memcpy(out, b->stack[level], MERKLE_BYTES);
        has_some = true;
    }
}

static void range_root(const unsigned char *leaves, size_t n, unsigned char out[MERKLE_BYTES])
{
    struct merkle_bucket b = {0};
    for (size_t i = 0; i < n; i++)
        merkle_bucket_add(&b, leaves + i * MERKLE_BYTES);
    merkle_bucket_root(&b, out);
}

/* The largest power of two under n > 1. */
static size_t split_of(size_t n)
{
    size_t k = 1;
    while (k < n - k)
        k *= 2;
    return k;
}

/* ---- a trie of 256 ---- */

/* One level up: places 2i and 2i + 1 become place i. */
static void fold(struct merkle_trie *t, size_t width)
{
    unsigned char held[MERKLE_HELD_BYTES] = {0};
    for (size_t i = 0; i < width / 2; i++) {
        bool has_left = merkle_holds(t->held, 2 * i), has_right = merkle_holds(t->held, 2 * i + 1);
        unsigned char *left = t->roots[2 * i], *right = t->roots[2 * i + 1];
        if (!has_left && !has_right)
            continue;
        held[i / 8] |= (unsigned char)(1U << i % 8);
        if (has_left && has_right)
            merkle_node(left, right, t->roots[i]);
        else
            memmove(t->roots[i], has_left ? left : right, MERKLE_BYTES);
    }
    memcpy(t->held, held, sizeof held);
}

bool merkle_trie_root(const struct merkle_trie *t, unsigned char out[MERKLE_BYTES])
{
    struct merkle_trie level = *t;
    for (size_t width = MERKLE_WIDTH; width > 1; width /= 2)
        fold(&level, width);
    memcpy(out, level.roots[0], MERKLE_BYTES);
    return merkle_holds(level.held, 0);
}

/* ---- proofs ---- */

static void go_up(struct merkle_proof *p, const struct merkle_step *s)
{
    if (s->is_left)
        merkle_node(s->hash, p->root, p->root);
    else
        merkle_node(p->root, s->hash, p->root);
}

static void add_step(struct merkle_proof *p, bool is_left, const unsigned char hash[MERKLE_BYTES])
{
    struct merkle_step *s = &p->steps[p->n_steps++];
    s->is_left = is_left;
    memcpy(s->hash, hash, MERKLE_BYTES);
}

void merkle_proof_bucket(struct merkle_proof *p, const unsigned char *leaves, size_t n, size_t at)
{
    unsigned char hash[MERKLE_BYTES];
    *p = (struct merkle_proof){.n_steps = 0};
    memcpy(p->leaf, leaves + at * MERKLE_BYTES, MERKLE_BYTES);
    memcpy(p->root, p->leaf, MERKLE_BYTES);
    while (n > 1) { /* from the bucket's root down: the neighbour of the half in which the leaf stands */
        size_t k = split_of(n);
        bool is_right = at >= k;
        range_root(is_right ? leaves : leaves + k * MERKLE_BYTES, is_right ? k : n - k, hash);
        add_step(p, is_right, hash);
        leaves += is_right ? k * MERKLE_BYTES : 0;
        at -= is_right ? k : 0;
        n = is_right ? n - k : k;
    }
    for (size_t i = 0; i < p->n_steps / 2; i++) { /* and now from the leaf up */
        struct merkle_step s = p->steps[i];
        p->steps[i] = p->steps[p->n_steps - 1 - i];
        p->steps[p->n_steps - 1 - i] = s;
    }
    for (size_t i = 0; i < p->n_steps; i++)
        go_up(p, &p->steps[i]);
}

enum rc merkle_proof_trie(struct merkle_proof *p, const struct merkle_trie *t, size_t place)
{
    struct merkle_trie level = *t;
    if (place >= MERKLE_WIDTH || !merkle_holds(t->held, place) || memcmp(t->roots[place], p->root, MERKLE_BYTES) != 0)
        return RC_CONFLICT;
    for (size_t width = MERKLE_WIDTH; width > 1; width /= 2) {
        size_t neighbour = place ^ 1;
        if (merkle_holds(level.held, neighbour)) {
            add_step(p, neighbour < place, level.roots[neighbour]);
            go_up(p, &p->steps[p->n_steps - 1]);
        }
        fold(&level, width);
        place /= 2;
    }
    return RC_OK;
}

bool merkle_proof_holds(const struct merkle_proof *p)
{
    struct merkle_proof again = {.n_steps = 0};
    if (p->n_steps > MERKLE_STEPS_MAX)
        return false;
    memcpy(again.root, p->leaf, MERKLE_BYTES);
    for (size_t i = 0; i < p->n_steps; i++)
        go_up(&again, &p->steps[i]);
    return sodium_memcmp(again.root, p->root, MERKLE_BYTES) == 0;
}
