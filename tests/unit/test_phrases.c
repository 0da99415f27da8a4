/* phrases: messages in a reader's language, by their patterns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/phrases.h"

static struct arena a;
static struct phrases *p;
static struct rc_info e;
static char dir[] = "/tmp/minyi-phr-XXXXXX";

static enum rc load(const char *text)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/problems/zh.txt", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    arena_release(&a);
    arena_init(&a, 4 << 20);
    return phrases_load(dir, &a, &p, &e);
}

static void says(const char *lang, const char *text, const char *want, bool is_known)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    assert_int_equal(phrases_put(p, lang, text, strlen(text), &b), is_known);
    assert_string_equal(b.p != NULL ? b.p : "", want);
    buf_release(&b);
}

static void patterns(void **state)
{
    (void)state;
    assert_int_equal(load("# a comment\n\nsay yes or no, not \"{1}\" => 请填 yes 或 no，而不是“{1}”\n"
                          "list \"{1}\" has {2} choices, over {3} => 列表{1}有{2}个选项，超过{3}\nthis column is there twice => 两次\n"
                          "write column = ${question} => 请写 列名 = ${题目}\n"),
                     RC_OK);
    says("zh", "say yes or no, not \"maybe\"", "请填 yes 或 no，而不是“maybe”", true);
    says("zh", "say yes or no, not \"a \"b\" c\"", "请填 yes 或 no，而不是“a \"b\" c”", true);
    says("zh", "list \"x\" has 12 choices, over 9", "列表x有12个选项，超过9", true);
    says("zh", "this column is there twice", "两次", true);
    says("zh", "write column = ${question}", "请写 列名 = ${题目}", true);
    says("zh", "this column is there twice!", "this column is there twice!", false);
    says("zh", "", "", false);
    says("en", "this column is there twice", "this column is there twice", false);
    says("zh", "say yes or no, not \"\"", "请填 yes 或 no，而不是“”", true);
}

static void a_message_in_a_message(void **state)
{
    (void)state;
    assert_int_equal(load("at character {1}: {2} => 第{1}个字符：{2}\nthere is no question \"{1}\" => 没有题目“{1}”\nwarning: {1} => 提醒：{1}\n"), RC_OK);
    says("zh", "warning: at character 3: there is no question \"q\"", "提醒：第3个字符：没有题目“q”", true);
    says("zh", "at character 3: something else", "第3个字符：something else", true);
    says("zh", "warning: warning: warning: warning: x", "提醒：提醒：提醒：warning: x", true);
}

/* Whoever makes a workbook chooses what its messages name. */
static void hostile(void **state)
{
    char text[4001];
    (void)state;
    assert_int_equal(load("\"{1}\" \"{2}\" \"{3}\" \"{4}\" \"{5}\" \"{6}\" end => {1}\n"), RC_OK);
    for (size_t i = 0; i < 4000; i++)
        text[i] = i % 2 == 0 ? '"' : ' ';
    text[4000] = '\0';
    says("zh", text, text, false); /* and in a blink */
    says("zh", "\"{2}\" \"\" \"\" \"\" \"\" \"\" end", "{2}", true); /* no place inside what was named */
}

static void wrong_files(void **state)
{
    (void)state;
    assert_int_equal(load("no sign here\n"), RC_INPUT);
    assert_non_null(strstr(e.msg, "zh.txt:1:"));
    assert_int_equal(load("\n{1} => {2}\n"), RC_INPUT);
    assert_non_null(strstr(e.msg, "zh.txt:2:"));
    arena_release(&a);
    arena_init(&a, 1 << 20);
    assert_int_equal(phrases_load("/nowhere", &a, &p, &e), RC_IO);
}

static void the_real_ones(void **state)
{
    (void)state;
    arena_release(&a);
    arena_init(&a, 4 << 20);
    assert_int_equal(phrases_load("html", &a, &p, &e), RC_OK);
    says("zh", "nobody can ever be asked this: \"a\" must be \"x\" and \"a\" must not be \"y\"", "不会有人被问到这一题：“a”必须是 “x”，而“a”不能是 “y”", true);
    says("zh", "\"m\" takes several answers: write selected(${m}, 'choice')", "“m”可多选：请写 selected(${m}, 'choice')", true);
    says("zh", "the expression has 5000 bytes, over 4000", "表达式有 5000 字节，超过 4000", true);
}

static int set_up(void **state)
{
    char path[64];
    (void)state;
    arena_init(&a, 1 << 20);
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/problems", dir);
    return mkdir(path, 0700);
}

static int tear_down(void **state)
{
    char path[64];
    (void)state;
    arena_release(&a);
    (void)snprintf(path, sizeof path, "%s/problems/zh.txt", dir);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/problems", dir);
    (void)rmdir(path);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns),    cmocka_unit_test(a_message_in_a_message), cmocka_unit_test(hostile),
        cmocka_unit_test(wrong_files), cmocka_unit_test(the_real_ones),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
