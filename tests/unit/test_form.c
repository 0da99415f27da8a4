/* form: reading XLSForm, the frozen definition, checking, encoding and counting answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form/answers.h"
#include "form/sheet.h"
#include "form/xlsform.h"

static const char settings_csv[] =
    "form_id,form_title::English (en),description::English (en),organiser::English (en),handler::English (en),"
    "contact::English (en),legal_basis::English (en),sample\ns-1,T,D,O,H,C,L,open\n";
static const char choices_csv[] = "list_name,name,label::English (en),dont_know,exclusive\n"
                                  "yn,yes,Yes,,\nyn,no,No,,\n"
                                  "five,5,Very good,,\nfive,4,Good,,\nfive,3,So so,,\nfive,2,Bad,,\nfive,1,Very bad,,\nfive,dk,?,yes,\n"
                                  "many,a,A,,\nmany,b,B,,\nmany,none,None,,yes\n";
#define HEAD "type,name,label::English (en),required,relevant,constraint,appearance,profile\n"
static const char survey_csv[] = HEAD "begin_group,g,G,,,,,\n"
                                      "acknowledge,agree,I agree,yes,,,,\n"
                                      "select_one yn,used,Used?,yes,,,,yes\n"
                                      "select_one five,q,Good?,,${used} = 'yes',,likert,\n"
                                      "select_multiple many,m,Which?,,${used} != 'no',,,\n"
                                      "integer,n,How many?,,\"selected(${m}, 'a')\",. >= 0 and . <= 500,,\n"
                                      "text,t,Say,,,string-length(.) <= 5,multiline,\n"
                                      "end_group,,,,,,,\n";

struct fixture {
    struct arena a;
    struct form *f;
    struct buf problems;
    struct rc_info e;
};

static enum rc read_three(struct fixture *x, const char *survey, const char *choices, const char *settings)
{
    struct xlsform_files files = {survey, choices, settings, strlen(survey), strlen(choices), strlen(settings)};
    return xlsform_read(&files, &x->a, &x->f, &x->problems, &x->e);
}

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    if (x == NULL)
        return -1;
    arena_init(&x->a, 64 << 20);
    buf_init(&x->problems, 1 << 20);
    *state = x;
    return read_three(x, survey_csv, choices_csv, settings_csv) == RC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->a);
    buf_release(&x->problems);
    free(x);
    return 0;
}

/* ---- the sheets ---- */

static void the_form_has_its_layout(void **state)
{
    const struct form *f = ((struct fixture *)*state)->f;
    assert_int_equal(f->n_nodes, 8);
    assert_int_equal(f->codes_len, 1 + 1 + 1 + 2 + 9 + 1);
    assert_int_equal(f->n_slots, 3 + 4 + 8 + 6 + 3 + 3);
    assert_int_equal(f->nodes[5].min, 0);
    assert_int_equal(f->nodes[5].max, 500);
    assert_int_equal(f->nodes[3].relevant.op, FORM_EQUAL);
    assert_int_equal(f->min_opening, 20);
    assert_string_equal(f->time_zone, "Asia/Shanghai");
    assert_int_equal(f->nodes[6].parent, 0);
}

