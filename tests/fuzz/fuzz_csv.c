/* Any bytes as a CSV sheet: every cell of what is accepted can be touched. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "form/sheet.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena a;
    struct sheet s;
    struct rc_info e;
    arena_init(&a, 32 << 20);
    if (sheet_read("x.csv", (const char *)data, size, 1000, &a, &s, &e) == RC_OK)
        for (size_t r = 0; r < s.n_rows; r++)
            for (size_t c = 0; c < s.n_cols; c++) {
                const char *v = sheet_at(&s, r, c);
                assert(strlen(v) <= SHEET_CELL_MAX && text_is_utf8(v, strlen(v)));
            }
    arena_release(&a);
    return 0;
}
