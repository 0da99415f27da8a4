/* census: the figures of one dated snapshot of the accounts register, as a struct, as canonical JSON and
 * as CSV.  Layer: report (uses base, stats and the labels of form; no SQL, no HTTP).
 * The JSON is what registry.census.body holds: written at the import, read by `results` and by the
 * white paper. Same accounts and code lists, same bytes. Everything lives in one arena.
 *
 * The register is a full count: counts are exact, shares are count / total, and nothing has an interval. */
#ifndef MINYI_REPORT_CENSUS_H
#define MINYI_REPORT_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "form/form.h"
#include "stats/census.h"

/* One code of a breakdown. */
struct census_row {
    const char *code;        /* "44", "police", "county_below", "east" */
    struct form_label label; /* in the order of census_figures.langs */
    const char *region4, *region3; /* provinces: code of the region in the four- and the three-way split of
                                      the National Bureau of Statistics; "" where there is none */
    int64_t count;
    double share;            /* count / total of the census (of the level in level_functions), 0..1 */
    int rank;                /* 1 = most accounts; equal counts share a rank (1, 2, 2, 4) */
    bool is_tied;
    int64_t followers;       /* sum; 0 in level_functions */
    double mean_followers, median_followers; /* 0 where count is 0 */
    const char *first_opened_on; /* earliest opening, YYYY-MM-DD, "" where there is none */
    bool is_listed;          /* level_functions: functions.csv lists the function for this level */
};

/* All codes of one variable, most accounts first; equal counts in the order of the code list. */
struct census_breakdown {
    bool is_given;           /* false: the file had no such column, and there is nothing else here */
    size_t n;
    const struct census_row *rows;
    int64_t n_unknown;       /* accounts without a code (optional columns only) */
    int64_t top2;            /* accounts of the first two rows together */
    double top2_share;
};

/* The functions of one level; shares are of the level's accounts. Only functions that have some. */
struct census_level {
    const char *level;       /* code */
    struct census_breakdown functions;
    size_t n_listed;         /* functions listed for this level in functions.csv ... */
    size_t n_listed_covered; /* ... and those of them that have an account at it */
};

struct census_month {
    int year, month;         /* 1..12 */
    int64_t opened;          /* in this month */
    int64_t total;           /* to the end of it */
};

/* Accounts whose last update is `days` or more before the date of the census. */
struct census_idle {
    int days;
    int64_t count;
    double share;            /* of the accounts whose last update is known */
};
enum { CENSUS_IDLES = 2 };

struct census_figures {
    const char *as_of;       /* YYYY-MM-DD */
    bool is_demonstration;   /* synthetic accounts: every page and report says so */
    size_t n_langs;
    const char *langs[FORM_LANGS_MAX]; /* "zh", "en": of the labels */
    int64_t total;
    size_t n_provinces_covered; /* of the divisions that have a region: those with an account */
    int64_t followers;       /* sum */
    double mean_followers, median_followers;
    int64_t n_certified;     /* -1: the file had no such column */
    /* provinces: the 31 divisions that have a region, and others only where they have accounts */
    struct census_breakdown levels, functions, provinces, regions4, regions3, organisations, kinds;
    size_t n_levels;
    const struct census_level *level_functions; /* in the order of the code list */
    size_t n_months;
    const struct census_month *months; /* from the first opening to the date, none left out */
    /* The first and the last ten of the divisions that have a region (fewer where there are fewer).
     * Where the tenth and the eleventh have the same count, the order of the code list decides who is in,
     * and the flag says so. */
    size_t n_top, n_bottom;
    const struct census_row *const *top, *const *bottom; /* into provinces.rows, in rank order */
    bool is_top_tied, is_bottom_tied;
    int top_eastern, bottom_western;
    bool has_updates;        /* the file had last updates */
    int64_t n_updated;       /* accounts whose last update is known */
    struct census_idle idle[CENSUS_IDLES]; /* 14 and 90 days */
};

/* The row of a code, NULL where there is none. */
const struct census_row *census_find(const struct census_breakdown *b, const char *code);
/* The functions of a level, NULL where there is no such level. */
const struct census_level *census_find_level(const struct census_figures *f, const char *level);

/* A figure by its key:
 *   total.accounts  province.covered  province.top10.eastern  province.bottom10.western
 *   followers.sum  followers.mean  followers.median  certified.count  idle.14.count  idle.90.share
 *   V.CODE.count  V.CODE.share  V.CODE.rank  V.CODE.followers_mean  V.CODE.followers_median
 *   V.A+B.count  V.A+B.share  V.A.ratio_to_B
 *   level.L.function.F.count|share|rank   level.L.top5.F (its rank)   level.L.functions (listed, covered)
 *   opened.YYYY-MM.count  opened.YYYY-MM.total
 * V: level, function, province, region4, region3, organisation, kind. Shares are fractions. False where
 * the census has no such figure (a code that no account has does exist, with count 0). */
bool census_value(const struct census_figures *f, const char *key, double *out);
/* A date by its key: level.L.first_opened_on; account.first_central.opened_on is
 * level.central.first_opened_on. "" where the census has no such date. */
const char *census_date(const struct census_figures *f, const char *key);

/* RC_OK; RC_NOMEM. */
enum rc census_to_json(const struct census_figures *f, struct buf *out, struct rc_info *e) MUST_CHECK;
/* RC_OK; RC_INPUT: not such a document; RC_NOMEM. */
enum rc census_from_json(const char *json, size_t len, struct arena *a, struct census_figures **out,
                         struct rc_info *e) MUST_CHECK;

/* One row per figure: section, code, text, count, percent, rank, followers (sum, mean, median), note;
 * texts in language `lang` of it. */
void census_to_csv(const struct census_figures *f, size_t lang, struct buf *out);

#endif
