/* The Merkle tree against an independent, recursive one; its proofs, and what is tampered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "box/merkle.h"

typedef unsigned char hash[MERKLE_BYTES];

static void hex(const unsigned char h[MERKLE_BYTES], const char *want)
{
    char text[2 * MERKLE_BYTES + 1];
    (void)sodium_bin2hex(text, sizeof text, h, MERKLE_BYTES);
    assert_string_equal(text, want);
}

/* RFC 6962, 2.1, word for word: MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])). */
static void mth(const hash *leaves, size_t n, unsigned char *out)
{
    unsigned char in[65] = {1};
    size_t k = 1;
    if (n == 1) {
        memcpy(out, leaves[0], MERKLE_BYTES);
        return;
    }
    while (2 * k < n)
        k *= 2;
    mth(leaves, k, in + 1);
    mth(leaves + k, n - k, in + 33);
    (void)crypto_hash_sha256(out, in, sizeof in);
}

/* The trie, by its words: a side without any leaf vanishes. False: empty. */
static int trie(const struct merkle_trie *t, size_t from, size_t width, unsigned char *out)
{
    unsigned char in[65] = {1};
    if (width == 1) {
        memcpy(out, t->roots[from], MERKLE_BYTES);
        return t->held[from / 8] >> from % 8 & 1;
    }
    int left = trie(t, from, width / 2, in + 1), right = trie(t, from + width / 2, width / 2, in + 33);
    if (left && right)
        (void)crypto_hash_sha256(out, in, sizeof in);
    else
        memcpy(out, left ? in + 1 : in + 33, MERKLE_BYTES);
    return left || right;
}

static void make_leaf(size_t i, unsigned char *out)
{
    unsigned char record_hash[KEY_HASH_BYTES] = {(unsigned char)i, (unsigned char)(i >> 8)};
    const unsigned char salt[MERKLE_SALT_BYTES] = {9};
    merkle_leaf(salt, record_hash, (const unsigned char *)"abc", 3, out);
}

/* Python: hashlib.sha256(b'\0' + salt + record_hash + codes).hexdigest() and so on. */
static void test_vectors(void **state)
{
    (void)state;
    unsigned char secret[32], record_hash[16], salt[16], leaf[32], node[32];
    char salt_hex[33];
    memset(secret, 0x11, sizeof secret);
    memset(record_hash, 0x22, sizeof record_hash);
    merkle_salt(secret, record_hash, salt);
    (void)sodium_bin2hex(salt_hex, sizeof salt_hex, salt, sizeof salt);
    assert_string_equal(salt_hex, "067163355c1ef281e5b95dd6000e3945");
    merkle_leaf(salt, record_hash, (const unsigned char *)"\x02\x01\x03", 3, leaf);
    hex(leaf, "cd2db0288af7f394b22c92b168deb229b04fb6852a0b9424d4f93cdacc176e4e");
    merkle_node(leaf, leaf, node);
    hex(node, "f1dc6092780a2df10988d7a8ca825104e72c7232ae3fa794420eb852887a44a5");
}

static void test_long_codes(void **state)
{
    (void)state;
    static unsigned char codes[8192];
    unsigned char salt[16] = {1}, record_hash[16] = {2}, in[33 + sizeof codes] = {0, 1}, want[32], got[32];
    in[17] = 2;
    for (size_t i = 0; i < sizeof codes; i++)
        codes[i] = (unsigned char)(i * 7);
    const size_t lengths[] = {0, 1, 478, 479, 480, 8192}; /* about the border of one piece */
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memcpy(in + 33, codes, lengths[i]);
        (void)crypto_hash_sha256(want, in, 33 + lengths[i]);
        merkle_leaf(salt, record_hash, codes, lengths[i], got);
        assert_memory_equal(want, got, 32);
    }
}

static void test_bucket(void **state)
{
    (void)state;
    static hash leaves[65];
    for (size_t n = 1; n <= 65; n++) {
        struct merkle_bucket b = {0};
        hash want, got;
        for (size_t i = 0; i < n; i++) {
            make_leaf(i, leaves[i]);
            merkle_bucket_add(&b, leaves[i]);
        }
        mth((const hash *)leaves, n, want);
        merkle_bucket_root(&b, got);
        assert_memory_equal(want, got, MERKLE_BYTES);
    }
}

