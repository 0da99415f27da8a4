/* minyi paper: a questionnaire to be filled in with a pen. */
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "box/printed.h"
#include "cmd/cmd.h"
#include "store/operator_store.h"
#include "web/catalogue.h"

enum { SHEET_MAX = 8 << 20 };

static enum rc make(const char *lang, const struct operator_survey *s, struct arena *a, struct buf *out, struct rc_info *e)
{
    struct form *f = NULL;
    struct catalogue *c = NULL;
    enum rc rc = form_from_json(s->definition, s->definition_len, a, &f, e);
    if (rc == RC_OK)
        rc = catalogue_load(setting(SET_HTML_DIR), a, &c, e);
    return rc == RC_OK ? printed_paper(f, lang, s->version_id, c, out, e) : rc;
}

enum rc cmd_paper(int argc, char **argv, struct rc_info *e)
{
    struct operator_survey s = {0};
    struct arena a;
    struct buf out;
    bool has_lang = argc == 4 && strcmp(argv[2], "--lang") == 0;
    if (argc != 2 && !has_lang)
        return rc_set(e, RC_USAGE, "say which survey, and with --lang the language");
    struct db *db = operator_db();
    arena_init(&a, 64 << 20);
    buf_init(&out, SHEET_MAX);
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : operator_survey(db, argv[1], &a, &s, e);
    if (rc == RC_OK)
        rc = make(has_lang ? argv[3] : NULL, &s, &a, &out, e);
    if (rc == RC_OK && (fwrite(out.p, 1, out.len, stdout) != out.len || fflush(stdout) != 0))
        rc = rc_set(e, RC_IO, "the form cannot be written");
    buf_release(&out);
    arena_release(&a);
    db_free(db);
    return rc;
}
