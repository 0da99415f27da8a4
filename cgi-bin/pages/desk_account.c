/* One's own account: sessions, password, and the way out. */
#include <string.h>

#include "pages/desk_inner.h"
#include "web/password.h"

static void put_session(struct desk_call *x, const struct office_session_row *s)
{
    html_lit(&x->w, "<tr><th scope=\"row\">");
    html_text(&x->w, s->made_at);
    html_lit(&x->w, "</th><td>");
    html_text(&x->w, s->seen_at);
    html_lit(&x->w, "</td><td>");
    if (s->is_this) {
        html_text(&x->w, desk_text(x, "desk.this_session"));
    } else {
        desk_begin_form(x, "/admin/account/end");
        desk_put_hidden(x, "mark", s->mark);
        desk_end_form(x, "desk.end_session", true);
    }
    html_lit(&x->w, "</td></tr>\n");
}

static void put_sessions(struct desk_call *x, const struct office_session_row *rows, size_t n)
{
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.sessions"));
    html_lit(&x->w, "</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.sessions"));
    html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.session_made"));
    html_lit(&x->w, "</th><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.session_seen"));
    html_lit(&x->w, "</th><td></td></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++)
        put_session(x, &rows[i]);
    html_lit(&x->w, "</tbody></table></div>\n");
    if (n > 1) {
        desk_begin_form(x, "/admin/account/end");
        desk_put_hidden(x, "mark", "*");
        desk_end_form(x, "desk.end_others", true);
    }
}

static enum rc put_account(struct desk_call *x, const char *problem, const char *field, const char *done, struct rc_info *e)
{
    struct office_session_row *rows = NULL;
    size_t n = 0;
    enum rc rc = office_sessions(x->db, x->id.hash, x->rq->arena, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/account", "desk.account", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, field);
    if (done != NULL)
        desk_put_done(x, done);
    put_sessions(x, rows, n);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.change_password"));
    html_lit(&x->w, "</h2>\n");
    desk_begin_form(x, "/admin/account/password");
    desk_put_field(x, "password", "desk.old_password", NULL, "password", "");
    desk_put_field(x, "new", "desk.new_password", "desk.password_hint", "password", "");
    desk_put_field(x, "again", "desk.password_again", NULL, "password", "");
    desk_end_form(x, "desk.change_password", false);
    return desk_end(x, e);
}

enum rc desk_account_page(struct desk_call *x, struct rc_info *e)
{
    return put_account(x, NULL, NULL, NULL, e);
}

enum rc desk_account_end(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"mark"};
    const char *mark;
    int64_t n = 0;
    enum rc rc = desk_fields(x, names, 1, &mark, e);
    if (rc == RC_OK && *mark == '\0')
        return desk_go(x, "/admin/account");
    if (rc == RC_OK)
        rc = office_end_session(x->db, x->id.hash, mark, &n, e);
    return rc == RC_OK ? desk_go(x, "/admin/account") : rc;
}

enum rc desk_sign_out(struct desk_call *x, struct rc_info *e)
{
    int64_t n = 0;
    const char *unused[1];
    enum rc rc = desk_fields(x, NULL, 0, unused, e);
    if (rc == RC_OK)
        rc = office_end_session(x->db, x->id.hash, "", &n, e);
    if (rc != RC_OK)
        return rc;
    desk_set_cookie(x, NULL);
    return desk_go(x, "/admin/sign-in");
}

static const char *fault_key(const char *fault)
{
    static const char *const faults[][2] = {{"short", "desk.password.short"}, {"long", "desk.password.long"},
                                            {"common", "desk.password.common"}, {"name", "desk.password.name"}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(faults[i][0], fault) == 0)
            return faults[i][1];
    return "desk.password.common";
}

/* The old one is asked for too: a session left open must not be enough. */
enum rc desk_account_password(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"password", "new", "again"};
    const char *v[3];
    char hash[PASSWORD_HASH_BYTES];
    struct office_person p;
    struct office_try t;
    int64_t wait_s = 0;
    bool is_done = false;
    enum rc rc = desk_fields(x, names, 3, v, e);
    if (rc != RC_OK)
        return rc;
    const char *fault = password_fault(v[1], x->who.name);
    x->rs->status = 422;
    if (fault != NULL)
        return put_account(x, fault_key(fault), "new", NULL, e);
    if (strcmp(v[1], v[2]) != 0)
        return put_account(x, "desk.password_differs", "again", NULL, e);
    desk_try_of(x, x->who.name, &t);
    rc = office_try(x->db, &t, &wait_s, e);
    if (rc == RC_OK)
        rc = office_find_person(x->db, x->who.name, x->rq->arena, &p, e);
    if (rc == RC_OK && (wait_s > 0 || strlen(v[0]) > PASSWORD_BYTES_MAX || !password_matches(p.password_hash, v[0]))) {
        rc = office_note_refusal(x->db, x->who.name, "old password", e);
        return rc == RC_OK ? put_account(x, "desk.old_password_wrong", "password", NULL, e) : rc;
    }
    if (rc == RC_OK)
        rc = office_forget_tries(x->db, &t, e);
    if (rc == RC_OK)
        rc = password_hash(v[1], hash, e);
    if (rc == RC_OK)
        rc = office_change_password(x->db, x->id.hash, hash, &is_done, e);
    x->rs->status = 200;
    return rc == RC_OK ? put_account(x, NULL, NULL, is_done ? "desk.password_changed" : "desk.not_done", e) : rc;
}
