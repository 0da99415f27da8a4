/* paper: the white paper of a survey and a census: one HTML document per language, and its figures as
 * CSV, JSON and XLSX.  Layer: report: takes structs and writes; no SQL, no HTTP.
 * Same input, same bytes: no clock time goes in. */
#ifndef MINYI_REPORT_PAPER_H
#define MINYI_REPORT_PAPER_H

#include "report/census.h"
#include "report/publication.h"
#include "report/published.h"

enum { PAPER_LANGS = 2 }; /* zh, en: the languages of published.csv */

/* The text of an interface key in a language, never NULL. */
typedef const char *paper_text(const void *texts, size_t lang, const char *key);

struct paper {
    const struct publication *survey;
    const struct census_figures *census;
    const struct published *published; /* NULL: no comparison and no cited context */
    const char *const *langs;   /* "zh", "en": lang[PAPER_LANGS] */
    const char *const *tags;    /* for the html element: "zh-CN", "en" */
    paper_text *text;
    const void *texts;
    const char *css;            /* the style sheet; goes in as it is: no "</" in it */
};

/* The whole document in language number `lang`. */
void paper_to_html(const struct paper *p, size_t lang, struct buf *out);

/* One figure of the report. */
struct paper_figure {
    const char *key;                /* grammar of census_value; survey.QUESTION.OPTION.share,
                                       group.BY.LEVEL.QUESTION.top2.share, cross.ROW.OPTION.COLUMN.OPTION.share;
                                       .weighted where there are weights */
    const char *label[PAPER_LANGS];
    double value;                   /* shares in per cent */
    const char *text;               /* dates and cited words: then there is no value; else NULL */
    const char *unit;               /* "accounts", "percent", "answers", "followers", "rank", "date", ... */
    int64_t n;                      /* denominator of a share, 0 where there is none */
    const char *source;             /* "census 2014-12-31", "survey gov-wechat-2014", "cited" */
    bool is_synthetic;
};

/* Every figure that the document holds. RC_OK, RC_NOMEM. */
enum rc paper_figures(const struct paper *p, struct arena *a, struct paper_figure **out, size_t *n,
                      struct rc_info *e) MUST_CHECK;

void paper_figures_to_csv(const struct paper_figure *f, size_t n, struct buf *out);
enum rc paper_figures_to_json(const struct paper_figure *f, size_t n, struct buf *out, struct rc_info *e) MUST_CHECK;

/* A workbook at `path`: figures, and the comparison where there is one. Created on `day` (YYYY-MM-DD),
 * whatever the clock says. RC_OK, RC_IO, RC_NOMEM. */
enum rc paper_figures_to_xlsx(const struct paper_figure *f, size_t n, const struct published *published,
                              const char *day, const char *path, struct rc_info *e) MUST_CHECK;

#endif
