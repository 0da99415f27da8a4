/* The load client's parts: replies read in pieces, percentiles, random ballots that the form accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../bench/lib/http_reply.h"
#include "../bench/lib/load_run.h"
#include "../bench/lib/random_ballot.h"
#include "form/answers.h"
#include "form/xlsform.h"
#include "web/web.h"

struct reply_row {
    const char *bytes;
    enum http_progress want, at_end;
    int status;
    uint64_t body_bytes;
    bool is_closing;
    size_t rest; /* bytes after the reply */
};

/* The same reply whole and byte by byte. */
static void reply(void **state)
{
    const struct reply_row *r = *state;
    size_t len = strlen(r->bytes);
    for (size_t step = 1; step <= len; step += len > 1 ? len - 1 : 1) {
        struct http_reply h;
        enum http_progress now = HTTP_MORE;
        size_t at = 0, used = 0;
        http_reply_reset(&h);
        while (at < len && now == HTTP_MORE) {
            now = http_reply_feed(&h, r->bytes + at, len - at < step ? len - at : step, &used);
            at += used;
        }
        assert_int_equal(now, r->want);
        if (now == HTTP_BROKEN)
            continue;
        assert_int_equal(len - at, r->rest);
        assert_int_equal(http_reply_end(&h), r->at_end);
        assert_int_equal(h.status, r->status);
        assert_int_equal(h.body_bytes, r->body_bytes);
        assert_int_equal(h.is_closing, r->is_closing);
    }
}

static void percentiles(void **state)
{
    (void)state;
    uint32_t took[101];
    struct load_result r = {.latency_us = took, .n_replies = 101};
    for (uint32_t i = 0; i <= 100; i++)
        took[i] = (i * 37) % 101;
    assert_int_equal(load_percentile_us(&r, 0.50), 50);
    assert_int_equal(load_percentile_us(&r, 0.99), 99);
    assert_int_equal(load_percentile_us(&(struct load_result){0}, 0.5), 0);
}

static const char survey_csv[] =
    "type,name,label::中文 (zh),label::English (en),required,relevant,constraint,profile\n"
    "acknowledge,consent,同意,I agree,yes,,,\n"
    "select_one yn,used,用过,Used,yes,,,\n"
    "begin_group,use,使用,Use,,${used} = 'yes',,\n"
    "select_multiple what,which,哪些,Which,yes,,,\n"
    "integer,times,次数,Times,yes,\"not(selected(${which}, 'none'))\",. >= -3 and . <= 9000,\n"
    "end_group,,,,,,,\n"
    "text,say,意见,Say,,,,\n"
    "select_one age,age_group,年龄,Age,,,,yes\n";
static const char choices_csv[] =
    "list_name,name,label::中文 (zh),label::English (en),exclusive\n"
    "yn,yes,是,Yes,\nyn,no,否,No,\n"
    "what,a,甲,A,\nwhat,b,乙,B,\nwhat,none,都不,None,yes\n"
    "age,18-24,青,Young,\nage,55+,老,Old,\n";
#define BOTH(column) column "::中文 (zh)," column "::English (en),"
static const char settings_csv[] =
    BOTH("form_title") BOTH("description") BOTH("organiser") BOTH("handler") BOTH("contact") BOTH("legal_basis")
    "form_id,default_language,sample,min_opening,retain_days\n"
    "题,t,述,d,办,o,管,h,联,c,法,l,test,中文 (zh),open,20,100\n";

static struct form *read_form(struct arena *a)
{
    const struct xlsform_files files = {survey_csv, choices_csv, settings_csv, sizeof survey_csv - 1,
                                        sizeof choices_csv - 1, sizeof settings_csv - 1};
    struct form *f = NULL;
    struct buf problems;
    buf_init(&problems, 65536);
    enum rc rc = xlsform_read(&files, a, &f, &problems, NULL);
    if (rc != RC_OK)
        print_error("%s", problems.p);
    buf_release(&problems);
    assert_int_equal(rc, RC_OK);
    return f;
}

static void random_ballots_are_accepted(void **state)
{
    (void)state;
    struct arena a, scratch;
    struct buf body;
    uint64_t seed = 7;
    arena_init(&a, 16 * 1024 * 1024);
    arena_init(&scratch, 1024 * 1024);
    buf_init(&body, WEB_BODY_MAX);
    const struct form *f = read_form(&a);
    for (int i = 0; i < 500; i++) {
        const struct web_field *fields = NULL;
        size_t n = 0;
        struct answers checked;
        struct rc_info e = {0};
        arena_reset(&scratch);
        buf_reset(&body);
        assert_int_equal(random_body(f, &seed, &scratch, &body), RC_OK);
        assert_int_equal(web_form_parse(body.p, body.len, &scratch, &fields, &n, &e), RC_OK);
        struct form_field *given = arena_array(&scratch, n, sizeof *given);
        assert_non_null(given);
        for (size_t k = 0; k < n; k++)
            given[k] = (struct form_field){fields[k].name, fields[k].name_len, fields[k].value, fields[k].value_len};
        assert_int_equal(answers_check(f, given, n, &scratch, &checked, &e), RC_OK);
        assert_int_equal(checked.n_problems, 0);
    }
    buf_release(&body);
    arena_release(&scratch);
    arena_release(&a);
}

#define HEAD "HTTP/1.1 200 OK\r\n"
#define ROW(n, ...) {n, reply, NULL, NULL, &(struct reply_row){__VA_ARGS__}}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW("length", HEAD "Content-Length: 5\r\n\r\nhello", HTTP_DONE, HTTP_BROKEN, 200, 5, false, 0),
        ROW("no body", "HTTP/1.1 303 See Other\r\ncontent-length:0\r\n\r\n", HTTP_DONE, HTTP_BROKEN, 303, 0, false, 0),
        ROW("two replies", HEAD "Content-Length: 1\r\n\r\naHTTP", HTTP_DONE, HTTP_BROKEN, 200, 1, false, 4),
        ROW("connection ends", HEAD "Content-Length: 1\r\nConnection: close\r\n\r\na", HTTP_DONE, HTTP_BROKEN, 200, 1,
            true, 0),
        ROW("cut", HEAD "Content-Length: 5\r\n\r\nhel", HTTP_MORE, HTTP_BROKEN, 200, 3, false, 0),
        ROW("until the end", HEAD "\r\nhello", HTTP_MORE, HTTP_DONE, 200, 5, true, 0),
        ROW("chunks", HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x\r\n0123456789\r\n0\r\nT: x\r\n\r\n", HTTP_DONE,
            HTTP_BROKEN, 200, 13, false, 0),
        ROW("304", "HTTP/1.1 304 Not Modified\r\n\r\n", HTTP_DONE, HTTP_BROKEN, 304, 0, false, 0),
        ROW("not HTTP", "SSH-2.0-OpenSSH\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, 0, false, 0),
        ROW("bad status", "HTTP/1.1 9x9 no\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, 0, false, 0),
        ROW("bad length", HEAD "Content-Length: -1\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, 0, false, 0),
        ROW("bad chunk", HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, 0, false, 0),
        ROW("chunk too long", HEAD "Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n", HTTP_BROKEN, HTTP_BROKEN, 0, 0,
            false, 0),
        cmocka_unit_test(percentiles),
        cmocka_unit_test(random_ballots_are_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
