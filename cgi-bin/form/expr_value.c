/* Values of expressions: how they turn into each other, and how they compare. Said in expr.h; the browser's
 * html/script/expr.js does the same, and a test feeds both. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/expr_inner.h"

enum { DAY_FIRST = -719162, DAY_LAST = 2932896 }; /* 0001-01-01, 9999-12-31 */

struct expr_value expr_string(const char *text, size_t len)
{
    return (struct expr_value){.kind = EXPR_STRING, .text = text, .len = len};
}

struct expr_value expr_number(double n)
{
    return (struct expr_value){.kind = EXPR_NUMBER, .number = n};
}

/* ---- days and minutes ---- */

/* Howard Hinnant, "chrono-compatible low-level date algorithms" (2013): days_from_civil, civil_from_days. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_of(int64_t days, int *y, int *m, int *d)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *y = (int)(yoe + era * 400 + (*m <= 2));
}

/* `n` digits at `p`, or -1. */
static int digits(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        v = v * 10 + (p[i] - '0');
    }
    return v;
}

bool expr_read_date(const char *p, size_t len, int64_t *days)
{
    if (len != 10 || p[4] != '-' || p[7] != '-')
        return false;
    int y = digits(p, 4), m = digits(p + 5, 2), d = digits(p + 8, 2), y2, m2, d2;
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    int64_t found = days_of(y, m, d);
    civil_of(found, &y2, &m2, &d2); /* 30 February becomes another day */
    if (y != y2 || m != m2 || d != d2)
        return false;
    *days = found;
    return true;
}

bool expr_read_time(const char *p, size_t len, int64_t *minutes)
{
    if (len != 5 || p[2] != ':')
        return false;
    int h = digits(p, 2), m = digits(p + 3, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *minutes = h * 60 + m;
    return true;
}

bool expr_write_date(double days, char out[16])
{
    int y, m, d;
    if (!(days >= DAY_FIRST && days <= DAY_LAST))
        return false;
    civil_of((int64_t)days, &y, &m, &d);
    (void)snprintf(out, 16, "%04d-%02d-%02d", y % 10000, m % 100, d % 100);
    return true;
}

bool expr_write_time(double minutes, char out[16])
{
    if (!(minutes >= 0 && minutes < 1440))
        return false;
    (void)snprintf(out, 16, "%02d:%02d", (int)minutes / 60, (int)minutes % 60);
    return true;
}

/* ---- numbers ---- */

/* A decimal number d.ddde+XX, taken apart. */
struct decimal {
    char digits[24]; /* without a point */
    int n, exponent; /* of the first digit */
};

static struct decimal decimal_of(double n, int precision)
{
    struct decimal d = {.n = 0};
    char text[48];
    (void)snprintf(text, sizeof text, "%.*e", precision - 1, n);
    const char *s = text;
    for (; *s != 'e'; s++)
        if (*s != '.')
            d.digits[d.n++] = *s;
    d.exponent = (int)strtol(s + 1, NULL, 10);
    return d;
}

static bool reads_back(const struct decimal *d, double n)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%se%d", d->digits, d->exponent - d->n + 1);
    return strtod(text, NULL) == n;
}

/* One more in the last place; false when that would carry over the first digit. */
static bool step_up(struct decimal *d)
{
    for (int i = d->n - 1; i >= 0; i--) {
        if (d->digits[i] != '9') {
            d->digits[i]++;
            return true;
        }
        d->digits[i] = '0';
    }
    return false;
}

/* The fewest digits that read back as n (> 0 and finite). Beside a power of two the nearest number of k digits
 * may lie on the narrow side and not read back while its neighbour on the wide side does. */
static struct decimal shortest(double n)
{
    for (int k = 1; k < 17; k++) {
        struct decimal d = decimal_of(n, k), up = d;
        if (reads_back(&d, n))
            return d;
        if (step_up(&up) && reads_back(&up, n))
            return up;
    }
    return decimal_of(n, 17);
}

