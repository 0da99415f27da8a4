/* The second factor: set up once, asked for again before what matters. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pages/desk_inner.h"
#include "report/qr.h"
#include "web/totp.h"

static const char *const code_field[] = {"code"};

/* The person of the session with the seed. */
static enum rc find_self(struct desk_call *x, struct office_person *p, struct rc_info *e)
{
    enum rc rc = office_find_person(x->db, x->who.name, x->rq->arena, p, e);
    return rc == RC_OK && p->person_id != x->who.person_id ? rc_set(e, RC_GONE, "the account is gone") : rc;
}

/* ---- enrolment ---- */

static enum rc put_seed(struct desk_call *x, const unsigned char seed[TOTP_SEED_BYTES], struct rc_info *e)
{
    char text[TOTP_BASE32_BYTES];
    struct buf uri;
    buf_init(&uri, QR_TEXT_MAX);
    enum rc rc = totp_base32(seed, text, e);
    if (rc == RC_OK)
        rc = totp_uri(seed, desk_text(x, "frame.site"), x->who.name, &uri, e);
    if (rc == RC_OK) {
        html_lit(&x->w, "<div class=\"receipt\">\n<div>\n");
        desk_put_text(x, "desk.enrol_seed");
        html_lit(&x->w, "<p class=\"code\" translate=\"no\" dir=\"ltr\">");
        for (size_t i = 0; text[i] != '\0'; i += 4) {
            html_text_n(&x->w, text + i, 4);
            html_lit(&x->w, " ");
        }
        html_lit(&x->w, "</p>\n</div>\n<div class=\"qr\">");
        rc = qr_svg(&x->rs->body, uri.p, desk_text(x, "desk.enrol_qr"), e);
        html_lit(&x->w, "</div>\n</div>\n");
    }
    if (uri.p != NULL)
        sodium_memzero(uri.p, uri.len);
    buf_release(&uri);
    sodium_memzero(text, sizeof text);
    return rc;
}

static enum rc put_enrol(struct desk_call *x, const struct office_person *p, const char *problem, struct rc_info *e)
{
    unsigned char seed[TOTP_SEED_BYTES];
    if (p->seed_sealed == NULL)
        return desk_go(x, "/admin/sign-in");
    enum rc rc = totp_open(p->seed_sealed, p->seed_len, x->desk->secret, p->person_id, seed, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/enrol", "desk.enrol", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, "code");
    desk_put_text(x, "desk.enrol_text");
    rc = put_seed(x, seed, e);
    sodium_memzero(seed, sizeof seed);
    desk_begin_form(x, "/admin/enrol");
    desk_put_field(x, "code", "desk.code", "desk.enrol_code_hint", "code", "");
    desk_end_form(x, "desk.enrol_button", false);
    return rc == RC_OK ? desk_end(x, e) : rc;
}

enum rc desk_enrol_page(struct desk_call *x, struct rc_info *e)
{
    struct office_person p;
    if (x->who.is_enrolled)
        return desk_go(x, "/admin/");
    enum rc rc = find_self(x, &p, e);
    return rc == RC_OK ? put_enrol(x, &p, NULL, e) : rc;
}

/* Shown once, never again: only their hashes are kept. */
static enum rc put_codes(struct desk_call *x, char codes[RECOVERY_CODES][RECOVERY_BYTES], struct rc_info *e)
{
    desk_begin(x, NULL, "desk.recovery", NULL, false);
    desk_put_text(x, "desk.recovery_text");
    html_lit(&x->w, "<ul class=\"codes\" translate=\"no\" dir=\"ltr\">\n");
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        html_lit(&x->w, "<li class=\"code\">");
        html_text(&x->w, codes[i]);
        html_lit(&x->w, "</li>\n");
    }
    html_lit(&x->w, "</ul>\n<p><a class=\"button\" href=\"");
    desk_put_href(x, "/admin/");
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, "desk.recovery_done"));
    html_lit(&x->w, "</a></p>\n");
    return desk_end(x, e);
}

/* A new id for the session that may do more from now on. */
static enum rc renew(struct desk_call *x, struct rc_info *e)
{
    struct session_id fresh;
    bool is_done = false;
    session_new(&fresh);
    enum rc rc = office_renew_session(x->db, x->id.hash, fresh.hash, &is_done, e);
    if (rc == RC_OK && !is_done)
        return rc_set(e, RC_GONE, "the session ended");
    if (rc == RC_OK) {
        x->id = fresh;
        desk_set_cookie(x, &fresh);
    }
    return rc;
}

