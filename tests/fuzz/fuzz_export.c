/* Fuzz target: the cells of exports. A form with every kind of answer, whose choices are called by the input, and a
 * response that the layout allows. Its csv, read by our own reader, has the cells that were answered, none a formula;
 * its JSON line has them, too; the other formats take it and end.
 * Input: flags, names and labels and a comment (each ended by a zero byte), then what is answered. */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "form/layout.h"
#include "form/sheet.h"
#include "report/export.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { CHOICES = 3, ONE = 0, MANY, ORDER, WHOLE, PART, DAY, HOUR, TICK, WORDS, NODES, CELLS = 16, NAME_MAX_BYTES = 32, TEXT_BYTES = 300 };
enum { LABELS = 1, CODES = 2, MARK = 4, BOOK = 8 };

struct input {
    const unsigned char *p;
    size_t len;
    struct arena *a;
};

static unsigned char take(struct input *in)
{
    if (in->len == 0)
        return 0;
    in->len--;
    return *in->p++;
}

static uint64_t take_number(struct input *in)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | take(in);
    return v;
}

/* What a questionnaire or a page would let through; else `instead`. */
static const char *take_text(struct input *in, size_t max, const char *refused, const char *instead)
{
    const unsigned char *end = memchr(in->p, '\0', in->len);
    size_t len = end != NULL ? (size_t)(end - in->p) : in->len;
    const char *s = arena_memdup(in->a, in->p, len);
    in->p += len + (end != NULL);
    in->len -= len + (end != NULL);
    assert(s != NULL);
    if (len == 0 || len > max || !text_is_utf8(s, len) || text_has_control(s, len) || strpbrk(s, refused) != NULL)
        return instead;
    return s;
}

static void make_form(struct input *in, struct form *f, struct form_node nodes[NODES], struct form_choices *c,
                      struct form_choice items[CHOICES])
{
    static const enum form_type types[NODES] = {FORM_SELECT_ONE, FORM_SELECT_MULTIPLE, FORM_RANK, FORM_INTEGER, FORM_DECIMAL,
                                                FORM_DATE,       FORM_TIME,            FORM_ACKNOWLEDGE, FORM_TEXT};
    static const char *const names[NODES] = {"one", "many", "order", "whole", "part", "day", "hour", "tick", "words"};
    static const char *const instead[CHOICES] = {"a", "b", "c"};
    struct rc_info e;
    for (size_t i = 0; i < CHOICES; i++) {
        items[i] = (struct form_choice){.name = take_text(in, NAME_MAX_BYTES, " \t\n\r\"'", instead[i])};
        items[i].label.t[0] = take_text(in, TEXT_BYTES, "", "label");
    }
    *c = (struct form_choices){.list_name = "list", .n = CHOICES, .items = items};
    for (size_t i = 0; i < NODES; i++) {
        bool has_list = types[i] == FORM_SELECT_ONE || types[i] == FORM_SELECT_MULTIPLE || types[i] == FORM_RANK;
        nodes[i] = (struct form_node){.type = types[i], .name = names[i], .parent = SIZE_MAX, .choices = has_list ? c : NULL,
                                      .min = types[i] == FORM_INTEGER ? -100 : 0, .max = types[i] == FORM_INTEGER ? 100000 : TEXT_BYTES};
        nodes[i].label.t[0] = items[i % CHOICES].label.t[0];
    }
    *f = (struct form){.slug = "fuzz", .n_langs = 1, .langs = {"zh"}, .n_nodes = NODES, .nodes = nodes, .fast_seconds = 1};
    enum rc rc = form_layout(f, nodes, &e);
    assert(rc == RC_OK);
}

static void take_answers(struct input *in, struct answer items[NODES])
{
    static const uint8_t orders[6][CHOICES] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    for (size_t i = 0; i < NODES; i++)
        items[i] = (struct answer){.state = (enum answer_state)(take(in) % 3)};
    items[ONE].choice = take(in) % CHOICES;
    items[MANY].bits[0] = (uint8_t)(1 + take(in) % 7);
    memcpy(items[ORDER].places, orders[take(in) % 6], CHOICES);
    items[WHOLE].number = (int64_t)(take_number(in) % 100101) - 100;
    uint64_t bits = take_number(in);
    memcpy(&items[PART].decimal, &bits, sizeof bits);
    if ((bits >> 52 & 0x7ff) == 0x7ff || bits == (uint64_t)1 << 63)
        items[PART].decimal = 0;
    items[DAY].number = (int64_t)(take_number(in) % 3652059) - 719162;
    items[HOUR].number = (int64_t)(take_number(in) % 1440);
    items[TICK].is_ticked = items[TICK].state == ANSWER_GIVEN;
}

