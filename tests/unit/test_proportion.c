/* proportion: shares and Wilson intervals against R, and at the ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "../golden/wilson.h"
#include "stats/proportion.h"

static void wilson_is_as_r_computes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden_wilson / sizeof *golden_wilson; i++) {
        struct interval got = proportion_wilson(golden_wilson[i].count, golden_wilson[i].n);
        if (fabs(got.low - golden_wilson[i].low) > 1e-9 || fabs(got.high - golden_wilson[i].high) > 1e-9)
            fail_msg("%s: %.17g..%.17g instead of %.17g..%.17g", golden_wilson[i].name, got.low, got.high,
                     golden_wilson[i].low, golden_wilson[i].high);
    }
}

static void the_ends_are_exact_and_never_empty(void **state)
{
    (void)state;
    for (int64_t n = 1; n < 3000000000LL; n = n * 3 + 1) {
        struct interval none = proportion_wilson(0, n), all = proportion_wilson(n, n);
        assert_true(none.low == 0 && none.high > 0 && none.high < 1);
        assert_true(all.high == 1 && all.low < 1 && all.low > 0);
        assert_true(fabs(none.high - (1 - all.low)) < 1e-12);
    }
}

/* For small n every count: inside [0, 1], around the share, mirrored, and growing with the count. */
static void intervals_are_in_order(void **state)
{
    (void)state;
    for (int64_t n = 1; n <= 200; n++) {
        struct interval before = {-1, -1};
        for (int64_t k = 0; k <= n; k++) {
            struct interval i = proportion_wilson(k, n), mirror = proportion_wilson(n - k, n);
            double p = proportion_share(k, n);
            assert_true(i.low >= 0 && i.high <= 1 && i.low <= p && p <= i.high && i.low < i.high);
            assert_true(i.low > before.low && i.high > before.high);
            assert_true(fabs(i.low - (1 - mirror.high)) < 1e-12);
            before = i;
        }
    }
}

static void shares_of_the_white_paper(void **state)
{
    (void)state;
    assert_true(fabs(proportion_share(7795, 9880) - 0.7889676113360324) < 1e-15);
    assert_true(proportion_share(0, 5) == 0 && proportion_share(5, 5) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_is_as_r_computes_it),
        cmocka_unit_test(the_ends_are_exact_and_never_empty),
        cmocka_unit_test(intervals_are_in_order),
        cmocka_unit_test(shares_of_the_white_paper),
    };
    return cmocka_run_group_tests_name("proportion", tests, NULL, NULL);
}
