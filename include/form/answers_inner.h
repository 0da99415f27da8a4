/* answers_inner: reading what was typed, apart from checking it.  Layer: form.  Not for others. */
#ifndef MINYI_FORM_ANSWERS_INNER_H
#define MINYI_FORM_ANSWERS_INNER_H

#include "form/answers.h"

/* Typed rather than chosen. */
bool answers_is_typed(const struct form_node *n);

/* From a->text (integer, decimal, date, time) or a->places (rank): sets a->is_good and, where it is, the value. */
void answers_read(const struct form_node *n, struct answer *a);

/* A rank's field, "choice place": the place of a choice. RC_OK; RC_INPUT (no such choice, no such place, a choice twice). */
enum rc answers_read_place(const struct form_node *n, const char *v, size_t len, struct answer *a);

#endif
