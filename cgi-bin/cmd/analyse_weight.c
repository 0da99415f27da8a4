/* tally analyse: weights that meet margins. The file is read once for the pairs of cell and weight that
 * there are, the weights are made of these, and the second reading looks each respondent's up. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/analyse_inner.h"
#include "form/sheet.h"

enum { MARGIN_ROWS_MAX = 100000, FIRST_UNITS = 1024 };

/* ---- the file of margins ---- */

static enum rc margin_error(const struct sheet *s, size_t row, const char *column, struct rc_info *e, const char *why,
                            const char *what)
{
    return rc_set(e, RC_INPUT, "%s:%zu:%s: \"%s\" %s", s->name, row + 2, column, what, why);
}

/* The margin of that variable, a new one for a new name; SIZE_MAX when there are too many. */
static size_t margin_of(struct job *j, size_t column)
{
    struct cells *c = &j->cells;
    for (size_t k = 0; k < c->n_margins; k++)
        if (c->margin_columns[k] == column)
            return k;
    if (c->n_margins == MARGINS_MAX)
        return SIZE_MAX;
    c->margin_columns[c->n_margins] = column;
    j->data.columns[column].is_coded = true;
    return c->n_margins++;
}

/* One row: the category becomes an answer of its column, so that the file's answers have its number. */
static enum rc take_margin(struct job *j, const struct sheet *s, size_t row, struct rc_info *e)
{
    const char *variable = sheet_at(s, row, sheet_col(s, "variable"));
    const char *category = sheet_at(s, row, sheet_col(s, "category"));
    const char *population = sheet_at(s, row, sheet_col(s, "population"));
    size_t column = data_find(&j->data, variable, strlen(variable)), k;
    double number = 0;
    bool is_full = false;
    if (*variable == '\0' && *category == '\0' && *population == '\0')
        return RC_OK;
    if (column == SIZE_MAX) {
        struct rc_info near;
        (void)data_no_column(&j->data, "variable", variable, &near);
        return rc_set(e, RC_INPUT, "%s:%zu:%s", s->name, row + 2, near.msg);
    }
    if (*category == '\0')
        return margin_error(s, row, "category", e, "has a category without a name", variable);
    if (!data_number(population, strlen(population), &number) || !(number > 0))
        return margin_error(s, row, "population", e, "is not a number over 0", population);
    if ((k = margin_of(j, column)) == SIZE_MAX)
        return margin_error(s, row, "variable", e, "is one variable too many", variable);
    struct dict *d = &j->data.columns[column].dict;
    if (dict_find(d, category, strlen(category)) != 0)
        return margin_error(s, row, "category", e, "is there twice", category);
    uint32_t code = dict_code(d, j->data.arena, category, strlen(category), &is_full);
    if (code == 0)
        return rc_set(e, RC_TOOBIG, "%s:%zu: too many categories", s->name, row + 2);
    j->data.n_texts++;
    j->margins.population[k][code - 1] = number;
    j->margins.n_categories[k] = code;
    return RC_OK;
}

/* Shares (a total of 1) and percent (a total of 100) stand beside counts: each variable is brought to the
 * total of the first that is neither, else of the first. Half a percent of rounding is taken for that. */
static enum rc bring_to_one_total(struct job *j, struct rc_info *e)
{
    struct margin_file *m = &j->margins;
    double total[MARGINS_MAX] = {0}, wanted = 0;
    bool is_part[MARGINS_MAX];
    for (size_t k = 0; k < j->cells.n_margins; k++) {
        for (size_t i = 0; i < m->n_categories[k]; i++)
            total[k] += m->population[k][i];
        is_part[k] = fabs(total[k] - 1) <= 0.005 || fabs(total[k] - 100) <= 0.5;
        wanted = wanted == 0 && !is_part[k] ? total[k] : wanted;
    }
    if (wanted == 0)
        wanted = fabs(total[0] - 1) <= 0.005 ? 1 : 100;
    for (size_t k = 0; k < j->cells.n_margins; k++) {
        if (!is_part[k] && fabs(total[k] / wanted - 1) > 1e-6)
            return rc_set_reason(e, RC_INPUT, "contradictory_margins", "%s: \"%s\" adds up to %g, another variable to %g", m->path,
                                 j->data.columns[j->cells.margin_columns[k]].name, total[k], wanted);
        for (size_t i = 0; is_part[k] && i < m->n_categories[k]; i++)
            m->population[k][i] *= wanted / total[k];
    }
    return RC_OK;
}

