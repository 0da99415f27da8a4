/* web: request, response, routes and the FastCGI loop.  Layer: web (uses base).
 * Page code sees struct request and struct response; it knows no libfcgi. */
#ifndef MINYI_WEB_WEB_H
#define MINYI_WEB_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"

enum {
    WEB_BODY_MAX = 64 * 1024,
    WEB_UPLOAD_MAX = 2 * 1024 * 1024, /* where a path takes a file */
    WEB_FIELDS_MAX = 256,
    WEB_KEY_MAX = 64,      /* bytes of a field's name */
    WEB_PATH_MAX = 512,
    WEB_COOKIE_MAX = 4096, /* bytes of all Cookie headers together */
    WEB_RESPONSE_MAX = 4 * 1024 * 1024
};

struct web_field {
    const char *name;
    size_t name_len;
    const char *value; /* NUL-terminated, decoded, valid UTF-8, no NUL inside */
    size_t value_len;
};

/* A file that came with a form. */
struct web_file {
    const char *name; /* as the browser said it: data, never a path */
    const char *p;    /* NULL: none */
    size_t len;
};

enum web_method { WEB_GET, WEB_HEAD, WEB_POST, WEB_OTHER };

struct request {
    enum web_method method;
    const char *path;          /* decoded DOCUMENT_URI: begins with '/', valid UTF-8, no control */
    size_t n_query;
    const struct web_field *query;  /* malformed ones are dropped: unknown ones are ignored anyway */
    size_t n_fields;
    const struct web_field *fields; /* the form body */
    struct web_file file;           /* of a form with one, where the path takes one */
    const char *boundary;           /* of such a body; NULL: it is an ordinary one */
    const char *cookies;       /* raw Cookie header(s) joined by "; ", or "" */
    const char *accept_language;
    bool takes_gzip;
    bool is_same_origin;       /* by Sec-Fetch-Site or Origin; true when neither is sent */
    bool is_from_own_page;     /* the browser says so itself: Sec-Fetch-Site: same-origin */
    const char *host;          /* Host header, "" when absent */
    const char *address;       /* of the visitor, only where nginx passes it: to the desk, to slow down guessing; else "" */
    char id[17];               /* request id, hex, shown on error pages and logged */
    struct arena *arena;
};

/* Decode application/x-www-form-urlencoded. RC_OK; RC_INPUT with the reason (bad %xx, NUL, invalid
 * UTF-8, control character, key over 64 bytes, empty key); RC_TOOBIG (over 256 fields); RC_NOMEM. */
enum rc web_form_parse(const char *p, size_t len, struct arena *a, const struct web_field **out, size_t *n,
                       struct rc_info *e) MUST_CHECK;

/* Which paths take a form with a file, up to WEB_UPLOAD_MAX: once, before serving. By itself none does. */
void web_set_uploads(bool (*takes_file)(const char *path));

/* The only value of `name`, NULL when absent. A second one: RC_INPUT. */
enum rc web_single(const struct web_field *f, size_t n, const char *name, const char **out,
                   struct rc_info *e) MUST_CHECK;

/* Value of the cookie `name` (the first one), or NULL. `len` gets its length. */
const char *web_cookie(const char *cookies, const char *name, size_t *len);

struct response {
    int status;             /* 200 unless set */
    const char *type;       /* "text/html; charset=utf-8" unless set */
    const char *location;   /* for 303; a path, checked for control bytes */
    const char *set_cookie; /* whole value, or NULL */
    const char *retry_after;/* seconds as text, or NULL */
    const char *allow;      /* for 405 */
    const char *lang;       /* Content-Language, or NULL */
    const char *disposition;/* Content-Disposition, or NULL */
    const char *style_hash; /* of the page's own inline style, "sha256-...", for nginx's policy; or NULL */
    bool is_https;          /* browsers are told to come by https alone for a year (HSTS) */
    bool is_cacheable;      /* true: public, max-age=60; false: no-store */
    bool is_gzip;           /* body is compressed already */
    const char *fixed;      /* body that outlives the request (prebuilt), or NULL: use `body` */
    size_t fixed_len;
    int file;               /* 0, or a descriptor (which is never 0) whose whole content is the body: closed after the reply */
    struct buf body;
};

void response_init(struct response *r);  /* first use */
void response_reset(struct response *r); /* next request */
void response_release(struct response *r);

/* A page handler. Anything but RC_OK makes the program's error page with rc_http_status. */
typedef enum rc web_handler(void *app, const struct request *rq, struct response *rs, struct rc_info *e);

struct web_route {
    enum web_method method; /* WEB_GET serves HEAD too */
    const char *path;       /* exact; '%' stands for one part between slashes; or with a final '*': everything below */
    web_handler *handler;
};

/* Find the handler. RC_OK; RC_NOTFOUND; RC_CONFLICT when only the method differs: `allow` gets the
 * list for the 405. */
enum rc web_route_find(const struct web_route *routes, size_t n, enum web_method method, const char *path,
                       web_handler **out, const char **allow) MUST_CHECK;

/* Does the path fit the route's (as above)? Where `part` is given, it gets the first part for a '%', or "" and 0. */
bool web_path_fits(const char *pattern, const char *path, const char **part, size_t *part_len);

/* The language of the page among `langs`: ?lang= (or field _lang) first, then Accept-Language by
 * q-value, then langs[0]. */
size_t web_language(const struct request *rq, const char *const *langs, size_t n_langs);

#endif
