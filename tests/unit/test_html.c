/* HTML writers by context, the balance check, texts in catalogues, the page frame. */
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

#include "base/settings.h"
#include "web/page.h"

static struct buf out;
static struct html w = {&out};
static struct arena arena;
static char folder[64];

static int setup(void **state)
{
    (void)state;
    buf_init(&out, 64 * 1024);
    arena_init(&arena, 4 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_release(&out);
    arena_release(&arena);
    return 0;
}

static const char *text(void)
{
    return out.p == NULL ? "" : out.p;
}

struct row {
    void (*write)(struct html *w, const char *s);
    const char *in, *want;
};

static void writes(void **state)
{
    const struct row *r = *state;
    r->write(&w, r->in);
    assert_string_equal(text(), r->want);
}

struct balance_row {
    const char *page;
    bool want;
};

static void balance(void **state)
{
    const struct balance_row *r = *state;
    buf_puts(&out, r->page);
    assert_int_equal(html_ok(&w), r->want);
}

static void too_deep(void **state)
{
    (void)state;
    for (int i = 0; i < 64; i++)
        buf_puts(&out, "<b>");
    for (int i = 0; i < 64; i++)
        buf_puts(&out, "</b>");
    assert_true(html_ok(&w));
    buf_reset(&out);
    for (int i = 0; i < 65; i++)
        buf_puts(&out, "<b>");
    for (int i = 0; i < 65; i++)
        buf_puts(&out, "</b>");
    assert_false(html_ok(&w));
}

static void failed_write_sticks(void **state)
{
    (void)state;
    buf_release(&out);
    buf_init(&out, 4);
    html_text(&w, "12345");
    html_lit(&w, "");
    assert_false(html_ok(&w));
}

/* A folder with html/i18n files as given: name, content, ..., NULL. */
static void make_folder(const char *const *files)
{
    char path[256];
    (void)snprintf(folder, sizeof folder, "/tmp/minyi-test-html.XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/i18n", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    for (; *files != NULL; files += 2) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[0]);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        (void)fputs(files[1], f);
        assert_int_equal(fclose(f), 0);
    }
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"i18n/zh.txt", "i18n/en.txt", "i18n/ar.txt", "assets.txt", "i18n", ""};
    char path[256];
    for (size_t i = 0; folder[0] != '\0' && i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    folder[0] = '\0';
    return teardown(state);
}

#define ZH "lang.tag = zh-CN\nlang.name = \xe4\xb8\xad\xe6\x96\x87\nlang.dir = ltr\n"
#define EN "lang.tag = en\nlang.name = English\nlang.dir = ltr\n"
#define AR "lang.tag = ar\nlang.name = Arabic\nlang.dir = rtl\n"

struct catalogue_row {
    const char *zh, *en;
    enum rc want;
    const char *why; /* part of the message */
};

static void catalogue(void **state)
{
    const struct catalogue_row *r = *state;
    const char *files[] = {"i18n/zh.txt", r->zh, r->en == NULL ? NULL : "i18n/en.txt", r->en, NULL};
    struct catalogue *c = NULL;
    struct rc_info e = {0};
    make_folder(files);
    assert_int_equal(catalogue_load(folder, &arena, &c, &e), r->want);
    assert_non_null(strstr(e.msg, r->why));
    assert_int_equal(c != NULL, r->want == RC_OK);
}

static struct catalogue *load_three(void)
{
    static const char *const files[] = {
        "i18n/ar.txt", AR "a = {n} <of> {m}\nframe.site = S\nframe.error_title = E: {title}\n",
        "i18n/en.txt", EN "frame.site = S\nframe.error_title = E: {title}\na = {m} \"of\" {n}\\nend\n",
        "i18n/zh.txt", "# note\n\n" ZH "  a = {n}/{m} \r\nframe.site=S\nframe.error_title = E: {title}\n",
        "assets.txt", "style.css=/assets/style.1.css\nsurvey.js=/assets/survey.2.js\n", NULL};
    struct catalogue *c = NULL;
    struct rc_info e = {0};
    make_folder(files);
    if (catalogue_load(folder, &arena, &c, &e) != RC_OK)
        fail_msg("%s", e.msg);
    return c;
}

