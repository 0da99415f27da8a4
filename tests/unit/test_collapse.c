/* collapse: wider groups from the sheet choices to the page: read, frozen, and told where levels are too thin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "form/answers.h"
#include "form/xlsform.h"
#include "pages/results.h"
#include "report/disclose.h"

static const char settings_csv[] =
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),"
    "contact::English (en),legal_basis::English (en),sample\ns-1,T,D,O,H,C,L,open\n";
static const char survey_csv[] = "type,name,label::English (en),appearance,profile\n"
                                 "select_one where,where,Where?,,yes\nselect_one five,q1,1?,likert,\nselect_one five,q2,2?,likert,\n";
#define HEAD "list_name,name,label::English (en),dont_know,collapse\n" \
    "five,5,Very good,,\nfive,4,Good,,\nfive,3,So so,,\nfive,2,Bad,,\nfive,1,Very bad,,\n"
#define LEVELS "where,a,A,,east\nwhere,b,B,,east\nwhere,c,C,,west\nwhere,d,D,,west\nwhere,dk,?,yes,\n"
#define WIDER "where_collapse,east,\"East & so\",,\nwhere_collapse,west,West,,\n"
static const char choices_csv[] = HEAD LEVELS WIDER;
enum { WHERE, Q1, Q2, NODES, EAST = 0, WEST, N_LEVELS = 4, CELLS = N_LEVELS + 2 };

struct fixture {
    struct arena a;
    struct form *f;
    struct buf problems, one, two;
    unsigned char profiles[CELLS][1];
    int32_t counts[CELLS][64];
    struct figures_cell cells[CELLS];
    int64_t sums[64], n_ballots;
    struct publication p;
    struct disclose_kept *kept;
    size_t n_kept;
    struct rc_info e;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 64 << 20);
    buf_init(&x->problems, 1 << 20);
    buf_init(&x->one, 1 << 20);
    buf_init(&x->two, 1 << 20);
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

static enum rc read_form(struct fixture *x, const char *choices)
{
    struct xlsform_files files = {survey_csv, choices, settings_csv, strlen(survey_csv), strlen(choices), strlen(settings_csv)};
    buf_reset(&x->problems);
    return xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e);
}

static void read_good(struct fixture *x)
{
    if (read_form(x, choices_csv) != RC_OK)
        fail_msg("%s", x->problems.p);
}

/* ---- the sheet and the frozen definition ---- */

static void choices_know_their_wider_group(void **state)
{
    struct fixture *x = *state;
    read_good(x);
    const struct form_choices *c = x->f->nodes[WHERE].choices;
    assert_int_equal(x->problems.len, 0); /* the list of wider groups is used: no warning */
    assert_int_equal(c->n_wider, 2);
    assert_string_equal(c->wider[WEST].name, "west");
    assert_string_equal(form_text(&c->wider[EAST].label, 0), "East & so");
    static const size_t want[] = {1, 1, 2, 2, 0};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(c->items[i].wider, want[i]);
    assert_int_equal(x->f->nodes[Q1].choices->n_wider, 0);
}

static void bad_cells_are_named(void **state)
{
    static const char *const rows[][2] = {
        {HEAD LEVELS, "choices.csv:7:collapse: there is no list \"where_collapse\""},
        {HEAD LEVELS "where_collapse,east,E,,\n", "choices.csv:9:collapse: the list \"where_collapse\" has no \"west\""},
        {HEAD "where,a,A,,east\nwhere,b,B,,\nwhere,c,C,,west\n" WIDER, "choices.csv:8:collapse: the other choices"},
        {HEAD "where,a,A,,east\nwhere,b,B,,west\nwhere,c,C,,west\nwhere,dk,?,yes,west\n" WIDER, "choices.csv:10:collapse: \"don't know\""},
        {HEAD "where,a,A,,east\nwhere,b,B,,west\n" WIDER, "choices.csv:9:list_name: the list \"where_collapse\" needs at least 2"},
        {HEAD "where,a,A,,east\nwhere,b,B,,east\nwhere,c,C,,east\n" WIDER, "choices.csv:10:list_name: no choice of \"where\" belongs to \"west\""},
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(read_form(x, rows[i][0]), RC_INPUT);
        if (strstr(x->problems.p, rows[i][1]) == NULL)
            fail_msg("\"%s\" is not in: %s", rows[i][1], x->problems.p);
    }
}

