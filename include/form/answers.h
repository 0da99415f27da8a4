/* answers: what one citizen answered, checked against a form, and its encoding.  Layer: form.
 *
 * Codes, the bytes that are sealed, stored and counted (layout: form_node.offset and width).
 * In every question the first byte is the state or the choice:
 *   0 not asked (hidden by branching, or absent in an import), 1 skipped,
 *   select_one, acknowledge: 2 + choice index (acknowledge: 2 = ticked); width 1, or 2 (big-endian)
 *     where the list has more than 250 choices;
 *   select_multiple: 2 = answered, then ceil(n/8) bytes of bits, choice 0 = lowest bit of the first;
 *   integer: 2 = answered, then 8 bytes big-endian two's complement;
 *   decimal: 2 = answered, then 8 bytes IEEE 754 binary64 big-endian, finite, never -0;
 *   date: 2 = answered, then 4 bytes big-endian two's complement, days since 1970-01-01;
 *   time: 2 = answered, then 2 bytes big-endian, minutes of the day;
 *   rank: 2 + index of the choice put first, then one byte each for the second to the last: their indexes;
 *     counted like a select_one, by its first choice;
 *   text: 2 = answered; the text itself is a comment, kept apart.
 * With form.fast_seconds one more byte ends the codes: 1 for a fast ballot, 0 for one that was not or of which it
 * is not known. */
#ifndef MINYI_FORM_ANSWERS_H
#define MINYI_FORM_ANSWERS_H

#include "form/form.h"

/* One field of the submitted form, decoded. Multiple choice: the name repeats. */
struct form_field {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

enum answer_state { ANSWER_NOT_ASKED = 0, ANSWER_SKIPPED = 1, ANSWER_GIVEN = 2 };

struct answer {
    enum answer_state state;
    size_t choice;       /* select_one: index, SIZE_MAX for none; kept for showing even when hidden */
    bool is_ticked;      /* acknowledge */
    uint8_t bits[64];    /* select_multiple: FORM_CHOICES_MAX bits */
    uint8_t places[FORM_RANK_MAX]; /* rank: the place of each choice, from 1; 0: none was given */
    int64_t number;      /* integer; date: days since 1970-01-01; time: minutes of the day */
    double decimal;      /* decimal */
    bool is_good;        /* typed or ranked, from a page or row: it is what the type asks for */
    const char *text;    /* text: valid UTF-8, trimmed, line ends as LF */
    size_t text_len;
    const char *raw;     /* what was typed, to show again after an error; NULL when nothing was */
};

struct form_problem {
    size_t node;     /* question, or SIZE_MAX for the whole form */
    const char *code; /* catalogue key: "required", "not_a_number", "out_of_range", "too_long",
                         "exclusive", "must_agree", "constraint", "not_a_decimal", "not_a_date", "not_a_time",
                         "rank_all", "rank_twice", "not_offered" */
    int64_t min, max; /* for "out_of_range" and "too_long" */
};

struct answers {
    struct answer *items; /* one per node of the form */
    size_t n_problems;
    struct form_problem *problems; /* in the order of the form */
    bool is_fast;    /* set by whoever knows it; nothing where the form has no fast_seconds */
};

/* Check the fields against the form: type, range, choice, required, relevance, constraint.
 * RC_OK even when there are problems (then nothing may be stored: show them).
 * RC_INPUT: not a form that this page can have sent (unknown field, unknown choice, a second value
 * of a single-valued field): 400. RC_NOMEM.
 * Fields whose name begins with '_' are the page's own and skipped here. Hidden answers are dropped
 * (state not asked), whatever was sent. Empty values are skipped answers. */
enum rc answers_check(const struct form *f, const struct form_field *fields, size_t n,
                      struct arena *a, struct answers *out, struct rc_info *e) MUST_CHECK;

/* The same for a row of an import: questions whose column is absent (is_present[node] false) are not
 * asked, a question whose branching looks at an absent one counts as asked, and a constraint that looks at
 * one is not tried. */
enum rc answers_check_row(const struct form *f, const struct form_field *fields, size_t n,
                          const bool *is_present, struct arena *a, struct answers *out,
                          struct rc_info *e) MUST_CHECK;

/* Could `text` be the default of question `node`: what somebody might send? Several choices with a blank between;
 * a rank's in their order. Neither its relevance, its filter nor its constraint is looked at. */
bool answers_fits(const struct form *f, size_t node, const char *text, struct arena *a);

/* Encode checked answers without problems: f->codes_len bytes to `codes`. */
void answers_encode(const struct form *f, const struct answers *in, unsigned char *codes);

/* Read codes back. RC_OK, RC_INPUT when they cannot be of this form. Texts stay NULL. */
enum rc answers_decode(const struct form *f, const unsigned char *codes, size_t len, struct arena *a,
                       struct answers *out, struct rc_info *e) MUST_CHECK;

/* Add one ballot's codes to `counts` (f->n_slots of int32; see form_node.slot). For select_multiple
 * each ticked choice counts, so slots 2.. may sum to more than the answered ones; the number of
 * answered is the last slot: n_slots = choices + 3 there.
 * RC_INPUT when the codes cannot be of this form: then nothing was added. */
enum rc answers_count(const struct form *f, const unsigned char *codes, size_t len, int32_t *counts)
    MUST_CHECK;

/* The two halves of it, for one question whose code is at `p` (n->width > 0). */
bool answers_is_code(const struct form_node *n, const unsigned char *p);
void answers_count_one(const struct form_node *n, const unsigned char *p, int32_t *counts);

/* The choice of a profile question of one choice in a profile (see answers_profile), counted from 1; 0: not
 * asked, skipped, or don't know. */
size_t answers_profile_choice(const struct form *f, size_t node, const unsigned char *profile);

/* The bytes of the profile questions, in form order, and the one that says fast where there is one, to `out` (at
 * most `cap`); gives their number. */
size_t answers_profile(const struct form *f, const unsigned char *codes, unsigned char *out, size_t cap);

/* Is it the profile of fast ballots? Never, where the form has no fast_seconds. */
bool answers_profile_is_fast(const struct form *f, const unsigned char *profile);

#endif
