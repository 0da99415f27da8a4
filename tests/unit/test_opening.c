/* opener, opening, cells: sealed batches in, checked ballots and counts out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box/cells.h"
#include "box/opening.h"
#include "form/answers.h"
#include "form/xlsform.h"

static const char settings_csv[] =
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),"
    "contact::English (en),legal_basis::English (en),sample\ns-1,T,D,O,H,C,L,open\n";
static const char choices_csv[] = "list_name,name,label::English (en)\nyn,yes,Yes\nyn,no,No\n";
static const char survey_csv[] = "type,name,label::English (en),constraint,profile\n"
                                 "select_one yn,q,Good?,,\n"
                                 "select_one yn,group,Group?,,yes\n"
                                 "text,t,Say,string-length(.) <= 5,\n";

struct fixture {
    struct arena a;
    struct form *f;
    struct buf problems;
    struct opener_key key;
    struct opener_version version;
    struct rc_info e;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    struct xlsform_files files = {survey_csv, choices_csv, settings_csv,
                                  strlen(survey_csv), strlen(choices_csv), strlen(settings_csv)};
    arena_init(&x->a, 16 << 20);
    buf_init(&x->problems, 1 << 20);
    *state = x;
    x->key.epoch_id = 1;
    x->key.has_secret = true;
    if (xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e) != RC_OK || crypto_box_keypair(x->key.pk, x->key.sk) != 0)
        return -1;
    x->version = (struct opener_version){7, 8, x->f};
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

/* ---- one ballot against its version ---- */

