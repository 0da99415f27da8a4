#include "web/multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* What is left to read. */
struct input {
    const char *p;
    size_t len;
};

/* The part under way. */
struct part {
    const char *name, *file_name; /* file_name NULL: a field */
    size_t name_len, file_name_len;
    struct input body;
};

static enum rc malformed(struct rc_info *e, const char *why)
{
    return rc_set_reason(e, RC_INPUT, "not_a_form", "the uploaded form is not well formed: %s", why);
}

/* ---- the header of the request ---- */

static bool is_boundary(const char *p, size_t len)
{
    static const char others[] = "'()+_,-./:=? ";
    for (size_t i = 0; i < len; i++) {
        bool is_plain = (p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z');
        if (!is_plain && (p[i] == '\0' || strchr(others, p[i]) == NULL))
            return false;
    }
    return len > 0 && len <= MULTIPART_BOUNDARY_MAX && p[len - 1] != ' ';
}

enum rc multipart_boundary(const char *type, struct arena *a, const char **out, struct rc_info *e)
{
    static const char want[] = "multipart/form-data;", name[] = "boundary=";
    if (strncasecmp(type, want, sizeof want - 1) != 0)
        return malformed(e, "another type");
    const char *p = type + sizeof want - 1;
    p += strspn(p, " \t");
    if (strncasecmp(p, name, sizeof name - 1) != 0)
        return malformed(e, "no boundary");
    p += sizeof name - 1;
    bool is_quoted = *p == '"';
    p += is_quoted;
    size_t len = is_quoted ? strcspn(p, "\"") : strcspn(p, "; \t");
    if (!is_boundary(p, len) || (is_quoted && p[len] != '"'))
        return malformed(e, "no boundary of 1 to 70 characters");
    *out = arena_memdup(a, p, len);
    return *out != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a boundary");
}

/* ---- the header of a part ---- */

static bool take(struct input *in, const char *text, size_t len)
{
    if (in->len < len || memcmp(in->p, text, len) != 0)
        return false;
    in->p += len;
    in->len -= len;
    return true;
}

/* A line up to CRLF, which is taken, too. */
static bool take_line(struct input *in, struct input *line)
{
    const char *end = memmem(in->p, in->len, "\r\n", 2);
    if (end == NULL || end - in->p > MULTIPART_LINE_MAX)
        return false;
    *line = (struct input){in->p, (size_t)(end - in->p)};
    in->len -= line->len + 2;
    in->p = end + 2;
    return true;
}

static bool begins(const struct input *line, const char *text)
{
    size_t len = strlen(text);
    return line->len >= len && strncasecmp(line->p, text, len) == 0;
}

/* ; name="value": browsers write a quote in the value as %22, so the next one ends it. */
static bool take_parameter(struct input *line, const char *name, const char **value, size_t *value_len)
{
    size_t len = strlen(name);
    struct input rest = *line;
    if (!take(&rest, "; ", 2) || rest.len < len + 2 || strncasecmp(rest.p, name, len) != 0)
        return false;
    rest.p += len;
    rest.len -= len;
    if (!take(&rest, "=\"", 2))
        return false;
    const char *end = memchr(rest.p, '"', rest.len);
    if (end == NULL)
        return false;
    *value = rest.p;
    *value_len = (size_t)(end - rest.p);
    line->len = rest.len - *value_len - 1;
    line->p = end + 1;
    return true;
}

static enum rc read_disposition(struct input line, struct part *part, struct rc_info *e)
{
    static const char head[] = "content-disposition: form-data";
    if (part->name != NULL)
        return malformed(e, "a part with two names");
    line.p += sizeof head - 1;
    line.len -= sizeof head - 1;
    if (!take_parameter(&line, "name", &part->name, &part->name_len))
        return malformed(e, "a part without a name");
    (void)take_parameter(&line, "filename", &part->file_name, &part->file_name_len);
    if (line.len != 0)
        return malformed(e, "more than a name and a file's name");
    if (part->name_len == 0 || part->name_len > WEB_KEY_MAX || !text_is_utf8(part->name, part->name_len) ||
        text_has_control(part->name, part->name_len))
        return malformed(e, "a name that is none");
    if (part->file_name != NULL && (!text_is_utf8(part->file_name, part->file_name_len) || text_has_control(part->file_name, part->file_name_len)))
        return malformed(e, "a file's name that is none");
    return RC_OK;
}

static enum rc read_head(struct input *in, struct part *part, struct rc_info *e)
{
    struct input line;
    for (;;) {
        if (!take_line(in, &line))
            return malformed(e, "a part's head does not end, or has a line over 1 KiB");
        if (line.len == 0)
            break;
        enum rc rc = RC_OK;
        if (begins(&line, "content-disposition: form-data"))
            rc = read_disposition(line, part, e);
        else if (begins(&line, "content-type: multipart/"))
            rc = malformed(e, "a part in a part");
        else if (!begins(&line, "content-type:"))
            rc = malformed(e, "a head that browsers do not send");
        if (rc != RC_OK)
            return rc;
    }
    return part->name != NULL ? RC_OK : malformed(e, "a part without a name");
}

/* ---- parts ---- */

static enum rc keep_field(const struct part *part, struct arena *a, struct web_field *out, struct rc_info *e)
{
    if (part->body.len > MULTIPART_VALUE_MAX)
        return rc_set_reason(e, RC_TOOBIG, "too_large", "a field is larger than %d bytes", MULTIPART_VALUE_MAX);
    if (!text_is_utf8(part->body.p, part->body.len) || text_has_control(part->body.p, part->body.len))
        return malformed(e, "a value that is no text");
    *out = (struct web_field){arena_memdup(a, part->name, part->name_len), part->name_len,
                              arena_memdup(a, part->body.p, part->body.len), part->body.len};
    return out->name != NULL && out->value != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a field");
}

static enum rc keep_file(const struct part *part, struct arena *a, struct web_file *out, struct rc_info *e)
{
    if (part->file_name_len == 0 && part->body.len == 0)
        return RC_OK; /* none was chosen */
    if (out->p != NULL)
        return malformed(e, "a second file");
    *out = (struct web_file){arena_memdup(a, part->file_name, part->file_name_len), part->body.p, part->body.len};
    return out->name != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for a file's name");
}

enum rc multipart_parse(const char *p, size_t len, const char *boundary, struct arena *a, const struct web_field **fields,
                        size_t *n_fields, struct web_file *file, struct rc_info *e)
{
    char mark[MULTIPART_BOUNDARY_MAX + 5];
    int mark_len = snprintf(mark, sizeof mark, "\r\n--%s", boundary);
    struct input in = {p, len};
    struct web_field *f = arena_array(a, WEB_FIELDS_MAX, sizeof *f);
    size_t n = 0, n_parts = 0;
    if (f == NULL)
        return rc_set(e, RC_NOMEM, "no memory for fields");
    if (mark_len < 5 || (size_t)mark_len >= sizeof mark || !take(&in, mark + 2, (size_t)mark_len - 2))
        return malformed(e, "it does not begin with its boundary");
    while (!take(&in, "--", 2)) {
        struct part part = {0};
        if (n_parts++ == WEB_FIELDS_MAX)
            return rc_set_reason(e, RC_TOOBIG, "too_large", "the form has more than %d fields", WEB_FIELDS_MAX);
        if (!take(&in, "\r\n", 2))
            return malformed(e, "a boundary that does not end");
        enum rc rc = read_head(&in, &part, e);
        const char *end = rc == RC_OK ? memmem(in.p, in.len, mark, (size_t)mark_len) : NULL;
        if (rc == RC_OK && end == NULL)
            return malformed(e, "a part that does not end");
        if (rc != RC_OK)
            return rc;
        part.body = (struct input){in.p, (size_t)(end - in.p)};
        in.len -= part.body.len + (size_t)mark_len;
        in.p = end + mark_len;
        rc = part.file_name != NULL ? keep_file(&part, a, file, e) : keep_field(&part, a, &f[n++], e);
        if (rc != RC_OK)
            return rc;
    }
    if (in.len != 0 && !(in.len == 2 && memcmp(in.p, "\r\n", 2) == 0))
        return malformed(e, "more behind its end");
    *fields = f;
    *n_fields = n;
    return RC_OK;
}
