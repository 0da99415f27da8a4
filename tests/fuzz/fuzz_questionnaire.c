/* Three sheets, parted by 0x1e: xlsform_read must refuse or give a form whose JSON reads back equal. */
#include <assert.h>
#include <string.h>

#include "form/xlsform.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const char *part[3] = {"", "", ""};
    size_t len[3] = {0}, n = 0, from = 0;
    for (size_t i = 0; i <= size && n < 3; i++)
        if (i == size || data[i] == 0x1e) {
            part[n] = (const char *)data + from;
            len[n++] = i - from;
            from = i + 1;
        }
    struct xlsform_files files = {part[0], part[1], part[2], len[0], len[1], len[2]};
    struct arena a;
    struct buf problems, one, two;
    struct form *f = NULL, *again = NULL;
    struct rc_info e;
    arena_init(&a, 32 << 20);
    buf_init(&problems, 1 << 20);
    buf_init(&one, 8 << 20);
    buf_init(&two, 8 << 20);
    if (xlsform_read(&files, &a, &f, &problems, &e) == RC_OK) {
        assert(problems.len == 0 || strstr(problems.p, ": warning: ") != NULL);
        assert(f->codes_len <= FORM_CODES_MAX && f->n_langs > 0);
        enum rc rc = form_to_json(f, &one, &e);
        assert(rc == RC_OK);
        rc = form_from_json(one.p, one.len, &a, &again, &e);
        assert(rc == RC_OK);
        rc = form_to_json(again, &two, &e);
        assert(rc == RC_OK && one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
    } else {
        assert(e.msg[0] != '\0');
    }
    buf_release(&problems);
    buf_release(&one);
    buf_release(&two);
    arena_release(&a);
    return 0;
}
