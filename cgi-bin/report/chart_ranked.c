#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/chart_inner.h"

/* Lightness falls evenly from 1 to 5, so that the order survives a black-and-white printer. Contrast of
 * the ink on its fill is 4.5 at least. */
static const struct {
    const char *fill, *ink;
} shades[CHART_SHADES + 1] = {
    {"none", "#1a2128"}, {"#e6f0f7", "#1a2128"}, {"#b9d7ea", "#1a2128"},
    {"#7fb5da", "#1a2128"}, {"#2b78ad", "#ffffff"}, {"#084266", "#ffffff"},
};

static int clamp_shade(int shade)
{
    return shade < 0 ? 0 : shade > CHART_SHADES ? CHART_SHADES : shade;
}

const char *chart_shade_fill(int shade)
{
    return shades[clamp_shade(shade)].fill;
}

const char *chart_shade_ink(int shade)
{
    return shades[clamp_shade(shade)].ink;
}

int chart_shade(double v, const double bounds[CHART_SHADES - 1])
{
    int shade = 1;
    for (size_t i = 0; i < CHART_SHADES - 1; i++)
        shade += v >= bounds[i];
    return shade;
}

void chart_percent(struct buf *out, double v)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%.2f", isfinite(v) ? fmin(fmax(v, -1000), 1000) : 0);
    while (n > 0 && text[n - 1] == '0')
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    buf_put(out, text, (size_t)n);
}

static void put_head(struct buf *out, const char *class, const char *text)
{
    mk_lit(out, "<th scope=\"col\" class=\"");
    buf_puts(out, class);
    mk_lit(out, "\">");
    mk_text(out, text);
    mk_lit(out, "</th>");
}

static void put_cell(struct buf *out, const char *class, const char *text)
{
    mk_lit(out, "<td class=\"");
    buf_puts(out, class);
    mk_lit(out, "\">");
    mk_text(out, text);
    mk_lit(out, "</td>");
}

static void put_bar(struct buf *out, const struct chart_bar *b, double max)
{
    double size = max > 0 ? fmin(fmax(b->size / max, 0), 1) * 100 : 0;
    mk_lit(out, "<td class=\"c-line\"><svg class=\"c-bar\" width=\"100%\" height=\"14\" aria-hidden=\"true\">"
                "<rect class=\"c-fill\" y=\"2\" width=\"");
    chart_percent(out, size);
    mk_lit(out, "%\" height=\"10\" fill=\"#0b5a8a\"/></svg></td>");
}

/* Which columns the rows fill. */
struct columns {
    bool rank, share;
    double max;
};

static struct columns look(const struct chart_bars *c)
{
    struct columns has = {.max = c->max};
    for (size_t i = 0; i < c->n; i++) {
        has.rank |= c->bars[i].rank != NULL;
        has.share |= c->bars[i].share != NULL;
        if (c->max <= 0)
            has.max = fmax(has.max, c->bars[i].size);
    }
    return has;
}

static void put_row(struct buf *out, const struct chart_bar *b, const struct columns *has)
{
    buf_puts(out, b->is_marked ? "<tr class=\"c-mark\">" : "<tr>");
    if (has->rank)
        put_cell(out, "c-rank", b->rank != NULL ? b->rank : "");
    mk_lit(out, "<th scope=\"row\">");
    mk_text(out, b->label);
    mk_lit(out, "</th>");
    put_bar(out, b, has->max);
    put_cell(out, "c-num", b->value);
    if (has->share)
        put_cell(out, "c-num", b->share != NULL ? b->share : "");
    mk_lit(out, "</tr>\n");
}

void chart_ranked(struct buf *out, const struct chart_bars *c)
{
    const struct columns has = look(c);
    mk_lit(out, "<table class=\"c-ranked\"");
    if (c->caption == NULL && c->aria != NULL) {
        mk_lit(out, " aria-label=\"");
        mk_attr(out, c->aria);
        mk_lit(out, "\"");
    }
    mk_lit(out, ">\n");
    if (c->caption != NULL) {
        mk_lit(out, "<caption>");
        mk_text(out, c->caption);
        mk_lit(out, "</caption>\n");
    }
    mk_lit(out, "<thead><tr>");
    if (has.rank)
        put_head(out, "c-rank", c->rank_head);
    put_head(out, "c-name", c->label_head);
    mk_lit(out, "<td class=\"c-line\"></td>"); /* the bars repeat the numbers: no head */
    put_head(out, "c-num", c->value_head);
    if (has.share)
        put_head(out, "c-num", c->share_head);
    mk_lit(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->n; i++)
        put_row(out, &c->bars[i], &has);
    mk_lit(out, "</tbody>\n</table>\n");
}

void chart_range_bar(struct buf *out, const struct chart_range *r)
{
    mk_lit(out, "<svg class=\"c-bar c-range\" width=\"100%\" height=\"14\" aria-hidden=\"true\">"
                "<rect class=\"c-track\" y=\"2\" width=\"100%\" height=\"10\" fill=\"#e6ebef\"/>"
                "<rect class=\"c-fill\" y=\"2\" width=\"");
    chart_percent(out, r->p * 100);
    mk_lit(out, "%\" height=\"10\" fill=\"#0b5a8a\"/>");
    if (r->has_interval) {
        mk_lit(out, "<rect class=\"c-ends\" y=\"5\" height=\"4\" fill=\"#e08a00\" x=\"");
        chart_percent(out, r->low * 100);
        mk_lit(out, "%\" width=\"");
        chart_percent(out, fmax((r->high - r->low) * 100, .4));
        mk_lit(out, "%\"/>");
    }
    mk_lit(out, "</svg>");
}
