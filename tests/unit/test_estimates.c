/* estimates: cells of counts give what the single answers give; margins and their mistakes; groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "form/answers.h"
#include "form/xlsform.h"
#include "report/figures.h"
#include "stats/estimate.h"
#include "stats/weights.h"
#include "../lib/random.h"

static const char settings_csv[] =
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),"
    "contact::English (en),legal_basis::English (en),population::English (en),sample\ns-1,T,D,O,H,C,L,P,random\n";
static const char choices_csv[] = "list_name,name,label::English (en),dont_know,exclusive\n"
                                  "five,5,Very good,,\nfive,4,Good,,\nfive,3,So so,,\nfive,2,Bad,,\n"
                                  "five,1,Very bad,,\nfive,dk,?,yes,\n"
                                  "sex,f,F,,\nsex,m,M,,\nsex,x,X,,\n"
                                  "age,young,Y,,\nage,old,O,,\n"
                                  "many,a,A,,\nmany,b,B,,\nmany,dk,?,yes,yes\n";
static const char survey_csv[] = "type,name,label::English (en),required,relevant,constraint,appearance,profile\n"
                                 "select_one five,q,Good?,,,,likert,\n"
                                 "select_multiple many,m,Which?,,,,,\n"
                                 "select_one sex,sex,Sex?,,,,,yes\n"
                                 "select_one age,age,Age?,,,,,yes\n";
enum { Q, M, SEX, AGE }; /* nodes */
enum { BALLOTS = 900, CELLS_MAX = 32 };

struct fixture {
    struct arena a;
    struct form *f;
    struct buf problems;
    struct random r;
    unsigned char codes[BALLOTS][64], profiles[CELLS_MAX][8];
    struct figures_cell cells[CELLS_MAX];
    int32_t counts[CELLS_MAX][64];
    size_t n_cells;
    struct margins margins;
    struct rc_info e;
};

static void read_form(struct fixture *x)
{
    struct xlsform_files files = {survey_csv, choices_csv, settings_csv,
                                  strlen(survey_csv), strlen(choices_csv), strlen(settings_csv)};
    if (xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e) != RC_OK)
        fail_msg("%s", x->problems.p);
}

static enum rc read_margins(struct fixture *x, const char *csv)
{
    struct sheet s;
    x->e = (struct rc_info){0};
    enum rc rc = sheet_read("m.csv", csv, strlen(csv), 100, &x->a, &s, &x->e);
    return rc == RC_OK ? margins_from_sheet(&s, x->f, &x->a, &x->margins, &x->e) : rc;
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 64 << 20);
    buf_init(&x->problems, 1 << 20);
    x->r.state = 20150401;
    read_form(x);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    free(x);
    return 0;
}

static void answer_one(struct fixture *x, unsigned char *codes, size_t node, double missing)
{
    const struct form_node *n = &x->f->nodes[node];
    bool is_given = random_unit(&x->r) >= missing;
    codes[n->offset] = (unsigned char)(is_given ? 2 + random_below(&x->r, (uint32_t)n->choices->n) : random_below(&x->r, 2));
}

/* Women answer more kindly, so that weights matter. */
static void random_ballots(struct fixture *x, double missing)
{
    for (size_t i = 0; i < BALLOTS; i++) {
        unsigned char *c = x->codes[i];
        memset(c, 0, sizeof x->codes[i]);
        answer_one(x, c, Q, 0.08);
        answer_one(x, c, SEX, missing);
        answer_one(x, c, AGE, missing / 2);
        if (c[x->f->nodes[SEX].offset] == 2 && random_unit(&x->r) < 0.4)
            c[x->f->nodes[Q].offset] = 2; /* very good */
        c[x->f->nodes[M].offset] = ANSWER_GIVEN;
        c[x->f->nodes[M].offset + 1] = (unsigned char)(1 + random_below(&x->r, 3)); /* a, b, or both */
    }
}

