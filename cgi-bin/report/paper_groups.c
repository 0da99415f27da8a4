/* Chapter on the survey, its second half: weighted shares, groups, crossings. */
#include <stdio.h>
#include <string.h>

#include "report/paper_inner.h"

enum { COLUMNS_A_TABLE = 3, POINTS_A_TABLE = 6 }; /* what A4 holds beside the head of a row */

static const struct pub_question *question_at(const struct paper_writer *w, size_t i)
{
    return &w->p->survey->questions[i];
}

static void put_interval(struct paper_writer *w, double low, double high, int64_t n)
{
    char a[16], b[16], text[40];
    publication_percent(low, n, a);
    publication_percent(high, n, b);
    (void)snprintf(text, sizeof text, "(%s–%s)", a, b);
    mk_lit(w->out, " <small>");
    mk_text(w->out, text);
    mk_lit(w->out, "</small>");
}

void p_share(struct paper_writer *w, const struct pub_share *s, int64_t n)
{
    char p[16];
    mk_text(w->out, p_percent(s->p, n, p));
    if (s->is_unreliable) {
        mk_lit(w->out, "*");
        w->has_unreliable = true;
    }
    if (s->has_interval)
        put_interval(w, s->low, s->high, n);
}

void p_weighted(struct paper_writer *w, const struct pub_share *s, int64_t n)
{
    char p[16];
    mk_text(w->out, s->is_weighted ? p_percent(s->weighted.p, n, p) : "–");
    if (s->is_weighted && s->weighted.has_interval)
        put_interval(w, s->weighted.low, s->weighted.high, n);
}

/* A share, and below it the weighted one, where there is one, by itself. `is_told` false: "–". */
static void put_cell(struct paper_writer *w, const struct pub_share *s, int64_t n, bool is_told)
{
    char p[16];
    mk_lit(w->out, "<td class=\"c-num\">");
    if (is_told && n > 0)
        p_share(w, s, n);
    else
        mk_lit(w->out, "–");
    if (is_told && n > 0 && s->is_weighted) {
        mk_lit(w->out, "<br><i>");
        mk_text(w->out, pt(w, "paper.weighted"));
        mk_lit(w->out, " ");
        mk_text(w->out, p_percent(s->weighted.p, n, p));
        mk_lit(w->out, "</i>");
    }
    mk_lit(w->out, "</td>");
}

static void put_count(struct paper_writer *w, int64_t n)
{
    char text[32];
    mk_lit(w->out, "<td class=\"c-num\">");
    mk_text(w->out, mk_grouped(n, text));
    mk_lit(w->out, "</td>");
}

