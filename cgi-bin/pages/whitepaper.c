#include "pages/whitepaper.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/settings.h"
#include "base/text.h"
#include "pages/results.h"
#include "web/html.h"

enum { FILE_BYTES_MAX = 3 * 1024 * 1024 };
/* crypto_hash_sha256 in base64, with "sha256-" before it. */
enum { HASH_CHARS = sizeof "sha256-" - 1 + sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL) };

static const char prefix[] = "/whitepaper/";

static const struct file {
    const char *ending, *name, *type;
} files[] = {
    {".zh.pdf", "whitepaper.zh.pdf", "application/pdf"},
    {".en.pdf", "whitepaper.en.pdf", "application/pdf"},
    {".csv", "figures.csv", "text/csv; charset=utf-8"},
    {".json", "figures.json", "application/json"},
    {".xlsx", "figures.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};
enum { FILES = sizeof files / sizeof *files };

static const char *const langs[] = {"zh", "en"};
enum { LANGS = sizeof langs / sizeof *langs };

static enum rc read_whole(const struct request *rq, const char *slug, const char *name, char **p, size_t *len, struct rc_info *e)
{
    const char *path = arena_printf(rq->arena, "%s/%s/%s", setting(SET_REPORT_DIR), slug, name);
    return path != NULL ? file_read(path, FILE_BYTES_MAX, rq->arena, p, len, e) : rc_set(e, RC_NOMEM, "no memory for the path");
}

static enum rc send_file(const struct request *rq, const char *slug, const struct file *f, struct response *rs, struct rc_info *e)
{
    char *p = NULL;
    size_t len = 0;
    enum rc rc = read_whole(rq, slug, f->name, &p, &len, e);
    if (rc != RC_OK)
        return rc;
    rs->disposition = arena_printf(rq->arena, "%s; filename=\"%s%s\"", strcmp(f->type, "application/pdf") == 0 ? "inline" : "attachment",
                                   slug, f->ending);
    rs->type = f->type;
    rs->is_cacheable = true;
    buf_put(&rs->body, p, len);
    return rs->disposition != NULL ? RC_OK : rc_set(e, RC_NOMEM, "no memory for the name of the file");
}

/* Hash of what stands between <style> and </style>, as the browser computes it. */
static const char *style_hash(struct arena *a, const char *html)
{
    static const char open[] = "<style>", close[] = "</style>";
    unsigned char hash[crypto_hash_sha256_BYTES];
    const char *from = strstr(html, open);
    const char *to = from != NULL ? strstr(from, close) : NULL;
    char *out = to != NULL ? arena_alloc(a, HASH_CHARS) : NULL;
    if (out == NULL)
        return NULL;
    from += sizeof open - 1;
    (void)crypto_hash_sha256(hash, (const unsigned char *)from, (unsigned long long)(to - from));
    memcpy(out, "sha256-", sizeof "sha256-" - 1);
    (void)sodium_bin2base64(out + sizeof "sha256-" - 1, HASH_CHARS - (sizeof "sha256-" - 1), hash, sizeof hash,
                            sodium_base64_VARIANT_ORIGINAL);
    return out;
}

/* The other language, the results behind it, and the files: only where it is served, not in the file. */
static void put_links(struct html *w, const void *ctx, const struct request *rq, size_t lang, const char *slug)
{
    const struct results *r = ctx;
    static const char *const keys[FILES] = {"paper.file_pdf_zh", "paper.file_pdf_en", "paper.file_csv", "paper.file_json", "paper.file_xlsx"};
    const struct catalogue *c = results_catalogue(r);
    const char *const *all;
    size_t n = catalogue_langs(c, &all), in = 0;
    while (in + 1 < n && strcmp(all[in], langs[lang]) != 0)
        in++;
    size_t other = (lang + 1) % LANGS;
    html_lit(w, "<nav class=\"files\" aria-label=\"");
    html_attr(w, tr(c, in, "paper.files"));
    html_lit(w, "\">\n<ul>\n<li><a hreflang=\"");
    html_attr(w, langs[other]);
    html_lit(w, "\" href=\"?lang=");
    html_url(w, langs[other]);
    html_lit(w, "\">");
    html_text(w, tr(c, in, "paper.other_language"));
    html_lit(w, "</a></li>\n<li><a href=\"/results/");
    html_url(w, slug);
    html_lit(w, "?lang=");
    html_url(w, langs[lang]);
    html_lit(w, "\">");
    html_text(w, tr(c, in, "paper.to_results"));
    html_lit(w, "</a></li>\n");
    for (size_t i = 0; i < FILES; i++) {
        const char *path = arena_printf(rq->arena, "%s/%s/%s", setting(SET_REPORT_DIR), slug, files[i].name);
        if ((i < LANGS && i != lang) || path == NULL || access(path, R_OK) != 0)
            continue; /* the PDF of this language; it comes after the document */
        html_lit(w, "<li><a href=\"/whitepaper/");
        html_url(w, slug);
        html_attr(w, files[i].ending);
        html_lit(w, "\">");
        html_text(w, tr(c, in, keys[i]));
        html_lit(w, "</a></li>\n");
    }
    html_lit(w, "</ul>\n</nav>\n");
}

/* The document of a folder, with what `put` writes where the links go. */
typedef void links_fn(struct html *w, const void *ctx, const struct request *rq, size_t lang, const char *slug);

static enum rc send_document(const char *folder, links_fn *put, const void *ctx, const struct request *rq, const char *slug, struct response *rs,
                             struct rc_info *e)
{
    static const char place[] = "<!--files-->";
    static const char *const names[LANGS] = {"whitepaper.zh.html", "whitepaper.en.html"};
    size_t lang = web_language(rq, langs, LANGS), len = 0;
    struct html w = {&rs->body};
    char *p = NULL;
    enum rc rc = read_whole(rq, folder, names[lang], &p, &len, e);
    if (rc != RC_OK)
        return rc;
    const char *at = strstr(p, place);
    if (at == NULL || (rs->style_hash = style_hash(rq->arena, p)) == NULL)
        return rc_set(e, RC_IO, "the white paper of \"%s\" is not one", slug);
    buf_put(&rs->body, p, (size_t)(at - p));
    put(&w, ctx, rq, lang, slug);
    at += sizeof place - 1;
    buf_put(&rs->body, at, len - (size_t)(at - p));
    rs->lang = langs[lang];
    return buf_ok(&rs->body) ? RC_OK : rc_set(e, RC_NOMEM, "no memory for the white paper");
}

enum rc whitepaper_page(void *app, const struct request *rq, struct response *rs, struct rc_info *e)
{
    const char *name = rq->path + strlen(prefix);
    size_t len = strlen(name);
    const struct file *f = NULL;
    for (size_t i = 0; f == NULL && i < FILES; i++) {
        size_t ending = strlen(files[i].ending);
        if (len > ending && strcmp(name + len - ending, files[i].ending) == 0) {
            f = &files[i];
            len -= ending;
        }
    }
    if (!text_is_slug(name, len)) /* no dots, no slashes: it is one folder's name */
        return rc_set(e, RC_NOTFOUND, "there is no such white paper");
    const char *slug = arena_memdup(rq->arena, name, len);
    if (slug == NULL)
        return rc_set(e, RC_NOMEM, "no memory for the name");
    rs->is_cacheable = true;
    return f != NULL ? send_file(rq, slug, f, rs, e) : send_document(slug, put_links, app, rq, slug, rs, e);
}

/* ---- a draft, at the desk ---- */

static void put_draft_links(struct html *w, const void *ctx, const struct request *rq, size_t lang, const char *slug)
{
    const struct catalogue *c = ctx;
    const char *const *all;
    size_t n = catalogue_langs(c, &all), in = 0, other = (lang + 1) % LANGS;
    (void)rq;
    while (in + 1 < n && strcmp(all[in], langs[lang]) != 0)
        in++;
    html_lit(w, "<nav class=\"files\" aria-label=\"");
    html_attr(w, tr(c, in, "paper.files"));
    html_lit(w, "\">\n<p><strong>");
    html_text(w, tr(c, in, "desk.paper_draft_note"));
    html_lit(w, "</strong></p>\n<ul>\n<li><a hreflang=\"");
    html_attr(w, langs[other]);
    html_lit(w, "\" href=\"?lang=");
    html_url(w, langs[other]);
    html_lit(w, "\">");
    html_text(w, tr(c, in, "paper.other_language"));
    html_lit(w, "</a></li>\n<li><a href=\"/admin/surveys/");
    html_url(w, slug);
    html_lit(w, "?lang=");
    html_url(w, langs[lang]);
    html_lit(w, "\">");
    html_text(w, tr(c, in, "paper.to_results"));
    html_lit(w, "</a></li>\n</ul>\n</nav>\n");
}

enum rc whitepaper_draft(const struct catalogue *c, const struct request *rq, const char *slug, struct response *rs, struct rc_info *e)
{
    if (!text_is_slug(slug, strlen(slug)))
        return rc_set(e, RC_NOTFOUND, "there is no such white paper");
    const char *folder = arena_printf(rq->arena, "%s.draft", slug); /* a dot: no public address has one */
    return folder != NULL ? send_document(folder, put_draft_links, c, rq, slug, rs, e) : rc_set(e, RC_NOMEM, "no memory for the name");
}

bool whitepaper_has_draft(const struct request *rq, const char *slug)
{
    const char *path = arena_printf(rq->arena, "%s/%s.draft/whitepaper.zh.html", setting(SET_REPORT_DIR), slug);
    return path != NULL && text_is_slug(slug, strlen(slug)) && access(path, R_OK) == 0;
}
