/* The small parts of the result pages. */
#include "pages/results_inner.h"

#include <stdio.h>
#include <string.h>

const char *results_text(const struct results_view *v, const char *key)
{
    return tr(v->c, v->lang, key);
}

const char *results_label(const struct results_view *v, const struct form_label *l)
{
    return form_text(l, v->form_lang);
}

/* Digits in groups of three: "9,896". */
const char *results_grouped(int64_t n, char out[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n);
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        out[at++] = digits[i];
        int left = len - 1 - i;
        if (left > 0 && left % 3 == 0 && digits[i] != '-')
            out[at++] = ',';
    }
    out[at] = '\0';
    return out;
}

/* Widths are attributes: the content security policy allows no inline style. The table beside the
 * drawing says the same in words, so the drawing is hidden from screen readers. */
void results_put_bar(struct html *w, const struct pub_share *s)
{
    html_lit(w, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                "aria-hidden=\"true\" focusable=\"false\"><rect class=\"track\" width=\"1000\" "
                "height=\"10\"/><rect class=\"fill\" width=\"");
    html_int(w, (long long)(s->p * 1000 + 0.5));
    html_lit(w, "\" height=\"10\"/>");
    if (s->has_interval) {
        html_lit(w, "<rect class=\"range\" x=\"");
        html_int(w, (long long)(s->low * 1000));
        html_lit(w, "\" y=\"3\" width=\"");
        html_int(w, (long long)(s->high * 1000 + 1) - (long long)(s->low * 1000));
        html_lit(w, "\" height=\"4\"/>");
    }
    html_lit(w, "</svg>");
}

void results_put_percent(struct html *w, const struct results_view *v, double p, int64_t n)
{
    char text[16];
    publication_percent(p, n, text);
    html_tr(w, v->c, v->lang, "results.percent", "p", text, NULL);
}

void results_put_interval(struct html *w, const struct results_view *v, double low_share, double high_share, int64_t n)
{
    char low[16], high[16];
    publication_percent(low_share, n, low);
    publication_percent(high_share, n, high);
    if (strcmp(low, high) == 0) { /* an interval is never a point: one decimal more */
        publication_percent(low_share, 1000, low);
        publication_percent(high_share, 1000, high);
    }
    html_lit(w, "<span class=\"interval\">");
    html_tr(w, v->c, v->lang, "results.interval", "low", low, "high", high, NULL);
    html_lit(w, "</span>");
}

void results_put_weighted(struct html *w, const struct results_view *v, const struct pub_share *s, int64_t n)
{
    char p[16];
    if (!s->is_weighted)
        return;
    publication_percent(s->weighted.p, n, p);
    html_lit(w, "<span class=\"weighted\">");
    html_tr(w, v->c, v->lang, "results.weighted", "p", p, NULL);
    if (s->weighted.has_interval)
        results_put_interval(w, v, s->weighted.low, s->weighted.high, n);
    html_lit(w, "</span>");
}

void results_put_share(struct html *w, const struct results_view *v, const struct pub_share *s, int64_t n)
{
    results_put_percent(w, v, s->p, n);
    if (s->has_interval)
        results_put_interval(w, v, s->low, s->high, n);
    if (s->is_unreliable) {
        html_lit(w, "<span class=\"tag\">");
        html_text(w, results_text(v, "results.unreliable"));
        html_lit(w, "</span>");
    }
}

void results_begin_part(struct html *w, const struct results_view *v, struct results_part *part, const char *ending,
                        const char *title_key, const char *text_key)
{
    const char *const *langs;
    (void)catalogue_langs(v->c, &langs);
    buf_init(&part->title, 4096);
    (void)snprintf(part->path, sizeof part->path, "/results/%s/%s", v->p->slug, ending);
    buf_puts(&part->title, results_text(v, title_key));
    buf_printf(&part->title, " – %s", results_label(v, &v->p->title));
    part->page = (struct page){.c = v->c, .lang = v->lang, .path = part->path, .is_indexable = true,
                               .title = buf_ok(&part->title) ? part->title.p : results_text(v, title_key),
                               .description = results_text(v, "results.description"),
                               .is_demonstration = v->p->sample == FORM_DEMONSTRATION};
    page_begin(w, &part->page);
    html_lit(w, "<p class=\"kicker\"><a href=\"/results/");
    html_url(w, v->p->slug);
    html_lit(w, "?lang=");
    html_url(w, langs[v->lang]);
    html_lit(w, "\">");
    html_text(w, results_label(v, &v->p->title));
    html_lit(w, "</a></p>\n<h1>");
    html_text(w, results_text(v, title_key));
    html_lit(w, "</h1>\n<p class=\"measure\">");
    html_text(w, results_text(v, text_key));
    html_lit(w, "</p>\n");
}

void results_end_part(struct html *w, struct results_part *part)
{
    page_end(w, &part->page);
    buf_release(&part->title);
}
