#include "web/catalogue.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum { FILE_MAX = 256 * 1024, KEYS_MAX = 2000, PLACES_MAX = 8, PLACE_NAME_MAX = 32 };

struct entry {
    const char *key, *text;
    size_t line;
};

struct catalogue {
    size_t n_langs, n_keys;
    const char *langs[CATALOGUE_LANGS_MAX];
    struct entry *entries[CATALOGUE_LANGS_MAX]; /* each sorted by key; equal keys everywhere */
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key);
}

/* zh first, the others by name. */
static int by_lang(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    int zh = (strcmp(y, "zh") == 0) - (strcmp(x, "zh") == 0);
    return zh != 0 ? zh : strcmp(x, y);
}

static enum rc list_langs(const char *dir, struct arena *a, struct catalogue *c, struct rc_info *e)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return rc_set(e, RC_IO, "cannot read the folder \"%s\"", dir);
    enum rc rc = RC_OK;
    for (struct dirent *f; rc == RC_OK && (f = readdir(d)) != NULL;) {
        size_t len = strlen(f->d_name);
        if (len < 5 || strcmp(f->d_name + len - 4, ".txt") != 0 || f->d_name[0] == '.')
            continue;
        if (c->n_langs == CATALOGUE_LANGS_MAX)
            rc = rc_set(e, RC_INPUT, "\"%s\" holds more than %d languages", dir, CATALOGUE_LANGS_MAX);
        else if ((c->langs[c->n_langs++] = arena_memdup(a, f->d_name, len - 4)) == NULL)
            rc = rc_set(e, RC_NOMEM, "no memory for the texts");
    }
    (void)closedir(d);
    if (rc == RC_OK && c->n_langs == 0)
        rc = rc_set(e, RC_INPUT, "\"%s\" holds no .txt file", dir);
    qsort(c->langs, c->n_langs, sizeof *c->langs, by_lang);
    return rc;
}

/* Cut spaces and tabs from both ends, in place. */
static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL)
        s[--n] = '\0';
    return s;
}

/* "\n" becomes a line end, in place. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s != '\0'; s++) {
        bool is_line_end = s[0] == '\\' && s[1] == 'n';
        *to++ = is_line_end ? '\n' : *s;
        s += is_line_end;
    }
    *to = '\0';
}

static enum rc parse_file(char *text, const char *path, struct entry *out, size_t *n, struct rc_info *e)
{
    size_t line_no = 1;
    for (char *line = text, *next; line != NULL; line = next, line_no++) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        line = trim(line);
        char *equals = strchr(line, '=');
        if (*line == '\0' || *line == '#')
            continue;
        if (equals == NULL)
            return rc_set(e, RC_INPUT, "%s:%zu: not a line \"key = text\"", path, line_no);
        *equals = '\0';
        if (*n == KEYS_MAX)
            return rc_set(e, RC_INPUT, "%s:%zu: more than %d texts", path, line_no, KEYS_MAX);
        char *value = trim(equals + 1);
        unescape(value);
        out[(*n)++] = (struct entry){trim(line), value, line_no};
        if (*value == '\0' || *out[*n - 1].key == '\0')
            return rc_set(e, RC_INPUT, "%s:%zu: key or text is empty", path, line_no);
    }
    qsort(out, *n, sizeof *out, by_key);
    for (size_t i = 1; i < *n; i++)
        if (strcmp(out[i - 1].key, out[i].key) == 0)
            return rc_set(e, RC_INPUT, "%s:%zu: \"%s\" is there twice", path,
                          out[i].line > out[i - 1].line ? out[i].line : out[i - 1].line, out[i].key);
    return RC_OK;
}

/* The next "{name}" in s: gives the place of '{' and the name's length, or NULL. */
static const char *find_place(const char *s, size_t *name_len)
{
    for (; (s = strchr(s, '{')) != NULL; s++) {
        *name_len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (*name_len > 0 && *name_len <= PLACE_NAME_MAX && s[1 + *name_len] == '}')
            return s;
    }
    return NULL;
}

static bool has_place(const char *s, const char *name, size_t len)
{
    size_t n;
    for (; (s = find_place(s, &n)) != NULL; s += n + 2)
        if (n == len && memcmp(s + 1, name, len) == 0)
            return true;
    return false;
}

static bool has_all_places(const char *in, const char *of)
{
    size_t n;
    for (; (of = find_place(of, &n)) != NULL; of += n + 2)
        if (!has_place(in, of + 1, n))
            return false;
    return true;
}

/* Compare the newest language with the first one. */
static enum rc compare(const struct catalogue *c, size_t lang, size_t n, struct rc_info *e)
{
    const struct entry *first = c->entries[0], *now = c->entries[lang];
    for (size_t i = 0; i < n || i < c->n_keys; i++) {
        int order = i == n ? -1 : i == c->n_keys ? 1 : strcmp(first[i].key, now[i].key);
        if (order < 0)
            return rc_set(e, RC_INPUT, "%s.txt: \"%s\" is missing (%s.txt:%zu)", c->langs[lang],
                          first[i].key, c->langs[0], first[i].line);
        if (order > 0)
            return rc_set(e, RC_INPUT, "%s.txt:%zu: \"%s\" is missing in %s.txt", c->langs[lang],
                          now[i].line, now[i].key, c->langs[0]);
        if (!has_all_places(now[i].text, first[i].text) || !has_all_places(first[i].text, now[i].text))
            return rc_set(e, RC_INPUT, "%s.txt:%zu: \"%s\" has other {places} than in %s.txt",
                          c->langs[lang], now[i].line, now[i].key, c->langs[0]);
    }
    return RC_OK;
}

