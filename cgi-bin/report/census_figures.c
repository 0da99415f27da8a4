/* Questions to the figures of a census: rows by code, figures by key, the first and the last ten. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/census_make.h"

enum { TEN = 10 };

const struct census_row *census_find(const struct census_breakdown *b, const char *code)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->rows[i].code, code) == 0)
            return &b->rows[i];
    return NULL;
}

const struct census_level *census_find_level(const struct census_figures *f, const char *level)
{
    for (size_t i = 0; i < f->n_levels; i++)
        if (strcmp(f->level_functions[i].level, level) == 0)
            return &f->level_functions[i];
    return NULL;
}

/* "East" is the four-way split's, which is what the published figure means; "west" is the same twelve
 * divisions in both splits. */
enum rc census_mark_ends(struct census_figures *f, struct arena *a)
{
    const struct census_row **with = arena_array(a, f->provinces.n + 1, sizeof *with);
    size_t n = 0;
    if (with == NULL)
        return RC_NOMEM;
    f->n_provinces_covered = 0;
    for (size_t i = 0; i < f->provinces.n; i++)
        if (*f->provinces.rows[i].region4 != '\0') {
            with[n++] = &f->provinces.rows[i];
            f->n_provinces_covered += f->provinces.rows[i].count > 0;
        }
    f->n_top = f->n_bottom = n < TEN ? n : TEN;
    f->top = with;
    f->bottom = with + (n - f->n_bottom);
    f->is_top_tied = n > TEN && with[TEN - 1]->count == with[TEN]->count;
    f->is_bottom_tied = n > TEN && with[n - TEN]->count == with[n - TEN - 1]->count;
    f->top_eastern = f->bottom_western = 0;
    for (size_t i = 0; i < f->n_top; i++) {
        f->top_eastern += strcmp(f->top[i]->region4, "east") == 0;
        f->bottom_western += strcmp(f->bottom[i]->region4, "west") == 0;
    }
    return RC_OK;
}

/* ---- keys ---- */

enum { PARTS_MAX = 5, KEY_MAX = 128 };

struct parts {
    size_t n;
    const char *p[PARTS_MAX];
    char text[KEY_MAX];
};

static bool split(const char *key, struct parts *x)
{
    size_t len = strlen(key);
    *x = (struct parts){0};
    if (len >= sizeof x->text)
        return false;
    memcpy(x->text, key, len + 1);
    x->p[x->n++] = x->text;
    for (char *c = x->text; *c != '\0'; c++)
        if (*c == '.') {
            if (x->n == PARTS_MAX)
                return false;
            *c = '\0';
            x->p[x->n++] = c + 1;
        }
    return true;
}

static bool is_key(const struct parts *x, const char *one, const char *two, const char *three)
{
    return x->n == (three != NULL ? 3 : 2) && strcmp(x->p[0], one) == 0 && strcmp(x->p[1], two) == 0 &&
           (three == NULL || strcmp(x->p[2], three) == 0);
}

static bool give(double *out, double v)
{
    *out = v;
    return true;
}

static bool whole_value(const struct census_figures *f, const struct parts *x, double *out)
{
    if (is_key(x, "total", "accounts", NULL))
        return give(out, (double)f->total);
    if (is_key(x, "province", "covered", NULL))
        return give(out, (double)f->n_provinces_covered);
    if (is_key(x, "province", "top10", "eastern"))
        return give(out, f->top_eastern);
    if (is_key(x, "province", "bottom10", "western"))
        return give(out, f->bottom_western);
    if (is_key(x, "followers", "sum", NULL))
        return give(out, (double)f->followers);
    if (f->total > 0 && is_key(x, "followers", "mean", NULL))
        return give(out, f->mean_followers);
    if (f->total > 0 && is_key(x, "followers", "median", NULL))
        return give(out, f->median_followers);
    if (f->n_certified >= 0 && is_key(x, "certified", "count", NULL))
        return give(out, (double)f->n_certified);
    return false;
}

static bool idle_value(const struct census_figures *f, const struct parts *x, double *out)
{
    int64_t days;
    if (x->n != 3 || !f->has_updates || text_to_i64(x->p[1], strlen(x->p[1]), 0, 10000, &days) != RC_OK)
        return false;
    for (size_t i = 0; i < CENSUS_IDLES; i++)
        if (f->idle[i].days == days) {
            if (strcmp(x->p[2], "count") == 0)
                return give(out, (double)f->idle[i].count);
            return strcmp(x->p[2], "share") == 0 && f->n_updated > 0 && give(out, f->idle[i].share);
        }
    return false;
}

