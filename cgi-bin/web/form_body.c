#include <string.h>

#include "base/text.h"
#include "web/request.h"

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decode %xx and '+' once, in the arena. RC_INPUT for a broken %xx and for an encoded NUL. */
static enum rc decode(const char *p, size_t len, struct arena *a, const char **out, size_t *out_len,
                      struct rc_info *e)
{
    char *d = arena_alloc(a, len + 1);
    if (d == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a form of %zu bytes", len);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = p[i] == '+' ? ' ' : p[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_value(p[i + 1]) : -1;
            int low = i + 2 < len ? hex_value(p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return rc_set_reason(e, RC_INPUT, "bad_escape",
                                     "a %% in the form is not followed by two hex digits");
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0')
            return rc_set_reason(e, RC_INPUT, "zero_byte", "the form holds a zero byte");
        d[n++] = c;
    }
    *out = d;
    *out_len = n;
    return RC_OK;
}

static enum rc check_name(const char *p, size_t len, struct rc_info *e)
{
    if (len == 0)
        return rc_set_reason(e, RC_INPUT, "bad_name", "a field of the form has no name");
    if (len > WEB_KEY_MAX)
        return rc_set_reason(e, RC_INPUT, "bad_name", "a field's name is longer than %d bytes",
                             WEB_KEY_MAX);
    if (!text_is_utf8(p, len))
        return rc_set_reason(e, RC_INPUT, "bad_utf8", "a field's name is not valid UTF-8");
    if (text_has_control(p, len) || strpbrk(p, "\t\r\n") != NULL)
        return rc_set_reason(e, RC_INPUT, "control", "a field's name holds a control character");
    return RC_OK;
}

static enum rc check_value(const char *p, size_t len, struct rc_info *e)
{
    if (!text_is_utf8(p, len))
        return rc_set_reason(e, RC_INPUT, "bad_utf8", "a field's value is not valid UTF-8");
    if (text_has_control(p, len))
        return rc_set_reason(e, RC_INPUT, "control", "a field's value holds a control character");
    return RC_OK;
}

/* One "name=value" of `len` bytes; without '=' the value is empty. */
static enum rc parse_pair(const char *p, size_t len, struct arena *a, struct web_field *out,
                          struct rc_info *e)
{
    const char *equals = memchr(p, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - p);
    const char *value = equals == NULL ? p + len : equals + 1;
    if (name_len > 3 * (size_t)WEB_KEY_MAX) /* too long however it is encoded */
        return rc_set_reason(e, RC_INPUT, "bad_name", "a field's name is longer than %d bytes",
                             WEB_KEY_MAX);
    struct web_field f = {0};
    enum rc rc = decode(p, name_len, a, &f.name, &f.name_len, e);
    if (rc == RC_OK)
        rc = check_name(f.name, f.name_len, e);
    if (rc == RC_OK)
        rc = decode(value, (size_t)(p + len - value), a, &f.value, &f.value_len, e);
    if (rc == RC_OK)
        rc = check_value(f.value, f.value_len, e);
    if (rc == RC_OK)
        *out = f;
    return rc;
}

static size_t count_pairs(const char *p, size_t len)
{
    size_t n = len > 0 ? 1 : 0;
    for (size_t i = 0; i < len; i++)
        n += p[i] == '&';
    return n;
}

/* Length of the pair at p: up to the next '&' or the end. */
static size_t pair_length(const char *p, size_t len)
{
    const char *amp = len > 0 ? memchr(p, '&', len) : NULL;
    return amp == NULL ? len : (size_t)(amp - p);
}

enum rc web_form_parse(const char *p, size_t len, struct arena *a, const struct web_field **out,
                       size_t *n, struct rc_info *e)
{
    size_t most = count_pairs(p, len);
    if (len > WEB_BODY_MAX)
        return rc_set_reason(e, RC_TOOBIG, "too_large", "the form is larger than %d bytes",
                             WEB_BODY_MAX);
    if (most > WEB_FIELDS_MAX)
        return rc_set_reason(e, RC_TOOBIG, "too_large", "the form has more than %d fields",
                             WEB_FIELDS_MAX);
    struct web_field *f = arena_array(a, most, sizeof *f);
    if (f == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu fields", most);
    for (size_t i = 0, at = 0; i < most; i++) {
        size_t size = pair_length(p + at, len - at);
        enum rc rc = parse_pair(p + at, size, a, &f[i], e);
        if (rc != RC_OK)
            return rc;
        at += size + 1;
    }
    *out = f;
    *n = most;
    return RC_OK;
}

enum rc web_query_parse(const char *p, size_t len, struct arena *a, const struct web_field **out,
                        size_t *n)
{
    size_t most = count_pairs(p, len), kept = 0;
    if (most > WEB_FIELDS_MAX)
        most = WEB_FIELDS_MAX;
    struct web_field *f = arena_array(a, most, sizeof *f);
    if (f == NULL)
        return RC_NOMEM;
    for (size_t i = 0, at = 0; i < most; i++) {
        size_t size = pair_length(p + at, len - at);
        enum rc rc = parse_pair(p + at, size, a, &f[kept], NULL);
        if (rc == RC_NOMEM)
            return rc;
        kept += rc == RC_OK;
        at += size + 1;
    }
    *out = f;
    *n = kept;
    return RC_OK;
}

enum rc web_single(const struct web_field *f, size_t n, const char *name, const char **out,
                   struct rc_info *e)
{
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!text_equal(name, f[i].name, f[i].name_len))
            continue;
        if (found != NULL)
            return rc_set_reason(e, RC_INPUT, "twice", "field \"%s\" was sent twice", name);
        found = f[i].value;
    }
    *out = found;
    return RC_OK;
}
