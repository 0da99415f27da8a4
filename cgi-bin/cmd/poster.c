/* minyi poster: an A4 sheet with the address of a survey. */
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "cmd/cmd.h"
#include "form/form.h"
#include "report/poster.h"
#include "store/operator_store.h"
#include "web/catalogue.h"

enum { SHEET_MAX = 1 << 20 };

struct options {
    const char *slug, *lang, *base;
};

static enum rc read_options(int argc, char **argv, struct options *o, struct rc_info *e)
{
    *o = (struct options){.base = setting(SET_BASE_URL)};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            o->lang = argv[++i];
        else if (strcmp(argv[i], "--url") == 0 && i + 1 < argc)
            o->base = argv[++i];
        else if (argv[i][0] == '-' || o->slug != NULL)
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
        else
            o->slug = argv[i];
    }
    if (o->slug == NULL)
        return rc_set(e, RC_USAGE, "say which survey");
    if (*o->base == '\0')
        return rc_set(e, RC_USAGE, "say where the site is: --url https://survey.example.gov.cn, or MINYI_BASE_URL");
    return RC_OK;
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

static enum rc make(const struct options *o, const struct form *f, const struct catalogue *c, struct arena *a,
                    struct buf *out, struct rc_info *e)
{
    size_t at = o->lang != NULL ? form_lang(f, o->lang) : 0;
    if (at == SIZE_MAX)
        return rc_set(e, RC_INPUT, "the survey has no texts in \"%s\"", o->lang);
    size_t lang = interface_lang(c, f->langs[at]), n = strlen(o->base);
    while (n > 0 && o->base[n - 1] == '/')
        n--;
    const char *contact = form_text(&f->contact, at);
    struct poster p = {
        .lang = tr(c, lang, "lang.tag"),
        .dir = tr(c, lang, "lang.dir"),
        .organiser = form_text(&f->organiser, at),
        .title = form_text(&f->title, at),
        .notice = f->sample == FORM_DEMONSTRATION ? tr(c, lang, "frame.demonstration") : "",
        .description = form_text(&f->description, at),
        .url = arena_printf(a, "%.*s/survey/%s", (int)(n > POSTER_URL_MAX ? POSTER_URL_MAX : n), o->base, f->slug),
        .alt = tr(c, lang, "poster.alt"),
        .scan = tr(c, lang, "poster.scan"),
        .voluntary = tr(c, lang, "poster.voluntary"),
        .contact = *contact != '\0' ? tr_fill(a, c, lang, "poster.contact", "contact", contact, NULL) : "",
    };
    return p.url == NULL || p.contact == NULL ? rc_set(e, RC_NOMEM, "no memory for the sheet") : poster_svg(out, &p, e);
}

enum rc cmd_poster(int argc, char **argv, struct rc_info *e)
{
    struct options o = {0};
    struct operator_survey s = {0};
    struct catalogue *c = NULL;
    struct form *f = NULL;
    struct arena a;
    struct buf out;
    enum rc rc = read_options(argc, argv, &o, e);
    if (rc != RC_OK)
        return rc;
    struct db *db = operator_db();
    arena_init(&a, 64 << 20);
    buf_init(&out, SHEET_MAX);
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : operator_survey(db, o.slug, &a, &s, e);
    if (rc == RC_OK)
        rc = form_from_json(s.definition, s.definition_len, &a, &f, e);
    if (rc == RC_OK)
        rc = catalogue_load(setting(SET_HTML_DIR), &a, &c, e);
    if (rc == RC_OK)
        rc = make(&o, f, c, &a, &out, e);
    if (rc == RC_OK && (fwrite(out.p, 1, out.len, stdout) != out.len || fflush(stdout) != 0))
        rc = rc_set(e, RC_IO, "the sheet cannot be written");
    buf_release(&out);
    arena_release(&a);
    db_free(db);
    return rc;
}
