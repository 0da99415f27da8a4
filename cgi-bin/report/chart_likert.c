#include <math.h>

#include "report/chart_inner.h"

enum { NEUTRAL = 2 };
enum { BAR_HEIGHT = 26 };
/* A number is written into a segment at least this wide, in per cent of the chart: 27 px of 340. */
static const double NUMBER_MIN = 8;
/* Between the answers and the neutral ones, in per cent. */
static const double ASIDE_GAP = 3;

/* The two sides differ in lightness at the same distance from the middle too, so that they can be told
 * apart in grey. Contrast of ink on fill is 4.5 at least. */
static const struct {
    const char *fill, *ink;
} points[CHART_POINTS] = {
    {"#b35806", "#ffffff"}, {"#f1a340", "#1a2128"}, {"#d5dade", "#1a2128"},
    {"#67a9cf", "#1a2128"}, {"#0b5a8a", "#ffffff"},
};

static void put_segment(struct buf *out, const struct chart_likert *c, const struct chart_item *item, int point, double x, double width)
{
    if (width <= 0)
        return;
    buf_printf(out, "<rect class=\"n%d\" height=\"%d\" fill=\"%s\" stroke=\"#fff\" x=\"", point + 1, BAR_HEIGHT,
               points[point].fill);
    chart_percent(out, x);
    mk_lit(out, "%\" width=\"");
    chart_percent(out, width);
    if (c->legend[point] != NULL && item->text[point] != NULL) {
        mk_lit(out, "%\"><title>");
        mk_text(out, c->legend[point]);
        mk_lit(out, ": ");
        mk_text(out, item->text[point]);
        mk_lit(out, "%</title></rect>");
    } else {
        mk_lit(out, "%\"/>");
    }
    if (width < NUMBER_MIN || item->text[point] == NULL)
        return;
    buf_printf(out, "<text class=\"i%d\" y=\"18\" fill=\"%s\" x=\"", point + 1, points[point].ink);
    chart_percent(out, x + width / 2);
    mk_lit(out, "%\">");
    mk_text(out, item->text[point]);
    mk_lit(out, "</text>");
}

static void put_begin(struct buf *out, const struct chart_likert *c, const struct chart_item *item)
{
    mk_lit(out, "<p class=\"c-item\">");
    mk_text(out, item->label);
    if (item->summary != NULL) {
        mk_lit(out, "<br><small>");
        mk_text(out, item->summary);
        mk_lit(out, "</small>");
    }
    mk_lit(out, "</p>\n<svg class=\"c-likert\" width=\"100%\" height=\"26\" role=\"img\" text-anchor=\"middle\" "
                "font-size=\"12\"" CHART_FONT " aria-label=\"");
    mk_attr(out, c->alt);
    mk_attr(out, item->summary != NULL ? item->summary : item->label);
    mk_lit(out, "\">");
}

static void put_legend(struct buf *out, const struct chart_likert *c)
{
    mk_lit(out, "<ol class=\"c-legend\">");
    for (int i = 0; i < CHART_POINTS; i++) {
        buf_printf(out, "<li><svg class=\"c-key\" width=\"18\" height=\"14\" aria-hidden=\"true\"><rect class=\"n%d\" "
                        "width=\"18\" height=\"14\" fill=\"%s\"/></svg> ", i + 1, points[i].fill);
        mk_text(out, c->legend[i] != NULL ? c->legend[i] : "");
        mk_lit(out, "</li>");
    }
    mk_lit(out, "</ol>\n");
}

static double sum(const struct chart_item *item)
{
    double all = 0;
    for (int i = 0; i < CHART_POINTS; i++)
        all += item->p[i];
    return all;
}

void chart_stacked(struct buf *out, const struct chart_likert *c)
{
    put_legend(out, c);
    for (size_t k = 0; k < c->n; k++) {
        const struct chart_item *item = &c->items[k];
        double all = sum(item), x = 0;
        if (!(all > 0))
            continue;
        put_begin(out, c, item);
        for (int i = 0; i < CHART_POINTS; i++) {
            put_segment(out, c, item, i, x, item->p[i] / all * 100);
            x += item->p[i] / all * 100;
        }
        mk_lit(out, "</svg>\n");
    }
}

/* Where the zero line and the neutral answers begin, and the per cent of the chart that one share of 1
 * takes: the same for every item, so that bars can be compared. */
struct scale {
    double zero, aside, unit;
};

static struct scale make_scale(const struct chart_likert *c)
{
    double low = 0, high = 0, neutral = 0;
    for (size_t k = 0; k < c->n; k++) {
        const double *p = c->items[k].p;
        low = fmax(low, p[0] + p[1]);
        high = fmax(high, p[3] + p[4]);
        neutral = fmax(neutral, p[NEUTRAL]);
    }
    double all = low + high + neutral;
    struct scale s = {.unit = all > 0 ? (100 - ASIDE_GAP) / all : 0};
    s.zero = low * s.unit;
    s.aside = 100 - neutral * s.unit;
    return s;
}

static void put_line(struct buf *out, double x)
{
    mk_lit(out, "<rect class=\"c-zero\" width=\"1.5\" height=\"26\" fill=\"#1a2128\" x=\"");
    chart_percent(out, x);
    mk_lit(out, "%\"/>");
}

void chart_diverging(struct buf *out, const struct chart_likert *c)
{
    const struct scale s = make_scale(c);
    put_legend(out, c);
    for (size_t k = 0; k < c->n; k++) {
        const struct chart_item *item = &c->items[k];
        const double *p = item->p;
        if (!(sum(item) > 0))
            continue;
        put_begin(out, c, item);
        put_segment(out, c, item, 0, s.zero - (p[0] + p[1]) * s.unit, p[0] * s.unit);
        put_segment(out, c, item, 1, s.zero - p[1] * s.unit, p[1] * s.unit);
        put_segment(out, c, item, 3, s.zero, p[3] * s.unit);
        put_segment(out, c, item, 4, s.zero + p[3] * s.unit, p[4] * s.unit);
        put_segment(out, c, item, NEUTRAL, s.aside, p[NEUTRAL] * s.unit);
        put_line(out, s.zero);
        mk_lit(out, "</svg>\n");
    }
}
