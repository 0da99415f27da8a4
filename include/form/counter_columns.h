/* counter_columns: many ballots of one profile counted at once, question by question.  Layer: form.
 * Gives exactly what counter_add gives for each of them (a test holds them against each other). */
#ifndef MINYI_FORM_COUNTER_COLUMNS_H
#define MINYI_FORM_COUNTER_COLUMNS_H

#include "form/counter.h"

enum {
    COLUMNS_LANES = 16,                 /* ballots in a vector */
    COLUMNS_BLOCK = 32 * COLUMNS_LANES, /* ballots turned into columns at once: their columns stay in the nearest cache */
    COLUMNS_CODES_MAX = 512,            /* bytes of a ballot's codes */
    COLUMNS_WORTH = 2 * COLUMNS_LANES   /* under so many ballots one by one is faster */
};

/* Room for the columns of one block. */
struct counter_columns {
    const struct counter *counter;
    unsigned char *columns; /* [codes_len][COLUMNS_BLOCK] */
};

/* In `a`; the counter must outlive it. RC_OK; RC_NOMEM; RC_INPUT: the form's codes are under
 * COLUMNS_LANES bytes, or over COLUMNS_CODES_MAX: count one by one. */
enum rc counter_columns_make(const struct counter *c, struct arena *a, struct counter_columns *out, struct rc_info *e)
    MUST_CHECK;

/* Add the ballots order[0..n) of `codes` (form->codes_len bytes each, `order` counts ballots), which all have the profile
 * of the first, to `counts` (counter_room). The order goes on to order[n_ordered - 1], n_ordered >= n: ballots that are counted
 * next, fetched from memory ahead. RC_OK; RC_INPUT: some are not codes of this form; `counts` are then wrong
 * and to be thrown away. */
enum rc counter_columns_add(const struct counter_columns *x, const unsigned char *codes, const uint32_t *order, size_t n,
                            size_t n_ordered, int32_t *counts) MUST_CHECK;

#endif
