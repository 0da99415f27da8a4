/* disclose: a publication with rounded counts, night after night. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "report/disclose.h"
#include "report/trend.h"

static const unsigned char key[DISCLOSURE_KEY_BYTES] = {7};

/* q: 1..5 and "don't know", slots 0..7; m: two ticks and an exclusive "none of it I know", slots 8..13
 * (the last: answered); i: a number, slots 14..16. */
static const struct form_choice points[] = {{.name = "5"}, {.name = "4"}, {.name = "dk", .is_dont_know = true},
                                            {.name = "3"}, {.name = "2"}, {.name = "1"}};
static const struct form_choice ticks[] = {{.name = "a"}, {.name = "b"}, {.name = "dk", .is_dont_know = true, .is_exclusive = true}};
static const struct form_choices five = {.list_name = "five", .n = 6, .items = points}, several = {.list_name = "several", .n = 3, .items = ticks};
static const struct form_node nodes[] = {
    {.type = FORM_SELECT_ONE, .name = "q", .is_likert = true, .choices = &five, .slot = 0, .n_slots = 8, .relevant = {.op = FORM_EQUAL}},
    {.type = FORM_NOTE, .name = "note"},
    {.type = FORM_SELECT_MULTIPLE, .name = "m", .choices = &several, .slot = 8, .n_slots = 6},
    {.type = FORM_INTEGER, .name = "i", .slot = 14, .n_slots = 3, .relevant = {.op = FORM_EQUAL}},
};

struct nights {
    struct arena a;
    struct form form;
    int64_t counts[17];
    struct disclose_kept kept[64];
    size_t n_kept, n_fresh;
    struct publication p;
};

static void begin(struct nights *x, enum form_sample sample)
{
    *x = (struct nights){.form = {.slug = "s", .n_langs = 1, .langs = {"en"}, .sample = sample, .n_nodes = 4, .nodes = nodes, .n_slots = 17}};
    arena_init(&x->a, 4 << 20);
}

/* `n` ballots more of each kind: 20 n in all. */
static void count(struct nights *x, int64_t n)
{
    const int64_t more[17] = {1, 1, 6, 5, 1, 3, 2, 1, /* q */ 0, 2, 9, 7, 3, 18, /* m */ 12, 0, 8};
    for (size_t i = 0; i < 17; i++)
        x->counts[i] += n * more[i];
}

static void night(struct nights *x, int32_t today, bool is_replay)
{
    struct figures_input in = {.form = &x->form, .version_no = 2, .counts = x->counts, .first_day = "", .last_day = ""};
    struct disclose_kept *fresh = NULL;
    struct rc_info e = {0};
    in.n_ballots = x->counts[14] + x->counts[15] + x->counts[16];
    assert_int_equal(figures_make(&in, &x->a, &x->p, &e), RC_OK);
    const struct disclose_input d = {.figures = &in, .key = key, .today = today, .is_replay = is_replay, .kept = x->kept, .n_kept = x->n_kept};
    if (publication_disclose(&x->p, &d, &x->a, &fresh, &x->n_fresh, &e) != RC_OK)
        fail_msg("%s", e.msg);
    for (size_t i = 0; i < x->n_fresh; i++) { /* as the database gives them back: by address and day */
        size_t at = x->n_kept++;
        assert_true(x->n_kept <= 64);
        for (; at > 0 && strcmp(x->kept[at - 1].address, fresh[i].address) > 0; at--)
            x->kept[at] = x->kept[at - 1];
        x->kept[at] = fresh[i];
    }
}

