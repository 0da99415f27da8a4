/* tally_trend: the waves of a survey's current version, for its publication.  Layer: box. */
#ifndef MINYI_BOX_TALLY_TREND_H
#define MINYI_BOX_TALLY_TREND_H

#include "box/tally.h"
#include "report/figures.h"

/* Add waves and trends to `p` (made by figures_make from `in` in `a`), from the cells of the current version
 * and of those that compare with it, as far as their questions do. Nothing where the survey has no waves, or
 * its profiles are too many for memory (logged). in->waves and in->alike are set for disclosure, in `a`.
 * The codes of trend_make; RC_AWAY, RC_DB. */
enum rc tally_trend(struct tally *t, const struct tally_work *w, struct figures_input *in, struct arena *a,
                    struct publication *p, struct rc_info *e) MUST_CHECK;

#endif
