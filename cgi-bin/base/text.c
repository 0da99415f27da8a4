#include "base/text.h"

#include <string.h>

/* Length of the sequence at p, 0 when it is not valid UTF-8. */
static size_t sequence(const unsigned char *p, size_t len, uint32_t *code)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (n == 0 || n > len)
        return 0;
    static const unsigned char lead_mask[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = p[0] & lead_mask[n];
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fU);
    }
    if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
        return 0;
    *code = c;
    return n;
}

bool text_is_utf8(const char *p, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t n = sequence((const unsigned char *)p + i, len - i, &code);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t text_length(const char *p, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)p[i] & 0xc0) != 0x80;
    return n;
}

bool text_has_control(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return true;
        if (c == 0xc2 && i + 1 < len && ((unsigned char)p[i + 1] & 0xe0) == 0x80)
            return true;
    }
    return false;
}

enum rc text_to_i64(const char *p, size_t len, int64_t min, int64_t max, int64_t *out)
{
    bool is_negative = len > 0 && p[0] == '-';
    size_t i = is_negative ? 1 : 0;
    if (i == len || len > 20)
        return RC_INPUT;
    int64_t v = 0;
    for (; i < len; i++) {
        if (p[i] < '0' || p[i] > '9')
            return RC_INPUT;
        int digit = p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, is_negative ? -digit : digit, &v))
            return RC_INPUT;
    }
    if (v < min || v > max)
        return RC_INPUT;
    *out = v;
    return RC_OK;
}

bool text_equal(const char *s, const char *p, size_t len)
{
    if (len == 0 || *s != *p) /* mostly they differ at once: tables are searched with it */
        return len == 0 && *s == '\0';
    return strlen(s) == len && memcmp(s, p, len) == 0;
}

bool text_is_slug(const char *p, size_t len)
{
    if (len == 0 || len > 64 || p[0] == '-' || p[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '-'))
            return false;
    return true;
}
