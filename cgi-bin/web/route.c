#include <string.h>

#include "web/web.h"

/* How well `pattern` fits: 0 not at all, a longer prefix better, an exact path best. */
static size_t fit(const char *pattern, const char *path)
{
    size_t len = strlen(pattern);
    if (len > 0 && pattern[len - 1] == '*')
        return strncmp(pattern, path, len - 1) == 0 && path[len - 1] != '\0' ? len : 0;
    return strcmp(pattern, path) == 0 ? SIZE_MAX : 0;
}

enum rc web_route_find(const struct web_route *routes, size_t n, enum web_method method,
                       const char *path, web_handler **out, const char **allow)
{
    static const char *const allowed[] = {NULL, "GET, HEAD", "POST", "GET, HEAD, POST"};
    size_t best = 0;
    unsigned methods = 0; /* of the patterns that fit best: 1 GET, 2 POST */
    web_handler *handler = NULL;
    if (method == WEB_HEAD)
        method = WEB_GET;
    for (size_t i = 0; i < n; i++) {
        size_t f = fit(routes[i].path, path);
        if (f == 0 || f < best)
            continue;
        if (f > best) {
            best = f;
            methods = 0;
            handler = NULL;
        }
        methods |= routes[i].method == WEB_POST ? 2U : 1U;
        if (routes[i].method == method)
            handler = routes[i].handler;
    }
    if (best == 0)
        return RC_NOTFOUND;
    if (handler == NULL) {
        *allow = allowed[methods];
        return RC_CONFLICT;
    }
    *out = handler;
    return RC_OK;
}
