/* order: which question has to be settled before which.  Layer: form. */
#ifndef MINYI_FORM_ORDER_H
#define MINYI_FORM_ORDER_H

#include "form/form.h"

/* Set f->order (NULL where the form's own order does) and f->uses_today: a node comes after its group and after
 * every question that its relevance, calculation or filter looks at. RC_OK; RC_INPUT with words for the author where they look at each
 * other in a circle, *node being one of them; RC_NOMEM. */
enum rc form_find_order(struct form *f, struct arena *a, size_t *node, struct rc_info *e) MUST_CHECK;

#endif
