/* import: the rows of a CSV file as checked and encoded ballots.  Layer: cmd (uses form, box).
 * The first half of `minyi import`, without the database. */
#ifndef MINYI_CMD_IMPORT_H
#define MINYI_CMD_IMPORT_H

#include <stdbool.h>

#include "base/arena.h"
#include "box/batch.h"
#include "form/answers.h"
#include "form/sheet.h"

struct import {
    struct arena file, row; /* the whole file and its ballots; one row's work */
    const struct form *form;
    struct sheet sheet;
    size_t id_col;
    size_t *node_of_col;
    bool *is_present; /* per node: does the file say anything of it? */
    struct form_field *fields;
    struct batch_ballot *ballots; /* in the order of the rows */
    size_t *row_of;               /* per ballot */
    size_t n_ballots, n_errors;
};

/* Make a ballot of every row of im->sheet (read before, as im->form). Column heads are names of
 * questions, and response_id, from which the ballot keys are derived; a question without a column is
 * not asked; boxes that must be ticked are ticked for every row, on the basis that the operator
 * names. What is wrong is printed to stderr as file:row:column, the first 20 in full.
 * RC_OK; RC_INPUT when any row is wrong; RC_NOMEM. */
enum rc import_rows(struct import *im, struct rc_info *e) MUST_CHECK;

#endif
