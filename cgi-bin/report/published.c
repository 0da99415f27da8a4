#include "report/published.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/sheet.h"

enum { DECIMALS_MAX = 6 };

enum column { KEY, LABEL_ZH, LABEL_EN, VALUE, UNIT, COMPARISON, NOTE, KIND, COLUMNS };
static const char *const heads[COLUMNS] = {"key", "label_zh", "label_en", "value", "unit", "comparison", "note", "kind"};

const char *published_verdict_name(enum published_verdict v)
{
    static const char *const names[] = {"agrees", "differs", "missing", "cited"};
    return names[v];
}

/* survey.QUESTION.top2.share, as a fraction. */
static bool survey_value(const struct publication *p, const char *key, double *out)
{
    static const char head[] = "survey.", tail[] = ".top2.share";
    size_t len = strlen(key);
    if (p == NULL || strncmp(key, head, sizeof head - 1) != 0 || len <= sizeof head + sizeof tail - 2 ||
        strcmp(key + len - (sizeof tail - 1), tail) != 0)
        return false;
    const char *name = key + sizeof head - 1;
    size_t name_len = len - (sizeof head - 1) - (sizeof tail - 1);
    for (size_t i = 0; i < p->n_questions; i++) {
        const struct pub_question *q = &p->questions[i];
        if (strlen(q->name) != name_len || memcmp(q->name, name, name_len) != 0)
            continue;
        *out = q->top2.p;
        return q->has_boxes && !q->is_suppressed && q->n > 0;
    }
    return false;
}

/* A plain decimal number; the number of digits behind the point. */
static bool read_number(const char *s, double *out, int *decimals)
{
    if (*s == '\0' || strspn(s, "0123456789.-") != strlen(s))
        return false;
    char *end = NULL;
    errno = 0;
    *out = strtod(s, &end);
    const char *point = strchr(s, '.');
    *decimals = point != NULL ? (int)strlen(point + 1) : 0;
    return errno == 0 && *end == '\0' && isfinite(*out) && *decimals <= DECIMALS_MAX;
}

static double rounded(double v, int decimals)
{
    double scale = pow(10, decimals);
    return round(v * scale) / scale;
}

static bool agrees(const struct published_row *r, double want, int decimals)
{
    if (strcmp(r->comparison, "gt") == 0)
        return r->number > want;
    if (strcmp(r->comparison, "lt") == 0)
        return r->number < want;
    if (strcmp(r->comparison, "in_top5") == 0)
        return r->number >= 1 && r->number <= want;
    double got = strcmp(r->unit, "percent") == 0 ? rounded(r->number, decimals) : r->number;
    return fabs(got - want) < 1e-9;
}

static enum rc check_number(struct published_row *r, const struct publication *survey,
                            const struct census_figures *census, struct arena *a, struct rc_info *e)
{
    double want = 0, got = 0;
    int decimals = 0;
    bool is_share = strcmp(r->unit, "percent") == 0;
    if (!read_number(r->value, &want, &decimals))
        return rc_set(e, RC_INPUT, "\"%s\" is not a number", r->value);
    if (!survey_value(survey, r->key, &got) && (census == NULL || !census_value(census, r->key, &got)))
        return RC_OK;
    r->has_number = true;
    r->number = is_share ? got * 100 : got;
    int shown = is_share ? decimals : r->number == round(r->number) ? 0 : 2;
    r->computed = arena_printf(a, "%.*f", shown, r->number);
    r->verdict = agrees(r, want, decimals) ? PUBLISHED_AGREES : PUBLISHED_DIFFERS;
    return r->computed != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for the published figures");
}

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s, list[i]) == 0)
            return true;
    return false;
}

