/* Publication: the same figures give the same bytes, and come back; percent texts; CSV cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "report/csv.h"

static struct arena arena;
static struct buf out, again;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    buf_init(&out, 256 * 1024);
    buf_init(&again, 256 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    buf_release(&out);
    buf_release(&again);
    return 0;
}

static const struct pub_option five[] = {
    {"1", {{"\xe5\xb7\xae", "bad"}}, {.count = 100, .p = 0.1, .has_interval = true, .low = 0.0829, .high = 0.1202}, false},
    {"2", {{NULL, "so-so"}}, {.count = 900, .p = 0.9, .has_interval = true, .low = 0.8798, .high = 0.9171}, false},
    {"dk", {{NULL, "=do not know"}}, {.count = 7, .p = 0, .has_interval = false, .low = 0, .high = 0}, true},
};
static const struct pub_question questions[] = {
    {.name = "q1", .type = FORM_SELECT_ONE, .label = {{"\xe9\x97\xae", "How, \"then\"?"}},
     .is_likert = true, .n = 1000, .n_not_asked = 1, .n_skipped = 2, .n_dont_know = 7,
     .n_options = 3, .options = five, .has_boxes = true, .top2 = {.count = 900, .p = 0.9, .has_interval = true, .low = 0.8798, .high = 0.9171},
     .neutral = {.count = 0, .p = 0, .has_interval = true, .low = 0, .high = 0.0038}, .bottom2 = {.count = 100, .p = 0.1, .has_interval = false, .low = 0, .high = 0}},
    {.name = "q2", .type = FORM_SELECT_MULTIPLE, .label = {{NULL, "Which?"}}, .is_profile = true,
     .n = 29, .n_skipped = 3, .is_suppressed = true, .n_options = 3, .options = five},
    {.name = "q3", .type = FORM_INTEGER, .label = {{NULL, "How many?"}}, .n = 0},
};
static const struct publication sample = {
    .slug = "s", .version_no = 3, .n_langs = 2, .langs = {"zh", "en"}, .title = {{"\xe9\xa2\x98", "T"}},
    .population = {{NULL, "P"}}, .sample = FORM_RANDOM, .n_ballots = 1010, .threshold = 30,
    .first_day = "2014-12-01", .last_day = "2014-12-31", .n_questions = 3, .questions = questions,
};

static void comes_back(void **state)
{
    (void)state;
    struct publication *p = NULL;
    struct rc_info e = {0};
    assert_int_equal(publication_to_json(&sample, &out, &e), RC_OK);
    if (publication_from_json(out.p, out.len, &arena, &p, &e) != RC_OK)
        fail_msg("%s", e.msg);
    assert_int_equal(publication_to_json(p, &again, &e), RC_OK);
    assert_string_equal(again.p, out.p);
    assert_string_equal(p->slug, "s");
    assert_string_equal(p->last_day, "2014-12-31");
    assert_string_equal(p->time_zone, "Asia/Shanghai");
    assert_int_equal(p->sample, FORM_RANDOM);
    assert_int_equal(p->n_questions, 3);
    const struct pub_question *q = &p->questions[0];
    assert_string_equal(q->label.t[1], "How, \"then\"?");
    assert_true(q->is_likert && q->has_boxes && !q->is_profile);
    assert_int_equal(q->n_dont_know, 7);
    assert_true(q->top2.has_interval && !q->bottom2.has_interval);
    assert_true(q->top2.low > 0.87979 && q->top2.low < 0.87981);
    assert_null(q->options[1].label.t[0]);
    assert_true(q->options[2].is_dont_know);
    assert_int_equal(q->options[2].share.count, 7);
    assert_int_equal(p->questions[2].type, FORM_INTEGER);
}

#define ROOT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void a_merkle_root_comes_back(void **state)
{
    (void)state;
    struct publication with = sample, *p = NULL;
    struct rc_info e = {0};
    with.merkle_root = ROOT;
    assert_int_equal(publication_to_json(&with, &out, &e), RC_OK);
    assert_int_equal(publication_from_json(out.p, out.len, &arena, &p, &e), RC_OK);
    assert_string_equal(p->merkle_root, ROOT);
    char *at = strstr(out.p, ROOT);
    assert_non_null(at);
    at[63] = 'F'; /* capitals are not ours */
    assert_int_equal(publication_from_json(out.p, out.len, &arena, &p, &e), RC_INPUT);
    buf_reset(&out);
    assert_int_equal(publication_to_json(&sample, &out, &e), RC_OK); /* an older one has none */
    assert_null(strstr(out.p, "merkle"));
    assert_int_equal(publication_from_json(out.p, out.len, &arena, &p, &e), RC_OK);
    assert_null(p->merkle_root);
}

