#include "cmd/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/settings.h"
#include "base/text.h"
#include "report/paper.h"
#include "store/census_store.h"
#include "store/publication_store.h"
#include "web/catalogue.h"

enum { ARENA_BYTES_MAX = 64 << 20, OUTPUT_BYTES_MAX = 8 << 20, CSS_BYTES_MAX = 256 << 10, PUBLISHED_BYTES_MAX = 1 << 20, PDF_DEADLINE_MS = 300000 };

static const char help[] =
    "usage: tally report SLUG [--census DATE] [--out DIR | --draft] [--compare | --published FILE] [--no-pdf]\n"
    "\n"
    "Writes the white paper of a survey and a census of accounts, from what is published of both:\n"
    "whitepaper.zh.html, whitepaper.en.html, the same as .pdf, figures.csv, figures.json, figures.xlsx.\n"
    "The same publications give the same bytes.\n"
    "\n"
    "  --census DATE     the snapshot of this date (default: the newest one)\n"
    "                      tally report gov-wechat-2014 --census 2014-12-31\n"
    "  --out DIR         folder to write into; made where it is not there (default: SLUG in MINYI_REPORT_DIR)\n"
    "                      tally report gov-wechat-2014 --out /tmp/paper\n"
    "  --draft           for the administrators' desk alone: /whitepaper/SLUG goes on serving the last report\n"
    "                      tally report gov-wechat-2014 --draft\n"
    "  --compare FILE    published figures: each is printed beside the computed one, both stand in the report,\n"
    "                    and the exit status is 1 when one does not agree\n"
    "                      tally report gov-wechat-2014 --compare sql/seed/gov-wechat-2014/published.csv\n"
    "  --published FILE  the same in the report, without the printout and the exit status\n"
    "                      tally report gov-wechat-2014 --published sql/seed/gov-wechat-2014/published.csv\n"
    "  --no-pdf          HTML and figures alone\n"
    "                      tally report gov-wechat-2014 --no-pdf\n"
    "\n"
    "The PDF is made by WeasyPrint. Where it is not installed the rest is written, and a line says so.\n"
    "Exit status: 0 done, 1 failed or a figure does not agree, 2 wrong usage.\n";

struct options {
    const char *slug, *census, *out, *compare, *published;
    bool is_help, has_no_pdf, is_draft;
};

struct job {
    const struct options *o;
    struct arena a;
    struct paper paper;
    struct publication *survey;
    struct census_figures *census;
    struct published published;
    struct catalogue *c;
    const char *langs[PAPER_LANGS], *tags[PAPER_LANGS];
    size_t lang[PAPER_LANGS]; /* of the catalogue */
    const char *dir;
    bool is_changed[PAPER_LANGS]; /* the document is not the one that was there, or has no PDF yet */
};

static enum rc read_options(int argc, char **argv, struct options *o, struct rc_info *e)
{
    struct {
        const char *name, **to;
    } with_value[] = {{"--census", &o->census}, {"--out", &o->out}, {"--compare", &o->compare}, {"--published", &o->published}};
    const size_t n = sizeof with_value / sizeof *with_value;
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < n && strcmp(argv[i], with_value[k].name) != 0)
            k++;
        if (strcmp(argv[i], "--help") == 0)
            o->is_help = true;
        else if (strcmp(argv[i], "--no-pdf") == 0)
            o->has_no_pdf = true;
        else if (strcmp(argv[i], "--draft") == 0)
            o->is_draft = true;
        else if (k < n && i + 1 < argc && argv[i + 1][0] != '\0')
            *with_value[k].to = argv[++i];
        else if (o->slug == NULL && text_is_slug(argv[i], strlen(argv[i])))
            o->slug = argv[i];
        else
            return rc_set(e, RC_USAGE, "cannot use \"%s\"", argv[i]);
    }
    if (o->is_draft && o->out != NULL)
        return rc_set(e, RC_USAGE, "--draft has a folder of its own: leave --out away");
    return o->slug != NULL || o->is_help ? RC_OK : rc_set(e, RC_USAGE, "which survey?");
}

