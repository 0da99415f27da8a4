/* Patterns: read into a small program (R. Pike's machine; R. Cox, "Regular Expression Matching: the Virtual
 * Machine Approach", 2009), run over the text with all its threads in step. Jumps are relative, so that a
 * part of the program can be moved and copied as it is. */
#include "form/expr_regex.h"

#include <stdint.h>
#include <string.h>

enum regex_op { RX_CHAR, RX_SET, RX_SPLIT, RX_JUMP, RX_BEGIN, RX_END, RX_MATCH };
enum { RANGES_MAX = 800, GROUPS_MAX = 20, REPEAT_OF_CHOICES = 3, CODE_LAST = 0x10ffff };

struct range {
    uint32_t from, to;
};

struct instruction {
    uint8_t op;
    bool is_not;         /* SET */
    int16_t x, y;        /* SPLIT: both ways; JUMP: x */
    uint16_t first, n;   /* SET: its ranges */
    uint32_t c;          /* CHAR */
};

struct expr_regex {
    size_t n;
    const struct instruction *program;
    const struct range *ranges;
};

struct maker {
    const char *p, *end;
    struct rc_info *e;
    enum rc rc;
    size_t depth, n, n_ranges;
    struct instruction nowhere; /* taken for one, after something was wrong */
    struct instruction program[EXPR_PROGRAM_MAX];
    struct range ranges[RANGES_MAX];
};

/* \d \w \s as ECMAScript has them, in order. */
static const struct range digit_set[] = {{'0', '9'}};
static const struct range word_set[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct range space_set[] = {{9, 13}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a},
                                         {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct range line_set[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};
#define N(a) (sizeof (a) / sizeof *(a))

static void refuse(struct maker *m, const char *why)
{
    if (m->rc == RC_OK)
        m->rc = rc_set(m->e, RC_INPUT, "the pattern of regex(): %s", why);
}

/* The next code point of valid UTF-8. */
static uint32_t next_code(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? s[0] : s[0] & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (s[i] & 0x3fU);
    *p += n;
    return c;
}

/* ---- the program ---- */

static struct instruction *emit(struct maker *m, enum regex_op op)
{
    if (m->n == EXPR_PROGRAM_MAX && m->rc == RC_OK)
        m->rc = rc_set(m->e, RC_TOOBIG, "the pattern of regex() is too long when its repeats are written out");
    if (m->rc != RC_OK)
        return &m->nowhere;
    struct instruction *i = &m->program[m->n++];
    *i = (struct instruction){.op = (uint8_t)op};
    return i;
}

/* Make room for one instruction before what begins at `at`. */
static void insert(struct maker *m, size_t at, struct instruction what)
{
    (void)emit(m, what.op);
    if (m->rc != RC_OK)
        return;
    memmove(&m->program[at + 1], &m->program[at], (m->n - 1 - at) * sizeof *m->program);
    m->program[at] = what;
}

static void copy_block(struct maker *m, size_t at, size_t len)
{
    for (size_t i = 0; i < len && m->rc == RC_OK; i++) {
        struct instruction one = m->program[at + i];
        *emit(m, one.op) = one;
    }
}

static void add_range(struct maker *m, uint32_t from, uint32_t to)
{
    if (m->n_ranges == RANGES_MAX)
        refuse(m, "too many ranges");
    else
        m->ranges[m->n_ranges++] = (struct range){from, to};
}

static void add_ranges(struct maker *m, const struct range *r, size_t n, bool is_not)
{
    uint32_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_not)
            add_range(m, r[i].from, r[i].to);
        else if (r[i].from > from)
            add_range(m, from, r[i].from - 1);
        from = r[i].to + 1;
    }
    if (is_not)
        add_range(m, from, CODE_LAST);
}

/* ---- reading ---- */

/* \d and its like, the cursor behind the backslash. */
static bool take_set(struct maker *m)
{
    switch (m->p < m->end ? *m->p : '\0') {
    case 'd': case 'D': add_ranges(m, digit_set, N(digit_set), *m->p == 'D'); break;
    case 'w': case 'W': add_ranges(m, word_set, N(word_set), *m->p == 'W'); break;
    case 's': case 'S': add_ranges(m, space_set, N(space_set), *m->p == 'S'); break;
    default: return false;
    }
    m->p++;
    return true;
}

