/* Any body of a form with a file: what is taken lies within it and is text where it must be. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "web/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *boundary = NULL;
    const struct web_field *fields = NULL;
    struct web_file file = {0};
    struct arena a;
    struct rc_info e = {0};
    size_t n = 0, head = size < 100 ? size : 100;
    char type[101];
    arena_init(&a, 4 << 20);
    memcpy(type, p, head);
    type[head] = '\0';
    if (multipart_boundary(type, &a, &boundary, &e) == RC_OK)
        assert(strlen(boundary) >= 1 && strlen(boundary) <= MULTIPART_BOUNDARY_MAX);
    if (multipart_parse(p, size, "X", &a, &fields, &n, &file, &e) == RC_OK) {
        for (size_t i = 0; i < n; i++) {
            assert(strlen(fields[i].name) == fields[i].name_len && fields[i].name_len >= 1 && fields[i].name_len <= WEB_KEY_MAX);
            assert(strlen(fields[i].value) == fields[i].value_len && text_is_utf8(fields[i].value, fields[i].value_len));
        }
        if (file.p != NULL)
            assert(file.p >= p && file.p + file.len <= p + size && text_is_utf8(file.name, strlen(file.name)));
    }
    arena_release(&a);
    return 0;
}
