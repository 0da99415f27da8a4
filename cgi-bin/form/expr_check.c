/* What an expression's parts give, and what in them can only be a mistake of the author. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "form/expr_inner.h"

const char *const expr_words[OP_N] = {
    [OP_OR] = "or", [OP_AND] = "and", [OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">",
    [OP_GE] = ">=", [OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "div", [OP_MOD] = "mod", [OP_NEG] = "neg",
    [OP_NOT] = "not", [OP_IF] = "if", [OP_COALESCE] = "coalesce", [OP_ONCE] = "once", [OP_SELECTED] = "selected",
    [OP_COUNT_SELECTED] = "count-selected", [OP_LENGTH] = "string-length", [OP_REGEX] = "regex", [OP_CONCAT] = "concat",
    [OP_STRING] = "string", [OP_TO_NUMBER] = "number", [OP_INT] = "int", [OP_ROUND] = "round", [OP_MIN] = "min",
    [OP_MAX] = "max", [OP_SUM] = "sum", [OP_TODAY] = "today", [OP_DATE] = "date"};

enum expr_op expr_function(const char *name, size_t len, size_t *min, size_t *max)
{
    static const struct {
        enum expr_op op;
        size_t min, max;
    } known[] = {{OP_NOT, 1, 1}, {OP_IF, 3, 3}, {OP_COALESCE, 2, 50}, {OP_ONCE, 1, 1}, {OP_SELECTED, 2, 2},
                 {OP_COUNT_SELECTED, 1, 1}, {OP_LENGTH, 1, 1}, {OP_REGEX, 2, 2}, {OP_CONCAT, 1, 200}, {OP_STRING, 1, 1},
                 {OP_TO_NUMBER, 1, 1}, {OP_INT, 1, 1}, {OP_ROUND, 1, 2}, {OP_MIN, 1, 200}, {OP_MAX, 1, 200},
                 {OP_SUM, 1, 200}, {OP_TODAY, 0, 0}, {OP_DATE, 1, 1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_equal(expr_words[known[i].op], name, len)) {
            *min = known[i].min;
            *max = known[i].max;
            return known[i].op;
        }
    *min = *max = 0;
    return text_equal("true", name, len) || text_equal("false", name, len) ? OP_BOOLEAN : OP_N;
}

bool expr_question_kind(const struct form_node *n, enum expr_kind *kind)
{
    switch (n->type) {
    case FORM_NOTE: /* EXPR_ANY: a calculation that is still to be read */
        *kind = n->calculation != NULL ? expr_kind_of(n->calculation) : EXPR_ANY;
        return n->is_calculated;
    case FORM_GROUP_BEGIN:
    case FORM_GROUP_END:
        return false;
    case FORM_SELECT_ONE:
        *kind = n->is_range ? EXPR_NUMBER : EXPR_CHOICE;
        return true;
    case FORM_SELECT_MULTIPLE:
        *kind = EXPR_CHOICES;
        return true;
    case FORM_INTEGER:
    case FORM_DECIMAL:
        *kind = EXPR_NUMBER;
        return true;
    case FORM_DATE:
        *kind = EXPR_DATE;
        return true;
    case FORM_TIME:
        *kind = EXPR_TIME;
        return true;
    case FORM_ACKNOWLEDGE:
    case FORM_TEXT:
    case FORM_RANK: /* the names of its choices in their order, a blank between */
        *kind = EXPR_STRING;
        return true;
    }
    return false;
}

struct checker {
    const struct expr *x;
    struct rc_info *e;
};

static enum rc wrong(const struct checker *c, const struct expr_node *at, const char *fmt, ...) PRINTF(3, 4);
static enum rc wrong(const struct checker *c, const struct expr_node *at, const char *fmt, ...)
{
    char why[300];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    return rc_set(c->e, RC_INPUT, "at character %zu: %s", text_length(c->x->text, at->at) + 1, why);
}

/* The question of a node that is one; NULL. */
static const struct form_node *asked(const struct checker *c, const struct expr_node *n)
{
    return n->op == OP_QUESTION || n->op == OP_SELF ? &c->x->form->nodes[n->index] : NULL;
}

