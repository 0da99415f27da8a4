/* minyi template: a questionnaire to begin with, every column explained. */
#include <string.h>
#include <unistd.h>

#include "base/settings.h"
#include "box/printed.h"
#include "cmd/cmd.h"
#include "form/template.h"
#include "report/sheets_xlsx.h"

static bool is_workbook(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".xlsx") == 0;
}

struct notes {
    const struct catalogue *c;
    size_t lang;
};

static const char *note(void *ctx, const char *sheet, const char *head)
{
    const struct notes *n = ctx;
    return printed_template_note(n->c, n->lang, sheet, head);
}

enum rc cmd_template(int argc, char **argv, struct rc_info *e)
{
    struct sheet sheets[3];
    struct arena a;
    struct catalogue *c = NULL;
    const char *const *langs;
    struct notes notes = {0};
    bool has_lang = argc == 4 && strcmp(argv[2], "--lang") == 0;
    if ((argc != 2 && !has_lang) || !is_workbook(argv[1]))
        return rc_set(e, RC_USAGE, "name a new file.xlsx");
    if (access(argv[1], F_OK) == 0)
        return rc_set(e, RC_CONFLICT, "\"%s\" is there already", argv[1]);
    arena_init(&a, 64 << 20);
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), &a, &c, e);
    if (rc == RC_OK) {
        size_t n = catalogue_langs(c, &langs);
        notes = (struct notes){c, has_lang ? n : 0};
        for (size_t i = 0; has_lang && i < n; i++)
            notes.lang = strcmp(langs[i], argv[3]) == 0 ? i : notes.lang;
        if (notes.lang == n)
            rc = rc_set(e, RC_INPUT, "there are no texts in \"%s\"", argv[3]);
    }
    if (rc == RC_OK)
        rc = template_sheets(&a, sheets, e);
    if (rc == RC_OK)
        rc = sheets_to_xlsx(sheets, 3, note, &notes, argv[1], e);
    arena_release(&a);
    return rc;
}
