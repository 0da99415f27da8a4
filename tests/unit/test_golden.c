/* golden: every value of the reference cases that R computed (tests/golden/cases/README.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../golden/cases.h"

struct row {
    const char *name, *answers;
    const char *elsewhere; /* a block whose values another test checks */
};

static bool agrees(json_t *value, bool is_defined, double got)
{
    json_t *want = json_object_get(value, "value");
    double tolerance = json_number_value(json_object_get(value, "tol"));
    if (json_is_null(want) || !is_defined)
        return json_is_null(want) && !is_defined;
    double number = json_number_value(want);
    return json_is_number(want) && fabs(got - number) <= tolerance * fmax(1, fabs(number));
}

static void complain(const struct row *row, json_t *value, bool is_known, bool is_defined, double got)
{
    char *want = json_dumps(json_object_get(value, "value"), JSON_ENCODE_ANY);
    print_message("%s: %s: %s%.17g instead of %s\n", row->name,
                  json_string_value(json_object_get(value, "key")),
                  is_known ? is_defined ? "" : "not defined " : "not computed ", got, want ? want : "?");
    free(want);
}

/* Values come block after block, so one block is kept. */
static void every_value_agrees(void **state)
{
    const struct row *row = *state;
    struct arena a;
    struct golden_case c;
    struct block b = {0};
    size_t agreed = 0, others = 0, i;
    json_t *value;
    arena_init(&a, (size_t)2 << 30);
    golden_load("tests/golden/cases", row->name, row->answers, &a, &c);
    json_t *values = json_object_get(c.expected, "values");
    json_array_foreach(values, i, value)
    {
        const char *key = json_string_value(json_object_get(value, "key"));
        size_t len = strcspn(key, "/");
        double got = 0;
        bool is_known = true;
        if (row->elsewhere && strlen(row->elsewhere) == len && memcmp(key, row->elsewhere, len) == 0) {
            others++;
            continue;
        }
        if (!b.id || strlen(b.id) != len || memcmp(b.id, key, len) != 0)
            b = golden_block(&c, arena_memdup(&a, key, len), NULL);
        bool is_defined = golden_value(&b, key + len + 1, &got, &is_known);
        if (is_known && agrees(value, is_defined, got))
            agreed++;
        else
            complain(row, value, is_known, is_defined, got);
    }
    size_t all = json_array_size(values) - others;
    print_message("%s: %zu of %zu values agree\n", row->name, agreed, all);
    if (others > 0)
        print_message("%s: %zu values of the block %s are those of test_census\n", row->name, others,
                      row->elsewhere);
    json_decref(c.expected);
    arena_release(&a);
    assert_true(all > 0);
    assert_int_equal(agreed, all);
}

#define CASE(n, answers, elsewhere) \
    {n, every_value_agrees, NULL, NULL, &(struct row){n, answers, elsewhere}}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("api-srs-unweighted", NULL, NULL),
        CASE("api-strat-fpc", NULL, NULL),
        CASE("api-rake-trim", NULL, NULL),
        CASE("beps-likert", NULL, NULL),
        CASE("students-missing", NULL, NULL),
        CASE("gss-two-waves", NULL, NULL),
        CASE("whitepaper-2014", "sql/seed/gov-wechat-2014/responses.csv", "accounts"),
    };
    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
