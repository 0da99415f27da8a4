/* joint: questions counted together: crossings that the author listed, and grids whose items may all
 * get the same answer.  Layer: form.  Frozen in the version: their slots lie behind those of the nodes. */
#ifndef MINYI_FORM_JOINT_H
#define MINYI_FORM_JOINT_H

#include "form/form.h"

/* A grid: FORM_GRID_MIN or more five-point questions (appearance likert) one under the other in a group,
 * with the same list of choices; notes between them do not part them. They come without slots, in `a`.
 * RC_OK, RC_NOMEM. */
enum rc joint_find_grids(const struct form *f, struct arena *a, struct form_grid **out, size_t *n, struct rc_info *e)
    MUST_CHECK;

/* After form_layout: make these the form's crossings and grids (f->n_crosses, f->n_grids of them), check
 * them and give them slots, which f->n_slots then counts, too. A crossing is of two different select_one questions of at most 250
 * choices, listed once. RC_OK; RC_INPUT (with words for the author); RC_TOOBIG (over
 * FORM_JOINT_SLOTS_MAX). */
enum rc joint_layout(struct form *f, struct form_cross *crosses, struct form_grid *grids, struct rc_info *e) MUST_CHECK;

/* Add one ballot to the joint slots. `codes` must be of this form. */
void joint_count(const struct form *f, const unsigned char *codes, int32_t *counts);

/* Of these, the slots of the grids only. */
void joint_count_grids(const struct form *f, const unsigned char *codes, int32_t *counts);

#endif
