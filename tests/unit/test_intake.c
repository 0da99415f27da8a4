/* intake: what becomes of ballots when the box takes them, refuses them, or is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box/intake.h"
#include "box/spool.h"

enum { BALLOTS = 600, CODES = 4 };

/* A box in memory: opens what it gets with the secret key and remembers it. */
struct fake {
    enum rc rc;             /* what drop gives */
    enum rc key_rc;         /* what newest_key gives */
    bool has_bad_key;       /* newest_key gives one that nothing can be sealed to */
    int64_t epoch_id;       /* the only epoch it knows */
    int64_t unknown_version;
    unsigned char pk[BATCH_PUBLIC_BYTES], sk[BATCH_SECRET_BYTES];
    size_t n_calls, n_batches, n_ballots, n_key_reads;
    unsigned char seen[BALLOTS][CODES];
    bool has_order; /* came out in the order in which it went in */
};

struct fixture {
    char dir[64];
    struct fake box;
    struct intake in;
    struct intake_ballot ballots[BALLOTS];
    unsigned char codes[BALLOTS][CODES];
};

static void open_batch(struct fake *f, const struct stored_batch *b)
{
    struct arena a;
    struct batch got;
    struct rc_info e;
    arena_init(&a, 16 << 20);
    assert_int_equal(batch_open(b->sealed, b->sealed_len, f->pk, f->sk, &a, &got, &e), RC_OK);
    assert_int_equal(got.version_id, b->version_id);
    assert_int_equal(got.n, b->n);
    f->has_order = true;
    for (size_t i = 0; i < got.n; i++) {
        unsigned char hash[KEY_HASH_BYTES];
        assert_int_equal(got.ballots[i].codes_len, CODES);
        memcpy(f->seen[f->n_ballots], got.ballots[i].codes, CODES);
        f->has_order = f->has_order && memcmp(got.ballots[i].codes, &(unsigned char[CODES]){(unsigned char)i, (unsigned char)(i >> 8)}, 2) == 0;
        memset(hash, got.ballots[i].codes[0], sizeof hash); /* the box hash travels in the same order */
        assert_memory_equal((const unsigned char *)b->box_hashes + i * KEY_HASH_BYTES, hash, sizeof hash);
        f->n_ballots++;
    }
    f->n_batches++;
    arena_release(&a);
}

static enum rc fake_drop(void *ctx, const struct stored_batch *batches, size_t n, struct arena *a,
                         enum box_answer *answers, struct rc_info *e)
{
    struct fake *f = ctx;
    (void)a;
    f->n_calls++;
    if (f->rc != RC_OK)
        return rc_set(e, f->rc, "the box says no");
    for (size_t i = 0; i < n; i++) {
        answers[i] = batches[i].epoch_id != f->epoch_id             ? BOX_NO_EPOCH
                     : batches[i].version_id == f->unknown_version ? BOX_NO_VERSION
                                                                   : BOX_STORED;
        if (answers[i] == BOX_STORED)
            open_batch(f, &batches[i]);
    }
    return RC_OK;
}

static enum rc fake_key(void *ctx, struct arena *a, struct epoch_key *out, struct rc_info *e)
{
    struct fake *f = ctx;
    (void)a;
    f->n_key_reads++;
    if (f->rc != RC_OK || f->key_rc != RC_OK)
        return rc_set(e, f->rc != RC_OK ? f->rc : f->key_rc, "the box says no");
    *out = (struct epoch_key){.epoch_id = f->epoch_id};
    if (!f->has_bad_key)
        memcpy(out->public_key, f->pk, sizeof f->pk);
    return RC_OK;
}

