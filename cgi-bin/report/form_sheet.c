#include "report/form_sheet.h"

#include <stdio.h>
#include <string.h>

#include "report/markup.h"

/* Choices stand in columns from so many on; a line of writing for so many characters. */
enum { COLUMNS_FROM = 8, LINE_CHARS = 60, LINES_MAX = 8 };

static const char *label(const struct form_sheet *s, const struct form_label *l)
{
    return form_text(l, s->flang);
}

static void put_key(struct buf *out, const struct form_sheet *s, const char *key)
{
    mk_text(out, s->text(s->ctx, key));
}

static void put_head(struct buf *out, const struct form_sheet *s)
{
    const struct form *f = s->form;
    mk_lit(out, "<!doctype html>\n<html lang=\"");
    mk_attr(out, s->lang);
    mk_lit(out, "\" dir=\"");
    mk_attr(out, s->dir);
    mk_lit(out, "\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    mk_text(out, label(s, &f->title));
    mk_lit(out, "</title>\n<style>\n"
                "@page { size: A4; margin: 16mm 16mm 18mm; @bottom-center { content: \"");
    buf_printf(out, "%s \\00b7  %lld \\00b7  \" counter(page) \" / \" counter(pages); ", f->slug, (long long)s->version_id);
    mk_lit(out, "font: 8pt sans-serif; color: #56626d; } }\n"
                "body { margin: 0 auto; max-inline-size: 178mm; color: #1a2128; background: #fff;"
                " font: 10.5pt/1.5 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }\n"
                "h1 { font-size: 17pt; line-height: 1.3; margin: 1mm 0 2mm; }\n"
                "h2 { font-size: 12.5pt; margin: 7mm 0 3mm; padding-block-end: 1mm; border-block-end: .4mm solid #0b5a8a; break-after: avoid; }\n"
                "p { margin: 0 0 2mm; }\n"
                ".quiet, .hint, .when { color: #56626d; }\n"
                ".notice { font-weight: 700; color: #8a1c16; }\n"
                "table { margin: 3mm 0; border-collapse: collapse; font-size: 9pt; }\n"
                "th, td { padding: .4mm 0; vertical-align: top; text-align: start; font-weight: 400; }\n"
                "th { min-width: 22mm; padding-inline-end: 4mm; color: #56626d; white-space: nowrap; }\n"
                "section { margin: 0 0 5mm; break-inside: avoid; }\n"
                ".q { font-weight: 600; margin: 0; }\n"
                ".need { font-weight: 400; font-size: 8.5pt; border: .2mm solid; border-radius: 3mm; padding: 0 1.5mm; white-space: nowrap; }\n"
                ".when, .hint { font-size: 9pt; margin: 0; }\n"
                "ul { list-style: none; margin: 1.5mm 0 0; padding: 0; }\n"
                "ul.many { columns: 3; column-gap: 6mm; }\n"
                "ul.row li { display: inline-block; margin-inline-end: 5mm; }\n"
                "li { padding: .6mm 0; break-inside: avoid; }\n"
                "i { display: inline-block; width: 3.6mm; height: 3.6mm; margin-inline-end: 2mm; vertical-align: -.5mm; border: .3mm solid #1a2128; }\n"
                "i.one { border-radius: 50%; }\n"
                "i.place { inline-size: 7mm; }\n"
                ".line { height: 8mm; border-bottom: .2mm solid #889; }\n"
                ".boxes { margin-block-start: 2mm; }\n"
                ".boxes i { width: 7mm; height: 8mm; margin: 0 -.3mm 0 0; }\n"
                "</style>\n");
}

static void put_term(struct buf *out, const struct form_sheet *s, const char *key, const char *text)
{
    if (*text == '\0')
        return;
    mk_lit(out, "<tr><th scope=\"row\">");
    put_key(out, s, key);
    mk_lit(out, "</th><td>");
    mk_text(out, text);
    mk_lit(out, "</td></tr>\n");
}

static void put_terms(struct buf *out, const struct form_sheet *s)
{
    const struct form *f = s->form;
    char number[24];
    mk_lit(out, "<table>\n");
    put_term(out, s, "form.organiser", label(s, &f->organiser));
    put_term(out, s, "form.population", label(s, &f->population));
    if (f->smallest_age > 0) {
        (void)snprintf(number, sizeof number, "%lld", (long long)f->smallest_age);
        mk_lit(out, "<tr><th scope=\"row\">");
        put_key(out, s, "form.age");
        mk_lit(out, "</th><td>");
        mk_fill(out, s->text(s->ctx, "form.age_text"), "n", number, NULL);
        mk_lit(out, "</td></tr>\n");
    }
    put_term(out, s, "form.basis", label(s, &f->legal_basis));
    put_term(out, s, "form.handler", label(s, &f->handler));
    put_term(out, s, "form.contact", label(s, &f->contact));
    mk_lit(out, "</table>\n");
}

/* The conditions that a pen can follow: one answer to one question. */
static void put_when(struct buf *out, const struct form_sheet *s, const struct form_node *n)
{
    const struct form_relevant *r = &n->relevant;
    bool is_equal = r->op == FORM_EQUAL || r->op == FORM_SELECTED;
    if (!is_equal && r->op != FORM_NOT_EQUAL && r->op != FORM_NOT_SELECTED)
        return;
    const struct form_node *at = &s->form->nodes[r->node];
    mk_lit(out, "<p class=\"when\">");
    mk_fill(out, s->text(s->ctx, is_equal ? "form.when_chosen" : "form.when_not_chosen"), "question", label(s, &at->label), "choice",
            label(s, &at->choices->items[r->choice].label), NULL);
    mk_lit(out, "</p>\n");
}

static void put_choices(struct buf *out, const struct form_sheet *s, const struct form_node *n)
{
    bool is_one = n->type == FORM_SELECT_ONE;
    if (n->choices->n >= COLUMNS_FROM)
        mk_lit(out, "<ul class=\"many\">\n");
    else if (n->is_likert)
        mk_lit(out, "<ul class=\"row\">\n");
    else
        mk_lit(out, "<ul>\n");
    for (size_t i = 0; i < n->choices->n; i++) {
        if (is_one)
            mk_lit(out, "<li><i class=\"one\"></i><span>");
        else if (n->type == FORM_RANK)
            mk_lit(out, "<li><i class=\"place\"></i><span>");
        else
            mk_lit(out, "<li><i></i><span>");
        mk_text(out, label(s, &n->choices->items[i].label));
        mk_lit(out, "</span></li>\n");
    }
    mk_lit(out, "</ul>\n");
}

static void put_space(struct buf *out, const struct form_node *n)
{
    int64_t lines = n->type == FORM_ACKNOWLEDGE ? 0 : n->is_multiline ? (n->max + LINE_CHARS - 1) / LINE_CHARS : 1;
    for (int64_t i = 0; i < lines && i < LINES_MAX; i++)
        mk_lit(out, "<div class=\"line\"></div>\n");
}

/* As many boxes as the largest number has digits. */
static void put_boxes(struct buf *out, const struct form_node *n)
{
    char low[24], high[24];
    int a = snprintf(low, sizeof low, "%lld", (long long)n->min), b = snprintf(high, sizeof high, "%lld", (long long)n->max);
    mk_lit(out, "<div class=\"boxes\">");
    for (int i = 0; i < (a > b ? a : b) && i < 12; i++)
        mk_lit(out, "<i></i>");
    mk_lit(out, "</div>\n");
}

static void put_label(struct buf *out, const struct form_sheet *s, const struct form_node *n, size_t number)
{
    mk_lit(out, "<p class=\"q\">");
    buf_printf(out, "%zu. ", number);
    mk_text(out, label(s, &n->label));
    if (n->is_required) {
        mk_lit(out, " <span class=\"need\">");
        put_key(out, s, "form.required");
        mk_lit(out, "</span>");
    }
    mk_lit(out, "</p>\n");
    if (*label(s, &n->hint) != '\0') {
        mk_lit(out, "<p class=\"hint\">");
        mk_text(out, label(s, &n->hint));
        mk_lit(out, "</p>\n");
    }
}

static void put_question(struct buf *out, const struct form_sheet *s, const struct form_node *n, size_t number)
{
    mk_lit(out, "<section>\n");
    put_when(out, s, n);
    if (n->type == FORM_ACKNOWLEDGE) {
        mk_lit(out, "<ul><li><i></i><span>");
        buf_printf(out, "%zu. ", number);
        mk_text(out, label(s, &n->label));
        mk_lit(out, "</span></li></ul>\n");
    } else {
        put_label(out, s, n, number);
    }
    if (n->type == FORM_RANK) {
        char last[24];
        (void)snprintf(last, sizeof last, "%zu", n->choices->n);
        mk_lit(out, "<p class=\"hint\">");
        mk_fill(out, s->text(s->ctx, "form.rank"), "n", last, NULL);
        mk_lit(out, "</p>\n");
    }
    if (n->is_read_only) {
        mk_lit(out, "<p>");
        mk_text(out, n->preset);
        mk_lit(out, "</p>\n");
    } else if (n->choices != NULL) {
        put_choices(out, s, n);
    } else if (n->type == FORM_INTEGER) {
        put_boxes(out, n);
    } else {
        put_space(out, n);
    }
    mk_lit(out, "</section>\n");
}

static void put_node(struct buf *out, const struct form_sheet *s, const struct form_node *n, size_t *number)
{
    if (n->type == FORM_GROUP_END || n->calculation != NULL)
        return;
    if (n->type == FORM_GROUP_BEGIN) {
        mk_lit(out, "<h2>");
        mk_text(out, label(s, &n->label));
        mk_lit(out, "</h2>\n");
        put_when(out, s, n);
    } else if (n->type == FORM_NOTE) {
        put_when(out, s, n);
        mk_lit(out, "<p>");
        mk_text(out, label(s, &n->label));
        mk_lit(out, "</p>\n");
    } else if (n->width > 0) {
        put_question(out, s, n, ++*number);
    }
}

enum rc form_sheet_html(struct buf *out, const struct form_sheet *s, struct rc_info *e)
{
    const struct form *f = s->form;
    size_t number = 0;
    put_head(out, s);
    mk_lit(out, "<p class=\"quiet\">");
    mk_text(out, label(s, &f->organiser));
    mk_lit(out, "</p>\n<h1>");
    mk_text(out, label(s, &f->title));
    mk_lit(out, "</h1>\n");
    if (f->sample == FORM_DEMONSTRATION) {
        mk_lit(out, "<p class=\"notice\">");
        put_key(out, s, "frame.demonstration");
        mk_lit(out, "</p>\n");
    }
    mk_lit(out, "<p>");
    mk_text(out, label(s, &f->description));
    mk_lit(out, "</p>\n<p class=\"quiet\">");
    put_key(out, s, "sheet.how");
    mk_lit(out, " ");
    put_key(out, s, "form.optional");
    mk_lit(out, "</p>\n");
    put_terms(out, s);
    for (size_t i = 0; i < f->n_nodes; i++)
        put_node(out, s, &f->nodes[i], &number);
    mk_lit(out, "<p class=\"quiet\">");
    put_key(out, s, "sheet.end");
    mk_lit(out, "</p>\n</html>\n");
    return buf_ok(out) ? RC_OK : rc_set(e, RC_NOMEM, "no room for the form");
}