static void every_number_is_a_multiple_and_adds_up(void **state)
{
    (void)state;
    struct nights x;
    begin(&x, FORM_RANDOM);
    count(&x, 11);
    night(&x, 6000, false);
    const struct pub_question *q = &x.p.questions[0], *m = &x.p.questions[1];
    assert_true(x.p.rounding == 5 && x.p.n_ballots % 5 == 0 && x.p.n_ballots > 195 && x.p.n_ballots < 245);
    assert_true(!q->is_suppressed && !m->is_suppressed);
    int64_t sum = 0;
    for (size_t i = 0; i < q->n_options; i++) {
        assert_true(q->options[i].share.count % 5 == 0);
        sum += q->options[i].is_dont_know ? 0 : q->options[i].share.count;
    }
    assert_int_equal(sum, q->n);
    assert_true(q->options[0].share.count > 61 && q->options[0].share.count < 71); /* 66 said 5 */
    assert_true(q->options[5].share.count > 6 && q->options[5].share.count < 16);  /* 11 said 1 */
    assert_int_equal(q->top2.count, q->options[0].share.count + q->options[1].share.count);
    assert_true(q->has_boxes && q->top2.has_interval && q->top2.low < q->top2.p && q->top2.p < q->top2.high);
    assert_true(m->n % 5 == 0 && m->n > 160 && m->n < 170); /* 18 - 3 of 20, eleven times */
    assert_true(m->n_dont_know % 5 == 0 && m->n_skipped % 5 == 0 && q->n_dont_know % 5 == 0);
    for (size_t i = 0; i < m->n_options; i++)
        assert_true(m->options[i].share.p <= 1 && m->options[i].share.count % 5 == 0);
    assert_string_equal(q->as_of, "2016-06-05"); /* 6000 days after 2000-01-01 */
    arena_release(&x.a);
}

static void a_table_waits_for_ten_and_a_replay_changes_nothing(void **state)
{
    (void)state;
    struct nights x;
    struct buf first, second;
    struct rc_info e;
    begin(&x, FORM_OPEN);
    buf_init(&first, 1 << 20);
    buf_init(&second, 1 << 20);
    count(&x, 5);
    night(&x, 6000, false);
    size_t n_first = x.n_fresh;
    assert_true(n_first >= 2);
    assert_int_equal(publication_to_json(&x.p, &first, &e), RC_OK);
    x.counts[2] += 1; /* one ballot more says 5 */
    x.counts[8] += 1;
    x.counts[14] += 1;
    night(&x, 6001, true);
    assert_int_equal(x.n_fresh, 0);
    assert_int_equal(publication_to_json(&x.p, &second, &e), RC_OK);
    assert_string_equal(first.p, second.p);
    count(&x, 20);
    night(&x, 6001, true); /* a comparison replaces nothing, whatever was counted */
    buf_reset(&second);
    assert_int_equal(publication_to_json(&x.p, &second, &e), RC_OK);
    assert_string_equal(first.p, second.p);
    night(&x, 6001, false);
    assert_true(x.n_fresh > 0);
    assert_string_equal(x.p.questions[0].as_of, "2016-06-06");
    night(&x, 6001, false); /* again on the same day */
    assert_int_equal(x.n_fresh, 0);
    buf_release(&first);
    buf_release(&second);
    arena_release(&x.a);
}

/* q has 17 valid answers of 20: 34 show its boxes, 68 its five points. */
static void five_points_collapse_to_boxes_while_they_are_thin(void **state)
{
    (void)state;
    struct nights x;
    struct buf json;
    struct rc_info e = {0};
    struct publication *back = NULL;
    int collapsed = 0;
    begin(&x, FORM_OPEN);
    buf_init(&json, 1 << 20);
    count(&x, 2);
    night(&x, 6000, false);
    const struct pub_question *q = &x.p.questions[0];
    if (!q->is_suppressed) { /* by the key: 34 may be rounded to 25 */
        collapsed++;
        assert_true(q->is_collapsed && q->has_boxes && q->n >= 30 && q->n == q->top2.count + q->neutral.count + q->bottom2.count);
        assert_true(q->top2.count > 18 && q->top2.count < 28); /* 22 and rounding once */
        for (size_t i = 0; i < q->n_options; i++)
            assert_int_equal(q->options[i].share.count, 0);
        assert_int_equal(publication_to_json(&x.p, &json, &e), RC_OK);
        assert_int_equal(publication_from_json(json.p, json.len, &x.a, &back, &e), RC_OK);
        assert_true(back->questions[0].is_collapsed && back->questions[0].top2.count == q->top2.count);
    }
    assert_int_equal(collapsed, 1);
    count(&x, 2);
    night(&x, 6001, false);
    q = &x.p.questions[0];
    assert_true(!q->is_suppressed && !q->is_collapsed && q->options[0].share.count > 0);
    assert_string_equal(q->as_of, "2016-06-06");
    size_t n_kept = x.n_kept;
    count(&x, 2);
    night(&x, 6002, false);
    for (size_t i = n_kept; i > 0; i--) /* the boxes wait where they were */
        assert_false(strstr(x.kept[i - 1].address, "/boxes") != NULL && x.kept[i - 1].day == 6002);
    buf_release(&json);
    arena_release(&x.a);
}