enum rc job_read_margins(struct job *j, struct rc_info *e)
{
    const struct analyse_options *o = j->options;
    const char *path = o->rake != NULL ? o->rake : o->poststratify;
    struct sheet sheet;
    char *text;
    size_t len;
    if (path == NULL)
        return RC_OK;
    j->margins.path = path;
    for (size_t k = 0; k < MARGINS_MAX; k++)
        if ((j->margins.population[k] = arena_array(&j->arena, DATA_LEVELS_MAX, sizeof **j->margins.population)) == NULL)
            return rc_set(e, RC_NOMEM, "no memory for the margins");
    enum rc rc = file_read(path, SHEET_BYTES_MAX, &j->arena, &text, &len, e);
    if (rc == RC_OK)
        rc = sheet_read(path, text, len, MARGIN_ROWS_MAX, &j->arena, &sheet, e);
    if (rc != RC_OK)
        return rc;
    static const char *const heads[] = {"variable", "category", "population"};
    for (size_t i = 0; i < 3; i++)
        if (sheet_col(&sheet, heads[i]) == SIZE_MAX)
            return rc_set(e, RC_INPUT, "%s:1:%s: this column is missing", path, heads[i]);
    for (size_t row = 0; row < sheet.n_rows && rc == RC_OK; row++)
        rc = take_margin(j, &sheet, row, e);
    if (rc != RC_OK)
        return rc;
    if (j->cells.n_margins == 0)
        return rc_set(e, RC_INPUT, "%s: no margins below the header", path);
    if (o->poststratify != NULL && j->cells.n_margins > 1)
        return rc_set(e, RC_INPUT, "%s: --poststratify takes one variable; --rake takes several", path);
    return bring_to_one_total(j, e);
}

/* ---- pairs of cell and weight ---- */

static size_t slot_of(uint32_t cell, double weight, size_t cap)
{
    uint64_t bits;
    memcpy(&bits, &weight, sizeof bits);
    bits = (bits ^ cell) * 0x9e3779b97f4a7c15u;
    return (size_t)((bits ^ bits >> 29) * 0xbf58476d1ce4e5b9u >> 32) & (cap - 1);
}

static struct unit *find_unit(const struct units *u, uint32_t cell, double weight)
{
    size_t i = slot_of(cell, weight, u->cap);
    while (u->slots[i].is_used && (u->slots[i].cell != cell || u->slots[i].weight != weight))
        i = (i + 1) & (u->cap - 1);
    return &u->slots[i];
}

static bool grow_units(struct units *u)
{
    struct units more = {.cap = u->cap == 0 ? FIRST_UNITS : u->cap * 2, .n = u->n};
    more.slots = calloc(more.cap, sizeof *more.slots);
    if (more.slots == NULL)
        return false;
    for (size_t i = 0; i < u->cap; i++)
        if (u->slots[i].is_used)
            *find_unit(&more, u->slots[i].cell, u->slots[i].weight) = u->slots[i];
    free(u->slots);
    *u = more;
    return true;
}

static enum rc count_row(void *job, struct rc_info *e)
{
    struct job *j = job;
    struct units *u = &j->units;
    uint32_t cell = 0;
    double weight = 1;
    enum rc rc = job_cell(j, &cell, &weight, e);
    if (rc != RC_OK)
        return rc;
    if (u->n * 2 >= u->cap && !grow_units(u))
        return rc_set(e, RC_NOMEM, "no memory for %zu different weights", u->n);
    struct unit *x = find_unit(u, cell, weight);
    u->n += !x->is_used;
    *x = (struct unit){.weight = weight, .cell = cell, .n = x->n + 1, .is_used = true};
    return RC_OK;
}

double job_weight(const struct units *u, uint32_t cell, double weight)
{
    return find_unit(u, cell, weight)->final;
}

void job_units_release(struct job *j)
{
    free(j->units.slots);
}

/* ---- making them ---- */

/* The units as the library's arrays. */
struct arrays {
    size_t n_rows;
    double *n, *weight;
    uint32_t *category[MARGINS_MAX];
};

static enum rc arrays_make(const struct job *j, struct arena *a, struct arrays *x, struct rc_info *e)
{
    *x = (struct arrays){.n = arena_array(a, j->units.n + 1, sizeof *x->n), .weight = arena_array(a, j->units.n + 1, sizeof *x->weight)};
    bool is_good = x->n != NULL && x->weight != NULL;
    for (size_t k = 0; k < j->cells.n_margins; k++)
        is_good &= (x->category[k] = arena_array(a, j->units.n + 1, sizeof *x->category[k])) != NULL;
    if (!is_good)
        return rc_set(e, RC_NOMEM, "no memory for %zu different weights", j->units.n);
    for (size_t i = 0; i < j->units.cap; i++) {
        const struct unit *u = &j->units.slots[i];
        if (!u->is_used)
            continue;
        for (size_t k = 0; k < j->cells.n_margins; k++)
            x->category[k][x->n_rows] = j->cells.category[k][u->cell];
        x->n[x->n_rows] = u->n;
        x->weight[x->n_rows++] = u->weight;
    }
    return RC_OK;
}

