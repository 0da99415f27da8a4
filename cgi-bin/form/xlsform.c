/* Reading a questionnaire written as XLSForm in CSV: the columns, the languages and settings.csv;
 * xlsform_rows.c reads choices.csv and survey.csv. Everything that is wrong is noted with
 * file:row:column, so that an author mends it in one go. */
#include "form/xlsform.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "form/xlsform_inner.h"
#include "form/xlsx.h"

/* RETAIN_MIN: with a response its hash goes, which stops the same ballot from counting again; so it stays
 * longer than a ballot's key is taken (MINYI_COOKIE_DAYS, at most 30). */
enum { LANG_MAX = 15, RETAIN_MIN = 31 };

static void note(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *kind,
                 const char *fmt, va_list ap) PRINTF(6, 0);

static void note(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *kind,
                 const char *fmt, va_list ap)
{
    struct rc_info text;
    (void)vsnprintf(text.msg, sizeof text.msg, fmt, ap);
    buf_printf(r->problems, "%s:%zu:%s: %s%s\n", s->name, row == SIZE_MAX ? (size_t)1 : row + 2, col, kind, text.msg);
}

void xlsform_problem(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note(r, s, row, col, "", fmt, ap);
    va_end(ap);
    r->n_problems++;
}

void xlsform_warning(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note(r, s, row, col, "warning: ", fmt, ap);
    va_end(ap);
}

const char *xlsform_cell(const struct sheet *s, size_t row, const char *col)
{
    return sheet_at(s, row, sheet_col(s, col));
}

/* ---- columns and languages ---- */

/* The code in the last brackets of "label::中文 (zh)": 2 to 15 letters, digits and dashes, as in
 * BCP 47. Gives its length; 0, and "", when there is none. */
static size_t lang_code(const char *text, char out[LANG_MAX + 1])
{
    const char *open = strrchr(text, '('), *close = open != NULL ? strchr(open, ')') : NULL;
    size_t n = open != NULL && close != NULL ? (size_t)(close - open - 1) : 0;
    bool is_code = n >= 2 && n <= LANG_MAX && isalpha((unsigned char)open[1]);
    for (size_t i = 0; is_code && i < n; i++)
        is_code = isalnum((unsigned char)open[1 + i]) || open[1 + i] == '-';
    n = is_code ? n : 0;
    memcpy(out, n > 0 ? open + 1 : "", n);
    out[n] = '\0';
    return n;
}

static void add_lang(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col, const char *head)
{
    char code[LANG_MAX + 1];
    if (lang_code(head, code) == 0) {
        xlsform_problem(r, s, row, col, "name the language with its code in brackets, like label::English (en)");
        return;
    }
    for (size_t i = 0; i < r->f->n_langs; i++)
        if (strcmp(r->f->langs[i], code) == 0)
            return;
    if (r->f->n_langs == FORM_LANGS_MAX) {
        xlsform_problem(r, s, row, col, "more than %d languages", FORM_LANGS_MAX);
        return;
    }
    char *copy = arena_strdup(r->a, code);
    r->is_out = r->is_out || copy == NULL;
    r->f->langs[r->f->n_langs++] = copy != NULL ? copy : "";
}

/* Is `head` the column `base` or its translation `base::Language (code)`? */
static bool is_head(const char *head, const char *base)
{
    size_t n = strlen(base);
    return strncmp(head, base, n) == 0 && (head[n] == '\0' || strncmp(head + n, "::", 2) == 0);
}

static bool is_known(const char *head, const char *const *plain, const char *const *translated)
{
    for (size_t i = 0; plain[i] != NULL; i++)
        if (strcmp(head, plain[i]) == 0)
            return true;
    for (size_t i = 0; translated[i] != NULL; i++)
        if (is_head(head, translated[i]))
            return true;
    return false;
}

static const char *const survey_plain[] = {"type", "name", "required", "relevant", "constraint", "appearance", "profile",
                                           "calculation", "choice_filter", "default", "read_only", "parameters", NULL};
