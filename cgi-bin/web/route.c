#include <string.h>

#include "web/web.h"

bool web_path_fits(const char *pattern, const char *path, const char **part, size_t *part_len)
{
    if (part != NULL) {
        *part = "";
        *part_len = 0;
    }
    while (*pattern != '\0') {
        size_t n = strcspn(path, "/");
        if (*pattern == '*' && pattern[1] == '\0')
            return *path != '\0';
        if (*pattern != '%') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        if (n == 0)
            return false;
        if (part != NULL && *part_len == 0) {
            *part = path;
            *part_len = n;
        }
        pattern++;
        path += n;
    }
    return *path == '\0';
}

/* How well `pattern` fits: 0 not at all, a longer prefix better, an exact path best. */
static size_t fit(const char *pattern, const char *path)
{
    size_t len = strlen(pattern);
    if (!web_path_fits(pattern, path, NULL, NULL))
        return 0;
    if (pattern[len - 1] == '*')
        return len;
    return strchr(pattern, '%') != NULL ? SIZE_MAX - 1 : SIZE_MAX;
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
