#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cases.h"

void *golden_alloc(struct arena *a, size_t n, size_t size_bytes)
{
    void *p = arena_array(a, n ? n : 1, size_bytes);
    assert_non_null(p);
    return p;
}

static void read_sheet(const char *path, struct arena *a, struct sheet *out)
{
    struct rc_info e = {0};
    char *text = NULL;
    size_t len = 0;
    if (file_read(path, SHEET_BYTES_MAX, a, &text, &len, &e) != RC_OK ||
        sheet_read(path, text, len, 20000, a, out, &e) != RC_OK)
        fail_msg("%s", e.msg);
}

void golden_load(const char *folder, const char *name, const char *answers, struct arena *a,
                 struct golden_case *out)
{
    json_error_t je;
    *out = (struct golden_case){.name = name, .arena = a};
    const char *path = arena_printf(a, "%s/%s/expected.json", folder, name);
    assert_non_null(path);
    out->expected = json_load_file(path, 0, &je);
    if (!out->expected)
        fail_msg("%s:%d: %s", path, je.line, je.text);
    path = answers ? answers : arena_printf(a, "%s/%s/responses.csv", folder, name);
    read_sheet(path, a, &out->answers);
    path = arena_printf(a, "%s/%s/margins.csv", folder, name);
    if (access(path, F_OK) == 0)
        read_sheet(path, a, &out->margins);
}

static int by_value(const void *x, const void *y)
{
    const char *a = *(const char *const *)x, *b = *(const char *const *)y;
    char *end_a, *end_b;
    double va = strtod(a, &end_a), vb = strtod(b, &end_b);
    if (*end_a == 0 && *end_b == 0 && va != vb)
        return va < vb ? -1 : 1;
    return strcmp(a, b);
}

static const char *cell(const struct block *b, size_t i, size_t column, bool is_whole)
{
    const char *text = sheet_at(&b->of->answers, b->row[i], column);
    return *text == 0 && is_whole ? "(missing)" : text;
}

struct coded golden_codes(const struct block *b, const char *column)
{
    struct arena *a = b->of->arena;
    size_t len = strlen(column), at = sheet_col(&b->of->answers, column);
    bool is_whole = at == SIZE_MAX && len > 4 && strcmp(column + len - 4, "_all") == 0;
    if (is_whole)
        at = sheet_col(&b->of->answers, arena_memdup(a, column, len - 4));
    if (at == SIZE_MAX)
        fail_msg("%s has no column %s", b->of->name, column);
    struct coded c = {.code = golden_alloc(a, b->n, sizeof *c.code),
                      .option = golden_alloc(a, OPTIONS_MAX, sizeof *c.option)};
    for (size_t i = 0; i < b->n; i++) {
        const char *text = cell(b, i, at, is_whole);
        size_t k = 0;
        while (k < c.n_options && strcmp(c.option[k], text) != 0)
            k++;
        if (*text != 0 && k == c.n_options) {
            assert_true(c.n_options < OPTIONS_MAX);
            c.option[c.n_options++] = text;
        }
    }
    qsort(c.option, c.n_options, sizeof *c.option, by_value);
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < c.n_options; k++)
            if (strcmp(c.option[k], cell(b, i, at, is_whole)) == 0)
                c.code[i] = (uint32_t)k + 1;
    return c;
}

static uint32_t option_called(const struct coded *c, const char *text)
{
    for (size_t k = 0; k < c->n_options; k++)
        if (strcmp(c->option[k], text) == 0)
            return (uint32_t)k + 1;
    return 0;
}

struct measured golden_measure(const struct block *b, const char *target)
{
    struct arena *a = b->of->arena;
    const char *equals = strchr(target, '='), *dot = strrchr(target, '.');
    size_t len = equals ? (size_t)(equals - target) : dot ? (size_t)(dot - target) : strlen(target);
    struct measured m = {.column = golden_codes(b, arena_memdup(a, target, len))};
    double *value = golden_alloc(a, m.column.n_options + 1, sizeof *value);
    for (size_t k = 1; k <= m.column.n_options; k++) {
        double number = strtod(m.column.option[k - 1], NULL);
        if (equals)
            value[k] = strcmp(m.column.option[k - 1], equals + 1) == 0;
        else if (!dot)
            value[k] = number;
        else if (strcmp(dot, ".top2") == 0)
            value[k] = number >= 4; /* items of five points */
        else if (strcmp(dot, ".bottom2") == 0)
            value[k] = number <= 2;
        else if (strcmp(target, "vocab.high") == 0)
            value[k] = number >= 8;
        else
            fail_msg("no rule for the target %s", target);
        m.max = k == 1 || value[k] > m.max ? value[k] : m.max;
    }
    m.value_of = value;
    return m;
}

struct domain golden_domain(const struct block *b, const char *domain)
{
    struct arena *a = b->of->arena;
    size_t len = strcspn(domain, "=:");
    struct domain d = {.group = golden_codes(b, arena_memdup(a, domain, len))};
    const char *levels = domain + len + 1;
    if (domain[len] == '=') {
        d.a = option_called(&d.group, levels);
    } else {
        const char *dash = strchr(levels, '-');
        assert_non_null(dash);
        d.a = option_called(&d.group, arena_memdup(a, levels, (size_t)(dash - levels)));
        d.b = option_called(&d.group, dash + 1);
        assert_true(d.b > 0);
    }
    if (d.a == 0)
        fail_msg("%s: no such group: %s", b->of->name, domain);
    return d;
}

bool golden_pair(const struct block *b, const char *target, struct coded *row, struct coded *column)
{
    const char *star = strchr(target, '*');
    if (!star)
        return false;
    *row = golden_codes(b, arena_memdup(b->of->arena, target, (size_t)(star - target)));
    *column = golden_codes(b, star + 1);
    return true;
}

bool golden_value(const struct block *b, const char *key, double *out, bool *is_known)
{
    const char *slash = strrchr(key, '/');
    assert_non_null(slash);
    char *target = arena_memdup(b->of->arena, key, (size_t)(slash - key));
    assert_non_null(target);
    char *at = strstr(target, " @ ");
    const char *domain = NULL;
    if (at) {
        domain = at + 3;
        *at = 0;
    }
    *is_known = true;
    return b->is_weighted ? golden_designed(b, target, domain, slash + 1, out, is_known)
                          : golden_plain(b, target, domain, slash + 1, out, is_known);
}
