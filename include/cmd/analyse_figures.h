/* analyse_figures: what the figures of `tally analyse` share.  Layer: cmd.  Not for others. */
#ifndef MINYI_CMD_ANALYSE_FIGURES_H
#define MINYI_CMD_ANALYSE_FIGURES_H

#include "cmd/analyse_inner.h"
#include "stats/special.h"

/* ---- analyse_rows.c: sums as the library's rows ---- */

/* A table as a sample: a row for every cell, group and answer that somebody has. Answers are the
 * column's codes; where a missing answer is an answer, it has the code after the last. */
struct rows {
    struct sample sample;
    uint32_t *answer, *group;
    size_t n_answers; /* the largest answer there can be */
    double *value_of; /* [n_answers + 1] for the caller to fill: see estimate_answers */
};

/* Text of an answer. */
const char *job_answer_text(const struct column *c, uint32_t answer);

/* The codes of a column, as many as its dictionary has texts: by number where all are numbers, else by
 * the bytes of the texts. In the job's arena. */
enum rc job_levels(struct job *j, size_t column, uint32_t **out, struct rc_info *e) MUST_CHECK;

/* Totals and degrees of freedom from the cells; populations checked. */
enum rc job_design(struct job *j, struct rc_info *e) MUST_CHECK;

/* In `a`. RC_OK, RC_NOMEM, RC_INPUT. */
enum rc job_rows(struct job *j, const struct table *t, struct arena *a, struct rows *out, struct rc_info *e) MUST_CHECK;

/* The numbers of a variable in a grouping, NULL if there are none. */
const struct number_table *job_numbers(const struct job *j, int variable, int group);

/* Sums of numbers as the library's accumulators, [n_strata], in `a`; NULL without memory. */
struct accumulator *job_accumulators(const struct job *j, const struct number_table *t, size_t group, struct arena *a) MUST_CHECK;
struct accumulate_stratum *job_strata(const struct job *j, struct arena *a) MUST_CHECK;
struct spread job_spread(const struct job *j, const struct number_table *t, size_t group);

/* ---- analyse_figures.c ---- */

/* No answer chosen. */
void job_clear_choice(struct rows *rows);

/* The answers that --top counts, into rows->value_of, and the figure's name, "q1.top2". */
enum rc job_choose_top(struct job *j, const struct top *top, struct rows *rows, const char **target, struct rc_info *e) MUST_CHECK;

/* The numbers of a variable's answers into rows->value_of. */
void job_choose_numbers(const struct job *j, int variable, struct rows *rows);

/* True when shares or the mean of the variable are asked for by themselves, not only crossed. */
bool job_is_printed(const struct job *j, int variable);

/* A value, or why there is none. */
void job_put_stat(const struct analysis_row *r, const char *name, enum stats_state state, double value);
void job_put_limits(const struct analysis_row *r, const char *low, const char *high, struct limits l);

/* ---- analyse_tests.c, analyse_cross.c ---- */

enum rc job_put_tests(struct job *j, struct rc_info *e) MUST_CHECK;
enum rc job_put_cross(struct job *j, const struct cross *x, struct rc_info *e) MUST_CHECK;

#endif
