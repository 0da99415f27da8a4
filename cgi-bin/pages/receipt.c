/* The receipt, "already received", and pages that only say something about a survey. */
#include <stdio.h>

#include "pages/survey.h"
#include "report/qr.h"

struct told {
    struct html w;
    struct page p;
    char path[8 + 64 + 16];
};

static void begin(struct told *t, const struct survey_site *site, const struct survey *s, size_t flang,
                  const char *title_key, const char *tail, struct response *rs)
{
    const struct form *f = s->current->form;
    size_t clang = survey_catalogue_lang(site->c, f, flang);
    (void)snprintf(t->path, sizeof t->path, "/survey/%.64s%s", s->slug, tail);
    t->w = (struct html){&rs->body};
    t->p = (struct page){.c = site->c, .lang = clang, .title = tr(site->c, clang, title_key), .path = t->path,
                         .langs = f->langs, .n_langs = f->n_langs,
                         .is_demonstration = f->sample == FORM_DEMONSTRATION,
                         .has_script = true}; /* it throws the draft away */
    rs->lang = tr(site->c, clang, "lang.tag");
    page_begin(&t->w, &t->p);
    html_lit(&t->w, "<h1>");
    html_text(&t->w, t->p.title);
    html_lit(&t->w, "</h1>\n<p class=\"lead\">");
    html_text(&t->w, form_text(&f->title, flang));
    html_lit(&t->w, "</p>\n");
}

static void put_text(struct told *t, const char *key)
{
    html_lit(&t->w, "<p class=\"measure\">");
    html_tr(&t->w, t->p.c, t->p.lang, key, NULL);
    html_lit(&t->w, "</p>\n");
}

static void put_link(struct told *t, const char *before, const char *slug, const char *tail, const char *key)
{
    const char *const *langs;
    (void)catalogue_langs(t->p.c, &langs);
    html_lit(&t->w, "<p><a class=\"button second\" href=\"");
    html_attr(&t->w, before);
    html_url(&t->w, slug);
    html_attr(&t->w, tail);
    html_lit(&t->w, "?lang=");
    html_url(&t->w, langs[t->p.lang]);
    html_lit(&t->w, "\">");
    html_tr(&t->w, t->p.c, t->p.lang, key, NULL);
    html_lit(&t->w, "</a></p>\n");
}

/* A POST, since it gives this browser a new key. */
static void put_another_person(struct told *t, const struct survey *s, size_t flang)
{
    if (!s->is_open)
        return;
    html_lit(&t->w, "<h2>");
    html_tr(&t->w, t->p.c, t->p.lang, "receipt.another", NULL);
    html_lit(&t->w, "</h2>\n");
    put_text(t, "receipt.another_text");
    html_lit(&t->w, "<form method=\"post\" action=\"/survey/");
    html_url(&t->w, s->slug);
    html_lit(&t->w, "/new\"><p><input type=\"hidden\" name=\"_lang\" value=\"");
    html_attr(&t->w, s->current->form->langs[flang]);
    html_lit(&t->w, "\"><button type=\"submit\" class=\"second\">");
    html_tr(&t->w, t->p.c, t->p.lang, "receipt.another_button", NULL);
    html_lit(&t->w, "</button></p></form>\n");
}

static void put_use(struct told *t, const char *key, const char *contact)
{
    html_lit(&t->w, "<li>");
    html_tr(&t->w, t->p.c, t->p.lang, key, "contact", contact, NULL);
    html_lit(&t->w, "</li>\n");
}

/* What the receipt can do, by the survey's real settings. */
static void put_uses(struct told *t, const struct form *f, const char *contact)
{
    html_lit(&t->w, "<h2>");
    html_tr(&t->w, t->p.c, t->p.lang, "receipt.use", NULL);
    html_lit(&t->w, "</h2>\n<ul class=\"measure\">\n");
    put_use(t, "receipt.use_look", "");
    put_use(t, "receipt.use_withdraw", "");
    put_use(t, f->is_read_back ? "receipt.use_read_back" : "receipt.use_no_read_back", "");
    put_use(t, "receipt.use_once", "");
    if (*contact != '\0')
        put_use(t, "receipt.use_ask_contact", contact);
    put_use(t, "receipt.use_secret", "");
    html_lit(&t->w, "</ul>\n");
}

