/* Paper forms, keyed in: the check, the codes, the seal and the box of every other ballot. Nothing of a form stays here. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "box/batch.h"
#include "form/answers.h"
#include "pages/desk_inner.h"
#include "pages/survey.h"
#include "store/draft_store.h"
#include "store/sealed.h"

enum { FORM_BYTES = 16 << 20, LABEL_MAX = 100 };
static const char *const own_names[] = {"_token", "_lang", "_version", "_ballot", "_label"};
enum { TOKEN, LANG, VERSION, BALLOT, LABEL, N_OWN };

/* A survey that takes forms, and one of them on its way. */
struct sheet {
    struct arena a;
    struct keying k;
    struct form *f;
    struct answers answers;
    bool is_checked;
    struct ballot_key ballot; /* made with the page: a second click is the same ballot */
    const char *label;
};

static enum rc open_sheet(struct desk_call *x, struct sheet *s, struct rc_info *e)
{
    *s = (struct sheet){.label = ""};
    arena_init(&s->a, FORM_BYTES);
    enum rc rc = keying_get(x->db, x->id.hash, x->slug, &s->a, &s->k, e);
    return rc == RC_OK ? form_from_json(s->k.definition, s->k.definition_len, &s->a, &s->f, e) : rc;
}

/* ---- the page ---- */

static void put_number(struct desk_call *x, const char *name, int64_t n)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)n);
    desk_put_hidden(x, name, text);
}

static enum rc put_page(struct desk_call *x, struct sheet *s, const char *problem, const char *done, struct rc_info *e)
{
    char path[112];
    bool is_again = s->is_checked && s->answers.n_problems > 0;
    const struct form_view v = {.c = x->desk->c, .clang = x->lang, .slug = x->slug, .version_id = s->k.version_id, .form = s->f,
                                .flang = desk_form_lang(x, s->f), .n_fields = done == NULL ? x->rq->n_fields : 0,
                                .fields = x->rq->fields, .answers = is_again ? &s->answers : NULL};
    (void)snprintf(path, sizeof path, "/admin/surveys/%.64s/key", x->slug);
    desk_begin(x, path, "desk.key", NULL, is_again || problem != NULL);
    html_lit(&x->w, "<p class=\"lead\">");
    html_text(&x->w, form_text(&s->f->title, v.flang));
    html_lit(&x->w, "</p>\n");
    if (problem != NULL)
        desk_put_problem(x, problem, NULL);
    if (is_again)
        form_summary(&x->w, &v);
    if (done != NULL)
        desk_put_done(x, done);
    desk_put_text(x, "desk.key_text");
    desk_begin_form(x, path);
    put_number(x, "_version", s->k.version_id);
    desk_put_hidden(x, "_ballot", s->ballot.c);
    desk_put_field(x, "_label", "desk.key_label", "desk.key_label_hint", "text", s->label);
    form_questions(&x->w, &v);
    desk_end_form(x, "desk.key_send", false);
    return desk_end(x, e);
}

enum rc desk_key_page(struct desk_call *x, struct rc_info *e)
{
    struct sheet s;
    enum rc rc = open_sheet(x, &s, e);
    key_make(&s.ballot);
    if (rc == RC_OK)
        rc = put_page(x, &s, NULL, NULL, e);
    arena_release(&s.a);
    return rc;
}

/* ---- one form ---- */

/* The page's own fields, each once; the others are the questionnaire's. */
static enum rc read_own(const struct desk_call *x, const char *own[N_OWN], struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < x->rq->n_fields; i++) {
        size_t k = 0;
        while (k < N_OWN && strcmp(x->rq->fields[i].name, own_names[k]) != 0)
            k++;
        if (k == N_OWN && x->rq->fields[i].name[0] == '_')
            return rc_set_reason(e, RC_INPUT, "unknown_field", "the form has an unknown field of the page's own");
    }
    for (size_t k = 0; rc == RC_OK && k < N_OWN; k++) {
        own[k] = NULL;
        rc = web_single(x->rq->fields, x->rq->n_fields, own_names[k], &own[k], e);
        own[k] = own[k] != NULL ? own[k] : "";
    }
    if (rc == RC_OK && text_length(own[LABEL], strlen(own[LABEL])) > LABEL_MAX)
        rc = rc_set_reason(e, RC_INPUT, "unknown_field", "the batch's name is too long");
    return rc;
}

