/* GET /: the open surveys, and the way to the results. */
#include "pages/error.h"
#include "pages/survey.h"

static void put_survey(struct html *w, const struct page *p, const struct survey *s)
{
    const char *const *langs;
    const struct form *f = s->current->form;
    (void)catalogue_langs(p->c, &langs);
    size_t flang = form_lang(f, langs[p->lang]);
    if (flang == SIZE_MAX)
        flang = 0;
    html_lit(w, "<li>\n<h2><a href=\"/survey/");
    html_url(w, s->slug);
    html_lit(w, "?lang=");
    html_url(w, f->langs[flang]);
    html_lit(w, "\">");
    html_text(w, form_text(&f->title, flang));
    html_lit(w, "</a></h2>\n<p>");
    html_text(w, form_text(&f->description, flang));
    html_lit(w, "</p>\n<p class=\"small quiet\">");
    html_text(w, form_text(&f->organiser, flang));
    if (f->sample == FORM_DEMONSTRATION) {
        html_lit(w, " · ");
        html_tr(w, p->c, p->lang, "home.demonstration", NULL);
    }
    html_lit(w, "</p>\n</li>\n");
}

static void put_surveys(struct html *w, const struct page *p, const struct survey_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += set->items[i].is_open;
    if (n == 0) {
        html_lit(w, "<p>");
        html_tr(w, p->c, p->lang, "home.none", NULL);
        html_lit(w, "</p>\n");
        return;
    }
    html_lit(w, "<ul class=\"surveys\">\n");
    for (size_t i = 0; i < set->n; i++)
        if (set->items[i].is_open)
            put_survey(w, p, &set->items[i]);
    html_lit(w, "</ul>\n");
}

enum rc home_show(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    struct survey_site *site = app;
    const struct survey_set *set = atomic_load(&site->set);
    const char *const *langs;
    size_t n = catalogue_langs(site->c, &langs);
    size_t lang = web_language(rq, langs, n);
    if (set == NULL)
        return rc_set(e, RC_UNAVAILABLE, "no questionnaire was loaded yet");
    const struct page p = {.c = site->c, .lang = lang, .title = tr(site->c, lang, "home.title"), .path = "/",
                           .is_indexable = true};
    struct html w = {&rs->body};
    rs->lang = tr(site->c, lang, "lang.tag");
    page_begin(&w, &p);
    html_lit(&w, "<h1>");
    html_text(&w, p.title);
    html_lit(&w, "</h1>\n<p class=\"lead\">");
    html_tr(&w, site->c, lang, "home.lead", NULL);
    html_lit(&w, "</p>\n");
    put_surveys(&w, &p, set);
    html_lit(&w, "<p><a href=\"/results/?lang=");
    html_url(&w, langs[lang]);
    html_lit(&w, "\">");
    html_tr(&w, site->c, lang, "home.results", NULL);
    html_lit(&w, "</a></p>\n");
    html_lit(&w, "<p><a href=\"/receipt?lang=");
    html_url(&w, langs[lang]);
    html_lit(&w, "\">");
    html_tr(&w, site->c, lang, "home.receipt", NULL);
    html_lit(&w, "</a></p>\n");
    page_end(&w, &p);
    return html_ok(&w) ? RC_OK : rc_set(e, RC_NOMEM, "the list of surveys does not fit into a page");
}

void survey_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why,
                       struct response *rs)
{
    const struct survey_site *site = app;
    error_page(site->c, rq, rc, why, rs);
}
