/* disclosure: which counts may be published, rounded, and when a row may be replaced.
 * Layer: stats.  Pure: the same key, counts and state give the same answer.
 *
 * A table is a set of rows (a row: one question in one part of the population), a row a set of
 * cells (counts).  The rules:
 *  1. ROUNDING  v = 5 floor((c + u) / 5), u = hash(key, row, cell) mod 5. A count between two
 *     multiples of 5 goes up with probability (c mod 5)/5 over the keys, so v is unbiased; the same
 *     count always gives the same value.  u hangs on the cell ALONE, not on the count or the night:
 *     fresh noise for each count would let an observer of a growing count intersect its draws (0,
 *     then 5, then 0 tells three counts).  With one u per cell v never falls while c rises, and
 *     every history of v is equally given by each of five counts, c + u being all that it shows.
 *  2. TOTALS  The n of a row is the sum of its published cells (or a cell of its own where cells
 *     overlap); a margin is a row of its own, rounded on its own.  An n rounded beside the cells
 *     that add up to it would be an equation: yes + no = n with n rounded down and both rounded up
 *     narrows a count of 0..4 to four values in one table of ten.
 *  3. ROW MINIMUM  A row is published while its true and its rounded n are both >= min_n.
 *  4. REPLACEMENT  A published row is replaced once its true and its rounded n have both moved by
 *     at least 10 since it was last published, up or down, and at most once a day.  (Rules 3 and 4 on the true n alone say
 *     more than the figures do: "n rose by 10" and figures that rose by 5 bound the cells.)
 *  5. HOLDING BACK  Counts that everybody knows to add up (men + women = all; options of question A
 *     = options of question B) are declared as sums.  A row whose new figures would let a sum
 *     narrow any count further than its own rounding does keeps its old figures (or stays
 *     unpublished) for the night.  The decision reads rounded values only.  The observer is assumed
 *     to keep every table and to know that nobody withdraws, so that counts only rise: what is
 *     published tonight also bounds the nights since the row was last published, on which other
 *     rows of the sum stood; hence `past`. A row that is closed never rises again: its figures bound it
 *     from both sides on all nights since. Rows that are to be closed are published only then, for the
 *     sum of a closed row and one that still grows, less that of the whole, would be told every night anew.
 *
 * What this gives (tests/unit/test_attacker.c, 60 nights, 200 and 1,000 ballots a night): every count
 * under 10 of a published row, and every change under 10 between two publications of it, has at
 * least five possible values for one who keeps every table, ballots withdrawn or not, also where he casts
 * and withdraws ballots to force rows to be replaced, under the keys of the tests. Over many more keys a few
 * runs were found in which he learns something: about one in 500 without ballots of his own, more with them
 * (tests/unit/test_attacker_tables.c with other keys).  Rows are tonight's or
 * last night's in the median; one that rule 5 keeps back may be weeks old.
 * What no rounding of bounded width can give: his own votes FOR a rare answer bound its count from
 * below, and a published 0 bounds it from above; sums carry that, rarely, to other answers.  And the number of withdrawals of a night must not
 * be published but rounded up to base 5.
 * Source of the rounding: Dalenius, T. (1981), "A simple procedure for controlled rounding";
 * unbiased random rounding as in Willenborg and de Waal, Elements of Statistical Disclosure Control
 * (2001), ch. 9; of rule 5: Kenthapadi, Mishra, Nissim, "Simulatable auditing" (PODS 2005). */
#ifndef MINYI_STATS_DISCLOSURE_H
#define MINYI_STATS_DISCLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"

enum {
    DISCLOSURE_BASE = 5,
    DISCLOSURE_ROW_MIN = 30,
    DISCLOSURE_FULL_MIN = 50, /* five ordered options; fewer answers collapse to three boxes */
    DISCLOSURE_STEP = 10,
    DISCLOSURE_KEY_BYTES = 32,
    DISCLOSURE_ADDRESS_MAX = 1024
};

/* What was last published of a row; all zero before that. Secret: last_n and is_shown's moment are
 * true counts' business, so it is stored where the tally alone can read. */
struct disclosure_state {
    bool is_shown;  /* figures stand in the publication */
    int64_t last_n; /* true n when the row was last published, replaced or taken away */
    int32_t day;    /* of that; any increasing number */
};

/* One publication of a row. */
struct disclosure_past {
    int32_t day;
    const int64_t *shown; /* n_cells */
};

/* A cell of a row: what its offset hangs on. */
struct disclosure_place {
    const char *address;
    size_t cell;
};

struct disclosure_row {
    const char *address;   /* names survey, version, question, part and shape; never changes */
    int64_t min_n;         /* >= DISCLOSURE_ROW_MIN (more for a shape that needs more) */
    bool is_frozen;        /* keep what is shown, whatever was counted; a row that was never shown is
                              then a helper in sums, such as the number of ballots */
    int32_t opens_day;     /* before this day the row is empty, and everybody knows it; 0: from the beginning */
    int32_t closed_day;    /* after this day nothing is added to the row, and everybody knows it (a wave that
                              is over): it is published then alone. 0: it is open */
    size_t n_cells;        /* >= 1 */
    size_t n_whole;        /* the first n_whole cells add up to n: 1 where cells overlap */
    const int64_t *counts; /* n_cells true counts >= 0 */
    const struct disclosure_place *places; /* n_cells, where cells count the same as cells of another row and
                                              must be rounded alike; NULL: their own */
    struct disclosure_state state; /* in: as stored; out: to be stored */
    int64_t *shown;        /* n_cells: in: as stored, out: to be published when state.is_shown */
    const struct disclosure_past *past; /* every publication of the row so far, by day; what is shown
                                           is the last of them */
    size_t n_past;
    bool is_replaced;      /* out: the figures are tonight's */
    bool is_held;          /* out: rule 5 kept tonight's figures back */
};

enum { DISCLOSURE_UNSEEN = -1 }; /* a part that is in no row: a count >= 0 that is never published */

struct disclosure_term {
    ptrdiff_t row; /* index of the row, or DISCLOSURE_UNSEEN */
    size_t cell;
};

/* The first n_left terms add up to the same true count as the rest, every night. */
struct disclosure_sum {
    const struct disclosure_term *terms;
    size_t n_left, n_terms;
};

/* The rounded value of a count >= 0 in a cell. `address` as above, at most DISCLOSURE_ADDRESS_MAX. */
int64_t disclosure_round(const unsigned char key[DISCLOSURE_KEY_BYTES], const char *address,
                         size_t cell, int64_t count);

/* n of a row as published: the sum of its shown cells that make up the whole. */
int64_t disclosure_n(const struct disclosure_row *r);

/* Decide about every row of a survey on day `day` (later than every state's day, or the same to
 * repeat a run: then nothing changes twice). Scratch memory comes from `a`.
 * RC_OK; RC_INPUT (a negative count, a bad address, minimum or index: rows are unchanged); RC_NOMEM. */
enum rc disclosure_run(const unsigned char key[DISCLOSURE_KEY_BYTES], int32_t day,
                       struct disclosure_row *rows, size_t n_rows, const struct disclosure_sum *sums,
                       size_t n_sums, struct arena *a, struct rc_info *e) MUST_CHECK;

/* Should the fine rows be shown (provinces), or their coarse ones (regions)? Fine, when at least
 * half of those that have any answers reach the row minimum in what is published of them.
 * `ns` holds published n, 0 where a row is not shown. */
bool disclosure_is_fine_enough(const int64_t *ns, size_t n);

#endif
