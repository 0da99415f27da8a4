/* Two listed questions against each other, and two waves. Everything comes from the publication: what is not in it was not
 * counted for it, or is held back. */
#include <stdio.h>
#include <string.h>

#include "pages/desk_results_inner.h"
#include "report/trend.h"

enum { CROSS_COLUMNS_MAX = FORM_CHOICES_MAX };

/* ---- choosing ---- */

static void begin_choice(struct desk_call *x, const char *ending)
{
    char action[112];
    (void)snprintf(action, sizeof action, "/admin/surveys/%.64s/%s", x->slug, ending);
    html_lit(&x->w, "<form method=\"get\" class=\"choice\" action=\"");
    html_attr(&x->w, action);
    html_lit(&x->w, "\">");
    desk_put_hidden(x, "lang", desk_lang(x));
}

static void begin_select(struct desk_call *x, const char *name, const char *key)
{
    html_lit(&x->w, "<p class=\"line\"><label for=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, key));
    html_lit(&x->w, "</label><select id=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\" name=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\">\n");
}

static void put_option(struct desk_call *x, const char *value, const char *text, bool is_chosen)
{
    html_lit(&x->w, "<option value=\"");
    html_attr(&x->w, value);
    if (is_chosen)
        html_lit(&x->w, "\" selected>");
    else
        html_lit(&x->w, "\">");
    html_text(&x->w, text);
    html_lit(&x->w, "</option>\n");
}

static void end_choice(struct desk_call *x)
{
    html_lit(&x->w, "<p><button type=\"submit\" class=\"second\">");
    html_text(&x->w, desk_text(x, "desk.compare"));
    html_lit(&x->w, "</button></p></form>\n");
}

static enum rc query(const struct desk_call *x, const char *name, const char **out, struct rc_info *e)
{
    *out = NULL;
    return web_single(x->rq->query, x->rq->n_query, name, out, e);
}

/* ---- crossing ---- */

static bool is_row(const struct publication *p, size_t q)
{
    for (size_t i = 0; i < p->n_crosses; i++)
        if (p->crosses[i].row == q)
            return true;
    for (size_t i = 0; i < p->n_groups; i++)
        if (p->groups[i].question == q)
            return true;
    return false;
}

static bool is_column(const struct publication *p, size_t q)
{
    for (size_t i = 0; i < p->n_crosses; i++)
        if (p->crosses[i].column == q)
            return true;
    for (size_t i = 0; i < p->n_groups; i++)
        for (size_t k = 0; p->groups[i].n_levels > 0 && k < p->groups[i].n_items; k++)
            if (p->groups[i].levels[0].items[k].question == q)
                return true;
    return false;
}

static size_t find_question(const struct publication *p, const char *name, bool (*fits)(const struct publication *, size_t))
{
    for (size_t i = 0; i < p->n_questions; i++)
        if (fits(p, i) && (name == NULL || strcmp(p->questions[i].name, name) == 0))
            return i;
    return SIZE_MAX;
}

/* Is there a table of the two, this way round? */
static bool is_pair(const struct publication *p, size_t row, size_t column)
{
    for (size_t i = 0; i < p->n_crosses; i++)
        if (p->crosses[i].row == row && p->crosses[i].column == column)
            return true;
    for (size_t i = 0; i < p->n_groups; i++)
        for (size_t k = 0; p->groups[i].question == row && p->groups[i].n_levels > 0 && k < p->groups[i].n_items; k++)
            if (p->groups[i].levels[0].items[k].question == column)
                return true;
    return false;
}

/* What to show before anybody chose: the first question that is listed with the row. */
static size_t first_column(const struct publication *p, size_t row)
{
    size_t i = 0;
    while (i < p->n_questions && !is_pair(p, row, i))
        i++;
    return i < p->n_questions ? i : SIZE_MAX;
}

static void put_cross_choice(struct desk_call *x, const struct results_view *v, size_t row, size_t column)
{
    begin_choice(x, "cross");
    begin_select(x, "row", "desk.cross_row");
    for (size_t i = 0; i < v->p->n_questions; i++)
        if (is_row(v->p, i))
            put_option(x, v->p->questions[i].name, results_label(v, &v->p->questions[i].label), i == row);
    html_lit(&x->w, "</select></p>\n");
    begin_select(x, "column", "desk.cross_column");
    for (size_t i = 0; i < v->p->n_questions; i++)
        if (is_column(v->p, i))
            put_option(x, v->p->questions[i].name, results_label(v, &v->p->questions[i].label), i == column);
    html_lit(&x->w, "</select></p>\n");
    end_choice(x);
}

static void begin_table(struct desk_call *x, const char *name)
{
    html_lit(&x->w, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_attr(&x->w, name);
    html_lit(&x->w, "\"><table class=\"list sortable\">\n<thead><tr>");
}

static void put_head(struct desk_call *x, const char *text, bool is_number)
{
    if (is_number)
        html_lit(&x->w, "<th scope=\"col\" class=\"n\">");
    else
        html_lit(&x->w, "<th scope=\"col\">");
    html_text(&x->w, text);
    html_lit(&x->w, "</th>");
}

static void put_boxes_heads(struct desk_call *x)
{
    static const char *const keys[PUB_BOXES] = {"results.top2", "results.neutral", "results.bottom2"};
    for (size_t k = 0; k < PUB_BOXES; k++)
        put_head(x, desk_text(x, keys[k]), true);
}

static void put_shares(struct desk_call *x, const struct results_view *v, const struct pub_share *const *shares, size_t n_shares, int64_t n)
{
    char text[32];
    for (size_t k = 0; k < n_shares; k++) {
        html_lit(&x->w, "<td class=\"n share\">");
        results_put_share(&x->w, v, shares[k], n);
        results_put_weighted(&x->w, v, shares[k], n);
        html_lit(&x->w, "</td>");
    }
    html_lit(&x->w, "<td class=\"n\">");
    html_text(&x->w, results_grouped(n, text));
    html_lit(&x->w, "</td></tr>\n");
}

static void put_row_head(struct desk_call *x, const char *text)
{
    html_lit(&x->w, "<tr><th scope=\"row\">");
    html_text(&x->w, text);
    html_lit(&x->w, "</th>");
}

static void put_held_back(struct desk_call *x, bool is_suppressed, size_t n_columns)
{
    html_lit(&x->w, "<td class=\"quiet\" colspan=\"");
    html_int(&x->w, (long long)n_columns + 1);
    html_lit(&x->w, "\">");
    html_text(&x->w, desk_text(x, is_suppressed ? "results.too_few" : "results.nobody"));
    html_lit(&x->w, "</td></tr>\n");
}

/* A crossing has columns of all options, or of the boxes alone where some row holds no more. */
static bool has_boxes_alone(const struct pub_cross *c)
{
    for (size_t i = 0; i < c->n_rows; i++)
        if (!c->rows[i].is_suppressed && c->rows[i].is_boxes)
            return true;
    return false;
}

/* The top two, neutral and bottom two of a row of five points; their sums where the row has all points. */
static void take_boxes(const struct pub_question *q, const struct pub_row *r, struct pub_share out[PUB_BOXES])
{
    for (size_t k = 0; k < PUB_BOXES; k++)
        out[k] = r->is_boxes ? r->shares[k] : (struct pub_share){0};
    for (size_t k = 0; !r->is_boxes && k < publication_columns(q); k++) {
        const char *name = q->options[publication_column(q, k)].name;
        size_t box = *name >= '4' ? 0 : *name == '3' ? 1 : 2;
        out[box].count += r->shares[k].count;
        out[box].p += r->shares[k].p;
    }
}

static void put_cross_row(struct desk_call *x, const struct results_view *v, const struct pub_cross *c, size_t at, bool is_boxes)
{
    const struct pub_question *rows = &v->p->questions[c->row], *columns = &v->p->questions[c->column];
    const struct pub_row *r = &c->rows[at];
    const struct pub_share *shares[CROSS_COLUMNS_MAX];
    struct pub_share boxes[PUB_BOXES];
    size_t n = is_boxes ? PUB_BOXES : c->n_columns;
    put_row_head(x, results_label(v, &rows->options[publication_column(rows, at)].label));
    if (r->is_suppressed || r->n == 0 || n > CROSS_COLUMNS_MAX) {
        put_held_back(x, r->is_suppressed, n);
        return;
    }
    if (is_boxes)
        take_boxes(columns, r, boxes);
    for (size_t k = 0; k < n; k++)
        shares[k] = is_boxes ? &boxes[k] : &r->shares[k];
    put_shares(x, v, shares, n, r->n);
}

/* "Independence: chi-square = 12.3, df = 4, p = 0.015", as on the public page. */
static void put_cross(struct desk_call *x, const struct results_view *v, const struct pub_cross *c)
{
    const struct pub_question *rows = &v->p->questions[c->row], *columns = &v->p->questions[c->column];
    bool is_boxes = has_boxes_alone(c);
    begin_table(x, results_label(v, &columns->label));
    put_head(x, results_label(v, &rows->label), false);
    if (is_boxes)
        put_boxes_heads(x);
    for (size_t k = 0; !is_boxes && k < c->n_columns; k++)
        put_head(x, results_label(v, &columns->options[publication_column(columns, k)].label), true);
    put_head(x, desk_text(x, "results.answers"), true);
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->n_rows; i++)
        put_cross_row(x, v, c, i, is_boxes);
    html_lit(&x->w, "</tbody></table></div>\n");
    results_put_test(&x->w, v, c);
    if (!c->has_test)
        desk_put_text(x, "desk.no_test");
}

static void put_level(struct desk_call *x, const struct results_view *v, const struct form_label *label, const struct pub_item *i)
{
    const struct pub_share *const shares[PUB_BOXES] = {&i->top2, &i->neutral, &i->bottom2};
    put_row_head(x, results_label(v, label));
    if (i->is_suppressed || i->n == 0)
        put_held_back(x, i->is_suppressed, PUB_BOXES);
    else
        put_shares(x, v, shares, PUB_BOXES, i->n);
}

static void put_group(struct desk_call *x, const struct results_view *v, const struct pub_group *g, size_t at)
{
    const struct pub_question *by = &v->p->questions[g->question];
    bool is_wider = publication_is_wider(g, at);
    begin_table(x, results_label(v, &v->p->questions[g->levels[0].items[at].question].label));
    put_head(x, results_label(v, &by->label), false);
    put_boxes_heads(x);
    put_head(x, desk_text(x, "results.answers"), true);
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; !is_wider && i < g->n_levels; i++)
        put_level(x, v, &by->options[g->levels[i].option].label, &g->levels[i].items[at]);
    for (size_t i = 0; is_wider && i < g->n_wider; i++)
        put_level(x, v, &g->wider[i].label, &g->wider[i].level.items[at]);
    html_lit(&x->w, "</tbody></table></div>\n");
}

