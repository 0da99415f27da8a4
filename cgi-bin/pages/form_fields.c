/* The questions of the form, one function per kind. */
#include <stdio.h>

#include "base/text.h"
#include "form/expr.h"
#include "pages/form_inner.h"

const struct form_problem *form_problem_of(const struct form_view *v, size_t node)
{
    for (size_t i = 0; v->answers != NULL && i < v->answers->n_problems; i++)
        if (v->answers->problems[i].node == node)
            return &v->answers->problems[i];
    return NULL;
}

static bool has_text(const struct form_label *l, size_t lang)
{
    return *form_text(l, lang) != '\0';
}

void form_put_tree(struct html *w, const char *name, const struct expr *x)
{
    struct buf tree;
    buf_init(&tree, 8 * EXPR_SOURCE_MAX);
    expr_put_js(x, &tree);
    if (buf_ok(&tree)) { /* without it the question is always shown, and the server decides */
        html_lit(w, " data-");
        html_attr(w, name);
        html_lit(w, "=\"");
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
        form_put_tree(w, "if", n->relevant.expr);
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

void form_put_id(struct html *w, const char *prefix, const char *name)
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
void form_put_described(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    bool has_hint = has_text(&n->hint, v->flang) || n->type == FORM_TEXT || n->type == FORM_RANK;
    bool has_error = form_problem_of(v, i) != NULL;
    if (!has_hint && !has_error)
        return;
    html_lit(w, " aria-describedby=\"");
    if (has_hint)
        form_put_id(w, "h-", n->name);
    if (has_hint && has_error)
        html_lit(w, " ");
    if (has_error)
        form_put_id(w, "e-", n->name);
    html_lit(w, "\"");
}

static void put_hint(struct html *w, const struct form_view *v, const struct form_node *n)
{
    bool has_hint = has_text(&n->hint, v->flang);
    if (!has_hint && n->type != FORM_TEXT && n->type != FORM_RANK)
        return;
    html_lit(w, "<p class=\"hint\" id=\"");
    form_put_id(w, "h-", n->name);
    html_lit(w, "\">");
    if (n->type == FORM_RANK) {
        char last[24];
        (void)snprintf(last, sizeof last, "%zu", n->choices->n);
        html_tr(w, v->c, v->clang, has_hint ? "form.hint_rank" : "form.rank", "hint", form_text(&n->hint, v->flang), "n", last, NULL);
    } else if (n->type == FORM_TEXT) {
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
    const struct form_problem *p = form_problem_of(v, i);
    if (p == NULL)
        return;
    html_lit(w, "<p class=\"error\" id=\"");
    form_put_id(w, "e-", v->form->nodes[i].name);
    html_lit(w, "\">");
    form_problem_text(w, v, p);
    html_lit(w, "</p>\n");
}

/* What the script can see by itself, with the words for it: a rank that is not whole, a constraint that does not
 * hold. The server decides. */
static void put_check(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    const struct form_problem p = {.node = i, .code = n->type == FORM_RANK ? "rank_all" : "constraint", .min = n->min, .max = n->max};
    if (n->constraint == NULL && n->type != FORM_RANK)
        return;
    if (n->constraint != NULL && expr_uses_today(n->constraint))
        return; /* the day here may be another one than where the survey is */
    if (n->constraint != NULL)
        form_put_tree(w, "valid", n->constraint);
    html_lit(w, " data-bad=\"");
    form_problem_text(w, v, &p);
    html_lit(w, "\"");
}

/* class="q", with a problem class="q has-error". */
static void put_class(struct html *w, const struct form_view *v, size_t i)
{
    if (form_problem_of(v, i) != NULL)
        html_lit(w, " class=\"q has-error\"");
    else
        html_lit(w, " class=\"q\"");
    const struct form_node *n = &v->form->nodes[i];
    if (n->is_required && has_text(&n->required_message, v->flang)) { /* the author's words, for the script */
        html_lit(w, " data-need=\"");
        html_attr(w, form_text(&n->required_message, v->flang));
        html_lit(w, "\"");
    }
    if (n->filter != NULL)
        form_put_tree(w, "filter", n->filter);
    put_check(w, v, i);
    put_relevance(w, v, n);
}

static void put_options(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, "<fieldset");
    put_class(w, v, i);
    form_put_described(w, v, i);
    html_lit(w, ">\n<legend>");
    html_text(w, form_text(&n->label, v->flang));
    put_need(w, v, n);
    html_lit(w, "</legend>\n");
    put_condition(w, v, n);
    put_hint(w, v, n);
    put_error(w, v, i);
    form_options(w, v, i);
    html_lit(w, "</fieldset>\n");
}

/* A question with one control and a label of its own. */
static void put_single(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, "<div");
    put_class(w, v, i);
    html_lit(w, ">\n<label class=\"legend\" for=\"");
    form_put_id(w, "a-", n->name);
    html_lit(w, "\">");
    html_text(w, form_text(&n->label, v->flang));
    put_need(w, v, n);
    html_lit(w, "</label>\n");
    put_condition(w, v, n);
    put_hint(w, v, n);
    put_error(w, v, i);
    form_control(w, v, i);
    html_lit(w, "</div>\n");
}

/* What is only to be read: its answer is the same for all, and nothing is sent. */
static void put_fixed(struct html *w, const struct form_view *v, const struct form_node *n)
{
    html_lit(w, "<div class=\"note\"");
    put_relevance(w, v, n);
    html_lit(w, ">\n<p class=\"legend\">");
    html_text(w, form_text(&n->label, v->flang));
    html_lit(w, "</p>\n");
    put_condition(w, v, n);
    html_lit(w, "<p>");
    html_text(w, n->preset);
    html_lit(w, "</p>\n</div>\n");
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
    form_put_control(w, v, i);
    if (form_is_ticked(v, n, "1"))
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
        case FORM_NOTE:
            if (n->calculation == NULL)
                put_note(w, v, n);
            break;
        case FORM_GROUP_BEGIN: put_group(w, v, i); break;
        case FORM_GROUP_END: html_lit(w, "</fieldset>\n"); break;
        case FORM_ACKNOWLEDGE: put_acknowledge(w, v, i); break;
        case FORM_SELECT_MULTIPLE:
        case FORM_RANK: put_options(w, v, i); break;
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
        case FORM_TEXT:
            if (n->is_read_only)
                put_fixed(w, v, n);
            else if (n->calculation == NULL)
                put_single(w, v, i);
            break;
        }
    }
}
