/* survey: the citizen's pages, driven as the program drives them: what each request is answered, which
 * key it leaves, and which ballot it makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "form/xlsform.h"
#include "pages/survey.h"

static const char settings_csv[] =
    "form_id,form_title::中文 (zh),form_title::English (en),default_language,description::中文 (zh),"
    "description::English (en),organiser::中文 (zh),organiser::English (en),handler::中文 (zh),"
    "handler::English (en),contact::中文 (zh),contact::English (en),legal_basis::中文 (zh),"
    "legal_basis::English (en),sample,min_opening,retain_days,smallest_age\n"
    "s-1,调查 <一>,\"Survey <one> & \"\"two\"\"\",中文 (zh),说明,About,甲,A,乙,B,丙,C,丁,D,open,20,400,18\n";
static const char choices_csv[] = "list_name,name,label::中文 (zh),label::English (en),dont_know,exclusive\n"
                                  "yn,yes,是,Yes,,\nyn,no,否,No,,\n"
                                  "many,a,甲,\"A \"\"&\"\"\",,\nmany,none,无,None,,yes\n";
static const char survey_csv[] =
    "type,name,label::中文 (zh),label::English (en),hint::中文 (zh),hint::English (en),required,relevant,constraint,"
    "appearance\n"
    "begin_group,g,组,Group,,,,,,\n"
    "acknowledge,agree,同意,I agree,,,yes,,,\n"
    "select_one yn,used,用过吗,Used <it>?,,,yes,,,\n"
    "select_one yn,mini,选,Pick,,,,,,minimal\n"
    "select_multiple many,m,哪些,Which?,提示,Hint,,${used} = 'yes',,\n"
    "integer,n,几个,How many?,,,,,. >= 0 and . <= 5,\n"
    "text,t,说,Say,,,,,string-length(.) <= 5,multiline\n"
    "note,x,注,Note,,,,,,\n"
    "end_group,,,,,,,,,\n";

struct fixture {
    struct survey_site site;
    struct intake intake;
    struct arena texts, a, reply;
    struct buf json;
    struct survey_ballot ballot;
    struct stored_survey surveys[2];
    struct stored_version versions[2];
    struct stored_set set;
    struct response rs;
    struct rc_info e;
    unsigned char secret[KEY_SECRET_BYTES];
};

static enum rc load(void *ctx, int64_t version_id, struct arena *a, const char **json, size_t *len, struct rc_info *e)
{
    struct fixture *x = ctx;
    (void)a;
    if (version_id == 99)
        return rc_set(e, RC_NOTFOUND, "no such version");
    *json = x->json.p;
    *len = x->json.len;
    return RC_OK;
}

static enum rc make_json(struct fixture *x)
{
    struct form *f;
    struct buf problems;
    struct arena a;
    struct xlsform_files files = {survey_csv, choices_csv, settings_csv, sizeof survey_csv - 1, sizeof choices_csv - 1,
                                  sizeof settings_csv - 1};
    arena_init(&a, 16 << 20);
    buf_init(&problems, 1 << 16);
    buf_init(&x->json, 1 << 20);
    enum rc rc = xlsform_read(&files, &a, &f, &problems, &x->e);
    if (rc == RC_OK)
        rc = form_to_json(f, &x->json, &x->e);
    else
        (void)fprintf(stderr, "%s\n", problems.p);
    buf_release(&problems);
    arena_release(&a);
    return rc;
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct catalogue *c;
    if (x == NULL)
        return -1;
    *state = x;
    arena_init(&x->texts, 4 << 20);
    arena_init(&x->site.keep, 4 << 20);
    arena_init(&x->a, 1 << 20);
    arena_init(&x->reply, 1 << 20);
    response_init(&x->rs);
    if (catalogue_load("html", &x->texts, &c, &x->e) != RC_OK || make_json(x) != RC_OK)
        return -1;
    memset(x->secret, 7, sizeof x->secret);
    x->site.c = c;
    x->site.secret = x->secret;
    x->site.cookie_days = 30;
    x->site.ballot = &x->ballot;
    x->surveys[0] = (struct stored_survey){1, "s-1", true, 12};
    x->surveys[1] = (struct stored_survey){2, "closed", false, 21};
    x->versions[0] = (struct stored_version){12, 1};
    x->versions[1] = (struct stored_version){11, 1};
    x->set = (struct stored_set){.n_surveys = 1, .n_versions = 2, .surveys = x->surveys, .versions = x->versions};
    return survey_set_publish(&x->site, &x->set, load, x, &x->e) == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    for (struct survey_version *v = x->site.versions; v != NULL; v = v->next)
        arena_release(&v->arena);
    arena_release(&x->site.keep);
    arena_release(&x->texts);
    arena_release(&x->a);
    arena_release(&x->reply);
    response_release(&x->rs);
    buf_release(&x->json);
    free(x);
    return 0;
}

/* ---- a browser ---- */

