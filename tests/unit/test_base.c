/* base: arena, buf, rc, text, settings, file, log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/rc.h"
#include "base/settings.h"
#include "base/text.h"

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 22);
    for (size_t n = 1; n < 5000; n += 37) {
        unsigned char *p = arena_alloc(&a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
    arena_reset(&a);
    unsigned char *again = arena_alloc(&a, 64);
    assert_non_null(again);
    assert_int_equal(again[63], 0); /* reused memory is clean */
    arena_release(&a);
}

static void arena_stops_at_its_cap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64 * 1024);
    size_t got = 0;
    while (arena_alloc(&a, 1000) != NULL)
        got += 1000;
    assert_in_range(got, 40 * 1024, 64 * 1024);
    assert_true(a.used_bytes <= a.cap_bytes);
    arena_reset(&a);
    assert_non_null(arena_alloc(&a, 1000));
    assert_null(arena_alloc(&a, 64 * 1024));
    arena_release(&a);
}

static void arena_refuses_sizes_that_overflow(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, SIZE_MAX);
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_array(&a, SIZE_MAX / 2, 4));
    assert_null(arena_memdup(&a, "", SIZE_MAX));
    arena_release(&a);
}

static void arena_fails_the_nth_allocation(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    a.fail_after = 3;
    assert_non_null(arena_alloc(&a, 8));
    assert_non_null(arena_strdup(&a, "two"));
    assert_null(arena_printf(&a, "%d", 3));
    assert_string_equal(arena_printf(&a, "%d", 4), "4");
    arena_release(&a);
}

static void buf_failure_sticks_at_the_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_puts(&b, "12345");
    buf_printf(&b, "%05d", 7);
    assert_true(buf_ok(&b));
    assert_string_equal(b.p, "1234500007");
    buf_putc(&b, 'x');
    assert_false(buf_ok(&b));
    buf_puts(&b, "");
    assert_false(buf_ok(&b));
    assert_int_equal(b.len, 10);
    buf_reset(&b);
    buf_put(&b, "a\0b", 3);
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 3);
    buf_release(&b);
}

static void buf_formats_at_every_fill(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    char want[1001] = "";
    for (int i = 0; i < 100; i++) { /* lengths cross every size the buffer grows to */
        buf_printf(&b, "%0*d;", i % 20 + 1, i);
        (void)snprintf(want + strlen(want), sizeof want - strlen(want), "%0*d;", i % 20 + 1, i);
        if (!buf_ok(&b))
            break;
        assert_string_equal(b.p, want);
        assert_int_equal(b.len, strlen(want));
    }
    assert_false(buf_ok(&b)); /* 1,150 bytes do not fit */
    assert_int_equal(strlen(b.p), b.len); /* nothing of what did not fit */
    assert_true(b.len <= 1000);
    buf_release(&b);
}

static void arena_formats_short_and_long(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64 * 1024);
    for (int i = 250; i < 260; i++) {
        char *s = arena_printf(&a, "%0*d", i, 7);
        assert_non_null(s);
        assert_int_equal(strlen(s), i);
        assert_int_equal(s[i - 1], '7');
    }
    arena_release(&a);
}

static void buf_writes_big_endian(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_put_be(&b, 0x0102030405060708ULL, 8);
    buf_put_be(&b, 0xfffeULL, 2);
    assert_memory_equal(b.p, "\1\2\3\4\5\6\7\10\377\376", 10);
    buf_release(&b);
}

static void every_code_has_name_and_statuses(void **state)
{
    (void)state;
    for (int i = 0; i < RC_N; i++) {
        assert_string_not_equal(rc_name((enum rc)i), "unknown");
        assert_in_range(rc_http_status((enum rc)i), 200, 503);
        assert_in_range(rc_exit_status((enum rc)i), 0, 75);
    }
    assert_int_equal(rc_exit_status(RC_BUSY), 75);
    assert_int_equal(rc_exit_status(RC_USAGE), 2);
    assert_int_equal(rc_http_status(RC_GONE), 410);
    struct rc_info e = {0};
    assert_int_equal(rc_set(&e, RC_INPUT, "%0600d", 1), RC_INPUT);
    assert_int_equal(strlen(e.msg), sizeof e.msg - 1); /* cut, not overrun */
    assert_int_equal(rc_set(NULL, RC_IO, "x"), RC_IO);
}

