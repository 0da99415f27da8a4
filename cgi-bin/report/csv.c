#include "report/csv.h"

#include <string.h>

void csv_begin(struct csv *c, struct buf *out)
{
    *c = (struct csv){.out = out};
    buf_puts(out, "\xef\xbb\xbf");
}

static void separate(struct csv *c)
{
    if (c->n_cells++ > 0)
        buf_putc(c->out, ',');
}

void csv_text(struct csv *c, const char *s)
{
    bool is_formula = *s != '\0' && strchr("=+-@\t\r", *s) != NULL;
    size_t len = strlen(s);
    bool is_quoted = strpbrk(s, ",\"\r\n") != NULL || (len > 0 && (*s == ' ' || s[len - 1] == ' '));
    separate(c);
    if (is_quoted)
        buf_putc(c->out, '"');
    if (is_formula)
        buf_putc(c->out, '\'');
    for (; *s != '\0'; s++) {
        if (*s == '"')
            buf_putc(c->out, '"');
        buf_putc(c->out, *s);
    }
    if (is_quoted)
        buf_putc(c->out, '"');
}

void csv_int(struct csv *c, long long v)
{
    separate(c);
    buf_printf(c->out, "%lld", v);
}

void csv_number(struct csv *c, const char *digits)
{
    separate(c);
    buf_puts(c->out, digits);
}

void csv_end_row(struct csv *c)
{
    buf_puts(c->out, "\r\n");
    c->n_cells = 0;
}
