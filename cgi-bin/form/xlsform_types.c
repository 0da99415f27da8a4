/* What a row of the sheet survey says beside its type: parameters, default, read_only, or_other; and the types
 * range, hidden and calculate, which are kept as others. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "form/answers.h"
#include "form/expr.h"
#include "form/xlsform_inner.h"

enum {
    DECIMALS_MAX = 6,     /* of a range's numbers */
    RANGE_LIMIT = 1000000, /* of a range's numbers, either way */
    RADIOS_MAX = 11,      /* points of a range that are shown one beside the other; more are a drop-down */
    OTHER_MAX = 200       /* characters of or_other's text */
};

/* ---- parameters: "start=0 end=10 step=1", "randomize=true, seed=42" ---- */

/* The value of `key` as text in the arena; NULL: it is not there. */
static const char *parameter(struct xlsform_reader *r, size_t row, const char *key)
{
    const char *p = xlsform_cell(&r->survey, row, "parameters");
    size_t key_len = strlen(key);
    for (p += strspn(p, " ,;"); *p != '\0'; p += strspn(p, " ,;")) {
        size_t len = strcspn(p, " ,;");
        if (len > key_len && text_equal(key, p, key_len) && p[key_len] == '=') {
            char *v = arena_memdup(r->a, p + key_len + 1, len - key_len - 1); /* ends with NUL */
            r->is_out = r->is_out || v == NULL;
            return v;
        }
        p += len;
    }
    return NULL;
}

static void check_parameters(struct xlsform_reader *r, size_t row, const struct form_node *n)
{
    static const char *const of_range[] = {"start", "end", "step", NULL};
    static const char *const of_choices[] = {"randomize", "seed", NULL};
    static const char *const none[] = {NULL};
    const char *const *known = n->is_range ? of_range : n->choices != NULL ? of_choices : none;
    const char *p = xlsform_cell(&r->survey, row, "parameters");
    for (p += strspn(p, " ,;"); *p != '\0'; p += strspn(p, " ,;")) {
        size_t len = strcspn(p, " ,;"), key = strcspn(p, "= ,;");
        bool is_known = key < len;
        size_t i = 0;
        while (known[i] != NULL && !text_equal(known[i], p, key))
            i++;
        if (!is_known || known[i] == NULL)
            xlsform_problem(r, &r->survey, row, "parameters", "\"%.*s\" is not known here (known: start=, end= and step= for range; "
                            "randomize=true and seed= for questions with choices)", (int)(len > 40 ? 40 : len), p);
        p += len;
    }
}

static void read_order(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const char *is = parameter(r, row, "randomize"), *seed = parameter(r, row, "seed");
    n->seed = -1;
    if (is != NULL && strcmp(is, "true") != 0 && strcmp(is, "false") != 0)
        xlsform_problem(r, &r->survey, row, "parameters", "say randomize=true or randomize=false");
    n->is_shuffled = is != NULL && strcmp(is, "true") == 0;
    if (seed != NULL && text_to_i64(seed, strlen(seed), 0, INT32_MAX, &n->seed) != RC_OK)
        xlsform_problem(r, &r->survey, row, "parameters", "a seed is a whole number within 0..%d: with it everybody sees the same order",
                        INT32_MAX);
    if (!n->is_shuffled)
        n->seed = -1;
    if (n->is_shuffled && n->is_likert)
        xlsform_problem(r, &r->survey, row, "parameters", "the answers of a likert question have an order of their own");
}

/* ---- range ---- */

/* A number as units of 10^-decimals. */
struct point {
    int64_t units;
    int decimals;
};

static bool read_point(const char *v, struct point *out)
{
    size_t whole = strcspn(v, "."), part = v[whole] == '.' ? strlen(v + whole + 1) : 0;
    int64_t before = 0, behind = 0, scale = 1;
    if (part > DECIMALS_MAX || (v[whole] == '.' && part == 0) ||
        text_to_i64(v, whole, -RANGE_LIMIT, RANGE_LIMIT, &before) != RC_OK ||
        (part > 0 && (!isdigit((unsigned char)v[whole + 1]) || text_to_i64(v + whole + 1, part, 0, RANGE_LIMIT - 1, &behind) != RC_OK)))
        return false;
    for (size_t i = 0; i < part; i++)
        scale *= 10;
    *out = (struct point){before * scale + (*v == '-' ? -behind : behind), (int)part};
    return true;
}