static struct request request(struct fixture *x, const char *path, const char *cookies, const char *body)
{
    struct request rq = {.path = path, .cookies = cookies, .accept_language = "en", .host = "h", .id = "0123456789abcdef",
                         .is_same_origin = true, .arena = &x->a};
    arena_reset(&x->a);
    response_reset(&x->rs);
    x->ballot.is_filled = false;
    x->e = (struct rc_info){0};
    if (body != NULL) {
        rq.method = WEB_POST;
        assert_int_equal(web_form_parse(body, strlen(body), &x->a, &rq.fields, &rq.n_fields, &x->e), RC_OK);
    }
    return rq;
}

static enum rc get(struct fixture *x, const char *path, const char *cookies)
{
    struct request rq = request(x, path, cookies, NULL);
    return survey_get(&x->site, &rq, &x->rs, &x->e);
}

static enum rc post(struct fixture *x, const char *path, const char *cookies, const char *body)
{
    struct request rq = request(x, path, cookies, body);
    return survey_post(&x->site, &rq, &x->rs, &x->e);
}

/* A Cookie header with a token of this age. */
static const char *cookie(const struct fixture *x, char out[160], bool is_sent, int64_t age_s)
{
    char token[KEY_TOKEN_MAX];
    struct key_token t = {.is_sent = is_sent, .issued_at = (int64_t)time(NULL) - age_s};
    assert_int_equal(key_parse("0000000000000000", 16, &t.key), RC_OK);
    key_token_write(&t, "s-1", x->secret, token);
    (void)snprintf(out, 160, "a=b; minyi_s_1=%s", token);
    return out;
}

static const char *body_of(const struct fixture *x)
{
    return x->rs.fixed != NULL ? x->rs.fixed : x->rs.body.p;
}

static void assert_shows(const struct fixture *x, const char *what)
{
    if (body_of(x) == NULL || strstr(body_of(x), what) == NULL)
        fail_msg("\"%s\" is not in the page", what);
}

static void assert_not_shown(const struct fixture *x, const char *what)
{
    if (body_of(x) != NULL && strstr(body_of(x), what) != NULL)
        fail_msg("\"%s\" is in the page", what);
}

/* Value of the hidden field, in a static buffer. */
static const char *hidden(const struct fixture *x, const char *name)
{
    static char value[200];
    char head[64];
    (void)snprintf(head, sizeof head, "name=\"%s\" value=\"", name);
    const char *p = strstr(body_of(x), head);
    if (p == NULL)
        return NULL;
    p += strlen(head);
    size_t n = strcspn(p, "\"");
    assert_true(n < sizeof value);
    memcpy(value, p, n);
    value[n] = '\0';
    return value;
}

#define GOOD "_version=12&_lang=en&agree=1&used=no"

/* ---- the form ---- */

static void the_page_shows_every_kind_and_escapes(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(get(x, "/survey/s-1", ""), RC_OK);
    assert_string_equal(x->rs.lang, "en");
    assert_shows(x, "<h1>Survey &lt;one&gt; &amp; \"two\"</h1>");
    assert_shows(x, "<meta property=\"og:title\" content=\"Survey &lt;one&gt; &amp; &#34;two&#34;\">");
    assert_shows(x, "Used &lt;it&gt;?");
    assert_shows(x, "<input type=\"checkbox\" value=\"1\" id=\"a-agree\" name=\"agree\"");
    assert_shows(x, "<input type=\"radio\" name=\"used\" value=\"yes\" id=\"a-used\">");
    assert_shows(x, "<select id=\"a-mini\" name=\"mini\">");
    assert_shows(x, "<fieldset class=\"q\" data-when=\"used\" data-op=\"eq\" data-is=\"yes\" aria-describedby=\"h-m\">");
    assert_shows(x, "<p class=\"hint\" id=\"h-m\">Hint</p>");
    assert_shows(x, "data-alone");
    assert_shows(x, "inputmode=\"numeric\"");
    assert_shows(x, "maxlength=\"5\"");
    assert_shows(x, "Answer only if you chose “Yes” at “Used &lt;it&gt;?”");
    assert_not_shown(x, "Used <it>");
    assert_not_shown(x, "checked");
    assert_not_shown(x, "selected");
    assert_not_shown(x, "_ballot"); /* the same bytes for everyone */
}

