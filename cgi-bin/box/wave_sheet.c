#include "box/wave_sheet.h"

#include <string.h>

#include "base/text.h"
#include "stats/census.h"

static enum rc take_day(const struct sheet *s, size_t row, const char *col, const char **text, int32_t *day,
                        struct rc_info *e)
{
    *text = sheet_at(s, row, sheet_col(s, col));
    return census_parse_day(*text, strlen(*text), day) == RC_OK
               ? RC_OK
               : rc_set(e, RC_INPUT, "%s:%zu:%s: \"%.40s\" is not a day such as 2014-03-31", s->name, row + 2, col, *text);
}

static enum rc take_wave(const struct sheet *s, size_t row, struct wave *out, struct rc_info *e)
{
    out->name = sheet_at(s, row, sheet_col(s, "name"));
    size_t len = strlen(out->name);
    if (len == 0 || text_length(out->name, len) > WAVE_NAME_MAX || strpbrk(out->name, "\x1f\n\r") != NULL)
        return rc_set(e, RC_INPUT, "%s:%zu:name: a wave needs a name of 1 to %d characters on one line", s->name, row + 2,
                      WAVE_NAME_MAX);
    enum rc rc = take_day(s, row, "first_day", &out->first_day, &out->first, e);
    if (rc == RC_OK)
        rc = take_day(s, row, "last_day", &out->last_day, &out->last, e);
    if (rc == RC_OK && out->last < out->first)
        rc = rc_set(e, RC_INPUT, "%s:%zu:last_day: this is before the first day", s->name, row + 2);
    return rc;
}

enum rc waves_from_sheet(const struct sheet *s, struct arena *a, struct wave **out, size_t *n, struct rc_info *e)
{
    enum rc rc = RC_OK;
    struct wave *w = arena_array(a, s->n_rows + 1, sizeof *w);
    if (w == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu waves", s->n_rows);
    for (size_t i = 0; rc == RC_OK && i < s->n_rows; i++)
        rc = take_wave(s, i, &w[i], e);
    for (size_t i = 1; rc == RC_OK && i < s->n_rows; i++)
        if (w[i].first <= w[i - 1].last)
            rc = rc_set(e, RC_INPUT, "%s:%zu:first_day: this is not after the last day of the wave before", s->name, i + 2);
    *out = w;
    *n = rc == RC_OK ? s->n_rows : 0;
    return rc;
}