static size_t put(char *out, size_t n, const char *p, int len)
{
    memcpy(out + n, p, (size_t)len);
    return n + (size_t)len;
}

/* ECMA-262 (2015), 7.1.12.1: k digits with the point after the first n of them. */
size_t expr_write_number(double v, char out[EXPR_NUMBER_CAP])
{
    static const char zeros[] = "00000000000000000000000";
    size_t len = 0;
    const char *word = isnan(v) ? "NaN" : v == 0 ? "0" : isinf(v) ? (v < 0 ? "-Infinity" : "Infinity") : NULL;
    if (word != NULL)
        return (size_t)snprintf(out, EXPR_NUMBER_CAP, "%s", word);
    struct decimal d = shortest(fabs(v));
    int n = d.exponent + 1, k = d.n;
    if (v < 0)
        out[len++] = '-';
    if (k <= n && n <= 21) {
        len = put(out, len, d.digits, k);
        len = put(out, len, zeros, n - k);
    } else if (0 < n && n <= 21) {
        len = put(out, len, d.digits, n);
        out[len++] = '.';
        len = put(out, len, d.digits + n, k - n);
    } else if (-6 < n && n <= 0) {
        len = put(out, len, "0.", 2);
        len = put(out, len, zeros, -n);
        len = put(out, len, d.digits, k);
    } else {
        out[len++] = d.digits[0];
        if (k > 1)
            out[len++] = '.';
        len = put(out, len, d.digits + 1, k - 1);
        len += (size_t)snprintf(out + len, EXPR_NUMBER_CAP - len, "e%+d", n - 1);
    }
    out[len] = '\0';
    return len;
}

/* blanks -? digits (. digits)? blanks, or . digits; at most 40 digits in a row. */
static double read_number(const char *p, size_t len)
{
    static const char blanks[] = " \t\r\n";
    char copy[96];
    while (len > 0 && *p != '\0' && strchr(blanks, *p) != NULL)
        p++, len--;
    while (len > 0 && p[len - 1] != '\0' && strchr(blanks, p[len - 1]) != NULL)
        len--;
    if (len == 0 || len > 82)
        return NAN;
    memcpy(copy, p, len);
    copy[len] = '\0';
    const char *s = copy + (*copy == '-');
    size_t whole = strspn(s, "0123456789"), part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
    const char *end = s + whole + part + (s[whole] == '.');
    bool is_good = whole + part > 0 && whole <= 40 && part <= 40 && end == copy + len;
    return is_good ? strtod(copy, NULL) : NAN;
}

/* ---- conversions ---- */

static struct expr_value kept(const char *text, size_t len, struct arena *a, bool *is_out)
{
    char *copy = arena_memdup(a, text, len);
    if (copy == NULL)
        *is_out = true;
    return expr_string(copy != NULL ? copy : "", copy != NULL ? len : 0);
}

static bool is_on(const struct expr_value *v, size_t k)
{
    return (v->bits[k / 8] >> (k % 8) & 1U) != 0;
}

/* The names, one space between. */
static struct expr_value join_choices(const struct expr_value *v, struct arena *a, bool *is_out)
{
    size_t len = 0, n = 0;
    for (size_t k = 0; k < v->choices->n; k++)
        len += is_on(v, k) ? strlen(v->choices->items[k].name) + 1 : 0;
    if (len == 0)
        return expr_string("", 0);
    char *text = arena_alloc(a, len);
    if (text == NULL) {
        *is_out = true;
        return expr_string("", 0);
    }
    for (size_t k = 0; k < v->choices->n; k++) {
        if (!is_on(v, k))
            continue;
        size_t name_len = strlen(v->choices->items[k].name);
        if (n > 0)
            text[n++] = ' ';
        memcpy(text + n, v->choices->items[k].name, name_len);
        n += name_len;
    }
    return expr_string(text, n);
}

