#include "report/census_make.h"

#include <string.h>

#include "form/form.h"

static const int idle_days[CENSUS_IDLES] = {14, 90};
enum { TEN = 10 };

/* What is at hand while the figures are made; a failed allocation sticks. */
struct make {
    const struct census_codes *c;
    const struct census_accounts *x;
    struct arena *a;
    struct census_figures *f;
    int64_t *sorted; /* workspace of census_sum_median */
    bool has_failed;
};

static void *take(struct make *m, size_t n, size_t size)
{
    void *p = arena_array(m->a, n + 1, size); /* never zero items */
    m->has_failed |= p == NULL;
    return p;
}

static double ratio(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static const char *day_string(struct make *m, int32_t day)
{
    char text[16];
    const char *s = arena_strdup(m->a, census_day_text(day, text));
    m->has_failed |= s == NULL;
    return s;
}

/* What a breakdown shows of each code. `is_shown` NULL: all. Followers and days NULL: none. */
struct counted {
    const struct census_list *list;
    const int64_t *count;
    int64_t total;
    const int64_t *followers, *twice_median;
    const int32_t *first;
    const char *level; /* rows tell whether they are listed at it */
    bool (*is_shown)(const struct census_code *c, int64_t count);
};

static struct census_row make_row(struct make *m, const struct counted *t, size_t i)
{
    const struct census_code *code = &t->list->items[i];
    struct census_row r = {.code = code->code, .label = code->label, .region4 = code->region4,
                           .region3 = code->region3, .count = t->count[i],
                           .share = ratio(t->count[i], t->total), .first_opened_on = ""};
    if (t->followers != NULL) {
        r.followers = t->followers[i];
        r.mean_followers = ratio(t->followers[i], t->count[i]);
        r.median_followers = (double)t->twice_median[i] / 2;
        r.first_opened_on = day_string(m, t->first[i]);
    }
    r.is_listed = t->level != NULL && strcmp(code->listed_at, t->level) == 0;
    return r;
}

/* Rows in rank order; ranks are among the codes that are shown. */
static struct census_breakdown make_rows(struct make *m, const struct counted *t)
{
    struct census_breakdown b = {.is_given = true};
    struct census_row *listed = take(m, t->list->n, sizeof *listed), *rows = take(m, t->list->n, sizeof *rows);
    int64_t count[CENSUS_CODES_MAX];
    size_t order[CENSUS_CODES_MAX];
    int rank[CENSUS_CODES_MAX];
    bool is_tied[CENSUS_CODES_MAX];
    if (m->has_failed)
        return b;
    for (size_t i = 0; i < t->list->n; i++)
        if (t->is_shown == NULL || t->is_shown(&t->list->items[i], t->count[i])) {
            count[b.n] = t->count[i];
            listed[b.n++] = make_row(m, t, i);
        }
    census_rank(count, b.n, order, rank, is_tied);
    for (size_t i = 0; i < b.n; i++) {
        rows[i] = listed[order[i]];
        rows[i].rank = rank[order[i]];
        rows[i].is_tied = is_tied[order[i]];
        b.top2 += i < 2 ? rows[i].count : 0;
    }
    b.rows = rows;
    b.top2_share = ratio(b.top2, t->total);
    return b;
}

static struct census_breakdown make_breakdown(struct make *m, enum census_list_id id, const uint8_t *code,
                                              bool (*is_shown)(const struct census_code *, int64_t))
{
    const struct census_list *l = &m->c->lists[id];
    int64_t *count = take(m, l->n, sizeof *count), *sum = take(m, l->n, sizeof *sum);
    int64_t *twice_median = take(m, l->n, sizeof *twice_median);
    size_t *start = take(m, l->n, sizeof *start);
    int32_t *first = take(m, l->n, sizeof *first);
    if (code == NULL || m->has_failed)
        return (struct census_breakdown){0};
    int64_t n_unknown = census_tabulate(code, m->x->n, l->n, count);
    census_sum_median(m->x->followers, code, m->x->n, l->n, m->sorted, start, sum, twice_median);
    census_first_day(m->x->opened_on, code, m->x->n, l->n, first);
    const struct counted t = {l, count, m->f->total, sum, twice_median, first, NULL, is_shown};
    struct census_breakdown b = make_rows(m, &t);
    b.n_unknown = n_unknown;
    return b;
}

/* Divisions outside the regional splits (71, 81, 82) are shown where they have accounts. */
static bool is_province_shown(const struct census_code *c, int64_t count)
{
    return *c->region4 != '\0' || count > 0;
}

static bool has_accounts(const struct census_code *c, int64_t count)
{
    (void)c;
    return count > 0;
}

/* The region of each account's province. */
static struct census_breakdown make_regions(struct make *m, enum census_list_id id)
{
    const struct census_list *provinces = &m->c->lists[CENSUS_PROVINCES];
    uint8_t of[CENSUS_CODES_MAX];
    uint8_t *code = take(m, m->x->n, sizeof *code);
    if (m->has_failed)
        return (struct census_breakdown){0};
    for (size_t i = 0; i < provinces->n; i++) {
        const struct census_code *p = &provinces->items[i];
        of[i] = census_code_find(&m->c->lists[id], id == CENSUS_REGION4 ? p->region4 : p->region3);
    }
    for (size_t i = 0; i < m->x->n; i++)
        code[i] = of[m->x->province[i]];
    return make_breakdown(m, id, code, NULL);
}

static void make_levels(struct make *m)
{
    const struct census_list *levels = &m->c->lists[CENSUS_LEVELS], *functions = &m->c->lists[CENSUS_FUNCTIONS];
    int64_t *cells = take(m, levels->n * functions->n, sizeof *cells);
    struct census_level *out = take(m, levels->n, sizeof *out);
    if (m->has_failed)
        return;
    census_cross(m->x->level, levels->n, m->x->function, functions->n, m->x->n, cells);
    for (size_t i = 0; i < levels->n; i++) {
        const int64_t *count = cells + i * functions->n;
        int64_t total = 0;
        for (size_t k = 0; k < functions->n; k++) {
            bool is_listed = strcmp(functions->items[k].listed_at, levels->items[i].code) == 0;
            total += count[k];
            out[i].n_listed += is_listed;
            out[i].n_listed_covered += is_listed && count[k] > 0;
        }
        const struct counted t = {.list = functions, .count = count, .total = total,
                                  .level = levels->items[i].code, .is_shown = has_accounts};
        out[i].level = levels->items[i].code;
        out[i].functions = make_rows(m, &t);
    }
    m->f->n_levels = levels->n;
    m->f->level_functions = out;
}

static void make_months(struct make *m, int32_t as_of)
{
    int year, month, day, last_year, last_month;
    int32_t first = as_of;
    for (size_t i = 0; i < m->x->n; i++)
        first = m->x->opened_on[i] < first ? m->x->opened_on[i] : first;
    census_civil(first, &year, &month, &day);
    census_civil(as_of, &last_year, &last_month, &day);
    size_t n = (size_t)((last_year - year) * 12 + last_month - month + 1);
    struct census_month *out = take(m, n, sizeof *out);
    if (m->has_failed)
        return;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct census_month){year + (month - 1 + (int)i) / 12, (month - 1 + (int)i) % 12 + 1, 0, 0};
    for (size_t i = 0; i < m->x->n; i++) {
        int y, mo;
        census_civil(m->x->opened_on[i], &y, &mo, &day);
        out[(y - year) * 12 + mo - month].opened++;
    }
    int64_t total = 0;
    for (size_t i = 0; i < n; i++)
        out[i].total = total += out[i].opened;
    m->f->n_months = n;
    m->f->months = out;
}

