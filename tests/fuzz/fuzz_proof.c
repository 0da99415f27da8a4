/* Any bytes as a proof of inclusion: what is read is written as something that reads the same again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "box/proof.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct proof_file p, again;
    struct rc_info e;
    struct buf out;
    enum rc rc = proof_read((const char *)data, size, &p, &e);
    assert(rc == RC_OK || rc == RC_INPUT || rc == RC_TOOBIG);
    if (rc != RC_OK)
        return 0;
    rc = proof_check(&p, &e);
    assert(rc == RC_OK || rc == RC_CONFLICT);
    buf_init(&out, PROOF_BYTES_MAX);
    enum rc written = proof_write(&p, &out, &e);
    assert(written == RC_OK);
    enum rc back = proof_read(out.p, out.len, &again, &e);
    assert(back == RC_OK && memcmp(&p, &again, sizeof p) == 0);
    buf_release(&out);
    return 0;
}
