/* XML of a workbook's parts: expat with everything refused that a worksheet never has. */
#include <expat.h>
#include <stdint.h>
#include <string.h>

#include "form/xlsx_inner.h"

enum { DEPTH_MAX = 64, ATTRIBUTES_MAX = 64, PIECE = 1 << 20 };

struct xlsx_xml {
    XML_Parser parser;
    const struct xlsx_handler *h;
    void *ctx;
    unsigned depth;
    enum rc rc;
    const char *why;
};

void *xlsx_ctx(struct xlsx_xml *x)
{
    return x->ctx;
}

void xlsx_stop(struct xlsx_xml *x, enum rc rc, const char *why)
{
    if (x->rc != RC_OK)
        return;
    x->rc = rc;
    x->why = why;
    (void)XML_StopParser(x->parser, XML_FALSE);
}

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

const char *xlsx_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(local(attributes[i]), name) == 0)
            return attributes[i + 1];
    return NULL;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_xml *x = ctx;
    size_t n = 0;
    while (attributes[n] != NULL && n < ATTRIBUTES_MAX * 2)
        n++;
    if (attributes[n] != NULL || ++x->depth > DEPTH_MAX)
        xlsx_stop(x, RC_INPUT, "it is nested or crowded as no worksheet is");
    if (x->rc == RC_OK)
        x->h->start(x, local(name), attributes);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct xlsx_xml *x = ctx;
    x->depth--;
    if (x->rc == RC_OK)
        x->h->end(x, local(name));
}

static void XMLCALL on_text(void *ctx, const XML_Char *p, int len)
{
    struct xlsx_xml *x = ctx;
    if (x->rc == RC_OK && x->h->text != NULL && len > 0)
        x->h->text(x, p, (size_t)len);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int has_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_subset;
    xlsx_stop(ctx, RC_INPUT, "it declares a document type, which no worksheet does");
}

static enum rc feed(struct xlsx_xml *x, const char *p, size_t len)
{
    for (size_t at = 0; x->rc == RC_OK && (at < len || at == 0);) {
        size_t n = len - at < PIECE ? len - at : PIECE;
        bool is_last = at + n == len;
        if (XML_Parse(x->parser, p + at, (int)n, is_last) != XML_STATUS_OK && x->rc == RC_OK) {
            bool is_memory = XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY;
            x->rc = is_memory ? RC_NOMEM : RC_INPUT;
            x->why = XML_ErrorString(XML_GetErrorCode(x->parser));
        }
        at += n;
        if (is_last)
            break;
    }
    return x->rc;
}

enum rc xlsx_parse(const char *part, const char *p, size_t len, const struct xlsx_handler *h, void *ctx, struct rc_info *e)
{
    struct xlsx_xml x = {.parser = XML_ParserCreate(NULL), .h = h, .ctx = ctx};
    if (x.parser == NULL)
        return rc_set(e, RC_NOMEM, "%s: no memory", part);
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_start, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetStartDoctypeDeclHandler(x.parser, on_doctype);
    enum rc rc = feed(&x, p, len);
    XML_ParserFree(x.parser);
    return rc == RC_OK ? RC_OK : rc_set(e, rc, "%s: %s", part, x.why != NULL ? x.why : "it is not well formed");
}