static void few_ballots_leave_no_number(void **state)
{
    (void)state;
    struct nights x;
    begin(&x, FORM_OPEN);
    count(&x, 1);
    night(&x, 6000, false);
    for (size_t i = 0; i < x.p.n_questions; i++) {
        const struct pub_question *q = &x.p.questions[i];
        assert_true(q->is_suppressed && q->n == 0 && q->n_skipped == 0 && q->n_not_asked == 0 && q->as_of == NULL);
        for (size_t k = 0; k < q->n_options; k++)
            assert_int_equal(q->options[k].share.count, 0);
    }
    assert_true(x.p.n_ballots == 0 && x.n_fresh == 0);
    arena_release(&x.a);
}

static void a_demonstration_is_left_alone(void **state)
{
    (void)state;
    struct nights x;
    begin(&x, FORM_DEMONSTRATION);
    count(&x, 1);
    night(&x, 6000, false);
    assert_true(x.p.rounding == 0 && x.p.n_ballots == 20 && x.p.questions[0].options[0].share.count == 6);
    arena_release(&x.a);
}

/* g: two levels, one of them thin, slots 17..20; q by g. */
static void groups_are_rows_of_their_own(void **state)
{
    (void)state;
    static const struct form_choice sizes[] = {{.name = "big"}, {.name = "small"}};
    static const struct form_choices two = {.list_name = "two", .n = 2, .items = sizes};
    static const int32_t by_cell[3][21] = { /* q: not asked, skipped, 5, 4, dk, 3, 2, 1 */
        {0, 12, 60, 50, 10, 30, 20, 10, [8] = 0, 192, [14] = 192, 0, 0, [17] = 0, 0, 192, 0},
        {0, 1, 9, 4, 1, 3, 2, 1, [8] = 0, 21, [14] = 21, 0, 0, [17] = 0, 0, 0, 21},
        {0, 1, 3, 2, 1, 1, 0, 1, [8] = 0, 9, [14] = 9, 0, 0, [17] = 0, 9, 0, 0}};
    static const unsigned char profiles[3] = {2, 3, 1};
    struct form_node with_group[5];
    struct figures_cell cells[3];
    struct nights x;
    struct buf first, second;
    struct rc_info e = {0};
    struct disclose_kept *fresh = NULL;
    struct publication *back = NULL;
    int64_t counts[21] = {0};
    begin(&x, FORM_OPEN);
    buf_init(&first, 1 << 20);
    buf_init(&second, 1 << 20);
    memcpy(with_group, nodes, sizeof nodes);
    with_group[4] = (struct form_node){.type = FORM_SELECT_ONE, .name = "g", .is_profile = true, .choices = &two, .slot = 17, .n_slots = 4, .width = 1};
    x.form.nodes = with_group;
    x.form.n_nodes = 5;
    x.form.n_slots = 21;
    struct figures_input in = {.form = &x.form, .version_no = 2, .counts = counts, .first_day = "", .last_day = "", .n_cells = 3, .cells = cells};
    for (size_t i = 0; i < 3; i++) {
        cells[i] = (struct figures_cell){&profiles[i], by_cell[i][14], by_cell[i]};
        in.n_ballots += by_cell[i][14];
        for (size_t k = 0; k < 21; k++)
            counts[k] += by_cell[i][k];
    }
    for (int32_t night = 0; night < 2; night++) {
        assert_int_equal(figures_make(&in, &x.a, &x.p, &e), RC_OK);
        const struct disclose_input d = {.figures = &in, .key = key, .today = 6000 + night, .is_replay = night > 0, .kept = x.kept, .n_kept = x.n_kept};
        if (publication_disclose(&x.p, &d, &x.a, &fresh, &x.n_fresh, &e) != RC_OK)
            fail_msg("%s", e.msg);
        for (size_t i = 0; i < x.n_fresh; i++) {
            size_t at = x.n_kept++;
            for (; at > 0 && strcmp(x.kept[at - 1].address, fresh[i].address) > 0; at--)
                x.kept[at] = x.kept[at - 1];
            x.kept[at] = fresh[i];
        }
        assert_int_equal(publication_to_json(&x.p, night == 0 ? &first : &second, &e), RC_OK);
    }
    assert_string_equal(first.p, second.p); /* and a comparison replaces nothing */
    assert_int_equal(x.p.n_groups, 1);
    const struct pub_level *big = &x.p.groups[0].levels[0], *small = &x.p.groups[0].levels[1];
    assert_true(!big->is_suppressed && !big->items[0].is_suppressed && big->n_ballots % 5 == 0 && big->n_ballots > 162 && big->n_ballots < 222);
    assert_true(big->items[0].top2.count % 5 == 0 && big->items[0].top2.count > 105 && big->items[0].top2.count < 115);
    assert_int_equal(big->items[0].n, big->items[0].top2.count + big->items[0].neutral.count + big->items[0].bottom2.count);
    assert_string_equal(big->items[0].as_of, "2016-06-05");
    assert_true(small->is_suppressed && small->n_ballots == 0 && small->items[0].is_suppressed && small->items[0].n == 0 &&
                small->items[0].top2.count == 0);
    size_t n_big = 0;
    for (size_t i = 0; i < x.n_kept; i++) {
        n_big += strcmp(x.kept[i].address, "s/2/g/big/q") == 0;
        assert_true(strstr(x.kept[i].address, "/small/") == NULL && strstr(x.kept[i].address, "//") == NULL);
    }
    assert_int_equal(n_big, 1);
    assert_int_equal(publication_from_json(first.p, first.len, &x.a, &back, &e), RC_OK);
    assert_string_equal(back->groups[0].levels[0].items[0].as_of, "2016-06-05");
    assert_int_equal(back->groups[0].levels[0].n_ballots, big->n_ballots);
    buf_release(&first);
    buf_release(&second);
    arena_release(&x.a);
}

