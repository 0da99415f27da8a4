/* census_accounts: from the register's CSV file to accounts, or to a list of what is wrong with it.
 * Layer: report.  Pure.
 *
 * Columns, in any order, named in the first row:
 *   account_id   1 to 128 bytes, unique on its platform
 *   province     code of provinces.csv (GB/T 2260, two digits); function, level: codes of their lists
 *   followers    whole number, 0 to 10^12
 *   opened_on    YYYY-MM-DD, 2000-01-01 to the date of the census
 * and, where there are any (cells may be empty):
 *   platform     1 to 64 bytes, "wechat" unless given; name, owner_unit: up to 200 characters;
 *                a unit has one account on a platform
 *   organisation, kind  codes of organisations.csv, kinds.csv
 *   certified_on, updated_on  days like opened_on
 * Columns whose name ends in _zh or _en are labels for the human reader and are passed over; any other
 * column is refused, lest a misspelt one be lost. */
#ifndef MINYI_REPORT_CENSUS_ACCOUNTS_H
#define MINYI_REPORT_CENSUS_ACCOUNTS_H

#include "form/sheet.h"
#include "report/census_make.h"

enum { CENSUS_ROWS_MAX = 2000000 };

enum census_column {
    CENSUS_COL_ID,
    CENSUS_COL_PROVINCE,
    CENSUS_COL_FUNCTION,
    CENSUS_COL_LEVEL,
    CENSUS_COL_FOLLOWERS,
    CENSUS_COL_OPENED,
    CENSUS_COL_PLATFORM, /* from here on: may be left out */
    CENSUS_COL_NAME,
    CENSUS_COL_UNIT,
    CENSUS_COL_ORGANISATION,
    CENSUS_COL_KIND,
    CENSUS_COL_CERTIFIED,
    CENSUS_COL_UPDATED,
    CENSUS_COLS
};

struct census_problem {
    size_t row;          /* of the sheet, from 0: a spreadsheet shows row + 2 */
    const char *column, *reason;
};

struct census_file {
    struct sheet sheet;
    size_t col[CENSUS_COLS];           /* SIZE_MAX: not there */
    size_t n_bad;                      /* rows with a problem */
    size_t n_problems;
    const struct census_problem *problems; /* ordered by row */
    const bool *is_bad;                /* per row of the sheet */
    struct census_accounts accounts;   /* of the good rows only */
    const size_t *row;                 /* accounts.n: the sheet's row of each account */
};

/* Column name in the file: "account_id". */
const char *census_column_name(enum census_column col);

/* Read and check every row; the rows that are wrong are listed and left out. `name` is the file's, for
 * messages. RC_OK, whatever the rows hold; RC_INPUT: the file or its header is not usable; RC_TOOBIG;
 * RC_NOMEM. */
enum rc census_file_read(struct census_file *f, const struct census_codes *c, const char *name, const char *csv,
                         size_t len, int32_t as_of, struct arena *a, struct rc_info *e) MUST_CHECK;

/* The text of an account (index in accounts) in a column, "" where there is none; "wechat" for a platform
 * that is not given. */
const char *census_cell(const struct census_file *f, size_t account, enum census_column col);

/* The bad rows as CSV, with their reasons in a last column "reasons". */
void census_rejects(const struct census_file *f, struct buf *out);

#endif
