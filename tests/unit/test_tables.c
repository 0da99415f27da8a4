/* tables: crossings, grids, waves and trends, each against the single answers. */
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
#include "report/csv.h"
#include "report/trend.h"
#include "stats/chisq.h"
#include "stats/estimate.h"
#include "stats/rao_scott.h"
#include "stats/special.h"
#include "stats/weights.h"
#include "../lib/random.h"

#define SETTINGS(sample) \
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en)," \
    "contact::English (en),legal_basis::English (en),population::English (en),sample,cross_tables\n" \
    "s-1,T,D,O,H,C,L,P," sample ",q1*k\n"
static const char choices_csv[] = "list_name,name,label::English (en),dont_know\n"
                                  "five,5,Very good,\nfive,4,Good,\nfive,3,So so,\nfive,2,Bad,\nfive,1,Very bad,\nfive,dk,?,yes\n"
                                  "sex,f,F,\nsex,m,M,\nage,young,Y,\nage,old,O,\nkind,a,A,\nkind,b,B,\nkind,dk,?,yes\n";
/* The same questions in another version: choices in another order, and k asked otherwise. */
static const char choices_2_csv[] = "list_name,name,label::English (en),dont_know\n"
                                    "five,dk,?,yes\nfive,1,Very bad,\nfive,2,Bad,\nfive,3,So so,\nfive,4,Good,\nfive,5,Very good,\n"
                                    "sex,m,M,\nsex,f,F,\nage,old,O,\nage,young,Y,\nkind,a,A,\nkind,b,B,\nkind,c,C,\n";
static const char survey_csv[] = "type,name,label::English (en),appearance,profile\n"
                                 "select_one five,q1,1?,likert,\nselect_one five,q2,2?,likert,\n"
                                 "select_one five,q3,3?,likert,\nselect_one five,q4,4?,likert,\n"
                                 "select_one kind,k,Kind?,,\nselect_one sex,sex,Sex?,,yes\nselect_one age,age,Age?,,yes\n";
enum { Q1, Q2, Q3, Q4, K, SEX, AGE, NODES };
enum { BALLOTS = 1500, HALF = BALLOTS / 2, CELLS_MAX = 16 };

/* Ballots [from, to) counted into cells. */
struct counted {
    unsigned char profiles[CELLS_MAX][4];
    int32_t counts[CELLS_MAX][128];
    struct figures_cell cells[CELLS_MAX];
    size_t n;
    int64_t sums[128], n_ballots;
};

struct fixture {
    struct arena a;
    struct form *f, *other;
    struct buf problems, one, two;
    struct random r;
    unsigned char codes[BALLOTS][16];
    struct counted all, first, second;
    struct margins margins;
    struct publication p;
    struct rc_info e;
};

static struct form *read_form(struct fixture *x, const char *settings, const char *choices)
{
    struct form *f = NULL;
    struct xlsform_files files = {survey_csv, choices, settings, strlen(survey_csv), strlen(choices), strlen(settings)};
    if (xlsform_read(&files, &x->a, &f, &x->problems, &x->e) != RC_OK)
        fail_msg("%s", x->problems.p);
    return f;
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 64 << 20);
    buf_init(&x->problems, 1 << 20);
    buf_init(&x->one, 1 << 20);
    buf_init(&x->two, 1 << 20);
    x->r.state = 20150401;
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    buf_release(&x->one);
    buf_release(&x->two);
    free(x);
    return 0;
}

/* The choice of a ballot's question, counted from 1; 0: none, or don't know. */
static uint32_t choice(const struct fixture *x, size_t i, size_t node)
{
    unsigned char code = x->codes[i][x->f->nodes[node].offset];
    return code < 2 || x->f->nodes[node].choices->items[code - 2].is_dont_know ? 0 : code - 1U;
}

/* Later ballots are kinder, women too; every fifth is a straight line. */
static void random_ballots(struct fixture *x)
{
    for (size_t i = 0; i < BALLOTS; i++)
        for (size_t node = 0; node < NODES; node++) {
            const struct form_node *n = &x->f->nodes[node];
            bool is_profile = node >= SEX, is_kind = node < K && random_unit(&x->r) < (i < HALF ? 0.1 : 0.25);
            bool is_missing = random_unit(&x->r) < (is_profile ? 0.01 : 0.07);
            unsigned char code = (unsigned char)(2 + random_below(&x->r, (uint32_t)n->choices->n));
            x->codes[i][n->offset] = is_kind ? 2 : is_missing ? 1 : code;
            if (i % 5 == 0 && node > Q1 && node < K)
                x->codes[i][n->offset] = x->codes[i][x->f->nodes[Q1].offset];
        }
}

