/* The ballot key on its way: a signed cookie, or a signed field where cookies are off. */
#include <string.h>
#include <time.h>

#include "pages/survey.h"

enum { DAY_S = 86400, SLUG_MAX = 64 };

static void cookie_name(const char *slug, char out[SLUG_MAX + 8])
{
    memcpy(out, "minyi_", 6);
    size_t n = 0;
    for (; n < SLUG_MAX && slug[n] != '\0'; n++)
        out[6 + n] = slug[n] == '-' ? '_' : slug[n];
    out[6 + n] = '\0';
}

/* A key from the future (the clock was set back, or it is forged by nobody: it is signed) is stale
 * too once it is a day off: its age cannot be told. */
static enum key_state judge(const struct survey_site *site, const struct survey *s, const char *p, size_t len,
                            struct key_token *out)
{
    if (key_token_read(p, len, s->slug, site->secret, out) != RC_OK)
        return KEY_BAD;
    if (out->is_sent)
        return KEY_SENT;
    int64_t age_s = (int64_t)time(NULL) - out->issued_at;
    return age_s > site->cookie_days * DAY_S || age_s < -DAY_S ? KEY_STALE : KEY_UNSENT;
}

enum key_state survey_key_cookie(const struct survey_site *site, const struct survey *s, const struct request *rq,
                                 struct key_token *out)
{
    char name[SLUG_MAX + 8];
    size_t len = 0;
    cookie_name(s->slug, name);
    const char *p = web_cookie(rq->cookies, name, &len);
    return p == NULL ? KEY_NONE : judge(site, s, p, len, out);
}

enum key_state survey_key_field(const struct survey_site *site, const struct survey *s, const char *token,
                                struct key_token *out)
{
    return token == NULL ? KEY_NONE : judge(site, s, token, strlen(token), out);
}

void survey_key_fresh(struct key_token *out)
{
    *out = (struct key_token){.issued_at = (int64_t)time(NULL)};
    key_make(&out->key);
}

void survey_key_late(struct key_token *out)
{
    survey_key_fresh(out);
    out->issued_at -= FORM_FAST_MAX;
}

bool survey_key_is_fast(const struct key_token *t, const struct form *f)
{
    int64_t age_s = (int64_t)time(NULL) - t->issued_at;
    return age_s >= 0 && age_s < f->fast_seconds;
}

const char *survey_key_set_cookie(const struct survey_site *site, const struct survey *s,
                                  const struct key_token *t, struct arena *a)
{
    char name[SLUG_MAX + 8], token[KEY_TOKEN_MAX];
    cookie_name(s->slug, name);
    key_token_write(t, s->slug, site->secret, token);
    return arena_printf(a, "%s=%s; Path=/survey/%s; Max-Age=%lld; HttpOnly; SameSite=Lax%s", name, token,
                        s->slug, (long long)site->cookie_days * DAY_S, site->is_tls ? "; Secure" : "");
}