static void the_terms_are_the_survey_s_own(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(get(x, "/survey/s-1", ""), RC_OK);
    assert_shows(x, "<dt>Who asks</dt><dd>A</dd>");
    assert_shows(x, "<dt>Who handles the data</dt><dd>B</dd>");
    assert_shows(x, "<dd>For people aged 18 or over; by sending you say that you are. "
                    "<a href=\"/survey/s-1/younger?lang=en\">I am younger than 18</a></dd>");
    assert_shows(x, "whether your ballot was counted, and withdraw it; not what was chosen.");
    assert_shows(x, "opened together with others, 20 or more at a time");
    assert_shows(x, "<dd>400 days after the count");
    assert_shows(x, "pseudonymous");
}

static void what_was_typed_is_kept_and_escaped(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(post(x, "/survey/s-1", cookie(x, c, false, 0),
                          "_version=12&_lang=en&used=yes&m=a&m=none&n=%22%3E%3Cb%3E&mini=no&t=%3C%2Ftextarea%3E%26"), RC_OK);
    assert_int_equal(x->rs.status, 422);
    assert_false(x->ballot.is_filled);
    assert_shows(x, "<title>Error: Survey &lt;one&gt;");
    assert_shows(x, "role=\"alert\" tabindex=\"-1\" autofocus>\n<h2>There is a problem</h2>");
    assert_shows(x, "<li><a href=\"#a-agree\">");
    assert_shows(x, "<li><a href=\"#a-n\">Please give a whole number, in digits only.</a></li>");
    assert_shows(x, "<li><a href=\"#a-m\">");
    assert_shows(x, "<li><a href=\"#a-t\">Please keep to 5 characters.</a></li>");
    assert_shows(x, "aria-describedby=\"h-t e-t\"");
    assert_shows(x, "<p class=\"error\" id=\"e-n\">");
    assert_shows(x, "aria-invalid=\"true\"");
    assert_shows(x, "value=\"yes\" id=\"a-used\" checked>");
    assert_shows(x, "value=\"a\" id=\"a-m\" checked>");
    assert_shows(x, "value=\"none\" data-alone checked>");
    assert_shows(x, "<option value=\"no\" selected>");
    assert_shows(x, "value=\"&#34;&gt;&lt;b&gt;\"");
    assert_shows(x, "&lt;/textarea&gt;&amp;</textarea>");
    assert_null(hidden(x, "_ballot")); /* the cookie works */
}

static void both_languages_and_gzip(void **state)
{
    struct fixture *x = *state;
    struct request rq = request(x, "/survey/s-1", "", NULL);
    rq.accept_language = "zh-CN,zh;q=0.9";
    rq.takes_gzip = true;
    assert_int_equal(survey_get(&x->site, &rq, &x->rs, &x->e), RC_OK);
    assert_string_equal(x->rs.lang, "zh-CN");
    assert_true(x->rs.is_gzip);
    assert_memory_equal(x->rs.fixed, "\x1f\x8b", 2);
    assert_true(x->rs.fixed_len < 14 * 1024);
    rq.takes_gzip = false;
    response_reset(&x->rs);
    assert_int_equal(survey_get(&x->site, &rq, &x->rs, &x->e), RC_OK);
    assert_shows(x, "<html lang=\"zh-CN\"");
    assert_shows(x, "<h1>调查 &lt;一&gt;</h1>");
    assert_shows(x, "标有“必答”的题目需要回答");
}

/* ---- the key ---- */

static void a_get_issues_a_key_only_where_there_is_no_good_one(void **state)
{
    struct fixture *x = *state;
    char c[160], wrong[160];
    static const char attributes[] = "; Path=/survey/s-1; Max-Age=2592000; HttpOnly; SameSite=Lax";
    assert_int_equal(get(x, "/survey/s-1", ""), RC_OK);
    assert_non_null(x->rs.set_cookie);
    assert_memory_equal(x->rs.set_cookie, "minyi_s_1=n.", 12);
    assert_string_equal(strchr(x->rs.set_cookie, ';'), attributes);
    assert_int_equal(get(x, "/survey/s-1", cookie(x, c, false, 86400)), RC_OK);
    assert_null(x->rs.set_cookie); /* kept */
    (void)snprintf(wrong, sizeof wrong, "%s", c);
    wrong[strlen(wrong) - 1] ^= 1; /* a digit of the signature */
    assert_int_equal(get(x, "/survey/s-1", wrong), RC_OK);
    assert_non_null(x->rs.set_cookie);
    assert_int_equal(get(x, "/survey/s-1", cookie(x, c, false, 31 * 86400)), RC_OK);
    assert_non_null(x->rs.set_cookie); /* too old */
    assert_int_equal(get(x, "/survey/s-1", cookie(x, c, false, -2 * 86400)), RC_OK);
    assert_non_null(x->rs.set_cookie); /* from the future */
    x->site.is_tls = true;
    assert_int_equal(get(x, "/survey/s-1", ""), RC_OK);
    assert_non_null(strstr(x->rs.set_cookie, "; Secure"));
}