static bool put_pair(struct desk_call *x, const struct results_view *v, size_t row, size_t column)
{
    const struct publication *p = v->p;
    for (size_t i = 0; i < p->n_crosses; i++)
        if (p->crosses[i].row == row && p->crosses[i].column == column) {
            put_cross(x, v, &p->crosses[i]);
            return true;
        }
    for (size_t i = 0; i < p->n_groups; i++)
        for (size_t k = 0; p->groups[i].question == row && p->groups[i].n_levels > 0 && k < p->groups[i].n_items; k++)
            if (p->groups[i].levels[0].items[k].question == column) {
                put_group(x, v, &p->groups[i], k);
                return true;
            }
    return false;
}

static enum rc put_cross_page(struct desk_call *x, const struct results_view *v, const struct desk_held *held, struct rc_info *e)
{
    const char *row_name, *column_name;
    enum rc rc = query(x, "row", &row_name, e);
    if (rc == RC_OK)
        rc = query(x, "column", &column_name, e);
    if (rc != RC_OK)
        return rc;
    (void)held;
    size_t row = find_question(v->p, row_name, is_row), column = find_question(v->p, column_name, is_column);
    bool is_empty = find_question(v->p, NULL, is_row) == SIZE_MAX;
    if (column_name == NULL && row != SIZE_MAX)
        column = first_column(v->p, row);
    if (!is_empty && (row == SIZE_MAX || column == SIZE_MAX))
        return rc_set(e, RC_NOTFOUND, "no such question is listed");
    desk_begin_results(x, v, "cross", "desk.cross");
    desk_put_text(x, is_empty ? "desk.cross_none" : "desk.cross_text");
    if (is_empty)
        return desk_end(x, e);
    put_cross_choice(x, v, row, column);
    html_lit(&x->w, "<h2>");
    html_text(&x->w, results_label(v, &v->p->questions[column].label));
    html_lit(&x->w, "</h2>\n<p>");
    html_tr(&x->w, v->c, v->lang, "results.cross_by", "question", results_label(v, &v->p->questions[row].label), NULL);
    html_lit(&x->w, "</p>\n");
    if (!put_pair(x, v, row, column))
        desk_put_text(x, put_pair(x, v, column, row) ? "desk.cross_turned" : "desk.cross_unlisted");
    return desk_end(x, e);
}

