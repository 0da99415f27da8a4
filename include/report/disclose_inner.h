/* disclose_inner: what the files of disclose share.  Layer: report. For them alone. */
#ifndef MINYI_REPORT_DISCLOSE_INNER_H
#define MINYI_REPORT_DISCLOSE_INNER_H

#include "report/disclose.h"

/* Top two, neutral, bottom two, don't know, skipped, not asked. */
enum { DISCLOSE_BOX_CELLS = 6, DISCLOSE_BOXES = 3 };

struct disclose_worker {
    const struct publication *p;
    const struct disclose_input *in;
    struct arena *a;
    struct rc_info *e;
    const struct form_node **nodes; /* of each question */
    struct disclosure_row *rows;    /* of each question; the helper "ballots"; three boxes of five-point ones;
                                       then of the groups, from `group_rows` */
    size_t *boxes;                  /* of each question: its row of boxes, or 0 */
    size_t n_rows, group_rows;
};

/* The cell of a question's row that holds choice `i`. */
size_t disclose_cell_of(const struct form_node *n, size_t i);
/* How many cells add up to the ballots: the first ones; the last two of them are skipped and not asked. */
size_t disclose_states(const struct form_node *n);
/* The box of a five-point choice by its name: 0 the top two, 1 neutral, 2 the bottom two, 3 "don't know". */
size_t disclose_box_of(const struct form_choice *c);

/* Is the number of ballots without an answer to `n`, for this reason, 0 by the form? What is known to be
 * 0 must not pass for an unknown count in a sum. */
enum disclose_missing { DISCLOSE_SKIPPED, DISCLOSE_NOT_ASKED };
bool disclose_is_empty(const struct disclose_worker *w, const struct form_node *n, enum disclose_missing what);

/* What a row looked like so far: its state, past and shown figures, by its address. */
enum rc disclose_recall(const struct disclose_worker *w, struct disclosure_row *r) MUST_CHECK;
void disclose_share(const struct disclose_worker *w, int64_t count, int64_t n, struct pub_share *out);
const char *disclose_date(struct arena *a, int32_t day); /* "2014-12-31"; NULL: no memory */
int64_t disclose_median(int64_t *values, size_t n);      /* puts them in order; 0 of none */

/* Groups. A row per grouping question, level and item, "slug/version/group/level/item", and one per
 * grouping question and item of the ballots without a level ("...//item", no level has an empty name):
 * that one is never published, and protected like one that will be. */
size_t disclose_group_rows_max(const struct publication *p);
size_t disclose_group_sums_max(const struct disclose_worker *w);
enum rc disclose_group_rows(struct disclose_worker *w) MUST_CHECK;
/* Levels and the rest add up to the item's boxes; the six cells of a level to its ballots. */
enum rc disclose_group_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums) MUST_CHECK;
enum rc disclose_put_groups(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

#endif
