/* A draft: what it changes, what a citizen will see and what the check says of what is typed in, and its publication. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/answers.h"
#include "pages/desk_inner.h"
#include "pages/survey.h"
#include "store/draft_store.h"

enum { READ_BYTES = 64 << 20, DRAFT_CHANGED = -4 };

static enum rc find_draft(struct desk_call *x, struct arena *a, struct draft *d, struct form **f, struct rc_info *e)
{
    int64_t id = 0;
    if (text_to_i64(x->slug, strlen(x->slug), 1, INT64_MAX, &id) != RC_OK)
        return rc_set(e, RC_NOTFOUND, "there is no such draft");
    enum rc rc = draft_get(x->db, x->id.hash, id, a, d, e);
    return rc == RC_OK ? form_from_json(d->definition, d->definition_len, a, f, e) : rc;
}

/* ---- what a page was made of ---- */

void desk_put_base(struct desk_call *x, const char *definition, size_t len)
{
    unsigned char hash[DESK_BASE_BYTES];
    char hex[2 * DESK_BASE_BYTES + 1];
    (void)crypto_hash_sha256(hash, (const unsigned char *)definition, len);
    desk_put_hidden(x, "base", sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

bool desk_take_base(const char *sent, unsigned char out[DESK_BASE_BYTES])
{
    size_t n = 0;
    const char *end = NULL;
    return sent != NULL && strlen(sent) == 2 * DESK_BASE_BYTES &&
           sodium_hex2bin(out, DESK_BASE_BYTES, sent, strlen(sent), NULL, &n, &end) == 0 && n == DESK_BASE_BYTES;
}

bool desk_is_base(const char *sent, const char *definition, size_t len)
{
    unsigned char wanted[DESK_BASE_BYTES], hash[DESK_BASE_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)definition, len);
    return desk_take_base(sent, wanted) && memcmp(wanted, hash, sizeof hash) == 0;
}

static enum rc put_changes(struct desk_call *x, const struct draft *d, const struct form *f, struct arena *a, struct rc_info *e)
{
    struct form *before = NULL;
    desk_put_heading(x, "desk.changes");
    if (d->current == NULL || d->is_current) {
        desk_put_text(x, d->current == NULL ? "desk.first_version" : "desk.no_change");
        return RC_OK;
    }
    enum rc rc = form_from_json(d->current, d->current_len, a, &before, e);
    if (rc != RC_OK)
        return rc;
    desk_put_text(x, "desk.new_version");
    return desk_put_diff(x, before, f, a, e);
}

static void put_preview_link(struct desk_call *x, const char *lang, bool is_script_off, const char *text)
{
    html_lit(&x->w, "<a href=\"/admin/drafts/");
    html_url(&x->w, x->slug);
    html_lit(&x->w, "/preview?lang=");
    html_url(&x->w, lang);
    if (is_script_off)
        html_lit(&x->w, "&amp;script=off");
    html_lit(&x->w, "\">");
    html_text(&x->w, text);
    html_lit(&x->w, "</a>");
}

static void put_previews(struct desk_call *x, const struct form *f)
{
    desk_put_heading(x, "desk.preview");
    desk_put_text(x, "desk.preview_text");
    html_lit(&x->w, "<ul class=\"places\">\n");
    for (size_t i = 0; i < f->n_langs; i++) {
        html_lit(&x->w, "<li>");
        put_preview_link(x, f->langs[i], false, form_text(&f->title, i));
        html_lit(&x->w, " <span class=\"quiet\">");
        html_text(&x->w, f->langs[i]);
        html_lit(&x->w, "</span> · ");
        put_preview_link(x, f->langs[i], true, desk_text(x, "desk.preview_plain"));
        html_lit(&x->w, "</li>\n");
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
        desk_begin(x, path, NULL, form_text(&f->title, desk_form_lang(x, f)), problem != NULL);
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
    if (rc == RC_OK) {
        (void)snprintf(path, sizeof path, "/admin/drafts/%.32s/wording", x->slug);
        html_lit(&x->w, "<p><a class=\"button second\" href=\"");
        desk_put_href(x, path);
        html_lit(&x->w, "\">");
        html_text(&x->w, desk_text(x, "desk.wording_more"));
        html_lit(&x->w, "</a></p>\n");
    }
    if (rc == RC_OK && !d.is_current) {
        html_lit(&x->w, "<h2>");
        html_text(&x->w, desk_text(x, "desk.publish"));
        html_lit(&x->w, "</h2>\n");
        desk_put_text(x, "desk.publish_text");
        (void)snprintf(path, sizeof path, "/admin/drafts/%.32s/publish", x->slug);
        desk_begin_form(x, path);
        desk_put_base(x, d.definition, d.definition_len);
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

/* ---- as a citizen sees it ---- */

static enum rc put_form(struct desk_call *x, const struct form *f, const char *lang, const struct answers *answers, struct rc_info *e)
{
    char path[80];
    const char *script = NULL;
    enum rc rc = web_single(x->rq->query, x->rq->n_query, "script", &script, e);
    if (rc != RC_OK)
        return rc;
    size_t flang = lang != NULL ? form_lang(f, lang) : 0;
    flang = flang == SIZE_MAX ? 0 : flang;
    bool is_script_off = script != NULL && strcmp(script, "off") == 0;
    (void)snprintf(path, sizeof path, "/admin/drafts/%.32s/preview", x->slug);
    const struct form_view v = {.c = x->desk->c, .clang = survey_catalogue_lang(x->desk->c, f, flang), .slug = f->slug, .form = f,
                                .flang = flang, .path = path, .form_token = x->id.form_token,
                                .is_script_off = is_script_off, .answers = answers, .fields = x->rq->fields, .n_fields = x->rq->n_fields};
    x->rs->lang = tr(x->desk->c, v.clang, "lang.tag");
    form_page(&x->w, &v);
    return html_ok(&x->w) ? RC_OK : rc_set(e, RC_NOMEM, "the page is too large or not balanced");
}

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
    if (rc == RC_OK)
        rc = put_form(x, f, lang, NULL, e);
    arena_release(&a);
    return rc;
}

/* "It would have been taken": which questions it would have answered, and which were not asked. Nothing is kept. */
static enum rc put_taken(struct desk_call *x, const struct form *f, const struct answers *answers, struct rc_info *e)
{
    static const char *const keys[] = {[ANSWER_NOT_ASKED] = "desk.try_not_asked", [ANSWER_SKIPPED] = "desk.try_skipped", [ANSWER_GIVEN] = "desk.try_given"};
    char path[80];
    (void)snprintf(path, sizeof path, "/admin/drafts/%.32s", x->slug);
    desk_begin(x, NULL, "desk.try_taken", NULL, false);
    desk_put_done(x, "desk.try_taken_text");
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, desk_text(x, "desk.try_taken"));
    html_lit(&x->w, "\"><table class=\"list\">\n<tbody>\n");
    for (size_t i = 0; i < f->n_nodes; i++) {
        if (f->nodes[i].width == 0)
            continue;
        html_lit(&x->w, "<tr><th scope=\"row\" class=\"code\">");
        html_text(&x->w, f->nodes[i].name);
        html_lit(&x->w, "</th><td>");
        html_text(&x->w, desk_text(x, keys[answers->items[i].state]));
        html_lit(&x->w, "</td></tr>\n");
    }
    html_lit(&x->w, "</tbody></table></div>\n<p><a class=\"button second\" href=\"");
    desk_put_href(x, path);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, "desk.try_back"));
    html_lit(&x->w, "</a></p>\n");
    return desk_end(x, e);
}

