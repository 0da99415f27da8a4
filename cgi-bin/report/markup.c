#include "report/markup.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put_escaped(struct buf *out, const char *s, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        const char *entity = s[i] == '&'    ? "&amp;"
                             : s[i] == '<'  ? "&lt;"
                             : s[i] == '>'  ? "&gt;"
                             : s[i] == '"'  ? "&#34;"
                             : s[i] == '\'' ? "&#39;"
                                            : NULL;
        if (entity == NULL)
            continue;
        buf_put(out, s + from, i - from);
        buf_puts(out, entity);
        from = i + 1;
    }
    buf_put(out, s + from, len - from);
}

void mk_text(struct buf *out, const char *s)
{
    size_t from = 0, len = strlen(s);
    for (size_t i = 0; i < len; i++) {
        const char *entity = s[i] == '&' ? "&amp;" : s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;" : NULL;
        if (entity == NULL)
            continue;
        buf_put(out, s + from, i - from);
        buf_puts(out, entity);
        from = i + 1;
    }
    buf_put(out, s + from, len - from);
}

void mk_attr(struct buf *out, const char *s)
{
    put_escaped(out, s, strlen(s));
}

/* The value given for the place name[0..len), or NULL. */
static const char *value_of(va_list pairs, const char *name, size_t len)
{
    va_list v;
    const char *found = NULL;
    va_copy(v, pairs);
    for (const char *k; found == NULL && (k = va_arg(v, const char *)) != NULL;) {
        const char *value = va_arg(v, const char *);
        if (strlen(k) == len && memcmp(k, name, len) == 0)
            found = value;
    }
    va_end(v);
    return found;
}

void mk_fill(struct buf *out, const char *pattern, ...)
{
    va_list pairs;
    va_start(pairs, pattern);
    while (*pattern != '\0') {
        size_t plain = strcspn(pattern, "{");
        put_escaped(out, pattern, plain);
        pattern += plain;
        if (*pattern == '\0')
            break;
        size_t len = strcspn(pattern + 1, "}");
        const char *value = pattern[1 + len] == '}' ? value_of(pairs, pattern + 1, len) : NULL;
        if (value == NULL) {
            buf_putc(out, *pattern++);
            continue;
        }
        put_escaped(out, value, strlen(value));
        pattern += len + 2;
    }
    va_end(pairs);
}

const char *mk_grouped(long long v, char out[32])
{
    char digits[24];
    unsigned long long u = v < 0 ? 0ULL - (unsigned long long)v : (unsigned long long)v;
    int n = snprintf(digits, sizeof digits, "%llu", u), at = 0;
    if (v < 0)
        out[at++] = '-';
    for (int i = 0; i < n && at < 30; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}
