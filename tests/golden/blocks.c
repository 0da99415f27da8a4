/* How a block is set up, read from its entry in expected.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cases.h"

struct recipe {
    const char *weights, *strata, *fpc, *clusters, *raking, *poststrata, *filter, *description;
    double low, high; /* trimming; high 0: none */
};

static struct recipe recipe_of(const struct golden_case *c, const char *id)
{
    json_t *block = json_object_get(json_object_get(c->expected, "blocks"), id);
    if (!block)
        fail_msg("%s has no block %s", c->name, id);
    json_t *d = json_object_get(block, "design");
#define TEXT(name) json_string_value(json_object_get(d, name))
    return (struct recipe){.weights = TEXT("weights"),
                           .strata = TEXT("strata"),
                           .fpc = TEXT("fpc"),
                           .clusters = TEXT("clusters"),
                           .raking = TEXT("raking"),
                           .poststrata = TEXT("poststrata"),
                           .filter = TEXT("filter"),
                           .description = json_string_value(json_object_get(block, "description")),
                           .low = json_number_value(json_object_get(d, "trim_lower")),
                           .high = json_number_value(json_object_get(d, "trim_upper"))};
#undef TEXT
}

static bool says(const struct recipe *r, const char *words)
{
    return r->description && strstr(r->description, words) != NULL;
}

static void choose_rows(struct block *b, const struct recipe *r, const char *wave)
{
    const struct sheet *s = &b->of->answers;
    const char *present = r->filter ? strchr(r->filter, ' ') : NULL;
    size_t filter = SIZE_MAX;
    if (r->filter) {
        assert_non_null(present);
        assert_string_equal(present, " present");
        filter = sheet_col(s, arena_memdup(b->of->arena, r->filter, (size_t)(present - r->filter)));
        assert_true(filter != SIZE_MAX);
    }
    b->row = golden_alloc(b->of->arena, s->n_rows, sizeof *b->row);
    for (size_t i = 0; i < s->n_rows; i++) {
        if (filter != SIZE_MAX && *sheet_at(s, i, filter) == 0)
            continue;
        if (wave && strcmp(sheet_at(s, i, sheet_col(s, "wave")), wave) != 0)
            continue;
        b->row[b->n++] = i;
    }
}

static double number_at(const struct block *b, size_t i, const char *column)
{
    size_t at = sheet_col(&b->of->answers, column);
    if (at == SIZE_MAX)
        fail_msg("%s has no column %s", b->of->name, column);
    return strtod(sheet_at(&b->of->answers, b->row[i], at), NULL);
}

/* The margin of one variable of margins.csv. */
static struct margin margin_of(const struct block *b, const char *variable)
{
    const struct sheet *s = &b->of->margins;
    struct coded c = golden_codes(b, variable);
    double *population = golden_alloc(b->of->arena, c.n_options, sizeof *population);
    for (size_t i = 0; i < s->n_rows; i++)
        for (size_t k = 0; k < c.n_options; k++)
            if (strcmp(sheet_at(s, i, 0), variable) == 0 && strcmp(sheet_at(s, i, 1), c.option[k]) == 0)
                population[k] = strtod(sheet_at(s, i, 2), NULL);
    return (struct margin){c.code, c.n_options, population};
}

/* All variables of margins.csv, or those of `only` ("a,b"), in their order. */
static size_t margins_of(const struct block *b, const char *only, struct margin *out)
{
    const struct sheet *s = &b->of->margins;
    size_t n = 0;
    for (size_t i = 0; i < s->n_rows; i++) {
        const char *variable = sheet_at(s, i, 0);
        if (i > 0 && strcmp(variable, sheet_at(s, i - 1, 0)) == 0)
            continue;
        if (!only || strstr(only, variable))
            out[n++] = margin_of(b, variable);
    }
    assert_true(n > 0);
    return n;
}

static void first_weights(struct block *b, const struct recipe *r)
{
    for (size_t i = 0; i < b->n; i++) {
        b->ones[i] = b->weight[i] = 1;
        if (!r->weights && r->fpc) /* a simple random sample: N / n */
            b->weight[i] = number_at(b, i, r->fpc) / (double)b->n;
        else if (r->weights && sheet_col(&b->of->answers, r->weights) != SIZE_MAX)
            b->weight[i] = number_at(b, i, r->weights);
        else if (r->weights && sheet_col(&b->of->answers, "weight") != SIZE_MAX)
            b->weight[i] = number_at(b, i, "weight");
    }
}

