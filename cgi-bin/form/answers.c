/* Checking what came from a page or a row against the frozen form. */
#include "form/answers.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/zone.h"
#include "form/expr.h"

struct check {
    const struct form *f;
    const bool *is_present; /* NULL: a page, which has every question */
    struct arena *a;
    struct answers *out;
    struct rc_info *e;
    struct expr_env env;
    bool *is_hidden; /* one per node, true: by its own relevance or that of a group around it */
    bool *looks_at;  /* room for what one expression looks at */
    size_t at; /* where the last field was found: a page sends them in the order of the form */
};

static bool is_question(const struct form_node *n)
{
    return n->width > 0;
}

/* Typed rather than chosen. */
static bool is_typed(const struct form_node *n)
{
    return n->type == FORM_TEXT || n->type == FORM_INTEGER || n->type == FORM_DECIMAL || n->type == FORM_DATE ||
           n->type == FORM_TIME;
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
    if (is_typed(n))
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

/* What was typed is what the type asks for. */
static bool is_readable(const struct form_node *n, const struct answer *a)
{
    return n->type == FORM_TEXT || !is_typed(n) || a->is_number;
}

/* An answer as expressions see it. */
static struct expr_value value_of(const void *ctx, size_t node)
{
    const struct check *c = ctx;
    const struct form_node *n = &c->f->nodes[node];
    const struct answer *a = &c->out->items[node];
    if (a->state != ANSWER_GIVEN || !is_readable(n, a))
        return expr_string("", 0);
    if (n->type == FORM_SELECT_ONE)
        return (struct expr_value){.kind = EXPR_CHOICE, .choices = n->choices, .choice = a->choice};
    if (n->type == FORM_SELECT_MULTIPLE)
        return (struct expr_value){.kind = EXPR_CHOICES, .choices = n->choices, .bits = a->bits};
    if (n->type == FORM_INTEGER)
        return expr_number((double)a->number);
    if (n->type == FORM_DECIMAL)
        return expr_number(a->decimal);
    if (n->type == FORM_DATE || n->type == FORM_TIME)
        return (struct expr_value){.kind = n->type == FORM_DATE ? EXPR_DATE : EXPR_TIME, .number = (double)a->number};
    return n->type == FORM_TEXT ? expr_string(a->text, a->text_len) : expr_string("OK", 2);
}

/* Does the expression look at a column that an import lacks? */
static bool looks_at_absent(struct check *c, const struct expr *x)
{
    if (c->is_present == NULL)
        return false;
    memset(c->looks_at, 0, c->f->n_nodes * sizeof *c->looks_at);
    expr_mark_questions(x, c->looks_at);
    for (size_t i = 0; i < c->f->n_nodes; i++)
        if (c->looks_at[i] && !c->is_present[i])
            return true;
    return false;
}

static bool holds(struct check *c, const struct form_relevant *r)
{
    if (r->op == FORM_EXPRESSION)
        return looks_at_absent(c, r->expr) || expr_is_true(r->expr, &c->env);
    if (r->op == FORM_ALWAYS || is_absent(c, r->node))
        return true;
    const struct answer *a = &c->out->items[r->node];
    bool is_chosen = a->state == ANSWER_GIVEN &&
                     (c->f->nodes[r->node].type == FORM_SELECT_ONE
                          ? a->choice == r->choice
                          : (a->bits[r->choice / 8] >> (r->choice % 8) & 1U) != 0);
    return r->op == FORM_EQUAL || r->op == FORM_SELECTED ? is_chosen : !is_chosen;
}

/* Full-width digits and signs (U+FF0C to U+FF1A), as Chinese keyboards give them, count as plain ones. */
static size_t plain_digits(const char *v, size_t len, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < cap; i++) {
        const unsigned char *p = (const unsigned char *)v + i;
        bool is_wide = i + 2 < len && p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x8c && p[2] <= 0x9a && p[2] != 0x8f;
        out[n++] = is_wide ? (char)(',' + (p[2] - 0x8c)) : v[i];
        i += is_wide ? 2 : 0;
    }
    return n;
}

static void read_integer(struct answer *a)
{
    char digits[64];
    size_t len = plain_digits(a->text, a->text_len, digits, sizeof digits);
    a->is_number = a->text_len < sizeof digits && text_to_i64(digits, len, INT64_MIN, INT64_MAX, &a->number) == RC_OK;
}

