/* Publications: what can be read can be written, and writing it twice gives the same bytes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "report/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf one, two;
    struct publication *p = NULL, *again = NULL;
    struct rc_info e = {0};
    arena_init(&a, 16 * 1024 * 1024);
    buf_init(&one, 8 * 1024 * 1024);
    buf_init(&two, 8 * 1024 * 1024);
    enum rc rc = publication_from_json((const char *)data, size, &a, &p, &e);
    assert(rc == RC_OK || rc == RC_INPUT || rc == RC_NOMEM);
    if (rc == RC_OK && publication_to_json(p, &one, &e) == RC_OK) {
        assert(publication_from_json(one.p, one.len, &a, &again, &e) == RC_OK);
        assert(publication_to_json(again, &two, &e) == RC_OK);
        assert(one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
        buf_reset(&one);
        publication_to_csv(p, 0, &one);
        for (size_t i = 1; buf_ok(&one) && i < one.len; i++) /* no cell begins a formula */
            assert(one.p[i - 1] != ',' || (one.p[i] != '=' && one.p[i] != '@' && one.p[i] != '+') ||
                   memchr(one.p, '"', one.len) != NULL);
    }
    buf_release(&one);
    buf_release(&two);
    arena_release(&a);
    return 0;
}
