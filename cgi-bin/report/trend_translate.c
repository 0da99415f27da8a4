/* The cells of one version as cells of another. See trend.h. */
#include <string.h>

#include "form/answers.h"
#include "report/trend.h"

enum { SLOT_FIRST = 2 };

/* Where one node of `to` finds its counts in `from`. */
struct translation {
    size_t node;            /* in `from`; SIZE_MAX: it was not asked */
    size_t *choice;         /* of each choice in `to`: its index in `from` */
};

static enum rc unlike(const struct form_node *n, struct rc_info *e)
{
    return rc_set(e, RC_INPUT, "question \"%s\" is not the same in both versions", n->name);
}

static enum rc translate_node(const struct form *from, const struct form_node *n, struct translation *out, struct arena *a,
                              struct rc_info *e)
{
    out->node = form_find(from, n->name, strlen(n->name));
    const struct form_node *other = out->node == SIZE_MAX ? NULL : &from->nodes[out->node];
    if (other == NULL || other->type != n->type || n->choices == NULL || other->choices == NULL ||
        other->choices->n != n->choices->n)
        return unlike(n, e);
    out->choice = arena_array(a, n->choices->n, sizeof *out->choice);
    if (out->choice == NULL)
        return rc_set(e, RC_NOMEM, "no memory for question \"%s\"", n->name);
    for (size_t k = 0; k < n->choices->n; k++) {
        const char *name = n->choices->items[k].name;
        out->choice[k] = form_find_choice(other->choices, name, strlen(name));
        if (out->choice[k] == SIZE_MAX)
            return unlike(n, e);
    }
    return RC_OK;
}

static void put_counts(const struct form *from, const struct form_node *n, const struct translation *t,
                       const struct figures_cell *cell, int32_t *counts)
{
    int32_t *to = counts + n->slot;
    if (t->node == SIZE_MAX) {
        to[ANSWER_NOT_ASKED] = (int32_t)cell->n; /* a cell's n is stored in 32 bits */
        return;
    }
    const struct form_node *other = &from->nodes[t->node];
    const int32_t *slot = cell->counts + other->slot;
    to[ANSWER_NOT_ASKED] = slot[ANSWER_NOT_ASKED];
    to[ANSWER_SKIPPED] = slot[ANSWER_SKIPPED];
    for (size_t k = 0; k < n->choices->n; k++)
        to[SLOT_FIRST + k] = slot[SLOT_FIRST + t->choice[k]];
    if (n->type == FORM_SELECT_MULTIPLE)
        to[n->n_slots - 1] = slot[other->n_slots - 1];
}

/* The profile question's code, big-endian: not asked, or 2 + choice. Skipped and "don't know" read as not
 * asked, too: neither is in any group or margin. */
static size_t put_code(const struct form *from, const struct form_node *n, const struct translation *t,
                       const struct figures_cell *cell, unsigned char *out)
{
    const struct form_node *other = t->node == SIZE_MAX ? NULL : &from->nodes[t->node];
    size_t code = ANSWER_NOT_ASKED;
    size_t chosen = other != NULL && other->is_profile ? answers_profile_choice(from, t->node, cell->profile) : 0;
    for (size_t k = 0; chosen > 0 && k < n->choices->n; k++)
        if (t->choice[k] == chosen - 1)
            code = ANSWER_GIVEN + k;
    for (size_t i = 0; i < n->width; i++)
        out[i] = (unsigned char)(code >> (8 * (n->width - 1 - i)));
    return n->width;
}

static enum rc translate_cell(const struct form *from, const struct form *to, const struct translation *t,
                              const struct figures_cell *cell, struct figures_cell *out, struct arena *a, struct rc_info *e)
{
    unsigned char *profile = arena_array(a, to->codes_len + 1, sizeof *profile);
    int32_t *counts = arena_array(a, to->n_slots + 1, sizeof *counts);
    size_t at = 0;
    if (profile == NULL || counts == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a cell of \"%s\"", to->slug);
    for (size_t i = 0; i < to->n_nodes; i++) {
        if (to->nodes[i].n_slots > 0)
            put_counts(from, &to->nodes[i], &t[i], cell, counts);
        if (to->nodes[i].is_profile && to->nodes[i].width > 0)
            at += put_code(from, &to->nodes[i], &t[i], cell, profile + at);
    }
    if (to->fast_seconds > 0)
        profile[at] = answers_profile_is_fast(from, cell->profile);
    *out = (struct figures_cell){profile, cell->n, counts};
    return RC_OK;
}

enum rc trend_translate(const struct form *from, const struct form *to, const bool *is_alike,
                        const struct figures_cell *cells, size_t n, struct figures_cell *out, struct arena *a,
                        struct rc_info *e)
{
    struct translation *t = arena_array(a, to->n_nodes + 1, sizeof *t);
    enum rc rc = t == NULL ? rc_set(e, RC_NOMEM, "no memory for a version of \"%s\"", to->slug) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < to->n_nodes; i++) {
        t[i].node = SIZE_MAX;
        if (is_alike[i])
            rc = translate_node(from, &to->nodes[i], &t[i], a, e);
    }
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = translate_cell(from, to, t, &cells[i], &out[i], a, e);
    return rc;
}
