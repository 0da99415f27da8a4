#include "report/census_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/csv.h"

#define FOLLOWERS_MAX INT64_C(1000000000000)
enum { ID_BYTES_MAX = 128, PLATFORM_BYTES_MAX = 64, NAME_CHARS_MAX = 200 };

static const char *const names[CENSUS_COLS] = {"account_id", "province",     "function", "level",        "followers",
                                               "opened_on",  "platform",     "name",     "owner_unit",   "organisation",
                                               "kind",       "certified_on", "updated_on"};

const char *census_column_name(enum census_column col)
{
    return names[col];
}

/* What is being filled while the rows are checked. */
struct read {
    struct census_file *f;
    const struct census_codes *c;
    struct arena *a;
    int32_t as_of;
    size_t cap, n;
    bool *is_bad;
    struct census_problem *problems;
    uint8_t *level, *function, *province, *organisation, *kind;
    int64_t *followers;
    int32_t *opened_on, *certified_on, *updated_on;
    size_t *row;
    bool has_failed;
};

static void *take(struct read *r, size_t n, size_t size)
{
    void *p = arena_array(r->a, n + 1, size);
    r->has_failed |= p == NULL;
    return p;
}

/* Room for one more problem? */
static bool has_room(struct read *r)
{
    size_t cap = r->cap == 0 ? 256 : r->cap * 2;
    if (r->problems != NULL && r->f->n_problems < r->cap)
        return true;
    struct census_problem *more = take(r, cap, sizeof *more);
    if (more == NULL)
        return false;
    if (r->problems != NULL)
        memcpy(more, r->problems, r->f->n_problems * sizeof *more);
    r->problems = more;
    r->cap = cap;
    return true;
}

static void problem(struct read *r, size_t row, enum census_column col, const char *reason)
{
    struct census_file *f = r->f;
    if (!has_room(r))
        return;
    if (reason == NULL) {
        r->has_failed = true;
        return;
    }
    r->problems[f->n_problems++] = (struct census_problem){row, names[col], reason};
    f->n_bad += !r->is_bad[row];
    r->is_bad[row] = true;
}

/* ---- columns ---- */

static bool is_label_column(const char *head)
{
    size_t len = strlen(head);
    return len > 3 && (strcmp(head + len - 3, "_zh") == 0 || strcmp(head + len - 3, "_en") == 0);
}

static enum rc map_columns(struct census_file *f, struct rc_info *e)
{
    const struct sheet *s = &f->sheet;
    for (size_t k = 0; k < CENSUS_COLS; k++)
        f->col[k] = SIZE_MAX;
    for (size_t c = 0; c < s->n_cols; c++) {
        size_t k = 0;
        while (k < CENSUS_COLS && strcmp(names[k], s->head[c]) != 0)
            k++;
        if (k == CENSUS_COLS && !is_label_column(s->head[c]))
            return rc_set(e, RC_INPUT, "%s:1:%s: there is no such column in a census: see minyi census --help", s->name, s->head[c]);
        if (k < CENSUS_COLS && f->col[k] != SIZE_MAX)
            return rc_set(e, RC_INPUT, "%s:1:%s: this column is there twice", s->name, s->head[c]);
        if (k < CENSUS_COLS)
            f->col[k] = c;
    }
    for (size_t k = 0; k < CENSUS_COL_PLATFORM; k++)
        if (f->col[k] == SIZE_MAX)
            return rc_set(e, RC_INPUT, "%s:1:%s: this column is missing", s->name, names[k]);
    return RC_OK;
}

/* ---- cells ---- */

static const char *cell(const struct read *r, size_t row, enum census_column col)
{
    return sheet_at(&r->f->sheet, row, r->f->col[col]);
}

/* Required, or `is_optional` and empty: CENSUS_UNKNOWN. A label in place of its code is named. */
static uint8_t take_code(struct read *r, size_t row, enum census_column col, enum census_list_id id, bool is_optional)
{
    const struct census_list *l = &r->c->lists[id];
    const char *s = cell(r, row, col);
    uint8_t code = *s != '\0' ? census_code_find(l, s) : CENSUS_UNKNOWN;
    if (code != CENSUS_UNKNOWN || (*s == '\0' && is_optional))
        return code;
    if (*s == '\0') {
        problem(r, row, col, "this cell is empty");
        return CENSUS_UNKNOWN;
    }
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < r->c->n_langs; k++)
            if (strcmp(l->items[i].label.t[k], s) == 0) {
                problem(r, row, col, arena_printf(r->a, "\"%.80s\" is the label of the code %s", s, l->items[i].code));
                return CENSUS_UNKNOWN;
            }
    problem(r, row, col, arena_printf(r->a, "\"%.80s\" is not in %s.csv", s, census_list_name(id)));
    return CENSUS_UNKNOWN;
}

