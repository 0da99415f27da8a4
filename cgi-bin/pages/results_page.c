#include <stdio.h>
#include <string.h>

#include "pages/results_inner.h"
#include "web/page.h"

enum {
    GLANCE_MIN = 30, /* answers */
    STALE_AFTER_S = 26 * 3600 /* the tally runs every night: two hours of grace */
};

/* One question; where a table is drawn it has answers (n > 0). */
struct table {
    struct html *w;
    const struct results_view *v;
    const struct pub_question *q;
};

void results_age(const struct results_view *v, char out[80])
{
    static const struct {
        int64_t seconds, from; /* the unit is used from so many of it on */
        const char *one, *many;
    } units[] = {
        {86400, 2, "results.age_days", "results.age_days"},
        {3600, 1, "results.age_hour", "results.age_hours"},
        {60, 1, "results.age_minute", "results.age_minutes"},
    };
    int64_t age = v->now_s - v->head->tallied_at_s;
    (void)snprintf(out, 80, "%s", results_text(v, "results.age_now"));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t n = age / units[i].seconds;
        if (n < units[i].from)
            continue;
        char number[32];
        struct buf b;
        buf_init(&b, 79);
        struct html w = {&b};
        html_tr(&w, v->c, v->lang, n == 1 ? units[i].one : units[i].many, "n", results_grouped(n, number), NULL);
        (void)snprintf(out, 80, "%s", buf_ok(&b) && b.p != NULL ? b.p : "");
        buf_release(&b);
        return;
    }
}

/* "12,345"; where no question may show its numbers, that there are fewer than those would need. */
static const char *ballots(const struct results_view *v, char out[32])
{
    if (v->p->rounding == 0 || v->p->n_ballots > 0)
        return results_grouped(v->p->n_ballots, out);
    (void)snprintf(out, 32, "< %lld", (long long)(v->p->threshold + v->p->rounding));
    return out;
}

static void put_facts(struct html *w, const struct results_view *v)
{
    char age[80], n[32];
    results_age(v, age);
    html_lit(w, "<dl class=\"facts\">\n<div><dt>");
    html_text(w, results_text(v, "results.ballots"));
    html_lit(w, "</dt><dd>");
    html_text(w, ballots(v, n));
    html_lit(w, "</dd></div>\n<div><dt>");
    html_text(w, results_text(v, "results.tallied"));
    html_lit(w, "</dt><dd><span class=\"whole\">");
    html_text(w, v->head->tallied_local);
    html_lit(w, "</span> <span class=\"whole quiet\">");
    html_tr(w, v->c, v->lang, "results.age", "age", age, NULL);
    html_lit(w, "</span></dd></div>\n<div><dt>");
    html_text(w, results_text(v, "results.population"));
    html_lit(w, "</dt><dd>");
    html_text(w, results_label(v, &v->p->population));
    html_lit(w, "</dd></div>\n<div><dt>");
    html_text(w, results_text(v, "results.organiser"));
    html_lit(w, "</dt><dd>");
    html_text(w, results_label(v, &v->p->organiser));
    html_lit(w, "</dd></div>\n</dl>\n");
}

static void put_stale_warning(struct html *w, const struct results_view *v)
{
    char age[80];
    if (v->now_s - v->head->tallied_at_s <= STALE_AFTER_S)
        return;
    results_age(v, age);
    html_lit(w, "<div class=\"warning\" role=\"note\"><p>");
    html_tr(w, v->c, v->lang, "results.stale", "age", age, NULL);
    html_lit(w, "</p></div>\n");
}

static void put_sample_note(struct html *w, const struct results_view *v)
{
    static const char *const keys[] = {[FORM_RANDOM] = "results.sample_random",
                                       [FORM_OPEN] = "results.sample_open",
                                       [FORM_DEMONSTRATION] = "results.sample_demonstration"};
    html_lit(w, "<p class=\"measure\">");
    html_text(w, results_text(v, keys[v->p->sample]));
    html_lit(w, "</p>\n");
}

