/* Included before every file that `make lint` analyses: what the analyser cannot see from a call is
 * that rc_set gives back the very code it was given. */
#include "base/rc.h"

#define rc_set(e, code, ...) ((void)(e), (code))
#define rc_set_reason(e, code, why, ...) ((void)(e), (code))