static void count_cells(struct fixture *x)
{
    x->n_cells = 0;
    memset(x->counts, 0, sizeof x->counts);
    for (size_t i = 0; i < BALLOTS; i++) {
        unsigned char profile[8];
        size_t len = answers_profile(x->f, x->codes[i], profile, sizeof profile), k = 0;
        while (k < x->n_cells && memcmp(x->profiles[k], profile, len) != 0)
            k++;
        if (k == x->n_cells) {
            assert_true(x->n_cells++ < CELLS_MAX);
            memcpy(x->profiles[k], profile, len);
            x->cells[k] = (struct figures_cell){.profile = x->profiles[k], .counts = x->counts[k]};
        }
        x->cells[k].n++;
        assert_int_equal(answers_count(x->f, x->codes[i], x->f->codes_len, x->counts[k]), RC_OK);
    }
}

/* ---- the same from single answers, straight from the statistics library ---- */

struct micro {
    double n[BALLOTS], weight[BALLOTS], w[BALLOTS], w2[BALLOTS];
    uint32_t sex[BALLOTS], age[BALLOTS], answer[BALLOTS], group[BALLOTS];
    struct margin margins[2];
    struct sample s;
};

static uint32_t choice(const struct fixture *x, size_t i, size_t node)
{
    unsigned char code = x->codes[i][x->f->nodes[node].offset];
    return code < 2 || x->f->nodes[node].choices->items[code - 2].is_dont_know ? 0 : code - 1U;
}

static void micro_make(struct fixture *x, struct micro *m)
{
    static const double sexes[] = {520, 480}, ages[] = {650, 350};
    struct rake_report report;
    const struct rake_options options = RAKE_OPTIONS_DEFAULT;
    for (size_t i = 0; i < BALLOTS; i++) {
        m->n[i] = m->weight[i] = 1;
        m->sex[i] = choice(x, i, SEX) == 3 ? 0 : choice(x, i, SEX); /* X has no population */
        m->age[i] = choice(x, i, AGE);
        m->group[i] = choice(x, i, AGE);
        m->answer[i] = choice(x, i, Q);
    }
    m->margins[0] = (struct margin){m->sex, 2, sexes};
    m->margins[1] = (struct margin){m->age, 2, ages};
    assert_int_equal(weights_rake(BALLOTS, m->n, m->weight, m->margins, 2, &options, &report, &x->a, &x->e), RC_OK);
    sample_weigh(BALLOTS, m->n, m->weight, m->w, m->w2);
    m->s = (struct sample){.n_rows = BALLOTS, .n = m->n, .w = m->w, .w2 = m->w2, .weighting = WEIGHTS_RAKED,
                           .margins = m->margins, .n_margins = 2};
    assert_int_equal(sample_prepare(&m->s, &x->a, &x->e), RC_OK);
}

static void assert_same(const struct pub_share *got, const struct micro *m, const double *value_of, uint32_t level,
                        struct rc_info *e)
{
    struct estimate p;
    assert_int_equal(estimate_answers(&m->s, m->answer, value_of, level == 0 ? NULL : m->group, level, &p, e), RC_OK);
    struct limits l = interval_logit(&p, 0.95);
    assert_true(got->is_weighted);
    if (fabs(got->weighted.p - p.value) > 1e-9)
        fail_msg("level %u: %.12f from cells, %.12f from answers", level, got->weighted.p, p.value);
    assert_int_equal(got->weighted.has_interval, l.state == STATS_DEFINED);
    if (fabs(got->weighted.low - l.low) > 1e-9 || fabs(got->weighted.high - l.high) > 1e-9)
        fail_msg("level %u: [%.12f, %.12f] from cells, [%.12f, %.12f] from answers", level, got->weighted.low,
                 got->weighted.high, l.low, l.high);
}

static enum rc make(struct fixture *x, const struct margins *m, struct publication *p)
{
    int64_t sums[64] = {0};
    struct figures_input in = {.form = x->f, .version_no = 1, .n_ballots = BALLOTS, .counts = sums, .first_day = "",
                               .last_day = "", .cells = x->cells, .n_cells = x->n_cells, .margins = m};
    for (size_t i = 0; i < x->n_cells; i++)
        for (size_t k = 0; k < x->f->n_slots; k++)
            sums[k] += x->counts[i][k];
    return figures_make(&in, &x->a, p, &x->e);
}

