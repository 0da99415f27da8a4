/* analysis: tables for the eye. A cell shows the first defined statistic of its column's list. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/analysis.h"

enum { CELL_MAX = 64, STATISTICS_MAX = 6, COLUMNS_MAX = 24, LINE_COLUMNS = 100, GAP = 2 };

enum format { COUNT, WEIGHTED, SHARE, NUMBER, SCALED, P_VALUE, INTERVAL };

/* What a reader sees of the statistics, in this order. The rest is in JSON and CSV. SCALED and INTERVAL
 * are percent in rows of shares. An INTERVAL names the part before _low and _high. */
static const struct column {
    const char *head;
    enum format format;
    const char *statistics[STATISTICS_MAX];
} columns[] = {
    {"n", COUNT, {"count", "cell_count"}},
    {"weighted", WEIGHTED, {"weighted_count", "cell_weighted_count"}},
    {"share %", SHARE, {"proportion", "column_proportion"}},
    {"mean", NUMBER, {"mean"}},
    {"difference", SCALED, {"difference"}},
    {"interval", INTERVAL, {"ci_logit", "ci_wilson", "ci_exact", "ci_t", "ci_z"}},
    {"se", SCALED, {"se", "se_unpooled", "se_welch"}},
    {"sd", NUMBER, {"sd"}},
    {"deff", NUMBER, {"design_effect_vs_srs_with_replacement"}},
    {"p", P_VALUE, {"p_value_t", "pooled_p_value", "p_value_welch"}},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

/* Words around the values in the line above a table. */
static const struct word {
    const char *statistic, *before, *after;
    enum format format;
} words[] = {
    {"n", "", " respondents", COUNT},
    {"n_valid", "", " answers", COUNT},
    {"n_missing", "", " missing", COUNT},
    {"item_nonresponse_rate", "", "% of all", SHARE},
    {"sum_of_weights", "sum of weights ", "", WEIGHTED},
    {"weight_min", "smallest weight ", "", NUMBER},
    {"weight_max", "largest weight ", "", NUMBER},
    {"kish_deff", "Kish design effect ", "", NUMBER},
    {"n_eff_kish", "effective n ", "", WEIGHTED},
    {"degf", "", " degrees of freedom", COUNT},
    {"pearson_chisq", "Pearson chi-square ", "", NUMBER},
    {"pearson_df", "df ", "", COUNT},
    {"pearson_p_value", "p ", "", P_VALUE},
    {"pearson_p_value_yates", "p (Yates) ", "", P_VALUE},
    {"min_expected_count", "smallest expected count ", "", NUMBER},
    {"cramers_v", "Cramer's V ", "", NUMBER},
    {"rao_scott_F", "Rao-Scott F ", "", NUMBER},
    {"rao_scott_ndf", "df ", "", NUMBER},
    {"rao_scott_ddf", "and ", "", NUMBER},
    {"rao_scott_p_value", "p ", "", P_VALUE},
    {"n_complete", "", " complete cases", COUNT},
    {"n_items", "", " items", COUNT},
    {"cronbach_alpha", "Cronbach's alpha ", "", NUMBER},
};
enum { N_WORDS = sizeof words / sizeof *words };

/* ---- how wide a character stands on a terminal ---- */

static bool is_wide(unsigned long c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) || (c >= 0x3041 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
           (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
           (c >= 0x20000 && c <= 0x3fffd);
}

static bool is_combining(unsigned long c)
{
    return (c >= 0x0300 && c <= 0x036f) || (c >= 0x200b && c <= 0x200f) || (c >= 0xfe00 && c <= 0xfe0f);
}

size_t analysis_width(const char *s)
{
    size_t width = 0;
    while (*s != '\0') {
        unsigned char first = (unsigned char)*s++;
        unsigned long c = first < 0x80 ? first : first < 0xe0 ? first & 0x1fu : first < 0xf0 ? first & 0x0fu : first & 0x07u;
        for (; ((unsigned char)*s & 0xc0u) == 0x80u; s++)
            c = c << 6 | ((unsigned char)*s & 0x3fu);
        width += is_combining(c) ? 0 : is_wide(c) ? 2 : 1;
    }
    return width;
}

/* ---- one cell ---- */

static void put_number(char *cell, enum format format, double v, bool is_share)
{
    double percent = v * 100;
    if (format == COUNT)
        (void)snprintf(cell, CELL_MAX, "%.0f", v);
    else if (format == WEIGHTED)
        (void)snprintf(cell, CELL_MAX, "%.1f", v);
    else if (format == SHARE)
        (void)snprintf(cell, CELL_MAX, "%.1f", percent);
    else if (format == P_VALUE)
        (void)snprintf(cell, CELL_MAX, v < 0.0001 ? "< 0.0001" : "%.4f", v);
    else if (format != NUMBER && is_share)
        (void)snprintf(cell, CELL_MAX, "%.1f", percent);
    else
        (void)snprintf(cell, CELL_MAX, fabs(v) >= 1000 ? "%.1f" : fabs(v) >= 10 ? "%.2f" : "%.4f", v);
}

static const struct analysis_figure *find(const struct analysis_figure *row, size_t n, const char *name, const char *end)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (strncmp(row[i].statistic, name, len) == 0 && strcmp(row[i].statistic + len, end) == 0)
            return &row[i];
    return NULL;
}

/* The text of column `c` in a row of `n` figures: "" when the row has none of its statistics, "-" when
 * what it has is not defined. */
static void put_cell(char *cell, const struct column *c, const struct analysis_figure *row, size_t n)
{
    bool is_interval = c->format == INTERVAL;
    *cell = '\0';
    for (size_t i = 0; i < STATISTICS_MAX && c->statistics[i] != NULL; i++) {
        const struct analysis_figure *f = find(row, n, c->statistics[i], is_interval ? "_low" : "");
        const struct analysis_figure *high = is_interval ? find(row, n, c->statistics[i], "_high") : NULL;
        if (f == NULL)
            continue;
        if (f->reason != NULL) {
            (void)snprintf(cell, CELL_MAX, "-");
            continue;
        }
        put_number(cell, c->format, f->value, f->is_share);
        if (high != NULL && high->reason == NULL) {
            char other[CELL_MAX], both[2 * CELL_MAX + 8];
            put_number(other, c->format, high->value, high->is_share);
            (void)snprintf(both, sizeof both, "%s to %s", cell, other);
            both[CELL_MAX - 1] = '\0';
            (void)memcpy(cell, both, strlen(both) + 1);
        }
        return;
    }
}

static void put_spaces(struct buf *out, size_t n)
{
    while (n-- > 0)
        buf_putc(out, ' ');
}

static void put_right(struct buf *out, const char *s, size_t width)
{
    size_t own = analysis_width(s);
    put_spaces(out, GAP + (width > own ? width - own : 0));
    buf_puts(out, s);
}

/* No spaces at the end of a line, where a row has nothing in the last columns. */
static void end_line(struct buf *out)
{
    while (buf_ok(out) && out->len > 0 && out->p[out->len - 1] == ' ')
        out->len--;
    buf_putc(out, '\n');
}

/* ---- rows and tables ---- */

/* Figures from `from` on that stand in one row with it. */
static size_t row_length(const struct analysis *an, size_t from, size_t end)
{
    const struct analysis_figure *f = an->figures;
    size_t n = 1;
    while (from + n < end && f[from + n].target == f[from].target && f[from + n].domain == f[from].domain &&
           f[from + n].label == f[from].label)
        n++;
    return n;
}

static void head_of(char *head, const struct analysis *an, const struct column *c)
{
    if (c->format == INTERVAL)
        (void)snprintf(head, CELL_MAX, "%g%% interval", an->confidence * 100);
    else
        (void)snprintf(head, CELL_MAX, "%s", c->head);
}

/* "209 answers, 28 missing, 11.8% of all": the statistics of a row that have words. */
static void put_summary(struct buf *out, const struct analysis_figure *row, size_t n)
{
    size_t at = 0;
    for (size_t w = 0; w < N_WORDS; w++) {
        char cell[CELL_MAX] = "-", item[2 * CELL_MAX];
        const struct analysis_figure *f = find(row, n, words[w].statistic, "");
        if (f == NULL)
            continue;
        if (f->reason == NULL)
            put_number(cell, words[w].format, f->value, f->is_share);
        (void)snprintf(item, sizeof item, "%s%s%s", words[w].before, cell, words[w].after);
        size_t width = analysis_width(item);
        if (at > 0)
            buf_puts(out, at + width + 4 > LINE_COLUMNS ? "\n" : ", ");
        if (at == 0 || at + width + 4 > LINE_COLUMNS) {
            buf_puts(out, "  ");
            at = 2;
        }
        buf_puts(out, item);
        at += width + 2;
    }
    buf_puts(out, at > 0 ? "\n" : "");
}

struct widths {
    size_t label, column[N_COLUMNS];
};

static void measure(const struct analysis *an, size_t from, size_t end, struct widths *w)
{
    char cell[CELL_MAX];
    for (size_t i = from, n; i < end; i += n) {
        n = row_length(an, i, end);
        size_t width = analysis_width(an->figures[i].label);
        if (width == 0)
            continue;
        w->label = width > w->label ? width : w->label;
        for (size_t c = 0; c < N_COLUMNS; c++) {
            put_cell(cell, &columns[c], an->figures + i, n);
            width = strlen(cell);
            w->column[c] = width > w->column[c] ? width : w->column[c];
        }
    }
    for (size_t c = 0; c < N_COLUMNS; c++) {
        head_of(cell, an, &columns[c]);
        if (w->column[c] > 0 && strlen(cell) > w->column[c])
            w->column[c] = strlen(cell);
    }
}

static void put_table(const struct analysis *an, size_t from, size_t end, struct buf *out)
{
    struct widths w = {0};
    char cell[CELL_MAX];
    measure(an, from, end, &w);
    for (size_t i = from, n; i < end; i += n) {
        n = row_length(an, i, end);
        if (*an->figures[i].label == '\0')
            put_summary(out, an->figures + i, n);
    }
    if (w.label == 0)
        return;
    put_spaces(out, 2 + w.label);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        head_of(cell, an, &columns[c]);
        if (w.column[c] > 0)
            put_right(out, cell, w.column[c]);
    }
    buf_putc(out, '\n');
    for (size_t i = from, n; i < end; i += n) {
        n = row_length(an, i, end);
        if (*an->figures[i].label == '\0')
            continue;
        buf_puts(out, "  ");
        buf_puts(out, an->figures[i].label);
        put_spaces(out, w.label - analysis_width(an->figures[i].label));
        for (size_t c = 0; c < N_COLUMNS; c++) {
            put_cell(cell, &columns[c], an->figures + i, n);
            if (w.column[c] > 0)
                put_right(out, cell, w.column[c]);
        }
        end_line(out);
    }
}

