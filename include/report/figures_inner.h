/* figures_inner: what the files of figures share.  Layer: report. For them alone. */
#ifndef MINYI_REPORT_FIGURES_INNER_H
#define MINYI_REPORT_FIGURES_INNER_H

#include "report/figures.h"

enum { SLOT_NOT_ASKED, SLOT_SKIPPED, SLOT_FIRST }; /* places in a question's slots: see form_node.slot */
enum { LIKERT_POINTS = 5 };

struct figures_maker {
    const struct figures_input *in;
    struct arena *a;
    struct rc_info *e;
    bool has_intervals;
    int64_t threshold;
    struct estimates *estimates; /* NULL: not weighted */
};

void figures_share(const struct figures_maker *m, int64_t count, int64_t n, struct pub_share *out);

/* Ballots that answered the question, don't know included; those whose answer is "don't know". */
int64_t figures_answered(const struct form_node *n, const int64_t *slot);
int64_t figures_dont_know(const struct form_node *n, const int64_t *slot);

/* Counts of the points 1 to 5 by the choices' names, in whatever order they are listed. False when the
 * choices are not five such points, beside "don't know". */
bool figures_points(const struct form_choices *c, const int64_t *slot, int64_t point[LIKERT_POINTS]);

/* The weighted shares of a question's options and boxes; nothing where there are no weights. */
enum rc figures_weigh(const struct figures_maker *m, size_t node, struct pub_question *q, struct pub_option *o) MUST_CHECK;
/* Those of the boxes of one level, of a question that estimates_begin got ready. */
enum rc figures_weigh_boxes(const struct figures_maker *m, const struct form_choices *c, size_t level,
                            struct pub_share *top2, struct pub_share *neutral, struct pub_share *bottom2) MUST_CHECK;

/* Index of a node among the questions of the publication. */
size_t figures_question(const struct form *f, size_t node);

/* The crossings that the author listed, and the grids; after the questions. */
enum rc figures_crosses(const struct figures_maker *m, struct publication *p) MUST_CHECK;
enum rc figures_grids(const struct figures_maker *m, struct publication *p) MUST_CHECK;

/* Fast ballots, where the form has fast_seconds; after the questions. */
enum rc figures_fast(const struct figures_maker *m, struct publication *p) MUST_CHECK;

/* The five-point questions by every level of every grouping question: the profile's with one choice. */
enum rc figures_groups(const struct figures_maker *m, struct publication *p) MUST_CHECK;

#endif
