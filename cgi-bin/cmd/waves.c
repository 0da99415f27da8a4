/* minyi waves, minyi comparable: which openings make a wave, and what may stand in one trend. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "box/wave_sheet.h"
#include "cmd/cmd.h"
#include "form/form_diff.h"
#include "form/sheet.h"
#include "store/wave_store.h"

static const char waves_help[] =
    "usage: minyi waves SLUG [FILE.csv | --none]\n"
    "\n"
    "Lists a survey's waves, or replaces them by those of the file, or by none. From the next tally on the\n"
    "results show each wave and how it changed; ballots opened on other days count in no wave.\n"
    "\n"
    "Columns of the file: name (at most 60 characters), first_day, last_day (days on which ballots were\n"
    "opened, YYYY-MM-DD, in the survey's time zone, the last one included), in the order of their days.\n"
    "\n"
    "  --none  no waves from the next tally on\n"
    "            minyi waves gov-wechat-2014 --none\n"
    "\n"
    "  minyi waves gov-wechat-2014 waves.csv\n"
    "\n"
    "with waves.csv\n"
    "\n"
    "  name,first_day,last_day\n"
    "  2014 Q1,2014-01-01,2014-03-31\n"
    "  2014 Q2,2014-04-01,2014-06-30\n"
    "\n"
    "What was opened already is filed anew, as long as its responses are kept.\n";

static const char comparable_help[] =
    "usage: minyi comparable SLUG VERSION VERSION QUESTION,...|none\n"
    "\n"
    "Declares that these questions mean the same in both versions of a survey, so that one trend may run\n"
    "across them. A question must have the same type and the same choices in both. It replaces what was\n"
    "declared of these two versions before.\n"
    "\n"
    "  minyi comparable gov-wechat-2014 1 2 q_participation,q_privacy\n";

static enum rc print_help(const char *text, struct rc_info *e)
{
    return fputs(text, stdout) < 0 ? rc_set(e, RC_IO, "cannot write to standard output") : RC_OK;
}

/* ---- waves ---- */

static enum rc list(struct db *db, const char *slug, struct arena *a, struct rc_info *e)
{
    struct wave *w = NULL;
    size_t n = 0;
    enum rc rc = waves_list(db, slug, a, &w, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        (void)printf("%2d  %s to %s  %s\n", (int)w[i].wave, w[i].first_day, w[i].last_day, w[i].name);
    if (rc == RC_OK && n == 0)
        (void)printf("the survey has no waves\n");
    return rc;
}

static enum rc read_file(const char *path, struct arena *a, struct wave **out, size_t *n, struct rc_info *e)
{
    struct sheet s;
    char *p = NULL;
    size_t len = 0;
    const char *slash = strrchr(path, '/');
    enum rc rc = file_read(path, SHEET_BYTES_MAX, a, &p, &len, e);
    if (rc == RC_OK)
        rc = sheet_read(slash != NULL ? slash + 1 : path, p, len, WAVES_MAX, a, &s, e);
    if (rc == RC_OK && s.n_rows == 0)
        rc = rc_set(e, RC_INPUT, "%s: there is no wave (--none takes a survey's waves away)", s.name);
    return rc == RC_OK ? waves_from_sheet(&s, a, out, n, e) : rc;
}

enum rc cmd_waves(int argc, char **argv, struct rc_info *e)
{
    bool is_none = argc == 3 && strcmp(argv[2], "--none") == 0;
    struct wave *w = NULL;
    size_t n = 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return print_help(waves_help, e);
    if (argc < 2 || argc > 3 || (argc == 3 && argv[2][0] == '-' && !is_none))
        return rc_set(e, RC_USAGE, "name a survey, and a file or --none to change its waves");
    struct arena a;
    arena_init(&a, 64 << 20);
    struct db *db = waves_operator_db();
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory") : RC_OK;
    if (rc == RC_OK && argc == 2) {
        rc = list(db, argv[1], &a, e);
    } else if (rc == RC_OK) {
        rc = is_none ? RC_OK : read_file(argv[2], &a, &w, &n, e);
        if (rc == RC_OK)
            rc = waves_set(db, argv[1], w, n, &a, e);
        if (rc == RC_OK)
            (void)printf("%s: %zu waves from the next tally on\n", argv[1], n);
    }
    db_free(db);
    arena_release(&a);
    return rc;
}

/* ---- comparable ---- */

static enum rc check_question(const struct form *a, const struct form *b, const char *name, size_t len, struct rc_info *e)
{
    size_t i = form_find(a, name, len), k = form_find(b, name, len);
    if (i == SIZE_MAX || k == SIZE_MAX)
        return rc_set(e, RC_NOTFOUND, "question \"%.*s\" is not in both versions", (int)(len > 63 ? 63 : len), name);
    if (!form_is_alike(&a->nodes[i], &b->nodes[k]))
        return rc_set(e, RC_CONFLICT, "question \"%s\" cannot be compared: both versions need the same closed question "
                      "with the same choices", a->nodes[i].name);
    return RC_OK;
}

static enum rc read_version(struct db *db, const char *slug, int64_t no, struct arena *a, struct form **out,
                            struct rc_info *e)
{
    struct wave_version v;
    enum rc rc = waves_version(db, slug, no, a, &v, e);
    return rc == RC_OK ? form_from_json(v.definition, v.definition_len, a, out, e) : rc;
}

static enum rc declare(struct db *db, char **argv, int64_t va, int64_t vb, struct arena *a, struct rc_info *e)
{
    struct form *fa = NULL, *fb = NULL;
    const char *questions = strcmp(argv[4], "none") == 0 ? "" : argv[4];
    enum rc rc = read_version(db, argv[1], va, a, &fa, e);
    if (rc == RC_OK)
        rc = read_version(db, argv[1], vb, a, &fb, e);
    for (const char *p = questions; rc == RC_OK && *p != '\0';) {
        size_t len = strcspn(p, ",");
        rc = check_question(fa, fb, p, len, e);
        p += len + (p[len] == ',');
    }
    return rc == RC_OK ? waves_set_comparable(db, argv[1], va, vb, questions, e) : rc;
}

enum rc cmd_comparable(int argc, char **argv, struct rc_info *e)
{
    int64_t va = 0, vb = 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return print_help(comparable_help, e);
    if (argc != 5 || text_to_i64(argv[2], strlen(argv[2]), 1, INT32_MAX, &va) != RC_OK ||
        text_to_i64(argv[3], strlen(argv[3]), 1, INT32_MAX, &vb) != RC_OK || va == vb)
        return rc_set(e, RC_USAGE, "name a survey, two of its versions and their questions");
    struct arena a;
    arena_init(&a, 64 << 20);
    struct db *db = waves_operator_db();
    enum rc rc = db == NULL ? rc_set(e, RC_NOMEM, "no memory")
                            : declare(db, argv, va < vb ? va : vb, va < vb ? vb : va, &a, e);
    if (rc == RC_OK)
        (void)printf("%s: version %s and %s: %s\n", argv[1], argv[2], argv[3],
                     strcmp(argv[4], "none") == 0 ? "nothing compares" : argv[4]);
    db_free(db);
    arena_release(&a);
    return rc;
}