static uint32_t take_hex(struct maker *m)
{
    uint32_t c = 0;
    for (int i = 0; i < 4; i++, m->p++) {
        const char *hex = "0123456789abcdefABCDEF", *at = m->p < m->end ? strchr(hex, *m->p) : NULL;
        if (at == NULL || *m->p == '\0') {
            refuse(m, "\\u is followed by four of 0-9 and a-f");
            return 0;
        }
        c = c * 16 + (uint32_t)(at - hex < 16 ? at - hex : at - hex - 6);
    }
    if (c >= 0xd800 && c <= 0xdfff)
        refuse(m, "write the character itself instead of two \\u");
    return c;
}

/* One character behind a backslash. */
static uint32_t take_escape(struct maker *m, bool in_class)
{
    if (m->p >= m->end) {
        refuse(m, "it ends with a backslash");
        return 0;
    }
    char c = *m->p++;
    if ((strchr("^$\\.*+?()[]{}|/", c) != NULL || (in_class && c == '-')))
        return (uint32_t)(unsigned char)c;
    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': return take_hex(m);
    case 'b': case 'B': refuse(m, "\\b is not known"); return 0;
    case 'p': case 'P': refuse(m, "\\p is not known: write ranges like [\\u4e00-\\u9fff]"); return 0;
    case '-': refuse(m, "write - without a backslash outside of [ ]"); return 0;
    default:
        refuse(m, c >= '1' && c <= '9' ? "references like \\1 are not known" : "this character needs no backslash, or is not known");
        return 0;
    }
}

static uint32_t class_char(struct maker *m)
{
    if (*m->p != '\\')
        return next_code(&m->p);
    m->p++;
    return take_escape(m, true);
}

static void take_class(struct maker *m)
{
    bool is_not = m->p < m->end && *m->p == '^';
    m->p += is_not;
    size_t first = m->n_ranges;
    while (m->p < m->end && *m->p != ']' && m->rc == RC_OK) {
        if (m->end - m->p > 1 && m->p[0] == '\\' && strchr("dDwWsS", m->p[1]) != NULL) {
            m->p++;
            (void)take_set(m);
            if (m->end - m->p > 1 && m->p[0] == '-' && m->p[1] != ']')
                refuse(m, "a range in [ ] goes from a character to a character");
            continue;
        }
        uint32_t from = class_char(m), to = from;
        if (m->end - m->p > 1 && m->p[0] == '-' && m->p[1] != ']') {
            m->p++;
            if (m->end - m->p > 1 && m->p[0] == '\\' && strchr("dDwWsS", m->p[1]) != NULL)
                refuse(m, "a range in [ ] goes from a character to a character");
            to = class_char(m);
        }
        if (from > to)
            refuse(m, "a range in [ ] goes backwards");
        add_range(m, from, to);
    }
    if (m->p >= m->end)
        refuse(m, "a [ has no ]");
    else if (m->n_ranges == first)
        refuse(m, "there is an empty [ ]");
    if (m->rc != RC_OK)
        return;
    m->p++;
    struct instruction *i = emit(m, RX_SET);
    *i = (struct instruction){.op = RX_SET, .is_not = is_not, .first = (uint16_t)first, .n = (uint16_t)(m->n_ranges - first)};
}

static void take_alternatives(struct maker *m);

static void take_group(struct maker *m)
{
    if (m->p < m->end && *m->p == '?') {
        if (m->end - m->p < 2 || m->p[1] != ':')
            refuse(m, "(? is only known as (?: ): no look-ahead, names or flags");
        m->p += m->rc == RC_OK ? 2 : 0;
    }
    if (++m->depth > GROUPS_MAX)
        refuse(m, "groups inside groups are too deep");
    if (m->rc == RC_OK)
        take_alternatives(m);
    m->depth--;
    if (m->rc == RC_OK && (m->p >= m->end || *m->p != ')'))
        refuse(m, "a ( has no )");
    m->p += m->rc == RC_OK;
}

