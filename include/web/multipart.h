/* multipart: a form with one file (multipart/form-data, RFC 7578), held in memory.  Layer: web.
 * Only what browsers send: parts end with CRLF, no part in a part. A file's name is data, never a path. */
#ifndef MINYI_WEB_MULTIPART_H
#define MINYI_WEB_MULTIPART_H

#include "web/web.h"

enum { MULTIPART_BOUNDARY_MAX = 70, MULTIPART_LINE_MAX = 1024, MULTIPART_VALUE_MAX = WEB_BODY_MAX };

/* The boundary in a Content-Type header's value, in `a`. RC_OK; RC_INPUT: not this type, or no boundary of 1 to 70
 * characters of RFC 2046; RC_NOMEM. */
enum rc multipart_boundary(const char *type, struct arena *a, const char **out, struct rc_info *e) MUST_CHECK;

/* The fields, decoded as those of web_form_parse are, and the file (p NULL: none was chosen), which lies in `p`.
 * RC_OK; RC_INPUT (not well formed; a name twice is for web_single to find; a second file); RC_TOOBIG (over
 * WEB_FIELDS_MAX parts, a value over MULTIPART_VALUE_MAX); RC_NOMEM. */
enum rc multipart_parse(const char *p, size_t len, const char *boundary, struct arena *a, const struct web_field **fields,
                        size_t *n_fields, struct web_file *file, struct rc_info *e) MUST_CHECK;

#endif
