/* layout: where each answer lies in a ballot's codes and in a cell's counts.  Layer: form.
 * Frozen in the version; computed by one rule so that a stored layout can be checked. */
#ifndef MINYI_FORM_LAYOUT_H
#define MINYI_FORM_LAYOUT_H

#include "form/form.h"

/* Set offset, width, slot and n_slots of every node (in form order) and the form's totals; f->fast_seconds adds
 * the last byte of the codes.
 * RC_OK; RC_TOOBIG when the codes would be over FORM_CODES_MAX bytes. */
enum rc form_layout(struct form *f, struct form_node *nodes, struct rc_info *e) MUST_CHECK;

#endif