static void what_was_kept_must_fit(void **state)
{
    (void)state;
    struct nights x;
    struct rc_info e = {0};
    struct disclose_kept *fresh = NULL;
    static const int64_t shown[] = {50};
    begin(&x, FORM_OPEN);
    count(&x, 5);
    x.kept[0] = (struct disclose_kept){"s/2/q", 5000, true, 50, 1, shown};
    struct figures_input in = {.form = &x.form, .version_no = 2, .n_ballots = 100, .counts = x.counts, .first_day = "", .last_day = ""};
    assert_int_equal(figures_make(&in, &x.a, &x.p, &e), RC_OK);
    const struct disclose_input d = {.figures = &in, .key = key, .today = 6000, .kept = x.kept, .n_kept = 1};
    assert_int_equal(publication_disclose(&x.p, &d, &x.a, &fresh, &x.n_fresh, &e), RC_INPUT);
    assert_non_null(strstr(e.msg, "s/2/q"));
    assert_int_equal(x.p.rounding, 0); /* as it was */
    arena_release(&x.a);
}

/* Of one level's population as many, of the other's four times: the weighted share from what is published. */
static void weighted_shares_come_from_published_figures(void **state)
{
    (void)state;
    static const struct form_choice sizes[] = {{.name = "big"}, {.name = "small"}};
    static const struct form_choices two = {.list_name = "two", .n = 2, .items = sizes};
    static double population[] = {4e6, 1e6};
    static const int32_t by_cell[2][21] = {
        {0, 12, 60, 50, 10, 30, 20, 10, [8] = 0, 192, [14] = 192, 0, 0, [17] = 0, 0, 192, 0},
        {0, 0, 10, 20, 0, 30, 40, 60, [8] = 0, 160, [14] = 160, 0, 0, [17] = 0, 0, 0, 160}};
    static const unsigned char profiles[2] = {2, 3};
    struct margins m = {.as_of = "2010-11-01", .source = "Census", .total = 5e6, .n = 1, .items = {{4, population}}};
    struct form_node with_group[5];
    struct figures_cell cells[2];
    struct nights x;
    struct rc_info e = {0};
    struct disclose_kept *fresh = NULL;
    int64_t counts[21] = {0};
    begin(&x, FORM_RANDOM);
    memcpy(with_group, nodes, sizeof nodes);
    with_group[4] = (struct form_node){.type = FORM_SELECT_ONE, .name = "g", .is_profile = true, .choices = &two, .slot = 17, .n_slots = 4, .width = 1};
    x.form.nodes = with_group;
    x.form.n_nodes = 5;
    x.form.n_slots = 21;
    struct figures_input in = {.form = &x.form, .version_no = 2, .n_ballots = 352, .counts = counts, .first_day = "", .last_day = "", .n_cells = 2,
                               .cells = cells, .margins = &m};
    for (size_t i = 0; i < 2; i++) {
        cells[i] = (struct figures_cell){&profiles[i], by_cell[i][14], by_cell[i]};
        for (size_t k = 0; k < 21; k++)
            counts[k] += by_cell[i][k];
    }
    assert_int_equal(figures_make(&in, &x.a, &x.p, &e), RC_OK);
    const struct disclose_input d = {.figures = &in, .key = key, .today = 6000, .kept = x.kept, .n_kept = 0};
    assert_int_equal(publication_disclose(&x.p, &d, &x.a, &fresh, &x.n_fresh, &e), RC_OK);
    const struct pub_level *l = x.p.groups[0].levels;
    assert_true(!l[0].items[0].is_suppressed && !l[1].items[0].is_suppressed);
    double w[] = {4e6 / (double)l[0].n_ballots, 1e6 / (double)l[1].n_ballots};
    double share = (w[0] * (double)l[0].items[0].top2.count + w[1] * (double)l[1].items[0].top2.count) /
                   (w[0] * (double)l[0].items[0].n + w[1] * (double)l[1].items[0].n);
    const struct pub_share *s = &x.p.questions[0].top2;
    assert_true(x.p.weights.is_weighted && x.p.weights.kish_deff > 1 && x.p.weights.n_eff < 352 && x.p.weights.population == 5e6);
    assert_true(s->is_weighted && s->weighted.p > share - 1e-12 && s->weighted.p < share + 1e-12);
    assert_true(s->weighted.p > s->p + 0.1); /* as the big level is more content */
    assert_true(s->weighted.has_interval && s->weighted.low < s->weighted.p && s->weighted.p < s->weighted.high);
    assert_true(s->weighted.high - s->weighted.low > s->high - s->low); /* weights cost some precision */
    m.n = 2; /* of two margins there is no published table */
    m.items[1] = m.items[0];
    assert_int_equal(figures_make(&in, &x.a, &x.p, &e), RC_OK);
    assert_int_equal(publication_disclose(&x.p, &d, &x.a, &fresh, &x.n_fresh, &e), RC_OK);
    assert_true(!x.p.weights.is_weighted && !x.p.questions[0].top2.is_weighted);
    assert_string_equal(x.p.weights.why, "disclosure");
    arena_release(&x.a);
}

