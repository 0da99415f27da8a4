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
    size_t n_questions;
    size_t n_rows, group_rows;
    struct disclose_cross *crosses; /* of each crossing */
    size_t wider_rows, grid_rows, fast_rows, wave_rows; /* the first row of wider groups, of grids, of fast ballots, of waves */
    bool has_wave_rest;             /* some ballot of this version is in no wave */
};

/* The minimum of a row that is not to be published. */
#define DISCLOSE_NEVER (INT64_MAX / 8)

/* The cell of a question's row that holds choice `i`. */
size_t disclose_cell_of(const struct form_node *n, size_t i);
/* The cells of a question's row, from its slots. */
void disclose_count_cells(const struct form_node *n, const int64_t *slot, int64_t n_ballots, int64_t *cells);
/* How many cells add up to the ballots: the first ones; the last two of them are skipped and not asked. */
size_t disclose_states(const struct form_node *n);
/* The box of a five-point choice by its name: 0 the top two, 1 neutral, 2 the bottom two, 3 "don't know". */
size_t disclose_box_of(const struct form_choice *c);

/* Is the number of ballots without an answer to `n`, for this reason, 0 by the form? What is known to be
 * 0 must not pass for an unknown count in a sum. */
enum disclose_missing { DISCLOSE_SKIPPED, DISCLOSE_NOT_ASKED };
bool disclose_is_empty(const struct disclose_worker *w, const struct form_node *n, enum disclose_missing what);

/* The same of a cell of a row of boxes; what was answered is never known. */
bool disclose_is_empty_box(const struct disclose_worker *w, const struct form_node *item, size_t cell);

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
size_t disclose_group_row(const struct disclose_worker *w, size_t group, size_t level, size_t item);
/* Where `item` stands by levels of `by` (indexes of questions): false, where it does not. */
bool disclose_find_group(const struct disclose_worker *w, size_t by, size_t item, size_t *group, size_t *at);
/* The figures of a level from its items' rows; an item whose row is NULL, or not shown, holds no number. Its ballots
 * are the median of what these rows add up to. */
enum rc disclose_put_level(const struct disclose_worker *w, const struct disclosure_row *const *rows, size_t n_items,
                           struct pub_level *out) MUST_CHECK;
enum rc disclose_put_groups(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

/* Wider groups. A row of boxes per wider group and item, "slug/version/:collapse/group/wider/item", beside those of its
 * levels. It keeps what it shows while the levels are told; see disclose_is_fine. */
size_t disclose_wider_rows_max(const struct publication *p);
size_t disclose_wider_sums_max(const struct disclose_worker *w);
enum rc disclose_wider_rows(struct disclose_worker *w) MUST_CHECK;
enum rc disclose_wider_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums) MUST_CHECK;
enum rc disclose_put_wider(const struct disclose_worker *w, size_t group, struct pub_group *out) MUST_CHECK;
/* Are the levels to be told of an item, by what stands published of them (disclosure_is_fine_enough)? True where there
 * are no wider groups. */
bool disclose_is_fine(const struct disclose_worker *w, size_t group, size_t item);

/* What the parts of a table share: choices that are not "don't know"; a list of terms under construction. */
size_t disclose_n_valid(const struct form_node *n);
struct disclose_terms {
    struct disclosure_term *items;
    size_t n, n_left;
};
/* Room for a sum of at most `most` terms. */
enum rc disclose_terms_begin(const struct disclose_worker *w, struct disclose_terms *t, size_t most) MUST_CHECK;
void disclose_terms_add(struct disclose_terms *t, size_t row, size_t cell);
/* The left side ends here. */
void disclose_terms_turn(struct disclose_terms *t);
/* A sum with nothing on one side says nothing and is left out. */
void disclose_terms_end(const struct disclose_terms *t, struct disclosure_sum *sums, size_t *n_sums);
/* An unpublished row of zeros at `r`, its address and its past. `kind` says how it is published. */
struct disclose_shape {
    size_t n_cells, n_whole;
    int64_t min_n;
    bool is_frozen, has_places;
};
enum rc disclose_begin_row(const struct disclose_worker *w, struct disclosure_row *r, const char *address,
                           const struct disclose_shape *shape, int64_t **counts, struct disclosure_place **places) MUST_CHECK;
