/* The figures of the white paper as a flat list, and that list as CSV and JSON. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "report/csv.h"
#include "report/paper_inner.h"

enum { FIGURES_MAX = 50000 };

struct list {
    const struct paper *p;
    struct arena *a;
    struct paper_figure *items;
    size_t n;
    bool has_failed;
    const char *source;
    bool is_synthetic;
    size_t lang[PAPER_LANGS]; /* of the labels at hand */
};

static struct paper_figure *add(struct list *l, const char *key, const struct form_label *label, const char *unit, double value)
{
    static struct paper_figure spill;
    if (key == NULL || l->n == FIGURES_MAX) {
        l->has_failed = true;
        return &spill;
    }
    struct paper_figure *f = &l->items[l->n++];
    *f = (struct paper_figure){.key = key, .unit = unit, .value = value, .source = l->source, .is_synthetic = l->is_synthetic};
    for (size_t i = 0; i < PAPER_LANGS; i++)
        f->label[i] = label != NULL ? form_text(label, l->lang[i]) : "";
    return f;
}

static void find_langs(struct list *l, const char *const *langs, size_t n)
{
    for (size_t i = 0; i < PAPER_LANGS; i++) {
        l->lang[i] = 0;
        for (size_t k = 0; k < n; k++)
            if (strcmp(langs[k], l->p->langs[i]) == 0)
                l->lang[i] = k;
    }
}

static void add_text(struct list *l, const char *key, const char *text_key, const char *unit, double value)
{
    struct paper_figure *f = add(l, key, NULL, unit, value);
    for (size_t i = 0; i < PAPER_LANGS; i++)
        f->label[i] = l->p->text(l->p->texts, i, text_key);
}

static void add_breakdown(struct list *l, const char *name, const struct census_breakdown *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct census_row *r = &b->rows[i];
        (void)add(l, arena_printf(l->a, "%s.%s.count", name, r->code), &r->label, "accounts", (double)r->count);
        add(l, arena_printf(l->a, "%s.%s.share", name, r->code), &r->label, "percent", r->share * 100)->n = l->p->census->total;
        (void)add(l, arena_printf(l->a, "%s.%s.rank", name, r->code), &r->label, "rank", r->rank);
    }
}

static void add_census(struct list *l)
{
    const struct census_figures *f = l->p->census;
    l->source = arena_printf(l->a, "census %s", f->as_of);
    l->is_synthetic = f->is_demonstration;
    find_langs(l, f->langs, f->n_langs);
    add_text(l, "total.accounts", "paper.finding_total", "accounts", (double)f->total);
    add_text(l, "province.covered", "paper.finding_provinces", "divisions", (double)f->n_provinces_covered);
    add_text(l, "followers.mean", "paper.finding_followers", "followers", f->mean_followers);
    add_breakdown(l, "level", &f->levels);
    add_breakdown(l, "function", &f->functions);
    add_breakdown(l, "province", &f->provinces);
    add_breakdown(l, "region4", &f->regions4);
    for (size_t i = 0; i < f->n_months; i++)
        add_text(l, arena_printf(l->a, "opened.%d-%02d.count", f->months[i].year, f->months[i].month), "paper.opened",
                 "accounts", (double)f->months[i].opened);
}

/* KEY.share, and KEY.weighted where there is one. */
static void add_share(struct list *l, const char *key, const struct form_label *label, const struct pub_share *s, int64_t n)
{
    if (key == NULL) {
        l->has_failed = true;
        return;
    }
    add(l, arena_printf(l->a, "%s.share", key), label, "percent", s->p * 100)->n = n;
    if (s->is_weighted)
        add(l, arena_printf(l->a, "%s.weighted", key), label, "percent", s->weighted.p * 100)->n = n;
}

static void add_question(struct list *l, const struct pub_question *q)
{
    if (q->is_suppressed)
        return;
    (void)add(l, arena_printf(l->a, "survey.%s.n", q->name), &q->label, "answers", (double)q->n);
    for (size_t i = 0; q->n > 0 && i < q->n_options; i++) {
        const struct pub_option *o = &q->options[i];
        (void)add(l, arena_printf(l->a, "survey.%s.%s.count", q->name, o->name), &o->label, "answers", (double)o->share.count);
        if (!o->is_dont_know)
            add(l, arena_printf(l->a, "survey.%s.%s.share", q->name, o->name), &o->label, "percent", o->share.p * 100)->n = q->n;
    }
    if (q->has_boxes && q->n > 0)
        add_share(l, arena_printf(l->a, "survey.%s.top2", q->name), &q->label, &q->top2, q->n);
}

static void add_level(struct list *l, const struct pub_group *g, const struct pub_level *level, const char *kind, const char *name,
                      const struct form_label *label)
{
    const struct pub_question *all = l->p->survey->questions;
    for (size_t i = 0; !level->is_suppressed && i < g->n_items; i++) {
        const struct pub_item *item = &level->items[i];
        if (!item->is_suppressed && item->n > 0)
            add_share(l, arena_printf(l->a, "%s.%s.%s.%s.top2", kind, all[g->question].name, name, all[item->question].name), label,
                      &item->top2, item->n);
    }
}

