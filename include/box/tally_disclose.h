/* tally_disclose: disclosure control with what the database keeps of it.  Layer: box. */
#ifndef MINYI_BOX_TALLY_DISCLOSE_H
#define MINYI_BOX_TALLY_DISCLOSE_H

#include "box/tally.h"
#include "report/disclose.h"

/* What a publication changes of the rows that are kept. */
struct tally_disclosed {
    struct disclose_kept *fresh;      /* to be added */
    const struct disclose_kept *kept; /* as they were read */
    size_t *outdated;                 /* of kept: to be forgotten */
    size_t n_fresh, n_outdated;
};

/* Put rounded counts in place of the true ones; *out is for tally_keep_disclosed in the
 * publication's transaction. is_replay: as what is shown was made, for a comparison.
 * RC_OK; RC_INPUT, RC_IO, RC_CRYPTO (the rounding secret), RC_NOMEM, RC_AWAY, RC_DB. */
enum rc tally_disclose(struct tally *t, const struct tally_form *f, const struct figures_input *in, bool is_replay,
                       struct arena *a, struct publication *p, struct tally_disclosed *out, struct rc_info *e) MUST_CHECK;
enum rc tally_keep_disclosed(struct tally *t, int64_t survey_id, const struct tally_disclosed *d, struct arena *a,
                             struct rc_info *e) MUST_CHECK;

#endif