#define GOOD "variable,category,population\nsex,f,520\nsex,m,480\nage,young,650\nage,old,350\n"

static void cells_give_what_the_answers_give(void **state)
{
    static const double top2[] = {0, 1, 1, 0, 0, 0, 0}, second[] = {0, 0, 1, 0, 0, 0, 0};
    struct fixture *x = *state;
    struct micro *m = calloc(1, sizeof *m);
    assert_non_null(m);
    assert_int_equal(read_margins(x, GOOD), RC_OK);
    for (int round = 0; round < 8; round++) {
        struct publication p;
        random_ballots(x, 0.005 * (double)(round % 4));
        for (size_t i = 0; i < BALLOTS; i++) /* few without a margin: X is none */
            if (choice(x, i, SEX) == 3 && i % 16 != 0)
                x->codes[i][x->f->nodes[SEX].offset] = (unsigned char)(2 + i % 2);
        count_cells(x);
        micro_make(x, m);
        assert_int_equal(make(x, &x->margins, &p), RC_OK);
        assert_true(p.weights.is_weighted && p.weights.n_margins == 2 && p.weights.n_incomplete > 0);
        assert_true(fabs(p.weights.n_eff - weights_summarise(BALLOTS, m->n, m->weight).n_eff) < 1e-6);
        assert_same(&p.questions[Q].top2, m, top2, 0, &x->e);
        assert_same(&p.questions[Q].options[1].share, m, second, 0, &x->e);
        assert_int_equal(p.n_groups, 2);
        for (uint32_t level = 1; level <= 2; level++)
            assert_same(&p.groups[1].levels[level - 1].items[0].top2, m, top2, level, &x->e);
        for (size_t i = 0; i < BALLOTS; i++) { /* of several choices: "a" or not */
            unsigned char bits = x->codes[i][x->f->nodes[M].offset + 1];
            m->answer[i] = (bits & 1) != 0 ? 1 : 2;
        }
        assert_same(&p.questions[M].options[0].share, m, (const double[]){0, 1, 0}, 0, &x->e);
    }
    free(m);
}

static void groups_add_up(void **state)
{
    struct fixture *x = *state;
    struct publication p;
    random_ballots(x, 0.2);
    count_cells(x);
    assert_int_equal(make(x, NULL, &p), RC_OK);
    assert_false(p.weights.is_weighted);
    assert_string_equal(p.weights.why, "no_margins");
    for (size_t g = 0; g < p.n_groups; g++) {
        int64_t ballots = 0, n = 0, top2 = 0;
        for (size_t k = 0; k < p.groups[g].n_levels; k++) {
            ballots += p.groups[g].levels[k].n_ballots;
            n += p.groups[g].levels[k].items[0].n;
            top2 += p.groups[g].levels[k].items[0].top2.count;
        }
        assert_int_equal(ballots, p.questions[p.groups[g].question].n); /* the others gave no group */
        assert_true(n > 0 && n < p.questions[Q].n && top2 < p.questions[Q].top2.count);
    }
}

static void too_many_without_a_margin_are_not_weighted(void **state)
{
    struct fixture *x = *state;
    struct publication p;
    random_ballots(x, 0.2);
    count_cells(x);
    assert_int_equal(read_margins(x, GOOD), RC_OK);
    assert_int_equal(make(x, &x->margins, &p), RC_OK);
    assert_false(p.weights.is_weighted || p.questions[Q].top2.is_weighted);
    assert_string_equal(p.weights.why, "incomplete");
    assert_true(p.weights.n_incomplete > BALLOTS / 20);
}

static void a_group_that_is_in_no_ballot_fails_closed(void **state)
{
    struct fixture *x = *state;
    struct publication p;
    random_ballots(x, 0);
    for (size_t i = 0; i < BALLOTS; i++)
        x->codes[i][x->f->nodes[SEX].offset] = 2;
    count_cells(x);
    assert_int_equal(read_margins(x, GOOD), RC_OK);
    assert_int_equal(make(x, &x->margins, &p), RC_OK);
    assert_false(p.weights.is_weighted);
    assert_string_equal(p.weights.why, "empty_cell");
}

