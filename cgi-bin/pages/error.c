#include "pages/error.h"

#include <stdio.h>

#include "web/page.h"

/* The statuses that have texts of their own; any other is told as 500. */
static int told_as(int status)
{
    static const int told[] = {400, 403, 404, 405, 409, 410, 413, 503};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (told[i] == status)
            return status;
    return 500;
}

static void put_body(struct html *w, const struct page *p, const char *text_key, const char *reason,
                     const char *id)
{
    const char *const *langs;
    (void)catalogue_langs(p->c, &langs);
    html_lit(w, "<h1>");
    html_text(w, p->title);
    html_lit(w, "</h1>\n<p class=\"measure\">");
    html_text(w, tr(p->c, p->lang, text_key));
    html_lit(w, "</p>\n");
    if (reason != NULL) {
        char key[64];
        (void)snprintf(key, sizeof key, "reason.%s", reason);
        html_lit(w, "<div class=\"panel\"><p><strong>");
        html_tr(w, p->c, p->lang, "error.what", NULL);
        html_lit(w, "</strong><br>");
        html_text(w, tr(p->c, p->lang, key));
        html_lit(w, "</p></div>\n");
    }
    html_lit(w, "<p><a class=\"button\" href=\"");
    html_attr(w, p->frame != NULL ? p->frame->home : "/");
    html_lit(w, "?lang=");
    html_url(w, langs[p->lang]);
    html_lit(w, "\">");
    html_tr(w, p->c, p->lang, p->frame != NULL ? "desk.error_home" : "error.home", NULL);
    html_lit(w, "</a></p>\n<p class=\"small quiet\">");
    html_tr(w, p->c, p->lang, "error.id", "id", id, NULL);
    html_lit(w, "</p>\n");
}

void error_page(const struct catalogue *c, const struct request *rq, enum rc rc,
                const struct rc_info *why, struct response *rs)
{
    error_page_in(c, NULL, rq, rc, why, rs);
}

void error_page_in(const struct catalogue *c, const struct page_frame *frame, const struct request *rq, enum rc rc,
                   const struct rc_info *why, struct response *rs)
{
    const char *const *langs;
    size_t n = catalogue_langs(c, &langs);
    size_t lang = web_language(rq, langs, n);
    char title[32], text[32];
    rs->status = rs->allow != NULL ? 405 : rc_http_status(rc);
    rs->retry_after = rs->status == 503 ? "60" : NULL;
    rs->lang = tr(c, lang, "lang.tag");
    (void)snprintf(title, sizeof title, "error.%d.title", told_as(rs->status));
    (void)snprintf(text, sizeof text, "error.%d.text", told_as(rs->status));
    if (frame != NULL && rs->status == 403) { /* at the desk it is hardly ever another site's doing */
        (void)snprintf(title, sizeof title, "desk.forbidden.title");
        (void)snprintf(text, sizeof text, "desk.forbidden.text");
    }
    const struct page p = {.c = c, .lang = lang, .title = tr(c, lang, title), .is_error = true, .frame = frame};
    struct html w = {&rs->body};
    page_begin(&w, &p);
    put_body(&w, &p, text, why != NULL ? why->reason : NULL, rq->id);
    page_end(&w, &p);
}
