/* cases: the reference cases of tests/golden/cases, read and set up.  Only for tests.
 * A case is a table of answers; a block is one way of weighting it (see cases/README.md). */
#ifndef MINYI_TESTS_GOLDEN_CASES_H
#define MINYI_TESTS_GOLDEN_CASES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "form/sheet.h"
#include "stats/sample.h"
#include "stats/weights.h"

enum { OPTIONS_MAX = 1000 };

struct golden_case {
    const char *name;
    json_t *expected;
    struct sheet answers, margins; /* margins.n_rows 0: none */
    struct arena *arena;
};

/* A column as codes: 0 for an empty field, otherwise 1 + the place of its text in `option`, which is in
 * rising order (numbers as numbers). */
struct coded {
    uint32_t *code; /* [n_rows] */
    size_t n_options;
    const char **option;
};

/* A block's sample: some rows of the case, weighted. */
struct block {
    struct golden_case *of;
    const char *id;
    bool is_weighted, is_missing_an_option;
    size_t *row; /* [n] rows of the case */
    size_t n;
    double *ones, *weight;
    struct sample sample, unraked; /* unraked: the same rows with the weights as they came */
    bool has_unraked;
};

/* Fails the test where a file is missing or not well formed. */
void golden_load(const char *folder, const char *name, const char *answers, struct arena *a,
                 struct golden_case *out);

/* The codes of a column of the block's rows; "x_all" is x with "(missing)" as an option. */
struct coded golden_codes(const struct block *b, const char *column);

/* The block called `id`. Where `wave` is not NULL only the rows of that wave. */
struct block golden_block(struct golden_case *c, const char *id, const char *wave);

/* The value of `key` without its block ("target[ @ domain]/statistic") into *out. False: it is not
 * defined. A key that nothing computes sets *is_known to false. */
bool golden_value(const struct block *b, const char *key, double *out, bool *is_known);

/* "unweighted" blocks: golden_plain.c; the others: golden_designed.c. */
bool golden_plain(const struct block *b, const char *target, const char *domain, const char *statistic,
                  double *out, bool *is_known);
bool golden_designed(const struct block *b, const char *target, const char *domain, const char *statistic,
                     double *out, bool *is_known);

/* What a target names in a block: its column's codes and the value of each ("q=2": 0 1 0 0; "q.top2":
 * 0 0 0 1 1; "q": the numbers themselves). */
struct measured {
    struct coded column;
    const double *value_of; /* [n_options + 1] */
    double max;             /* the largest value */
};
struct measured golden_measure(const struct block *b, const char *target);

/* "group=level" or "group:a-b" to the group's codes and the codes of its levels (b 0: one level). */
struct domain {
    struct coded group;
    uint32_t a, b;
};
struct domain golden_domain(const struct block *b, const char *domain);

/* "row*column" into its two columns; false: not of that form. */
bool golden_pair(const struct block *b, const char *target, struct coded *row, struct coded *column);

void *golden_alloc(struct arena *a, size_t n, size_t size_bytes);

#endif
