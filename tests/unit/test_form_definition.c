/* form: a frozen definition that was damaged is refused by name; the small functions of form.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "form/layout.h"
#include "form/xlsform.h"

static const struct xlsform_files files = {
    .settings = "form_id,form_title::中文 (zh),form_title::English (en),description::中文 (zh),description::English (en),"
                "organiser::中文 (zh),organiser::English (en),handler::中文 (zh),handler::English (en),contact::中文 (zh),"
                "contact::English (en),legal_basis::中文 (zh),legal_basis::English (en),sample\n"
                "s-1,题,T,D,D,O,O,H,H,C,C,L,L,open\n",
    .choices = "list_name,name,label::中文 (zh),label::English (en)\nyn,yes,是,Yes\nyn,no,否,No\n",
    .survey = "type,name,label::中文 (zh),label::English (en),relevant,constraint\n"
              "begin_group,g,组,G,,\nselect_one yn,used,用过？,Used?,,\nend_group,,,,,\n"
              "integer,n,几个？,How many?,${used} = 'yes',. > -1 and . < 10\n",
};

struct fixture {
    struct arena a;
    struct form *f;
    struct buf json, problems;
    struct rc_info e;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct xlsform_files all = files;
    if (x == NULL)
        return -1;
    all.settings_len = strlen(all.settings);
    all.choices_len = strlen(all.choices);
    all.survey_len = strlen(all.survey);
    arena_init(&x->a, 16 << 20);
    buf_init(&x->json, 1 << 20);
    buf_init(&x->problems, 1 << 20);
    bool is_good = xlsform_read(&all, &x->a, &x->f, &x->problems, &x->e) == RC_OK &&
                   form_to_json(x->f, &x->json, &x->e) == RC_OK;
    *state = x;
    return is_good ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->json);
    buf_release(&x->problems);
    free(x);
    return 0;
}

/* The definition with the first `old` replaced by `new` is refused, and the message says `want`. */
struct damage {
    const char *name, *old, *new, *want;
};
static struct damage damages[] = {
    {"not JSON", "{\"", "{'", "not JSON"},
    {"a key twice", "{\"contact\"", "{\"slug\":\"a\",\"contact\"", "not JSON"},
    {"another format", "\"format\":1", "\"format\":2", "\"format\""},
    {"no text", "\"slug\":\"s-1\"", "\"slug\":7", "\"slug\""},
    {"a text with NUL", "\"time_zone\":\"Asia/Shanghai\"", "\"time_zone\":\"Asia\\u0000\"", "not JSON"},
    {"no slug", "\"slug\":\"s-1\"", "\"slug\":\"S 1\"", "\"slug\""},
    {"no number", "\"retain_days\":3650", "\"retain_days\":\"long\"", "\"retain_days\""},
    {"a number out of range", "\"smallest_age\":18", "\"smallest_age\":151", "\"smallest_age\""},
    {"no seconds", "\"format\":1", "\"fast_seconds\":0,\"format\":1", "\"fast_seconds\""},
    {"over an hour of seconds", "\"format\":1", "\"fast_seconds\":3601,\"format\":1", "\"fast_seconds\""},
    {"no boolean", "\"read_back\":false", "\"read_back\":0", "\"read_back\""},
    {"no such sample", "\"sample\":\"open\"", "\"sample\":\"some\"", "\"sample\""},
    {"no label", "\"title\":{\"en\":\"T\",\"zh\":\"题\"}", "\"title\":\"T\"", "\"title\""},
    {"languages that are no list", "\"langs\":[\"zh\",\"en\"]", "\"langs\":\"zh\"", "\"langs\""},
    {"no language", "\"langs\":[\"zh\",\"en\"]", "\"langs\":[]", "\"langs\""},
    {"a language that is no text", "\"langs\":[\"zh\",\"en\"]", "\"langs\":[\"zh\",1]", "\"langs\""},
    {"nodes that are no list", "\"nodes\":[", "\"nodes\":1,\"x\":[", "\"nodes\""},
    {"no such type", "\"type\":\"integer\"", "\"type\":\"real\"", "\"type\""},
    {"a parent to come", "\"parent\":0", "\"parent\":3", "\"parent\""},
    {"choices that are none", "\"choices\":[", "\"choices\":[],\"x\":[", "\"choices\""},
    {"no such comparison", "\"op\":\"equal\"", "\"op\":\"about\"", "\"op\""},
    {"an empty comparison", "\"op\":\"equal\"", "\"op\":\"always\"", "\"relevant\""},
    {"a comparison with no question", "\"node\":1,\"op\"", "\"node\":0,\"op\"", "\"relevant\""},
    {"a comparison with no choice", "\"choice\":0,\"node\"", "\"choice\":2,\"node\"", "\"choice\""},
    {"another offset", "\"offset\":1,", "\"offset\":2,", "\"layout\""},
    {"another width", "\"width\":9", "\"width\":8", "\"layout\""},
    {"another slot", "\"slot\":4", "\"slot\":5", "\"layout\""},
    {"other slots", "\"slots\":4", "\"slots\":3", "\"layout\""},
};