static void a_sent_key_shows_already_received(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(get(x, "/survey/s-1", cookie(x, c, true, 60)), RC_OK);
    assert_shows(x, "<h1>Answers were sent from this device</h1>");
    assert_shows(x, "action=\"/survey/s-1/new\"");
    assert_not_shown(x, "0000-0000"); /* whoever takes up the phone does not see the code at once */
    assert_null(x->rs.set_cookie);
    assert_int_equal(get(x, "/survey/s-1/received", c), RC_OK);
    assert_shows(x, "0000-0000-0000-0000");
    assert_int_equal(get(x, "/survey/s-1/received", ""), RC_OK);
    assert_int_equal(x->rs.status, 303);
    assert_string_equal(x->rs.location, "/survey/s-1");
}

static void a_good_ballot_is_handed_on(void **state)
{
    struct fixture *x = *state;
    char c[160];
    struct ballot_key k;
    unsigned char box[KEY_HASH_BYTES], record[KEY_HASH_BYTES];
    (void)cookie(x, c, false, 0);
    assert_int_equal(post(x, "/survey/s-1", c, GOOD "&m=a&n=3&t=+hi+"), RC_OK);
    assert_true(x->ballot.is_filled);
    const struct batch_ballot *b = &x->ballot.intake.ballot;
    assert_int_equal(x->ballot.intake.survey_id, 1);
    assert_int_equal(x->ballot.intake.version_id, 12);
    /* agree, used = no, mini skipped, m hidden (1 byte of state, 1 of bits), n = 3, t given */
    static const unsigned char codes[] = {2, 3, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 2};
    assert_int_equal(b->codes_len, sizeof codes);
    assert_memory_equal(b->codes, codes, sizeof codes);
    assert_int_equal(b->n_comments, 1);
    assert_int_equal(b->comments[0].len, 2);
    assert_memory_equal(b->comments[0].text, "hi", 2);
    assert_int_equal(key_parse("0000000000000000", 16, &k), RC_OK);
    key_box_hash(&k, box);
    key_record_hash(&k, record);
    assert_memory_equal(b->box_hash, box, sizeof box);
    assert_memory_equal(b->record_hash, record, sizeof record);
}

/* The version as if it had the setting: one byte more. */
static struct form *with_fast_seconds(struct fixture *x, int64_t seconds)
{
    struct survey_version *v = x->site.versions;
    while (v->version_id != 12)
        v = v->next;
    v->form->fast_seconds = seconds;
    v->form->codes_len++;
    return v->form;
}

static void a_fast_ballot_says_so_and_no_more(void **state)
{
    static const struct {
        int64_t age_s;
        bool is_fast;
    } rows[] = {{0, true}, {57, true}, {60, false}, {86000, false}, {-600, false}};
    struct fixture *x = *state;
    const struct form *f = with_fast_seconds(x, 60);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char c[160];
        arena_reset(&x->a);
        x->ballot.is_filled = false;
        assert_int_equal(post(x, "/survey/s-1", cookie(x, c, false, rows[i].age_s), GOOD), RC_OK);
        assert_true(x->ballot.is_filled);
        assert_int_equal(x->ballot.intake.ballot.codes_len, f->codes_len);
        assert_int_equal(x->ballot.intake.ballot.codes[f->codes_len - 1], rows[i].is_fast);
    }
}

/* Where the key comes with the answers on the page nobody knows how long they took. */
static void a_late_key_makes_no_ballot_fast(void **state)
{
    struct fixture *x = *state;
    char body[400];
    const struct form *f = with_fast_seconds(x, FORM_FAST_MAX);
    assert_int_equal(post(x, "/survey/s-1", "", GOOD), RC_OK);
    assert_int_equal(x->rs.status, 409);
    assert_shows(x, "whether it was sent within 3600 seconds of opening this page (yes or no)");
    (void)snprintf(body, sizeof body, GOOD "&_ballot=%s", hidden(x, "_ballot"));
    assert_int_equal(post(x, "/survey/s-1", "", body), RC_OK);
    assert_true(x->ballot.is_filled);
    assert_int_equal(x->ballot.intake.ballot.codes[f->codes_len - 1], 0);
}

