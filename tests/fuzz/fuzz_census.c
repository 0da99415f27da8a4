/* A census: what can be read can be written and read again, the same; every key has an answer or none;
 * and the same bytes as a register: its rows add up. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "report/census_accounts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AS_OF = 5478 };

static const char *const lists[CENSUS_LISTS] = {
    "code,zh,en\ncentral,a,b\nprovince_city,c,d\n",
    "code,zh,en,listed_at\npolice,a,b,central\ntax,c,d,\n",
    "code,zh,en,region4,region3\n44,a,b,east,east\n54,c,d,west,west\n81,e,f,,\n",
    "code,zh,en\neast,a,b\nwest,c,d\n",
    "code,zh,en\neast,a,b\nwest,c,d\n",
    "code,zh,en\nother,a,b\n",
    "code,zh,en\nservice,a,b\n",
};

static void load_codes(struct census_codes *c, struct arena *a)
{
    static const enum census_list_id order[] = {CENSUS_LEVELS,    CENSUS_REGION4,       CENSUS_REGION3, CENSUS_PROVINCES,
                                                CENSUS_FUNCTIONS, CENSUS_ORGANISATIONS, CENSUS_KINDS};
    for (size_t i = 0; i < CENSUS_LISTS; i++) {
        struct rc_info e;
        const char *csv = lists[order[i]];
        enum rc rc = census_codes_read(c, order[i], csv, strlen(csv), a, &e);
        assert(rc == RC_OK);
    }
}

static void check(const struct census_figures *f, struct arena *a)
{
    static const char *const keys[] = {"total.accounts", "level.central.functions", "idle.14.share", "opened.2014-12.total",
                                       "province.44+54.share", "province.44.ratio_to_54", "level.central.top5.police"};
    struct buf one, two;
    struct census_figures *again = NULL;
    struct rc_info e = {0};
    double v = 0;
    buf_init(&one, 8 << 20);
    buf_init(&two, 8 << 20);
    if (census_to_json(f, &one, &e) == RC_OK && census_from_json(one.p, one.len, a, &again, &e) != RC_NOMEM) {
        assert(e.rc == RC_OK);
        assert(census_to_json(again, &two, &e) == RC_OK);
        assert(one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
        buf_reset(&one);
        census_to_csv(again, 0, &one);
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (census_value(f, keys[i], &v))
            assert(v >= 0);
    buf_release(&one);
    buf_release(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct census_codes c = {0};
    struct census_file file;
    struct census_figures *f = NULL;
    struct rc_info e = {0};
    arena_init(&a, 64 << 20);
    load_codes(&c, &a);
    enum rc rc = census_from_json((const char *)data, size, &a, &f, &e);
    assert(rc == RC_OK || rc == RC_INPUT || rc == RC_NOMEM);
    if (rc == RC_OK)
        check(f, &a);
    if (census_file_read(&file, &c, "a.csv", (const char *)data, size, AS_OF, &a, &e) == RC_OK) {
        struct buf b;
        assert(file.accounts.n + file.n_bad == file.sheet.n_rows);
        assert((file.n_bad == 0) == (file.n_problems == 0));
        buf_init(&b, 8 << 20);
        census_rejects(&file, &b);
        buf_release(&b);
        if (census_make(&c, &file.accounts, AS_OF, false, &a, &f, &e) == RC_OK)
            check(f, &a);
    }
    arena_release(&a);
    return 0;
}
