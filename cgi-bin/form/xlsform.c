/* Reading a questionnaire written as XLSForm in CSV: survey.csv, choices.csv, settings.csv.
 * Everything that is wrong is noted with file:row:column, so that an author mends it in one go. */
#include "form/xlsform.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "form/layout.h"
#include "form/sheet.h"
#include "form/xlsform_expr.h"

enum { INTEGER_LIMIT = 999999999, LISTS_MAX = 200, DEPTH_MAX = 10 };

struct read {
    struct arena *a;
    struct form *f;
    struct sheet survey, choices, settings;
    struct form_choices lists[LISTS_MAX];
    bool is_used[LISTS_MAX];
    size_t n_lists;
    struct buf *problems;
    size_t n_problems;
    bool is_out; /* of memory */
};

static void problem(struct read *r, const struct sheet *s, size_t row, const char *col, const char *fmt, ...)
    PRINTF(5, 6);

/* `row` counts from 0; a spreadsheet shows it as row + 2. SIZE_MAX: the header. */
static void problem(struct read *r, const struct sheet *s, size_t row, const char *col, const char *fmt, ...)
{
    struct rc_info text;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text.msg, sizeof text.msg, fmt, ap);
    va_end(ap);
    buf_printf(r->problems, "%s:%zu:%s: %s\n", s->name, row == SIZE_MAX ? (size_t)1 : row + 2, col, text.msg);
    r->n_problems++;
}

/* ---- columns and languages ---- */

/* The code in the last brackets of "label::中文 (zh)", "" when there is none. */
static size_t lang_code(const char *text, char out[16])
{
    const char *open = strrchr(text, '('), *close = open != NULL ? strchr(open, ')') : NULL;
    size_t n = open != NULL && close != NULL ? (size_t)(close - open - 1) : 0;
    if (n >= 16)
        n = 0;
    memcpy(out, n > 0 ? open + 1 : "", n);
    out[n] = '\0';
    return n;
}

