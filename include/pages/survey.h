/* survey: the citizen's pages: home, form, receipt, and what is wrong.  Layer: pages.
 *
 * The published questionnaires stand in a set that is replaced as a whole by an atomic pointer. Sets,
 * surveys and versions are never freed: a version is immutable and there are few. */
#ifndef MINYI_PAGES_SURVEY_H
#define MINYI_PAGES_SURVEY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "box/intake.h"
#include "box/key.h"
#include "form/answers.h"
#include "form/form.h"
#include "store/survey_store.h"
#include "web/catalogue.h"
#include "web/html.h"
#include "web/page.h"
#include "web/web.h"

/* A form page as it is sent, rendered once. */
struct prebuilt {
    const char *plain, *gzip; /* gzip may be NULL */
    size_t plain_len, gzip_len;
};

struct survey_version {
    struct survey_version *next; /* in survey_site.versions */
    int64_t version_id, survey_id;
    struct form *form;
    struct arena arena; /* of the form */
    bool is_rendered;
    struct prebuilt pages[FORM_LANGS_MAX];
};

struct survey {
    int64_t survey_id;
    const char *slug;
    bool is_open;
    const struct survey_version *current;
    size_t n_versions;
    const struct survey_version **versions; /* every loaded version, newest first */
};

struct survey_set {
    size_t n;
    const struct survey *items;
};

/* What the citizen wants of a receipt. */
enum lookup_wish { LOOKUP_SHOW, LOOKUP_WITHDRAW, LOOKUP_CONFIRM };
enum { LOOKUPS_MAX = 32 }; /* that wait: more are told to come back, so that ballots find free requests */

/* What all pages of the program share. Read-only for the threads that serve, but for `set`. */
struct survey_site {
    const struct catalogue *c;
    const unsigned char *secret; /* KEY_SECRET_BYTES: signs the ballot keys */
    bool is_tls;
    int64_t cookie_days;
    _Atomic(const struct survey_set *) set; /* NULL before the first load */
    struct arena keep;                      /* the keeper's: sets and versions; never released */
    struct survey_version *versions;        /* the keeper's: every version ever loaded */
    struct intake *intake;                  /* for /readyz and /metrics */
    atomic_llong refreshed_at;              /* epoch seconds of the last look at the database, 0: never */
    atomic_llong n_spool_files, n_spool_bad, spool_oldest_s;
    atomic_bool can_spool;
    struct ballot_queue *queue;
    struct ballot_queue *lookups;           /* receipts to be looked up, by a thread and a connection of its own */
    struct survey_ballot *ballot; /* the acceptor's: free for the next POST; survey_post or lookup_post fills it */
};

/* A checked ballot between the acceptor, the writer and the replier. */
struct survey_ballot {
    struct intake_ballot intake; /* first: the queues hand over this */
    bool is_filled;              /* survey_post put a ballot in: queue it, no answer yet */
    const struct survey *survey;
    const struct survey_version *version;
    size_t flang;
    struct key_token token;
    bool is_cookieless; /* the key came in the form: the receipt is the answer itself */
    bool is_lang_chosen; /* the page's language is not what the browser would be given by itself */
    struct request request; /* to show the answers again; everything lives in its arena */
    /* or a receipt to be looked up; of the rest only `request` and `token.key` are meant then */
    bool is_lookup;
    enum lookup_wish wish;
};

/* ---- the set (survey_set.c) ---- */

/* Build a set from what is published and make it the site's. `load` gives a version's definition;
 * versions that were loaded before are taken as they are. A survey whose current version cannot be
 * read or rendered is left out and logged. One thread. RC_OK, RC_NOMEM, or what `load` gives. */
typedef enum rc survey_load_fn(void *ctx, int64_t version_id, struct arena *a, const char **json,
                               size_t *len, struct rc_info *e);
enum rc survey_set_publish(struct survey_site *site, const struct stored_set *stored, survey_load_fn *load,
                           void *ctx, struct rc_info *e) MUST_CHECK;

const struct survey *survey_find(const struct survey_site *site, const char *slug, size_t len);
const struct survey_version *survey_find_version(const struct survey *s, int64_t version_id);

/* The survey of "/survey/SLUG<tail>"; tail is "" or begins with '/'. RC_OK; RC_NOTFOUND; RC_UNAVAILABLE
 * while nothing was ever loaded. */
enum rc survey_of_path(const struct survey_site *site, const char *path, const struct survey **out,
                       const char **tail, struct rc_info *e) MUST_CHECK;

/* Index of a form's language in the catalogue: the same tag, else the first one. */
size_t survey_catalogue_lang(const struct catalogue *c, const struct form *f, size_t flang);

/* ---- the form (form_page.c, form_fields.c) ---- */