static enum rc check(struct desk_call *x, struct sheet *s, struct rc_info *e)
{
    size_t n = x->rq->n_fields;
    struct form_field *fields = arena_array(&s->a, n + 1, sizeof *fields);
    if (fields == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the fields");
    for (size_t i = 0; i < n; i++)
        fields[i] = (struct form_field){x->rq->fields[i].name, x->rq->fields[i].name_len, x->rq->fields[i].value, x->rq->fields[i].value_len};
    enum rc rc = answers_check(s->f, fields, n, &s->a, &s->answers, e);
    s->is_checked = rc == RC_OK;
    if (rc == RC_INPUT && e->reason == NULL)
        e->reason = "not_this_form";
    return rc;
}

static enum rc collect_comments(struct sheet *s, struct batch_ballot *b, struct rc_info *e)
{
    struct batch_comment *c = arena_array(&s->a, BATCH_COMMENTS_MAX, sizeof *c);
    size_t n = 0;
    for (size_t i = 0; c != NULL && i < s->f->n_nodes; i++) {
        const struct answer *a = &s->answers.items[i];
        if (s->f->nodes[i].type != FORM_TEXT || a->state != ANSWER_GIVEN)
            continue;
        if (n == BATCH_COMMENTS_MAX)
            return rc_set(e, RC_TOOBIG, "more than %d comments in a ballot", BATCH_COMMENTS_MAX);
        c[n++] = (struct batch_comment){(uint16_t)i, a->text, a->text_len};
    }
    b->comments = c;
    b->n_comments = n;
    return c != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for comments");
}

static enum rc drop(struct desk_call *x, struct sheet *s, enum office_outcome *o, struct rc_info *e)
{
    struct batch_ballot ballot = {.codes_len = s->f->codes_len};
    struct buf sealed;
    struct timespec now;
    unsigned char *codes = arena_alloc(&s->a, s->f->codes_len);
    if (codes == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a ballot");
    answers_encode(s->f, &s->answers, codes);
    ballot.codes = codes;
    key_record_hash(&s->ballot, ballot.record_hash);
    key_box_hash(&s->ballot, ballot.box_hash);
    enum rc rc = collect_comments(s, &ballot, e);
    if (rc != RC_OK)
        return rc;
    const struct batch b = {s->k.survey_id, s->k.version_id, 1, &ballot};
    buf_init(&sealed, BATCH_BYTES_MAX);
    rc = batch_seal(&b, s->k.public_key, &sealed, e);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct sealed_batch batch = {.survey_id = b.survey_id, .version_id = b.version_id, .epoch_id = s->k.epoch_id,
                                 .accepted_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, .n = 1, .box_hashes = ballot.box_hash,
                                 .sealed = (const unsigned char *)sealed.p, .sealed_len = sealed.len};
    randombytes_buf(batch.batch_id, sizeof batch.batch_id);
    if (rc == RC_OK)
        rc = keying_drop(x->db, x->id.hash, x->slug, s->label, &batch, o, e);
    buf_release(&sealed);
    sodium_memzero(codes, s->f->codes_len);
    return rc;
}

static enum rc take(struct desk_call *x, struct sheet *s, const char *const own[N_OWN], struct rc_info *e)
{
    enum office_outcome o = OFFICE_DONE;
    int64_t version = 0;
    if (key_parse(own[BALLOT], strlen(own[BALLOT]), &s->ballot) != RC_OK ||
        text_to_i64(own[VERSION], strlen(own[VERSION]), 1, INT64_MAX, &version) != RC_OK)
        return rc_set_reason(e, RC_INPUT, "not_this_form", "not a form of this page");
    if (version != s->k.version_id) {
        x->rs->status = 409;
        return put_page(x, s, "desk.key_changed", NULL, e);
    }
    enum rc rc = check(x, s, e);
    if (rc == RC_OK && s->answers.n_problems > 0) {
        x->rs->status = 422;
        return put_page(x, s, NULL, NULL, e);
    }
    if (rc == RC_OK)
        rc = drop(x, s, &o, e);
    if (rc != RC_OK)
        return rc;
    if (o != OFFICE_DONE) {
        x->rs->status = 409;
        return put_page(x, s, "desk.key_changed", NULL, e);
    }
    key_make(&s->ballot); /* of the next form */
    return put_page(x, s, NULL, "desk.key_done", e);
}

enum rc desk_key(struct desk_call *x, struct rc_info *e)
{
    struct sheet s;
    const char *own[N_OWN];
    enum rc rc = open_sheet(x, &s, e);
    if (rc == RC_OK)
        rc = read_own(x, own, e);
    if (rc == RC_OK) {
        s.label = own[LABEL];
        rc = take(x, &s, own, e);
    }
    arena_release(&s.a);
    return rc;
}