static void the_answer_waits_for_the_writer(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(post(x, "/survey/s-1", cookie(x, c, false, 0), GOOD "&t=%3Chi"), RC_OK);
    arena_reset(&x->reply);
    response_reset(&x->rs);
    survey_ballot_answer(&x->site, &x->ballot, &x->reply, &x->rs); /* not stored yet: its first state */
    assert_int_equal(x->rs.status, 503);
    assert_string_equal(x->rs.retry_after, "60");
    assert_shows(x, "&lt;hi</textarea>");
    assert_shows(x, "value=\"no\" checked");
    assert_shows(x, "Not received yet");
    x->ballot.intake.result = RC_OK;
    arena_reset(&x->reply);
    response_reset(&x->rs);
    survey_ballot_answer(&x->site, &x->ballot, &x->reply, &x->rs);
    assert_int_equal(x->rs.status, 303);
    assert_string_equal(x->rs.location, "/survey/s-1/received");
    assert_memory_equal(x->rs.set_cookie, "minyi_s_1=s.", 12);
    assert_null(strstr(x->rs.location, "0000"));
}

static void the_chosen_language_is_kept_over_the_redirect(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(post(x, "/survey/s-1", cookie(x, c, false, 0), "_version=12&_lang=zh&agree=1&used=no"), RC_OK);
    x->ballot.intake.result = RC_OK;
    survey_ballot_answer(&x->site, &x->ballot, &x->reply, &x->rs);
    assert_string_equal(x->rs.location, "/survey/s-1/received?lang=zh");
}

static void a_second_send_is_the_same_ballot(void **state)
{
    struct fixture *x = *state;
    char c[160];
    unsigned char first[KEY_HASH_BYTES];
    assert_int_equal(post(x, "/survey/s-1", cookie(x, c, false, 0), GOOD), RC_OK);
    memcpy(first, x->ballot.intake.ballot.box_hash, sizeof first);
    assert_int_equal(post(x, "/survey/s-1", c, GOOD "&n=5"), RC_OK); /* the reply was lost */
    assert_memory_equal(x->ballot.intake.ballot.box_hash, first, sizeof first);
    assert_int_equal(post(x, "/survey/s-1", cookie(x, c, true, 0), GOOD), RC_OK); /* another tab */
    assert_false(x->ballot.is_filled);
    assert_int_equal(x->rs.status, 303);
    assert_string_equal(x->rs.location, "/survey/s-1/received");
}

static void without_cookies_the_form_carries_the_key(void **state)
{
    struct fixture *x = *state;
    char body[400];
    assert_int_equal(post(x, "/survey/s-1", "", GOOD "&t=hi"), RC_OK);
    assert_int_equal(x->rs.status, 409);
    assert_false(x->ballot.is_filled);
    assert_shows(x, "Please press “Send my answers” once more");
    assert_shows(x, "hi</textarea>");
    const char *token = hidden(x, "_ballot");
    assert_non_null(token);
    assert_non_null(strstr(x->rs.set_cookie, token)); /* whichever the browser keeps, it is one key */
    (void)snprintf(body, sizeof body, GOOD "&_ballot=%s", token);
    assert_int_equal(post(x, "/survey/s-1", "", body), RC_OK);
    assert_true(x->ballot.is_filled);
    assert_true(x->ballot.is_cookieless);
    x->ballot.intake.result = RC_OK;
    survey_ballot_answer(&x->site, &x->ballot, &x->reply, &x->rs);
    assert_int_equal(x->rs.status, 200);
    assert_null(x->rs.location);
    char shown[20];
    key_show(&x->ballot.token.key, shown);
    assert_shows(x, shown);
}

static void without_cookies_problems_come_with_a_key(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(post(x, "/survey/s-1", "", "_version=12&_lang=en&used=no"), RC_OK);
    assert_int_equal(x->rs.status, 422);
    assert_non_null(hidden(x, "_ballot"));
    assert_shows(x, "There is a problem");
}

static void a_stale_or_forged_key_gets_a_fresh_one(void **state)
{
    struct fixture *x = *state;
    char c[160], forged[160];
    (void)cookie(x, c, false, 31 * 86400);
    (void)snprintf(forged, sizeof forged, "minyi_s_1=n.%lld.0000000000000000.%032d", (long long)time(NULL) / 60, 0);
    const char *const rows[] = {c, forged, "minyi_s_1=", "minyi_s_1=rubbish"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(post(x, "/survey/s-1", rows[i], GOOD "&t=hi"), RC_OK);
        assert_int_equal(x->rs.status, 409);
        assert_false(x->ballot.is_filled);
        assert_shows(x, "This page is too old");
        assert_shows(x, "hi</textarea>");
        assert_memory_equal(x->rs.set_cookie, "minyi_s_1=n.", 12);
        assert_null(strstr(hidden(x, "_ballot"), ".0000000000000000."));
    }
    assert_int_equal(post(x, "/survey/s-1", "", GOOD "&_ballot=rubbish"), RC_OK);
    assert_int_equal(x->rs.status, 409);
    assert_shows(x, "This page is too old");
}

