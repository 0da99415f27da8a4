#include "report/poster.h"

#include <string.h>

#include "report/markup.h"
#include "report/qr.h"

/* The sheet, in millimetres. */
enum { TEXT_WIDTH = 174, MIDDLE = 105, CODE_SIDE = 100, CODE_Y = 132, LINES_MAX = 6 };
static const double LEADING = 1.4; /* from base to base, times the size of the letters */

/* ---- lines: nobody knows the reader's font, so widths are estimates on the safe side ---- */

/* One code point of valid UTF-8 at s; its value to *c, its length in bytes back. */
static size_t next(const char *s, unsigned *c)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    *c = n == 1 ? p[0] : p[0] & (0x7fU >> n);
    for (size_t i = 1; i < n; i++)
        *c = *c << 6 | (p[i] & 0x3fU);
    return n;
}

/* Chinese, Japanese and Korean letters and full-width signs: one em wide, a line may end behind each. */
static bool is_wide(unsigned c)
{
    return c >= 0x2e80;
}

static double width_of(unsigned c)
{
    if (is_wide(c))
        return 1.0;
    if (c < 0x80 && strchr("WMmw@", (int)c) != NULL)
        return 0.9;
    return c == ' ' ? 0.3 : c >= 'A' && c <= 'Z' ? 0.7 : 0.58;
}

/* Signs that must not begin a line. */
static bool is_closing(unsigned c)
{
    static const unsigned closing[] = {0x3001, 0x3002, 0xff0c, 0xff1a, 0xff1b, 0xff01,
                                       0xff1f, 0xff09, 0x300b, 0x300d, 0x201d};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
        if (c == closing[i])
            return true;
    return false;
}

/* Signs that must not end one. */
static bool is_opening(unsigned c)
{
    return c == 0xff08 || c == 0x300a || c == 0x300c || c == 0x201c;
}

/* The end of the line that begins at s[from]: behind the last sign that fits and may end a line. */
static size_t line_end(const char *s, size_t from, double width)
{
    double used = 0;
    size_t end = from; /* none found so far */
    unsigned c, after;
    for (size_t i = from, n; s[i] != '\0'; i += n) {
        n = next(s + i, &c);
        used += c == ' ' && (s[i + n] == '\0' || used + width_of(c) > width) ? 0 : width_of(c);
        if (used > width)
            return end;
        if (s[i + n] == '\0')
            return i + n;
        (void)next(s + i + n, &after);
        bool may_end = c == ' ' || (is_wide(c) && !is_opening(c)) || (!is_opening(c) && is_wide(after));
        if (may_end && !is_closing(after))
            end = i + n;
    }
    return end;
}

size_t poster_lines(const char *s, double width, size_t max, size_t *from, size_t *to)
{
    size_t n = 0, at = strspn(s, " ");
    while (s[at] != '\0') {
        size_t end = line_end(s, at, width);
        if (n == max || end == at)
            return 0;
        from[n] = at;
        at = end + strspn(s + end, " ");
        while (end > from[n] && s[end - 1] == ' ')
            end--;
        to[n++] = end;
    }
    return n;
}

/* ---- the sheet ---- */

static void put_line(struct buf *out, const char *s, size_t len, const char *class, double size, double y)
{
    char line[1024];
    if (len >= sizeof line)
        len = sizeof line - 1; /* no line of a sheet is as long */
    memcpy(line, s, len);
    line[len] = '\0';
    buf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%.1f\" font-size=\"%.1f\">", class, MIDDLE, y, size);
    mk_text(out, line);
    mk_lit(out, "</text>\n");
}

/* As poster_lines, and the narrowest lines of the same number: no sign stands alone in the last. */
static size_t even_lines(const char *s, double width, size_t max, size_t *from, size_t *to)
{
    size_t n = poster_lines(s, width, max, from, to);
    while (n > 1 && poster_lines(s, width * 0.97, n, from, to) == n)
        width *= 0.97;
    return n > 0 ? poster_lines(s, width, n, from, to) : 0;
}

/* A text in the largest of the sizes (ended by 0) in which its last line stands no lower than `floor`; *y is
 * the base of the line above and moves down. Nothing is written where it does not fit. */
