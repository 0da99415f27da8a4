#include "web/session.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char *cookie_name(bool is_tls)
{
    return is_tls ? "__Host-desk" : "desk";
}

/* Hash and token follow from the id, each under a name of its own. */
static void derive(const unsigned char id[SESSION_BYTES], struct session_id *out)
{
    static const unsigned char for_store[] = "minyi desk session", for_forms[] = "minyi desk forms";
    unsigned char token[SESSION_BYTES];
    (void)crypto_generichash(out->hash, SESSION_HASH_BYTES, for_store, sizeof for_store, id, SESSION_BYTES);
    (void)crypto_generichash(token, sizeof token, for_forms, sizeof for_forms, id, SESSION_BYTES);
    (void)sodium_bin2hex(out->text, sizeof out->text, id, SESSION_BYTES);
    (void)sodium_bin2hex(out->form_token, sizeof out->form_token, token, sizeof token);
}

void session_new(struct session_id *out)
{
    unsigned char id[SESSION_BYTES];
    randombytes_buf(id, sizeof id);
    derive(id, out);
    sodium_memzero(id, sizeof id);
}

bool session_read(const struct request *rq, bool is_tls, struct session_id *out)
{
    unsigned char id[SESSION_BYTES];
    size_t len = 0, n = 0;
    const char *p = web_cookie(rq->cookies, cookie_name(is_tls), &len), *end = NULL;
    *out = (struct session_id){.text = ""};
    if (p == NULL || len != SESSION_TEXT - 1 || sodium_hex2bin(id, sizeof id, p, len, NULL, &n, &end) != 0 || n != sizeof id)
        return false;
    derive(id, out);
    return true;
}

void session_cookie(const struct session_id *id, bool is_tls, char out[SESSION_COOKIE_BYTES])
{
    (void)snprintf(out, SESSION_COOKIE_BYTES, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s", cookie_name(is_tls),
                   id != NULL ? id->text : "", is_tls ? "; Secure" : "", id != NULL ? "" : "; Max-Age=0");
}

bool session_is_form_token(const struct session_id *id, const char *token)
{
    return token != NULL && *id->text != '\0' && strlen(token) == SESSION_TEXT - 1 &&
           sodium_memcmp(token, id->form_token, SESSION_TEXT - 1) == 0;
}