/* ---- grids: column proportions, options down and groups across ---- */

struct grid {
    const char *group;
    const char *levels[COLUMNS_MAX]; /* domains, "group=level" */
    size_t n_levels, label;
    bool is_cut;
};

static const char *level_of(const struct grid *g, size_t i)
{
    return g->levels[i] + strlen(g->group) + 1;
}

static void find_levels(const struct analysis *an, size_t from, size_t end, struct grid *g)
{
    for (size_t i = from; i < end; i++) {
        const struct analysis_figure *f = &an->figures[i];
        size_t k = 0, width = analysis_width(f->label);
        if (f->domain == NULL)
            continue;
        g->label = width > g->label ? width : g->label;
        while (k < g->n_levels && strcmp(g->levels[k], f->domain) != 0)
            k++;
        if (k == g->n_levels && k < COLUMNS_MAX)
            g->levels[g->n_levels++] = f->domain;
        g->is_cut |= k == COLUMNS_MAX;
    }
}

static void put_grid_row(const struct analysis *an, size_t from, size_t end, const char *label, const struct grid *g,
                         struct buf *out)
{
    buf_puts(out, "  ");
    buf_puts(out, label);
    put_spaces(out, g->label - analysis_width(label));
    for (size_t k = 0; k < g->n_levels; k++) {
        char cell[CELL_MAX] = "-";
        for (size_t i = from; i < end; i++) {
            const struct analysis_figure *f = &an->figures[i];
            if (f->domain != NULL && f->reason == NULL && strcmp(f->domain, g->levels[k]) == 0 &&
                strcmp(f->label, label) == 0 && strcmp(f->statistic, "column_proportion") == 0)
                put_number(cell, SHARE, f->value, true);
        }
        size_t width = analysis_width(level_of(g, k));
        put_right(out, cell, width > 5 ? width : 5);
    }
    buf_putc(out, '\n');
}

