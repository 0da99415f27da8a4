#include "form/joint.h"

#include "form/answers.h"

/* ---- grids ---- */

static bool is_item(const struct form_node *n)
{
    return n->type == FORM_SELECT_ONE && n->is_likert && n->width == 1;
}

/* The items of the grid that begins with node `from`, to `items`; *next: where to go on looking. */
static size_t gather(const struct form *f, size_t from, size_t *items, size_t *next)
{
    const struct form_node *first = &f->nodes[from];
    size_t n = 0, i = from;
    for (; i < f->n_nodes; i++) {
        const struct form_node *q = &f->nodes[i];
        if (q->type == FORM_NOTE)
            continue;
        if (!is_item(q) || q->parent != first->parent || q->choices != first->choices)
            break;
        items[n++] = i;
    }
    *next = i > from ? i : from + 1;
    return n;
}

enum rc joint_find_grids(const struct form *f, struct arena *a, struct form_grid **out, size_t *n_grids, struct rc_info *e)
{
    struct form_grid *grids = arena_array(a, f->n_nodes / FORM_GRID_MIN + 1, sizeof *grids);
    size_t *items = arena_array(a, f->n_nodes + 1, sizeof *items);
    if (grids == NULL || items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the grids of \"%s\"", f->slug);
    *out = grids;
    *n_grids = 0;
    for (size_t i = 0, next; i < f->n_nodes; i = next) {
        size_t n = gather(f, i, items, &next);
        if (n < FORM_GRID_MIN)
            continue;
        grids[(*n_grids)++] = (struct form_grid){.n_items = n, .items = items};
        items += n; /* fewer in all than there are nodes */
    }
    return RC_OK;
}

/* ---- layout ---- */

static bool is_crossable(const struct form *f, size_t node)
{
    return node < f->n_nodes && f->nodes[node].type == FORM_SELECT_ONE && f->nodes[node].width == 1;
}

static enum rc check_cross(const struct form *f, size_t at, struct rc_info *e)
{
    const struct form_cross *c = &f->crosses[at];
    if (!is_crossable(f, c->row) || !is_crossable(f, c->column))
        return rc_set(e, RC_INPUT, "a crossing is of two select_one questions with at most 250 choices");
    if (c->row == c->column)
        return rc_set(e, RC_INPUT, "\"%s\" is crossed with itself", f->nodes[c->row].name);
    for (size_t i = 0; i < at; i++)
        if ((f->crosses[i].row == c->row && f->crosses[i].column == c->column) ||
            (f->crosses[i].row == c->column && f->crosses[i].column == c->row))
            return rc_set(e, RC_INPUT, "the crossing of \"%s\" and \"%s\" is listed twice", f->nodes[c->row].name,
                          f->nodes[c->column].name);
    return RC_OK;
}

static enum rc check_grid(const struct form *f, const struct form_grid *g, struct rc_info *e)
{
    bool is_good = g->n_items >= FORM_GRID_MIN;
    for (size_t i = 0; is_good && i < g->n_items; i++)
        is_good = g->items[i] < f->n_nodes && is_item(&f->nodes[g->items[i]]) &&
                  (i == 0 || g->items[i] > g->items[i - 1]) &&
                  f->nodes[g->items[i]].choices->n == f->nodes[g->items[0]].choices->n;
    return is_good ? RC_OK : rc_set(e, RC_INPUT, "a grid is of %d or more five-point questions", FORM_GRID_MIN);
}

enum rc joint_layout(struct form *f, struct form_cross *crosses, struct form_grid *grids, struct rc_info *e)
{
    size_t slot = f->n_slots;
    f->crosses = crosses;
    f->grids = grids;
    for (size_t i = 0; i < f->n_crosses; i++) {
        enum rc rc = check_cross(f, i, e);
        if (rc != RC_OK)
            return rc;
        crosses[i].slot = slot;
        slot += f->nodes[crosses[i].row].choices->n * f->nodes[crosses[i].column].choices->n;
    }
    for (size_t i = 0; i < f->n_grids; i++) {
        enum rc rc = check_grid(f, &grids[i], e);
        if (rc != RC_OK)
            return rc;
        grids[i].slot = slot;
        slot += f->nodes[grids[i].items[0]].choices->n;
    }
    if (slot - f->n_slots > FORM_JOINT_SLOTS_MAX)
        return rc_set(e, RC_TOOBIG, "the crossings have %zu combinations of choices, over %d: list fewer",
                      slot - f->n_slots, FORM_JOINT_SLOTS_MAX);
    f->n_slots = slot;
    return RC_OK;
}

/* ---- counting ---- */

static void count_grid(const struct form *f, const struct form_grid *g, const unsigned char *codes, int32_t *counts)
{
    unsigned char first = codes[f->nodes[g->items[0]].offset];
    for (size_t i = 1; i < g->n_items; i++)
        if (codes[f->nodes[g->items[i]].offset] != first)
            return;
    if (first >= ANSWER_GIVEN)
        counts[g->slot + first - ANSWER_GIVEN]++;
}

void joint_count_grids(const struct form *f, const unsigned char *codes, int32_t *counts)
{
    for (size_t i = 0; i < f->n_grids; i++)
        count_grid(f, &f->grids[i], codes, counts);
}

void joint_count(const struct form *f, const unsigned char *codes, int32_t *counts)
{
    for (size_t i = 0; i < f->n_crosses; i++) {
        const struct form_cross *c = &f->crosses[i];
        const struct form_node *row = &f->nodes[c->row], *column = &f->nodes[c->column];
        unsigned char a = codes[row->offset], b = codes[column->offset];
        if (a >= ANSWER_GIVEN && b >= ANSWER_GIVEN)
            counts[c->slot + (size_t)(a - ANSWER_GIVEN) * column->choices->n + (size_t)(b - ANSWER_GIVEN)]++;
    }
    joint_count_grids(f, codes, counts);
}
