/* census_make: from code lists and accounts to the figures of a census.  Layer: report.  Pure. */
#ifndef MINYI_REPORT_CENSUS_MAKE_H
#define MINYI_REPORT_CENSUS_MAKE_H

#include "report/census.h"

struct census_code {
    const char *code;
    struct form_label label;
    const char *region4, *region3; /* provinces.csv; "" elsewhere and for divisions without a region */
    const char *listed_at;         /* functions.csv: level at which the function is listed, or "" */
};

struct census_list {
    size_t n; /* at most CENSUS_CODES_MAX */
    const struct census_code *items;
};

enum census_list_id {
    CENSUS_LEVELS,
    CENSUS_FUNCTIONS,
    CENSUS_PROVINCES,
    CENSUS_REGION4,
    CENSUS_REGION3,
    CENSUS_ORGANISATIONS,
    CENSUS_KINDS,
    CENSUS_LISTS
};

struct census_codes {
    size_t n_langs;
    const char *langs[FORM_LANGS_MAX]; /* heads of the label columns, the same in every list */
    struct census_list lists[CENSUS_LISTS];
};

/* "levels", "functions", "provinces", "region4", "region3", "organisations", "kinds": the files' names
 * without .csv. */
const char *census_list_name(enum census_list_id id);

/* Read one list from `len` bytes of CSV: code, a label column per language ("zh", "en", the same in all
 * lists), provinces also region4 and region3 (codes of those lists, which come first), functions also
 * listed_at (a code of levels). Order of calls: levels, region4, region3, then the others.
 * RC_OK; RC_INPUT with "file:row:column: reason"; RC_TOOBIG; RC_NOMEM. */
enum rc census_codes_read(struct census_codes *c, enum census_list_id id, const char *csv, size_t len,
                          struct arena *a, struct rc_info *e) MUST_CHECK;

/* Number of a code in its list, CENSUS_UNKNOWN where there is none. */
uint8_t census_code_find(const struct census_list *l, const char *code);

/* One element per account. Codes are numbers in the lists; NULL where the file had no such column. */
struct census_accounts {
    size_t n;
    const uint8_t *level, *function, *province; /* no CENSUS_UNKNOWN */
    const uint8_t *organisation, *kind;         /* or NULL */
    const int64_t *followers;                   /* 0 .. 10^12 */
    const int32_t *opened_on;                   /* not after `as_of` */
    const int32_t *certified_on, *updated_on;   /* or NULL; CENSUS_NO_DAY where not known */
};

/* Compute everything. The figures borrow the strings of `c`. RC_OK, RC_NOMEM. */
enum rc census_make(const struct census_codes *c, const struct census_accounts *x, int32_t as_of,
                    bool is_demonstration, struct arena *a, struct census_figures **out, struct rc_info *e) MUST_CHECK;

/* Fill top, bottom, their counts and n_provinces_covered from provinces.rows. For census_make and
 * census_from_json. RC_OK, RC_NOMEM. */
enum rc census_mark_ends(struct census_figures *f, struct arena *a) MUST_CHECK;

#endif
