/* The columns relevant, constraint and choice_filter of the sheet survey: read when all questions are known, since an expression
 * may look at a later one. */
#include <string.h>

#include "form/expr.h"
#include "form/order.h"
#include "form/reach.h"
#include "form/xlsform_inner.h"

const struct expr *xlsform_expression(struct xlsform_reader *r, size_t row, const char *col, const char *text, size_t self,
                                      const char *const *columns, size_t n_columns)
{
    const struct expr_scope scope = {.form = r->f, .self = self, .columns = columns, .n_columns = n_columns};
    struct rc_info why;
    const struct expr *x = NULL;
    enum rc rc = expr_parse(text, &scope, r->a, &x, &why);
    if (rc == RC_NOMEM)
        r->is_out = true;
    else if (rc != RC_OK)
        xlsform_problem(r, &r->survey, row, col, "%s", why.msg);
    return rc == RC_OK ? x : NULL;
}

/* The expression in a cell; NULL: none, or it was noted. */
static const struct expr *read_cell(struct xlsform_reader *r, size_t row, const char *col, size_t self)
{
    const char *text = xlsform_cell(&r->survey, row, col);
    return *text == '\0' ? NULL : xlsform_expression(r, row, col, text, self, NULL, 0);
}

/* Is a constant expression true? It looks at nothing. */
static bool is_always(struct xlsform_reader *r, const struct expr *x)
{
    struct expr_env env = {.a = r->a};
    bool is_true = expr_is_true(x, &env);
    r->is_out = r->is_out || env.is_out;
    return is_true;
}

static void read_relevant(struct xlsform_reader *r, size_t row, struct form_node *n, size_t at)
{
    const struct expr *x = read_cell(r, row, "relevant", SIZE_MAX);
    if (x == NULL)
        return;
    if (expr_is_constant(x) && !is_always(r, x))
        xlsform_problem(r, &r->survey, row, "relevant", "this is never true: nobody would ever be asked");
    else if (!expr_as_relevant(x, &n->relevant) || n->relevant.node >= at)
        n->relevant = (struct form_relevant){.op = FORM_EXPRESSION, .expr = x};
}

static void read_constraint(struct xlsform_reader *r, size_t row, struct form_node *n, size_t at)
{
    bool has_answer = n->type != FORM_NOTE && n->type != FORM_GROUP_BEGIN;
    if (!has_answer && *xlsform_cell(&r->survey, row, "constraint") != '\0') {
        xlsform_problem(r, &r->survey, row, "constraint", "a note or a group has no answer that could be checked");
        return;
    }
    const struct expr *x = read_cell(r, row, "constraint", at);
    if (x == NULL)
        return;
    if (expr_is_constant(x))
        xlsform_problem(r, &r->survey, row, "constraint", "this does not look at the answer: . is the answer");
    else if (!expr_bounds(x, n->type, &n->min, &n->max))
        n->constraint = x;
    if (n->min > n->max)
        xlsform_problem(r, &r->survey, row, "constraint", "no answer can be both at least %lld and at most %lld", (long long)n->min,
                        (long long)n->max);
}

/* Which choices are offered; the columns that it looks at go with the list. */
static void read_filter(struct xlsform_reader *r, size_t row, struct form_node *n)
{
    const char *text = xlsform_cell(&r->survey, row, "choice_filter");
    if (*text == '\0')
        return;
    if ((n->type != FORM_SELECT_ONE && n->type != FORM_SELECT_MULTIPLE) || n->is_range) {
        xlsform_problem(r, &r->survey, row, "choice_filter", "only select_one and select_multiple have choices to leave out");
        return;
    }
    n->filter = xlsform_expression(r, row, "choice_filter", text, SIZE_MAX, r->columns, r->n_columns);
    if (n->filter == NULL)
        return;
    bool looks = expr_mark_columns(n->filter, r->is_column_used);
    if (!looks)
        xlsform_problem(r, &r->survey, row, "choice_filter", "this looks at no column of the sheet choices: write column = ${question}");
    for (size_t i = 0; looks && i < r->n_lists; i++)
        if (&r->lists[i] == n->choices) {
            r->lists[i].columns = r->columns;
            r->lists[i].n_columns = r->n_columns;
        }
}

/* Before all others, and again until no more of them turn out to give a number: one may look at a later one. */
static void read_calculations(struct xlsform_reader *r, struct form_node *nodes, const size_t *row_of)
{
    size_t n_problems = r->n_problems, n_numbers, before = SIZE_MAX;
    for (n_numbers = 0; n_numbers != before && r->n_problems == n_problems && !r->is_out;) {
        before = n_numbers;
        n_numbers = 0;
        for (size_t i = 0; i < r->f->n_nodes; i++) {
            if (nodes[i].type == FORM_GROUP_END || row_of[i] == SIZE_MAX)
                continue;
            xlsform_read_calculation(r, row_of[i], &nodes[i]);
            n_numbers += nodes[i].is_calculated && nodes[i].type == FORM_DECIMAL;
        }
    }
}

static void check_reach(struct xlsform_reader *r, size_t row, size_t i)
{
    struct reach_conflict c;
    if (!reach_conflicts(r->f, i, &c))
        return;
    const struct form_node *a = &r->f->nodes[c.first.node], *b = &r->f->nodes[c.second.node];
    bool is_a = c.first.op == FORM_EQUAL || c.first.op == FORM_SELECTED, is_b = c.second.op == FORM_EQUAL || c.second.op == FORM_SELECTED;
    xlsform_problem(r, &r->survey, row, "relevant", "nobody can ever be asked this: \"%s\" %s be \"%s\" and \"%s\" %s be \"%s\"",
                    a->name, is_a ? "must" : "must not", a->choices->items[c.first.choice].name, b->name,
                    is_b ? "must" : "must not", b->choices->items[c.second.choice].name);
}

void xlsform_read_expressions(struct xlsform_reader *r, struct form_node *nodes, const size_t *row_of)
{
    struct rc_info why;
    size_t node = 0;
    read_calculations(r, nodes, row_of);
    for (size_t i = 0; i < r->f->n_nodes; i++) {
        if (nodes[i].type == FORM_GROUP_END || nodes[i].is_calculated || row_of[i] == SIZE_MAX)
            continue;
        read_relevant(r, row_of[i], &nodes[i], i);
        read_constraint(r, row_of[i], &nodes[i], i);
        read_filter(r, row_of[i], &nodes[i]);
    }
    for (size_t i = 0; i < r->n_columns; i++)
        if (!r->is_column_used[i])
            xlsform_problem(r, &r->choices, SIZE_MAX, r->columns[i], "this column is not known, and no choice_filter looks at it: remove it, or empty it");
    enum rc rc = form_find_order(r->f, r->a, &node, &why);
    if (rc == RC_NOMEM)
        r->is_out = true;
    else if (rc != RC_OK)
        xlsform_problem(r, &r->survey, row_of[node], "relevant", "%s", why.msg);
    for (size_t i = 0; r->n_problems == 0 && i < r->f->n_nodes; i++)
        if (row_of[i] != SIZE_MAX && nodes[i].type != FORM_GROUP_END && !nodes[i].is_calculated)
            check_reach(r, row_of[i], i);
}
