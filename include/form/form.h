/* form: a questionnaire version, as it is frozen at publication.  Layer: form (uses base).
 * Everything lives in one arena; read-only after it was made, so threads may share it. */
#ifndef MINYI_FORM_FORM_H
#define MINYI_FORM_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"

enum {
    FORM_LANGS_MAX = 8,
    FORM_NODES_MAX = 1000,
    FORM_CHOICES_MAX = 500, /* in one list */
    FORM_CROSSES_MAX = 16,
    FORM_GRID_MIN = 4,          /* items, from which on equal answers are looked at */
    FORM_JOINT_SLOTS_MAX = 4000,
    FORM_FAST_MAX = 3600,   /* seconds */
    FORM_MARGINS_MAX = 16,  /* of one survey's weights */
    FORM_CODES_MAX = 8192,  /* bytes of codes in one ballot */
    FORM_TEXT_MAX = 2000,   /* code points in one text answer, unless the author says less */
    FORM_RANK_MAX = 20,     /* choices to put in order */
    FORM_RANGE_MAX = 101,   /* points of a range */
    FORM_COLUMNS_MAX = 16   /* of a list, that its filters look at */
};

enum form_type {
    FORM_NOTE,
    FORM_GROUP_BEGIN,
    FORM_GROUP_END,
    FORM_ACKNOWLEDGE, /* one box to tick; required means it must be ticked */
    FORM_SELECT_ONE,
    FORM_SELECT_MULTIPLE,
    FORM_INTEGER,
    FORM_TEXT,
    FORM_DECIMAL,
    FORM_DATE, /* a day, without a zone */
    FORM_TIME, /* of the day, to the minute */
    FORM_RANK  /* every choice of a list in an order: all of them, or no answer */
};

/* One text in every language of the form, in the order of form.langs; NULL where there is none. */
struct form_label {
    const char *t[FORM_LANGS_MAX];
};

struct form_choice {
    const char *name; /* the code that is submitted and exported, e.g. "44", "55+" */
    struct form_label label;
    bool is_dont_know; /* choices.csv column dont_know = yes: counted apart, outside denominators */
    bool is_exclusive; /* column exclusive = yes: in select_multiple it excludes the others */
    const char *const *values; /* one for each column of the list, "" where the cell is empty */
    size_t wider;      /* column collapse: 1 + the wider group that it belongs to; 0: none */
};

struct form_choices {
    const char *list_name;
    size_t n;
    const struct form_choice *items;
    size_t n_columns;           /* those of the sheet choices that a choice_filter looks at */
    const char *const *columns; /* their names */
    /* What the choices collapse to in a table by them that is too thin: names and labels; none: 0, NULL. */
    size_t n_wider;
    const struct form_choice *wider;
};
/* The list of the sheet choices that holds them is called so behind the list's own name. */
#define FORM_WIDER_SUFFIX "_collapse"

enum form_op { FORM_ALWAYS, FORM_EQUAL, FORM_NOT_EQUAL, FORM_SELECTED, FORM_NOT_SELECTED, FORM_EXPRESSION };

struct expr; /* see expr.h */

/* relevant: `${q} = 'choice'`, `${q} != 'choice'`, `selected(${q}, 'choice')`, `not(selected(...))`, which look
 * at an earlier question and are quick and can be said in words; anything else is an expression. */
struct form_relevant {
    enum form_op op;
    size_t node;             /* index of the question it looks at: an earlier one */
    size_t choice;           /* index in that question's choices */
    const struct expr *expr; /* FORM_EXPRESSION, else NULL; node and choice are 0 then */
};

