/* xlsx_inner: what the parts of the workbook reader share.  Layer: form.  Not for others. */
#ifndef MINYI_FORM_XLSX_INNER_H
#define MINYI_FORM_XLSX_INNER_H

#include "form/xlsx.h"

/* ---- XML, without name spaces' prefixes (xlsx_xml.c) ---- */

struct xlsx_xml;

/* What a part is read with. Names are local: "row" for <x:row>. Attributes: name, value, ..., NULL. `text` may
 * come in pieces. To give up, call xlsx_stop. */
struct xlsx_handler {
    void (*start)(struct xlsx_xml *x, const char *name, const char **attributes);
    void (*end)(struct xlsx_xml *x, const char *name);
    void (*text)(struct xlsx_xml *x, const char *p, size_t len); /* may be NULL */
};

/* Read one part. `part` is for messages. RC_OK; RC_INPUT (not well formed, a document type, too deep); what
 * xlsx_stop was called with; RC_NOMEM. */
enum rc xlsx_parse(const char *part, const char *p, size_t len, const struct xlsx_handler *h, void *ctx,
                   struct rc_info *e) MUST_CHECK;

void *xlsx_ctx(struct xlsx_xml *x);
void xlsx_stop(struct xlsx_xml *x, enum rc rc, const char *why);

/* The value of an attribute by its local name, or NULL. */
const char *xlsx_attribute(const char **attributes, const char *name);

/* ---- the parts (xlsx_parts.c) ---- */

struct xlsx_strings {
    size_t n, cap;
    const char **items;
};

/* xl/sharedStrings.xml. Phonetic runs (rPh) are left out. */
enum rc xlsx_parse_strings(const char *p, size_t len, struct arena *a, struct xlsx_strings *out, struct rc_info *e)
    MUST_CHECK;

/* One worksheet; `out->name` is set. */
enum rc xlsx_parse_sheet(const char *p, size_t len, const struct xlsx_strings *strings, size_t max_rows, struct arena *a,
                         struct sheet *out, struct rc_info *e) MUST_CHECK;

#endif