static void a_token_of_another_survey_is_no_key(void **state)
{
    struct fixture *x = *state;
    char token[KEY_TOKEN_MAX], body[400];
    struct key_token t = {.issued_at = (int64_t)time(NULL)};
    key_make(&t.key);
    key_token_write(&t, "s-2", x->secret, token);
    (void)snprintf(body, sizeof body, GOOD "&_ballot=%s", token);
    assert_int_equal(post(x, "/survey/s-1", "", body), RC_OK);
    assert_int_equal(x->rs.status, 409);
}

static void another_person_gets_a_new_key(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(post(x, "/survey/s-1/new", cookie(x, c, true, 60), "_lang=en"), RC_OK);
    assert_int_equal(x->rs.status, 303);
    assert_string_equal(x->rs.location, "/survey/s-1");
    assert_memory_equal(x->rs.set_cookie, "minyi_s_1=n.", 12);
    assert_null(strstr(x->rs.set_cookie, "0000000000000000"));
    assert_int_equal(post(x, "/survey/s-1/new", cookie(x, c, false, 60), "_lang=en"), RC_OK);
    assert_null(x->rs.set_cookie); /* tapped twice: the new one stays */
    assert_int_equal(get(x, "/survey/s-1/new", ""), RC_OK); /* a link preview changes nothing */
    assert_int_equal(x->rs.status, 405);
    assert_string_equal(x->rs.allow, "POST");
    assert_null(x->rs.set_cookie);
}

/* ---- what is refused ---- */

struct refusal {
    const char *body;
    enum rc rc;
    const char *reason;
    int status; /* of the page, when rc is RC_OK */
    const char *shows;
};

static void refusals(void **state)
{
    static const struct refusal rows[] = {
        {GOOD "&_version=12", RC_INPUT, "twice", 0, NULL},
        {GOOD "&_lang=en", RC_INPUT, "twice", 0, NULL},
        {GOOD "&_ballot=a&_ballot=b", RC_INPUT, "twice", 0, NULL},
        {GOOD "&_other=1", RC_INPUT, "unknown_field", 0, NULL},
        {GOOD "&_=1", RC_INPUT, "unknown_field", 0, NULL},
        {GOOD "&other=1", RC_INPUT, "not_this_form", 0, NULL},
        {GOOD "&used=yes", RC_INPUT, "not_this_form", 0, NULL},
        {GOOD "&mini=maybe", RC_INPUT, "not_this_form", 0, NULL},
        {GOOD "&agree=1", RC_INPUT, "not_this_form", 0, NULL},
        {"_lang=en&agree=1&used=no&t=hi", RC_OK, NULL, 409, "hi</textarea>"},
        {"_version=13&_lang=en&agree=1&used=no&t=hi", RC_OK, NULL, 409, "The questionnaire has changed"},
        {"_version=0&_lang=en", RC_OK, NULL, 409, "The questionnaire has changed"},
        {"_version=-12&_lang=en", RC_OK, NULL, 409, "The questionnaire has changed"},
        {"_version=12x&_lang=en", RC_OK, NULL, 409, "The questionnaire has changed"},
        {"_version=99999999999999999999&_lang=en", RC_OK, NULL, 409, "The questionnaire has changed"},
        {"_version=13&other=1&used=maybe", RC_OK, NULL, 409, "The questionnaire has changed"},
        {"_version=12&_lang=en", RC_OK, NULL, 422, "There is a problem"},
        {"_version=12", RC_OK, NULL, 422, "There is a problem"},
        {GOOD "&_website=http%3A%2F%2Fx", RC_OK, NULL, 422, "name=\"_website\" tabindex=\"-1\" autocomplete=\"off\">"},
        {GOOD "&_website=x&t=hi", RC_OK, NULL, 422, "hi</textarea>"},
        {GOOD "&_website=x&_website=", RC_INPUT, "twice", 0, NULL},
        {GOOD "&n=6", RC_OK, NULL, 422, "Please give a whole number from 0 to 5."},
    };
    struct fixture *x = *state;
    char c[160];
    (void)cookie(x, c, false, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum rc rc = post(x, "/survey/s-1", c, rows[i].body);
        if (rc != rows[i].rc || x->ballot.is_filled)
            fail_msg("row %zu (%s): %s", i, rows[i].body, rc_name(rc));
        if (rows[i].reason != NULL)
            assert_string_equal(x->e.reason, rows[i].reason);
        if (rc != RC_OK)
            continue;
        assert_int_equal(x->rs.status, rows[i].status);
        assert_shows(x, rows[i].shows);
        assert_string_equal(hidden(x, "_version"), "12"); /* the next press sends what is current */
    }
}