static bool is_numeral(const struct expr_node *n)
{
    struct expr_value v = expr_string(n->text, n->len);
    return !isnan(expr_to_number(&v, NULL, NULL));
}

static enum rc check_choice(const struct checker *c, const struct form_node *q, const struct expr_node *text)
{
    if (form_find_choice(q->choices, text->text, text->len) != SIZE_MAX)
        return RC_OK;
    return wrong(c, text, "\"%s\" has no choice \"%.*s\"", q->name, (int)(text->len > 32 ? 32 : text->len), text->text);
}

/* A value beside a literal text; `is_order`: < and its like. */
static enum rc check_beside(const struct checker *c, const struct expr_node *n, const struct expr_node *text, bool is_order)
{
    const struct form_node *q = asked(c, n);
    int64_t v;
    if (text->op != OP_TEXT || (text->len == 0 && !is_order))
        return RC_OK;
    int len = (int)(text->len > 32 ? 32 : text->len);
    if (n->kind == EXPR_DATE)
        return expr_read_date(text->text, text->len, &v) ? RC_OK : wrong(c, text, "'%.*s' is no date like '2026-01-31'", len, text->text);
    if (n->kind == EXPR_TIME)
        return expr_read_time(text->text, text->len, &v) ? RC_OK : wrong(c, text, "'%.*s' is no time like '09:30'", len, text->text);
    if ((is_order || n->kind == EXPR_NUMBER) && !is_numeral(text))
        return wrong(c, text, "'%.*s' is no number", len, text->text);
    if (n->kind == EXPR_BOOLEAN)
        return wrong(c, text, "compare with true() or false(), not with a text");
    if (q != NULL && q->type == FORM_ACKNOWLEDGE && !text_equal("OK", text->text, text->len))
        return wrong(c, text, "\"%s\" is 'OK' when it is ticked, never '%.*s'", q->name, len, text->text);
    if (q != NULL && q->type == FORM_SELECT_ONE && !q->is_range && !is_order)
        return check_choice(c, q, text);
    return RC_OK;
}

