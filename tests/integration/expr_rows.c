/* expr_rows N SEED: N random expressions with random answers, one JSON line each: the tree for the browser, the
 * answers as a page has them, and what the evaluator in C makes of it. expr.mjs compares. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "../lib/random.h"
#include "base/text.h"
#include "form/answers.h"
#include "form/expr.h"
#include "form/layout.h"

enum { N_NODES = 18, SELF = 4, TODAY = 20780 };

static const struct form_choice items[] = {{.name = "a"}, {.name = "b"}, {.name = "3"}, {.name = "55+"}};
static const struct form_choices list = {.list_name = "l", .n = 4, .items = items};
static const struct form_choice points[] = {{.name = "-0.5"}, {.name = "0"}, {.name = "0.5"}, {.name = "1"}};
static const struct form_choices range = {.list_name = "", .n = 4, .items = points};
static struct form_node nodes[N_NODES] = {
    {.type = FORM_INTEGER, .name = "i", .parent = SIZE_MAX, .min = -999999999, .max = 999999999},
    {.type = FORM_INTEGER, .name = "k", .parent = SIZE_MAX, .min = -999999999, .max = 999999999},
    {.type = FORM_SELECT_ONE, .name = "o", .parent = SIZE_MAX, .choices = &list},
    {.type = FORM_SELECT_MULTIPLE, .name = "m", .parent = SIZE_MAX, .choices = &list},
    {.type = FORM_TEXT, .name = "t", .parent = SIZE_MAX, .max = 2000},
    {.type = FORM_TEXT, .name = "u", .parent = SIZE_MAX, .max = 2000},
    {.type = FORM_ACKNOWLEDGE, .name = "x", .parent = SIZE_MAX},
    {.type = FORM_SELECT_ONE, .name = "p", .parent = SIZE_MAX, .choices = &list},
    {.type = FORM_DECIMAL, .name = "f", .parent = SIZE_MAX},
    {.type = FORM_DATE, .name = "d", .parent = SIZE_MAX},
    {.type = FORM_DATE, .name = "e", .parent = SIZE_MAX},
    {.type = FORM_TIME, .name = "h", .parent = SIZE_MAX},
    {.type = FORM_SELECT_ONE, .name = "g", .parent = SIZE_MAX, .choices = &range, .is_range = true},
    {.type = FORM_RANK, .name = "r", .parent = SIZE_MAX, .choices = &list},
    {.type = FORM_DECIMAL, .name = "c1", .parent = SIZE_MAX, .is_calculated = true}, /* see calculations */
    {.type = FORM_NOTE, .name = "c2", .parent = SIZE_MAX, .is_calculated = true},
    {.type = FORM_NOTE, .name = "c3", .parent = SIZE_MAX, .is_calculated = true},
    {.type = FORM_NOTE, .name = "c4", .parent = SIZE_MAX, .is_calculated = true}};
static const char *const calculations[N_NODES] = {
    [14] = "${i} * ${f} div (${k} - 7)", [15] = "if(${g} > 0, ${t}, 'none')", [16] = "${c1} > 2 or ${c2} = 'a'",
    [17] = "date(${d} + 1)"};
static struct form form = {.slug = "s", .n_nodes = N_NODES, .nodes = nodes, .time_zone = "UTC"};
static const char *const columns[] = {"col", "price"};
static const char *const cells[] = {"a", "12.5"};

static struct random rnd;

static uint32_t below(uint32_t n)
{
    return random_below(&rnd, n);
}

static const char *pick(const char *const *all, uint32_t n)
{
    return all[below(n)];
}
#define PICK(...) pick((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- random expressions: as an author writes them, so that most of them parse ---- */

static void any(struct buf *b, int depth);

static void put_pattern(struct buf *b, int depth)
{
    for (uint32_t n = 1 + below(3); n > 0; n--) {
        if (depth > 0 && below(4) == 0) {
            buf_puts(b, PICK("(", "(?:"));
            put_pattern(b, depth - 1);
            if (below(2) == 0) {
                buf_putc(b, '|');
                put_pattern(b, depth - 1);
            }
            buf_puts(b, PICK(")", ")?", "){2}")); /* repeats in repeats can take a browser for ever: it backtracks */
            continue;
        } else {
            buf_puts(b, PICK("a", "b", "1", "你", ".", "\\d", "\\w", "\\s", "\\D", "[ab]", "[^a]", "[a-z0-9]", "[\\d-]", "[一-龥]", "\\.", "[\\u4e00-\\u9fa5]",
                             "^", "$", "\\S", "[\\W]"));
        }
        buf_puts(b, PICK("", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "{0}"));
    }
}

