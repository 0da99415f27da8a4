/* A survey's current version to take along: as a workbook, a poster, a form for the pen. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/settings.h"
#include "box/printed.h"
#include "form/template.h"
#include "form/xlsform_write.h"
#include "pages/desk_inner.h"
#include "report/sheets_xlsx.h"

enum { FORM_BYTES = 32 << 20 };

static enum rc name_it(struct desk_call *x, const char *ending, const char *type, struct rc_info *e)
{
    x->rs->type = type;
    x->rs->disposition = arena_printf(x->rq->arena, "attachment; filename=\"%s%s\"", x->slug, ending);
    return x->rs->disposition != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a name");
}

/* The current version; its id. */
static enum rc load(struct desk_call *x, struct arena *a, struct form **f, int64_t *version_id, struct rc_info *e)
{
    const char *json = NULL;
    size_t len = 0;
    enum rc rc = office_definition(x->db, x->slug, a, &json, &len, version_id, e);
    return rc == RC_OK ? form_from_json(json, len, a, f, e) : rc;
}

/* The survey's texts in the page's language where it has them, else in its first. */
static const char *lang_of(const struct desk_call *x, const struct form *f)
{
    return form_lang(f, desk_lang(x)) != SIZE_MAX ? desk_lang(x) : NULL;
}

static enum rc write_workbook(struct desk_call *x, const struct sheet sheets[3], sheets_note_fn *note, struct rc_info *e)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/form-%s.xlsx", x->desk->dir, x->rq->id);
    if (n < 0 || (size_t)n >= sizeof path)
        return rc_set(e, RC_IO, "the desk's folder has too long a name");
    enum rc rc = sheets_to_xlsx(sheets, 3, note, x, path, e);
    if (rc == RC_OK) {
        int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (file > 0)
            x->rs->file = file;
        else
            rc = rc_set(e, RC_IO, "the workbook cannot be read again: %s", strerror(errno));
    }
    (void)unlink(path);
    return rc;
}

enum rc desk_sheet_xlsx(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    struct sheet sheets[3];
    int64_t id = 0;
    arena_init(&a, FORM_BYTES);
    enum rc rc = load(x, &a, &f, &id, e);
    if (rc == RC_OK)
        rc = xlsform_to_sheets(f, &a, sheets, e);
    if (rc == RC_OK)
        rc = write_workbook(x, sheets, NULL, e);
    arena_release(&a);
    return rc == RC_OK ? name_it(x, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", e) : rc;
}

static const char *note(void *ctx, const char *sheet, const char *head)
{
    const struct desk_call *x = ctx;
    return printed_template_note(x->desk->c, x->lang, sheet, head);
}

enum rc desk_template(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct sheet sheets[3];
    arena_init(&a, FORM_BYTES);
    enum rc rc = template_sheets(&a, sheets, e);
    if (rc == RC_OK)
        rc = write_workbook(x, sheets, note, e);
    arena_release(&a);
    (void)snprintf(x->slug, sizeof x->slug, "template");
    return rc == RC_OK ? name_it(x, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", e) : rc;
}

enum rc desk_sheet_poster(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    int64_t id = 0;
    arena_init(&a, FORM_BYTES);
    enum rc rc = *setting(SET_BASE_URL) != '\0' ? load(x, &a, &f, &id, e)
                                                : rc_set_reason(e, RC_CONFLICT, "no_address", "MINYI_BASE_URL is not set");
    if (rc == RC_OK)
        rc = printed_poster(f, lang_of(x, f), setting(SET_BASE_URL), x->desk->c, &a, &x->rs->body, e);
    arena_release(&a);
    return rc == RC_OK ? name_it(x, "-poster.svg", "image/svg+xml; charset=utf-8", e) : rc;
}

enum rc desk_sheet_paper(struct desk_call *x, struct rc_info *e)
{
    struct arena a;
    struct form *f = NULL;
    int64_t id = 0;
    arena_init(&a, FORM_BYTES);
    enum rc rc = load(x, &a, &f, &id, e);
    if (rc == RC_OK)
        rc = printed_paper(f, lang_of(x, f), id, x->desk->c, &x->rs->body, e);
    arena_release(&a);
    return rc == RC_OK ? name_it(x, "-paper.html", "text/html; charset=utf-8", e) : rc;
}
