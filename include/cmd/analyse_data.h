/* analyse_data: the columns of a CSV file, row by row.  Layer: cmd (uses libcsv).
 * A row is held in the columns' `code` and `number`; nothing of the rows before it is kept but the
 * different texts of the coded columns. */
#ifndef MINYI_CMD_ANALYSE_DATA_H
#define MINYI_CMD_ANALYSE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"

enum { DATA_COLUMNS_MAX = 4096, DATA_FIELD_MAX = 64 << 10, DATA_LEVELS_MAX = 5000 };

/* The different texts of one column, numbered 1, 2, ... as they appear; 0 stands for no answer. */
struct dict_slot {
    uint64_t key;  /* the first 8 bytes, or a hash of a longer text */
    uint32_t len, code; /* code 0: the slot is free */
};
struct dict {
    struct dict_slot *slots;
    size_t cap; /* a power of two, at least twice n */
    const char **texts; /* [code - 1] */
    size_t n;
    uint32_t *of_byte; /* [256] codes of the texts of one byte: most answers are; NULL while n is 0 */
};

struct column {
    const char *name;
    bool is_coded, is_number; /* what to make of a cell; both may be asked for, or nothing */
    struct dict dict;
    /* of the row in hand */
    uint32_t code;    /* when is_coded; 0: the cell is empty */
    double number;    /* when is_number and has_number */
    bool has_number;  /* false: the cell is empty */
};

struct data {
    const char *path;
    struct arena *arena; /* names and texts */
    struct column *columns;
    size_t n_columns;
    size_t n_texts; /* different texts of all coded columns so far */
    int64_t row; /* of the file, the header being 1 */
};

/* Called after each row; anything but RC_OK ends the reading with that. */
typedef enum rc data_row_fn(void *ctx, struct rc_info *e);

/* Read the header alone: names of the columns. RC_OK; RC_NOTFOUND, RC_IO; RC_INPUT with "file:row:column:
 * reason" (empty, repeated or too many names, not UTF-8); RC_NOMEM. */
enum rc data_open(struct data *d, const char *path, struct arena *a, struct rc_info *e) MUST_CHECK;

/* Read all rows, the file's beginning included, with a progress bar called `what`.
 * Errors as above, and a row with more or fewer cells than the header, a cell over DATA_FIELD_MAX
 * bytes, a text that is no number where one is wanted, over DATA_LEVELS_MAX different texts. */
enum rc data_read(struct data *d, const char *what, data_row_fn *fn, void *ctx, struct rc_info *e) MUST_CHECK;

/* The column called `name` (`len` bytes), or SIZE_MAX. */
size_t data_find(const struct data *d, const char *name, size_t len);

/* RC_USAGE with the names nearest to `name`, for an option that names no column. */
enum rc data_no_column(const struct data *d, const char *option, const char *name, struct rc_info *e);

/* "file:row:column: ..." */
enum rc data_error(const struct data *d, const struct column *c, struct rc_info *e, const char *fmt, ...) PRINTF(4, 5);

/* A decimal number, optional sign, fraction and exponent, nothing else; finite. Rounded correctly. */
bool data_number(const char *p, size_t len, double *out) MUST_CHECK;

/* The code of a text, a new one for a new text; 0 when there is no room for it (see `is_full`). */
uint32_t dict_code(struct dict *d, struct arena *a, const char *p, size_t len, bool *is_full) MUST_CHECK;

/* The code of a text, or 0. */
uint32_t dict_find(const struct dict *d, const char *p, size_t len);

#endif
