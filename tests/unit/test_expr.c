/* expr: the language, its conversions, what an author is told, patterns, and what happens without memory.
 * What both evaluators must agree on is tried at random in tests/integration/expr.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/expr.h"
#include "form/expr_regex.h"

static const struct form_choice cities[] = {{.name = "bj"}, {.name = "sh"}, {.name = "5"}};
static const struct form_choices city = {.list_name = "city", .n = 3, .items = cities};
static const struct form_node nodes[] = {
    {.type = FORM_INTEGER, .name = "age"},       {.type = FORM_INTEGER, .name = "none"},
    {.type = FORM_SELECT_ONE, .name = "city", .choices = &city}, {.type = FORM_SELECT_MULTIPLE, .name = "many", .choices = &city},
    {.type = FORM_TEXT, .name = "word"},         {.type = FORM_ACKNOWLEDGE, .name = "agree"},
    {.type = FORM_NOTE, .name = "note"},         {.type = FORM_SELECT_ONE, .name = "left", .choices = &city},
};
static const struct form form = {.slug = "s", .n_nodes = sizeof nodes / sizeof *nodes, .nodes = nodes};
static const uint8_t bits[64] = {5}; /* bj and 5 */

static struct expr_value answer(const void *ctx, size_t node)
{
    (void)ctx;
    switch (node) {
    case 0: return expr_number(30);
    case 2: return (struct expr_value){.kind = EXPR_CHOICE, .choices = &city, .choice = 0};
    case 3: return (struct expr_value){.kind = EXPR_CHOICES, .choices = &city, .bits = bits};
    case 4: return expr_string("héllo 你好 12", 16);
    case 5: return expr_string("OK", 2);
    default: return expr_string("", 0);
    }
}

static struct expr_value cell(const void *ctx, size_t column)
{
    (void)ctx;
    return column == 0 ? expr_string("bj", 2) : expr_string("7", 1);
}

static const char *const columns[] = {"province", "weight"};
static const struct expr_scope scope = {&form, 0, columns, 2};

/* ---- values ---- */

