/* /receipt: enter the code of a receipt and see where the ballot is; withdraw it. The code travels in the
 * body of a POST alone: no address, log or link ever holds it. */
#include "pages/lookup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "store/receipt_store.h"

enum { DAY_S = 86400 };

void lookup_tr(struct lookup_view *v, const char *key)
{
    html_tr(&v->w, v->site->c, v->lang, key, NULL);
}

static const char *lang_name(const struct lookup_view *v)
{
    const char *const *langs;
    (void)catalogue_langs(v->site->c, &langs);
    return langs[v->lang];
}

static size_t page_lang(const struct survey_site *site, const struct request *rq)
{
    const char *const *langs;
    size_t n = catalogue_langs(site->c, &langs);
    return web_language(rq, langs, n);
}

/* ---- the frame ---- */

static struct page begin(struct lookup_view *v, struct response *rs, const char *title_key, bool is_error)
{
    const struct catalogue *c = v->site->c;
    const struct page p = {.c = c, .lang = v->lang, .title = tr(c, v->lang, title_key), .path = "/receipt",
                           .is_error = is_error, .script = v->receipt != NULL ? "proof.js" : NULL,
                           .description = tr(c, v->lang, "receipt.look_description"),
                           .is_demonstration = v->version != NULL && v->version->form->sample == FORM_DEMONSTRATION};
    rs->lang = tr(c, v->lang, "lang.tag");
    page_begin(&v->w, &p);
    return p;
}

static void put_heading(struct lookup_view *v, const char *key)
{
    html_lit(&v->w, "<h1>");
    lookup_tr(v, key);
    html_lit(&v->w, "</h1>\n");
}

static void put_text(struct lookup_view *v, const char *key, const char *date)
{
    html_lit(&v->w, "<p class=\"measure\">");
    html_tr(&v->w, v->site->c, v->lang, key, "date", date, NULL);
    html_lit(&v->w, "</p>\n");
}

static enum rc end(struct lookup_view *v, const struct page *p, struct rc_info *e)
{
    page_end(&v->w, p);
    return html_ok(&v->w) ? RC_OK : rc_set(e, RC_NOMEM, "a receipt does not fit into a page");
}

static void put_hidden(struct lookup_view *v)
{
    html_lit(&v->w, "<input type=\"hidden\" name=\"_lang\" value=\"");
    html_attr(&v->w, lang_name(v));
    html_lit(&v->w, "\">");
}

void lookup_button(struct lookup_view *v, const char *wish, const char *key, bool is_second)
{
    html_lit(&v->w, "<form method=\"post\" action=\"/receipt\"><p>");
    put_hidden(v);
    html_lit(&v->w, "<input type=\"hidden\" name=\"code\" value=\"");
    html_attr(&v->w, v->key->c);
    html_lit(&v->w, "\"><input type=\"hidden\" name=\"wish\" value=\"");
    html_attr(&v->w, wish);
    if (is_second)
        html_lit(&v->w, "\"><button type=\"submit\" class=\"second\">");
    else
        html_lit(&v->w, "\"><button type=\"submit\">");
    lookup_tr(v, key);
    html_lit(&v->w, "</button></p></form>\n");
}

/* ---- the form for a code ---- */

/* `problem`: what is wrong with what was typed; NULL: nothing. */
static enum rc put_entry(struct lookup_view *v, struct response *rs, const char *typed, const char *problem,
                         struct rc_info *e)
{
    const struct page p = begin(v, rs, "receipt.look_title", problem != NULL);
    if (problem != NULL) {
        html_lit(&v->w, "<div class=\"summary\" id=\"summary\" role=\"alert\" tabindex=\"-1\" autofocus>\n<h2>");
        lookup_tr(v, "form.problems");
        html_lit(&v->w, "</h2>\n<ul><li><a href=\"#code\">");
        lookup_tr(v, problem);
        html_lit(&v->w, "</a></li></ul>\n</div>\n");
    }
    put_heading(v, "receipt.look_title");
    put_text(v, "receipt.look_lead", "");
    html_lit(&v->w, "<form method=\"post\" action=\"/receipt\" novalidate>\n");
    put_hidden(v);
    if (problem != NULL)
        html_lit(&v->w, "<div class=\"q has-error\">\n<label class=\"legend\" for=\"code\">");
    else
        html_lit(&v->w, "<div class=\"q\">\n<label class=\"legend\" for=\"code\">");
    lookup_tr(v, "receipt.look_label");
    html_lit(&v->w, "</label>\n<p class=\"hint\" id=\"code-hint\">");
    lookup_tr(v, "receipt.look_hint");
    html_lit(&v->w, "</p>\n");
    if (problem != NULL) {
        html_lit(&v->w, "<p class=\"error\" id=\"code-error\">");
        lookup_tr(v, problem);
        html_lit(&v->w, "</p>\n");
    }
    html_lit(&v->w, "<input type=\"text\" class=\"code\" id=\"code\" name=\"code\" size=\"24\" maxlength=\"64\" dir=\"ltr\" "
                    "autocomplete=\"off\" autocapitalize=\"characters\" autocorrect=\"off\" spellcheck=\"false\" value=\"");
    html_attr(&v->w, typed);
    if (problem != NULL)
        html_lit(&v->w, "\" aria-invalid=\"true\" aria-describedby=\"code-error code-hint\">\n</div>\n");
    else
        html_lit(&v->w, "\" aria-describedby=\"code-hint\">\n</div>\n");
    html_lit(&v->w, "<p><button type=\"submit\">");
    lookup_tr(v, "receipt.look_button");
    html_lit(&v->w, "</button></p>\n</form>\n");
    rs->status = problem != NULL ? 422 : 200;
    return end(v, &p, e);
}

