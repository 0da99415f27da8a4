#include "web/request.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "web/multipart.h"

enum { ADDRESS_MAX = 64, HOST_MAX = 260, HEADER_MAX = 1024 }; /* longer Host, Accept-Language: treated as absent */

/* Value of the first parameter `name`, NULL when absent. */
static const char *param(char *const *params, const char *name)
{
    size_t len = strlen(name);
    for (; *params != NULL; params++)
        if (strncmp(*params, name, len) == 0 && (*params)[len] == '=')
            return *params + len + 1;
    return NULL;
}

/* A copy in the arena of a header that is short and printable ASCII; "" otherwise. */
static const char *plain_header(char *const *params, const char *name, size_t max, struct arena *a)
{
    const char *v = param(params, name);
    size_t len = v == NULL ? 0 : strlen(v);
    if (len == 0 || len > max)
        return "";
    for (size_t i = 0; i < len; i++)
        if (v[i] < 0x20 || v[i] > 0x7e)
            return "";
    const char *copy = arena_memdup(a, v, len);
    return copy != NULL ? copy : "";
}

static enum web_method parse_method(const char *m)
{
    return m == NULL                ? WEB_OTHER
           : strcmp(m, "GET") == 0  ? WEB_GET
           : strcmp(m, "HEAD") == 0 ? WEB_HEAD
           : strcmp(m, "POST") == 0 ? WEB_POST
                                    : WEB_OTHER;
}

