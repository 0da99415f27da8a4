/* Proofs as files: what is made holds, what is damaged is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "box/proof.h"

#define H64 "0707070707070707070707070707070707070707070707070707070707070707"
#define H16 "01010101010101010101010101010101"

/* A bucket of three leaves in a part of two buckets in a tree of two parts. */
struct house {
    unsigned char leaves[3 * 32], part_roots[64], top_roots[64], root[32], record_hash[16], salt[16];
    struct stored_receipt r;
};

static void build(struct house *x)
{
    static const unsigned char codes[] = {2, 3, 1};
    struct merkle_bucket b = {0};
    *x = (struct house){.record_hash = {0xab, 0x05, 9}, .salt = {1}};
    memset(x->leaves, 5, sizeof x->leaves);
    merkle_leaf(x->salt, x->record_hash, codes, sizeof codes, x->leaves + 32);
    for (size_t i = 0; i < 3; i++)
        merkle_bucket_add(&b, x->leaves + 32 * i);
    memset(x->part_roots, 6, 64);
    merkle_bucket_root(&b, x->part_roots); /* places 5 and 200 */
    memset(x->top_roots, 7, 64);
    merkle_node(x->part_roots, x->part_roots + 32, x->top_roots + 32); /* parts 3 and 0xab */
    merkle_node(x->top_roots, x->top_roots + 32, x->root);
    x->r = (struct stored_receipt){.state = RECEIPT_COUNTED, .codes = codes, .codes_len = sizeof codes,
                                   .salt = x->salt, .n_leaves = 3, .n_before = 1, .leaves = x->leaves,
                                   .part = {.held = {1 << 5}, .n = 2, .roots = x->part_roots},
                                   .top = {.held = {1 << 3}, .n = 2, .roots = x->top_roots}, .root = x->root};
    x->r.part.held[200 / 8] |= 1U << 200 % 8;
    x->r.top.held[0xab / 8] |= 1U << 0xab % 8;
}

static void test_made(void **state)
{
    (void)state;
    struct house x;
    static struct proof_file p, again;
    struct buf json;
    struct rc_info e;
    build(&x);
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_OK);
    assert_int_equal(p.proof.n_steps, 4);
    assert_int_equal(proof_check(&p, &e), RC_OK);
    buf_init(&json, PROOF_BYTES_MAX);
    assert_int_equal(proof_write(&p, &json, &e), RC_OK);
    assert_int_equal(proof_read(json.p, json.len, &again, &e), RC_OK);
    assert_memory_equal(&p, &again, sizeof p);
    again.codes[0] ^= 1;
    assert_int_equal(proof_check(&again, &e), RC_CONFLICT);
    assert_non_null(strstr(e.msg, "answers"));
    again = p;
    again.proof.root[0] ^= 1;
    assert_int_equal(proof_check(&again, &e), RC_CONFLICT);
    assert_non_null(strstr(e.msg, "path"));
    buf_release(&json);
}

static void test_without_answers(void **state)
{
    (void)state;
    struct house x;
    static struct proof_file p;
    struct buf json;
    struct rc_info e;
    build(&x);
    x.r.codes = NULL;
    x.r.salt = NULL;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_OK);
    assert_false(p.has_answers);
    buf_init(&json, PROOF_BYTES_MAX);
    assert_int_equal(proof_write(&p, &json, &e), RC_OK);
    assert_null(strstr(json.p, "salt"));
    assert_null(strstr(json.p, "codes"));
    assert_null(strstr(json.p, "record_hash"));
    buf_release(&json);
}