struct value_row {
    const char *source, *want;
};
static struct value_row value_rows[] = {
    {"1 + 2 * 3", "7"}, {"(1 + 2) * 3", "9"}, {"10 - 4 - 3", "3"}, {"2 - - 2", "4"}, {"--2", "2"}, {"7 mod 3", "1"},
    {"-7 mod 3", "-1"}, {"7 div 2", "3.5"}, {"1 div 0", "Infinity"}, {"-1 div 0", "-Infinity"}, {"0 div 0", "NaN"},
    {"0.1 + 0.2", "0.30000000000000004"}, {"1 div 3", "0.3333333333333333"}, {".5 + 5.", "5.5"},
    {"9007199254740991 + 1", "9007199254740992"}, {"100000000000000000000", "100000000000000000000"},
    {"1000000000000000000000", "1e+21"}, {"0.000001", "0.000001"}, {"0.0000001", "1e-7"}, {"0.00000015", "1.5e-7"},
    {"-0", "0"}, {"1 div -0", "-Infinity"}, {"123456789.125", "123456789.125"}, {"5 div 1000000000000000000000", "5e-21"},
    {"${age}", "30"}, {"${ age } >= 18 and ${age} < 65", "true"}, {"${none}", ""}, {"${none} > 1", "false"}, {"${none} < 1", "false"},
    {"${none} != 1", "true"}, {"${none} = 1", "false"}, {"${none} = ''", "true"}, {"${age} != ''", "true"}, {"${none} + 1", "NaN"},
    {"coalesce(${none}, 0) + 1", "1"}, {"coalesce(${none}, ${left}, 'x')", "x"}, {"coalesce('', '')", ""},
    {"${city}", "bj"}, {"${city} = 'bj'", "true"}, {"${city} != 'sh'", "true"}, {"${left} = 'sh'", "false"}, {"${left} != 'sh'", "true"},
    {"${city} = ${left}", "false"}, {"${left} = ''", "true"}, {"selected(${city}, 'bj')", "true"}, {"${many}", "bj 5"},
    {"selected(${many}, 'sh')", "false"}, {"selected(${many}, '5')", "true"}, {"not(selected(${many}, 'sh'))", "true"},
    {"selected('a b  c', 'c')", "true"}, {"selected('a b', '')", "false"}, {"selected(${left}, 'bj')", "false"},
    {"count-selected(${many})", "2"}, {"count-selected(${city})", "1"}, {"count-selected(${left})", "0"}, {"count-selected(${many})-1", "1"},
    {"${agree} = 'OK'", "true"}, {"${agree}", "OK"}, {"string-length(${word})", "11"}, {"string-length('')", "0"}, {"string-length('𝄞你')", "2"},
    {"if(${age} > 18, 'old', 'young')", "old"}, {"if('', 1, 2)", "2"}, {"if('0', 1, 2)", "1"}, {"if(0, 1, 2)", "2"}, {"if(0 div 0, 1, 2)", "2"},
    {"true() = 'x' = false()", NULL}, {"true() and not(false())", "true"}, {"true() or false()", "true"}, {"false() or 0", "false"},
    {"1 < 2 = true()", "true"}, {"1 = 1 = 1", "true"}, {"'a' = 'a'", "true"}, {"'1' = '1.0'", "false"}, {"'1.0' = 1", "true"},
    {"number('  12.50 ')", "12.5"}, {"number('-3')", "-3"}, {"number('.5')", "0.5"}, {"number(${word})", "NaN"}, {"number(true())", "1"},
    {"string(1 = 2)", "false"}, {"string(12)", "12"}, {"concat('a', 1, true(), ${city})", "a1truebj"}, {"concat('')", ""},
    {"int(3.9)", "3"}, {"int(-3.9)", "-3"}, {"round(2.5)", "3"}, {"round(-2.5)", "-2"}, {"round(3.14159, 2)", "3.14"}, {"round(1234, -2)", "1200"},
    {"round(1, 99)", "1"}, {"min(3, 1, 2)", "1"}, {"max(3, '10', 2)", "10"}, {"sum(1, 2, 3)", "6"}, {"max(1, ${none})", "NaN"}, {"min(${none}, 1)", "NaN"},
    {"once(5)", "5"}, {"today()", "2026-11-23"}, {"today() + 1", "20781"}, {"date(today() + 1)", "2026-11-24"}, {"date('2024-02-29') + 1", "19783"},
    {"date('2026-11-24') > today()", "true"}, {"today() >= '2026-11-23'", "true"}, {"'2026-11-22' = today()", "false"}, {"today() = '2026-11-23'", "true"},
    {"today() - date('2026-11-01')", "22"}, {"date(1.9)", "1970-01-02"}, {"date(-0.5)", "1969-12-31"}, {"date(99999999)", ""}, {"date(${word})", ""},
    {"date(${none}) = ''", "false"}, {"regex(${city}, '[a-z]{2}')", "true"}, {"regex('13800138000', '1[3-9]\\d{9}')", "true"},
    {"regex('x13800138000', '1[3-9]\\d{9}')", "false"}, {"province = ${city}", "true"}, {"weight > 6", "true"}, {". + 1", "31"}, {".", "30"},
    {"if(1, ${age}, 'x') = 30", "true"}, {"${age} = '30'", "true"}, {"1 or 1 and 0", "true"}, {"not(1 or 1) and 0", "false"}, {"5 mod 2.5", "0"},
    {"'it''s'", NULL}, {"\"it's\"", "it's"}, {"6 div 2 mod 2", "1"}, {"2 * 3 * 4", "24"}, {"1 + 2 - 3 + 4", "4"}, {"${age}-1", "29"}, {"orders", NULL},
};