static void put_text(struct buf *b)
{
    buf_puts(b, PICK("''", "'a'", "'b'", "'3'", "'55+'", "'a b'", "' 7 '", "'-0.5'", "'1e3'", "'2026-11-23'", "'2024-02-30'", "'0001-01-01'", "'你好𝄞'", "\"it's\"",
                     "'OK'", "'true'", "'09:30'", "'12.'", "'.5'", "'.'", "'-'", "'+1'", "'Infinity'"));
}

static void put_number(struct buf *b)
{
    if (below(3) == 0)
        buf_printf(b, "%u.%u", below(1000), below(100000));
    else
        buf_puts(b, PICK("0", "1", "2", "3", "10", "0.1", "0.5", "2.5", "1.005", "1000000007", "9007199254740993", "123456789012345678901234", "0.0000001", "0.000001234",
                         "4503599627370497.5", "20780", "99999999", "5684341886080802", "0.00000000000005684341886080802"));
}

static void put_call(struct buf *b, int depth)
{
    const char *name = PICK("not", "if", "coalesce", "once", "string-length", "concat", "string", "number", "int", "round", "min", "max", "sum", "date", "selected",
                            "count-selected");
    uint32_t n = strcmp(name, "if") == 0 ? 3 : strcmp(name, "coalesce") == 0 ? 2 : strcmp(name, "round") == 0 ? 1 + below(2) : 1;
    if (strcmp(name, "concat") == 0 || strcmp(name, "min") == 0 || strcmp(name, "max") == 0 || strcmp(name, "sum") == 0)
        n = 1 + below(3);
    buf_printf(b, "%s(", name);
    if (strstr(name, "selected") != NULL) {
        buf_puts(b, PICK("${o}", "${m}", "string(${r})", "${p}", "'a b  3'", "concat(${m}, ' ', ${t})"));
        if (*name == 's')
            buf_puts(b, PICK(", 'a'", ", 'b'", ", '3'", ", ${t}", ", ''"));
    } else {
        for (uint32_t i = 0; i < n; i++) {
            buf_puts(b, i > 0 ? ", " : "");
            any(b, depth - 1);
        }
    }
    buf_putc(b, ')');
}

static void any(struct buf *b, int depth)
{
    switch (depth <= 0 ? below(3) : below(9)) {
    case 0:
        buf_puts(b, PICK("${i}", "${k}", "${o}", "${m}", "${t}", "${u}", "${x}", "${p}", "${f}", "${d}", "${e}", "${h}", "${g}", "${r}", "${c1}", "${c2}", "${c3}", "${c4}", ".", "col", "price", "today()", "true()", "false()"));
        return;
    case 1:
        put_text(b);
        return;
    case 2:
        put_number(b);
        return;
    case 3: case 4:
        put_call(b, depth);
        return;
    case 5:
        buf_puts(b, "regex(");
        any(b, depth - 1);
        buf_puts(b, ", '");
        put_pattern(b, 2);
        buf_puts(b, "')");
        return;
    case 6:
        buf_puts(b, PICK("-", "("));
        if (b->p[b->len - 1] == '-') {
            any(b, depth - 1);
            return;
        }
        any(b, depth - 1);
        buf_putc(b, ')');
        return;
    default:
        any(b, depth - 1);
        buf_printf(b, " %s ", PICK("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"));
        any(b, depth - 1);
    }
}

/* ---- random answers, as a page sends them, through the check ---- */