static void count(const struct fixture *x, size_t from, size_t to, struct counted *c)
{
    *c = (struct counted){.n = 0};
    assert_true(x->f->n_slots <= 128);
    for (size_t i = from; i < to; i++) {
        unsigned char profile[4] = {0};
        size_t len = answers_profile(x->f, x->codes[i], profile, sizeof profile), k = 0;
        while (k < c->n && memcmp(c->profiles[k], profile, len) != 0)
            k++;
        if (k == c->n) {
            assert_true(c->n++ < CELLS_MAX);
            memcpy(c->profiles[k], profile, len);
            c->cells[k] = (struct figures_cell){.profile = c->profiles[k], .counts = c->counts[k]};
        }
        c->cells[k].n++;
        c->n_ballots++;
        assert_int_equal(answers_count(x->f, x->codes[i], x->f->codes_len, c->counts[k]), RC_OK);
    }
    for (size_t k = 0; k < c->n; k++)
        for (size_t s = 0; s < x->f->n_slots; s++)
            c->sums[s] += c->counts[k][s];
}

static struct figures_input input(struct fixture *x, const struct margins *m)
{
    return (struct figures_input){.form = x->f, .version_no = 1, .n_ballots = x->all.n_ballots, .counts = x->all.sums,
                                  .first_day = "2014-01-01", .last_day = "2014-06-30", .n_cells = x->all.n,
                                  .cells = x->all.cells, .margins = m};
}

static void begin(struct fixture *x, const char *settings)
{
    static const char csv[] = "variable,category,population\nsex,f,520\nsex,m,480\nage,young,300\nage,old,700\n";
    struct sheet s;
    x->f = read_form(x, settings, choices_csv);
    random_ballots(x);
    count(x, 0, BALLOTS, &x->all);
    count(x, 0, HALF, &x->first);
    count(x, HALF, BALLOTS, &x->second);
    assert_int_equal(sheet_read("m.csv", csv, strlen(csv), 100, &x->a, &s, &x->e), RC_OK);
    assert_int_equal(margins_from_sheet(&s, x->f, &x->a, &x->margins, &x->e), RC_OK);
}

