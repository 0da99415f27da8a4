/* expr: the expressions of XLSForm (relevant, constraint, calculation, choice_filter).  Layer: form.
 * Pure: no I/O, no clock. A tree is read-only after it was made, so threads may share it.
 *
 * Language: a subset of XPath 1.0 with the functions of ODK XForms:
 *   ${name}  .  'text'  "text"  12.5  ( )  or  and  = !=  < <= > >=  + -  * div mod  unary -
 *   true() false() not(x) if(test, then, else) coalesce(a, b) once(x) selected(q, 'choice')
 *   count-selected(q) string-length(s) regex(s, 'pattern') concat(a, ...) string(x) number(x) int(x)
 *   round(x) round(x, places) min(a, ...) max(a, ...) sum(a, ...) today() date(x)
 * In a choice_filter a bare name is a column of the sheet choices.
 *
 * Values and how they turn into each other (XPath 1.0, section 3 and 4, where not said otherwise):
 * - A question without an answer, or hidden, is the empty string. number('') is NaN, so every < <= > >=
 *   with it is false, = with a number is false, != with a number is true; boolean('') is false.
 * - number(text): blanks, an optional '-', digits with at most one '.', blanks; at most 40 digits on each side;
 *   anything else NaN. An integer, decimal or range answer is a number. Numbers are doubles, so integers
 *   are exact up to 2^53.
 * - string(number): as ECMAScript writes it (shortest digits that read back equal; 1e21 and 1e-7 get an
 *   exponent); NaN is "NaN"; -0 is "0". true and false are "true" and "false".
 * - A date is a number of days since 1970-01-01 that is written YYYY-MM-DD (0001-01-01 to 9999-12-31, Gregorian);
 *   date - date and date + n are numbers, date(number) makes a date again (of its floor).
 *   A time is minutes of the day, written HH:MM. What is no date: NaN, written "".
 * - = and !=: with a boolean on either side both become booleans; else with a number, numbers; else with a
 *   date or time, text on the other side is read as one; else texts. < <= > >= compare numbers, and likewise
 *   read text as a date where the other side is one.
 * - select_one is the name of its choice, select_multiple the names, in the order of the list, with one space
 *   between; acknowledge is "OK" when ticked (as in ODK).
 * - mod has the sign of its left side; x div 0 is Infinity or NaN; round(x) is floor(x + 0.5), round(x, p) is
 *   floor(x * 10^p + 0.5) / 10^p with p cut to -15..15; int(x) drops the part after the point.
 * - min, max, sum: NaN as soon as one value is NaN: write coalesce(${q}, 0) for a question that may be skipped.
 * - regex() is true when the whole text matches (ODK's definition). The pattern is a literal of a subset
 *   that means the same everywhere: see expr_regex.h.
 * - once(x) is x: an answer is sent once, so there is no earlier value to keep.
 * - A text that concat() makes is cut to EXPR_STRING_MAX code points. */
#ifndef MINYI_FORM_EXPR_H
#define MINYI_FORM_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "form/form.h"

enum {
    EXPR_SOURCE_MAX = 4000, /* bytes */
    EXPR_NODES_MAX = 600,   /* of one tree */
    EXPR_DEPTH_MAX = 40,    /* the parser and the evaluator call themselves at most so deep */
    EXPR_STRING_MAX = 4000  /* code points */
};

enum expr_kind {
    EXPR_STRING, /* the empty one is "no answer", too */
    EXPR_NUMBER,
    EXPR_BOOLEAN,
    EXPR_DATE,
    EXPR_TIME,
    EXPR_CHOICE,  /* one of a list; as good as the string of its name */
    EXPR_CHOICES, /* any of a list */
    EXPR_ANY      /* of a node, never of a value: known only when evaluated */
};

struct expr_value {
    enum expr_kind kind;
    double number;    /* NUMBER; DATE: days, TIME: minutes, NaN: none; BOOLEAN: 0 or 1 */
    const char *text; /* STRING: valid UTF-8, not NUL-terminated */
    size_t len;
    const struct form_choices *choices; /* CHOICE, CHOICES */
    size_t choice;                      /* CHOICE: an index of it */
    const uint8_t *bits;                /* CHOICES: choice 0 is the lowest bit of the first byte */
};

