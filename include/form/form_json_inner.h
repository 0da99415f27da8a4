/* form_json_inner: the words of the frozen definition, as its writer and its reader share them.  Layer: form.  Not
 * for others. */
#ifndef MINYI_FORM_FORM_JSON_INNER_H
#define MINYI_FORM_FORM_JSON_INNER_H

#include "form/form.h"

enum { FORM_N_TYPES = FORM_RANK + 1, FORM_N_OPS = FORM_NOT_SELECTED + 1, FORM_N_SAMPLES = FORM_DEMONSTRATION + 1 };

extern const char *const form_type_words[FORM_N_TYPES], *const form_op_words[FORM_N_OPS], *const form_sample_words[FORM_N_SAMPLES];

#endif