static void make(struct fixture *x, const struct margins *m)
{
    struct figures_input in = input(x, m);
    if (figures_make(&in, &x->a, &x->p, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
}

static void near(double got, double want)
{
    if (fabs(got - want) > 1e-9 * fmax(1, fabs(want)))
        fail_msg("%.15g instead of %.15g", got, want);
}

/* ---- crossings ---- */

static void a_crossing_counts_pairs(void **state)
{
    struct fixture *x = *state;
    double table[5 * 2] = {0};
    begin(x, SETTINGS("random"));
    make(x, NULL);
    for (size_t i = 0; i < BALLOTS; i++)
        if (choice(x, i, Q1) > 0 && choice(x, i, K) > 0)
            table[(choice(x, i, Q1) - 1) * 2 + choice(x, i, K) - 1]++;
    assert_int_equal(x->p.n_crosses, 1);
    const struct pub_cross *c = &x->p.crosses[0];
    assert_int_equal(c->row, Q1);
    assert_int_equal(c->column, K);
    assert_int_equal(c->n_rows, 5);
    assert_int_equal(c->n_columns, 2);
    for (size_t r = 0; r < 5; r++) {
        assert_true(c->rows[r].n > 0);
        assert_int_equal(c->rows[r].n, table[2 * r] + table[2 * r + 1]);
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(c->rows[r].shares[k].count, table[2 * r + k]);
        near(c->rows[r].shares[0].p, table[2 * r] / (table[2 * r] + table[2 * r + 1]));
    }
    struct chisq t = chisq_pearson(table, 5, 2, false);
    assert_true(c->has_test && !c->is_rao_scott);
    near(c->statistic, t.chisq);
    near(c->p_value, t.p_value);
}

struct micro {
    double n[BALLOTS], weight[BALLOTS], w[BALLOTS], w2[BALLOTS];
    uint32_t sex[BALLOTS], age[BALLOTS], row[BALLOTS], column[BALLOTS], test_row[BALLOTS], test_column[BALLOTS];
    struct margin margins[2];
    struct sample s;
};

/* The same from single answers, straight from the statistics library. */
static void micro_make(struct fixture *x, struct micro *m)
{
    static const double sexes[] = {520, 480}, ages[] = {300, 700};
    struct rake_report report;
    const struct rake_options options = RAKE_OPTIONS_DEFAULT;
    for (size_t i = 0; i < BALLOTS; i++) {
        m->n[i] = m->weight[i] = 1;
        m->sex[i] = choice(x, i, SEX);
        m->age[i] = choice(x, i, AGE);
        m->row[i] = choice(x, i, Q1);
        m->column[i] = choice(x, i, K);
    }
    m->margins[0] = (struct margin){m->sex, 2, sexes};
    m->margins[1] = (struct margin){m->age, 2, ages};
    assert_int_equal(weights_rake(BALLOTS, m->n, m->weight, m->margins, 2, &options, &report, &x->a, &x->e), RC_OK);
    sample_weigh(BALLOTS, m->n, m->weight, m->w, m->w2);
    m->s = (struct sample){.n_rows = BALLOTS, .n = m->n, .w = m->w, .w2 = m->w2, .lonely = LONELY_FAIL,
                           .weighting = WEIGHTS_RAKED, .margins = m->margins, .n_margins = 2};
    assert_int_equal(sample_prepare(&m->s, &x->a, &x->e), RC_OK);
}

static void a_weighted_crossing_is_that_of_single_answers(void **state)
{
    static const double first[] = {0, 1, 0, 0};
    struct fixture *x = *state;
    struct micro *m = arena_alloc(&x->a, sizeof *m);
    struct rao_scott t;
    assert_non_null(m);
    begin(x, SETTINGS("random"));
    make(x, &x->margins);
    assert_true(x->p.weights.is_weighted);
    micro_make(x, m);
    const struct pub_cross *c = &x->p.crosses[0];
    for (uint32_t r = 1; r <= 5; r++) {
        struct estimate e;
        assert_int_equal(estimate_answers(&m->s, m->column, first, m->row, r, &e, &x->e), RC_OK);
        struct limits l = interval_logit(&e, 0.95);
        const struct pub_share *s = &c->rows[r - 1].shares[0];
        assert_true(s->is_weighted && s->weighted.has_interval);
        near(s->weighted.p, e.value);
        near(s->weighted.low, l.low);
        near(s->weighted.high, l.high);
        assert_true(fabs(s->weighted.p - s->p) > 1e-6);
    }
    for (size_t i = 0; i < BALLOTS; i++) {
        bool is_both = m->row[i] > 0 && m->column[i] > 0;
        m->test_row[i] = is_both ? m->row[i] : 0;
        m->test_column[i] = is_both ? m->column[i] : 0;
    }
    assert_int_equal(rao_scott_test(&m->s, m->test_row, 6, m->test_column, 3, &t, &x->a, &x->e), RC_OK);
    assert_true(c->has_test && c->is_rao_scott);
    near(c->statistic, t.f);
    near(c->df, t.ndf);
    near(c->ddf, t.ddf);
    near(c->p_value, t.p_value);
}

static void an_open_sample_has_no_test(void **state)
{
    struct fixture *x = *state;
    begin(x, SETTINGS("open"));
    make(x, NULL);
    assert_false(x->p.crosses[0].has_test);
    assert_false(x->p.crosses[0].rows[0].shares[0].has_interval);
    assert_true(x->p.crosses[0].rows[0].n >= 30);
}

static void thin_rows_hold_no_number(void **state)
{
    struct fixture *x = *state;
    begin(x, SETTINGS("random"));
    for (size_t i = 0; i < BALLOTS; i++) /* few answers "1" to q1 are left */
        if (i > 100 && x->codes[i][x->f->nodes[Q1].offset] == 6)
            x->codes[i][x->f->nodes[Q1].offset] = 2;
    count(x, 0, BALLOTS, &x->all);
    make(x, NULL);
    assert_true(x->p.crosses[0].rows[4].is_suppressed);
    assert_int_equal(x->p.crosses[0].rows[4].n, 0);
    assert_false(x->p.crosses[0].rows[0].is_suppressed);
}

/* ---- grids ---- */

static void a_grid_is_told_without_straight_lines(void **state)
{
    struct fixture *x = *state;
    int64_t straight = 0, top[4] = {0}, n[4] = {0};
    begin(x, SETTINGS("random"));
    make(x, NULL);
    for (size_t i = 0; i < BALLOTS; i++) {
        uint32_t a = choice(x, i, Q1);
        bool is_line = a > 0 && a == choice(x, i, Q2) && a == choice(x, i, Q3) && a == choice(x, i, Q4);
        straight += is_line;
        for (size_t q = Q1; q <= Q4; q++) {
            uint32_t c = choice(x, i, q);
            n[q] += c > 0 && !is_line;
            top[q] += (c == 1 || c == 2) && !is_line; /* "5" and "4" */
        }
    }
    assert_int_equal(x->p.n_grids, 1);
    const struct pub_grid *g = &x->p.grids[0];
    assert_true(straight > 200);
    assert_int_equal(g->straight.shares[0].count, straight);
    assert_int_equal(g->n_items, 4);
    for (size_t q = Q1; q <= Q4; q++) {
        assert_int_equal(g->items[q], q);
        assert_int_equal(g->without[q].n, n[q]);
        assert_int_equal(g->without[q].shares[0].count, top[q]);
    }
}

static void damaged_lines_are_not_published(void **state)
{
    struct fixture *x = *state;
    begin(x, SETTINGS("random"));
    x->all.sums[x->f->grids[0].slot] += BALLOTS;
    struct figures_input in = input(x, NULL);
    assert_int_equal(figures_make(&in, &x->a, &x->p, &x->e), RC_INPUT);
}

/* ---- waves ---- */

static const bool alike_all[NODES] = {true, true, true, true, true, true, true};

static void make_waves(struct fixture *x, const struct margins *m, const struct counted *second, const bool *alike)
{
    const struct trend_wave waves[] = {
        {"first", "2014-01-01", "2014-03-31", x->first.n, x->first.cells, alike_all},
        {"empty", "2014-04-01", "2014-04-30", 0, NULL, alike_all},
        {"second", "2014-05-01", "2014-06-30", second->n, second->cells, alike},
    };
    make(x, m);
    struct figures_input in = input(x, m);
    assert_int_equal(trend_make(&in, waves, 3, &x->a, &x->p, &x->e), RC_OK);
    assert_int_equal(trend_compare(&x->p, &x->a, &x->e), RC_OK);
}

static void top_two(const struct fixture *x, size_t from, size_t to, int64_t *top, int64_t *n)
{
    *top = *n = 0;
    for (size_t i = from; i < to; i++) {
        *n += choice(x, i, Q1) > 0;
        *top += choice(x, i, Q1) == 1 || choice(x, i, Q1) == 2;
    }
}

static void a_trend_compares_waves(void **state)
{
    struct fixture *x = *state;
    int64_t top_a, n_a, top_b, n_b;
    begin(x, SETTINGS("random"));
    make_waves(x, NULL, &x->second, alike_all);
    top_two(x, 0, HALF, &top_a, &n_a);
    top_two(x, HALF, BALLOTS, &top_b, &n_b);
    assert_int_equal(x->p.n_waves, 3);
    assert_int_equal(x->p.waves[0].n_ballots, HALF);
    assert_true(x->p.waves[1].is_suppressed);
    assert_int_equal(x->p.n_trends, NODES);
    const struct pub_trend *t = &x->p.trends[Q1];
    assert_true(t->is_boxes);
    assert_int_equal(t->points[0].row.n, n_a);
    assert_int_equal(t->points[0].row.shares[0].count, top_a);
    assert_true(t->points[1].row.is_suppressed);
    assert_int_equal(t->points[2].row.shares[0].count, top_b);
    assert_int_equal(t->points[0].since, SIZE_MAX);
    assert_int_equal(t->points[2].since, 0); /* over the empty one */
    double pa = (double)top_a / (double)n_a, pb = (double)top_b / (double)n_b;
    double se = sqrt(pa * (1 - pa) / (double)n_a + pb * (1 - pb) / (double)n_b);
    const struct pub_change *c = &t->points[2].changes[0];
    near(c->value, pb - pa);
    assert_true(c->value > 0.05 && c->has_interval);
    near(c->low, pb - pa - 1.959963984540054 * se);
    near(c->high, pb - pa + 1.959963984540054 * se);
    assert_true(c->p_value < 0.05 && c->p_value >= 0);
    assert_null(t->points[2].weighted);
    assert_false(x->p.trends[K].is_boxes);
    assert_int_equal(x->p.trends[K].n_columns, 2);
}

static void an_open_sample_changes_without_interval(void **state)
{
    struct fixture *x = *state;
    begin(x, SETTINGS("open"));
    make_waves(x, NULL, &x->second, alike_all);
    assert_false(x->p.trends[Q1].points[2].changes[0].has_interval);
    assert_true(x->p.trends[Q1].points[2].changes[0].value > 0.05);
}

static void weighted_waves_change_by_their_errors(void **state)
{
    struct fixture *x = *state;
    begin(x, SETTINGS("random"));
    make_waves(x, &x->margins, &x->second, alike_all);
    const struct pub_point *points = x->p.trends[Q1].points;
    const struct pub_weighted *a = &points[0].row.shares[0].weighted, *b = &points[2].row.shares[0].weighted;
    assert_true(x->p.waves[0].weights.is_weighted && x->p.waves[2].weights.is_weighted);
    assert_non_null(points[2].weighted);
    const struct pub_change *c = &points[2].weighted[0];
    near(c->value, b->p - a->p);
    assert_true(c->has_interval && a->se > 0 && b->se > 0);
    near(c->high - c->low, 2 * special_t_quantile(0.975, a->degf + b->degf) * sqrt(a->se * a->se + b->se * b->se));
}

/* ---- versions ---- */

/* A ballot of this version in the codes of the other one. */
static void recode(const struct fixture *x, size_t i, unsigned char *codes)
{
    memset(codes, 0, 16);
    for (size_t node = 0; node < NODES; node++) {
        const struct form_node *n = &x->f->nodes[node], *o = &x->other->nodes[node];
        unsigned char code = x->codes[i][n->offset];
        const char *name = code < 2 ? "" : n->choices->items[code - 2].name;
        size_t k = code < 2 ? SIZE_MAX : form_find_choice(o->choices, name, strlen(name));
        codes[o->offset] = (unsigned char)(code < 2 ? code : k == SIZE_MAX ? 1 : 2 + k);
    }
}

static void another_version_is_read_by_names(void **state)
{
    static const bool alike[NODES] = {true, true, true, true, false, true, true}; /* not k */
    struct fixture *x = *state;
    begin(x, SETTINGS("random"));
    x->other = read_form(x, SETTINGS("random"), choices_2_csv);
    struct figures_cell *cells = arena_array(&x->a, HALF, sizeof *cells), *out = arena_array(&x->a, HALF, sizeof *out);
    struct counted *back = arena_alloc(&x->a, sizeof *back);
    assert_true(cells != NULL && out != NULL && back != NULL);
    for (size_t i = 0; i < HALF; i++) { /* a cell for each ballot */
        unsigned char codes[16], *profile = arena_array(&x->a, 4, 1);
        int32_t *counts = arena_array(&x->a, x->other->n_slots, sizeof *counts);
        recode(x, HALF + i, codes);
        assert_int_equal(answers_count(x->other, codes, x->other->codes_len, counts), RC_OK);
        (void)answers_profile(x->other, codes, profile, 4);
        cells[i] = (struct figures_cell){profile, 1, counts};
    }
    assert_int_equal(trend_translate(x->other, x->f, alike, cells, HALF, out, &x->a, &x->e), RC_OK);
    int64_t sums[128] = {0};
    for (size_t i = 0; i < HALF; i++)
        for (size_t s = 0; s < x->f->n_slots; s++)
            sums[s] += out[i].counts[s];
    for (size_t s = x->f->nodes[Q1].slot; s < x->f->nodes[K].slot; s++)
        assert_int_equal(sums[s], x->second.sums[s]);
    assert_int_equal(sums[x->f->nodes[K].slot], HALF); /* not asked */
    for (size_t i = 0; i < HALF; i++) {
        assert_int_equal(answers_profile_choice(x->f, SEX, out[i].profile), choice(x, HALF + i, SEX));
        assert_int_equal(answers_profile_choice(x->f, AGE, out[i].profile), choice(x, HALF + i, AGE));
    }
    /* the same trend, but for k: of that there is nothing to compare */
    make_waves(x, &x->margins, &x->second, alike_all);
    struct publication whole = x->p;
    const struct trend_wave waves[] = {{"first", "2014-01-01", "2014-03-31", x->first.n, x->first.cells, alike_all},
                                       {"second", "2014-05-01", "2014-06-30", HALF, out, alike}};
    make(x, &x->margins);
    struct figures_input in = input(x, &x->margins);
    assert_int_equal(trend_make(&in, waves, 2, &x->a, &x->p, &x->e), RC_OK);
    assert_int_equal(trend_compare(&x->p, &x->a, &x->e), RC_OK);
    near(x->p.trends[Q1].points[1].weighted[0].value, whole.trends[Q1].points[2].weighted[0].value);
    near(x->p.trends[Q1].points[1].weighted[0].low, whole.trends[Q1].points[2].weighted[0].low);
    assert_false(x->p.trends[K].points[1].is_comparable);
    assert_int_equal(x->p.trends[K].points[1].since, SIZE_MAX);
    assert_int_equal(trend_translate(x->other, x->f, alike_all, cells, 1, out, &x->a, &x->e), RC_INPUT); /* k is not */
}

/* ---- JSON ---- */

static void all_of_it_comes_back_from_json(void **state)
{
    struct fixture *x = *state;
    struct publication *back = NULL;
    begin(x, SETTINGS("random"));
    make_waves(x, &x->margins, &x->second, alike_all);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    if (publication_from_json(x->one.p, x->one.len, &x->a, &back, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
    assert_int_equal(publication_to_json(back, &x->two, &x->e), RC_OK);
    assert_int_equal(x->one.len, x->two.len);
    assert_memory_equal(x->one.p, x->two.p, x->one.len);
    assert_int_equal(back->trends[Q1].points[2].since, 0);
    assert_int_equal(back->crosses[0].n_rows, 5);
    assert_int_equal(back->grids[0].n_items, 4);
}

static void the_table_of_figures_holds_them(void **state)
{
    struct fixture *x = *state;
    begin(x, SETTINGS("random"));
    make_waves(x, NULL, &x->second, alike_all);
    publication_to_csv(&x->p, 0, &x->one);
    const struct pub_share *s = &x->p.trends[Q1].points[2].row.shares[0], *c = &x->p.crosses[0].rows[1].shares[1];
    assert_non_null(strstr(x->one.p, arena_printf(&x->a, "q1,1?,wave 3 _top2,second,%lld,%lld,", (long long)s->count,
                                                  (long long)x->p.trends[Q1].points[2].row.n)));
    assert_non_null(strstr(x->one.p, "q1,1?,wave 2 _top2,empty,,,,,,suppressed"));
    assert_non_null(strstr(x->one.p, arena_printf(&x->a, "k,Kind?,q1=4 b,Good,%lld,%lld,", (long long)c->count,
                                                  (long long)x->p.crosses[0].rows[1].n)));
    assert_non_null(strstr(x->one.p, arena_printf(&x->a, "q1,1?,_straight,,%lld,",
                                                  (long long)x->p.grids[0].straight.shares[0].count)));
    assert_non_null(strstr(x->one.p, "q4,4?,_bottom2 without straight lines,,"));
}

static void damaged_json_is_refused(void **state)
{
    static const char *const pairs[][2] = {{"\"since\":0", "\"since\":2"}, {"\"column\":\"k\"", "\"column\":\"q1\""},
                                           {"\"row\":\"q1\"", "\"row\":\"zz\""}, {"\"method\":", "\"m\":"},
                                           {"\"straight\":{", "\"straight\":{\"a\":1},\"b\":{"},
                                           {"\"comparable\":true", "\"comparable\":1"}};
    struct fixture *x = *state;
    begin(x, SETTINGS("random"));
    make_waves(x, NULL, &x->second, alike_all);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct publication *back = NULL;
        const char *at = strstr(x->one.p, pairs[i][0]);
        if (at == NULL)
            fail_msg("%s is not there", pairs[i][0]);
        char *bad = arena_printf(&x->a, "%.*s%s%s", (int)(at - x->one.p), x->one.p, pairs[i][1], at + strlen(pairs[i][0]));
        assert_non_null(bad);
        if (publication_from_json(bad, strlen(bad), &x->a, &back, &x->e) != RC_INPUT)
            fail_msg("%s was read", pairs[i][1]);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_crossing_counts_pairs), T(a_weighted_crossing_is_that_of_single_answers), T(an_open_sample_has_no_test),
        T(thin_rows_hold_no_number), T(a_grid_is_told_without_straight_lines), T(damaged_lines_are_not_published),
        T(a_trend_compares_waves), T(an_open_sample_changes_without_interval), T(weighted_waves_change_by_their_errors),
        T(another_version_is_read_by_names), T(all_of_it_comes_back_from_json), T(the_table_of_figures_holds_them), T(damaged_json_is_refused),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
