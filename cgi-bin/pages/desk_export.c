/* Exports: single responses leave the house by here alone, each time entered in the log first. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "box/export_job.h"
#include "pages/desk_inner.h"

enum { FORMAT, LANG, VERSION, LABELS, BOM, COMMENTS, N_FIELDS };
static const char *const fields[N_FIELDS] = {"format", "lang", "version", "labels", "bom", "comments"};

static const struct {
    const char *key, *type;
} formats[EXPORT_FORMATS] = {
    [EXPORT_CSV] = {"desk.format.csv", "text/csv; charset=utf-8"},
    [EXPORT_XLSX] = {"desk.format.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    [EXPORT_SAV] = {"desk.format.sav", "application/x-spss-sav"},
    [EXPORT_DTA] = {"desk.format.dta", "application/x-stata-dta"},
    [EXPORT_JSONL] = {"desk.format.jsonl", "application/x-ndjson; charset=utf-8"},
    [EXPORT_R] = {"desk.format.r", "text/plain; charset=utf-8"},
};

/* ---- the page ---- */

static void put_box(struct desk_call *x, const char *name, const char *key)
{
    html_lit(&x->w, "<label><input type=\"checkbox\" name=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\" value=\"1\"> <span>");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</span></label>\n");
}

static void put_format_choice(struct desk_call *x)
{
    html_lit(&x->w, "<fieldset class=\"q\"><legend>");
    html_text(&x->w, desk_text(x, "desk.format"));
    html_lit(&x->w, "</legend><div class=\"options\">\n");
    for (size_t i = 0; i < EXPORT_FORMATS; i++) {
        html_lit(&x->w, "<label><input type=\"radio\" name=\"format\" value=\"");
        html_attr(&x->w, export_format_name((enum export_format)i));
        html_lit(&x->w, "\"");
        if (i == EXPORT_CSV)
            html_lit(&x->w, " checked");
        html_lit(&x->w, "> <span>");
        html_text(&x->w, desk_text(x, formats[i].key));
        html_lit(&x->w, "</span></label>\n");
    }
    html_lit(&x->w, "</div></fieldset>\n");
}

static void put_form(struct desk_call *x)
{
    char action[112];
    const char *const *langs;
    size_t n = catalogue_langs(x->desk->c, &langs);
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/export", x->slug);
    desk_begin_form(x, action);
    put_format_choice(x);
    html_lit(&x->w, "<p class=\"line\"><label for=\"lang\">");
    html_text(&x->w, desk_text(x, "desk.export_lang"));
    html_lit(&x->w, "</label><select id=\"lang\" name=\"lang\">\n");
    for (size_t i = 0; i < n; i++) {
        html_lit(&x->w, "<option value=\"");
        html_attr(&x->w, langs[i]);
        html_lit(&x->w, "\"");
        if (i == x->lang)
            html_lit(&x->w, " selected");
        html_lit(&x->w, ">");
        html_text(&x->w, tr(x->desk->c, i, "lang.name"));
        html_lit(&x->w, "</option>\n");
    }
    html_lit(&x->w, "</select></p>\n<fieldset class=\"q\"><legend>");
    html_text(&x->w, desk_text(x, "desk.export_options"));
    html_lit(&x->w, "</legend><div class=\"options\">\n");
    put_box(x, "bom", "desk.export_bom");
    put_box(x, "labels", "desk.export_labels");
    put_box(x, "comments", "desk.export_comments");
    html_lit(&x->w, "</div></fieldset>\n");
    desk_end_form(x, "desk.export_button", false);
}

static void put_ask(struct desk_call *x)
{
    char action[112];
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/ask", x->slug);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, desk_text(x, "desk.ask_approval"));
    html_lit(&x->w, "</h2>\n");
    desk_put_text(x, "desk.is_sensitive_text");
    desk_begin_form(x, action);
    desk_put_field(x, "reason", "desk.ask_reason", NULL, "text", "");
    desk_end_form(x, "desk.ask_approval", true);
}