/* The stored tree is not that of the responses: no proof rather than a wrong one. */
static void test_not_of_the_tree(void **state)
{
    (void)state;
    struct house x;
    static struct proof_file p;
    build(&x);
    x.leaves[0] ^= 1;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_NOTFOUND);
    build(&x);
    x.root[0] ^= 1;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_NOTFOUND);
    build(&x);
    x.top_roots[40] ^= 1;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_NOTFOUND);
    build(&x);
    x.r.root = NULL;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_NOTFOUND);
    build(&x);
    x.r.n_before = 3;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_NOTFOUND);
    build(&x);
    x.r.n_leaves = 0;
    assert_int_equal(proof_make(&x.r, x.record_hash, "s-1", &p), RC_NOTFOUND);
}

struct row {
    const char *name, *json, *why;
};
static const struct row rows[] = {
    {"not JSON", "{", "not JSON"},
    {"a list", "[]", "survey"},
    {"no survey", "{\"leaf\":\"" H64 "\"}", "survey"},
    {"not a slug", "{\"survey\":\"../x\"}", "survey"},
    {"no leaf", "{\"survey\":\"s\"}", "\"leaf\""},
    {"a short leaf", "{\"survey\":\"s\",\"leaf\":\"07\"}", "\"leaf\""},
    {"half a byte", "{\"survey\":\"s\",\"leaf\":\"" H64 "0\"}", "\"leaf\""},
    {"not hex", "{\"survey\":\"s\",\"leaf\":\"x" H64 "\"}", "\"leaf\""},
    {"a number", "{\"survey\":\"s\",\"leaf\":7}", "\"leaf\""},
    {"no root", "{\"survey\":\"s\",\"leaf\":\"" H64 "\"}", "\"root\""},
    {"no path", "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\"}", "\"path\""},
    {"no side", "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\",\"path\":[{\"hash\":\"" H64 "\"}]}", "side"},
    {"a wrong side",
     "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\",\"path\":[{\"side\":\"up\",\"hash\":\"" H64 "\"}]}", "side"},
    {"no hash", "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\",\"path\":[{\"side\":\"left\"}]}", "\"hash\""},
    {"answers without salt",
     "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\",\"path\":[],\"codes\":\"02\"}", "\"salt\""},
    {"answers without hash",
     "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\",\"path\":[],\"codes\":\"02\",\"salt\":\"" H16 "\"}",
     "\"record_hash\""},
    {"a key twice", "{\"survey\":\"s\",\"survey\":\"t\"}", "duplicate"},
};

static void test_refused(void **state)
{
    const struct row *r = *state;
    static struct proof_file p;
    struct rc_info e = {0};
    assert_int_equal(proof_read(r->json, strlen(r->json), &p, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, r->why));
}

static void test_too_long(void **state)
{
    (void)state;
    static struct proof_file p;
    static char text[PROOF_BYTES_MAX + 1];
    struct rc_info e;
    assert_int_equal(proof_read(text, sizeof text, &p, &e), RC_TOOBIG);
}

static void test_too_many_steps(void **state)
{
    (void)state;
    static struct proof_file p;
    struct buf json;
    struct rc_info e = {0};
    buf_init(&json, PROOF_BYTES_MAX);
    buf_puts(&json, "{\"survey\":\"s\",\"leaf\":\"" H64 "\",\"root\":\"" H64 "\",\"path\":[");
    for (int i = 0; i <= MERKLE_STEPS_MAX; i++)
        buf_printf(&json, "%s{\"side\":\"left\",\"hash\":\"" H64 "\"}", i == 0 ? "" : ",");
    buf_puts(&json, "]}");
    assert_int_equal(proof_read(json.p, json.len, &p, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, "path"));
    buf_release(&json);
}

int main(void)
{
    enum { N = sizeof rows / sizeof *rows };
    struct CMUnitTest tests[N + 5] = {
        cmocka_unit_test(test_made), cmocka_unit_test(test_without_answers), cmocka_unit_test(test_not_of_the_tree),
        cmocka_unit_test(test_too_long), cmocka_unit_test(test_too_many_steps),
    };
    for (size_t i = 0; i < N; i++)
        tests[5 + i] = (struct CMUnitTest){rows[i].name, test_refused, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
