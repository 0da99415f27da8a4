/* Cookies, languages and the other parameters of a request. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARAMS_MAX = 24 };

/* The input is the parameters, one per line; "NAME=value". */
static size_t split(char *text, char **params)
{
    size_t n = 0;
    for (char *line = text; line != NULL && n < PARAMS_MAX; n++) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        params[n] = line;
        line = end;
    }
    params[n] = NULL;
    return n;
}

static void check_cookie(const char *cookies)
{
    size_t len = 0;
    const char *v = web_cookie(cookies, "minyi_a", &len);
    if (v == NULL)
        return;
    assert(v >= cookies && v + len <= cookies + strlen(cookies));
    assert(memchr(v, ';', len) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const langs[] = {"zh", "en"};
    char *text = malloc(size + 1), *params[PARAMS_MAX + 1];
    assert(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    (void)split(text, params);
    struct arena a;
    struct request rq;
    struct rc_info e = {0};
    int64_t length = -1;
    arena_init(&a, 1024 * 1024);
    enum rc rc = web_request_head(params, &a, &rq, &length, &e);
    assert(rc == RC_OK || rc == RC_INPUT || rc == RC_TOOBIG || rc == RC_NOMEM);
    assert(rq.path[0] == '/' && strlen(rq.path) <= WEB_PATH_MAX);
    assert(text_is_utf8(rq.path, strlen(rq.path)) && !text_has_control(rq.path, strlen(rq.path)));
    assert(strlen(rq.cookies) <= WEB_COOKIE_MAX && length >= 0);
    assert(strlen(rq.id) == 16 && strspn(rq.id, "0123456789abcdef") == 16);
    assert(web_language(&rq, langs, 2) < 2);
    check_cookie(rq.cookies);
    check_cookie(params[0] != NULL ? params[0] : "");
    arena_release(&a);
    free(text);
    return 0;
}