static enum rc put_page(struct desk_call *x, const char *problem, const char *done, struct rc_info *e)
{
    char path[112];
    bool is_sensitive = false;
    enum rc rc = office_is_sensitive(x->db, x->id.hash, x->slug, &is_sensitive, e);
    if (rc != RC_OK)
        return rc;
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/export", x->slug);
    desk_begin(x, path, "desk.export", NULL, problem != NULL);
    html_lit(&x->w, "<p class=\"lead\">");
    html_text(&x->w, x->slug);
    html_lit(&x->w, "</p>\n");
    if (problem != NULL)
        desk_put_problem(x, problem, NULL);
    if (done != NULL)
        desk_put_done(x, done);
    desk_put_text(x, "desk.export_text");
    put_form(x);
    if (is_sensitive) {
        put_ask(x);
    } else {
        (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/sensitive", x->slug);
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.sensitive"));
        html_lit(&x->w, "</h2>\n");
        desk_put_text(x, "desk.sensitive_text");
        desk_begin_form(x, path);
        desk_end_form(x, "desk.mark_sensitive", true);
    }
    return desk_end(x, e);
}

enum rc desk_export_page(struct desk_call *x, struct rc_info *e)
{
    return put_page(x, NULL, NULL, e);
}

/* ---- the file ---- */

static const char *word(void *ctx, const char *lang, const char *key)
{
    const struct desk_call *x = ctx;
    const char *const *langs;
    size_t n = catalogue_langs(x->desk->c, &langs), at = 0;
    for (size_t i = 0; i < n; i++)
        at = strcmp(langs[i], lang) == 0 ? i : at;
    return tr(x->desk->c, at, key);
}

/* A new file of a name of our making, which is taken away at once: it lives as long as its descriptor. */
static enum rc write_file(struct desk_call *x, const struct export_request *q, int *out, struct rc_info *e)
{
    char path[4096];
    struct export_done done;
    int n = snprintf(path, sizeof path, "%s/export-%s", x->desk->dir, x->rq->id);
    if (n < 0 || (size_t)n >= sizeof path)
        return rc_set(e, RC_IO, "the desk's folder has too long a name");
    enum rc rc = export_job(x->export_db, q, path, &done, e);
    if (rc != RC_OK)
        return rc;
    *out = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (*out < 0)
        rc = rc_set(e, RC_IO, "the export cannot be read again: %s", strerror(errno));
    (void)unlink(path);
    return rc;
}

static enum rc send(struct desk_call *x, const struct export_request *q, struct rc_info *e)
{
    int file = 0;
    enum rc rc = write_file(x, q, &file, e);
    if (rc == RC_INPUT || rc == RC_USAGE || rc == RC_TOOBIG) {
        x->rs->status = 422;
        return put_page(x, rc == RC_TOOBIG ? "desk.export_too_big" : "desk.export_cannot", NULL, e);
    }
    if (rc != RC_OK)
        return rc;
    x->rs->file = file;
    x->rs->type = formats[q->format].type;
    x->rs->disposition = arena_printf(x->rq->arena, "attachment; filename=\"%s.%s\"", q->slug,
                                      q->format == EXPORT_R ? "R" : export_format_name(q->format));
    return x->rs->disposition != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a name");
}

static bool has_lang(const struct desk_call *x, const char *name)
{
    const char *const *langs;
    for (size_t i = 0, n = catalogue_langs(x->desk->c, &langs); i < n; i++)
        if (strcmp(langs[i], name) == 0)
            return true;
    return false;
}

enum rc desk_export(struct desk_call *x, struct rc_info *e)
{
    const char *v[N_FIELDS];
    struct export_request q = {.session = x->id.hash, .slug = x->slug, .word = word, .word_ctx = x};
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, fields, N_FIELDS, v, e);
    if (rc != RC_OK)
        return rc;
    if (export_find_format(v[FORMAT], &q.format, e) != RC_OK || (*v[LANG] != '\0' && !has_lang(x, v[LANG])) ||
        (*v[VERSION] != '\0' && text_to_i64(v[VERSION], strlen(v[VERSION]), 1, INT32_MAX, &q.version_no) != RC_OK))
        return rc_set_reason(e, RC_INPUT, "unknown_field", "no such format, language or version");
    q.lang = *v[LANG] != '\0' ? v[LANG] : NULL;
    q.has_bom = *v[BOM] != '\0';
    q.is_labelled = *v[LABELS] != '\0';
    q.has_comments = *v[COMMENTS] != '\0';
    rc = office_begin_export(x->db, x->id.hash, x->slug, q.version_no, export_format_name(q.format), &o, e);
    if (rc != RC_OK)
        return rc;
    if (o != OFFICE_DONE) {
        x->rs->status = 403;
        return put_page(x, o == OFFICE_NO_SUCH ? "desk.needs_approval" : "desk.not_done", NULL, e);
    }
    return send(x, &q, e);
}

/* ---- sensitive surveys ---- */

enum rc desk_mark_sensitive(struct desk_call *x, struct rc_info *e)
{
    const char *unused[1];
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, NULL, 0, unused, e);
    if (rc == RC_OK)
        rc = office_mark_sensitive(x->db, x->id.hash, x->slug, &o, e);
    return rc == RC_OK ? put_page(x, NULL, o == OFFICE_DONE ? "desk.done" : "desk.not_done", e) : rc;
}

enum rc desk_ask_approval(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"reason"};
    const char *reason;
    enum office_outcome o = OFFICE_DONE;
    enum rc rc = desk_fields(x, names, 1, &reason, e);
    if (rc == RC_OK && *reason == '\0') {
        x->rs->status = 422;
        return put_page(x, "desk.ask_why", NULL, e);
    }
    if (rc == RC_OK)
        rc = office_ask_approval(x->db, x->id.hash, x->slug, reason, &o, e);
    return rc == RC_OK ? put_page(x, NULL, o == OFFICE_DONE ? "desk.asked" : "desk.asked_already", e) : rc;
}