enum rc desk_cross_page(struct desk_call *x, struct rc_info *e)
{
    return desk_with_figures(x, put_cross_page, e);
}

/* ---- waves ---- */

static size_t find_wave(const struct publication *p, const char *name, size_t otherwise)
{
    for (size_t i = 0; name != NULL && i < p->n_waves; i++)
        if (strcmp(p->waves[i].name, name) == 0)
            return i;
    return name == NULL ? otherwise : SIZE_MAX;
}

static void put_wave_choice(struct desk_call *x, const struct results_view *v, size_t then, size_t now)
{
    begin_choice(x, "waves");
    begin_select(x, "from", "desk.wave_from");
    for (size_t i = 0; i < v->p->n_waves; i++)
        put_option(x, v->p->waves[i].name, v->p->waves[i].name, i == then);
    html_lit(&x->w, "</select></p>\n");
    begin_select(x, "to", "desk.wave_to");
    for (size_t i = 0; i < v->p->n_waves; i++)
        put_option(x, v->p->waves[i].name, v->p->waves[i].name, i == now);
    html_lit(&x->w, "</select></p>\n");
    end_choice(x);
}

static void put_wave_share(struct desk_call *x, const struct results_view *v, const struct pub_row *r, size_t k)
{
    char n[32];
    html_lit(&x->w, "<td class=\"n share\">");
    results_put_share(&x->w, v, &r->shares[k], r->n);
    html_lit(&x->w, "<span class=\"interval\">n = ");
    html_text(&x->w, results_grouped(r->n, n));
    html_lit(&x->w, "</span></td>");
}

