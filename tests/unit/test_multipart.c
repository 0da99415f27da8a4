/* Forms with a file: what is taken, and everything that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "web/multipart.h"

#define FIELD(name, value) "--X\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_(name, file, value) \
    "--X\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\nContent-Type: application/zip\r\n\r\n" value "\r\n"

static struct arena arena;
static struct rc_info e;
static const struct web_field *fields;
static size_t n;
static struct web_file file;
static char *body_copy;

static enum rc parse(const char *p, size_t len)
{
    arena_release(&arena);
    arena_init(&arena, 1 << 20);
    fields = NULL;
    n = 0;
    file = (struct web_file){0};
    free(body_copy); /* no byte behind it: AddressSanitizer sees a step too far */
    body_copy = malloc(len > 0 ? len : 1);
    assert_non_null(body_copy);
    memcpy(body_copy, p, len);
    return multipart_parse(body_copy, len, "X", &arena, &fields, &n, &file, &e);
}

static void a_form_with_a_file(void **state)
{
    static const char body[] = FIELD("_token", "abc") FILE_("file", "\xe9\x97\xae\xe5\x8d\xb7.xlsx", "PK\0\r\n--Y\x03") FIELD("note", "") "--X--\r\n";
    (void)state;
    assert_int_equal(parse(body, sizeof body - 1), RC_OK);
    assert_int_equal(n, 2);
    assert_string_equal(fields[0].name, "_token");
    assert_string_equal(fields[0].value, "abc");
    assert_string_equal(fields[1].name, "note");
    assert_int_equal(fields[1].value_len, 0);
    assert_string_equal(file.name, "\xe9\x97\xae\xe5\x8d\xb7.xlsx");
    assert_int_equal(file.len, 9);
    assert_memory_equal(file.p, "PK\0\r\n--Y\x03", 9);
}

static void no_file_was_chosen(void **state)
{
    static const char body[] = FILE_("file", "", "") FIELD("a", "b") "--X--";
    (void)state;
    assert_int_equal(parse(body, sizeof body - 1), RC_OK);
    assert_null(file.p);
    assert_int_equal(n, 1);
}

static void what_is_refused(void **state)
{
    static const struct {
        const char *what, *body;
        size_t len;
    } bad[] = {
#define BAD(what, body) {what, body, sizeof(body) - 1}
        BAD("nothing", ""), BAD("no boundary", "a=b"), BAD("another boundary", "--Y--"), BAD("an open end", FIELD("a", "b")),
        BAD("a boundary that goes on", "--Xx\r\n\r\n\r\n--X--"), BAD("a preamble", "hello\r\n" FIELD("a", "b") "--X--"),
        BAD("an epilogue", FIELD("a", "b") "--X--more"), BAD("a part without a head", "--X\r\n\r\nb\r\n--X--"),
        BAD("a head that does not end", "--X\r\nContent-Disposition: form-data; name=\"a\""),
        BAD("no name", "--X\r\nContent-Disposition: form-data\r\n\r\nb\r\n--X--"),
        BAD("an empty name", FIELD("", "b") "--X--"), BAD("two names", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nb\r\n--X--"),
        BAD("a name without its end", "--X\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--X--"),
        BAD("a third parameter", "--X\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"; size=\"3\"\r\n\r\nb\r\n--X--"),
        BAD("another disposition", "--X\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n--X--"),
        BAD("another head", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\nX-Evil: 1\r\n\r\nb\r\n--X--"),
        BAD("a part in a part", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=Z\r\n\r\nb\r\n--X--"),
        BAD("an encoding", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYg==\r\n--X--"),
        BAD("NUL in a value", FIELD("a", "b\0c") "--X--"), BAD("a control character", FIELD("a", "b\033") "--X--"),
        BAD("invalid UTF-8", FIELD("a", "\xff") "--X--"), BAD("invalid UTF-8 in a name", FIELD("\xc3", "b") "--X--"),
        BAD("NUL in a name", FIELD("a\0b", "b") "--X--"), BAD("NUL in a file's name", FILE_("a", "b\0c", "d") "--X--"),
        BAD("two files", FILE_("a", "b", "c") FILE_("d", "e", "f") "--X--"),
        BAD("a name of 65 bytes", FIELD("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "b") "--X--"),
        BAD("line ends of another kind", "--X\nContent-Disposition: form-data; name=\"a\"\n\nb\n--X--\n"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse(bad[i].body, bad[i].len) != RC_INPUT)
            fail_msg("%s was taken", bad[i].what);
}

static void cut_anywhere(void **state)
{
    static const char body[] = FIELD("_token", "abc") FILE_("file", "q.xlsx", "PK") "--X--";
    (void)state;
    for (size_t len = 0; len < sizeof body - 1; len++)
        assert_int_equal(parse(body, len), RC_INPUT);
}

static void too_much(void **state)
{
    static char body[400 * 1024];
    size_t len = 0;
    (void)state;
    for (size_t i = 0; i <= WEB_FIELDS_MAX; i++, len += sizeof FIELD("a", "b") - 1)
        memcpy(body + len, FIELD("a", "b"), sizeof FIELD("a", "b") - 1);
    memcpy(body + len, "--X--", 5);
    assert_int_equal(parse(body, len + 5), RC_TOOBIG);
    static const char head[] = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
    memcpy(body, head, sizeof head - 1);
    memset(body + sizeof head - 1, 'b', MULTIPART_VALUE_MAX + 1);
    memcpy(body + sizeof head + MULTIPART_VALUE_MAX, "\r\n--X--", 7);
    assert_int_equal(parse(body, sizeof head + MULTIPART_VALUE_MAX + 7), RC_TOOBIG);
}

static void boundaries(void **state)
{
    static const char *const good[][2] = {{"multipart/form-data; boundary=----WebKitFormBoundaryAbC123", "----WebKitFormBoundaryAbC123"},
                                          {"Multipart/Form-Data; Boundary=\"a b:c\"", "a b:c"}, {"multipart/form-data;boundary=x; charset=utf-8", "x"}};
    static const char *const bad[] = {"multipart/mixed; boundary=x", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"x",
                                      "multipart/form-data; boundary=\"x \"",
                                      "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                      "multipart/form-data; charset=utf-8; boundary=x", "text/plain; boundary=x", "multipart/form-data; boundary=\xe9"};
    const char *out = NULL;
    (void)state;
    arena_release(&arena);
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(multipart_boundary(good[i][0], &arena, &out, &e), RC_OK);
        assert_string_equal(out, good[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (multipart_boundary(bad[i], &arena, &out, &e) == RC_OK)
            fail_msg("\"%s\" was taken", bad[i]);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_form_with_a_file), cmocka_unit_test(no_file_was_chosen), cmocka_unit_test(what_is_refused),
                                       cmocka_unit_test(cut_anywhere), cmocka_unit_test(too_much), cmocka_unit_test(boundaries)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    free(body_copy);
    return failed;
}
