#include "report/publication_csv.h"

static void put_percent(struct csv *c, double p, int64_t n)
{
    char text[16];
    publication_percent(p, n, text);
    csv_number(c, text);
}

/* Columns: question, question_text, row, row_text, count, n, percent, low, high, note: "suppressed", or
 * the day whose counts these are where counts are rounded. */
void publication_csv_row(struct csv *c, const struct pub_question *q, size_t lang, const char *row, const char *row_text,
                         const struct pub_share *s, int64_t n, const char *as_of)
{
    csv_text(c, q->name);
    csv_text(c, form_text(&q->label, lang));
    csv_text(c, row);
    csv_text(c, row_text);
    if (s == NULL) {
        for (int i = 0; i < 5; i++)
            csv_number(c, "");
        csv_text(c, "suppressed");
        csv_end_row(c);
        return;
    }
    csv_int(c, s->count);
    if (n > 0) {
        csv_int(c, n);
        put_percent(c, s->p, n);
    } else {
        csv_number(c, "");
        csv_number(c, "");
    }
    if (n > 0 && s->has_interval) {
        put_percent(c, s->low, n);
        put_percent(c, s->high, n);
    } else {
        csv_number(c, "");
        csv_number(c, "");
    }
    csv_text(c, as_of != NULL ? as_of : "");
    csv_end_row(c);
}

static void put_question(struct csv *c, const struct pub_question *q, size_t lang)
{
    const struct pub_share n = {.count = q->n}, not_asked = {.count = q->n_not_asked},
                           skipped = {.count = q->n_skipped}, dont_know = {.count = q->n_dont_know};
    if (q->is_suppressed) {
        publication_csv_row(c, q, lang, "_all", "", NULL, 0, q->as_of);
        return;
    }
    for (size_t i = 0; i < q->n_options && !q->is_collapsed; i++) {
        const struct pub_option *o = &q->options[i];
        if (!o->is_dont_know)
            publication_csv_row(c, q, lang, o->name, form_text(&o->label, lang), &o->share, q->n, q->as_of);
    }
    if (q->has_boxes) {
        publication_csv_row(c, q, lang, "_top2", "", &q->top2, q->n, q->as_of);
        publication_csv_row(c, q, lang, "_neutral", "", &q->neutral, q->n, q->as_of);
        publication_csv_row(c, q, lang, "_bottom2", "", &q->bottom2, q->n, q->as_of);
    }
    publication_csv_row(c, q, lang, "_answered", "", &n, 0, q->as_of);
    publication_csv_row(c, q, lang, "_dont_know", "", &dont_know, 0, q->as_of);
    publication_csv_row(c, q, lang, "_skipped", "", &skipped, 0, q->as_of);
    publication_csv_row(c, q, lang, "_not_asked", "", &not_asked, 0, q->as_of);
}

void publication_to_csv(const struct publication *p, size_t lang, struct buf *out)
{
    static const char *const heads[] = {"question", "question_text", "row", "row_text", "count", "n",
                                        "percent",  "low",           "high", "note"};
    struct csv c;
    csv_begin(&c, out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_text(&c, heads[i]);
    csv_end_row(&c);
    for (size_t i = 0; i < p->n_questions; i++)
        put_question(&c, &p->questions[i], lang);
    publication_csv_tables(&c, p, lang);
}
