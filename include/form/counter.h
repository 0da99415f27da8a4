/* counter: a form made ready for counting many ballots.  Layer: form.
 * Gives exactly what answers_count and answers_profile give (a test holds them against each other), from
 * short tables instead of the form's nodes: a recount looks at ten million ballots. */
#ifndef MINYI_FORM_COUNTER_H
#define MINYI_FORM_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "form/form.h"

enum { COUNTER_PROFILES_MAX = 1 << 18 }; /* to be told apart by a number */

/* One byte that is itself the number of a slot: a choice of one, an acknowledgement, a text. */
struct counter_byte {
    uint16_t offset;
    bool is_profile;
    uint32_t slot;
};

/* A state and its choices, at most 64, as bits. They are read as a word of 8 bytes that lies within the
 * codes: the choices are (the word at `word`) >> shift & mask. */
struct counter_bits {
    uint16_t offset, n_bytes;
    uint16_t word, shift;
    uint64_t mask;
    uint32_t slot, answered; /* the slot of the first choice; that of all who answered */
    uint32_t state;          /* slot of state 0 */
    uint64_t choices, exclusive; /* bits that are choices; those that stand alone */
};

/* A crossing (struct form_cross), by the offsets of its questions. */
struct counter_cross {
    uint16_t row, column;
    bool is_row_profile, is_column_profile;
    uint32_t slot, n_rows, n_columns;
};

struct counter {
    const struct form *form;
    size_t n_bytes, n_bits, n_others;
    struct counter_cross *crosses; /* form->n_crosses */
    struct counter_byte *bytes;
    struct counter_bits *bits;
    size_t *others;      /* nodes of any other kind: integers, long lists, choices of a form with under 8 bytes of codes */
    int32_t (*expand)[8]; /* of each byte: its bits as numbers */
    size_t profile_len;
    uint16_t *profile;   /* offsets of the profile's bytes, in the order of the form */
    uint8_t *highest;    /* [codes_len] the highest code of each byte that is one by itself; else 255 */
    size_t n_profiles;   /* that there can be, where each is a number (counter_profile_number); else 0 */
    uint16_t *radix;     /* [profile_len] codes that each byte of the profile can hold */
};

/* Make it in `a`; the form must outlive it. RC_OK, RC_NOMEM. */
enum rc counter_make(const struct form *f, struct arena *a, struct counter *out, struct rc_info *e) MUST_CHECK;

/* Length of the counts: those of the form, and room behind them that counter_add may touch and leaves as
 * it is (it adds whole bytes of choices, the last of which may be none). */
size_t counter_room(const struct counter *c);

/* As answers_count for codes of f->codes_len bytes. RC_OK; RC_INPUT: not codes of this form, nothing added. */
enum rc counter_add(const struct counter *c, const unsigned char *codes, int32_t *counts) MUST_CHECK;

/* The number of a ballot's profile, below c->n_profiles; SIZE_MAX: it is of no ballot of this form. */
size_t counter_profile_number(const struct counter *c, const unsigned char *codes);

/* As answers_profile; `out` has room for c->profile_len bytes. */
void counter_profile(const struct counter *c, const unsigned char *codes, unsigned char *out);

#endif