/* A question of one choice that has no five points: its choices wave by wave, "don't know" apart. Where another
 * version asked it alike nothing is told, for its choices may stand in another order there. */
static void a_wave_tells_of_other_questions(void **state)
{
    (void)state;
    static const struct form_choice kinds[] = {{.name = "a"}, {.name = "dk", .is_dont_know = true}, {.name = "b"}};
    static const struct form_choices kind = {.list_name = "kind", .n = 3, .items = kinds};
    static const struct form_node node = {.type = FORM_SELECT_ONE, .name = "k", .choices = &kind, .slot = 0, .n_slots = 5, .parent = SIZE_MAX};
    static const struct form form = {.slug = "s", .n_langs = 1, .langs = {"en"}, .sample = FORM_OPEN, .n_nodes = 1, .nodes = &node, .n_slots = 5};
    static const int64_t all[] = {0, 7, 140, 12, 61}, first[] = {0, 3, 70, 6, 31};
    static const struct figures_wave wave = {"2014-01-01", 5000, 5100, 5100, 110, first};
    static const struct figures_alike alike = {1, "k"};
    static const bool is_comparable = true;
    static const struct trend_wave part = {.name = "w", .first_day = "2014-01-01", .last_day = "2014-04-11", .is_comparable = &is_comparable};
    for (size_t n_alike = 0; n_alike < 2; n_alike++) {
        struct arena a;
        struct publication p;
        struct rc_info e = {0};
        struct disclose_kept *fresh = NULL;
        size_t n_fresh = 0, n_waves = 0;
        const struct figures_input in = {.form = &form, .version_no = 2, .n_ballots = 220, .counts = all, .first_opening = 5000, .first_day = "",
                                         .last_day = "", .n_waves = 1, .waves = &wave, .n_alike = n_alike, .alike = &alike};
        const struct disclose_input d = {.figures = &in, .key = key, .today = 5200};
        arena_init(&a, 4 << 20);
        assert_int_equal(figures_make(&in, &a, &p, &e), RC_OK);
        assert_int_equal(trend_make(&in, &part, 1, &a, &p, &e), RC_OK);
        assert_int_equal(publication_disclose(&p, &d, &a, &fresh, &n_fresh, &e), RC_OK);
        for (size_t i = 0; i < n_fresh; i++)
            n_waves += strcmp(fresh[i].address, "s/2/@2014-01-01/k") == 0;
        assert_int_equal(n_waves, 1);
        assert_int_equal(p.n_trends, 1);
        assert_int_equal(p.trends[0].n_columns, 2);
        const struct pub_row *r = &p.trends[0].points[0].row;
        assert_int_equal(r->is_suppressed, n_alike > 0);
        assert_int_equal(p.waves[0].is_suppressed, n_alike > 0);
        if (n_alike == 0) {
            assert_in_range(r->shares[0].count, 66, 74);
            assert_in_range(r->shares[1].count, 27, 35); /* "b", not "don't know" */
            assert_int_equal(r->n, r->shares[0].count + r->shares[1].count);
            assert_true(r->n % DISCLOSURE_BASE == 0 && r->shares[0].count % DISCLOSURE_BASE == 0);
        }
        arena_release(&a);
    }
}

