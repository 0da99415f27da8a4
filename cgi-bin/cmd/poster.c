/* minyi poster: an A4 sheet with the address of a survey. */
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "box/printed.h"
#include "cmd/cmd.h"
#include "form/form.h"
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
        rc = printed_poster(f, o.lang, o.base, c, &a, &out, e);
    if (rc == RC_OK && (fwrite(out.p, 1, out.len, stdout) != out.len || fflush(stdout) != 0))
        rc = rc_set(e, RC_IO, "the sheet cannot be written");
    buf_release(&out);
    arena_release(&a);
    db_free(db);
    return rc;
}