/* The bytes of the export in this format. */
static char *written(enum export_format format, const struct export_table *t, const struct export_cell *cells, struct arena *a, size_t *len)
{
    struct export_writer *w = NULL;
    struct rc_info e;
    char path[64];
    int fd = memfd_create("export", MFD_CLOEXEC);
    assert(fd >= 0);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum rc rc = export_begin(format, t, path, a, &w, &e);
    if (rc == RC_OK) {
        rc = export_row(w, cells, &e);
        if (rc == RC_OK)
            rc = export_end(w, &e);
        else
            export_abandon(w);
    }
    assert(rc == RC_OK);
    off_t size = lseek(fd, 0, SEEK_END);
    assert(size > 0);
    *len = (size_t)size;
    char *out = arena_alloc(a, *len + 1);
    assert(out != NULL && pread(fd, out, *len, 0) == (ssize_t)*len);
    out[*len] = '\0';
    (void)close(fd);
    return out;
}

static bool is_like_formula(const char *s)
{
    return *s != '\0' && strchr("=+-@\t\r", *s) != NULL;
}

/* -?digits[.digits], in another way than the writer does it. */
static bool is_plain_number(const char *s)
{
    char *end = NULL;
    if (strspn(s, "-0123456789.") != strlen(s) || *s == '\0' || *s == '.' || strcmp(s, "-") == 0 || strncmp(s, "-.", 2) == 0)
        return false;
    (void)strtod(s, &end);
    return *end == '\0' && s[strlen(s) - 1] != '.';
}

/* As the reader gives it: without white space at its ends. */
static const char *trimmed(const char *s, struct arena *a)
{
    size_t len = strlen(s);
    while (len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL)
        len--;
    while (len > 0 && strchr(" \t\r\n", *s) != NULL)
        s++, len--;
    return arena_memdup(a, s, len);
}

static const char *wanted_text(const char *s, bool is_name, struct arena *a)
{
    bool is_disarmed = is_like_formula(s) && !(is_name && is_plain_number(s));
    return trimmed(is_disarmed ? arena_printf(a, "'%s", s) : s, a);
}

/* Dates by the C library. */
static const char *wanted_day(int64_t day, struct arena *a)
{
    struct tm tm = {.tm_year = 70, .tm_mday = 1};
    char s[16];
    time_t at = (time_t)day * 86400;
    (void)gmtime_r(&at, &tm);
    (void)snprintf(s, sizeof s, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday);
    return arena_strdup(a, s);
}

static void check_cell(const struct export_table *t, size_t i, const struct answer items[NODES], const char *comment, const char *got,
                       struct arena *a)
{
    const struct export_column *c = &t->columns[i];
    const struct answer *x = &items[c->node];
    const char *want = "";
    if (x->state != ANSWER_GIVEN) {
        if (t->has_codes)
            want = arena_printf(a, "%lld", (long long)export_missing_name(c, x->state));
    } else if (c->node == ONE) {
        const struct form_choice *choice = &c->choices->items[x->choice];
        want = wanted_text(t->is_labelled ? choice->label.t[0] : choice->name, true, a);
    } else if (c->node == MANY) {
        want = x->bits[0] >> c->part & 1 ? "1" : "0";
    } else if (c->node == ORDER) {
        want = arena_printf(a, "%d", x->places[c->part]);
    } else if (c->node == DAY) {
        want = wanted_day(x->number, a);
    } else if (c->node == HOUR) {
        want = arena_printf(a, "%02d:%02d", (int)x->number / 60, (int)x->number % 60);
    } else if (c->node == PART) {
        assert(strtod(got, NULL) == x->decimal);
        want = got;
    } else if (c->node == WORDS) {
        want = wanted_text(comment, false, a);
    } else {
        want = c->node == TICK ? "1" : arena_printf(a, "%lld", (long long)x->number);
    }
    assert(want != NULL && strcmp(want, got) == 0);
    assert(!is_like_formula(got) || is_plain_number(got) || c->node == PART);
}