static int32_t take_day(struct read *r, size_t row, enum census_column col, bool is_optional)
{
    const char *s = cell(r, row, col);
    int32_t day = CENSUS_NO_DAY;
    if (*s == '\0') {
        if (!is_optional)
            problem(r, row, col, "this cell is empty");
    } else if (census_parse_day(s, strlen(s), &day) != RC_OK) {
        problem(r, row, col, arena_printf(r->a, "\"%.40s\" is no date of the form YYYY-MM-DD", s));
    } else if (day < 0) {
        problem(r, row, col, "this is before 2000-01-01");
    } else if (day > r->as_of) {
        problem(r, row, col, "this is after the date of the census");
    }
    return day;
}

static int64_t take_followers(struct read *r, size_t row)
{
    const char *s = cell(r, row, CENSUS_COL_FOLLOWERS);
    int64_t v = 0;
    if (*s == '\0')
        problem(r, row, CENSUS_COL_FOLLOWERS, "this cell is empty");
    else if (text_to_i64(s, strlen(s), 0, FOLLOWERS_MAX, &v) != RC_OK)
        problem(r, row, CENSUS_COL_FOLLOWERS, arena_printf(r->a, "\"%.40s\" is no whole number from 0 to 10^12", s));
    return v;
}

static void check_texts(struct read *r, size_t row)
{
    const char *id = cell(r, row, CENSUS_COL_ID), *platform = cell(r, row, CENSUS_COL_PLATFORM);
    if (*id == '\0' || strlen(id) > ID_BYTES_MAX)
        problem(r, row, CENSUS_COL_ID, *id == '\0' ? "this cell is empty" : "longer than 128 bytes");
    if (strlen(platform) > PLATFORM_BYTES_MAX)
        problem(r, row, CENSUS_COL_PLATFORM, "longer than 64 bytes");
    for (enum census_column col = CENSUS_COL_NAME; col <= CENSUS_COL_UNIT; col++) {
        const char *s = cell(r, row, col);
        if (text_length(s, strlen(s)) > NAME_CHARS_MAX)
            problem(r, row, col, "longer than 200 characters");
    }
}

/* Every cell is looked at, so that all that is wrong is said at once. */
static void take_row(struct read *r, size_t row)
{
    size_t i = r->n;
    check_texts(r, row);
    r->province[i] = take_code(r, row, CENSUS_COL_PROVINCE, CENSUS_PROVINCES, false);
    r->function[i] = take_code(r, row, CENSUS_COL_FUNCTION, CENSUS_FUNCTIONS, false);
    r->level[i] = take_code(r, row, CENSUS_COL_LEVEL, CENSUS_LEVELS, false);
    r->followers[i] = take_followers(r, row);
    r->opened_on[i] = take_day(r, row, CENSUS_COL_OPENED, false);
    r->organisation[i] = take_code(r, row, CENSUS_COL_ORGANISATION, CENSUS_ORGANISATIONS, true);
    r->kind[i] = take_code(r, row, CENSUS_COL_KIND, CENSUS_KINDS, true);
    r->certified_on[i] = take_day(r, row, CENSUS_COL_CERTIFIED, true);
    r->updated_on[i] = take_day(r, row, CENSUS_COL_UPDATED, true);
    r->row[i] = row;
    if (!r->is_bad[row])
        r->n++;
}

/* ---- the same account, or unit, twice ---- */

struct keyed {
    const char *platform, *key;
    size_t row;
    bool is_bad;
};

/* Among equal ones a good row comes first and stays. */
static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order == 0)
        order = strcmp(x->platform, y->platform);
    if (order == 0)
        order = (int)x->is_bad - (int)y->is_bad;
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static const char *platform_of(const char *s)
{
    return *s != '\0' ? s : "wechat";
}

static void check_unique(struct read *r, enum census_column col, const char *what)
{
    struct keyed *keys = take(r, r->f->sheet.n_rows, sizeof *keys);
    size_t n = 0;
    if (keys == NULL)
        return;
    for (size_t row = 0; row < r->f->sheet.n_rows; row++)
        if (*cell(r, row, col) != '\0')
            keys[n++] = (struct keyed){platform_of(cell(r, row, CENSUS_COL_PLATFORM)), cell(r, row, col), row, r->is_bad[row]};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 1, first = 0; i < n; i++) {
        if (strcmp(keys[i].key, keys[first].key) == 0 && strcmp(keys[i].platform, keys[first].platform) == 0)
            problem(r, keys[i].row, col, arena_printf(r->a, "%s: row %zu has it too", what, keys[first].row + 2));
        else
            first = i;
    }
}

static int by_row(const void *a, const void *b)
{
    const struct census_problem *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    int order = strcmp(x->column, y->column);
    return order != 0 ? order : strcmp(x->reason, y->reason);
}