static void old_figures_are_forgotten(void **state)
{
    (void)state;
    static const int64_t shown[] = {50};
    static const struct disclose_kept kept[] = {
        {"s/1/@2014-01-01/q", 100, true, 50, 1, shown}, /* of a trend */
        {"s/1/q", 100, true, 50, 1, shown},             /* of a version that is no more: goes */
        {"s/1/q", 900, true, 50, 1, shown},             /* but not yet */
        {"s/2/m", 100, true, 50, 1, shown},             /* stands */
        {"s/2/q", 100, true, 50, 1, shown},             /* replaced long ago: goes */
        {"s/2/q", 200, true, 50, 1, shown},             /* the last before the limit */
        {"s/2/q", 500, true, 50, 1, shown}, {"s/2/q", 900, true, 50, 1, shown}};
    struct arena a;
    struct rc_info e;
    size_t *out = NULL, n = 0;
    arena_init(&a, 1 << 16);
    assert_int_equal(disclose_outdated(kept, 8, "s", 2, 400, &a, &out, &n, &e), RC_OK);
    assert_int_equal(n, 2);
    assert_true(out[0] == 1 && out[1] == 4);
    assert_int_equal(disclose_outdated(kept, 8, "s", 2, 50, &a, &out, &n, &e), RC_OK);
    assert_int_equal(n, 0);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_a_multiple_and_adds_up),
        cmocka_unit_test(a_table_waits_for_ten_and_a_replay_changes_nothing),
        cmocka_unit_test(five_points_collapse_to_boxes_while_they_are_thin),
        cmocka_unit_test(few_ballots_leave_no_number),
        cmocka_unit_test(a_demonstration_is_left_alone),
        cmocka_unit_test(groups_are_rows_of_their_own),
        cmocka_unit_test(weighted_shares_come_from_published_figures),
        cmocka_unit_test(a_wave_tells_of_other_questions),
        cmocka_unit_test(old_figures_are_forgotten),
        cmocka_unit_test(what_was_kept_must_fit),
    };
    return cmocka_run_group_tests_name("disclose", tests, NULL, NULL);
}