struct bad_row {
    const char *name, *survey, *choices, *settings, *want;
};
#define ROW_S(name, rows, want) {name, HEAD rows, NULL, NULL, want}
static struct bad_row bad_rows[] = {
    ROW_S("unknown type", "geopunct,x,X,,,,,\n", "survey.csv:2:type: type \"geopunct\" is not known (known"),
    ROW_S("a place", "geopoint,x,X,,,,,\n", "type \"geopoint\" is not supported: a place is asked for as a choice"),
    ROW_S("a file", "select_one_from_file a.csv,x,X,,,,,\n", "is not supported: put the choices into the sheet choices"),
    ROW_S("nothing of the device", "start,x,X,,,,,\n", "\"start\" is not supported: nothing of the device"),
    ROW_S("repeat", "begin_repeat,x,X,,,,,\n", "\"begin_repeat\" is not supported: write the questions out"),
    ROW_S("or_other", "select_one yn or_other,x,X,,,,,\n", "survey.csv:2:type: or_other needs a choice called other"),
    ROW_S("unknown list", "select_one nope,x,X,,,,,\n", "survey.csv:2:type: the sheet choices has no list \"nope\""),
    ROW_S("name twice", "text,x,X,,,,,\ntext,x,X,,,,,\n", "survey.csv:3:name: the name \"x\" is there twice"),
    ROW_S("name with a dash", "text,x-y,X,,,,,\n", "survey.csv:2:name:"),
    ROW_S("reserved name", "text,_x,X,,,,,\n", "survey.csv:2:name:"),
    ROW_S("name missing", "text,,X,,,,,\n", "survey.csv:2:name:"),
    ROW_S("label missing", "text,x,,,,,,\n", "survey.csv:2:label: the text in language \"en\" is missing"),
    ROW_S("required not yes", "text,x,X,maybe,,,,\n", "survey.csv:2:required: say yes or no, not \"maybe\""),
    ROW_S("unknown question", "text,x,X,,${z} = 'a',,,\nselect_one yn,y,Y,,,,,\n", "survey.csv:2:relevant: at character 1: there is no question \"z\""),
    ROW_S("a circle", "select_one yn,y,Y,,${z} = 'yes',,,\nselect_one yn,z,Z,,${y} = 'yes',,,\n",
          "relevant: whether \"y\" is asked depends, in a circle, on its own answer"),
    ROW_S("a circle of one", "integer,y,Y,,${y} = 1,,,\n", "survey.csv:2:relevant: whether \"y\" is asked depends"),
    ROW_S("a circle through a group", "begin_group,g,G,,${y} = 1,,,\ninteger,y,Y,,,,,\nend_group,,,,,,,\n", "depends, in a circle"),
    ROW_S("never asked", "text,x,X,,1 = 2,,,\n", "survey.csv:2:relevant: this is never true"),
    ROW_S("a contradiction", "select_one five,q,Q,,,,,\nbegin_group,g,G,,${q} = '5',,,\ntext,x,X,,${q} = '1',,,\nend_group,,,,,,,\n",
          "survey.csv:4:relevant: nobody can ever be asked this: \"q\" must be \"1\" and \"q\" must be \"5\""),
    ROW_S("a contradiction on the way", "select_one five,q,Q,,,,,\nselect_one yn,y,Y,,${q} = '5',,,\ntext,x,X,,${y} = 'yes' and ${q} != '5',,,\n",
          "survey.csv:4:relevant: nobody can ever be asked this: \"q\" must not be \"5\" and \"q\" must be \"5\""),
    ROW_S("an exclusive choice beside another", "select_multiple many,m,M,,,,,\ntext,x,X,,\"selected(${m}, 'a') and selected(${m}, 'none')\",,,\n",
          "survey.csv:3:relevant: nobody can ever be asked this"),
    ROW_S("two mistakes", "text,x,X,,${z} = 1,foo(.),,\n", "survey.csv:2:constraint: at character 1: there is no function \"foo\""),
    ROW_S("a . in relevant", "text,x,X,,. = 1,,,\n", "survey.csv:2:relevant: at character 1: a . is only known in a constraint"),
    ROW_S("constraint without the answer", "text,x,X,,,1 = 1,,\n", "survey.csv:2:constraint: this does not look at the answer"),
    ROW_S("constraint of a note", "note,x,X,,,. = 1,,\ntext,y,Y,,,,,\n", "survey.csv:2:constraint: a note or a group has no answer"),
    ROW_S("unknown choice", "select_one yn,y,Y,,,,,\ntext,x,X,,${y} = 'maybe',,,\n", "survey.csv:3:relevant: at character 8: \"y\" has no choice \"maybe\""),
    ROW_S("no choices", "text,y,Y,,,,,\ntext,x,X,,\"selected(${y}, 'a')\",,,\n", "has no choices to compare"),
    ROW_S("equal on many", "select_multiple yn,y,Y,,,,,\ntext,x,X,,${y} = 'yes',,,\n", "write selected(${y}, 'choice')"),
    ROW_S("empty range", "integer,x,X,,,. >= 9 and . <= 3,,\n", "no answer can be both"),
    ROW_S("empty range in a longer constraint", "integer,x,X,,,. >= 9 and . <= 3 and . mod 2 = 0,,\n", "no answer can be both"),
    ROW_S("appearance", "text,x,X,,,,likert,\n", "survey.csv:2:appearance:"),
    ROW_S("profile of text", "text,x,X,,,,,yes\n", "survey.csv:2:profile:"),
    ROW_S("group not ended", "begin_group,g,G,,,,,\ntext,x,X,,,,,\n", "group \"g\" has no end_group"),
    ROW_S("end without begin", "end_group,,,,,,,\n", "survey.csv:2:type: there is no group to end here"),
    ROW_S("reserved for imports", "text,response_id,X,,,,,\n", "survey.csv:2:name: the name \"response_id\" is kept for the system"),
    ROW_S("the group that is open is named", "text,x,X,,,,,\nbegin_group,g,G,,,,,\n", "survey.csv:3:type: group \"g\""),
    ROW_S("groups too deep", "begin_group,a,A,,,,,\nbegin_group,b,A,,,,,\nbegin_group,c,A,,,,,\nbegin_group,d,A,,,,,\n"
          "begin_group,e,A,,,,,\nbegin_group,f,A,,,,,\nbegin_group,g,A,,,,,\nbegin_group,h,A,,,,,\nbegin_group,i,A,,,,,\n"
          "begin_group,j,A,,,,,\nbegin_group,k,A,,,,,\n", "survey.csv:12:type: groups inside groups deeper than 10"),
    ROW_S("a required note", "note,x,X,yes,,,,\n", "survey.csv:2:required: a note or a group"),
    ROW_S("no question", "note,x,X,,,,,\n", "survey.csv:1:type: there is no question"),
    ROW_S("texts too long", "text,w,X,,,,,\ntext,x,X,,,,,\ntext,y,X,,,,,\ntext,z,X,,,,,\n",
          "survey.csv:1:constraint: the texts may have 8000 characters in all, over 6000"),
    ROW_S("selected without a string", "select_one yn,y,Y,,,,,\ntext,x,X,,\"selected(${y}, yes)\",,,\n", "\"yes\" stands alone: write ${yes} for a question, 'yes' for a text"),
    ROW_S("string not ended", "select_one yn,y,Y,,,,,\ntext,x,X,,${y} = 'yes,,,\n", "this text has no end"),
    ROW_S("question not ended", "select_one yn,y,Y,,,,,\ntext,x,X,,${y = 'yes',,,\n", "${ has no }"),
    ROW_S("rows are counted as a spreadsheet does", "text,x,\"X\nover\r\nlines\",,,,,\n\r\n\ntext,x-y,X,,,,,\r\n", "survey.csv:5:name:"),
    ROW_S("quotes", "text,\"x,X,,,,,\n", "the quotes do not match"),
    ROW_S("too many cells", "text,x,X,,,,,,,,more\n", "more cells than the header"),
    {"unknown column", "type,name,label::English (en),colour\ntext,x,X,1\n", NULL, NULL, "survey.csv:1:colour: this column is not known"},
    {"unknown column without a name", "type,name,,label::English (en)\ntext,x,1,X\n", NULL, NULL, "survey.csv:1:header: column 3 has cells and no name"},
    {"pictures", "type,name,label::English (en),media::image::English (en)\ntext,x,X,a.png\n", NULL, NULL, "pictures, sounds and films are not supported"},
    {"column twice", "type,name,name,label::English (en)\ntext,x,x,X\n", NULL, NULL, "survey.csv:1:name: this column is there twice"},
    {"column missing", "type,label::English (en)\ntext,X\n", NULL, NULL, "survey.csv:1:name: this column is missing"},
    {"language without code", "type,name,label::English\ntext,x,X\n", NULL, NULL, "name the language with its code"},
    {"translation missing", "type,name,label::English (en),label::中文 (zh)\ntext,x,X,\n", NULL, NULL, "language \"zh\" is missing"},
    {"text in one language twice", "type,name,label::English (en),label::British (en)\ntext,x,X,X\n", NULL, NULL, "survey.csv:2:label::British (en): the text in language \"en\" is there twice"},
    {"nine languages", "type,name,label::E (en),label::A (a1),label::B (a2),label::C (a3),label::D (a4),label::E (a5),label::F (a6),"
     "label::G (a7),label::H (a8)\ntext,x,X\n", NULL, NULL, "survey.csv:1:label::H (a8): more than 8 languages"},
    {"no language", "type,name,label\ntext,x,X\n", "list_name,name\n", "form_id,sample\ns,open\n", "no language: name the columns"},
    {"language code that is none", "type,name,label::English (e\"n)\ntext,x,X\n", NULL, NULL, "the quotes do not match"},
    {"language code with a space", "type,name,label::English (e n)\ntext,x,X\n", NULL, NULL, "name the language with its code"},
    {"empty header", "\ntype,name\n", NULL, NULL, "survey.csv:1: the header row is empty"},
    {"control character", "type,name,label::English (en)\ntext,x,\x01\n", NULL, NULL, "is not UTF-8 text"},
    {"empty file", "", NULL, NULL, "survey.csv:1: the file is empty"},
    {"not utf-8", HEAD "text,x,\xff\xfe,,,,,\n", NULL, NULL, "is not UTF-8"},
    {"choice twice", NULL, "list_name,name,label::English (en)\nyn,a,A\nyn,a,A\n", NULL, "choices.csv:3:name: the list has the code \"a\" twice"},
    {"choice with space", NULL, "list_name,name,label::English (en)\nyn,a b,A\n", NULL, "choices.csv:2:name:"},
    {"choice without a list", NULL, "list_name,name,label::English (en)\n,a,A\n", NULL, "choices.csv:2:list_name: name the list"},
    {"choice label missing", NULL, "list_name,name,label::English (en)\nyn,a,\n", NULL, "choices.csv:2:label: the text in language"},
    {"no settings", NULL, NULL, "form_id,sample\n", "settings.csv:2:form_id: the sheet settings has one row of values, this one has 0"},
    {"two settings", NULL, NULL, "form_id,sample\ns,open\nt,open\n", "settings.csv:3:form_id: the sheet settings has one row of values, this one has 2"},
    {"default language without code", NULL, NULL, "form_id,sample,default_language\ns,open,English\n", "settings.csv:2:default_language: name the language"},
    {"time zone", NULL, NULL, "form_id,sample,time_zone\ns,open,Peking time\n", "settings.csv:2:time_zone: \"Peking time\" is not a time zone"},
    {"number", NULL, NULL, "form_id,sample,retain_days\ns,open,ever\n", "settings.csv:2:retain_days: \"ever\" is not a whole number within 31..36600"},
    {"bad slug", NULL, NULL, "form_id,sample\nNo Slug,open\n", "settings.csv:2:form_id:"},
    {"bad sample", NULL, NULL, "form_id,sample\ns,some\n", "settings.csv:2:sample:"},
    {"small opening", NULL, NULL, "form_id,sample,min_opening\ns,open,4\n", "settings.csv:2:min_opening:"},
    {"too long to be fast", NULL, NULL, "form_id,sample,fast_seconds\ns,open,3601\n", "settings.csv:2:fast_seconds: \"3601\" is not a whole number within 0..3600"},
    {"random needs a population", NULL, NULL, "form_id,sample\ns,random\n", "settings.csv:2:population:"},
};

