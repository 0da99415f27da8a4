/* Any bytes as a receipt and as a token: what is read shows again as itself. */
#include <assert.h>
#include <string.h>

#include "box/key.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const unsigned char secret[KEY_SECRET_BYTES] = {7};
    struct ballot_key k, again;
    struct key_token t;
    if (key_parse((const char *)data, size, &k) == RC_OK) {
        char shown[20];
        key_show(&k, shown);
        enum rc rc = key_parse(shown, strlen(shown), &again);
        assert(rc == RC_OK && strcmp(k.c, again.c) == 0);
    }
    enum rc rc = key_token_read((const char *)data, size, "s", secret, &t);
    assert(rc == RC_OK || rc == RC_INPUT);
    return 0;
}
