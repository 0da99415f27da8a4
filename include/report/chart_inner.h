/* chart_inner: what the chart files share.  Layer: report; not for others. */
#ifndef MINYI_REPORT_CHART_INNER_H
#define MINYI_REPORT_CHART_INNER_H

#include "report/chart.h"
#include "report/markup.h"

/* Fonts that a renderer without the page's style sheet (WeasyPrint's SVG) takes. */
#define CHART_FONT " font-family=\"Noto Sans CJK SC,Source Han Sans SC,sans-serif\""

/* A length in per cent of the chart's width, at most three decimals, without trailing zeros. */
void chart_percent(struct buf *out, double v);

/* Fill of shade 1..CHART_SHADES, and of the ink that is readable on it. */
const char *chart_shade_fill(int shade);
const char *chart_shade_ink(int shade);

#endif