static void suppressed_has_no_numbers(void **state)
{
    (void)state;
    struct publication *p = NULL;
    struct rc_info e = {0};
    assert_int_equal(publication_to_json(&sample, &out, &e), RC_OK);
    assert_int_equal(publication_from_json(out.p, out.len, &arena, &p, &e), RC_OK);
    const struct pub_question *q = &p->questions[1];
    assert_true(q->is_suppressed);
    assert_int_equal(q->n, 0);
    assert_int_equal(q->n_skipped, 0);
    assert_int_equal(q->options[0].share.count, 0);
    const char *from = strstr(out.p, "\"name\":\"q2\"");
    assert_non_null(from);
    assert_null(strstr(out.p, ":29"));
}

static void short_numbers(void **state)
{
    (void)state;
    struct rc_info e = {0};
    assert_int_equal(publication_to_json(&sample, &out, &e), RC_OK);
    assert_non_null(strstr(out.p, "\"share\":0.9,") != NULL ? out.p : strstr(out.p, "\"share\":0.9}"));
    assert_null(strstr(out.p, "0.90000000"));
    assert_true(out.p[0] == '{' && strncmp(out.p, "{\"ballots\":1010,", 16) == 0); /* sorted */
}

/* Every single byte cut off or changed to '!' is refused or read, never more than that. */
static void damaged(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct publication *p = NULL;
    size_t refused = 0;
    assert_int_equal(publication_to_json(&sample, &out, &e), RC_OK);
    for (size_t i = 0; i < out.len; i++) {
        arena_reset(&arena);
        assert_int_equal(publication_from_json(out.p, i, &arena, &p, &e), RC_INPUT);
        char kept = out.p[i];
        out.p[i] = '!';
        refused += publication_from_json(out.p, out.len, &arena, &p, &e) == RC_INPUT;
        out.p[i] = kept;
    }
    assert_true(refused > out.len / 2);
}

static void memory_runs_out(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct publication *p = NULL;
    assert_int_equal(publication_to_json(&sample, &out, &e), RC_OK);
    enum rc rc = RC_NOMEM;
    long i = 1;
    for (; rc != RC_OK; i++) {
        arena_reset(&arena);
        arena.fail_after = i;
        p = NULL;
        rc = publication_from_json(out.p, out.len, &arena, &p, &e);
        if (rc != RC_OK) {
            assert_int_equal(rc, RC_NOMEM);
            assert_null(p);
        }
    }
    arena.fail_after = 0;
    assert_true(i > 30);
    buf_release(&again);
    buf_init(&again, out.len - 1);
    assert_int_equal(publication_to_json(&sample, &again, &e), RC_NOMEM);
}

struct refused_row {
    const char *json, *why;
};

static void refused(void **state)
{
    const struct refused_row *r = *state;
    struct publication *p = NULL;
    struct rc_info e = {0};
    assert_int_equal(publication_from_json(r->json, strlen(r->json), &arena, &p, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, r->why));
    assert_null(p);
}

struct percent_row {
    int64_t count, n;
    const char *want;
};