static void set_key(struct fixture *x, int64_t epoch_id)
{
    struct epoch_key key = {.epoch_id = epoch_id};
    memcpy(key.public_key, x->box.pk, sizeof key.public_key);
    intake_set_key(&x->in, &key);
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    (void)snprintf(x->dir, sizeof x->dir, "/tmp/minyi-intake-XXXXXX");
    if (mkdtemp(x->dir) == NULL)
        return -1;
    x->box.epoch_id = 5;
    (void)crypto_box_keypair(x->box.pk, x->box.sk);
    intake_init(&x->in, &(struct intake_box){.ctx = &x->box, .drop = fake_drop, .newest_key = fake_key}, x->dir);
    set_key(x, 5);
    intake_set_up(&x->in, true);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    char path[400];
    DIR *d = opendir(x->dir);
    for (struct dirent *f; d != NULL && (f = readdir(d)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s", x->dir, f->d_name);
        (void)unlink(path);
    }
    if (d != NULL)
        (void)closedir(d);
    (void)rmdir(x->dir);
    intake_release(&x->in);
    free(x);
    return 0;
}

/* A list of n ballots, number i of version `versions[i % n_versions]`. */
static struct intake_ballot *list(struct fixture *x, size_t n, const int64_t *versions, size_t n_versions)
{
    for (size_t i = 0; i < n; i++) {
        struct intake_ballot *b = &x->ballots[i];
        unsigned char *c = x->codes[i];
        c[0] = (unsigned char)i;
        c[1] = (unsigned char)(i >> 8);
        *b = (struct intake_ballot){.next = i + 1 < n ? b + 1 : NULL, .survey_id = 1,
                                    .version_id = versions[i % n_versions], .result = RC_OK};
        b->ballot.codes = c;
        b->ballot.codes_len = CODES;
        memset(b->ballot.box_hash, c[0], KEY_HASH_BYTES);
    }
    return x->ballots;
}

static size_t n_with(const struct fixture *x, size_t n, enum rc rc)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += x->ballots[i].result == rc;
    return found;
}

static const int64_t one_version[] = {11}, three_versions[] = {11, 12, 13};

static void a_round_is_one_batch_shuffled(void **state)
{
    struct fixture *x = *state;
    intake_store(&x->in, list(x, 200, one_version, 1));
    assert_int_equal(n_with(x, 200, RC_OK), 200);
    assert_int_equal(x->box.n_calls, 1);
    assert_int_equal(x->box.n_batches, 1);
    assert_int_equal(x->box.n_ballots, 200);
    assert_false(x->box.has_order); /* by chance once in 200! */
    bool seen[256] = {false};
    for (size_t i = 0; i < 200; i++)
        seen[x->box.seen[i][0]] = true;
    for (size_t i = 0; i < 200; i++)
        assert_true(seen[i]);
    assert_int_equal(atomic_load(&x->in.n_boxed), 200);
    assert_int_equal(atomic_load(&x->in.n_batches), 1);
}

static void versions_are_batches_of_one_round(void **state)
{
    struct fixture *x = *state;
    intake_store(&x->in, list(x, 30, three_versions, 3));
    assert_int_equal(n_with(x, 30, RC_OK), 30);
    assert_int_equal(x->box.n_calls, 1);
    assert_int_equal(x->box.n_batches, 3);
    assert_int_equal(x->box.n_ballots, 30);
}

static void an_unknown_version_does_not_take_others_with_it(void **state)
{
    struct fixture *x = *state;
    x->box.unknown_version = 12;
    intake_store(&x->in, list(x, 30, three_versions, 3));
    assert_int_equal(n_with(x, 30, RC_OK), 20);
    for (size_t i = 0; i < 30; i++)
        assert_int_equal(x->ballots[i].result, i % 3 == 1 ? RC_UNAVAILABLE : RC_OK);
    assert_int_equal(atomic_load(&x->in.n_lost), 10);
}