static enum rc take_factor(struct desk_call *x, int64_t step, struct rc_info *e)
{
    char codes[RECOVERY_CODES][RECOVERY_BYTES];
    unsigned char hashes[RECOVERY_CODES * RECOVERY_HASH_BYTES];
    bool is_done = false;
    enum rc rc = RC_OK;
    recovery_make(codes);
    for (size_t i = 0; rc == RC_OK && i < RECOVERY_CODES; i++)
        rc = recovery_hash(codes[i], x->desk->secret, hashes + i * RECOVERY_HASH_BYTES, e);
    if (rc == RC_OK)
        rc = office_enrol(x->db, x->id.hash, step, hashes, RECOVERY_CODES, &is_done, e);
    if (rc == RC_OK && !is_done)
        return desk_go(x, "/admin/");
    if (rc == RC_OK)
        rc = renew(x, e);
    if (rc == RC_OK) {
        x->who.is_enrolled = true;
        rc = put_codes(x, codes, e);
    }
    sodium_memzero(codes, sizeof codes);
    return rc;
}

enum rc desk_enrol(struct desk_call *x, struct rc_info *e)
{
    struct office_person p;
    unsigned char seed[TOTP_SEED_BYTES];
    const char *code;
    enum rc rc = desk_fields(x, code_field, 1, &code, e);
    if (rc == RC_OK && x->who.is_enrolled)
        return desk_go(x, "/admin/");
    if (rc == RC_OK)
        rc = find_self(x, &p, e);
    if (rc == RC_OK && p.seed_sealed == NULL)
        return desk_go(x, "/admin/sign-in");
    if (rc == RC_OK)
        rc = totp_open(p.seed_sealed, p.seed_len, x->desk->secret, p.person_id, seed, e);
    if (rc != RC_OK)
        return rc;
    int64_t step = totp_match(seed, code, (int64_t)time(NULL));
    sodium_memzero(seed, sizeof seed);
    if (step > 0)
        return take_factor(x, step, e);
    x->rs->status = 422;
    return put_enrol(x, &p, "desk.code_wrong", e);
}

/* ---- confirmation ---- */

/* Where to go on: only ever a page of the desk. */
static const char *safe_path(const char *then)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-._/";
    size_t len = strlen(then);
    return strncmp(then, "/admin/", 7) == 0 && len <= 160 && strspn(then, allowed) == len && strstr(then, "//") == NULL ? then : "/admin/";
}

static enum rc put_confirm(struct desk_call *x, const char *problem, const char *then, struct rc_info *e)
{
    desk_begin(x, NULL, "desk.confirm", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, "code");
    desk_put_text(x, "desk.confirm_text");
    desk_begin_form(x, "/admin/confirm");
    desk_put_hidden(x, "then", then);
    desk_put_field(x, "code", "desk.code", "desk.confirm_hint", "code", "");
    desk_end_form(x, "desk.confirm_button", false);
    return desk_end(x, e);
}

enum rc desk_confirm_page(struct desk_call *x, struct rc_info *e)
{
    const char *then = NULL;
    enum rc rc = web_single(x->rq->query, x->rq->n_query, "then", &then, e);
    return put_confirm(x, NULL, safe_path(rc == RC_OK && then != NULL ? then : ""), e);
}

/* Guessing at codes is slowed down as guessing at passwords is. */
enum rc desk_confirm(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"then", "code"};
    const char *v[2], *how;
    struct office_try t;
    struct office_person p;
    bool is_right = false;
    int64_t wait_s = 0;
    enum rc rc = desk_fields(x, names, 2, v, e);
    if (rc != RC_OK)
        return rc;
    const char *then = safe_path(v[0]);
    desk_try_of(x, x->who.name, &t);
    rc = office_try(x->db, &t, &wait_s, e);
    if (rc == RC_OK && wait_s > 0) {
        (void)snprintf(x->wait, sizeof x->wait, "%lld", (long long)wait_s);
        x->rs->status = 429;
        x->rs->retry_after = x->wait;
        return put_confirm(x, "desk.wait", then, e);
    }
    if (rc == RC_OK)
        rc = find_self(x, &p, e);
    if (rc == RC_OK)
        rc = desk_check_code(x, &p, v[1], &is_right, &how, e);
    if (rc == RC_OK && !is_right) {
        rc = office_note_refusal(x->db, x->who.name, "confirmation", e);
        x->rs->status = 422;
        return rc == RC_OK ? put_confirm(x, "desk.code_wrong", then, e) : rc;
    }
    if (rc == RC_OK)
        rc = office_forget_tries(x->db, &t, e);
    if (rc == RC_OK)
        rc = renew(x, e);
    return rc == RC_OK ? desk_go(x, then) : rc;
}
