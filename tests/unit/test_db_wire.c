/* PostgreSQL's binary formats, without a server. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/db_wire.h"

/* ---- what a SQLSTATE means ---- */

struct class_row {
    const char *state;
    enum rc rc;
    bool is_lost;
};

static void class_test(void **state)
{
    const struct class_row *row = *state;
    bool is_lost = !row->is_lost;
    assert_int_equal(db_wire_class(row->state, &is_lost), row->rc);
    assert_int_equal(is_lost, row->is_lost);
}

#define CLASS(n, s, r, l) {n, class_test, NULL, NULL, &(struct class_row){s, r, l}}

/* ---- parameters ---- */

struct param_row {
    struct db_param p;
    const char *bytes; /* NULL: SQL NULL */
    int len;
};

static void param_test(void **state)
{
    const struct param_row *row = *state;
    struct arena a;
    const char *out = "untouched";
    int len = -1;
    arena_init(&a, 1 << 16);
    assert_int_equal(db_wire_param(&row->p, &a, &out, &len, NULL), RC_OK);
    assert_int_equal(len, row->len);
    if (row->bytes == NULL)
        assert_null(out);
    else
        assert_memory_equal(out, row->bytes, (size_t)row->len);
    arena_release(&a);
}

static const int32_t two_ints[] = {1, -2};
static const struct db_bytes two_items[] = {{"\0z", 2}, {"", 0}};
#define PARAM(n, ...) {n, param_test, NULL, NULL, &(struct param_row){__VA_ARGS__}}

static void a_parameter_without_memory_is_refused(void **state)
{
    (void)state;
    const struct db_param params[] = {db_i32(1), db_i64(1), db_bool(true), db_i32_array(two_ints, 2),
                                      db_bytes_array(two_items, 2)};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        struct arena a;
        const char *out = NULL;
        int len = 0;
        arena_init(&a, 1 << 16);
        a.fail_after = 1;
        assert_int_equal(db_wire_param(&params[i], &a, &out, &len, NULL), RC_NOMEM);
        arena_release(&a);
    }
}

static void a_parameter_over_the_limit_is_refused(void **state)
{
    (void)state;
    struct arena a;
    const char *out = NULL;
    int len = 0;
    const struct db_bytes huge[] = {{"", (size_t)INT_MAX}};
    const struct db_param params[] = {db_bytes("", (size_t)INT_MAX), db_bytes_array(huge, 1)};
    arena_init(&a, 1 << 16);
    assert_int_equal(db_wire_param(&params[0], &a, &out, &len, NULL), RC_TOOBIG);
    assert_int_equal(db_wire_param(&params[1], &a, &out, &len, NULL), RC_TOOBIG);
    arena_release(&a);
}

/* ---- cells ---- */

static void a_cell_outside_reads_as_null(void **state)
{
    (void)state;
    const struct db_cell one = {"x", 1};
    const struct db_rows r = {1, 1, &one};
    assert_ptr_equal(db_at(&r, 0, 0), &one);
    assert_null(db_at(&r, 1, 0)->p);
    assert_null(db_at(&r, 0, 1)->p);
    assert_int_equal(db_get_i64(db_at(&r, 1, 0)), 0);
    assert_string_equal(db_get_text(db_at(&r, 1, 0)), "");
}

struct i64_row {
    struct db_cell c;
    int64_t want;
};

static void i64_test(void **state)
{
    const struct i64_row *row = *state;
    assert_true(db_get_i64(&row->c) == row->want);
}

#define I64(n, b, w) {n, i64_test, NULL, NULL, &(struct i64_row){{b, sizeof(b) - 1}, w}}

struct array_row {
    struct db_cell c;
    size_t want; /* items, or SIZE_MAX */
};

/* ndim, flags, type 23, size, lower bound, then 4-byte length and item */
#define HEAD(ndim, type, size) "\0\0\0" ndim "\0\0\0\0" "\0\0\0" type "\0\0\0" size "\0\0\0\1"
#define ITEM(v) "\0\0\0\4" "\0\0\0" v

static void array_test(void **state)
{
    const struct array_row *row = *state;
    int32_t out[2] = {77, 77};
    assert_true(db_get_i32_array(&row->c, out, 2) == row->want);
    if (row->want >= 1 && row->want != SIZE_MAX)
        assert_int_equal(out[0], 5);
    else
        assert_int_equal(out[0], 77);
}

#define ARRAY(n, b, w) {n, array_test, NULL, NULL, &(struct array_row){{b, sizeof(b) - 1}, w}}

static void floats_are_read(void **state)
{
    (void)state;
    const struct db_cell half = {"\x3f\xe0\0\0\0\0\0\0", 8}, shorter = {"\x3f\xe0\0\0", 4}, null = {0};
    assert_true(db_get_f64(&half) == 0.5);
    assert_true(db_get_f64(&shorter) == 0.0);
    assert_true(db_get_f64(&null) == 0.0);
}

