/* What the desk's sign-in rests on: passwords, codes, sessions, the chain of the audit log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>
#include <string.h>

#include "store/user_store.h"
#include "web/password.h"
#include "web/session.h"
#include "web/totp.h"

static struct rc_info e;

/* ---- passwords ---- */

static void passwords_that_will_do(void **state)
{
    static const char *const good[] = {"correct horse battery staple", "a steady garden of lanterns 7", "今天天气很好我们一起去公园吧",
                                       "xk7fq2mz9wtb", "83b1c0a9e2f7", "Tr0ub4dor&3 at noon", "li.wei rides a bicycle"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (password_fault(good[i], "li.wei") != NULL)
            fail_msg("\"%s\" is refused: %s", good[i], password_fault(good[i], "li.wei"));
}

static void passwords_that_will_not(void **state)
{
    static const struct {
        const char *password, *fault;
    } bad[] = {{"elevenchars", "short"}, {"今天天气很好啊啊啊啊啊", "short"}, {"password1234", "common"}, {"PASSWORD....", "common"},
               {"P@ssw0rd2014!", "common"}, {"qwertyuiop12", "common"}, {"iloveyou1314", "common"}, {"woaini520520", "common"},
               {"admin.admin.2026", "common"}, {"123456789012", "common"}, {"987654321098", "common"}, {"abababababab", "common"},
               {"abcabcabcabc", "common"}, {"111122223333", "common"}, {"aaaaaaaaaaab", "common"}, {"minyi-survey-2026", "common"},
               {"beijing20081", "common"}, {"li.wei123456", "name"}, {"LiWei_LiWei!", "name"}, {"liwei-password", "name"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fault = password_fault(bad[i].password, "li.wei");
        if (fault == NULL || strcmp(fault, bad[i].fault) != 0)
            fail_msg("\"%s\": %s, not %s", bad[i].password, fault != NULL ? fault : "taken", bad[i].fault);
    }
}

static void lengths_are_characters(void **state)
{
    char long_one[4 * PASSWORD_MAX + 5] = "";
    (void)state;
    for (size_t i = 0; i < PASSWORD_MAX; i++)
        memcpy(long_one + 4 * i, i % 5 == 0 ? "\xf0\x9f\x8c\xb8" : i % 5 == 1 ? "\xf0\x9f\x8d\x83" : i % 5 == 2 ? "\xf0\x9f\x8c\xbe" : i % 5 == 3 ? "\xf0\x9f\x8c\x99" : "\xf0\x9f\x90\x8b", 4);
    assert_null(password_fault(long_one, "x"));
    memcpy(long_one + 4 * PASSWORD_MAX, "a", 2);
    assert_string_equal(password_fault(long_one, "x"), "long");
}

static void a_hash_fits_its_password(void **state)
{
    char one[PASSWORD_HASH_BYTES], two[PASSWORD_HASH_BYTES];
    (void)state;
    assert_int_equal(password_hash("a steady garden", one, &e), RC_OK);
    assert_int_equal(password_hash("a steady garden", two, &e), RC_OK);
    assert_memory_equal(one, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
    assert_string_not_equal(one, two); /* salted */
    assert_true(password_matches(one, "a steady garden"));
    assert_false(password_matches(one, "a steady gardeN"));
    assert_false(password_matches(NULL, "a steady garden"));
    assert_false(password_matches("$argon2id$nonsense", "a steady garden"));
}

/* The hash that stands for nobody must cost what a real one costs: it is a well-formed one of the same settings. */
static void nobody_costs_as_much(void **state)
{
    (void)state;
    assert_int_equal(crypto_pwhash_str_needs_rehash(password_nobody(), 2, 64 << 20), 0);
}

/* ---- codes ---- */

/* RFC 6238 appendix B, SHA-1, the last six of its eight digits. */
static void codes_of_the_rfc(void **state)
{
    static const struct {
        int64_t at;
        const char *code;
    } known[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {2000000000, "279037"}};
    const unsigned char seed[TOTP_SEED_BYTES + 1] = "12345678901234567890";
    (void)state;
    for (size_t i = 1; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(totp_match(seed, known[i].code, known[i].at), known[i].at / 30);
        assert_int_equal(totp_match(seed, known[i].code, known[i].at + 30), known[i].at / 30);
        assert_int_equal(totp_match(seed, known[i].code, known[i].at - 30), known[i].at / 30);
        assert_int_equal(totp_match(seed, known[i].code, known[i].at + 60), 0);
        assert_int_equal(totp_match(seed, known[i].code, known[i].at - 60), 0);
    }
    assert_int_equal(totp_match(seed, " 005 924 ", 1234567890), 1234567890 / 30);
    static const char *const odd[] = {"", "00592", "0059244", "00592a", "005-924", "-05924", "\xef\xbc\x90\xef\xbc\x90" "5924"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(totp_match(seed, odd[i], 1234567890), 0);
}

static void a_seed_is_sealed_to_its_account(void **state)
{
    unsigned char seed[TOTP_SEED_BYTES], again[TOTP_SEED_BYTES], key[TOTP_KEY_BYTES], sealed[TOTP_SEALED_BYTES];
    char text[TOTP_BASE32_BYTES];
    struct buf uri;
    (void)state;
    randombytes_buf(seed, sizeof seed);
    randombytes_buf(key, sizeof key);
    totp_seal(seed, key, 7, sealed);
    assert_int_equal(totp_open(sealed, sizeof sealed, key, 7, again, &e), RC_OK);
    assert_memory_equal(seed, again, sizeof seed);
    assert_int_equal(totp_open(sealed, sizeof sealed, key, 8, again, &e), RC_CRYPTO);
    assert_int_equal(totp_open(sealed, sizeof sealed - 1, key, 7, again, &e), RC_CRYPTO);
    sealed[30] ^= 1;
    assert_int_equal(totp_open(sealed, sizeof sealed, key, 7, again, &e), RC_CRYPTO);
    sealed[30] ^= 1;
    key[0] ^= 1;
    assert_int_equal(totp_open(sealed, sizeof sealed, key, 7, again, &e), RC_CRYPTO);
    assert_int_equal(totp_base32((const unsigned char *)"12345678901234567890", text, &e), RC_OK);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    buf_init(&uri, 1000);
    assert_int_equal(totp_uri((const unsigned char *)"12345678901234567890", "民意", "li.wei", &uri, &e), RC_OK);
    assert_string_equal(uri.p, "otpauth://totp/%E6%B0%91%E6%84%8F:li.wei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%B0%91%E6%84%8F");
    buf_release(&uri);
}

static void recovery_codes_are_read_as_meant(void **state)
{
    char codes[RECOVERY_CODES][RECOVERY_BYTES];
    unsigned char key[TOTP_KEY_BYTES] = {1}, one[RECOVERY_HASH_BYTES], two[RECOVERY_HASH_BYTES];
    (void)state;
    recovery_make(codes);
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        char typed[32] = "  ";
        size_t n = 2;
        for (const char *p = codes[i]; *p != '\0'; p++)
            if (*p != '-')
                typed[n++] = (char)(*p == '0' ? 'o' : *p == '1' ? 'l' : *p >= 'A' ? *p - 'A' + 'a' : *p);
        assert_int_equal(recovery_hash(codes[i], key, one, &e), RC_OK);
        assert_int_equal(recovery_hash(typed, key, two, &e), RC_OK);
        assert_memory_equal(one, two, sizeof one);
        key[1]++;
        assert_int_equal(recovery_hash(codes[i], key, two, &e), RC_OK);
        assert_memory_not_equal(one, two, sizeof one);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(codes[i], codes[k]);
    }
    static const char *const odd[] = {"", "ABCDE-FGHJ", "ABCDE-FGHJKM", "ABCDE-FGHJU", "ABCDE/FGHJK", "\xef\xbc\xa1" "BCDE-FGHJ"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(recovery_hash(odd[i], key, one, &e), RC_INPUT);
}

/* ---- sessions ---- */

static void a_session_goes_by_its_cookie(void **state)
{
    struct session_id one, two, back;
    struct request rq = {.cookies = ""};
    char set[SESSION_COOKIE_BYTES], sent[SESSION_COOKIE_BYTES];
    (void)state;
    session_new(&one);
    session_new(&two);
    assert_string_not_equal(one.text, two.text);
    assert_memory_not_equal(one.hash, two.hash, sizeof one.hash);
    assert_string_not_equal(one.text, one.form_token);
    session_cookie(&one, true, set);
    assert_memory_equal(set, "__Host-desk=", 12);
    assert_non_null(strstr(set, "; Path=/; HttpOnly; SameSite=Lax; Secure"));
    assert_null(strstr(set, "Domain"));
    memcpy(sent, set, strcspn(set, ";"));
    sent[strcspn(set, ";")] = '\0';
    rq.cookies = sent;
    assert_true(session_read(&rq, true, &back));
    assert_memory_equal(back.hash, one.hash, sizeof one.hash);
    assert_false(session_read(&rq, false, &back)); /* another name without TLS */
    assert_true(session_is_form_token(&one, one.form_token));
    assert_false(session_is_form_token(&one, two.form_token));
    assert_false(session_is_form_token(&one, NULL));
    assert_false(session_is_form_token(&one, ""));
    session_cookie(NULL, true, set);
    assert_non_null(strstr(set, "Max-Age=0"));
}

static void what_is_no_session(void **state)
{
    static const char *const odd[] = {"", "desk=", "desk=0123", "desk=00112233445566778899aabbccddeeffa", "desk=00112233445566778899aabbccddeefg",
                                      "Desk=00112233445566778899aabbccddeeff", "desk=0011223344556677 899aabbccddeeff"};
    struct session_id id;
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct request rq = {.cookies = odd[i]};
        assert_false(session_read(&rq, false, &id));
        assert_string_equal(id.text, "");
        assert_false(session_is_form_token(&id, id.form_token));
    }
}

/* ---- routes with a part ---- */

static void parts_of_a_path(void **state)
{
    const char *part = NULL;
    size_t len = 0;
    (void)state;
    assert_true(web_path_fits("/admin/surveys/%/state", "/admin/surveys/hall/state", &part, &len));
    assert_int_equal(len, 4);
    assert_memory_equal(part, "hall", 4);
    assert_false(web_path_fits("/admin/surveys/%/state", "/admin/surveys//state", NULL, NULL));
    assert_false(web_path_fits("/admin/surveys/%/state", "/admin/surveys/a/b/state", NULL, NULL));
    assert_false(web_path_fits("/admin/surveys/%", "/admin/surveys/", NULL, NULL));
    assert_false(web_path_fits("/admin/surveys/%", "/admin/surveys/a/", NULL, NULL));
    assert_true(web_path_fits("/admin/*", "/admin/a/b", NULL, NULL));
    assert_false(web_path_fits("/admin/*", "/admin/", NULL, NULL));
    assert_true(web_path_fits("/a", "/a", &part, &len));
    assert_int_equal(len, 0);
}

/* ---- the chain ---- */

/* Computed with the words of sql/fn_office.sql by another program (sha256sum). */
static void the_chain_is_as_documented(void **state)
{
    static const char wanted[] = "66b465f2ad89043745b95e284a4be6da9a9f8d7011a58ea8a6dcbec56501a086";
    unsigned char before[AUDIT_HASH_BYTES] = {0}, out[AUDIT_HASH_BYTES];
    char hex[2 * AUDIT_HASH_BYTES + 1];
    struct audit_entry x = {1, "2026-11-22T20:15:01.123456Z", "li.wei", "signed_in", "", "\xe7\xa0\x81", NULL};
    (void)state;
    audit_chain(before, &x, out);
    (void)sodium_bin2hex(hex, sizeof hex, out, sizeof out);
    assert_string_equal(hex, wanted);
    x.who = "li.we";
    x.event = "isigned_in"; /* the lengths keep fields apart */
    audit_chain(before, &x, before);
    assert_memory_not_equal(before, out, sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_that_will_do), cmocka_unit_test(passwords_that_will_not), cmocka_unit_test(lengths_are_characters),
        cmocka_unit_test(a_hash_fits_its_password), cmocka_unit_test(nobody_costs_as_much), cmocka_unit_test(codes_of_the_rfc),
        cmocka_unit_test(a_seed_is_sealed_to_its_account), cmocka_unit_test(recovery_codes_are_read_as_meant),
        cmocka_unit_test(a_session_goes_by_its_cookie), cmocka_unit_test(what_is_no_session), cmocka_unit_test(parts_of_a_path),
        cmocka_unit_test(the_chain_is_as_documented),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
