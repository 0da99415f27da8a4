#include "base/zone.h"

#include <stdio.h>
#include <string.h>

enum { HEADER = 44, FILE_MAX = 64 << 10 };

static int64_t get(const unsigned char *p, size_t width)
{
    uint64_t v = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

/* Of one block (RFC 8536, 3.2): its counts, where its data begin, and how long they are. */
struct block {
    size_t n_times, n_types, size;
    const unsigned char *times;
};

static bool read_block(const unsigned char *p, size_t len, size_t width, struct block *out)
{
    if (len < HEADER || memcmp(p, "TZif", 4) != 0)
        return false;
    size_t count[6]; /* isutcnt isstdcnt leapcnt timecnt typecnt charcnt */
    for (size_t i = 0; i < 6; i++) {
        int64_t v = get(p + 20 + 4 * i, 4);
        if (v < 0 || v > FILE_MAX)
            return false;
        count[i] = (size_t)v;
    }
    out->n_times = count[3];
    out->n_types = count[4];
    out->times = p + HEADER;
    out->size = HEADER + count[3] * (width + 1) + count[4] * 6 + count[5] + count[2] * (width + 4) + count[1] + count[0];
    return out->n_types > 0 && out->size <= len;
}

bool zone_offset(const unsigned char *file, size_t len, int64_t at, int32_t *offset_s)
{
    struct block b;
    size_t width = 4, type = 0;
    if (!read_block(file, len, 4, &b))
        return false;
    if (file[4] >= '2') { /* a second block with 64 bits follows */
        width = 8;
        file += b.size;
        len -= b.size;
        if (!read_block(file, len, 8, &b))
            return false;
    }
    const unsigned char *types = b.times + b.n_times * width, *infos = types + b.n_times;
    for (size_t i = 0; i < b.n_times && get(b.times + i * width, width) <= at; i++)
        type = types[i];
    if (type >= b.n_types)
        return false;
    *offset_s = (int32_t)get(infos + type * 6, 4);
    return *offset_s > -172800 && *offset_s < 172800;
}

static bool is_zone(const char *zone)
{
    return *zone != '\0' && *zone != '/' && strlen(zone) < 64 && strstr(zone, "..") == NULL &&
           strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(zone);
}

int64_t zone_today(const char *zone, time_t now)
{
    unsigned char file[FILE_MAX];
    char path[128];
    int32_t offset_s = 0;
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", is_zone(zone) ? zone : "UTC");
    FILE *f = fopen(path, "rbe");
    if (f != NULL) {
        size_t len = fread(file, 1, sizeof file, f);
        if (!zone_offset(file, len, now, &offset_s))
            offset_s = 0;
        (void)fclose(f);
    }
    int64_t at = (int64_t)now + offset_s;
    return at / 86400 - (at % 86400 < 0);
}
