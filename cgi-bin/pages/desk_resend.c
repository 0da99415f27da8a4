/* What somebody typed is not lost when the session it was typed in has ended: the same fields once more, to be sent again after
 * signing in. */
#include <string.h>

#include "pages/desk_inner.h"

/* Passwords and codes are never written into a page. */
static bool is_secret(const char *name)
{
    static const char *const secrets[] = {"password", "new", "again", "code"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (strcmp(name, secrets[i]) == 0)
            return true;
    return false;
}

static bool is_typed(const struct web_field *f)
{
    return strcmp(f->name, "_token") != 0 && strcmp(f->name, "_lang") != 0;
}

bool desk_can_resend(const struct desk_call *x)
{
    size_t n = 0;
    if (x->rq->method != WEB_POST || !x->rq->is_from_own_page || x->rq->boundary != NULL)
        return false;
    for (size_t i = 0; i < x->rq->n_fields; i++) {
        if (is_secret(x->rq->fields[i].name))
            return false;
        n += is_typed(&x->rq->fields[i]);
    }
    return n > 0;
}

enum rc desk_resend_page(struct desk_call *x, struct rc_info *e)
{
    bool is_out = !desk_may(x, DESK_SIGNED_IN, NULL);
    x->rs->status = 403;
    desk_begin(x, NULL, "desk.resend", NULL, true);
    desk_put_text(x, is_out ? "desk.resend_out" : "desk.resend_in");
    if (is_out) {
        html_lit(&x->w, "<p><a class=\"button second\" target=\"_blank\" rel=\"noopener\" href=\"");
        desk_put_href(x, "/admin/sign-in");
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, "desk.resend_sign_in"));
        html_lit(&x->w, "</a></p>\n");
    }
    desk_begin_form(x, x->rq->path);
    for (size_t i = 0; i < x->rq->n_fields; i++)
        if (is_typed(&x->rq->fields[i]))
            desk_put_hidden(x, x->rq->fields[i].name, x->rq->fields[i].value);
    desk_end_form(x, "desk.resend_button", false);
    return desk_end(x, e);
}