static void a_refused_epoch_is_read_again_and_sealed_again(void **state)
{
    struct fixture *x = *state;
    set_key(x, 4); /* the tally made a newer one meanwhile */
    intake_store(&x->in, list(x, 10, one_version, 1));
    assert_int_equal(n_with(x, 10, RC_OK), 10);
    assert_int_equal(x->box.n_key_reads, 1);
    assert_int_equal(x->box.n_calls, 2);
    assert_int_equal(x->box.n_ballots, 10);
    intake_store(&x->in, list(x, 10, one_version, 1));
    assert_int_equal(x->box.n_calls, 3); /* the new key is kept */
}

/* What is sealed to a key that the box refused is no ballot: no one could open it. The spool must not
 * take it, and the citizen must not hear that it was received. */
static void what_a_refused_key_sealed_is_never_spooled(void **state)
{
    static const struct {
        enum rc rc;
        bool has_bad_key;
    } rows[] = {{RC_AWAY, false}, {RC_NOTFOUND, false}, {RC_DB, false}, {RC_OK, true}};
    struct fixture *x = *state;
    struct spool_state s;
    struct rc_info e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        x->box.key_rc = rows[i].rc;
        x->box.has_bad_key = rows[i].has_bad_key;
        set_key(x, 4);
        intake_set_up(&x->in, true);
        intake_store(&x->in, list(x, 20, three_versions, 2));
        assert_int_equal(n_with(x, 20, RC_UNAVAILABLE), 20);
        assert_int_equal(atomic_load(&x->in.n_lost), 40 * i + 20);
        intake_set_up(&x->in, false); /* nor does the next round use that key */
        intake_store(&x->in, list(x, 20, one_version, 1));
        assert_int_equal(n_with(x, 20, RC_UNAVAILABLE), 20);
        assert_int_equal(atomic_load(&x->in.n_lost), 40 * i + 40);
        assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
        assert_int_equal(s.n_files, 0);
    }
}

static void without_any_key_nothing_is_taken(void **state)
{
    struct fixture *x = *state;
    intake_set_key(&x->in, &(struct epoch_key){.epoch_id = 0});
    intake_set_up(&x->in, false);
    intake_store(&x->in, list(x, 3, one_version, 1));
    assert_int_equal(n_with(x, 3, RC_UNAVAILABLE), 3);
    intake_set_up(&x->in, true); /* now it can be asked for */
    intake_store(&x->in, list(x, 3, one_version, 1));
    assert_int_equal(n_with(x, 3, RC_OK), 3);
}

static void away_means_spool_and_no_more_waiting(void **state)
{
    static const enum rc rows[] = {RC_AWAY, RC_DB, RC_NOMEM};
    struct fixture *x = *state;
    struct spool_state s;
    struct rc_info e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t before = x->box.n_calls;
        x->box.rc = rows[i];
        intake_set_up(&x->in, true);
        intake_store(&x->in, list(x, 20, three_versions, 2));
        assert_int_equal(n_with(x, 20, RC_OK), 20);
        assert_false(atomic_load(&x->in.is_box_up));
        intake_store(&x->in, list(x, 20, one_version, 1));
        assert_int_equal(n_with(x, 20, RC_OK), 20);
        assert_int_equal(x->box.n_calls, before + 1); /* asked once, then straight to the spool */
        assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
        assert_int_equal(s.n_files, 3 * (i + 1));
    }
    assert_int_equal(atomic_load(&x->in.n_spooled), 120);
    intake_wait_trouble(&x->in, 60000); /* the keeper was woken: this returns at once */
}

