/* paper_inner: what the files of the white paper share.  Layer: report; not for others. */
#ifndef MINYI_REPORT_PAPER_INNER_H
#define MINYI_REPORT_PAPER_INNER_H

#include "report/chart.h"
#include "report/markup.h"
#include "report/paper.h"

enum { PAPER_ITEMS_MAX = 60 }; /* Likert items, rows of a chart */

struct paper_writer {
    const struct paper *p;
    struct buf *out;
    size_t lang;                     /* of the texts and of published.csv: 0 zh, 1 en */
    size_t census_lang, survey_lang; /* the same language among the labels of each */
    int n_figures, n_tables;         /* numbered so far */
    bool has_unreliable;             /* a share was marked so: a note has to explain it */
};

/* Text of a key; a label of the census or the survey; "" when there is none. */
const char *pt(const struct paper_writer *w, const char *key);
const char *pl_census(const struct paper_writer *w, const struct form_label *l);
const char *pl_survey(const struct paper_writer *w, const struct form_label *l);

/* "78.9%"; the decimals that n carries. */
const char *p_percent(double p, int64_t n, char out[16]);

/* <h2 id> with its number; <h3>. */
void p_section(struct paper_writer *w, int number, const char *id, const char *key);
void p_heading(struct paper_writer *w, const char *key);
/* <p class> of a text without places. */
void p_para(struct paper_writer *w, const char *class, const char *key);

/* Begin a figure with its numbered caption above; end it with its source below. */
void p_figure_begin(struct paper_writer *w, const char *key);
void p_figure_end(struct paper_writer *w, const char *source_key);
/* Number and words of a table's <caption>; the second fills the places {row} and {column}. */
void p_caption(struct paper_writer *w, const char *key);
void p_caption_of(struct paper_writer *w, const char *key, const char *row, const char *column);

/* What was written at `from` began a sentence or a row: a lower-case ASCII letter there becomes a capital. */
void p_capital(struct buf *out, size_t from);

/* A question with five points and enough answers to be shown. */
bool p_is_item(const struct pub_question *q);

/* "78.9% (78.1–79.7)", with a star where it is unreliable; the same weighted, "–" where it is not. */
void p_share(struct paper_writer *w, const struct pub_share *s, int64_t n);
void p_weighted(struct paper_writer *w, const struct pub_share *s, int64_t n);

/* Chapters. */
void paper_put_findings(struct paper_writer *w);
void paper_put_census(struct paper_writer *w);
void paper_put_survey(struct paper_writer *w);
void paper_put_weights(struct paper_writer *w); /* parts of that on the survey */
void paper_put_groups(struct paper_writer *w);
void paper_put_crosses(struct paper_writer *w);
void paper_put_context(struct paper_writer *w);
void paper_put_comparison(struct paper_writer *w);
void paper_put_method(struct paper_writer *w);

#endif
