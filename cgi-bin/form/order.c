#include "form/order.h"

#include <string.h>

#include "form/expr_inner.h"

enum mark { NEW, OPEN, DONE };

struct walk {
    const struct form *f;
    unsigned char *mark;
    size_t *stack, *next; /* the nodes on the way down, and which of its needs each looks at now */
    size_t *order, n;
};

/* The expressions that are worked out before it is known whether node i is asked, and what it says. */
enum { N_EXPRESSIONS = 3 };
static const struct expr *expression(const struct form_node *n, size_t which)
{
    return which == 0 ? n->relevant.expr : which == 1 ? n->calculation : n->filter;
}

/* The k-th node that node i needs; SIZE_MAX: none here; false: there are no more. */
static bool need(const struct form *f, size_t i, size_t k, size_t *out)
{
    const struct form_node *n = &f->nodes[i];
    *out = k == 0 ? n->parent : SIZE_MAX;
    if (k == 1 && n->relevant.op != FORM_ALWAYS && n->relevant.op != FORM_EXPRESSION)
        *out = n->relevant.node;
    if (k < 2)
        return true;
    k -= 2;
    for (size_t which = 0; which < N_EXPRESSIONS; which++) {
        const struct expr *x = expression(n, which);
        if (x != NULL && k < x->n) {
            *out = x->nodes[k].op == OP_QUESTION ? x->nodes[k].index : SIZE_MAX;
            return true;
        }
        k -= x != NULL ? x->n : 0;
    }
    return false;
}

/* From node `from` down to what it needs, depth first. SIZE_MAX, or a node that needs itself. */
static size_t visit(struct walk *w, size_t from)
{
    size_t depth = 0, needed;
    w->stack[0] = from;
    w->next[0] = 0;
    w->mark[from] = OPEN;
    for (;;) {
        size_t i = w->stack[depth];
        if (!need(w->f, i, w->next[depth]++, &needed)) {
            w->mark[i] = DONE;
            w->order[w->n++] = i;
            if (depth-- == 0)
                return SIZE_MAX;
        } else if (needed != SIZE_MAX && w->mark[needed] == OPEN) {
            return needed;
        } else if (needed != SIZE_MAX && w->mark[needed] == NEW) {
            w->stack[++depth] = needed;
            w->next[depth] = 0;
            w->mark[needed] = OPEN;
        }
    }
}

enum rc form_find_order(struct form *f, struct arena *a, size_t *node, struct rc_info *e)
{
    struct walk w = {f, arena_alloc(a, f->n_nodes + 1), arena_array(a, f->n_nodes + 1, sizeof(size_t)),
                     arena_array(a, f->n_nodes + 1, sizeof(size_t)), arena_array(a, f->n_nodes + 1, sizeof(size_t)), 0};
    if (w.mark == NULL || w.stack == NULL || w.next == NULL || w.order == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu questions", f->n_nodes);
    bool is_own = true;
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        f->uses_today = f->uses_today || (n->constraint != NULL && expr_uses_today(n->constraint));
        for (size_t k = 0; k < N_EXPRESSIONS; k++)
            f->uses_today = f->uses_today || (expression(n, k) != NULL && expr_uses_today(expression(n, k)));
        f->has_calculations = f->has_calculations || n->calculation != NULL;
        size_t circle = w.mark[i] == NEW ? visit(&w, i) : SIZE_MAX;
        if (circle != SIZE_MAX) {
            *node = circle;
            return f->nodes[circle].calculation != NULL
                       ? rc_set(e, RC_INPUT, "what \"%s\" gives depends, in a circle, on itself", f->nodes[circle].name)
                       : rc_set(e, RC_INPUT, "whether \"%s\" is asked depends, in a circle, on its own answer", f->nodes[circle].name);
        }
    }
    for (size_t i = 0; i < f->n_nodes; i++)
        is_own = is_own && w.order[i] == i;
    f->order = is_own ? NULL : w.order;
    return RC_OK;
}
