/* The column collapse of the sheet choices: wider groups for where a table by these choices is too thin. */
#include <string.h>

#include "form/xlsform_inner.h"

static struct form_choices *find_wider(struct xlsform_reader *r, const struct form_choices *c)
{
    const char *name = arena_printf(r->a, "%s" FORM_WIDER_SUFFIX, c->list_name);
    r->is_out = r->is_out || name == NULL;
    for (size_t i = 0; name != NULL && i < r->n_lists; i++)
        if (strcmp(r->lists[i].list_name, name) == 0)
            return &r->lists[i];
    return NULL;
}

/* The cell of the choice in this row. */
static void read_cell(struct xlsform_reader *r, size_t row, const struct form_choices *wider, struct form_choice *c)
{
    const char *v = xlsform_cell(&r->choices, row, "collapse");
    if (c->is_dont_know && *v != '\0')
        xlsform_problem(r, &r->choices, row, "collapse", "\"don't know\" is in no group, and in no wider one");
    else if (*v == '\0' && !c->is_dont_know)
        xlsform_problem(r, &r->choices, row, "collapse", "the other choices of this list have a wider group: name this one's, too");
    size_t at = *v != '\0' ? form_find_choice(wider, v, strlen(v)) : SIZE_MAX;
    if (*v != '\0' && at == SIZE_MAX)
        xlsform_problem(r, &r->choices, row, "collapse", "the list \"%s\" has no \"%s\": give it a row with its label there",
                        wider->list_name, v);
    c->wider = at == SIZE_MAX ? 0 : at + 1;
}

/* Fewer groups than choices, each with some of them: anything else is no collapse. */
static void check_wider(struct xlsform_reader *r, const struct form_choices *c, const struct form_choices *wider, size_t row)
{
    if (wider->n < 2 || wider->n >= c->n)
        xlsform_problem(r, &r->choices, row, "list_name", "the list \"%s\" needs at least 2 groups, and fewer than \"%s\" has choices",
                        wider->list_name, c->list_name);
    for (size_t i = 0; i < wider->n; i++) {
        bool is_used = false;
        for (size_t k = 0; k < c->n; k++)
            is_used = is_used || c->items[k].wider == i + 1;
        if (!is_used)
            xlsform_problem(r, &r->choices, row, "list_name", "no choice of \"%s\" belongs to \"%s\"", c->list_name,
                            wider->items[i].name);
    }
}

static void read_list(struct xlsform_reader *r, struct form_choices *c, struct form_choice *items)
{
    const struct sheet *s = &r->choices;
    size_t first = SIZE_MAX, k = 0, n_problems = r->n_problems;
    for (size_t row = 0; row < s->n_rows && first == SIZE_MAX; row++)
        if (strcmp(xlsform_cell(s, row, "list_name"), c->list_name) == 0 && *xlsform_cell(s, row, "collapse") != '\0')
            first = row;
    if (first == SIZE_MAX)
        return;
    const struct form_choices *wider = find_wider(r, c);
    if (wider == NULL || wider->n == 0) {
        xlsform_problem(r, s, first, "collapse", "there is no list \"%s" FORM_WIDER_SUFFIX "\" with the labels of the wider groups",
                        c->list_name);
        return;
    }
    r->is_used[wider - r->lists] = true;
    for (size_t row = 0; row < s->n_rows; row++)
        if (strcmp(xlsform_cell(s, row, "list_name"), c->list_name) == 0)
            read_cell(r, row, wider, &items[k++]);
    if (r->n_problems == n_problems)
        check_wider(r, c, wider, r->list_row[wider - r->lists]);
    c->wider = wider->items;
    c->n_wider = wider->n;
}

void xlsform_read_collapse(struct xlsform_reader *r, struct form_choice *const *items)
{
    if (sheet_col(&r->choices, "collapse") == SIZE_MAX)
        return;
    for (size_t i = 0; i < r->n_lists; i++)
        if (items[i] != NULL)
            read_list(r, &r->lists[i], items[i]);
}
