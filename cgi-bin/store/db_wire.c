#include "store/db_wire.h"

#include <limits.h>
#include <string.h>

enum { OID_BYTEA = 17, OID_INT4 = 23 };

struct db_param db_null(void)
{
    return (struct db_param){.kind = DB_NULL};
}

struct db_param db_i32(int32_t v)
{
    return (struct db_param){.kind = DB_I32, .i = v};
}

struct db_param db_i64(int64_t v)
{
    return (struct db_param){.kind = DB_I64, .i = v};
}

struct db_param db_bool(bool v)
{
    return (struct db_param){.kind = DB_BOOL, .i = v};
}

struct db_param db_text(const char *s)
{
    return s == NULL ? db_null() : (struct db_param){.kind = DB_TEXT, .p = s, .len = strlen(s)};
}

struct db_param db_bytes(const void *p, size_t len)
{
    return (struct db_param){.kind = DB_BYTES, .p = p, .len = len};
}

struct db_param db_bytes_array(const struct db_bytes *items, size_t n)
{
    return (struct db_param){.kind = DB_BYTES_ARRAY, .p = items, .len = n};
}

struct db_param db_i32_array(const int32_t *items, size_t n)
{
    return (struct db_param){.kind = DB_I32_ARRAY, .p = items, .len = n};
}

static void put_be(unsigned char *p, uint64_t v, size_t width)
{
    for (size_t i = 0; i < width; i++)
        p[i] = (unsigned char)(v >> (8 * (width - 1 - i)));
}

