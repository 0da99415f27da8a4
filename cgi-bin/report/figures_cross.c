/* Crossings of two questions, from their joint counts. */
#include "report/figures_inner.h"
#include "stats/chisq.h"

static enum rc no_memory(const struct figures_maker *m)
{
    return rc_set(m->e, RC_NOMEM, "no memory for the crossings of \"%s\"", m->in->form->slug);
}

/* The index of the `at`-th choice that is not "don't know". */
static size_t valid_choice(const struct form_choices *c, size_t at)
{
    size_t i = 0;
    for (size_t n = 0; i < c->n; i++)
        if (!c->items[i].is_dont_know && n++ == at)
            break;
    return i;
}

static size_t count_valid(const struct form_choices *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += !c->items[i].is_dont_know;
    return n;
}

static enum rc make_row(const struct figures_maker *m, const struct form_cross *c, size_t row, size_t n_columns,
                        struct pub_row *out)
{
    const struct form_choices *columns = m->in->form->nodes[c->column].choices;
    const int64_t *slot = m->in->counts + c->slot + row * columns->n;
    struct pub_share *shares = arena_array(m->a, n_columns + 1, sizeof *shares);
    if (shares == NULL)
        return no_memory(m);
    for (size_t k = 0; k < n_columns; k++)
        out->n += slot[valid_choice(columns, k)];
    out->shares = shares;
    out->is_suppressed = out->n < m->threshold;
    if (out->is_suppressed) {
        out->n = 0;
        return RC_OK;
    }
    double value_of[FORM_CHOICES_MAX + 1] = {0};
    enum rc rc = RC_OK;
    for (size_t k = 0; rc == RC_OK && k < n_columns; k++) {
        size_t choice = valid_choice(columns, k);
        figures_share(m, slot[choice], out->n, &shares[k]);
        if (m->estimates == NULL || out->n == 0)
            continue;
        value_of[choice + 1] = 1;
        rc = estimates_share(m->estimates, value_of, row + 1, m->has_intervals, &shares[k].is_weighted,
                             &shares[k].weighted, m->e);
        value_of[choice + 1] = 0;
    }
    return rc;
}

/* Pearson's test of the ballots, or that of Rao and Scott where they are weighted. */
static enum rc test_independence(const struct figures_maker *m, const struct form_cross *c, struct pub_cross *out)
{
    const struct form_choices *rows = m->in->form->nodes[c->row].choices, *columns = m->in->form->nodes[c->column].choices;
    if (m->estimates != NULL) {
        struct rao_scott t = {0};
        enum rc rc = estimates_independence(m->estimates, rows->n, columns->n, &t, m->e);
        out->has_test = rc == RC_OK && t.state == STATS_DEFINED;
        out->is_rao_scott = true;
        out->statistic = t.f;
        out->df = t.ndf;
        out->ddf = t.ddf;
        out->p_value = t.p_value;
        return rc == RC_TOOBIG ? RC_OK : rc; /* so many rows or columns: then without a test */
    }
    double *count = arena_array(m->a, out->n_rows * out->n_columns + 1, sizeof *count);
    if (count == NULL)
        return no_memory(m);
    for (size_t i = 0; i < out->n_rows; i++)
        for (size_t k = 0; k < out->n_columns; k++)
            count[i * out->n_columns + k] = (double)m->in->counts[c->slot + valid_choice(rows, i) * columns->n +
                                                                  valid_choice(columns, k)];
    struct chisq t = chisq_pearson(count, out->n_rows, out->n_columns, false);
    out->has_test = t.state == STATS_DEFINED;
    out->statistic = t.chisq;
    out->df = t.df;
    out->p_value = t.p_value;
    return RC_OK;
}

static enum rc make_cross(const struct figures_maker *m, const struct form_cross *c, struct pub_cross *out)
{
    const struct form *f = m->in->form;
    *out = (struct pub_cross){.row = figures_question(f, c->row), .column = figures_question(f, c->column),
                              .n_rows = count_valid(f->nodes[c->row].choices),
                              .n_columns = count_valid(f->nodes[c->column].choices)};
    struct pub_row *rows = arena_array(m->a, out->n_rows + 1, sizeof *rows);
    enum rc rc = rows == NULL ? no_memory(m) : RC_OK;
    if (rc == RC_OK && m->estimates != NULL)
        rc = estimates_begin_cross(m->estimates, c, m->e);
    for (size_t i = 0; rc == RC_OK && i < out->n_rows; i++)
        rc = make_row(m, c, valid_choice(f->nodes[c->row].choices, i), out->n_columns, &rows[i]);
    out->rows = rows;
    return rc == RC_OK && m->has_intervals ? test_independence(m, c, out) : rc;
}

enum rc figures_crosses(const struct figures_maker *m, struct publication *p)
{
    const struct form *f = m->in->form;
    if (f->n_crosses == 0)
        return RC_OK;
    struct pub_cross *c = arena_array(m->a, f->n_crosses, sizeof *c);
    enum rc rc = c == NULL ? no_memory(m) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < f->n_crosses; i++)
        rc = make_cross(m, &f->crosses[i], &c[i]);
    p->crosses = c;
    p->n_crosses = rc == RC_OK ? f->n_crosses : 0;
    return rc;
}