static enum rc parse_path(char *const *params, struct request *out, struct rc_info *e)
{
    const char *p = param(params, "DOCUMENT_URI");
    size_t len = p == NULL ? 0 : strlen(p);
    if (len == 0 || p[0] != '/')
        return rc_set_reason(e, RC_INPUT, "path", "the path does not begin with '/'");
    if (len > WEB_PATH_MAX)
        return rc_set_reason(e, RC_INPUT, "path", "the path is longer than %d bytes", WEB_PATH_MAX);
    if (!text_is_utf8(p, len))
        return rc_set_reason(e, RC_INPUT, "path", "the path is not valid UTF-8");
    if (text_has_control(p, len) || strpbrk(p, "\t\r\n") != NULL)
        return rc_set_reason(e, RC_INPUT, "path", "the path holds a control character");
    const char *copy = arena_memdup(out->arena, p, len);
    if (copy == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the path");
    out->path = copy;
    return RC_OK;
}

/* Two Cookie headers arrive as two parameters (RFC 9113 lets HTTP/2 clients split them). */
static enum rc join_cookies(char *const *params, struct request *out, struct rc_info *e)
{
    static const char name[] = "HTTP_COOKIE=";
    struct buf all;
    buf_init(&all, WEB_COOKIE_MAX);
    for (; *params != NULL; params++) {
        if (strncmp(*params, name, sizeof name - 1) != 0)
            continue;
        if (all.len > 0)
            buf_puts(&all, "; ");
        buf_puts(&all, *params + sizeof name - 1);
    }
    enum rc rc = RC_OK;
    const char *copy = "";
    if (!buf_ok(&all))
        rc = rc_set_reason(e, RC_TOOBIG, "cookies", "the cookies are larger than %d bytes",
                           WEB_COOKIE_MAX);
    else if (all.len > 0 && (copy = arena_memdup(out->arena, all.p, all.len)) == NULL)
        rc = rc_set(e, RC_NOMEM, "no memory for the cookies");
    buf_release(&all);
    if (rc == RC_OK)
        out->cookies = copy;
    return rc;
}

/* The form's own type, parameters such as charset ignored. */
static bool is_form_type(const char *type)
{
    static const char want[] = "application/x-www-form-urlencoded";
    size_t n = sizeof want - 1;
    return type != NULL && strncasecmp(type, want, n) == 0 &&
           (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static bool (*takes_file)(const char *path);

void web_set_uploads(bool (*fn)(const char *path))
{
    takes_file = fn;
}

static enum rc parse_length(char *const *params, struct request *rq, int64_t *content_length,
                            struct rc_info *e)
{
    const char *p = param(params, "CONTENT_LENGTH");
    int64_t n = 0;
    if (p != NULL && *p != '\0' && text_to_i64(p, strlen(p), 0, INT64_MAX, &n) != RC_OK)
        return rc_set_reason(e, RC_INPUT, "length", "the declared length is not a number");
    *content_length = n;
    if (n == 0)
        return RC_OK;
    if (rq->method != WEB_POST)
        return rc_set_reason(e, RC_INPUT, "not_a_form", "a body came with a method that has none");
    const char *type = param(params, "CONTENT_TYPE");
    if (type != NULL && takes_file != NULL && takes_file(rq->path) && strncasecmp(type, "multipart/", 10) == 0)
        return multipart_boundary(type, rq->arena, &rq->boundary, e);
    if (!is_form_type(type))
        return rc_set_reason(e, RC_INPUT, "not_a_form",
                             "the body is not a form (application/x-www-form-urlencoded)");
    return RC_OK;
}

/* True where gzip is named and not refused by q=0. */
static bool accepts_gzip(const char *header)
{
    const char *p = header == NULL ? NULL : strstr(header, "gzip");
    if (p == NULL)
        return false;
    size_t len = strcspn(p, ",");
    for (size_t i = 4; i + 2 < len; i++)
        if (p[i] == 'q' && p[i + 1] == '=')
            return p[i + 2] == '1' || strspn(p + i + 2, "0.") < len - i - 2;
    return true;
}

/* Sec-Fetch-Site where the browser sends it. Otherwise Origin: "null" says nothing, because the
 * site's own Referrer-Policy: no-referrer makes browsers send it on their own forms
 * (Fetch Standard, "append a request Origin header"). */
static bool is_same_origin(char *const *params, const char *host)
{
    const char *site = param(params, "HTTP_SEC_FETCH_SITE");
    if (site != NULL && *site != '\0')
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    const char *origin = param(params, "HTTP_ORIGIN");
    if (origin == NULL || *origin == '\0' || strcmp(origin, "null") == 0)
        return true;
    const char *authority = strstr(origin, "://");
    return authority != NULL && *host != '\0' && strcasecmp(authority + 3, host) == 0;
}

/* The first 16 hex digits of nginx's request id; random where there is none. */
static void make_id(const char *given, char out[17])
{
    unsigned char random[8];
    if (given != NULL && strlen(given) >= 16 && strspn(given, "0123456789abcdef") >= 16) {
        memcpy(out, given, 16);
        out[16] = '\0';
        return;
    }
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(out, 17, random, sizeof random);
}

enum rc web_request_head(char *const *params, struct arena *a, struct request *out,
                         int64_t *content_length, struct rc_info *e)
{
    *out = (struct request){.path = "/", .cookies = "", .arena = a};
    *content_length = 0;
    make_id(param(params, "REQUEST_ID"), out->id);
    out->method = parse_method(param(params, "REQUEST_METHOD"));
    out->accept_language = plain_header(params, "HTTP_ACCEPT_LANGUAGE", HEADER_MAX, a);
    out->host = plain_header(params, "HTTP_HOST", HOST_MAX, a);
    out->address = plain_header(params, "REMOTE_ADDR", ADDRESS_MAX, a);
    out->takes_gzip = accepts_gzip(param(params, "HTTP_ACCEPT_ENCODING"));
    out->is_same_origin = is_same_origin(params, out->host);
    const char *site = param(params, "HTTP_SEC_FETCH_SITE");
    out->is_from_own_page = site != NULL && strcmp(site, "same-origin") == 0;
    const char *query = param(params, "QUERY_STRING");
    size_t query_len = query == NULL ? 0 : strlen(query);
    if (web_query_parse(query == NULL ? "" : query, query_len, a, &out->query, &out->n_query) !=
        RC_OK)
        return rc_set(e, RC_NOMEM, "no memory for the query");
    enum rc rc = parse_path(params, out, e);
    if (rc == RC_OK)
        rc = join_cookies(params, out, e);
    enum rc length_rc = parse_length(params, out, content_length, rc == RC_OK ? e : NULL);
    return rc == RC_OK ? length_rc : rc;
}

enum rc web_request_body(struct request *rq, const char *body, size_t len, int64_t content_length,
                         struct rc_info *e)
{
    if (content_length < 0 || (uint64_t)content_length != len)
        return rc_set_reason(e, RC_INPUT, "length",
                             "the body has %zu bytes where %lld were declared", len,
                             (long long)content_length);
    if (rq->method != WEB_POST)
        return RC_OK;
    if (rq->boundary != NULL)
        return multipart_parse(body, len, rq->boundary, rq->arena, &rq->fields, &rq->n_fields, &rq->file, e);
    return web_form_parse(body, len, rq->arena, &rq->fields, &rq->n_fields, e);
}
