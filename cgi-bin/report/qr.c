#include "report/qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#include "report/markup.h"

enum { QUIET = 4, IS_DARK = 1 };

/* A run of dark modules from `x` to `end` in row `y` as a closed rectangle of the path. */
static void put_run(struct buf *out, int x, int end, int y)
{
    buf_printf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
}

static void put_row(struct buf *out, const unsigned char *row, int width, int y)
{
    for (int x = 0; x < width; x++) {
        int end = x;
        while (end < width && (row[end] & IS_DARK) != 0)
            end++;
        if (end > x)
            put_run(out, x, end, y);
        x = end; /* the module at `end` is light */
    }
}

static void put_picture(struct buf *out, const QRcode *code, const char *alt)
{
    int side = code->width + 2 * QUIET;
    mk_lit(out, "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" shape-rendering=\"crispEdges\" "
                "viewBox=\"0 0 ");
    buf_printf(out, "%d %d", side, side);
    mk_lit(out, "\" aria-label=\"");
    mk_attr(out, alt);
    mk_lit(out, "\"><path fill=\"#fff\" d=\"M0 0h");
    buf_printf(out, "%dv%dh-%dz", side, side, side);
    mk_lit(out, "\"/><path fill=\"#000\" d=\"");
    for (int y = 0; y < code->width; y++)
        put_row(out, code->data + (ptrdiff_t)y * code->width, code->width, y);
    mk_lit(out, "\"/></svg>");
}

enum rc qr_svg(struct buf *out, const char *text, const char *alt, struct rc_info *e)
{
    size_t len = strlen(text);
    if (len == 0)
        return rc_set(e, RC_INPUT, "there is no text for a QR code");
    if (len > QR_TEXT_MAX)
        return rc_set(e, RC_TOOBIG, "%zu bytes are too many for a QR code, over %d", len, QR_TEXT_MAX);
    errno = 0;
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return rc_set(e, errno == ENOMEM ? RC_NOMEM : RC_INPUT, "the QR code cannot be made: %s", strerror(errno));
    put_picture(out, code, alt);
    QRcode_free(code);
    return buf_ok(out) ? RC_OK : rc_set(e, RC_NOMEM, "no room for the QR code");
}
