#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "web/web.h"

enum { RANGES_MAX = 32 }; /* of an Accept-Language header; the rest is ignored */

static size_t primary_length(const char *tag, size_t len)
{
    size_t n = 0;
    while (n < len && tag[n] != '-')
        n++;
    return n;
}

/* Index of the language that `tag` asks for: the same tag, else the same primary subtag
 * (RFC 4647 lookup, shortened: "zh-TW" finds "zh", "en" finds "en-GB"); n_langs when there is none. */
static size_t find_language(const char *tag, size_t len, const char *const *langs, size_t n_langs)
{
    for (size_t i = 0; i < n_langs; i++)
        if (strlen(langs[i]) == len && strncasecmp(langs[i], tag, len) == 0)
            return i;
    size_t primary = primary_length(tag, len);
    for (size_t i = 0; i < n_langs; i++)
        if (primary > 0 && primary_length(langs[i], strlen(langs[i])) == primary &&
            strncasecmp(langs[i], tag, primary) == 0)
            return i;
    return n_langs;
}

/* A weight in thousandths from the parameters of a range (";q=0.8"); 1000 where there is none,
 * 0 where it is malformed (RFC 9110 section 12.4.2). */
static int parse_weight(const char *p, size_t len)
{
    size_t i = 0;
    while (i < len && (p[i] == ' ' || p[i] == '\t' || p[i] == ';'))
        i++;
    if (i == len)
        return 1000;
    if (len - i < 3 || (p[i] != 'q' && p[i] != 'Q') || p[i + 1] != '=')
        return 0;
    i += 2;
    if (p[i] != '0' && p[i] != '1')
        return 0;
    int weight = (p[i++] - '0') * 1000;
    if (i < len && p[i] == '.')
        i++;
    for (int unit = 100; i < len && unit > 0 && p[i] >= '0' && p[i] <= '9'; unit /= 10)
        weight += (p[i++] - '0') * unit;
    return weight > 1000 ? 1000 : weight;
}

static size_t negotiate(const char *header, const char *const *langs, size_t n_langs)
{
    size_t best = n_langs;
    int best_weight = 0;
    const char *p = header;
    for (int i = 0; i < RANGES_MAX && *p != '\0'; i++) {
        p += strspn(p, " \t,");
        size_t range = strcspn(p, ",");
        size_t tag = 0;
        while (tag < range && p[tag] != ';' && p[tag] != ' ' && p[tag] != '\t')
            tag++;
        size_t found = tag == 1 && *p == '*' ? 0 : find_language(p, tag, langs, n_langs);
        int weight = parse_weight(p + tag, range - tag);
        if (found < n_langs && weight > best_weight) {
            best = found;
            best_weight = weight;
        }
        p += range;
    }
    return best;
}

static size_t from_fields(const struct web_field *f, size_t n, const char *name,
                          const char *const *langs, size_t n_langs)
{
    for (size_t i = 0; i < n; i++)
        if (text_equal(name, f[i].name, f[i].name_len))
            return find_language(f[i].value, f[i].value_len, langs, n_langs);
    return n_langs;
}

size_t web_language(const struct request *rq, const char *const *langs, size_t n_langs)
{
    size_t lang = from_fields(rq->query, rq->n_query, "lang", langs, n_langs);
    if (lang == n_langs)
        lang = from_fields(rq->fields, rq->n_fields, "_lang", langs, n_langs);
    if (lang == n_langs && rq->accept_language != NULL)
        lang = negotiate(rq->accept_language, langs, n_langs);
    return lang < n_langs ? lang : 0;
}