static void copy_rows_are_written(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 256);
    db_copy_cols(&b, 6);
    db_copy_null(&b);
    db_copy_i16(&b, -2);
    db_copy_i32(&b, -3);
    db_copy_i64(&b, -4);
    db_copy_bytes(&b, "a\0b", 3);
    db_copy_date(&b, 5);
    static const char want[] = "\0\6" "\xff\xff\xff\xff" "\0\0\0\2\xff\xfe" "\0\0\0\4\xff\xff\xff\xfd"
                               "\0\0\0\10\xff\xff\xff\xff\xff\xff\xff\xfc" "\0\0\0\3a\0b" "\0\0\0\4\0\0\0\5";
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, sizeof want - 1);
    assert_memory_equal(b.p, want, b.len);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLASS("08006 connection failure", "08006", RC_AWAY, true),
        CLASS("57P01 admin shutdown", "57P01", RC_AWAY, true),
        CLASS("57P02 crash shutdown", "57P02", RC_AWAY, true),
        CLASS("57P03 cannot connect now", "57P03", RC_AWAY, true),
        CLASS("57014 statement timeout", "57014", RC_AWAY, false),
        CLASS("53100 disk full", "53100", RC_AWAY, false),
        CLASS("53300 too many connections", "53300", RC_AWAY, false),
        CLASS("58030 io error", "58030", RC_AWAY, false),
        CLASS("25006 read-only", "25006", RC_AWAY, false),
        CLASS("40P01 deadlock", "40P01", RC_AWAY, false),
        CLASS("0A000 changed plan", "0A000", RC_AWAY, true),
        CLASS("26000 no such prepared statement", "26000", RC_AWAY, true),
        CLASS("23505 unique", "23505", RC_DB, false),
        CLASS("25P02 failed transaction", "25P02", RC_DB, false),
        CLASS("42501 no privilege", "42501", RC_DB, false),
        CLASS("57000 operator intervention", "57000", RC_DB, false),
        CLASS("none", "", RC_DB, false),
        PARAM("null", {.kind = DB_NULL}, NULL, 0),
        PARAM("i32", {.kind = DB_I32, .i = -2}, "\xff\xff\xff\xfe", 4),
        PARAM("i64", {.kind = DB_I64, .i = 258}, "\0\0\0\0\0\0\1\2", 8),
        PARAM("bool", {.kind = DB_BOOL, .i = 1}, "\1", 1),
        PARAM("text", {.kind = DB_TEXT, .p = "ab", .len = 2}, "ab", 2),
        PARAM("empty bytes", {.kind = DB_BYTES, .p = NULL, .len = 0}, "", 0),
        PARAM("i32 array", {.kind = DB_I32_ARRAY, .p = two_ints, .len = 2},
              "\0\0\0\1\0\0\0\0\0\0\0\27\0\0\0\2\0\0\0\1\0\0\0\4\0\0\0\1\0\0\0\4\xff\xff\xff\xfe", 36),
        PARAM("empty i32 array", {.kind = DB_I32_ARRAY, .p = NULL, .len = 0}, "\0\0\0\0\0\0\0\0\0\0\0\27", 12),
        PARAM("bytes array", {.kind = DB_BYTES_ARRAY, .p = two_items, .len = 2},
              "\0\0\0\1\0\0\0\0\0\0\0\21\0\0\0\2\0\0\0\1\0\0\0\2\0z\0\0\0\0", 30),
        cmocka_unit_test(a_parameter_without_memory_is_refused),
        cmocka_unit_test(a_parameter_over_the_limit_is_refused),
        cmocka_unit_test(a_cell_outside_reads_as_null),
        I64("bool cell", "\1", 1), I64("int2 cell", "\xff\xff", -1), I64("int4 cell", "\xff\xff\xff\xfe", -2),
        I64("int8 cell", "\0\0\0\1\0\0\0\0", 1LL << 32), I64("cell of three bytes", "\1\1\1", 0),
        ARRAY("two items", HEAD("\1", "\27", "\2") ITEM("\5") ITEM("\6"), 2),
        ARRAY("three items, room for two", HEAD("\1", "\27", "\3") ITEM("\5") ITEM("\6") ITEM("\7"), 3),
        ARRAY("no items", "\0\0\0\0\0\0\0\0\0\0\0\27", 0),
        ARRAY("of another type", HEAD("\1", "\31", "\1") ITEM("\5"), SIZE_MAX),
        ARRAY("of two dimensions", HEAD("\2", "\27", "\1") ITEM("\5"), SIZE_MAX),
        ARRAY("cut short", HEAD("\1", "\27", "\2") ITEM("\5"), SIZE_MAX),
        ARRAY("with something behind", HEAD("\1", "\27", "\1") ITEM("\5") "\0", SIZE_MAX),
        ARRAY("with a NULL", HEAD("\1", "\27", "\1") "\xff\xff\xff\xff\0\0\0\0", SIZE_MAX),
        ARRAY("of a size that wraps", "\0\0\0\1\0\0\0\0\0\0\0\27\xff\xff\xff\xff\0\0\0\1" ITEM("\5"), SIZE_MAX),
        ARRAY("empty cell", "", SIZE_MAX),
        cmocka_unit_test(floats_are_read),
        cmocka_unit_test(copy_rows_are_written),
    };
    return cmocka_run_group_tests_name("db_wire", tests, NULL, NULL);
}