static size_t answer(struct form_field *f, struct arena *a)
{
    static const char *const texts[] = {"", "a", "b", "3", "abc", " 12 ", "12.5", "1a", "你好", "2026-01-02", "a b", "ab1", "𝄞", "1-2", "aab", "x\r\ny"};
    static const char *const numbers[] = {"", "0", "7", "-3", "１２", "－4", "ten", "1.5", "20780", "999999999", "12345678901234567890", " 5 ", "007", "-0"};
    static const char *const decimals[] = {"", "0.5", "-1,25", "３．５", "1.2.3", ".5", "5.", "-0.0", "1234567890123456", "0.1", "e", "-", "12"};
    static const char *const dates[] = {"", "2026-11-23", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "0000-12-31", "２０２６-01-02", "2026-1-2", "1969-12-31"};
    static const char *const times[] = {"", "00:00", "23:59", "09:30", "24:00", "9:30", "１０：１５", "12:60"};
    size_t n = 0;
    for (size_t i = 0; i < N_NODES; i++) {
        const struct form_node *q = &nodes[i];
        const char *v[4] = {NULL};
        char place[4][16];
        if (below(5) == 0 || q->is_calculated)
            continue;
        if (q->type == FORM_INTEGER)
            v[0] = numbers[below(sizeof numbers / sizeof *numbers)];
        else if (q->type == FORM_TEXT)
            v[0] = texts[below(sizeof texts / sizeof *texts)];
        else if (q->type == FORM_DECIMAL)
            v[0] = decimals[below(sizeof decimals / sizeof *decimals)];
        else if (q->type == FORM_DATE)
            v[0] = dates[below(sizeof dates / sizeof *dates)];
        else if (q->type == FORM_TIME)
            v[0] = times[below(sizeof times / sizeof *times)];
        else if (q->type == FORM_ACKNOWLEDGE)
            v[0] = "1";
        else if (q->type == FORM_SELECT_ONE)
            v[0] = q->choices->items[below(4)].name;
        for (uint32_t k = 0, by = below(4), n_places = below(5) == 0 ? 3 : 4; q->type == FORM_RANK && k < n_places; k++) {
            (void)snprintf(place[k], sizeof place[k], "%s %u", items[k].name, 1 + (k + by) % 4);
            v[k] = arena_strdup(a, place[k]);
        }
        for (size_t k = 0; q->type == FORM_SELECT_MULTIPLE && k < 4; k++)
            v[k] = below(2) == 0 ? items[k].name : NULL;
        for (size_t k = 0; k < 4; k++)
            if (v[k] != NULL)
                f[n++] = (struct form_field){q->name, strlen(q->name), v[k], strlen(v[k])};
    }
    return n;
}

/* The names of a rank from the first place on, "" where it is not whole. */
static const char *ranked(const struct answer *r, struct arena *a)
{
    const char *all = "";
    for (size_t place = 1; r->state == ANSWER_GIVEN && r->is_good && place <= 4; place++)
        for (size_t k = 0; k < 4; k++)
            if (r->places[k] == place)
                all = arena_printf(a, "%s%s%s", all, place > 1 ? " " : "", items[k].name);
    return all;
}

/* What a page would say: what was typed, names with a space between, "OK" for a tick. */
static json_t *page_answers(const struct form_field *f, size_t n, const struct answers *got, struct arena *a)
{
    json_t *o = json_object();
    for (size_t i = 0; i < n; i++) {
        if (strcmp(f[i].name, "r") == 0) {
            (void)json_object_set_new(o, "r", json_string(ranked(&got->items[13], a)));
            continue;
        }
        const char *had = json_string_value(json_object_get(o, f[i].name));
        json_t *v = strcmp(f[i].name, "x") == 0 ? json_string("OK")
                    : had != NULL ? json_sprintf("%s %s", had, f[i].value) : json_string(f[i].value);
        (void)json_object_set_new(o, f[i].name, v);
    }
    return o;
}

/* The checked answers as the evaluator sees them. */
struct seen {
    const struct answers *got;
    struct expr_env *env;
};