struct expr_value expr_to_string(const struct expr_value *v, struct arena *a, bool *is_out)
{
    char text[EXPR_NUMBER_CAP];
    switch (v->kind) {
    case EXPR_NUMBER:
        return kept(text, expr_write_number(v->number, text), a, is_out);
    case EXPR_BOOLEAN:
        return v->number != 0 ? expr_string("true", 4) : expr_string("false", 5);
    case EXPR_DATE:
        return expr_write_date(v->number, text) ? kept(text, strlen(text), a, is_out) : expr_string("", 0);
    case EXPR_TIME:
        return expr_write_time(v->number, text) ? kept(text, strlen(text), a, is_out) : expr_string("", 0);
    case EXPR_CHOICE:
        return expr_string(v->choices->items[v->choice].name, strlen(v->choices->items[v->choice].name));
    case EXPR_CHOICES:
        return join_choices(v, a, is_out);
    case EXPR_STRING:
    case EXPR_ANY:
        break;
    }
    return *v;
}

double expr_to_number(const struct expr_value *v, struct arena *a, bool *is_out)
{
    if (v->kind == EXPR_NUMBER || v->kind == EXPR_BOOLEAN || v->kind == EXPR_DATE || v->kind == EXPR_TIME)
        return v->number;
    struct expr_value s = expr_to_string(v, a, is_out);
    return read_number(s.text, s.len);
}

bool expr_to_boolean(const struct expr_value *v)
{
    size_t ticked = 0;
    switch (v->kind) {
    case EXPR_NUMBER:
        return v->number != 0 && !isnan(v->number);
    case EXPR_BOOLEAN:
        return v->number != 0;
    case EXPR_DATE:
    case EXPR_TIME:
        return !isnan(v->number);
    case EXPR_CHOICE:
        return true; /* a name is never empty */
    case EXPR_CHOICES:
        for (size_t k = 0; k < v->choices->n; k++)
            ticked += is_on(v, k);
        return ticked > 0;
    case EXPR_STRING:
    case EXPR_ANY:
        break;
    }
    return v->len > 0;
}

/* ---- comparing ---- */

/* v as a number where the other side is of `kind`. */
static double beside(const struct expr_value *v, enum expr_kind kind, struct arena *a, bool *is_out)
{
    int64_t found;
    bool is_text = v->kind == EXPR_STRING || v->kind == EXPR_CHOICE || v->kind == EXPR_CHOICES;
    if (!is_text || (kind != EXPR_DATE && kind != EXPR_TIME))
        return expr_to_number(v, a, is_out);
    struct expr_value s = expr_to_string(v, a, is_out);
    bool is_good = kind == EXPR_DATE ? expr_read_date(s.text, s.len, &found) : expr_read_time(s.text, s.len, &found);
    return is_good ? (double)found : NAN;
}

static bool is_equal(const struct expr_value *l, const struct expr_value *r, struct arena *a, bool *is_out)
{
    if (l->kind == EXPR_BOOLEAN || r->kind == EXPR_BOOLEAN)
        return expr_to_boolean(l) == expr_to_boolean(r);
    if (l->kind == EXPR_NUMBER || r->kind == EXPR_NUMBER)
        return expr_to_number(l, a, is_out) == expr_to_number(r, a, is_out);
    if (l->kind == EXPR_DATE || r->kind == EXPR_DATE || l->kind == EXPR_TIME || r->kind == EXPR_TIME)
        return beside(l, r->kind, a, is_out) == beside(r, l->kind, a, is_out);
    struct expr_value x = expr_to_string(l, a, is_out), y = expr_to_string(r, a, is_out);
    return x.len == y.len && (x.len == 0 || memcmp(x.text, y.text, x.len) == 0);
}

bool expr_compare(enum expr_op op, const struct expr_value *l, const struct expr_value *r, struct arena *a, bool *is_out)
{
    if (op == OP_EQ || op == OP_NE)
        return is_equal(l, r, a, is_out) == (op == OP_EQ);
    double x = beside(l, r->kind, a, is_out), y = beside(r, l->kind, a, is_out);
    return op == OP_LT ? x < y : op == OP_LE ? x <= y : op == OP_GT ? x > y : x >= y;
}