static enum rc load_survey(struct job *j, struct rc_info *e)
{
    struct publication_head *heads = NULL;
    const char *body = NULL;
    size_t n = 0, len = 0, i = 0;
    struct db *db = publication_tally_db();
    if (db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = publication_list(db, &j->a, &heads, &n, e);
    while (rc == RC_OK && i < n && strcmp(heads[i].slug, j->o->slug) != 0)
        i++;
    if (rc == RC_OK && i == n)
        rc = rc_set(e, RC_NOTFOUND, "nothing is published of \"%s\"", j->o->slug);
    if (rc == RC_OK)
        rc = publication_body(db, heads[i].publication_id, &j->a, &body, &len, e);
    db_free(db);
    return rc == RC_OK ? publication_from_json(body, len, &j->a, &j->survey, e) : rc;
}

static enum rc load_census(struct job *j, struct rc_info *e)
{
    struct census_head *heads = NULL;
    const char *body = NULL, *as_of = NULL;
    size_t n = 0, len = 0;
    struct db *db = census_tally_db();
    if (db == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = census_list(db, &j->a, &heads, &n, e);
    for (size_t i = 0; rc == RC_OK && as_of == NULL && i < n; i++)
        if (j->o->census == NULL || strcmp(heads[i].as_of, j->o->census) == 0)
            as_of = heads[i].as_of;
    if (rc == RC_OK && as_of == NULL)
        rc = rc_set(e, RC_NOTFOUND, "there is no census%s%s", j->o->census != NULL ? " of " : "",
                    j->o->census != NULL ? j->o->census : "");
    if (rc == RC_OK)
        rc = census_body(db, as_of, &j->a, &body, &len, e);
    db_free(db);
    return rc == RC_OK ? census_from_json(body, len, &j->a, &j->census, e) : rc;
}

static enum rc load_published(struct job *j, struct rc_info *e)
{
    char *csv = NULL;
    size_t len = 0;
    const char *file = j->o->compare != NULL ? j->o->compare : j->o->published;
    if (file == NULL)
        return RC_OK;
    enum rc rc = file_read(file, PUBLISHED_BYTES_MAX, &j->a, &csv, &len, e);
    if (rc == RC_OK)
        rc = published_read(file, csv, len, j->survey, j->census, &j->a, &j->published, e);
    j->paper.published = &j->published;
    return rc;
}

static const char *text_of(const void *texts, size_t lang, const char *key)
{
    const struct job *j = texts;
    return tr(j->c, j->lang[lang], key);
}

/* Texts, style sheet, and where the two languages of the report are among the catalogue's. */
static enum rc load_words(struct job *j, struct rc_info *e)
{
    static const char *const wanted[PAPER_LANGS] = {"zh", "en"};
    const char *const *langs = NULL;
    char *css = NULL;
    size_t len = 0;
    enum rc rc = catalogue_load(setting(SET_HTML_DIR), &j->a, &j->c, e);
    const char *path = arena_printf(&j->a, "%s/paper/paper.css", setting(SET_HTML_DIR));
    if (rc == RC_OK)
        rc = path != NULL ? file_read(path, CSS_BYTES_MAX, &j->a, &css, &len, e) : rc_set(e, RC_NOMEM, "no memory");
    if (rc != RC_OK)
        return rc;
    size_t n = catalogue_langs(j->c, &langs);
    for (size_t i = 0; i < PAPER_LANGS; i++) {
        size_t k = 0;
        while (k < n && strcmp(langs[k], wanted[i]) != 0)
            k++;
        if (k == n)
            return rc_set(e, RC_INPUT, "there are no texts in \"%s\"", wanted[i]);
        j->langs[i] = wanted[i];
        j->lang[i] = k;
        j->tags[i] = tr(j->c, k, "lang.tag");
    }
    j->paper.css = css;
    return RC_OK;
}

static enum rc make_folder(struct job *j, struct rc_info *e)
{
    j->dir = j->o->out != NULL ? j->o->out : arena_printf(&j->a, "%s/%s%s", setting(SET_REPORT_DIR), j->o->slug, j->o->is_draft ? ".draft" : "");
    if (j->dir == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    if (j->o->out == NULL && mkdir(setting(SET_REPORT_DIR), 0755) != 0 && errno != EEXIST)
        return rc_set(e, RC_IO, "cannot make \"%s\": %s", setting(SET_REPORT_DIR), strerror(errno));
    int made = mkdir(j->dir, 0755);
    if ((made != 0 && errno != EEXIST) || (made == 0 && chmod(j->dir, 0755) != 0)) /* results reads it, whatever the umask */
        return rc_set(e, RC_IO, "cannot make \"%s\": %s", j->dir, strerror(errno));
    return RC_OK;
}

static enum rc put_file(const struct job *j, const char *name, const struct buf *b, struct rc_info *e)
{
    if (!buf_ok(b) || b->p == NULL)
        return rc_set(e, RC_NOMEM, "no memory for \"%s\"", name);
    return file_write_durably(j->dir, name, b->p, b->len, 0644, e);
}

/* Is the document there already, byte for byte, with its PDF? Then the PDF need not be made again. */
static bool is_there(struct job *j, const char *lang, const struct buf *b)
{
    const char *html = arena_printf(&j->a, "%s/whitepaper.%s.html", j->dir, lang);
    const char *pdf = arena_printf(&j->a, "%s/whitepaper.%s.pdf", j->dir, lang);
    char *p = NULL;
    size_t len = 0;
    return html != NULL && pdf != NULL && access(pdf, R_OK) == 0 &&
           file_read(html, OUTPUT_BYTES_MAX, &j->a, &p, &len, NULL) == RC_OK && b->p != NULL && len == b->len &&
           memcmp(p, b->p, len) == 0;
}

static enum rc drop_pdf(struct job *j, const char *lang, struct rc_info *e)
{
    const char *pdf = arena_printf(&j->a, "%s/whitepaper.%s.pdf", j->dir, lang);
    if (pdf == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    return unlink(pdf) == 0 || errno == ENOENT ? RC_OK : rc_set(e, RC_IO, "cannot remove \"%s\": %s", pdf, strerror(errno));
}

static enum rc write_html(struct job *j, struct buf *b, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < PAPER_LANGS; i++) {
        char name[64];
        buf_reset(b);
        paper_to_html(&j->paper, i, b);
        (void)snprintf(name, sizeof name, "whitepaper.%s.html", j->langs[i]);
        j->is_changed[i] = !is_there(j, j->langs[i], b);
        if (!j->is_changed[i])
            continue;
        rc = drop_pdf(j, j->langs[i], e); /* never beside a document that it is not of */
        if (rc == RC_OK)
            rc = put_file(j, name, b, e);
    }
    return rc;
}

static enum rc write_xlsx(struct job *j, const struct paper_figure *f, size_t n, struct rc_info *e)
{
    const char *part = arena_printf(&j->a, "%s/.figures.xlsx.part", j->dir);
    const char *path = arena_printf(&j->a, "%s/figures.xlsx", j->dir);
    if (part == NULL || path == NULL)
        return rc_set(e, RC_NOMEM, "no memory");
    enum rc rc = paper_figures_to_xlsx(f, n, j->paper.published, j->census->as_of, part, e);
    if (rc == RC_OK && (chmod(part, 0644) != 0 || rename(part, path) != 0))
        rc = rc_set(e, RC_IO, "cannot write \"%s\": %s", path, strerror(errno));
    if (rc != RC_OK)
        (void)unlink(part);
    return rc;
}

static enum rc write_figures(struct job *j, struct buf *b, struct rc_info *e)
{
    struct paper_figure *f = NULL;
    size_t n = 0;
    enum rc rc = paper_figures(&j->paper, &j->a, &f, &n, e);
    if (rc != RC_OK)
        return rc;
    buf_reset(b);
    paper_figures_to_csv(f, n, b);
    rc = put_file(j, "figures.csv", b, e);
    buf_reset(b);
    if (rc == RC_OK)
        rc = paper_figures_to_json(f, n, b, e);
    if (rc == RC_OK)
        rc = put_file(j, "figures.json", b, e);
    return rc == RC_OK ? write_xlsx(j, f, n, e) : rc;
}

/* Noon of the census's day: the date in the PDF. */
static long long epoch_of(const char *day)
{
    struct tm t = {.tm_hour = 12};
    if (sscanf(day, "%4d-%2d-%2d", &t.tm_year, &t.tm_mon, &t.tm_mday) != 3)
        return 0;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return (long long)timegm(&t);
}

static enum rc write_pdf(const struct job *j, struct rc_info *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < PAPER_LANGS; i++) {
        char name[64];
        if (!j->is_changed[i])
            continue;
        (void)snprintf(name, sizeof name, "whitepaper.%s", j->langs[i]);
        rc = report_pdf(j->dir, name, epoch_of(j->census->as_of), PDF_DEADLINE_MS, e);
    }
    if (rc != RC_NOTFOUND)
        return rc;
    (void)fprintf(stderr, "no PDF: install weasyprint and fonts-noto-cjk (apt-get install weasyprint fonts-noto-cjk), "
                          "then run this again\n");
    return RC_OK;
}

static enum rc print_comparison(const struct job *j, struct buf *b, struct rc_info *e)
{
    const struct published *p = &j->published;
    if (j->o->compare == NULL)
        return RC_OK;
    buf_reset(b);
    published_to_text(p, b);
    if (!buf_ok(b) || b->p == NULL || fwrite(b->p, 1, b->len, stdout) != b->len || fflush(stdout) != 0)
        return rc_set(e, RC_IO, "cannot print the comparison");
    if (p->n_differ + p->n_missing > 0)
        return rc_set(e, RC_CONFLICT, "%zu published figures do not agree, %zu are not in the data", p->n_differ, p->n_missing);
    return RC_OK;
}

static enum rc report(struct job *j, struct rc_info *e)
{
    struct buf b;
    enum rc rc = settings_load(e);
    if (rc == RC_OK)
        rc = load_words(j, e);
    if (rc == RC_OK)
        rc = load_survey(j, e);
    if (rc == RC_OK)
        rc = load_census(j, e);
    if (rc == RC_OK)
        rc = load_published(j, e);
    if (rc == RC_OK)
        rc = make_folder(j, e);
    if (rc != RC_OK)
        return rc;
    j->paper.survey = j->survey;
    j->paper.census = j->census;
    j->paper.langs = j->langs;
    j->paper.tags = j->tags;
    j->paper.text = text_of;
    j->paper.texts = j;
    buf_init(&b, OUTPUT_BYTES_MAX);
    rc = write_html(j, &b, e);
    if (rc == RC_OK)
        rc = write_figures(j, &b, e);
    if (rc == RC_OK && !j->o->has_no_pdf)
        rc = write_pdf(j, e);
    if (rc == RC_OK)
        rc = print_comparison(j, &b, e); /* last: the files are there to look at */
    buf_release(&b);
    return rc;
}

int report_main(int argc, char **argv)
{
    struct options o = {0};
    struct rc_info e = {0};
    enum rc rc = read_options(argc, argv, &o, &e);
    if (rc == RC_OK && o.is_help)
        return fputs(help, stdout) < 0 ? 1 : 0;
    if (rc == RC_OK) {
        struct job j = {.o = &o};
        arena_init(&j.a, ARENA_BYTES_MAX);
        rc = report(&j, &e);
        if (rc == RC_OK)
            (void)fprintf(stderr, "report: written to %s\n", j.dir);
        arena_release(&j.a);
    }
    if (rc != RC_OK)
        (void)fprintf(stderr, "tally report: %s\n", e.msg);
    if (rc == RC_USAGE)
        (void)fputs("tally report --help explains each option\n", stderr);
    return rc_exit_status(rc);
}
