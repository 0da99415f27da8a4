/* Civil dates: Howard Hinnant, "chrono-compatible low-level date algorithms" (2013). */
#include <string.h>

#include "base/text.h"
#include "stats/census.h"

enum { EPOCH_2000 = 730425, DAYS_PER_ERA = 146097 }; /* days from 0000-03-01 to 2000-01-01; in 400 years */

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int32_t census_day(int year, int month, int day)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1900 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > month_days[month - 1] + (month == 2 && is_leap(year)))
        return CENSUS_NO_DAY;
    int y = month <= 2 ? year - 1 : year; /* a year begins in March, its leap day ends it */
    int era = y / 400, yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * DAYS_PER_ERA + doe - EPOCH_2000;
}

void census_civil(int32_t day, int *year, int *month, int *mday)
{
    int z = day + EPOCH_2000;
    int era = z / DAYS_PER_ERA, doe = z - era * DAYS_PER_ERA;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *mday = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

enum rc census_parse_day(const char *p, size_t len, int32_t *out)
{
    int64_t year, month, day;
    if (len != 10 || p[4] != '-' || p[7] != '-' || text_to_i64(p, 4, 1900, 9999, &year) != RC_OK ||
        text_to_i64(p + 5, 2, 1, 12, &month) != RC_OK || text_to_i64(p + 8, 2, 1, 31, &day) != RC_OK)
        return RC_INPUT;
    int32_t d = census_day((int)year, (int)month, (int)day);
    if (d == CENSUS_NO_DAY)
        return RC_INPUT;
    *out = d;
    return RC_OK;
}

/* The last `width` digits of v, zeros before it. */
static void put_digits(char *p, int v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
}

const char *census_day_text(int32_t day, char out[16])
{
    int y, m, d;
    out[0] = '\0';
    if (day == CENSUS_NO_DAY)
        return out;
    census_civil(day, &y, &m, &d);
    put_digits(out, y, 4);
    out[4] = out[7] = '-';
    put_digits(out + 5, m, 2);
    put_digits(out + 8, d, 2);
    out[10] = '\0';
    return out;
}
