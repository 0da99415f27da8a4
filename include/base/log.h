/* log: one line per event on stderr, UTC, key=value, control bytes escaped.  Layer 0 (base).
 *     log_info("tally_done", kv_s("survey", slug), kv_i("opened", n));
 * prints  2026-11-22T20:15:01Z info tally tally_done survey=gov-wechat-2014 opened=120
 * Never pass an answer, an address, a user agent or a query string. */
#ifndef MINYI_BASE_LOG_H
#define MINYI_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

struct log_field {
    const char *key; /* NULL ends the list */
    const char *s;   /* the text, or NULL: the number */
    int64_t i;
};

static inline struct log_field kv_s(const char *key, const char *s)
{
    return (struct log_field){key, s != 0 ? s : "", 0};
}
static inline struct log_field kv_i(const char *key, int64_t i)
{
    return (struct log_field){key, 0, i};
}

/* Name printed in every line; default "minyi". */
void log_program(const char *name);

/* Write one event; fields end with a NULL key. Each line is one write(2) of at most 4 KB. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#define log_info(event, ...) log_write(LOG_INFO_, event, (const struct log_field[]){__VA_ARGS__, {0}})
#define log_warn(event, ...) log_write(LOG_WARN_, event, (const struct log_field[]){__VA_ARGS__, {0}})
#define log_error(event, ...) log_write(LOG_ERROR_, event, (const struct log_field[]){__VA_ARGS__, {0}})

#endif
