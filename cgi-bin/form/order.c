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

/* The k-th node that node i needs; SIZE_MAX: none here; false: there are no more. */
static bool need(const struct form *f, size_t i, size_t k, size_t *out)
{
    const struct form_node *n = &f->nodes[i];
    const struct expr *x = n->relevant.expr;
    *out = SIZE_MAX;
    if (k == 0) {
        *out = n->parent;
        return true;
    }
    if (n->relevant.op == FORM_ALWAYS || (x == NULL ? k > 1 : k > x->n))
        return false;
    if (x == NULL)
        *out = n->relevant.node;
    else if (x->nodes[k - 1].op == OP_QUESTION)
        *out = x->nodes[k - 1].index;
    return true;
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
        f->uses_today = f->uses_today || (n->relevant.expr != NULL && expr_uses_today(n->relevant.expr)) ||
                        (n->constraint != NULL && expr_uses_today(n->constraint));
        size_t circle = w.mark[i] == NEW ? visit(&w, i) : SIZE_MAX;
        if (circle != SIZE_MAX) {
            *node = circle;
            return rc_set(e, RC_INPUT, "whether \"%s\" is asked depends, in a circle, on its own answer", f->nodes[circle].name);
        }
    }
    for (size_t i = 0; i < f->n_nodes; i++)
        is_own = is_own && w.order[i] == i;
    f->order = is_own ? NULL : w.order;
    return RC_OK;
}