/* The top two of the items by the levels of a grouping question, or by the wider groups in their place. */
static void add_group(struct list *l, const struct pub_group *g)
{
    const struct pub_question *by = &l->p->survey->questions[g->question];
    for (size_t k = 0; k < g->n_levels; k++) {
        const struct pub_option *o = &by->options[g->levels[k].option];
        add_level(l, g, &g->levels[k], "group", o->name, &o->label);
    }
    for (size_t k = 0; k < g->n_wider; k++)
        add_level(l, g, &g->wider[k].level, "wider_group", g->wider[k].name, &g->wider[k].label);
}

static void add_cross(struct list *l, const struct pub_cross *c)
{
    static const char *const boxes[PUB_BOXES] = {"top2", "neutral", "bottom2"};
    const struct pub_question *row = &l->p->survey->questions[c->row], *column = &l->p->survey->questions[c->column];
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct pub_row *r = &c->rows[i];
        const char *name = row->options[publication_column(row, i)].name;
        for (size_t k = 0; r->is_boxes && !r->is_suppressed && r->n > 0 && k < PUB_BOXES; k++)
            add_share(l, arena_printf(l->a, "cross.%s.%s.%s.%s", row->name, name, column->name, boxes[k]), &column->label, &r->shares[k],
                      r->n);
        for (size_t k = 0; !r->is_boxes && !r->is_suppressed && r->n > 0 && k < c->n_columns; k++) {
            const struct pub_option *o = &column->options[publication_column(column, k)];
            add_share(l, arena_printf(l->a, "cross.%s.%s.%s.%s", row->name, name, column->name, o->name), &o->label, &r->shares[k],
                      r->n);
        }
    }
}

static void add_survey(struct list *l)
{
    const struct publication *s = l->p->survey;
    l->source = arena_printf(l->a, "survey %s", s->slug);
    l->is_synthetic = s->sample == FORM_DEMONSTRATION;
    find_langs(l, s->langs, s->n_langs);
    (void)add(l, "survey.ballots", &s->title, "answers", (double)s->n_ballots);
    for (size_t i = 0; i < s->n_questions; i++)
        if (s->questions[i].n_options > 0)
            add_question(l, &s->questions[i]);
    for (size_t i = 0; i < s->n_groups; i++)
        add_group(l, &s->groups[i]);
    for (size_t i = 0; i < s->n_crosses; i++)
        add_cross(l, &s->crosses[i]);
}

static void add_cited(struct list *l)
{
    l->source = "cited";
    l->is_synthetic = false;
    for (size_t i = 0; l->p->published != NULL && i < l->p->published->n; i++) {
        const struct published_row *r = &l->p->published->rows[i];
        if (!r->is_cited)
            continue;
        struct paper_figure *f = add(l, r->key, NULL, r->unit, 0);
        f->text = r->value;
        f->label[0] = r->label[0];
        f->label[1] = r->label[1];
    }
}

enum rc paper_figures(const struct paper *p, struct arena *a, struct paper_figure **out, size_t *n, struct rc_info *e)
{
    struct list l = {.p = p, .a = a, .items = arena_array(a, FIGURES_MAX, sizeof *l.items)};
    if (l.items == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the figures");
    add_census(&l);
    add_survey(&l);
    add_cited(&l);
    if (l.has_failed)
        return rc_set(e, RC_NOMEM, "no memory for the figures, or over %d of them", FIGURES_MAX);
    *out = l.items;
    *n = l.n;
    return RC_OK;
}

void paper_figures_to_csv(const struct paper_figure *f, size_t n, struct buf *out)
{
    static const char *const heads[] = {"key", "label_zh", "label_en", "value", "unit", "n", "source", "synthetic"};
    struct csv c;
    csv_begin(&c, out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_text(&c, heads[i]);
    csv_end_row(&c);
    for (size_t i = 0; i < n; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "%.10g", f[i].value);
        csv_text(&c, f[i].key);
        csv_text(&c, f[i].label[0]);
        csv_text(&c, f[i].label[1]);
        if (f[i].text != NULL)
            csv_text(&c, f[i].text);
        else
            csv_number(&c, number);
        csv_text(&c, f[i].unit);
        if (f[i].n > 0)
            csv_int(&c, f[i].n);
        else
            csv_number(&c, "");
        csv_text(&c, f[i].source);
        csv_text(&c, f[i].is_synthetic ? "yes" : "no");
        csv_end_row(&c);
    }
}

static json_t *figure_json(const struct paper_figure *f)
{
    json_t *value = f->text != NULL ? json_string(f->text) : json_real(f->value);
    json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:b}", "key", f->key, "label_zh", f->label[0], "label_en", f->label[1],
                          "value", value, "unit", f->unit, "source", f->source, "synthetic", f->is_synthetic ? 1 : 0);
    if (o != NULL && f->n > 0 && json_object_set_new(o, "n", json_integer(f->n)) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static int put_json(const char *p, size_t len, void *out)
{
    buf_put(out, p, len);
    return 0;
}

enum rc paper_figures_to_json(const struct paper_figure *f, size_t n, struct buf *out, struct rc_info *e)
{
    json_t *all = json_array();
    bool is_ok = all != NULL;
    for (size_t i = 0; is_ok && i < n; i++)
        is_ok = json_array_append_new(all, figure_json(&f[i])) == 0;
    is_ok = is_ok && json_dump_callback(all, put_json, out, JSON_INDENT(1) | JSON_SORT_KEYS) == 0;
    json_decref(all);
    buf_putc(out, '\n');
    return is_ok && buf_ok(out) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for the figures as JSON");
}
