/* What a stranger may send to the desk's sign-in: cookie, form token, code, recovery code, password, path. */
#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/password.h"
#include "web/session.h"
#include "web/totp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[TOTP_KEY_BYTES] = {7}, seed[TOTP_SEED_BYTES] = {9};
    unsigned char hash[RECOVERY_HASH_BYTES], opened[TOTP_SEED_BYTES];
    struct rc_info e = {0};
    struct session_id id;
    const char *part = NULL;
    size_t part_len = 0;
    if (sodium_init() < 0)
        return 0;
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct request rq = {.cookies = text};
    for (int is_tls = 0; is_tls < 2; is_tls++)
        if (session_read(&rq, is_tls != 0, &id)) {
            assert(strlen(id.text) == SESSION_TEXT - 1 && strstr(text, "desk=") != NULL);
            assert(session_is_form_token(&id, id.form_token));
        }
    session_new(&id);
    assert(!session_is_form_token(&id, text)); /* of 128 random bits */
    int64_t step = totp_match(seed, text, 1700000000);
    assert(step == 0 || (step >= 1700000000 / 30 - 1 && step <= 1700000000 / 30 + 1));
    if (recovery_hash(text, key, hash, &e) == RC_OK)
        assert(strlen(text) >= 10);
    assert(totp_open(data, size, key, 1, opened, &e) != RC_OK);
    if (strlen(text) <= PASSWORD_BYTES_MAX + 8)
        (void)password_fault(text, "li.wei");
    if (web_path_fits("/admin/surveys/%/export", text, &part, &part_len))
        assert(part >= text && part + part_len <= text + size && part_len > 0 && memchr(part, '/', part_len) == NULL);
    free(text);
    return 0;
}
