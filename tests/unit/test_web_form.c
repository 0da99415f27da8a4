/* The form body: what is decoded and what is refused (checklist 25, 26). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "web/request.h"

static struct arena arena;
static struct buf scratch;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    buf_init(&scratch, 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    buf_release(&scratch);
    return 0;
}

struct row {
    const char *body;
    enum rc want;
    const char *fields; /* "name=value;" of each decoded field; or a part of the message */
};

static void parse(void **state)
{
    const struct row *r = *state;
    const struct web_field *f = NULL;
    size_t n = 0;
    struct rc_info e = {0};
    assert_int_equal(web_form_parse(r->body, strlen(r->body), &arena, &f, &n, &e), r->want);
    if (r->want != RC_OK) {
        assert_non_null(strstr(e.msg, r->fields));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(f[i].name_len, strlen(f[i].name));
        assert_int_equal(f[i].value_len, strlen(f[i].value));
        buf_printf(&scratch, "%s=%s;", f[i].name, f[i].value);
    }
    assert_string_equal(scratch.p == NULL ? "" : scratch.p, r->fields);
}

static void zero_byte_raw(void **state)
{
    (void)state;
    const struct web_field *f;
    size_t n;
    struct rc_info e = {0};
    assert_int_equal(web_form_parse("a=b\0c", 5, &arena, &f, &n, &e), RC_INPUT);
}

static void limits(void **state)
{
    (void)state;
    const struct web_field *f;
    size_t n;
    struct rc_info e = {0};
    for (int i = 0; i < WEB_FIELDS_MAX; i++)
        buf_printf(&scratch, "%sk%d=v", i == 0 ? "" : "&", i);
    assert_int_equal(web_form_parse(scratch.p, scratch.len, &arena, &f, &n, &e), RC_OK);
    assert_int_equal(n, WEB_FIELDS_MAX);
    buf_puts(&scratch, "&one=more");
    assert_int_equal(web_form_parse(scratch.p, scratch.len, &arena, &f, &n, &e), RC_TOOBIG);
    buf_reset(&scratch);
    buf_puts(&scratch, "k=");
    while (scratch.len < WEB_BODY_MAX)
        buf_putc(&scratch, 'x');
    assert_int_equal(web_form_parse(scratch.p, scratch.len, &arena, &f, &n, &e), RC_OK);
    assert_int_equal(f[0].value_len, WEB_BODY_MAX - 2);
    buf_putc(&scratch, 'x');
    assert_int_equal(web_form_parse(scratch.p, scratch.len, &arena, &f, &n, &e), RC_TOOBIG);
}

static void name_length(void **state)
{
    (void)state;
    const struct web_field *f;
    size_t n;
    struct rc_info e = {0};
    char body[WEB_KEY_MAX + 4];
    memset(body, 'k', sizeof body);
    body[WEB_KEY_MAX] = '=';
    assert_int_equal(web_form_parse(body, WEB_KEY_MAX + 2, &arena, &f, &n, &e), RC_OK);
    body[WEB_KEY_MAX] = 'k';
    body[WEB_KEY_MAX + 1] = '=';
    assert_int_equal(web_form_parse(body, WEB_KEY_MAX + 2, &arena, &f, &n, &e), RC_INPUT);
    buf_reset(&scratch); /* the limit counts decoded bytes */
    for (int i = 0; i < WEB_KEY_MAX; i++)
        buf_puts(&scratch, "%41");
    assert_int_equal(web_form_parse(scratch.p, scratch.len, &arena, &f, &n, &e), RC_OK);
    assert_int_equal(f[0].name_len, WEB_KEY_MAX);
}

/* Every allocation fails once: never anything but RC_NOMEM, and the output stays untouched. */
static void memory_runs_out(void **state)
{
    (void)state;
    static const char body[] = "a=1&b=2";
    const struct web_field *f = NULL;
    size_t n = 77;
    long i = 1;
    for (;; i++) {
        arena_reset(&arena);
        arena.fail_after = i;
        enum rc rc = web_form_parse(body, sizeof body - 1, &arena, &f, &n, NULL);
        arena.fail_after = 0;
        if (rc == RC_OK)
            break;
        assert_int_equal(rc, RC_NOMEM);
        assert_int_equal(n, 77);
    }
    assert_int_equal(i, 6); /* the table, two names, two values */
}