static enum rc check_comparison(const struct checker *c, const struct expr_node *n, const struct expr_node *l, const struct expr_node *r)
{
    bool is_order = n->op != OP_EQ && n->op != OP_NE;
    for (int side = 0; side < 2; side++) {
        const struct expr_node *one = side == 0 ? l : r, *other = side == 0 ? r : l;
        const struct form_node *q = asked(c, one);
        if (one->kind == EXPR_CHOICES && (is_order || (other->op == OP_TEXT && other->len > 0)))
            return wrong(c, one, "\"%s\" takes several answers: write selected(${%s}, 'choice')", q != NULL ? q->name : "this",
                         q != NULL ? q->name : "question");
        enum rc rc = check_beside(c, one, other, is_order);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc check_arithmetic(const struct checker *c, const struct expr_node *arg)
{
    const struct form_node *q = asked(c, arg);
    if (arg->op == OP_TEXT && !is_numeral(arg))
        return wrong(c, arg, "'%.*s' is no number", (int)(arg->len > 32 ? 32 : arg->len), arg->text);
    if (arg->kind == EXPR_CHOICES)
        return wrong(c, arg, "\"%s\" takes several answers: count-selected() counts them", q != NULL ? q->name : "this");
    return RC_OK;
}

static enum rc check_selected(const struct checker *c, struct expr_node *n, const struct expr_node *l, const struct expr_node *r)
{
    const struct form_node *q = asked(c, l);
    if (q != NULL && q->choices == NULL)
        return wrong(c, l, "\"%s\" has no choices to compare with", q->name);
    if (q == NULL || r == NULL || r->op != OP_TEXT)
        return RC_OK;
    n->index = form_find_choice(q->choices, r->text, r->len);
    return check_choice(c, q, r);
}

/* The kind of two values that may stand for each other. */
static uint8_t either(uint8_t a, uint8_t b)
{
    bool is_text = (a == EXPR_STRING || a == EXPR_CHOICE) && (b == EXPR_STRING || b == EXPR_CHOICE);
    return a == b ? a : is_text ? EXPR_STRING : EXPR_ANY;
}

static uint8_t kind_of(const struct checker *c, const struct expr_node *n, const struct expr_node *const *arg)
{
    enum expr_kind kind = EXPR_STRING;
    switch ((enum expr_op)n->op) {
    case OP_QUESTION: case OP_SELF:
        (void)expr_question_kind(&c->x->form->nodes[n->index], &kind);
        return (uint8_t)kind;
    case OP_BOOLEAN: case OP_OR: case OP_AND: case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
    case OP_NOT: case OP_SELECTED: case OP_REGEX:
        return EXPR_BOOLEAN;
    case OP_IF:
        return either(arg[1]->kind, arg[2]->kind);
    case OP_COALESCE: {
        uint8_t all = arg[0]->kind;
        for (uint16_t i = arg[0]->next; i != EXPR_NONE; i = c->x->nodes[i].next)
            all = either(all, c->x->nodes[i].kind);
        return all;
    }
    case OP_ONCE:
        return arg[0]->kind;
    case OP_TEXT: case OP_COLUMN: case OP_CONCAT: case OP_STRING:
        return EXPR_STRING;
    case OP_TODAY: case OP_DATE:
        return EXPR_DATE;
    default:
        return EXPR_NUMBER;
    }
}

enum rc expr_check_node(struct expr *x, size_t i, struct arena *a, struct rc_info *e)
{
    struct expr_node *n = &x->nodes[i];
    struct checker c = {x, e};
    const struct expr_node *arg[3] = {NULL};
    enum rc rc = RC_OK;
    uint16_t at = n->first;
    for (size_t k = 0; k < 3 && at != EXPR_NONE; k++, at = x->nodes[at].next)
        arg[k] = &x->nodes[at];
    n->kind = kind_of(&c, n, arg);
    switch ((enum expr_op)n->op) {
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
        return check_comparison(&c, n, arg[0], arg[1]);
    case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_MOD: case OP_NEG: case OP_INT: case OP_ROUND: case OP_MIN:
    case OP_MAX: case OP_SUM: case OP_TO_NUMBER:
        for (at = n->first; at != EXPR_NONE && rc == RC_OK; at = x->nodes[at].next)
            rc = check_arithmetic(&c, &x->nodes[at]);
        return rc;
    case OP_SELECTED:
        return check_selected(&c, n, arg[0], arg[1]);
    case OP_COUNT_SELECTED:
        return check_selected(&c, n, arg[0], NULL);
    case OP_DATE:
        return arg[0]->op == OP_TEXT ? check_beside(&c, n, arg[0], true) : RC_OK;
    case OP_REGEX: {
        struct rc_info why = {.rc = RC_OK};
        if (arg[1]->op != OP_TEXT)
            return wrong(&c, arg[1], "the pattern of regex() is a text in quotes");
        rc = expr_regex_make(arg[1]->text, arg[1]->len, a, &n->regex, &why);
        return rc == RC_OK || rc == RC_NOMEM ? rc_set(e, rc, "%s", why.msg) : wrong(&c, arg[1], "%s", why.msg);
    }
    default:
        return RC_OK;
    }
}

const char *expr_text(const struct expr *x)
{
    return x->text;
}

enum expr_kind expr_kind_of(const struct expr *x)
{
    return (enum expr_kind)x->nodes[x->root].kind;
}

void expr_mark_questions(const struct expr *x, bool *looks_at)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->nodes[i].op == OP_QUESTION)
            looks_at[x->nodes[i].index] = true;
}

bool expr_mark_columns(const struct expr *x, bool *looks_at)
{
    bool looks = false;
    for (size_t i = 0; i < x->n; i++)
        if (x->nodes[i].op == OP_COLUMN)
            looks = looks_at[x->nodes[i].index] = true;
    return looks;
}

bool expr_uses_today(const struct expr *x)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->nodes[i].op == OP_TODAY)
            return true;
    return false;
}

bool expr_is_constant(const struct expr *x)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->nodes[i].op == OP_QUESTION || x->nodes[i].op == OP_SELF || x->nodes[i].op == OP_COLUMN || x->nodes[i].op == OP_TODAY)
            return false;
    return true;
}
