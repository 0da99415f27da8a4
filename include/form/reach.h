/* reach: questions that nobody can ever be asked.  Layer: form. */
#ifndef MINYI_FORM_REACH_H
#define MINYI_FORM_REACH_H

#include "form/form.h"

enum { REACH_NEEDS_MAX = 64 };

/* Two choices that a question would need at once: of `first` and of `second`, which may be the same question. */
struct reach_conflict {
    struct form_relevant first, second;
};

/* Does what node i needs contradict itself? Looked at are comparisons of one question with one choice, joined by
 * "and", its own, of the groups around it and of the questions that it looks at: at most REACH_NEEDS_MAX of them.
 * False: no contradiction was found, which is no promise that there is none. */
bool reach_conflicts(const struct form *f, size_t i, struct reach_conflict *out);

#endif
