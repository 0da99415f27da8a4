/* Any bytes as a workbook, and as each of its parts: the archive's checksums keep a fuzzer out of them. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "form/xlsx_inner.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void touch(const struct sheet *s)
{
    for (size_t r = 0; r < s->n_rows; r++)
        for (size_t c = 0; c < s->n_cols; c++) {
            const char *v = sheet_at(s, r, c);
            assert(strlen(v) <= SHEET_CELL_MAX && text_is_utf8(v, strlen(v)));
        }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena a;
    struct xlsx_book b;
    struct xlsx_strings strings = {0};
    struct sheet s = {.name = "survey"};
    struct rc_info e;
    const char *p = (const char *)data;
    arena_init(&a, 64 << 20);
    if (xlsx_read(p, size, 1000, &a, &b, &e) == RC_OK)
        for (size_t i = 0; i < XLSX_SHEETS; i++)
            touch(&b.sheets[i]);
    if (xlsx_parse_strings(p, size, &a, &strings, &e) != RC_OK)
        strings.n = 0;
    if (xlsx_parse_sheet(p, size, &strings, 1000, &a, &s, &e) == RC_OK)
        touch(&s);
    arena_release(&a);
    return 0;
}
