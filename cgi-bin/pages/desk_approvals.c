/* Who asks for an export of a sensitive survey, and who agrees. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pages/desk_inner.h"

static const char *state_key(const char *state)
{
    static const char *const keys[][2] = {{"asked", "desk.approval_asked"}, {"given", "desk.approval_given"}, {"used", "desk.approval_used"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i][0], state) == 0)
            return keys[i][1];
    return "desk.approval_expired";
}

static void put_row(struct desk_call *x, const struct office_approval *a)
{
    char id[24];
    html_lit(&x->w, "<tr><th scope=\"row\">");
    html_text(&x->w, a->asked_at);
    html_lit(&x->w, "</th><td>");
    html_text(&x->w, a->asked_by);
    html_lit(&x->w, "</td><td>");
    html_text(&x->w, a->survey);
    html_lit(&x->w, "</td><td>");
    html_text(&x->w, a->reason);
    html_lit(&x->w, "</td><td>");
    if (strcmp(a->state, "asked") == 0 && !a->is_own) {
        (void)snprintf(id, sizeof id, "%lld", (long long)a->approval_id);
        desk_begin_form(x, "/admin/approvals");
        desk_put_hidden(x, "id", id);
        desk_end_form(x, "desk.agree", true);
    } else {
        html_text(&x->w, desk_text(x, state_key(a->state)));
    }
    html_lit(&x->w, "</td></tr>\n");
}

static enum rc put_page(struct desk_call *x, const char *problem, const char *done, struct rc_info *e)
{
    static const char *const heads[] = {"desk.audit_at", "desk.audit_who", "desk.survey", "desk.ask_reason", "desk.state"};
    struct office_approval *rows = NULL;
    size_t n = 0;
    enum rc rc = office_approvals(x->db, x->id.hash, x->rq->arena, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/approvals", "desk.approvals", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, NULL);
    if (done != NULL)
        desk_put_done(x, done);
    desk_put_text(x, n > 0 ? "desk.approvals_text" : "desk.approvals_none");
    if (n > 0) {
        html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
        html_attr(&x->w, desk_text(x, "desk.approvals"));
        html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr>");
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
            html_lit(&x->w, "<th scope=\"col\">");
            html_text(&x->w, desk_text(x, heads[i]));
            html_lit(&x->w, "</th>");
        }
        html_lit(&x->w, "</tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < n; i++)
            put_row(x, &rows[i]);
        html_lit(&x->w, "</tbody></table></div>\n");
    }
    return desk_end(x, e);
}

enum rc desk_approvals_page(struct desk_call *x, struct rc_info *e)
{
    return put_page(x, NULL, NULL, e);
}

enum rc desk_approve(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"id"};
    const char *text;
    int64_t id = 0;
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 1, &text, e);
    if (rc == RC_OK && text_to_i64(text, strlen(text), 1, INT64_MAX, &id) != RC_OK)
        return rc_set_reason(e, RC_INPUT, "unknown_field", "no such request");
    if (rc == RC_OK)
        rc = office_give_approval(x->db, x->id.hash, id, &o, e);
    if (rc != RC_OK)
        return rc;
    if (o != OFFICE_DONE)
        x->rs->status = 422;
    return put_page(x, o == OFFICE_DONE ? NULL : "desk.not_done", o == OFFICE_DONE ? "desk.done" : NULL, e);
}