static const char *const survey_translated[] = {"label", "hint", "required_message", "constraint_message", NULL};
static const char *const choices_plain[] = {"list_name", "name", "dont_know", "exclusive", "collapse", NULL};
static const char *const choices_translated[] = {"label", NULL};
static const char *const settings_plain[] = {"form_id", "default_language", "version", "sample", "time_zone", "retain_days",
                                             "smallest_age", "min_opening", "read_back", "access", "cross_tables",
                                             "fast_seconds", NULL};
static const char *const settings_translated[] = {"form_title", "description", "organiser", "handler", "contact",
                                                  "legal_basis", "population", NULL};

static bool is_column_empty(const struct sheet *s, size_t col)
{
    for (size_t row = 0; row < s->n_rows; row++)
        if (*sheet_at(s, row, col) != '\0')
            return false;
    return true;
}

/* What XLSForm knows and this survey does not do: named, so that an author knows what to do without. */
static const char *unsupported(const char *head)
{
    static const char *const media[] = {"image", "big-image", "audio", "video", "media"};
    for (size_t i = 0; i < sizeof media / sizeof *media; i++)
        if (is_head(head, media[i]))
            return "pictures, sounds and films are not supported: say it in words";
    return strcmp(head, "repeat_count") == 0 ? "repeated groups are not supported: write the questions out" : NULL;
}

static void check_head(struct xlsform_reader *r, const struct sheet *s, size_t col)
{
    const char *head = s->head[col], *why = unsupported(head);
    if (s == &r->choices && why == NULL && *head != '\0' && strstr(head, "::") == NULL && r->n_columns < FORM_COLUMNS_MAX) {
        r->columns[r->n_columns++] = head; /* of a choice_filter, perhaps: told later, when none looks at it */
        return;
    }
    if (*head == '\0')
        xlsform_problem(r, s, SIZE_MAX, "header", "column %zu has cells and no name", col + 1);
    else if (why != NULL)
        xlsform_problem(r, s, SIZE_MAX, head, "%s", why);
    else
        xlsform_problem(r, s, SIZE_MAX, head, "this column is not known: remove it, or empty it");
}

static void check_heads(struct xlsform_reader *r, const struct sheet *s, const char *const *plain, const char *const *translated)
{
    for (size_t i = 0; i < s->n_cols; i++) {
        bool is_known_head = is_known(s->head[i], plain, translated);
        if (!is_known_head && is_column_empty(s, i))
            continue; /* of a template: it asks for nothing */
        if (!is_known_head)
            check_head(r, s, i);
        else if (strstr(s->head[i], "::") != NULL)
            add_lang(r, s, SIZE_MAX, s->head[i], s->head[i]);
        for (size_t k = 0; k < i; k++)
            if (*s->head[i] != '\0' && strcmp(s->head[i], s->head[k]) == 0)
                xlsform_problem(r, s, SIZE_MAX, s->head[i], "this column is there twice");
    }
}

struct form_label xlsform_label(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *base, bool must)
{
    struct form_label l = {{0}};
    bool has_any = false;
    for (size_t i = 0; i < s->n_cols; i++) {
        const char *v = sheet_at(s, row, i);
        char code[LANG_MAX + 1];
        if (!is_head(s->head[i], base) || *v == '\0')
            continue;
        size_t lang = lang_code(s->head[i], code) == 0 ? 0 : form_lang(r->f, code);
        if (lang < FORM_LANGS_MAX && l.t[lang] != NULL)
            xlsform_problem(r, s, row, s->head[i], "the text in language \"%s\" is there twice", r->f->langs[lang]);
        if (lang < FORM_LANGS_MAX)
            l.t[lang] = v;
        has_any = true;
    }
    for (size_t i = 0; i < r->f->n_langs && (must || has_any); i++)
        if (l.t[i] == NULL)
            xlsform_problem(r, s, row, base, "the text in language \"%s\" is missing", r->f->langs[i]);
    return l;
}