struct text_row {
    const char *name;
    const char *bytes;
    size_t len;
    bool is_utf8, has_control;
};
#define T(name, bytes, utf8, control) {name, bytes, sizeof(bytes) - 1, utf8, control}
static struct text_row text_rows[] = {
    T("empty", "", true, false),
    T("ascii", "abc", true, false),
    T("chinese", "民意", true, false),
    T("four bytes", "\xf0\x9f\x97\xb3", true, false),
    T("last code point", "\xf4\x8f\xbf\xbf", true, false),
    T("beyond unicode", "\xf4\x90\x80\x80", false, false),
    T("surrogate", "\xed\xa0\x80", false, false),
    T("overlong slash", "\xc0\xaf", false, false),
    T("overlong three", "\xe0\x80\xaf", false, false),
    T("overlong four", "\xf0\x80\x80\xaf", false, false),
    T("lone continuation", "\x80", false, false),
    T("cut short", "\xe6\xb0", false, false),
    T("bad continuation", "\xe6\x41\x91", false, false),
    T("ff", "\xff", false, false),
    T("tab and lines", "a\tb\r\n", true, false),
    T("nul", "a\0b", true, true),
    T("escape", "\x1b[0m", true, true),
    T("delete", "\x7f", true, true),
    T("c1 next line", "\xc2\x85", true, true),
    T("no-break space is no control", "\xc2\xa0", true, false),
};

static void text_row_holds(void **state)
{
    const struct text_row *r = *state;
    /* a heap copy of the exact size, so that the sanitizer sees a read past the end */
    char *exact = malloc(r->len ? r->len : 1);
    assert_non_null(exact);
    memcpy(exact, r->bytes, r->len);
    assert_int_equal(text_is_utf8(exact, r->len), r->is_utf8);
    if (r->is_utf8)
        assert_int_equal(text_has_control(exact, r->len), r->has_control);
    free(exact);
}

struct number_row {
    const char *name, *text;
    int64_t min, max;
    enum rc rc;
    int64_t value;
};
static struct number_row number_rows[] = {
    {"zero", "0", 0, 9, RC_OK, 0},
    {"leading zeros", "007", 0, 9, RC_OK, 7},
    {"negative", "-5", -5, 5, RC_OK, -5},
    {"smallest", "-9223372036854775808", INT64_MIN, INT64_MAX, RC_OK, INT64_MIN},
    {"largest", "9223372036854775807", INT64_MIN, INT64_MAX, RC_OK, INT64_MAX},
    {"overflow", "9223372036854775808", INT64_MIN, INT64_MAX, RC_INPUT, 0},
    {"underflow", "-9223372036854775809", INT64_MIN, INT64_MAX, RC_INPUT, 0},
    {"no digits", "", 0, 9, RC_INPUT, 0},
    {"minus alone", "-", -9, 9, RC_INPUT, 0},
    {"plus", "+5", 0, 9, RC_INPUT, 0},
    {"space", " 5", 0, 9, RC_INPUT, 0},
    {"tail", "5x", 0, 9, RC_INPUT, 0},
    {"point", "5.0", 0, 9, RC_INPUT, 0},
    {"full-width digit", "５", 0, 9, RC_INPUT, 0},
    {"under", "4", 5, 9, RC_INPUT, 0},
    {"over", "10", 5, 9, RC_INPUT, 0},
};

static void number_row_holds(void **state)
{
    const struct number_row *r = *state;
    int64_t got = 4711;
    assert_int_equal(text_to_i64(r->text, strlen(r->text), r->min, r->max, &got), r->rc);
    assert_true(got == (r->rc == RC_OK ? r->value : 4711)); /* untouched on failure */
}