/* How counts are kept from telling about single people; a demonstration says that they are not. */
static void put_rounding_note(struct html *w, const struct results_view *v)
{
    char base[32];
    html_lit(w, "<p class=\"measure quiet\">");
    if (v->p->rounding > 0)
        html_tr(w, v->c, v->lang, "results.rounded", "base", results_grouped(v->p->rounding, base), NULL);
    else
        html_text(w, results_text(v, "results.exact"));
    html_lit(w, "</p>\n");
}

/* Head and bar in one cell, percentage in the second, ballots in the third. */
static void put_row(const struct table *x, const char *head, const char *detail,
                    const struct pub_share *s)
{
    struct html *w = x->w;
    char n[32];
    html_lit(w, "<tr><th scope=\"row\"><span class=\"head\">");
    html_text(w, head);
    html_lit(w, "</span>");
    if (detail != NULL) {
        html_lit(w, " <span class=\"detail\">");
        html_text(w, detail);
        html_lit(w, "</span>");
    }
    results_put_bar(w, s);
    results_put_weighted(w, x->v, s, x->q->n);
    html_lit(w, "</th><td class=\"share\">");
    results_put_share(w, x->v, s, x->q->n);
    html_lit(w, "</td><td>");
    html_text(w, results_grouped(s->count, n));
    html_lit(w, "</td></tr>\n");
}

/* "Very satisfied + Satisfied": the labels of the two options called `one` and `two`, in the order of
 * the form (publication.h says what the names of a five-point question mean). */
static void two_labels(const struct table *x, const char *one, const char *two, char out[256])
{
    int len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < x->q->n_options; i++) {
        const struct pub_option *o = &x->q->options[i];
        if (strcmp(o->name, one) != 0 && strcmp(o->name, two) != 0)
            continue;
        int more = snprintf(out + len, 256 - (size_t)len, "%s%s", len > 0 ? " + " : "", results_label(x->v, &o->label));
        if (more < 0 || more >= 256 - len) {
            out[0] = '\0'; /* too long to help; never a cut character */
            return;
        }
        len += more;
    }
}

static void put_boxes(const struct table *x)
{
    char top[256], bottom[256];
    two_labels(x, "4", "5", top);
    two_labels(x, "1", "2", bottom);
    html_lit(x->w, "<tbody class=\"boxes\">\n");
    put_row(x, results_text(x->v, "results.top2"), top, &x->q->top2);
    put_row(x, results_text(x->v, "results.neutral"), NULL, &x->q->neutral);
    put_row(x, results_text(x->v, "results.bottom2"), bottom, &x->q->bottom2);
    html_lit(x->w, "</tbody>\n");
}

static void put_table_head(const struct table *x)
{
    const struct results_view *v = x->v;
    char n[32];
    static const char *const captions[2][3] = {{"results.caption", "results.caption_several", "results.caption_first"},
                                               {"results.caption_open", "results.caption_open_several", "results.caption_open_first"}};
    size_t kind = x->q->type == FORM_SELECT_MULTIPLE ? 1 : x->q->type == FORM_RANK ? 2 : 0;
    html_lit(x->w, "<table>\n<caption>");
    html_tr(x->w, v->c, v->lang,
            captions[v->p->sample == FORM_OPEN][kind], "n",
            results_grouped(x->q->n, n), NULL);
    html_lit(x->w, "</caption>\n<thead><tr><th scope=\"col\">");
    html_text(x->w, results_text(v, "results.answer"));
    html_lit(x->w, "</th><th scope=\"col\">");
    html_text(x->w, results_text(v, "results.share"));
    html_lit(x->w, "</th><th scope=\"col\">");
    html_text(x->w, results_text(v, "results.count"));
    html_lit(x->w, "</th></tr></thead>\n");
}