/* Why two waves of a question cannot be compared; NULL: they can. */
static const char *why_not(const struct publication *p, const struct pub_trend *t, size_t then, size_t now)
{
    const struct pub_point *a = &t->points[then], *b = &t->points[now];
    if (p->waves[then].is_open || p->waves[now].is_open)
        return "results.wave_open";
    if (a->row.is_suppressed || b->row.is_suppressed)
        return "results.too_few";
    if (!a->is_comparable || !b->is_comparable)
        return "results.not_comparable";
    return a->row.n == 0 || b->row.n == 0 ? "results.nobody" : NULL;
}

static void put_no_wave_row(struct desk_call *x, const struct results_view *v, const struct pub_trend *t, const char *why)
{
    html_lit(&x->w, "<tr><th scope=\"row\">");
    html_text(&x->w, results_label(v, &v->p->questions[t->question].label));
    html_lit(&x->w, "</th><td class=\"quiet\" colspan=\"4\">");
    html_text(&x->w, desk_text(x, why));
    html_lit(&x->w, "</td></tr>\n");
}

static void put_wave_row(struct desk_call *x, const struct results_view *v, const struct pub_trend *t, size_t then, size_t now, size_t k)
{
    static const char *const boxes[PUB_BOXES] = {"results.top2", "results.neutral", "results.bottom2"};
    const struct pub_question *q = &v->p->questions[t->question];
    const struct pub_point *a = &t->points[then], *b = &t->points[now];
    html_lit(&x->w, "<tr><th scope=\"row\">");
    html_text(&x->w, results_label(v, &q->label));
    html_lit(&x->w, " <span class=\"quiet small\">");
    html_text(&x->w, t->is_boxes ? desk_text(x, boxes[k]) : results_label(v, &q->options[publication_column(q, k)].label));
    html_lit(&x->w, "</span></th>");
    struct pub_change c = trend_between(b, a, k);
    put_wave_share(x, v, &a->row, k);
    put_wave_share(x, v, &b->row, k);
    html_lit(&x->w, "<td class=\"n share\">");
    results_put_change(&x->w, v, &c, a->row.n < b->row.n ? a->row.n : b->row.n);
    html_lit(&x->w, "</td><td class=\"n\">");
    if (c.has_interval) {
        char p[16];
        (void)snprintf(p, sizeof p, c.p_value < 0.0005 ? "< 0.001" : "%.3f", c.p_value);
        html_text(&x->w, p);
    }
    html_lit(&x->w, "</td></tr>\n");
}

