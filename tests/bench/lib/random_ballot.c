#include "random_ballot.h"

#include <stdio.h>
#include <string.h>

struct pick {
    bool is_shown, is_given;
    unsigned char bits[FORM_CHOICES_MAX / 8 + 1];
};

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static bool one_in(uint64_t *state, unsigned n)
{
    return random_next(state) % n == 0;
}

static void put_encoded(struct buf *out, const char *s)
{
    for (; *s != '\0'; s++) {
        bool is_plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
                        *s == '-' || *s == '_' || *s == '.';
        if (is_plain)
            buf_putc(out, *s);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

static void put_field(struct buf *out, const char *name, const char *value)
{
    if (out->len > 0)
        buf_putc(out, '&');
    put_encoded(out, name);
    buf_putc(out, '=');
    put_encoded(out, value);
}

static bool is_picked(const struct pick *p, size_t choice)
{
    return (p->bits[choice / 8] >> (choice % 8) & 1U) != 0;
}

static void pick_choice(struct pick *p, size_t choice)
{
    p->bits[choice / 8] = (unsigned char)(p->bits[choice / 8] | 1U << (choice % 8));
    p->is_given = true;
}

static bool is_shown(const struct form *f, size_t i, const struct pick *picks)
{
    const struct form_node *n = &f->nodes[i];
    if (n->parent != SIZE_MAX && !picks[n->parent].is_shown)
        return false;
    if (n->relevant.op == FORM_ALWAYS)
        return true;
    if (n->relevant.op == FORM_EXPRESSION)
        return false; /* it is left out where it may be */
    bool wants = n->relevant.op == FORM_EQUAL || n->relevant.op == FORM_SELECTED;
    return is_picked(&picks[n->relevant.node], n->relevant.choice) == wants;
}

static void pick_some(const struct form_choices *c, uint64_t *state, struct pick *p)
{
    size_t first = random_next(state) % c->n;
    pick_choice(p, first);
    for (size_t i = 0; i < c->n && !c->items[first].is_exclusive; i++)
        if (!c->items[i].is_exclusive && one_in(state, 3))
            pick_choice(p, i);
}

static void answer(const struct form_node *n, uint64_t *state, struct pick *p, struct buf *out)
{
    char number[24];
    switch (n->type) {
    case FORM_ACKNOWLEDGE: put_field(out, n->name, "1"); break;
    case FORM_SELECT_ONE: pick_choice(p, random_next(state) % n->choices->n); break;
    case FORM_SELECT_MULTIPLE: pick_some(n->choices, state, p); break;
    case FORM_INTEGER: {
        uint64_t span = (uint64_t)n->max - (uint64_t)n->min;
        uint64_t up = random_next(state) % ((span > 1000 ? 1000 : span) + 1);
        (void)snprintf(number, sizeof number, "%lld", (long long)n->min + (long long)up);
        put_field(out, n->name, number);
        break;
    }
    case FORM_TEXT:
        if (n->is_required || one_in(state, 10))
            put_field(out, n->name, "办事方便，希望更快 (quick & easy)");
        break;
    case FORM_DECIMAL:
    case FORM_DATE:
    case FORM_TIME: /* no bench has such, unless it must */
        if (n->is_required)
            put_field(out, n->name, n->type == FORM_DECIMAL ? "1.5" : n->type == FORM_DATE ? "2014-12-31" : "09:30");
        break;
    case FORM_RANK:
        for (size_t i = 0; i < n->choices->n; i++) {
            char place[64];
            (void)snprintf(place, sizeof place, "%.32s %zu", n->choices->items[i].name, i + 1);
            put_field(out, n->name, place);
        }
        break;
    case FORM_NOTE:
    case FORM_GROUP_BEGIN:
    case FORM_GROUP_END: break;
    }
    for (size_t i = 0; p->is_given && i < n->choices->n; i++)
        if (is_picked(p, i))
            put_field(out, n->name, n->choices->items[i].name);
}

enum rc random_body(const struct form *f, uint64_t *state, struct arena *a, struct buf *out)
{
    struct pick *picks = arena_array(a, f->n_nodes + 1, sizeof *picks);
    if (picks == NULL)
        return RC_NOMEM;
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        picks[i].is_shown = is_shown(f, i, picks);
        if (picks[i].is_shown && (n->is_required || !one_in(state, 8)))
            answer(n, state, &picks[i], out);
    }
    return buf_ok(out) ? RC_OK : RC_NOMEM;
}
