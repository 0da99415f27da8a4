/* progress: a bar on a terminal for work that takes over two seconds in all.  Layer 0 (base).
 * Writes to stderr, and only where that is a terminal. One at a time, one thread. */
#ifndef MINYI_BASE_PROGRESS_H
#define MINYI_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "opening gov-wechat-2014" */
    int64_t total, done;
    int64_t began_ms, shown_ms;
    bool is_shown;
};

/* Begin; `total` in any unit, 0 when it is not known. */
void progress_begin(struct progress *p, const char *what, int64_t total);
/* `more` units are done. Cheap: looks at the clock only now and then. */
void progress_add(struct progress *p, int64_t more);
/* Wipe the bar away. */
void progress_end(struct progress *p);

#endif
