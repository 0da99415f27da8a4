/* The workbook reader: what Excel, WPS and LibreOffice write is read as CSV is; what is hostile is refused, and
 * costs no more than the limits say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

#include "base/file.h"
#include "form/xlsform.h"
#include "form/xlsform_write.h"
#include "form/xlsx.h"
#include "report/sheets_xlsx.h"

enum { ARENA = 96 << 20 };

static struct arena arena;
static struct rc_info why;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, ARENA);
    why = (struct rc_info){.rc = RC_OK};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* ---- workbooks by hand ---- */

struct part {
    const char *name, *text;
};

static const char workbook[] =
    "<?xml version=\"1.0\"?><x:workbook xmlns:x=\"u\" xmlns:r=\"v\"><x:sheets>"
    "<x:sheet name=\"Survey\" sheetId=\"1\" r:id=\"rId1\"/><x:sheet name=\"settings\" sheetId=\"2\" r:id=\"rId2\"/>"
    "<x:sheet name=\"notes\" sheetId=\"3\" r:id=\"rId3\"/></x:sheets></x:workbook>";
static const char relations[] = "<Relationships xmlns=\"u\"><Relationship Id=\"rId1\" Type=\"t\" Target=\"worksheets/one.xml\"/>"
                                "<Relationship Id=\"rId2\" Type=\"t\" Target=\"/xl/worksheets/two.xml\"/></Relationships>";
static const char settings_xml[] = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>form_id</t></is></c></row>"
                                   "</sheetData></worksheet>";

/* Pack the parts; a text of NULL ends them. The bytes lie in the arena. */
static char *pack(const struct part *parts, size_t *len)
{
    zip_error_t error;
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_source_keep(to);
    zip_t *z = zip_open_from_source(to, ZIP_CREATE | ZIP_TRUNCATE, &error);
    assert_non_null(z);
    for (; parts->text != NULL; parts++) {
        zip_source_t *s = zip_source_buffer(z, parts->text, strlen(parts->text), 0);
        assert_true(zip_file_add(z, parts->name, s, ZIP_FL_OVERWRITE) >= 0);
    }
    assert_int_equal(zip_close(z), 0);
    zip_stat_t st;
    assert_int_equal(zip_source_stat(to, &st), 0);
    char *p = arena_alloc(&arena, st.size + 1);
    assert_non_null(p);
    assert_int_equal(zip_source_open(to), 0);
    assert_int_equal(zip_source_read(to, p, st.size), (zip_int64_t)st.size);
    (void)zip_source_close(to);
    zip_source_free(to);
    *len = st.size;
    return p;
}

static enum rc read_parts(const struct part *parts, struct xlsx_book *out)
{
    size_t len;
    const char *p = pack(parts, &len);
    return xlsx_read(p, len, 1000, &arena, out, &why);
}

/* A workbook whose survey sheet is `rows` within its sheetData. */
static enum rc read_rows(const char *rows, const char *strings, struct xlsx_book *out)
{
    char *sheet = arena_printf(&arena, "<x:worksheet xmlns:x=\"u\"><x:sheetData>%s</x:sheetData></x:worksheet>", rows);
    const struct part parts[] = {{"[Content_Types].xml", "<Types/>"}, {"xl/workbook.xml", workbook},
                                 {"xl/_rels/workbook.xml.rels", relations}, {"xl/worksheets/one.xml", sheet},
                                 {"xl/worksheets/two.xml", settings_xml},
                                 {strings != NULL ? "xl/sharedStrings.xml" : "x", strings != NULL ? strings : "x"}, {NULL, NULL}};
    return read_parts(parts, out);
}