static enum rc check_row(struct published_row *r, const char *kind, const struct publication *survey,
                         const struct census_figures *census, struct arena *a, struct rc_info *e)
{
    static const char *const comparisons[] = {"eq", "gt", "lt", "rank", "in_top5"};
    r->is_cited = strcmp(kind, "cited") == 0;
    r->computed = "";
    r->verdict = r->is_cited ? PUBLISHED_CITED : PUBLISHED_MISSING;
    if (r->is_cited)
        return RC_OK;
    if (strcmp(kind, "computed") != 0)
        return rc_set(e, RC_INPUT, "kind \"%s\" is neither computed nor cited", kind);
    if (!is_one_of(r->comparison, comparisons, sizeof comparisons / sizeof *comparisons))
        return rc_set(e, RC_INPUT, "\"%s\" is no comparison", r->comparison);
    if (strcmp(r->unit, "date") != 0)
        return check_number(r, survey, census, a, e);
    r->computed = census != NULL ? census_date(census, r->key) : "";
    if (r->computed[0] != '\0')
        r->verdict = strcmp(r->computed, r->value) == 0 ? PUBLISHED_AGREES : PUBLISHED_DIFFERS;
    return RC_OK;
}

static void count(struct published *p, enum published_verdict v)
{
    size_t *of[] = {&p->n_agree, &p->n_differ, &p->n_missing, &p->n_cited};
    ++*of[v];
}

enum rc published_read(const char *name, const char *csv, size_t len, const struct publication *survey,
                       const struct census_figures *census, struct arena *a, struct published *out,
                       struct rc_info *e)
{
    struct sheet s;
    size_t col[COLUMNS];
    enum rc rc = sheet_read(name, csv, len, PUBLISHED_ROWS_MAX, a, &s, e);
    for (int i = 0; rc == RC_OK && i < COLUMNS; i++)
        if ((col[i] = sheet_col(&s, heads[i])) == SIZE_MAX)
            rc = rc_set(e, RC_INPUT, "%s: there is no column \"%s\"", name, heads[i]);
    if (rc != RC_OK)
        return rc;
    *out = (struct published){.n = s.n_rows, .rows = arena_array(a, s.n_rows + 1, sizeof *out->rows)};
    if (out->rows == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the published figures");
    for (size_t i = 0; i < s.n_rows; i++) {
        struct rc_info why = {0};
        struct published_row *r = &out->rows[i];
        *r = (struct published_row){
            .key = sheet_at(&s, i, col[KEY]), .label = {sheet_at(&s, i, col[LABEL_ZH]), sheet_at(&s, i, col[LABEL_EN])},
            .value = sheet_at(&s, i, col[VALUE]), .unit = sheet_at(&s, i, col[UNIT]),
            .comparison = sheet_at(&s, i, col[COMPARISON]), .note = sheet_at(&s, i, col[NOTE])};
        rc = check_row(r, sheet_at(&s, i, col[KIND]), survey, census, a, &why);
        if (rc != RC_OK)
            return rc_set(e, rc, "%s:%zu: %s", name, i + 2, why.msg);
        count(out, r->verdict);
    }
    return RC_OK;
}

const struct published_row *published_find(const struct published *p, const char *key)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->rows[i].key, key) == 0)
            return &p->rows[i];
    return NULL;
}

void published_to_text(const struct published *p, struct buf *out)
{
    buf_printf(out, "%-8s %-42s %14s %14s\n", "", "figure", "published", "computed");
    for (size_t i = 0; i < p->n; i++) {
        const struct published_row *r = &p->rows[i];
        const char *sign = strcmp(r->comparison, "gt") == 0                                           ? "> "
                           : strcmp(r->comparison, "lt") == 0                                         ? "< "
                           : strcmp(r->comparison, "in_top5") == 0                                    ? "<= "
                                                                                                      : "";
        int width = 14 - (int)strlen(sign);
        buf_printf(out, "%-8s %-42s %s%*s %14s\n", published_verdict_name(r->verdict), r->key, sign, width, r->value,
                   r->computed);
    }
    buf_printf(out, "%zu agree, %zu differ, %zu missing, %zu cited\n", p->n_agree, p->n_differ, p->n_missing, p->n_cited);
}