static void put_table(const struct table *x)
{
    put_table_head(x);
    if (x->q->has_boxes)
        put_boxes(x);
    html_lit(x->w, "<tbody>\n");
    for (size_t i = 0; i < x->q->n_options && !x->q->is_collapsed; i++) {
        const struct pub_option *o = &x->q->options[i];
        if (!o->is_dont_know)
            put_row(x, results_label(x->v, &o->label), NULL, &o->share);
    }
    html_lit(x->w, "</tbody>\n</table>\n");
}

static void put_missing(const struct table *x)
{
    char dont_know[32], skipped[32], not_asked[32];
    html_lit(x->w, "<p class=\"missing\">");
    html_tr(x->w, x->v->c, x->v->lang, "results.missing", "dont_know",
            results_grouped(x->q->n_dont_know, dont_know), "skipped", results_grouped(x->q->n_skipped, skipped),
            "not_asked", results_grouped(x->q->n_not_asked, not_asked), NULL);
    html_lit(x->w, "</p>\n");
}

static void put_answered(const struct table *x)
{
    char n[32];
    html_lit(x->w, "<p>");
    html_tr(x->w, x->v->c, x->v->lang,
            x->q->type == FORM_INTEGER || x->q->type == FORM_DECIMAL ? "results.number_answers" : "results.text_answers", "n",
            results_grouped(x->q->n, n), NULL);
    html_lit(x->w, "</p>\n");
}

static void put_nothing_yet(const struct table *x)
{
    html_lit(x->w, "<p>");
    html_text(x->w, results_text(x->v, "results.no_answers"));
    html_lit(x->w, "</p>\n");
}

static void put_suppressed(const struct table *x)
{
    char threshold[32];
    html_lit(x->w, "<p class=\"panel\">");
    html_tr(x->w, x->v->c, x->v->lang, "results.suppressed", "threshold",
            results_grouped(x->v->p->threshold, threshold), NULL);
    html_lit(x->w, "</p>\n");
}

static void put_as_of(const struct table *x)
{
    html_lit(x->w, "<p class=\"quiet small\">");
    html_tr(x->w, x->v->c, x->v->lang, "results.as_of", "date", x->q->as_of, NULL);
    html_lit(x->w, "</p>\n");
}

/* One question; `level` 2 or 3 is that of its heading. */
static void put_question(struct html *w, const struct results_view *v, const struct pub_question *q,
                         int level)
{
    const struct table x = {w, v, q};
    html_lit(w, "<section class=\"result\" aria-labelledby=\"");
    html_attr(w, q->name);
    html_lit(w, "\">\n");
    if (level == 2)
        html_lit(w, "<h2 id=\"");
    else
        html_lit(w, "<h3 id=\"");
    html_attr(w, q->name);
    html_lit(w, "\">");
    html_text(w, results_label(v, &q->label));
    if (level == 2)
        html_lit(w, "</h2>\n");
    else
        html_lit(w, "</h3>\n");
    if (q->is_suppressed) {
        put_suppressed(&x);
    } else {
        if (q->n == 0)
            put_nothing_yet(&x);
        else if (q->n_options > 0)
            put_table(&x);
        else
            put_answered(&x);
        put_missing(&x);
        if (q->as_of != NULL)
            put_as_of(&x);
    }
    html_lit(w, "</section>\n");
}

/* A share of so few would stand too large at the top of a page. */
static bool is_at_a_glance(const struct pub_question *q)
{
    return q->has_boxes && q->n >= GLANCE_MIN;
}

static size_t count_boxes(const struct publication *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_questions; i++)
        n += is_at_a_glance(&p->questions[i]);
    return n;
}

