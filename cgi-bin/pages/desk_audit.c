/* The audit log, newest first. Whoever reads it can change nothing. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pages/desk_inner.h"

enum { PAGE_ENTRIES = 50 };

static void put_cell(struct desk_call *x, const char *text)
{
    html_lit(&x->w, "<td>");
    html_text(&x->w, text);
    html_lit(&x->w, "</td>");
}

static void put_entries(struct desk_call *x, const struct office_entry *rows, size_t n)
{
    static const char *const heads[] = {"desk.audit_no", "desk.audit_at", "desk.audit_who", "desk.audit_event", "desk.audit_subject",
                                        "desk.audit_detail"};
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.audit"));
    html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        html_lit(&x->w, "<th scope=\"col\">");
        html_text(&x->w, desk_text(x, heads[i]));
        html_lit(&x->w, "</th>");
    }
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        html_lit(&x->w, "<tr><th scope=\"row\">");
        html_int(&x->w, rows[i].entry_no);
        html_lit(&x->w, "</th>");
        html_lit(&x->w, "<td class=\"at\">");
        html_text(&x->w, rows[i].at);
        html_lit(&x->w, "</td>");
        put_cell(x, rows[i].who);
        put_cell(x, rows[i].event);
        put_cell(x, rows[i].subject);
        put_cell(x, rows[i].detail);
        html_lit(&x->w, "</tr>\n");
    }
    html_lit(&x->w, "</tbody></table></div>\n");
}

enum rc desk_audit_page(struct desk_call *x, struct rc_info *e)
{
    struct office_entry *rows = NULL;
    size_t n = 0;
    int64_t before = 0;
    const char *text = NULL;
    enum rc rc = web_single(x->rq->query, x->rq->n_query, "before", &text, e);
    if (rc != RC_OK || text == NULL || text_to_i64(text, strlen(text), 1, INT64_MAX, &before) != RC_OK)
        before = 0; /* the newest ones */
    rc = office_audit_page(x->db, x->id.hash, before, PAGE_ENTRIES, x->rq->arena, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/audit", "desk.audit", NULL, false);
    desk_put_text(x, "desk.audit_text");
    put_entries(x, rows, n);
    if (n > 0 && rows[n - 1].entry_no > 1) {
        html_lit(&x->w, "<p><a class=\"button second\" rel=\"next\" href=\"");
        desk_put_href(x, "/admin/audit");
        html_lit(&x->w, "&amp;before=");
        html_int(&x->w, rows[n - 1].entry_no);
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, "desk.older"));
        html_lit(&x->w, "</a></p>\n");
    }
    return desk_end(x, e);
}
