/* The archive of a workbook: which part holds which sheet. */
#include "form/xlsx.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <zip.h>

#include "form/xlsx_inner.h"

enum { NAME_MAX_BYTES = 200 };

static const char *const names[XLSX_SHEETS] = {"survey", "choices", "settings"};

struct book_reader {
    zip_t *zip;
    struct arena *a;
    struct xlsx_book *out;
    const char *ids[XLSX_SHEETS];           /* relation of each sheet */
    char parts[XLSX_SHEETS][NAME_MAX_BYTES]; /* its part in the archive */
};

bool xlsx_is(const char *p, size_t len)
{
    return len >= 4 && memcmp(p, "PK\x03\x04", 4) == 0;
}

/* Unpack a part into the arena. What the archive says of its size is not believed: reading stops at the limit. */
static enum rc unpack(struct book_reader *r, const char *name, char **p, size_t *len, struct rc_info *e)
{
    zip_stat_t st;
    zip_int64_t at = zip_name_locate(r->zip, name, ZIP_FL_NOCASE);
    if (at < 0)
        return rc_set(e, RC_NOTFOUND, "there is no part \"%s\" in the workbook", name);
    if (zip_stat_index(r->zip, (zip_uint64_t)at, 0, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0)
        return rc_set(e, RC_INPUT, "part \"%s\" of the workbook is damaged", name);
    if (st.size > XLSX_PART_MAX)
        return rc_set(e, RC_TOOBIG, "part \"%s\" of the workbook is larger than %d bytes", name, XLSX_PART_MAX);
    zip_file_t *f = zip_fopen_index(r->zip, (zip_uint64_t)at, 0);
    if (f == NULL)
        return rc_set(e, RC_INPUT, "part \"%s\" of the workbook cannot be unpacked: is it encrypted?", name);
    *p = arena_alloc(r->a, (size_t)st.size + 1);
    zip_int64_t n = *p != NULL ? zip_fread(f, *p, st.size + 1) : 0; /* one more than it may have */
    (void)zip_fclose(f);
    if (*p == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a part of %llu bytes", (unsigned long long)st.size);
    if (n < 0 || (zip_uint64_t)n != st.size)
        return rc_set(e, RC_INPUT, "part \"%s\" of the workbook is damaged", name);
    *len = (size_t)n;
    return RC_OK;
}

/* ---- xl/workbook.xml: names and relations ---- */

static void workbook_start(struct xlsx_xml *x, const char *name, const char **attributes)
{
    struct book_reader *r = xlsx_ctx(x);
    if (strcmp(name, "sheet") != 0)
        return;
    const char *title = xlsx_attribute(attributes, "name"), *id = xlsx_attribute(attributes, "id");
    for (size_t i = 0; title != NULL && id != NULL && i < XLSX_SHEETS; i++)
        if (strcasecmp(title, names[i]) == 0) {
            if (r->ids[i] != NULL)
                xlsx_stop(x, RC_INPUT, "a sheet is there twice");
            else if ((r->ids[i] = arena_strdup(r->a, id)) == NULL)
                xlsx_stop(x, RC_NOMEM, "no memory");
            return;
        }
    r->out->n_others++;
}

static void relations_start(struct xlsx_xml *x, const char *name, const char **attributes)
{
    struct book_reader *r = xlsx_ctx(x);
    if (strcmp(name, "Relationship") != 0)
        return;
    const char *id = xlsx_attribute(attributes, "Id"), *target = xlsx_attribute(attributes, "Target");
    for (size_t i = 0; id != NULL && target != NULL && i < XLSX_SHEETS; i++) {
        if (r->ids[i] == NULL || strcmp(id, r->ids[i]) != 0)
            continue;
        bool is_absolute = *target == '/';
        int n = snprintf(r->parts[i], sizeof r->parts[i], "%s%s", is_absolute ? "" : "xl/", target + is_absolute);
        if (n < 0 || (size_t)n >= sizeof r->parts[i])
            xlsx_stop(x, RC_INPUT, "a part has too long a name");
    }
}

static void nothing(struct xlsx_xml *x, const char *name)
{
    (void)x, (void)name;
}

static enum rc read_index(struct book_reader *r, struct rc_info *e)
{
    static const struct xlsx_handler workbook = {workbook_start, nothing, NULL}, relations = {relations_start, nothing, NULL};
    char *p = NULL;
    size_t len = 0;
    enum rc rc = unpack(r, "xl/workbook.xml", &p, &len, e);
    if (rc == RC_NOTFOUND)
        return rc_set(e, RC_INPUT, "the file is not an Excel workbook (.xlsx)");
    if (rc == RC_OK)
        rc = xlsx_parse("xl/workbook.xml", p, len, &workbook, r, e);
    if (rc == RC_OK)
        rc = unpack(r, "xl/_rels/workbook.xml.rels", &p, &len, e);
    if (rc == RC_OK)
        rc = xlsx_parse("xl/_rels/workbook.xml.rels", p, len, &relations, r, e);
    return rc == RC_NOTFOUND ? rc_set(e, RC_INPUT, "the workbook is damaged: %s", "a part is missing") : rc;
}

static enum rc read_sheets(struct book_reader *r, size_t max_rows, struct rc_info *e)
{
    struct xlsx_strings strings = {0};
    char *p = NULL;
    size_t len = 0;
    enum rc rc = unpack(r, "xl/sharedStrings.xml", &p, &len, e);
    if (rc == RC_OK)
        rc = xlsx_parse_strings(p, len, r->a, &strings, e);
    else if (rc == RC_NOTFOUND)
        rc = RC_OK; /* every text may stand in its cell */
    for (size_t i = 0; rc == RC_OK && i < XLSX_SHEETS; i++) {
        r->out->sheets[i].name = names[i];
        if (r->ids[i] == NULL)
            continue;
        rc = unpack(r, r->parts[i], &p, &len, e);
        if (rc == RC_OK)
            rc = xlsx_parse_sheet(p, len, &strings, max_rows, r->a, &r->out->sheets[i], e);
        r->out->is_there[i] = rc == RC_OK;
    }
    return rc == RC_NOTFOUND ? rc_set(e, RC_INPUT, "the workbook is damaged: %s", "a sheet is missing") : rc;
}

static zip_t *open_zip(const char *p, size_t len)
{
    zip_source_t *source = zip_source_buffer_create(p, len, 0, NULL);
    zip_t *zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
    if (zip == NULL && source != NULL)
        zip_source_free(source);
    return zip;
}

enum rc xlsx_read(const char *p, size_t len, size_t max_rows, struct arena *a, struct xlsx_book *out, struct rc_info *e)
{
    *out = (struct xlsx_book){.n_others = 0};
    if (len > XLSX_BYTES_MAX)
        return rc_set(e, RC_TOOBIG, "the workbook is larger than %d bytes", XLSX_BYTES_MAX);
    struct book_reader *r = arena_alloc(a, sizeof *r);
    if (r == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a workbook");
    *r = (struct book_reader){.zip = open_zip(p, len), .a = a, .out = out};
    if (r->zip == NULL)
        return rc_set(e, RC_INPUT, "the file is not an Excel workbook (.xlsx), or is damaged");
    enum rc rc = zip_get_num_entries(r->zip, 0) > XLSX_ENTRIES_MAX ? rc_set(e, RC_TOOBIG, "the workbook has too many parts")
                                                                  : read_index(r, e);
    if (rc == RC_OK)
        rc = read_sheets(r, max_rows, e);
    zip_discard(r->zip);
    return rc;
}