static void the_spool_goes_into_the_box(void **state)
{
    struct fixture *x = *state;
    struct rc_info e;
    size_t n_done = 0, n_bad = 0;
    x->box.rc = RC_AWAY;
    intake_store(&x->in, list(x, 50, three_versions, 3));
    assert_int_equal(intake_drain(&x->in.box, x->dir, &n_done, &n_bad, &e), RC_AWAY);
    assert_int_equal(n_done, 0);
    x->box.rc = RC_OK;
    assert_int_equal(intake_drain(&x->in.box, x->dir, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(n_done, 3);
    assert_int_equal(x->box.n_ballots, 50);
    assert_int_equal(intake_drain(&x->in.box, x->dir, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(n_done, 0);
}

static void neither_box_nor_spool_says_so(void **state)
{
    struct fixture *x = *state;
    x->in.spool_dir = "/nonexistent/minyi";
    x->box.rc = RC_AWAY;
    intake_store(&x->in, list(x, 5, one_version, 1));
    assert_int_equal(n_with(x, 5, RC_UNAVAILABLE), 5);
    assert_int_equal(atomic_load(&x->in.n_lost), 5);
}

static void every_failing_allocation_leaves_a_clear_answer(void **state)
{
    struct fixture *x = *state;
    for (long n = 1; n < 100; n++) {
        x->box.n_ballots = 0;
        x->in.arena.fail_after = n;
        intake_store(&x->in, list(x, 6, three_versions, 3));
        size_t n_ok = n_with(x, 6, RC_OK);
        assert_int_equal(n_ok, x->box.n_ballots);
        assert_int_equal(n_ok + n_with(x, 6, RC_UNAVAILABLE), 6);
        if (x->in.arena.fail_after > 0) { /* not reached: every one was tried */
            assert_true(n > 5);
            assert_int_equal(n_ok, 6);
            return;
        }
        assert_int_equal(n_ok, 0);
    }
    fail_msg("the allocations never end");
}

static void a_queue_hands_over_a_round_at_a_time(void **state)
{
    struct fixture *x = *state;
    struct ballot_queue q;
    ballot_queue_init(&q);
    ballot_queue_push(&q, list(x, BALLOTS, one_version, 1));
    assert_int_equal(ballot_queue_length(&q), BALLOTS);
    struct intake_ballot *first = ballot_queue_take(&q);
    assert_ptr_equal(first, &x->ballots[0]);
    assert_int_equal(ballot_queue_length(&q), BALLOTS - INTAKE_BALLOTS_MAX);
    assert_null(x->ballots[INTAKE_BALLOTS_MAX - 1].next);
    ballot_queue_close(&q); /* what is left still comes */
    assert_ptr_equal(ballot_queue_take(&q), &x->ballots[INTAKE_BALLOTS_MAX]);
    assert_null(ballot_queue_take(&q));
    ballot_queue_push(&q, list(x, 1, one_version, 1));
    assert_ptr_equal(ballot_queue_take(&q), x->ballots);
}

static void a_round_is_bounded_in_bytes(void **state)
{
    struct fixture *x = *state;
    struct ballot_queue q;
    ballot_queue_init(&q);
    (void)list(x, 4, one_version, 1);
    for (size_t i = 0; i < 4; i++)
        x->ballots[i].ballot.codes_len = INTAKE_BYTES_MAX / 2 + (i == 0); /* never read */
    ballot_queue_push(&q, x->ballots);
    assert_ptr_equal(ballot_queue_take(&q), &x->ballots[0]);
    assert_ptr_equal(ballot_queue_take(&q), &x->ballots[1]);
    assert_ptr_equal(x->ballots[1].next, &x->ballots[2]);
    assert_ptr_equal(ballot_queue_take(&q), &x->ballots[3]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_round_is_one_batch_shuffled),
        TEST(versions_are_batches_of_one_round),
        TEST(an_unknown_version_does_not_take_others_with_it),
        TEST(a_refused_epoch_is_read_again_and_sealed_again),
        TEST(what_a_refused_key_sealed_is_never_spooled),
        TEST(without_any_key_nothing_is_taken),
        TEST(away_means_spool_and_no_more_waiting),
        TEST(the_spool_goes_into_the_box),
        TEST(neither_box_nor_spool_says_so),
        TEST(every_failing_allocation_leaves_a_clear_answer),
        TEST(a_queue_hands_over_a_round_at_a_time),
        TEST(a_round_is_bounded_in_bytes),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