/* The five-point questions at a glance: the share of the top two answers of each. */
static void put_glance(struct html *w, const struct results_view *v)
{
    if (count_boxes(v->p) == 0)
        return;
    html_lit(w, "<section class=\"glance\" aria-labelledby=\"glance\">\n<h2 id=\"glance\">");
    html_text(w, results_text(v, "results.glance"));
    html_lit(w, "</h2>\n<ul>\n");
    for (size_t i = 0; i < v->p->n_questions; i++) {
        const struct pub_question *q = &v->p->questions[i];
        const struct table x = {w, v, q};
        char labels[256], n[32];
        if (!is_at_a_glance(q))
            continue;
        two_labels(&x, "4", "5", labels);
        html_lit(w, "<li><a href=\"#");
        html_attr(w, q->name);
        html_lit(w, "\">");
        html_text(w, results_label(v, &q->label));
        html_lit(w, "</a><span class=\"figure\"><strong>");
        results_put_percent(w, v, q->top2.p, q->n);
        html_lit(w, "</strong>");
        if (q->top2.has_interval)
            results_put_interval(w, v, q->top2.low, q->top2.high, q->n);
        html_lit(w, "</span><span class=\"quiet small\">");
        html_tr(w, v->c, v->lang, "results.of_n", "n", results_grouped(q->n, n), "labels", labels, NULL);
        html_lit(w, "</span>");
        results_put_bar(w, &q->top2);
        html_lit(w, "</li>\n");
    }
    html_lit(w, "</ul>\n</section>\n");
}

static void put_downloads(struct html *w, const struct results_view *v)
{
    const char *const *langs;
    (void)catalogue_langs(v->c, &langs);
    html_lit(w, "<h2>");
    html_text(w, results_text(v, "results.downloads"));
    html_lit(w, "</h2>\n<p><a class=\"file\" href=\"/results/");
    html_url(w, v->p->slug);
    html_lit(w, ".csv?lang=");
    html_url(w, langs[v->lang]);
    html_lit(w, "\">");
    html_text(w, results_text(v, "results.csv"));
    html_lit(w, "</a> <a class=\"file\" href=\"/results/");
    html_url(w, v->p->slug);
    html_lit(w, ".json\">");
    html_text(w, results_text(v, "results.json"));
    html_lit(w, "</a></p>\n");
}

/* For those who check a proof of inclusion. */
static void put_root(struct html *w, const struct results_view *v)
{
    const char *const *langs;
    (void)catalogue_langs(v->c, &langs);
    if (v->p->merkle_root == NULL)
        return;
    html_lit(w, "<h2 id=\"merkle-root\">");
    html_text(w, results_text(v, "results.merkle"));
    html_lit(w, "</h2>\n<p class=\"measure\">");
    html_text(w, results_text(v, "results.merkle_text"));
    html_lit(w, "</p>\n<p class=\"code small\" translate=\"no\" dir=\"ltr\">");
    html_text(w, v->p->merkle_root);
    html_lit(w, "</p>\n<p><a href=\"/receipt?lang=");
    html_url(w, langs[v->lang]);
    html_lit(w, "\">");
    html_text(w, results_text(v, "results.merkle_link"));
    html_lit(w, "</a></p>\n");
}

void results_put_questions(struct html *w, const struct results_view *v)
{
    bool has_profile = false;
    for (size_t i = 0; i < v->p->n_questions; i++) {
        has_profile |= v->p->questions[i].is_profile;
        if (!v->p->questions[i].is_profile && v->p->questions[i].type != FORM_ACKNOWLEDGE)
            put_question(w, v, &v->p->questions[i], 2); /* consent is a condition, not an opinion */
    }
    if (!has_profile)
        return;
    html_lit(w, "<h2>");
    html_text(w, results_text(v, "results.profile"));
    html_lit(w, "</h2>\n");
    for (size_t i = 0; i < v->p->n_questions; i++)
        if (v->p->questions[i].is_profile)
            put_question(w, v, &v->p->questions[i], 3);
}

