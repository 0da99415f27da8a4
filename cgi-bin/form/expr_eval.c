/* Working an expression out. Calls itself at most EXPR_DEPTH_MAX deep, which the parser saw to. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "form/expr_inner.h"

static struct expr_value eval(const struct expr *x, size_t i, struct expr_env *env);

static struct expr_value boolean(bool v)
{
    return (struct expr_value){.kind = EXPR_BOOLEAN, .number = v ? 1 : 0};
}

static double number_at(const struct expr *x, size_t i, struct expr_env *env)
{
    struct expr_value v = eval(x, i, env);
    return expr_to_number(&v, env->a, &env->is_out);
}

static bool boolean_at(const struct expr *x, size_t i, struct expr_env *env)
{
    struct expr_value v = eval(x, i, env);
    return expr_to_boolean(&v);
}

static struct expr_value string_at(const struct expr *x, size_t i, struct expr_env *env)
{
    struct expr_value v = eval(x, i, env);
    return expr_to_string(&v, env->a, &env->is_out);
}

/* ---- the operators ---- */

/* or, and: true as soon as one is true (false). */
static bool logic(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    bool ends_with = n->op == OP_OR;
    for (uint16_t i = n->first; i != EXPR_NONE; i = x->nodes[i].next)
        if (boolean_at(x, i, env) == ends_with)
            return ends_with;
    return !ends_with;
}

/* + * min max sum: from the left, over all arguments. */
static double fold(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    double all = number_at(x, n->first, env);
    for (uint16_t i = x->nodes[n->first].next; i != EXPR_NONE; i = x->nodes[i].next) {
        double v = number_at(x, i, env);
        if (n->op == OP_ADD || n->op == OP_SUM)
            all += v;
        else if (n->op == OP_MUL)
            all *= v;
        else if (isnan(v) || isnan(all))
            all = NAN;
        else if (n->op == OP_MIN ? v < all : v > all)
            all = v;
    }
    return all;
}

static double two(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    double l = number_at(x, n->first, env), r = number_at(x, x->nodes[n->first].next, env);
    return n->op == OP_SUB ? l - r : n->op == OP_DIV ? l / r : fmod(l, r);
}

/* One step a statement: a fused multiply-add would round otherwise than the browser does. */
static double rounded(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    static const double tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    double v = number_at(x, n->first, env);
    if (n->n_args == 1)
        return floor(v + 0.5);
    double places = number_at(x, x->nodes[n->first].next, env);
    if (isnan(places))
        return NAN;
    places = trunc(fmin(fmax(places, -15), 15));
    double ten = tens[(size_t)fabs(places)];
    double scaled = places < 0 ? v / ten : v * ten;
    double whole = floor(scaled + 0.5);
    return places < 0 ? whole * ten : whole / ten;
}

/* ---- texts ---- */