bool xlsform_yes_no(struct xlsform_reader *r, const struct sheet *s, size_t row, const char *col)
{
    const char *v = xlsform_cell(s, row, col);
    if (*v == '\0' || strcmp(v, "no") == 0 || strcmp(v, "false") == 0 || strcmp(v, "FALSE") == 0)
        return false;
    if (strcmp(v, "yes") != 0 && strcmp(v, "true") != 0 && strcmp(v, "TRUE") != 0)
        xlsform_problem(r, s, row, col, "say yes or no, not \"%s\"", v);
    return true;
}

/* ---- settings ---- */

static int64_t number_setting(struct xlsform_reader *r, const char *col, int64_t min, int64_t max, int64_t fallback)
{
    const char *v = xlsform_cell(&r->settings, 0, col);
    int64_t n = fallback;
    if (*v != '\0' && text_to_i64(v, strlen(v), min, max, &n) != RC_OK)
        xlsform_problem(r, &r->settings, 0, col, "\"%s\" is not a whole number within %lld..%lld", v, (long long)min, (long long)max);
    return n;
}

static enum form_sample sample_setting(struct xlsform_reader *r)
{
    const char *v = xlsform_cell(&r->settings, 0, "sample");
    if (strcmp(v, "random") == 0)
        return FORM_RANDOM;
    if (strcmp(v, "open") == 0)
        return FORM_OPEN;
    if (strcmp(v, "demonstration") != 0)
        xlsform_problem(r, &r->settings, 0, "sample", "say random, open or demonstration: how were the respondents chosen?");
    return FORM_DEMONSTRATION;
}