static void bad_row_is_named(void **state)
{
    const struct bad_row *r = *state;
    struct fixture x = {0};
    arena_init(&x.a, 64 << 20);
    buf_init(&x.problems, 1 << 20);
    enum rc rc = read_three(&x, r->survey ? r->survey : survey_csv, r->choices ? r->choices : choices_csv,
                            r->settings ? r->settings : settings_csv);
    bool is_named = x.problems.p != NULL && strstr(x.problems.p, r->want) != NULL;
    if (!is_named)
        print_message("wanted: %s\ngot: %s\n", r->want, x.problems.p ? x.problems.p : "nothing");
    arena_release(&x.a);
    buf_release(&x.problems);
    assert_int_equal(rc, RC_INPUT);
    assert_true(is_named);
}

static void all_problems_come_at_once(void **state)
{
    (void)state;
    struct fixture x = {0};
    arena_init(&x.a, 64 << 20);
    buf_init(&x.problems, 1 << 20);
    assert_int_equal(read_three(&x, HEAD "nope,a,A,,,,,\ntext,b,,,,,,\ntext,c-,C,,,,,\n", choices_csv, settings_csv), RC_INPUT);
    size_t lines = 0;
    for (const char *c = x.problems.p; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 3);
    arena_release(&x.a);
    buf_release(&x.problems);
}