static void catalogue_order_and_texts(void **state)
{
    (void)state;
    struct catalogue *c = load_three();
    const char *const *langs;
    assert_int_equal(catalogue_langs(c, &langs), 3);
    assert_string_equal(langs[0], "zh");
    assert_string_equal(langs[1], "ar");
    assert_string_equal(langs[2], "en");
    assert_string_equal(tr(c, 0, "a"), "{n}/{m}");
    assert_string_equal(tr(c, 2, "a"), "{m} \"of\" {n}\nend");
    assert_string_equal(tr(c, 0, "no.such"), "no.such");
    assert_string_equal(tr(c, 99, "lang.tag"), "zh-CN");
}

static void places_are_filled(void **state)
{
    (void)state;
    struct catalogue *c = load_three();
    html_tr(&w, c, 1, "a", "n", "<1>", "m", "'2'", NULL);
    assert_string_equal(text(), "&lt;1&gt; &lt;of&gt; &#39;2&#39;");
    const char *plain = tr_fill(&arena, c, 0, "a", "n", "<1>", "m", "{n}", NULL);
    assert_string_equal(plain, "<1>/{n}");
    buf_reset(&out);
    html_tr(&w, c, 0, "a", "m", "2", NULL);
    assert_string_equal(text(), "{n}/2");
}

static void frame(void **state)
{
    (void)state;
    struct catalogue *c = load_three();
    struct rc_info e = {0};
    assert_int_equal(page_load_assets(folder, &e), RC_OK);
    struct page p = {.c = c, .lang = 1, .title = "A<b", .path = "/x", .is_error = true,
                     .is_demonstration = true, .has_script = true};
    page_begin(&w, &p);
    page_end(&w, &p);
    assert_true(html_ok(&w));
    assert_non_null(strstr(text(), "<html lang=\"ar\" dir=\"rtl\">"));
    assert_non_null(strstr(text(), "<title>E: A&lt;b"));
    assert_non_null(strstr(text(), "href=\"/assets/style.1.css\""));
    assert_non_null(strstr(text(), "src=\"/assets/survey.2.js\" defer"));
    assert_non_null(strstr(text(), "<a href=\"/x?lang=ar\" lang=\"ar\" hreflang=\"ar\" aria-current=\"true\">"));
    assert_non_null(strstr(text(), "<p lang=\"zh-CN\" dir=\"ltr\">frame.demonstration</p>"));
    assert_non_null(strstr(text(), "noindex"));
    assert_string_equal(asset_url("none.css"), "");
}

/* The footer names what the site's settings name, and nothing where they are empty. */
static void footer_settings(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"MINYI_SITE_ORGANISER", "<Body> & \"Sons\"", "<span>frame.organiser</span>"},
        {"MINYI_SITE_ICP", "ICP 1", "<a rel=\"noreferrer\" href=\"https://beian.miit.gov.cn/\">frame.icp</a>"},
        {"MINYI_SITE_POLICE", "P 2", "<a rel=\"noreferrer\" href=\"https://beian.mps.gov.cn/\">frame.police</a>"},
        {"MINYI_SITE_CODE", "C 3", "<span>frame.site_code</span>"}};
    struct catalogue *c = load_three();
    struct rc_info e = {0};
    const struct page p = {.c = c, .lang = 0, .title = "T"};
    for (size_t i = 0; i < 4; i++) {
        setenv(rows[i][0], rows[i][1], 1);
        assert_int_equal(settings_load(&e), RC_OK);
        buf_reset(w.out);
        page_begin(&w, &p);
        page_end(&w, &p);
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(strstr(text(), rows[k][2]) != NULL, k == i);
        unsetenv(rows[i][0]);
    }
    assert_int_equal(settings_load(&e), RC_OK);
    buf_reset(w.out);
    page_begin(&w, &p);
    page_end(&w, &p);
    assert_null(strstr(text(), "filings"));
}

static void frame_without_extras(void **state)
{
    (void)state;
    struct catalogue *c = load_three();
    static const char *const one[] = {"en"};
    struct page p = {.c = c, .lang = 2, .title = "T", .path = "/x", .langs = one, .n_langs = 1,
                     .is_indexable = true};
    page_begin(&w, &p);
    page_end(&w, &p);
    assert_true(html_ok(&w));
    assert_null(strstr(text(), "noindex"));
    assert_null(strstr(text(), "languages"));
    assert_null(strstr(text(), "demonstration"));
    assert_null(strstr(text(), "<script"));
}