/* The first `n` cells of a row as shares of its n; no number where it is not shown. */
enum rc disclose_put_row(const struct disclose_worker *w, const struct disclosure_row *r, size_t n, struct pub_row *out) MUST_CHECK;
/* The row that stands for a question: its own, else its boxes. */
const struct disclosure_row *disclose_standing(const struct disclose_worker *w, size_t question);
/* Boxes of a question from its slots, skipped and not asked: DISCLOSE_BOX_CELLS cells. */
void disclose_add_boxes(const struct form_node *n, const int64_t *slot, int64_t *cells);
/* Can no ballot be without a valid choice of the question? */
bool disclose_has_no_rest(const struct disclose_worker *w, const struct form_node *n);

/* Crossings. A row per valid choice of the row question, "slug/version/row*column/choice", its cells the
 * column's choices and those without one; a row of the same cells for the ballots without a valid choice,
 * never published; and beside each the boxes of a five-point column, "...//boxes": those of a grouping
 * question are the group's rows. The same count has the same offset wherever it stands. */
struct disclose_cross {
    size_t first, n_parts;   /* full rows; the last part is the rest */
    size_t boxes;            /* the first row of boxes, or 0 */
    bool is_grouped;         /* boxes are the rows of a group */
    size_t group, item;
    bool is_turned;          /* the row question stands in a group by the column question */
    size_t turned_group, turned_item;
};
size_t disclose_cross_rows_max(const struct disclose_worker *w);
size_t disclose_cross_sums_max(const struct disclose_worker *w);
enum rc disclose_cross_rows(struct disclose_worker *w) MUST_CHECK;
enum rc disclose_cross_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums) MUST_CHECK;
enum rc disclose_put_crosses(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

/* Grids: the ballots with one answer to all items, by its box, "slug/version/first item/straight". Every item
 * without them, "slug/version/item/without", is a row, too, but never published: what is shown of it is the
 * difference of what is published, for three rounded rows of which one is the sum of the others are an
 * equation in every box of every item. */
size_t disclose_grid_rows_max(const struct disclose_worker *w);
size_t disclose_grid_sums_max(const struct disclose_worker *w);
enum rc disclose_grid_rows(struct disclose_worker *w) MUST_CHECK;
enum rc disclose_grid_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums) MUST_CHECK;
enum rc disclose_put_grids(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

/* Fast ballots. Their number and that of the others, "slug/version/:fast" (no question has such a name), as if
 * they were the choices of a question; and the boxes of every five-point question among the others,
 * "slug/version/:fast/no/item", beside those among fast ballots, ".../yes/item", which are never published. Other
 * questions have no such rows: with the choices of a grouping question among the others the attacker on groups, with
 * ballots of his own, learned something in 468 of 2,032 runs instead of 4. */
size_t disclose_fast_rows_max(const struct disclose_worker *w);
size_t disclose_fast_sums_max(const struct disclose_worker *w);
enum rc disclose_fast_rows(struct disclose_worker *w) MUST_CHECK;
enum rc disclose_fast_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums) MUST_CHECK;
enum rc disclose_put_fast(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

/* Waves: the boxes of every five-point question, and the choices of every other question of one choice that has no
 * more than 40 of them, among the ballots of a version in a wave,
 * "slug/version/@first day/question", and of those in no wave, "slug/version/@/question", never published.
 * A wave that begins on another day is another row: once one began otherwise, no new one is published. */
size_t disclose_wave_rows_max(const struct disclose_worker *w);
size_t disclose_wave_sums_max(const struct disclose_worker *w);
enum rc disclose_wave_rows(struct disclose_worker *w) MUST_CHECK;
enum rc disclose_wave_sums(const struct disclose_worker *w, struct disclosure_sum *sums, size_t *n_sums) MUST_CHECK;
enum rc disclose_put_waves(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

/* Weighted shares, from what is published alone; after questions and groups were put. */
enum rc disclose_put_weights(const struct disclose_worker *w, struct publication *out) MUST_CHECK;

#endif
