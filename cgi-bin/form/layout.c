#include "form/layout.h"

static size_t width_of(const struct form_node *n)
{
    switch (n->type) {
    case FORM_ACKNOWLEDGE:
    case FORM_TEXT:
        return 1;
    case FORM_SELECT_ONE:
        return n->choices->n > 250 ? 2 : 1;
    case FORM_SELECT_MULTIPLE:
        return 1 + (n->choices->n + 7) / 8;
    case FORM_INTEGER:
    case FORM_DECIMAL:
        return 1 + 8;
    case FORM_DATE:
        return 1 + 4;
    case FORM_TIME:
        return 1 + 2;
    case FORM_RANK:
        return n->choices->n;
    case FORM_NOTE:
    case FORM_GROUP_BEGIN:
    case FORM_GROUP_END:
        return 0;
    }
    return 0;
}

static size_t slots_of(const struct form_node *n)
{
    switch (n->type) {
    case FORM_ACKNOWLEDGE:
    case FORM_TEXT:
    case FORM_INTEGER:
    case FORM_DECIMAL:
    case FORM_DATE:
    case FORM_TIME:
        return 3;
    case FORM_SELECT_ONE:
    case FORM_RANK: /* by the choice that is put first */
        return 2 + n->choices->n;
    case FORM_SELECT_MULTIPLE:
        return 3 + n->choices->n;
    case FORM_NOTE:
    case FORM_GROUP_BEGIN:
    case FORM_GROUP_END:
        return 0;
    }
    return 0;
}

enum rc form_layout(struct form *f, struct form_node *nodes, struct rc_info *e)
{
    size_t offset = 0, slot = 0;
    for (size_t i = 0; i < f->n_nodes; i++) {
        nodes[i].width = width_of(&nodes[i]);
        nodes[i].offset = nodes[i].width == 0 ? 0 : offset;
        nodes[i].n_slots = slots_of(&nodes[i]);
        nodes[i].slot = nodes[i].n_slots == 0 ? 0 : slot;
        offset += nodes[i].width;
        slot += nodes[i].n_slots;
    }
    offset += f->fast_seconds > 0;
    f->codes_len = offset;
    f->n_slots = slot;
    if (offset > FORM_CODES_MAX)
        return rc_set(e, RC_TOOBIG, "the answers need %zu bytes, over %d", offset, FORM_CODES_MAX);
    return RC_OK;
}
