#include "report/publication_inner.h"

#include <string.h>

enum { QUESTIONS_MAX = FORM_NODES_MAX };

void pub_fail(struct pub_reader *r, enum rc rc, const char *key)
{
    if (r->rc != RC_OK)
        return;
    r->rc = rc_set(r->e, rc, "publication: \"%s\"%s%s is missing or not as it should be", key,
                   *r->at != '\0' ? " of question " : "", r->at);
}

static const char *copy(struct pub_reader *r, const char *s, const char *key)
{
    const char *c = s == NULL ? NULL : arena_strdup(r->a, s);
    if (s == NULL)
        pub_fail(r, RC_INPUT, key);
    else if (c == NULL)
        pub_fail(r, RC_NOMEM, key);
    return c != NULL ? c : "";
}

const char *pub_read_text(struct pub_reader *r, const json_t *o, const char *key)
{
    return copy(r, json_string_value(json_object_get(o, key)), key);
}

int64_t pub_read_count(struct pub_reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        pub_fail(r, RC_INPUT, key);
    return json_integer_value(v);
}

bool pub_read_bool(struct pub_reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        pub_fail(r, RC_INPUT, key);
    return json_is_true(v);
}

double pub_read_share_of_1(struct pub_reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    double d = json_number_value(v);
    if (!json_is_number(v) || !(d >= 0 && d <= 1))
        pub_fail(r, RC_INPUT, key);
    return d;
}

struct form_label pub_read_label(struct pub_reader *r, const json_t *o, const char *key)
{
    struct form_label l = {0};
    const json_t *v = json_object_get(o, key);
    if (!json_is_object(v))
        pub_fail(r, RC_INPUT, key);
    for (size_t i = 0; i < r->n_langs; i++)
        if (json_object_get(v, r->langs[i]) != NULL)
            l.t[i] = pub_read_text(r, v, r->langs[i]);
    return l;
}

size_t pub_read_size(struct pub_reader *r, const json_t *o, const char *key, size_t max)
{
    const json_t *v = json_object_get(o, key);
    size_t n = json_array_size(v);
    if (!json_is_array(v) || n > max)
        pub_fail(r, RC_INPUT, key);
    return r->rc == RC_OK ? n : 0;
}

static struct pub_weighted read_weighted(struct pub_reader *r, const json_t *o)
{
    struct pub_weighted w = {.p = pub_read_share_of_1(r, o, "share"), .has_interval = json_object_get(o, "low") != NULL};
    if (w.has_interval) {
        w.low = pub_read_share_of_1(r, o, "low");
        w.high = pub_read_share_of_1(r, o, "high");
    }
    return w;
}

struct pub_share pub_read_share(struct pub_reader *r, const json_t *o, int64_t n)
{
    struct pub_share s = {.count = pub_read_count(r, o, "count")};
    if (n <= 0)
        return s;
    if (s.count > n)
        pub_fail(r, RC_INPUT, "count");
    s.p = pub_read_share_of_1(r, o, "share");
    s.has_interval = json_object_get(o, "low") != NULL;
    if (s.has_interval) {
        s.low = pub_read_share_of_1(r, o, "low");
        s.high = pub_read_share_of_1(r, o, "high");
    }
    s.is_unreliable = json_is_true(json_object_get(o, "unreliable"));
    const json_t *of_population = json_object_get(o, "weighted");
    s.is_weighted = of_population != NULL;
    if (s.is_weighted)
        s.weighted = read_weighted(r, of_population);
    return s;
}

static void read_options(struct pub_reader *r, const json_t *o, struct pub_question *q)
{
    const json_t *array = json_object_get(o, "options");
    q->n_options = pub_read_size(r, o, "options", FORM_CHOICES_MAX);
    struct pub_option *options = arena_array(r->a, q->n_options, sizeof *options);
    if (options == NULL) {
        pub_fail(r, RC_NOMEM, "options");
        q->n_options = 0;
    }
    for (size_t i = 0; i < q->n_options && r->rc == RC_OK; i++) {
        const json_t *v = json_array_get(array, i);
        options[i].name = pub_read_text(r, v, "name");
        options[i].label = pub_read_label(r, v, "label");
        options[i].is_dont_know = pub_read_bool(r, v, "dont_know");
        if (!q->is_suppressed && !q->is_collapsed)
            options[i].share = pub_read_share(r, v, options[i].is_dont_know ? 0 : q->n);
    }
    q->options = options;
}

