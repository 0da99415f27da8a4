/* expr_inner: the tree, as the parts of expr share it.  Layer: form.  Not for others. */
#ifndef MINYI_FORM_EXPR_INNER_H
#define MINYI_FORM_EXPR_INNER_H

#include "form/expr.h"
#include "form/expr_regex.h"

enum expr_op {
    OP_TEXT, OP_NUMBER, OP_BOOLEAN, OP_QUESTION, OP_SELF, OP_COLUMN, /* leaves */
    OP_OR, OP_AND, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_NEG,
    OP_NOT, OP_IF, OP_COALESCE, OP_ONCE, OP_SELECTED, OP_COUNT_SELECTED, OP_LENGTH, OP_REGEX, OP_CONCAT,
    OP_STRING, OP_TO_NUMBER, OP_INT, OP_ROUND, OP_MIN, OP_MAX, OP_SUM, OP_TODAY, OP_DATE,
    OP_N
};

enum { EXPR_NONE = UINT16_MAX };

struct expr_node {
    uint8_t op;
    uint8_t kind;         /* enum expr_kind: what it gives */
    uint16_t first, next; /* first argument, and the next one of the same parent; EXPR_NONE */
    uint16_t n_args;
    uint16_t at;          /* place in the source, in characters from 1 */
    size_t index;         /* QUESTION, SELF: node of the form; COLUMN: column */
    double number;        /* NUMBER, BOOLEAN */
    const char *text;     /* TEXT */
    size_t len;
    const struct expr_regex *regex; /* REGEX */
};

struct expr {
    const struct form *form;
    const char *const *columns;
    const char *text;
    size_t n;
    struct expr_node *nodes;
    size_t root;
};

/* The word of an operator ("=", "div") or function ("string-length"), as written and as in the browser's tree. */
extern const char *const expr_words[OP_N];

/* A function by its name; OP_N: there is none. With its least and greatest number of arguments. */
enum expr_op expr_function(const char *name, size_t len, size_t *min, size_t *max);

/* Find what node i gives from what its arguments give, and refuse what can only be a mistake. RC_OK, RC_INPUT,
 * RC_TOOBIG, RC_NOMEM. */
enum rc expr_check_node(struct expr *x, size_t i, struct arena *a, struct rc_info *e) MUST_CHECK;

/* How a comparison ends. */
bool expr_compare(enum expr_op op, const struct expr_value *l, const struct expr_value *r, struct arena *a, bool *is_out);

/* Days since 1970-01-01 as YYYY-MM-DD, minutes as HH:MM; false: out of range. */
bool expr_write_date(double days, char out[16]);
bool expr_write_time(double minutes, char out[16]);

#endif
