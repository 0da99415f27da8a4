/* An expression in one of three scopes: refused with words, or a tree that evaluates without a fault, that the
 * browser's JSON reader takes, and whose tidied source gives the same tree again. */
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "form/expr.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct form_choice items[] = {{.name = "a"}, {.name = "b"}, {.name = "3"}};
static const struct form_choices list = {"l", 3, items};
static const struct form_node nodes[] = {{.type = FORM_INTEGER, .name = "i"},
                                         {.type = FORM_SELECT_ONE, .name = "o", .choices = &list},
                                         {.type = FORM_SELECT_MULTIPLE, .name = "m", .choices = &list},
                                         {.type = FORM_TEXT, .name = "t"},
                                         {.type = FORM_NOTE, .name = "n"}};
static const struct form form = {.slug = "s", .n_nodes = 5, .nodes = nodes};
static const char *const columns[] = {"col"};
static const uint8_t bits[64] = {6};

static struct expr_value question(const void *ctx, size_t node)
{
    const char *text = ctx;
    if (node == 0)
        return expr_number((double)strlen(text) / 3);
    if (node == 1)
        return (struct expr_value){.kind = EXPR_CHOICE, .choices = &list, .choice = strlen(text) % 3};
    if (node == 2)
        return (struct expr_value){.kind = EXPR_CHOICES, .choices = &list, .bits = bits};
    return expr_string(text, strlen(text));
}

static struct expr_value column(const void *ctx, size_t at)
{
    return question(ctx, 3 + at);
}

static void put(const struct expr *x, struct buf *out)
{
    buf_init(out, 1 << 20);
    expr_put_js(x, out);
    assert(buf_ok(out));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size == 0)
        return 0;
    struct expr_scope scopes[] = {{&form, SIZE_MAX, NULL, 0}, {&form, 3, NULL, 0}, {&form, SIZE_MAX, columns, 1}};
    struct arena a;
    struct rc_info e;
    const struct expr *x = NULL, *again = NULL;
    arena_init(&a, 8 << 20);
    char *text = arena_memdup(&a, data + 1, size - 1);
    assert(text != NULL);
    enum rc rc = expr_parse(text, &scopes[data[0] % 3], &a, &x, &e);
    if (rc == RC_OK) {
        struct expr_env env = {question, column, text, 20000, &a, false};
        struct expr_value v = expr_eval(x, &env), s = expr_to_string(&v, &a, &env.is_out);
        assert(s.len == 0 || s.text[s.len - 1] != '\0');
        (void)expr_to_number(&v, &a, &env.is_out);
        assert(expr_is_true(x, &env) == expr_to_boolean(&v));
        int64_t min = 0, max = 2000;
        (void)expr_bounds(x, FORM_TEXT, &min, &max);
        struct buf one, two;
        put(x, &one);
        json_t *json = json_loadb(one.p, one.len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
        assert(json != NULL);
        json_decref(json);
        rc = expr_parse(expr_text(x), &scopes[data[0] % 3], &a, &again, &e);
        assert(rc == RC_OK);
        put(again, &two);
        assert(one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
        buf_release(&one);
        buf_release(&two);
    } else {
        assert(e.msg[0] != '\0');
    }
    arena_release(&a);
    return 0;
}