static void add_lang(struct read *r, const struct sheet *s, const char *head)
{
    char code[16];
    if (lang_code(head, code) == 0) {
        problem(r, s, SIZE_MAX, head, "name the language with its code in brackets, like label::English (en)");
        return;
    }
    for (size_t i = 0; i < r->f->n_langs; i++)
        if (strcmp(r->f->langs[i], code) == 0)
            return;
    if (r->f->n_langs == FORM_LANGS_MAX) {
        problem(r, s, SIZE_MAX, head, "more than %d languages", FORM_LANGS_MAX);
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

static const char *const survey_plain[] = {"type", "name", "required", "relevant", "constraint", "appearance", "profile", NULL};
static const char *const survey_translated[] = {"label", "hint", "required_message", "constraint_message", NULL};
static const char *const choices_plain[] = {"list_name", "name", "dont_know", "exclusive", NULL};
static const char *const choices_translated[] = {"label", NULL};
static const char *const settings_plain[] = {"form_id", "default_language", "version", "sample", "time_zone", "retain_days",
                                             "smallest_age", "min_opening", "read_back", NULL};
static const char *const settings_translated[] = {"form_title", "description", "organiser", "handler", "contact",
                                                  "legal_basis", "population", NULL};

static void check_heads(struct read *r, const struct sheet *s, const char *const *plain, const char *const *translated)
{
    for (size_t i = 0; i < s->n_cols; i++) {
        if (!is_known(s->head[i], plain, translated))
            problem(r, s, SIZE_MAX, s->head[i], "this column is not known yet: remove it, or see README for the columns that are");
        else if (strstr(s->head[i], "::") != NULL)
            add_lang(r, s, s->head[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(s->head[i], s->head[k]) == 0)
                problem(r, s, SIZE_MAX, s->head[i], "this column is there twice");
    }
}

/* Collect base and base::Lang (code) of a row. With `must`, every language has to have a text. */
static struct form_label label(struct read *r, const struct sheet *s, size_t row, const char *base, bool must)
{
    struct form_label l = {{0}};
    bool has_any = false;
    for (size_t i = 0; i < s->n_cols; i++) {
        const char *v = sheet_at(s, row, i);
        char code[16];
        if (!is_head(s->head[i], base) || *v == '\0')
            continue;
        size_t lang = lang_code(s->head[i], code) == 0 ? 0 : form_lang(r->f, code);
        if (lang < FORM_LANGS_MAX)
            l.t[lang] = v;
        has_any = true;
    }
    for (size_t i = 0; i < r->f->n_langs && (must || has_any); i++)
        if (l.t[i] == NULL)
            problem(r, s, row, base, "the text in language \"%s\" is missing", r->f->langs[i]);
    return l;
}

static bool yes_no(struct read *r, const struct sheet *s, size_t row, const char *col)
{
    const char *v = sheet_at(s, row, sheet_col(s, col));
    if (*v == '\0' || strcmp(v, "no") == 0 || strcmp(v, "false") == 0 || strcmp(v, "FALSE") == 0)
        return false;
    if (strcmp(v, "yes") != 0 && strcmp(v, "true") != 0 && strcmp(v, "TRUE") != 0)
        problem(r, s, row, col, "say yes or no, not \"%s\"", v);
    return true;
}

/* ---- settings ---- */

static int64_t number_setting(struct read *r, const char *col, int64_t min, int64_t max, int64_t fallback)
{
    const char *v = sheet_at(&r->settings, 0, sheet_col(&r->settings, col));
    int64_t n = fallback;
    if (*v != '\0' && text_to_i64(v, strlen(v), min, max, &n) != RC_OK)
        problem(r, &r->settings, 0, col, "\"%s\" is not a whole number within %lld..%lld", v, (long long)min, (long long)max);
    return n;
}

static enum form_sample sample_setting(struct read *r)
{
    const char *v = sheet_at(&r->settings, 0, sheet_col(&r->settings, "sample"));
    if (strcmp(v, "random") == 0)
        return FORM_RANDOM;
    if (strcmp(v, "open") == 0)
        return FORM_OPEN;
    if (strcmp(v, "demonstration") != 0)
        problem(r, &r->settings, 0, "sample", "say random, open or demonstration: how were the respondents chosen?");
    return FORM_DEMONSTRATION;
}

static void read_settings(struct read *r)
{
    const struct sheet *s = &r->settings;
    struct form *f = r->f;
    if (s->n_rows != 1)
        problem(r, s, s->n_rows, "form_id", "the sheet settings has one row of values, this one has %zu", s->n_rows);
    f->slug = sheet_at(s, 0, sheet_col(s, "form_id"));
    if (!text_is_slug(f->slug, strlen(f->slug)))
        problem(r, s, 0, "form_id", "\"%s\" is not a name for the address bar: use a-z, 0-9 and -, at most 64", f->slug);
    f->title = label(r, s, 0, "form_title", true);
    f->description = label(r, s, 0, "description", true);
    f->organiser = label(r, s, 0, "organiser", true);
    f->handler = label(r, s, 0, "handler", true);
    f->contact = label(r, s, 0, "contact", true);
    f->legal_basis = label(r, s, 0, "legal_basis", true);
    f->population = label(r, s, 0, "population", false);
    f->sample = sample_setting(r);
    const char *zone = sheet_at(s, 0, sheet_col(s, "time_zone"));
    f->time_zone = *zone != '\0' ? zone : "Asia/Shanghai";
    f->retain_days = number_setting(r, "retain_days", 1, 36600, 3650);
    f->smallest_age = number_setting(r, "smallest_age", 0, 150, 18);
    f->min_opening = number_setting(r, "min_opening", f->sample == FORM_DEMONSTRATION ? 1 : 5, 1000000, 20);
    f->is_read_back = yes_no(r, s, 0, "read_back");
    if (f->sample == FORM_RANDOM && f->population.t[0] == NULL)
        problem(r, s, 0, "population", "a random sample names its target population");
}

/* ---- choices ---- */

static struct form_choices *find_list(struct read *r, const char *name)
{
    for (size_t i = 0; i < r->n_lists; i++)
        if (strcmp(r->lists[i].list_name, name) == 0)
            return &r->lists[i];
    return NULL;
}

/* First pass: count each list, so that its items lie together. */
static void count_lists(struct read *r)
{
    const struct sheet *s = &r->choices;
    for (size_t row = 0; row < s->n_rows; row++) {
        const char *list = sheet_at(s, row, sheet_col(s, "list_name"));
        if (*list == '\0')
            continue;
        struct form_choices *c = find_list(r, list);
        if (c == NULL && r->n_lists == LISTS_MAX) {
            problem(r, s, row, "list_name", "more than %d lists", LISTS_MAX);
            return;
        }
        if (c == NULL) {
            c = &r->lists[r->n_lists++];
            *c = (struct form_choices){.list_name = list};
        }
        c->n++;
    }
}

static void read_choice(struct read *r, size_t row, struct form_choice *items, size_t n)
{
    const struct sheet *s = &r->choices;
    const char *name = sheet_at(s, row, sheet_col(s, "name"));
    if (*name == '\0' || strlen(name) > 32 || strpbrk(name, " \t\"'") != NULL)
        problem(r, s, row, "name", "a choice needs a code of 1 to 32 characters without spaces or quotes");
    for (size_t i = 0; i < n; i++)
        if (strcmp(items[i].name, name) == 0)
            problem(r, s, row, "name", "the list has the code \"%s\" twice", name);
    items[n] = (struct form_choice){.name = name,
                                    .label = label(r, s, row, "label", true),
                                    .is_dont_know = yes_no(r, s, row, "dont_know"),
                                    .is_exclusive = yes_no(r, s, row, "exclusive")};
}

static void read_choices(struct read *r)
{
    const struct sheet *s = &r->choices;
    size_t col = sheet_col(s, "list_name");
    count_lists(r);
    for (size_t i = 0; i < r->n_lists; i++) {
        size_t n = 0, total = r->lists[i].n;
        struct form_choice *items = arena_array(r->a, total, sizeof *items);
        if (items == NULL || total > FORM_CHOICES_MAX) {
            r->is_out = r->is_out || items == NULL;
            problem(r, s, SIZE_MAX, "list_name", "list \"%s\" has %zu choices, over %d", r->lists[i].list_name, total,
                    FORM_CHOICES_MAX);
            r->lists[i].n = 0;
            continue;
        }
        for (size_t row = 0; row < s->n_rows; row++)
            if (strcmp(sheet_at(s, row, col), r->lists[i].list_name) == 0)
                read_choice(r, row, items, n++);
        r->lists[i].items = items;
    }
}

/* ---- survey ---- */

static const struct type_name {
    const char *name;
    enum form_type type;
    bool has_list;
} type_names[] = {
    {"note", FORM_NOTE, false},           {"begin_group", FORM_GROUP_BEGIN, false},
    {"begin group", FORM_GROUP_BEGIN, false}, {"end_group", FORM_GROUP_END, false},
    {"end group", FORM_GROUP_END, false}, {"acknowledge", FORM_ACKNOWLEDGE, false},
    {"select_one", FORM_SELECT_ONE, true}, {"select_multiple", FORM_SELECT_MULTIPLE, true},
    {"integer", FORM_INTEGER, false},     {"text", FORM_TEXT, false},
};

/* False when the row cannot become a node. */
static bool read_type(struct read *r, size_t row, struct form_node *n)
{
    const struct sheet *s = &r->survey;
    const char *v = sheet_at(s, row, sheet_col(s, "type"));
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        size_t len = strlen(type_names[i].name);
        bool is_match = type_names[i].has_list ? strncmp(v, type_names[i].name, len) == 0 && v[len] == ' '
                                               : strcmp(v, type_names[i].name) == 0;
        if (!is_match)
            continue;
        n->type = type_names[i].type;
        if (!type_names[i].has_list)
            return true;
        const char *list = v + len + strspn(v + len, " ");
        struct form_choices *c = find_list(r, list);
        if (c == NULL || c->n == 0) {
            problem(r, s, row, "type", "the sheet choices has no list \"%s\"", list);
            return false;
        }
        r->is_used[c - r->lists] = true;
        n->choices = c;
        return true;
    }
    problem(r, s, row, "type", "type \"%s\" is not known yet (known: select_one LIST, select_multiple LIST, integer, text, "
            "note, acknowledge, begin_group, end_group)", v);
    return false;
}

static bool is_name(const char *s)
{
    if (!isalpha((unsigned char)*s) || strlen(s) > 63)
        return false;
    for (; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && *s != '_')
            return false;
    return true;
}

static void read_appearance(struct read *r, size_t row, struct form_node *n)
{
    const char *v = sheet_at(&r->survey, row, sheet_col(&r->survey, "appearance"));
    n->is_likert = strcmp(v, "likert") == 0;
    n->is_minimal = strcmp(v, "minimal") == 0;
    n->is_multiline = strcmp(v, "multiline") == 0;
    bool fits = *v == '\0' || (n->is_likert && n->type == FORM_SELECT_ONE) ||
                (n->is_minimal && n->type == FORM_SELECT_ONE) || (n->is_multiline && n->type == FORM_TEXT);
    if (!fits)
        problem(r, &r->survey, row, "appearance", "appearance \"%s\" is not known for this type (known: likert and minimal "
                "for select_one, multiline for text)", v);
}

static void read_expressions(struct read *r, size_t row, struct form_node *n)
{
    const struct sheet *s = &r->survey;
    struct rc_info why;
    const char *v = sheet_at(s, row, sheet_col(s, "relevant"));
    if (*v != '\0' && xlsform_relevant(v, r->f, &n->relevant, &why) != RC_OK)
        problem(r, s, row, "relevant", "%s", why.msg);
    v = sheet_at(s, row, sheet_col(s, "constraint"));
    n->min = n->type == FORM_INTEGER ? -INTEGER_LIMIT : 0;
    n->max = n->type == FORM_INTEGER ? INTEGER_LIMIT : n->type == FORM_TEXT ? FORM_TEXT_MAX : 0;
    if (*v != '\0' && xlsform_constraint(v, n->type, &n->min, &n->max, &why) != RC_OK)
        problem(r, s, row, "constraint", "%s", why.msg);
}

static void read_question(struct read *r, size_t row, struct form_node *n)
{
    const struct sheet *s = &r->survey;
    n->name = sheet_at(s, row, sheet_col(s, "name"));
    if (!is_name(n->name))
        problem(r, s, row, "name", "\"%s\" is not a name: begin with a letter, go on with letters, digits and _, at most 63", n->name);
    else if (form_find(r->f, n->name, strlen(n->name)) != SIZE_MAX)
        problem(r, s, row, "name", "the name \"%s\" is there twice", n->name);
    n->label = label(r, s, row, "label", true);
    n->hint = label(r, s, row, "hint", false);
    n->required_message = label(r, s, row, "required_message", false);
    n->constraint_message = label(r, s, row, "constraint_message", false);
    n->is_required = yes_no(r, s, row, "required");
    n->is_profile = yes_no(r, s, row, "profile");
    if (n->is_profile && n->type != FORM_SELECT_ONE)
        problem(r, s, row, "profile", "only a select_one can be a question of the profile");
    if (n->is_required && (n->type == FORM_NOTE || n->type == FORM_GROUP_BEGIN))
        problem(r, s, row, "required", "a note or a group cannot be required");
    read_appearance(r, row, n);
    read_expressions(r, row, n);
}

static void read_survey(struct read *r)
{
    const struct sheet *s = &r->survey;
    size_t open[DEPTH_MAX], depth = 0;
    struct form_node *nodes = arena_array(r->a, s->n_rows + 1, sizeof *nodes);
    if (nodes == NULL) {
        r->is_out = true;
        return;
    }
    r->f->nodes = nodes;
    for (size_t row = 0; row < s->n_rows; row++) {
        struct form_node *n = &nodes[r->f->n_nodes];
        *n = (struct form_node){.parent = depth > 0 ? open[depth - 1] : SIZE_MAX, .name = ""};
        if (*sheet_at(s, row, sheet_col(s, "type")) == '\0' && *sheet_at(s, row, sheet_col(s, "name")) == '\0')
            continue; /* an empty line between sections */
        if (!read_type(r, row, n))
            continue;
        if (n->type == FORM_GROUP_END) {
            if (depth == 0)
                problem(r, s, row, "type", "there is no group to end here");
            else
                n->parent = nodes[open[--depth]].parent;
        } else {
            read_question(r, row, n);
        }
        if (n->type == FORM_GROUP_BEGIN) {
            if (depth == DEPTH_MAX)
                problem(r, s, row, "type", "groups inside groups deeper than %d", DEPTH_MAX);
            else
                open[depth++] = r->f->n_nodes;
        }
        r->f->n_nodes++;
    }
    if (depth > 0)
        problem(r, s, s->n_rows, "type", "group \"%s\" has no end_group", nodes[open[depth - 1]].name);
    struct rc_info why;
    if (r->n_problems == 0 && form_layout(r->f, nodes, &why) != RC_OK)
        problem(r, s, SIZE_MAX, "type", "%s", why.msg);
}

static void need_col(struct read *r, const struct sheet *s, const char *col)
{
    if (sheet_col(s, col) == SIZE_MAX)
        problem(r, s, SIZE_MAX, col, "this column is missing");
}

enum rc xlsform_read(const struct xlsform_files *files, struct arena *a, struct form **out, struct buf *problems,
                     struct rc_info *e)
{
    struct read *r = arena_alloc(a, sizeof *r);
    struct form *f = arena_alloc(a, sizeof *f);
    if (r == NULL || f == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a questionnaire");
    *r = (struct read){.a = a, .f = f, .problems = problems};
    enum rc rc = sheet_read("settings.csv", files->settings, files->settings_len, 1000, a, &r->settings, e);
    if (rc == RC_OK)
        rc = sheet_read("choices.csv", files->choices, files->choices_len, 1000, a, &r->choices, e);
    if (rc == RC_OK)
        rc = sheet_read("survey.csv", files->survey, files->survey_len, FORM_NODES_MAX, a, &r->survey, e);
    if (rc != RC_OK) {
        if (rc == RC_INPUT || rc == RC_TOOBIG)
            buf_printf(problems, "%s\n", e != NULL ? e->msg : "a sheet cannot be read");
        return rc;
    }
    need_col(r, &r->settings, "form_id");
    need_col(r, &r->survey, "type");
    need_col(r, &r->survey, "name");
    need_col(r, &r->choices, "list_name");
    need_col(r, &r->choices, "name");
    const char *first = sheet_at(&r->settings, 0, sheet_col(&r->settings, "default_language"));
    if (*first != '\0')
        add_lang(r, &r->settings, first);
    check_heads(r, &r->survey, survey_plain, survey_translated);
    check_heads(r, &r->choices, choices_plain, choices_translated);
    check_heads(r, &r->settings, settings_plain, settings_translated);
    if (f->n_langs == 0)
        problem(r, &r->survey, SIZE_MAX, "label", "no language: name the columns like label::English (en)");
    read_settings(r);
    read_choices(r);
    read_survey(r);
    if (r->is_out || !buf_ok(problems))
        return rc_set(e, RC_NOMEM, "no memory for the questionnaire");
    if (r->n_problems > 0)
        return rc_set(e, RC_INPUT, "the questionnaire has %zu problems", r->n_problems);
    *out = f;
    return RC_OK;
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
