#include "web/page.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/settings.h"

enum { ASSETS_MAX = 32, ASSET_TEXT_MAX = 8 * 1024 };

static char asset_text[ASSET_TEXT_MAX];
static struct {
    const char *name, *url;
} assets[ASSETS_MAX];
static size_t n_assets;

/* Lines "style.css=/assets/style.1a2b3c4d.css". */
enum rc page_load_assets(const char *html_dir, struct rc_info *e)
{
    struct arena a;
    char *text, path[4096];
    size_t len = 0;
    int n = snprintf(path, sizeof path, "%s/assets.txt", html_dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return rc_set(e, RC_IO, "path too long: \"%s\"", html_dir);
    arena_init(&a, 4 * ASSET_TEXT_MAX);
    enum rc rc = file_read(path, ASSET_TEXT_MAX - 1, &a, &text, &len, e);
    if (rc == RC_OK)
        memcpy(asset_text, text, len + 1);
    arena_release(&a);
    n_assets = 0;
    char *save = NULL;
    for (char *line = rc == RC_OK ? strtok_r(asset_text, "\n", &save) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        char *equals = strchr(line, '=');
        if (equals == NULL || n_assets == ASSETS_MAX)
            return rc_set(e, RC_INPUT, "\"%s\": line %zu is not \"name=address\"", path, n_assets + 1);
        *equals = '\0';
        assets[n_assets].name = line;
        assets[n_assets++].url = equals + 1;
    }
    return rc;
}

const char *asset_url(const char *name)
{
    for (size_t i = 0; i < n_assets; i++)
        if (strcmp(assets[i].name, name) == 0)
            return assets[i].url;
    return "";
}

static void put_title(struct html *w, const struct page *p)
{
    if (p->is_error)
        html_tr(w, p->c, p->lang, "frame.error_title", "title", p->title, NULL);
    else
        html_text(w, p->title);
}

static void put_meta(struct html *w, const struct page *p)
{
    const char *description =
        p->description != NULL ? p->description : tr(p->c, p->lang, "frame.description");
    html_lit(w, "<meta name=\"description\" content=\"");
    html_attr(w, description);
    html_lit(w, "\">\n<meta property=\"og:title\" content=\"");
    html_attr(w, p->title);
    html_lit(w, "\">\n<meta property=\"og:description\" content=\"");
    html_attr(w, description);
    html_lit(w, "\">\n<meta property=\"og:image\" content=\"");
    html_attr(w, setting(SET_BASE_URL));
    html_attr(w, asset_url("share.png"));
    html_lit(w, "\">\n");
    if (!p->is_indexable)
        html_lit(w, "<meta name=\"robots\" content=\"noindex\">\n");
}

static void put_script(struct html *w, const char *name)
{
    if (*asset_url(name) == '\0')
        return;
    html_lit(w, "<script src=\"");
    html_attr(w, asset_url(name));
    html_lit(w, "\" defer></script>\n");
}

static void put_head(struct html *w, const struct page *p)
{
    html_lit(w, "<!doctype html>\n<html lang=\"");
    html_attr(w, tr(p->c, p->lang, "lang.tag"));
    html_lit(w, "\" dir=\"");
    html_attr(w, tr(p->c, p->lang, "lang.dir"));
    html_lit(w, "\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    put_title(w, p);
    html_lit(w, " · ");
    html_tr(w, p->c, p->lang, "frame.site", NULL);
    html_lit(w, "</title>\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"format-detection\" content=\"telephone=no\">\n");
    put_meta(w, p);
    html_lit(w, "<link rel=\"stylesheet\" href=\"");
    html_attr(w, asset_url("style.css"));
    html_lit(w, "\">\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"");
    html_attr(w, asset_url("icon.svg"));
    html_lit(w, "\">\n");
    if (p->script != NULL) /* first: survey.js may use it */
        put_script(w, p->script);
    if (p->has_script)
        put_script(w, "survey.js");
    html_lit(w, "</head>\n");
}

/* Index in the catalogue of the language called `name`, n_langs when it has none. */
static size_t catalogue_index(const struct catalogue *c, const char *name)
{
    const char *const *langs;
    size_t n = catalogue_langs(c, &langs);
    for (size_t i = 0; i < n; i++)
        if (strcmp(langs[i], name) == 0)
            return i;
    return n;
}

static void put_language_link(struct html *w, const struct page *p, const char *code)
{
    const char *const *all;
    size_t n_all = catalogue_langs(p->c, &all), i = catalogue_index(p->c, code);
    if (i == n_all)
        return;
    html_lit(w, "<li><a href=\"");
    html_attr(w, p->path);
    html_lit(w, "?lang=");
    html_url(w, code);
    html_lit(w, "\" lang=\"");
    html_attr(w, tr(p->c, i, "lang.tag"));
    html_lit(w, "\" hreflang=\"");
    html_attr(w, tr(p->c, i, "lang.tag"));
    html_lit(w, "\"");
    if (i == p->lang)
        html_lit(w, " aria-current=\"true\"");
    html_lit(w, ">");
    html_text(w, tr(p->c, i, "lang.name"));
    html_lit(w, "</a></li>\n");
}

static void put_languages(struct html *w, const struct page *p)
{
    const char *const *langs = p->langs;
    size_t n = p->n_langs;
    if (langs == NULL)
        n = catalogue_langs(p->c, &langs);
    if (p->path == NULL || n < 2)
        return;
    html_lit(w, "<nav class=\"languages\" aria-label=\"");
    html_tr(w, p->c, p->lang, "frame.languages", NULL);
    html_lit(w, "\"><ul>\n");
    for (size_t i = 0; i < n; i++)
        put_language_link(w, p, langs[i]);
    html_lit(w, "</ul></nav>\n");
}

/* In every language, the page's own first: nobody may take synthetic ballots for real ones. */
static void put_demonstration(struct html *w, const struct page *p)
{
    const char *const *langs;
    size_t n = catalogue_langs(p->c, &langs);
    html_lit(w, "<aside class=\"demonstration\" aria-label=\"");
    html_tr(w, p->c, p->lang, "frame.demonstration_name", NULL);
    html_lit(w, "\">\n<div class=\"wide\">\n");
    for (size_t i = 0; i < n; i++) {
        size_t l = i == 0 ? p->lang : i <= p->lang ? i - 1 : i;
        html_lit(w, "<p lang=\"");
        html_attr(w, tr(p->c, l, "lang.tag"));
        html_lit(w, "\" dir=\"");
        html_attr(w, tr(p->c, l, "lang.dir"));
        html_lit(w, "\">");
        html_tr(w, p->c, l, "frame.demonstration", NULL);
        html_lit(w, "</p>\n");
    }
    html_lit(w, "</div>\n</aside>\n");
}

static void put_home_link(struct html *w, const struct page *p)
{
    const char *const *langs;
    (void)catalogue_langs(p->c, &langs);
    html_lit(w, "<a class=\"site\" href=\"");
    html_attr(w, p->frame != NULL ? p->frame->home : "/");
    html_lit(w, "?lang=");
    html_url(w, langs[p->lang]);
    html_lit(w, "\">");
    html_tr(w, p->c, p->lang, "frame.site", NULL);
    html_lit(w, "</a>\n");
}

void page_begin(struct html *w, const struct page *p)
{
    put_head(w, p);
    if (p->frame != NULL)
        html_lit(w, "<body class=\"broad\">\n");
    else
        html_lit(w, "<body>\n");
    html_lit(w, "<a class=\"skip\" href=\"#main\">");
    html_tr(w, p->c, p->lang, "frame.skip", NULL);
    html_lit(w, "</a>\n<header class=\"top\">\n<div class=\"wide\">\n");
    put_home_link(w, p);
    put_languages(w, p);
    html_lit(w, "</div>\n</header>\n");
    if (p->frame != NULL && p->frame->nav != NULL)
        p->frame->nav(w, p, p->frame->ctx);
    if (p->is_demonstration)
        put_demonstration(w, p);
    html_lit(w, "<main id=\"main\" class=\"wide\" tabindex=\"-1\">\n");
}

/* One of the footer's settings: words around the value, which leads to the register where there is one. */
static void put_filing(struct html *w, const struct page *p, enum setting id, const char *key, const char *url)
{
    const char *value = setting(id);
    if (*value == '\0')
        return;
    if (url != NULL) {
        html_lit(w, "<a rel=\"noreferrer\" href=\"");
        html_attr(w, url);
        html_lit(w, "\">");
    } else {
        html_lit(w, "<span>");
    }
    html_tr(w, p->c, p->lang, key, "value", value, NULL);
    if (url != NULL)
        html_lit(w, "</a> ");
    else
        html_lit(w, "</span> ");
}

static void put_filings(struct html *w, const struct page *p)
{
    if (*setting(SET_SITE_ORGANISER) == '\0' && *setting(SET_SITE_ICP) == '\0' &&
        *setting(SET_SITE_POLICE) == '\0' && *setting(SET_SITE_CODE) == '\0')
        return;
    html_lit(w, "<p class=\"filings\">");
    put_filing(w, p, SET_SITE_ORGANISER, "frame.organiser", NULL);
    put_filing(w, p, SET_SITE_ICP, "frame.icp", "https://beian.miit.gov.cn/");
    put_filing(w, p, SET_SITE_POLICE, "frame.police", "https://beian.mps.gov.cn/");
    put_filing(w, p, SET_SITE_CODE, "frame.site_code", NULL);
    html_lit(w, "</p>\n");
}

void page_end(struct html *w, const struct page *p)
{
    static const char *const places[][2] = {
        {"/", "frame.surveys"}, {"/results/", "frame.results"}, {"/census/", "frame.census"}};
    const char *const *langs;
    (void)catalogue_langs(p->c, &langs);
    html_lit(w, "</main>\n<footer class=\"bottom\">\n<div class=\"wide\">\n<p>");
    html_tr(w, p->c, p->lang, "frame.footer", NULL);
    html_lit(w, "</p>\n<p>");
    for (size_t i = 0; p->frame == NULL && i < sizeof places / sizeof *places; i++) {
        html_lit(w, "<a href=\"");
        html_attr(w, places[i][0]);
        html_lit(w, "?lang=");
        html_url(w, langs[p->lang]);
        html_lit(w, "\">");
        html_tr(w, p->c, p->lang, places[i][1], NULL);
        html_lit(w, "</a> ");
    }
    html_lit(w, "</p>\n");
    put_filings(w, p);
    html_lit(w, "</div>\n</footer>\n</body>\n</html>\n");
}