static uint64_t get_be(const char *p, size_t width)
{
    uint64_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static enum rc number(uint64_t v, size_t width, struct arena *a, const char **out, int *len, struct rc_info *e)
{
    unsigned char *p = arena_alloc(a, width);
    if (p == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a parameter");
    put_be(p, v, width);
    *out = (const char *)p;
    *len = (int)width;
    return RC_OK;
}

/* One-dimensional array: ndim, flags, element type, size, lower bound, then length and bytes each. */
static enum rc array(const struct db_param *p, struct arena *a, const char **out, int *len, struct rc_info *e)
{
    bool is_bytes = p->kind == DB_BYTES_ARRAY;
    const struct db_bytes *bytes = p->p;
    const int32_t *ints = p->p;
    size_t total = p->len == 0 ? 12 : 20;
    for (size_t i = 0; i < p->len && total <= INT_MAX; i++)
        total += 4 + (is_bytes ? bytes[i].len : 4);
    if (total > INT_MAX || p->len > INT_MAX)
        return rc_set(e, RC_TOOBIG, "an array of %zu items is too large", p->len);
    unsigned char *o = arena_alloc(a, total);
    if (o == NULL)
        return rc_set(e, RC_NOMEM, "no memory for an array of %zu items", p->len);
    *out = (const char *)o;
    *len = (int)total;
    put_be(o, p->len == 0 ? 0 : 1, 4);
    put_be(o + 4, 0, 4);
    put_be(o + 8, is_bytes ? OID_BYTEA : OID_INT4, 4);
    if (p->len == 0)
        return RC_OK;
    put_be(o + 12, p->len, 4);
    put_be(o + 16, 1, 4);
    o += 20;
    for (size_t i = 0; i < p->len; i++) {
        size_t n = is_bytes ? bytes[i].len : 4;
        put_be(o, n, 4);
        if (is_bytes && n > 0)
            memcpy(o + 4, bytes[i].p, n);
        else if (!is_bytes)
            put_be(o + 4, (uint32_t)ints[i], 4);
        o += 4 + n;
    }
    return RC_OK;
}

enum rc db_wire_param(const struct db_param *p, struct arena *a, const char **out, int *len, struct rc_info *e)
{
    switch (p->kind) {
    case DB_NULL:
        *out = NULL;
        *len = 0;
        return RC_OK;
    case DB_I32:
        return number((uint32_t)(int32_t)p->i, 4, a, out, len, e);
    case DB_I64:
        return number((uint64_t)p->i, 8, a, out, len, e);
    case DB_BOOL:
        return number(p->i != 0, 1, a, out, len, e);
    case DB_TEXT:
    case DB_BYTES:
        if (p->len > INT_MAX / 2)
            return rc_set(e, RC_TOOBIG, "a parameter of %zu bytes is too large", p->len);
        *out = p->p != NULL ? p->p : "";
        *len = (int)p->len;
        return RC_OK;
    case DB_BYTES_ARRAY:
    case DB_I32_ARRAY:
        return array(p, a, out, len, e);
    }
    return rc_set(e, RC_DB, "a parameter of an unknown kind");
}

enum rc db_wire_class(const char *sqlstate, bool *is_lost)
{
    static const struct {
        const char *prefix;
        bool is_lost;
    } away[] = {
        {"08", true},     /* connection exception */
        {"57P0", true},   /* shutdown, crash of another backend, cannot connect now */
        {"0A000", true},  /* a cached plan whose result type changed: prepare anew */
        {"26000", true},  /* the prepared statement is gone */
        {"57014", false}, /* statement_timeout, or an operator's cancel */
        {"53", false},    /* disk full, out of memory, too many connections */
        {"58", false},    /* I/O error outside the database */
        {"25006", false}, /* read-only: a standby */
        {"40", false},    /* deadlock, serialization failure */
        {"55P03", false}, /* a lock was not to be had in time */
    };
    *is_lost = false;
    for (size_t i = 0; i < sizeof away / sizeof *away; i++)
        if (strncmp(sqlstate, away[i].prefix, strlen(away[i].prefix)) == 0) {
            *is_lost = away[i].is_lost;
            return RC_AWAY;
        }
    return RC_DB;
}

const struct db_cell *db_at(const struct db_rows *r, size_t row, size_t col)
{
    static const struct db_cell none = {0};
    return row < r->n_rows && col < r->n_cols ? &r->cells[row * r->n_cols + col] : &none;
}

int64_t db_get_i64(const struct db_cell *c)
{
    if (c->p == NULL)
        return 0;
    switch (c->len) {
    case 1:
        return (unsigned char)c->p[0];
    case 2:
        return (int16_t)get_be(c->p, 2);
    case 4:
        return (int32_t)get_be(c->p, 4);
    case 8:
        return (int64_t)get_be(c->p, 8);
    default:
        return 0;
    }
}

double db_get_f64(const struct db_cell *c)
{
    double d = 0;
    if (c->p != NULL && c->len == 8) {
        uint64_t v = get_be(c->p, 8);
        memcpy(&d, &v, sizeof d);
    }
    return d;
}

const char *db_get_text(const struct db_cell *c)
{
    return c->p != NULL ? c->p : "";
}

size_t db_get_i32_array(const struct db_cell *c, int32_t *out, size_t max)
{
    if (c->p == NULL || c->len < 12 || get_be(c->p + 8, 4) != OID_INT4)
        return SIZE_MAX;
    if (get_be(c->p, 4) == 0)
        return 0;
    if (get_be(c->p, 4) != 1 || c->len < 20)
        return SIZE_MAX;
    size_t n = (size_t)get_be(c->p + 12, 4);
    if (n > (c->len - 20) / 8 || c->len != 20 + 8 * n)
        return SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        const char *item = c->p + 20 + 8 * i;
        if (get_be(item, 4) != 4)
            return SIZE_MAX;
        if (i < max)
            out[i] = (int32_t)get_be(item + 4, 4);
    }
    return n;
}

void db_copy_cols(struct buf *b, int n)
{
    buf_put_be(b, (uint16_t)n, 2);
}

void db_copy_null(struct buf *b)
{
    buf_put_be(b, UINT32_MAX, 4);
}

void db_copy_i16(struct buf *b, int16_t v)
{
    buf_put_be(b, 2, 4);
    buf_put_be(b, (uint16_t)v, 2);
}

void db_copy_i32(struct buf *b, int32_t v)
{
    buf_put_be(b, 4, 4);
    buf_put_be(b, (uint32_t)v, 4);
}

void db_copy_i64(struct buf *b, int64_t v)
{
    buf_put_be(b, 8, 4);
    buf_put_be(b, (uint64_t)v, 8);
}

void db_copy_bytes(struct buf *b, const void *p, size_t len)
{
    buf_put_be(b, len, 4);
    buf_put(b, p, len);
}

void db_copy_date(struct buf *b, int32_t days_since_2000)
{
    db_copy_i32(b, days_since_2000);
}
