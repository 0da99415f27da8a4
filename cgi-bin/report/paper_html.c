/* The frame of the white paper: head, cover, contents, chapters in their order. */
#include <stdio.h>
#include <string.h>

#include "report/paper_inner.h"

static const struct chapter {
    const char *id, *key;
    void (*put)(struct paper_writer *w);
} chapters[] = {
    {"findings", "paper.findings", paper_put_findings}, {"census", "paper.census", paper_put_census},
    {"survey", "paper.survey", paper_put_survey},       {"context", "paper.context", paper_put_context},
    {"comparison", "paper.comparison", paper_put_comparison}, {"method", "paper.method", paper_put_method},
};
enum { CHAPTERS = sizeof chapters / sizeof *chapters };

const char *pt(const struct paper_writer *w, const char *key)
{
    return w->p->text(w->p->texts, w->lang, key);
}

const char *pl_census(const struct paper_writer *w, const struct form_label *l)
{
    return form_text(l, w->census_lang);
}

const char *pl_survey(const struct paper_writer *w, const struct form_label *l)
{
    return form_text(l, w->survey_lang);
}

const char *p_percent(double p, int64_t n, char out[16])
{
    publication_percent(p, n, out);
    size_t len = strlen(out);
    if (len < 15)
        memcpy(out + len, "%", 2);
    return out;
}

void p_section(struct paper_writer *w, int number, const char *id, const char *key)
{
    buf_printf(w->out, "<h2 id=\"%s\"><span class=\"no\">%d</span> ", id, number);
    mk_text(w->out, pt(w, key));
    mk_lit(w->out, "</h2>\n");
}

void p_heading(struct paper_writer *w, const char *key)
{
    mk_lit(w->out, "<h3>");
    mk_text(w->out, pt(w, key));
    mk_lit(w->out, "</h3>\n");
}

void p_para(struct paper_writer *w, const char *class, const char *key)
{
    buf_printf(w->out, "<p class=\"%s\">", class);
    mk_text(w->out, pt(w, key));
    mk_lit(w->out, "</p>\n");
}

void p_figure_begin(struct paper_writer *w, const char *key)
{
    char no[16];
    (void)snprintf(no, sizeof no, "%d", ++w->n_figures);
    mk_lit(w->out, "<figure>\n<figcaption><b>");
    mk_fill(w->out, pt(w, "paper.figure_no"), "n", no, NULL);
    mk_lit(w->out, "</b> ");
    mk_text(w->out, pt(w, key));
    mk_lit(w->out, "</figcaption>\n");
}

void p_figure_end(struct paper_writer *w, const char *source_key)
{
    p_para(w, "source", source_key);
    mk_lit(w->out, "</figure>\n");
}

void p_caption(struct paper_writer *w, const char *key)
{
    p_caption_of(w, key, "", "");
}

void p_caption_of(struct paper_writer *w, const char *key, const char *row, const char *column)
{
    char no[16];
    (void)snprintf(no, sizeof no, "%d", ++w->n_tables);
    mk_lit(w->out, "<caption><b>");
    mk_fill(w->out, pt(w, "paper.table_no"), "n", no, NULL);
    mk_lit(w->out, "</b> ");
    mk_fill(w->out, pt(w, key), "row", row, "column", column, NULL);
    mk_lit(w->out, "</caption>\n");
}

void p_capital(struct buf *out, size_t from)
{
    if (buf_ok(out) && from < out->len && out->p[from] >= 'a' && out->p[from] <= 'z')
        out->p[from] = (char)(out->p[from] - 'a' + 'A');
}

static bool is_synthetic(const struct paper *p)
{
    return p->survey->sample == FORM_DEMONSTRATION || p->census->is_demonstration;
}

static void put_head(struct paper_writer *w)
{
    mk_lit(w->out, "<!DOCTYPE html>\n<html lang=\"");
    mk_attr(w->out, w->p->tags[w->lang]);
    mk_lit(w->out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    mk_text(w->out, pt(w, "paper.title"));
    mk_lit(w->out, "</title>\n<meta name=\"description\" content=\"");
    mk_attr(w->out, pt(w, "paper.subtitle"));
    buf_printf(w->out, "\">\n<meta name=\"dcterms.created\" content=\"%s\">\n<style>", w->p->census->as_of);
    buf_puts(w->out, w->p->css);
    mk_lit(w->out, "</style>\n</head>\n<body>\n");
}

static void put_cover(struct paper_writer *w)
{
    mk_lit(w->out, "<header class=\"cover\">\n<p class=\"kicker\">");
    mk_text(w->out, pt(w, "paper.kicker"));
    mk_lit(w->out, "</p>\n<h1>");
    mk_text(w->out, pt(w, "paper.title"));
    mk_lit(w->out, "</h1>\n<p class=\"subtitle\">");
    mk_text(w->out, pt(w, "paper.subtitle"));
    mk_lit(w->out, "</p>\n");
    if (is_synthetic(w->p))
        p_para(w, "synthetic", "paper.synthetic");
    mk_lit(w->out, "<p class=\"imprint\">");
    mk_text(w->out, pl_survey(w, &w->p->survey->organiser));
    mk_lit(w->out, "<br>");
    mk_fill(w->out, pt(w, "paper.as_of"), "date", w->p->census->as_of, NULL);
    mk_lit(w->out, "</p>\n</header>\n");
}

static void put_contents(struct paper_writer *w)
{
    mk_lit(w->out, "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">");
    mk_text(w->out, pt(w, "paper.contents"));
    mk_lit(w->out, "</h2>\n<ol>\n");
    for (size_t i = 0; i < CHAPTERS; i++) {
        buf_printf(w->out, "<li><a href=\"#%s\">", chapters[i].id);
        mk_text(w->out, pt(w, chapters[i].key));
        mk_lit(w->out, "</a></li>\n");
    }
    mk_lit(w->out, "</ol>\n</nav>\n<!--files-->"); /* where it is served its links go here */
}

static size_t lang_of(const char *const *langs, size_t n, const char *lang)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(langs[i], lang) == 0)
            return i;
    return 0;
}

void paper_to_html(const struct paper *p, size_t lang, struct buf *out)
{
    struct paper_writer w = {.p = p, .out = out, .lang = lang};
    w.census_lang = lang_of(p->census->langs, p->census->n_langs, p->langs[lang]);
    w.survey_lang = lang_of(p->survey->langs, p->survey->n_langs, p->langs[lang]);
    put_head(&w);
    put_cover(&w);
    put_contents(&w);
    mk_lit(out, "<main>\n");
    for (size_t i = 0; i < CHAPTERS; i++) {
        mk_lit(out, "<section>\n");
        p_section(&w, (int)i + 1, chapters[i].id, chapters[i].key);
        chapters[i].put(&w);
        mk_lit(out, "</section>\n");
    }
    mk_lit(out, "</main>\n</body>\n</html>\n");
}
