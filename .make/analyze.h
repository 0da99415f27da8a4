/* Included before every file that `make lint` analyses: what the analyser cannot see from a call is
 * that rc_set gives back the very code it was given. */
#include "base/rc.h"

static inline void analyse_seen(const char *fmt, ...)
{
    (void)fmt;
}
#define rc_set(e, code, ...) ((void)(e), analyse_seen(__VA_ARGS__), (code))
#define rc_set_reason(e, code, why, ...) ((void)(e), analyse_seen(__VA_ARGS__), (code))
