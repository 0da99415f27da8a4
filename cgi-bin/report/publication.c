#include "report/publication_inner.h"

#include <math.h>
#include <stdio.h>

/* Twelve significant digits: enough that count / n comes back to the same percentage whatever n is
 * (a percentage with one decimal and its next rounding border differ by at least 1 / (2000 n)), and
 * few enough that 0.789 is written as 0.789. */
enum { REAL_DIGITS = 12 };

static const char *const type_names[] = {
    [FORM_NOTE] = "note",
    [FORM_GROUP_BEGIN] = "begin_group",
    [FORM_GROUP_END] = "end_group",
    [FORM_ACKNOWLEDGE] = "acknowledge",
    [FORM_SELECT_ONE] = "select_one",
    [FORM_SELECT_MULTIPLE] = "select_multiple",
    [FORM_INTEGER] = "integer",
    [FORM_TEXT] = "text",
    [FORM_DECIMAL] = "decimal",
    [FORM_DATE] = "date",
    [FORM_TIME] = "time",
    [FORM_RANK] = "rank",
};
static const char *const sample_names[] = {
    [FORM_RANDOM] = "random", [FORM_OPEN] = "open", [FORM_DEMONSTRATION] = "demonstration"};

void pub_put(struct pub_writer *w, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        w->has_failed = true;
}

void pub_append(struct pub_writer *w, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        w->has_failed = true;
}

json_t *pub_label_json(struct pub_writer *w, const struct form_label *l)
{
    json_t *o = json_object();
    for (size_t i = 0; i < w->p->n_langs; i++)
        if (l->t[i] != NULL)
            pub_put(w, o, w->p->langs[i], json_string(l->t[i]));
    return o;
}

/* Add the numbers of a share of `n` to an object. */
void pub_put_share(struct pub_writer *w, json_t *o, const struct pub_share *s, int64_t n)
{
    pub_put(w, o, "count", json_integer(s->count));
    if (n <= 0)
        return;
    pub_put(w, o, "share", json_real(s->p));
    if (s->has_interval) {
        pub_put(w, o, "low", json_real(s->low));
        pub_put(w, o, "high", json_real(s->high));
    }
    if (s->is_unreliable)
        pub_put(w, o, "unreliable", json_true());
    if (!s->is_weighted)
        return;
    json_t *of_population = json_object();
    pub_put(w, of_population, "share", json_real(s->weighted.p));
    if (s->weighted.has_interval) {
        pub_put(w, of_population, "low", json_real(s->weighted.low));
        pub_put(w, of_population, "high", json_real(s->weighted.high));
    }
    pub_put(w, o, "weighted", of_population);
}

static json_t *box(struct pub_writer *w, const struct pub_share *s, int64_t n)
{
    json_t *o = json_object();
    pub_put_share(w, o, s, n);
    return o;
}

static json_t *option(struct pub_writer *w, const struct pub_question *q, const struct pub_option *option)
{
    json_t *o = json_object();
    pub_put(w, o, "name", json_string(option->name));
    pub_put(w, o, "label", pub_label_json(w, &option->label));
    pub_put(w, o, "dont_know", json_boolean(option->is_dont_know));
    if (!q->is_suppressed && !q->is_collapsed)
        pub_put_share(w, o, &option->share, option->is_dont_know ? 0 : q->n);
    return o;
}