enum rc lookup_get(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct lookup_view v = {.site = app, .w = {&rs->body}, .lang = page_lang(app, rq)};
    return put_entry(&v, rs, "", NULL, e);
}

/* ---- a code ---- */

static enum rc read_wish(const char *text, enum lookup_wish *out, struct rc_info *e)
{
    static const char *const names[] = {[LOOKUP_SHOW] = "show", [LOOKUP_WITHDRAW] = "withdraw",
                                        [LOOKUP_CONFIRM] = "confirm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text == NULL || strcmp(text, names[i]) == 0) {
            *out = (enum lookup_wish)i;
            return RC_OK;
        }
    return rc_set_reason(e, RC_INPUT, "unknown_field", "a receipt is asked for something unknown");
}

static enum rc read_fields(const struct request *rq, const char **code, enum lookup_wish *wish, struct rc_info *e)
{
    const char *text = NULL;
    for (size_t i = 0; i < rq->n_fields; i++) {
        const struct web_field *f = &rq->fields[i];
        if (!text_equal("code", f->name, f->name_len) && !text_equal("_lang", f->name, f->name_len) &&
            !text_equal("wish", f->name, f->name_len))
            return rc_set_reason(e, RC_INPUT, "unknown_field", "the form has an unknown field");
    }
    enum rc rc = web_single(rq->fields, rq->n_fields, "code", code, e);
    if (rc == RC_OK)
        rc = web_single(rq->fields, rq->n_fields, "wish", &text, e);
    if (rc == RC_OK)
        rc = read_wish(text, wish, e);
    *code = *code == NULL ? "" : *code;
    return rc;
}

/* A page that only says something; 503 where the code could not be looked up at all. */
static enum rc put_notice(struct lookup_view *v, struct response *rs, const char *stem, int status, struct rc_info *e)
{
    char title[64], text[64], date[16] = "";
    time_t tomorrow = time(NULL) + DAY_S;
    struct tm day;
    (void)snprintf(title, sizeof title, "%s.title", stem);
    (void)snprintf(text, sizeof text, "%s.text", stem);
    if (localtime_r(&tomorrow, &day) != NULL)
        (void)strftime(date, sizeof date, "%Y-%m-%d", &day);
    const struct page p = begin(v, rs, title, status >= 500);
    put_heading(v, title);
    put_text(v, text, date);
    rs->status = status;
    if (status >= 500)
        rs->retry_after = "60";
    return end(v, &p, e);
}

enum rc lookup_post(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct survey_site *site = app;
    struct lookup_view v = {.site = site, .w = {&rs->body}, .lang = page_lang(site, rq)};
    struct survey_ballot *b = site->ballot;
    const char *code = "";
    if (!rq->is_same_origin)
        return rc_set(e, RC_FORBIDDEN, "the form was sent from another site");
    enum rc rc = read_fields(rq, &code, &b->wish, e);
    if (rc != RC_OK)
        return rc;
    rc = key_parse(code, strlen(code), &b->token.key);
    if (rc != RC_OK)
        return put_entry(&v, rs, code, rc == RC_CONFLICT ? "receipt.look_typo" : "receipt.look_length", e);
    if (ballot_queue_length(site->lookups) >= LOOKUPS_MAX)
        return put_notice(&v, rs, "receipt.busy", 503, e);
    b->intake = (struct intake_ballot){.result = RC_UNAVAILABLE};
    b->request = *rq;
    b->is_filled = b->is_lookup = true;
    return RC_OK;
}

/* ---- the answer ---- */

/* Where the survey and its version are loaded: it may have been published a second ago. */
static void find_version(struct lookup_view *v)
{
    const struct survey_set *set = atomic_load(&v->site->set);
    const char *const *langs;
    (void)catalogue_langs(v->site->c, &langs);
    for (size_t i = 0; set != NULL && i < set->n; i++)
        if (set->items[i].survey_id == v->receipt->survey_id) {
            v->survey = &set->items[i];
            v->version = survey_find_version(v->survey, v->receipt->version_id);
        }
    size_t flang = v->version != NULL ? form_lang(v->version->form, langs[v->lang]) : SIZE_MAX;
    v->flang = flang == SIZE_MAX ? 0 : flang;
}

static bool is_counted(const struct stored_receipt *r)
{
    return r->state == RECEIPT_COUNTED || r->state == RECEIPT_LEAVING;
}

