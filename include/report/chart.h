/* chart: inline SVG charts as HTML fragments.  Layer: report (uses base).
 *
 * Each chart can be read without colour: every value stands in words beside or in its mark, order and
 * position carry the meaning, colour only repeats it. Texts come from the caller, in the language of the
 * page, plain (they are escaped here). Colours are presentation attributes for paper and PDF, overruled
 * by the classes of html/css/35-chart.css on screen (dark scheme, forced colours). No id, no script, no
 * style attribute: fragments can stand side by side under a strict content security policy.
 * Errors stick in the buffer: ask buf_ok() at the end. */
#ifndef MINYI_REPORT_CHART_H
#define MINYI_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { CHART_SHADES = 5, CHART_POINTS = 5 };

/* The most columns that a column chart takes. */
enum { CHART_COLUMNS_MAX = 240 };

/* --- ranked bars: a table whose rows have a bar; the table is the text alternative -------------- */

struct chart_bar {
    const char *rank;  /* "1", "=3" for a tie; NULL: the column is left out where all are NULL */
    const char *label; /* row header */
    const char *value; /* "7,860" */
    const char *share; /* "19.2%"; NULL: no such column where all are NULL */
    double size;       /* length of the bar, 0..`max` of the chart */
    bool is_marked;    /* bold: what the text speaks of */
};

struct chart_bars {
    const char *caption; /* of the table, shown; NULL: the table stands in a figure of its own */
    const char *aria;    /* name of the table where there is no caption */
    const char *rank_head, *label_head, *value_head, *share_head; /* column heads */
    double max; /* size of a bar that takes the whole width; 0: the largest bar */
    size_t n;
    const struct chart_bar *bars;
};
void chart_ranked(struct buf *out, const struct chart_bars *c);

/* --- tile map of China's 34 province-level divisions ------------------------------------------- */

struct chart_tile {
    const char *code;  /* GB/T 2260, two digits: "44"; a code that is not on the map is left out */
    const char *name;  /* "Guangdong": read out and shown on pointing */
    const char *short_name; /* written on the tile; NULL: chart_tile_letters(code) */
    const char *value; /* written on the tile, at most 7 characters: "6,139", "15.0" */
    const char *full;  /* "6,139 accounts, 15.0%": read out after the name */
    int shade;         /* 1 (lowest) .. CHART_SHADES (highest); 0: no data, drawn hollow */
};

struct chart_map {
    const char *alt;   /* one sentence that says what the map shows */
    size_t n;
    const struct chart_tile *tiles; /* divisions that are not listed are drawn hollow with `none` */
    bool is_zh;        /* names of the divisions that are not listed: Chinese or letters */
    const char *none;  /* what stands on a tile without data, e.g. "–" */
    const char *legend[CHART_SHADES]; /* "under 300", ... lowest first; NULL ends the list */
    const char *legend_none; /* "no data"; NULL: no such entry */
};
void chart_tilemap(struct buf *out, const struct chart_map *c);

/* Two letters of a division (ISO 3166-2:CN), "GD" for "44", and its short Chinese name; "" if unknown. */
const char *chart_tile_letters(const char *code);
const char *chart_tile_zh(const char *code);

/* Which of the five shades `v` has: 1 + number of the four ascending `bounds` that it reaches. */
int chart_shade(double v, const double bounds[CHART_SHADES - 1]);

/* --- Likert items ------------------------------------------------------------------------------ */

struct chart_item {
    const char *label;       /* the question */
    const char *summary;     /* under it: "satisfied 78.9%, neutral 11.0%, dissatisfied 10.1%" */
    double p[CHART_POINTS];  /* shares of points 1 (lowest) to 5, 0..1, together 1; all 0: not drawn */
    const char *text[CHART_POINTS]; /* the same as text: "12.3" */
};

struct chart_likert {
    const char *legend[CHART_POINTS]; /* lowest first */
    const char *alt; /* what comes before each item's summary when it is read out */
    size_t n;
    const struct chart_item *items;
};
/* All five points side by side, lowest at the left, each bar 100%. */
void chart_stacked(struct buf *out, const struct chart_likert *c);
/* Points 1 and 2 to the left of a common zero line, 4 and 5 to its right, on one scale; the neutral
 * point stands apart at the right, on the same scale, so that it counts for neither side. */
void chart_diverging(struct buf *out, const struct chart_likert *c);

/* --- columns over time ------------------------------------------------------------------------- */

struct chart_column {
    double size;
    const char *label; /* under the column; NULL for most */
    const char *title; /* "2014-12: 3,120", read out */
};

struct chart_event {
    double at;         /* 0 = left edge of the first column, n = right edge of the last */
    const char *mark;  /* "A": the list under the chart explains it */
};

struct chart_columns {
    const char *alt;
    double max;        /* top of the scale, above 0; the caller's round number */
    size_t n_ticks;    /* lines across, the top one included; at most 5 */
    const char *ticks[5]; /* their texts, lowest first */
    size_t n;
    const struct chart_column *columns; /* at most CHART_COLUMNS_MAX */
    size_t n_events;
    const struct chart_event *events;
};
void chart_over_time(struct buf *out, const struct chart_columns *c);

/* --- a share over time, each point with its interval --------------------------------------------- */

struct chart_dot {
    bool has_value;     /* false: a gap */
    double p, low, high; /* 0..1 */
    bool has_interval;
    const char *label;  /* under it */
    const char *title;  /* "2014 Q1: 78.9% (78.1% to 79.7%)", read out */
};

struct chart_line {
    const char *alt;
    const char *ticks[3]; /* texts of 0%, 50%, 100% */
    size_t n;
    const struct chart_dot *dots; /* at most CHART_COLUMNS_MAX */
};
/* The whole scale from 0 to 100%, so that no change looks larger than it is. */
void chart_trend(struct buf *out, const struct chart_line *c);

/* --- intervals: a share with its range on a scale of 0 to 100% ---------------------------------- */

struct chart_range {
    double p, low, high; /* 0..1 */
    bool has_interval;
};
/* One bar for a table's cell, hidden from screen readers since the numbers stand beside it. */
void chart_range_bar(struct buf *out, const struct chart_range *r);

#endif
