/* spool: the file format, and the folder: order, damage, refusal, leftovers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "box/spool.h"

struct fixture {
    char dir[64];
    struct arena a;
    size_t n_seen;
    int64_t seen_us[16];
    enum rc answer[16]; /* what `each` says to the n-th file */
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    (void)snprintf(x->dir, sizeof x->dir, "/tmp/minyi-spool-XXXXXX");
    arena_init(&x->a, 1 << 20);
    *state = x;
    return mkdtemp(x->dir) != NULL ? 0 : -1;
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
    arena_release(&x->a);
    free(x);
    return 0;
}

static const unsigned char hashes[3 * KEY_HASH_BYTES] = {1, 2, 3, 4};

static struct sealed_batch sample(int64_t us)
{
    struct sealed_batch b = {.survey_id = 7, .version_id = 1LL << 40, .epoch_id = 3, .accepted_us = us, .n = 3,
                             .box_hashes = hashes, .sealed = (const unsigned char *)"sealed bytes", .sealed_len = 12};
    memset(b.batch_id, (int)(us & 0x7f), sizeof b.batch_id);
    return b;
}

static void put(struct fixture *x, int64_t us)
{
    struct rc_info e;
    struct sealed_batch b = sample(us);
    assert_int_equal(spool_write(x->dir, &b, &e), RC_OK);
}

/* The bytes of the only file in the folder. */
static unsigned char *only_file(struct fixture *x, size_t *len, char path[400])
{
    struct rc_info e;
    char *p = NULL;
    DIR *d = opendir(x->dir);
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d)) != NULL;)
        if (f->d_name[0] != '.')
            (void)snprintf(path, 400, "%s/%s", x->dir, f->d_name);
    (void)closedir(d);
    assert_int_equal(file_read(path, 1 << 16, &x->a, &p, len, &e), RC_OK);
    return (unsigned char *)p;
}

static void what_is_written_is_read(void **state)
{
    struct fixture *x = *state;
    char path[400];
    size_t len;
    struct sealed_batch got;
    put(x, 1700000000000001);
    unsigned char *p = only_file(x, &len, path);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(spool_parse(p, len, &got), RC_OK);
    assert_int_equal(got.survey_id, 7);
    assert_true(got.version_id == 1LL << 40);
    assert_int_equal(got.epoch_id, 3);
    assert_int_equal(got.accepted_us, 1700000000000001);
    assert_int_equal(got.n, 3);
    assert_memory_equal(got.box_hashes, hashes, sizeof hashes);
    assert_int_equal(got.sealed_len, 12);
    assert_memory_equal(got.sealed, "sealed bytes", 12);
    assert_int_equal(got.batch_id[15], 1700000000000001 & 0x7f);
}

