/* A stored definition from outside: refused, or canonical after one round. */
#include <assert.h>
#include <string.h>

#include "form/form.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena a;
    struct buf one;
    struct form *f = NULL, *again = NULL;
    struct rc_info e;
    arena_init(&a, 32 << 20);
    buf_init(&one, 8 << 20);
    if (form_from_json((const char *)data, size, &a, &f, &e) == RC_OK) {
        for (size_t i = 0; i < f->n_nodes; i++) {
            assert(f->nodes[i].offset + f->nodes[i].width <= f->codes_len);
            assert(f->nodes[i].slot + f->nodes[i].n_slots <= f->n_slots);
        }
        enum rc rc = form_to_json(f, &one, &e);
        assert(rc == RC_OK);
        rc = form_from_json(one.p, one.len, &a, &again, &e);
        assert(rc == RC_OK);
    }
    buf_release(&one);
    arena_release(&a);
    return 0;
}
