/* The sheets choices and survey of an XLSForm. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "form/layout.h"
#include "form/xlsform_inner.h"

enum { INTEGER_LIMIT = 999999999, DEPTH_MAX = 10 };

/* What one page can send: see the limits of web/web.h (256 fields, 64 KiB, nine bytes for a
 * Chinese character in a form's body), less what the page itself adds. A batch takes 64 comments. */
enum { FIELDS_MAX = 248, TEXT_TOTAL_MAX = 6000, TEXTS_MAX = 64 };

/* ---- choices ---- */

static struct form_choices *find_list(struct xlsform_reader *r, const char *name)
{
    for (size_t i = 0; i < r->n_lists; i++)
        if (strcmp(r->lists[i].list_name, name) == 0)
            return &r->lists[i];
    return NULL;
}

/* First pass: count each list, so that its items lie together. */
static void count_lists(struct xlsform_reader *r)
{
    const struct sheet *s = &r->choices;
    for (size_t row = 0; row < s->n_rows; row++) {
        const char *list = xlsform_cell(s, row, "list_name");
        if (*list == '\0') {
            if (*xlsform_cell(s, row, "name") != '\0')
                xlsform_problem(r, s, row, "list_name", "name the list that this choice belongs to");
            continue;
        }
        struct form_choices *c = find_list(r, list);
        if (c == NULL && r->n_lists == XLSFORM_LISTS_MAX) {
            xlsform_problem(r, s, row, "list_name", "more than %d lists", XLSFORM_LISTS_MAX);
            return;
        }
        if (c == NULL) {
            r->list_row[r->n_lists] = row;
            c = &r->lists[r->n_lists++];
            *c = (struct form_choices){.list_name = list};
        }
        c->n++;
    }
}

static void read_choice(struct xlsform_reader *r, size_t row, struct form_choice *items, size_t n)
{
    const struct sheet *s = &r->choices;
    const char *name = xlsform_cell(s, row, "name");
    if (*name == '\0' || strlen(name) > 32 || strpbrk(name, " \t\"'") != NULL)
        xlsform_problem(r, s, row, "name", "a choice needs a code of 1 to 32 characters without spaces or quotes");
    for (size_t i = 0; i < n; i++)
        if (strcmp(items[i].name, name) == 0)
            xlsform_problem(r, s, row, "name", "the list has the code \"%s\" twice", name);
    const char **values = arena_array(r->a, r->n_columns + 1, sizeof *values);
    for (size_t i = 0; values != NULL && i < r->n_columns; i++)
        values[i] = xlsform_cell(s, row, r->columns[i]);
    r->is_out = r->is_out || values == NULL;
    items[n] = (struct form_choice){.name = name, .values = values,
                                    .label = xlsform_label(r, s, row, "label", true),
                                    .is_dont_know = xlsform_yes_no(r, s, row, "dont_know"),
                                    .is_exclusive = xlsform_yes_no(r, s, row, "exclusive")};
}

void xlsform_read_choices(struct xlsform_reader *r)
{
    const struct sheet *s = &r->choices;
    size_t col = sheet_col(s, "list_name");
    struct form_choice *all[XLSFORM_LISTS_MAX] = {NULL};
    count_lists(r);
    for (size_t i = 0; i < r->n_lists; i++) {
        size_t n = 0, total = r->lists[i].n;
        struct form_choice *items = NULL;
        if (total > FORM_CHOICES_MAX)
            xlsform_problem(r, s, r->list_row[i], "list_name", "list \"%s\" has %zu choices, over %d", r->lists[i].list_name,
                            total, FORM_CHOICES_MAX);
        else if ((items = arena_array(r->a, total, sizeof *items)) == NULL)
            r->is_out = true;
        if (items == NULL) {
            r->lists[i].n = 0;
            continue;
        }
        for (size_t row = 0; row < s->n_rows; row++)
            if (strcmp(sheet_at(s, row, col), r->lists[i].list_name) == 0)
                read_choice(r, row, items, n++);
        r->lists[i].items = all[i] = items;
    }
    if (!r->is_out)
        xlsform_read_collapse(r, all);
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
    {"decimal", FORM_DECIMAL, false},     {"date", FORM_DATE, false},
    {"time", FORM_TIME, false},           {"rank", FORM_RANK, true},
    {"range", FORM_SELECT_ONE, false},    {"calculate", FORM_NOTE, false},
    {"hidden", FORM_NOTE, false},
};

