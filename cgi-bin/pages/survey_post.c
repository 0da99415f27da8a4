/* POST /survey/SLUG: a ballot, checked and handed on; POST /survey/SLUG/new: a key for another person. */
#include <string.h>

#include "base/text.h"
#include "pages/survey.h"

/* The page's own fields; everything else belongs to the questionnaire. */
struct own_fields {
    const char *version, *lang, *ballot, *code, *trap; /* NULL when absent */
};

/* One POST on its way through the checks. */
struct post {
    const struct survey_site *site;
    const struct request *rq;
    struct response *rs;
    struct rc_info *e;
    const struct survey *s;
    const struct survey_version *v;
    size_t flang;
    struct key_token token;
    bool is_cookieless;
    const char *key_notice; /* the page must be sent once more, and why; NULL: the key is good */
    struct answers answers;
    struct ballot_key code;   /* of the invitation */
    const char *code_problem; /* catalogue key; NULL: the code may be tried */
};

static enum rc read_own_fields(const struct request *rq, struct own_fields *own, struct rc_info *e)
{
    const struct {
        const char *name, **out;
    } known[] = {{"_version", &own->version}, {"_lang", &own->lang}, {"_ballot", &own->ballot},
                 {"_code", &own->code}, {"_website", &own->trap}};
    const size_t n_known = sizeof known / sizeof *known;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < rq->n_fields; i++) {
        const struct web_field *f = &rq->fields[i];
        size_t k = 0;
        while (k < n_known && !text_equal(known[k].name, f->name, f->name_len))
            k++;
        if (f->name[0] == '_' && k == n_known)
            return rc_set_reason(e, RC_INPUT, "unknown_field", "the form has an unknown field of the page's own");
    }
    for (size_t k = 0; k < n_known && rc == RC_OK; k++)
        rc = web_single(rq->fields, rq->n_fields, known[k].name, known[k].out, e);
    return rc;
}

/* Cookie first, then the form's field. True when the ballot was sent before. */
static bool read_key(struct post *p, const char *field)
{
    enum key_state cookie = survey_key_cookie(p->site, p->s, p->rq, &p->token);
    if (cookie == KEY_SENT)
        return true;
    if (cookie == KEY_UNSENT)
        return false;
    enum key_state in_form = survey_key_field(p->site, p->s, field, &p->token);
    p->is_cookieless = true;
    if (in_form == KEY_UNSENT)
        return false;
    p->key_notice = cookie == KEY_NONE && in_form == KEY_NONE ? "form.no_cookie" : "form.stale";
    survey_key_late(&p->token);
    return false;
}

/* The form again, with the answers still in it. */
static enum rc form_again(const struct post *p, const char *notice, const struct answers *answers, int status)
{
    const struct form *f = p->v->form;
    char token[KEY_TOKEN_MAX];
    struct html w = {&p->rs->body};
    size_t clang = survey_catalogue_lang(p->site->c, f, p->flang);
    if (p->is_cookieless) { /* both ways, in case the browser keeps the cookie this time */
        key_token_write(&p->token, p->s->slug, p->site->secret, token);
        p->rs->set_cookie = survey_key_set_cookie(p->site, p->s, &p->token, p->rq->arena);
        if (p->rs->set_cookie == NULL)
            return rc_set(p->e, RC_NOMEM, "no memory for a cookie");
    }
    form_page(&w, &(struct form_view){.c = p->site->c, .clang = clang, .slug = p->s->slug,
                                      .version_id = p->v->version_id, .form = f, .flang = p->flang,
                                      .n_fields = p->rq->n_fields, .fields = p->rq->fields,
                                      .answers = answers, .token = p->is_cookieless ? token : NULL,
                                      .code_problem = p->code_problem, .notice = notice});
    p->rs->status = status;
    p->rs->lang = tr(p->site->c, clang, "lang.tag");
    return html_ok(&w) ? RC_OK : rc_set(p->e, RC_NOMEM, "the form does not fit into a page");
}

static enum rc check_answers(struct post *p)
{
    const struct request *rq = p->rq;
    struct form_field *fields = arena_array(rq->arena, rq->n_fields + 1, sizeof *fields);
    if (fields == NULL)
        return rc_set(p->e, RC_NOMEM, "no memory for the fields");
    for (size_t i = 0; i < rq->n_fields; i++)
        fields[i] = (struct form_field){rq->fields[i].name, rq->fields[i].name_len, rq->fields[i].value,
                                        rq->fields[i].value_len};
    enum rc rc = answers_check(p->v->form, fields, rq->n_fields, rq->arena, &p->answers, p->e);
    if (rc == RC_INPUT && p->e->reason == NULL)
        p->e->reason = "not_this_form";
    return rc;
}

