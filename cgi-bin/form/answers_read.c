/* What was typed, read as the type of the question asks for. */
#include "form/answers_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "form/expr.h"

bool answers_is_typed(const struct form_node *n)
{
    return n->type == FORM_TEXT || n->type == FORM_INTEGER || n->type == FORM_DECIMAL || n->type == FORM_DATE ||
           n->type == FORM_TIME;
}

/* Full-width digits and signs (U+FF0C to U+FF1A), as Chinese keyboards give them, count as plain ones. */
static size_t plain_digits(const char *v, size_t len, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < cap; i++) {
        const unsigned char *p = (const unsigned char *)v + i;
        bool is_wide = i + 2 < len && p[0] == 0xef && p[1] == 0xbc && p[2] >= 0x8c && p[2] <= 0x9a && p[2] != 0x8f;
        out[n++] = is_wide ? (char)(',' + (p[2] - 0x8c)) : v[i];
        i += is_wide ? 2 : 0;
    }
    return n;
}

static void read_integer(struct answer *a)
{
    char digits[64];
    size_t len = plain_digits(a->text, a->text_len, digits, sizeof digits);
    a->is_good = a->text_len < sizeof digits && text_to_i64(digits, len, INT64_MIN, INT64_MAX, &a->number) == RC_OK;
}

/* -12.5, or with a comma as many countries write it: at most 15 digits, which a double holds. */
static void read_decimal(struct answer *a)
{
    char digits[64];
    size_t len = plain_digits(a->text, a->text_len, digits, sizeof digits - 1), at = 0, n_digits = 0, n_points = 0;
    digits[len] = '\0';
    if (digits[0] == '-')
        at++;
    for (; at < len; at++) {
        bool is_point = digits[at] == '.' || digits[at] == ',';
        if (!is_point && (digits[at] < '0' || digits[at] > '9'))
            return;
        n_digits += !is_point;
        n_points += is_point;
        digits[at] = is_point ? '.' : digits[at];
    }
    if (a->text_len >= sizeof digits || n_digits == 0 || n_digits > 15 || n_points > 1)
        return;
    a->decimal = strtod(digits, NULL); /* the programs run in the locale C */
    a->decimal = a->decimal == 0 ? 0 : a->decimal;
    a->is_good = true;
}

static void read_day_or_time(struct answer *a, bool is_date)
{
    char plain[32];
    size_t len = plain_digits(a->text, a->text_len, plain, sizeof plain);
    if (a->text_len < sizeof plain)
        a->is_good = is_date ? expr_read_date(plain, len, &a->number) : expr_read_time(plain, len, &a->number);
}

/* Every place once. */
static void read_rank(const struct form_node *n, struct answer *a)
{
    uint32_t seen = 0;
    for (size_t k = 0; k < n->choices->n; k++)
        seen |= (uint32_t)1 << a->places[k];
    a->is_good = seen == ((uint32_t)1 << (n->choices->n + 1)) - 2;
}

void answers_read(const struct form_node *n, struct answer *a)
{
    if (n->type == FORM_INTEGER)
        read_integer(a);
    else if (n->type == FORM_DECIMAL)
        read_decimal(a);
    else if (n->type == FORM_DATE || n->type == FORM_TIME)
        read_day_or_time(a, n->type == FORM_DATE);
    else if (n->type == FORM_RANK)
        read_rank(n, a);
}

enum rc answers_read_place(const struct form_node *n, const char *v, size_t len, struct answer *a)
{
    const char *blank = memchr(v, ' ', len);
    size_t choice = blank != NULL ? form_find_choice(n->choices, v, (size_t)(blank - v)) : SIZE_MAX;
    int64_t place = 0;
    if (choice == SIZE_MAX || a->places[choice] != 0 ||
        text_to_i64(blank + 1, len - (size_t)(blank - v) - 1, 1, (int64_t)n->choices->n, &place) != RC_OK)
        return RC_INPUT;
    a->places[choice] = (uint8_t)place;
    a->state = ANSWER_GIVEN;
    return RC_OK;
}
