/* minyi margins: the population that a survey's ballots are weighted to. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "report/margins.h"
#include "store/operator_store.h"

enum { ROWS_MAX = 10000, BODY_MAX = 1 << 20, SOURCE_MAX = 300 };

struct options {
    const char *slug, *file, *source, *as_of;
    bool is_none;
};

/* "2013-12-31": the database judges whether there is such a day. */
static bool is_day(const char *s)
{
    return strlen(s) == 10 && strspn(s, "0123456789-") == 10 && s[4] == '-' && s[7] == '-';
}

static enum rc read_options(int argc, char **argv, struct options *o, struct rc_info *e)
{
    static char today[11];
    time_t now = time(NULL);
    struct tm tm;
    if (gmtime_r(&now, &tm) == NULL || strftime(today, sizeof today, "%Y-%m-%d", &tm) == 0)
        return rc_set(e, RC_IO, "the clock cannot be read");
    *o = (struct options){.as_of = today};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--none") == 0)
            o->is_none = true;
        else if (strcmp(argv[i], "--source") == 0 && i + 1 < argc)
            o->source = argv[++i];
        else if (strcmp(argv[i], "--as-of") == 0 && i + 1 < argc)
            o->as_of = argv[++i];
        else if (argv[i][0] == '-')
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
        else if (o->slug == NULL)
            o->slug = argv[i];
        else if (o->file == NULL)
            o->file = argv[i];
        else
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
    }
    if (o->slug == NULL || (o->is_none && o->file != NULL))
        return rc_set(e, RC_USAGE, "say which survey, and a file or --none to change its margins");
    if (!is_day(o->as_of))
        return rc_set(e, RC_USAGE, "\"%s\" is not a day such as 2013-12-31", o->as_of);
    if (o->file != NULL && (o->source == NULL || *o->source == '\0' || strlen(o->source) > SOURCE_MAX))
        return rc_set(e, RC_USAGE, "say with --source who published these populations, in up to %d bytes", SOURCE_MAX);
    return RC_OK;
}

static enum rc list(struct db *db, const struct operator_survey *s, struct arena *a, struct rc_info *e)
{
    struct db_rows r;
    enum rc rc = operator_list_margins(db, s->survey_id, a, &r, e);
    for (size_t i = 0; rc == RC_OK && i < r.n_rows; i++) {
        bool is_none = *db_get_text(db_at(&r, i, 2)) == '\0';
        (void)printf("as of %s, added %s: %s%s\n", db_get_text(db_at(&r, i, 0)), db_get_text(db_at(&r, i, 3)),
                     is_none ? "none" : db_get_text(db_at(&r, i, 1)), i == 0 ? " (newest)" : "");
    }
    if (rc == RC_OK && r.n_rows == 0)
        (void)printf("the survey has no margins: its figures are of its ballots alone\n");
    return rc;
}

static enum rc read_margins(const struct options *o, const struct operator_survey *s, struct arena *a, struct buf *body,
                            struct rc_info *e)
{
    struct form *f = NULL;
    struct sheet sheet;
    struct margins m;
    char *p = NULL;
    size_t len = 0;
    const char *slash = strrchr(o->file, '/');
    enum rc rc = form_from_json(s->definition, s->definition_len, a, &f, e);
    if (rc == RC_OK)
        rc = file_read(o->file, SHEET_BYTES_MAX, a, &p, &len, e);
    if (rc == RC_OK)
        rc = sheet_read(slash != NULL ? slash + 1 : o->file, p, len, ROWS_MAX, a, &sheet, e);
    if (rc == RC_OK)
        rc = margins_from_sheet(&sheet, f, a, &m, e);
    if (rc == RC_OK)
        rc = margins_to_json(&m, f, body, e);
    for (size_t i = 0; rc == RC_OK && i < m.n; i++)
        (void)fprintf(stderr, "%s: %.10g people\n", f->nodes[m.items[i].node].name, m.total);
    return rc;
}

enum rc cmd_margins(int argc, char **argv, struct rc_info *e)
{
    struct options o = {0};
    struct operator_survey s = {0};
    struct arena a;
    struct buf body;
    enum rc rc = read_options(argc, argv, &o, e);
    if (rc != RC_OK)
        return rc;
    struct db *db = operator_db();
    arena_init(&a, 64 << 20);
    buf_init(&body, BODY_MAX);
    rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : operator_survey(db, o.slug, &a, &s, e);
    if (rc == RC_OK && o.file == NULL && !o.is_none) {
        rc = list(db, &s, &a, e);
    } else if (rc == RC_OK) {
        if (o.file != NULL)
            rc = read_margins(&o, &s, &a, &body, e);
        if (rc == RC_OK)
            rc = operator_add_margins(db, s.survey_id, o.as_of, o.source != NULL ? o.source : "",
                                      o.is_none ? "" : body.p, e);
        if (rc == RC_OK)
            (void)printf("%s: from the next tally on, figures %s\n", o.slug,
                         o.is_none ? "are of the ballots alone" : "are weighted to these margins, too");
    }
    buf_release(&body);
    arena_release(&a);
    db_free(db);
    return rc;
}