static void put_grid(const struct analysis *an, size_t from, size_t end, const char *group, struct buf *out)
{
    struct grid g = {.group = group};
    const char *last = NULL;
    find_levels(an, from, end, &g);
    for (size_t i = from, n; i < end; i += n) {
        n = row_length(an, i, end);
        if (an->figures[i].domain == NULL)
            put_summary(out, an->figures + i, n);
    }
    if (g.n_levels == 0)
        return;
    put_spaces(out, 2 + g.label);
    for (size_t k = 0; k < g.n_levels; k++)
        put_right(out, level_of(&g, k), 5);
    buf_puts(out, "  (% of each column)\n");
    for (size_t i = from; i < end; i++) {
        const struct analysis_figure *f = &an->figures[i];
        if (f->domain == NULL || (last != NULL && strcmp(f->label, last) == 0))
            continue;
        put_grid_row(an, from, end, f->label, &g, out);
        last = f->label;
    }
    if (g.is_cut)
        buf_puts(out, "  (more groups than fit here: see --format csv)\n");
}

/* Figures that are not defined: every reason once per table. */
static void put_reasons(const struct analysis *an, size_t from, size_t end, struct buf *out)
{
    for (size_t i = from; i < end; i++) {
        bool is_new = an->figures[i].reason != NULL;
        for (size_t j = from; j < i && is_new; j++)
            is_new = an->figures[j].reason == NULL || strcmp(an->figures[j].reason, an->figures[i].reason) != 0;
        if (is_new)
            buf_printf(out, "  not defined here: %s (%s)\n", an->figures[i].statistic, an->figures[i].reason);
    }
}

void analysis_to_text(const struct analysis *an, struct buf *out)
{
    for (size_t i = 0; i < an->n_notes; i++)
        buf_printf(out, "%s\n", an->notes[i]);
    for (size_t from = 0, end; from < an->n_figures; from = end) {
        const struct analysis_table *t = &an->tables[an->figures[from].table];
        for (end = from; end < an->n_figures && an->figures[end].table == an->figures[from].table;)
            end++;
        buf_printf(out, "%s%s\n", from > 0 || an->n_notes > 0 ? "\n" : "", t->title);
        if (t->column_group != NULL)
            put_grid(an, from, end, t->column_group, out);
        else
            put_table(an, from, end, out);
        put_reasons(an, from, end, out);
    }
}
