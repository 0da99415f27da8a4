#include "form/reach.h"

#include "form/expr.h"

/* What must hold for a question to be asked. */
struct needs {
    const struct form *f;
    size_t n;
    struct form_relevant all[REACH_NEEDS_MAX];
};

static bool is_chosen(const struct form_relevant *r)
{
    return r->op == FORM_EQUAL || r->op == FORM_SELECTED;
}

/* What node i itself needs, and the groups around it. */
static void add_needs(struct needs *x, size_t i)
{
    for (; i != SIZE_MAX; i = x->f->nodes[i].parent) {
        const struct form_relevant *r = &x->f->nodes[i].relevant;
        if (r->op == FORM_EXPRESSION)
            x->n += expr_needs(r->expr, x->all + x->n, REACH_NEEDS_MAX - x->n);
        else if (r->op != FORM_ALWAYS && x->n < REACH_NEEDS_MAX)
            x->all[x->n++] = *r;
    }
}

/* Both cannot hold: a choice that is and is not, two choices of one, a choice beside one that stands alone. */
static bool are_at_odds(const struct form *f, const struct form_relevant *a, const struct form_relevant *b)
{
    if (a->node != b->node || (!is_chosen(a) && !is_chosen(b)))
        return false;
    if (is_chosen(a) != is_chosen(b))
        return a->choice == b->choice;
    const struct form_node *q = &f->nodes[a->node];
    const struct form_choice *c = q->choices->items;
    return a->choice != b->choice &&
           (q->type == FORM_SELECT_ONE || c[a->choice].is_exclusive || c[b->choice].is_exclusive);
}

bool reach_conflicts(const struct form *f, size_t i, struct reach_conflict *out)
{
    struct needs x = {.f = f};
    add_needs(&x, i);
    for (size_t k = 0; k < x.n; k++) { /* grows: a choice was made where its question was asked */
        bool is_new = is_chosen(&x.all[k]);
        for (size_t before = 0; before < k; before++) {
            if (are_at_odds(f, &x.all[before], &x.all[k])) {
                *out = (struct reach_conflict){x.all[before], x.all[k]};
                return true;
            }
            is_new = is_new && !(is_chosen(&x.all[before]) && x.all[before].node == x.all[k].node);
        }
        if (is_new)
            add_needs(&x, x.all[k].node);
    }
    return false;
}
