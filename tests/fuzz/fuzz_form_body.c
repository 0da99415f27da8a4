/* The form body and the query string: refused or decoded into bounded, clean fields. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "web/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct web_field *f, size_t n, size_t size)
{
    size_t total = 0;
    assert(n <= WEB_FIELDS_MAX);
    for (size_t i = 0; i < n; i++) {
        assert(f[i].name_len >= 1 && f[i].name_len <= WEB_KEY_MAX);
        assert(strlen(f[i].name) == f[i].name_len && strlen(f[i].value) == f[i].value_len);
        assert(text_is_utf8(f[i].name, f[i].name_len) && text_is_utf8(f[i].value, f[i].value_len));
        assert(!text_has_control(f[i].value, f[i].value_len));
        total += f[i].name_len + f[i].value_len;
    }
    assert(total <= size); /* decoding never makes it longer */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct web_field *f = NULL;
    struct rc_info e = {0};
    size_t n = 0;
    arena_init(&a, 1024 * 1024);
    enum rc rc = web_form_parse((const char *)data, size, &a, &f, &n, &e);
    if (rc == RC_OK)
        check(f, n, size);
    else
        assert((rc == RC_INPUT || rc == RC_TOOBIG || rc == RC_NOMEM) && e.msg[0] != '\0');
    const struct web_field *q = NULL;
    size_t n_query = 0;
    if (web_query_parse((const char *)data, size, &a, &q, &n_query) == RC_OK) {
        check(q, n_query, size);
        assert(rc != RC_OK || n_query == n); /* what the strict reader takes, the lenient one takes */
    }
    arena_release(&a);
    return 0;
}
