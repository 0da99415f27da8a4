#include "report/figures_inner.h"

#include "stats/proportion.h"

void figures_share(const struct figures_maker *m, int64_t count, int64_t n, struct pub_share *out)
{
    *out = (struct pub_share){.count = count};
    if (n <= 0)
        return;
    out->p = proportion_share(count, n);
    out->has_interval = m->has_intervals;
    if (m->has_intervals) {
        struct interval i = proportion_wilson(count, n);
        out->low = i.low;
        out->high = i.high;
    }
    out->is_unreliable = m->in->form->sample == FORM_RANDOM && estimates_is_unreliable(count, n);
}

int64_t figures_answered(const struct form_node *n, const int64_t *slot)
{
    if (n->type == FORM_SELECT_MULTIPLE)
        return slot[n->n_slots - 1];
    int64_t sum = 0;
    for (size_t i = SLOT_FIRST; i < n->n_slots; i++)
        sum += slot[i];
    return sum;
}

/* Ballots whose answer is "don't know". In a multiple choice only where it excludes the others:
 * a tick beside other ticks takes nobody out of the denominator. */
int64_t figures_dont_know(const struct form_node *n, const int64_t *slot)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n->choices->n; i++) {
        const struct form_choice *c = &n->choices->items[i];
        bool is_alone = n->type != FORM_SELECT_MULTIPLE || c->is_exclusive;
        sum += c->is_dont_know && is_alone ? slot[SLOT_FIRST + i] : 0;
    }
    return sum;
}

/* Every ballot is in exactly one state of every question, and no choice was ticked more often than
 * there are answers. */
static bool is_consistent(const struct figures_maker *m, const struct form_node *n, const int64_t *slot)
{
    for (size_t i = 0; i < n->n_slots; i++)
        if (slot[i] < 0 || slot[i] > m->in->n_ballots)
            return false;
    int64_t given = figures_answered(n, slot);
    int64_t valid = n->choices != NULL ? given - figures_dont_know(n, slot) : given;
    for (size_t i = 0; n->type == FORM_SELECT_MULTIPLE && n->choices != NULL && i < n->choices->n; i++)
        if (!n->choices->items[i].is_dont_know && slot[SLOT_FIRST + i] > valid)
            return false;
    return valid >= 0 && slot[SLOT_NOT_ASKED] + slot[SLOT_SKIPPED] + given == m->in->n_ballots;
}

bool figures_points(const struct form_choices *c, const int64_t *slot, int64_t point[LIKERT_POINTS])
{
    unsigned seen = 0;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const char *name = c->items[i].name;
        if (c->items[i].is_dont_know)
            continue;
        if (name[0] < '1' || name[0] > '5' || name[1] != '\0')
            return false;
        seen |= 1U << (name[0] - '1');
        point[name[0] - '1'] = slot[SLOT_FIRST + i];
        n++;
    }
    return n == LIKERT_POINTS && seen == (1U << LIKERT_POINTS) - 1;
}

static void make_boxes(const struct figures_maker *m, const int64_t *slot, struct pub_question *q,
                       const struct form_choices *c)
{
    int64_t point[LIKERT_POINTS] = {0};
    q->has_boxes = figures_points(c, slot, point);
    if (!q->has_boxes || q->is_suppressed)
        return;
    figures_share(m, point[3] + point[4], q->n, &q->top2);
    figures_share(m, point[2], q->n, &q->neutral);
    figures_share(m, point[0] + point[1], q->n, &q->bottom2);
}

static enum rc make_options(const struct figures_maker *m, const struct form_node *n, const int64_t *slot,
                            struct pub_question *q, struct pub_option **options)
{
    struct pub_option *o = arena_array(m->a, n->choices->n + 1, sizeof *o);
    if (o == NULL)
        return rc_set(m->e, RC_NOMEM, "no memory for the figures of \"%s\"", n->name);
    for (size_t i = 0; i < n->choices->n; i++) {
        const struct form_choice *c = &n->choices->items[i];
        o[i] = (struct pub_option){.name = c->name, .label = c->label, .is_dont_know = c->is_dont_know};
        if (!q->is_suppressed)
            figures_share(m, slot[SLOT_FIRST + i], c->is_dont_know ? 0 : q->n, &o[i].share);
    }
    *options = o;
    q->options = o;
    q->n_options = n->choices->n;
    if (n->is_likert && n->type == FORM_SELECT_ONE)
        make_boxes(m, slot, q, n->choices);
    return RC_OK;
}

