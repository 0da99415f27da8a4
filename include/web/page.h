/* page: the frame around every page: head, header, language switch, demonstration notice, footer.
 * Layer: web. */
#ifndef MINYI_WEB_PAGE_H
#define MINYI_WEB_PAGE_H

#include <stdbool.h>

#include "web/catalogue.h"
#include "web/html.h"

struct page_frame;

struct page {
    const struct catalogue *c;
    size_t lang;             /* index in the catalogue */
    const char *title;       /* plain text; "Error: " is put before it when is_error */
    const char *description; /* for share cards; NULL: the site's own */
    const char *path;        /* of this page, for the language switch; NULL: no switch */
    const char *const *langs;/* languages offered in the switch, NULL: the catalogue's */
    size_t n_langs;
    bool is_error;
    bool is_demonstration;   /* the notice that ballots are synthetic, in both languages */
    bool has_script;         /* the survey page's script */
    const char *script;      /* another one, by its source name; or NULL */
    bool is_indexable;       /* false: robots noindex */
    const struct page_frame *frame; /* NULL: the citizens' */
};

/* Another header and footer: the administrators' desk has its own way home and its own places. */
struct page_frame {
    const char *home;        /* path of the site's name */
    void (*nav)(struct html *w, const struct page *p, const void *ctx); /* below the header, or NULL */
    const void *ctx;
};

/* Everything up to and including <main id="main">; the handler writes from <h1> on. */
void page_begin(struct html *w, const struct page *p);

/* From </main> to </html>. */
void page_end(struct html *w, const struct page *p);

/* URL of an asset by its source name: asset_url("style.css") = "/assets/style.1a2b3c4d.css".
 * Read from <html_dir>/assets.txt by page_load_assets at start. */
enum rc page_load_assets(const char *html_dir, struct rc_info *e) MUST_CHECK;
const char *asset_url(const char *name);

#endif
