/* session: the cookie of somebody at the desk, and the token in each of its forms.  Layer: web (uses base, libsodium). */
#ifndef MINYI_WEB_SESSION_H
#define MINYI_WEB_SESSION_H

#include <stdbool.h>

#include "web/web.h"

enum {
    SESSION_BYTES = 16,      /* 128 random bits */
    SESSION_HASH_BYTES = 32, /* stored instead of them */
    SESSION_TEXT = 2 * SESSION_BYTES + 1,
    SESSION_COOKIE_BYTES = 160
};

struct session_id {
    char text[SESSION_TEXT];                /* hex, for the cookie; "" where there is none */
    unsigned char hash[SESSION_HASH_BYTES]; /* for the store */
    char form_token[SESSION_TEXT];          /* for forms: follows from the id, and says nothing about it */
};

void session_new(struct session_id *out);

/* The id in the request's cookie; false, and an empty id: none, or not one. Where the site is served over https
 * (is_tls) the cookie is called "__Host-desk", else "desk". */
bool session_read(const struct request *rq, bool is_tls, struct session_id *out);

/* The value of Set-Cookie; `id` NULL takes it away. */
void session_cookie(const struct session_id *id, bool is_tls, char out[SESSION_COOKIE_BYTES]);

/* Is `token` (NULL: none) that of the forms of this session? */
bool session_is_form_token(const struct session_id *id, const char *token);

#endif
