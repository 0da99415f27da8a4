/* random_ballot: valid answers to a questionnaire, drawn at random, as a submitted form body. */
#ifndef MINYI_BENCH_RANDOM_BALLOT_H
#define MINYI_BENCH_RANDOM_BALLOT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "form/form.h"

/* The next of a repeatable sequence (splitmix64, Steele et al. 2014). */
uint64_t random_next(uint64_t *state);

/* Append "name=value&..." for one ballot that the form accepts: branching, required answers and
 * exclusive choices are obeyed, optional questions are left out now and then. Nothing of the page's
 * own fields. RC_OK, RC_NOMEM. */
enum rc random_body(const struct form *f, uint64_t *state, struct arena *a, struct buf *out) MUST_CHECK;

#endif
