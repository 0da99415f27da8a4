/* tally: opens the box, counts, publishes.  Options, locks, stages, exit status. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "box/tally.h"
#include "cmd/analyse.h"
#include "cmd/report.h"

static const char usage[] =
    "usage: tally [--survey SLUG] [--recount [--cells]] | --if-asked\n"
    "       tally analyse FILE.csv ...      the same statistics for any CSV file: tally analyse --help\n"
    "       tally report SLUG ...           the white paper of a survey: tally report --help\n"
    "\n"
    "Opens the box, counts and publishes.\n"
    "  --survey SLUG  this survey alone\n"
    "                   example: tally --survey gov-wechat-2014\n"
    "  --recount      count nothing new: recompute cells and Merkle roots from the responses and compare\n"
    "                   example: tally --recount\n"
    "  --cells        recount the cells alone: several times as fast\n"
    "                   example: tally --recount --cells\n"
    "  --if-asked     only where the administrators' desk asked for a count\n"
    "                   example: tally --if-asked\n"
    "\n"
    "Exit status: 0 done, 1 failed (or the recount differs), 2 wrong usage, 75 another run holds the lock.\n\n";

struct options {
    const char *survey;
    bool is_recount, is_cells_alone, is_if_asked, is_help;
};

static enum rc read_options(int argc, char **argv, struct options *o, struct rc_info *e)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--recount") == 0)
            o->is_recount = true;
        else if (strcmp(argv[i], "--cells") == 0)
            o->is_cells_alone = true;
        else if (strcmp(argv[i], "--if-asked") == 0)
            o->is_if_asked = true;
        else if (strcmp(argv[i], "--help") == 0)
            o->is_help = true;
        else if (strcmp(argv[i], "--survey") == 0 && i + 1 < argc && text_is_slug(argv[i + 1], strlen(argv[i + 1])))
            o->survey = argv[++i];
        else
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
    }
    if (o->is_if_asked && (o->is_recount || o->survey != NULL))
        return rc_set(e, RC_USAGE, "--if-asked stands alone");
    if (o->is_cells_alone && !o->is_recount)
        return rc_set(e, RC_USAGE, "--cells belongs to --recount");
    return RC_OK;
}

static enum rc make_folder(const char *dir, struct rc_info *e)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return RC_OK;
    return rc_set(e, RC_IO, "cannot make \"%s\": %s", dir, strerror(errno));
}

/* The lock of this host; that of the database comes on top of it. Held until the program ends. */
static enum rc lock_host(struct rc_info *e)
{
    char path[4096];
    const char *dir = setting(SET_TALLY_SECRETS_DIR);
    enum rc rc = make_folder(dir, e);
    if (rc == RC_OK)
        rc = make_folder(setting(SET_KEYRING_DIR), e);
    if (rc != RC_OK)
        return rc;
    int n = snprintf(path, sizeof path, "%s/tally.lock", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return rc_set(e, RC_IO, "path too long: \"%s\"", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return rc_set(e, RC_IO, "cannot open \"%s\": %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return RC_OK; /* the descriptor stays open on purpose */
    rc = errno == EWOULDBLOCK ? rc_set(e, RC_BUSY, "another tally is running on this machine")
                              : rc_set(e, RC_IO, "cannot lock \"%s\": %s", path, strerror(errno));
    (void)close(fd);
    return rc;
}

/* One survey's stages. Its failure is its own; only a lost database ends the run. */
static enum rc do_survey(struct tally *t, const struct tally_survey *s, struct rc_info *e)
{
    struct tally_work w;
    enum rc rc = tally_work_init(&w, t, s, e);
    if (rc == RC_OK)
        rc = tally_file_waves(t, &w, e);
    if (rc == RC_OK)
        rc = tally_open(t, &w, e);
    if (rc == RC_OK)
        rc = tally_withdraw(t, &w, e);
    if (rc == RC_OK)
        rc = tally_retire(t, &w, e);
    if (rc == RC_OK)
        rc = tally_publish_figures(t, &w, e);
    tally_work_release(&w);
    return rc;
}

static enum rc do_tally(struct tally *t, const struct tally_survey *s, size_t n, struct rc_info *e)
{
    enum rc rc = tally_load_keys(t, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct rc_info why = {0};
        rc = do_survey(t, &s[i], &why);
        if (rc == RC_AWAY)
            return rc_set(e, rc, "%s", why.msg);
        if (rc != RC_OK)
            tally_fail(t, s[i].slug, &why);
        rc = RC_OK;
    }
    return rc == RC_OK ? tally_destroy_keys(t, e) : rc;
}

static enum rc do_recount(struct tally *t, const struct tally_survey *s, size_t n, const struct options *o,
                          struct rc_info *e)
{
    int64_t cells = 0, differences = 0;
    size_t n_begun = 0;
    struct tally_work *works = calloc(n + 1, sizeof *works);
    enum rc rc = works == NULL ? rc_set(e, RC_NOMEM, "no memory for %zu surveys", n) : RC_OK;
    for (; rc == RC_OK && n_begun < n; n_begun++)
        rc = tally_work_init(&works[n_begun], t, &s[n_begun], e);
    if (rc == RC_OK)
        rc = tally_recount(t, works, n, o->survey == NULL, !o->is_cells_alone, &cells, &differences, e);
    for (size_t i = 0; i < n_begun; i++)
        tally_work_release(&works[i]);
    free(works);
    if (rc != RC_OK)
        return rc;
    if (differences > 0)
        return rc_set(e, RC_CONFLICT, "recount: %" PRId64 " differences in %" PRId64 " cells and roots", differences, cells);
    (void)printf("recount: %" PRId64 " cells of %zu surveys agree with their responses\n", cells, n);
    return RC_OK;
}

static void summary(const struct tally *t, double seconds)
{
    (void)printf("tally: opened %" PRId64 ", repeated %" PRId64 ", quarantined %" PRId64 " batches, waiting %" PRId64
                 ", retired %" PRId64 ", published %" PRId64 ", withdrawn %" PRId64 ", %.1f s%s%s\n",
                 t->counts.opened, t->counts.repeated, t->counts.quarantined, t->waiting, t->counts.retired,
                 t->counts.published, t->counts.withdrawn, seconds, t->first.rc == RC_OK ? "" : "; failed: ",
                 t->first.rc == RC_OK ? "" : t->first.msg);
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The run between its first and its last row. The result is the run's first failure. */
static enum rc run(struct tally *t, const struct options *o, struct rc_info *e)
{
    struct arena a;
    struct tally_survey *surveys = NULL;
    size_t n = 0;
    double began = now_s();
    arena_init(&a, 64 << 20);
    enum rc rc = tally_surveys(t->db, o->survey, &a, &surveys, &n, e);
    if (rc == RC_OK)
        rc = tally_run_begin(t->db, o->is_recount ? "recount" : "tally", &t->run_id, e);
    if (rc == RC_OK && !o->is_recount && o->survey == NULL)
        rc = tally_answer_request(t->db, t->run_id, e);
    if (rc == RC_OK) {
        struct rc_info why = {0};
        rc = o->is_recount ? do_recount(t, surveys, n, o, &why) : do_tally(t, surveys, n, &why);
        if (rc != RC_OK)
            tally_fail(t, o->is_recount ? "recount" : "run", &why);
        rc = tally_run_end(t->db, t->run_id, t->first.rc == RC_OK, t->waiting, t->first.msg, e);
        if (!o->is_recount)
            summary(t, now_s() - began);
        if (t->first.rc != RC_OK)
            rc = rc_set(e, t->first.rc, "%s", t->first.msg);
    }
    arena_release(&a);
    return rc;
}

static enum rc tally(const struct options *o, struct rc_info *e)
{
    struct tally t = {.db = tally_db()};
    bool is_wanted = true;
    enum rc rc = t.db == NULL ? rc_set(e, RC_NOMEM, "no memory") : RC_OK;
    if (rc == RC_OK && o->is_if_asked)
        rc = tally_is_requested(t.db, &is_wanted, e);
    if (rc == RC_OK && is_wanted)
        rc = lock_host(e);
    if (rc == RC_OK && is_wanted)
        rc = tally_lock(t.db, e);
    if (rc == RC_OK && is_wanted)
        rc = run(&t, o, e);
    tally_release(&t);
    db_free(t.db);
    return rc;
}

/* A batch: whoever else wakes up goes first, and a thread that waits for rows is woken up when there are many, not at
 * every few (a recount of 10,000,000: a tenth of the switches). Where it is not allowed, all goes on as it was; a service
 * is started so, and may not ask. */
static void be_a_batch(void)
{
    if (sched_getscheduler(0) == SCHED_OTHER && sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0}) != 0)
        log_info("not_a_batch", kv_s("why", strerror(errno)));
}

int main(int argc, char **argv)
{
    struct rc_info e = {0};
    struct options o = {0};
    log_program("tally");
    be_a_batch();
    if (argc > 1 && strcmp(argv[1], "analyse") == 0)
        return analyse_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "report") == 0)
        return report_main(argc - 1, argv + 1);
    enum rc rc = sodium_init() < 0 ? rc_set(&e, RC_CRYPTO, "libsodium does not start") : settings_load(&e);
    if (rc == RC_OK)
        rc = read_options(argc, argv, &o, &e);
    if (o.is_help) {
        (void)fputs(usage, stdout);
        settings_print(stdout);
        return 0;
    }
    if (rc == RC_OK)
        rc = tally(&o, &e);
    if (rc != RC_OK)
        (void)fprintf(stderr, "tally: %s\n", e.msg);
    if (rc == RC_USAGE)
        (void)fputs(usage, stderr);
    return rc_exit_status(rc);
}
