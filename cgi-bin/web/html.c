#include "web/html.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 64 }; /* open elements at once; deeper is refused */

void html_raw_(struct html *w, const char *p, size_t len)
{
    buf_put(w->out, p, len);
}

/* Escape & < > and, where `quotes`, " and '. Runs without special characters go out at once. */
static void put_escaped(struct buf *b, const char *s, size_t len, bool quotes)
{
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        const char *entity = s[i] == '&'             ? "&amp;"
                             : s[i] == '<'           ? "&lt;"
                             : s[i] == '>'           ? "&gt;"
                             : quotes && s[i] == '"' ? "&#34;"
                             : quotes && s[i] == '\'' ? "&#39;"
                                                      : NULL;
        if (entity == NULL)
            continue;
        buf_put(b, s + from, i - from);
        buf_puts(b, entity);
        from = i + 1;
    }
    buf_put(b, s + from, len - from);
}

void html_text_n(struct html *w, const char *s, size_t len)
{
    put_escaped(w->out, s, len, false);
}

void html_text(struct html *w, const char *s)
{
    html_text_n(w, s, strlen(s));
}

void html_attr_n(struct html *w, const char *s, size_t len)
{
    put_escaped(w->out, s, len, true);
}

void html_attr(struct html *w, const char *s)
{
    html_attr_n(w, s, strlen(s));
}

/* RFC 3986: everything but unreserved characters is percent-encoded, so that the result can stand in
 * a path segment or a query value, and in a quoted attribute. */
void html_url(struct html *w, const char *s)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *s != '\0'; s++) {
        if (strchr(unreserved, *s) != NULL)
            buf_putc(w->out, *s);
        else
            buf_printf(w->out, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

void html_int(struct html *w, long long v)
{
    buf_printf(w->out, "%lld", v);
}

/* Length of the line at s, and of the line end after it (LF, CR LF or none). */
static size_t line_length(const char *s, size_t *end)
{
    size_t n = strcspn(s, "\r\n");
    *end = s[n] == '\r' && s[n + 1] == '\n' ? 2 : s[n] != '\0' ? 1 : 0;
    return n;
}

void html_lines(struct html *w, const char *s)
{
    bool is_open = false;
    while (*s != '\0') {
        size_t end;
        size_t n = line_length(s, &end);
        bool is_blank = strspn(s, " \t") >= n;
        if (is_blank && is_open)
            html_lit(w, "</p>\n");
        else if (!is_blank && is_open)
            html_lit(w, "<br>\n");
        else if (!is_blank)
            html_lit(w, "<p>");
        if (!is_blank)
            html_text_n(w, s, n);
        is_open = !is_blank;
        s += n + end;
    }
    if (is_open)
        html_lit(w, "</p>\n");
}

struct tag {
    const char *name;
    size_t len;
};

static bool is_void(const struct tag *t)
{
    static const struct tag names[] = {{"area", 4}, {"base", 4}, {"br", 2}, {"col", 3}, {"embed", 5}, {"hr", 2}, {"img", 3},
                                       {"input", 5}, {"link", 4}, {"meta", 4}, {"source", 6}, {"track", 5}, {"wbr", 3}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) /* the first letter first: there are thousands of tags in a page */
        if (names[i].len == t->len && (names[i].name[0] | 32) == (t->name[0] | 32) && strncasecmp(names[i].name, t->name, t->len) == 0)
            return true;
    return false;
}

static bool is_same_tag(const struct tag *a, const struct tag *b)
{
    return a->len == b->len && strncasecmp(a->name, b->name, a->len) == 0;
}

/* End of the tag whose '<' is at p: the character after its '>', or NULL. Quotes hide a '>'. */
static const char *tag_end(const char *p)
{
    char quote = '\0';
    for (; *p != '\0'; p++) {
        if (quote != '\0')
            quote = *p == quote ? '\0' : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
        else if (*p == '>')
            return p + 1;
    }
    return NULL;
}

/* After <script> or <style>: the place of their own end tag, since anything may stand in them. */
static const char *skip_raw_text(const char *p, const struct tag *t)
{
    bool is_raw = (t->len == 6 && strncasecmp(t->name, "script", 6) == 0) ||
                  (t->len == 5 && strncasecmp(t->name, "style", 5) == 0);
    if (!is_raw)
        return p;
    for (p = strstr(p, "</"); p != NULL; p = strstr(p + 2, "</"))
        if (strncasecmp(p + 2, t->name, t->len) == 0)
            return p;
    return NULL;
}

/* Comment or doctype at p ("<!"): the place after it, or NULL. */
static const char *skip_declaration(const char *p)
{
    const char *end = strncmp(p, "<!--", 4) == 0 ? strstr(p + 4, "-->") : strchr(p, '>');
    return end == NULL ? NULL : end + (*end == '-' ? 3 : 1);
}

/* Handle the tag at p; gives the place after it, or NULL when the page does not balance. */
static const char *take_tag(const char *p, struct tag *stack, size_t *depth)
{
    bool is_end = p[1] == '/';
    const char *name = p + 1 + is_end;
    struct tag t = {name, strcspn(name, " \t\r\n/>")};
    const char *after = tag_end(p);
    if (after == NULL || t.len == 0)
        return NULL;
    if (is_end) {
        if (*depth == 0 || !is_same_tag(&stack[*depth - 1], &t))
            return NULL;
        --*depth;
        return after;
    }
    if (is_void(&t) || after[-2] == '/')
        return after;
    if (*depth == DEPTH_MAX)
        return NULL;
    stack[(*depth)++] = t;
    return skip_raw_text(after, &t);
}

bool html_ok(const struct html *w)
{
    struct tag stack[DEPTH_MAX];
    size_t depth = 0;
    if (!buf_ok(w->out))
        return false;
    const char *p = w->out->p == NULL ? "" : w->out->p;
    while ((p = strchr(p, '<')) != NULL) {
        p = p[1] == '!' ? skip_declaration(p) : take_tag(p, stack, &depth);
        if (p == NULL)
            return false;
    }
    return depth == 0;
}
