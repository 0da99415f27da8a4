#include <math.h>

#include "report/chart_inner.h"

/* Pixels: the place for marks of events above the columns, the columns, the labels under them. */
enum { TOP = 28, PLOT = 150, BOTTOM = 22 };

static void put_x(struct buf *out, const char *name, double per_cent)
{
    buf_printf(out, " %s=\"", name);
    chart_percent(out, per_cent);
    mk_lit(out, "%\"");
}

static void put_ticks(struct buf *out, const struct chart_columns *c)
{
    for (size_t i = 0; i < c->n_ticks && i < sizeof c->ticks / sizeof *c->ticks; i++) {
        double y = TOP + PLOT * (1 - (double)(i + 1) / (double)c->n_ticks);
        buf_printf(out, "<rect class=\"c-grid\" width=\"100%%\" height=\"1\" y=\"%.1f\" fill=\"#c9d1d8\"/>", y);
        buf_printf(out, "<text class=\"c-quiet\" x=\"0\" y=\"%.1f\" fill=\"#56626d\">", y + 13);
        mk_text(out, c->ticks[i]);
        mk_lit(out, "</text>\n");
    }
}

static void put_column(struct buf *out, const struct chart_columns *c, size_t i)
{
    const struct chart_column *k = &c->columns[i];
    double step = 100 / (double)c->n, height = c->max > 0 ? fmin(fmax(k->size / c->max, 0), 1) * PLOT : 0;
    mk_lit(out, "<rect class=\"c-fill\" fill=\"#2b78ad\"");
    put_x(out, "x", step * ((double)i + .1));
    put_x(out, "width", step * .8);
    buf_printf(out, " y=\"%.1f\" height=\"%.1f\">", TOP + PLOT - height, height);
    if (k->title != NULL) {
        mk_lit(out, "<title>");
        mk_text(out, k->title);
        mk_lit(out, "</title>");
    }
    mk_lit(out, "</rect>");
    if (k->label == NULL)
        return;
    buf_printf(out, "<rect class=\"c-base\" width=\"1\" height=\"7\" y=\"%d\" fill=\"#56626d\"", TOP + PLOT);
    put_x(out, "x", step * (double)i);
    buf_printf(out, "/><text class=\"c-quiet\" fill=\"#56626d\" dx=\"4\" y=\"%d\"", TOP + PLOT + 16);
    put_x(out, "x", step * (double)i);
    mk_lit(out, ">");
    mk_text(out, k->label);
    mk_lit(out, "</text>\n");
}

static void put_event(struct buf *out, const struct chart_columns *c, const struct chart_event *v)
{
    double x = fmin(fmax(v->at / (double)c->n, 0), 1) * 100;
    buf_printf(out, "<rect class=\"c-event\" width=\"1.5\" fill=\"#b35806\" y=\"%d\" height=\"%d\"", TOP - 6, PLOT + 6);
    put_x(out, "x", x);
    buf_printf(out, "/><circle class=\"c-event\" r=\"9\" cy=\"%d\" fill=\"#b35806\"", TOP - 15);
    put_x(out, "cx", fmin(fmax(x, 3), 97));
    buf_printf(out, "/><text fill=\"#ffffff\" text-anchor=\"middle\" font-weight=\"700\" y=\"%d\"", TOP - 11);
    put_x(out, "x", fmin(fmax(x, 3), 97));
    mk_lit(out, ">");
    mk_text(out, v->mark);
    mk_lit(out, "</text>\n");
}

void chart_over_time(struct buf *out, const struct chart_columns *c)
{
    if (c->n == 0 || c->n > CHART_COLUMNS_MAX)
        return;
    buf_printf(out, "<svg class=\"c-time\" width=\"100%%\" height=\"%d\" role=\"img\" font-size=\"11\"" CHART_FONT
                    " aria-label=\"", TOP + PLOT + BOTTOM);
    mk_attr(out, c->alt);
    mk_lit(out, "\">\n");
    put_ticks(out, c);
    for (size_t i = 0; i < c->n; i++)
        put_column(out, c, i);
    buf_printf(out, "<rect class=\"c-base\" width=\"100%%\" height=\"1\" y=\"%d\" fill=\"#56626d\"/>\n", TOP + PLOT);
    for (size_t i = 0; i < c->n_events; i++)
        put_event(out, c, &c->events[i]);
    mk_lit(out, "</svg>\n");
}
