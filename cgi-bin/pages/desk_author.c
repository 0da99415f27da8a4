/* Authoring: a workbook is uploaded, read, shown as a citizen would see it, and published as a new version. What is
 * published never changes; whoever is filling in the version before it finishes that one. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/xlsform.h"
#include "pages/desk_inner.h"
#include "pages/survey.h"
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
    html_lit(&x->w, "</th><td>");
    html_text_n(&x->w, line + (where > 0 ? where + 2 : 0), len - (where > 0 ? where + 2 : 0));
    html_lit(&x->w, "</td></tr>\n");
}

static void put_problems(struct desk_call *x, const char *text)
{
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.problems"));
    html_lit(&x->w, "\"><table class=\"list\" lang=\"en\" dir=\"ltr\">\n<thead><tr><th scope=\"col\">");
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

static enum rc keep(struct desk_call *x, const struct form *f, struct rc_info *e)
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
        rc = keep(x, f, e);
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

/* ---- a draft ---- */

static enum rc find_draft(struct desk_call *x, struct arena *a, struct draft *d, struct form **f, struct rc_info *e)
{
    int64_t id = 0;
    if (text_to_i64(x->slug, strlen(x->slug), 1, INT64_MAX, &id) != RC_OK)
        return rc_set(e, RC_NOTFOUND, "there is no such draft");
    enum rc rc = draft_get(x->db, x->id.hash, id, a, d, e);
    return rc == RC_OK ? form_from_json(d->definition, d->definition_len, a, f, e) : rc;
}

/* Names of the questions of `a` that `b` has not. */
static void put_missing(struct desk_call *x, const char *key, const struct form *a, const struct form *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_nodes; i++) {
        const char *name = a->nodes[i].name;
        if (a->nodes[i].width == 0 || form_find(b, name, strlen(name)) != SIZE_MAX)
            continue;
        if (n++ == 0) {
            html_lit(&x->w, "<p class=\"measure\">");
            html_text(&x->w, desk_text(x, key));
            html_lit(&x->w, " ");
        } else {
            html_lit(&x->w, ", ");
        }
        html_lit(&x->w, "<span class=\"code\">");
        html_text(&x->w, name);
        html_lit(&x->w, "</span>");
    }
    if (n > 0)
        html_lit(&x->w, "</p>\n");
}

static enum rc put_changes(struct desk_call *x, const struct draft *d, const struct form *f, struct arena *a, struct rc_info *e)
{
    struct form *before = NULL;
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.changes"));
    html_lit(&x->w, "</h2>\n");
    if (d->current == NULL || d->is_current) {
        desk_put_text(x, d->current == NULL ? "desk.first_version" : "desk.no_change");
        return RC_OK;
    }
    enum rc rc = form_from_json(d->current, d->current_len, a, &before, e);
    if (rc != RC_OK)
        return rc;
    desk_put_text(x, "desk.new_version");
    put_missing(x, "desk.questions_new", f, before);
    put_missing(x, "desk.questions_gone", before, f);
    return RC_OK;
}

static void put_previews(struct desk_call *x, const struct form *f)
{
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.preview"));
    html_lit(&x->w, "</h2>\n");
    desk_put_text(x, "desk.preview_text");
    html_lit(&x->w, "<ul class=\"places\">\n");
    for (size_t i = 0; i < f->n_langs; i++) {
        html_lit(&x->w, "<li><a href=\"/admin/drafts/");
        html_url(&x->w, x->slug);
        html_lit(&x->w, "/preview?lang=");
        html_url(&x->w, f->langs[i]);
        html_lit(&x->w, "\">");
        html_text(&x->w, form_text(&f->title, i));
        html_lit(&x->w, "</a> <span class=\"quiet\">");
        html_text(&x->w, f->langs[i]);
        html_lit(&x->w, "</span></li>\n");
    }
    html_lit(&x->w, "</ul>\n");
}

static enum rc put_draft(struct desk_call *x, const char *problem, struct rc_info *e)
{
    struct arena a;
    struct draft d;
    struct form *f = NULL;
    char path[80];
    arena_init(&a, READ_BYTES);
    enum rc rc = find_draft(x, &a, &d, &f, e);
    if (rc == RC_OK) {
        (void)snprintf(path, sizeof path, "/admin/drafts/%.32s", x->slug);
        desk_begin(x, path, NULL, form_text(&f->title, 0), problem != NULL);
        html_lit(&x->w, "<p class=\"quiet\">");
        html_text(&x->w, d.slug);
        html_lit(&x->w, " · ");
        html_text(&x->w, d.made_at);
        html_lit(&x->w, " UTC · ");
        html_text(&x->w, d.made_by);
        html_lit(&x->w, "</p>\n");
        if (problem != NULL)
            desk_put_problem(x, problem, NULL);
        put_previews(x, f);
        rc = put_changes(x, &d, f, &a, e);
    }
    if (rc == RC_OK && !d.is_current) {
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.publish"));
        html_lit(&x->w, "</h2>\n");
        desk_put_text(x, "desk.publish_text");
        (void)snprintf(path, sizeof path, "/admin/drafts/%.32s/publish", x->slug);
        desk_begin_form(x, path);
        desk_end_form(x, "desk.publish", false);
    }
    if (rc == RC_OK)
        rc = desk_end(x, e);
    arena_release(&a);
    return rc;
}

enum rc desk_draft_page(struct desk_call *x, struct rc_info *e)
{
    return put_draft(x, NULL, e);
}

/* As a citizen sees it. What is sent from it goes to an address that this host does not have. */
enum rc desk_draft_preview(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct draft d;
    struct form *f = NULL;
    const char *lang = NULL;
    arena_init(&a, READ_BYTES);
    enum rc rc = web_single(x->rq->query, x->rq->n_query, "lang", &lang, e);
    if (rc == RC_OK)
        rc = find_draft(x, &a, &d, &f, e);
    if (rc == RC_OK) {
        size_t flang = lang != NULL ? form_lang(f, lang) : 0;
        flang = flang == SIZE_MAX ? 0 : flang;
        const struct form_view v = {.c = x->desk->c, .clang = survey_catalogue_lang(x->desk->c, f, flang), .slug = f->slug, .form = f,
                                    .flang = flang, .notice = "desk.preview_notice"};
        x->rs->lang = tr(x->desk->c, v.clang, "lang.tag");
        form_page(&x->w, &v);
        rc = html_ok(&x->w) ? RC_OK : rc_set(e, RC_NOMEM, "the page is too large or not balanced");
    }
    arena_release(&a);
    return rc;
}

enum rc desk_draft_publish(struct desk_call *x, struct rc_info *e)
{
    const char *unused[1];
    char path[96];
    struct arena a;
    struct draft d;
    struct form *f = NULL;
    int64_t version = 0;
    arena_init(&a, READ_BYTES);
    enum rc rc = desk_fields(x, NULL, 0, unused, e);
    if (rc == RC_OK)
        rc = find_draft(x, &a, &d, &f, e);
    if (rc == RC_OK)
        rc = draft_publish(x->db, x->id.hash, strtoll(x->slug, NULL, 10), &version, e);
    if (rc == RC_OK && version < 0) {
        x->rs->status = 422;
        rc = put_draft(x, version == -3 ? "desk.other_sample" : "desk.not_done", e);
    } else if (rc == RC_OK) {
        (void)snprintf(path, sizeof path, "/admin/surveys/%.64s", d.slug);
        rc = desk_go(x, path);
    }
    arena_release(&a);
    return rc;
}
