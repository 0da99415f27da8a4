/* Reading an expression: precedence climbing over the source, into a flat array of nodes. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/expr_inner.h"

struct parser {
    const struct expr_scope *scope;
    struct arena *a;
    struct rc_info *e;
    enum rc rc; /* of the first thing that was wrong */
    const char *p;
    size_t depth; /* of calls */
    struct expr x;
    struct expr_node nodes[EXPR_NODES_MAX];
    uint8_t deep[EXPR_NODES_MAX]; /* levels below a node, itself included */
};

static uint16_t fail(struct parser *p, enum rc rc, const char *at, const char *fmt, ...) PRINTF(4, 5);
static uint16_t fail(struct parser *p, enum rc rc, const char *at, const char *fmt, ...)
{
    char why[320];
    va_list args;
    if (p->rc != RC_OK)
        return EXPR_NONE;
    va_start(args, fmt);
    (void)vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    p->rc = rc_set(p->e, rc, "at character %zu: %s", text_length(p->x.text, (size_t)(at - p->x.text)) + 1, why);
    return EXPR_NONE;
}

static void skip(struct parser *p)
{
    p->p += strspn(p->p, " \t\r\n");
}

static size_t name_length(const char *s)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*s) && *s != '_')
        return 0;
    while (isalnum((unsigned char)s[n]) || (s[n] != '\0' && strchr("_-.:", s[n]) != NULL))
        n++;
    return n;
}

/* ---- nodes ---- */

static uint16_t add(struct parser *p, enum expr_op op, const char *at)
{
    if (p->rc != RC_OK)
        return EXPR_NONE;
    if (p->x.n == EXPR_NODES_MAX)
        return fail(p, RC_TOOBIG, at, "the expression has more than %d parts", EXPR_NODES_MAX);
    p->deep[p->x.n] = 1;
    p->nodes[p->x.n] = (struct expr_node){.op = (uint8_t)op, .first = EXPR_NONE, .next = EXPR_NONE,
                                          .at = (uint16_t)(at - p->x.text), .index = SIZE_MAX};
    return (uint16_t)p->x.n++;
}

static void give(struct parser *p, uint16_t parent, uint16_t child)
{
    if (parent == EXPR_NONE || child == EXPR_NONE)
        return;
    uint16_t *link = &p->nodes[parent].first;
    while (*link != EXPR_NONE)
        link = &p->nodes[*link].next;
    *link = child;
    p->nodes[parent].n_args++;
    if (p->deep[child] + 1 > p->deep[parent])
        p->deep[parent] = (uint8_t)(p->deep[child] + 1);
}

/* All arguments are there. */
static uint16_t done(struct parser *p, uint16_t i)
{
    if (i == EXPR_NONE || p->rc != RC_OK)
        return EXPR_NONE;
    if (p->deep[i] > EXPR_DEPTH_MAX)
        return fail(p, RC_TOOBIG, p->x.text + p->nodes[i].at, "more than %d levels", EXPR_DEPTH_MAX);
    p->rc = expr_check_node(&p->x, i, p->a, p->e);
    return p->rc == RC_OK ? i : EXPR_NONE;
}

/* ---- leaves ---- */