/* Before weighting, a respondent stands for N/n of the stratum where the file says N and no weights. */
static enum rc imply_weights(const struct job *j, struct arena *a, struct arrays *x, struct rc_info *e)
{
    size_t n_strata = j->cells.strata_column == SIZE_MAX ? 1 : j->data.columns[j->cells.strata_column].dict.n, row = 0;
    double *n = arena_array(a, n_strata, sizeof *n), *population = arena_array(a, n_strata, sizeof *population);
    if (n == NULL || population == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu strata", n_strata);
    for (size_t i = 0; i < j->units.cap; i++)
        if (j->units.slots[i].is_used)
            n[j->cells.stratum[j->units.slots[i].cell]] += j->units.slots[i].n;
    enum rc rc = job_populations(j, n, n_strata, population, e);
    for (size_t i = 0; i < j->units.cap && rc == RC_OK; i++) {
        size_t h = j->units.slots[i].is_used ? j->cells.stratum[j->units.slots[i].cell] : 0;
        if (j->units.slots[i].is_used)
            x->weight[row++] = population[h] / n[h];
    }
    return rc;
}

static void put_final(struct job *j, const struct arrays *x)
{
    size_t row = 0;
    for (size_t i = 0; i < j->units.cap; i++)
        if (j->units.slots[i].is_used)
            j->units.slots[i].final = x->weight[row++];
}

/* "a, b, c": the variables of the margins. */
static const char *margin_names(struct job *j)
{
    const char *names = "";
    for (size_t k = 0; k < j->cells.n_margins && names != NULL; k++)
        names = arena_printf(&j->arena, "%s%s%s", names, k > 0 ? ", " : "", j->data.columns[j->cells.margin_columns[k]].name);
    return names != NULL ? names : "";
}

static enum rc meet_margins(struct job *j, const struct arrays *x, struct arena *a, struct rc_info *e)
{
    struct margin margins[MARGINS_MAX];
    struct rake_report report = {0};
    struct rake_options how = RAKE_OPTIONS_DEFAULT;
    struct rc_info why = {0};
    for (size_t k = 0; k < j->cells.n_margins; k++)
        margins[k] = (struct margin){x->category[k], j->margins.n_categories[k], j->margins.population[k]};
    enum rc rc = j->options->rake != NULL
                     ? weights_rake(x->n_rows, x->n, x->weight, margins, j->cells.n_margins, &how, &report, a, &why)
                     : weights_poststratify(x->n_rows, x->n, x->weight, margins, &report, a, &why);
    if (rc != RC_OK)
        return rc_set_reason(e, rc, why.reason, "%s: %s (margins in their order: %s)", j->margins.path, why.msg, margin_names(j));
    if (j->options->rake != NULL)
        analysis_note(&j->analysis, "Raked to %s: %d rounds, every margin met to %.0e.", margin_names(j), report.iterations,
                      report.worst > 1e-15 ? report.worst : 1e-15);
    else
        analysis_note(&j->analysis, "Post-stratified to %s.", margin_names(j));
    if (report.n_incomplete > 0)
        analysis_note(&j->analysis, "%.0f respondents gave no answer to a margin question; it leaves their weight alone.",
                      report.n_incomplete);
    return RC_OK;
}

static enum rc trim(struct job *j, const struct arrays *x, struct rc_info *e)
{
    const struct analyse_options *o = j->options;
    struct trim_report report = {0};
    struct rc_info why = {0};
    enum rc rc = weights_trim(x->n_rows, x->n, x->weight, o->trim_low, o->trim_high, o->is_trim_strict, &report, &why);
    if (rc != RC_OK)
        return rc_set_reason(e, rc == RC_USAGE ? RC_USAGE : RC_INPUT, why.reason, "--trim: %s", why.msg);
    analysis_note(&j->analysis, "Trimmed to %g:%g: %.0f weights, %.2f%% of all weight, shared equally among the others%s.%s",
                  o->trim_low, o->trim_high, report.n_trimmed, 100 * report.share_trimmed,
                  o->is_trim_strict ? ", until none is outside" : "",
                  report.is_outside_after ? " Some weights are outside again: --trim-strict repeats." : "");
    if (j->cells.n_margins > 0)
        analysis_note(&j->analysis, "After trimming the margins hold only roughly.");
    return RC_OK;
}

enum rc job_weigh(struct job *j, struct rc_info *e)
{
    struct arena a;
    struct arrays x;
    arena_init(&a, SIZE_MAX / 4);
    enum rc rc = data_read(&j->data, "weighing", count_row, j, e);
    if (rc == RC_OK && j->units.n == 0)
        rc = rc_set(e, RC_INPUT, "%s: no respondents below the header", j->data.path);
    if (rc == RC_OK)
        rc = arrays_make(j, &a, &x, e);
    if (rc == RC_OK && j->is_implied)
        rc = imply_weights(j, &a, &x, e);
    if (rc == RC_OK && j->cells.n_margins > 0)
        rc = meet_margins(j, &x, &a, e);
    if (rc == RC_OK && j->options->is_trimmed)
        rc = trim(j, &x, e);
    if (rc == RC_OK)
        put_final(j, &x);
    arena_release(&a);
    return rc;
}
