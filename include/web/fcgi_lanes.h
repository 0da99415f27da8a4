/* fcgi_lanes: a loop for programs whose requests are quick but for a few: several threads for the quick ones, and one
 * for the others, one after the other, so that they cannot take all threads.  Layer: web. */
#ifndef MINYI_WEB_FCGI_LANES_H
#define MINYI_WEB_FCGI_LANES_H

#include "web/fcgi.h"

enum { LANES_FAST = 4, LANES_WAITING = 64 /* slow requests that may wait; the next one is told to come again */ };

/* apps[0..LANES_FAST) for the quick threads, apps[LANES_FAST] for the slow one: the same routes, a `ctx` for each.
 * `is_slow` decides, by method and path. Runs until stopping; what was accepted is answered. RC_OK; RC_NOMEM. */
enum rc fcgi_serve_lanes(const struct web_app apps[LANES_FAST + 1], bool (*is_slow)(const struct request *rq), struct rc_info *e)
    MUST_CHECK;

#endif
