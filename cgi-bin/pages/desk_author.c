/* Authoring: a workbook is uploaded, read, shown as a citizen would see it, and published as a new version. What is
 * published never changes; whoever is filling in the version before it finishes that one. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "form/xlsform.h"
#include "pages/desk_inner.h"
#include "store/draft_store.h"

enum { READ_BYTES = 64 << 20, JSON_MAX = 2 << 20, PROBLEMS_MAX = 256 << 10, PROBLEMS_SHOWN = 200 };

/* ---- the page ---- */

static void put_drafts(struct desk_call *x, const struct draft_row *rows, size_t n)
{
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.drafts"));
    html_lit(&x->w, "</h2>\n<ul class=\"places\">\n");
    for (size_t i = 0; i < n; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/admin/drafts/%lld", (long long)rows[i].draft_id);
        html_lit(&x->w, "<li><a href=\"");
        desk_put_href(x, path);
        html_lit(&x->w, "\">");
        html_text(&x->w, rows[i].slug);
        html_lit(&x->w, "</a> <span class=\"quiet\">");
        html_text(&x->w, rows[i].made_at);
        html_lit(&x->w, " ");
        html_text(&x->w, rows[i].made_by);
        html_lit(&x->w, "</span></li>\n");
    }
    html_lit(&x->w, "</ul>\n");
}

/* "survey:12:relevant: there is no question ..." becomes a row: where, and what. */
static void put_problem_row(struct desk_call *x, const char *line, size_t len)
{
    const char *space = memmem(line, len, ": ", 2);
    size_t where = space != NULL ? (size_t)(space - line) : 0;
    html_lit(&x->w, "<tr><th scope=\"row\" class=\"code\">");
    if (where > 0)
        html_text_n(&x->w, line, where);
    else
        html_text(&x->w, desk_text(x, "desk.whole_file"));
    html_lit(&x->w, "</th>");
    size_t from = where > 0 ? where + 2 : 0;
    html_lit(&x->w, "<td>");
    desk_put_message(x, line + from, len - from);
    html_lit(&x->w, "</td></tr>\n");
}

static void put_problems(struct desk_call *x, const char *text)
{
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.problems"));
    html_lit(&x->w, "\"><table class=\"list\">\n<thead><tr><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.problem_where"));
    html_lit(&x->w, "</th><th scope=\"col\">");
    html_text(&x->w, desk_text(x, "desk.problem_what"));
    html_lit(&x->w, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; *text != '\0' && i < PROBLEMS_SHOWN; i++) {
        size_t len = strcspn(text, "\n");
        put_problem_row(x, text, len);
        text += len;
        text += *text == '\n';
    }
    html_lit(&x->w, "</tbody></table></div>\n");
}

static void put_upload(struct desk_call *x)
{
    html_lit(&x->w, "<form method=\"post\" action=\"/admin/author\" enctype=\"multipart/form-data\">");
    desk_put_hidden(x, "_token", x->id.form_token);
    desk_put_hidden(x, "_lang", desk_lang(x));
    html_lit(&x->w, "\n<p class=\"line\"><label for=\"file\">");
    html_text(&x->w, desk_text(x, "desk.file"));
    html_lit(&x->w, "</label> <span class=\"hint\" id=\"file-hint\">");
    html_text(&x->w, desk_text(x, "desk.file_hint"));
    html_lit(&x->w, "</span><input type=\"file\" id=\"file\" name=\"file\" aria-describedby=\"file-hint\" "
                    "accept=\".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\"></p>\n");
    desk_end_form(x, "desk.upload", false);
}

static enum rc put_page(struct desk_call *x, const char *problem, const char *problems, struct rc_info *e)
{
    struct draft_row *rows = NULL;
    size_t n = 0;
    enum rc rc = draft_list(x->db, x->id.hash, x->rq->arena, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    desk_begin(x, "/admin/author", "desk.author", NULL, problem != NULL);
    if (problem != NULL)
        desk_put_problem(x, problem, "file");
    if (problems != NULL)
        put_problems(x, problems);
    desk_put_text(x, "desk.author_text");
    html_lit(&x->w, "<p><a class=\"file\" href=\"");
    desk_put_href(x, "/admin/template.xlsx");
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, "desk.template"));
    html_lit(&x->w, "</a></p>\n");
    put_upload(x);
    if (n > 0)
        put_drafts(x, rows, n);
    return desk_end(x, e);
}

enum rc desk_author_page(struct desk_call *x, struct rc_info *e)
{
    return put_page(x, NULL, NULL, e);
}

/* ---- the upload ---- */

enum rc desk_keep_draft(struct desk_call *x, const struct form *f, struct rc_info *e)
{
    static const char *const samples[] = {[FORM_RANDOM] = "random", [FORM_OPEN] = "open", [FORM_DEMONSTRATION] = "demonstration"};
    unsigned char hash[32];
    char path[64];
    struct buf json;
    int64_t id = 0;
    buf_init(&json, JSON_MAX);
    enum rc rc = form_to_json(f, &json, e);
    if (rc == RC_OK) {
        (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)json.p, json.len, NULL, 0);
        rc = draft_put(x->db, x->id.hash, f->slug, samples[f->sample], f->time_zone, json.p, hash, &id, e);
    }
    buf_release(&json);
    if (rc != RC_OK)
        return rc;
    if (id < 0) {
        x->rs->status = id == -1 ? 403 : 422;
        return put_page(x, id == -1 ? "desk.not_your_survey" : "desk.unknown_zone", NULL, e);
    }
    (void)snprintf(path, sizeof path, "/admin/drafts/%lld", (long long)id);
    return desk_go(x, path);
}

static enum rc read_upload(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct buf problems;
    struct form *f = NULL;
    struct rc_info why = {0};
    arena_init(&a, READ_BYTES);
    buf_init(&problems, PROBLEMS_MAX);
    enum rc rc = xlsform_read_xlsx(x->rq->file.p, x->rq->file.len, &a, &f, &problems, &why);
    if (rc == RC_OK) {
        rc = desk_keep_draft(x, f, e);
    } else if (rc == RC_INPUT || rc == RC_TOOBIG) {
        if (problems.len == 0) /* not even a workbook */
            buf_puts(&problems, why.msg);
        x->rs->status = 422;
        rc = put_page(x, "desk.has_problems", buf_ok(&problems) ? problems.p : "", e);
    } else {
        rc = rc_set(e, rc, "%s", why.msg);
    }
    buf_release(&problems);
    arena_release(&a);
    return rc;
}

enum rc desk_author_upload(struct desk_call *x, struct rc_info *e)
{
    const char *unused[1];
    enum rc rc = desk_fields(x, NULL, 0, unused, e);
    if (rc == RC_OK && x->rq->file.p == NULL) {
        x->rs->status = 422;
        return put_page(x, "desk.no_file", NULL, e);
    }
    return rc == RC_OK ? read_upload(x, e) : rc;
}