/* A region to scroll in on a narrow screen, and the table in it. Short tables stay on one page. */
static void begin_table(struct paper_writer *w, const char *class, const char *key, const char *row, const char *column,
                        size_t n_rows)
{
    char no[16];
    (void)snprintf(no, sizeof no, "%d", w->n_tables + 1); /* a long list of questions has several tables of one name */
    mk_lit(w->out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    mk_fill(w->out, pt(w, "paper.table_no"), "n", no, NULL);
    mk_lit(w->out, " ");
    mk_fill(w->out, pt(w, key), "row", row, "column", column, NULL);
    buf_printf(w->out, "\">\n<table class=\"figures %s", class);
    if (n_rows <= 12)
        mk_lit(w->out, " keep");
    mk_lit(w->out, "\">\n");
    p_caption_of(w, key, row, column);
    mk_lit(w->out, "<thead><tr><th scope=\"col\">");
    mk_text(w->out, row);
    mk_lit(w->out, "</th>");
}

static void end_table(struct paper_writer *w)
{
    mk_lit(w->out, "</tbody>\n</table>\n</div>\n");
}

static void put_head(struct paper_writer *w, const char *text)
{
    mk_lit(w->out, "<th scope=\"col\" class=\"c-num\">");
    mk_text(w->out, text);
    mk_lit(w->out, "</th>");
}

static void begin_row(struct paper_writer *w, const char *head)
{
    mk_lit(w->out, "<tr><th scope=\"row\">");
    size_t from = w->out->len;
    mk_text(w->out, head);
    p_capital(w->out, from);
    mk_lit(w->out, "</th>");
}

/* ---- weights ---- */

static void put_list(const struct paper_writer *w, struct buf *out)
{
    const struct pub_weights *x = &w->p->survey->weights;
    for (size_t i = 0; i < x->n_margins; i++) {
        buf_puts(out, i > 0 ? pt(w, "results.list_separator") : "");
        buf_puts(out, pl_survey(w, &question_at(w, x->margins[i])->label));
    }
}

static void put_weights_text(struct paper_writer *w)
{
    const struct pub_weights *x = &w->p->survey->weights;
    char population[32], n_eff[32], deff[32], min[32], max[32], incomplete[32];
    struct buf margins;
    buf_init(&margins, 64 << 10);
    put_list(w, &margins);
    (void)snprintf(deff, sizeof deff, "%.2f", x->kish_deff);
    (void)snprintf(min, sizeof min, "%.2f", x->min);
    (void)snprintf(max, sizeof max, "%.2f", x->max);
    mk_lit(w->out, "<p>");
    mk_fill(w->out, pt(w, "paper.weights_text"), "margins", buf_ok(&margins) && margins.p != NULL ? margins.p : "", "source",
            x->source, "as_of", x->as_of, "population", mk_grouped((long long)(x->population + .5), population), "n_eff",
            mk_grouped((long long)(x->n_eff + .5), n_eff), "deff", deff, "min", min, "max", max, "incomplete",
            mk_grouped(x->n_incomplete, incomplete), NULL);
    mk_lit(w->out, "</p>\n");
    if (w->p->survey->sample == FORM_OPEN)
        p_para(w, "note", "paper.weights_open");
    buf_release(&margins);
}

static void put_weighted_row(struct paper_writer *w, const struct pub_question *q)
{
    begin_row(w, pl_survey(w, &q->label));
    mk_lit(w->out, "<td class=\"c-num\">");
    p_share(w, &q->top2, q->n);
    mk_lit(w->out, "</td><td class=\"c-num\"><b>");
    p_weighted(w, &q->top2, q->n);
    mk_lit(w->out, "</b></td>");
    put_count(w, q->n);
    mk_lit(w->out, "</tr>\n");
}

void paper_put_weights(struct paper_writer *w)
{
    const struct publication *s = w->p->survey;
    if (s->weights.n_margins == 0)
        return; /* nobody asked for weights */
    p_heading(w, "paper.weights");
    if (!s->weights.is_weighted) {
        p_para(w, "note", "paper.weights_none");
        return;
    }
    put_weights_text(w);
    begin_table(w, "groups weighed", "paper.weights_table", pt(w, "paper.question"), "", s->n_questions);
    put_head(w, pt(w, "paper.unweighted"));
    put_head(w, pt(w, "paper.weighted_head"));
    put_head(w, pt(w, "paper.n"));
    mk_lit(w->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < s->n_questions; i++)
        if (p_is_item(&s->questions[i]))
            put_weighted_row(w, &s->questions[i]);
    end_table(w);
}

/* ---- groups ---- */

static const struct pub_level *level_at(const struct pub_group *g, bool is_wider, size_t k)
{
    return is_wider ? &g->wider[k].level : &g->levels[k];
}

/* Is there a number in the table of this item by its levels, or by the wider groups? */
static bool has_number(const struct pub_group *g, bool is_wider, size_t item)
{
    bool has_any = false;
    for (size_t k = 0; k < (is_wider ? g->n_wider : g->n_levels); k++) {
        const struct pub_level *l = level_at(g, is_wider, k);
        has_any |= !l->is_suppressed && !l->items[item].is_suppressed && l->items[item].n > 0;
    }
    return has_any;
}

/* The items of a group that there is something to tell of, by their places. */
static size_t told_items(const struct paper_writer *w, const struct pub_group *g, bool is_wider, size_t *at, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; g->n_levels > 0 && i < g->n_items && n < max; i++)
        if (p_is_item(question_at(w, g->levels[0].items[i].question)) && publication_is_wider(g, i) == is_wider &&
            has_number(g, is_wider, i))
            at[n++] = i;
    return n;
}

static void put_group(struct paper_writer *w, const struct pub_group *g, bool is_wider, const size_t *at, size_t n)
{
    const struct pub_question *by = question_at(w, g->question);
    size_t n_rows = is_wider ? g->n_wider : g->n_levels;
    begin_table(w, "groups", "paper.group_table", pl_survey(w, &by->label), "", n_rows);
    for (size_t i = 0; i < n; i++)
        put_head(w, pl_survey(w, &question_at(w, g->levels[0].items[at[i]].question)->label));
    put_head(w, pt(w, "paper.ballots"));
    mk_lit(w->out, "</tr></thead>\n<tbody>\n");
    for (size_t k = 0; k < n_rows; k++) {
        const struct pub_level *l = level_at(g, is_wider, k);
        begin_row(w, pl_survey(w, is_wider ? &g->wider[k].label : &by->options[l->option].label));
        for (size_t i = 0; i < n; i++)
            put_cell(w, &l->items[at[i]].top2, l->items[at[i]].n, !l->is_suppressed && !l->items[at[i]].is_suppressed);
        if (l->is_suppressed)
            mk_lit(w->out, "<td class=\"c-num\">–</td>");
        else
            put_count(w, l->n_ballots);
        mk_lit(w->out, "</tr>\n");
    }
    end_table(w);
}

