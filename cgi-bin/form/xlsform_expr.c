#include "form/xlsform_expr.h"

#include <string.h>

#include "base/text.h"

/* A cursor over the expression; every eat_* skips white space first. */
struct cursor {
    const char *p;
};

static void skip(struct cursor *c)
{
    c->p += strspn(c->p, " \t\r\n");
}

static bool eat(struct cursor *c, const char *word)
{
    skip(c);
    size_t n = strlen(word);
    if (strncmp(c->p, word, n) != 0)
        return false;
    c->p += n;
    return true;
}

/* ${name} */
static bool eat_question(struct cursor *c, const char **name, size_t *len)
{
    if (!eat(c, "${"))
        return false;
    *name = c->p;
    *len = strcspn(c->p, "}");
    if (c->p[*len] != '}')
        return false;
    c->p += *len + 1;
    return true;
}

static bool eat_string(struct cursor *c, const char **text, size_t *len)
{
    skip(c);
    char quote = *c->p;
    if (quote != '\'' && quote != '"')
        return false;
    *text = c->p + 1;
    const char *end = strchr(*text, quote);
    if (end == NULL)
        return false;
    *len = (size_t)(end - *text);
    c->p = end + 1;
    return true;
}

static bool at_end(struct cursor *c)
{
    skip(c);
    return *c->p == '\0';
}

static enum rc resolve(const char *name, size_t name_len, const char *choice, size_t choice_len, enum form_op op,
                       const struct form *f, struct form_relevant *out, struct rc_info *e)
{
    size_t node = form_find(f, name, name_len);
    if (node == SIZE_MAX)
        return rc_set(e, RC_INPUT, "there is no question \"%.*s\" above this row", (int)(name_len > 63 ? 63 : name_len), name);
    const struct form_node *n = &f->nodes[node];
    if (n->choices == NULL)
        return rc_set(e, RC_INPUT, "\"%s\" has no choices to compare with", n->name);
    if (n->type == FORM_SELECT_MULTIPLE && (op == FORM_EQUAL || op == FORM_NOT_EQUAL))
        return rc_set(e, RC_INPUT, "\"%s\" takes several answers: write selected(${%s}, 'choice')", n->name, n->name);
    size_t at = form_find_choice(n->choices, choice, choice_len);
    if (at == SIZE_MAX)
        return rc_set(e, RC_INPUT, "\"%s\" has no choice \"%.*s\"", n->name, (int)(choice_len > 32 ? 32 : choice_len), choice);
    *out = (struct form_relevant){op, node, at, NULL};
    return RC_OK;
}

enum rc xlsform_relevant(const char *text, const struct form *f, struct form_relevant *out, struct rc_info *e)
{
    struct cursor c = {text};
    const char *name, *choice;
    size_t name_len, choice_len;
    bool is_not = eat(&c, "not");
    if (is_not && !eat(&c, "("))
        is_not = false;
    if (eat(&c, "selected")) {
        if (eat(&c, "(") && eat_question(&c, &name, &name_len) && eat(&c, ",") && eat_string(&c, &choice, &choice_len) &&
            eat(&c, ")") && (!is_not || eat(&c, ")")) && at_end(&c))
            return resolve(name, name_len, choice, choice_len, is_not ? FORM_NOT_SELECTED : FORM_SELECTED, f, out, e);
    } else if (!is_not && eat_question(&c, &name, &name_len)) {
        enum form_op op = eat(&c, "!=") ? FORM_NOT_EQUAL : eat(&c, "=") ? FORM_EQUAL : FORM_ALWAYS;
        if (op != FORM_ALWAYS && eat_string(&c, &choice, &choice_len) && at_end(&c))
            return resolve(name, name_len, choice, choice_len, op, f, out, e);
    }
    return rc_set(e, RC_INPUT, "this expression is not known yet (known: ${question} = 'choice', ${question} != 'choice', "
                  "selected(${question}, 'choice'), not(selected(...)))");
}

/* One bound: `. >= 0`, `string-length(.) <= 500`. */
static bool eat_bound(struct cursor *c, enum form_type type, int64_t *min, int64_t *max)
{
    bool is_good = type == FORM_TEXT ? eat(c, "string-length") && eat(c, "(") && eat(c, ".") && eat(c, ")") : eat(c, ".");
    if (!is_good)
        return false;
    bool is_low = false, is_high = false, is_strict = false;
    if (eat(c, ">="))
        is_low = true;
    else if (eat(c, "<="))
        is_high = true;
    else if (eat(c, ">"))
        is_low = is_strict = true;
    else if (eat(c, "<"))
        is_high = is_strict = true;
    skip(c);
    size_t len = strspn(c->p, "-0123456789");
    int64_t v;
    if ((!is_low && !is_high) || text_to_i64(c->p, len, -999999999, 999999999, &v) != RC_OK)
        return false;
    c->p += len;
    if (is_low && v + is_strict > *min)
        *min = v + is_strict;
    if (is_high && v - is_strict < *max)
        *max = v - is_strict;
    return true;
}

enum rc xlsform_constraint(const char *text, enum form_type type, int64_t *min, int64_t *max, struct rc_info *e)
{
    struct cursor c = {text};
    int64_t low = *min, high = *max;
    if (type != FORM_INTEGER && type != FORM_TEXT)
        return rc_set(e, RC_INPUT, "a constraint on this type is not known yet");
    bool is_good = eat_bound(&c, type, &low, &high);
    if (is_good && !at_end(&c))
        is_good = eat(&c, "and") && eat_bound(&c, type, &low, &high) && at_end(&c);
    if (!is_good)
        return rc_set(e, RC_INPUT, "this constraint is not known yet (known: . >= 0 and . <= 120 for integer, "
                      "string-length(.) <= 500 for text)");
    if (low > high)
        return rc_set(e, RC_INPUT, "no answer can be both at least %lld and at most %lld", (long long)low, (long long)high);
    if (type == FORM_TEXT && low > 0)
        return rc_set(e, RC_INPUT, "a smallest length is not known yet: make the question required instead");
    *min = low;
    *max = high;
    return RC_OK;
}
