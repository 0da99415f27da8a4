#include "web/phrases.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum { LANGS_MAX = 8, PHRASES_MAX = 600, PLACES_MAX = 9, DEPTH_MAX = 3, TRIES_MAX = 20000, FILE_BYTES_MAX = 256 << 10 };

struct phrase {
    const char *pattern, *text;
};

struct language {
    char name[16];
    size_t n;
    struct phrase *items;
};

struct phrases {
    size_t n;
    struct language langs[LANGS_MAX];
};

/* ---- reading ---- */

/* The number of a place "{3}" at `p`, 0: there is none. */
static size_t place_at(const char *p)
{
    return p[0] == '{' && p[1] >= '1' && p[1] <= '9' && p[2] == '}' ? (size_t)(p[1] - '0') : 0;
}

static unsigned places_of(const char *text)
{
    unsigned bits = 0;
    for (const char *p = text; *p != '\0'; p++)
        bits |= place_at(p) > 0 ? 1u << place_at(p) : 0;
    return bits;
}

static enum rc take_line(struct language *l, char *line, const char *file, size_t line_no, struct rc_info *e)
{
    char *sign = strstr(line, " => ");
    if (*line == '\0' || *line == '#')
        return RC_OK;
    if (sign == NULL)
        return rc_set(e, RC_INPUT, "%s:%zu: there is no \" => \"", file, line_no);
    if (l->n == PHRASES_MAX)
        return rc_set(e, RC_INPUT, "%s:%zu: more than %d phrases", file, line_no, PHRASES_MAX);
    *sign = '\0';
    l->items[l->n] = (struct phrase){line, sign + 4};
    if ((places_of(sign + 4) & ~places_of(line)) != 0)
        return rc_set(e, RC_INPUT, "%s:%zu: a place on the right is not on the left", file, line_no);
    l->n++;
    return RC_OK;
}

static enum rc load_file(struct language *l, const char *path, struct arena *a, struct rc_info *e)
{
    char *text = NULL;
    size_t len = 0, line_no = 0;
    enum rc rc = file_read(path, FILE_BYTES_MAX, a, &text, &len, e);
    l->items = arena_array(a, PHRASES_MAX, sizeof *l->items);
    if (rc == RC_OK && l->items == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for phrases");
    while (rc == RC_OK && text != NULL && *text != '\0') {
        char *end = strchr(text, '\n');
        if (end != NULL)
            *end = '\0';
        rc = take_line(l, text, path, ++line_no, e);
        text = end != NULL ? end + 1 : NULL;
    }
    return rc;
}

static bool is_text_file(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && n - 4 < sizeof((struct language *)0)->name && strcmp(name + n - 4, ".txt") == 0;
}

enum rc phrases_load(const char *html_dir, struct arena *a, struct phrases **out, struct rc_info *e)
{
    struct phrases *p = arena_alloc(a, sizeof *p);
    const char *dir = arena_printf(a, "%s/problems", html_dir);
    if (p == NULL || dir == NULL)
        return rc_set(e, RC_NOMEM, "no memory for phrases");
    *p = (struct phrases){0};
    *out = p;
    DIR *d = opendir(dir);
    if (d == NULL)
        return rc_set(e, RC_IO, "\"%s\" cannot be read: %s", dir, strerror(errno));
    enum rc rc = RC_OK;
    for (const struct dirent *x = readdir(d); rc == RC_OK && x != NULL; x = readdir(d)) {
        if (!is_text_file(x->d_name) || p->n == LANGS_MAX)
            continue;
        struct language *l = &p->langs[p->n++];
        const char *path = arena_printf(a, "%s/%s", dir, x->d_name);
        memcpy(l->name, x->d_name, strlen(x->d_name) - 4);
        rc = path != NULL ? load_file(l, path, a, e) : rc_set(e, RC_NOMEM, "no memory for phrases");
    }
    (void)closedir(d);
    return rc;
}

/* ---- translating ---- */

struct piece {
    const char *p;
    size_t len;
};

/* Does the text fit the pattern? Each place takes as little as it can. What a message names comes from a file that somebody
 * made: *tries bounds how often it is gone back. */
static bool fits(const char *pattern, const char *text, const char *end, struct piece places[PLACES_MAX + 1], int *tries)
{
    if (--*tries < 0)
        return false;
    while (*pattern != '\0') {
        size_t place = place_at(pattern);
        if (place == 0) {
            if (text == end || *text != *pattern)
                return false;
            text++;
            pattern++;
            continue;
        }
        pattern += 3;
        for (const char *to = text; to <= end; to++) {
            places[place] = (struct piece){text, (size_t)(to - text)};
            if (fits(pattern, to, end, places, tries)) {
                places[place] = (struct piece){text, (size_t)(to - text)};
                return true;
            }
            if (*pattern != '\0' && place_at(pattern) == 0) { /* on to where the pattern can go on */
                const char *next = to < end ? memchr(to + 1, *pattern, (size_t)(end - to - 1)) : NULL;
                if (next == NULL)
                    return false;
                to = next - 1;
            }
        }
        return false;
    }
    return text == end;
}

static bool put(const struct language *l, const char *text, size_t len, int depth, struct buf *out)
{
    struct piece places[PLACES_MAX + 1];
    for (size_t i = 0; l != NULL && depth < DEPTH_MAX && i < l->n; i++) {
        int tries = TRIES_MAX;
        if (!fits(l->items[i].pattern, text, text + len, places, &tries))
            continue;
        for (const char *p = l->items[i].text; *p != '\0'; p++) {
            size_t place = place_at(p);
            if (place == 0) {
                buf_putc(out, *p);
                continue;
            }
            (void)put(l, places[place].p, places[place].len, depth + 1, out);
            p += 2;
        }
        return true;
    }
    buf_put(out, text, len);
    return false;
}

bool phrases_put(const struct phrases *p, const char *lang, const char *text, size_t len, struct buf *out)
{
    const struct language *l = NULL;
    for (size_t i = 0; p != NULL && i < p->n; i++)
        if (strcmp(p->langs[i].name, lang) == 0)
            l = &p->langs[i];
    return put(l, text, len, 0, out);
}