static void an_unused_list_is_a_warning(void **state)
{
    struct fixture *x = *state;
    static const char one_more[] = "list_name,name,label::English (en)\nyn,yes,Yes\nspare,a,A\n";
    assert_int_equal(read_three(x, HEAD "select_one yn,x,X,,,,,\n,,,,,,,\n,,,,,,,\n", one_more, settings_csv), RC_OK);
    assert_string_equal(x->problems.p, "choices.csv:3:list_name: warning: no question uses the list \"spare\"\n");
    assert_int_equal(x->f->n_nodes, 1);
}

/* The same form with the setting: one byte more, at the end; without it nothing in the definition tells of it. */
static void a_fast_ballot_ends_with_a_one(void **state)
{
    struct fixture *x = *state;
    const size_t plain = x->f->codes_len;
    struct buf json;
    struct form *back = NULL;
    struct answers got = {0};
    unsigned char codes[64], profile[8];
    int32_t counts[64] = {0};
    buf_init(&json, 1 << 20);
    assert_int_equal(form_to_json(x->f, &json, &x->e), RC_OK);
    assert_null(strstr(json.p, "fast"));
    struct form f = *x->f;
    f.fast_seconds = 60;
    f.codes_len = plain + 1;
    buf_reset(&json);
    assert_int_equal(form_to_json(&f, &json, &x->e), RC_OK);
    assert_int_equal(form_from_json(json.p, json.len, &x->a, &back, &x->e), RC_OK);
    buf_release(&json);
    assert_int_equal(back->fast_seconds, 60);
    assert_int_equal(back->codes_len, plain + 1);
    assert_int_equal(back->n_slots, x->f->n_slots);
    struct form_field fields[] = {{"agree", 5, "1", 1}, {"used", 4, "no", 2}};
    for (unsigned char is_fast = 0; is_fast <= 2; is_fast++) {
        assert_int_equal(answers_check(back, fields, 2, &x->a, &got, &x->e), RC_OK);
        assert_false(got.is_fast);
        got.is_fast = is_fast != 0;
        answers_encode(back, &got, codes);
        assert_int_equal(codes[plain], is_fast != 0);
        codes[plain] = is_fast; /* 2: none */
        assert_int_equal(answers_count(back, codes, plain + 1, counts), is_fast < 2 ? RC_OK : RC_INPUT);
        assert_int_equal(answers_count(back, codes, plain, counts), RC_INPUT);
        assert_int_equal(answers_profile(back, codes, profile, sizeof profile), 2);
        assert_int_equal(profile[1], is_fast);
    }
    assert_int_equal(answers_profile(back, codes, profile, 1), 1);
}