/* The code for a screenshot: in groups of four, and as a picture that holds text, never a link, so that
 * scanning it opens nothing. */
static void put_code(struct told *t, const struct ballot_key *key, struct arena *a, struct response *rs)
{
    char shown[20];
    struct rc_info ignored;
    key_show(key, shown);
    html_lit(&t->w, "<div class=\"receipt\">\n<div>\n<h2>");
    html_tr(&t->w, t->p.c, t->p.lang, "receipt.code", NULL);
    html_lit(&t->w, "</h2>\n<p class=\"code\" id=\"receipt\" translate=\"no\" dir=\"ltr\">");
    html_text(&t->w, shown);
    html_lit(&t->w, "</p>\n<p>");
    html_tr(&t->w, t->p.c, t->p.lang, "receipt.keep", NULL);
    html_lit(&t->w, "</p>\n</div>\n<div class=\"qr\">");
    const char *text = tr_fill(a, t->p.c, t->p.lang, "receipt.qr", "code", shown, NULL);
    const char *alt = tr_fill(a, t->p.c, t->p.lang, "receipt.qr_alt", "code", shown, NULL);
    if (text == NULL || alt == NULL || qr_svg(&rs->body, text, alt, &ignored) != RC_OK)
        rs->body.has_failed = true;
    html_lit(&t->w, "</div>\n</div>\n");
}

/* A POST: the code stands in no address. */
static void put_look_up(struct told *t, const struct ballot_key *key)
{
    const char *const *langs;
    (void)catalogue_langs(t->p.c, &langs);
    html_lit(&t->w, "<form method=\"post\" action=\"/receipt\"><p><input type=\"hidden\" name=\"_lang\" value=\"");
    html_attr(&t->w, langs[t->p.lang]);
    html_lit(&t->w, "\"><input type=\"hidden\" name=\"code\" value=\"");
    html_attr(&t->w, key->c);
    html_lit(&t->w, "\"><button type=\"submit\" class=\"second\">");
    html_tr(&t->w, t->p.c, t->p.lang, "receipt.look_now", NULL);
    html_lit(&t->w, "</button></p></form>\n");
}

void receipt_page(const struct survey_site *site, const struct survey *s, size_t flang,
                  const struct ballot_key *key, struct arena *a, struct response *rs)
{
    struct told t;
    const struct form *f = s->current->form;
    begin(&t, site, s, flang, "receipt.title", "/received", rs);
    put_text(&t, "receipt.text");
    put_code(&t, key, a, rs);
    put_uses(&t, f, form_text(&f->contact, flang));
    put_look_up(&t, key);
    put_link(&t, "/results/", s->slug, "", "receipt.results");
    put_another_person(&t, s, flang);
    page_end(&t.w, &t.p);
    if (!html_ok(&t.w))
        rs->body.has_failed = true;
}

void received_already_page(const struct survey_site *site, const struct survey *s, size_t flang,
                           struct response *rs)
{
    struct told t;
    begin(&t, site, s, flang, "receipt.already", "", rs);
    put_text(&t, "receipt.already_text");
    put_link(&t, "/survey/", s->slug, "/received", "receipt.show");
    put_another_person(&t, s, flang);
    page_end(&t.w, &t.p);
    if (!html_ok(&t.w))
        rs->body.has_failed = true;
}

void survey_notice_page(const struct survey_site *site, const struct request *rq, const struct survey *s,
                        const char *stem, int status, struct response *rs)
{
    struct told t;
    char title[64], text[64];
    const struct form *f = s->current->form;
    (void)snprintf(title, sizeof title, "%s.title", stem);
    (void)snprintf(text, sizeof text, "%s.text", stem);
    begin(&t, site, s, web_language(rq, f->langs, f->n_langs), title, "", rs);
    put_text(&t, text);
    put_link(&t, "/results/", s->slug, "", "receipt.results");
    page_end(&t.w, &t.p);
    rs->status = status;
    if (!html_ok(&t.w))
        rs->body.has_failed = true;
}
