#include "box/printed.h"

#include <string.h>

#include "report/form_sheet.h"
#include "report/poster.h"

struct words {
    const struct catalogue *c;
    size_t lang;
};

static const char *text_of(const void *ctx, const char *key)
{
    const struct words *w = ctx;
    return tr(w->c, w->lang, key);
}

/* Where a language of the form is among those of the catalogue; 0 where the interface does not speak it. */
static size_t interface_lang(const struct catalogue *c, const char *lang)
{
    const char *const *langs;
    size_t n = catalogue_langs(c, &langs);
    for (size_t i = 0; i < n; i++)
        if (strcmp(langs[i], lang) == 0)
            return i;
    return 0;
}

static enum rc find_lang(const struct form *f, const char *lang, size_t *out, struct rc_info *e)
{
    *out = lang != NULL ? form_lang(f, lang) : 0;
    return *out != SIZE_MAX ? RC_OK : rc_set(e, RC_INPUT, "the survey has no texts in \"%s\"", lang);
}

enum rc printed_poster(const struct form *f, const char *lang, const char *base_url, const struct catalogue *c, struct arena *a,
                       struct buf *out, struct rc_info *e)
{
    size_t at = 0, n = strlen(base_url);
    enum rc rc = find_lang(f, lang, &at, e);
    if (rc != RC_OK)
        return rc;
    size_t shown = interface_lang(c, f->langs[at]);
    while (n > 0 && base_url[n - 1] == '/')
        n--;
    const char *contact = form_text(&f->contact, at);
    const struct poster p = {
        .lang = tr(c, shown, "lang.tag"),
        .dir = tr(c, shown, "lang.dir"),
        .organiser = form_text(&f->organiser, at),
        .title = form_text(&f->title, at),
        .notice = f->sample == FORM_DEMONSTRATION ? tr(c, shown, "frame.demonstration") : "",
        .description = form_text(&f->description, at),
        .url = arena_printf(a, "%.*s/survey/%s", (int)(n > POSTER_URL_MAX ? POSTER_URL_MAX : n), base_url, f->slug),
        .alt = tr(c, shown, "poster.alt"),
        .scan = tr(c, shown, "poster.scan"),
        .voluntary = tr(c, shown, "poster.voluntary"),
        .contact = *contact != '\0' ? tr_fill(a, c, shown, "poster.contact", "contact", contact, NULL) : "",
    };
    return p.url == NULL || p.contact == NULL ? rc_set(e, RC_NOMEM, "no memory for the sheet") : poster_svg(out, &p, e);
}

enum rc printed_paper(const struct form *f, const char *lang, int64_t version_id, const struct catalogue *c, struct buf *out,
                      struct rc_info *e)
{
    size_t at = 0;
    enum rc rc = find_lang(f, lang, &at, e);
    if (rc != RC_OK)
        return rc;
    struct words w = {.c = c, .lang = interface_lang(c, f->langs[at])};
    const struct form_sheet sheet = {.form = f, .flang = at, .lang = tr(c, w.lang, "lang.tag"), .dir = tr(c, w.lang, "lang.dir"),
                                     .version_id = version_id, .text = text_of, .ctx = &w};
    return form_sheet_html(out, &sheet, e);
}