#define W(n, f, i, o) {n, writes, setup, teardown, &((struct row){f, i, o})}
#define B(n, p, ok) {n, balance, setup, teardown, &((struct balance_row){p, ok})}
#define K(n, z, x, rc, why) {n, catalogue, setup, remove_folder, &((struct catalogue_row){z, x, rc, why})}
#define TEST(f) {#f, f, setup, remove_folder, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        W("text: less than", html_text, "a<b>c", "a&lt;b&gt;c"),
        W("text: ampersand", html_text, "a&amp;b", "a&amp;amp;b"),
        W("text: quotes stay", html_text, "\"'", "\"'"),
        W("text: UTF-8 stays", html_text, "\xe6\xb0\x91", "\xe6\xb0\x91"),
        W("text: empty", html_text, "", ""),
        W("attr: quotes", html_attr, "a\"b'c", "a&#34;b&#39;c"),
        W("attr: all", html_attr, "<&>", "&lt;&amp;&gt;"),
        W("url: unreserved", html_url, "aZ0-._~", "aZ0-._~"),
        W("url: reserved", html_url, "a/b?c=d&e \"<", "a%2Fb%3Fc%3Dd%26e%20%22%3C"),
        W("url: UTF-8", html_url, "\xe6\xb0\x91", "%E6%B0%91"),
        W("lines: empty", html_lines, "", ""),
        W("lines: one", html_lines, "a", "<p>a</p>\n"),
        W("lines: break", html_lines, "a\nb", "<p>a<br>\nb</p>\n"),
        W("lines: paragraphs", html_lines, "a\n\n\nb\n", "<p>a</p>\n<p>b</p>\n"),
        W("lines: CR LF", html_lines, "a\r\nb\r\n\r\nc", "<p>a<br>\nb</p>\n<p>c</p>\n"),
        W("lines: lone CR", html_lines, "a\rb", "<p>a<br>\nb</p>\n"),
        W("lines: blanks only", html_lines, " \n\t\n", ""),
        W("lines: escaped", html_lines, "<b>", "<p>&lt;b&gt;</p>\n"),
        B("empty", "", true),
        B("balanced", "<p>a<b>c</b></p>", true),
        B("doctype", "<!doctype html><html></html>", true),
        B("comment", "<!-- <p> --><p></p>", true),
        B("void elements", "<p><br><img src=\"a\"><input></p>", true),
        B("self-closed svg", "<svg><rect/><path d=\"M0\"/></svg>", true),
        B("greater-than in a quoted value", "<p title=\"a>b\">x</p>", true),
        B("case does not matter", "<P></p>", true),
        B("style holds anything", "<style>a > b < c</style>", true),
        B("script holds tags", "<script>\"<p>\"</script>", true),
        B("left open", "<p>", false),
        B("never opened", "</p>", false),
        B("crossed", "<b><i></b></i>", false),
        B("cut tag", "<p", false),
        B("cut quote", "<p title=\"a></p>", false),
        B("cut comment", "<!-- a", false),
        B("open script", "<script>", false),
        B("lone less-than", "a < b", false),
        {"too deep", too_deep, setup, teardown, NULL},
        {"failed write sticks", failed_write_sticks, setup, teardown, NULL},
        K("one language", ZH, NULL, RC_OK, ""),
        K("two languages", ZH "a = {x}\n", EN "a = the {x}\n", RC_OK, ""),
        K("missing key", ZH "a = 1\n", EN, RC_INPUT, "en.txt: \"a\" is missing (zh.txt:4)"),
        K("key of its own", ZH, EN "b = 1\n", RC_INPUT, "en.txt:4: \"b\" is missing in zh.txt"),
        K("other places", ZH "a = {x}\n", EN "a = {y}\n", RC_INPUT, "other {places}"),
        K("one place fewer", ZH "a = {x} {y}\n", EN "a = {x}\n", RC_INPUT, "other {places}"),
        K("key twice", ZH "a = 1\na = 2\n", NULL, RC_INPUT, "5: \"a\" is there twice"),
        K("no equals sign", ZH "a\n", NULL, RC_INPUT, "zh.txt:4: not a line"),
        K("empty text", ZH "a =  \n", NULL, RC_INPUT, "zh.txt:4: key or text is empty"),
        K("required key", "lang.tag = zh\n", NULL, RC_INPUT, "\"lang.name\" is missing"),
        K("bad direction", "lang.tag = zh\nlang.name = x\nlang.dir = up\n", NULL, RC_INPUT, "lang.dir"),
        K("bad UTF-8", ZH "a = \xff\n", NULL, RC_INPUT, "UTF-8"),
        TEST(catalogue_order_and_texts), TEST(places_are_filled), TEST(frame), TEST(footer_settings),
        TEST(frame_without_extras),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