static void make_followers(struct make *m)
{
    size_t start[2];
    int64_t twice;
    census_sum_median(m->x->followers, NULL, m->x->n, 1, m->sorted, start, &m->f->followers, &twice);
    m->f->mean_followers = ratio(m->f->followers, m->f->total);
    m->f->median_followers = (double)twice / 2;
}

static void make_optional(struct make *m, int32_t as_of)
{
    const struct census_accounts *x = m->x;
    m->f->n_certified = x->certified_on != NULL ? 0 : -1;
    for (size_t i = 0; x->certified_on != NULL && i < x->n; i++)
        m->f->n_certified += x->certified_on[i] != CENSUS_NO_DAY;
    m->f->has_updates = x->updated_on != NULL;
    for (size_t i = 0; i < CENSUS_IDLES; i++) {
        m->f->idle[i].days = idle_days[i];
        if (x->updated_on != NULL)
            m->f->idle[i].count = census_idle(x->updated_on, x->n, as_of, idle_days[i], &m->f->n_updated);
        m->f->idle[i].share = ratio(m->f->idle[i].count, m->f->n_updated);
    }
}

enum rc census_make(const struct census_codes *c, const struct census_accounts *x, int32_t as_of,
                    bool is_demonstration, struct arena *a, struct census_figures **out, struct rc_info *e)
{
    struct make m = {.c = c, .x = x, .a = a};
    m.f = take(&m, 1, sizeof *m.f);
    m.sorted = take(&m, x->n, sizeof *m.sorted);
    if (m.has_failed)
        return rc_set(e, RC_NOMEM, "no memory for the census");
    struct census_figures *f = m.f;
    *f = (struct census_figures){.as_of = day_string(&m, as_of), .is_demonstration = is_demonstration,
                                 .n_langs = c->n_langs, .total = (int64_t)x->n};
    memcpy(f->langs, c->langs, sizeof f->langs);
    make_followers(&m);
    make_optional(&m, as_of);
    f->levels = make_breakdown(&m, CENSUS_LEVELS, x->level, NULL);
    f->functions = make_breakdown(&m, CENSUS_FUNCTIONS, x->function, NULL);
    f->provinces = make_breakdown(&m, CENSUS_PROVINCES, x->province, is_province_shown);
    f->regions4 = make_regions(&m, CENSUS_REGION4);
    f->regions3 = make_regions(&m, CENSUS_REGION3);
    f->organisations = make_breakdown(&m, CENSUS_ORGANISATIONS, x->organisation, NULL);
    f->kinds = make_breakdown(&m, CENSUS_KINDS, x->kind, NULL);
    make_levels(&m);
    make_months(&m, as_of);
    if (m.has_failed || census_mark_ends(f, a) != RC_OK)
        return rc_set(e, RC_NOMEM, "no memory for the census");
    *out = f;
    return RC_OK;
}