/* One thing that can be repeated; false: ^ or $, which cannot. */
static bool take_atom(struct maker *m)
{
    size_t first = m->n_ranges;
    char c = *m->p;
    if (strchr("*+?{", c) != NULL)
        refuse(m, "a repeat has nothing before it, or follows a repeat (write \\ before the sign itself)");
    if (c == '}' || c == ']')
        refuse(m, "write \\ before a single } or ]");
    if (c == '^' || c == '$') {
        m->p++;
        (void)emit(m, c == '^' ? RX_BEGIN : RX_END);
        return false;
    }
    if (c == '(' || c == '[') {
        m->p++;
        if (c == '(')
            take_group(m);
        else
            take_class(m);
        return true;
    }
    if (c == '\\') {
        m->p++;
        bool is_set = take_set(m);
        uint32_t code = is_set ? 0 : take_escape(m, false);
        struct instruction *i = emit(m, is_set ? RX_SET : RX_CHAR);
        i->c = code;
        i->first = (uint16_t)first;
        i->n = (uint16_t)(m->n_ranges - first);
        return true;
    }
    if (c == '.') {
        add_ranges(m, line_set, N(line_set), true);
        m->p++;
        struct instruction *i = emit(m, RX_SET);
        i->first = (uint16_t)first;
        i->n = (uint16_t)(m->n_ranges - first);
        return true;
    }
    uint32_t code = next_code(&m->p);
    emit(m, RX_CHAR)->c = code;
    return true;
}

/* A number of a {m,n}; -1: none there. */
static int take_count(struct maker *m)
{
    int v = -1;
    while (m->p < m->end && *m->p >= '0' && *m->p <= '9') {
        v = (v < 0 ? 0 : v) * 10 + (*m->p++ - '0');
        if (v > EXPR_REPEAT_MAX) {
            refuse(m, "a repeat goes to 100 at most");
            v = EXPR_REPEAT_MAX;
        }
    }
    return v;
}

static bool take_repeat(struct maker *m, int *least, int *most) /* most -1: no end */
{
    char c = m->p < m->end ? *m->p : '\0';
    if (c != '*' && c != '+' && c != '?' && c != '{')
        return false;
    m->p++;
    *least = c == '+';
    *most = c == '?' ? 1 : -1;
    if (c == '{') {
        *least = *most = take_count(m);
        if (m->p < m->end && *m->p == ',') {
            m->p++;
            *most = take_count(m);
        }
        if (*least < 0 || m->p >= m->end || *m->p != '}' || (*most >= 0 && *most < *least))
            refuse(m, "a repeat is {2}, {2,} or {2,5}");
        m->p += m->rc == RC_OK;
    }
    if (m->p < m->end && (*m->p == '?' || *m->p == '+'))
        refuse(m, "lazy and possessive repeats are not known: the whole text has to match anyway");
    return true;
}

/* Repeat the block from `at` to the end of the program. */
static void repeat(struct maker *m, size_t at, int least, int most)
{
    size_t len = m->n - at;
    for (int i = 1; i < least; i++)
        copy_block(m, at, len);
    for (int i = least; i < most; i++) { /* x?x?x? */
        size_t from = m->n;
        if (i > 0)
            copy_block(m, at + (least == 0), len);
        else
            from = at;
        insert(m, from, (struct instruction){.op = RX_SPLIT, .x = 1, .y = (int16_t)(len + 1)});
    }
    if (most < 0 && least > 0) { /* once more, as often as it likes */
        struct instruction *i = emit(m, RX_SPLIT);
        i->x = (int16_t)-(int)len;
        i->y = 1;
    } else if (most < 0) {
        insert(m, at, (struct instruction){.op = RX_SPLIT, .x = 1, .y = (int16_t)(len + 2)});
        emit(m, RX_JUMP)->x = (int16_t)-(int)(len + 1);
    } else if (most == 0) {
        m->n = at;
    }
}

/* A choice inside of what is repeated: here it costs nothing, but the browser's machine tries every way and may
 * not end. */
static bool is_slow_there(const struct maker *m, size_t at, int most)
{
    if (most >= 0 && most <= REPEAT_OF_CHOICES)
        return false;
    for (size_t i = at; i < m->n; i++)
        if (m->program[i].op == RX_SPLIT)
            return true;
    return false;
}

static void take_sequence(struct maker *m)
{
    while (m->p < m->end && *m->p != '|' && *m->p != ')' && m->rc == RC_OK) {
        size_t at = m->n;
        int least, most;
        bool can_repeat = take_atom(m);
        if (m->rc != RC_OK || !take_repeat(m, &least, &most))
            continue;
        if (!can_repeat)
            refuse(m, "^ and $ cannot be repeated");
        if (m->rc == RC_OK && is_slow_there(m, at, most))
            refuse(m, "what is repeated more than 3 times holds neither | nor *, + or ?: some browsers would not end (write "
                      "[ab]* for (a|b)*)");
        if (m->rc == RC_OK)
            repeat(m, at, least, most);
    }
}

