/* What the desk's pages are made of: head and places, forms, fields, input. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "pages/desk_inner.h"

size_t desk_form_lang(const struct desk_call *x, const struct form *f)
{
    size_t lang = form_lang(f, desk_lang(x));
    return lang == SIZE_MAX ? 0 : lang;
}

const char *desk_text(const struct desk_call *x, const char *key)
{
    return tr(x->desk->c, x->lang, key);
}

enum { MESSAGE_MAX = 8 << 10 };

const char *desk_lang(const struct desk_call *x)
{
    const char *const *langs;
    (void)catalogue_langs(x->desk->c, &langs);
    return langs[x->lang];
}

void desk_put_href(struct desk_call *x, const char *path)
{
    html_attr(&x->w, path);
    html_lit(&x->w, "?lang=");
    html_url(&x->w, desk_lang(x));
}

/* ---- the frame ---- */

static void put_place(struct desk_call *x, const char *path, const char *key)
{
    const char *here = x->page.path;
    bool is_home = strcmp(path, "/admin/") == 0;
    bool is_here = here != NULL && (strcmp(path, "/admin/author") == 0 && strncmp(here, "/admin/drafts/", 14) == 0 ? true : is_home ? strcmp(here, path) == 0 || strncmp(here, "/admin/surveys/", 15) == 0
                                            : strncmp(here, path, strlen(path)) == 0);
    html_lit(&x->w, "<li><a href=\"");
    desk_put_href(x, path);
    html_lit(&x->w, "\"");
    if (is_here)
        html_lit(&x->w, " aria-current=\"true\"");
    html_lit(&x->w, ">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</a></li>\n");
}

static void put_nav(struct html *w, const struct page *p, const void *ctx)
{
    struct desk_call *x = (struct desk_call *)(uintptr_t)ctx;
    (void)w, (void)p;
    if (!desk_may(x, DESK_SIGNED_IN, NULL))
        return;
    html_lit(&x->w, "<div class=\"desk\">\n<div class=\"wide\">\n<nav aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.places"));
    html_lit(&x->w, "\"><ul>\n");
    put_place(x, "/admin/", "desk.home");
    if (desk_may(x, DESK_AUTHOR, NULL))
        put_place(x, "/admin/author", "desk.author");
    if (desk_may(x, DESK_MANAGE, NULL) || desk_may(x, DESK_ANALYSE, NULL))
        put_place(x, "/admin/approvals", "desk.approvals");
    if (desk_may(x, DESK_MANAGE, NULL))
        put_place(x, "/admin/people", "desk.people");
    if (desk_may(x, DESK_AUDIT, NULL))
        put_place(x, "/admin/audit", "desk.audit");
    put_place(x, "/admin/account", "desk.account");
    html_lit(&x->w, "</ul></nav>\n");
    desk_begin_form(x, "/admin/sign-out");
    html_lit(&x->w, "<button type=\"submit\" class=\"second small\">");
    html_tr(&x->w, x->desk->c, x->lang, "desk.sign_out", "name", x->who.name, NULL);
    html_lit(&x->w, "</button></form>\n</div>\n</div>\n");
}

void desk_begin(struct desk_call *x, const char *path, const char *title_key, const char *title, bool is_error)
{
    x->frame = (struct page_frame){.home = "/admin/", .nav = put_nav, .ctx = x};
    x->page = (struct page){.c = x->desk->c, .lang = x->lang, .title = title != NULL ? title : desk_text(x, title_key),
                            .path = path, .is_error = is_error, .script = "tables.js", .frame = &x->frame};
    x->rs->lang = desk_text(x, "lang.tag");
    page_begin(&x->w, &x->page);
    html_lit(&x->w, "<h1>");
    html_text(&x->w, x->page.title);
    html_lit(&x->w, "</h1>\n");
}

enum rc desk_end(struct desk_call *x, struct rc_info *e)
{
    page_end(&x->w, &x->page);
    return html_ok(&x->w) ? RC_OK : rc_set(e, RC_NOMEM, "the page is too large or not balanced");
}

void desk_put_text(struct desk_call *x, const char *key)
{
    html_lit(&x->w, "<p class=\"measure\">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</p>\n");
}

void desk_put_heading(struct desk_call *x, const char *key)
{
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</h2>\n");
}

void desk_put_problem(struct desk_call *x, const char *key, const char *field)
{
    html_lit(&x->w, "<div class=\"summary\" role=\"alert\">\n<h2>");
    html_text(&x->w, desk_text(x, "form.problems"));
    html_lit(&x->w, "</h2>\n<ul><li>");
    if (field != NULL) {
        html_lit(&x->w, "<a href=\"#");
        html_attr(&x->w, field);
        html_lit(&x->w, "\">");
    }
    html_tr(&x->w, x->desk->c, x->lang, key, "wait", x->wait, NULL);
    if (field != NULL)
        html_lit(&x->w, "</a>");
    html_lit(&x->w, "</li></ul>\n</div>\n");
}

void desk_put_message(struct desk_call *x, const char *text, size_t len)
{
    struct buf said;
    buf_init(&said, MESSAGE_MAX);
    if (phrases_put(x->desk->phrases, desk_lang(x), text, len, &said) && buf_ok(&said)) {
        html_text(&x->w, said.p != NULL ? said.p : "");
    } else {
        html_lit(&x->w, "<span lang=\"en\" dir=\"ltr\">");
        html_text_n(&x->w, text, len);
        html_lit(&x->w, "</span>");
    }
    buf_release(&said);
}