static void read_bound(struct xlsform_reader *r, size_t row, const char *key, const char *fallback, struct point *out)
{
    const char *v = parameter(r, row, key);
    if (v == NULL)
        v = fallback;
    if (!read_point(v, out))
        xlsform_problem(r, &r->survey, row, "parameters", "%s=%s is no number within -%d..%d with at most %d decimals", key, v,
                        RANGE_LIMIT, RANGE_LIMIT, DECIMALS_MAX);
}

static int64_t scaled(const struct point *p, int decimals)
{
    int64_t v = p->units;
    for (int i = p->decimals; i < decimals; i++)
        v *= 10;
    return v;
}

/* "-0.5": without a zero behind the point that the number does not need. */
static const char *point_name(struct xlsform_reader *r, int64_t units, int decimals)
{
    int64_t scale = 1, size = units < 0 ? -units : units;
    for (; decimals > 0 && size % 10 == 0; decimals--)
        size /= 10;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    const char *sign = units < 0 ? "-" : "";
    char *name = decimals == 0 ? arena_printf(r->a, "%s%lld", sign, (long long)size)
                               : arena_printf(r->a, "%s%lld.%0*lld", sign, (long long)(size / scale), decimals, (long long)(size % scale));
    r->is_out = r->is_out || name == NULL;
    return name != NULL ? name : "0";
}

static const struct form_choices *make_points(struct xlsform_reader *r, int64_t start, int64_t step, size_t n, int decimals)
{
    struct form_choices *c = arena_alloc(r->a, sizeof *c);
    struct form_choice *items = arena_array(r->a, n, sizeof *items);
    if (c == NULL || items == NULL) {
        r->is_out = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        items[i].name = point_name(r, start + (int64_t)i * step, decimals);
        for (size_t k = 0; k < r->f->n_langs; k++)
            items[i].label.t[k] = items[i].name;
    }
    *c = (struct form_choices){.list_name = "", .n = n, .items = items};
    return c;
}

static void read_range(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    struct point start = {0, 0}, end = {0, 0}, step = {1, 0};
    size_t before = r->n_problems;
    read_bound(r, row, "start", "1", &start); /* ODK's own defaults */
    read_bound(r, row, "end", "10", &end);
    read_bound(r, row, "step", "1", &step);
    int decimals = start.decimals > end.decimals ? start.decimals : end.decimals;
    decimals = step.decimals > decimals ? step.decimals : decimals;
    int64_t from = scaled(&start, decimals), to = scaled(&end, decimals), by = scaled(&step, decimals);
    int64_t n_points = by > 0 && to > from ? (to - from) / by + 1 : 0;
    if (r->n_problems == before && (n_points < 2 || (to - from) % by != 0))
        xlsform_problem(r, &r->survey, row, "parameters", "the range must lead from start up to end in whole steps");
    else if (n_points > FORM_RANGE_MAX)
        xlsform_problem(r, &r->survey, row, "parameters", "the range has %lld points, over %d: ask for an integer with a constraint",
                        (long long)n_points, FORM_RANGE_MAX);
    if (r->n_problems == before)
        n->choices = make_points(r, from, by, (size_t)n_points, decimals);
    if (n->choices == NULL)
        n->type = FORM_NOTE; /* refused anyway */
    else
        n->is_minimal = n->is_minimal || n_points > RADIOS_MAX;
}

/* ---- default and read_only ---- */

static void read_preset(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const char *v = xlsform_cell(&r->survey, row, "default");
    bool is_read_only = xlsform_yes_no(r, &r->survey, row, "read_only");
    bool can_be = n->type == FORM_TEXT || n->type == FORM_INTEGER || n->type == FORM_DECIMAL || n->type == FORM_DATE ||
                  n->type == FORM_TIME;
    if (n->type == FORM_NOTE || n->type == FORM_GROUP_BEGIN) { /* a note is read only by nature */
        if (*v != '\0')
            xlsform_problem(r, &r->survey, row, "default", "a note or a group has no answer");
        return;
    }
    if (*v != '\0')
        n->preset = v;
    n->is_read_only = is_read_only && can_be && *v != '\0';
    if (is_read_only && !can_be)
        xlsform_problem(r, &r->survey, row, "read_only", "a choice that nobody can make: write a note");
    else if (is_read_only && *v == '\0')
        xlsform_problem(r, &r->survey, row, "read_only", "what is only read needs a default: it is what will be read");
    else if (n->preset != NULL && !is_read_only)
        xlsform_warning(r, &r->survey, row, "default", "an answer that stands there already counts, even where nobody looked at it");
}