/* ---- the ballot: it lives as long as its request ---- */

static enum rc collect_comments(struct post *p, struct survey_ballot *b)
{
    const struct form *f = p->v->form;
    struct batch_comment *c = arena_array(p->rq->arena, BATCH_COMMENTS_MAX, sizeof *c);
    size_t n = 0;
    for (size_t i = 0; c != NULL && i < f->n_nodes; i++) {
        const struct answer *a = &p->answers.items[i];
        if (f->nodes[i].type != FORM_TEXT || a->state != ANSWER_GIVEN)
            continue;
        if (n == BATCH_COMMENTS_MAX)
            return rc_set(p->e, RC_TOOBIG, "more than %d comments in a ballot", BATCH_COMMENTS_MAX);
        c[n++] = (struct batch_comment){(uint16_t)i, a->text, a->text_len};
    }
    b->intake.ballot.comments = c;
    b->intake.ballot.n_comments = n;
    return c != NULL ? RC_OK : rc_set(p->e, RC_NOMEM, "no memory for comments");
}

static bool is_lang_chosen(const struct post *p)
{
    struct request plain = *p->rq;
    plain.n_query = plain.n_fields = 0;
    return web_language(&plain, p->v->form->langs, p->v->form->n_langs) != p->flang;
}

static enum rc fill_ballot(struct post *p, struct survey_ballot *b)
{
    unsigned char *codes = arena_alloc(p->rq->arena, p->v->form->codes_len);
    if (codes == NULL)
        return rc_set(p->e, RC_NOMEM, "no memory for a ballot");
    p->answers.is_fast = survey_key_is_fast(&p->token, p->v->form);
    answers_encode(p->v->form, &p->answers, codes);
    b->intake = (struct intake_ballot){.survey_id = p->s->survey_id, .version_id = p->v->version_id,
                                       .result = RC_UNAVAILABLE};
    b->intake.ballot.codes = codes;
    b->intake.ballot.codes_len = p->v->form->codes_len;
    enum rc rc = collect_comments(p, b);
    if (rc != RC_OK)
        return rc;
    key_record_hash(&p->token.key, b->intake.ballot.record_hash);
    key_box_hash(&p->token.key, b->intake.ballot.box_hash);
    b->intake.has_code = p->v->form->is_by_invitation;
    if (b->intake.has_code)
        key_code_hash(&p->code, b->intake.code_hash);
    b->request = *p->rq;
    b->survey = p->s;
    b->version = p->v;
    b->flang = p->flang;
    b->token = p->token;
    b->is_cookieless = p->is_cookieless;
    b->is_lang_chosen = is_lang_chosen(p);
    b->is_filled = true;
    return RC_OK;
}

static enum rc see_received(const struct survey *s, const char *lang, struct arena *a, struct response *rs,
                            struct rc_info *e)
{
    rs->status = 303;
    rs->location = lang == NULL ? arena_printf(a, "/survey/%s/received", s->slug)
                                : arena_printf(a, "/survey/%s/received?lang=%s", s->slug, lang);
    return rs->location != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for an address");
}

/* A code as it was typed: only the box can tell whether it is one. */
static enum rc check_code(struct post *p, const char *typed)
{
    if (!p->v->form->is_by_invitation)
        return typed == NULL ? RC_OK : rc_set_reason(p->e, RC_INPUT, "unknown_field", "an open survey takes no code");
    if (typed == NULL || typed[strspn(typed, " -")] == '\0') {
        p->code_problem = "form.code_problem.missing";
        return RC_OK;
    }
    enum rc rc = key_parse(typed, strlen(typed), &p->code);
    if (rc != RC_OK)
        p->code_problem = rc == RC_CONFLICT ? "form.code_problem.typo" : "form.code_problem.not_a_code";
    return RC_OK;
}