/* A suppressed question is written without any number, whatever the struct holds. */
static json_t *question(struct pub_writer *w, const struct pub_question *q)
{
    json_t *o = json_object(), *options = json_array();
    pub_put(w, o, "name", json_string(q->name));
    pub_put(w, o, "type", json_string(type_names[q->type]));
    pub_put(w, o, "label", pub_label_json(w, &q->label));
    pub_put(w, o, "likert", json_boolean(q->is_likert));
    pub_put(w, o, "profile", json_boolean(q->is_profile));
    pub_put(w, o, "suppressed", json_boolean(q->is_suppressed));
    for (size_t i = 0; i < q->n_options; i++)
        pub_append(w, options, option(w, q, &q->options[i]));
    pub_put(w, o, "options", options);
    if (q->is_suppressed)
        return o;
    if (q->is_collapsed)
        pub_put(w, o, "collapsed", json_true());
    if (q->as_of != NULL)
        pub_put(w, o, "as_of", json_string(q->as_of));
    pub_put(w, o, "n", json_integer(q->n));
    pub_put(w, o, "not_asked", json_integer(q->n_not_asked));
    pub_put(w, o, "skipped", json_integer(q->n_skipped));
    pub_put(w, o, "dont_know", json_integer(q->n_dont_know));
    if (q->has_boxes) {
        pub_put(w, o, "top2", box(w, &q->top2, q->n));
        pub_put(w, o, "neutral", box(w, &q->neutral, q->n));
        pub_put(w, o, "bottom2", box(w, &q->bottom2, q->n));
    }
    return o;
}

static json_t *document(struct pub_writer *w)
{
    const struct publication *p = w->p;
    json_t *o = json_object(), *langs = json_array(), *questions = json_array();
    for (size_t i = 0; i < p->n_langs; i++)
        pub_append(w, langs, json_string(p->langs[i]));
    for (size_t i = 0; i < p->n_questions; i++)
        pub_append(w, questions, question(w, &p->questions[i]));
    pub_put(w, o, "survey", json_string(p->slug));
    pub_put(w, o, "version", json_integer(p->version_no));
    pub_put(w, o, "languages", langs);
    pub_put(w, o, "title", pub_label_json(w, &p->title));
    pub_put(w, o, "population", pub_label_json(w, &p->population));
    pub_put(w, o, "organiser", pub_label_json(w, &p->organiser));
    pub_put(w, o, "sample", json_string(sample_names[p->sample]));
    pub_put(w, o, "ballots", json_integer(p->n_ballots));
    pub_put(w, o, "threshold", json_integer(p->threshold));
    if (p->rounding > 0)
        pub_put(w, o, "rounding", json_integer(p->rounding));
    pub_put(w, o, "time_zone", json_string(p->time_zone != NULL ? p->time_zone : "Asia/Shanghai"));
    pub_put(w, o, "first_day", json_string(p->first_day != NULL ? p->first_day : ""));
    pub_put(w, o, "last_day", json_string(p->last_day != NULL ? p->last_day : ""));
    if (p->merkle_root != NULL)
        pub_put(w, o, "merkle_root", json_string(p->merkle_root));
    pub_put(w, o, "questions", questions);
    pub_put(w, o, "weights", pub_weights_json(w, &p->weights));
    pub_put(w, o, "groups", pub_groups_json(w));
    pub_put_tables(w, o);
    pub_put_fast(w, o);
    return o;
}

static int to_buf(const char *p, size_t len, void *b)
{
    buf_put(b, p, len);
    return buf_ok(b) ? 0 : -1;
}

enum rc publication_to_json(const struct publication *p, struct buf *out, struct rc_info *e)
{
    struct pub_writer w = {p, false};
    json_t *o = document(&w);
    int failed = w.has_failed ? -1
                              : json_dump_callback(o, to_buf, out,
                                                   JSON_COMPACT | JSON_SORT_KEYS |
                                                       JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(o);
    return failed == 0 ? RC_OK : rc_set(e, RC_NOMEM, "cannot write the publication of \"%s\"", p->slug);
}

void publication_percent(double p, int64_t n, char out[16])
{
    double scale = n < 1000 ? 100 : 1000;
    /* Half up; the small term lifts borders such as 0.7895 that binary cannot hold exactly. */
    double rounded = floor(p * scale + 0.5 + 1e-9) / (scale / 100);
    (void)snprintf(out, 16, "%.*f", n < 1000 ? 0 : 1, rounded);
}

const struct pub_option *publication_point(const struct pub_question *q, int point)
{
    for (size_t i = 0; i < q->n_options; i++)
        if (!q->options[i].is_dont_know && q->options[i].name[0] == (char)('0' + point) && q->options[i].name[1] == '\0')
            return &q->options[i];
    return NULL;
}
