/* state: why a statistic has no value.  Layer: stats.
 * A statistic that is not defined says so and why; no function here gives a NaN. */
#ifndef MINYI_STATS_STATE_H
#define MINYI_STATS_STATE_H

enum stats_state {
    STATS_DEFINED = 0,
    STATS_NO_ANSWERS,   /* nobody in the (sub-)group gave a valid answer, or all weights there are 0 */
    STATS_ONE_ANSWER,   /* a spread needs two respondents */
    STATS_AT_THE_END,   /* the share is 0 or 1: no linearised interval, see interval_exact */
    STATS_NO_DF,        /* the design has no degrees of freedom */
    STATS_NO_VARIANCE,  /* the values do not vary: a ratio with the variance below it */
    STATS_FLAT_TABLE,   /* fewer than two options chosen, in a row or a column variable */
    STATS_EMPTY_CELLS,  /* so many combinations are empty that the test's matrix is singular */
    STATS_ONE_ITEM,     /* a scale needs two items */
    STATS_UNUSUAL,      /* a special function did not converge for these arguments */
    STATS_STATES
};

/* The code of a state for machines: "no_answers", "share_is_0_or_1"...; "" for STATS_DEFINED. */
const char *stats_state_code(enum stats_state state);

#endif