void desk_put_reason(struct desk_call *x, const char *line)
{
    const char *space = strstr(line, ": ");
    size_t where = space != NULL ? (size_t)(space - line) + 2 : 0;
    html_lit(&x->w, "<p>");
    if (where > 0) {
        html_lit(&x->w, "<span class=\"code\" dir=\"ltr\">");
        html_text_n(&x->w, line, where - 2);
        html_lit(&x->w, "</span> ");
    }
    desk_put_message(x, line + where, strlen(line + where));
    html_lit(&x->w, "</p>\n");
}

void desk_put_done(struct desk_call *x, const char *key)
{
    html_lit(&x->w, "<div class=\"panel\" role=\"status\"><p>");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</p></div>\n");
}

/* ---- forms ---- */

void desk_put_hidden(struct desk_call *x, const char *name, const char *value)
{
    html_lit(&x->w, "<input type=\"hidden\" name=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\" value=\"");
    html_attr(&x->w, value);
    html_lit(&x->w, "\">");
}

void desk_begin_form(struct desk_call *x, const char *action)
{
    html_lit(&x->w, "<form method=\"post\" action=\"");
    html_attr(&x->w, action);
    html_lit(&x->w, "\">");
    desk_put_hidden(x, "_token", x->id.form_token);
    desk_put_hidden(x, "_lang", desk_lang(x));
    html_lit(&x->w, "\n");
}

void desk_put_field(struct desk_call *x, const char *name, const char *key, const char *hint_key, const char *type, const char *value)
{
    bool is_code = strcmp(type, "code") == 0, is_password = strcmp(type, "password") == 0;
    html_lit(&x->w, "<p class=\"line\"><label for=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</label>");
    if (hint_key != NULL) {
        html_lit(&x->w, " <span class=\"hint\" id=\"");
        html_attr(&x->w, name);
        html_lit(&x->w, "-hint\">");
        html_text(&x->w, desk_text(x, hint_key));
        html_lit(&x->w, "</span>");
    }
    html_lit(&x->w, "<input type=\"");
    html_attr(&x->w, is_password ? "password" : "text");
    html_lit(&x->w, "\" id=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\" name=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\" value=\"");
    html_attr(&x->w, value);
    html_lit(&x->w, "\" maxlength=\"512\" autocapitalize=\"none\" spellcheck=\"false\" autocomplete=\"");
    html_attr(&x->w, is_code ? "one-time-code" : !is_password ? strcmp(name, "name") == 0 ? "username" : "off" : strcmp(name, "password") == 0 ? "current-password" : "new-password");
    html_lit(&x->w, "\"");
    if (hint_key != NULL) {
        html_lit(&x->w, " aria-describedby=\"");
        html_attr(&x->w, name);
        html_lit(&x->w, "-hint\"");
    }
    html_lit(&x->w, "></p>\n");
}

void desk_end_form(struct desk_call *x, const char *button_key, bool is_second)
{
    html_lit(&x->w, "<p><button type=\"submit\"");
    if (is_second)
        html_lit(&x->w, " class=\"second\"");
    html_lit(&x->w, ">");
    html_text(&x->w, desk_text(x, button_key));
    html_lit(&x->w, "</button></p></form>\n");
}

/* ---- input ---- */

static bool is_listed(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strcmp(name, "_token") == 0 || strcmp(name, "_lang") == 0;
}

enum rc desk_fields(const struct desk_call *x, const char *const *names, size_t n, const char **values, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < x->rq->n_fields; i++)
        if (!is_listed(x->rq->fields[i].name, names, n))
            return rc_set_reason(e, RC_INPUT, "unknown_field", "there is no such field");
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        values[i] = NULL;
        rc = web_single(x->rq->fields, x->rq->n_fields, names[i], &values[i], e);
        if (values[i] == NULL)
            values[i] = "";
    }
    return rc;
}

enum rc desk_go(struct desk_call *x, const char *path)
{
    (void)snprintf(x->location, sizeof x->location, "%s%clang=%s", path, strchr(path, '?') != NULL ? '&' : '?', desk_lang(x));
    x->rs->status = 303;
    x->rs->location = x->location;
    return RC_OK;
}

void desk_set_cookie(struct desk_call *x, const struct session_id *id)
{
    session_cookie(id, x->desk->is_tls, x->cookie);
    x->rs->set_cookie = x->cookie;
}

static void keyed(const struct desk_call *x, const char *what, const char *a, const char *b, unsigned char out[OFFICE_TRY_BYTES])
{
    crypto_generichash_state s;
    (void)crypto_generichash_init(&s, x->desk->secret, DESK_SECRET_BYTES, OFFICE_TRY_BYTES);
    (void)crypto_generichash_update(&s, (const unsigned char *)what, strlen(what) + 1);
    (void)crypto_generichash_update(&s, (const unsigned char *)a, strlen(a) + 1);
    (void)crypto_generichash_update(&s, (const unsigned char *)b, strlen(b) + 1);
    (void)crypto_generichash_final(&s, out, OFFICE_TRY_BYTES);
}

void desk_try_of(const struct desk_call *x, const char *name, struct office_try *out)
{
    keyed(x, "both", name, x->rq->address, out->both);
    keyed(x, "account", name, "", out->account);
    keyed(x, "address", "", x->rq->address, out->address);
}
