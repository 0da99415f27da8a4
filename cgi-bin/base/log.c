#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *program = "minyi";

void log_program(const char *name)
{
    program = name;
}

struct line {
    char p[4096];
    size_t len;
};

static void put(struct line *l, const char *s)
{
    size_t n = strlen(s);
    size_t room = sizeof l->p - 1 - l->len; /* one byte stays for the newline */
    if (n > room)
        n = room;
    memcpy(l->p + l->len, s, n);
    l->len += n;
}

/* Quote values with spaces, quotes or '='; escape control bytes and the separators that
 * some log readers take for a line end (C1, U+2028, U+2029). */
static void put_value(struct line *l, const char *s)
{
    bool quote = *s == '\0' || strpbrk(s, " \"=\\") != NULL;
    if (quote)
        put(l, "\"");
    for (const unsigned char *c = (const unsigned char *)s; *c != '\0'; c++) {
        char esc[8] = {(char)*c, 0};
        bool is_separator = c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9);
        bool is_c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        if (*c < 0x20 || *c == 0x7f || is_separator || is_c1)
            (void)snprintf(esc, sizeof esc, "\\x%02x", *c);
        else if (*c == '"' || *c == '\\')
            (void)snprintf(esc, sizeof esc, "\\%c", *c);
        put(l, esc);
    }
    if (quote)
        put(l, "\"");
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    struct line l = {.len = 0};
    char stamp[64];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    (void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &tm);
    put(&l, stamp);
    put(&l, " ");
    put(&l, names[level]);
    put(&l, " ");
    put(&l, program);
    put(&l, " ");
    put(&l, event);
    for (const struct log_field *f = fields; f->key != NULL; f++) {
        put(&l, " ");
        put(&l, f->key);
        put(&l, "=");
        if (f->s != NULL) {
            put_value(&l, f->s);
        } else {
            char number[32];
            (void)snprintf(number, sizeof number, "%lld", (long long)f->i);
            put(&l, number);
        }
    }
    l.p[l.len++] = '\n';
    ssize_t n = write(STDERR_FILENO, l.p, l.len);
    (void)n; /* a full disk under the log must not stop the program */
}