static void check_csv(const struct export_table *t, const struct answer items[NODES], const struct export_cell *cells, const char *comment,
                      struct arena *a)
{
    struct sheet s;
    struct rc_info e;
    size_t len = 0;
    char *csv = written(EXPORT_CSV, t, cells, a, &len);
    assert((strncmp(csv, "\xEF\xBB\xBF", 3) == 0) == t->has_bom);
    enum rc rc = sheet_read("x.csv", csv, len, 10, a, &s, &e);
    assert(rc == RC_OK && s.n_rows == 1 && s.n_cols == t->n_columns);
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].node != SIZE_MAX)
            check_cell(t, i, items, comment, sheet_at(&s, 0, i), a);
    struct buf b;
    buf_init(&b, 1 << 20);
    export_codebook_csv(t, &b);
    rc = sheet_read("x.csv", b.p, b.len, 200, a, &s, &e);
    assert(buf_ok(&b) && rc == RC_OK && s.n_cols == 6 && s.n_rows >= t->n_columns);
    buf_release(&b);
}

static void check_json(const struct export_table *t, const struct export_cell *cells, const char *comment, struct arena *a)
{
    json_error_t error;
    size_t len = 0;
    char *line = written(EXPORT_JSONL, t, cells, a, &len);
    json_t *o = json_loads(line, 0, &error);
    assert(json_is_object(o) && strchr(line, '\n') == line + len - 1);
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct export_column *c = &t->columns[i];
        json_t *v = json_object_get(o, c->name);
        assert(c->node == MANY || c->node == ORDER || (v == NULL) == (cells[i].state == ANSWER_NOT_ASKED));
        if (c->node == WORDS && cells[i].state == ANSWER_GIVEN)
            assert(strcmp(json_string_value(v), comment) == 0);
        if (c->node == PART && cells[i].state == ANSWER_GIVEN)
            assert(json_number_value(v) == cells[i].decimal);
    }
    json_decref(o);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena a;
    struct form f;
    struct form_node nodes[NODES];
    struct form_choices choices;
    struct form_choice list[CHOICES];
    struct answer items[NODES];
    struct export_cell cells[CELLS];
    struct rc_info e;
    size_t len = 0;
    unsigned char codes[FORM_CODES_MAX];
    arena_init(&a, 32 << 20);
    struct input in = {data, size, &a};
    unsigned flags = take(&in);
    make_form(&in, &f, nodes, &choices, list);
    const char *comment = take_text(&in, TEXT_BYTES, "", "words");
    take_answers(&in, items);
    struct answers all = {.items = items, .is_fast = flags >> 7 != 0};
    answers_encode(&f, &all, codes);
    struct export_table t = {.form = &f, .title = "T", .n_rows = 1, .has_comments = true, .is_labelled = (flags & LABELS) != 0,
                             .has_codes = (flags & CODES) != 0, .has_bom = (flags & MARK) != 0,
                             .words = {"not asked", "skipped", "yes", "no", "day", "fast"}};
    enum rc rc = export_columns(&t, &a, &e);
    assert(rc == RC_OK && t.n_columns == CELLS - 1);
    const struct export_comment c = {WORDS, comment, strlen(comment)};
    rc = export_cells(&t, codes, f.codes_len, 0, &c, items[WORDS].state == ANSWER_GIVEN, &a, cells, &e);
    assert(rc == RC_OK);
    assert(cells[t.n_columns - 1].number == all.is_fast);
    check_csv(&t, items, cells, comment, &a);
    check_json(&t, cells, comment, &a);
    (void)written(EXPORT_SAV, &t, cells, &a, &len);
    (void)written(EXPORT_DTA, &t, cells, &a, &len);
    if ((flags & BOOK) != 0 && flags >> 4 == 0) /* slow: a file on the disk */
        (void)written(EXPORT_XLSX, &t, cells, &a, &len);
    arena_release(&a);
    return 0;
}
