#include "report/margins.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

/* The margin of a question, begun where it is new; NULL with the reason in `e`. */
static struct margin_of *margin_of_question(struct margins *m, const struct form *f, const char *name, struct arena *a,
                                            struct rc_info *e)
{
    size_t node = form_find(f, name, strlen(name));
    if (node == SIZE_MAX || f->nodes[node].type != FORM_SELECT_ONE || !f->nodes[node].is_profile) {
        (void)rc_set(e, RC_INPUT, "\"%s\" is not a profile question with one choice", name);
        return NULL;
    }
    for (size_t i = 0; i < m->n; i++)
        if (m->items[i].node == node)
            return &m->items[i];
    double *population = m->n == FORM_MARGINS_MAX ? NULL : arena_array(a, f->nodes[node].choices->n, sizeof *population);
    if (population == NULL) {
        (void)rc_set(e, RC_INPUT, "more than %d margins", FORM_MARGINS_MAX);
        return NULL;
    }
    m->items[m->n] = (struct margin_of){node, population};
    return &m->items[m->n++];
}

static enum rc put(struct margins *m, const struct form *f, const char *question, const char *choice, double population,
                   struct arena *a, struct rc_info *e)
{
    struct margin_of *of = margin_of_question(m, f, question, a, e);
    if (of == NULL)
        return RC_INPUT;
    const struct form_choices *c = f->nodes[of->node].choices;
    size_t k = form_find_choice(c, choice, strlen(choice));
    if (k == SIZE_MAX || c->items[k].is_dont_know)
        return rc_set(e, RC_INPUT, "question \"%s\" has no choice \"%s\" that has a population", question, choice);
    if (of->population[k] > 0)
        return rc_set(e, RC_INPUT, "choice \"%s\" of \"%s\" stands here twice", choice, question);
    if (!(population > 0) || !isfinite(population))
        return rc_set(e, RC_INPUT, "a population is a number above 0");
    of->population[k] = population;
    return RC_OK;
}

static double total_of(const struct margin_of *of, const struct form *f)
{
    double sum = 0;
    for (size_t k = 0; k < f->nodes[of->node].choices->n; k++)
        sum += of->population[k];
    return sum;
}

static enum rc check_totals(struct margins *m, const struct form *f, struct rc_info *e)
{
    if (m->n == 0)
        return rc_set(e, RC_INPUT, "there is no margin in it");
    m->total = total_of(&m->items[0], f);
    for (size_t i = 1; i < m->n; i++) {
        double t = total_of(&m->items[i], f);
        if (fabs(t - m->total) > 1e-6 * m->total)
            return rc_set_reason(e, RC_INPUT, "contradictory_margins", "the margins of \"%s\" and \"%s\" have different totals: %.10g and %.10g",
                                 f->nodes[m->items[0].node].name, f->nodes[m->items[i].node].name, m->total, t);
    }
    return RC_OK;
}

/* A decimal number, all of the text. */
static bool read_number(const char *text, double *out)
{
    int64_t whole = 0, fraction = 0;
    const char *point = strchr(text, '.');
    size_t len = point == NULL ? strlen(text) : (size_t)(point - text), digits = point == NULL ? 0 : strlen(point + 1);
    if (text_to_i64(text, len, 0, (int64_t)1 << 50, &whole) != RC_OK ||
        (point != NULL && (digits == 0 || digits > 9 || text_to_i64(point + 1, digits, 0, 999999999, &fraction) != RC_OK)))
        return false;
    *out = (double)whole + (double)fraction / pow(10, (double)digits);
    return true;
}

enum rc margins_from_sheet(const struct sheet *s, const struct form *f, struct arena *a, struct margins *out,
                           struct rc_info *e)
{
    size_t question = sheet_col(s, "variable"), choice = sheet_col(s, "category"), population = sheet_col(s, "population");
    *out = (struct margins){.as_of = "", .source = ""};
    if (question == SIZE_MAX || choice == SIZE_MAX || population == SIZE_MAX)
        return rc_set(e, RC_INPUT, "%s:1: needs the columns variable, category and population", s->name);
    for (size_t i = 0; i < s->n_rows; i++) {
        struct rc_info why = {0};
        double people = 0;
        enum rc rc = read_number(sheet_at(s, i, population), &people)
                         ? put(out, f, sheet_at(s, i, question), sheet_at(s, i, choice), people, a, &why)
                         : rc_set(&why, RC_INPUT, "\"%s\" is not a number", sheet_at(s, i, population));
        if (rc != RC_OK)
            return rc_set(e, rc, "%s:%zu: %s", s->name, i + 2, why.msg);
    }
    struct rc_info why = {0};
    return check_totals(out, f, &why) == RC_OK ? RC_OK : rc_set(e, RC_INPUT, "%s: %s", s->name, why.msg);
}

static int to_buf(const char *p, size_t len, void *b)
{
    buf_put(b, p, len);
    return buf_ok(b) ? 0 : -1;
}

enum rc margins_to_json(const struct margins *m, const struct form *f, struct buf *out, struct rc_info *e)
{
    json_t *array = json_array();
    int failed = array == NULL;
    for (size_t i = 0; i < m->n; i++) {
        const struct form_node *n = &f->nodes[m->items[i].node];
        json_t *o = json_object(), *of = json_object();
        for (size_t k = 0; k < n->choices->n; k++)
            if (m->items[i].population[k] > 0)
                failed |= json_object_set_new(of, n->choices->items[k].name, json_real(m->items[i].population[k]));
        failed |= json_object_set_new(o, "question", json_string(n->name));
        failed |= json_object_set_new(o, "population", of);
        failed |= json_array_append_new(array, o);
    }
    failed = failed || json_dump_callback(array, to_buf, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) != 0;
    json_decref(array);
    return failed ? rc_set(e, RC_NOMEM, "cannot write the margins") : RC_OK;
}

enum rc margins_from_json(const char *json, size_t len, const struct form *f, struct arena *a, struct margins *out,
                          struct rc_info *e)
{
    json_error_t where;
    json_t *array = json_loadb(json, len, JSON_REJECT_DUPLICATES, &where);
    enum rc rc = json_is_array(array) ? RC_OK : rc_set(e, RC_INPUT, "the margins are not what was stored");
    *out = (struct margins){.as_of = "", .source = ""};
    for (size_t i = 0; rc == RC_OK && i < json_array_size(array); i++) {
        json_t *o = json_array_get(array, i), *of = json_object_get(o, "population"), *value;
        const char *question = json_string_value(json_object_get(o, "question")), *choice;
        if (question == NULL || !json_is_object(of))
            rc = rc_set(e, RC_INPUT, "the margins are not what was stored");
        json_object_foreach(of, choice, value)
            if (rc == RC_OK)
                rc = put(out, f, question, choice, json_number_value(value), a, e);
    }
    json_decref(array);
    return rc == RC_OK ? check_totals(out, f, e) : rc;
}
