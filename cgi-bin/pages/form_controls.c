/* The controls of the form's questions. The first one of each has the question's id, so that the error summary
 * leads to it. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "form/expr.h"
#include "pages/form_inner.h"

/* ---- what was sent, or stands there from the beginning ---- */

static const char *preset_of(const struct form_view *v, const struct form_node *n)
{
    return v->answers == NULL && v->n_fields == 0 ? n->preset : NULL;
}

/* What was typed for a question, or "". */
static const char *typed(const struct form_view *v, const struct form_node *n)
{
    const char *preset = preset_of(v, n);
    for (size_t i = 0; i < v->n_fields; i++)
        if (text_equal(n->name, v->fields[i].name, v->fields[i].name_len))
            return v->fields[i].value;
    return preset != NULL ? preset : "";
}

/* Is `word` one of the words of `text`? */
static bool has_word(const char *text, const char *word)
{
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t len = strcspn(text, " ");
        if (text_equal(word, text, len))
            return true;
        text += len;
    }
    return false;
}

bool form_is_ticked(const struct form_view *v, const struct form_node *n, const char *choice)
{
    const char *preset = preset_of(v, n);
    for (size_t i = 0; i < v->n_fields; i++)
        if (text_equal(n->name, v->fields[i].name, v->fields[i].name_len) &&
            text_equal(choice, v->fields[i].value, v->fields[i].value_len))
            return true;
    return preset != NULL && has_word(preset, choice);
}

/* ---- the order of the choices ---- */

/* These keep their place at the end, whatever the order of the others. */
static bool is_last(const struct form_choice *c)
{
    return c->is_dont_know || c->is_exclusive || strcmp(c->name, "other") == 0;
}

/* Steele, Lea, Flood: splitmix64. An order that looks like none, and the same one for everybody: no secret. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

/* The indexes of the choices as they are shown: Fisher and Yates, by the author's seed. */
static void order_of(const struct form_node *n, size_t order[FORM_CHOICES_MAX])
{
    size_t n_free = 0, free_at[FORM_CHOICES_MAX];
    uint64_t state = (uint64_t)n->seed;
    for (size_t i = 0; i < n->choices->n; i++) {
        order[i] = i;
        if (!is_last(&n->choices->items[i]))
            free_at[n_free++] = i;
    }
    for (size_t i = n_free; n->is_shuffled && n->seed >= 0 && i > 1; i--) {
        size_t k = (size_t)(next_random(&state) % i), was = order[free_at[i - 1]];
        order[free_at[i - 1]] = order[free_at[k]];
        order[free_at[k]] = was;
    }
}

/* For the script: where each citizen sees an order of their own; what stays last; what a filter looks at. */
static void put_shuffle(struct html *w, const struct form_node *n)
{
    if (n->is_shuffled && n->seed < 0)
        html_lit(w, " data-shuffle");
}

static void put_columns(struct html *w, const struct form_node *n, const struct form_choice *c)
{
    if (n->is_shuffled && is_last(c))
        html_lit(w, " data-last");
    for (size_t k = 0; n->filter != NULL && k < n->choices->n_columns; k++) {
        html_lit(w, " data-c");
        html_int(w, (int64_t)k);
        html_lit(w, "=\"");
        html_attr(w, c->values[k]);
        html_lit(w, "\"");
    }
}

/* ---- choices ---- */

/* A label with the control in it is one large target. */
static void put_option(struct html *w, const struct form_view *v, size_t i, size_t k, bool is_first)
{
    const struct form_node *n = &v->form->nodes[i];
    const struct form_choice *c = &n->choices->items[k];
    html_lit(w, "<label");
    put_columns(w, n, c);
    if (n->type == FORM_SELECT_MULTIPLE)
        html_lit(w, "><input type=\"checkbox\" name=\"");
    else
        html_lit(w, "><input type=\"radio\" name=\"");
    html_attr(w, n->name);
    html_lit(w, "\" value=\"");
    html_attr(w, c->name);
    html_lit(w, "\"");
    if (is_first) {
        html_lit(w, " id=\"");
        form_put_id(w, "a-", n->name);
        html_lit(w, "\"");
    }
    if (c->is_exclusive)
        html_lit(w, " data-alone");
    if (form_is_ticked(v, n, c->name))
        html_lit(w, " checked");
    html_lit(w, "><span>");
    html_text(w, form_text(&c->label, v->flang));
    html_lit(w, "</span></label>\n");
}

/* One item of a rank: its name and a drop-down of places. */
static void put_place(struct html *w, const struct form_view *v, const struct form_node *n, size_t k, bool is_first)
{
    const struct form_choice *c = &n->choices->items[k];
    char value[64], id[24];
    (void)snprintf(id, sizeof id, "-%zu", k);
    html_lit(w, "<label class=\"place\"");
    put_columns(w, n, c);
    html_lit(w, "><span>");
    html_text(w, form_text(&c->label, v->flang));
    html_lit(w, "</span> <select name=\"");
    html_attr(w, n->name);
    html_lit(w, "\" id=\"");
    form_put_id(w, "a-", n->name);
    if (!is_first)
        html_attr(w, id);
    html_lit(w, "\">\n<option value=\"\">");
    html_tr(w, v->c, v->clang, "form.place_none", NULL);
    html_lit(w, "</option>\n");
    for (size_t place = 1; place <= n->choices->n; place++) {
        (void)snprintf(value, sizeof value, "%.32s %zu", c->name, place);
        html_lit(w, "<option value=\"");
        html_attr(w, value);
        html_lit(w, "\"");
        if (form_is_ticked(v, n, value))
            html_lit(w, " selected");
        html_lit(w, ">");
        html_int(w, (int64_t)place);
        html_lit(w, "</option>\n");
    }
    html_lit(w, "</select></label>\n");
}

