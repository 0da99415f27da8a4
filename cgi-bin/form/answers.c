/* Checking what came from a page or a row against the frozen form. */
#include "form/answers.h"

#include <string.h>

#include "base/text.h"

struct check {
    const struct form *f;
    const bool *is_present; /* NULL: a page, which has every question */
    struct arena *a;
    struct answers *out;
    struct rc_info *e;
    size_t at; /* where the last field was found: a page sends them in the order of the form */
};

static bool is_question(const struct form_node *n)
{
    return n->width > 0;
}

/* ---- reading the fields ---- */

static enum rc take_choice(struct check *c, size_t i, const char *v, size_t len)
{
    const struct form_node *n = &c->f->nodes[i];
    struct answer *a = &c->out->items[i];
    size_t choice = form_find_choice(n->choices, v, len);
    if (choice == SIZE_MAX)
        return rc_set(c->e, RC_INPUT, "question \"%s\" has no such choice", n->name);
    if (n->type == FORM_SELECT_ONE) {
        if (a->choice != SIZE_MAX)
            return rc_set(c->e, RC_INPUT, "question \"%s\" takes one answer and got two", n->name);
        a->choice = choice;
    } else {
        if ((a->bits[choice / 8] >> (choice % 8) & 1U) != 0)
            return rc_set(c->e, RC_INPUT, "question \"%s\" got the same choice twice", n->name);
        a->bits[choice / 8] = (uint8_t)(a->bits[choice / 8] | 1U << (choice % 8));
    }
    a->state = ANSWER_GIVEN;
    return RC_OK;
}

/* Line ends as LF, no white space at either end; a copy in the arena. */
static enum rc take_text(struct check *c, size_t i, const char *v, size_t len)
{
    struct answer *a = &c->out->items[i];
    const char *name = c->f->nodes[i].name;
    if (a->raw != NULL)
        return rc_set(c->e, RC_INPUT, "question \"%s\" takes one answer and got two", name);
    if (!text_is_utf8(v, len) || text_has_control(v, len))
        return rc_set(c->e, RC_INPUT, "the answer to \"%s\" is not text", name);
    a->raw = arena_memdup(c->a, v, len);
    char *t = arena_alloc(c->a, len + 1);
    if (a->raw == NULL || t == NULL)
        return rc_set(c->e, RC_NOMEM, "no memory for an answer");
    size_t n = 0;
    for (size_t k = 0; k < len; k++) {
        if (v[k] == '\r' && k + 1 < len && v[k + 1] == '\n')
            continue;
        t[n++] = v[k] == '\r' ? '\n' : v[k];
    }
    while (n > 0 && strchr(" \t\n", t[n - 1]) != NULL)
        n--;
    size_t skip = 0;
    while (skip < n && strchr(" \t\n", t[skip]) != NULL)
        skip++;
    t[n] = '\0';
    a->text = t + skip;
    a->text_len = n - skip;
    if (a->text_len > 0)
        a->state = ANSWER_GIVEN;
    return RC_OK;
}

static size_t find_question(struct check *c, const struct form_field *field)
{
    for (size_t k = 0; k < c->f->n_nodes; k++) {
        size_t i = (c->at + k) % c->f->n_nodes;
        const struct form_node *n = &c->f->nodes[i];
        if (is_question(n) && text_equal(n->name, field->name, field->name_len))
            return c->at = i;
    }
    return SIZE_MAX;
}

static enum rc take_field(struct check *c, const struct form_field *field)
{
    if (field->name_len > 0 && field->name[0] == '_')
        return RC_OK; /* the page's own */
    size_t i = find_question(c, field);
    if (i == SIZE_MAX)
        return rc_set(c->e, RC_INPUT, "the form has a field that the questionnaire does not know");
    const struct form_node *n = &c->f->nodes[i];
    if (n->type == FORM_TEXT || n->type == FORM_INTEGER)
        return take_text(c, i, field->value, field->value_len);
    if (field->value_len == 0)
        return RC_OK; /* the empty option of a drop-down */
    if (n->type != FORM_ACKNOWLEDGE)
        return take_choice(c, i, field->value, field->value_len);
    if (!text_equal("1", field->value, field->value_len) || c->out->items[i].is_ticked)
        return rc_set(c->e, RC_INPUT, "question \"%s\" takes one tick", n->name);
    c->out->items[i].is_ticked = true;
    c->out->items[i].state = ANSWER_GIVEN;
    return RC_OK;
}

/* ---- what branching hides ---- */

static bool is_absent(const struct check *c, size_t node)
{
    return c->is_present != NULL && !c->is_present[node];
}