static void what_a_ballot_may_hold(void **state)
{
    struct fixture *x = *state;
    int32_t counts[32] = {0};
    static const struct batch_comment good = {2, "\xe4\xbd\xa0\xe5\xa5\xbd", 6}, twice[2] = {{2, "a", 1}, {2, "b", 1}},
                                      on_choice = {0, "a", 1}, beyond = {9, "a", 1}, empty = {2, "", 0},
                                      broken = {2, "\xff", 1}, nul = {2, "a\0b", 3}, longer = {2, "123456", 6};
    static const struct {
        const char *codes;
        size_t len, n;
        const struct batch_comment *comments;
        bool is_good;
    } rows[] = {
        {"\2\3\2", 3, 1, &good, true},     {"\2\3\1", 3, 0, NULL, true},   {"\0\0\0", 3, 0, NULL, true},
        {"\2\3\1", 3, 1, &good, false},    {"\2\3\2", 3, 2, twice, false}, {"\2\3\2", 3, 1, &on_choice, false},
        {"\2\3\2", 3, 1, &beyond, false},  {"\2\3\2", 3, 1, &empty, false}, {"\2\3\2", 3, 1, &broken, false},
        {"\2\3\2", 3, 1, &nul, false},     {"\2\3\2", 3, 1, &longer, false}, {"\4\3\1", 3, 0, NULL, false},
        {"\2\3", 2, 0, NULL, false},       {"\2\3\1\0", 4, 0, NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct batch_ballot b = {.codes = (const unsigned char *)rows[i].codes, .codes_len = rows[i].len,
                                 .n_comments = rows[i].n, .comments = rows[i].comments};
        const char *bad = answers_count(x->f, b.codes, b.codes_len, counts) == RC_OK ? opener_check_comments(x->f, &b)
                                                                                     : "codes";
        if ((bad == NULL) != rows[i].is_good)
            fail_msg("row %zu: %s", i, bad != NULL ? bad : "was accepted");
    }
}

/* ---- batches through the threads ---- */

static void name_of(size_t i, unsigned char hash[KEY_HASH_BYTES])
{
    unsigned char n[8];
    memcpy(n, &i, sizeof n);
    (void)crypto_generichash(hash, KEY_HASH_BYTES, n, sizeof n, NULL, 0);
}

/* Seal ballots first..first+n-1; the first choice of ballot i is yes for even i. */
static void seal(struct fixture *x, size_t first, size_t n, int64_t version_id, struct buf *out)
{
    static unsigned char codes[64][3];
    struct batch_ballot ballots[64];
    assert_true(n <= 64);
    for (size_t i = 0; i < n; i++) {
        codes[i][0] = (unsigned char)(2 + (first + i) % 2);
        codes[i][1] = (unsigned char)((first + i) % 4);
        codes[i][2] = 1;
        ballots[i] = (struct batch_ballot){.codes = codes[i], .codes_len = 3};
        name_of(first + i, ballots[i].record_hash);
    }
    struct batch b = {7, version_id, n, ballots};
    buf_reset(out);
    assert_int_equal(batch_seal(&b, x->key.pk, out, &x->e), RC_OK);
}

/* Two good ballots and one with a choice that there is not. */
static void seal_bad_end(struct fixture *x, struct buf *out)
{
    static const unsigned char codes[3][3] = {{2, 2, 1}, {2, 2, 1}, {9, 2, 1}};
    struct batch_ballot ballots[3];
    for (size_t i = 0; i < 3; i++) {
        ballots[i] = (struct batch_ballot){.codes = codes[i], .codes_len = 3};
        name_of(99000 + i, ballots[i].record_hash);
    }
    buf_reset(out);
    assert_int_equal(batch_seal(&(struct batch){7, 8, 3, ballots}, x->key.pk, out, &x->e), RC_OK);
}

static void push(struct fixture *x, struct opener *o, uint8_t id, int64_t accepted_us, size_t n, const struct buf *sealed)
{
    struct opener_job j = {.batch_id = {id}, .accepted_us = accepted_us, .n_named = n, .key = &x->key,
                           .version = &x->version, .sealed = (const unsigned char *)sealed->p, .sealed_len = sealed->len};
    assert_int_equal(opener_push(o, &j, &x->e), RC_OK);
}

static const char *why(const struct opened_batch *b, size_t n, uint8_t id)
{
    for (size_t i = 0; i < n; i++)
        if (b[i].batch_id[0] == id)
            return b[i].bad;
    fail_msg("batch %d is gone", id);
    return NULL;
}

static void bad_batches_are_named_and_the_others_go_on(void **state)
{
    struct fixture *x = *state;
    struct opener *o = opener_new(2);
    struct buf s;
    const struct opened_batch *b = NULL;
    size_t n = 0, ballots = 0;
    assert_non_null(o);
    buf_init(&s, 1 << 20);
    for (uint8_t i = 0; i < 200; i++) { /* more than the queue holds */
        seal(x, 20U * i, 20, 8, &s);
        push(x, o, i, i, 20, &s);
    }
    seal(x, 9000, 20, 8, &s);
    s.p[60] = (char)(s.p[60] ^ 1);
    push(x, o, 201, 1, 20, &s);
    seal(x, 9100, 20, 9, &s); /* of another version */
    push(x, o, 202, 1, 20, &s);
    seal(x, 9200, 20, 8, &s); /* names one more than it holds */
    push(x, o, 203, 1, 21, &s);
    buf_reset(&s); /* opens, but is not a batch */
    unsigned char junk[100];
    assert_int_equal(crypto_box_seal(junk, (const unsigned char *)"hello", 5, x->key.pk), 0);
    buf_put(&s, junk, 5 + crypto_box_SEALBYTES);
    push(x, o, 204, 1, 1, &s);
    buf_reset(&s);
    push(x, o, 205, 1, 1, &s); /* empty */
    seal_bad_end(x, &s);
    push(x, o, 206, 1, 3, &s);
    assert_int_equal(opener_finish(o, &b, &n, &x->e), RC_OK);
    assert_int_equal(n, 206);
    for (size_t i = 0; i < n; i++) {
        assert_true((b[i].bad == NULL) == (b[i].batch_id[0] < 200));
        ballots += b[i].n;
    }
    assert_int_equal(ballots, 4000);
    struct cells *c = NULL; /* and the good ones were counted, the others not */
    bool is_counted = false;
    assert_int_equal(opener_cells(o, &x->version, &c, &is_counted, &x->e), RC_OK);
    assert_true(is_counted && c != NULL);
    for (unsigned char g = 0; g < 4; g++)
        assert_true(cells_find(c, &g, 1)->n == 1000);
    struct opener_version other = x->version;
    assert_int_equal(opener_cells(o, &other, &c, &is_counted, &x->e), RC_OK);
    assert_true(is_counted && c == NULL);
    assert_non_null(strstr(why(b, n, 201), "does not open"));
    assert_non_null(strstr(why(b, n, 202), "another survey or version"));
    assert_non_null(strstr(why(b, n, 203), "another number"));
    assert_non_null(strstr(why(b, n, 204), "not a batch"));
    assert_non_null(strstr(why(b, n, 205), "does not open"));
    assert_non_null(strstr(why(b, n, 206), "answers are not of this version"));
    opener_free(o);
    buf_release(&s);
}

static void an_opener_may_be_left_at_any_time(void **state)
{
    struct fixture *x = *state;
    struct buf s;
    buf_init(&s, 1 << 20);
    struct opener *o = opener_new(4);
    assert_non_null(o);
    opener_free(o);
    o = opener_new(1);
    assert_non_null(o);
    seal(x, 0, 20, 8, &s);
    for (uint8_t i = 0; i < 100; i++)
        push(x, o, i, i, 20, &s);
    opener_free(o);
    opener_free(NULL);
    buf_release(&s);
}

static void the_first_of_a_repeated_ballot_stays(void **state)
{
    struct fixture *x = *state;
    struct opener *o = opener_new(2);
    struct buf s;
    const struct opened_batch *b = NULL;
    size_t n = 0;
    unsigned char hash[KEY_HASH_BYTES];
    assert_non_null(o);
    buf_init(&s, 1 << 20);
    seal(x, 0, 10, 8, &s); /* 0..9 */
    push(x, o, 1, 300, 10, &s);
    seal(x, 5, 10, 8, &s); /* 5..14, earlier */
    push(x, o, 2, 200, 10, &s);
    seal(x, 5, 1, 8, &s); /* 5 once more, at the same time as the second: the smaller id is first */
    push(x, o, 3, 200, 1, &s);
    assert_int_equal(opener_finish(o, &b, &n, &x->e), RC_OK);
    struct opening op;
    assert_int_equal(opening_gather(&op, b, n, &x->e), RC_OK);
    assert_int_equal(op.n, 15);
    assert_int_equal(op.n_repeated, 6);
    for (size_t i = 0; i < op.n; i++)
        assert_true(i == 0 || memcmp(op.entries[i - 1].hash, op.entries[i].hash, KEY_HASH_BYTES) < 0);
    for (size_t i = 0; i < 15; i++) {
        name_of(i, hash);
        const struct opening_entry *at = opening_find(&op, hash);
        assert_non_null(at);
        assert_int_equal(at->batch->batch_id[0], i < 5 ? 1 : 2);
        assert_int_equal(opening_ballot(at)->codes[0], 2 + i % 2);
    }
    name_of(99, hash);
    assert_null(opening_find(&op, hash));
    for (size_t i = 0; i < op.n_repeated; i++) /* the dropped ones lie behind */
        assert_true(op.entries[15 + i].batch->batch_id[0] != 2);
    memcpy(hash, op.entries[3].hash, sizeof hash);
    op.entries[3].is_repeated = true;
    opening_drop_repeated(&op);
    assert_true(op.n == 14 && op.n_repeated == 7);
    assert_null(opening_find(&op, hash));
    opening_release(&op);
    opener_free(o);
    buf_release(&s);
}

/* ---- cells ---- */

static void cells_count_by_profile(void **state)
{
    struct fixture *x = *state;
    struct cells c;
    assert_int_equal(cells_init(&c, x->f, &x->e), RC_OK);
    for (int i = 0; i < 4000; i++) {
        unsigned char codes[3] = {(unsigned char)(2 + i % 2), (unsigned char)(i % 4), 1};
        assert_int_equal(cells_count(&c, codes, 3, 1, &x->e), RC_OK);
    }
    assert_int_equal(cells_count(&c, (const unsigned char *)"\4\0\1", 3, 1, &x->e), RC_INPUT);
    assert_int_equal(c.n, 4);
    for (unsigned char g = 0; g < 4; g++) {
        const struct cell *cell = cells_find(&c, &g, 1);
        assert_non_null(cell);
        assert_int_equal(cell->n, 1000);
        assert_int_equal(cell->counts[x->f->nodes[0].slot + 2 + g % 2U], 1000);
        assert_int_equal(cell->counts[x->f->nodes[1].slot + g], 1000);
    }
    assert_int_equal(cells_count(&c, (const unsigned char *)"\2\3\1", 3, 1, &x->e), RC_OK);
    assert_int_equal(cells_count(&c, (const unsigned char *)"\2\3\1", 3, -1, &x->e), RC_OK);
    assert_int_equal(cells_find(&c, (const unsigned char *)"\3", 1)->n, 1000);
    assert_int_equal(cells_find(&c, (const unsigned char *)"\3", 1)->counts[x->f->nodes[0].slot + 2], 0);
    struct cells twin;
    assert_int_equal(cells_init(&twin, x->f, &x->e), RC_OK);
    assert_int_equal(cells_merge(&twin, &c, &x->e), RC_OK);
    assert_int_equal(cells_merge(&twin, &c, &x->e), RC_OK);
    assert_int_equal(cells_find(&twin, (const unsigned char *)"\3", 1)->n, 2000);
    cells_release(&twin);
    int32_t stored[16] = {5};
    struct tally_cell from = {8, 0, (const unsigned char *)"\1", 1, 400, stored, x->f->n_slots};
    assert_int_equal(cells_add_stored(&c, &from, -1, &x->e), RC_OK);
    assert_int_equal(cells_find(&c, (const unsigned char *)"\1", 1)->n, 600);
    from.n_counts--;
    assert_int_equal(cells_add_stored(&c, &from, 1, &x->e), RC_CONFLICT);
    cells_reset(&c);
    assert_int_equal(c.n, 0);
    assert_null(cells_find(&c, (const unsigned char *)"\1", 1));
    cells_release(&c);
}

/* Every profile its own: the table grows, and one that is full says so and loses nothing. */
static void a_full_table_says_so(void **state)
{
    struct fixture *x = *state;
    struct cells c;
    int32_t stored[16] = {0};
    uint32_t i = 0;
    enum rc rc = RC_OK;
    assert_int_equal(cells_init(&c, x->f, &x->e), RC_OK);
    c.a.cap_bytes = 1 << 20;
    while (rc == RC_OK && i < 1000000) {
        struct tally_cell from = {8, 0, (const unsigned char *)&i, sizeof i, 1, stored, x->f->n_slots};
        rc = cells_add_stored(&c, &from, 1, &x->e);
        i += rc == RC_OK;
    }
    assert_int_equal(rc, RC_TOOBIG);
    assert_true(c.n == i && i > 1000);
    for (uint32_t k = 0; k < i; k++)
        assert_int_equal(cells_find(&c, (const unsigned char *)&k, sizeof k)->n, 1);
    cells_reset(&c);
    assert_int_equal(cells_count(&c, (const unsigned char *)"\2\2\1", 3, 1, &x->e), RC_OK);
    cells_release(&c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(what_a_ballot_may_hold),            T(bad_batches_are_named_and_the_others_go_on),
        T(an_opener_may_be_left_at_any_time), T(the_first_of_a_repeated_ballot_stays),
        T(cells_count_by_profile),            T(a_full_table_says_so),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("opening", tests, NULL, NULL);
}