/* What a spreadsheet or a Chinese keyboard makes of quotes, brackets and signs. */
static uint16_t strange(struct parser *p)
{
    static const struct {
        const char *is, *means;
    } known[] = {{"‘", "'"}, {"’", "'"}, {"“", "\""}, {"”", "\""}, {"（", "("}, {"）", ")"}, {"，", ","}, {"＝", "="},
                 {"！", "!"}, {"＜", "<"}, {"＞", ">"}, {"＋", "+"}, {"－", "-"}, {"＄", "$"}, {"｛", "{"}, {"｝", "}"},
                 {"≤", "<="}, {"≥", ">="}, {"≠", "!="}, {"−", "-"}, {"×", "*"}, {"÷", "div"}, {"　", "a plain space"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(p->p, known[i].is, strlen(known[i].is)) == 0)
            return fail(p, RC_INPUT, p->p, "write %s instead of %s", known[i].means, known[i].is);
    if (*p->p == '\0')
        return fail(p, RC_INPUT, p->p, "the expression ends where a value is expected");
    if (*p->p == '/' || (p->p[0] == '.' && (p->p[1] == '.' || p->p[1] == '/')))
        return fail(p, RC_INPUT, p->p, "paths are not known: write ${name} for a question");
    size_t n = 1;
    while (((unsigned char)p->p[n] & 0xc0) == 0x80)
        n++;
    return fail(p, RC_INPUT, p->p, "a value is expected, not \"%.*s\"", (int)n, p->p);
}

static uint16_t literal_text(struct parser *p)
{
    const char *at = p->p, *end = strchr(at + 1, *at);
    if (end == NULL)
        return fail(p, RC_INPUT, at, "this text has no end: a second %c is missing", *at);
    uint16_t i = add(p, OP_TEXT, at);
    if (i == EXPR_NONE)
        return i;
    p->nodes[i].len = (size_t)(end - at) - 1;
    p->nodes[i].text = arena_memdup(p->a, at + 1, p->nodes[i].len);
    if (p->nodes[i].text == NULL)
        return fail(p, RC_NOMEM, at, "no memory for an expression");
    p->p = end + 1;
    return done(p, i);
}

static uint16_t literal_number(struct parser *p)
{
    const char *at = p->p;
    size_t whole = strspn(at, "0123456789"), part = 0;
    if (at[whole] == '.')
        part = 1 + strspn(at + whole + 1, "0123456789");
    if (whole > 40 || part > 41)
        return fail(p, RC_INPUT, at, "a number has at most 40 digits on each side of the point");
    char copy[96];
    memcpy(copy, at, whole + part);
    copy[whole + part] = '\0';
    p->p += whole + part;
    uint16_t i = add(p, OP_NUMBER, at);
    if (i != EXPR_NONE)
        p->nodes[i].number = strtod(copy, NULL);
    return done(p, i);
}

static uint16_t question(struct parser *p)
{
    const char *at = p->p, *name = at + 2 + strspn(at + 2, " ");
    size_t len = strcspn(name, "}"), n;
    if (name[len] != '}')
        return fail(p, RC_INPUT, at, "${ has no }");
    p->p = name + len + 1;
    for (n = len; n > 0 && name[n - 1] == ' ';)
        n--;
    size_t node = form_find(p->scope->form, name, n);
    if (node == SIZE_MAX)
        return fail(p, RC_INPUT, at, "there is no question \"%.*s\"", (int)(n > 63 ? 63 : n), name);
    enum expr_kind kind;
    if (!expr_question_kind(&p->scope->form->nodes[node], &kind))
        return fail(p, RC_INPUT, at, "\"%.*s\" has no answer to look at", (int)n, name);
    uint16_t i = add(p, OP_QUESTION, at);
    if (i != EXPR_NONE)
        p->nodes[i].index = node;
    return done(p, i);
}

static uint16_t self(struct parser *p)
{
    if (p->scope->self == SIZE_MAX)
        return fail(p, RC_INPUT, p->p, "a . is only known in a constraint: write ${name}");
    uint16_t i = add(p, OP_SELF, p->p++);
    if (i != EXPR_NONE)
        p->nodes[i].index = p->scope->self;
    return done(p, i);
}

static uint16_t column(struct parser *p, size_t len)
{
    const char *at = p->p;
    for (size_t k = 0; k < p->scope->n_columns; k++)
        if (text_equal(p->scope->columns[k], at, len)) {
            uint16_t i = add(p, OP_COLUMN, at);
            if (i != EXPR_NONE)
                p->nodes[i].index = k;
            p->p += len;
            return done(p, i);
        }
    int n = (int)(len > 63 ? 63 : len);
    if (p->scope->n_columns > 0)
        return fail(p, RC_INPUT, at, "the sheet choices has no column \"%.*s\" (a question is ${%.*s}, a text '%.*s')", n, at, n, at, n, at);
    return fail(p, RC_INPUT, at, "\"%.*s\" stands alone: write ${%.*s} for a question, '%.*s' for a text", n, at, n, at, n, at);
}

/* ---- operators and functions ---- */

static uint16_t parse(struct parser *p, int level);

static uint16_t function(struct parser *p, size_t len)
{
    const char *at = p->p;
    size_t min, max, n = 0;
    enum expr_op op = expr_function(at, len, &min, &max);
    if (op == OP_N)
        return fail(p, RC_INPUT, at, "there is no function \"%.*s\" (known: not if coalesce once selected count-selected string-length "
                    "regex concat string number int round min max sum today date true false)", (int)(len > 40 ? 40 : len), at);
    bool is_true = *at == 't'; /* true() and false() share an operator */
    p->p = strchr(at + len, '(') + 1;
    uint16_t i = add(p, op, at);
    skip(p);
    while (*p->p != ')' && p->rc == RC_OK) {
        give(p, i, parse(p, 1));
        n++;
        skip(p);
        if (*p->p == ',')
            p->p++;
        else if (*p->p != ')' && p->rc == RC_OK)
            return *p->p == '\0' ? fail(p, RC_INPUT, at, "%.*s( has no )", (int)len, at)
                                 : fail(p, RC_INPUT, p->p, "an operator, a , or a ) is expected here");
        skip(p);
        if (p->p[-1] == ',' && *p->p == ')')
            return strange(p);
    }
    if (i == EXPR_NONE || p->rc != RC_OK)
        return EXPR_NONE;
    p->p++;
    if (n < min || n > max)
        return fail(p, RC_INPUT, at, min == max ? "%.*s() takes %zu arguments, not %zu" : "%.*s() takes at least %zu arguments and got %zu",
                    (int)len, at, n < min ? min : max, n);
    if (op == OP_BOOLEAN)
        p->nodes[i].number = is_true;
    return done(p, i);
}

static uint16_t bracket(struct parser *p)
{
    const char *at = p->p++;
    uint16_t i = parse(p, 1);
    skip(p);
    if (i != EXPR_NONE && *p->p != ')')
        return *p->p == '\0' ? fail(p, RC_INPUT, at, "this ( has no )") : fail(p, RC_INPUT, p->p, "an operator or a ) is expected here");
    p->p += i != EXPR_NONE;
    return i;
}

static uint16_t primary(struct parser *p)
{
    skip(p);
    size_t len = name_length(p->p);
    if (*p->p == '(')
        return bracket(p);
    if (*p->p == '\'' || *p->p == '"')
        return literal_text(p);
    if (p->p[0] == '$' && p->p[1] == '{')
        return question(p);
    if (isdigit((unsigned char)*p->p) || (*p->p == '.' && isdigit((unsigned char)p->p[1])))
        return literal_number(p);
    if (*p->p == '.' && p->p[1] != '.' && p->p[1] != '/')
        return self(p);
    if (len == 0)
        return strange(p);
    return p->p[len + strspn(p->p + len, " \t\r\n")] == '(' ? function(p, len) : column(p, len);
}

static uint16_t unary(struct parser *p)
{
    skip(p);
    const char *at = p->p;
    if (++p->depth > EXPR_DEPTH_MAX)
        return fail(p, RC_TOOBIG, at, "more than %d levels", EXPR_DEPTH_MAX);
    uint16_t i;
    if (*at == '-') {
        p->p++;
        i = add(p, OP_NEG, at);
        give(p, i, unary(p));
        i = done(p, i);
    } else {
        i = primary(p);
    }
    p->depth--;
    return i;
}

/* The operator at the cursor; OP_N: none. XPath 1.0, 3.1 to 3.5: or, and, equality, relation, sum, product. */
static enum expr_op operator_at(struct parser *p, int *level, size_t *len)
{
    static const struct {
        enum expr_op op;
        int level;
    } known[] = {{OP_OR, 1}, {OP_AND, 2}, {OP_EQ, 3}, {OP_NE, 3}, {OP_LE, 4}, {OP_LT, 4}, {OP_GE, 4}, {OP_GT, 4},
                 {OP_ADD, 5}, {OP_SUB, 5}, {OP_MUL, 6}, {OP_DIV, 6}, {OP_MOD, 6}};
    skip(p);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *word = expr_words[known[i].op];
        *len = strlen(word);
        if (strncmp(p->p, word, *len) != 0 || (isalpha((unsigned char)*word) && name_length(p->p) != *len))
            continue;
        *level = known[i].level;
        return known[i].op;
    }
    return OP_N;
}