static void it_comes_back_from_json(void **state)
{
    static const char *const pairs[][2] = {{"\"wider\":1", "\"wider\":2"}, {"\"wider\":1", "\"wider\":-1"}, {"\"wider\":1", "\"w\":1"},
                                           {"\"wider\":[{", "\"wider\":[],\"w\":[{"}, {"\"wider\":[{", "\"wider\":[7,{"}};
    struct fixture *x = *state;
    struct form *back = NULL;
    read_good(x);
    assert_int_equal(form_to_json(x->f, &x->one, &x->e), RC_OK);
    assert_int_equal(form_from_json(x->one.p, x->one.len, &x->a, &back, &x->e), RC_OK);
    assert_int_equal(form_to_json(back, &x->two, &x->e), RC_OK);
    assert_string_equal(x->one.p, x->two.p);
    assert_int_equal(back->nodes[WHERE].choices->items[2].wider, 2);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *at = strstr(x->one.p, pairs[i][0]);
        assert_non_null(at);
        char *bad = arena_printf(&x->a, "%.*s%s%s", (int)(at - x->one.p), x->one.p, pairs[i][1], at + strlen(pairs[i][0]));
        assert_non_null(bad);
        if (form_from_json(bad, strlen(bad), &x->a, &back, &x->e) != RC_INPUT)
            fail_msg("%s was read", pairs[i][1]);
    }
}

/* ---- disclosure ---- */

/* So many more ballots from each place: a to d, don't know, none. Nine of ten are satisfied. */
static void cast(struct fixture *x, const size_t n[CELLS])
{
    for (size_t place = 0; place < CELLS; place++) {
        x->profiles[place][0] = place < N_LEVELS + 1 ? (unsigned char)(2 + place) : 1;
        x->cells[place] = (struct figures_cell){.profile = x->profiles[place], .n = x->cells[place].n, .counts = x->counts[place]};
        for (size_t i = 0; i < n[place]; i++) {
            const unsigned char codes[NODES] = {x->profiles[place][0], i % 10 == 0 ? 6 : 2, i % 3 == 0 ? 4 : 3};
            assert_int_equal(answers_count(x->f, codes, NODES, x->counts[place]), RC_OK);
            x->cells[place].n++;
            x->n_ballots++;
        }
    }
    memset(x->sums, 0, sizeof x->sums);
    for (size_t place = 0; place < CELLS; place++)
        for (size_t s = 0; s < x->f->n_slots; s++)
            x->sums[s] += x->counts[place][s];
}

static int by_address(const void *a, const void *b)
{
    const struct disclose_kept *x = a, *y = b;
    int order = strcmp(x->address, y->address);
    return order != 0 ? order : (x->day > y->day) - (x->day < y->day);
}

