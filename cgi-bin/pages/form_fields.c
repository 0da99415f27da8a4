/* The questions of the form, one function per kind. */
#include <stdio.h>

#include "base/text.h"
#include "form/expr.h"
#include "pages/survey.h"

static const struct form_problem *problem_of(const struct form_view *v, size_t node)
{
    for (size_t i = 0; v->answers != NULL && i < v->answers->n_problems; i++)
        if (v->answers->problems[i].node == node)
            return &v->answers->problems[i];
    return NULL;
}

/* What was typed for a question, or NULL. */
static const char *typed(const struct form_view *v, const char *name)
{
    for (size_t i = 0; i < v->n_fields; i++)
        if (text_equal(name, v->fields[i].name, v->fields[i].name_len))
            return v->fields[i].value;
    return NULL;
}

static bool is_ticked(const struct form_view *v, const char *name, const char *choice)
{
    for (size_t i = 0; i < v->n_fields; i++)
        if (text_equal(name, v->fields[i].name, v->fields[i].name_len) &&
            text_equal(choice, v->fields[i].value, v->fields[i].value_len))
            return true;
    return false;
}

static bool has_text(const struct form_label *l, size_t lang)
{
    return *form_text(l, lang) != '\0';
}

/* data-if="a tree for expr.js". */
static void put_expression(struct html *w, const struct expr *x)
{
    struct buf tree;
    buf_init(&tree, 8 * EXPR_SOURCE_MAX);
    expr_put_js(x, &tree);
    if (buf_ok(&tree)) { /* without it the question is always shown, and the server decides */
        html_lit(w, " data-if=\"");
        html_attr(w, tree.p);
        html_lit(w, "\"");
    }
    buf_release(&tree);
}

/* data-when="question" data-op="eq|ne" data-is="choice": the script hides by it, the server decides. */
static void put_relevance(struct html *w, const struct form_view *v, const struct form_node *n)
{
    if (n->relevant.op == FORM_ALWAYS)
        return;
    if (n->relevant.op == FORM_EXPRESSION) {
        put_expression(w, n->relevant.expr);
        return;
    }
    const struct form_node *at = &v->form->nodes[n->relevant.node];
    html_lit(w, " data-when=\"");
    html_attr(w, at->name);
    if (n->relevant.op == FORM_EQUAL || n->relevant.op == FORM_SELECTED)
        html_lit(w, "\" data-op=\"eq\" data-is=\"");
    else
        html_lit(w, "\" data-op=\"ne\" data-is=\"");
    html_attr(w, at->choices->items[n->relevant.choice].name);
    html_lit(w, "\"");
}

/* The same in words, for those without script. */
static void put_condition(struct html *w, const struct form_view *v, const struct form_node *n)
{
    if (n->relevant.op == FORM_ALWAYS)
        return;
    if (n->relevant.op == FORM_EXPRESSION) {
        html_lit(w, "<p class=\"when\">");
        html_tr(w, v->c, v->clang, "form.when_fits", NULL);
        html_lit(w, "</p>\n");
        return;
    }
    const struct form_node *at = &v->form->nodes[n->relevant.node];
    bool is_equal = n->relevant.op == FORM_EQUAL || n->relevant.op == FORM_SELECTED;
    html_lit(w, "<p class=\"when\">");
    html_tr(w, v->c, v->clang, is_equal ? "form.when_chosen" : "form.when_not_chosen", "question",
            form_text(&at->label, v->flang), "choice",
            form_text(&at->choices->items[n->relevant.choice].label, v->flang), NULL);
    html_lit(w, "</p>\n");
}

static void put_id(struct html *w, const char *prefix, const char *name)
{
    html_attr(w, prefix);
    html_attr(w, name);
}

static void put_need(struct html *w, const struct form_view *v, const struct form_node *n)
{
    if (!n->is_required)
        return;
    html_lit(w, " <span class=\"need\">");
    html_tr(w, v->c, v->clang, "form.required", NULL);
    html_lit(w, "</span>");
}

/* aria-describedby for whatever of hint and error there is; aria-invalid with an error. */
static void put_described(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    bool has_hint = has_text(&n->hint, v->flang) || n->type == FORM_TEXT;
    bool has_error = problem_of(v, i) != NULL;
    if (!has_hint && !has_error)
        return;
    html_lit(w, " aria-describedby=\"");
    if (has_hint)
        put_id(w, "h-", n->name);
    if (has_hint && has_error)
        html_lit(w, " ");
    if (has_error)
        put_id(w, "e-", n->name);
    html_lit(w, "\"");
}

static void put_hint(struct html *w, const struct form_view *v, const struct form_node *n)
{
    bool has_hint = has_text(&n->hint, v->flang);
    if (!has_hint && n->type != FORM_TEXT)
        return;
    html_lit(w, "<p class=\"hint\" id=\"");
    put_id(w, "h-", n->name);
    html_lit(w, "\">");
    if (n->type == FORM_TEXT) {
        char max[24];
        (void)snprintf(max, sizeof max, "%lld", (long long)n->max);
        html_tr(w, v->c, v->clang, has_hint ? "form.hint_limit" : "form.limit", "hint",
                form_text(&n->hint, v->flang), "max", max, NULL);
    } else {
        html_text(w, form_text(&n->hint, v->flang));
    }
    html_lit(w, "</p>\n");
}