static bool has_other(const char *type)
{
    size_t len = strlen(type);
    return len > 9 && strcmp(type + len - 9, " or_other") == 0;
}

/* The list of "select_one LIST", noted as used. NULL, and noted, when there is none. */
static const struct form_choices *read_list(struct xlsform_reader *r, size_t row, const char *list)
{
    if (has_other(list)) {
        size_t len = strcspn(list, " ");
        list = arena_memdup(r->a, list, len);
        if (list == NULL) {
            r->is_out = true;
            return NULL;
        }
    }
    struct form_choices *c = find_list(r, list);
    if (c != NULL && c->n > 0) {
        r->is_used[c - r->lists] = true;
        return c;
    }
    if (c != NULL)
        return NULL; /* noted where it stands */
    xlsform_problem(r, &r->survey, row, "type", "the sheet choices has no list \"%s\"", list);
    return NULL;
}

/* What XLSForm has and this does not; NULL: it is no type at all. */
static const char *unsupported_type(const char *v)
{
    static const struct {
        const char *name, *why;
    } known[] = {{"geopoint", "a place is asked for as a choice, never as where somebody stands"},
                 {"geotrace", "a place is asked for as a choice, never as where somebody stands"},
                 {"geoshape", "a place is asked for as a choice, never as where somebody stands"},
                 {"begin_repeat", "write the questions out"},
                 {"begin repeat", "write the questions out"},
                 {"end_repeat", "write the questions out"},
                 {"end repeat", "write the questions out"},
                 {"image", "ballots hold no files"},
                 {"audio", "ballots hold no files"},
                 {"video", "ballots hold no files"},
                 {"file", "ballots hold no files"},
                 {"barcode", "a code is asked for as text"},
                 {"select_one_from_file", "put the choices into the sheet choices"},
                 {"select_multiple_from_file", "put the choices into the sheet choices"},
                 {"csv-external", "put the choices into the sheet choices"},
                 {"xml-external", "put the choices into the sheet choices"},
                 {"dateTime", "ask for a date and a time"},
                 {"start", "nothing of the device and no clock time is stored"},
                 {"end", "nothing of the device and no clock time is stored"},
                 {"today", "nothing of the device and no clock time is stored"},
                 {"deviceid", "nothing of the device and no clock time is stored"},
                 {"username", "nobody signs in to answer"},
                 {"phonenumber", "nothing of the device and no clock time is stored"},
                 {"audit", "how somebody fills in a form is not watched"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(v, known[i].name, strlen(known[i].name)) == 0 && strchr(" ", v[strlen(known[i].name)]) != NULL)
            return known[i].why;
    return NULL;
}

/* False when the row cannot become the node that was meant: it stands as a note then, so that the
 * rest of the row is looked at. */
static bool read_type(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const char *v = xlsform_cell(&r->survey, row, "type");
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        const struct type_name *t = &type_names[i];
        size_t len = strlen(t->name);
        if (strncmp(v, t->name, len) != 0 || (t->has_list ? v[len] != ' ' : v[len] != '\0'))
            continue;
        if (t->has_list)
            n->choices = read_list(r, row, v + len + strspn(v + len, " "));
        if (t->has_list && n->choices == NULL)
            return false;
        n->type = t->type;
        n->is_range = strcmp(t->name, "range") == 0;
        n->is_calculated = strcmp(t->name, "calculate") == 0 || strcmp(t->name, "hidden") == 0;
        return true;
    }
    const char *why = unsupported_type(v);
    if (why != NULL)
        xlsform_problem(r, &r->survey, row, "type", "type \"%s\" is not supported: %s", v, why);
    else
        xlsform_problem(r, &r->survey, row, "type", "type \"%s\" is not known (known: select_one LIST, select_multiple LIST, "
                    "rank LIST, range, integer, decimal, date, time, text, note, acknowledge, calculate, hidden, begin_group, "
                    "end_group)", v);
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

static void read_appearance(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const char *v = xlsform_cell(&r->survey, row, "appearance");
    n->is_likert = strcmp(v, "likert") == 0;
    n->is_minimal = strcmp(v, "minimal") == 0;
    n->is_multiline = strcmp(v, "multiline") == 0;
    if (n->type == FORM_GROUP_BEGIN && strcmp(v, "field-list") == 0)
        return; /* every group stands on one screen */
    bool fits = *v == '\0' || (n->is_likert && n->type == FORM_SELECT_ONE) ||
                (n->is_minimal && n->type == FORM_SELECT_ONE) || (n->is_multiline && n->type == FORM_TEXT);
    fits = fits && !(n->is_likert && n->is_range);
    if (!fits)
        xlsform_problem(r, &r->survey, row, "appearance", "appearance \"%s\" is not known for this type (known: likert and minimal "
                "for select_one, multiline for text, field-list for begin_group)", v);
}

static void read_name(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const struct sheet *s = &r->survey;
    n->name = xlsform_cell(s, row, "name");
    if (*n->name == '_' || strcmp(n->name, "response_id") == 0)
        xlsform_problem(r, s, row, "name", "the name \"%s\" is kept for the system: choose another", n->name);
    else if (!is_name(n->name))
        xlsform_problem(r, s, row, "name", "\"%s\" is not a name: begin with a letter, go on with letters, digits and _, "
                        "at most 63", n->name);
    else if (form_find(r->f, n->name, strlen(n->name)) != SIZE_MAX)
        xlsform_problem(r, s, row, "name", "the name \"%s\" is there twice", n->name);
}

static void read_question(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const struct sheet *s = &r->survey;
    n->hint = xlsform_label(r, s, row, "hint", false);
    n->required_message = xlsform_label(r, s, row, "required_message", false);
    n->constraint_message = xlsform_label(r, s, row, "constraint_message", false);
    n->is_required = xlsform_yes_no(r, s, row, "required");
    n->is_profile = xlsform_yes_no(r, s, row, "profile");
    if (n->is_profile && n->type != FORM_SELECT_ONE)
        xlsform_problem(r, s, row, "profile", "only a select_one can be a question of the profile");
    if (n->is_required && (n->type == FORM_NOTE || n->type == FORM_GROUP_BEGIN))
        xlsform_problem(r, s, row, "required", "%s cannot be required", n->is_calculated ? "what nobody is asked" : "a note or a group");
    if (n->is_range && n->is_profile)
        xlsform_problem(r, s, row, "profile", "a range is not a question of the profile: ask for one of a few groups");
    n->min = n->type == FORM_INTEGER ? -INTEGER_LIMIT : 0;
    n->max = n->type == FORM_INTEGER ? INTEGER_LIMIT : n->type == FORM_TEXT ? FORM_TEXT_MAX : 0;
    read_appearance(r, row, n);
    xlsform_read_kind(r, row, n);
}

/* What nobody is shown needs no words; the result pages call it by its name. */
static struct form_label label_of(struct xlsform_reader *r, size_t row, const struct form_node *n)
{
    struct form_label l = xlsform_label(r, &r->survey, row, "label", !n->is_calculated);
    for (size_t i = 0; n->is_calculated && i < r->f->n_langs; i++)
        l.t[i] = l.t[i] != NULL ? l.t[i] : n->name;
    return l;
}

/* The groups that are open at a row. */
struct open_groups {
    size_t node[DEPTH_MAX], row[DEPTH_MAX], depth;
};

static void end_group(struct xlsform_reader *r, size_t row, struct form_node *n, struct open_groups *g)
{
    if (g->depth == 0)
        xlsform_problem(r, &r->survey, row, "type", "there is no group to end here");
    else
        n->parent = r->f->nodes[g->node[--g->depth]].parent;
}

static void read_row(struct xlsform_reader *r, size_t row, struct form_node *n, struct open_groups *g)
{
    bool is_known = read_type(r, row, n);
    if (n->type == FORM_GROUP_END) {
        end_group(r, row, n, g);
        return;
    }
    read_name(r, row, n);
    n->label = label_of(r, row, n);
    if (is_known)
        read_question(r, row, n);
    if (n->type != FORM_GROUP_BEGIN)
        return;
    if (g->depth == DEPTH_MAX) {
        xlsform_problem(r, &r->survey, row, "type", "groups inside groups deeper than %d", DEPTH_MAX);
        return;
    }
    g->row[g->depth] = row;
    g->node[g->depth++] = r->f->n_nodes;
}

/* What no single row shows: is there a question, can a page send all answers, is every list used? */
static void check_whole(struct xlsform_reader *r)
{
    size_t n_questions = 0, n_fields = 0, n_texts = 0;
    int64_t n_chars = 0;
    for (size_t i = 0; i < r->f->n_nodes; i++) {
        const struct form_node *n = &r->f->nodes[i];
        bool is_question = n->type != FORM_NOTE && n->type != FORM_GROUP_BEGIN && n->type != FORM_GROUP_END && !n->is_calculated;
        n_questions += is_question;
        n_fields += n->type == FORM_SELECT_MULTIPLE || n->type == FORM_RANK ? n->choices->n : is_question;
        n_texts += n->type == FORM_TEXT;
        n_chars += n->type == FORM_TEXT ? n->max : 0;
    }
    if (n_questions == 0)
        xlsform_problem(r, &r->survey, SIZE_MAX, "type", "there is no question");
    if (n_fields > FIELDS_MAX)
        xlsform_problem(r, &r->survey, SIZE_MAX, "type", "the page could send %zu answers, over %d: each choice of a "
                        "select_multiple or rank is one", n_fields, FIELDS_MAX);
    if (n_texts > TEXTS_MAX)
        xlsform_problem(r, &r->survey, SIZE_MAX, "type", "there are %zu text questions, over %d", n_texts, TEXTS_MAX);
    if (n_chars > TEXT_TOTAL_MAX)
        xlsform_problem(r, &r->survey, SIZE_MAX, "constraint", "the texts may have %lld characters in all, over %d: give them "
                        "limits like string-length(.) <= 500", (long long)n_chars, TEXT_TOTAL_MAX);
    for (size_t i = 0; i < r->n_lists && r->n_problems == 0; i++) /* a wrong row may have meant it */
        if (!r->is_used[i])
            xlsform_warning(r, &r->choices, r->list_row[i], "list_name", "no question uses the list \"%s\"", r->lists[i].list_name);
}

void xlsform_read_survey(struct xlsform_reader *r)
{
    const struct sheet *s = &r->survey;
    struct open_groups g = {.depth = 0};
    struct form_node *nodes = arena_array(r->a, 2 * s->n_rows + 1, sizeof *nodes); /* or_other makes two of one */
    size_t *row_of = arena_array(r->a, 2 * s->n_rows + 1, sizeof *row_of);
    if (nodes == NULL || row_of == NULL) {
        r->is_out = true;
        return;
    }
    r->f->nodes = nodes;
    for (size_t row = 0; row < s->n_rows; row++) {
        struct form_node *n = &nodes[r->f->n_nodes];
        *n = (struct form_node){.type = FORM_NOTE, .parent = g.depth > 0 ? g.node[g.depth - 1] : SIZE_MAX, .name = ""};
        if (*xlsform_cell(s, row, "type") == '\0' && *xlsform_cell(s, row, "name") == '\0')
            continue; /* an empty line between sections */
        read_row(r, row, n, &g);
        row_of[r->f->n_nodes++] = row;
        if ((n->type == FORM_SELECT_ONE || n->type == FORM_SELECT_MULTIPLE) && has_other(xlsform_cell(s, row, "type")) &&
            xlsform_make_other(r, row, r->f->n_nodes - 1, &nodes[r->f->n_nodes]))
            row_of[r->f->n_nodes++] = SIZE_MAX;
    }
    if (r->f->n_nodes > FORM_NODES_MAX)
        xlsform_problem(r, s, SIZE_MAX, "type", "more than %d questions and groups", FORM_NODES_MAX);
    for (size_t i = 0; i < g.depth; i++)
        xlsform_problem(r, s, g.row[i], "type", "group \"%s\" has no end_group", nodes[g.node[i]].name);
    xlsform_read_expressions(r, nodes, row_of);
    check_whole(r);
    struct rc_info why;
    if (r->n_problems == 0 && form_layout(r->f, nodes, &why) != RC_OK)
        xlsform_problem(r, s, SIZE_MAX, "type", "%s", why.msg);
    for (size_t i = 0; r->n_problems == 0 && i < r->f->n_nodes; i++)
        if (row_of[i] != SIZE_MAX)
            xlsform_check_preset(r, row_of[i], i);
}
