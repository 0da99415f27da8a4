#include <stdio.h>
#include <string.h>

#include "report/chart_inner.h"

enum { COLUMNS = 7, ROWS = 8, TILE = 38, GAP = 2, LONG = 7 /* "100,000" is wider than a tile */ };

/* The 34 province-level divisions (GB/T 2260; letters: ISO 3166-2:CN), each about where it lies: neighbours
 * stay neighbours as far as squares allow, and seven columns are few enough to be read on a phone. Sizes mean nothing. */
static const struct place {
    const char *code, *letters, *zh;
    int column, row;
} places[] = {
    {"23", "HL", "黑龙江", 6, 0}, {"22", "JL", "吉林", 6, 1},   {"65", "XJ", "新疆", 0, 2}, {"62", "GS", "甘肃", 1, 2},
    {"64", "NX", "宁夏", 2, 2},   {"15", "NM", "内蒙古", 3, 2}, {"11", "BJ", "北京", 4, 2}, {"12", "TJ", "天津", 5, 2},
    {"21", "LN", "辽宁", 6, 2},   {"63", "QH", "青海", 1, 3},   {"61", "SN", "陕西", 2, 3}, {"14", "SX", "山西", 3, 3},
    {"13", "HE", "河北", 4, 3},   {"37", "SD", "山东", 5, 3},   {"54", "XZ", "西藏", 0, 4}, {"51", "SC", "四川", 1, 4},
    {"50", "CQ", "重庆", 2, 4},   {"41", "HA", "河南", 3, 4},   {"34", "AH", "安徽", 4, 4}, {"32", "JS", "江苏", 5, 4},
    {"31", "SH", "上海", 6, 4},   {"53", "YN", "云南", 1, 5},   {"52", "GZ", "贵州", 2, 5}, {"42", "HB", "湖北", 3, 5},
    {"36", "JX", "江西", 4, 5},   {"33", "ZJ", "浙江", 5, 5},   {"45", "GX", "广西", 2, 6}, {"43", "HN", "湖南", 3, 6},
    {"44", "GD", "广东", 4, 6},   {"35", "FJ", "福建", 5, 6},   {"71", "TW", "台湾", 6, 6}, {"46", "HI", "海南", 3, 7},
    {"82", "MO", "澳门", 4, 7},   {"81", "HK", "香港", 5, 7},
};
enum { PLACES = sizeof places / sizeof *places };

static const struct place *place_of(const char *code)
{
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(places[i].code, code) == 0)
            return &places[i];
    return NULL;
}

const char *chart_tile_letters(const char *code)
{
    const struct place *p = place_of(code);
    return p != NULL ? p->letters : "";
}

const char *chart_tile_zh(const char *code)
{
    const struct place *p = place_of(code);
    return p != NULL ? p->zh : "";
}

static const struct chart_tile *tile_of(const struct chart_map *c, const char *code)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->tiles[i].code, code) == 0)
            return &c->tiles[i];
    return NULL;
}

static void put_square(struct buf *out, const struct place *p, int shade)
{
    /* a hollow tile's dashed line lies inside its square */
    double at = shade == 0 ? .75 : 0;
    buf_printf(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"3\" fill=\"%s\"%s/>",
               p->column * (TILE + GAP) + at, p->row * (TILE + GAP) + at, TILE - 2 * at, TILE - 2 * at,
               chart_shade_fill(shade),
               shade == 0 ? " stroke=\"#8c99a4\" stroke-width=\"1\" stroke-dasharray=\"3 2\"" : "");
}

static void put_tile(struct buf *out, const struct place *p, const struct chart_map *c)
{
    const struct chart_tile *t = tile_of(c, p->code);
    int shade = t == NULL || t->shade < 1 ? 0 : t->shade > CHART_SHADES ? CHART_SHADES : t->shade;
    const char *unlisted = c->is_zh ? p->zh : p->letters;
    const char *name = t == NULL ? unlisted : t->short_name != NULL ? t->short_name : p->letters;
    int x = p->column * (TILE + GAP) + TILE / 2, y = p->row * (TILE + GAP);
    buf_printf(out, "<g class=\"k%d\" fill=\"%s\"><title>", shade, chart_shade_ink(shade));
    mk_text(out, t != NULL ? t->name : unlisted);
    if (t != NULL ? t->full != NULL : c->legend_none != NULL) {
        mk_lit(out, ": ");
        mk_text(out, t != NULL ? t->full : c->legend_none);
    }
    mk_lit(out, "</title>");
    put_square(out, p, shade);
    /* three ideographs need a smaller size; two letters take a larger one */
    buf_printf(out, "<text x=\"%d\" y=\"%d\"%s>", x, y + 17, strlen(name) > 6 ? " font-size=\"11\"" : "");
    mk_text(out, name);
    const char *value = t != NULL && t->value != NULL ? t->value : c->none != NULL ? c->none : "";
    buf_printf(out, "</text><text class=\"v\" x=\"%d\" y=\"%d\" font-size=\"%s\">", x, y + 31, strlen(value) >= LONG ? "8.5" : "10");
    mk_text(out, value);
    mk_lit(out, "</text></g>\n");
}

static void put_key(struct buf *out, int shade, const char *text)
{
    buf_printf(out, "<li><svg class=\"c-key\" width=\"18\" height=\"14\" aria-hidden=\"true\"><g class=\"k%d\"><rect "
                    "x=\"1\" y=\"1\" width=\"16\" height=\"12\" rx=\"2\" fill=\"%s\"%s/></g></svg> ",
               shade, chart_shade_fill(shade), shade == 0 ? " stroke=\"#8c99a4\" stroke-dasharray=\"3 2\"" : "");
    mk_text(out, text);
    mk_lit(out, "</li>");
}

void chart_tilemap(struct buf *out, const struct chart_map *c)
{
    buf_printf(out, "<svg class=\"c-map\" viewBox=\"0 0 %d %d\" role=\"img\" text-anchor=\"middle\" "
                    "font-size=\"12.5\"" CHART_FONT " aria-label=\"",
               COLUMNS * (TILE + GAP) - GAP, ROWS * (TILE + GAP) - GAP);
    mk_attr(out, c->alt);
    mk_lit(out, "\">\n");
    for (size_t i = 0; i < PLACES; i++)
        put_tile(out, &places[i], c);
    mk_lit(out, "</svg>\n<ul class=\"c-legend\">");
    for (int i = 0; i < CHART_SHADES && c->legend[i] != NULL; i++)
        put_key(out, i + 1, c->legend[i]);
    if (c->legend_none != NULL)
        put_key(out, 0, c->legend_none);
    mk_lit(out, "</ul>\n");
}
