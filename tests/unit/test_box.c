/* box: ballot key, token, batch, keyring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box/batch.h"
#include "box/key.h"
#include "box/keyring.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void every_single_error_and_swap_is_found(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct ballot_key k, got;
        key_make(&k);
        assert_int_equal(key_parse(k.c, KEY_CHARS, &got), RC_OK);
        assert_string_equal(got.c, k.c);
        for (int i = 0; i < KEY_CHARS; i++) {
            for (const char *c = alphabet; *c; c++) {
                struct ballot_key wrong = k;
                wrong.c[i] = *c;
                if (*c != k.c[i])
                    assert_int_equal(key_parse(wrong.c, KEY_CHARS, &got), RC_CONFLICT);
            }
            for (int j = i + 1; j < KEY_CHARS; j++) {
                struct ballot_key wrong = k;
                wrong.c[i] = k.c[j];
                wrong.c[j] = k.c[i];
                if (k.c[i] != k.c[j])
                    assert_int_equal(key_parse(wrong.c, KEY_CHARS, &got), RC_CONFLICT);
            }
        }
    }
}

static void keys_are_read_as_people_type_them(void **state)
{
    (void)state;
    struct ballot_key k, got;
    char shown[20], typed[64];
    key_derive(&k, "s", "row 1", 5);
    key_show(&k, shown);
    assert_int_equal(strlen(shown), 19);
    size_t n = 0;
    for (const char *c = shown; *c; c++) {
        char low = *c == '0' ? 'o' : *c == '1' ? 'l' : (char)(*c | ((*c >= 'A' && *c <= 'Z') ? 0x20 : 0));
        typed[n++] = low;
        typed[n++] = ' ';
    }
    assert_int_equal(key_parse(typed, n, &got), RC_OK);
    assert_string_equal(got.c, k.c);
    assert_int_equal(key_parse(k.c, 15, &got), RC_INPUT);
    assert_int_equal(key_parse("", 0, &got), RC_INPUT);
    assert_int_equal(key_parse("0000000000000000000000", 22, &got), RC_INPUT);
    assert_int_equal(key_parse("U000000000000000", 16, &got), RC_INPUT);
    assert_int_equal(key_parse("0000\0" "00000000000", 16, &got), RC_INPUT);
    struct ballot_key again, other;
    key_derive(&again, "s", "row 1", 5);
    key_derive(&other, "s", "row 2", 5);
    assert_string_equal(again.c, k.c);
    assert_string_not_equal(other.c, k.c);
}

static void the_two_hashes_do_not_relate(void **state)
{
    (void)state;
    struct ballot_key k;
    unsigned char box[KEY_HASH_BYTES], record[KEY_HASH_BYTES];
    key_make(&k);
    key_box_hash(&k, box);
    key_record_hash(&k, record);
    assert_memory_not_equal(box, record, KEY_HASH_BYTES);
}

static void tokens_are_bound_and_signed(void **state)
{
    (void)state;
    unsigned char secret[KEY_SECRET_BYTES] = {1}, other[KEY_SECRET_BYTES] = {2};
    struct key_token t = {.is_sent = false, .issued_at = 1700000041}, got;
    key_make(&t.key);
    char text[KEY_TOKEN_MAX];
    key_token_write(&t, "a", secret, text);
    size_t len = strlen(text);
    assert_int_equal(key_token_read(text, len, "a", secret, &got), RC_OK);
    assert_string_equal(got.key.c, t.key.c);
    assert_true(got.issued_at == 1700000041 && !got.is_sent);
    assert_int_equal(key_token_read(text, len, "b", secret, &got), RC_INPUT);
    assert_int_equal(key_token_read(text, len, "a", other, &got), RC_INPUT);
    t.issued_at = 1; /* a clock that was never set */
    key_token_write(&t, "a", secret, text);
    assert_int_equal(key_token_read(text, strlen(text), "a", secret, &got), RC_OK);
    assert_true(got.issued_at == 1000000000);
    t.issued_at = 1700000041;
    key_token_write(&t, "a", secret, text);
    for (size_t i = 0; i < len; i++) { /* any changed byte */
        char bad[KEY_TOKEN_MAX];
        memcpy(bad, text, len + 1);
        bad[i] = bad[i] == 's' ? 'n' : 's';
        assert_int_equal(key_token_read(bad, len, "a", secret, &got), RC_INPUT);
    }
    for (size_t n = 0; n < len; n++) { /* any cut */
        char *cut = malloc(n ? n : 1);
        assert_non_null(cut);
        memcpy(cut, text, n);
        assert_int_equal(key_token_read(cut, n, "a", secret, &got), RC_INPUT);
        free(cut);
    }
}