static void fill_trie(struct merkle_trie *t, unsigned keep)
{
    memset(t, 0, sizeof *t);
    for (size_t i = 0; i < MERKLE_WIDTH; i++) {
        make_leaf(1000 + i, t->roots[i]);
        if ((i * 2654435761U >> 8) % 100 < keep)
            t->held[i / 8] |= (unsigned char)(1U << i % 8);
    }
}

static void test_trie(void **state)
{
    (void)state;
    static struct merkle_trie t;
    const unsigned keeps[] = {0, 1, 3, 50, 97, 100};
    for (size_t k = 0; k < sizeof keeps / sizeof *keeps; k++) {
        hash want, got;
        fill_trie(&t, keeps[k]);
        int is_held = trie(&t, 0, MERKLE_WIDTH, want);
        assert_int_equal(merkle_trie_root(&t, got), is_held);
        if (is_held)
            assert_memory_equal(want, got, MERKLE_BYTES);
    }
}

/* Every leaf of trees of 1 to 65 leaves: its proof holds, and nothing that is changed in it. */
static void test_proofs(void **state)
{
    (void)state;
    static hash leaves[65];
    for (size_t i = 0; i < 65; i++)
        make_leaf(i, leaves[i]);
    for (size_t n = 1; n <= 65; n++)
        for (size_t at = 0; at < n; at++) {
            struct merkle_proof p;
            hash want;
            merkle_proof_bucket(&p, leaves[0], n, at);
            mth((const hash *)leaves, n, want);
            assert_memory_equal(p.root, want, MERKLE_BYTES);
            assert_memory_equal(p.leaf, leaves[at], MERKLE_BYTES);
            assert_true(merkle_proof_holds(&p));
            assert_true(p.n_steps <= 7);
            p.leaf[at % 32] ^= 1;
            assert_false(merkle_proof_holds(&p));
            p.leaf[at % 32] ^= 1;
            for (size_t s = 0; s < p.n_steps; s++) {
                p.steps[s].hash[31] ^= 128;
                assert_false(merkle_proof_holds(&p));
                p.steps[s].hash[31] ^= 128;
                p.steps[s].is_left = !p.steps[s].is_left;
                assert_false(merkle_proof_holds(&p));
                p.steps[s].is_left = !p.steps[s].is_left;
            }
            assert_true(merkle_proof_holds(&p));
            if (p.n_steps > 0) {
                p.n_steps--;
                assert_false(merkle_proof_holds(&p));
            }
        }
}

static void test_trie_proofs(void **state)
{
    (void)state;
    static struct merkle_trie t;
    const unsigned keeps[] = {1, 3, 50, 100};
    for (size_t k = 0; k < sizeof keeps / sizeof *keeps; k++) {
        hash root;
        fill_trie(&t, keeps[k]);
        bool is_held = merkle_trie_root(&t, root);
        for (size_t i = 0; i < MERKLE_WIDTH; i++) {
            struct merkle_proof p;
            merkle_proof_bucket(&p, t.roots[i], 1, 0);
            if (!merkle_holds(t.held, i)) {
                assert_int_equal(merkle_proof_trie(&p, &t, i), RC_CONFLICT);
                continue;
            }
            assert_true(is_held);
            assert_int_equal(merkle_proof_trie(&p, &t, i), RC_OK);
            assert_memory_equal(p.root, root, MERKLE_BYTES);
            assert_true(merkle_proof_holds(&p));
            assert_int_equal(merkle_proof_trie(&p, &t, i ^ 1), RC_CONFLICT); /* it is not what stands there */
        }
    }
    struct merkle_proof p = {.n_steps = 0};
    assert_int_equal(merkle_proof_trie(&p, &t, MERKLE_WIDTH), RC_CONFLICT);
}

static void test_too_many_steps(void **state)
{
    (void)state;
    struct merkle_proof p = {.n_steps = MERKLE_STEPS_MAX + 1};
    assert_false(merkle_proof_holds(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),      cmocka_unit_test(test_long_codes),
        cmocka_unit_test(test_bucket),       cmocka_unit_test(test_trie),
        cmocka_unit_test(test_proofs),       cmocka_unit_test(test_trie_proofs),
        cmocka_unit_test(test_too_many_steps),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