static enum rc check(struct desk_call *x, const struct form *f, struct arena *a, struct answers *out, struct rc_info *e)
{
    size_t n = x->rq->n_fields;
    struct form_field *fields = arena_array(a, n + 1, sizeof *fields);
    if (fields == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the fields");
    for (size_t i = 0; i < n; i++)
        fields[i] = (struct form_field){x->rq->fields[i].name, x->rq->fields[i].name_len, x->rq->fields[i].value, x->rq->fields[i].value_len};
    enum rc rc = answers_check(f, fields, n, a, out, e);
    if (rc == RC_INPUT && e->reason == NULL)
        e->reason = "not_this_form";
    return rc;
}

enum rc desk_draft_try(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct draft d;
    struct form *f = NULL;
    struct answers answers;
    const char *lang = NULL;
    arena_init(&a, READ_BYTES);
    enum rc rc = web_single(x->rq->fields, x->rq->n_fields, "_lang", &lang, e);
    if (rc == RC_OK)
        rc = find_draft(x, &a, &d, &f, e);
    if (rc == RC_OK)
        rc = check(x, f, &a, &answers, e);
    if (rc == RC_OK && answers.n_problems > 0) {
        x->rs->status = 422;
        rc = put_form(x, f, lang, &answers, e);
    } else if (rc == RC_OK) {
        rc = put_taken(x, f, &answers, e);
    }
    arena_release(&a);
    return rc;
}

/* ---- publication ---- */

enum rc desk_draft_publish(struct desk_call *x, struct rc_info *e)
{
    static const char *const names[] = {"base"};
    const char *base;
    unsigned char looked_at[DESK_BASE_BYTES];
    char path[96];
    struct arena a;
    struct draft d;
    struct form *f = NULL;
    int64_t version = 0;
    arena_init(&a, READ_BYTES);
    enum rc rc = desk_fields(x, names, 1, &base, e);
    if (rc == RC_OK)
        rc = find_draft(x, &a, &d, &f, e);
    if (rc == RC_OK && !desk_take_base(base, looked_at))
        version = DRAFT_CHANGED;
    else if (rc == RC_OK)
        rc = draft_publish(x->db, x->id.hash, strtoll(x->slug, NULL, 10), looked_at, &version, e);
    if (rc == RC_OK && version < 0) {
        x->rs->status = version == DRAFT_CHANGED ? 409 : 422;
        rc = put_draft(x, version == -3 ? "desk.other_sample" : version == DRAFT_CHANGED ? "desk.draft_changed" : "desk.not_done", e);
    } else if (rc == RC_OK) {
        (void)snprintf(path, sizeof path, "/admin/surveys/%.64s", d.slug);
        rc = desk_go(x, path);
    }
    arena_release(&a);
    return rc;
}
