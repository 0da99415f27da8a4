/* The encoding of checked answers: what is sealed, stored and counted. See answers.h. */
#include <string.h>

#include "form/answers.h"
#include "form/joint.h"

static void put_be(unsigned char *p, uint64_t v, size_t width)
{
    for (size_t i = 0; i < width; i++)
        p[i] = (unsigned char)(v >> (8 * (width - 1 - i)));
}

static uint64_t get_be(const unsigned char *p, size_t width)
{
    uint64_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | p[i];
    return v;
}

/* 0001-01-01 to 9999-12-31 */
enum { DAY_MIN = -719162, DAY_MAX = 2932896, MINUTES = 24 * 60 };

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Finite, and zero in one way only. */
static bool is_decimal(uint64_t bits)
{
    return (bits >> 52 & 0x7ff) != 0x7ff && bits != (uint64_t)1 << 63;
}

static size_t bit_bytes(const struct form_node *n)
{
    return (n->choices->n + 7) / 8;
}

/* The choices from the first place to the last; the first one in the way of a select_one. */
static void put_rank(unsigned char *p, const struct answer *a, size_t n)
{
    p[0] = ANSWER_SKIPPED;
    for (size_t k = 0; a->state == ANSWER_GIVEN && k < n; k++)
        p[a->places[k] - 1] = (unsigned char)(a->places[k] == 1 ? ANSWER_GIVEN + k : k);
}

static void get_rank(const unsigned char *p, struct answer *a, size_t n)
{
    a->places[p[0] - ANSWER_GIVEN] = 1;
    for (size_t i = 1; i < n; i++)
        a->places[p[i]] = (uint8_t)(i + 1);
}

/* Every choice once. */
static bool is_rank(const unsigned char *p, size_t n)
{
    uint32_t seen = (uint32_t)1 << (p[0] - ANSWER_GIVEN);
    for (size_t i = 1; i < n; i++) {
        if (p[i] >= n || (seen >> p[i] & 1) != 0)
            return false;
        seen |= (uint32_t)1 << p[i];
    }
    return true;
}

void answers_encode(const struct form *f, const struct answers *in, unsigned char *codes)
{
    memset(codes, 0, f->codes_len);
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        const struct answer *a = &in->items[i];
        unsigned char *p = codes + n->offset;
        if (n->width == 0 || a->state == ANSWER_NOT_ASKED)
            continue;
        if (n->type == FORM_SELECT_ONE) {
            put_be(p, a->state == ANSWER_GIVEN ? 2 + a->choice : 1, n->width);
            continue;
        }
        if (n->type == FORM_RANK) {
            put_rank(p, a, n->choices->n);
            continue;
        }
        p[0] = (unsigned char)a->state;
        if (a->state == ANSWER_GIVEN && n->type == FORM_SELECT_MULTIPLE)
            memcpy(p + 1, a->bits, bit_bytes(n));
        else if (a->state == ANSWER_GIVEN && n->type == FORM_DECIMAL)
            put_be(p + 1, bits_of(a->decimal), 8);
        else if (a->state == ANSWER_GIVEN && n->width > 1)
            put_be(p + 1, (uint64_t)a->number, n->width - 1);
    }
    if (f->fast_seconds > 0)
        codes[f->codes_len - 1] = in->is_fast;
}

static bool is_zero(const unsigned char *p, size_t n)
{
    unsigned char any = 0;
    for (size_t i = 0; i < n; i++)
        any |= p[i];
    return any == 0;
}

/* A choice that excludes the others stands alone. */
static bool is_exclusion_kept(const struct form_node *n, const unsigned char *bits)
{
    size_t ticked = 0, exclusive = 0;
    for (size_t k = 0; k < n->choices->n; k++) {
        size_t is_on = bits[k / 8] >> (k % 8) & 1;
        ticked += is_on;
        exclusive += n->choices->items[k].is_exclusive ? is_on : 0;
    }
    return exclusive == 0 || ticked == 1;
}

bool answers_is_code(const struct form_node *n, const unsigned char *p)
{
    if (n->type == FORM_SELECT_ONE)
        return get_be(p, n->width) < 2 + n->choices->n;
    if (n->type == FORM_RANK && p[0] >= ANSWER_GIVEN)
        return p[0] < ANSWER_GIVEN + n->choices->n && is_rank(p, n->choices->n);
    if (p[0] > ANSWER_GIVEN)
        return false;
    if (p[0] != ANSWER_GIVEN)
        return is_zero(p + 1, n->width - 1);
    if (n->type == FORM_SELECT_MULTIPLE) {
        size_t spare = bit_bytes(n) * 8 - n->choices->n;
        return !is_zero(p + 1, n->width - 1) && (spare == 0 || p[n->width - 1] >> (8 - spare) == 0) &&
               is_exclusion_kept(n, p + 1);
    }
    if (n->type == FORM_INTEGER) {
        int64_t v = (int64_t)get_be(p + 1, 8);
        return v >= n->min && v <= n->max;
    }
    if (n->type == FORM_DECIMAL)
        return is_decimal(get_be(p + 1, 8));
    if (n->type == FORM_DATE) {
        int32_t day = (int32_t)(uint32_t)get_be(p + 1, 4);
        return day >= DAY_MIN && day <= DAY_MAX;
    }
    return n->type != FORM_TIME || get_be(p + 1, 2) < MINUTES;
}

