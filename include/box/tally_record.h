/* tally_record: store an opening's ballots: responses, comments, cells.  Layer: box. */
#ifndef MINYI_BOX_TALLY_RECORD_H
#define MINYI_BOX_TALLY_RECORD_H

#include "box/opening.h"
#include "box/tally.h"

/* Inside the caller's transaction. `from` opened them and counted them. Ballots whose key was counted
 * before, and those that were withdrawn, are dropped from `o`. When
 * fewer than `floor` new ones are left (but some), nothing is stored and *is_stored is false. */
enum rc tally_record(struct tally *t, const struct tally_work *w, struct opener *from, struct opening *o, int64_t floor,
                     bool *is_stored, struct rc_info *e) MUST_CHECK;

#endif
