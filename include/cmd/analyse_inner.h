/* analyse_inner: what the files of `tally analyse` share.  Layer: cmd.  Not for others.
 *
 * One reading of the file adds every respondent to sums: by cell (stratum, margin categories) and, for
 * each table, by answer and group. What is asked of the file decides the tables (analyse_plan.c); where
 * weights are to be made, a reading before it counts the weights that there are (analyse_weight.c). */
#ifndef MINYI_CMD_ANALYSE_INNER_H
#define MINYI_CMD_ANALYSE_INNER_H

#include "cmd/analyse.h"
#include "cmd/analyse_data.h"
#include "report/analysis.h"
#include "stats/accumulate.h"
#include "stats/scale.h"
#include "stats/unweighted.h"
#include "stats/weights.h"

enum { NO_GROUP = -1, MARGINS_MAX = 16, SUMS_BYTES_MAX = 1 << 30 };

/* Respondents of one cell, answer and group. */
struct sum {
    double n, w, w2;
};

/* Answers of one question, in one grouping (or none: group code 0 alone). */
struct table {
    int variable, group;
    const uint32_t *answer_code, *group_code; /* of the row in hand */
    size_t cap_cells, cap_answers, cap_groups;
    struct sum *sums; /* [cap_cells][cap_groups][cap_answers]; answer 0: missing, group 0: in none */
};

/* Sums of a number less its variable's `shift`, per stratum and group: where weights are as given, the
 * file's numbers need not be kept apart. */
struct number {
    struct accumulator weighted;
    struct spread plain;
};
struct number_table {
    int variable, group;
    size_t cap_strata, cap_groups;
    struct number *sums; /* [cap_groups][cap_strata] */
};

/* A column that shares (is_coded) or means (is_number) are asked of. */
struct variable {
    size_t column;
    const char *name;
    bool has_options, has_mean; /* print the share of every answer; the mean */
    double shift;               /* its first number: sums stay small and exact */
    bool has_shift;
};

struct top {
    int variable;
    const char *name; /* "low" of --top A.low=1:2; NULL: made from the answers */
    double low, high;
};

struct group {
    size_t column;
    const char *name;
    bool is_asked; /* --by */
};

struct cross {
    int variable, group;
};

struct asked_difference {
    int group;
    const char *text; /* "a-b" */
};

struct asked_alpha {
    const char *text; /* "A,B,C" */
    size_t n_items, columns[ALPHA_ITEMS_MAX];
    struct alpha sums;
};

/* Codes of two parts to one: a table [a][b], filled as the pairs appear. */
struct combine {
    uint32_t *ids; /* id + 1; 0: not seen */
    size_t cap_a, cap_b, n;
};

/* Cells of respondents. */
struct cells {
    size_t strata_column, fpc_column, weight_column; /* SIZE_MAX: none */
    size_t n_margins, margin_columns[MARGINS_MAX];
    struct combine chain[MARGINS_MAX];
    size_t n, cap;
    double *n_of;      /* [cell] respondents */
    uint32_t *stratum; /* [cell] */
    uint32_t *category[MARGINS_MAX]; /* [margin][cell] */
    double *population;              /* [stratum] as the file says: size or fraction; NAN: not seen */
    size_t cap_strata;
    double w, w2, weight_min, weight_max; /* of all respondents, final weights */
};

/* A file of margins. */
struct margin_file {
    const char *path;
    double *population[MARGINS_MAX]; /* [margin][category - 1]: the column's codes */
    size_t n_categories[MARGINS_MAX];
};

/* Different pairs of cell and weight in the file, how many respondents have each, and the weight made of it. */
struct unit {
    double weight, n, final;
    uint32_t cell;
    bool is_used;
};
struct units {
    struct unit *slots; /* open addressing */
    size_t cap, n;
};

struct job {
    const struct analyse_options *options;
    struct arena arena;
    struct data data;
    struct variable *variables;
    struct group *groups;
    struct top *tops;
    struct cross *crosses;
    struct asked_difference *differences;
    struct asked_alpha *alphas;
    struct table *tables;
    struct number_table *numbers;
    size_t n_variables, n_groups, n_tops, n_crosses, n_differences, n_alphas, n_tables, n_numbers;
    struct cells cells;
    struct units units;
    bool is_designed;   /* linearised errors; otherwise equal weights and Wilson */
    bool is_implied;    /* populations and no weights: these are N/n */
    bool is_weighed;    /* weights are made: look them up in units */
    enum lonely_rule lonely;
    enum weighting weighting; /* for the errors */
    struct margin_file margins;
    size_t levels_seen; /* cells and different texts when the tables were last made large enough */
    size_t sums_bytes;
    struct analysis analysis;
    double n, df;               /* respondents; degrees of freedom of the whole design */
    double *population;         /* [stratum], or NULL */
    double *stratum_n;          /* [stratum] respondents */
    double *factor;             /* [stratum] by which the weights in the sums are to be multiplied */
    size_t n_strata;
};

/* analyse_rows.c: the table of a variable in a grouping, for NO_GROUP any of the variable's (its groups
 * together are everybody); NULL if there is none. */
const struct table *job_table(const struct job *j, int variable, int group);

/* analyse_plan.c: names to columns, and the tables that are needed. RC_USAGE for names there are not. */
enum rc job_plan(struct job *j, struct rc_info *e) MUST_CHECK;

/* analyse_cells.c */
enum rc job_cell(struct job *j, uint32_t *cell, double *weight, struct rc_info *e) MUST_CHECK;
void job_cells_release(struct cells *c);

/* analyse_sums.c: the row function of the reading that computes, and what it fills. */
enum rc job_add_row(void *job, struct rc_info *e) MUST_CHECK;
void job_sums_release(struct job *j);
static inline const struct sum *job_sum_at(const struct table *t, size_t cell, size_t answer, size_t group)
{
    return &t->sums[(cell * t->cap_groups + group) * t->cap_answers + answer];
}
static inline struct number *job_number_at(const struct number_table *t, size_t stratum, size_t group)
{
    return &t->sums[group * t->cap_strata + stratum];
}

/* analyse_weight.c: read the file for its weights, rake or post-stratify, trim. */
enum rc job_read_margins(struct job *j, struct rc_info *e) MUST_CHECK; /* reads the margins, before any row */
enum rc job_weigh(struct job *j, struct rc_info *e) MUST_CHECK;
double job_weight(const struct units *u, uint32_t cell, double weight);
void job_units_release(struct job *j);

/* analyse_rows.c: N of each stratum, of which stratum_n are in the file. RC_OK, RC_INPUT. */
enum rc job_populations(const struct job *j, const double *stratum_n, size_t n_strata, double *population,
                        struct rc_info *e) MUST_CHECK;

/* analyse_figures.c, analyse_tests.c: the figures of all tables into job->analysis. */
enum rc job_figures(struct job *j, struct rc_info *e) MUST_CHECK;

#endif