static void take_alternatives(struct maker *m)
{
    size_t at = m->n;
    take_sequence(m);
    while (m->p < m->end && *m->p == '|' && m->rc == RC_OK) {
        m->p++;
        insert(m, at, (struct instruction){.op = RX_SPLIT, .x = 1, .y = (int16_t)(m->n - at + 2)});
        size_t jump = m->n;
        (void)emit(m, RX_JUMP);
        take_sequence(m);
        if (m->rc == RC_OK)
            m->program[jump].x = (int16_t)(m->n - jump);
    }
}

enum rc expr_regex_make(const char *pattern, size_t len, struct arena *a, const struct expr_regex **out, struct rc_info *e)
{
    struct maker m;
    if (len > EXPR_PATTERN_MAX)
        return rc_set(e, RC_TOOBIG, "the pattern of regex() has %zu bytes, over %d", len, EXPR_PATTERN_MAX);
    m.p = pattern;
    m.end = pattern + len;
    m.e = e;
    m.rc = RC_OK;
    m.depth = m.n = m.n_ranges = 0;
    take_alternatives(&m);
    if (m.p < m.end)
        refuse(&m, "a ) has no (");
    (void)emit(&m, RX_MATCH);
    if (m.rc != RC_OK)
        return m.rc;
    struct expr_regex *r = arena_alloc(a, sizeof *r);
    struct instruction *program = arena_array(a, m.n, sizeof *program);
    struct range *ranges = arena_array(a, m.n_ranges + 1, sizeof *ranges);
    if (r == NULL || program == NULL || ranges == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a pattern");
    memcpy(program, m.program, m.n * sizeof *program);
    memcpy(ranges, m.ranges, m.n_ranges * sizeof *ranges);
    *r = (struct expr_regex){m.n, program, ranges};
    *out = r;
    return RC_OK;
}

/* ---- matching ---- */

struct threads {
    size_t n;
    uint16_t at[EXPR_PROGRAM_MAX];
    bool is_there[EXPR_PROGRAM_MAX];
};

/* Follow the jumps from `at`; what waits for a character, or is the end, goes on the list. */
static void add_thread(const struct expr_regex *r, struct threads *t, size_t at, bool is_begin, bool is_end)
{
    uint16_t stack[EXPR_PROGRAM_MAX + 1];
    size_t n = 0;
    if (!t->is_there[at])
        stack[n++] = (uint16_t)at;
    t->is_there[at] = true;
    while (n > 0) {
        size_t i = stack[--n];
        const struct instruction *in = &r->program[i];
        size_t ways = in->op == RX_SPLIT ? 2 : in->op == RX_JUMP || (in->op == RX_BEGIN && is_begin) || (in->op == RX_END && is_end);
        if (in->op == RX_CHAR || in->op == RX_SET || in->op == RX_MATCH)
            t->at[t->n++] = (uint16_t)i;
        for (size_t w = 0; w < ways; w++) {
            int step = in->op == RX_BEGIN || in->op == RX_END ? 1 : w == 0 ? in->x : in->y;
            size_t to = (size_t)((int)i + step);
            if (!t->is_there[to])
                stack[n++] = (uint16_t)to;
            t->is_there[to] = true;
        }
    }
}

static bool takes(const struct expr_regex *r, const struct instruction *in, uint32_t c)
{
    if (in->op == RX_CHAR)
        return in->c == c;
    if (in->op != RX_SET)
        return false;
    for (size_t i = 0; i < in->n; i++)
        if (c >= r->ranges[in->first + i].from && c <= r->ranges[in->first + i].to)
            return !in->is_not;
    return in->is_not;
}

bool expr_regex_matches(const struct expr_regex *r, const char *text, size_t len)
{
    struct threads lists[2] = {{.n = 0}}, *now = &lists[0], *then = &lists[1];
    const char *p = text, *end = text + len;
    add_thread(r, now, 0, true, len == 0);
    while (p < end && now->n > 0) {
        uint32_t c = next_code(&p);
        then->n = 0;
        memset(then->is_there, 0, r->n * sizeof *then->is_there);
        for (size_t i = 0; i < now->n; i++)
            if (takes(r, &r->program[now->at[i]], c))
                add_thread(r, then, now->at[i] + 1U, false, p == end);
        struct threads *last = now;
        now = then;
        then = last;
    }
    for (size_t i = 0; i < now->n; i++)
        if (r->program[now->at[i]].op == RX_MATCH)
            return p == end;
    return false;
}
