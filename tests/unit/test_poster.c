/* Posters: lines break where they may, never wider than the sheet; addresses are addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "report/poster.h"

static void test_lines(void **state)
{
    static const struct {
        const char *text;
        double width;
        size_t max, n;
        const char *first, *last;
    } rows[] = {
        {"one two three", 100, 3, 1, "one two three", "one two three"},
        {"one two three", 4.2, 3, 2, "one two", "three"},
        {"one two three", 4.2, 1, 0, NULL, NULL},
        {"unbreakable", 2, 6, 0, NULL, NULL},
        {"政务微信满意度调查", 5, 3, 2, "政务微信满", "意度调查"},
        {"政务微信调，查问", 5, 3, 2, "政务微信", "调，查问"}, /* the comma begins no line */
        {"政务微信（调查）", 5, 3, 2, "政务微信", "（调查）"}, /* the bracket ends none */
        {"  spaces   between  ", 5, 3, 2, "spaces", "between"},
        {"", 5, 3, 0, NULL, NULL},
        {"WeChat账号", 6, 3, 1, "WeChat账号", "WeChat账号"},
        {"WeChat账号", 5, 3, 2, "WeChat账", "号"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t from[6], to[6], n = poster_lines(rows[i].text, rows[i].width, rows[i].max, from, to);
        if (n != rows[i].n)
            fail_msg("%s in %g: %zu lines", rows[i].text, rows[i].width, n);
        if (n == 0)
            continue;
        assert_int_equal(to[0] - from[0], strlen(rows[i].first));
        assert_memory_equal(rows[i].text + from[0], rows[i].first, to[0] - from[0]);
        assert_int_equal(to[n - 1] - from[n - 1], strlen(rows[i].last));
        assert_memory_equal(rows[i].text + from[n - 1], rows[i].last, to[n - 1] - from[n - 1]);
    }
}

static struct poster sample(void)
{
    return (struct poster){.lang = "zh-CN", .dir = "ltr", .organiser = "某市政务服务办",
                           .title = "政务微信满意度调查", .notice = "", .description = "请告诉我们。",
                           .url = "https://survey.example.gov.cn/survey/x", .alt = "二维码",
                           .scan = "扫一扫", .voluntary = "自愿参加。", .contact = "12345 <热线> & 邮箱"};
}

static void test_sheet(void **state)
{
    struct buf out, again;
    struct rc_info e;
    struct poster p = sample();
    (void)state;
    buf_init(&out, 1 << 20);
    buf_init(&again, 1 << 20);
    assert_int_equal(poster_svg(&out, &p, &e), RC_OK);
    assert_int_equal(poster_svg(&again, &p, &e), RC_OK);
    assert_string_equal(out.p, again.p);
    assert_non_null(strstr(out.p, "政务微信满意度调查</text>"));
    assert_non_null(strstr(out.p, "12345 &lt;热线&gt; &amp; 邮箱"));
    buf_reset(&out);
    char title[2000];
    memset(title, 'x', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    p.title = title;
    assert_int_equal(poster_svg(&out, &p, &e), RC_INPUT);
    buf_reset(&out);
    p = sample();
    p.notice = "演示：这里的答卷是人工合成的。";
    p.description = title; /* too long: the sheet does without */
    assert_int_equal(poster_svg(&out, &p, &e), RC_OK);
    assert_null(strstr(out.p, "xxx"));
    assert_non_null(strstr(out.p, p.notice));
    buf_release(&out);
    buf_release(&again);
}

static void test_addresses(void **state)
{
    static const char *const bad[] = {"", "https://", "https:///x", "ftp://a/b", "javascript:alert(1)",
                                      "https://a/\"b", "https://a b", "https://a/\n", "https://政务.cn/"};
    struct buf out;
    struct rc_info e;
    (void)state;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct poster p = sample();
        p.url = bad[i];
        assert_int_equal(poster_svg(&out, &p, &e), RC_INPUT);
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_sheet),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