static void test_cells(void **state)
{
    static const char rows[] =
        "<x:row r=\"1\"><x:c r=\"A1\" t=\"s\"><x:v>0</x:v></x:c><x:c r=\"B1\" t=\"inlineStr\"><x:is><x:r><x:t>na</x:t></x:r>"
        "<x:r><x:t>me</x:t></x:r></x:is></x:c><x:c r=\"D1\" t=\"str\"><x:v>fourth</x:v></x:c></x:row>"
        "<x:row r=\"2\"><x:c r=\"A2\"><x:v>18</x:v></x:c><x:c r=\"B2\"><x:v>0.10000000000000001</x:v></x:c>"
        "<x:c r=\"C2\" t=\"b\"><x:v>1</x:v></x:c><x:c r=\"D2\" t=\"s\"><x:v>1</x:v></x:c></x:row>"
        "<x:row r=\"5\"><x:c r=\"B5\"><x:v>1E3</x:v></x:c><x:c r=\"D5\" s=\"3\"/></x:row>"
        "<x:row r=\"9\"><x:c r=\"A9\" s=\"1\"/></x:row>";
    static const char strings[] = "<sst><si><t> type </t></si><si><r><t>民</t></r><rPh sb=\"0\" eb=\"1\"><t>mín</t></rPh>"
                                  "<r><t xml:space=\"preserve\">意 &amp; x</t></r></si></sst>";
    struct xlsx_book b;
    (void)state;
    if (read_rows(rows, strings, &b) != RC_OK)
        fail_msg("%s", why.msg);
    const struct sheet *s = &b.sheets[XLSX_SURVEY];
    assert_int_equal(b.n_others, 1);
    assert_true(b.is_there[XLSX_SURVEY] && b.is_there[XLSX_SETTINGS] && !b.is_there[XLSX_CHOICES]);
    assert_int_equal(s->n_cols, 4);
    assert_int_equal(s->n_rows, 4); /* to row 5: what only has a format is not there */
    static const char *const heads[] = {"type", "name", "", "fourth"};
    static const char *const first[] = {"18", "0.1", "TRUE", "民意 & x"}, *const last[] = {"", "1000", "", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(s->head[i], heads[i]);
        assert_string_equal(sheet_at(s, 0, i), first[i]);
        assert_string_equal(sheet_at(s, 1, i), "");
        assert_string_equal(sheet_at(s, 3, i), last[i]);
    }
}

static void test_refused_cells(void **state)
{
    static const struct {
        const char *rows, *says;
        enum rc rc;
    } cases[] = {
        {"<row r=\"1\"><c r=\"A1\" t=\"e\"><v>#REF!</v></c></row>", "survey: 1: a cell shows an error", RC_INPUT},
        {"<row r=\"2\"/><row r=\"2\"/>", "rows that are not in order", RC_INPUT},
        {"<row r=\"0\"/>", "a row without a number", RC_INPUT},
        {"<row r=\"99999999999\"/>", "a row without a number", RC_INPUT},
        {"<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>", "cells that are not in order", RC_INPUT},
        {"<row r=\"1\"><c r=\"ZZZZZZZZZZZZZZZ1\"><v>1</v></c></row>", "cells that are not in order", RC_INPUT},
        {"<row r=\"1\"><c r=\"CZ1\"><v>1</v></c></row>", "too many columns", RC_TOOBIG},
        {"<row r=\"1002\"><c r=\"A1002\"><v>1</v></c></row>", "1002: there are too many rows", RC_TOOBIG},
        {"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>", "names a text that is not in the file", RC_INPUT},
        {"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>-1</v></c></row>", "names a text that is not in the file", RC_INPUT},
        {"<row r=\"1\"><c r=\"A1\"><v>1x</v></c></row>", "a number that is none", RC_INPUT},
        {"<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a&#x7f;b</v></c></row>", "control characters", RC_INPUT},
        {"<row r=\"1\"><c r=\"A1\"><v>1</v></row>", "mismatched tag", RC_INPUT},
        {"<row r=\"1\"><c r=\"A1\" t=\"str\"><v>&nothing;</v></c></row>", "undefined entity", RC_INPUT},
        {"", "survey:1: the sheet is empty", RC_INPUT},
    };
    struct xlsx_book b;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum rc rc = read_rows(cases[i].rows, NULL, &b);
        if (rc != cases[i].rc || strstr(why.msg, cases[i].says) == NULL)
            fail_msg("%s: %s: %s", cases[i].rows, rc_name(rc), why.msg);
    }
}