static enum rc check_codes(const struct form *f, const unsigned char *codes, size_t len)
{
    if (len != f->codes_len)
        return RC_INPUT;
    for (size_t i = 0; i < f->n_nodes; i++)
        if (f->nodes[i].width > 0 && !answers_is_code(&f->nodes[i], codes + f->nodes[i].offset))
            return RC_INPUT;
    return f->fast_seconds == 0 || codes[len - 1] <= 1 ? RC_OK : RC_INPUT;
}

enum rc answers_decode(const struct form *f, const unsigned char *codes, size_t len, struct arena *a,
                       struct answers *out, struct rc_info *e)
{
    if (check_codes(f, codes, len) != RC_OK)
        return rc_set(e, RC_INPUT, "%zu bytes of codes are not of \"%s\"", len, f->slug);
    *out = (struct answers){.items = arena_array(a, f->n_nodes + 1, sizeof *out->items),
                            .is_fast = f->fast_seconds > 0 && codes[len - 1] == 1};
    if (out->items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for %zu answers", f->n_nodes);
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *n = &f->nodes[i];
        const unsigned char *p = codes + n->offset;
        struct answer *got = &out->items[i];
        got->choice = SIZE_MAX;
        if (n->width == 0)
            continue;
        uint64_t first = n->type == FORM_SELECT_ONE ? get_be(p, n->width) : p[0];
        got->state = first >= 2 ? ANSWER_GIVEN : (enum answer_state)first;
        if (got->state != ANSWER_GIVEN)
            continue;
        got->is_ticked = n->type == FORM_ACKNOWLEDGE;
        if (n->type == FORM_SELECT_ONE)
            got->choice = (size_t)first - 2;
        else if (n->type == FORM_SELECT_MULTIPLE)
            memcpy(got->bits, p + 1, bit_bytes(n));
        else if (n->type == FORM_INTEGER)
            got->number = (int64_t)get_be(p + 1, 8);
        else if (n->type == FORM_DECIMAL)
            got->decimal = double_of(get_be(p + 1, 8));
        else if (n->type == FORM_DATE)
            got->number = (int32_t)(uint32_t)get_be(p + 1, 4);
        else if (n->type == FORM_TIME)
            got->number = (int64_t)get_be(p + 1, 2);
        else if (n->type == FORM_RANK)
            get_rank(p, got, n->choices->n);
    }
    return RC_OK;
}

void answers_count_one(const struct form_node *n, const unsigned char *p, int32_t *counts)
{
    int32_t *slot = counts + n->slot;
    if (n->type == FORM_SELECT_ONE) {
        slot[get_be(p, n->width)]++;
    } else if (n->type == FORM_SELECT_MULTIPLE && p[0] == ANSWER_GIVEN) {
        for (size_t k = 0; k < n->choices->n; k++)
            slot[2 + k] += p[1 + k / 8] >> (k % 8) & 1;
        slot[n->n_slots - 1]++;
    } else {
        slot[p[0]]++;
    }
}

enum rc answers_count(const struct form *f, const unsigned char *codes, size_t len, int32_t *counts)
{
    enum rc rc = check_codes(f, codes, len);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < f->n_nodes; i++)
        if (f->nodes[i].width > 0)
            answers_count_one(&f->nodes[i], codes + f->nodes[i].offset, counts);
    joint_count(f, codes, counts);
    return RC_OK;
}

size_t answers_profile(const struct form *f, const unsigned char *codes, unsigned char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_nodes; i++) {
        const struct form_node *q = &f->nodes[i];
        if (!q->is_profile || q->width == 0 || n + q->width > cap)
            continue;
        memcpy(out + n, codes + q->offset, q->width);
        n += q->width;
    }
    if (f->fast_seconds > 0 && n < cap)
        out[n++] = codes[f->codes_len - 1];
    return n;
}

/* Where a question's bytes lie in a profile; at n_nodes: how long those of all questions are. */
static size_t place_in_profile(const struct form *f, size_t node)
{
    size_t at = 0;
    for (size_t i = 0; i < node; i++)
        at += f->nodes[i].is_profile ? f->nodes[i].width : 0;
    return at;
}

bool answers_profile_is_fast(const struct form *f, const unsigned char *profile)
{
    return f->fast_seconds > 0 && profile[place_in_profile(f, f->n_nodes)] == 1;
}

size_t answers_profile_choice(const struct form *f, size_t node, const unsigned char *profile)
{
    const struct form_node *n = &f->nodes[node];
    uint64_t code = get_be(profile + place_in_profile(f, node), n->width);
    return code < 2 || code - 2 >= n->choices->n || n->choices->items[code - 2].is_dont_know ? 0 : (size_t)code - 1;
}