static void put_error(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_problem *p = problem_of(v, i);
    if (p == NULL)
        return;
    html_lit(w, "<p class=\"error\" id=\"");
    put_id(w, "e-", v->form->nodes[i].name);
    html_lit(w, "\">");
    form_problem_text(w, v, p);
    html_lit(w, "</p>\n");
}

/* class="q", with a problem class="q has-error". */
static void put_class(struct html *w, const struct form_view *v, size_t i)
{
    if (problem_of(v, i) != NULL)
        html_lit(w, " class=\"q has-error\"");
    else
        html_lit(w, " class=\"q\"");
    const struct form_node *n = &v->form->nodes[i];
    if (n->is_required && has_text(&n->required_message, v->flang)) { /* the author's words, for the script */
        html_lit(w, " data-need=\"");
        html_attr(w, form_text(&n->required_message, v->flang));
        html_lit(w, "\"");
    }
    put_relevance(w, v, n);
}

/* A label with the control in it is one large target; the first control has the question's id, so
 * that the error summary leads to it. */
static void put_option(struct html *w, const struct form_view *v, size_t i, size_t k)
{
    const struct form_node *n = &v->form->nodes[i];
    const struct form_choice *c = &n->choices->items[k];
    if (n->type == FORM_SELECT_MULTIPLE)
        html_lit(w, "<label><input type=\"checkbox\" name=\"");
    else
        html_lit(w, "<label><input type=\"radio\" name=\"");
    html_attr(w, n->name);
    html_lit(w, "\" value=\"");
    html_attr(w, c->name);
    html_lit(w, "\"");
    if (k == 0) {
        html_lit(w, " id=\"");
        put_id(w, "a-", n->name);
        html_lit(w, "\"");
    }
    if (c->is_exclusive)
        html_lit(w, " data-alone");
    if (is_ticked(v, n->name, c->name))
        html_lit(w, " checked");
    html_lit(w, "><span>");
    html_text(w, form_text(&c->label, v->flang));
    html_lit(w, "</span></label>\n");
}

static void put_options(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, "<fieldset");
    put_class(w, v, i);
    put_described(w, v, i);
    html_lit(w, ">\n<legend>");
    html_text(w, form_text(&n->label, v->flang));
    put_need(w, v, n);
    html_lit(w, "</legend>\n");
    put_condition(w, v, n);
    put_hint(w, v, n);
    put_error(w, v, i);
    if (n->is_likert)
        html_lit(w, "<div class=\"options likert\">\n");
    else if (n->type == FORM_SELECT_MULTIPLE) /* a list without an order may stand in columns */
        html_lit(w, "<div class=\"options many\">\n");
    else
        html_lit(w, "<div class=\"options\">\n");
    for (size_t k = 0; k < n->choices->n; k++)
        put_option(w, v, i, k);
    html_lit(w, "</div>\n</fieldset>\n");
}

static void put_select(struct html *w, const struct form_view *v, const struct form_node *n)
{
    html_lit(w, "<option value=\"\">");
    html_tr(w, v->c, v->clang, "form.choose", NULL);
    html_lit(w, "</option>\n");
    for (size_t k = 0; k < n->choices->n; k++) {
        const struct form_choice *c = &n->choices->items[k];
        html_lit(w, "<option value=\"");
        html_attr(w, c->name);
        html_lit(w, "\"");
        if (is_ticked(v, n->name, c->name))
            html_lit(w, " selected");
        html_lit(w, ">");
        html_text(w, form_text(&c->label, v->flang));
        html_lit(w, "</option>\n");
    }
}

/* id, name, descriptions of a control that stands alone. */
static void put_control(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, " id=\"");
    put_id(w, "a-", n->name);
    html_lit(w, "\" name=\"");
    html_attr(w, n->name);
    html_lit(w, "\"");
    put_described(w, v, i);
    if (n->is_required)
        html_lit(w, " aria-required=\"true\"");
    if (problem_of(v, i) != NULL)
        html_lit(w, " aria-invalid=\"true\"");
}

static void put_number(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    const char *was = typed(v, n->name);
    if (n->min >= 0)
        html_lit(w, "<input type=\"text\" inputmode=\"numeric\" size=\"12\" autocomplete=\"off\"");
    else /* the numeric keyboard of some phones has no minus */
        html_lit(w, "<input type=\"text\" size=\"12\" autocomplete=\"off\"");
    put_control(w, v, i);
    html_lit(w, " value=\"");
    html_attr(w, was != NULL ? was : "");
    html_lit(w, "\">\n");
}

