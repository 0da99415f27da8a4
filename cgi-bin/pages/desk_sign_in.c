/* Sign in: name, password and code on one form; whatever is wrong, the same page after the same time. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pages/desk_inner.h"
#include "web/password.h"
#include "web/totp.h"

enum { NAME, PASSWORD, CODE, N_FIELDS };
static const char *const fields[N_FIELDS] = {"name", "password", "code"};

/* A form needs a token, and a token a cookie: where there is none, one that is of no session yet. */
static enum rc put_form(struct desk_call *x, const char *problem, const char *name, struct rc_info *e)
{
    if (*x->id.text == '\0') {
        session_new(&x->id);
        desk_set_cookie(x, &x->id);
    }
    desk_begin(x, "/admin/sign-in", "desk.sign_in", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, "name");
    desk_begin_form(x, "/admin/sign-in");
    desk_put_field(x, "name", "desk.name", NULL, "text", name);
    desk_put_field(x, "password", "desk.your_password", NULL, "password", "");
    desk_put_field(x, "code", "desk.code", "desk.code_hint", "code", "");
    desk_end_form(x, "desk.sign_in", false);
    desk_put_text(x, "desk.lost");
    return desk_end(x, e);
}

enum rc desk_sign_in_page(struct desk_call *x, struct rc_info *e)
{
    if (desk_may(x, DESK_SIGNED_IN, NULL))
        return desk_go(x, "/admin/");
    return put_form(x, NULL, "", e);
}

enum rc desk_check_code(struct desk_call *x, const struct office_person *p, const char *code, bool *is_right, const char **how,
                        struct rc_info *e)
{
    unsigned char seed[TOTP_SEED_BYTES], hash[RECOVERY_HASH_BYTES];
    struct rc_info not_one;
    *is_right = false;
    *how = "code";
    if (p->seed_sealed == NULL)
        return RC_OK;
    enum rc rc = totp_open(p->seed_sealed, p->seed_len, x->desk->secret, p->person_id, seed, e);
    if (rc != RC_OK)
        return rc;
    int64_t step = totp_match(seed, code, (int64_t)time(NULL));
    sodium_memzero(seed, sizeof seed);
    if (step > 0)
        return office_take_step(x->db, p->person_id, step, is_right, e);
    if (recovery_hash(code, x->desk->secret, hash, &not_one) != RC_OK)
        return RC_OK;
    *how = "recovery code";
    return office_take_recovery(x->db, p->person_id, hash, is_right, e);
}

/* A new id for whoever is signed in now; the one before it is worth nothing. */
static enum rc begin(struct desk_call *x, const struct office_person *p, const char *how, struct rc_info *e)
{
    unsigned char seed[TOTP_SEED_BYTES], sealed[TOTP_SEALED_BYTES];
    struct session_id fresh;
    bool is_done = true;
    int64_t n_ended = 0;
    session_new(&fresh);
    enum rc rc = x->who.person_id != 0 ? office_end_session(x->db, x->id.hash, "", &n_ended, e) : RC_OK;
    if (rc == RC_OK)
        rc = office_begin_session(x->db, fresh.hash, p->person_id, how, e);
    if (rc == RC_OK && !p->is_enrolled) {
        randombytes_buf(seed, sizeof seed);
        totp_seal(seed, x->desk->secret, p->person_id, sealed);
        sodium_memzero(seed, sizeof seed);
        rc = office_put_seed(x->db, fresh.hash, sealed, sizeof sealed, &is_done, e);
    }
    if (rc != RC_OK)
        return rc;
    desk_set_cookie(x, &fresh);
    return desk_go(x, p->is_enrolled ? "/admin/" : "/admin/enrol");
}

static enum rc refuse(struct desk_call *x, const char *name, const char *why, struct rc_info *e)
{
    enum rc rc = office_note_refusal(x->db, name, why, e);
    x->rs->status = 403;
    return rc == RC_OK ? put_form(x, "desk.not_right", name, e) : rc;
}

static enum rc wait(struct desk_call *x, const char *name, int64_t wait_s, struct rc_info *e)
{
    (void)snprintf(x->wait, sizeof x->wait, "%lld", (long long)wait_s);
    x->rs->status = 429;
    x->rs->retry_after = x->wait;
    return put_form(x, "desk.wait", name, e);
}

/* The password is hashed whether there is such a person or not. Somebody without a second factor signs in half: to set one. */
static enum rc check(struct desk_call *x, const char *const *v, const struct office_try *t, struct rc_info *e)
{
    struct office_person p;
    const char *how = "password, no second factor yet";
    bool is_code_right = false;
    enum rc rc = office_find_person(x->db, v[NAME], x->rq->arena, &p, e);
    if (rc != RC_OK)
        return rc;
    bool is_password_right = strlen(v[PASSWORD]) <= PASSWORD_BYTES_MAX && password_matches(p.password_hash, v[PASSWORD]);
    if (!is_password_right || !p.is_active)
        return refuse(x, v[NAME], !is_password_right ? "name or password" : "disabled", e);
    if (p.is_enrolled)
        rc = desk_check_code(x, &p, v[CODE], &is_code_right, &how, e);
    if (rc == RC_OK && p.is_enrolled && !is_code_right)
        return refuse(x, v[NAME], "code", e);
    if (rc == RC_OK)
        rc = office_forget_tries(x->db, t, e);
    return rc == RC_OK ? begin(x, &p, how, e) : rc;
}

enum rc desk_sign_in(struct desk_call *x, struct rc_info *e)
{
    const char *v[N_FIELDS];
    struct office_try t;
    int64_t wait_s = 0;
    enum rc rc = desk_fields(x, fields, N_FIELDS, v, e);
    if (rc != RC_OK)
        return rc;
    desk_try_of(x, v[NAME], &t);
    rc = office_try(x->db, &t, &wait_s, e);
    if (rc == RC_OK && wait_s > 0)
        return wait(x, v[NAME], wait_s, e);
    return rc == RC_OK ? check(x, v, &t, e) : rc;
}
