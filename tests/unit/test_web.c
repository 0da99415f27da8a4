/* Request parameters, cookies, routes, languages, responses (checklist 15, 27, 41). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "web/request.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static char *const *params_of(const char *const *given)
{
    char **p = arena_array(&arena, 16, sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; given[i] != NULL; i++)
        assert_non_null(p[i] = arena_strdup(&arena, given[i]));
    return p;
}

struct head_row {
    enum rc want;
    const char *why; /* part of the message; "" */
    const char *params[8];
};

static void head(void **state)
{
    const struct head_row *r = *state;
    struct request rq;
    int64_t length;
    struct rc_info e = {0};
    assert_int_equal(web_request_head(params_of(r->params), &arena, &rq, &length, &e), r->want);
    assert_non_null(strstr(e.msg, r->why));
    assert_int_equal(rq.path[0], '/');
    assert_int_equal(strlen(rq.id), 16);
}

static struct request read_head(const char *const *given)
{
    struct request rq;
    int64_t length;
    assert_int_equal(web_request_head(params_of(given), &arena, &rq, &length, NULL), RC_OK);
    return rq;
}
#define HEAD(...) read_head((const char *const[]){"DOCUMENT_URI=/a", __VA_ARGS__, NULL})

static void two_cookie_headers(void **state)
{
    (void)state;
    struct request rq = HEAD("HTTP_COOKIE=a=1", "HTTP_COOKIE=b=2");
    assert_string_equal(rq.cookies, "a=1; b=2");
}

static void request_id(void **state)
{
    (void)state;
    assert_string_equal(HEAD("REQUEST_ID=0123456789abcdef0123456789abcdef").id, "0123456789abcdef");
    struct request one = HEAD("REQUEST_ID=<script>aaaaaaaaaaaa"), two = HEAD("X=");
    assert_int_equal(strspn(one.id, "0123456789abcdef"), 16);
    assert_string_not_equal(one.id, two.id);
}

static void gzip(void **state)
{
    (void)state;
    assert_false(HEAD("X=").takes_gzip);
    assert_false(HEAD("HTTP_ACCEPT_ENCODING=br").takes_gzip);
    assert_true(HEAD("HTTP_ACCEPT_ENCODING=br, gzip").takes_gzip);
    assert_true(HEAD("HTTP_ACCEPT_ENCODING=gzip;q=0.5, br").takes_gzip);
    assert_true(HEAD("HTTP_ACCEPT_ENCODING=gzip;q=1").takes_gzip);
    assert_false(HEAD("HTTP_ACCEPT_ENCODING=gzip;q=0, br").takes_gzip);
    assert_false(HEAD("HTTP_ACCEPT_ENCODING=gzip;q=0.000").takes_gzip);
}

static void origin(void **state)
{
    (void)state;
    assert_true(HEAD("X=").is_same_origin);
    assert_true(HEAD("HTTP_SEC_FETCH_SITE=same-origin").is_same_origin);
    assert_true(HEAD("HTTP_SEC_FETCH_SITE=none").is_same_origin);
    assert_false(HEAD("HTTP_SEC_FETCH_SITE=cross-site").is_same_origin);
    assert_false(HEAD("HTTP_SEC_FETCH_SITE=same-site").is_same_origin);
    assert_false(HEAD("HTTP_SEC_FETCH_SITE=cross-site", "HTTP_ORIGIN=null").is_same_origin);
    assert_true(HEAD("HTTP_ORIGIN=null").is_same_origin);
    assert_true(HEAD("HTTP_ORIGIN=https://a.cn", "HTTP_HOST=a.cn").is_same_origin);
    assert_false(HEAD("HTTP_ORIGIN=https://b.cn", "HTTP_HOST=a.cn").is_same_origin);
    assert_false(HEAD("HTTP_ORIGIN=https://a.cn.b.cn", "HTTP_HOST=a.cn").is_same_origin);
    assert_false(HEAD("HTTP_ORIGIN=http://a.cn:81", "HTTP_HOST=a.cn").is_same_origin);
    assert_false(HEAD("HTTP_ORIGIN=https://a.cn").is_same_origin);
    assert_true(HEAD("HTTP_SEC_FETCH_SITE=same-origin").is_from_own_page);
    assert_false(HEAD("HTTP_SEC_FETCH_SITE=none").is_from_own_page);
    assert_false(HEAD("HTTP_ORIGIN=https://a.cn", "HTTP_HOST=a.cn").is_from_own_page);
    assert_false(HEAD("X=").is_from_own_page);
}

static void body_length(void **state)
{
    (void)state;
    struct request rq = HEAD("REQUEST_METHOD=POST");
    struct rc_info e = {0};
    assert_int_equal(web_request_body(&rq, "a=1", 3, 4, &e), RC_INPUT);
    assert_int_equal(web_request_body(&rq, "a=1", 3, 2, &e), RC_INPUT);
    assert_int_equal(web_request_body(&rq, "a=1", 3, 3, &e), RC_OK);
    assert_int_equal(rq.n_fields, 1);
}