/* The browser's own way to pick a day or a time, where it has one; else YYYY-MM-DD and HH:MM are typed. */
static void put_decimal_day_or_time(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    const char *was = typed(v, n->name);
    if (n->type == FORM_DATE)
        html_lit(w, "<input type=\"date\" min=\"0001-01-01\" max=\"9999-12-31\" placeholder=\"YYYY-MM-DD\"");
    else if (n->type == FORM_TIME)
        html_lit(w, "<input type=\"time\" placeholder=\"HH:MM\"");
    else /* with a keyboard that has a minus */
        html_lit(w, "<input type=\"text\" size=\"16\" autocomplete=\"off\"");
    put_control(w, v, i);
    html_lit(w, " value=\"");
    html_attr(w, was != NULL ? was : "");
    html_lit(w, "\">\n");
}

static void put_text(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    const char *was = typed(v, n->name);
    if (n->is_multiline)
        html_lit(w, "<textarea rows=\"5\"");
    else
        html_lit(w, "<input type=\"text\" autocomplete=\"off\"");
    put_control(w, v, i);
    html_lit(w, " maxlength=\""); /* in UTF-16 units, two to an emoji: the server counts code points */
    html_int(w, n->max);
    if (!n->is_multiline) {
        html_lit(w, "\" value=\"");
        html_attr(w, was != NULL ? was : "");
        html_lit(w, "\">\n");
        return;
    }
    html_lit(w, "\">\n"); /* the first line end is the markup's own */
    html_text(w, was != NULL ? was : "");
    html_lit(w, "</textarea>\n");
}

/* A question with one control and a label of its own. */
static void put_single(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, "<div");
    put_class(w, v, i);
    html_lit(w, ">\n<label class=\"legend\" for=\"");
    put_id(w, "a-", n->name);
    html_lit(w, "\">");
    html_text(w, form_text(&n->label, v->flang));
    put_need(w, v, n);
    html_lit(w, "</label>\n");
    put_condition(w, v, n);
    put_hint(w, v, n);
    put_error(w, v, i);
    if (n->type == FORM_INTEGER) {
        put_number(w, v, i);
    } else if (n->type == FORM_TEXT) {
        put_text(w, v, i);
    } else if (n->choices == NULL) {
        put_decimal_day_or_time(w, v, i);
    } else {
        html_lit(w, "<select");
        put_control(w, v, i);
        html_lit(w, ">\n");
        put_select(w, v, n);
        html_lit(w, "</select>\n");
    }
    html_lit(w, "</div>\n");
}

static void put_acknowledge(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, "<div");
    put_class(w, v, i);
    html_lit(w, ">\n");
    put_condition(w, v, n);
    put_hint(w, v, n);
    put_error(w, v, i);
    html_lit(w, "<div class=\"options\">\n<label><input type=\"checkbox\" value=\"1\"");
    put_control(w, v, i);
    if (is_ticked(v, n->name, "1"))
        html_lit(w, " checked");
    html_lit(w, "><span>");
    html_text(w, form_text(&n->label, v->flang));
    put_need(w, v, n);
    html_lit(w, "</span></label>\n</div>\n</div>\n");
}

static void put_note(struct html *w, const struct form_view *v, const struct form_node *n)
{
    html_lit(w, "<div class=\"note\"");
    put_relevance(w, v, n);
    html_lit(w, ">\n");
    html_lines(w, form_text(&n->label, v->flang));
    if (has_text(&n->hint, v->flang)) {
        html_lit(w, "<p class=\"hint\">");
        html_text(w, form_text(&n->hint, v->flang));
        html_lit(w, "</p>\n");
    }
    html_lit(w, "</div>\n");
}

/* The first section is the consent: it begins with what there is to consent to. */
static void put_group(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, "<fieldset class=\"section\"");
    put_relevance(w, v, n);
    html_lit(w, ">\n<legend>");
    html_text(w, form_text(&n->label, v->flang));
    html_lit(w, "</legend>\n");
    put_condition(w, v, n);
    if (has_text(&n->hint, v->flang)) {
        html_lit(w, "<p class=\"hint\">");
        html_text(w, form_text(&n->hint, v->flang));
        html_lit(w, "</p>\n");
    }
    if (i == 0)
        form_terms(w, v);
}

void form_questions(struct html *w, const struct form_view *v)
{
    for (size_t i = 0; i < v->form->n_nodes; i++) {
        const struct form_node *n = &v->form->nodes[i];
        switch (n->type) {
        case FORM_NOTE: put_note(w, v, n); break;
        case FORM_GROUP_BEGIN: put_group(w, v, i); break;
        case FORM_GROUP_END: html_lit(w, "</fieldset>\n"); break;
        case FORM_ACKNOWLEDGE: put_acknowledge(w, v, i); break;
        case FORM_SELECT_MULTIPLE: put_options(w, v, i); break;
        case FORM_SELECT_ONE:
            if (n->is_minimal)
                put_single(w, v, i);
            else
                put_options(w, v, i);
            break;
        case FORM_INTEGER:
        case FORM_DECIMAL:
        case FORM_DATE:
        case FORM_TIME:
        case FORM_TEXT: put_single(w, v, i); break;
        }
    }
}