static const struct pub_group *publish(struct fixture *x, int32_t day)
{
    const unsigned char key[DISCLOSURE_KEY_BYTES] = {3};
    const struct figures_input in = {.form = x->f, .version_no = 1, .n_ballots = x->n_ballots, .counts = x->sums, .first_day = "",
                                     .last_day = "", .n_cells = CELLS, .cells = x->cells};
    const struct disclose_input d = {.figures = &in, .key = key, .today = day, .kept = x->kept, .n_kept = x->n_kept};
    struct disclose_kept *fresh = NULL, *all;
    size_t n_fresh = 0;
    if (figures_make(&in, &x->a, &x->p, &x->e) != RC_OK || publication_disclose(&x->p, &d, &x->a, &fresh, &n_fresh, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
    all = arena_array(&x->a, x->n_kept + n_fresh + 1, sizeof *all);
    assert_non_null(all);
    if (x->n_kept > 0)
        memcpy(all, x->kept, x->n_kept * sizeof *all);
    if (n_fresh > 0)
        memcpy(all + x->n_kept, fresh, n_fresh * sizeof *all);
    x->kept = all;
    x->n_kept += n_fresh;
    qsort(x->kept, x->n_kept, sizeof *x->kept, by_address);
    assert_int_equal(x->p.n_groups, 1);
    return &x->p.groups[0];
}

static void regions_stand_until_provinces_can(void **state)
{
    struct fixture *x = *state;
    read_good(x);
    cast(x, (size_t[CELLS]){20, 20, 20, 21, 4, 3});
    const struct pub_group *g = publish(x, 5000);
    assert_int_equal(g->n_wider, 2);
    for (size_t i = 0; i < g->n_items; i++) {
        assert_true(publication_is_wider(g, i));
        for (size_t l = 0; l < g->n_levels; l++)
            assert_true(g->levels[l].is_suppressed && g->levels[l].items[i].is_suppressed && g->levels[l].items[i].n == 0);
        for (size_t k = 0; k < 2; k++) {
            const struct pub_item *item = &g->wider[k].level.items[i];
            assert_false(item->is_suppressed);
            assert_in_range(item->n, 30, 52);
            assert_int_equal(item->n % DISCLOSURE_BASE, 0);
            assert_int_equal(item->top2.count % DISCLOSURE_BASE, 0);
        }
    }
    cast(x, (size_t[CELLS]){60, 60, 60, 60, 5, 5});
    g = publish(x, 5001);
    for (size_t i = 0; i < g->n_items; i++) {
        size_t n_told = 0;
        assert_false(publication_is_wider(g, i));
        for (size_t l = 0; l < g->n_levels; l++)
            n_told += !g->levels[l].items[i].is_suppressed;
        assert_true(n_told >= 2);
        assert_true(g->wider[EAST].level.items[i].is_suppressed && g->wider[WEST].level.items[i].is_suppressed);
    }
    cast(x, (size_t[CELLS]){60, 60, 60, 60, 5, 5});
    assert_false(publication_is_wider(publish(x, 5002), 0));
    size_t n_then = 0;
    for (size_t i = 0; i < x->n_kept; i++) { /* and the regions rest while the provinces are told */
        bool is_region = strstr(x->kept[i].address, ":collapse") != NULL;
        n_then += is_region && x->kept[i].day < 5002;
        assert_false(is_region && x->kept[i].day == 5002);
    }
    assert_true(n_then >= 4);
}

static void a_demonstration_never_collapses(void **state)
{
    struct fixture *x = *state;
    read_good(x);
    x->f->sample = FORM_DEMONSTRATION;
    cast(x, (size_t[CELLS]){2, 0, 1, 1, 1, 1});
    const struct pub_group *g = publish(x, 5000);
    assert_int_equal(g->n_wider, 0);
    assert_int_equal(g->levels[0].n_ballots, 2);
}

/* ---- files and page ---- */

static void it_is_written_read_and_shown(void **state)
{
    struct fixture *x = *state;
    struct publication *back = NULL;
    struct catalogue *texts = NULL;
    struct html w = {&x->one};
    const struct publication_head head = {"s-1", 1, 1000000, "2014-12-31 04:15"};
    read_good(x);
    cast(x, (size_t[CELLS]){20, 20, 20, 21, 4, 3});
    (void)publish(x, 5000);
    assert_int_equal(publication_to_json(&x->p, &x->one, &x->e), RC_OK);
    if (publication_from_json(x->one.p, x->one.len, &x->a, &back, &x->e) != RC_OK)
        fail_msg("%s", x->e.msg);
    assert_int_equal(publication_to_json(back, &x->two, &x->e), RC_OK);
    assert_string_equal(x->one.p, x->two.p);
    const char *at = strstr(x->one.p, "\"wider\":[{");
    assert_non_null(at);
    char *bad = arena_printf(&x->a, "%.*s\"wider\":[7,{%s", (int)(at - x->one.p), x->one.p, at + 10);
    assert_non_null(bad);
    struct publication *none = NULL;
    assert_int_equal(publication_from_json(bad, strlen(bad), &x->a, &none, &x->e), RC_INPUT);
    assert_int_equal(settings_load(&x->e), RC_OK);
    assert_int_equal(catalogue_load("html", &x->a, &texts, &x->e), RC_OK);
    const struct results_view v = {texts, 1, 0, &head, back, 1000000};
    buf_reset(&x->one);
    results_write_groups(&w, &v);
    assert_true(html_ok(&w));
    assert_non_null(strstr(x->one.p, "East &amp; so"));
    assert_non_null(strstr(x->one.p, "so wider groups stand in their place."));
    assert_null(strstr(x->one.p, ">A<"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(choices_know_their_wider_group), T(bad_cells_are_named), T(it_comes_back_from_json), T(regions_stand_until_provinces_can),
        T(a_demonstration_never_collapses), T(it_is_written_read_and_shown),
    };
    return cmocka_run_group_tests_name("collapse", tests, NULL, NULL);
}