static char *replaced(struct arena *a, const char *in, const char *old, const char *new)
{
    const char *at = strstr(in, old);
    return at == NULL ? NULL : arena_printf(a, "%.*s%s%s", (int)(at - in), in, new, at + strlen(old));
}

static void damage_is_refused(void **state)
{
    const struct damage *d = *state;
    void *s = NULL;
    struct form *f = NULL;
    assert_int_equal(set_up(&s), 0);
    struct fixture *x = s;
    char *json = replaced(&x->a, x->json.p, d->old, d->new);
    enum rc rc = json == NULL ? RC_OK : form_from_json(json, strlen(json), &x->a, &f, &x->e);
    bool is_named = strstr(x->e.msg, d->want) != NULL;
    if (json == NULL || !is_named)
        print_message("%s\ngot: %s\n", json == NULL ? "there is nothing to damage" : json, x->e.msg);
    (void)tear_down(&s);
    assert_int_equal(rc, RC_INPUT);
    assert_true(is_named && f == NULL);
}

static void languages_are_found(void **state)
{
    const struct form *f = ((struct fixture *)*state)->f;
    assert_int_equal(form_lang(f, "en"), 1);
    assert_int_equal(form_lang(f, "zh-CN"), 0);
    assert_int_equal(form_lang(f, "e"), SIZE_MAX);
    assert_int_equal(form_lang(f, "fr"), SIZE_MAX);
    assert_string_equal(form_text(&f->title, 0), "题");
    assert_string_equal(form_text(&f->title, 1), "T");
    assert_string_equal(form_text(&f->title, 7), "题"); /* else the default language */
    assert_string_equal(form_text(&f->title, SIZE_MAX), "题");
    assert_string_equal(form_text(&f->population, 0), "");
}

static void questions_and_choices_are_found(void **state)
{
    const struct form *f = ((struct fixture *)*state)->f;
    assert_int_equal(form_find(f, "used", 4), 1);
    assert_int_equal(form_find(f, "used", 3), SIZE_MAX);
    assert_int_equal(form_find(f, "", 0), SIZE_MAX); /* the end of a group has no name */
    assert_int_equal(form_find_choice(f->nodes[1].choices, "no", 2), 1);
    assert_int_equal(form_find_choice(f->nodes[1].choices, "n", 1), SIZE_MAX);
    assert_int_equal(f->nodes[3].min, 0); /* . > -1 and . < 10 */
    assert_int_equal(f->nodes[3].max, 9);
}

static void too_many_answers_have_no_layout(void **state)
{
    (void)state;
    enum { N = FORM_CODES_MAX / 9 + 1 };
    static struct form_node nodes[N];
    struct form f = {.nodes = nodes, .n_nodes = N};
    struct rc_info e;
    for (size_t i = 0; i < N; i++)
        nodes[i].type = FORM_INTEGER;
    assert_int_equal(form_layout(&f, nodes, &e), RC_TOOBIG);
    f.n_nodes--;
    assert_int_equal(form_layout(&f, nodes, &e), RC_OK);
    assert_int_equal(f.codes_len, (N - 1) * 9);
}

int main(void)
{
    enum { N = sizeof damages / sizeof *damages };
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup_teardown(languages_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(questions_and_choices_are_found, set_up, tear_down),
        cmocka_unit_test(too_many_answers_have_no_layout),
    };
    struct CMUnitTest tests[N] = {{0}};
    for (size_t i = 0; i < N; i++)
        tests[i] = (struct CMUnitTest){damages[i].name, damage_is_refused, NULL, NULL, &damages[i]};
    int failed = cmocka_run_group_tests_name("form", fixed, NULL, NULL);
    return failed + cmocka_run_group_tests_name("damaged definitions", tests, NULL, NULL);
}