static bool put_text(struct buf *out, const char *s, const char *class, const double *sizes, double floor, double *y)
{
    size_t from[LINES_MAX], to[LINES_MAX], n = 0;
    for (; *sizes > 0; sizes++) {
        double room = (floor - *y) / (*sizes * LEADING);
        n = room < 1 ? 0 : even_lines(s, TEXT_WIDTH / *sizes, room < LINES_MAX ? (size_t)room : LINES_MAX, from, to);
        if (n > 0)
            break;
    }
    for (size_t i = 0; i < n; i++) {
        *y += *sizes * LEADING;
        put_line(out, s + from[i], to[i] - from[i], class, *sizes, *y);
    }
    return n > 0;
}

static bool is_address(const char *s)
{
    size_t n = strncmp(s, "https://", 8) == 0 ? 8 : strncmp(s, "http://", 7) == 0 ? 7 : 0;
    if (n == 0 || s[n] == '\0' || s[n] == '/' || strlen(s) > POSTER_URL_MAX)
        return false;
    for (const char *p = s; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 127 || strchr("\"'<>\\^`{|}", *p) != NULL)
            return false;
    return true;
}

static void put_head(struct buf *out, const struct poster *p)
{
    mk_lit(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"210mm\" height=\"297mm\" viewBox=\"0 0 210 297\" "
                "xml:lang=\"");
    mk_attr(out, p->lang);
    mk_lit(out, "\" direction=\"");
    mk_attr(out, p->dir);
    mk_lit(out, "\" text-anchor=\"middle\" font-family=\"system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
                "'Noto Sans SC', sans-serif\">\n<title>");
    mk_text(out, p->title);
    mk_lit(out, "</title>\n<style>.b{font-weight:700;fill:#1a2128}.n{fill:#1a2128}.q{fill:#56626d}"
                ".w{font-weight:700;fill:#8a1c16}</style>\n"
                "<path fill=\"#fff\" d=\"M0 0h210v297h-210z\"/><path fill=\"#0b5a8a\" d=\"M0 0h210v7h-210z\"/>\n");
}

enum rc poster_svg(struct buf *out, const struct poster *p, struct rc_info *e)
{
        static const double quiet[] = {6.5, 5.5, 4.5, 0}, title[] = {16, 14, 12, 10, 8, 0}, body[] = {6, 5.2, 4.6, 0};
    static const double scan[] = {10, 8, 6.5, 0}, address[] = {5.5, 4.5, 3.6, 2.8, 0}, foot[] = {4.6, 4, 3.5, 3, 0};
    double y = 18;
    if (!is_address(p->url))
        return rc_set(e, RC_INPUT, "\"%.220s\" is not an address such as https://survey.example.gov.cn/survey/name",
                      p->url);
    put_head(out, p);
    if (!put_text(out, p->organiser, "q", quiet, 40, &y))
        return rc_set(e, RC_INPUT, "the name of the organiser is too long for a sheet");
    y += 3;
    if (!put_text(out, p->title, "b", title, 105, &y))
        return rc_set(e, RC_INPUT, "the title is too long for a sheet");
    y += 4;
    if (*p->notice != '\0' && !put_text(out, p->notice, "w", body, CODE_Y, &y))
        return rc_set(e, RC_INPUT, "the title leaves no room for the notice that this is a demonstration");
    y += *p->notice != '\0' ? 3 : 0;
    (void)put_text(out, p->description, "n", body, CODE_Y, &y);
    buf_printf(out, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">", MIDDLE - CODE_SIDE / 2, CODE_Y, CODE_SIDE,
               CODE_SIDE);
    enum rc rc = qr_svg(out, p->url, p->alt, e);
    if (rc != RC_OK)
        return rc;
    mk_lit(out, "</svg>\n");
    y = CODE_Y + CODE_SIDE;
    bool is_there = put_text(out, p->scan, "b", scan, 250, &y);
    y += 2;
    if (!is_there || !put_text(out, p->url, "n", address, 262, &y))
        return rc_set(e, RC_INPUT, "the address is too long for a sheet");
    y = 264;
    (void)put_text(out, p->voluntary, "q", foot, 278, &y);
    (void)put_text(out, p->contact, "q", foot, 290, &y);
    mk_lit(out, "</svg>\n");
    return buf_ok(out) ? RC_OK : rc_set(e, RC_NOMEM, "no room for the sheet");
}