void form_options(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    size_t order[FORM_CHOICES_MAX];
    if (n->type == FORM_RANK)
        html_lit(w, "<div class=\"options places\"");
    else if (n->is_range)
        html_lit(w, "<div class=\"options range\"");
    else if (n->is_likert)
        html_lit(w, "<div class=\"options likert\"");
    else if (n->type == FORM_SELECT_MULTIPLE) /* a list without an order may stand in columns */
        html_lit(w, "<div class=\"options many\"");
    else
        html_lit(w, "<div class=\"options\"");
    put_shuffle(w, n);
    html_lit(w, ">\n");
    order_of(n, order);
    for (size_t k = 0; k < n->choices->n; k++) {
        if (n->type == FORM_RANK)
            put_place(w, v, n, order[k], k == 0);
        else
            put_option(w, v, i, order[k], k == 0);
    }
    html_lit(w, "</div>\n");
}

/* ---- one control ---- */

void form_put_control(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    html_lit(w, " id=\"");
    form_put_id(w, "a-", n->name);
    html_lit(w, "\" name=\"");
    html_attr(w, n->name);
    html_lit(w, "\"");
    form_put_described(w, v, i);
    if (n->is_required)
        html_lit(w, " aria-required=\"true\"");
    if (form_problem_of(v, i) != NULL)
        html_lit(w, " aria-invalid=\"true\"");
}

static void put_value(struct html *w, const struct form_view *v, size_t i)
{
    form_put_control(w, v, i);
    html_lit(w, " value=\"");
    html_attr(w, typed(v, &v->form->nodes[i]));
    html_lit(w, "\">\n");
}

static void put_select(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    size_t order[FORM_CHOICES_MAX];
    html_lit(w, "<select");
    form_put_control(w, v, i);
    put_shuffle(w, n);
    html_lit(w, ">\n<option value=\"\">");
    html_tr(w, v->c, v->clang, "form.choose", NULL);
    html_lit(w, "</option>\n");
    order_of(n, order);
    for (size_t k = 0; k < n->choices->n; k++) {
        const struct form_choice *c = &n->choices->items[order[k]];
        html_lit(w, "<option value=\"");
        html_attr(w, c->name);
        html_lit(w, "\"");
        put_columns(w, n, c);
        if (form_is_ticked(v, n, c->name))
            html_lit(w, " selected");
        html_lit(w, ">");
        html_text(w, form_text(&c->label, v->flang));
        html_lit(w, "</option>\n");
    }
    html_lit(w, "</select>\n");
}

static void put_number(struct html *w, const struct form_view *v, size_t i)
{
    if (v->form->nodes[i].min >= 0)
        html_lit(w, "<input type=\"text\" inputmode=\"numeric\" size=\"12\" autocomplete=\"off\"");
    else /* the numeric keyboard of some phones has no minus */
        html_lit(w, "<input type=\"text\" size=\"12\" autocomplete=\"off\"");
    put_value(w, v, i);
}

/* The browser's own way to pick a day or a time, where it has one; else YYYY-MM-DD and HH:MM are typed. */
static void put_decimal_day_or_time(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    if (n->type == FORM_DATE)
        html_lit(w, "<input type=\"date\" min=\"0001-01-01\" max=\"9999-12-31\" placeholder=\"YYYY-MM-DD\"");
    else if (n->type == FORM_TIME)
        html_lit(w, "<input type=\"time\" placeholder=\"HH:MM\"");
    else /* with a keyboard that has a minus */
        html_lit(w, "<input type=\"text\" size=\"16\" autocomplete=\"off\"");
    put_value(w, v, i);
}

static void put_text(struct html *w, const struct form_view *v, size_t i)
{
    const struct form_node *n = &v->form->nodes[i];
    if (n->is_multiline)
        html_lit(w, "<textarea rows=\"5\"");
    else
        html_lit(w, "<input type=\"text\" autocomplete=\"off\"");
    html_lit(w, " maxlength=\""); /* in UTF-16 units, two to an emoji: the server counts code points */
    html_int(w, n->max);
    html_lit(w, "\"");
    if (!n->is_multiline) {
        put_value(w, v, i);
        return;
    }
    form_put_control(w, v, i);
    html_lit(w, ">\n"); /* the first line end is the markup's own */
    html_text(w, typed(v, n));
    html_lit(w, "</textarea>\n");
}

void form_control(struct html *w, const struct form_view *v, size_t i)
{
    switch (v->form->nodes[i].type) {
    case FORM_INTEGER: put_number(w, v, i); break;
    case FORM_TEXT: put_text(w, v, i); break;
    case FORM_DECIMAL:
    case FORM_DATE:
    case FORM_TIME: put_decimal_day_or_time(w, v, i); break;
    default: put_select(w, v, i); break;
    }
}
