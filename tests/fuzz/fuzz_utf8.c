/* UTF-8, numbers and slugs against slow but obvious definitions; the HTML writers. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "web/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 3629, section 4, the grammar word for word: bytes of the sequence at p, 0 if there is none. */
static size_t sequence(const uint8_t *p, size_t n)
{
    if (p[0] <= 0x7f)
        return 1;
    if (n >= 2 && p[0] >= 0xc2 && p[0] <= 0xdf)
        return (p[1] & 0xc0) == 0x80 ? 2 : 0;
    uint8_t low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (n >= 3 && p[0] >= 0xe0 && p[0] <= 0xef)
        return p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 ? 3 : 0;
    if (n >= 4 && p[0] >= 0xf0 && p[0] <= 0xf4)
        return p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80 ? 4 : 0;
    return 0;
}

static void check_utf8(const uint8_t *p, size_t size)
{
    size_t n = 0, at = 0;
    for (size_t more; at < size && (more = sequence(p + at, size - at)) > 0; at += more)
        n++;
    bool is_valid = text_is_utf8((const char *)p, size);
    assert(is_valid == (at == size));
    if (is_valid)
        assert(text_length((const char *)p, size) == n);
}

/* Whatever is written, no markup comes out but what the writer makes itself. */
static void check_writers(const uint8_t *p, size_t size)
{
    struct buf b;
    struct html w = {&b};
    buf_init(&b, 1024 * 1024);
    html_lit(&w, "<p title=\"");
    html_attr_n(&w, (const char *)p, size);
    html_lit(&w, "\">");
    html_text_n(&w, (const char *)p, size);
    html_lit(&w, "</p>");
    size_t angles = 0, quotes = 0;
    for (size_t i = 0; buf_ok(&b) && i < b.len; i++) {
        angles += b.p[i] == '<';
        quotes += b.p[i] == '"' && angles == 1 && quotes < 2;
    }
    assert(!buf_ok(&b) || (angles == 2 && quotes == 2));
    if (memchr(p, 0, size) == NULL)
        assert(!buf_ok(&b) || html_ok(&w));
    buf_release(&b);
}

/* Any bytes as a page: the balance check ends and reads nothing outside. */
static void check_balance(const uint8_t *p, size_t size)
{
    struct buf b;
    struct html w = {&b};
    buf_init(&b, 1024 * 1024);
    buf_put(&b, p, size);
    (void)html_ok(&w);
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t none = 0;
    const uint8_t *p = size > 0 ? data : &none;
    int64_t v = 0;
    check_utf8(p, size);
    check_writers(p, size);
    check_balance(p, size);
    if (text_to_i64((const char *)p, size, -1000, 1000, &v) == RC_OK)
        assert(v >= -1000 && v <= 1000);
    if (text_is_slug((const char *)p, size))
        assert(size <= 64 && !text_has_control((const char *)p, size));
    return 0;
}