static void margins_that_make_no_sense_are_refused(void **state)
{
    static const struct {
        const char *csv, *why;
    } rows[] = {
        {"variable,category\nsex,f\n", "m.csv:1: needs the columns"},
        {"variable,category,population\n", "there is no margin"},
        {"variable,category,population\nq,5,1\n", "m.csv:2: \"q\" is not a profile question"},
        {"variable,category,population\nsex,f,1\nsex,z,1\n", "m.csv:3: question \"sex\" has no choice \"z\""},
        {"variable,category,population\nsex,f,0\n", "a population is a number above 0"},
        {"variable,category,population\nsex,f,-1\n", "is not a number"},
        {"variable,category,population\nsex,f,1e3\n", "is not a number"},
        {"variable,category,population\nsex,f,1\nsex,f,2\n", "m.csv:3: choice \"f\" of \"sex\" stands here twice"},
        {"variable,category,population\nsex,f,1\nage,old,2\n", "have different totals: 1 and 2"},
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(read_margins(x, rows[i].csv), RC_INPUT);
        if (strstr(x->e.msg, rows[i].why) == NULL)
            fail_msg("wanted \"%s\", got \"%s\"", rows[i].why, x->e.msg);
    }
}

static void margins_come_back(void **state)
{
    struct fixture *x = *state;
    struct buf json;
    struct margins back;
    buf_init(&json, 1 << 16);
    assert_int_equal(read_margins(x, "variable,category,population\nsex,f,52.25\nsex,m,47.75\nage,young,65\nage,old,35\n"),
                     RC_OK);
    assert_int_equal(margins_to_json(&x->margins, x->f, &json, &x->e), RC_OK);
    assert_int_equal(margins_from_json(json.p, json.len, x->f, &x->a, &back, &x->e), RC_OK);
    assert_true(back.n == 2 && back.items[0].node == SEX && back.items[0].population[0] == 52.25 && back.total == 100);
    assert_int_equal(margins_from_json("[1]", 3, x->f, &x->a, &back, &x->e), RC_INPUT);
    assert_int_equal(margins_from_json("{}", 2, x->f, &x->a, &back, &x->e), RC_INPUT);
    buf_release(&json);
}

static void weights_and_groups_come_back_from_json(void **state)
{
    struct fixture *x = *state;
    struct publication p, *q;
    struct buf one, two;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    random_ballots(x, 0.01);
    for (size_t i = 0; i < BALLOTS; i++)
        if (choice(x, i, SEX) == 3)
            x->codes[i][x->f->nodes[SEX].offset] = 2;
    count_cells(x);
    assert_int_equal(read_margins(x, GOOD), RC_OK);
    assert_int_equal(make(x, &x->margins, &p), RC_OK);
    assert_true(p.weights.is_weighted);
    assert_int_equal(publication_to_json(&p, &one, &x->e), RC_OK);
    if (publication_from_json(one.p, one.len, &x->a, &q, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
    assert_int_equal(publication_to_json(q, &two, &x->e), RC_OK);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.p, two.p, one.len);
    buf_release(&one);
    buf_release(&two);
}

static void flags_follow_the_nchs(void **state)
{
    (void)state;
    assert_true(estimates_is_unreliable(15, 29));
    assert_true(estimates_is_unreliable(20, 40));    /* 0.33 wide */
    assert_true(estimates_is_unreliable(2, 100));    /* 0.07 wide, far over 130% of 0.02 */
    assert_false(estimates_is_unreliable(60, 120));
    assert_false(estimates_is_unreliable(10, 10000)); /* under 0.05 wide */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(cells_give_what_the_answers_give),
        TEST(groups_add_up),
        TEST(too_many_without_a_margin_are_not_weighted),
        TEST(a_group_that_is_in_no_ballot_fails_closed),
        TEST(margins_that_make_no_sense_are_refused),
        TEST(margins_come_back),
        TEST(weights_and_groups_come_back_from_json),
        TEST(flags_follow_the_nchs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