static void put_code(struct lookup_view *v)
{
    char shown[20];
    key_show(v->key, shown);
    html_lit(&v->w, "<p class=\"lead\">");
    if (v->version != NULL)
        html_text(&v->w, form_text(&v->version->form->title, v->flang));
    html_lit(&v->w, "</p>\n<p class=\"code\" translate=\"no\" dir=\"ltr\">");
    html_text(&v->w, shown);
    html_lit(&v->w, "</p>\n");
}

static void put_withdraw(struct lookup_view *v)
{
    html_lit(&v->w, "<h2>");
    lookup_tr(v, "receipt.withdraw_title");
    html_lit(&v->w, "</h2>\n");
    put_text(v, "receipt.withdraw_text", "");
    lookup_button(v, "withdraw", "receipt.withdraw_button", true);
}

static enum rc put_counted(struct lookup_view *v, struct db *db, struct arena *a, struct rc_info *e)
{
    unsigned char box[KEY_HASH_BYTES], record[KEY_HASH_BYTES];
    struct receipt_word *words = NULL;
    size_t n_words = 0;
    enum rc rc = RC_OK;
    if (v->receipt->codes != NULL && v->version != NULL) {
        key_box_hash(v->key, box);
        key_record_hash(v->key, record);
        rc = receipt_store_words(db, box, record, a, &words, &n_words, e);
        if (rc == RC_OK)
            rc = lookup_answers(v, words, n_words, a, e);
    }
    return rc == RC_OK ? lookup_proof(v, a, e) : rc;
}

/* One page for each state; that of every unknown code is the same. */
static enum rc put_state(struct lookup_view *v, struct response *rs, struct db *db, struct arena *a, struct rc_info *e)
{
    static const char *const stems[] = {[RECEIPT_UNKNOWN] = "receipt.unknown", [RECEIPT_IN_BOX] = "receipt.in_box",
                                        [RECEIPT_COUNTED] = "receipt.counted", [RECEIPT_WITHDRAWN] = "receipt.withdrawn",
                                        [RECEIPT_LEAVING] = "receipt.leaving"};
    const struct stored_receipt *r = v->receipt;
    char title[64], text[64];
    enum rc rc = RC_OK;
    if (r->state == RECEIPT_UNKNOWN)
        return put_notice(v, rs, stems[r->state], 200, e);
    (void)snprintf(title, sizeof title, "%s.title", stems[r->state]);
    (void)snprintf(text, sizeof text, "%s.text", stems[r->state]);
    const struct page p = begin(v, rs, title, false);
    put_heading(v, title);
    put_code(v);
    put_text(v, text, is_counted(r) ? r->opened_on : "");
    if (is_counted(r))
        rc = put_counted(v, db, a, e);
    if (r->state == RECEIPT_IN_BOX || r->state == RECEIPT_COUNTED)
        put_withdraw(v);
    return rc == RC_OK ? end(v, &p, e) : rc;
}

/* Are you sure? The confirmation is a POST of its own. */
static enum rc put_question(struct lookup_view *v, struct response *rs, struct rc_info *e)
{
    const struct page p = begin(v, rs, "receipt.sure.title", false);
    put_heading(v, "receipt.sure.title");
    put_code(v);
    put_text(v, "receipt.sure.text", "");
    lookup_button(v, "confirm", "receipt.sure_button", false);
    lookup_button(v, "show", "receipt.keep_button", true);
    return end(v, &p, e);
}

static enum rc answer(struct lookup_view *v, const struct survey_ballot *b, struct db *db, struct arena *a,
                      struct response *rs, struct rc_info *e)
{
    unsigned char box[KEY_HASH_BYTES], record[KEY_HASH_BYTES];
    struct stored_receipt r;
    enum rc rc = RC_OK;
    key_box_hash(v->key, box);
    key_record_hash(v->key, record);
    if (b->wish == LOOKUP_CONFIRM)
        rc = receipt_store_withdraw(db, box, record, a, e);
    if (rc == RC_OK || rc == RC_NOTFOUND)
        rc = receipt_store_look(db, box, record, a, &r, e);
    if (rc != RC_OK)
        return rc;
    v->receipt = &r;
    if (is_counted(&r))
        find_version(v);
    rc = b->wish == LOOKUP_WITHDRAW && (r.state == RECEIPT_IN_BOX || r.state == RECEIPT_COUNTED)
             ? put_question(v, rs, e)
             : put_state(v, rs, db, a, e);
    v->receipt = NULL;
    return rc;
}

void lookup_answer(const struct survey_site *site, const struct survey_ballot *b, struct db *db, struct arena *a,
                   struct response *rs)
{
    struct rc_info e = {0};
    struct lookup_view v = {.site = site, .w = {&rs->body}, .lang = page_lang(site, &b->request), .key = &b->token.key};
    enum rc rc = answer(&v, b, db, a, rs, &e);
    if (rc == RC_OK)
        return;
    if (rc != RC_AWAY) /* the keeper tells of a lost database */
        log_error("receipt_not_shown", kv_s("code", rc_name(rc)), kv_s("why", e.msg));
    buf_reset(&rs->body);
    v.receipt = NULL;
    v.version = NULL;
    if (put_notice(&v, rs, "receipt.away", 503, &e) != RC_OK)
        rs->status = 500;
}