static struct batch_ballot ballots[3];
static const struct batch_comment comments[2] = {{7, "你好", 6}, {9, "", 0}};
static const struct batch sample = {42, 43, 3, ballots};

static void fill(void)
{
    static const unsigned char codes[3][4] = {{1, 2, 3, 4}, {5}, {0}};
    for (size_t i = 0; i < 3; i++) {
        ballots[i] = (struct batch_ballot){.codes = codes[i], .codes_len = i == 0 ? 4 : 1};
        memset(ballots[i].record_hash, (int)i + 1, KEY_HASH_BYTES);
    }
    ballots[1].comments = comments;
    ballots[1].n_comments = 2;
}

static void a_batch_opens_with_its_key_alone(void **state)
{
    (void)state;
    unsigned char pk[32], sk[32], pk2[32], sk2[32];
    struct rc_info e = {0};
    struct arena a;
    struct buf sealed;
    struct batch got;
    fill();
    arena_init(&a, 1 << 20);
    buf_init(&sealed, 1 << 20);
    assert_int_equal(crypto_box_keypair(pk, sk), 0);
    assert_int_equal(crypto_box_keypair(pk2, sk2), 0);
    assert_int_equal(batch_seal(&sample, pk, &sealed, &e), RC_OK);
    unsigned char *bytes = (unsigned char *)sealed.p;
    assert_int_equal(batch_open(bytes, sealed.len, pk2, sk2, &a, &got, &e), RC_CRYPTO);
    assert_int_equal(batch_open(bytes, sealed.len, pk, sk, &a, &got, &e), RC_OK);
    assert_true(got.survey_id == 42 && got.version_id == 43 && got.n == 3);
    assert_memory_equal(got.ballots[0].codes, "\1\2\3\4", 4);
    assert_int_equal(got.ballots[1].n_comments, 2);
    assert_memory_equal(got.ballots[1].comments[0].text, "你好", 6);
    assert_int_equal(got.ballots[2].record_hash[15], 3);
    for (size_t i = 0; i < sealed.len; i += 7) { /* any flipped bit */
        bytes[i] ^= 1;
        assert_int_equal(batch_open(bytes, sealed.len, pk, sk, &a, &got, &e), RC_CRYPTO);
        bytes[i] ^= 1;
        arena_reset(&a);
    }
    buf_release(&sealed);
    arena_release(&a);
}

static void no_cut_of_a_batch_is_read(void **state)
{
    (void)state;
    /* magic, survey, version, n = 1, hash, codes_len 1, code, n_comments 1, node, len 2, "ab" */
    static const unsigned char plain[] = "MYB1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\1"
                                         "hhhhhhhhhhhhhhhh\0\1\7\1\0\3\0\2ab";
    size_t len = sizeof plain - 1;
    struct rc_info e = {0};
    struct arena a;
    struct batch got;
    arena_init(&a, 1 << 20);
    assert_int_equal(batch_unpack(plain, len, &a, &got, &e), RC_OK);
    assert_int_equal(got.ballots[0].comments[0].node, 3);
    for (size_t n = 0; n < len; n++) {
        unsigned char *cut = malloc(n ? n : 1);
        assert_non_null(cut);
        memcpy(cut, plain, n);
        assert_int_equal(batch_unpack(cut, n, &a, &got, &e), RC_INPUT);
        free(cut);
    }
    unsigned char longer[sizeof plain] = {0};
    memcpy(longer, plain, len);
    assert_int_equal(batch_unpack(longer, len + 1, &a, &got, &e), RC_INPUT);
    longer[20] = 0xff; /* n = 4278190081 */
    assert_int_equal(batch_unpack(longer, len, &a, &got, &e), RC_INPUT);
    for (long nth = 1; nth < 4; nth++) { /* memory fails at each allocation */
        a.fail_after = nth;
        enum rc rc = batch_unpack(plain, len, &a, &got, &e);
        assert_int_equal(rc, nth < 3 ? RC_NOMEM : RC_OK);
    }
    arena_release(&a);
}