static void put_part_link(struct html *w, const struct results_view *v, const char *ending, const char *head,
                          const char *link)
{
    const char *const *langs;
    (void)catalogue_langs(v->c, &langs);
    html_lit(w, "<h2>");
    html_text(w, results_text(v, head));
    html_lit(w, "</h2>\n<p><a href=\"/results/");
    html_url(w, v->p->slug);
    html_lit(w, "/");
    html_url(w, ending);
    html_lit(w, "?lang=");
    html_url(w, langs[v->lang]);
    html_lit(w, "\">");
    html_text(w, results_text(v, link));
    html_lit(w, "</a></p>\n");
}

void results_write_survey(struct html *w, const struct results_view *v)
{
    char path[128];
    struct buf title;
    struct html tw = {&title};
    buf_init(&title, 4096);
    (void)snprintf(path, sizeof path, "/results/%s", v->p->slug);
    buf_puts(tw.out, results_label(v, &v->p->title));
    buf_printf(tw.out, " – %s", results_text(v, "results.title"));
    const struct page p = {.c = v->c, .lang = v->lang, .path = path, .is_indexable = true,
                           .title = buf_ok(&title) ? title.p : results_label(v, &v->p->title),
                           .description = results_text(v, "results.description"),
                           .is_demonstration = v->p->sample == FORM_DEMONSTRATION};
    page_begin(w, &p);
    html_lit(w, "<p class=\"kicker\">");
    html_text(w, results_text(v, "results.title"));
    html_lit(w, "</p>\n<h1>");
    html_text(w, results_label(v, &v->p->title));
    html_lit(w, "</h1>\n");
    put_stale_warning(w, v);
    put_facts(w, v);
    put_sample_note(w, v);
    put_rounding_note(w, v);
    put_glance(w, v);
    results_put_questions(w, v);
    if (v->p->n_groups > 0)
        put_part_link(w, v, "groups", "results.groups", "results.groups_link");
    if (results_has_tables(v->p))
        put_part_link(w, v, "tables", "results.tables", "results.tables_link");
    results_put_weights(w, v);
    put_root(w, v);
    put_downloads(w, v);
    page_end(w, &p);
    buf_release(&title);
}

static void put_list_item(struct html *w, const struct results_view *v)
{
    const char *const *langs;
    char age[80], n[32];
    (void)catalogue_langs(v->c, &langs);
    results_age(v, age);
    html_lit(w, "<li>\n<h2><a href=\"/results/");
    html_url(w, v->p->slug);
    html_lit(w, "?lang=");
    html_url(w, langs[v->lang]);
    html_lit(w, "\">");
    html_text(w, results_label(v, &v->p->title));
    html_lit(w, "</a></h2>\n<p class=\"quiet small\">");
    html_tr(w, v->c, v->lang, "results.list_item", "n", ballots(v, n), "date",
            v->head->tallied_local, NULL);
    html_lit(w, " <span class=\"whole\">");
    html_tr(w, v->c, v->lang, "results.age", "age", age, NULL);
    html_lit(w, "</span></p>\n");
    if (v->p->sample == FORM_DEMONSTRATION) {
        html_lit(w, "<p><span class=\"tag\">");
        html_text(w, results_text(v, "results.demonstration"));
        html_lit(w, "</span></p>\n");
    }
    html_lit(w, "</li>\n");
}

void results_write_list(struct html *w, const struct catalogue *c, size_t lang,
                        const struct results_view *views, size_t n)
{
    const struct page p = {.c = c, .lang = lang, .path = "/results/", .is_indexable = true,
                           .title = tr(c, lang, "results.title"),
                           .description = tr(c, lang, "results.description")};
    page_begin(w, &p);
    html_lit(w, "<h1>");
    html_text(w, p.title);
    html_lit(w, "</h1>\n");
    if (n == 0) {
        html_lit(w, "<p>");
        html_text(w, tr(c, lang, "results.none"));
        html_lit(w, "</p>\n");
    } else {
        html_lit(w, "<ul class=\"surveys\">\n");
        for (size_t i = 0; i < n; i++)
            put_list_item(w, &views[i]);
        html_lit(w, "</ul>\n");
    }
    page_end(w, &p);
}