/* -12.5, or with a comma as many countries write it: at most 15 digits, which a double holds. */
static void read_decimal(struct answer *a)
{
    char digits[64];
    size_t len = plain_digits(a->text, a->text_len, digits, sizeof digits - 1), at = 0, n_digits = 0, n_points = 0;
    digits[len] = '\0';
    if (digits[0] == '-')
        at++;
    for (; at < len; at++) {
        bool is_point = digits[at] == '.' || digits[at] == ',';
        if (!is_point && (digits[at] < '0' || digits[at] > '9'))
            return;
        n_digits += !is_point;
        n_points += is_point;
        digits[at] = is_point ? '.' : digits[at];
    }
    if (a->text_len >= sizeof digits || n_digits == 0 || n_digits > 15 || n_points > 1)
        return;
    a->decimal = strtod(digits, NULL); /* the programs run in the locale C */
    a->decimal = a->decimal == 0 ? 0 : a->decimal;
    a->is_number = true;
}

static void read_day_or_time(struct answer *a, bool is_date)
{
    char plain[32];
    size_t len = plain_digits(a->text, a->text_len, plain, sizeof plain);
    if (a->text_len < sizeof plain)
        a->is_number = is_date ? expr_read_date(plain, len, &a->number) : expr_read_time(plain, len, &a->number);
}

/* Find whether node i is asked and, if so, what it says: what it looks at is settled before it. */
static void settle(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    struct answer *a = &c->out->items[i];
    c->is_hidden[i] = (n->parent != SIZE_MAX && c->is_hidden[n->parent]) || !holds(c, &n->relevant);
    if (!is_question(n))
        return;
    if (is_absent(c, i) || c->is_hidden[i])
        a->state = ANSWER_NOT_ASKED;
    else if (a->state != ANSWER_GIVEN)
        a->state = ANSWER_SKIPPED;
    else if (n->type == FORM_INTEGER)
        read_integer(a);
    else if (n->type == FORM_DECIMAL)
        read_decimal(a);
    else if (n->type == FORM_DATE || n->type == FORM_TIME)
        read_day_or_time(a, n->type == FORM_DATE);
}

/* ---- problems ---- */

static void problem(struct check *c, size_t node, const char *code, int64_t min, int64_t max)
{
    struct form_problem *p = &c->out->problems[c->out->n_problems];
    *p = (struct form_problem){node, code, min, max};
    c->out->n_problems++;
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

static void check_constraint(struct check *c, size_t i)
{
    const struct expr *x = c->f->nodes[i].constraint;
    if (x != NULL && !looks_at_absent(c, x) && !expr_is_true(x, &c->env))
        problem(c, i, "constraint", 0, 0);
}

static void check_one(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    const struct answer *a = &c->out->items[i];
    size_t before = c->out->n_problems;
    if (a->state == ANSWER_SKIPPED && n->is_required)
        problem(c, i, n->type == FORM_ACKNOWLEDGE ? "must_agree" : "required", 0, 0);
    if (a->state != ANSWER_GIVEN)
        return;
    if (!is_readable(n, a))
        problem(c, i, n->type == FORM_INTEGER   ? "not_a_number"
                      : n->type == FORM_DECIMAL ? "not_a_decimal"
                      : n->type == FORM_DATE    ? "not_a_date"
                                                : "not_a_time", n->min, n->max);
    else if (n->type == FORM_INTEGER && (a->number < n->min || a->number > n->max))
        problem(c, i, "out_of_range", n->min, n->max);
    else if (n->type == FORM_TEXT && text_length(a->text, a->text_len) > (size_t)n->max)
        problem(c, i, "too_long", 0, n->max);
    else if (n->type == FORM_SELECT_MULTIPLE)
        check_exclusive(c, i);
    if (c->out->n_problems == before)
        check_constraint(c, i);
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
    struct check c = {.f = f, .is_present = is_present, .a = a, .out = out, .e = e};
    c.is_hidden = arena_array(a, f->n_nodes + 1, sizeof *c.is_hidden);
    c.looks_at = arena_array(a, f->n_nodes + 1, sizeof *c.looks_at);
    if (c.is_hidden == NULL || c.looks_at == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu answers", f->n_nodes);
    c.env = (struct expr_env){.question = value_of, .ctx = &c, .a = a,
                              .today = f->uses_today ? zone_today(f->time_zone, time(NULL)) : 0};
    for (size_t i = 0; i < n; i++) {
        enum rc rc = take_field(&c, &fields[i]);
        if (rc != RC_OK)
            return rc;
    }
    for (size_t i = 0; i < f->n_nodes; i++)
        settle(&c, f->order != NULL ? f->order[i] : i);
    for (size_t i = 0; i < f->n_nodes; i++)
        if (is_question(&f->nodes[i]))
            check_one(&c, i);
    return c.env.is_out ? rc_set(e, RC_NOMEM, "no memory for the expressions of \"%s\"", f->slug) : RC_OK;
}

enum rc answers_check(const struct form *f, const struct form_field *fields, size_t n, struct arena *a,
                      struct answers *out, struct rc_info *e)
{
    return answers_check_row(f, fields, n, NULL, a, out, e);
}