static enum rc load_lang(const char *dir, size_t lang, struct arena *a, struct catalogue *c,
                         struct rc_info *e)
{
    char *text;
    size_t len, n = 0;
    const char *path = arena_printf(a, "%s/%s.txt", dir, c->langs[lang]);
    struct entry *entries = arena_array(a, KEYS_MAX, sizeof *entries);
    if (path == NULL || entries == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the texts");
    enum rc rc = file_read(path, FILE_MAX, a, &text, &len, e);
    if (rc == RC_OK && (!text_is_utf8(text, len) || text_has_control(text, len)))
        rc = rc_set(e, RC_INPUT, "\"%s\" is not plain UTF-8 text", path);
    if (rc == RC_OK)
        rc = parse_file(text, path, entries, &n, e);
    if (rc != RC_OK)
        return rc;
    c->entries[lang] = entries;
    if (lang == 0)
        c->n_keys = n;
    return compare(c, lang, n, e);
}

static const struct entry *find(const struct catalogue *c, size_t lang, const char *key)
{
    const struct entry want = {.key = key};
    return bsearch(&want, c->entries[lang], c->n_keys, sizeof want, by_key);
}

static enum rc check_required(const struct catalogue *c, struct rc_info *e)
{
    static const char *const keys[] = {"lang.tag", "lang.name", "lang.dir"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (find(c, 0, keys[i]) == NULL)
            return rc_set(e, RC_INPUT, "%s.txt: \"%s\" is missing", c->langs[0], keys[i]);
    for (size_t l = 0; l < c->n_langs; l++)
        if (strcmp(tr(c, l, "lang.dir"), "ltr") != 0 && strcmp(tr(c, l, "lang.dir"), "rtl") != 0)
            return rc_set(e, RC_INPUT, "%s.txt: \"lang.dir\" is neither ltr nor rtl", c->langs[l]);
    return RC_OK;
}

enum rc catalogue_load(const char *html_dir, struct arena *a, struct catalogue **out, struct rc_info *e)
{
    struct catalogue *c = arena_alloc(a, sizeof *c);
    const char *dir = arena_printf(a, "%s/i18n", html_dir);
    if (c == NULL || dir == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the texts");
    enum rc rc = list_langs(dir, a, c, e);
    for (size_t l = 0; rc == RC_OK && l < c->n_langs; l++)
        rc = load_lang(dir, l, a, c, e);
    if (rc == RC_OK)
        rc = check_required(c, e);
    if (rc == RC_OK)
        *out = c;
    return rc;
}

size_t catalogue_langs(const struct catalogue *c, const char *const **langs)
{
    *langs = c->langs;
    return c->n_langs;
}

const char *tr(const struct catalogue *c, size_t lang, const char *key)
{
    const struct entry *found = find(c, lang < c->n_langs ? lang : 0, key);
    return found != NULL ? found->text : key;
}

struct value {
    const char *name, *text;
};

static size_t take_values(va_list ap, struct value *out)
{
    size_t n = 0;
    for (const char *name; n < PLACES_MAX && (name = va_arg(ap, const char *)) != NULL; n++)
        out[n] = (struct value){name, va_arg(ap, const char *)};
    return n;
}

/* Fill `text` into `out`; `escape` for HTML. A place without a value stays as it is. */
static void fill(struct buf *out, const char *text, const struct value *v, size_t n, bool escape)
{
    struct html w = {out};
    while (*text != '\0') {
        size_t name_len = 0;
        const char *place = find_place(text, &name_len);
        size_t plain = place == NULL ? strlen(text) : (size_t)(place - text);
        const char *value = NULL;
        for (size_t i = 0; place != NULL && i < n; i++)
            if (text_equal(v[i].name, place + 1, name_len))
                value = v[i].text;
        if (place != NULL && value == NULL)
            plain += name_len + 2;
        if (escape)
            html_attr_n(&w, text, plain);
        else
            buf_put(out, text, plain);
        if (value != NULL && escape)
            html_attr(&w, value);
        else if (value != NULL)
            buf_puts(out, value);
        text += plain + (value != NULL ? name_len + 2 : 0);
    }
}

void html_tr(struct html *w, const struct catalogue *c, size_t lang, const char *key, ...)
{
    struct value v[PLACES_MAX];
    va_list ap;
    va_start(ap, key);
    size_t n = take_values(ap, v);
    va_end(ap);
    fill(w->out, tr(c, lang, key), v, n, true);
}

char *tr_fill(struct arena *a, const struct catalogue *c, size_t lang, const char *key, ...)
{
    struct value v[PLACES_MAX];
    struct buf b;
    va_list ap;
    va_start(ap, key);
    size_t n = take_values(ap, v);
    va_end(ap);
    buf_init(&b, 64 * 1024);
    fill(&b, tr(c, lang, key), v, n, false);
    char *copy = buf_ok(&b) ? arena_memdup(a, b.p == NULL ? "" : b.p, b.len) : NULL;
    buf_release(&b);
    return copy;
}