void paper_put_groups(struct paper_writer *w)
{
    const struct publication *s = w->p->survey;
    size_t at[PAPER_ITEMS_MAX];
    bool has_begun = false;
    for (size_t i = 0; i < 2 * s->n_groups; i++) {
        bool is_wider = i % 2 == 1;
        size_t n = told_items(w, &s->groups[i / 2], is_wider, at, PAPER_ITEMS_MAX);
        if (n > 0 && !has_begun) {
            p_heading(w, "paper.groups");
            p_para(w, "lead", "paper.groups_text");
            has_begun = true;
        }
        if (n > 0 && is_wider)
            p_para(w, "lead", "results.groups_wider");
        for (size_t from = 0; from < n; from += COLUMNS_A_TABLE)
            put_group(w, &s->groups[i / 2], is_wider, at + from, n - from < COLUMNS_A_TABLE ? n - from : COLUMNS_A_TABLE);
    }
}

/* ---- crossings ---- */

static void put_cross(struct paper_writer *w, const struct pub_cross *c, size_t from, size_t n)
{
    const struct pub_question *rows = question_at(w, c->row), *columns = question_at(w, c->column);
    begin_table(w, "groups crossed", "paper.cross_table", pl_survey(w, &rows->label), pl_survey(w, &columns->label),
                c->n_rows);
    for (size_t k = from; k < from + n; k++)
        put_head(w, pl_survey(w, &columns->options[publication_column(columns, k)].label));
    put_head(w, pt(w, "paper.n"));
    mk_lit(w->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct pub_row *r = &c->rows[i];
        bool is_told = !r->is_suppressed && !r->is_boxes; /* boxes fit no column: figures.csv has them */
        begin_row(w, pl_survey(w, &rows->options[publication_column(rows, i)].label));
        for (size_t k = from; k < from + n; k++)
            put_cell(w, is_told ? &r->shares[k] : NULL, r->n, is_told);
        if (r->is_suppressed)
            mk_lit(w->out, "<td class=\"c-num\">–</td>");
        else
            put_count(w, r->n);
        mk_lit(w->out, "</tr>\n");
    }
    end_table(w);
}

/* "Independence: chi-square 12.30, df 4, p = 0.015" */
static void put_test(struct paper_writer *w, const struct pub_cross *c)
{
    char statistic[32], df[48], p[32];
    if (!c->has_test)
        return;
    (void)snprintf(statistic, sizeof statistic, "%.2f", c->statistic);
    if (c->is_rao_scott)
        (void)snprintf(df, sizeof df, "%.2f; %.0f", c->df, c->ddf);
    else
        (void)snprintf(df, sizeof df, "%.0f", c->df);
    if (c->p_value < 0.0005)
        (void)snprintf(p, sizeof p, "< 0.001");
    else
        (void)snprintf(p, sizeof p, "= %.3f", c->p_value);
    mk_lit(w->out, "<p class=\"source\">");
    mk_fill(w->out, pt(w, c->is_rao_scott ? "results.test_rao_scott" : "results.test_pearson"), "statistic", statistic, "df", df,
            "p", p, NULL);
    mk_lit(w->out, "</p>\n");
}

void paper_put_crosses(struct paper_writer *w)
{
    const struct publication *s = w->p->survey;
    bool has_begun = false;
    for (size_t i = 0; i < s->n_crosses; i++) {
        const struct pub_cross *c = &s->crosses[i];
        if (question_at(w, c->column)->n == 0 || question_at(w, c->row)->n == 0)
            continue;
        if (!has_begun) {
            p_heading(w, "paper.crosses");
            p_para(w, "lead", "paper.crosses_text");
            has_begun = true;
        }
        for (size_t from = 0; from < c->n_columns; from += POINTS_A_TABLE)
            put_cross(w, c, from, c->n_columns - from < POINTS_A_TABLE ? c->n_columns - from : POINTS_A_TABLE);
        put_test(w, c);
    }
}