static enum rc put_waves_page(struct desk_call *x, const struct results_view *v, const struct desk_held *held, struct rc_info *e)
{
    const struct publication *p = v->p;
    const char *from, *to;
    enum rc rc = query(x, "from", &from, e);
    if (rc == RC_OK)
        rc = query(x, "to", &to, e);
    if (rc != RC_OK)
        return rc;
    (void)held;
    size_t then = find_wave(p, from, p->n_waves > 1 ? p->n_waves - 2 : 0), now = find_wave(p, to, p->n_waves > 0 ? p->n_waves - 1 : 0);
    if (p->n_waves > 0 && (then == SIZE_MAX || now == SIZE_MAX))
        return rc_set(e, RC_NOTFOUND, "no such wave");
    desk_begin_results(x, v, "waves", "desk.waves");
    if (p->n_waves == 0) {
        desk_put_text(x, "desk.no_waves");
        return desk_end(x, e);
    }
    desk_put_text(x, p->sample == FORM_OPEN ? "results.trend_text_open" : "desk.waves_text");
    put_wave_choice(x, v, then, now);
    begin_table(x, desk_text(x, "desk.waves"));
    put_head(x, desk_text(x, "results.question"), false);
    put_head(x, p->waves[then].name, true);
    put_head(x, p->waves[now].name, true);
    put_head(x, desk_text(x, "results.change"), true);
    put_head(x, desk_text(x, "desk.p_value"), true);
    html_lit(&x->w, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->n_trends; i++) {
        const char *why = why_not(p, &p->trends[i], then, now);
        if (p->questions[p->trends[i].question].type == FORM_ACKNOWLEDGE)
            continue;
        if (why != NULL)
            put_no_wave_row(x, v, &p->trends[i], why);
        for (size_t k = 0; why == NULL && k < p->trends[i].n_columns; k++)
            put_wave_row(x, v, &p->trends[i], then, now, k);
    }
    html_lit(&x->w, "</tbody></table></div>\n");
    return desk_end(x, e);
}

enum rc desk_waves_page(struct desk_call *x, struct rc_info *e)
{
    return desk_with_figures(x, put_waves_page, e);
}