/* What an author gets from a spreadsheet on Windows: a byte-order mark, CRLF, empty rows at the end. */
static void other_ways_of_writing_csv_are_the_same(void **state)
{
    struct fixture *x = *state;
    static const char unix_way[] = HEAD "note,\"  a \",\"A \"\"quoted\"\"\nline\",,,,,\ntext,t,Say,,,,,\n";
    static const char windows_way[] = "\xef\xbb\xbf\"type\",name,label::English (en),required,relevant,constraint,appearance,profile,,\r\n"
                                      "\"note\",a ,\"A \"\"quoted\"\"\nline\",,,,,\r\n\r\ntext,t,Say\r\n,,,,,,,\r\n\r\n";
    struct buf one, two;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    assert_int_equal(read_three(x, unix_way, choices_csv, settings_csv), RC_OK);
    assert_int_equal(form_to_json(x->f, &one, &x->e), RC_OK);
    assert_int_equal(read_three(x, windows_way, choices_csv, settings_csv), RC_OK);
    assert_int_equal(form_to_json(x->f, &two, &x->e), RC_OK);
    bool is_same = strcmp(one.p, two.p) == 0 && strstr(one.p, "A \\\"quoted\\\"\\nline") != NULL;
    buf_release(&one);
    buf_release(&two);
    assert_true(is_same);
}

static void limits_are_kept(void **state)
{
    struct fixture *x = *state;
    struct buf many;
    buf_init(&many, 4 << 20);
    buf_puts(&many, "list_name,name,label::English (en)\n");
    for (int i = 0; i <= FORM_CHOICES_MAX; i++)
        buf_printf(&many, "yn,c%d,C\n", i);
    assert_int_equal(read_three(x, survey_csv, many.p, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "choices.csv:2:list_name: list \"yn\" has 501 choices, over 500"));
    buf_reset(&many);
    buf_puts(&many, "list_name,name,label::English (en)\n");
    for (int i = 0; i < 249; i++)
        buf_printf(&many, "many,c%d,C\n", i);
    assert_int_equal(read_three(x, HEAD "select_multiple many,m,M,,,,,\n", many.p, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "survey.csv:1:type: the page could send 249 answers, over 248"));
    buf_reset(&many);
    buf_puts(&many, HEAD);
    for (int i = 0; i <= FORM_NODES_MAX; i++)
        buf_printf(&many, "note,n%d,N,,,,,\n", i);
    assert_int_equal(read_three(x, many.p, choices_csv, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "survey.csv:1002: too many rows"));
    buf_reset(&many);
    buf_puts(&many, HEAD);
    for (int i = 0; i < 65; i++)
        buf_printf(&many, "text,t%d,T,,,string-length(.) <= 50,,\n", i);
    assert_int_equal(read_three(x, many.p, choices_csv, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "survey.csv:1:type: there are 65 text questions, over 64"));
    buf_reset(&many);
    buf_puts(&many, "list_name,name,label::English (en)\n");
    for (int i = 0; i <= 200; i++)
        buf_printf(&many, "list%d,c,C\n", i);
    assert_int_equal(read_three(x, survey_csv, many.p, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "choices.csv:202:list_name: more than 200 lists"));
    buf_reset(&many);
    buf_puts(&many, HEAD "note,n,");
    for (int i = 0; i <= SHEET_CELL_MAX; i++)
        buf_puts(&many, "x");
    assert_int_equal(read_three(x, many.p, choices_csv, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "survey.csv:2: a cell is too long"));
    buf_reset(&many);
    for (size_t i = 0; i <= SHEET_BYTES_MAX / 16; i++)
        buf_puts(&many, "0123456789abcdef");
    assert_int_equal(read_three(x, many.p, choices_csv, settings_csv), RC_INPUT);
    assert_non_null(strstr(x->problems.p, "survey.csv: larger than 1048576 bytes"));
    buf_release(&many);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    bool has_succeeded = false;
    for (long nth = 1; nth < 2000 && !has_succeeded; nth++) {
        struct fixture x = {0};
        arena_init(&x.a, 64 << 20);
        buf_init(&x.problems, 1 << 20);
        x.a.fail_after = nth;
        enum rc rc = read_three(&x, survey_csv, choices_csv, settings_csv);
        assert_true(rc == RC_OK || rc == RC_NOMEM);
        has_succeeded = rc == RC_OK;
        arena_release(&x.a);
        buf_release(&x.problems);
    }
    assert_true(has_succeeded);
}

