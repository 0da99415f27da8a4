#include "stats/state.h"

#include <assert.h>
#include <stddef.h>

static const char *const codes[] = {
    [STATS_DEFINED] = "",
    [STATS_NO_ANSWERS] = "no_answers",
    [STATS_ONE_ANSWER] = "too_few_answers",
    [STATS_AT_THE_END] = "share_is_0_or_1",
    [STATS_NO_DF] = "no_degrees_of_freedom",
    [STATS_NO_VARIANCE] = "no_variance",
    [STATS_FLAT_TABLE] = "fewer_than_two_options",
    [STATS_EMPTY_CELLS] = "empty_cells",
    [STATS_ONE_ITEM] = "fewer_than_two_items",
    [STATS_UNUSUAL] = "out_of_range",
};
static_assert(sizeof codes / sizeof *codes == STATS_STATES, "a code for every state");

const char *stats_state_code(enum stats_state state)
{
    assert((unsigned)state < STATS_STATES);
    return codes[state];
}