/* What names mean while an expression is read. */
struct expr_scope {
    const struct form *form; /* ${name}: any of its questions, later ones as well */
    size_t self;             /* the question that . means; SIZE_MAX: there is no . here */
    const char *const *columns; /* choice_filter: columns of the sheet choices; else NULL and 0 */
    size_t n_columns;
};

struct expr; /* a tree */

/* Read `text` into *out, everything in `a`. RC_OK; RC_INPUT with words for the author, with the place counted in
 * characters from 1; RC_TOOBIG (over a limit above); RC_NOMEM. */
enum rc expr_parse(const char *text, const struct expr_scope *scope, struct arena *a, const struct expr **out,
                   struct rc_info *e) MUST_CHECK;

/* Its source with blanks made one, for the frozen definition: parsing it gives an equal tree. */
const char *expr_text(const struct expr *x);

/* What evaluating it needs. The callbacks give values whose memory outlives the evaluation. */
struct expr_env {
    struct expr_value (*question)(const void *ctx, size_t node); /* empty string: no answer */
    struct expr_value (*column)(const void *ctx, size_t column); /* choice_filter only */
    const void *ctx;
    int64_t today;   /* days since 1970-01-01 where the survey is */
    struct arena *a; /* for the texts that concat() and the like make; comparing allocates nothing */
    bool is_out;     /* set when `a` was full: the value is not to be used */
};

struct expr_value expr_eval(const struct expr *x, struct expr_env *env);
bool expr_is_true(const struct expr *x, struct expr_env *env);

/* Conversions, as said above. A text lies in the value, in a literal or in `a`; *is_out as in the environment. */
double expr_to_number(const struct expr_value *v, struct arena *a, bool *is_out);
bool expr_to_boolean(const struct expr_value *v);
struct expr_value expr_to_string(const struct expr_value *v, struct arena *a, bool *is_out);

struct expr_value expr_string(const char *text, size_t len);
struct expr_value expr_number(double n);

/* Write a number as expr_to_string does; gives the length, below 32. */
enum { EXPR_NUMBER_CAP = 32 };
size_t expr_write_number(double n, char out[EXPR_NUMBER_CAP]);

/* Read "YYYY-MM-DD" or "HH:MM". False when it is none. */
bool expr_read_date(const char *p, size_t len, int64_t *days);
bool expr_read_time(const char *p, size_t len, int64_t *minutes);

/* What kind of value it gives, EXPR_ANY when that depends. */
enum expr_kind expr_kind_of(const struct expr *x);

/* The kind of value that a question gives; false: it has no answer (note, group). */
bool expr_question_kind(const struct form_node *n, enum expr_kind *kind);

/* The questions it looks at, `.` aside: sets looks_at[node] (one per node of the form) to true. */
void expr_mark_questions(const struct expr *x, bool *looks_at);
bool expr_uses_today(const struct expr *x);

/* The same for columns (one per column of the scope); false: it looks at none. */
bool expr_mark_columns(const struct expr *x, bool *looks_at);

/* True when it looks at no question, column or day: then it always gives the same. */
bool expr_is_constant(const struct expr *x);

/* The tree for the browser, as one JSON value, the same that html/script/expr.js reads:
 *   "text"  12.5  true  ["$","name"]  ["n","name"] (an integer)  ["f","name"] (a decimal)  ["d","name"] (a date)  ["t","name"] (a time)
 *   ["$"]/["n"]/... without a name is `.`;  ["@","column"]  ["op", argument, ...] */
void expr_put_js(const struct expr *x, struct buf *out);

/* The bounds in it that one range can say: `. >= 0 and . <= 120` of an integer, `string-length(.) <= 500` of a
 * text, each also as a part of a longer `and`. Narrows *min and *max; true when they say all of it. */
bool expr_bounds(const struct expr *x, enum form_type type, int64_t *min, int64_t *max);

/* One comparison with one choice, as struct form_relevant has held it from the first version on: then *out is
 * that (without an expression). False: it is more. */
bool expr_as_relevant(const struct expr *x, struct form_relevant *out);

/* The comparisons of that kind that must all hold, where the expression is one or joins them by "and": gives their
 * number, at most `cap`. What else it joins is left out. */
size_t expr_needs(const struct expr *x, struct form_relevant *out, size_t cap);

#endif
