#include "stats/census.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int64_t census_tabulate(const uint8_t *code, size_t n, size_t n_codes, int64_t *count)
{
    int64_t n_unknown = 0;
    memset(count, 0, n_codes * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        assert(code[i] < n_codes || code[i] == CENSUS_UNKNOWN);
        if (code[i] == CENSUS_UNKNOWN)
            n_unknown++;
        else
            count[code[i]]++;
    }
    return n_unknown;
}

void census_cross(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, size_t n, int64_t *count)
{
    memset(count, 0, n_a * n_b * sizeof *count);
    for (size_t i = 0; i < n; i++)
        if (a[i] != CENSUS_UNKNOWN && b[i] != CENSUS_UNKNOWN) {
            assert(a[i] < n_a && b[i] < n_b);
            count[a[i] * n_b + b[i]]++;
        }
}

/* Lists are short (34 provinces): insertion keeps ties in the order of the list. */
void census_rank(const int64_t *count, size_t n_codes, size_t *order, int *rank, bool *is_tied)
{
    assert(n_codes <= CENSUS_CODES_MAX);
    for (size_t i = 0; i < n_codes; i++) {
        size_t at = i;
        for (; at > 0 && count[order[at - 1]] < count[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0; i < n_codes; i++) {
        size_t code = order[i];
        bool is_same = i > 0 && count[order[i - 1]] == count[code];
        rank[code] = is_same ? rank[order[i - 1]] : (int)i + 1;
        is_tied[code] = is_same || (i + 1 < n_codes && count[order[i + 1]] == count[code]);
    }
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Put the values into `sorted`, those of a code side by side: start[c]..start[c + 1]. */
static void gather(const int64_t *value, const uint8_t *code, size_t n, size_t n_codes, int64_t *sorted, size_t *start)
{
    memset(start, 0, (n_codes + 1) * sizeof *start);
    for (size_t i = 0; i < n; i++)
        if (code[i] != CENSUS_UNKNOWN)
            start[code[i] + 1]++;
    for (size_t c = 0; c < n_codes; c++)
        start[c + 1] += start[c];
    for (size_t i = 0; i < n; i++)
        if (code[i] != CENSUS_UNKNOWN)
            sorted[start[code[i]]++] = value[i];
    memmove(start + 1, start, n_codes * sizeof *start); /* each was moved on to where the next begins */
    start[0] = 0;
}

void census_sum_median(const int64_t *value, const uint8_t *code, size_t n, size_t n_codes, int64_t *sorted,
                       size_t *start, int64_t *sum, int64_t *twice_median)
{
    if (code == NULL) {
        assert(n_codes == 1);
        if (n > 0)
            memcpy(sorted, value, n * sizeof *value);
        start[0] = 0;
        start[1] = n;
    } else {
        gather(value, code, n, n_codes, sorted, start);
    }
    for (size_t c = 0; c < n_codes; c++) {
        int64_t *own = sorted + start[c];
        size_t n_own = start[c + 1] - start[c];
        sum[c] = twice_median[c] = 0;
        if (n_own == 0)
            continue;
        qsort(own, n_own, sizeof *own, by_value);
        for (size_t i = 0; i < n_own; i++)
            sum[c] += own[i];
        twice_median[c] = own[(n_own - 1) / 2] + own[n_own / 2];
    }
}

void census_first_day(const int32_t *day, const uint8_t *code, size_t n, size_t n_codes, int32_t *first)
{
    for (size_t c = 0; c < n_codes; c++)
        first[c] = CENSUS_NO_DAY;
    for (size_t i = 0; i < n; i++)
        if (code[i] != CENSUS_UNKNOWN && day[i] != CENSUS_NO_DAY &&
            (first[code[i]] == CENSUS_NO_DAY || day[i] < first[code[i]]))
            first[code[i]] = day[i];
}

int64_t census_idle(const int32_t *day, size_t n, int32_t as_of, int32_t days, int64_t *n_known)
{
    int64_t n_idle = 0;
    *n_known = 0;
    for (size_t i = 0; i < n; i++) {
        if (day[i] == CENSUS_NO_DAY)
            continue;
        ++*n_known;
        n_idle += (int64_t)as_of - day[i] >= days;
    }
    return n_idle;
}
