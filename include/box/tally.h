/* tally: the stages of the batch, each of which leaves the database in a state from which the next run
 * goes on as if nothing had happened.  Layer: box (uses form, report, store).
 *
 * Memory of a run: two threads' plain texts of at most OPENING_BYTES of sealed batches together, about
 * 150 bytes for each of at most MINYI_OPENING_BALLOTS ballots, and a table of cells for each thread
 * (CELLS_BYTES_MAX, far less where profiles repeat). A million ballots of the white paper's
 * questionnaire take 230 MB; more wait for the next transaction. */
#ifndef MINYI_BOX_TALLY_H
#define MINYI_BOX_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "box/opener.h"
#include "store/tally_store.h"
#include "store/wave_store.h"

enum {
    OPENING_BYTES = 256 * 1024 * 1024,  /* of sealed batches, in one transaction */
    OPENING_FLOOR = 5                   /* no opening of fewer ballots, the demonstration excepted */
};

struct tally {
    struct db *db;
    int64_t run_id;
    struct arena a;          /* keys */
    struct opener_key *keys; /* of every epoch that is not destroyed; wiped by tally_release */
    size_t n_keys;
    struct tally_counts counts; /* committed so far */
    int64_t waiting;            /* ballots left in the box */
    struct rc_info first;       /* the first failure of the run; others follow it into the log */
};

/* Note a failure: logged now, told at the end; the run goes on. */
void tally_fail(struct tally *t, const char *stage, const struct rc_info *e);
/* Wipe the secrets, give the memory back (not the database handle). */
void tally_release(struct tally *t);

/* One survey with its versions, read once a run. */
struct tally_form {
    struct opener_version open; /* survey_id, version_id, form */
    int64_t version_no;
    int32_t today; /* in the version's time zone, days since 2000-01-01 */
};
struct tally_work {
    struct tally_survey survey;
    struct arena a;
    struct tally_form *forms; /* in the order of their ids */
    size_t n_forms;
    struct wave *waves; /* by which the cells are filed */
    size_t n_waves;
};
/* RC_OK; RC_INPUT (a definition that this program cannot read); RC_NOMEM, RC_AWAY, RC_DB. */
enum rc tally_work_init(struct tally_work *w, struct tally *t, const struct tally_survey *s, struct rc_info *e)
    MUST_CHECK;
void tally_work_release(struct tally_work *w);
const struct tally_form *tally_work_form(const struct tally_work *w, int64_t version_id);
/* The wave of an opening's day; 0 where it is in none. */
int32_t tally_work_wave(const struct tally_work *w, int32_t day);

/* Keys: read the keyring, make a pair where there is none or the newest is too old. A secret that is
 * missing is a failure of the run (tally_fail), and its batches stay in the box.
 * RC_AWAY, RC_DB, RC_NOMEM; everything else goes to tally_fail. */
enum rc tally_load_keys(struct tally *t, struct rc_info *e) MUST_CHECK;
/* Destroy the secrets that nothing needs any more: not one while the spool cannot be looked into. */
enum rc tally_destroy_keys(struct tally *t, struct rc_info *e) MUST_CHECK;

/* Where the operator changed the waves: file the survey's cells by them, in one transaction, from the
 * responses and the cells of deleted ones. As tally_recount; RC_TOOBIG where memory does not do. */
enum rc tally_file_waves(struct tally *t, struct tally_work *w, struct rc_info *e) MUST_CHECK;

/* Open what waits for the survey, if it is enough: responses, comments, cells, all in one transaction
 * for each MINYI_OPENING_BALLOTS. */
enum rc tally_open(struct tally *t, const struct tally_work *w, struct rc_info *e) MUST_CHECK;

/* Take the counted ballots that were withdrawn out of the record, the comments and the cells, all in one
 * transaction for each portion. Those still in the box are dropped by tally_open. */
enum rc tally_withdraw(struct tally *t, const struct tally_work *w, struct rc_info *e) MUST_CHECK;

/* Delete the responses that are older than their version's retention. */
enum rc tally_retire(struct tally *t, const struct tally_work *w, struct rc_info *e) MUST_CHECK;

/* Publish the figures of the current version, unless they are what is shown already. */
enum rc tally_publish_figures(struct tally *t, const struct tally_work *w, struct rc_info *e) MUST_CHECK;

/* Is what is shown made of other cells than there are? Then *is_stale. */
enum rc tally_check_figures(struct tally *t, const struct tally_work *w, bool *is_stale, struct rc_info *e) MUST_CHECK;

/* Recompute the cells from the responses and the figures from the cells, and compare; print each
 * difference on stdout, count them. is_all: these are all surveys that there are, so that a response of
 * none of their versions is an error. with_trees: recompute the Merkle trees, too: some 1.5 us a response,
 * several times what counting it takes. */
enum rc tally_recount(struct tally *t, const struct tally_work *works, size_t n, bool is_all, bool with_trees,
                      int64_t *n_cells, int64_t *n_differences, struct rc_info *e) MUST_CHECK;

#endif