static enum rc post_ballot(struct post *p)
{
    struct own_fields own = {0};
    int64_t version_id = 0;
    enum rc rc = read_own_fields(p->rq, &own, p->e);
    if (rc != RC_OK)
        return rc;
    p->v = p->s->current;
    p->flang = web_language(p->rq, p->v->form->langs, p->v->form->n_langs);
    if (read_key(p, own.ballot))
        return see_received(p->s, is_lang_chosen(p) ? p->v->form->langs[p->flang] : NULL, p->rq->arena, p->rs, p->e);
    if (!p->s->is_open) {
        survey_notice_page(p->site, p->rq, p->s, "form.closed", 410, p->rs);
        return RC_OK;
    }
    if (own.version != NULL && text_to_i64(own.version, strlen(own.version), 1, INT64_MAX, &version_id) == RC_OK)
        p->v = survey_find_version(p->s, version_id);
    if (p->v == NULL || version_id == 0) {
        p->v = p->s->current;
        return form_again(p, "form.version", NULL, 409);
    }
    p->flang = web_language(p->rq, p->v->form->langs, p->v->form->n_langs);
    rc = check_answers(p);
    if (rc == RC_OK)
        rc = check_code(p, own.code);
    if (rc != RC_OK)
        return rc;
    if (p->answers.n_problems > 0 || p->code_problem != NULL)
        return form_again(p, NULL, &p->answers, 422);
    if (own.trap != NULL && *own.trap != '\0') /* a program, or a browser that fills in by itself */
        return form_again(p, "form.trapped", NULL, 422);
    if (p->key_notice != NULL)
        return form_again(p, p->key_notice, NULL, 409);
    return fill_ballot(p, p->site->ballot);
}

/* Another person at the same device. An unsent key is kept: a second tap changes nothing. */
static enum rc post_new(struct post *p)
{
    const struct form *f = p->s->current->form;
    p->v = p->s->current;
    p->flang = web_language(p->rq, f->langs, f->n_langs);
    if (survey_key_cookie(p->site, p->s, p->rq, &p->token) != KEY_UNSENT) {
        survey_key_fresh(&p->token);
        p->rs->set_cookie = survey_key_set_cookie(p->site, p->s, &p->token, p->rq->arena);
        if (p->rs->set_cookie == NULL)
            return rc_set(p->e, RC_NOMEM, "no memory for a cookie");
    }
    p->rs->status = 303;
    p->rs->location = is_lang_chosen(p) ? arena_printf(p->rq->arena, "/survey/%s?lang=%s", p->s->slug, f->langs[p->flang])
                                        : arena_printf(p->rq->arena, "/survey/%s", p->s->slug);
    return p->rs->location != NULL ? RC_OK : rc_set(p->e, RC_NOMEM, "no memory for an address");
}

enum rc survey_post(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    const char *tail;
    struct post p = {.site = app, .rq = rq, .rs = rs, .e = e};
    if (!rq->is_same_origin)
        return rc_set(e, RC_FORBIDDEN, "the form was sent from another site");
    enum rc rc = survey_of_path(p.site, rq->path, &p.s, &tail, e);
    if (rc != RC_OK)
        return rc;
    if (*tail == '\0')
        return post_ballot(&p);
    return strcmp(tail, "/new") == 0 ? post_new(&p) : rc_set(e, RC_NOTFOUND, "no such page");
}

void survey_ballot_answer(const struct survey_site *site, const struct survey_ballot *b, struct arena *a,
                          struct response *rs)
{
    struct rc_info e = {0};
    struct request rq = b->request;
    rq.arena = a;
    struct post p = {.site = site, .rq = &rq, .rs = rs, .e = &e, .s = b->survey, .v = b->version,
                     .flang = b->flang, .token = b->token, .is_cookieless = b->is_cookieless};
    enum rc rc = RC_OK;
    if (b->intake.result == RC_FORBIDDEN) {
        p.code_problem = "form.code_problem.refused";
        rc = form_again(&p, NULL, NULL, 409);
    } else if (b->intake.result != RC_OK) {
        rc = form_again(&p, "form.unavailable", NULL, 503);
        rs->retry_after = "60";
    } else {
        p.token.is_sent = true;
        rs->set_cookie = survey_key_set_cookie(site, b->survey, &p.token, a);
        if (b->is_cookieless)
            receipt_page(site, b->survey, b->flang, &p.token.key, a, rs);
        else
            rc = see_received(b->survey, b->is_lang_chosen ? b->version->form->langs[b->flang] : NULL, a, rs, &e);
    }
    if (rc != RC_OK || (rs->set_cookie == NULL && b->intake.result == RC_OK))
        rs->status = 500; /* out of memory: the citizen may send again, it counts once */
}
