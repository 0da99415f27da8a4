/* GET /survey/SLUG (the form, or "already received"), /survey/SLUG/received (the receipt) and
 * /survey/SLUG/younger (for those under the smallest age). */
#include <string.h>

#include "pages/error.h"
#include "pages/survey.h"

static const struct prebuilt *prebuilt_page(const struct survey *s, size_t flang)
{
    return &s->current->pages[flang];
}

static enum rc show_form(struct survey_site *site, const struct request *rq, const struct survey *s, size_t flang,
                         struct response *rs, struct rc_info *e)
{
    struct key_token t;
    enum key_state key = survey_key_cookie(site, s, rq, &t);
    if (key == KEY_SENT) {
        received_already_page(site, s, flang, rs);
        return RC_OK;
    }
    if (!s->is_open) {
        survey_notice_page(site, rq, s, "form.closed", 410, rs);
        return RC_OK;
    }
    if (key != KEY_UNSENT) {
        survey_key_fresh(&t);
        rs->set_cookie = survey_key_set_cookie(site, s, &t, rq->arena);
        if (rs->set_cookie == NULL)
            return rc_set(e, RC_NOMEM, "no memory for a cookie");
    }
    const struct prebuilt *p = prebuilt_page(s, flang);
    rs->is_gzip = rq->takes_gzip && p->gzip != NULL;
    rs->fixed = rs->is_gzip ? p->gzip : p->plain;
    rs->fixed_len = rs->is_gzip ? p->gzip_len : p->plain_len;
    rs->lang = tr(site->c, survey_catalogue_lang(site->c, s->current->form, flang), "lang.tag");
    return RC_OK;
}

static enum rc show_receipt(struct survey_site *site, const struct request *rq, const struct survey *s,
                            size_t flang, struct response *rs, struct rc_info *e)
{
    struct key_token t;
    if (survey_key_cookie(site, s, rq, &t) == KEY_SENT) {
        receipt_page(site, s, flang, &t.key, rq->arena, rs);
        return RC_OK;
    }
    rs->status = 303; /* nothing was sent from this browser */
    rs->location = arena_printf(rq->arena, "/survey/%s", s->slug);
    return rs->location != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for an address");
}

enum rc survey_get(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct survey_site *site = app;
    const char *tail;
    const struct survey *s = NULL;
    enum rc rc = survey_of_path(site, rq->path, &s, &tail, e);
    if (rc != RC_OK)
        return rc;
    const struct form *f = s->current->form;
    size_t flang = web_language(rq, f->langs, f->n_langs);
    if (*tail == '\0')
        return show_form(site, rq, s, flang, rs, e);
    if (strcmp(tail, "/received") == 0)
        return show_receipt(site, rq, s, flang, rs, e);
    if (strcmp(tail, "/younger") == 0 && f->smallest_age > 0) { /* under the smallest age: a kind end, nothing stored */
        survey_notice_page(site, rq, s, "form.younger", 200, rs);
        return RC_OK;
    }
    if (strcmp(tail, "/new") != 0)
        return rc_set(e, RC_NOTFOUND, "no such page");
    rs->allow = "POST";
    error_page(site->c, rq, RC_CONFLICT, NULL, rs);
    return RC_OK;
}