static void percent(void **state)
{
    const struct percent_row *r = *state;
    char text[16];
    publication_percent((double)r->count / (double)r->n, r->n, text);
    assert_string_equal(text, r->want);
}

struct cell_row {
    const char *in, *want;
};

static void cell(void **state)
{
    const struct cell_row *r = *state;
    struct csv c = {.out = &out};
    csv_text(&c, r->in);
    assert_string_equal(out.p == NULL ? "" : out.p, r->want);
}

#define HEAD "{\"languages\":[\"en\"],\"survey\":\"s\",\"version\":1,\"title\":{},\"population\":{}," \
             "\"organiser\":{},\"ballots\":1,\"threshold\":0,\"time_zone\":\"UTC\",\"first_day\":\"\",\"last_day\":\"\","
#define QUESTION(rest) HEAD "\"sample\":\"open\",\"questions\":[{\"name\":\"q\",\"label\":{}," \
                            "\"likert\":false,\"profile\":false,\"suppressed\":false," rest "}]}"
#define X(n, j, why) {n, refused, setup, teardown, &((struct refused_row){j, why})}
#define P(c, n, w) {#c " of " #n, percent, setup, teardown, &((struct percent_row){c, n, w})}
#define C(n, i, w) {n, cell, setup, teardown, &((struct cell_row){i, w})}
#define TEST(f) {#f, f, setup, teardown, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(comes_back), TEST(a_merkle_root_comes_back), TEST(suppressed_has_no_numbers), TEST(short_numbers), TEST(damaged),
        TEST(memory_runs_out),
        X("empty", "", "not JSON"),
        X("an array", "[]", "languages"),
        X("no languages", "{\"languages\":[]}", "languages"),
        X("key twice", "{\"a\":1,\"a\":2}", "not JSON"),
        X("unknown sample", HEAD "\"sample\":\"other\",\"questions\":[]}", "sample"),
        X("questions missing", HEAD "\"sample\":\"open\"}", "questions"),
        X("type unknown", QUESTION("\"type\":\"x\""), "\"type\" of question q"),
        X("count negative", QUESTION("\"type\":\"text\",\"n\":-1"), "\"n\" of question q"),
        X("count over n", QUESTION("\"type\":\"select_one\",\"n\":1,\"not_asked\":0,\"skipped\":0,"
          "\"dont_know\":0,\"options\":[{\"name\":\"a\",\"label\":{},\"dont_know\":false,\"count\":2,"
          "\"share\":1.0}]"), "\"count\" of question q"),
        X("share over one", QUESTION("\"type\":\"select_one\",\"n\":1,\"not_asked\":0,\"skipped\":0,"
          "\"dont_know\":0,\"options\":[{\"name\":\"a\",\"label\":{},\"dont_know\":false,\"count\":1,"
          "\"share\":1.5}]"), "\"share\" of question q"),
        P(789, 1000, "78.9"), P(1579, 2000, "79.0"), P(15789, 20000, "78.9"), P(999, 999, "100"),
        P(1, 3, "33"), P(2, 3, "67"), P(1, 200, "1"), P(1, 201, "0"), P(0, 5000, "0.0"),
        P(5000, 5000, "100.0"), P(1, 2000, "0.1"), P(7, 8, "88"), P(4999, 5000, "100.0"),
        C("plain", "abc", "abc"), C("empty", "", ""), C("comma", "a,b", "\"a,b\""),
        C("quote", "a\"b", "\"a\"\"b\""), C("line end", "a\nb", "\"a\nb\""),
        C("space at the end", "a ", "\"a \""),
        C("equals sign", "=1+1", "'=1+1"), C("plus", "+1", "'+1"), C("minus", "-1", "'-1"),
        C("at", "@a", "'@a"), C("tab", "\ta", "'\ta"), C("carriage return", "\ra", "\"'\ra\""),
        C("formula inside stays", "a=1", "a=1"), C("formula with comma", "=A,B", "\"'=A,B\""),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