/* ---- the frozen definition ---- */

static void a_definition_reads_back_equal(void **state)
{
    struct fixture *x = *state;
    struct buf one, two;
    struct form *again = NULL;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    assert_int_equal(form_to_json(x->f, &one, &x->e), RC_OK);
    assert_int_equal(form_from_json(one.p, one.len, &x->a, &again, &x->e), RC_OK);
    assert_int_equal(form_to_json(again, &two, &x->e), RC_OK);
    assert_string_equal(one.p, two.p);
    /* a layout that is not the rule's is refused: a ballot would be read wrongly */
    char *at = strstr(one.p, "\"offset\":2");
    assert_non_null(at);
    at[9] = '3';
    assert_int_equal(form_from_json(one.p, one.len, &x->a, &again, &x->e), RC_INPUT);
    at[9] = '2';
    for (size_t n = 0; n < one.len; n += 11)
        assert_int_equal(form_from_json(one.p, n, &x->a, &again, &x->e), RC_INPUT);
    buf_release(&one);
    buf_release(&two);
}

/* ---- answers ---- */

struct answer_row {
    const char *name, *fields; /* "k=v&k=v", no escapes */
    enum rc rc;
    const char *problems; /* "name:code name:code" */
    const char *codes;    /* hex when there are no problems */
};
static struct answer_row answer_rows[] = {
    {"whole", "agree=1&used=yes&q=5&m=a&m=b&n=12&t=hello", RC_OK, "", "02020202030200000000000000" "0c" "02"},
    {"not used", "agree=1&used=no", RC_OK, "", "0203000000" "000000000000000000" "01"},
    {"hidden answers are dropped", "agree=1&used=no&q=5&m=a&n=3", RC_OK, "", "0203000000" "000000000000000000" "01"},
    {"skipped", "agree=1&used=yes", RC_OK, "", "0202010100" "000000000000000000" "01"},
    {"empty values are skipped", "agree=1&used=yes&q=&t=", RC_OK, "", "0202010100" "000000000000000000" "01"},
    {"nothing", "", RC_OK, "agree:must_agree used:required", NULL},
    {"full-width digits", "agree=1&used=yes&m=a&n=１２", RC_OK, "", "0202010201" "02000000000000000c" "01"},
    {"not a number", "agree=1&used=yes&m=a&n=ten", RC_OK, "n:not_a_number", NULL},
    {"a number too long", "agree=1&used=yes&m=a&n=99999999999999999999999999999999999999999999999999999999999999999999", RC_OK, "n:not_a_number", NULL},
    {"out of range", "agree=1&used=yes&m=a&n=501", RC_OK, "n:out_of_range", NULL},
    {"too long", "agree=1&used=yes&t=123456", RC_OK, "t:too_long", NULL},
    {"five characters of three bytes", "agree=1&used=yes&t=一二三四五", RC_OK, "", "0202010100" "000000000000000000" "02"},
    {"exclusive", "agree=1&used=yes&m=none&m=a", RC_OK, "m:exclusive", NULL},
    {"page's own fields are skipped", "_version=3&agree=1&used=no", RC_OK, "", "0203000000" "000000000000000000" "01"},
    {"unknown field", "agree=1&used=no&admin=1", RC_INPUT, NULL, NULL},
    {"a group is no field", "agree=1&g=1", RC_INPUT, NULL, NULL},
    {"unknown choice", "agree=1&used=maybe", RC_INPUT, NULL, NULL},
    {"second value", "agree=1&used=yes&used=no", RC_INPUT, NULL, NULL},
    {"second text", "agree=1&used=yes&t=a&t=b", RC_INPUT, NULL, NULL},
    {"same choice twice", "agree=1&used=yes&m=a&m=a", RC_INPUT, NULL, NULL},
    {"ticked twice", "agree=1&agree=1", RC_INPUT, NULL, NULL},
    {"tick of another value", "agree=on", RC_INPUT, NULL, NULL},
    {"text with a control character", "agree=1&used=no&t=\x01", RC_INPUT, NULL, NULL},
    {"text that is not utf-8", "agree=1&used=no&t=\xff", RC_INPUT, NULL, NULL},
};

