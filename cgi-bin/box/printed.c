#include "box/printed.h"

#include <sodium.h>
#include <string.h>

#include "box/key.h"
#include "report/form_sheet.h"
#include "report/poster.h"
#include "report/slips.h"

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

static enum rc slips_of(const struct form *f, const char *lang, const char *base_url, const struct catalogue *c, struct arena *a,
                        struct slips *out, struct rc_info *e)
{
    size_t at = 0, n = strlen(base_url);
    enum rc rc = find_lang(f, lang, &at, e);
    if (rc != RC_OK)
        return rc;
    size_t shown = interface_lang(c, f->langs[at]);
    while (n > 0 && base_url[n - 1] == '/')
        n--;
    *out = (struct slips){.lang = tr(c, shown, "lang.tag"),
                          .dir = tr(c, shown, "lang.dir"),
                          .organiser = form_text(&f->organiser, at),
                          .title = form_text(&f->title, at),
                          .address = arena_printf(a, "%.*s/survey/%s", (int)(n > 300 ? 300 : n), base_url, f->slug),
                          .alt = tr(c, shown, "slip.alt"),
                          .how = tr(c, shown, "slip.how"),
                          .code = tr(c, shown, "form.code"),
                          .secret = tr(c, shown, "slip.secret")};
    return out->address != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for an address");
}

enum rc printed_slips(const struct form *f, const char *lang, const char *base_url, const struct catalogue *c, size_t n, struct arena *a,
                      struct buf *slips, struct buf *codes, unsigned char *hashes, struct rc_info *e)
{
    struct slips s;
    enum rc rc = slips_of(f, lang, base_url, c, a, &s, e);
    if (rc != RC_OK)
        return rc;
    slips_begin(slips, &s);
    buf_puts(codes, "code\n");
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct ballot_key code;
        char shown[20];
        key_make(&code);
        key_show(&code, shown);
        key_code_hash(&code, hashes + i * KEY_HASH_BYTES);
        rc = slips_add(slips, &s, shown, e);
        buf_printf(codes, "%s\n", shown);
        sodium_memzero(&code, sizeof code);
        sodium_memzero(shown, sizeof shown);
    }
    slips_end(slips);
    return rc == RC_OK && (!buf_ok(slips) || !buf_ok(codes)) ? rc_set(e, RC_NOMEM, "no room for the slips") : rc;
}

const char *printed_template_note(const struct catalogue *c, size_t lang, const char *sheet, const char *head)
{
    static const char *const notes[][3] = {
        {"survey", "type", "template.type"}, {"survey", "name", "template.name"}, {"survey", "label", "template.label"},
        {"survey", "hint", "template.hint"}, {"survey", "required", "template.required"}, {"survey", "relevant", "template.relevant"},
        {"survey", "constraint", "template.constraint"}, {"survey", "constraint_message", "template.constraint_message"},
        {"survey", "appearance", "template.appearance"}, {"survey", "profile", "template.profile"},
        {"choices", "list_name", "template.list_name"}, {"choices", "name", "template.choice_name"},
        {"choices", "label", "template.choice_label"}, {"choices", "dont_know", "template.dont_know"},
        {"choices", "exclusive", "template.exclusive"}, {"settings", "form_id", "template.form_id"},
        {"settings", "form_title", "template.form_title"}, {"settings", "default_language", "template.default_language"},
        {"settings", "sample", "template.sample"}, {"settings", "access", "template.access"}, {"settings", "time_zone", "template.time_zone"},
        {"settings", "retain_days", "template.retain_days"}, {"settings", "smallest_age", "template.smallest_age"},
        {"settings", "min_opening", "template.min_opening"}, {"settings", "read_back", "template.read_back"},
        {"settings", "cross_tables", "template.cross_tables"}, {"settings", "description", "template.description"},
        {"settings", "organiser", "template.organiser"}, {"settings", "handler", "template.handler"},
        {"settings", "contact", "template.contact"}, {"settings", "legal_basis", "template.legal_basis"},
        {"settings", "population", "template.population"}};
    size_t len = strcspn(head, ":"); /* "label::English (en)" */
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (strcmp(notes[i][0], sheet) == 0 && strlen(notes[i][1]) == len && memcmp(notes[i][1], head, len) == 0)
            return tr(c, lang, notes[i][2]);
    return NULL;
}