static enum rc make_question(const struct figures_maker *m, const struct form_node *n, struct pub_question *q,
                             struct pub_option **options)
{
    const int64_t *slot = m->in->counts + n->slot;
    bool is_closed = n->choices != NULL;
    if (!is_consistent(m, n, slot))
        return rc_set(m->e, RC_INPUT, "the counts of question \"%s\" do not add up: run \"tally --recount\"", n->name);
    *q = (struct pub_question){.name = n->name,
                               .type = n->type,
                               .label = n->label,
                               .is_likert = n->is_likert,
                               .is_profile = n->is_profile};
    int64_t unsure = is_closed ? figures_dont_know(n, slot) : 0;
    int64_t valid = figures_answered(n, slot) - unsure;
    q->is_suppressed = valid < m->threshold;
    if (!q->is_suppressed) {
        q->n = valid;
        q->n_not_asked = slot[SLOT_NOT_ASKED];
        q->n_skipped = slot[SLOT_SKIPPED];
        q->n_dont_know = unsure;
    }
    return is_closed ? make_options(m, n, slot, q, options) : RC_OK;
}

static enum rc make_questions(const struct figures_maker *m, struct publication *out)
{
    const struct form *f = m->in->form;
    struct pub_question *q = arena_array(m->a, f->n_nodes + 1, sizeof *q);
    if (q == NULL)
        return rc_set(m->e, RC_NOMEM, "no memory for the figures of \"%s\"", f->slug);
    out->questions = q;
    for (size_t i = 0; i < f->n_nodes; i++) {
        if (f->nodes[i].n_slots == 0)
            continue;
        struct pub_option *options = NULL;
        enum rc rc = make_question(m, &f->nodes[i], &q[out->n_questions], &options);
        if (rc == RC_OK)
            rc = figures_weigh(m, i, &q[out->n_questions], options);
        if (rc != RC_OK)
            return rc;
        out->n_questions++;
    }
    return RC_OK;
}

size_t figures_question(const struct form *f, size_t node)
{
    size_t at = 0;
    for (size_t i = 0; i < node; i++)
        at += f->nodes[i].n_slots > 0;
    return at;
}

enum rc figures_make(const struct figures_input *in, struct arena *a, struct publication *out,
                     struct rc_info *e)
{
    const struct form *f = in->form;
    struct figures_maker m = {.in = in,
                      .a = a,
                      .e = e,
                      .has_intervals = f->sample != FORM_OPEN, /* of a demonstration as if it were random */
                      .threshold = f->sample == FORM_DEMONSTRATION ? 0 : FIGURES_ROW_MIN};
    struct publication p = {.slug = f->slug,
                            .version_no = in->version_no,
                            .n_langs = f->n_langs,
                            .title = f->title,
                            .population = f->population,
                            .organiser = f->organiser,
                            .sample = f->sample,
                            .n_ballots = in->n_ballots,
                            .threshold = m.threshold,
                            .time_zone = f->time_zone,
                            .first_day = in->first_day,
                            .last_day = in->last_day};
    for (size_t i = 0; i < f->n_langs; i++)
        p.langs[i] = f->langs[i];
    enum rc rc = estimates_make(f, in->cells, in->n_cells, in->n_cells > 0 ? in->margins : NULL, a, &m.estimates,
                                &p.weights, e);
    if (rc == RC_OK)
        rc = make_questions(&m, &p);
    for (size_t k = 0; k < p.weights.n_margins; k++)
        p.weights.margins[k] = figures_question(f, p.weights.margins[k]);
    if (rc == RC_OK && !in->is_part)
        rc = figures_groups(&m, &p);
    if (rc == RC_OK && !in->is_part)
        rc = figures_crosses(&m, &p);
    if (rc == RC_OK && !in->is_part)
        rc = figures_grids(&m, &p);
    if (rc == RC_OK && !in->is_part)
        rc = figures_fast(&m, &p);
    estimates_release(m.estimates);
    if (rc == RC_OK)
        *out = p;
    return rc;
}