/* Rows that turned out bad after they were taken go. */
static void drop_bad(struct read *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (r->is_bad[r->row[i]])
            continue;
        r->province[n] = r->province[i];
        r->function[n] = r->function[i];
        r->level[n] = r->level[i];
        r->followers[n] = r->followers[i];
        r->opened_on[n] = r->opened_on[i];
        r->organisation[n] = r->organisation[i];
        r->kind[n] = r->kind[i];
        r->certified_on[n] = r->certified_on[i];
        r->updated_on[n] = r->updated_on[i];
        r->row[n++] = r->row[i];
    }
    r->n = n;
}

static bool make_room(struct read *r, size_t n)
{
    r->is_bad = take(r, n, sizeof *r->is_bad);
    r->province = take(r, n, 1);
    r->function = take(r, n, 1);
    r->level = take(r, n, 1);
    r->organisation = take(r, n, 1);
    r->kind = take(r, n, 1);
    r->followers = take(r, n, sizeof *r->followers);
    r->opened_on = take(r, n, sizeof *r->opened_on);
    r->certified_on = take(r, n, sizeof *r->certified_on);
    r->updated_on = take(r, n, sizeof *r->updated_on);
    r->row = take(r, n, sizeof *r->row);
    return !r->has_failed;
}

static void hand_over(const struct read *r)
{
    struct census_file *f = r->f;
    bool has[CENSUS_COLS];
    for (size_t k = 0; k < CENSUS_COLS; k++)
        has[k] = f->col[k] != SIZE_MAX;
    f->problems = r->problems;
    f->is_bad = r->is_bad;
    f->row = r->row;
    f->accounts = (struct census_accounts){
        .n = r->n, .level = r->level, .function = r->function, .province = r->province,
        .organisation = has[CENSUS_COL_ORGANISATION] ? r->organisation : NULL,
        .kind = has[CENSUS_COL_KIND] ? r->kind : NULL, .followers = r->followers, .opened_on = r->opened_on,
        .certified_on = has[CENSUS_COL_CERTIFIED] ? r->certified_on : NULL,
        .updated_on = has[CENSUS_COL_UPDATED] ? r->updated_on : NULL};
}

enum rc census_file_read(struct census_file *f, const struct census_codes *c, const char *name, const char *csv,
                         size_t len, int32_t as_of, struct arena *a, struct rc_info *e)
{
    struct read r = {.f = f, .c = c, .a = a, .as_of = as_of};
    *f = (struct census_file){0};
    enum rc rc = sheet_read(name, csv, len, CENSUS_ROWS_MAX, a, &f->sheet, e);
    if (rc == RC_OK)
        rc = map_columns(f, e);
    if (rc != RC_OK)
        return rc;
    if (make_room(&r, f->sheet.n_rows)) {
        for (size_t row = 0; row < f->sheet.n_rows; row++)
            take_row(&r, row);
        check_unique(&r, CENSUS_COL_ID, "the account is there twice");
        check_unique(&r, CENSUS_COL_UNIT, "the unit has another account on this platform");
    }
    if (r.has_failed)
        return rc_set(e, RC_NOMEM, "%s: no memory for %zu rows", name, f->sheet.n_rows);
    if (r.problems != NULL)
        qsort(r.problems, f->n_problems, sizeof *r.problems, by_row);
    drop_bad(&r);
    hand_over(&r);
    return RC_OK;
}

const char *census_cell(const struct census_file *f, size_t account, enum census_column col)
{
    const char *s = sheet_at(&f->sheet, f->row[account], f->col[col]);
    return col == CENSUS_COL_PLATFORM ? platform_of(s) : s;
}

void census_rejects(const struct census_file *f, struct buf *out)
{
    struct csv c;
    size_t at = 0;
    csv_begin(&c, out);
    for (size_t k = 0; k < f->sheet.n_cols; k++)
        csv_text(&c, f->sheet.head[k]);
    csv_text(&c, "reasons");
    csv_end_row(&c);
    for (size_t row = 0; row < f->sheet.n_rows; row++) {
        struct buf reasons;
        if (!f->is_bad[row])
            continue;
        buf_init(&reasons, 1 << 16);
        for (; at < f->n_problems && f->problems[at].row == row; at++)
            buf_printf(&reasons, "%s%s: %s", reasons.len > 0 ? "; " : "", f->problems[at].column, f->problems[at].reason);
        for (size_t k = 0; k < f->sheet.n_cols; k++)
            csv_text(&c, sheet_at(&f->sheet, row, k));
        csv_text(&c, buf_ok(&reasons) && reasons.p != NULL ? reasons.p : "");
        csv_end_row(&c);
        buf_release(&reasons);
    }
}
