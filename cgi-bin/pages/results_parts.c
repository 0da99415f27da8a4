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