/* Once the question's limits are known. */
void xlsform_check_preset(struct xlsform_reader *r, size_t row, size_t node)
{
    const struct form_node *n = &r->f->nodes[node];
    if (n->preset == NULL || n->calculation != NULL || r->is_out)
        return;
    if (n->type == FORM_RANK)
        xlsform_problem(r, &r->survey, row, "default", "an order cannot be given beforehand");
    else if (!answers_fits(r->f, node, n->preset, r->a))
        xlsform_problem(r, &r->survey, row, "default", "\"%s\" is no answer to this question: write a value, not an expression", n->preset);
}

/* ---- or_other ---- */

/* The question for the words of "other", right behind its question. Gives false where there is none. */
bool xlsform_make_other(struct xlsform_reader *r, size_t row, size_t node, struct form_node *out)
{
    const struct form_node *n = &r->f->nodes[node];
    size_t other = form_find_choice(n->choices, "other", 5);
    char *name = arena_printf(r->a, "%s_other", n->name);
    r->is_out = r->is_out || name == NULL;
    if (other == SIZE_MAX) {
        xlsform_problem(r, &r->survey, row, "type", "or_other needs a choice called other in the list \"%s\", with its words in every "
                        "language: they stand at the choice and above the field", n->choices->list_name);
        return false;
    }
    if (name == NULL || strlen(name) > 63 || form_find(r->f, name, strlen(name)) != SIZE_MAX) {
        xlsform_problem(r, &r->survey, row, "name", "or_other adds a question \"%s_other\", which is too long or there already", n->name);
        return false;
    }
    *out = (struct form_node){.type = FORM_TEXT, .name = name, .parent = n->parent, .max = OTHER_MAX, .seed = -1,
                              .label = n->choices->items[other].label,
                              .relevant = {.op = n->type == FORM_SELECT_ONE ? FORM_EQUAL : FORM_SELECTED, .node = node, .choice = other}};
    return true;
}

void xlsform_read_kind(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    n->seed = -1;
    if (n->is_calculated)
        return;
    check_parameters(r, row, n);
    if (n->is_range)
        read_range(r, row, n);
    else if (n->choices != NULL)
        read_order(r, row, n);
    if (n->type == FORM_RANK && (n->choices->n < 2 || n->choices->n > FORM_RANK_MAX))
        xlsform_problem(r, &r->survey, row, "type", "2 to %d choices can be put in order, not %zu", FORM_RANK_MAX, n->choices->n);
    read_preset(r, row, n);
}

/* ---- calculate, hidden ---- */

/* A hidden question is a calculation that gives its default. NULL: it was noted. */
static const char *hidden_source(struct xlsform_reader *r, size_t row)
{
    const char *v = xlsform_cell(&r->survey, row, "default");
    char quote = strchr(v, '\'') == NULL ? '\'' : '"';
    if (*v == '\0')
        xlsform_problem(r, &r->survey, row, "default", "what is hidden needs a default: it is its value");
    else if (strchr(v, quote) != NULL)
        xlsform_problem(r, &r->survey, row, "default", "a hidden value holds ' or \", not both");
    else
        return arena_printf(r->a, "%c%s%c", quote, v, quote);
    return NULL;
}

void xlsform_read_calculation(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    bool is_hidden = strcmp(xlsform_cell(&r->survey, row, "type"), "hidden") == 0;
    const char *col = is_hidden ? "default" : "calculation";
    const char *text = is_hidden ? hidden_source(r, row) : xlsform_cell(&r->survey, row, col);
    if (!n->is_calculated) {
        if (*xlsform_cell(&r->survey, row, "calculation") != '\0')
            xlsform_problem(r, &r->survey, row, "calculation", "only a question of type calculate is worked out");
        return;
    }
    if (!is_hidden && *text == '\0')
        xlsform_problem(r, &r->survey, row, col, "write what is to be worked out");
    if (*xlsform_cell(&r->survey, row, "relevant") != '\0' || *xlsform_cell(&r->survey, row, "constraint") != '\0')
        xlsform_problem(r, &r->survey, row, "relevant", "what is worked out is neither asked nor checked: use if() in the calculation");
    if (text == NULL || *text == '\0')
        return;
    n->calculation = xlsform_expression(r, row, col, text, SIZE_MAX, NULL, 0);
    if (n->calculation != NULL && expr_kind_of(n->calculation) == EXPR_NUMBER)
        n->type = FORM_DECIMAL;
}