static bool holds(const struct check *c, const struct form_relevant *r)
{
    if (r->op == FORM_ALWAYS || is_absent(c, r->node))
        return true;
    const struct answer *a = &c->out->items[r->node];
    bool is_chosen = a->state == ANSWER_GIVEN &&
                     (c->f->nodes[r->node].type == FORM_SELECT_ONE
                          ? a->choice == r->choice
                          : (a->bits[r->choice / 8] >> (r->choice % 8) & 1U) != 0);
    return r->op == FORM_EQUAL || r->op == FORM_SELECTED ? is_chosen : !is_chosen;
}

static bool is_relevant(const struct check *c, size_t i)
{
    for (size_t at = i; at != SIZE_MAX; at = c->f->nodes[at].parent)
        if (!holds(c, &c->f->nodes[at].relevant))
            return false;
    return true;
}

/* ---- problems ---- */

static void problem(struct check *c, size_t node, const char *code, int64_t min, int64_t max)
{
    struct form_problem *p = &c->out->problems[c->out->n_problems];
    *p = (struct form_problem){node, code, min, max};
    c->out->n_problems++;
}

/* Full-width digits and signs, as Chinese keyboards give them, count as plain ones. */
static size_t plain_digits(const char *v, size_t len, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < cap; i++) {
        const unsigned char *p = (const unsigned char *)v + i;
        bool is_wide = i + 2 < len && p[0] == 0xef && p[1] == 0xbc && ((p[2] >= 0x90 && p[2] <= 0x99) || p[2] == 0x8d);
        out[n++] = is_wide ? (p[2] == 0x8d ? '-' : (char)('0' + (p[2] - 0x90))) : v[i];
        i += is_wide ? 2 : 0;
    }
    return n;
}

static void check_integer(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    struct answer *a = &c->out->items[i];
    char digits[64];
    size_t len = plain_digits(a->text, a->text_len, digits, sizeof digits);
    if (a->text_len >= sizeof digits || text_to_i64(digits, len, INT64_MIN, INT64_MAX, &a->number) != RC_OK)
        problem(c, i, "not_a_number", n->min, n->max);
    else if (a->number < n->min || a->number > n->max)
        problem(c, i, "out_of_range", n->min, n->max);
}

static void check_exclusive(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    size_t ticked = 0, exclusive = 0;
    for (size_t k = 0; k < n->choices->n; k++) {
        bool is_on = (c->out->items[i].bits[k / 8] >> (k % 8) & 1U) != 0;
        ticked += is_on;
        exclusive += is_on && n->choices->items[k].is_exclusive;
    }
    if (exclusive > 0 && ticked > 1)
        problem(c, i, "exclusive", 0, 0);
}

static void check_one(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    struct answer *a = &c->out->items[i];
    if (is_absent(c, i) || !is_relevant(c, i)) {
        a->state = ANSWER_NOT_ASKED;
        return;
    }
    if (a->state != ANSWER_GIVEN) {
        a->state = ANSWER_SKIPPED;
        if (n->is_required)
            problem(c, i, n->type == FORM_ACKNOWLEDGE ? "must_agree" : "required", 0, 0);
    } else if (n->type == FORM_INTEGER) {
        check_integer(c, i);
    } else if (n->type == FORM_TEXT && text_length(a->text, a->text_len) > (size_t)n->max) {
        problem(c, i, "too_long", 0, n->max);
    } else if (n->type == FORM_SELECT_MULTIPLE) {
        check_exclusive(c, i);
    }
}

enum rc answers_check_row(const struct form *f, const struct form_field *fields, size_t n, const bool *is_present,
                          struct arena *a, struct answers *out, struct rc_info *e)
{
    *out = (struct answers){.items = arena_array(a, f->n_nodes + 1, sizeof *out->items),
                            .problems = arena_array(a, f->n_nodes + 1, sizeof *out->problems)};
    if (out->items == NULL || out->problems == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu answers", f->n_nodes);
    for (size_t i = 0; i < f->n_nodes; i++)
        out->items[i].choice = SIZE_MAX;
    struct check c = {f, is_present, a, out, e, 0};
    for (size_t i = 0; i < n; i++) {
        enum rc rc = take_field(&c, &fields[i]);
        if (rc != RC_OK)
            return rc;
    }
    for (size_t i = 0; i < f->n_nodes; i++)
        if (is_question(&f->nodes[i]))
            check_one(&c, i);
    return RC_OK;
}

enum rc answers_check(const struct form *f, const struct form_field *fields, size_t n, struct arena *a,
                      struct answers *out, struct rc_info *e)
{
    return answers_check_row(f, fields, n, NULL, a, out, e);
}