struct form_node {
    enum form_type type;
    const char *name; /* [A-Za-z][A-Za-z0-9_]{0,62}, unique */
    struct form_label label, hint, required_message, constraint_message;
    bool is_required;
    bool is_likert;   /* appearance likert: five-point item: top-two box etc. are computed */
    bool is_minimal;  /* appearance minimal: a drop-down */
    bool is_multiline;
    bool is_profile;  /* column profile = yes: a grouping question of the respondent's profile */
    bool is_chart_hidden;
    bool is_range;    /* select_one whose choices are numbers, equally far apart */
    bool is_read_only; /* shown, not asked: the answer is `preset` */
    bool is_shuffled; /* parameters randomize=true: the choices in another order than the list's; */
    int64_t seed;     /* the same one for everybody by this seed, -1: another one for each, by the script */
    const char *preset; /* column default: what the page holds before anybody touched it; NULL: nothing */
    /* column calculation: nobody is asked, the answer is worked out. A FORM_DECIMAL is stored with the others; a
     * FORM_NOTE is neither stored nor shown, and only other expressions look at it. */
    const struct expr *calculation;
    bool is_calculated; /* the same, known before the calculation was read */
    const struct expr *filter; /* choice_filter: which choices there are; without any the question is not asked */
    struct form_relevant relevant; /* its own; the enclosing groups' apply too */
    const struct expr *constraint; /* what min and max cannot say; NULL: nothing */
    size_t parent;                 /* index of the enclosing group begin, SIZE_MAX at the top */
    const struct form_choices *choices; /* select_*, rank; NULL otherwise */
    int64_t min, max; /* integer: from constraint `. >= a and . <= b`; text: max = code points */
    /* Frozen layout of the answer in a ballot's codes; width 0: nothing is stored. */
    size_t offset, width;
    /* Frozen place of its counts in a cell: first slot and how many.  For closed questions:
     * slot 0 not asked, 1 skipped, 2+i choice i.  All others: not asked, skipped, answered. */
    size_t slot, n_slots;
};

/* Two questions that are counted together, too: slot + i * (choices of `column`) + k counts the ballots
 * with choice i of `row` and choice k of `column`. */
struct form_cross {
    size_t row, column; /* indexes of select_one questions */
    size_t slot;
};

/* Items of one scale, asked one under the other: slot + k counts the ballots with choice k in all. */
struct form_grid {
    size_t n_items;
    const size_t *items; /* indexes of the questions, in their order */
    size_t slot;
};

enum form_sample { FORM_RANDOM, FORM_OPEN, FORM_DEMONSTRATION };

struct form {
    const char *slug;
    size_t n_langs;
    const char *langs[FORM_LANGS_MAX]; /* BCP 47: "zh", "en"; the default language first */
    struct form_label title, description;
    struct form_label organiser, handler, contact, legal_basis, population; /* settings.csv */
    enum form_sample sample;
    const char *time_zone; /* "Asia/Shanghai" */
    int64_t retain_days;   /* days that responses are kept after the opening */
    int64_t smallest_age;
    int64_t min_opening;   /* ballots; >= 5, a demonstration >= 1 */
    bool is_read_back;
    /* A ballot sent sooner than this after its page was first shown is marked as fast; 0: none is. Where it is not
     * 0, the last byte of the codes, and of the profile, is 1 for a fast ballot and 0 for any other. */
    int64_t fast_seconds;
    bool is_by_invitation; /* one code, one ballot; see box/intake.h */
    size_t n_nodes;
    const struct form_node *nodes;
    size_t n_crosses, n_grids; /* see joint.h; their slots lie behind those of the nodes */
    const struct form_cross *crosses;
    const struct form_grid *grids;
    const size_t *order; /* every node after those that its relevance looks at; NULL: the form's own order */
    bool uses_today;     /* some expression asks for the day */
    bool has_calculations;
    size_t codes_len; /* bytes of one ballot's codes */
    size_t n_slots;   /* length of a cell's counts */
};

/* Index of the language `lang` ("en", "zh-CN" finds "zh"), or SIZE_MAX. */
size_t form_lang(const struct form *f, const char *lang);

/* Text of a label in language `i`, else in the default language, else "". Never NULL. */
const char *form_text(const struct form_label *l, size_t i);

/* Index of the question called name[0..len), or SIZE_MAX. */
size_t form_find(const struct form *f, const char *name, size_t len);

/* Index of the choice called name[0..len) in the list, or SIZE_MAX. */
size_t form_find_choice(const struct form_choices *c, const char *name, size_t len);

/* The frozen definition as canonical JSON (sorted keys, one line): equal forms give equal bytes. */
enum rc form_to_json(const struct form *f, struct buf *out, struct rc_info *e) MUST_CHECK;

/* Read it back, everything in `a`. RC_OK; RC_INPUT (not such a document: says where); RC_NOMEM. */
enum rc form_from_json(const char *json, size_t len, struct arena *a, struct form **out,
                       struct rc_info *e) MUST_CHECK;

#endif