static struct expr_value question(const void *ctx, size_t i)
{
    const struct answer *a = &((const struct seen *)ctx)->got->items[i];
    const struct form_node *n = &nodes[i];
    if (n->calculation != NULL) {
        struct expr_value v = expr_eval(n->calculation, ((const struct seen *)ctx)->env);
        if (v.kind == EXPR_NUMBER)
            return isfinite(v.number) ? expr_number(v.number + 0.0) : expr_string("", 0);
        return v;
    }
    bool is_read = n->type == FORM_INTEGER || n->type == FORM_DECIMAL || n->type == FORM_DATE || n->type == FORM_TIME;
    if (a->state != ANSWER_GIVEN || (is_read && !a->is_good))
        return expr_string("", 0);
    switch (n->type) {
    case FORM_INTEGER: return expr_number((double)a->number);
    case FORM_DECIMAL: return expr_number(a->decimal);
    case FORM_DATE: return (struct expr_value){.kind = EXPR_DATE, .number = (double)a->number};
    case FORM_TIME: return (struct expr_value){.kind = EXPR_TIME, .number = (double)a->number};
    case FORM_RANK: {
        const char *all = ranked(a, ((const struct seen *)ctx)->env->a);
        return expr_string(all, strlen(all));
    }
    case FORM_SELECT_ONE:
        if (n->is_range)
            return expr_number(strtod(n->choices->items[a->choice].name, NULL));
        return (struct expr_value){.kind = EXPR_CHOICE, .choices = n->choices, .choice = a->choice};
    case FORM_SELECT_MULTIPLE: return (struct expr_value){.kind = EXPR_CHOICES, .choices = n->choices, .bits = a->bits};
    case FORM_ACKNOWLEDGE: return expr_string("OK", 2);
    default: return expr_string(a->text, a->text_len);
    }
}

static struct expr_value column(const void *ctx, size_t i)
{
    (void)ctx;
    return expr_string(cells[i], strlen(cells[i]));
}

static void fail(const char *what)
{
    (void)fprintf(stderr, "expr_rows: %s\n", what);
    exit(1);
}

static void print_row(const struct expr *x, struct arena *a)
{
    static const char *const kinds[] = {"string", "number", "boolean", "object", "object", "string", "string"};
    struct form_field fields[40];
    struct answers got;
    struct rc_info e;
    struct buf tree;
    size_t n = answer(fields, a);
    if (answers_check(&form, fields, n, a, &got, &e) != RC_OK)
        fail(e.msg);
    struct expr_env env = {question, column, NULL, TODAY, a, false};
    const struct seen seen = {&got, &env};
    env.ctx = &seen;
    struct expr_value v = expr_eval(x, &env), s = expr_to_string(&v, a, &env.is_out);
    buf_init(&tree, 1 << 20);
    expr_put_js(x, &tree);
    if (env.is_out || !buf_ok(&tree))
        fail("no memory");
    json_t *o = json_pack("{s:s, s:o, s:s, s:s%, s:b}", "source", expr_text(x), "answers", page_answers(fields, n, &got, a), "kind", kinds[v.kind],
                          "value", s.text, s.len, "true", expr_to_boolean(&v));
    char *line = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    if (line == NULL)
        fail("no JSON");
    line[strlen(line) - 1] = ','; /* the tree goes in as it was written, not as jansson would */
    (void)printf("%s\"tree\":%s}\n", line, tree.p);
    free(line);
    json_decref(o);
    buf_release(&tree);
}

int main(int argc, char **argv)
{
    int64_t rows, seed;
    struct rc_info e;
    if (argc != 3 || text_to_i64(argv[1], strlen(argv[1]), 1, 100000000, &rows) != RC_OK ||
        text_to_i64(argv[2], strlen(argv[2]), 1, INT64_MAX, &seed) != RC_OK || form_layout(&form, nodes, &e) != RC_OK)
        fail("usage: expr_rows N SEED");
    rnd.state = (uint64_t)seed;
    struct arena kept;
    arena_init(&kept, 1 << 20);
    for (size_t i = 0; i < N_NODES; i++) {
        const struct expr_scope of = {&form, SIZE_MAX, NULL, 0};
        if (calculations[i] != NULL && expr_parse(calculations[i], &of, &kept, &nodes[i].calculation, &e) != RC_OK)
            fail(e.msg);
    }
    form.has_calculations = true;
    const struct expr_scope scope = {&form, SELF, columns, 2};
    struct arena a;
    struct buf source;
    arena_init(&a, 16 << 20);
    buf_init(&source, EXPR_SOURCE_MAX);
    for (int64_t n = 0; n < rows;) {
        const struct expr *x = NULL;
        arena_reset(&a);
        buf_reset(&source);
        any(&source, 1 + (int)below(5));
        if (!buf_ok(&source) || expr_parse(source.p, &scope, &a, &x, &e) != RC_OK)
            continue;
        print_row(x, &a);
        n++;
    }
    buf_release(&source);
    arena_release(&a);
    arena_release(&kept);
    return 0;
}