static void test_documents_refused(void **state)
{
    static const char bomb[] = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
                               "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>";
    static const char outside[] = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\" [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                                  "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>&x;</v></c></row></sheetData></worksheet>";
    struct buf deep;
    struct xlsx_book b;
    (void)state;
    buf_init(&deep, 1 << 20);
    for (int i = 0; i < 100; i++)
        buf_puts(&deep, "<a>");
    for (int i = 0; i < 100; i++)
        buf_puts(&deep, "</a>");
    const struct {
        const char *sheet, *says;
    } cases[] = {{bomb, "document type"}, {outside, "document type"}, {deep.p, "nested"}, {"not xml", "syntax error"}, {"", "no element"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct part parts[] = {{"xl/workbook.xml", workbook}, {"xl/_rels/workbook.xml.rels", relations},
                                     {"xl/worksheets/one.xml", cases[i].sheet}, {"xl/worksheets/two.xml", settings_xml}, {NULL, NULL}};
        assert_int_equal(read_parts(parts, &b), RC_INPUT);
        if (strstr(why.msg, cases[i].says) == NULL)
            fail_msg("case %zu: %s", i, why.msg);
    }
    buf_release(&deep);
}

static void test_archives_refused(void **state)
{
    struct xlsx_book b;
    size_t len;
    (void)state;
    assert_int_equal(xlsx_read("", 0, 1000, &arena, &b, &why), RC_INPUT);
    assert_int_equal(xlsx_read("PK\x03\x04 and no more", 18, 1000, &arena, &b, &why), RC_INPUT);
    const struct part empty[] = {{"mimetype", "x"}, {NULL, NULL}};
    assert_int_equal(read_parts(empty, &b), RC_INPUT);
    assert_non_null(strstr(why.msg, "not an Excel workbook"));
    const struct part no_sheet[] = {{"xl/workbook.xml", workbook}, {"xl/_rels/workbook.xml.rels", relations}, {NULL, NULL}};
    assert_int_equal(read_parts(no_sheet, &b), RC_INPUT);
    assert_non_null(strstr(why.msg, "a sheet is missing"));
    const struct part no_relations[] = {{"xl/workbook.xml", workbook}, {NULL, NULL}};
    assert_int_equal(read_parts(no_relations, &b), RC_INPUT);
    assert_non_null(strstr(why.msg, "a part is missing"));
    /* a part that unpacks to more than the limit: 17 MB of spaces are 17 KB packed */
    char *spaces = malloc((17 << 20) + 1);
    assert_non_null(spaces);
    memset(spaces, ' ', 17 << 20);
    spaces[17 << 20] = '\0';
    const struct part bomb[] = {{"xl/workbook.xml", workbook}, {"xl/_rels/workbook.xml.rels", relations},
                                {"xl/worksheets/one.xml", spaces}, {"xl/worksheets/two.xml", settings_xml}, {NULL, NULL}};
    char *p = pack(bomb, &len);
    free(spaces);
    assert_true(len < 100000);
    assert_int_equal(xlsx_read(p, len, 1000, &arena, &b, &why), RC_TOOBIG);
    /* the same, with a directory that claims 100 bytes: what is unpacked is what counts */
    const struct part small[] = {{"xl/workbook.xml", workbook}, {"xl/_rels/workbook.xml.rels", relations},
                                 {"xl/worksheets/one.xml", settings_xml}, {"xl/worksheets/two.xml", settings_xml}, {NULL, NULL}};
    p = pack(small, &len);
    for (size_t i = 0; i + 46 < len; i++)
        if (memcmp(p + i, "PK\x01\x02", 4) == 0)
            memcpy(p + i + 24, "\x05\0\0\0", 4); /* size in the central directory */
    assert_int_equal(xlsx_read(p, len, 1000, &arena, &b, &why), RC_INPUT);
    /* every prefix, and every byte flipped: never more than a refusal */
    p = pack(small, &len);
    for (size_t i = 0; i < len; i++) {
        arena_release(&arena);
        arena_init(&arena, ARENA);
        p = pack(small, &len);
        enum rc cut = xlsx_read(p, i, 1000, &arena, &b, &why);
        p[i] = (char)(p[i] ^ 0x55);
        enum rc flipped = xlsx_read(p, len, 1000, &arena, &b, &why);
        assert_int_not_equal(cut, RC_OK);
        assert_true(flipped == RC_OK || flipped == RC_INPUT || flipped == RC_TOOBIG || flipped == RC_NOMEM);
    }
}

/* ---- whole questionnaires ---- */

/* A CSV folder of the repository as a workbook, as an author's program would save it. */
static void write_workbook(const char *dir, const char *path)
{
    static const char *const sheets[] = {"survey", "choices", "settings"};
    lxw_workbook *w = workbook_new(path);
    for (size_t i = 0; i < 3; i++) {
        char *p = NULL;
        size_t len;
        struct sheet s;
        lxw_worksheet *to = workbook_add_worksheet(w, sheets[i]);
        char *name = arena_printf(&arena, "%s/%s.csv", dir, sheets[i]);
        assert_int_equal(file_read(name, SHEET_BYTES_MAX, &arena, &p, &len, &why), RC_OK);
        assert_int_equal(sheet_read(sheets[i], p, len, 1000, &arena, &s, &why), RC_OK);
        for (size_t c = 0; c < s.n_cols; c++) {
            (void)worksheet_write_string(to, 0, (lxw_col_t)c, s.head[c], NULL);
            for (size_t r = 0; r < s.n_rows; r++) {
                const char *v = sheet_at(&s, r, c);
                char *end;
                double number = strtod(v, &end);
                if (*v != '\0' && *end == '\0' && (*v != '0' || v[1] == '\0')) /* a spreadsheet makes numbers of such */
                    (void)worksheet_write_number(to, (lxw_row_t)(r + 1), (lxw_col_t)c, number, NULL);
                else if (*v != '\0')
                    (void)worksheet_write_string(to, (lxw_row_t)(r + 1), (lxw_col_t)c, v, NULL);
            }
        }
    }
    (void)worksheet_write_string(workbook_add_worksheet(w, "how to"), 0, 0, "read me", NULL);
    assert_int_equal(workbook_close(w), LXW_NO_ERROR);
}

static void test_same_as_csv(void **state)
{
    static const char *const dirs[] = {"sql/seed/gov-wechat-2014", "tests/forms/invited", "tests/forms/visit", "tests/forms/fast", "tests/forms/regions",
                                       "tests/forms/budget"};
    (void)state;
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        struct buf problems, csv, xlsx;
        struct form *a = NULL, *b = NULL;
        char path[] = "/tmp/minyi-xlsx-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        (void)close(fd);
        write_workbook(dirs[i], path);
        buf_init(&problems, 1 << 16);
        buf_init(&csv, 4 << 20);
        buf_init(&xlsx, 4 << 20);
        assert_int_equal(xlsform_read_path(dirs[i], &arena, &a, &problems, &why), RC_OK);
        if (xlsform_read_path(path, &arena, &b, &problems, &why) != RC_OK)
            fail_msg("%s", problems.p);
        assert_non_null(strstr(problems.p, "survey:1:sheet: warning: 1 other sheets are not looked at"));
        assert_int_equal(form_to_json(a, &csv, &why), RC_OK);
        assert_int_equal(form_to_json(b, &xlsx, &why), RC_OK);
        assert_string_equal(csv.p, xlsx.p);
        buf_release(&problems);
        buf_release(&csv);
        buf_release(&xlsx);
        (void)unlink(path);
    }
}