/* A block whose weights were made before it ("raked weight") makes them again. */
static void final_weights(struct block *b, const struct recipe *r, struct rc_info *e)
{
    enum { MARGINS_MAX = 8 };
    struct arena *a = b->of->arena;
    struct margin *m = golden_alloc(a, MARGINS_MAX, sizeof *m);
    struct rake_options how = RAKE_OPTIONS_DEFAULT;
    struct rake_report report;
    bool is_raked = r->raking || says(r, "raked");
    if (says(r, "R's default control")) {
        how.r_max_iterations = 10;
        how.r_epsilon = 1;
        is_raked = true;
    }
    enum rc rc = RC_OK;
    if (r->poststrata || says(r, "post-stratified weights")) {
        b->sample.margins = m;
        b->sample.n_margins = margins_of(b, r->poststrata, m);
        rc = weights_poststratify(b->n, b->ones, b->weight, m, &report, a, e);
    } else if (is_raked) {
        b->sample.margins = m;
        b->sample.n_margins = margins_of(b, r->raking, m);
        rc = weights_rake(b->n, b->ones, b->weight, m, b->sample.n_margins, &how, &report, a, e);
    }
    if (rc == RC_OK && r->high > 0)
        rc = weights_trim(b->n, b->ones, b->weight, r->low, r->high, says(r, "strict = TRUE"), NULL, e);
    if (rc != RC_OK)
        fail_msg("%s, block %s: %s", b->of->name, b->id, e->msg);
}

static void prepare(struct block *b, struct sample *s, struct rc_info *e)
{
    double *w = golden_alloc(b->of->arena, b->n, sizeof *w);
    double *w2 = golden_alloc(b->of->arena, b->n, sizeof *w2);
    sample_weigh(b->n, b->ones, b->weight, w, w2);
    s->n_rows = b->n;
    s->n = b->ones;
    s->w = w;
    s->w2 = w2;
    if (sample_prepare(s, b->of->arena, e) != RC_OK)
        fail_msg("%s, block %s: %s", b->of->name, b->id, e->msg);
}

static void set_design(struct block *b, const struct recipe *r)
{
    struct arena *a = b->of->arena;
    if (r->strata) {
        struct coded c = golden_codes(b, r->strata);
        b->sample.n_strata = c.n_options;
        for (size_t i = 0; i < b->n; i++)
            c.code[i]--;
        b->sample.stratum = c.code;
    }
    if (r->fpc) {
        double *population = golden_alloc(a, b->sample.stratum ? b->sample.n_strata : 1, sizeof *population);
        for (size_t i = 0; i < b->n; i++)
            population[b->sample.stratum ? b->sample.stratum[i] : 0] = number_at(b, i, r->fpc);
        b->sample.population = population;
    }
    if (r->clusters) {
        struct coded c = golden_codes(b, r->clusters);
        for (size_t i = 0; i < b->n; i++)
            c.code[i]--;
        b->sample.cluster = c.code;
        b->sample.n_clusters = c.n_options;
    }
}

struct block golden_block(struct golden_case *c, const char *id, const char *wave)
{
    struct rc_info e = {0};
    struct recipe r = recipe_of(c, id);
    struct block b = {.of = c, .id = id, .is_weighted = r.weights || r.fpc || r.strata};
    choose_rows(&b, &r, wave);
    b.ones = golden_alloc(c->arena, b.n, sizeof *b.ones);
    b.weight = golden_alloc(c->arena, b.n, sizeof *b.weight);
    set_design(&b, &r);
    first_weights(&b, &r);
    if (r.clusters) {
        b.unraked = b.sample;
        b.has_unraked = true;
        prepare(&b, &b.unraked, &e);
    }
    if (b.is_weighted)
        final_weights(&b, &r, &e);
    if (r.raking || r.clusters)
        b.sample.weighting = WEIGHTS_RAKED;
    else if (r.poststrata)
        b.sample.weighting = WEIGHTS_POSTSTRATIFIED;
    prepare(&b, &b.sample, &e);
    return b;
}
