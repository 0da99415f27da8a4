/* QR codes: the picture holds the modules that libqrencode gives, and nothing else. What a camera reads from
 * it is tested in the browser tests, where there is a picture of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/qr.h"

enum { SIDE_MAX = 200, QUIET = 4 };

/* Read the path of dark runs back into a raster; gives its number of dark modules. */
static size_t read_back(const char *svg, unsigned char raster[SIDE_MAX][SIDE_MAX])
{
    const char *p = strstr(svg, "fill=\"#000\" d=\"");
    size_t n = 0;
    assert_non_null(p);
    memset(raster, 0, (size_t)SIDE_MAX * SIDE_MAX);
    for (p += strlen("fill=\"#000\" d=\""); *p == 'M';) {
        int x, y, w, back, used = 0;
        assert_int_equal(sscanf(p, "M%d %dh%dv1h-%dz%n", &x, &y, &w, &back, &used), 4);
        assert_true(used > 0 && w == back && w > 0 && x >= QUIET && y >= QUIET && x + w < SIDE_MAX && y < SIDE_MAX);
        for (int i = 0; i < w; i++) {
            assert_int_equal(raster[y - QUIET][x + i - QUIET], 0);
            raster[y - QUIET][x + i - QUIET] = 1;
            n++;
        }
        p += used;
    }
    assert_int_equal(*p, '"');
    return n;
}

static void test_modules(void **state)
{
    static const char *const texts[] = {"A",
                                        "民意 Minyi 回执 ABCD-EFGH-JKLM-NPQR",
                                        "https://example.org/survey/gov-wechat-2014#code=ABCDEFGHJKLMNPQR"};
    static unsigned char raster[SIDE_MAX][SIDE_MAX];
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        struct buf out;
        struct rc_info e;
        buf_init(&out, 1 << 20);
        assert_int_equal(qr_svg(&out, texts[t], "code", &e), RC_OK);
        QRcode *want = QRcode_encodeString8bit(texts[t], 0, QR_ECLEVEL_M);
        assert_non_null(want);
        size_t n = read_back(out.p, raster), n_want = 0;
        for (int y = 0; y < want->width; y++)
            for (int x = 0; x < want->width; x++) {
                int is_dark = want->data[y * want->width + x] & 1;
                n_want += (size_t)is_dark;
                assert_int_equal(raster[y][x], is_dark);
            }
        assert_int_equal(n, n_want);
        char box[40];
        (void)snprintf(box, sizeof box, "viewBox=\"0 0 %d %d\"", want->width + 8, want->width + 8);
        assert_non_null(strstr(out.p, box));
        QRcode_free(want);
        buf_release(&out);
    }
}

static void test_refused(void **state)
{
    struct buf out;
    struct rc_info e;
    char *text = malloc(QR_TEXT_MAX + 2);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', QR_TEXT_MAX + 1);
    text[QR_TEXT_MAX + 1] = '\0';
    buf_init(&out, 1 << 20);
    assert_int_equal(qr_svg(&out, "", "none", &e), RC_INPUT);
    assert_int_equal(qr_svg(&out, text, "long", &e), RC_TOOBIG);
    text[QR_TEXT_MAX] = '\0';
    assert_int_equal(qr_svg(&out, text, "just fits", &e), RC_OK);
    buf_release(&out);
    buf_init(&out, 100);
    assert_int_equal(qr_svg(&out, "text", "no room", &e), RC_NOMEM);
    buf_release(&out);
    free(text);
}

static void test_alt_is_escaped(void **state)
{
    struct buf out;
    struct rc_info e;
    (void)state;
    buf_init(&out, 1 << 20);
    assert_int_equal(qr_svg(&out, "x", "\"><script>", &e), RC_OK);
    assert_null(strstr(out.p, "<script"));
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modules),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_alt_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
