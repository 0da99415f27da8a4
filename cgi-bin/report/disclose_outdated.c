/* Which of the kept rows need not be kept: see disclose.h. */
#include <string.h>

#include "report/disclose.h"

/* Is this a row of the current version, or of an earlier one in a wave (which a trend may show)? */
static bool is_of_use(const char *address, const char *prefix)
{
    const char *version = strchr(address, '/');
    const char *rest = version != NULL ? strchr(version + 1, '/') : NULL;
    return strncmp(address, prefix, strlen(prefix)) == 0 || (rest != NULL && rest[1] == '@');
}

enum rc disclose_outdated(const struct disclose_kept *kept, size_t n, const char *slug, int64_t version_no, int32_t before,
                          struct arena *a, size_t **out, size_t *n_out, struct rc_info *e)
{
    const char *prefix = arena_printf(a, "%s/%lld/", slug, (long long)version_no);
    size_t *found = arena_array(a, n + 1, sizeof *found);
    *n_out = 0;
    if (prefix == NULL || found == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu kept rows", n);
    for (size_t i = 0; i < n; i++) {
        bool has_next = i + 1 < n && strcmp(kept[i].address, kept[i + 1].address) == 0;
        bool is_replaced = has_next && kept[i + 1].day < before; /* something stands that is old, too */
        if (kept[i].day < before && (is_replaced || !is_of_use(kept[i].address, prefix)))
            found[(*n_out)++] = i;
    }
    *out = found;
    return RC_OK;
}
