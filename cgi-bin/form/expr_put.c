/* What an expression becomes elsewhere: the tree for the browser, the bounds of a range, one comparison. */
#include <math.h>
#include <string.h>

#include "form/expr_inner.h"

static void put_string(struct buf *out, const char *p, size_t len)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '"' || p[i] == '\\')
            buf_putc(out, '\\');
        if ((unsigned char)p[i] < 0x20 || p[i] == '<') /* a data block in HTML ends at "</" */
            buf_printf(out, "\\u%04x", (unsigned)p[i]);
        else
            buf_putc(out, p[i]);
    }
    buf_putc(out, '"');
}

static void put_node(const struct expr *x, size_t i, struct buf *out);

/* A calculation goes in place of its name. One in another and so on may become long: it ends where the room does. */
static void put_name(struct buf *out, const struct expr *x, const struct expr_node *n)
{
    const struct form_node *q = n->op != OP_COLUMN ? &x->form->nodes[n->index] : NULL;
    if (q == NULL) {
        buf_printf(out, "[\"@\",%zu]", n->index);
        return;
    }
    if (q->calculation != NULL) {
        buf_puts(out, "[\"calc\",");
        put_node(q->calculation, q->calculation->root, out);
        buf_putc(out, ']');
        return;
    }
    bool is_decimal = q->type == FORM_DECIMAL || q->is_range;
    const char *kind = is_decimal ? "f" : n->kind == EXPR_NUMBER ? "n" : n->kind == EXPR_DATE ? "d" : n->kind == EXPR_TIME ? "t" : "$";
    buf_printf(out, "[\"%s\"", kind);
    if (n->op == OP_SELF) {
        buf_putc(out, ']');
        return;
    }
    buf_putc(out, ',');
    put_string(out, q->name, strlen(q->name));
    buf_putc(out, ']');
}

static void put_node(const struct expr *x, size_t i, struct buf *out)
{
    const struct expr_node *n = &x->nodes[i];
    char text[EXPR_NUMBER_CAP];
    if (!buf_ok(out))
        return;
    switch ((enum expr_op)n->op) {
    case OP_TEXT:
        put_string(out, n->text, n->len);
        return;
    case OP_NUMBER:
        (void)expr_write_number(n->number, text);
        buf_puts(out, text);
        return;
    case OP_BOOLEAN:
        buf_puts(out, n->number != 0 ? "true" : "false");
        return;
    case OP_QUESTION: case OP_SELF: case OP_COLUMN:
        put_name(out, x, n);
        return;
    default:
        break;
    }
    buf_printf(out, "[\"%s\"", expr_words[n->op]);
    for (uint16_t k = n->first; k != EXPR_NONE; k = x->nodes[k].next) {
        buf_putc(out, ',');
        put_node(x, k, out);
    }
    buf_putc(out, ']');
}

void expr_put_js(const struct expr *x, struct buf *out)
{
    put_node(x, x->root, out);
}

/* ---- bounds ---- */

/* `. >= 5`, `string-length(.) < 9`, either way round. */
static bool narrow(const struct expr *x, const struct expr_node *n, enum form_type type, int64_t *min, int64_t *max)
{
    static const enum expr_op turned[OP_N] = {[OP_LT] = OP_GT, [OP_LE] = OP_GE, [OP_GT] = OP_LT, [OP_GE] = OP_LE};
    enum expr_op op = (enum expr_op)n->op;
    if (op != OP_LT && op != OP_LE && op != OP_GT && op != OP_GE)
        return false;
    const struct expr_node *of = &x->nodes[n->first], *bound = &x->nodes[of->next];
    if (bound->op == OP_SELF || bound->op == OP_LENGTH) {
        const struct expr_node *swap = of;
        of = bound;
        bound = swap;
        op = turned[op];
    }
    bool is_minus = bound->op == OP_NEG;
    if (is_minus)
        bound = &x->nodes[bound->first];
    if (type == FORM_TEXT && of->op == OP_LENGTH)
        of = &x->nodes[of->first];
    else if (type == FORM_TEXT)
        return false;
    double v = is_minus ? -bound->number : bound->number;
    if (of->op != OP_SELF || bound->op != OP_NUMBER || v != floor(v) || fabs(v) > 999999999)
        return false;
    bool is_low = op == OP_GT || op == OP_GE;
    if (type == FORM_TEXT && is_low)
        return false; /* a smallest length is left to the expression */
    int64_t whole = (int64_t)v + (op == OP_GT ? 1 : op == OP_LT ? -1 : 0);
    if (is_low && whole > *min)
        *min = whole;
    if (!is_low && whole < *max)
        *max = whole;
    return true;
}

bool expr_bounds(const struct expr *x, enum form_type type, int64_t *min, int64_t *max)
{
    const struct expr_node *root = &x->nodes[x->root];
    if (type != FORM_INTEGER && type != FORM_TEXT)
        return false;
    if (root->op != OP_AND)
        return narrow(x, root, type, min, max);
    bool is_all = true;
    for (uint16_t i = root->first; i != EXPR_NONE; i = x->nodes[i].next)
        is_all = narrow(x, &x->nodes[i], type, min, max) && is_all;
    return is_all;
}

/* ---- one comparison ---- */

static bool as_relevant(const struct expr *x, size_t i, struct form_relevant *out)
{
    const struct expr_node *n = &x->nodes[i];
    bool is_not = n->op == OP_NOT;
    if (is_not)
        n = &x->nodes[n->first];
    if (n->op != OP_SELECTED && (is_not || (n->op != OP_EQ && n->op != OP_NE)))
        return false;
    const struct expr_node *q = &x->nodes[n->first], *text = &x->nodes[q->next];
    if (q->op != OP_QUESTION || text->op != OP_TEXT || x->form->nodes[q->index].choices == NULL)
        return false;
    enum form_op op = n->op == OP_EQ ? FORM_EQUAL : n->op == OP_NE ? FORM_NOT_EQUAL : is_not ? FORM_NOT_SELECTED : FORM_SELECTED;
    size_t choice = form_find_choice(x->form->nodes[q->index].choices, text->text, text->len);
    if (choice == SIZE_MAX)
        return false; /* '' */
    *out = (struct form_relevant){.op = op, .node = q->index, .choice = choice};
    return true;
}

bool expr_as_relevant(const struct expr *x, struct form_relevant *out)
{
    return as_relevant(x, x->root, out);
}

size_t expr_needs(const struct expr *x, struct form_relevant *out, size_t cap)
{
    const struct expr_node *root = &x->nodes[x->root];
    size_t n = 0;
    if (root->op != OP_AND)
        return cap > 0 && as_relevant(x, x->root, out) ? 1 : 0;
    for (uint16_t i = root->first; i != EXPR_NONE && n < cap; i = x->nodes[i].next)
        n += as_relevant(x, i, &out[n]);
    return n;
}
