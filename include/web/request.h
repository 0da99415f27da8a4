/* request: from FastCGI parameters to struct request, without any I/O.  Layer: web.
 * Used by fcgi.c, tests and fuzzers; page code needs only web.h. */
#ifndef MINYI_WEB_REQUEST_H
#define MINYI_WEB_REQUEST_H

#include "web/web.h"

/* Read the parameters ("NAME=value", ended by NULL) into *out; everything in `a`, whatever is wrong:
 * then the field concerned holds a safe default (path "/", cookies "").
 * *content_length gets the declared length of the body, 0 where none is declared.
 * RC_OK; RC_INPUT (path, length, content type, a body with a method that has none);
 * RC_TOOBIG (cookies over WEB_COOKIE_MAX); RC_NOMEM. The first reason wins. */
enum rc web_request_head(char *const *params, struct arena *a, struct request *out,
                         int64_t *content_length, struct rc_info *e) MUST_CHECK;

/* Take a body of `len` bytes, which must be the declared length, and decode it for a POST.
 * RC_OK, or as web_form_parse. */
enum rc web_request_body(struct request *rq, const char *body, size_t len, int64_t content_length,
                         struct rc_info *e) MUST_CHECK;

/* Decode a query string: pairs that are not well formed are dropped, as are those over the limit of
 * WEB_FIELDS_MAX. RC_OK or RC_NOMEM. */
enum rc web_query_parse(const char *p, size_t len, struct arena *a, const struct web_field **out,
                        size_t *n) MUST_CHECK;

#endif