static struct expr_value concat(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    struct expr_value *part = arena_array(env->a, n->n_args, sizeof *part);
    size_t k = 0, len = 0, points = 0;
    for (uint16_t i = n->first; part != NULL && i != EXPR_NONE; i = x->nodes[i].next, k++) {
        part[k] = string_at(x, i, env);
        len += part[k].len;
    }
    char *text = part != NULL ? arena_alloc(env->a, len + 1) : NULL;
    if (text == NULL) {
        env->is_out = true;
        return expr_string("", 0);
    }
    len = 0;
    for (size_t i = 0; i < k; i++)
        for (size_t b = 0; b < part[i].len; b++) {
            points += ((unsigned char)part[i].text[b] & 0xc0) != 0x80;
            if (points > EXPR_STRING_MAX)
                return expr_string(text, len);
            text[len++] = part[i].text[b];
        }
    return expr_string(text, len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word of s from *at on; its length, 0: no more. */
static size_t next_word(const struct expr_value *s, size_t *at)
{
    while (*at < s->len && is_blank(s->text[*at]))
        (*at)++;
    size_t n = 0;
    while (*at + n < s->len && !is_blank(s->text[*at + n]))
        n++;
    return n;
}

static bool selected(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    struct expr_value of = eval(x, n->first, env);
    if (n->index != SIZE_MAX && of.kind == EXPR_CHOICE)
        return of.choice == n->index;
    if (n->index != SIZE_MAX && of.kind == EXPR_CHOICES)
        return (of.bits[n->index / 8] >> (n->index % 8) & 1U) != 0;
    struct expr_value word = string_at(x, x->nodes[n->first].next, env), s = expr_to_string(&of, env->a, &env->is_out);
    size_t len;
    for (size_t at = 0; (len = next_word(&s, &at)) > 0; at += len)
        if (len == word.len && memcmp(s.text + at, word.text, len) == 0)
            return true;
    return false;
}

static double count_selected(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    struct expr_value s = string_at(x, n->first, env);
    size_t count = 0, len;
    for (size_t at = 0; (len = next_word(&s, &at)) > 0; at += len)
        count++;
    return (double)count;
}

static struct expr_value coalesce(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    struct expr_value v = expr_string("", 0);
    for (uint16_t i = n->first; i != EXPR_NONE; i = x->nodes[i].next) {
        v = eval(x, i, env);
        if (v.kind == EXPR_NUMBER || v.kind == EXPR_BOOLEAN || expr_to_boolean(&v))
            break;
    }
    return v;
}

static struct expr_value date(const struct expr *x, const struct expr_node *n, struct expr_env *env)
{
    struct expr_value v = eval(x, n->first, env);
    char text[16];
    int64_t days;
    if (v.kind == EXPR_DATE)
        return v;
    double found = NAN;
    if (v.kind == EXPR_NUMBER) {
        found = floor(v.number);
        if (!expr_write_date(found, text))
            found = NAN;
    } else if (v.kind != EXPR_BOOLEAN && v.kind != EXPR_TIME) {
        struct expr_value s = expr_to_string(&v, env->a, &env->is_out);
        if (expr_read_date(s.text, s.len, &days))
            found = (double)days;
    }
    return (struct expr_value){.kind = EXPR_DATE, .number = found};
}

static struct expr_value leaf(const struct expr_node *n, struct expr_env *env)
{
    switch ((enum expr_op)n->op) {
    case OP_TEXT:
        return expr_string(n->text, n->len);
    case OP_NUMBER:
        return expr_number(n->number);
    case OP_BOOLEAN:
        return boolean(n->number != 0);
    case OP_COLUMN:
        return env->column(env->ctx, n->index);
    case OP_TODAY:
        return (struct expr_value){.kind = EXPR_DATE, .number = (double)env->today};
    default:
        return env->question(env->ctx, n->index);
    }
}

static struct expr_value eval(const struct expr *x, size_t i, struct expr_env *env)
{
    const struct expr_node *n = &x->nodes[i];
    uint16_t one = n->first, other = one != EXPR_NONE ? x->nodes[one].next : EXPR_NONE;
    struct expr_value l, r;
    switch ((enum expr_op)n->op) {
    case OP_OR: case OP_AND:
        return boolean(logic(x, n, env));
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
        l = eval(x, one, env);
        r = eval(x, other, env);
        return boolean(expr_compare((enum expr_op)n->op, &l, &r, env->a, &env->is_out));
    case OP_ADD: case OP_MUL: case OP_MIN: case OP_MAX: case OP_SUM:
        return expr_number(fold(x, n, env));
    case OP_SUB: case OP_DIV: case OP_MOD:
        return expr_number(two(x, n, env));
    case OP_NEG:
        return expr_number(-number_at(x, one, env));
    case OP_TO_NUMBER:
        return expr_number(number_at(x, one, env));
    case OP_INT:
        return expr_number(trunc(number_at(x, one, env)));
    case OP_ROUND:
        return expr_number(rounded(x, n, env));
    case OP_NOT:
        return boolean(!boolean_at(x, one, env));
    case OP_IF:
        return eval(x, boolean_at(x, one, env) ? other : x->nodes[other].next, env);
    case OP_COALESCE:
        return coalesce(x, n, env);
    case OP_ONCE:
        return eval(x, one, env);
    case OP_SELECTED:
        return boolean(selected(x, n, env));
    case OP_COUNT_SELECTED:
        return expr_number(count_selected(x, n, env));
    case OP_LENGTH:
        l = string_at(x, one, env);
        return expr_number((double)text_length(l.text, l.len));
    case OP_REGEX:
        l = string_at(x, one, env);
        return boolean(expr_regex_matches(n->regex, l.text, l.len));
    case OP_CONCAT:
        return concat(x, n, env);
    case OP_STRING:
        return string_at(x, one, env);
    case OP_DATE:
        return date(x, n, env);
    default:
        return leaf(n, env);
    }
}

struct expr_value expr_eval(const struct expr *x, struct expr_env *env)
{
    return eval(x, x->root, env);
}

bool expr_is_true(const struct expr *x, struct expr_env *env)
{
    return boolean_at(x, x->root, env);
}