static bool month_value(const struct census_figures *f, const struct parts *x, double *out)
{
    int64_t year, month;
    const char *m = x->n == 3 ? x->p[1] : "";
    if (strlen(m) != 7 || m[4] != '-' || text_to_i64(m, 4, 1900, 9999, &year) != RC_OK ||
        text_to_i64(m + 5, 2, 1, 12, &month) != RC_OK)
        return false;
    for (size_t i = 0; i < f->n_months; i++)
        if (f->months[i].year == year && f->months[i].month == month) {
            if (strcmp(x->p[2], "count") == 0)
                return give(out, (double)f->months[i].opened);
            return strcmp(x->p[2], "total") == 0 && give(out, (double)f->months[i].total);
        }
    return false;
}

static bool row_value(const struct census_row *r, const char *what, double *out)
{
    if (r == NULL)
        return false;
    if (strcmp(what, "count") == 0)
        return give(out, (double)r->count);
    if (strcmp(what, "share") == 0)
        return give(out, r->share);
    if (strcmp(what, "rank") == 0)
        return give(out, r->rank);
    if (r->count > 0 && strcmp(what, "followers_mean") == 0)
        return give(out, r->mean_followers);
    return r->count > 0 && strcmp(what, "followers_median") == 0 && give(out, r->median_followers);
}

static const struct census_breakdown *breakdown(const struct census_figures *f, const char *name)
{
    const struct {
        const char *name;
        const struct census_breakdown *b;
    } all[] = {{"level", &f->levels},     {"function", &f->functions}, {"province", &f->provinces},
               {"region4", &f->regions4}, {"region3", &f->regions3},   {"organisation", &f->organisations},
               {"kind", &f->kinds}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i].b->is_given ? all[i].b : NULL;
    return NULL;
}

/* function.police+medical.share */
static bool pair_value(const struct census_figures *f, const struct census_breakdown *b, char *codes,
                       const char *what, double *out)
{
    char *plus = strchr(codes, '+');
    *plus = '\0';
    const struct census_row *one = census_find(b, codes), *two = census_find(b, plus + 1);
    if (one == NULL || two == NULL || one == two)
        return false;
    int64_t count = one->count + two->count;
    if (strcmp(what, "count") == 0)
        return give(out, (double)count);
    return strcmp(what, "share") == 0 && f->total > 0 && give(out, (double)count / (double)f->total);
}

static bool breakdown_value(const struct census_figures *f, const struct parts *x, double *out)
{
    static const char ratio_to[] = "ratio_to_";
    const struct census_breakdown *b = x->n == 3 ? breakdown(f, x->p[0]) : NULL;
    char codes[KEY_MAX];
    if (b == NULL)
        return false;
    (void)snprintf(codes, sizeof codes, "%s", x->p[1]);
    if (strchr(codes, '+') != NULL)
        return pair_value(f, b, codes, x->p[2], out);
    const struct census_row *r = census_find(b, codes);
    if (r == NULL || strncmp(x->p[2], ratio_to, sizeof ratio_to - 1) != 0)
        return row_value(r, x->p[2], out);
    const struct census_row *to = census_find(b, x->p[2] + sizeof ratio_to - 1);
    return to != NULL && to->count > 0 && give(out, (double)r->count / (double)to->count);
}

/* level.L.function.F.rank, level.L.top5.F, level.L.functions */
static bool level_value(const struct census_figures *f, const struct parts *x, double *out)
{
    const struct census_level *l = x->n >= 3 && strcmp(x->p[0], "level") == 0 ? census_find_level(f, x->p[1]) : NULL;
    if (l == NULL)
        return false;
    if (x->n == 3)
        return strcmp(x->p[2], "functions") == 0 && l->n_listed > 0 && give(out, (double)l->n_listed_covered);
    const struct census_row *r = census_find(&l->functions, x->p[3]);
    if (x->n == 4)
        return strcmp(x->p[2], "top5") == 0 && row_value(r, "rank", out);
    if (strcmp(x->p[2], "function") != 0)
        return false;
    if (r == NULL) /* the function is known and no account of the level has it */
        return census_find(&f->functions, x->p[3]) != NULL && strcmp(x->p[4], "count") == 0 && give(out, 0);
    return row_value(r, x->p[4], out);
}

bool census_value(const struct census_figures *f, const char *key, double *out)
{
    struct parts x;
    if (!split(key, &x))
        return false;
    if (strcmp(x.p[0], "idle") == 0)
        return idle_value(f, &x, out);
    if (strcmp(x.p[0], "opened") == 0)
        return month_value(f, &x, out);
    return whole_value(f, &x, out) || level_value(f, &x, out) || breakdown_value(f, &x, out);
}

const char *census_date(const struct census_figures *f, const char *key)
{
    struct parts x;
    if (strcmp(key, "account.first_central.opened_on") == 0)
        key = "level.central.first_opened_on";
    if (!split(key, &x) || x.n != 3 || strcmp(x.p[2], "first_opened_on") != 0)
        return "";
    const struct census_breakdown *b = breakdown(f, x.p[0]);
    const struct census_row *r = b != NULL ? census_find(b, x.p[1]) : NULL;
    return r != NULL && r->first_opened_on != NULL ? r->first_opened_on : "";
}