static void cookies_over_the_limit(void **state)
{
    (void)state;
    char long_one[WEB_COOKIE_MAX + 20] = "HTTP_COOKIE=";
    memset(long_one + 12, 'x', WEB_COOKIE_MAX);
    struct request rq;
    int64_t length;
    const char *given[] = {"DOCUMENT_URI=/", long_one, NULL, NULL};
    assert_int_equal(web_request_head(params_of(given), &arena, &rq, &length, NULL), RC_OK);
    given[2] = "HTTP_COOKIE=y";
    assert_int_equal(web_request_head(params_of(given), &arena, &rq, &length, NULL), RC_TOOBIG);
    assert_string_equal(rq.cookies, "");
}

struct cookie_row {
    const char *cookies, *name, *want; /* NULL: none */
};

static void cookie(void **state)
{
    const struct cookie_row *r = *state;
    size_t len = 0;
    const char *v = web_cookie(r->cookies, r->name, &len);
    if (r->want == NULL) {
        assert_null(v);
        return;
    }
    assert_non_null(v);
    assert_int_equal(len, strlen(r->want));
    assert_memory_equal(v, r->want, len);
}

struct language_row {
    const char *query, *accept;
    const char *want;
};

static void language(void **state)
{
    const struct language_row *r = *state;
    static const char *const langs[] = {"zh", "en", "fr"};
    struct request rq = {.accept_language = r->accept};
    assert_int_equal(web_query_parse(r->query, strlen(r->query), &arena, &rq.query, &rq.n_query), RC_OK);
    assert_string_equal(langs[web_language(&rq, langs, 3)], r->want);
}

static void language_from_the_form(void **state)
{
    (void)state;
    static const char *const langs[] = {"zh-CN", "en"};
    struct web_field f = {"_lang", 5, "en", 2};
    struct request rq = {.accept_language = "zh", .n_fields = 1, .fields = &f};
    assert_int_equal(web_language(&rq, langs, 2), 1);
    f.value = "zh";
    assert_int_equal(web_language(&rq, langs, 2), 0);
}

#define HANDLER(name) \
    static enum rc name(void *app, const struct request *rq, struct response *rs, struct rc_info *e) \
    { \
        (void)app, (void)rq, (void)rs, (void)e; \
        return RC_OK; \
    }
HANDLER(home)
HANDLER(show)
HANDLER(submit)
HANDLER(list)

static const struct web_route routes[] = {
    {WEB_GET, "/", home},
    {WEB_GET, "/survey/*", show},
    {WEB_POST, "/survey/*", submit},
    {WEB_GET, "/survey/list", list},
};

struct route_row {
    enum web_method method;
    const char *path;
    enum rc want;
    web_handler *handler;
    const char *allow;
};

static void route(void **state)
{
    const struct route_row *r = *state;
    web_handler *h = NULL;
    const char *allow = NULL;
    assert_int_equal(web_route_find(routes, 4, r->method, r->path, &h, &allow), r->want);
    assert_ptr_equal(h, r->handler);
    if (r->allow == NULL)
        assert_null(allow);
    else
        assert_string_equal(allow, r->allow);
}

static void response_defaults(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    buf_puts(&r.body, "text");
    r.status = 404;
    r.location = "/x";
    response_reset(&r);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body.len, 0);
    assert_null(r.location);
    assert_false(r.is_cacheable);
    assert_string_equal(r.type, "text/html; charset=utf-8");
    response_release(&r);
}