static void test_problems_by_cell(void **state)
{
    struct buf problems;
    struct form *f = NULL;
    size_t len;
    (void)state;
    buf_init(&problems, 1 << 16);
    const struct part parts[] = {
        {"xl/workbook.xml", workbook},
        {"xl/_rels/workbook.xml.rels", relations},
        {"xl/worksheets/one.xml",
         "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>type</v></c><c r=\"B1\" t=\"str\"><v>name</v></c>"
         "<c r=\"C1\" t=\"str\"><v>label::English (en)</v></c><c r=\"D1\" t=\"str\"><v>image::English (en)</v></c>"
         "<c r=\"E1\" t=\"str\"><v>my notes</v></c></row>"
         "<row r=\"4\"><c r=\"A4\" t=\"str\"><v>geopoint</v></c><c r=\"B4\" t=\"str\"><v>where</v></c>"
         "<c r=\"C4\" t=\"str\"><v>Where?</v></c><c r=\"D4\" t=\"str\"><v>a.png</v></c></row></sheetData></worksheet>"},
        {"xl/worksheets/two.xml", settings_xml},
        {NULL, NULL}};
    const char *p = pack(parts, &len);
    assert_int_equal(xlsform_read_xlsx(p, len, &arena, &f, &problems, &why), RC_INPUT);
    static const char *const says[] = {"survey:4:type: type \"geopoint\"", "survey:1:image::English (en): pictures, sounds",
                                       "settings:2:sample:"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (strstr(problems.p, says[i]) == NULL)
            fail_msg("\"%s\" is not among:\n%s", says[i], problems.p);
    assert_null(strstr(problems.p, "my notes")); /* an empty column asks for nothing */
    buf_release(&problems);
    assert_int_equal(xlsform_read_path("README.md", &arena, &f, &problems, &why), RC_INPUT);
    assert_non_null(strstr(why.msg, "neither an Excel workbook"));
}

/* Written back, a version is the same version: as CSV, as a workbook, and after both. */
static void test_round_trip(void **state)
{
    static const char *const dirs[] = {"sql/seed/gov-wechat-2014", "tests/forms/invited", "tests/forms/visit", "tests/forms/budget"};
    (void)state;
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        struct buf problems, first, again, csv[3];
        struct form *f = NULL, *back = NULL;
        struct sheet sheets[3];
        char path[] = "/tmp/minyi-xlsx-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        (void)close(fd);
        buf_init(&problems, 1 << 16);
        buf_init(&first, 4 << 20);
        buf_init(&again, 4 << 20);
        assert_int_equal(xlsform_read_path(dirs[i], &arena, &f, &problems, &why), RC_OK);
        assert_int_equal(form_to_json(f, &first, &why), RC_OK);
        assert_int_equal(xlsform_to_sheets(f, &arena, sheets, &why), RC_OK);
        for (size_t k = 0; k < 3; k++) {
            buf_init(&csv[k], 4 << 20);
            sheet_to_csv(&sheets[k], &csv[k]);
        }
        const struct xlsform_files files = {csv[0].p, csv[1].p, csv[2].p, csv[0].len, csv[1].len, csv[2].len};
        if (xlsform_read(&files, &arena, &back, &problems, &why) != RC_OK)
            fail_msg("%s", problems.p);
        assert_int_equal(form_to_json(back, &again, &why), RC_OK);
        assert_string_equal(first.p, again.p);
        assert_int_equal(sheets_to_xlsx(sheets, 3, NULL, NULL, path, &why), RC_OK);
        if (xlsform_read_path(path, &arena, &back, &problems, &why) != RC_OK)
            fail_msg("%s", problems.p);
        buf_reset(&again);
        assert_int_equal(form_to_json(back, &again, &why), RC_OK);
        assert_string_equal(first.p, again.p);
        for (size_t k = 0; k < 3; k++)
            buf_release(&csv[k]);
        buf_release(&problems);
        buf_release(&first);
        buf_release(&again);
        (void)unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cells, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_cells, setup, teardown),
        cmocka_unit_test_setup_teardown(test_documents_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_archives_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_as_csv, setup, teardown),
        cmocka_unit_test_setup_teardown(test_problems_by_cell, setup, teardown),
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