static void single(void **state)
{
    (void)state;
    const struct web_field *f = NULL;
    size_t n = 0;
    struct rc_info e = {0};
    const char *v = "before";
    assert_int_equal(web_form_parse("a=1&b=2&a=3", 11, &arena, &f, &n, &e), RC_OK);
    assert_int_equal(web_single(f, n, "b", &v, &e), RC_OK);
    assert_string_equal(v, "2");
    assert_int_equal(web_single(f, n, "c", &v, &e), RC_OK);
    assert_null(v);
    assert_int_equal(web_single(f, n, "a", &v, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, "twice"));
}

static void query_is_lenient(void **state)
{
    (void)state;
    static const char q[] = "from=singlemessage&isappinstalled=0&bad=%zz&lang=en&&%00=1&x=%ff";
    const struct web_field *f = NULL;
    size_t n = 0;
    assert_int_equal(web_query_parse(q, sizeof q - 1, &arena, &f, &n), RC_OK);
    assert_int_equal(n, 3);
    assert_string_equal(f[2].name, "lang");
    assert_string_equal(f[2].value, "en");
}

#define ROW(n, b, rc, w) {n, parse, setup, teardown, &((struct row){b, rc, w})}
#define TEST(f) {#f, f, setup, teardown, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW("empty body has no fields", "", RC_OK, ""),
        ROW("one field", "a=b", RC_OK, "a=b;"),
        ROW("empty value", "a=", RC_OK, "a=;"),
        ROW("no equals sign", "a", RC_OK, "a=;"),
        ROW("equals sign in the value", "a=b=c", RC_OK, "a=b=c;"),
        ROW("repeated key is kept for multiple choice", "a=1&a=2", RC_OK, "a=1;a=2;"),
        ROW("plus is a space", "a=b+c", RC_OK, "a=b c;"),
        ROW("encoded plus", "a=b%2Bc", RC_OK, "a=b+c;"),
        ROW("decoded once only", "a=%2541", RC_OK, "a=%41;"),
        ROW("lower case hex", "a=%e4%b8%ad", RC_OK, "a=\xe4\xb8\xad;"),
        ROW("raw UTF-8", "a=\xe4\xb8\xad", RC_OK, "a=\xe4\xb8\xad;"),
        ROW("encoded ampersand", "a=%26b%3d", RC_OK, "a=&b=;"),
        ROW("line ends stay", "a=x%0d%0ay%09", RC_OK, "a=x\r\ny\t;"),
        ROW("bad hex digit", "a=%4g", RC_INPUT, "hex"),
        ROW("percent at the end", "a=%", RC_INPUT, "hex"),
        ROW("half a percent escape", "a=%4", RC_INPUT, "hex"),
        ROW("escape reaching over the ampersand", "a=%4&b=1", RC_INPUT, "hex"),
        ROW("bad escape in the name", "%4x=1", RC_INPUT, "hex"),
        ROW("encoded NUL in the value", "a=%00", RC_INPUT, "zero"),
        ROW("encoded NUL in the name", "a%00b=1", RC_INPUT, "zero"),
        ROW("empty name", "=1", RC_INPUT, "no name"),
        ROW("empty pair", "a=1&&b=2", RC_INPUT, "no name"),
        ROW("ampersand at the end", "a=1&", RC_INPUT, "no name"),
        ROW("lone continuation byte", "a=%80", RC_INPUT, "UTF-8"),
        ROW("overlong form", "a=%c0%af", RC_INPUT, "UTF-8"),
        ROW("surrogate", "a=%ed%a0%80", RC_INPUT, "UTF-8"),
        ROW("above U+10FFFF", "a=%f4%90%80%80", RC_INPUT, "UTF-8"),
        ROW("cut sequence", "a=%e4%b8", RC_INPUT, "UTF-8"),
        ROW("bad UTF-8 in the name", "%ff=1", RC_INPUT, "UTF-8"),
        ROW("escape character", "a=%1b", RC_INPUT, "control"),
        ROW("C1 control", "a=%c2%85", RC_INPUT, "control"),
        ROW("line end in the name", "a%0ab=1", RC_INPUT, "control"),
        TEST(zero_byte_raw), TEST(limits), TEST(name_length), TEST(memory_runs_out),
        TEST(single), TEST(query_is_lenient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