#define H(n, rc, why, ...) {n, head, setup, teardown, &((struct head_row){rc, why, {__VA_ARGS__}})}
#define C(n, c, k, w) {n, cookie, setup, teardown, &((struct cookie_row){c, k, w})}
#define L(n, q, a, w) {n, language, setup, teardown, &((struct language_row){q, a, w})}
#define R(n, m, p, rc, h, a) {n, route, setup, teardown, &((struct route_row){m, p, rc, h, a})}
#define TEST(f) {#f, f, setup, teardown, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        H("plain GET", RC_OK, "", "REQUEST_METHOD=GET", "DOCUMENT_URI=/", "CONTENT_LENGTH="),
        H("no path", RC_INPUT, "path", "REQUEST_METHOD=GET"),
        H("path without slash", RC_INPUT, "path", "DOCUMENT_URI=a"),
        H("line end in the path", RC_INPUT, "control", "DOCUMENT_URI=/a\nb"),
        H("tab in the path", RC_INPUT, "control", "DOCUMENT_URI=/a\tb"),
        H("DEL in the path", RC_INPUT, "control", "DOCUMENT_URI=/a\x7f"),
        H("bad UTF-8 in the path", RC_INPUT, "UTF-8", "DOCUMENT_URI=/\xff"),
        H("UTF-8 path", RC_OK, "", "DOCUMENT_URI=/\xe4\xb8\xad"),
        H("length not a number", RC_INPUT, "length", "DOCUMENT_URI=/", "CONTENT_LENGTH=1x"),
        H("negative length", RC_INPUT, "length", "DOCUMENT_URI=/", "CONTENT_LENGTH=-1"),
        H("huge length", RC_INPUT, "length", "DOCUMENT_URI=/", "CONTENT_LENGTH=99999999999999999999"),
        H("body with GET", RC_INPUT, "method", "DOCUMENT_URI=/", "REQUEST_METHOD=GET", "CONTENT_LENGTH=1"),
        H("JSON body", RC_INPUT, "not a form", "DOCUMENT_URI=/", "REQUEST_METHOD=POST",
          "CONTENT_TYPE=application/json", "CONTENT_LENGTH=2"),
        H("multipart body", RC_INPUT, "not a form", "DOCUMENT_URI=/", "REQUEST_METHOD=POST",
          "CONTENT_TYPE=multipart/form-data; boundary=x", "CONTENT_LENGTH=2"),
        H("body without a type", RC_INPUT, "not a form", "DOCUMENT_URI=/", "REQUEST_METHOD=POST",
          "CONTENT_LENGTH=2"),
        H("a type that only begins alike", RC_INPUT, "not a form", "DOCUMENT_URI=/",
          "REQUEST_METHOD=POST", "CONTENT_TYPE=application/x-www-form-urlencodedx", "CONTENT_LENGTH=2"),
        H("form with charset", RC_OK, "", "DOCUMENT_URI=/", "REQUEST_METHOD=POST",
          "CONTENT_TYPE=application/x-www-form-urlencoded; charset=UTF-8", "CONTENT_LENGTH=2"),
        H("POST without a body", RC_OK, "", "DOCUMENT_URI=/", "REQUEST_METHOD=POST", "CONTENT_LENGTH=0"),
        TEST(two_cookie_headers), TEST(request_id), TEST(gzip), TEST(origin), TEST(body_length),
        TEST(cookies_over_the_limit),
        C("no cookies", "", "a", NULL),
        C("only", "a=1", "a", "1"),
        C("last", "b=2; a=1", "a", "1"),
        C("first of two", "a=1; a=2", "a", "1"),
        C("prefix is not a match", "aa=1", "a", NULL),
        C("suffix is not a match", "ba=1", "a", NULL),
        C("inside a value is not a match", "b=a=1", "a", NULL),
        C("without a space", "b=2;a=1", "a", "1"),
        C("quoted", "a=\"1\"", "a", "1"),
        C("lone quote", "a=\"", "a", "\""),
        C("empty", "a=; b=1", "a", ""),
        C("name alone", "a", "a", NULL),
        C("spaces at the end", "a=1 ; b=2", "a", "1"),
        C("only separators", ";;; ;", "a", NULL),
        L("nothing said", "", "", "zh"),
        L("asked for in the address", "lang=en", "zh", "en"),
        L("asked for unknown", "lang=xx", "en", "en"),
        L("accepted", "", "en-GB", "en"),
        L("lower weight loses", "", "en;q=0.4, fr;q=0.9", "fr"),
        L("no weight is 1", "", "zh;q=0.9,en", "en"),
        L("first of equals", "", "fr,en", "fr"),
        L("region finds language", "", "zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        L("zero is a refusal", "", "en;q=0, fr;q=0.1", "fr"),
        L("star is the default", "", "de, *;q=0.5", "zh"),
        L("named before star", "", "*;q=0.5, en;q=0.7", "en"),
        L("malformed weight", "", "en;q=x, fr;q=0.1", "fr"),
        L("three decimals", "", "en;q=0.801, fr;q=0.802", "fr"),
        L("unknown only", "", "de-DE, nl", "zh"),
        L("case does not matter", "", "EN-us", "en"),
        L("separators only", "", ",,,;;;", "zh"),
        TEST(language_from_the_form),
        R("exact", WEB_GET, "/", RC_OK, home, NULL),
        R("HEAD goes to GET", WEB_HEAD, "/", RC_OK, home, NULL),
        R("below", WEB_GET, "/survey/x", RC_OK, show, NULL),
        R("by method", WEB_POST, "/survey/x", RC_OK, submit, NULL),
        R("exact before star", WEB_GET, "/survey/list", RC_OK, list, NULL),
        R("exact with the wrong method", WEB_POST, "/survey/list", RC_CONFLICT, NULL, "GET, HEAD"),
        R("wrong method at home", WEB_POST, "/", RC_CONFLICT, NULL, "GET, HEAD"),
        R("unknown method", WEB_OTHER, "/survey/x", RC_CONFLICT, NULL, "GET, HEAD, POST"),
        R("the folder itself", WEB_GET, "/survey/", RC_NOTFOUND, NULL, NULL),
        R("unknown", WEB_GET, "/surveys", RC_NOTFOUND, NULL, NULL),
        TEST(response_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
