#include "pages/admin.h"

#include "pages/error.h"
#include "web/fcgi.h"
#include "web/page.h"

enum rc admin_home(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    const struct admin *admin = app;
    const char *const *langs;
    size_t n = catalogue_langs(admin->c, &langs);
    size_t lang = web_language(rq, langs, n);
    const struct page p = {
        .c = admin->c, .lang = lang, .path = "/admin/", .title = tr(admin->c, lang, "admin.title")};
    struct html w = {&rs->body};
    page_begin(&w, &p);
    html_lit(&w, "<h1>");
    html_text(&w, p.title);
    html_lit(&w, "</h1>\n<p class=\"measure\">");
    html_text(&w, tr(admin->c, lang, "admin.not_set_up"));
    html_lit(&w, "</p>\n");
    page_end(&w, &p);
    rs->lang = tr(admin->c, lang, "lang.tag");
    return html_ok(&w) ? RC_OK : rc_set(e, RC_NOMEM, "the page is too large or not balanced");
}

enum rc admin_readyz(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)app, (void)rq, (void)e;
    rs->type = "text/plain; charset=utf-8";
    buf_puts(&rs->body, "ready\n");
    return RC_OK;
}

enum rc admin_metrics(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    (void)app, (void)rq, (void)e;
    rs->type = "text/plain; version=0.0.4; charset=utf-8";
    fcgi_metrics(&rs->body, "admin");
    return RC_OK;
}

void admin_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why,
                      struct response *rs)
{
    const struct admin *admin = app;
    error_page(admin->c, rq, rc, why, rs);
}