static void every_cut_and_every_flipped_bit_is_found(void **state)
{
    struct fixture *x = *state;
    char path[400];
    size_t len;
    struct sealed_batch got;
    put(x, 5);
    unsigned char *p = only_file(x, &len, path);
    for (size_t n = 0; n < len; n++)
        assert_int_equal(spool_parse(p, n, &got), RC_INPUT);
    for (size_t bit = 0; bit < len * 8; bit++) {
        p[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_int_equal(spool_parse(p, len, &got), RC_INPUT);
        p[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    assert_int_equal(spool_parse(p, len, &got), RC_OK);
}

/* Counts that do not fit, under a hash that does: what a writer with a bug would leave. */
static void lengths_are_checked_under_a_good_hash(void **state)
{
    struct fixture *x = *state;
    char path[400];
    size_t len;
    struct sealed_batch got;
    put(x, 5);
    unsigned char *p = only_file(x, &len, path);
    static const struct {
        size_t at;
        uint32_t value;
    } rows[] = {{52, 0}, {52, 2}, {52, 4}, {52, 0xffffffffU}, {52, 4097}, {56 + 48, 11}, {56 + 48, 13}, {56 + 48, 0xffffffffU}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char was[4];
        memcpy(was, p + rows[i].at, 4);
        for (size_t k = 0; k < 4; k++)
            p[rows[i].at + k] = (unsigned char)(rows[i].value >> (24 - 8 * k));
        (void)crypto_generichash(p + len - 32, 32, p, len - 32, NULL, 0);
        assert_int_equal(spool_parse(p, len, &got), RC_INPUT);
        memcpy(p + rows[i].at, was, 4);
    }
    (void)crypto_generichash(p + len - 32, 32, p, len - 32, NULL, 0);
    assert_int_equal(spool_parse(p, len, &got), RC_OK);
}

static enum rc note(void *ctx, const struct sealed_batch *b, struct rc_info *e)
{
    struct fixture *x = ctx;
    enum rc rc = x->answer[x->n_seen];
    x->seen_us[x->n_seen++] = b->accepted_us;
    return rc == RC_OK ? RC_OK : rc_set(e, rc, "said no");
}

static void the_oldest_goes_first(void **state)
{
    struct fixture *x = *state;
    struct rc_info e;
    size_t n_done, n_bad;
    struct spool_state s;
    put(x, 30);
    put(x, 1700000000000000);
    put(x, 4);
    assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
    assert_int_equal(s.n_files, 3);
    assert_int_equal(s.oldest_us, 4);
    assert_int_equal(s.n_epochs, 1);
    assert_int_equal(s.epochs[0], 3);
    assert_int_equal(spool_drain(x->dir, note, x, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(n_done, 3);
    assert_int_equal(x->seen_us[0], 4);
    assert_int_equal(x->seen_us[1], 30);
    assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
    assert_int_equal(s.n_files, 0);
}

static void a_box_that_is_away_loses_nothing(void **state)
{
    struct fixture *x = *state;
    struct rc_info e;
    size_t n_done, n_bad;
    struct spool_state s;
    put(x, 1);
    put(x, 2);
    put(x, 3);
    x->answer[1] = RC_AWAY;
    assert_int_equal(spool_drain(x->dir, note, x, &n_done, &n_bad, &e), RC_AWAY);
    assert_int_equal(n_done, 1);
    assert_int_equal(x->n_seen, 2); /* the third was not tried */
    assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
    assert_int_equal(s.n_files, 2);
    assert_int_equal(s.n_bad, 0);
}

static void a_refused_batch_is_kept_and_holds_up_nobody(void **state)
{
    struct fixture *x = *state;
    struct rc_info e;
    size_t n_done, n_bad;
    struct spool_state s;
    put(x, 1);
    put(x, 2);
    x->answer[0] = RC_CONFLICT;
    assert_int_equal(spool_drain(x->dir, note, x, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(n_done, 1);
    assert_int_equal(n_bad, 1);
    assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
    assert_int_equal(s.n_files, 0);
    assert_int_equal(s.n_bad, 1);
    assert_int_equal(s.n_epochs, 1); /* its key must live on */
}

static void a_damaged_file_is_set_aside(void **state)
{
    struct fixture *x = *state;
    struct rc_info e;
    char path[400];
    size_t len, n_done, n_bad;
    put(x, 1);
    unsigned char *p = only_file(x, &len, path);
    p[len / 2] ^= 1;
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, len), (ssize_t)len);
    (void)close(fd);
    put(x, 2);
    assert_int_equal(spool_drain(x->dir, note, x, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(n_done, 1);
    assert_int_equal(n_bad, 1);
    assert_int_equal(x->seen_us[0], 2);
    assert_int_equal(spool_drain(x->dir, note, x, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(n_bad, 0); /* set aside once */
}

static void make_temporary(struct fixture *x, const char *name, time_t age_s, char path[400])
{
    (void)snprintf(path, 400, "%s/%s", x->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    const struct timespec t[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};
    assert_int_equal(futimens(fd, t), 0);
    (void)close(fd);
}

static void leftovers_of_a_crash_go_after_an_hour(void **state)
{
    struct fixture *x = *state;
    struct rc_info e;
    char old[400], young[400];
    size_t n_done, n_bad;
    make_temporary(x, ".1-1-x.batch.12.ab", 3700, old);
    make_temporary(x, ".2-1-x.batch.12.ab", 100, young);
    assert_int_equal(spool_drain(x->dir, note, x, &n_done, &n_bad, &e), RC_OK);
    assert_int_equal(access(old, F_OK), -1);
    assert_int_equal(access(young, F_OK), 0);
    assert_int_equal(x->n_seen, 0);
}

static void a_folder_that_is_not_there_says_so(void **state)
{
    (void)state;
    struct rc_info e = {0};
    struct spool_state s;
    size_t n_done, n_bad;
    struct sealed_batch b = sample(1);
    assert_int_equal(spool_write("/nonexistent/minyi", &b, &e), RC_IO);
    assert_non_null(strstr(e.msg, "/nonexistent/minyi"));
    assert_int_equal(spool_look("/nonexistent/minyi", &s, &e), RC_NOTFOUND);
    assert_int_equal(spool_drain("/nonexistent/minyi", note, NULL, &n_done, &n_bad, &e), RC_IO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void a_held_key_is_named_until_the_next(void **state)
{
    struct fixture *x = *state;
    struct spool_state s;
    struct rc_info e = {0};
    assert_int_equal(spool_hold_key(x->dir, 7, &e), RC_OK);
    assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
    assert_int_equal(s.n_epochs, 1);
    assert_int_equal(s.epochs[0], 7);
    assert_int_equal(s.n_files, 0); /* a mark is no batch */
    assert_int_equal(spool_hold_key(x->dir, 8, &e), RC_OK);
    assert_int_equal(spool_look(x->dir, &s, &e), RC_OK);
    assert_int_equal(s.n_epochs, 1);
    assert_int_equal(s.epochs[0], 8);
    assert_int_equal(spool_hold_key("/nonexistent/minyi", 8, &e), RC_IO);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(every_cut_and_every_flipped_bit_is_found),
        TEST(lengths_are_checked_under_a_good_hash),
        TEST(the_oldest_goes_first),
        TEST(a_box_that_is_away_loses_nothing),
        TEST(a_refused_batch_is_kept_and_holds_up_nobody),
        TEST(a_damaged_file_is_set_aside),
        TEST(leftovers_of_a_crash_go_after_an_hour),
        TEST(a_folder_that_is_not_there_says_so),
        TEST(a_held_key_is_named_until_the_next),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