/* Everything that binds at least as strongly as `level`. A chain of one associative operator is one node: it
 * may be long without being deep, and is worked out from the left all the same. */
static uint16_t parse(struct parser *p, int level)
{
    uint16_t left = unary(p);
    int found = 0;
    size_t len = 0;
    for (enum expr_op op; left != EXPR_NONE && (op = operator_at(p, &found, &len)) != OP_N && found >= level;) {
        const char *at = p->p;
        bool is_chain = op == OP_OR || op == OP_AND || op == OP_ADD || op == OP_MUL;
        p->p += len;
        uint16_t right = parse(p, found + 1);
        uint16_t i = is_chain && p->nodes[left].op == op ? left : add(p, op, at);
        if (i != left)
            give(p, i, left);
        give(p, i, right);
        left = done(p, right == EXPR_NONE ? EXPR_NONE : i);
    }
    return p->rc == RC_OK ? left : EXPR_NONE;
}

/* Blanks outside of texts as one space, none at the ends. */
static char *tidy(const char *text, struct arena *a)
{
    char *out = arena_strdup(a, text), quote = '\0';
    size_t n = 0;
    for (const char *s = text; out != NULL && *s != '\0'; s++) {
        bool is_blank = quote == '\0' && strchr(" \t\r\n", *s) != NULL;
        if (quote == '\0' && (*s == '\'' || *s == '"'))
            quote = *s;
        else if (*s == quote)
            quote = '\0';
        if (!is_blank)
            out[n++] = *s;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (out != NULL)
        out[n - (n > 0 && out[n - 1] == ' ')] = '\0';
    return out;
}

static enum rc keep(struct parser *p, uint16_t root, const struct expr **out)
{
    struct expr *x = arena_alloc(p->a, sizeof *x);
    struct expr_node *nodes = arena_array(p->a, p->x.n, sizeof *nodes);
    char *text = tidy(p->x.text, p->a);
    if (x == NULL || nodes == NULL || text == NULL)
        return rc_set(p->e, RC_NOMEM, "no memory for an expression");
    memcpy(nodes, p->nodes, p->x.n * sizeof *nodes);
    *x = (struct expr){p->x.form, p->x.columns, text, p->x.n, nodes, root};
    *out = x;
    return RC_OK;
}

enum rc expr_parse(const char *text, const struct expr_scope *scope, struct arena *a, const struct expr **out, struct rc_info *e)
{
    struct parser p;
    size_t len = strlen(text);
    if (len > EXPR_SOURCE_MAX)
        return rc_set(e, RC_TOOBIG, "the expression has %zu bytes, over %d", len, EXPR_SOURCE_MAX);
    if (!text_is_utf8(text, len) || text_has_control(text, len))
        return rc_set(e, RC_INPUT, "the expression is not text");
    p.scope = scope;
    p.a = a;
    p.e = e;
    p.rc = RC_OK;
    p.p = text;
    p.depth = 0;
    p.x = (struct expr){scope->form, scope->columns, text, 0, p.nodes, 0};
    uint16_t root = parse(&p, 1);
    skip(&p);
    if (p.rc == RC_OK && *p.p != '\0' && (*p.p & 0x80) != 0)
        (void)strange(&p);
    if (p.rc == RC_OK && *p.p != '\0')
        (void)fail(&p, RC_INPUT, p.p, "an operator (and, or, =, +, ...) is expected here");
    return p.rc != RC_OK ? p.rc : keep(&p, root, out);
}