/* The shape of a name in the time zone database; `minyi publish` asks PostgreSQL whether there is one. */
static const char *zone_setting(struct xlsform_reader *r)
{
    const char *v = xlsform_cell(&r->settings, 0, "time_zone");
    if (*v == '\0')
        return "Asia/Shanghai";
    size_t n = strspn(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
    if (v[n] != '\0' || n > 64 || !isalpha((unsigned char)*v))
        xlsform_problem(r, &r->settings, 0, "time_zone", "\"%s\" is not a time zone: write one like Asia/Shanghai", v);
    return v;
}

/* Who may answer: whoever comes, or who was given a code. */
static bool access_setting(struct xlsform_reader *r)
{
    const char *v = xlsform_cell(&r->settings, 0, "access");
    bool is_by_invitation = strcmp(v, "invitation") == 0;
    if (*v != '\0' && !is_by_invitation && strcmp(v, "open") != 0)
        xlsform_problem(r, &r->settings, 0, "access", "say open or invitation, not \"%s\"", v);
    if (is_by_invitation && r->f->sample == FORM_DEMONSTRATION)
        xlsform_problem(r, &r->settings, 0, "access", "a demonstration takes synthetic ballots, which nobody invites");
    return is_by_invitation;
}

static void read_settings(struct xlsform_reader *r)
{
    const struct sheet *s = &r->settings;
    struct form *f = r->f;
    if (s->n_rows != 1)
        xlsform_problem(r, s, s->n_rows == 0 ? 0 : 1, "form_id", "the sheet settings has one row of values, this one has %zu", s->n_rows);
    f->slug = xlsform_cell(s, 0, "form_id");
    if (!text_is_slug(f->slug, strlen(f->slug)))
        xlsform_problem(r, s, 0, "form_id", "\"%s\" is not a name for the address bar: use a-z, 0-9 and -, at most 64", f->slug);
    f->title = xlsform_label(r, s, 0, "form_title", true);
    f->description = xlsform_label(r, s, 0, "description", true);
    f->organiser = xlsform_label(r, s, 0, "organiser", true);
    f->handler = xlsform_label(r, s, 0, "handler", true);
    f->contact = xlsform_label(r, s, 0, "contact", true);
    f->legal_basis = xlsform_label(r, s, 0, "legal_basis", true);
    f->population = xlsform_label(r, s, 0, "population", false);
    f->sample = sample_setting(r);
    f->time_zone = zone_setting(r);
    f->retain_days = number_setting(r, "retain_days", RETAIN_MIN, 36600, 3650);
    f->smallest_age = number_setting(r, "smallest_age", 0, 150, 18);
    f->min_opening = number_setting(r, "min_opening", f->sample == FORM_DEMONSTRATION ? 1 : 5, 1000000, 20);
    f->fast_seconds = number_setting(r, "fast_seconds", 0, FORM_FAST_MAX, 0);
    f->is_read_back = xlsform_yes_no(r, s, 0, "read_back");
    f->is_by_invitation = access_setting(r);
    if (f->sample == FORM_RANDOM && f->population.t[0] == NULL)
        xlsform_problem(r, s, 0, "population", "a random sample names its target population");
}

static void need_col(struct xlsform_reader *r, const struct sheet *s, const char *col)
{
    if (s->n_cols > 0 && sheet_col(s, col) == SIZE_MAX)
        xlsform_problem(r, s, SIZE_MAX, col, "this column is missing");
}

static enum rc read_sheet(struct xlsform_reader *r, const char *name, const char *p, size_t len, struct sheet *out,
                          struct rc_info *e)
{
    struct rc_info why;
    enum rc rc = len > SHEET_BYTES_MAX ? rc_set(&why, RC_TOOBIG, "%s: larger than %d bytes", name, SHEET_BYTES_MAX)
                                       : sheet_read(name, p, len, FORM_NODES_MAX, r->a, out, &why);
    if (rc == RC_INPUT || rc == RC_TOOBIG) {
        buf_printf(r->problems, "%s\n", why.msg);
        r->n_problems++;
        return RC_OK; /* the other sheets are looked at as well */
    }
    return rc == RC_OK ? RC_OK : rc_set(e, rc, "%s", why.msg);
}

static enum rc read_sheets(struct xlsform_reader *r, const struct xlsform_files *files, struct rc_info *e)
{
    enum rc rc = read_sheet(r, "settings.csv", files->settings, files->settings_len, &r->settings, e);
    if (rc == RC_OK)
        rc = read_sheet(r, "choices.csv", files->choices, files->choices_len, &r->choices, e);
    if (rc == RC_OK)
        rc = read_sheet(r, "survey.csv", files->survey, files->survey_len, &r->survey, e);
    return rc;
}

static void read_heads(struct xlsform_reader *r)
{
    need_col(r, &r->settings, "form_id");
    need_col(r, &r->survey, "type");
    need_col(r, &r->survey, "name");
    need_col(r, &r->choices, "list_name");
    need_col(r, &r->choices, "name");
    const char *first = xlsform_cell(&r->settings, 0, "default_language");
    if (*first != '\0')
        add_lang(r, &r->settings, 0, "default_language", first);
    check_heads(r, &r->survey, survey_plain, survey_translated);
    check_heads(r, &r->choices, choices_plain, choices_translated);
    check_heads(r, &r->settings, settings_plain, settings_translated);
    if (r->f->n_langs == 0)
        xlsform_problem(r, &r->survey, SIZE_MAX, "label", "no language: name the columns like label::English (en)");
}

/* The three sheets of a workbook; one without choices needs no sheet of them. */
static enum rc read_book(struct xlsform_reader *r, const char *p, size_t len, struct rc_info *e)
{
    struct rc_info why;
    struct xlsx_book book;
    struct sheet *const to[XLSX_SHEETS] = {&r->survey, &r->choices, &r->settings};
    enum rc rc = xlsx_read(p, len, FORM_NODES_MAX, r->a, &book, &why);
    if (rc == RC_INPUT || rc == RC_TOOBIG) {
        buf_printf(r->problems, "%s\n", why.msg);
        r->n_problems++;
        return RC_OK;
    }
    if (rc != RC_OK)
        return rc_set(e, rc, "%s", why.msg);
    for (size_t i = 0; i < XLSX_SHEETS; i++) {
        *to[i] = book.sheets[i];
        if (!book.is_there[i] && i != XLSX_CHOICES)
            xlsform_problem(r, to[i], SIZE_MAX, "sheet", "there is no sheet of this name in the workbook");
    }
    if (book.n_others > 0)
        xlsform_warning(r, &r->survey, SIZE_MAX, "sheet", "%zu other sheets are not looked at", book.n_others);
    return RC_OK;
}

static struct xlsform_reader *reader_new(struct arena *a, struct buf *problems)
{
    struct xlsform_reader *r = arena_alloc(a, sizeof *r);
    struct form *f = arena_alloc(a, sizeof *f);
    if (r == NULL || f == NULL)
        return NULL;
    *r = (struct xlsform_reader){.a = a, .f = f, .problems = problems};
    return r;
}

/* From the sheets, which are in the reader, to the form. */
static enum rc read_form(struct xlsform_reader *r, struct form **out, struct rc_info *e)
{
    if (r->n_problems == 0) { /* a sheet that cannot be read would make the others look wrong */
        read_heads(r);
        read_settings(r);
        xlsform_read_choices(r);
        xlsform_read_survey(r);
    }
    if (r->n_problems == 0 && !r->is_out)
        xlsform_read_joint(r);
    if (r->is_out || !buf_ok(r->problems))
        return rc_set(e, RC_NOMEM, "no memory for the questionnaire");
    if (r->n_problems > 0)
        return rc_set(e, RC_INPUT, r->n_problems == 1 ? "the questionnaire has %zu problem" : "the questionnaire has %zu problems",
                      r->n_problems);
    *out = r->f;
    return RC_OK;
}

enum rc xlsform_read(const struct xlsform_files *files, struct arena *a, struct form **out, struct buf *problems,
                     struct rc_info *e)
{
    struct xlsform_reader *r = reader_new(a, problems);
    enum rc rc = r == NULL ? rc_set(e, RC_NOMEM, "no memory for a questionnaire") : read_sheets(r, files, e);
    return rc == RC_OK ? read_form(r, out, e) : rc;
}

enum rc xlsform_read_xlsx(const char *p, size_t len, struct arena *a, struct form **out, struct buf *problems,
                          struct rc_info *e)
{
    struct xlsform_reader *r = reader_new(a, problems);
    enum rc rc = r == NULL ? rc_set(e, RC_NOMEM, "no memory for a questionnaire") : read_book(r, p, len, e);
    return rc == RC_OK ? read_form(r, out, e) : rc;
}

enum rc xlsform_read_path(const char *path, struct arena *a, struct form **out, struct buf *problems, struct rc_info *e)
{
    struct stat st;
    char *p = NULL;
    size_t len = 0;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return xlsform_read_dir(path, a, out, problems, e);
    enum rc rc = file_read(path, XLSX_BYTES_MAX, a, &p, &len, e);
    if (rc == RC_OK && !xlsx_is(p, len))
        rc = rc_set(e, RC_INPUT, "\"%s\" is neither an Excel workbook (.xlsx) nor a folder with survey.csv, choices.csv and "
                    "settings.csv", path);
    return rc == RC_OK ? xlsform_read_xlsx(p, len, a, out, problems, e) : rc;
}

enum rc xlsform_read_dir(const char *dir, struct arena *a, struct form **out, struct buf *problems, struct rc_info *e)
{
    static const char *const names[] = {"survey.csv", "choices.csv", "settings.csv"};
    struct xlsform_files files = {0};
    const char **text[] = {&files.survey, &files.choices, &files.settings};
    size_t *len[] = {&files.survey_len, &files.choices_len, &files.settings_len};
    for (int i = 0; i < 3; i++) {
        char *path = arena_printf(a, "%s/%s", dir, names[i]), *p = NULL;
        if (path == NULL)
            return rc_set(e, RC_NOMEM, "no memory");
        enum rc rc = file_read(path, SHEET_BYTES_MAX, a, &p, len[i], e);
        if (rc != RC_OK)
            return rc;
        *text[i] = p;
    }
    return xlsform_read(&files, a, out, problems, e);
}