struct form_view {
    const struct catalogue *c;
    size_t clang; /* language of the interface */
    const char *slug;
    int64_t version_id;
    const struct form *form;
    size_t flang;                   /* language of the questions */
    size_t n_fields;                /* what was typed, to be shown again */
    const struct web_field *fields;
    const struct answers *answers;  /* its problems; NULL: none */
    const char *token;              /* hidden ballot key where cookies are off; NULL: none */
    const char *code_problem;       /* form.code_problem.*: what is wrong with the invitation's code; NULL: nothing */
    const char *path;               /* where the page is and sends to; NULL: /survey/SLUG */
    const char *form_token;         /* hidden field _token of a preview; NULL: none */
    bool is_script_off;             /* as without script */
    const char *notice;             /* catalogue key stem: "form.stale" has .title and .text; NULL: none */
};

/* Write the whole page. Ask html_ok afterwards. */
void form_page(struct html *w, const struct form_view *v);

/* Only the questions (form_page uses it). */
void form_questions(struct html *w, const struct form_view *v);
void form_terms(struct html *w, const struct form_view *v);
/* The summary of what is wrong with the answers. */
void form_summary(struct html *w, const struct form_view *v);

/* The words for a problem, without markup characters' escapes: writes escaped text. */
void form_problem_text(struct html *w, const struct form_view *v, const struct form_problem *p);

/* ---- handlers; `app` is the struct survey_site ---- */

web_handler home_show, survey_get, survey_post, survey_readyz, survey_metrics;

/* /receipt (lookup.c): the form for a code; and a code, checked and handed on. */
web_handler lookup_get, lookup_post;
/* The answer to it, from the database (receipt_store_new). */
void lookup_answer(const struct survey_site *site, const struct survey_ballot *b, struct db *db, struct arena *a,
                   struct response *rs);

/* The answer to a ballot that the writer is done with: 303 or the receipt, or 503 with the answers. */
void survey_ballot_answer(const struct survey_site *site, const struct survey_ballot *b, struct arena *a,
                          struct response *rs);

/* The program's error page (web_app.error_page). */
void survey_error_page(void *app, const struct request *rq, enum rc rc, const struct rc_info *why,
                       struct response *rs);

/* A page about one survey that only says something: title, text, and what to do instead.
 * `stem`: catalogue key stem with .title and .text. */
void survey_notice_page(const struct survey_site *site, const struct request *rq, const struct survey *s,
                        const char *stem, int status, struct response *rs);

/* The receipt (receipt.c): the key in groups of four, as a QR code, and what it is for. */
void receipt_page(const struct survey_site *site, const struct survey *s, size_t flang,
                  const struct ballot_key *key, struct arena *a, struct response *rs);
/* "Already received": where the receipt is, and a new ballot for another person. */
void received_already_page(const struct survey_site *site, const struct survey *s, size_t flang,
                           struct response *rs);

/* ---- the key in cookie and form (survey_key.c) ---- */

enum key_state { KEY_NONE, KEY_BAD, KEY_STALE, KEY_UNSENT, KEY_SENT };

/* Read the cookie, or a token of the form (NULL: none). */
enum key_state survey_key_cookie(const struct survey_site *site, const struct survey *s, const struct request *rq,
                                 struct key_token *out);
enum key_state survey_key_field(const struct survey_site *site, const struct survey *s, const char *token,
                                struct key_token *out);
/* A fresh key, issued now. */
void survey_key_fresh(struct key_token *out);
/* A fresh key for a page that holds answers already: how long they took is not known, so it is dated back until
 * nothing that it is sent with is fast. */
void survey_key_late(struct key_token *out);
/* Was it issued less than the form's fast_seconds ago? What is kept of the time is this answer alone. */
bool survey_key_is_fast(const struct key_token *t, const struct form *f);
/* The Set-Cookie value for a token. NULL when out of memory. */
const char *survey_key_set_cookie(const struct survey_site *site, const struct survey *s,
                                  const struct key_token *t, struct arena *a) MUST_CHECK;

/* ---- the keeper (survey_keeper.c): versions, keys and the spool, in a thread of its own ---- */

struct survey_keeper {
    struct survey_site *site;
    struct intake *intake;
    struct db *db; /* its own connection */
    const char *cache_dir, *spool_dir;
    int64_t refresh_s;
    bool (*is_stopping)(void);
    unsigned char seen[32]; /* hash of the set that was published last */
    bool has_seen;
};

/* Load the copy on disk, as far as there is one. */
void survey_keeper_start(struct survey_keeper *k);
/* One look at the database and the spool. True when the box can be reached. */
bool survey_keeper_look(struct survey_keeper *k);
/* Look every refresh_s, every second while the box is away, until stopping. */
void survey_keeper_run(struct survey_keeper *k);

#endif