static void slugs(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "gov-wechat-2014", "0"};
    static const char *const bad[] = {"", "-a", "a-", "A", "a_b", "a/b", "a.b", "民"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(text_is_slug(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_is_slug(bad[i], strlen(bad[i])));
    char long_one[66];
    memset(long_one, 'a', 65);
    assert_true(text_is_slug(long_one, 64));
    assert_false(text_is_slug(long_one, 65));
}

static void settings_check_their_range(void **state)
{
    (void)state;
    struct rc_info e = {0};
    unsetenv("MINYI_SLOTS");
    assert_int_equal(settings_load(&e), RC_OK);
    assert_int_equal(setting_int(SET_SLOTS), 256);
    static const char *const bad[] = {"0", "4097", "many", "", "-1", "1 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv("MINYI_SLOTS", bad[i], 1);
        assert_int_equal(settings_load(&e), RC_USAGE);
        assert_non_null(strstr(e.msg, "MINYI_SLOTS"));
    }
    setenv("MINYI_SLOTS", "12", 1);
    assert_int_equal(settings_load(&e), RC_OK);
    assert_int_equal(setting_int(SET_SLOTS), 12);
    unsetenv("MINYI_SLOTS");
    assert_int_equal(settings_load(&e), RC_OK);
}

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/minyi-test-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void files_are_written_and_read_whole(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct arena a;
    arena_init(&a, 1 << 20);
    char path[128], *p = NULL;
    size_t len = 0;
    (void)snprintf(path, sizeof path, "%s/one", folder);
    assert_int_equal(file_read(path, 100, &a, &p, &len, &e), RC_NOTFOUND);
    assert_int_equal(file_write_durably(folder, "one", "a\0b", 3, 0600, &e), RC_OK);
    assert_int_equal(file_write_durably(folder, "one", "second", 6, 0640, &e), RC_OK);
    assert_int_equal(file_read(path, 100, &a, &p, &len, &e), RC_OK);
    assert_string_equal(p, "second");
    assert_int_equal(file_read(path, 5, &a, &p, &len, &e), RC_TOOBIG);
    assert_int_equal(file_read(folder, 100, &a, &p, &len, &e), RC_IO);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(file_write_durably("/nonexistent", "x", "", 0, 0600, &e), RC_IO);
    arena_release(&a);
}

static void a_failed_rename_leaves_nothing_behind(void **state)
{
    (void)state;
    struct rc_info e = {0};
    char command[200];
    (void)snprintf(command, sizeof command, "mkdir -p '%s/taken/inside'", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(file_write_durably(folder, "taken", "new", 3, 0600, &e), RC_IO); /* a folder */
    (void)snprintf(command, sizeof command, "test \"$(ls -A '%s')\" = taken", folder);
    assert_int_equal(system(command), 0);
}

static void a_secret_is_made_once(void **state)
{
    (void)state;
    struct rc_info e = {0};
    unsigned char one[32] = {0}, two[32] = {0}, zero[32] = {0};
    assert_int_equal(file_secret(folder, "cookie", 0600, one, 32, &e), RC_OK);
    assert_int_equal(file_secret(folder, "cookie", 0600, two, 32, &e), RC_OK);
    assert_memory_equal(one, two, 32);
    assert_memory_not_equal(one, zero, 32);
    assert_int_equal(file_secret(folder, "cookie", 0600, two, 16, &e), RC_INPUT);
    assert_int_equal(file_secret("/nonexistent", "cookie", 0600, two, 16, &e), RC_IO);
}

static void log_lines_cannot_be_forged(void **state)
{
    (void)state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/log", folder);
    int saved = dup(STDERR_FILENO);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(saved >= 0 && fd >= 0);
    (void)dup2(fd, STDERR_FILENO);
    char big[9000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    log_info("one", kv_s("v", "a\nb\r\x1b\xe2\x80\xa8\xc2\x85\"q\" \\ ="), kv_i("n", -3), kv_s("nil", NULL));
    log_error("two", kv_s("big", big));
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    char text[16384] = {0};
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    (void)close(fd);
    assert_true(n > 0);
    int lines = 0;
    for (ssize_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 2);
    assert_non_null(strstr(text, "v=\"a\\x0ab\\x0d\\x1b\\xe2"));
    assert_non_null(strstr(text, "\\\"q\\\" \\\\ =\" n=-3 nil=\"\"\n"));
    assert_true(strlen(strchr(text, '\n') + 1) <= 4096);
}

int main(void)
{
    enum { N_TEXT = sizeof text_rows / sizeof *text_rows, N_NUMBER = sizeof number_rows / sizeof *number_rows };
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_stops_at_its_cap),
        cmocka_unit_test(arena_refuses_sizes_that_overflow),
        cmocka_unit_test(arena_fails_the_nth_allocation),
        cmocka_unit_test(buf_failure_sticks_at_the_maximum),
        cmocka_unit_test(buf_formats_at_every_fill),
        cmocka_unit_test(arena_formats_short_and_long),
        cmocka_unit_test(buf_writes_big_endian),
        cmocka_unit_test(every_code_has_name_and_statuses),
        cmocka_unit_test(slugs),
        cmocka_unit_test(settings_check_their_range),
        cmocka_unit_test_setup_teardown(files_are_written_and_read_whole, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_failed_rename_leaves_nothing_behind, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_secret_is_made_once, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(log_lines_cannot_be_forged, make_folder, remove_folder),
    };
    struct CMUnitTest tests[N_TEXT + N_NUMBER] = {{0}};
    for (size_t i = 0; i < N_TEXT; i++)
        tests[i] = (struct CMUnitTest){text_rows[i].name, text_row_holds, NULL, NULL, &text_rows[i]};
    for (size_t i = 0; i < N_NUMBER; i++)
        tests[N_TEXT + i] = (struct CMUnitTest){number_rows[i].name, number_row_holds, NULL, NULL, &number_rows[i]};
    int failed = cmocka_run_group_tests_name("base", fixed, NULL, NULL);
    return failed + cmocka_run_group_tests_name("base tables", tests, NULL, NULL);
}