static void an_older_version_is_taken(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(post(x, "/survey/s-1", cookie(x, c, false, 0), "_version=11&agree=1&used=no"), RC_OK);
    assert_true(x->ballot.is_filled);
    assert_int_equal(x->ballot.intake.version_id, 11);
}

static void closed_unknown_foreign_and_not_loaded(void **state)
{
    struct fixture *x = *state;
    char c[160];
    assert_int_equal(get(x, "/survey/nothing", ""), RC_NOTFOUND);
    assert_int_equal(get(x, "/survey/", ""), RC_NOTFOUND);
    assert_int_equal(get(x, "/survey/s-1/", ""), RC_NOTFOUND);
    assert_int_equal(get(x, "/survey/s-1/nothing", ""), RC_NOTFOUND);
    assert_int_equal(post(x, "/survey/nothing", "", GOOD), RC_NOTFOUND);
    assert_int_equal(post(x, "/survey/s-1/received", "", "a=b"), RC_NOTFOUND);
    struct request rq = request(x, "/survey/s-1", cookie(x, c, false, 0), GOOD);
    rq.is_same_origin = false;
    assert_int_equal(survey_post(&x->site, &rq, &x->rs, &x->e), RC_FORBIDDEN);
    assert_false(x->ballot.is_filled);
    x->surveys[0].is_open = false;
    assert_int_equal(survey_set_publish(&x->site, &x->set, load, x, &x->e), RC_OK);
    assert_int_equal(get(x, "/survey/s-1", ""), RC_OK);
    assert_int_equal(x->rs.status, 410);
    assert_shows(x, "This survey is closed");
    assert_null(x->rs.set_cookie);
    assert_int_equal(post(x, "/survey/s-1", c, GOOD), RC_OK);
    assert_int_equal(x->rs.status, 410);
    assert_false(x->ballot.is_filled);
    atomic_store(&x->site.set, NULL);
    assert_int_equal(get(x, "/survey/s-1", ""), RC_UNAVAILABLE);
    assert_int_equal(post(x, "/survey/s-1", c, GOOD), RC_UNAVAILABLE);
}

static void the_home_page_lists_what_is_open(void **state)
{
    struct fixture *x = *state;
    struct request rq = request(x, "/", "", NULL);
    assert_int_equal(home_show(&x->site, &rq, &x->rs, &x->e), RC_OK);
    assert_shows(x, "<a href=\"/survey/s-1?lang=en\">Survey &lt;one&gt; &amp; \"two\"</a>");
    assert_shows(x, "/results/?lang=en");
    x->surveys[0].is_open = false;
    assert_int_equal(survey_set_publish(&x->site, &x->set, load, x, &x->e), RC_OK);
    response_reset(&x->rs);
    assert_int_equal(home_show(&x->site, &rq, &x->rs, &x->e), RC_OK);
    assert_shows(x, "No survey is open at the moment.");
}

static void a_broken_survey_leaves_the_others(void **state)
{
    struct fixture *x = *state;
    x->surveys[1] = (struct stored_survey){2, "broken", true, 99};
    x->versions[1] = (struct stored_version){99, 2};
    x->set.n_surveys = 2;
    assert_int_equal(survey_set_publish(&x->site, &x->set, load, x, &x->e), RC_OK);
    assert_int_equal(get(x, "/survey/broken", ""), RC_NOTFOUND);
    assert_int_equal(get(x, "/survey/s-1", ""), RC_OK);
}

/* ---- receipts ---- */

static enum rc look(struct fixture *x, const char *body)
{
    struct request rq = request(x, "/receipt", "", body);
    x->ballot.is_lookup = false;
    return lookup_post(&x->site, &rq, &x->rs, &x->e);
}

static void too_young_ends_kindly(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(get(x, "/survey/s-1/younger", ""), RC_OK);
    assert_int_equal(x->rs.status, 200);
    assert_null(x->rs.set_cookie);
    assert_shows(x, "<h1>Thank you for your interest</h1>");
    assert_not_shown(x, "<form");
}

static void a_code_is_checked_and_handed_on(void **state)
{
    struct fixture *x = *state;
    struct ballot_queue queue;
    ballot_queue_init(&queue);
    x->site.lookups = &queue;
    struct request rq = request(x, "/receipt", "", NULL);
    assert_int_equal(lookup_get(&x->site, &rq, &x->rs, &x->e), RC_OK);
    assert_shows(x, "<form method=\"post\" action=\"/receipt\" novalidate>");
    assert_int_equal(look(x, "code=0000+0000-0000+0000&_lang=en"), RC_OK);
    assert_true(x->ballot.is_filled && x->ballot.is_lookup);
    assert_string_equal(x->ballot.token.key.c, "0000000000000000");
    assert_int_equal(x->ballot.wish, LOOKUP_SHOW);
    assert_int_equal(look(x, "code=0000000000000000&wish=confirm"), RC_OK);
    assert_int_equal(x->ballot.wish, LOOKUP_CONFIRM);
    x->site.lookups = NULL;
}

