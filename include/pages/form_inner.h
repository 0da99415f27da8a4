/* form_inner: what the form page's questions and their controls share.  Layer: pages.  Not for others. */
#ifndef MINYI_PAGES_FORM_INNER_H
#define MINYI_PAGES_FORM_INNER_H

#include "pages/survey.h"

/* The problem of a question; NULL: none. */
const struct form_problem *form_problem_of(const struct form_view *v, size_t node);

/* prefix and name, as in id="a-q_privacy". */
void form_put_id(struct html *w, const char *prefix, const char *name);

/* aria-describedby for whatever of hint and error there is. */
void form_put_described(struct html *w, const struct form_view *v, size_t i);

/* ---- form_controls.c ---- */

/* Was this choice sent; before anything was, is it the default? */
bool form_is_ticked(const struct form_view *v, const struct form_node *n, const char *choice);

/* id, name, descriptions of a control that stands alone. */
void form_put_control(struct html *w, const struct form_view *v, size_t i);

/* The choices of a question in a fieldset of its own: radio buttons, boxes to tick, places to give. */
void form_options(struct html *w, const struct form_view *v, size_t i);

/* The one control of a question: a field to type in, a drop-down, or what is only to be read. */
void form_control(struct html *w, const struct form_view *v, size_t i);

/* data-if="a tree for expr.js", or by another name; nothing where it would be too long: the server decides. */
void form_put_tree(struct html *w, const char *name, const struct expr *x);

#endif
