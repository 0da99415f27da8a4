/* minyi export-form: a published version back as XLSForm, for its author to go on with. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/cmd.h"
#include "form/xlsform_write.h"
#include "report/sheets_xlsx.h"
#include "store/operator_store.h"

enum { SHEET_MAX = 4 << 20 };

static bool is_workbook(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".xlsx") == 0;
}

/* A new folder with the three files. */
static enum rc write_folder(const struct sheet sheets[3], const char *path, struct rc_info *e)
{
    enum rc rc = RC_OK;
    struct buf out;
    if (mkdir(path, 0755) != 0)
        return rc_set(e, errno == EEXIST ? RC_CONFLICT : RC_IO, "the folder \"%s\" cannot be made: %s", path, strerror(errno));
    buf_init(&out, SHEET_MAX);
    for (size_t i = 0; rc == RC_OK && i < 3; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%s.csv", sheets[i].name);
        buf_reset(&out);
        sheet_to_csv(&sheets[i], &out);
        rc = buf_ok(&out) ? file_write_durably(path, name, out.p, out.len, 0644, e)
                          : rc_set(e, RC_NOMEM, "no room for the sheet \"%s\"", sheets[i].name);
    }
    buf_release(&out);
    return rc;
}

static enum rc write_workbook(const struct sheet sheets[3], const char *path, struct rc_info *e)
{
    if (access(path, F_OK) == 0)
        return rc_set(e, RC_CONFLICT, "\"%s\" is there already", path);
    return sheets_to_xlsx(sheets, 3, NULL, NULL, path, e);
}

enum rc cmd_export_form(int argc, char **argv, struct rc_info *e)
{
    struct operator_survey s = {0};
    struct form *f = NULL;
    struct sheet sheets[3];
    struct arena a;
    if (argc != 3)
        return rc_set(e, RC_USAGE, "say which survey, and a new file.xlsx or folder");
    struct db *db = operator_db();
    arena_init(&a, 64 << 20);
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : operator_survey(db, argv[1], &a, &s, e);
    if (rc == RC_OK)
        rc = form_from_json(s.definition, s.definition_len, &a, &f, e);
    if (rc == RC_OK)
        rc = xlsform_to_sheets(f, &a, sheets, e);
    if (rc == RC_OK)
        rc = is_workbook(argv[2]) ? write_workbook(sheets, argv[2], e) : write_folder(sheets, argv[2], e);
    if (rc == RC_OK)
        (void)printf("%s: the current version is in %s\n", argv[1], argv[2]);
    arena_release(&a);
    db_free(db);
    return rc;
}