static void seal_refuses_what_is_over_a_limit(void **state)
{
    (void)state;
    unsigned char pk[32], sk[32];
    struct rc_info e = {0};
    struct buf out;
    buf_init(&out, 100);
    assert_int_equal(crypto_box_keypair(pk, sk), 0);
    fill();
    struct batch b = sample;
    b.n = 0;
    assert_int_equal(batch_seal(&b, pk, &out, &e), RC_INPUT);
    b.n = BATCH_BALLOTS_MAX + 1;
    assert_int_equal(batch_seal(&b, pk, &out, &e), RC_INPUT);
    b.n = 3;
    ballots[0].n_comments = BATCH_COMMENTS_MAX + 1;
    assert_int_equal(batch_seal(&b, pk, &out, &e), RC_INPUT);
    fill();
    assert_int_equal(batch_seal(&b, pk, &out, &e), RC_NOMEM); /* 100 bytes of room */
    buf_release(&out);
}

static void the_shuffle_is_fair(void **state)
{
    (void)state;
    int first[3] = {0};
    for (int round = 0; round < 6000; round++) {
        fill();
        batch_shuffle(ballots, 3);
        first[ballots[0].record_hash[0] - 1]++;
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(first[i], 1750, 2250); /* 2000 expected, sd 37 */
}

static void a_lost_keyring_comes_back_from_escrow(void **state)
{
    (void)state;
    char dir[] = "/tmp/minyi-keyring-XXXXXX", command[100];
    assert_non_null(mkdtemp(dir));
    unsigned char rpk[32], rsk[32], pk[32], sk[32], again[32], escrow[KEYRING_ESCROW_BYTES];
    struct rc_info e = {0};
    assert_int_equal(crypto_box_keypair(rpk, rsk), 0);
    assert_int_equal(keyring_make(dir, 5, rpk, pk, escrow, &e), RC_OK);
    assert_int_equal(keyring_make(dir, 5, rpk, pk, escrow, &e), RC_CONFLICT);
    assert_int_equal(keyring_load(dir, 5, sk, &e), RC_OK);
    assert_int_equal(keyring_load(dir, 6, again, &e), RC_NOTFOUND);
    assert_int_equal(keyring_destroy(dir, 5, &e), RC_OK);
    assert_int_equal(keyring_destroy(dir, 5, &e), RC_OK);
    assert_int_equal(keyring_load(dir, 5, again, &e), RC_NOTFOUND);
    assert_int_equal(keyring_restore(dir, 5, escrow, sizeof escrow, rpk, rsk, &e), RC_CRYPTO); /* not its pk */
    rsk[3] ^= 1;
    assert_int_equal(keyring_restore(dir, 5, escrow, sizeof escrow, pk, rsk, &e), RC_CRYPTO);
    rsk[3] ^= 1;
    assert_int_equal(keyring_restore(dir, 5, escrow, 3, pk, rsk, &e), RC_CRYPTO);
    assert_int_equal(keyring_restore(dir, 5, escrow, sizeof escrow, pk, rsk, &e), RC_OK);
    assert_int_equal(keyring_load(dir, 5, again, &e), RC_OK);
    assert_memory_equal(sk, again, 32);
    (void)snprintf(command, sizeof command, "test \"$(stat -c %%a %s/5.key)\" = 600 && rm -r %s", dir, dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_single_error_and_swap_is_found),
        cmocka_unit_test(keys_are_read_as_people_type_them),
        cmocka_unit_test(the_two_hashes_do_not_relate),
        cmocka_unit_test(tokens_are_bound_and_signed),
        cmocka_unit_test(a_batch_opens_with_its_key_alone),
        cmocka_unit_test(no_cut_of_a_batch_is_read),
        cmocka_unit_test(seal_refuses_what_is_over_a_limit),
        cmocka_unit_test(the_shuffle_is_fair),
        cmocka_unit_test(a_lost_keyring_comes_back_from_escrow),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("box", tests, NULL, NULL);
}
