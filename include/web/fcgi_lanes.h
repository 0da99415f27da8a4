/* fcgi_lanes: a loop for programs whose requests are quick but for a few: several threads for the quick ones, and one for
 * each slow kind, one request after the other, so that they cannot take all threads.  Layer: web. */
#ifndef MINYI_WEB_FCGI_LANES_H
#define MINYI_WEB_FCGI_LANES_H

#include "web/fcgi.h"

enum {
    LANES_FAST = 4,
    LANES_SLOW = 2,
    LANES = LANES_FAST + LANES_SLOW,
    LANES_WAITING = 64 /* slow requests of one kind that may wait; the next one is told to come again */
};

/* apps[0..LANES_FAST) for the quick threads, then one for each slow kind: the same routes, a `ctx` for each. `kind_of`
 * decides, by method and path: 0 quick, 1..LANES_SLOW. Runs until stopping; what was accepted is answered.
 * RC_OK; RC_NOMEM. */
enum rc fcgi_serve_lanes(const struct web_app apps[LANES], size_t (*kind_of)(const struct request *rq), struct rc_info *e) MUST_CHECK;

#endif