static size_t split(char *text, struct form_field *out, size_t cap)
{
    size_t n = 0;
    for (char *save = NULL, *f = strtok_r(text, "&", &save); f != NULL && n < cap; f = strtok_r(NULL, "&", &save)) {
        char *eq = strchr(f, '=');
        out[n++] = (struct form_field){f, (size_t)(eq - f), eq + 1, strlen(eq + 1)};
    }
    return n;
}

static void answer_row_holds(void **state)
{
    const struct answer_row *r = *state;
    struct fixture x = {0};
    struct form_field fields[40];
    struct answers got;
    char text[512], problems[256] = "", hex[128] = "";
    arena_init(&x.a, 64 << 20);
    buf_init(&x.problems, 1 << 20);
    assert_int_equal(read_three(&x, survey_csv, choices_csv, settings_csv), RC_OK);
    (void)snprintf(text, sizeof text, "%s", r->fields);
    size_t n = split(text, fields, 40);
    enum rc rc = answers_check(x.f, fields, n, &x.a, &got, &x.e);
    for (size_t i = 0; rc == RC_OK && i < got.n_problems; i++)
        (void)snprintf(problems + strlen(problems), sizeof problems - strlen(problems), "%s%s:%s", i ? " " : "",
                       x.f->nodes[got.problems[i].node].name, got.problems[i].code);
    if (rc == RC_OK && got.n_problems == 0) {
        unsigned char codes[64];
        int32_t counts[64] = {0};
        struct answers back;
        answers_encode(x.f, &got, codes);
        for (size_t i = 0; i < x.f->codes_len; i++)
            (void)snprintf(hex + 2 * i, 3, "%02x", codes[i]);
        assert_int_equal(answers_count(x.f, codes, x.f->codes_len, counts), RC_OK);
        assert_int_equal(answers_decode(x.f, codes, x.f->codes_len, &x.a, &back, &x.e), RC_OK);
        unsigned char again[64];
        answers_encode(x.f, &back, again);
        assert_memory_equal(codes, again, x.f->codes_len);
    }
    arena_release(&x.a);
    buf_release(&x.problems);
    assert_int_equal(rc, r->rc);
    if (r->problems != NULL)
        assert_string_equal(problems, r->problems);
    if (r->codes != NULL)
        assert_string_equal(hex, r->codes);
}

static void an_import_may_lack_columns(void **state)
{
    struct fixture *x = *state;
    struct answers got;
    bool is_present[8] = {false};
    unsigned char codes[64];
    is_present[1] = is_present[3] = true; /* agree and q, but not `used`, which q looks at */
    struct form_field fields[] = {{"agree", 5, "1", 1}, {"q", 1, "4", 1}};
    assert_int_equal(answers_check_row(x->f, fields, 2, is_present, &x->a, &got, &x->e), RC_OK);
    assert_int_equal(got.n_problems, 0);
    answers_encode(x->f, &got, codes);
    assert_memory_equal(codes, "\2\0\3\0\0", 5);
    fields[1].value = "";
    fields[1].value_len = 0;
    assert_int_equal(answers_check_row(x->f, fields, 2, is_present, &x->a, &got, &x->e), RC_OK);
    answers_encode(x->f, &got, codes);
    assert_memory_equal(codes, "\2\0\1\0\0", 5); /* asked, and skipped */
}

