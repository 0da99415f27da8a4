#include <math.h>
#include <stdint.h>

#include "report/chart_inner.h"

/* Pixels: above the scale, the scale, the labels under it. */
enum { TOP = 10, PLOT = 140, BOTTOM = 24 };

static double y_of(double p)
{
    return TOP + PLOT * (1 - fmin(fmax(p, 0), 1));
}

/* The middle of the place of dot `i`, in per cent of the width. */
static void put_x(struct buf *out, const char *name, const struct chart_line *c, size_t i)
{
    buf_printf(out, " %s=\"", name);
    chart_percent(out, 10 + 90 * ((double)i + .5) / (double)c->n);
    mk_lit(out, "%\"");
}

static void put_scale(struct buf *out, const struct chart_line *c)
{
    for (int i = 0; i < 3; i++) {
        double y = y_of(i / 2.0);
        buf_printf(out, "<rect class=\"c-grid\" width=\"100%%\" height=\"1\" y=\"%.1f\" fill=\"#c9d1d8\"/>", y);
        buf_printf(out, "<text class=\"c-quiet\" x=\"0\" y=\"%.1f\" fill=\"#56626d\">", i == 2 ? y + 12 : y - 3);
        mk_text(out, c->ticks[i]);
        mk_lit(out, "</text>\n");
    }
}

static void put_link(struct buf *out, const struct chart_line *c, size_t from, size_t to)
{
    buf_printf(out, "<line class=\"c-line\" stroke=\"#2b78ad\" stroke-width=\"2\" y1=\"%.1f\" y2=\"%.1f\"", y_of(c->dots[from].p), y_of(c->dots[to].p));
    put_x(out, "x1", c, from);
    put_x(out, "x2", c, to);
    mk_lit(out, "/>\n");
}

static void put_dot(struct buf *out, const struct chart_line *c, size_t i)
{
    const struct chart_dot *d = &c->dots[i];
    if (d->label != NULL) {
        buf_printf(out, "<text class=\"c-quiet\" fill=\"#56626d\" text-anchor=\"middle\" y=\"%d\"", TOP + PLOT + 16);
        put_x(out, "x", c, i);
        mk_lit(out, ">");
        mk_text(out, d->label);
        mk_lit(out, "</text>");
    }
    if (!d->has_value)
        return;
    if (d->has_interval) {
        buf_printf(out, "<line class=\"c-range\" stroke=\"#084266\" stroke-width=\"6\" stroke-opacity=\".35\" y1=\"%.1f\" y2=\"%.1f\"", y_of(d->low), y_of(d->high));
        put_x(out, "x1", c, i);
        put_x(out, "x2", c, i);
        mk_lit(out, "/>");
    }
    buf_printf(out, "<circle class=\"c-dot\" r=\"5\" fill=\"#0b5a8a\" cy=\"%.1f\"", y_of(d->p));
    put_x(out, "cx", c, i);
    mk_lit(out, "><title>");
    mk_text(out, d->title != NULL ? d->title : "");
    mk_lit(out, "</title></circle>\n");
}

void chart_trend(struct buf *out, const struct chart_line *c)
{
    size_t last = SIZE_MAX;
    if (c->n == 0 || c->n > CHART_COLUMNS_MAX)
        return;
    buf_printf(out, "<svg class=\"c-time c-trend\" width=\"100%%\" height=\"%d\" role=\"img\" font-size=\"11\"" CHART_FONT " aria-label=\"",
               TOP + PLOT + BOTTOM);
    mk_attr(out, c->alt);
    mk_lit(out, "\">\n");
    put_scale(out, c);
    for (size_t i = 0; i < c->n; i++) {
        if (!c->dots[i].has_value)
            continue;
        if (last != SIZE_MAX)
            put_link(out, c, last, i);
        last = i;
    }
    for (size_t i = 0; i < c->n; i++)
        put_dot(out, c, i);
    mk_lit(out, "</svg>\n");
}
