/* results_inner: the small parts that the result pages share.  Layer: pages. For them alone. */
#ifndef MINYI_PAGES_RESULTS_INNER_H
#define MINYI_PAGES_RESULTS_INNER_H

#include "pages/results.h"
#include "web/html.h"
#include "web/page.h"

const char *results_text(const struct results_view *v, const char *key);
const char *results_label(const struct results_view *v, const struct form_label *l);
const char *results_grouped(int64_t n, char out[32]);
void results_put_bar(struct html *w, const struct pub_share *s);
void results_put_percent(struct html *w, const struct results_view *v, double p, int64_t n);
/* "78.1% to 79.7%", with as many decimals as n carries. */
void results_put_interval(struct html *w, const struct results_view *v, double low, double high, int64_t n);
/* The weighted share with its interval, where there is one: it stands below the bar. */
void results_put_weighted(struct html *w, const struct results_view *v, const struct pub_share *s, int64_t n);
/* What stands in the cell of a share: percentage, interval, a flag. */
void results_put_share(struct html *w, const struct results_view *v, const struct pub_share *s, int64_t n);

/* "+2.1" with its interval, with as many decimals as n carries (results_tables.c). */
void results_put_change(struct html *w, const struct results_view *v, const struct pub_change *c, int64_t n);
/* The test of a crossing, where it has one. */
void results_put_test(struct html *w, const struct results_view *v, const struct pub_cross *c);
/* Straight lines and fast ballots. */
void results_put_quality(struct html *w, const struct results_view *v);
/* Every question, by its answers (results_page.c). */
void results_put_questions(struct html *w, const struct results_view *v);

/* A page of its own beside the survey's, /results/SLUG/`ending`: a link back, the title of `title_key`, a
 * text. `part` must live until it is ended. */
struct results_part {
    struct page page;
    struct buf title;
    char path[160];
};
void results_begin_part(struct html *w, const struct results_view *v, struct results_part *part, const char *ending,
                        const char *title_key, const char *text_key);
void results_end_part(struct html *w, struct results_part *part);

/* Is there a page of tables? */
bool results_has_tables(const struct publication *p);

/* How the ballots were weighted, or why not (results_weights.c). */
void results_put_weights(struct html *w, const struct results_view *v);

#endif