static void counts_go_to_their_slots(void **state)
{
    struct fixture *x = *state;
    static const unsigned char codes[] = {2, 2, 7, 2, 3, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1};
    int32_t counts[64] = {0};
    assert_int_equal(answers_count(x->f, codes, sizeof codes, counts), RC_OK);
    assert_int_equal(counts[2], 1);                      /* agree ticked */
    assert_int_equal(counts[x->f->nodes[2].slot + 2], 1); /* used = yes */
    assert_int_equal(counts[x->f->nodes[3].slot + 7], 1); /* don't know */
    const struct form_node *m = &x->f->nodes[4];
    assert_int_equal(counts[m->slot + 2] + counts[m->slot + 3], 2);
    assert_int_equal(counts[m->slot + m->n_slots - 1], 1); /* answered */
    static const unsigned char bad[][15] = {
        {3, 2, 7, 2, 3, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1}, /* no such state */
        {2, 4, 7, 2, 3, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1}, /* no such choice */
        {2, 2, 7, 2, 8, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1}, /* a bit beyond the choices */
        {2, 2, 7, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1}, /* answered, but nothing ticked */
        {2, 2, 7, 2, 5, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1}, /* an exclusive choice beside another */
        {2, 2, 7, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 9, 1}, /* skipped, but something ticked */
        {2, 2, 7, 2, 3, 2, 0, 0, 0, 0, 0, 0, 9, 9, 1}, /* out of range */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int32_t before[64];
        memcpy(before, counts, sizeof counts);
        assert_int_equal(answers_count(x->f, bad[i], 15, counts), RC_INPUT);
        assert_memory_equal(before, counts, sizeof counts);
    }
    assert_int_equal(answers_count(x->f, codes, 14, counts), RC_INPUT);
    unsigned char profile[8];
    assert_int_equal(answers_profile(x->f, codes, profile, sizeof profile), 1);
    assert_int_equal(profile[0], 2);
}

static void random_ballots_survive_encoding(void **state)
{
    struct fixture *x = *state;
    const struct form *f = x->f;
    srandom(20141231);
    for (int round = 0; round < 2000; round++) {
        struct answer items[9];
        memset(items, 0, sizeof items);
        struct answers in = {.items = items}, out;
        for (size_t i = 0; i < f->n_nodes; i++) {
            items[i].state = (enum answer_state)(random() % 3);
            items[i].choice = f->nodes[i].type == FORM_SELECT_ONE && items[i].state == ANSWER_GIVEN
                                  ? (size_t)random() % f->nodes[i].choices->n : SIZE_MAX;
            items[i].bits[0] = f->nodes[i].type == FORM_SELECT_MULTIPLE && items[i].state == ANSWER_GIVEN
                                   ? (uint8_t)(1 + random() % 4) : 0; /* the third excludes the others */
            items[i].number = f->nodes[i].type == FORM_INTEGER && items[i].state == ANSWER_GIVEN ? random() % 501 : 0;
        }
        unsigned char codes[64], again[64];
        answers_encode(f, &in, codes);
        assert_int_equal(answers_decode(f, codes, f->codes_len, &x->a, &out, &x->e), RC_OK);
        for (size_t i = 0; i < f->n_nodes; i++) {
            if (f->nodes[i].width == 0)
                continue;
            assert_int_equal(out.items[i].state, items[i].state);
            assert_int_equal(out.items[i].choice, items[i].choice);
            assert_int_equal(out.items[i].number, items[i].number);
        }
        answers_encode(f, &out, again);
        assert_memory_equal(codes, again, f->codes_len);
    }
}

int main(void)
{
    enum { N_BAD = sizeof bad_rows / sizeof *bad_rows, N_ANSWER = sizeof answer_rows / sizeof *answer_rows };
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test_setup_teardown(the_form_has_its_layout, set_up, tear_down),
        cmocka_unit_test(all_problems_come_at_once),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test_setup_teardown(an_unused_list_is_a_warning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_ways_of_writing_csv_are_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fast_ballot_ends_with_a_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_definition_reads_back_equal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_import_may_lack_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_go_to_their_slots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_ballots_survive_encoding, set_up, tear_down),
    };
    struct CMUnitTest tests[N_BAD + N_ANSWER] = {{0}};
    for (size_t i = 0; i < N_BAD; i++)
        tests[i] = (struct CMUnitTest){bad_rows[i].name, bad_row_is_named, NULL, NULL, &bad_rows[i]};
    for (size_t i = 0; i < N_ANSWER; i++)
        tests[N_BAD + i] = (struct CMUnitTest){answer_rows[i].name, answer_row_holds, NULL, NULL, &answer_rows[i]};
    int failed = cmocka_run_group_tests_name("form", fixed, NULL, NULL);
    return failed + cmocka_run_group_tests_name("form tables", tests, NULL, NULL);
}
