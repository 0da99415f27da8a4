/* Checking what came from a page or a row against the frozen form. */
#include "form/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/zone.h"
#include "form/answers_inner.h"
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
    bool *lacks;     /* one per node, true: its column is absent, or its calculation looks at such a one */
    struct expr_value *calculated; /* one per node with a calculation */
    const struct form_choice *choice; /* that a filter is tried with */
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
        if (is_question(n) && n->calculation == NULL && !n->is_read_only && text_equal(n->name, field->name, field->name_len))
            return c->at = i;
    }
    return SIZE_MAX;
}

static enum rc take_value(struct check *c, size_t i, const struct form_field *field)
{
    const struct form_node *n = &c->f->nodes[i];
    if (n->type == FORM_RANK && field->value_len > 0)
        return answers_read_place(n, field->value, field->value_len, &c->out->items[i]) == RC_OK
                   ? RC_OK : rc_set(c->e, RC_INPUT, "question \"%s\" has no such place", n->name);
    if (answers_is_typed(n))
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

static enum rc take_field(struct check *c, const struct form_field *field)
{
    if (field->name_len > 0 && field->name[0] == '_')
        return RC_OK; /* the page's own */
    size_t i = find_question(c, field);
    return i == SIZE_MAX ? rc_set(c->e, RC_INPUT, "the form has a field that the questionnaire does not know")
                         : take_value(c, i, field);
}

/* ---- what branching hides ---- */

static bool is_absent(const struct check *c, size_t node)
{
    return c->is_present != NULL && !c->is_present[node];
}

/* What was typed is what the type asks for. */
static bool is_readable(const struct form_node *n, const struct answer *a)
{
    return n->type == FORM_TEXT || (n->type != FORM_RANK && !answers_is_typed(n)) || a->is_good;
}

/* The names of the ranked choices, a blank between. */
static struct expr_value names_in_order(struct check *c, const struct form_node *n, const struct answer *a)
{
    size_t len = 0, total = n->choices->n;
    for (size_t k = 0; k < n->choices->n; k++)
        total += strlen(n->choices->items[k].name);
    char *text = arena_alloc(c->a, total + 1);
    if (text == NULL) {
        c->env.is_out = true;
        return expr_string("", 0);
    }
    for (size_t place = 1; place <= n->choices->n; place++)
        for (size_t k = 0; k < n->choices->n; k++) {
            size_t more = strlen(n->choices->items[k].name);
            if (a->places[k] != place)
                continue;
            memcpy(text + len, n->choices->items[k].name, more);
            len += more;
            text[len++] = ' ';
        }
    return expr_string(text, len - 1);
}

/* An answer as expressions see it. */
static struct expr_value value_of(const void *ctx, size_t node)
{
    struct check *c = *(struct check *const *)ctx;
    const struct form_node *n = &c->f->nodes[node];
    const struct answer *a = &c->out->items[node];
    if (n->calculation != NULL)
        return c->calculated[node];
    if (a->state != ANSWER_GIVEN || !is_readable(n, a))
        return expr_string("", 0);
    if (n->is_range)
        return expr_number(strtod(n->choices->items[a->choice].name, NULL)); /* the programs run in the locale C */
    if (n->type == FORM_RANK)
        return names_in_order(c, n, a);
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
        if (c->looks_at[i] && c->lacks[i])
            return true;
    return false;
}

static struct expr_value column_of(const void *ctx, size_t column)
{
    const struct check *c = *(struct check *const *)ctx;
    const char *v = c->choice->values[column];
    return expr_string(v, strlen(v));
}

/* Does a choice pass the question's filter? */
static bool is_offered(struct check *c, const struct form_node *n, size_t choice)
{
    c->choice = &n->choices->items[choice];
    return expr_is_true(n->filter, &c->env);
}

/* Is there a choice at all? */
static bool has_choice(struct check *c, const struct form_node *n)
{
    if (n->filter == NULL || looks_at_absent(c, n->filter))
        return true;
    for (size_t k = 0; k < n->choices->n; k++)
        if (is_offered(c, n, k))
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

/* A calculation's value; a number that is none, or infinite, is no answer. */
static void calculate(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    struct answer *a = &c->out->items[i];
    struct expr_value v = expr_string("", 0);
    c->lacks[i] = looks_at_absent(c, n->calculation);
    if (!c->lacks[i])
        v = expr_eval(n->calculation, &c->env);
    if (v.kind == EXPR_NUMBER && !isfinite(v.number))
        v = expr_string("", 0);
    if (v.kind == EXPR_NUMBER)
        v.number += 0.0; /* -0 becomes 0 */
    c->calculated[i] = v;
    a->state = c->lacks[i] ? ANSWER_NOT_ASKED : v.kind == EXPR_NUMBER ? ANSWER_GIVEN : ANSWER_SKIPPED;
    a->decimal = v.kind == EXPR_NUMBER ? v.number : 0;
    a->is_good = true;
}

/* Find whether node i is asked and, if so, what it says: what it looks at is settled before it. */
static enum rc settle(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    struct answer *a = &c->out->items[i];
    c->lacks[i] = is_absent(c, i) && !n->is_read_only;
    c->is_hidden[i] = (n->parent != SIZE_MAX && c->is_hidden[n->parent]) || !holds(c, &n->relevant) || !has_choice(c, n);
    if (n->calculation != NULL) {
        calculate(c, i);
        return RC_OK;
    }
    if (!is_question(n))
        return RC_OK;
    if (n->is_read_only) { /* whatever was sent */
        *a = (struct answer){.choice = SIZE_MAX};
        enum rc rc = take_text(c, i, n->preset, strlen(n->preset));
        if (rc != RC_OK)
            return rc;
    }
    if (c->lacks[i] || c->is_hidden[i])
        a->state = ANSWER_NOT_ASKED;
    else if (a->state != ANSWER_GIVEN)
        a->state = ANSWER_SKIPPED;
    else
        answers_read(n, a);
    return RC_OK;
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

/* A choice that the filter leaves out, which other answers may have made so after it was chosen. */
static void check_filter(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    const struct answer *a = &c->out->items[i];
    if (n->filter == NULL || looks_at_absent(c, n->filter))
        return;
    for (size_t k = 0; k < n->choices->n; k++) {
        bool is_chosen = n->type == FORM_SELECT_ONE ? a->choice == k : (a->bits[k / 8] >> (k % 8) & 1U) != 0;
        if (is_chosen && !is_offered(c, n, k)) {
            problem(c, i, "not_offered", 0, 0);
            return;
        }
    }
}

static void check_rank(struct check *c, size_t i)
{
    const struct answer *a = &c->out->items[i];
    for (size_t k = 0; k < c->f->nodes[i].choices->n; k++)
        if (a->places[k] == 0) {
            problem(c, i, "rank_all", 0, 0);
            return;
        }
    problem(c, i, "rank_twice", 0, 0);
}

static void check_constraint(struct check *c, size_t i)
{
    const struct expr *x = c->f->nodes[i].constraint;
    if (x != NULL && !looks_at_absent(c, x) && !expr_is_true(x, &c->env))
        problem(c, i, "constraint", 0, 0);
}

/* Is it what the type asks for? */
static void check_kind(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    const struct answer *a = &c->out->items[i];
    if (n->type == FORM_RANK && !a->is_good)
        check_rank(c, i);
    else if (!is_readable(n, a))
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
}

static void check_one(struct check *c, size_t i)
{
    const struct form_node *n = &c->f->nodes[i];
    const struct answer *a = &c->out->items[i];
    size_t before = c->out->n_problems;
    if (n->calculation != NULL)
        return;
    if (a->state == ANSWER_SKIPPED && n->is_required)
        problem(c, i, n->type == FORM_ACKNOWLEDGE ? "must_agree" : "required", 0, 0);
    if (a->state != ANSWER_GIVEN)
        return;
    check_kind(c, i);
    if (c->out->n_problems == before)
        check_filter(c, i);
    if (c->out->n_problems == before)
        check_constraint(c, i);
}

static enum rc begin(struct check *c, const struct form *f, struct arena *a, struct answers *out, struct rc_info *e)
{
    size_t n = f->n_nodes + 1;
    *out = (struct answers){.items = arena_array(a, n, sizeof *out->items), .problems = arena_array(a, n, sizeof *out->problems)};
    *c = (struct check){.f = f, .a = a, .out = out, .e = e, .is_hidden = arena_array(a, n, sizeof *c->is_hidden),
                        .looks_at = arena_array(a, n, sizeof *c->looks_at), .lacks = arena_array(a, n, sizeof *c->lacks)};
    if (f->has_calculations)
        c->calculated = arena_array(a, n, sizeof *c->calculated);
    if (out->items == NULL || out->problems == NULL || c->is_hidden == NULL || c->looks_at == NULL || c->lacks == NULL ||
        (f->has_calculations && c->calculated == NULL))
        return rc_set(e, RC_NOMEM, "no memory for %zu answers", f->n_nodes);
    for (size_t i = 0; i < f->n_nodes; i++)
        out->items[i].choice = SIZE_MAX;
    return RC_OK;
}

enum rc answers_check_row(const struct form *f, const struct form_field *fields, size_t n, const bool *is_present,
                          struct arena *a, struct answers *out, struct rc_info *e)
{
    struct check c, *self = &c;
    enum rc rc = begin(&c, f, a, out, e);
    if (rc != RC_OK)
        return rc;
    c.is_present = is_present;
    c.env = (struct expr_env){.question = value_of, .column = column_of, .ctx = &self, .a = a,
                              .today = f->uses_today ? zone_today(f->time_zone, time(NULL)) : 0};
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = take_field(&c, &fields[i]);
    for (size_t i = 0; rc == RC_OK && i < f->n_nodes; i++)
        rc = settle(&c, f->order != NULL ? f->order[i] : i);
    if (rc != RC_OK)
        return rc;
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

bool answers_fits(const struct form *f, size_t node, const char *text, struct arena *a)
{
    const struct form_node *n = &f->nodes[node];
    struct check c;
    struct answers out;
    if (!is_question(n) || n->type == FORM_RANK || begin(&c, f, a, &out, NULL) != RC_OK)
        return false;
    for (const char *at = text; *at != '\0';) {
        size_t len = n->type == FORM_SELECT_MULTIPLE ? strcspn(at, " ") : strlen(at);
        const struct form_field field = {n->name, strlen(n->name), at, len};
        if (len > 0 && take_value(&c, node, &field) != RC_OK)
            return false;
        at += len + (at[len] == ' ' ? 1 : 0);
    }
    answers_read(n, &out.items[node]);
    check_kind(&c, node);
    return out.items[node].state == ANSWER_GIVEN && out.n_problems == 0;
}
