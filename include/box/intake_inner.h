/* intake_inner: what the two halves of the writer share.  Layer: box.  Not for others. */
#ifndef MINYI_BOX_INTAKE_INNER_H
#define MINYI_BOX_INTAKE_INNER_H

#include "box/intake.h"

struct epoch_key intake_get_key(struct intake *in);

/* The box refused this key: nothing may be sealed to it any more, above all not for the spool. */
void intake_forget_key(struct intake *in, int64_t epoch_id);

/* Microseconds since 1970. */
int64_t intake_now_us(void);

/* The ballots of the list that have a code, the others left alone: sets their results. What the box does
 * not take is answered RC_UNAVAILABLE: there is no spool for them. `in->sealed` is used anew. */
void intake_store_invited(struct intake *in, struct intake_ballot *list);

#endif