static void value_is_as_said(void **state)
{
    const struct value_row *row = *state;
    struct arena a;
    struct rc_info e = {.rc = RC_OK};
    const struct expr *x = NULL;
    arena_init(&a, 1 << 20);
    enum rc rc = expr_parse(row->source, &scope, &a, &x, &e);
    if (row->want == NULL) {
        assert_int_equal(rc, RC_INPUT);
    } else {
        if (rc != RC_OK)
            print_error("%s: %s\n", row->source, e.msg);
        assert_int_equal(rc, RC_OK);
        struct expr_env env = {answer, cell, NULL, 20780, &a, false};
        struct expr_value v = expr_eval(x, &env), s = expr_to_string(&v, &a, &env.is_out);
        assert_false(env.is_out);
        if (s.len != strlen(row->want) || memcmp(s.text, row->want, s.len) != 0)
            print_error("%s: got \"%.*s\"\n", row->source, (int)s.len, s.text);
        assert_int_equal(s.len, strlen(row->want));
        assert_memory_equal(s.text, row->want, s.len);
    }
    arena_release(&a);
}

/* ---- what an author is told ---- */

static struct value_row mistakes[] = {
    {"", "at character 1: the expression ends where a value is expected"},
    {"${nobody} = 1", "at character 1: there is no question \"nobody\""},
    {"1 + ${note}", "at character 5: \"note\" has no answer"},
    {"${age", "${ has no }"},
    {"${city} = 'gz'", "at character 11: \"city\" has no choice \"gz\""},
    {"'gz' != ${city}", "at character 1: \"city\" has no choice"},
    {"selected(${many}, 'gz')", "at character 19: \"many\" has no choice \"gz\""},
    {"${many} = 'bj'", "\"many\" takes several answers: write selected(${many}, 'choice')"},
    {"${many} > 1", "takes several answers"},
    {"${many} + 1", "count-selected() counts them"},
    {"selected(${word}, 'a')", "\"word\" has no choices to compare with"},
    {"count-selected(${age})", "\"age\" has no choices"},
    {"${age} = 'old'", "at character 10: 'old' is no number"},
    {"${word} > 'b'", "'b' is no number"},
    {"'a' + 1", "'a' is no number"},
    {"today() > '1.1.2020'", "'1.1.2020' is no date like '2026-01-31'"},
    {"date('2023-02-29')", "no date"},
    {"${agree} = 'yes'", "\"agree\" is 'OK' when it is ticked"},
    {"${age} > 18 = 'true'", "compare with true() or false()"},
    {"jr:choice-name(1, 2)", "there is no function \"jr:choice-name\""},
    {"pulldata('a', 'b')", "there is no function \"pulldata\""},
    {"not(1, 2)", "not() takes 1 arguments, not 2"},
    {"if(1, 2)", "if() takes 3 arguments, not 2"},
    {"today(1)", "today() takes 0 arguments"},
    {"sum()", "sum() takes at least 1"},
    {"if(1, 2,", "ends where a value is expected"},
    {"sum(1 2)", "an operator, a , or a ) is expected"},
    {"sum(1,)", "a value is expected, not \")\""},
    {"sum(1", "sum( has no )"},
    {"(1 + 2", "this ( has no )"},
    {"(1 2)", "an operator or a ) is expected"},
    {"1 +", "the expression ends where a value is expected"},
    {"1 2", "at character 3: an operator (and, or, =, +, ...) is expected here"},
    {"1 == 2", "a value is expected, not \"=\""},
    {"'abc", "this text has no end: a second ' is missing"},
    {"你 = 1", "a value is expected, not \"你\""},
    {"${city} = ‘bj’", "at character 11: write ' instead of ‘"},
    {"（1 = 1）", "write ( instead of （"},
    {"1 ≥ 0", "write >= instead of ≥"},
    {"yes = 1", "the sheet choices has no column \"yes\""},
    {"/data/age > 1", "paths are not known: write ${name}"},
    {"../age > 1", "paths are not known"},
    {"regex('a', ${word})", "the pattern of regex() is a text in quotes"},
    {"regex('a', '(a')", "at character 12: the pattern of regex(): a ( has no )"},
    {"12345678901234567890123456789012345678901", "at most 40 digits"},
    {"----------------------------------------------1", "more than 40 levels"},
    {"((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))", "more than 40 levels"},
    {"1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "more than 40 levels"},
    {"\x01", "is not text"},
    {"\xff", "is not text"},
};

static void mistake_is_named(void **state)
{
    const struct value_row *row = *state;
    struct arena a;
    struct rc_info e = {.rc = RC_OK};
    const struct expr *x = NULL;
    arena_init(&a, 1 << 20);
    enum rc rc = expr_parse(row->source, &scope, &a, &x, &e);
    if (strstr(e.msg, row->want) == NULL)
        print_error("%s: %s\n", row->source, e.msg);
    assert_true(rc == RC_INPUT || rc == RC_TOOBIG);
    assert_non_null(strstr(e.msg, row->want));
    assert_null(x);
    arena_release(&a);
}

/* A . or a bare name only where there is one. */
static void scope_is_kept(void **state)
{
    (void)state;
    static const struct expr_scope bare = {&form, SIZE_MAX, NULL, 0};
    struct arena a;
    struct rc_info e;
    const struct expr *x;
    arena_init(&a, 1 << 20);
    assert_int_equal(expr_parse(". > 1", &bare, &a, &x, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, "a . is only known in a constraint"));
    assert_int_equal(expr_parse("${city} = bj", &bare, &a, &x, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, "\"bj\" stands alone: write ${bj} for a question, 'bj' for a text"));
    arena_release(&a);
}

/* ---- patterns ---- */

struct pattern_row {
    const char *pattern, *text;
    int want; /* 1 matches, 0 not, -1 refused */
};
static struct pattern_row pattern_rows[] = {
    {"", "", 1}, {"", "a", 0}, {"abc", "abc", 1}, {"abc", "xabc", 0}, {"^abc$", "abc", 1}, {"a|bc|d", "bc", 1}, {"a|bc|d", "d", 1},
    {"a|bc|d", "ad", 0}, {"a*", "", 1}, {"a*", "aaaa", 1}, {"a+", "", 0}, {"a+", "aaa", 1}, {"a?b", "b", 1}, {"a?b", "aab", 0},
    {"a{3}", "aaa", 1}, {"a{3}", "aa", 0}, {"a{3}", "aaaa", 0}, {"a{2,}", "a", 0}, {"a{2,}", "aaaaa", 1}, {"a{0,2}", "", 1},
    {"a{0,2}", "aa", 1}, {"a{0,2}", "aaa", 0}, {"a{1,3}", "aaa", 1}, {"a{1,3}", "aaaa", 0}, {"a{0}b", "b", 1}, {"a{0}b", "ab", 0},
    {"(ab){2}c", "ababc", 1}, {"(?:ab|c)+", "abcab", -1}, {"(?:ab|c){3}", "abcab", 1}, {"(ab)+", "ababab", 1}, {"(\\d{3}-)*x", "123-456-x", 1}, {"(a*)*", "aaa", -1}, {"(a|b*)*c", "abbac", -1}, {"()", "", 1}, {"(|a)b", "b", 1},
    {"[a-c]+", "abcabc", 1}, {"[a-c]+", "abd", 0}, {"[^a-c]", "d", 1}, {"[^a-c]", "b", 0}, {"[-a]", "-", 1}, {"[a-]", "-", 1}, {"[a\\-c]", "-", 1},
    {"[\\d-]+", "1-2", 1}, {"\\d{4}-\\d{2}", "2026-11", 1}, {"\\w+", "a_9", 1}, {"\\w", "é", 0}, {"\\s", "\xe3\x80\x80", 1}, {"\\S", " ", 0},
    {"\\D", "5", 0}, {"[\\D]", "x", 1}, {".", "你", 1}, {".", "\n", 0}, {"[一-龥]{2}", "你好", 1}, {"[\\u4e00-\\u9fa5]{2}", "你好", 1}, {"\\.", ".", 1},
    {"\\.", "x", 0}, {"a$b", "ab", 0}, {"(^a)", "a", 1}, {"b(^a)", "ba", 0}, {"(a?){50}b", "aaaab", -1}, {"[a-z0-9]+@[a-z.]+", "x1@example.org", 1},
    {"(a+)+b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", -1},
    {"*a", "", -1}, {"a**", "", -1}, {"a*?", "", -1}, {"a++", "", -1}, {"(a", "", -1}, {"a)", "", -1}, {"[a", "", -1}, {"[]", "", -1}, {"[z-a]", "", -1},
    {"[\\d-z]", "", -1}, {"[a-\\d]", "", -1}, {"a{", "", -1}, {"a{2", "", -1}, {"a{,2}", "", -1}, {"a{3,2}", "", -1}, {"a{101}", "", -1}, {"(a{100}){100}", "", -1},
    {"^*", "", -1}, {"(?=a)", "", -1}, {"(?<n>a)", "", -1}, {"(?", "", -1}, {"\\1", "", -1}, {"\\b", "", -1}, {"\\p{L}", "", -1}, {"\\", "", -1}, {"\\-", "", -1},
    {"}", "", -1}, {"]", "", -1}, {"\\ud83d\\ude00", "", -1}, {"\\u12", "", -1}, {"\\q", "", -1}, {"[\\b]", "", -1}, {"{2}", "", -1}, {"|*", "", -1},
};

static void pattern_matches(void **state)
{
    const struct pattern_row *row = *state;
    struct arena a;
    struct rc_info e = {.rc = RC_OK};
    const struct expr_regex *r = NULL;
    arena_init(&a, 1 << 20);
    enum rc rc = expr_regex_make(row->pattern, strlen(row->pattern), &a, &r, &e);
    if ((rc == RC_OK) != (row->want >= 0))
        print_error("%s: %s\n", row->pattern, e.msg);
    assert_int_equal(rc == RC_OK, row->want >= 0);
    if (rc == RC_OK)
        assert_int_equal(expr_regex_matches(r, row->text, strlen(row->text)), row->want);
    else
        assert_non_null(strstr(e.msg, "pattern of regex()"));
    arena_release(&a);
}

/* ---- the rest of the header ---- */

static const struct expr *parsed(const char *text, struct arena *a)
{
    struct rc_info e;
    const struct expr *x = NULL;
    assert_int_equal(expr_parse(text, &scope, a, &x, &e), RC_OK);
    return x;
}

static void source_is_tidied(void **state)
{
    struct arena *a = *state;
    assert_string_equal(expr_text(parsed("  ${age}\n  >  1 and \t'a  b' = \"'  '\"  ", a)), "${age} > 1 and 'a  b' = \"'  '\"");
    assert_string_equal(expr_text(parsed("1", a)), "1");
}

static void tree_is_told_to_the_browser(void **state)
{
    struct buf out;
    buf_init(&out, 1000);
    expr_put_js(parsed("if(${age} > 1 and . < 5 and true(), concat(${word}, '</a\"\\'), province) = date(1.50)", *state), &out);
    assert_true(buf_ok(&out));
    assert_string_equal(out.p, "[\"=\",[\"if\",[\"and\",[\">\",[\"n\",\"age\"],1],[\"<\",[\"n\"],5],true],[\"concat\",[\"$\",\"word\"],"
                               "\"\\u003c/a\\\"\\\\\"],[\"@\",0]],[\"date\",1.5]]");
    buf_release(&out);
}

static void bounds_are_found(void **state)
{
    struct arena *a = *state;
    int64_t min = -100, max = 100;
    assert_true(expr_bounds(parsed(". >= 0 and . <= 12", a), FORM_INTEGER, &min, &max));
    assert_true(min == 0 && max == 12);
    assert_true(expr_bounds(parsed(". > 0 and 9 > .", a), FORM_INTEGER, &min, &max));
    assert_true(min == 1 && max == 8);
    assert_false(expr_bounds(parsed(". >= 2 and . mod 2 = 0", a), FORM_INTEGER, &min, &max));
    assert_true(min == 2 && max == 8);
    assert_false(expr_bounds(parsed(". >= 3 or . <= 1", a), FORM_INTEGER, &min, &max));
    assert_false(expr_bounds(parsed(". >= 2.5", a), FORM_INTEGER, &min, &max));
    assert_false(expr_bounds(parsed("${age} >= 5", a), FORM_INTEGER, &min, &max));
    assert_true(min == 2 && max == 8);
    min = -100;
    assert_true(expr_bounds(parsed(". >= -5", a), FORM_INTEGER, &min, &max));
    assert_int_equal(min, -5);
    min = 0;
    max = 2000;
    assert_false(expr_bounds(parsed("string-length(.) <= 500 and string-length(.) >= 5", a), FORM_TEXT, &min, &max));
    assert_true(min == 0 && max == 500);
    assert_true(expr_bounds(parsed("string-length(.) < 100", a), FORM_TEXT, &min, &max));
    assert_int_equal(max, 99);
    assert_false(expr_bounds(parsed(". < 50", a), FORM_TEXT, &min, &max));
    assert_int_equal(max, 99);
}

static void simple_comparisons_are_known(void **state)
{
    struct arena *a = *state;
    struct form_relevant r;
    assert_true(expr_as_relevant(parsed("${city} = 'sh'", a), &r));
    assert_true(r.op == FORM_EQUAL && r.node == 2 && r.choice == 1 && r.expr == NULL);
    assert_true(expr_as_relevant(parsed("${city} != 'sh'", a), &r) && r.op == FORM_NOT_EQUAL);
    assert_true(expr_as_relevant(parsed("selected(${many}, '5')", a), &r) && r.op == FORM_SELECTED && r.choice == 2);
    assert_true(expr_as_relevant(parsed("not(selected(${many}, '5'))", a), &r) && r.op == FORM_NOT_SELECTED);
    assert_false(expr_as_relevant(parsed("not(${city} = 'sh')", a), &r));
    assert_false(expr_as_relevant(parsed("${city} = ''", a), &r));
    assert_false(expr_as_relevant(parsed("${word} = 'x'", a), &r));
    assert_false(expr_as_relevant(parsed("${city} = 'sh' or ${city} = 'bj'", a), &r));
    assert_false(expr_as_relevant(parsed("1", a), &r));
}

static void what_it_looks_at_is_known(void **state)
{
    struct arena *a = *state;
    bool looks[8] = {false};
    const struct expr *x = parsed("${age} > 1 and (. = 2 or ${city} = 'bj')", a);
    expr_mark_questions(x, looks);
    assert_true(looks[0] && looks[2] && !looks[1] && !looks[3]);
    assert_false(expr_uses_today(x) || expr_is_constant(x));
    assert_true(expr_uses_today(parsed("today() > 1", a)));
    assert_false(expr_is_constant(parsed("today() > 1", a)));
    assert_true(expr_is_constant(parsed("1 > 2", a)));
    assert_int_equal(expr_kind_of(x), EXPR_BOOLEAN);
    assert_int_equal(expr_kind_of(parsed("if(1, 2, 'a')", a)), EXPR_ANY);
    assert_int_equal(expr_kind_of(parsed("coalesce(${none}, 2)", a)), EXPR_NUMBER);
    assert_int_equal(expr_kind_of(parsed("date(5)", a)), EXPR_DATE);
}

/* Every day there is, there and back. */
static void days_are_days(void **state)
{
    (void)state;
    int64_t back = 0, n = 0;
    char text[16], last[16] = "";
    for (int64_t d = -719162; d <= 2932896; d += 1 + (d < -1000 || d > 30000 ? 6 : 0), n++) {
        assert_true(d == -719162 || strcmp(last, text) <= 0);
        struct expr_value v = {.kind = EXPR_DATE, .number = (double)d}, s;
        bool is_out = false;
        struct arena *a = *state;
        s = expr_to_string(&v, a, &is_out);
        assert_true(!is_out && s.len == 10);
        memcpy(last, text, sizeof last);
        memcpy(text, s.text, 10);
        text[10] = '\0';
        assert_true(expr_read_date(text, 10, &back) && back == d);
        if (n % 1000 == 0)
            arena_reset(a);
    }
    assert_true(expr_read_date("2000-02-29", 10, &back));
    assert_false(expr_read_date("1900-02-29", 10, &back));
    assert_false(expr_read_date("0000-01-01", 10, &back));
    assert_false(expr_read_date("2026-13-01", 10, &back));
    assert_false(expr_read_date("2026-1-01 ", 10, &back));
    assert_true(expr_read_time("23:59", 5, &back) && back == 1439);
    assert_false(expr_read_time("24:00", 5, &back));
    assert_false(expr_read_time("9:30", 4, &back));
}

/* The n-th allocation fails, for every n: no crash, and never a wrong value without a word. */
static void memory_runs_out(void **state)
{
    (void)state;
    const char *source = "concat(${age}, ${many}, '!') = '30bj 5!' and regex(${word}, 'h.*')";
    bool is_done = false;
    for (long n = 1; !is_done; n++) {
        struct arena a;
        struct rc_info e;
        const struct expr *x;
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        enum rc rc = expr_parse(source, &scope, &a, &x, &e);
        if (rc == RC_OK) {
            struct expr_env env = {answer, cell, NULL, 0, &a, false};
            bool v = expr_is_true(x, &env);
            is_done = !env.is_out && a.fail_after > 0;
            assert_true(v || env.is_out);
        } else {
            assert_int_equal(rc, RC_NOMEM);
        }
        arena_release(&a);
        assert_true(n < 100);
    }
}

static int set_up(void **state)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a == NULL)
        return -1;
    arena_init(a, 16 << 20);
    *state = a;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(*state);
    free(*state);
    return 0;
}

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define WITH_ARENA(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    static struct CMUnitTest tests[COUNT(value_rows) + COUNT(mistakes) + COUNT(pattern_rows)];
    size_t n = 0;
    for (size_t i = 0; i < COUNT(value_rows); i++)
        tests[n++] = (struct CMUnitTest){value_rows[i].source, value_is_as_said, NULL, NULL, &value_rows[i]};
    for (size_t i = 0; i < COUNT(mistakes); i++)
        tests[n++] = (struct CMUnitTest){mistakes[i].source, mistake_is_named, NULL, NULL, &mistakes[i]};
    for (size_t i = 0; i < COUNT(pattern_rows); i++)
        tests[n++] = (struct CMUnitTest){pattern_rows[i].pattern, pattern_matches, NULL, NULL, &pattern_rows[i]};
    const struct CMUnitTest more[] = {
        cmocka_unit_test(scope_is_kept),       WITH_ARENA(source_is_tidied),
        WITH_ARENA(tree_is_told_to_the_browser), WITH_ARENA(bounds_are_found),
        WITH_ARENA(simple_comparisons_are_known), WITH_ARENA(what_it_looks_at_is_known),
        WITH_ARENA(days_are_days),             cmocka_unit_test(memory_runs_out),
    };
    int failed = cmocka_run_group_tests_name("expressions", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("expr", more, NULL, NULL);
}