static enum form_type read_type(struct pub_reader *r, const json_t *o)
{
    static const struct {
        const char *name;
        enum form_type type;
    } types[] = {{"acknowledge", FORM_ACKNOWLEDGE}, {"select_one", FORM_SELECT_ONE},
                 {"select_multiple", FORM_SELECT_MULTIPLE}, {"integer", FORM_INTEGER},
                 {"text", FORM_TEXT},
                 {"decimal", FORM_DECIMAL}, {"date", FORM_DATE}, {"time", FORM_TIME}, {"rank", FORM_RANK}};
    const char *name = pub_read_text(r, o, "type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    pub_fail(r, RC_INPUT, "type");
    return FORM_NOTE;
}

static enum form_sample read_sample(struct pub_reader *r, const json_t *o)
{
    static const char *const names[] = {"random", "open", "demonstration"};
    const char *name = pub_read_text(r, o, "sample");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return (enum form_sample)i;
    pub_fail(r, RC_INPUT, "sample");
    return FORM_OPEN;
}

static void read_question(struct pub_reader *r, const json_t *o, struct pub_question *q)
{
    r->at = "";
    q->name = pub_read_text(r, o, "name");
    r->at = q->name;
    q->type = read_type(r, o);
    q->label = pub_read_label(r, o, "label");
    q->is_likert = pub_read_bool(r, o, "likert");
    q->is_profile = pub_read_bool(r, o, "profile");
    q->is_suppressed = pub_read_bool(r, o, "suppressed");
    q->is_collapsed = !q->is_suppressed && json_is_true(json_object_get(o, "collapsed"));
    if (!q->is_suppressed && json_object_get(o, "as_of") != NULL)
        q->as_of = pub_read_text(r, o, "as_of");
    if (!q->is_suppressed) {
        q->n = pub_read_count(r, o, "n");
        q->n_not_asked = pub_read_count(r, o, "not_asked");
        q->n_skipped = pub_read_count(r, o, "skipped");
        q->n_dont_know = pub_read_count(r, o, "dont_know");
    }
    read_options(r, o, q);
    q->has_boxes = !q->is_suppressed && json_object_get(o, "top2") != NULL;
    if (q->has_boxes) {
        q->top2 = pub_read_share(r, json_object_get(o, "top2"), q->n);
        q->neutral = pub_read_share(r, json_object_get(o, "neutral"), q->n);
        q->bottom2 = pub_read_share(r, json_object_get(o, "bottom2"), q->n);
    }
}

static void read_questions(struct pub_reader *r, const json_t *o, struct publication *p)
{
    p->n_questions = pub_read_size(r, o, "questions", QUESTIONS_MAX);
    struct pub_question *q = arena_array(r->a, p->n_questions, sizeof *q);
    if (q == NULL) {
        pub_fail(r, RC_NOMEM, "questions");
        p->n_questions = 0;
    }
    for (size_t i = 0; i < p->n_questions && r->rc == RC_OK; i++)
        read_question(r, json_array_get(json_object_get(o, "questions"), i), &q[i]);
    r->at = "";
    p->questions = q;
}

/* 32 bytes as lower-case hex digits. */
static const char *read_hash(struct pub_reader *r, const json_t *o, const char *key)
{
    const char *hex = pub_read_text(r, o, key);
    if (strlen(hex) != 64 || strspn(hex, "0123456789abcdef") != 64)
        pub_fail(r, RC_INPUT, key);
    return hex;
}

static void read_document(struct pub_reader *r, const json_t *o, struct publication *p)
{
    p->n_langs = pub_read_size(r, o, "languages", FORM_LANGS_MAX);
    for (size_t i = 0; i < p->n_langs; i++)
        p->langs[i] = copy(r, json_string_value(json_array_get(json_object_get(o, "languages"), i)),
                           "languages");
    if (p->n_langs == 0)
        pub_fail(r, RC_INPUT, "languages");
    r->n_langs = p->n_langs;
    r->langs = p->langs;
    p->slug = pub_read_text(r, o, "survey");
    p->version_no = pub_read_count(r, o, "version");
    p->title = pub_read_label(r, o, "title");
    p->population = pub_read_label(r, o, "population");
    p->organiser = pub_read_label(r, o, "organiser");
    p->sample = read_sample(r, o);
    p->n_ballots = pub_read_count(r, o, "ballots");
    p->threshold = pub_read_count(r, o, "threshold");
    p->rounding = json_object_get(o, "rounding") != NULL ? pub_read_count(r, o, "rounding") : 0;
    p->time_zone = pub_read_text(r, o, "time_zone");
    p->first_day = pub_read_text(r, o, "first_day");
    p->last_day = pub_read_text(r, o, "last_day");
    if (json_object_get(o, "merkle_root") != NULL)
        p->merkle_root = read_hash(r, o, "merkle_root");
    read_questions(r, o, p);
    pub_read_weights(r, json_object_get(o, "weights"), p, &p->weights);
    pub_read_groups(r, o, p);
    pub_read_tables(r, o, p);
    pub_read_fast(r, o, p);
}

enum rc publication_from_json(const char *json, size_t len, struct arena *a, struct publication **out,
                              struct rc_info *e)
{
    struct pub_reader r = {.a = a, .e = e, .rc = RC_OK, .at = ""};
    struct publication *p = arena_alloc(a, sizeof *p);
    if (p == NULL)
        return rc_set(e, RC_NOMEM, "no memory for a publication");
    json_error_t why;
    json_t *o = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    if (o == NULL)
        return rc_set(e, RC_INPUT, "publication: not JSON at byte %d: %s", why.position, why.text);
    read_document(&r, o, p);
    json_decref(o);
    if (r.rc == RC_OK)
        *out = p;
    return r.rc;
}