static void a_typing_error_is_named(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(look(x, "code=0000000000000001"), RC_OK);
    assert_int_equal(x->rs.status, 422);
    assert_false(x->ballot.is_filled);
    assert_shows(x, "One character is wrong, or two changed places.");
    assert_shows(x, "value=\"0000000000000001\" aria-invalid=\"true\"");
    assert_int_equal(look(x, "code=%22%3E%3Cb%3E"), RC_OK);
    assert_shows(x, "A receipt code has 16 letters and digits.");
    assert_shows(x, "value=\"&#34;&gt;&lt;b&gt;\"");
    assert_int_equal(look(x, "_lang=en"), RC_OK);
    assert_int_equal(x->rs.status, 422);
}

static void receipts_refused(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(look(x, "code=0000000000000000&code=0000000000000000"), RC_INPUT);
    assert_int_equal(look(x, "code=0000000000000000&wish=everything"), RC_INPUT);
    assert_int_equal(look(x, "code=0000000000000000&more=1"), RC_INPUT);
    struct request rq = request(x, "/receipt", "", "code=0000000000000000");
    rq.is_same_origin = false;
    assert_int_equal(lookup_post(&x->site, &rq, &x->rs, &x->e), RC_FORBIDDEN);
    assert_false(x->ballot.is_filled);
}

static void too_many_at_once_are_told_so(void **state)
{
    struct fixture *x = *state;
    struct ballot_queue queue;
    static struct intake_ballot waiting[LOOKUPS_MAX];
    ballot_queue_init(&queue);
    x->site.lookups = &queue;
    for (size_t i = 0; i < LOOKUPS_MAX; i++) {
        assert_int_equal(look(x, "code=0000000000000000"), RC_OK);
        assert_true(x->ballot.is_filled);
        waiting[i] = (struct intake_ballot){.result = RC_OK};
        ballot_queue_push(&queue, &waiting[i]);
    }
    assert_int_equal(look(x, "code=0000000000000000"), RC_OK);
    assert_false(x->ballot.is_filled);
    assert_int_equal(x->rs.status, 503);
    assert_string_equal(x->rs.retry_after, "60");
    x->site.lookups = NULL;
}

static void every_failing_allocation_of_a_post(void **state)
{
    struct fixture *x = *state;
    char c[160];
    (void)cookie(x, c, false, 0);
    bool is_through = false;
    for (long n = 1; n < 200 && !is_through; n++) {
        struct request rq = request(x, "/survey/s-1", c, GOOD "&t=hi&n=3");
        x->a.fail_after = n;
        enum rc rc = survey_post(&x->site, &rq, &x->rs, &x->e);
        is_through = x->a.fail_after > 0;
        assert_int_equal(rc, is_through ? RC_OK : RC_NOMEM);
        assert_int_equal(x->ballot.is_filled, rc == RC_OK);
        x->a.fail_after = 0;
    }
    assert_true(is_through);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(the_page_shows_every_kind_and_escapes),
        TEST(the_terms_are_the_survey_s_own),
        TEST(what_was_typed_is_kept_and_escaped),
        TEST(both_languages_and_gzip),
        TEST(a_get_issues_a_key_only_where_there_is_no_good_one),
        TEST(a_sent_key_shows_already_received),
        TEST(a_good_ballot_is_handed_on),
        TEST(a_fast_ballot_says_so_and_no_more),
        TEST(a_late_key_makes_no_ballot_fast),
        TEST(the_answer_waits_for_the_writer),
        TEST(the_chosen_language_is_kept_over_the_redirect),
        TEST(a_second_send_is_the_same_ballot),
        TEST(without_cookies_the_form_carries_the_key),
        TEST(without_cookies_problems_come_with_a_key),
        TEST(a_stale_or_forged_key_gets_a_fresh_one),
        TEST(a_token_of_another_survey_is_no_key),
        TEST(another_person_gets_a_new_key),
        TEST(refusals),
        TEST(an_older_version_is_taken),
        TEST(closed_unknown_foreign_and_not_loaded),
        TEST(the_home_page_lists_what_is_open),
        TEST(a_broken_survey_leaves_the_others),
        TEST(too_young_ends_kindly),
        TEST(a_code_is_checked_and_handed_on),
        TEST(a_typing_error_is_named),
        TEST(receipts_refused),
        TEST(too_many_at_once_are_told_so),
        TEST(every_failing_allocation_of_a_post),
    };
    if (sodium_init() < 0)
        return 1;
    log_program("test_survey");
    return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
