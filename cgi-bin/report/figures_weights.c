/* Weighted shares beside the shares of the ballots. */
#include "report/figures_inner.h"

/* The weighted share beside a share; `value_of` as estimates_share. */
static enum rc weigh(const struct figures_maker *m, const double *value_of, size_t level, struct pub_share *s)
{
    return estimates_share(m->estimates, value_of, level, m->has_intervals, &s->is_weighted, &s->weighted, m->e);
}

/* Which choices are the points `a` and `b` of five. */
static void points(const struct form_choices *c, char a, char b, double *value_of)
{
    for (size_t i = 0; i < c->n; i++) {
        const char *name = c->items[i].name;
        value_of[i + 1] = name[1] == '\0' && (name[0] == a || name[0] == b);
    }
}

enum rc figures_weigh_boxes(const struct figures_maker *m, const struct form_choices *c, size_t level,
                            struct pub_share *top2, struct pub_share *neutral, struct pub_share *bottom2)
{
    double value_of[FORM_CHOICES_MAX + 1] = {0};
    points(c, '4', '5', value_of);
    enum rc rc = weigh(m, value_of, level, top2);
    points(c, '3', '3', value_of);
    if (rc == RC_OK)
        rc = weigh(m, value_of, level, neutral);
    points(c, '1', '2', value_of);
    return rc == RC_OK ? weigh(m, value_of, level, bottom2) : rc;
}

static enum rc weigh_one(const struct figures_maker *m, size_t node, struct pub_question *q, struct pub_option *o)
{
    const struct form_choices *c = m->in->form->nodes[node].choices;
    double value_of[FORM_CHOICES_MAX + 1] = {0};
    enum rc rc = estimates_begin(m->estimates, node, SIZE_MAX, SIZE_MAX, m->e);
    for (size_t i = 0; rc == RC_OK && i < q->n_options; i++) {
        if (o[i].is_dont_know)
            continue;
        value_of[i + 1] = 1;
        rc = weigh(m, value_of, 0, &o[i].share);
        value_of[i + 1] = 0;
    }
    if (rc == RC_OK && q->has_boxes)
        rc = figures_weigh_boxes(m, c, 0, &q->top2, &q->neutral, &q->bottom2);
    return rc;
}

static enum rc weigh_several(const struct figures_maker *m, size_t node, struct pub_question *q, struct pub_option *o)
{
    static const double ticked[] = {0, 1, 0};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < q->n_options; i++) {
        if (o[i].is_dont_know)
            continue;
        rc = estimates_begin(m->estimates, node, i, SIZE_MAX, m->e);
        if (rc == RC_OK)
            rc = weigh(m, ticked, 0, &o[i].share);
    }
    return rc;
}

enum rc figures_weigh(const struct figures_maker *m, size_t node, struct pub_question *q, struct pub_option *o)
{
    if (m->estimates == NULL || q->n_options == 0 || q->is_suppressed || q->n == 0)
        return RC_OK;
    return q->type == FORM_SELECT_MULTIPLE ? weigh_several(m, node, q, o) : weigh_one(m, node, q, o);
}
