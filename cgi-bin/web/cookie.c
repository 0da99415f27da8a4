#include <string.h>

#include "web/web.h"

/* RFC 6265 section 4.2.1: pairs are separated by "; ". Spaces and tabs around are tolerated, and a
 * value in double quotes comes without them. */
const char *web_cookie(const char *cookies, const char *name, size_t *len)
{
    size_t name_len = strlen(name);
    for (const char *p = cookies; *p != '\0';) {
        p += strspn(p, " \t;");
        size_t pair = strcspn(p, ";");
        const char *value = p + name_len + 1;
        if (pair > name_len && p[name_len] == '=' && memcmp(p, name, name_len) == 0) {
            size_t n = pair - name_len - 1;
            while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
                n--;
            bool is_quoted = n >= 2 && value[0] == '"' && value[n - 1] == '"';
            *len = is_quoted ? n - 2 : n;
            return is_quoted ? value + 1 : value;
        }
        p += pair;
    }
    return NULL;
}
